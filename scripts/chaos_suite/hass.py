"""Run Home Assistant as its command `hass` does, with a clock and a resolver that can be deceived.

It sets up no more than it is told to: a start is a matter of seconds, and there are many.
"""

from pathlib import Path
import sys
from typing import Any, override
from unittest.mock import patch

from scripts.chaos_suite import beliefs

# Before anything else takes hold of the clock.
_BELIEFS = beliefs.Beliefs(Path(beliefs.FILE).resolve())
_LOOKUPS = Path(beliefs.LOOKUPS).resolve()
beliefs.deceive_clock(_BELIEFS)

from homeassistant.__main__ import main  # noqa: E402
from homeassistant.helpers import aiohttp_client  # noqa: E402

_INTEGRATIONS = {"api", "config", "logger", "network", "notify"}


class Connector(aiohttp_client.HomeAssistantTCPConnector):
    """A connector that asks for each connection where the name leads to."""

    @override
    def __init__(self, **options: Any) -> None:
        super().__init__(**options, ttl_dns_cache=0)


if __name__ == "__main__":
    with (
        patch("homeassistant.bootstrap.DEFAULT_INTEGRATIONS", _INTEGRATIONS),
        # Not the frontend, whose images and scripts nobody looks at.
        patch("homeassistant.bootstrap.CRITICAL_INTEGRATIONS", {"http"}),
        patch.object(aiohttp_client, "HomeAssistantTCPConnector", Connector),
        patch.object(
            aiohttp_client,
            "_async_make_resolver",
            lambda _: beliefs.Resolver(_BELIEFS, _LOOKUPS),
        ),
    ):
        sys.exit(main())
