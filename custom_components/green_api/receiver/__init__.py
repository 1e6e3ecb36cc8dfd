"""How an instance hears: two ways in, one dispatcher out."""

from .chat_event import ChatEvent
from .dispatcher import Dispatcher
from .receiver import Receiver
from .seen import async_remove_seen
from .settings import Use, async_put_back, used_by
from .signals import SIGNAL_CHAT_EVENT, SIGNAL_RECEIVED
from .webhook import async_register, async_unregister
from .webhook_url import async_delete_cloudhook, has_public_url

__all__ = [
    "SIGNAL_CHAT_EVENT",
    "SIGNAL_RECEIVED",
    "ChatEvent",
    "Dispatcher",
    "Receiver",
    "Use",
    "async_delete_cloudhook",
    "async_put_back",
    "async_register",
    "async_remove_seen",
    "async_unregister",
    "has_public_url",
    "used_by",
]
