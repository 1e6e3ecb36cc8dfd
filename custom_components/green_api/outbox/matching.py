"""Whether what GREEN-API has is a message that this integration sent."""

from ..api import (
    ChatId,
    JournalMessage,
    JsonObject,
    Message as ApiMessage,
    MessageType,
    QueuedMessage,
)
from ..messages import (
    ContactMessage,
    FileMessage,
    ForwardedMessages,
    LocationMessage,
    Message,
    PollMessage,
    TextMessage,
)

_NEARLY = 1e-5


def is_in_queue(message: Message, queued: QueuedMessage) -> bool:  # noqa: PLR0911  one for each kind
    """Return whether a message that waits at GREEN-API says what one of ours does."""
    if queued.type.lower() != message.method.lower():
        return False
    body = queued.body
    match message:
        case TextMessage(text=text):
            return _same(body.get("message"), text)
        case FileMessage(url=url):
            return body.get("urlFile") == url
        case LocationMessage():
            return _same_place(message, body)
        case ContactMessage(phone_number=phone_number):
            contact = body.get("contact")
            return isinstance(contact, dict) and _same(
                contact.get("phoneContact"), phone_number
            )
        case PollMessage(question=question):
            return _same(body.get("message"), question)
    # It does not tell what was forwarded.
    return isinstance(message, ForwardedMessages)


def is_in_journal(message: Message, entry: ApiMessage) -> bool:  # noqa: PLR0911  one for each kind
    """Return whether a message that has left GREEN-API says what one of ours does."""
    if isinstance(entry, JournalMessage) and entry.sent_by_api is False:
        # It was written on the phone.
        return False
    match message:
        case TextMessage(text=text):
            return entry.type is MessageType.TEXT and _same(entry.text, text)
        case FileMessage(name=name, caption=caption):
            return (
                entry.media is not None
                and entry.media.name in {None, name}
                and _same(entry.text or "", caption or "")
            )
        case LocationMessage(latitude=latitude, longitude=longitude):
            return (
                entry.location is not None
                and abs(entry.location.latitude - latitude) < _NEARLY
                and abs(entry.location.longitude - longitude) < _NEARLY
            )
        case ContactMessage():
            return entry.type is MessageType.CONTACT
        case PollMessage(question=question):
            return entry.type is MessageType.POLL and _same(entry.text, question)
    return isinstance(message, ForwardedMessages) and entry.forwarded


def is_same_chat(chat_id: ChatId, other: str, known: dict[str, str]) -> bool:
    """Return whether two chat ids may be those of one chat.

    `known` has the chats that hidden ids are known to be of: an unknown one may be that of
    any other.
    """
    if str(chat_id) == other:
        return True
    hidden, shown = sorted((str(chat_id), other), key=lambda each: "@lid" not in each)
    if not hidden.endswith("@lid") or not shown.endswith("@c.us"):
        return False
    if hidden in known:
        return known[hidden] == shown
    return shown not in known.values()


def _same(one: object, other: object) -> bool:
    """Return whether two texts are the same: blanks around them get lost on the way."""
    return _said(one) == _said(other)


def _said(value: object) -> str:
    return str(value or "").encode(errors="replace").decode().strip()


def _same_place(message: LocationMessage, body: JsonObject) -> bool:
    found = body.get("latitude"), body.get("longitude")
    return all(
        isinstance(each, int | float) and abs(each - wanted) < _NEARLY
        for each, wanted in zip(
            found, (message.latitude, message.longitude), strict=True
        )
    )
