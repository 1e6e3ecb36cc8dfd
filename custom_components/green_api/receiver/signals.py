"""What is told of what was received."""

from typing import Final

from homeassistant.util.signal_type import SignalTypeFormat

from ..chat_signal import ChatSignal
from ..const import DOMAIN
from .chat_event import ChatEvent

# Something happened in a chat.
SIGNAL_CHAT_EVENT: Final[ChatSignal[ChatEvent]] = ChatSignal("chat_event")
# An instance has received anything at all.
SIGNAL_RECEIVED: Final[SignalTypeFormat[()]] = SignalTypeFormat(
    f"{DOMAIN}_received_{{}}"
)
