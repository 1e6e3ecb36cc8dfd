"""What the simulator knows: states, contacts, messages and the requests it was sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None
type Clock = Callable[[], float]


class InstanceState(StrEnum):
    """State of an instance, with the API's values."""

    AUTHORIZED = "authorized"
    NOT_AUTHORIZED = "notAuthorized"
    STARTING = "starting"
    BLOCKED = "blocked"
    SUSPENDED = "suspended"


class ContactType(StrEnum):
    """Whom a contact stands for."""

    USER = "user"
    GROUP = "group"


class MessageStatus(StrEnum):
    """What became of a message that left the send queue."""

    DELIVERED = "delivered"
    NO_ACCOUNT = "noAccount"
    FAILED = "failed"


class MessageType(StrEnum):
    """What a message is."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"


class Host(StrEnum):
    """Which of the API's two addresses took a request."""

    API = "api"
    MEDIA = "media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or a group the account knows."""

    id: str
    name: str
    contact_name: str = ""
    type: ContactType = ContactType.USER

    @property
    def title(self) -> str:
        """Return the name a phone shows."""
        return self.contact_name or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file in a message. There is no content behind a link to another server."""

    url: str = ""
    name: str
    content_type: str = ""
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A person's card, sent in a message."""

    phone: int
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    company: str = ""

    @property
    def title(self) -> str:
        """Return the name a phone shows."""
        names = (self.first_name, self.middle_name, self.last_name)
        return " ".join(filter(None, names)) or self.company


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What there is to choose from; the question is the message's text."""

    options: tuple[str, ...]
    multiple_answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message; `timestamp` is when it was accepted, later when it went out or came in.

    `text` is also the caption of a file and the question of a poll.
    """

    id: str
    chat_id: str
    text: str
    type: MessageType = MessageType.TEXT
    file: File | None = None
    location: Location | None = None
    contact: ContactCard | None = None
    poll: Poll | None = None
    quoted_message_id: str | None = None
    link_preview: bool = True
    typing_time: int | None = None
    timestamp: int = 0
    forwarded: bool = False
    edited: bool = False
    deleted: bool = False
    # The other way round, somebody wrote it to the account.
    from_me: bool = True
    sender: str = ""
    sender_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was uploaded, and the method that took it."""

    url: str
    name: str
    content_type: str
    content: bytes = field(repr=False)
    method: str
    time: float


@dataclass(slots=True, kw_only=True)
class Request:
    """A request as it came in, and how it was answered."""

    method: str
    verb: str
    time: float
    host: Host = Host.API
    # Those that say how a body is sent, in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    # Empty for an upload, whose bytes are with the instance's uploads.
    body: bytes = b""
    json: Json = None
    # The text parts of an upload.
    form: Mapping[str, str] | None = None
    # Keys the API does not document. It tolerates them; a client should not send them.
    unknown_keys: tuple[str, ...] = ()
    # None: not answered yet, or the connection was dropped.
    status: int | None = None
    ended: float | None = None

    @property
    def chat_id(self) -> str | None:
        """Return the chat the request is about, if it names one."""
        said = self.form or self.json
        chat_id = said.get("chatId") if isinstance(said, Mapping) else None
        return chat_id if isinstance(chat_id, str) else None
