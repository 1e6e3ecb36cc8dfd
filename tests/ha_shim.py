"""Lets the pytest plugin for Home Assistant 2026.10 run on newer ones, too.

Loaded by `-p tests.ha_shim` before any other plugin. Delete it once a plugin made for
Home Assistant 2026.11 is on PyPI.
"""

import homeassistant  # noqa: F401  aliases httpx, which has to happen before respx imports it
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The plugin looks for this where it was in 2026.10.
logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # type: ignore[attr-defined]
