"""Messages as the journals tell them."""

from typing import TYPE_CHECKING

from ..models import MessageType

if TYPE_CHECKING:
    from ..instance import Instance
    from ..journal import Entry
    from ..models import ContactCard, Json, Message

type _Object = dict[str, Json]


def journal_entry(instance: Instance, entry: Entry) -> _Object:
    """Return a message with its content, its quote and what became of it."""
    message = entry.message
    told: _Object = {
        "type": "outgoing" if message.from_me else "incoming",
        "idMessage": message.id,
        "timestamp": message.timestamp,
        "chatId": message.chat_id,
        **_content(message),
        **_quote(instance, message),
    }
    if message.from_me:
        told |= {"statusMessage": entry.status, "sendByApi": True}
    else:
        told |= {
            "senderId": message.sender,
            "senderName": message.sender_name,
            "senderContactName": instance.name(message.sender),
        }
    return told | {
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": message.edited,
        "isDeleted": message.deleted,
    }


def _content(message: Message) -> _Object:
    """Return what a message says, by its type."""
    forwarding: _Object = {
        "forwardingScore": int(message.forwarded),
        "isForwarded": message.forwarded,
    }
    if message.type is MessageType.TEXT and not message.from_me:
        return {"typeMessage": "textMessage", "textMessage": message.text}
    if message.type is MessageType.TEXT:
        return {
            "typeMessage": "extendedTextMessage",
            "textMessage": message.text,
            "extendedTextMessage": {**_extended(message.text), **forwarding},
        }
    told: _Object = {"typeMessage": f"{message.type}Message"}
    if file := message.file:
        return {
            **told,
            "downloadUrl": file.url,
            "caption": message.text,
            "fileName": file.name,
            "jpegThumbnail": "",
            "mimeType": file.content_type,
            "isAnimated": False,
            "videoNote": False,
            **forwarding,
        }
    if place := message.location:
        told["location"] = {
            "nameLocation": place.name,
            "address": place.address,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "jpegThumbnail": "",
            **forwarding,
        }
    if card := message.contact:
        told["contact"] = {
            "displayName": card.title,
            "vcard": vcard(card),
            **forwarding,
        }
    if poll := message.poll:
        told["pollMessageData"] = {
            "name": message.text,
            "options": [{"optionName": option} for option in poll.options],
            "multipleAnswers": poll.multiple_answers,
        }
    return told


def _quote(instance: Instance, message: Message) -> _Object:
    """Return what a message answers; nothing if nobody knows it."""
    quoted_id = message.quoted_message_id
    entry = instance.find(message.chat_id, quoted_id) if quoted_id else None
    if entry is None:
        return {}
    quoted = entry.message
    participant = f"{instance.phone}@c.us" if quoted.from_me else quoted.sender
    stanza: _Object = {"stanzaId": quoted.id, "participant": participant}
    told: _Object = {"quotedMessage": {**stanza, **_content(quoted)}}
    if message.type is MessageType.TEXT:
        told["typeMessage"] = "quotedMessage"
        told["extendedTextMessage"] = {"text": message.text, **stanza}
    return told


def _extended(text: str) -> _Object:
    return {
        "text": text,
        "description": "",
        "title": "",
        "previewType": "None",
        "jpegThumbnail": "",
    }


def vcard(card: ContactCard) -> str:
    """Return a card in the format phones exchange."""
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{card.last_name};{card.first_name};{card.middle_name};;",
        f"FN:{card.title}",
        *([f"ORG:{card.company};"] if card.company else []),
        f"item1.TEL;waid={card.phone}:+{card.phone}",
        "END:VCARD",
    )
    return "\n".join(lines)
