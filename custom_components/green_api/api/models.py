"""What GREEN-API answers."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]


class InstanceState(StrEnum):
    """What an instance can be doing, in the API's words.

    https://green-api.com/en/docs/api/account/GetStateInstance/
    """

    AUTHORIZED = "authorized"
    NOT_AUTHORIZED = "notAuthorized"
    STARTING = "starting"
    BLOCKED = "blocked"
    SUSPENDED = "suspended"
    YELLOW_CARD = "yellowCard"
    SLEEP_MODE = "sleepMode"
    UNKNOWN = "unknown"

    @classmethod
    def from_answer(cls, answer: JsonObject | None) -> InstanceState:
        """Read getStateInstance; a fresh instance answers null for up to 5 minutes."""
        if answer is None or answer.get("stateInstance") is None:
            return cls.STARTING
        try:
            return cls(str(answer["stateInstance"]))
        except ValueError:
            return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class WaSettings:
    """The WhatsApp account behind an instance.

    https://green-api.com/en/docs/api/account/GetWaSettings/
    """

    phone: str | None
    suspended_until: datetime | None

    @classmethod
    def from_answer(cls, answer: JsonObject) -> WaSettings:
        """Read getWaSettings; the phone comes as a text or as a number."""
        phone, until = answer.get("phone"), answer.get("suspendedUntil")
        return cls(
            phone=str(phone) if phone else None,
            suspended_until=datetime.fromtimestamp(int(until), UTC)
            if isinstance(until, int | float) and 0 < until < LAST_TIMESTAMP
            else None,
        )


# The last second datetime can express.
LAST_TIMESTAMP = datetime.max.replace(tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True, repr=False)
class QrCode:
    """The QR code that links a phone, as PNG."""

    png: bytes

    @classmethod
    def from_answer(cls, answer: JsonObject) -> QrCode | None:
        """Read qr; without a code, a phone is linked already."""
        if answer.get("type") != "qrCode":
            return None
        return cls(png=b64decode(str(answer.get("message")).rpartition(",")[2]))


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """A notification as it lies in the queue; `body` is whatever it says.

    The id starts anew when GREEN-API does: it tells nothing but what to delete.
    """

    receipt_id: int
    body: Json

    @classmethod
    def from_answer(cls, answer: JsonObject) -> Receipt | None:
        """Read receiveNotification; None for what cannot be deleted, as it has no id."""
        receipt_id = answer.get("receiptId")
        if isinstance(receipt_id, bool) or not isinstance(receipt_id, int | str):
            return None
        try:
            return cls(receipt_id=int(receipt_id), body=answer.get("body"))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """Whether a phone number has WhatsApp, and its privacy id if GREEN-API tells it.

    https://green-api.com/en/docs/api/service/CheckWhatsapp/
    """

    exists: bool
    lid: str | None = None

    @classmethod
    def from_answer(cls, answer: JsonObject) -> NumberCheck:
        """Read checkWhatsapp; older answers say only whether it has."""
        chat_id = str(answer.get("chatId") or "")
        return cls(
            exists=answer["existsWhatsapp"] is True,
            lid=chat_id if chat_id.endswith("@lid") else None,
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or a group the account knows.

    https://green-api.com/en/docs/api/service/GetContacts/
    """

    chat_id: str
    name: str

    @classmethod
    def from_answer(cls, answer: JsonObject) -> Contact:
        """Read one item of getContacts; the phone book's name goes before the profile's."""
        return cls(
            chat_id=str(answer["id"]),
            name=str(answer.get("contactName") or answer.get("name") or "").strip(),
        )


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that GREEN-API has taken into its send queue; not yet a delivery."""

    message_id: str

    @classmethod
    def from_answer(cls, answer: JsonObject) -> SentMessage:
        """Read the answer of every method that sends one message."""
        return cls(message_id=str(answer["idMessage"]))


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that GREEN-API keeps for 15 days."""

    url: str

    @classmethod
    def from_answer(cls, answer: JsonObject) -> UploadedFile:
        """Read uploadFile."""
        return cls(url=str(answer["urlFile"]))
