"""What a person does on the phone page."""

from typing import TYPE_CHECKING

from .models import CallOutcome, ChoiceKind, File
from .validation import GROUP, LID, PHONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .instance import Instance
    from .models import Json, Message

type Wish = Mapping[str, Json]


def act(instance: Instance, wish: Wish) -> None:
    """Do what somebody wishes; what makes no sense is a KeyError, TypeError or ValueError."""
    _ACTS[_text(wish, "act")](instance, wish)


def write(instance: Instance, wish: Wish, file: File | None = None) -> None:
    """Write to a chat: as one of the others, or as the account's owner."""
    chat_id, text, quoted = _chat(wish), _text(wish, "text"), wish.get("quoted")
    if not (file or text.strip()):
        raise ValueError
    quoted_id = str(quoted) if quoted else None
    if wish.get("as"):
        sender = _text(wish, "as")
        instance.receive(
            chat_id, text, sender=sender, quoted_message_id=quoted_id, file=file
        )
    else:
        instance.send_from_phone(chat_id, text, quoted_message_id=quoted_id, file=file)


def _react(instance: Instance, wish: Wish) -> None:
    message_id, emoji = _text(wish, "message"), _text(wish, "emoji")
    instance.react(_chat(wish), message_id, emoji, sender=_text(wish, "as"))


def _vote(instance: Instance, wish: Wish) -> None:
    options = wish["options"]
    if not isinstance(options, list):
        raise TypeError
    message_id, voter = _text(wish, "message"), _text(wish, "as")
    instance.vote(_chat(wish), message_id, map(str, options), sender=voter)


def _press(instance: Instance, wish: Wish) -> None:
    message_id, button = _text(wish, "message"), _text(wish, "button")
    kind = ChoiceKind.TEMPLATE
    instance.press(_chat(wish), message_id, button, kind=kind, sender=_text(wish, "as"))


def _edit(instance: Instance, wish: Wish) -> None:
    text = _text(wish, "text")
    if not text.strip():
        raise ValueError
    instance.edit(_typed(instance, wish), text)


def _delete(instance: Instance, wish: Wish) -> None:
    instance.delete(_typed(instance, wish))


def _typed(instance: Instance, wish: Wish) -> Message:
    """Return a message that a person wrote, who alone may change it."""
    entry = instance.find(_chat(wish), _text(wish, "message"))
    if entry is None or not (entry.message.by_phone or not entry.message.from_me):
        raise ValueError
    return entry.message


def _call(instance: Instance, wish: Wish) -> None:
    instance.call(_chat(wish), None)


def _end_call(instance: Instance, wish: Wish) -> None:
    instance.end_call(_text(wish, "call"), CallOutcome(_text(wish, "outcome")))


def _read(instance: Instance, wish: Wish) -> None:
    instance.read(_chat(wish))


def _scan(instance: Instance, _: Wish) -> None:
    if not instance.scan():
        raise ValueError


def _enter_code(instance: Instance, wish: Wish) -> None:
    if not instance.enter_code(_text(wish, "code")):
        raise ValueError


def _go_online(instance: Instance, wish: Wish) -> None:
    instance.phone_online = wish["online"] is True


def _chat(wish: Wish) -> str:
    chat_id = _text(wish, "chat")
    if not any(kind.fullmatch(chat_id) for kind in (PHONE, GROUP, LID)):
        raise ValueError
    return chat_id


def _text(wish: Wish, name: str) -> str:
    text = wish[name]
    if not isinstance(text, str):
        raise TypeError
    return text


_ACTS: dict[str, Callable[[Instance, Wish], None]] = {
    "write": write,
    "react": _react,
    "vote": _vote,
    "press": _press,
    "edit": _edit,
    "delete": _delete,
    "call": _call,
    "endCall": _end_call,
    "read": _read,
    "scan": _scan,
    "enterCode": _enter_code,
    "goOnline": _go_online,
}
