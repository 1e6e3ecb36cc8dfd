"""The journal of one instance: what left the send queue, and what came in."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from .files import content_type, message_type
from .models import Message, MessageStatus, MessageType

if TYPE_CHECKING:
    from .models import Buttons, Choice, ContactCard, File, GroupInvite, Location, Poll
    from .storage import Storage

_WAY = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, and what became of it if the account sent it."""

    message: Message
    status: MessageStatus | None


class Content(TypedDict, total=False):
    """What a message may have in place of a text; one of them."""

    file: File | None
    sticker: File | None
    location: Location | None
    contact: ContactCard | None
    contacts: tuple[ContactCard, ...]
    poll: Poll | None
    invite: GroupInvite | None
    buttons: Buttons | None
    choice: Choice | None


_TYPES = {
    "sticker": MessageType.STICKER,
    "location": MessageType.LOCATION,
    "contact": MessageType.CONTACT,
    "contacts": MessageType.CONTACTS,
    "poll": MessageType.POLL,
    "invite": MessageType.INVITE,
    "buttons": MessageType.BUTTONS,
    "choice": MessageType.CHOICE,
}


class Journal:
    """Messages in the order of their coming and going, changed in place."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """Return everything, oldest first."""
        return list(self._entries.values())

    def with_status(self, status: MessageStatus) -> list[Entry]:
        """Return what got as far as this and no further."""
        return [entry for entry in self.entries if entry.status is status]

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

    def become(self, message_id: str, status: MessageStatus) -> Entry:
        """Note what became of a message, which goes on its way and never back."""
        entry = self._entries[message_id]
        before = entry.status
        if before in _WAY and status in _WAY:
            status = _WAY[max(_WAY.index(before), _WAY.index(status))]
        entry = self._entries[message_id] = replace(entry, status=status)
        return entry


def composed(storage: Storage, message: Message, content: Content) -> Message:
    """Return a message with its content; that of a file goes into the storage."""
    file = content.get("sticker") or content.get("file")
    kind = message_type(file.name) if file else MessageType.TEXT
    kind = next((_TYPES[key] for key in _TYPES if content.get(key)), kind)
    if file:
        file = replace(file, content_type=file.content_type or content_type(file.name))
    if file and file.content is not None and not file.url:
        url = storage.keep(file.name, file.content_type, file.content)
        file = replace(file, url=url)
    return replace(
        message,
        type=kind,
        file=file,
        location=content.get("location"),
        contact=content.get("contact"),
        contacts=content.get("contacts", ()),
        poll=content.get("poll"),
        invite=content.get("invite"),
        buttons=content.get("buttons"),
        choice=content.get("choice"),
    )
