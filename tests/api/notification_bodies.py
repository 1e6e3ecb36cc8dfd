"""Notifications as the documentation and live instances have them, and what they mean."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from custom_components.green_api.api import (
    Button,
    Media,
    Message,
    MessageType,
    Notification,
    Place,
    SharedContact,
    Vote,
)
from tests.conftest import ANNA, BORIS, FAMILY, INSTANCE_ID, PHONE

type Body = dict[str, Any]

MESSAGE_ID = "F7AEC1B7086ECDC7E6E45923F5EDB825"
OTHER_ID = "BAE5AFC355030F7A"
MOMENT = datetime(2025, 12, 8, 15, 31, 15, tzinfo=UTC)
FILE_URL = "https://do-media-7105.example.com/7103000001/ad853d16.jpg"
THUMBS_UP = "\N{THUMBS UP SIGN}"

FORWARDING = {"forwardingScore": 0, "isForwarded": False}
LINK = {"description": "", "title": "", "previewType": "None", "jpegThumbnail": ""}
VICTOR = (
    "BEGIN:VCARD\nVERSION:3.0\nN:;Victor;;;\nFN:Victor\n"
    "item1.TEL;waid=79001234569:+7 900 123-45-69\nEND:VCARD"
)


def notification(kind: str, **content: Any) -> Body:
    """Return what all notifications have, and what this one has beside."""
    return {
        "typeWebhook": kind,
        "instanceData": {
            "idInstance": int(INSTANCE_ID),
            "wid": f"{PHONE}@c.us",
            "typeInstance": "whatsapp",
        },
        "timestamp": 1765207875,
        **content,
    }


def message(kind: str, **data: Any) -> Body:
    """Return what Anna wrote to the account."""
    return notification(
        "incomingMessageReceived",
        idMessage=MESSAGE_ID,
        senderData={
            "chatId": ANNA,
            "chatName": "anna_k",
            "sender": ANNA,
            "senderName": "anna_k",
            "senderContactName": "Anna",
        },
        messageData={"typeMessage": kind, **data},
    )


def read_message(kind: MessageType, **parts: Any) -> Message:
    """Return what is read of something that Anna wrote."""
    return Message(
        message_id=MESSAGE_ID,
        chat_id=ANNA,
        type=kind,
        from_me=False,
        timestamp=MOMENT,
        sender=ANNA,
        sender_name="Anna",
        chat_name="anna_k",
        **parts,
    )


def file(kind: str, name: str, mime_type: str, **changes: Any) -> Body:
    """Return a message with a file."""
    return message(
        kind,
        fileMessageData={
            "downloadUrl": FILE_URL,
            "caption": "",
            "fileName": name,
            "jpegThumbnail": "",
            "isAnimated": False,
            "mimeType": mime_type,
            **FORWARDING,
            **changes,
        },
    )


# One of each kind, in the shapes that the documentation and live instances give them.
MESSAGES: dict[str, tuple[Body, Message]] = {
    "text": (
        message("textMessage", textMessageData={"textMessage": "I use GREEN-API"}),
        read_message(MessageType.TEXT, text="I use GREEN-API"),
    ),
    "link": (
        message(
            "extendedTextMessage",
            extendedTextMessageData={"text": "https://a.example", **LINK, **FORWARDING},
        ),
        read_message(MessageType.TEXT, text="https://a.example"),
    ),
    "forwarded": (
        message(
            "extendedTextMessage",
            extendedTextMessageData={"text": "News", **LINK, "isForwarded": True},
        ),
        read_message(MessageType.TEXT, text="News", forwarded=True),
    ),
    "reply": (
        message(
            "quotedMessage",
            extendedTextMessageData={
                "text": "Yes",
                "stanzaId": OTHER_ID,
                "participant": f"{PHONE}@c.us",
            },
            quotedMessage={
                "stanzaId": OTHER_ID,
                "participant": f"{PHONE}@c.us",
                "typeMessage": "extendedTextMessage",
                "textMessage": "Arm?",
                "extendedTextMessage": {"text": "Arm?", **LINK, "isForwarded": True},
            },
        ),
        read_message(MessageType.TEXT, text="Yes", quoted_message_id=OTHER_ID),
    ),
    "reply to what is not told": (
        message(
            "quotedMessage",
            extendedTextMessageData={"text": "Yes", "stanzaId": OTHER_ID},
            quotedMessage={"typeMessage": ""},
        ),
        read_message(MessageType.TEXT, text="Yes", quoted_message_id=OTHER_ID),
    ),
    "reply with a file": (
        file("imageMessage", "a.jpg", "image/jpeg", caption="The door")
        | {
            "messageData": {
                **file("imageMessage", "a.jpg", "image/jpeg")["messageData"],
                "quotedMessage": {
                    "stanzaId": OTHER_ID,
                    "typeMessage": "imageMessage",
                    "isForwarded": True,
                },
            }
        },
        read_message(
            MessageType.IMAGE,
            media=Media("a.jpg", "image/jpeg", FILE_URL),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "image": (
        file("imageMessage", "ad853d16.jpg", "image/jpeg", caption="The door"),
        read_message(
            MessageType.IMAGE,
            text="The door",
            media=Media("ad853d16.jpg", "image/jpeg", FILE_URL),
        ),
    ),
    "video": (
        file("videoMessage", "a.mp4", "video/mp4", isForwarded=True),
        read_message(
            MessageType.VIDEO,
            media=Media("a.mp4", "video/mp4", FILE_URL),
            forwarded=True,
        ),
    ),
    "document that is too large": (
        file("documentMessage", "a.mkv", "video/x-matroska", downloadUrl="{{SWE002}}"),
        read_message(
            MessageType.DOCUMENT, media=Media("a.mkv", "video/x-matroska", None)
        ),
    ),
    "audio": (
        file("audioMessage", "a.oga", "audio/ogg; codecs=opus", downloadUrl=""),
        read_message(
            MessageType.AUDIO, media=Media("a.oga", "audio/ogg; codecs=opus", None)
        ),
    ),
    "sticker": (
        file("stickerMessage", "", "image/webp", isAnimated=True),
        read_message(MessageType.STICKER, media=Media(None, "image/webp", FILE_URL)),
    ),
    "location": (
        message(
            "locationMessage",
            locationMessageData={
                "nameLocation": "Gate",
                "address": "",
                "latitude": 12.3456,
                "longitude": 14,
                "jpegThumbnail": "/9j/",
                **FORWARDING,
            },
        ),
        read_message(MessageType.LOCATION, location=Place(12.3456, 14, "Gate", None)),
    ),
    "contact": (
        message(
            "contactMessage",
            contactMessageData={
                "displayName": "Victor",
                "vcard": VICTOR,
                **FORWARDING,
            },
        ),
        read_message(
            MessageType.CONTACT,
            text="Victor",
            contacts=(SharedContact("Victor", ("+79001234569",)),),
        ),
    ),
    "contacts": (
        message(
            "contactsArrayMessage",
            messageData={
                "contacts": [
                    {"displayName": "Victor", "vcard": VICTOR},
                    {"displayName": "Nobody", "vcard": ""},
                ],
                "forwardingScore": 1,
                "isForwarded": True,
            },
        ),
        read_message(
            MessageType.CONTACT,
            contacts=(
                SharedContact("Victor", ("+79001234569",)),
                SharedContact("Nobody", ()),
            ),
            forwarded=True,
        ),
    ),
    "contacts as they were": (
        message(
            "contactsArrayMessage",
            contacts=[{"displayName": "Victor", "vcard": VICTOR}],
        ),
        read_message(
            MessageType.CONTACT,
            contacts=(SharedContact("Victor", ("+79001234569",)),),
        ),
    ),
    "poll": (
        message(
            "pollMessage",
            pollMessageData={
                "name": "Arm?",
                "options": [{"optionName": "Yes"}, {"optionName": "No"}],
                "multipleAnswers": False,
            },
        ),
        read_message(
            MessageType.POLL,
            text="Arm?",
            options=("Yes", "No"),
            multiple_answers=False,
        ),
    ),
    "vote": (
        message(
            "pollUpdateMessage",
            pollMessageData={
                "stanzaId": OTHER_ID,
                "name": "Color",
                "votes": [
                    {"optionName": "Red", "optionVoters": []},
                    {"optionName": "Green", "optionVoters": [ANNA, "1555083842@lid"]},
                ],
                "multipleAnswers": True,
            },
        ),
        read_message(
            MessageType.POLL_VOTE,
            text="Color",
            quoted_message_id=OTHER_ID,
            votes=(Vote("Red", ()), Vote("Green", (ANNA, "1555083842@lid"))),
            multiple_answers=True,
        ),
    ),
    "reaction": (
        message(
            "reactionMessage",
            extendedTextMessageData={"text": THUMBS_UP},
            quotedMessage={"stanzaId": OTHER_ID, "participant": ANNA},
        ),
        read_message(MessageType.REACTION, text=THUMBS_UP, quoted_message_id=OTHER_ID),
    ),
    "reaction taken back": (
        message(
            "reactionMessage",
            extendedTextMessageData={"text": ""},
            # What was reacted to.
            textMessageData={"textMessage": "Arm?"},
            quotedMessage={
                "stanzaId": OTHER_ID,
                "typeMessage": "textMessage",
                "textMessage": "Arm?",
            },
        ),
        read_message(MessageType.REACTION, quoted_message_id=OTHER_ID),
    ),
    "edited": (
        message(
            "editedMessage",
            editedMessageData={"textMessage": "New message", "stanzaId": OTHER_ID},
        ),
        read_message(
            MessageType.EDITED, text="New message", quoted_message_id=OTHER_ID
        ),
    ),
    "edited caption": (
        message(
            "editedMessage",
            editedMessageData={"caption": "New caption", "stanzaId": OTHER_ID},
        ),
        read_message(
            MessageType.EDITED, text="New caption", quoted_message_id=OTHER_ID
        ),
    ),
    "deleted": (
        message("deletedMessage", deletedMessageData={"stanzaId": OTHER_ID}),
        read_message(MessageType.DELETED, quoted_message_id=OTHER_ID),
    ),
    "button": (
        message(
            "templateButtonsReplyMessage",
            templateButtonReplyMessage={
                "stanzaId": OTHER_ID,
                "selectedIndex": 0,
                "selectedId": "1",
                "selectedDisplayText": "First Button",
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="First Button",
            button=Button("1", "First Button", 0),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "older button": (
        message(
            "templateButtonReplyMessage",
            templateButtonReplyMessage={
                "stanzaId": OTHER_ID,
                "selectedIndex": "2",
                "selectedId": "3",
                "selectedDisplayText": "Third",
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="Third",
            button=Button("3", "Third", 2),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "interactive button": (
        message(
            "interactiveButtonsResponse",
            interactiveButtonsResponse={
                "stanzaId": OTHER_ID,
                "selectedId": "2",
                "selectedDisplayText": "Second",
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="Second",
            button=Button("2", "Second", None),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "plain button": (
        message(
            "buttonsResponseMessage",
            buttonsResponseMessage={
                "stanzaId": OTHER_ID,
                "selectedButtonId": "1",
                "selectedButtonText": "Green",
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="Green",
            button=Button("1", "Green", None),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "list": (
        message(
            "listResponseMessage",
            listResponseMessage={
                "stanzaId": OTHER_ID,
                "title": "Option 2",
                "listType": 1,
                "singleSelectReply": "option2",
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="Option 2",
            button=Button("option2", "Option 2", None),
            quoted_message_id=OTHER_ID,
        ),
    ),
    "list as WhatsApp has it": (
        message(
            "listResponseMessage",
            listResponseMessage={
                "title": "Option 2",
                "singleSelectReply": {"selectedRowId": "option2"},
            },
        ),
        read_message(
            MessageType.BUTTON,
            text="Option 2",
            button=Button("option2", "Option 2", None),
        ),
    ),
    "buttons": (
        message(
            "interactiveButtons",
            interactiveButtons={
                "titleText": "Door",
                "contentText": "Open?",
                "footerText": "",
                "buttons": [{"type": "copy", "buttonId": "1", "buttonText": "Yes"}],
            },
        ),
        read_message(MessageType.OTHER),
    ),
    "invitation": (
        message(
            "groupInviteMessage",
            groupInviteMessageData={
                "groupJid": FAMILY,
                "inviteCode": "abc",
                "inviteExpiration": "1705521510",
                "groupName": "Family",
                "caption": "Come",
                "name": "",
                "jpegThumbnail": "",
            },
        ),
        read_message(MessageType.OTHER),
    ),
    "unreadable": (
        message("textMessage", textMessageData={"textMessage": "{{SWE001}}"}),
        read_message(MessageType.TEXT, text="{{SWE001}}"),
    ),
}

STATUS = notification(
    "outgoingMessageStatus",
    chatId=ANNA,
    idMessage="BAE541349F547574",
    status="failed",
    sendByApi=True,
    description="SWE004: the number of participants has been exceeded - 300",
)
STATE = notification("stateInstanceChanged", stateInstance="notAuthorized")
INCOMING_CALL = notification(
    "incomingCall", **{"from": ANNA}, status="offer", idMessage=MESSAGE_ID
)
OUTGOING_CALL = notification(
    "outgoingCall",
    **{"from": BORIS},
    idMessage=MESSAGE_ID,
    isVideo=True,
    duration=12,
    status="pickUp",
    participants=[{"id": BORIS, "status": "pickUp"}],
)
QUOTA: Body = {
    "typeWebhook": "quotaExceeded",
    "instanceData": {"idInstance": int(INSTANCE_ID), "wid": "", "typeInstance": ""},
    "quotaData": {
        "method": "correspondents",
        "used": 3,
        "total": 3,
        "status": "CORRESPONDENTS_QUOTA_EXCEEDED",
        "description": "Monthly quota has been exceeded. You can only send or receive "
        f"messages from following chats: {ANNA}, {FAMILY}, 0@c.us",
    },
}
OTHERS: dict[str, Body] = {
    "statusInstanceChanged": notification(
        "statusInstanceChanged", statusInstance="online"
    ),
    "deviceInfo": notification(
        "deviceInfo", deviceData={"platform": "iphone", "battery": 90}
    ),
    "incomingBlock": notification("incomingBlock", chatId=ANNA, chatState="blocked"),
    "avatarInfo": notification("avatarInfo", avatar={"url": ""}),
    "hologramReceived": notification("hologramReceived", hologram=1),
}

BODIES: dict[str, Body] = {
    **{name: body for name, (body, _) in MESSAGES.items()},
    "status": STATUS,
    "state": STATE,
    "incoming call": INCOMING_CALL,
    "outgoing call": OUTGOING_CALL,
    "quota": QUOTA,
    **OTHERS,
}


def read(body: Any, **changes: Any) -> Any:
    """Read a notification, changed."""
    return Notification.from_answer({**body, **changes} if changes else body)


def text(said: Any, **changes: Any) -> Body:
    """Return a text message, changed."""
    return {**message("textMessage", textMessageData={"textMessage": said}), **changes}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each part of a notification is."""
    below: Any = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    for key, each in below:
        yield (*path, key)
        yield from paths(each, (*path, key))
