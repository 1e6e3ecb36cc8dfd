"""The config entry of an instance, and what is at hand while it is loaded."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID
from homeassistant.util.signal_type import SignalTypeFormat

from .const import (
    CONF_ACTIONS,
    CONF_PHONE,
    CONF_SETTINGS,
    CONF_WEBHOOK_TOKEN,
    DOMAIN,
    ReceiveMode,
)
from .coordinator import GreenApiCoordinator
from .outbox import Outbox
from .receiver import Receiver

# A chat was added to an entry, edited or removed.
SIGNAL_CHATS_CHANGED: SignalTypeFormat[()] = SignalTypeFormat(f"{DOMAIN}_chats_{{}}")

# In the data of an entry, and nothing that a connection depends on.
_NO_CREDENTIALS = {
    CONF_ACTIONS,
    CONF_PHONE,
    CONF_SETTINGS,
    CONF_WEBHOOK_ID,
    CONF_WEBHOOK_TOKEN,
}

type GreenApiConfigEntry = ConfigEntry[GreenApiRuntimeData]


@dataclass(frozen=True, slots=True)
class GreenApiRuntimeData:
    """What the parts of the integration share of an instance."""

    coordinator: GreenApiCoordinator
    outbox: Outbox
    receiver: Receiver
    fingerprint: tuple[object, ...]


def fingerprint(entry: ConfigEntry) -> tuple[object, ...]:
    """Return what an entry has to be loaded anew for, when it changes.

    Not its chats: while it is loaded anew, its notify entities are away, and Home
    Assistant would skip them without an error.
    """
    data = {key: entry.data[key] for key in entry.data.keys() - _NO_CREDENTIALS}
    mode = entry.options.get(CONF_MODE, ReceiveMode.OFF)
    return entry.title, data, list(entry.data[CONF_ACTIONS]), mode
