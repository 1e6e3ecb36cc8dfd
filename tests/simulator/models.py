"""What the simulator knows: states, contacts, messages and the requests it was sent."""

from collections.abc import Callable
from dataclasses import dataclass
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
class Message:
    """A message that was accepted; `timestamp` is when it was accepted, later when it went out."""

    id: str
    chat_id: str
    text: str
    quoted_message_id: str | None = None
    link_preview: bool = True
    typing_time: int | None = None
    timestamp: int = 0


@dataclass(slots=True, kw_only=True)
class Request:
    """A request as it came in, and how it was answered."""

    method: str
    verb: str
    time: float
    body: bytes = b""
    json: Json = None
    # Keys the API does not document. It tolerates them; a client should not send them.
    unknown_keys: tuple[str, ...] = ()
    # None: not answered yet, or the connection was dropped.
    status: int | None = None
    ended: float | None = None

    @property
    def chat_id(self) -> str | None:
        """Return the chat the request is about, if it names one."""
        chat_id = self.json.get("chatId") if isinstance(self.json, dict) else None
        return chat_id if isinstance(chat_id, str) else None
