"""Chats and messages as a phone shows them."""

from typing import TYPE_CHECKING

from .models import MessageStatus

if TYPE_CHECKING:
    from .instance import Instance
    from .models import Json, Message

type _Object = dict[str, Json]


def shown_chats(instance: Instance) -> list[Json]:
    """Return the chats with something in them, the latest first."""
    chats: dict[str, list[Message]] = {}
    for entry in instance.history:
        if entry.status not in (None, MessageStatus.DELIVERED):
            continue
        chat_id = instance.chat(entry.message.chat_id)
        # Taken out and put back: the chat of the latest message comes last.
        chats[chat_id] = [*chats.pop(chat_id, ()), entry.message]
    return [
        {
            "id": chat_id,
            "name": _title(instance, chat_id),
            "messages": [_message(instance, message) for message in messages],
        }
        for chat_id, messages in reversed(chats.items())
    ]


def _message(instance: Instance, message: Message) -> _Object:
    shown = _said(instance, message) | {
        "id": message.id,
        "timestamp": message.timestamp,
        "forwarded": message.forwarded,
        "edited": message.edited,
        "quoted": None,
    }
    if message.quoted_message_id:
        quoted = instance.find(message.chat_id, message.quoted_message_id)
        shown["quoted"] = _said(instance, quoted.message) if quoted else None
    return shown


def _said(instance: Instance, message: Message) -> _Object:
    """Return who says what."""
    shown: _Object = {
        "fromMe": message.from_me,
        "sender": ""
        if message.from_me
        else message.sender_name or _title(instance, message.sender),
        "type": message.type,
        "text": "" if message.deleted else message.text,
        "deleted": message.deleted,
    }
    if message.deleted:
        return shown
    if file := message.file:
        here = file.content is not None
        shown["file"] = {
            "name": file.name,
            "size": len(file.content or b"") if here else None,
            "url": f"/phone/{instance.id}/files/{message.id}" if here else file.url,
        }
    if place := message.location:
        shown["location"] = {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "name": place.name,
            "address": place.address,
        }
    if card := message.contact:
        shown["contact"] = {
            "name": card.title,
            "phone": f"+{card.phone}",
            "company": card.company,
        }
    if poll := message.poll:
        shown["poll"] = {
            "options": list(poll.options),
            "multipleAnswers": poll.multiple_answers,
        }
    return shown


def _title(instance: Instance, chat_id: str) -> str:
    """Return the name of a chat or a person, or the number."""
    digits, _, server = chat_id.partition("@")
    number = f"+{digits}" if server == "c.us" else chat_id
    return instance.name(chat_id) or number
