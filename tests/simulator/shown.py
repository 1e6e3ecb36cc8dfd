"""Chats and messages as a phone shows them."""

from typing import TYPE_CHECKING

from .models import ContactType, MessageStatus, PhoneCall
from .qr import qr_png

if TYPE_CHECKING:
    from .instance import Instance
    from .journal import Entry
    from .models import Json, Message

type _Object = dict[str, Json]

SHOWN = {None, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ}


def shown_chats(instance: Instance) -> list[Json]:
    """Return the chats with something in them, the latest first."""
    chats: dict[str, list[Json]] = {}
    for item in _items(instance):
        if isinstance(item, PhoneCall):
            chat_id, shown = item.chat_id, _call(item)
        else:
            chat_id, shown = item.message.chat_id, _message(instance, item)
        chat_id = instance.chat(chat_id)
        # Taken out and put back: the chat of the latest message comes last.
        chats[chat_id] = [*chats.pop(chat_id, ()), shown]
    return [
        {"id": chat_id, "name": _title(instance, chat_id), "messages": messages}
        for chat_id, messages in reversed(chats.items())
    ]


def shown_contacts(instance: Instance) -> list[Json]:
    """Return whom one can write as, or to."""
    return [
        {
            "id": contact.id,
            "name": contact.title,
            "group": contact.type is ContactType.GROUP,
        }
        for contact in instance.contacts
    ]


def shown_qr(instance: Instance) -> str | None:
    """Return the picture the instance wants to be scanned, if it does."""
    return None if instance.linked else qr_png(instance.linking.qr)


def _items(instance: Instance) -> list[Entry | PhoneCall]:
    """Return messages and calls, oldest first."""
    items: list[Entry | PhoneCall] = [
        entry for entry in instance.history if entry.status in SHOWN
    ]
    return sorted([*items, *instance.calls], key=_moment) if instance.calls else items


def _moment(item: Entry | PhoneCall) -> int:
    return item.timestamp if isinstance(item, PhoneCall) else item.message.timestamp


def _call(call: PhoneCall) -> _Object:
    return {
        "id": call.id,
        "type": "call",
        "timestamp": call.timestamp,
        "fromMe": call.from_me,
        "outcome": call.outcome,
    }


def _message(instance: Instance, entry: Entry) -> _Object:
    message = entry.message
    shown = _said(instance, message) | {
        "id": message.id,
        "timestamp": message.timestamp,
        "forwarded": message.forwarded,
        "edited": message.edited,
        "status": entry.status,
        "senderId": message.sender,
        "byPhone": message.by_phone,
        "reactions": [
            {"emoji": emoji, "who": _title(instance, who), "id": who}
            for who, emoji in message.reactions.items()
        ],
        "quoted": None,
    }
    if message.quoted_message_id:
        quoted = instance.find(message.chat_id, message.quoted_message_id)
        shown["quoted"] = _said(instance, quoted.message) if quoted else None
        shown["quotedId"] = message.quoted_message_id
    return shown


def _said(instance: Instance, message: Message) -> _Object:
    """Return who says what."""
    shown: _Object = {
        "fromMe": message.from_me,
        "sender": "" if message.from_me else _sender(instance, message),
        "type": message.type,
        "text": "" if message.deleted else message.text,
        "deleted": message.deleted,
    }
    if not message.deleted:
        shown |= _content(instance, message)
    return shown


def _content(instance: Instance, message: Message) -> _Object:
    shown: _Object = {}
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
    cards = [message.contact] if message.contact else message.contacts
    if cards:
        told: list[Json] = [
            {"name": card.title, "phone": f"+{card.phone}", "company": card.company}
            for card in cards
        ]
        shown |= {"contact": told[0]} if message.contact else {"contacts": told}
    if poll := message.poll:
        shown["poll"] = {
            "options": list(poll.options),
            "multipleAnswers": poll.multiple_answers,
        }
        shown["votes"] = {who: list(options) for who, options in message.votes.items()}
    if invite := message.invite:
        shown["invite"] = invite.name
    if buttons := message.buttons:
        shown["buttons"] = {
            "header": buttons.header,
            "footer": buttons.footer,
            "buttons": [
                {"id": one.id, "text": one.text, "type": one.type, "target": one.target}
                for one in buttons.buttons
            ],
        }
    if choice := message.choice:
        shown["choice"] = choice.id
    return shown


def _sender(instance: Instance, message: Message) -> str:
    """Return who wrote a message: by the phone book, else as somebody calls himself."""
    known = instance.contact(message.sender) or not message.sender_name
    return _title(instance, message.sender) if known else message.sender_name


def _title(instance: Instance, chat_id: str) -> str:
    """Return the name of a chat or a person, or the number."""
    digits, _, server = chat_id.partition("@")
    number = f"+{digits}" if server == "c.us" else chat_id
    return instance.name(chat_id) or number
