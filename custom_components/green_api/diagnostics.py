"""What helps to find a fault, without a secret or anything of a person."""

from collections import Counter
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_MODE, CONF_TOKEN, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .api import ChatId
from .const import (
    CONF_ACTIONS,
    CONF_ALL_CHATS,
    CONF_CHAT,
    CONF_EXPIRES_AFTER,
    CONF_ON_OUTAGE,
    CONF_PAUSE,
    CONF_PHONE,
    CONF_WEBHOOK_TOKEN,
    SUBENTRY_TYPE_CHAT,
)
from .entry import GreenApiConfigEntry
from .outbox import Outbox
from .receiver import Receiver

_SECRETS: Final = {
    CONF_PHONE,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
    CONF_WEBHOOK_TOKEN,
    # Of the settings at GREEN-API, which may be those of somebody else.
    "webhookUrl",
    "webhookUrlToken",
}
_PLAIN_OPTIONS: Final = {
    CONF_ALL_CHATS,
    CONF_EXPIRES_AFTER,
    CONF_MODE,
    CONF_ON_OUTAGE,
    CONF_PAUSE,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: GreenApiConfigEntry
) -> dict[str, Any]:
    """Return the set-up, the state, what waits and was received, and kinds of chats."""
    coordinator = entry.runtime_data.coordinator
    instance = coordinator.data
    chats = entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
    return {
        "entry": {
            "data": async_redact_data(entry.data, _SECRETS)
            | {CONF_ACTIONS: len(entry.data.get(CONF_ACTIONS, {}))},
            "options": {
                key: value if key in _PLAIN_OPTIONS else REDACTED
                for key, value in entry.options.items()
            },
        },
        "instance": {
            "reached": coordinator.last_update_success,
            "state": instance.state if instance else None,
            "suspended_until": instance.suspended_until if instance else None,
        },
        "outbox": _waiting(entry.runtime_data.outbox),
        "receiver": _received(entry.runtime_data.receiver),
        "chats": [ChatId.parse(chat.data[CONF_CHAT]).server for chat in chats],
    }


def _waiting(outbox: Outbox) -> dict[str, Any]:
    """Return how much waits to leave, and why."""
    now = dt_util.utcnow().timestamp()
    reasons = (
        each.reason.translation_key for each in outbox.kept.parcels if each.reason
    )
    return {
        "waiting": outbox.kept.count,
        "states": dict(Counter(each.state for each in outbox.kept.parcels)),
        "reasons": dict(Counter(reasons)),
        "oldest_age": None if outbox.kept.oldest is None else now - outbox.kept.oldest,
        "outage": outbox.outage.reason.translation_key
        if outbox.outage.reason
        else None,
        "next_try": outbox.outage.seconds_left,
    }


def _received(receiver: Receiver) -> dict[str, Any]:
    """Return how an instance receives, and what kinds of things it has received."""
    if not receiver.dispatcher:
        return {"mode": receiver.mode}
    statistics = receiver.dispatcher.statistics
    lag = statistics.lag
    return {
        "mode": receiver.mode,
        "last_received": statistics.last_received,
        "lag": lag.total_seconds() if lag is not None else None,
        "kinds": dict(statistics.kinds),
        "repeated": statistics.repeated,
        "not_understood": list(statistics.not_understood),
    }
