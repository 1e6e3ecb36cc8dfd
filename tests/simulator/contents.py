"""What messages say: flat as the journals tell it, nested as notifications do."""

import re
from typing import TYPE_CHECKING

from .models import (
    Button,
    Buttons,
    Choice,
    ChoiceKind,
    ContactCard,
    File,
    GroupInvite,
    Location,
    Message,
    MessageType,
    Poll,
)

if TYPE_CHECKING:
    from .mailbox import Mailbox
    from .models import Json

type _Object = dict[str, Json]

_LINK = re.compile(r"https?://\S")
# What journals call otherwise than notifications; what has no name stands by itself.
_JOURNAL_KEYS = {
    "textMessageData": "",
    "fileMessageData": "",
    "extendedTextMessageData": "extendedTextMessage",
    "locationMessageData": "location",
    "contactMessageData": "contact",
}
_TARGETS = {"copy": "copyCode", "call": "phoneNumber", "url": "url"}


def flat_content(message: Message) -> _Object:
    """Return what a message says, as journals tell it."""
    kind, key, data = _told(message)
    told: _Object = {"typeMessage": kind}
    if message.type is MessageType.TEXT:
        told["textMessage"] = message.text
    if message.file:
        told["videoNote"] = False
    name = _JOURNAL_KEYS.get(key, key)
    return told | ({name: data} if name else data)


def flat_quote(mailbox: Mailbox, message: Message) -> _Object:
    """Return what a message answers, as journals tell it; nothing if nobody knows it."""
    quoted = _quoted(mailbox, message)
    if quoted is None or not quoted["typeMessage"]:
        return {}
    told: _Object = {"quotedMessage": quoted}
    if message.type is MessageType.TEXT:
        told["typeMessage"] = "quotedMessage"
        told["extendedTextMessage"] = _reply(message, quoted)
    return told


def message_data(mailbox: Mailbox, message: Message) -> _Object:
    """Return what a message says and answers, as notifications tell it."""
    kind, key, data = _told(message)
    quoted = _quoted(mailbox, message)
    if quoted is None:
        return {"typeMessage": kind, key: data}
    if message.type is MessageType.TEXT:
        kind, key, data = (
            "quotedMessage",
            "extendedTextMessageData",
            _reply(message, quoted),
        )
    return {"typeMessage": kind, key: data, "quotedMessage": quoted}


def reference(mailbox: Mailbox, message: Message) -> _Object:
    """Return how others refer to a message."""
    return {"stanzaId": message.id, "participant": mailbox.shown_sender(message)}


def votes_data(mailbox: Mailbox, message: Message, poll: Poll) -> _Object:
    """Return how a poll stands: all votes, whoever voted last."""
    return {
        "stanzaId": message.id,
        "name": message.text,
        "votes": [
            {
                "optionName": option,
                "optionVoters": [
                    mailbox.shown_id(voter)
                    for voter, options in message.votes.items()
                    if option in options
                ],
            }
            for option in poll.options
        ],
        "multipleAnswers": poll.multiple_answers,
    }


def _quoted(mailbox: Mailbox, message: Message) -> _Object | None:
    """Return what a message answers, with an empty type when nobody knows it."""
    quoted_id = message.quoted_message_id
    if quoted_id is None or message.choice:
        return None
    entry = mailbox.find(message.chat_id, quoted_id)
    if entry is None:
        return {"stanzaId": quoted_id, "participant": "", "typeMessage": ""}
    return reference(mailbox, entry.message) | flat_content(entry.message)


def _reply(message: Message, quoted: _Object) -> _Object:
    names = ("stanzaId", "participant")
    return {"text": message.text, **{name: quoted[name] for name in names}}


