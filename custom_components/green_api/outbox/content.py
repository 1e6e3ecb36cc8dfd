"""Messages as they are on the disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
import hashlib
import json
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError

from ..api import ChatId
from ..messages import (
    ContactMessage,
    FileMessage,
    ForwardedMessages,
    LocationMessage,
    Message,
    PollMessage,
    TextMessage,
)
from .spool import SpooledFile

_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        ContactMessage,
        FileMessage,
        ForwardedMessages,
        LocationMessage,
        PollMessage,
        SpooledFile,
        TextMessage,
    )
}
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "from_chat_id": ChatId.parse,
    "message_ids": tuple,
    "options": tuple,
    "typing_time": lambda seconds: timedelta(seconds=seconds),
}
# What `load` raises for what this version did not write.
UNREADABLE: Final = (HomeAssistantError, KeyError, TypeError, ValueError)
# Different each time, for the same file.
_NOT_SAID: Final = {"url"}


def dump(messages: Sequence[Message]) -> str:
    """Return messages as a text."""
    return json.dumps([_plain(each) for each in messages], separators=(",", ":"))


def load(text: str) -> list[Message]:
    """Return the messages of a text.

    Raises one of UNREADABLE for what this version did not write.
    """
    return [_message(dict(each)) for each in json.loads(text)]


def digest(messages: Sequence[Message]) -> str:
    """Return what is the same for messages that say the same."""
    plain = [
        _plain(each.uploaded("") if isinstance(each, SpooledFile) else each)
        for each in messages
    ]
    said = [
        {key: value for key, value in each.items() if key not in _NOT_SAID}
        for each in plain
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _plain(message: Message) -> dict[str, Any]:
    kind = type(message)
    values = {
        each.name: getattr(message, each.name) for each in fields(_KINDS[kind.__name__])
    }
    return {
        "kind": kind.__name__,
        **{
            name: _plain_value(value)
            for name, value in values.items()
            if value is not None
        },
    }


def _plain_value(value: Any) -> Any:
    match value:
        case timedelta():
            return value.total_seconds()
        case ChatId():
            return str(value)
    return value


def _message(values: dict[str, Any]) -> Message:
    kind = _KINDS[values.pop("kind")]
    message: Message = kind(
        **{
            name: _READERS[name](value) if name in _READERS else value
            for name, value in values.items()
        }
    )
    return message
