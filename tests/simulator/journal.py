"""The journal of one instance: what left the send queue, and what came in."""

from dataclasses import dataclass, replace
import secrets
from typing import TYPE_CHECKING, TypedDict

from .files import content_type, message_type
from .models import Message, MessageType

if TYPE_CHECKING:
    from .models import ContactCard, File, Location, MessageStatus, Poll
    from .storage import Storage


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, and what became of it if the account sent it."""

    message: Message
    status: MessageStatus | None


class Content(TypedDict, total=False):
    """What a message may have in place of a text; one of them."""

    file: File | None
    location: Location | None
    contact: ContactCard | None
    poll: Poll | None


class Journal:
    """Messages in the order of their coming and going, changed in place."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """Return everything, oldest first."""
        return list(self._entries.values())

    def add(self, message: Message, status: MessageStatus | None = None) -> None:
        """Write a message down."""
        self._entries[message.id] = Entry(message, status)

    def find(self, message_id: str) -> Entry | None:
        """Return the message with an id."""
        return self._entries.get(message_id)

    def change(self, message: Message) -> None:
        """Put a message in the place of the one with its id."""
        entry = self._entries[message.id]
        self._entries[message.id] = replace(entry, message=message)


def incoming(
    storage: Storage, chat_id: str, text: str, sender: str | None, content: Content
) -> Message:
    """Return what somebody wrote to the account; the content of a file goes into the storage."""
    if sender is None and chat_id.endswith("@g.us"):
        message = "Somebody must have sent it to the group"
        raise ValueError(message)
    kind = MessageType.TEXT
    if file := content.get("file"):
        kind = message_type(file.name)
        file = replace(file, content_type=file.content_type or content_type(file.name))
        if file.content is not None and not file.url:
            url = storage.keep(file.name, file.content_type, file.content)
            file = replace(file, url=url)
    for value, its_kind in (
        (content.get("location"), MessageType.LOCATION),
        (content.get("contact"), MessageType.CONTACT),
        (content.get("poll"), MessageType.POLL),
    ):
        kind = its_kind if value is not None else kind
    return Message(
        id=secrets.token_hex(16).upper(),
        chat_id=chat_id,
        text=text,
        type=kind,
        file=file,
        location=content.get("location"),
        contact=content.get("contact"),
        poll=content.get("poll"),
        from_me=False,
        sender=sender or chat_id,
    )
