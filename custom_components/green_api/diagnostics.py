"""What helps to find a fault, without a secret or anything of a person."""

from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant

from .api import ChatId
from .const import CONF_ACTIONS, CONF_CHAT, CONF_PHONE, SUBENTRY_TYPE_CHAT
from .entry import GreenApiConfigEntry


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: GreenApiConfigEntry
) -> dict[str, Any]:
    """Return the set-up, the state, and what kinds of chats there are."""
    coordinator = entry.runtime_data.coordinator
    instance = coordinator.data
    chats = entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
    return {
        "entry": {
            "data": async_redact_data(entry.data, {CONF_TOKEN, CONF_PHONE})
            | {CONF_ACTIONS: len(entry.data.get(CONF_ACTIONS, {}))},
            "options": dict.fromkeys(entry.options, REDACTED),
        },
        "instance": {
            "reached": coordinator.last_update_success,
            "state": instance.state if instance else None,
            "suspended_until": instance.suspended_until if instance else None,
        },
        "chats": [ChatId.parse(chat.data[CONF_CHAT]).server for chat in chats],
    }
