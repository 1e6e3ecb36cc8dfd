"""The config entry of an instance, and what is at hand while it is loaded."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .coordinator import GreenApiCoordinator
from .outbox import Outbox

type GreenApiConfigEntry = ConfigEntry[GreenApiRuntimeData]


@dataclass(frozen=True, slots=True)
class GreenApiRuntimeData:
    """What the parts of the integration share of an instance."""

    coordinator: GreenApiCoordinator
    outbox: Outbox