def _told(message: Message) -> tuple[str, str, _Object]:
    """Return the type of a message, and under which key notifications tell what."""
    kind = f"{message.type}Message"
    key = f"{kind}Data"
    data: _Object
    match message:
        case Message(choice=Choice() as choice):
            kind, key, data = _choice(message, choice)
        case Message(buttons=Buttons() as buttons):
            replies = all(one.type == "reply" for one in buttons.buttons)
            kind = key = "interactiveButtonsReply" if replies else "interactiveButtons"
            data = _buttons(message, buttons)
        case Message(invite=GroupInvite() as invite):
            kind, key = "groupInviteMessage", "groupInviteMessageData"
            data = _invite(message, invite)
        case Message(poll=Poll() as poll):
            data = _poll(message, poll)
        case Message(file=File() as file):
            key, data = "fileMessageData", _file(message, file)
        case Message(location=Location() as place):
            data = _place(message, place)
        case Message(contact=ContactCard() as card):
            data = _card(card) | _forwarding(message)
        case Message(type=MessageType.CONTACTS):
            kind, key = "contactsArrayMessage", "messageData"
            data = {"contacts": [_card(card) for card in message.contacts]}
            data |= _forwarding(message)
        case _ if _is_plain(message):
            data = {"textMessage": message.text}
        case _:
            kind, key = "extendedTextMessage", "extendedTextMessageData"
            data = _extended(message)
    return kind, key, data


def _is_plain(message: Message) -> bool:
    """Tell whether a phone sent a text as the simplest kind there is."""
    return not (message.from_me or message.forwarded or _LINK.search(message.text))


def _extended(message: Message) -> _Object:
    return {
        "text": message.text,
        "description": "",
        "title": "",
        "previewType": "None",
        "jpegThumbnail": "",
        **_forwarding(message),
    }


def _file(message: Message, file: File) -> _Object:
    return {
        "downloadUrl": file.url,
        "caption": message.text,
        "fileName": file.name,
        "jpegThumbnail": "",
        "mimeType": file.content_type,
        "isAnimated": False,
        **_forwarding(message),
    }


def _place(message: Message, place: Location) -> _Object:
    return {
        "nameLocation": place.name,
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "jpegThumbnail": "",
        **_forwarding(message),
    }


def _card(card: ContactCard) -> _Object:
    return {"displayName": card.title, "vcard": vcard(card)}


def _poll(message: Message, poll: Poll) -> _Object:
    return {
        "name": message.text,
        "options": [{"optionName": option} for option in poll.options],
        "multipleAnswers": poll.multiple_answers,
    }


def _invite(message: Message, invite: GroupInvite) -> _Object:
    return {
        "groupJid": invite.group_id,
        "inviteCode": invite.code,
        # A number of 64 bits, in two halves.
        "inviteExpiration": {"low": invite.expires, "high": 0, "unsigned": False},
        "groupName": invite.name,
        "caption": message.text,
        "jpegThumbnail": "",
    }


def _buttons(message: Message, buttons: Buttons) -> _Object:
    return {
        "titleText": buttons.header,
        "contentText": message.text,
        "footerText": buttons.footer,
        "buttons": [_button(button) for button in buttons.buttons],
    }


def _button(button: Button) -> _Object:
    told: _Object = {
        "type": button.type,
        "buttonId": button.id,
        "buttonText": button.text,
    }
    if target := _TARGETS.get(button.type):
        told[target] = button.target
    return told


def _choice(message: Message, choice: Choice) -> tuple[str, str, _Object]:
    kind = key = choice.kind.value
    data: _Object = {"stanzaId": message.quoted_message_id}
    if choice.kind is ChoiceKind.BUTTONS:
        data |= {"selectedButtonId": choice.id, "selectedButtonText": message.text}
    elif choice.kind is ChoiceKind.LIST:
        data |= {"title": message.text, "listType": 1, "singleSelectReply": choice.id}
    else:
        data |= {"selectedId": choice.id, "selectedDisplayText": message.text}
    if choice.kind in (ChoiceKind.TEMPLATE, ChoiceKind.TEMPLATE_OLD):
        # Not the plural of its type, unlike the others.
        key = ChoiceKind.TEMPLATE_OLD.value
        data["selectedIndex"] = choice.index
    return kind, key, data


def _forwarding(message: Message) -> _Object:
    return {
        "forwardingScore": int(message.forwarded),
        "isForwarded": message.forwarded,
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
