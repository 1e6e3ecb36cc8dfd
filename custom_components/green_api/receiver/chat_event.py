"""What happened in a chat, as automations see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..api import Button, CallNotification, Media, Message, MessageType, Place


@dataclass(frozen=True, slots=True, repr=False)
class ChatEvent:
    """Something that happened in a chat; `attributes` are for people, in snake_case."""

    chat_id: str
    type: MessageType
    from_me: bool
    sender: str | None
    text: str | None
    attributes: dict[str, Any]

    @classmethod
    def from_message(cls, message: Message) -> ChatEvent:
        """Take a message of any kind."""
        attributes = {
            "message_id": message.message_id,
            "chat_id": message.chat_id,
            "chat_name": message.chat_name,
            "text": message.text,
            "sender": message.sender,
            "sender_name": message.sender_name,
            "from_me": message.from_me,
            "quoted_message_id": message.quoted_message_id,
            "forwarded": message.forwarded,
            "media": _media(message.media),
            "location": _location(message.location),
            "contacts": [
                {"name": each.name, "phones": list(each.phones)}
                for each in message.contacts
            ]
            or None,
            "options": list(message.options) or None,
            "multiple_answers": message.multiple_answers,
            "votes": [
                {"option": vote.option, "voters": list(vote.voters)}
                for vote in message.votes
            ]
            or None,
            "button": _button(message.button),
            "timestamp": _time(message.timestamp),
        }
        return cls(
            chat_id=message.chat_id,
            type=message.type,
            from_me=message.from_me,
            sender=message.sender,
            text=message.text,
            attributes=_told(attributes),
        )

    @classmethod
    def from_call(cls, call: CallNotification) -> ChatEvent:
        """Take a step of a call."""
        chat_id = call.chat_id or ""
        sender = chat_id if call.incoming else None
        attributes = {
            "message_id": call.message_id,
            "chat_id": chat_id,
            "sender": sender,
            "from_me": not call.incoming,
            "call_status": call.status,
            "video": call.video,
            "timestamp": _time(call.timestamp),
        }
        return cls(
            chat_id=chat_id,
            type=MessageType.CALL,
            from_me=not call.incoming,
            sender=sender,
            text=None,
            attributes=_told(attributes),
        )


def _told(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to tell; a template finds nothing where there is nothing."""
    return {name: value for name, value in attributes.items() if value is not None}


def _time(timestamp: datetime | None) -> str | None:
    return timestamp.isoformat() if timestamp else None


def _button(button: Button | None) -> dict[str, str | int | None] | None:
    if button is None:
        return None
    return {"id": button.id, "text": button.text, "index": button.index}


def _media(media: Media | None) -> dict[str, str | None] | None:
    if media is None:
        return None
    return {"name": media.name, "mime_type": media.mime_type, "url": media.url}


def _location(place: Place | None) -> dict[str, str | float | None] | None:
    if place is None:
        return None
    return {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "name": place.name,
        "address": place.address,
    }
