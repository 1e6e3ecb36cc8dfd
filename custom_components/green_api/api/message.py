"""A message, wherever it was read: in a journal or in a notification."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
import re
from typing import Self, override

from .content import (
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

# What GREEN-API puts in place of a text that it could not read, or not yet.
_MARK = re.compile(r"\{\{SWE\d{3}\}\}")


@dataclass(frozen=True, slots=True, repr=False)
class BaseMessage(Discreet):
    """What journals and notifications both tell of a message.

    `text` is what it says: its text, its caption, the question of a poll, the name of a
    contact, the text of a button, the emoji of a reaction (None takes it back), or what
    an edited message says now.

    `quoted_message_id` is the message that it is about: that it answers or reacts to,
    the poll of a vote, the message with the button, the one that was edited or deleted.
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
    media: Media | None = None
    location: Place | None = None
    options: tuple[str, ...] = ()

    @property
    def is_placeholder(self) -> bool:
        """Return whether GREEN-API has not read this message, or not yet.

        It may send the same message, with the same id, once more when it has.
        """
        return _MARK.fullmatch(self.text or "") is not None

    @classmethod
    def from_answer(cls, item: JsonObject) -> Self:
        """Read a message in the shape that journals have, whatever is missing."""
        kind = _TYPES.get(text_in(item, "typeMessage") or "", MessageType.OTHER)
        return cls(
            message_id=text_in(item, "idMessage") or "",
            chat_id=chat_id_in(item, "chatId") or "",
            type=kind,
            from_me=item.get("type") == "outgoing",
            timestamp=moment(item.get("timestamp")),
            text=_text_of(kind, item),
            sender=chat_id_in(item, "senderId"),
            sender_name=text_in(item, "senderContactName")
            or text_in(item, "senderName"),
            quoted_message_id=_quoted_by(kind, item),
            forwarded=_is_forwarded(item),
            media=Media.from_answer(item),
            location=Place.from_answer(item),
            options=poll_options(item),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Message(BaseMessage):
    """A message that a notification brought.

    `votes` is what the poll has come to with a vote; the voter is the `sender`.
    `multiple_answers` is None where there is no poll.

    https://green-api.com/en/docs/api/receiving/notifications-format/incoming-message/
    """

    chat_name: str | None = None
    contacts: tuple[SharedContact, ...] = ()
    multiple_answers: bool | None = None
    votes: tuple[Vote, ...] = ()
    button: Button | None = None

    @classmethod
    @override
    def from_answer(cls, item: JsonObject) -> Self:
        """Read a message in the shape that journals have, whatever is missing."""
        poll = object_in(item, "pollMessageData")
        return replace(
            super().from_answer(item),
            chat_name=text_in(item, "chatName"),
            contacts=SharedContact.from_answer(item),
            multiple_answers=poll.get("multipleAnswers") is True if poll else None,
            votes=Vote.from_answer(item),
            button=Button.from_answer(item),
        )


def _text_of(kind: MessageType, item: JsonObject) -> str | None:
    """Return what a message says; its type decides where, not what is there.

    A reaction, for one, has its emoji where others have their text.
    """
    extended = text_in(object_in(item, "extendedTextMessage"), "text")
    plain = text_in(item, "textMessage") or extended or text_in(item, "caption")
    match kind:
        case MessageType.REACTION:
            return extended
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
        case _:
            return plain


def _quoted_by(kind: MessageType, item: JsonObject) -> str | None:
    """Return the id of the message that another one is about."""
    match kind:
        case MessageType.POLL_VOTE:
            own = object_in(item, "pollMessageData")
        case MessageType.EDITED:
            own = object_in(item, "editedMessageData")
        case MessageType.DELETED:
            own = object_in(item, "deletedMessageData")
        case MessageType.BUTTON:
            own = button_part(item)
        case _:
            own = {}
    return (
        text_in(own, "stanzaId")
        or text_in(object_in(item, "quotedMessage"), "stanzaId")
        or text_in(object_in(item, "extendedTextMessage"), "stanzaId")
    )


def _is_forwarded(item: JsonObject) -> bool:
    """Return whether a message was forwarded: its content tells, or the message itself.

    What it quotes may have been forwarded without it.
    """
    return item.get("isForwarded") is True or any(
        isinstance(part, dict)
        and part.get("isForwarded") is True
        and key != "quotedMessage"
        for key, part in item.items()
    )
