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

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    NO_ACCOUNT = "noAccount"
    NOT_IN_GROUP = "notInGroup"
    FAILED = "failed"
    SUSPENDED = "suspended"
    YELLOW_CARD = "yellowCard"


class MessageType(StrEnum):
    """What a message is."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    CONTACTS = "contacts"
    POLL = "poll"
    INVITE = "invite"
    BUTTONS = "buttons"
    CHOICE = "choice"


class ChoiceKind(StrEnum):
    """How the choice of a button or of a line in a list is told: the API's spellings."""

    TEMPLATE = "templateButtonsReplyMessage"
    TEMPLATE_OLD = "templateButtonReplyMessage"
    INTERACTIVE = "interactiveButtonsResponse"
    BUTTONS = "buttonsResponseMessage"
    LIST = "listResponseMessage"


class CallOutcome(StrEnum):
    """What became of a call, with all spellings of the API."""

    PICK_UP = "pickUp"
    HANG_UP = "hangUp"
    HUNG_UP = "hungUp"
    DECLINED = "declined"
    MISSED = "missed"
    INVALID = "invalid"


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
class GroupInvite:
    """An invitation to a group."""

    group_id: str
    name: str
    code: str
    expires: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a message; one that is no reply copies, calls or opens its `target`."""

    id: str
    text: str
    type: str = "reply"
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """The buttons below a message, and what stands around its text."""

    buttons: tuple[Button, ...]
    header: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The button somebody pressed, or the line of a list; its words are the message's text."""

    kind: ChoiceKind
    id: str
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message; `timestamp` is when it was accepted, later when it went out or came in.

    `text` is also the caption of a file, the question of a poll and what a button said.
    """

    id: str
    chat_id: str
    text: str
    type: MessageType = MessageType.TEXT
    file: File | None = None
    location: Location | None = None
    contact: ContactCard | None = None
    contacts: tuple[ContactCard, ...] = ()
    poll: Poll | None = None
    invite: GroupInvite | None = None
    buttons: Buttons | None = None
    choice: Choice | None = None
    quoted_message_id: str | None = None
    link_preview: bool = True
    typing_time: int | None = None
    timestamp: int = 0
    forwarded: bool = False
    edited: bool = False
    deleted: bool = False
    # By person: the emoji, and the options voted for.
    reactions: Mapping[str, str] = field(default_factory=dict)
    votes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The account's owner typed it on the phone.
    by_phone: bool = False
    # The other way round, somebody wrote it to the account.
    from_me: bool = True
    sender: str = ""
    sender_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of the messages to a chat."""

    status: MessageStatus
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """A call, from somebody or to somebody; without an outcome it still rings."""

    id: str
    chat_id: str
    outcome: CallOutcome | None = None
    from_me: bool = False
    timestamp: int = 0
    duration: int = 0
    video: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """A notification that was pushed, and how the server answered; None: not at all."""

    time: float
    status: int | None
    body: Json


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
    query: Mapping[str, str] = field(default_factory=dict)
    # What stood behind the token in the path.
    receipt: str | None = None
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
