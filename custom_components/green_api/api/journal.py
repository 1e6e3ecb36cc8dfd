"""Messages as GREEN-API's journals keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from .models import LAST_TIMESTAMP, Json, JsonObject


class MessageType(StrEnum):
    """What kind of message it is."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    POLL_VOTE = "poll_vote"
    BUTTON = "button"
    REACTION = "reaction"
    CALL = "call"
    EDITED = "edited"
    DELETED = "deleted"
    OTHER = "other"


_TYPES: Mapping[str, MessageType] = {
    "textMessage": MessageType.TEXT,
    "extendedTextMessage": MessageType.TEXT,
    "quotedMessage": MessageType.TEXT,
    "imageMessage": MessageType.IMAGE,
    "videoMessage": MessageType.VIDEO,
    "audioMessage": MessageType.AUDIO,
    "documentMessage": MessageType.DOCUMENT,
    "stickerMessage": MessageType.STICKER,
    "locationMessage": MessageType.LOCATION,
    "contactMessage": MessageType.CONTACT,
    "contactsArrayMessage": MessageType.CONTACT,
    "pollMessage": MessageType.POLL,
    "pollUpdateMessage": MessageType.POLL_VOTE,
    "templateButtonReplyMessage": MessageType.BUTTON,
    "templateButtonsReplyMessage": MessageType.BUTTON,
    "interactiveButtonsResponse": MessageType.BUTTON,
    "buttonsResponseMessage": MessageType.BUTTON,
    "reactionMessage": MessageType.REACTION,
    "incomingCall": MessageType.CALL,
    "outgoingCall": MessageType.CALL,
    "editedMessage": MessageType.EDITED,
    "deletedMessage": MessageType.DELETED,
}


@dataclass(frozen=True, slots=True)
class Media:
    """A file in a message; without a URL, GREEN-API does not have it."""

    name: str | None
    mime_type: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A location in a message, in degrees."""

    latitude: float
    longitude: float
    name: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class JournalMessage:
    """A message that was sent or received.

    `status` is the API's word for what became of a sent one. Any part may be missing:
    journals keep what they were given.

    https://green-api.com/en/docs/api/journals/GetChatHistory/
    """

    message_id: str
    chat_id: str
    type: MessageType
    from_me: bool
    timestamp: datetime | None
    text: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    quoted_message_id: str | None = None
    forwarded: bool = False
    edited: bool = False
    deleted: bool = False
    status: str | None = None
    media: Media | None = None
    location: Place | None = None
    options: tuple[str, ...] = ()

    @classmethod
    def from_answer(cls, answer: JsonObject) -> JournalMessage:
        """Read one item of a journal, whatever is missing."""
        kind = _TYPES.get(str(answer.get("typeMessage")), MessageType.OTHER)
        poll = _object(answer, "pollMessageData")
        return cls(
            message_id=_text(answer, "idMessage") or "",
            chat_id=_text(answer, "chatId") or "",
            type=kind,
            from_me=answer.get("type") == "outgoing",
            timestamp=_moment(answer.get("timestamp")),
            text=_text_of(answer, poll),
            sender=_text(answer, "senderId"),
            sender_name=_text(answer, "senderContactName")
            or _text(answer, "senderName"),
            quoted_message_id=_text(_object(answer, "quotedMessage"), "stanzaId"),
            forwarded=_is_forwarded(answer),
            edited=answer.get("isEdited") is True,
            deleted=answer.get("isDeleted") is True,
            status=_text(answer, "statusMessage"),
            media=_media(answer),
            location=_place(_object(answer, "location")),
            options=_options(poll),
        )


def _text_of(answer: JsonObject, poll: JsonObject) -> str | None:
    """Return what a message says: its text, its caption or its question."""
    return (
        _text(answer, "textMessage")
        or _text(_object(answer, "extendedTextMessage"), "text")
        or _text(answer, "caption")
        or _text(poll, "name")
        or _text(_object(answer, "contact"), "displayName")
    )


def _media(answer: JsonObject) -> Media | None:
    url, name = _text(answer, "downloadUrl"), _text(answer, "fileName")
    if not url and not name:
        return None
    # In place of a file that it does not have, the API puts a mark like {{SWE002}}.
    return Media(
        name=name,
        mime_type=_text(answer, "mimeType"),
        url=url if url and url.startswith(("https://", "http://")) else None,
    )


def _place(location: JsonObject) -> Place | None:
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return Place(
        latitude=latitude,
        longitude=longitude,
        name=_text(location, "nameLocation"),
        address=_text(location, "address"),
    )


def _options(poll: JsonObject) -> tuple[str, ...]:
    options = poll.get("options")
    if not isinstance(options, list):
        return ()
    return tuple(
        name
        for option in options
        if isinstance(option, dict) and (name := _text(option, "optionName"))
    )


def _is_forwarded(answer: JsonObject) -> bool:
    """Return whether a message was forwarded: its content tells, or the item itself.

    What a quote tells is about the message that is quoted.
    """
    parts = [answer, *(each for key, each in answer.items() if key != "quotedMessage")]
    return any(
        isinstance(part, dict) and part.get("isForwarded") is True for part in parts
    )


def _moment(seconds: Json) -> datetime | None:
    if not isinstance(seconds, int | float) or not 0 < seconds < LAST_TIMESTAMP:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _object(answer: JsonObject, key: str) -> JsonObject:
    """Return an object in another one, empty if it is not there."""
    value = answer.get(key)
    return value if isinstance(value, dict) else {}


def _text(answer: JsonObject, key: str) -> str | None:
    """Return a text that says something; numbers are taken for texts."""
    value = answer.get(key)
    return str(value) if isinstance(value, str | int) and value else None
