"""What is told of what was received."""

from typing import Final

from homeassistant.util.signal_type import SignalType, SignalTypeFormat

from ..const import DOMAIN
from .chat_event import ChatEvent

# Something happened in a chat: the entry's id, the id of the chat's subentry or None for a
# chat that is not configured, and what happened.
SIGNAL_CHAT_EVENT: Final[SignalType[str, str | None, ChatEvent]] = SignalType(
    f"{DOMAIN}_chat_event"
)
# An instance has received anything at all.
SIGNAL_RECEIVED: Final[SignalTypeFormat[()]] = SignalTypeFormat(
    f"{DOMAIN}_received_{{}}"
)
