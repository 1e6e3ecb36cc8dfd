"""What happened in a chat, as automations see it."""

from dataclasses import dataclass
from typing import Any

from ..api import CallNotification, Media, Message, MessageType, Place


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
            ],
            "options": list(message.options),
            "multiple_answers": message.multiple_answers,
            "votes": [
                {"option": vote.option, "voters": list(vote.voters)}
                for vote in message.votes
            ],
            "button": {
                "id": message.button.id,
                "text": message.button.text,
                "index": message.button.index,
            }
            if message.button
            else None,
            "timestamp": message.timestamp,
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
            "timestamp": call.timestamp,
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
    told = {
        name: value for name, value in attributes.items() if value not in (None, [])
    }
    if timestamp := told.get("timestamp"):
        told["timestamp"] = timestamp.isoformat()
    return told


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
