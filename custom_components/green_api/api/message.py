"""A message, wherever it was read: in a journal or in a notification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re
from typing import Self

from .content import (
    BUTTON_PARTS,
    Button,
    Discreet,
    Media,
    Place,
    SharedContact,
    Vote,
    button_part,
    poll_options,
)
from .models import JsonObject
from .reading import chat_id_in, moment, object_in, text_in


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
    "listResponseMessage": MessageType.BUTTON,
    "reactionMessage": MessageType.REACTION,
    "incomingCall": MessageType.CALL,
    "outgoingCall": MessageType.CALL,
    "editedMessage": MessageType.EDITED,
    "deletedMessage": MessageType.DELETED,
}

# What few messages have.
_RARE_PARTS = frozenset(
    {"location", "contact", "contacts", "messageData", *BUTTON_PARTS}
)

# What GREEN-API puts in place of a text that it could not read, or not yet.
_MARK = re.compile(r"\{\{SWE\d{3}\}\}")


@dataclass(frozen=True, slots=True, repr=False)
class Message(Discreet):
    """A message, as journals and notifications tell of it.

    `text` is what it says: its text, its caption, the question of a poll, the name of a
    contact, the text of a button, the emoji of a reaction (None takes it back), or what
    an edited message says now.

    `quoted_message_id` is the message that it is about: that it answers or reacts to,
    the poll of a vote, the message with the button, the one that was edited or deleted.

    `votes` is what the poll has come to with a vote; the voter is the `sender`.
    `multiple_answers` is None where there is no poll.

    https://green-api.com/en/docs/api/receiving/notifications-format/incoming-message/
    """

    message_id: str
    chat_id: str
    type: MessageType
    from_me: bool
    timestamp: datetime | None
    text: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    chat_name: str | None = None
    quoted_message_id: str | None = None
    forwarded: bool = False
    media: Media | None = None
    location: Place | None = None
    contacts: tuple[SharedContact, ...] = ()
    options: tuple[str, ...] = ()
    multiple_answers: bool | None = None
    votes: tuple[Vote, ...] = ()
    button: Button | None = None

    @property
    def is_placeholder(self) -> bool:
        """Return whether GREEN-API has not read this message, or not yet.

        It may send the same message, with the same id, once more when it has.
        """
        text = self.text or ""
        return text.startswith("{{") and _MARK.fullmatch(text) is not None

    @classmethod
    def from_answer(cls, item: JsonObject) -> Self:
        """Read a message in the shape that journals have, whatever is missing."""
        kind = _TYPES.get(text_in(item, "typeMessage") or "", MessageType.OTHER)
        extended = object_in(item, "extendedTextMessage")
        poll = object_in(item, "pollMessageData")
        is_plain = _RARE_PARTS.isdisjoint(item)
        return cls(
            message_id=text_in(item, "idMessage") or "",
            chat_id=chat_id_in(item, "chatId") or "",
            type=kind,
            from_me=item.get("type") == "outgoing",
            timestamp=moment(item.get("timestamp")),
            text=_text_of(kind, item, extended),
            sender=chat_id_in(item, "senderId"),
            sender_name=text_in(item, "senderContactName")
            or text_in(item, "senderName"),
            chat_name=text_in(item, "chatName"),
            quoted_message_id=_quoted_by(kind, item, extended),
            forwarded=_is_forwarded(item),
            media=Media.from_answer(item),
            location=None if is_plain else Place.from_answer(item),
            contacts=() if is_plain else SharedContact.from_answer(item),
            options=poll_options(poll) if poll else (),
            multiple_answers=poll.get("multipleAnswers") is True if poll else None,
            votes=Vote.from_poll(poll) if poll else (),
            button=None if is_plain else Button.from_answer(item),
        )


def _text_of(kind: MessageType, item: JsonObject, extended: JsonObject) -> str | None:
    """Return what a message says; its type decides where, not what is there.

    A reaction, for one, has its emoji where others have their text.
    """
    plain = (
        text_in(item, "textMessage")
        or text_in(extended, "text")
        or text_in(item, "caption")
    )
    match kind:
        case MessageType.REACTION:
            return text_in(extended, "text")
        case MessageType.POLL | MessageType.POLL_VOTE:
            return text_in(object_in(item, "pollMessageData"), "name")
        case MessageType.CONTACT:
            return text_in(object_in(item, "contact"), "displayName")
        case MessageType.BUTTON:
            button = Button.from_answer(item)
            return button.text if button else None
        case MessageType.EDITED:
            edited = object_in(item, "editedMessageData")
            return text_in(edited, "textMessage") or text_in(edited, "caption") or plain
    return plain


def _quoted_by(kind: MessageType, item: JsonObject, extended: JsonObject) -> str | None:
    """Return the id of the message that another one is about."""
    own: JsonObject = {}
    match kind:
        case MessageType.TEXT:
            pass
        case MessageType.POLL_VOTE:
            own = object_in(item, "pollMessageData")
        case MessageType.EDITED:
            own = object_in(item, "editedMessageData")
        case MessageType.DELETED:
            own = object_in(item, "deletedMessageData")
        case MessageType.BUTTON:
            own = button_part(item)
    return (
        text_in(own, "stanzaId")
        or text_in(object_in(item, "quotedMessage"), "stanzaId")
        or text_in(extended, "stanzaId")
    )


def _is_forwarded(item: JsonObject) -> bool:
    """Return whether a message was forwarded: its content tells, or the message itself.

    What it quotes may have been forwarded without it.
    """
    if item.get("isForwarded") is True:
        return True
    for name, part in item.items():
        if (
            isinstance(part, dict)
            and part.get("isForwarded") is True
            and name != "quotedMessage"
        ):
            return True
    return False
