"""Run Home Assistant as its command `hass` does, but with the network left alone.

Its HTTP client listens for mDNS on all addresses, to resolve names that end in .local. In the demo
nothing may listen but on 127.0.0.1, and this is the one thing no configuration can change.
"""

import sys
from unittest.mock import patch

from homeassistant.__main__ import main
from homeassistant.components.zeroconf.models import HaZeroconf


class LocalZeroconf(HaZeroconf):
    """An mDNS client that talks to this machine only."""

    def __init__(self, **_: object) -> None:
        """Ignore the network interfaces that Home Assistant has found."""
        super().__init__(interfaces=["127.0.0.1"], unicast=True)


if __name__ == "__main__":
    with patch("homeassistant.components.zeroconf.HaZeroconf", LocalZeroconf):
        sys.exit(main())
