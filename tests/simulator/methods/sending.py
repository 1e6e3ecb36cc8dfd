"""Methods that put a message into the send queue."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ..models import ContactCard, Location, Message, MessageStatus, MessageType, Poll
from ..validation import Fields, invalid, refuse, without_halves

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

LONGEST_MESSAGE = 20_000
LONGEST_PREVIEW_TEXT = 300
LONGEST_QUESTION = 255
LONGEST_OPTION = 100
OPTIONS = (2, 12)
TYPING_TIME = (1_000, 20_000)
PREVIEW_FIELDS = ("title", "description", "link")
NAME_FIELDS = ("firstName", "middleName", "lastName", "company")
NOT_FOUND = "Message not found by id"


def send_message(call: Call) -> Json:
    """Send a text."""
    fields = call.fields
    chat_id = fields.chat_id()
    text = fields.required_text("message", LONGEST_MESSAGE)
    quoted, typing_time = reply_and_typing(fields)
    link_preview = fields.flag("linkPreview") is not False
    size = fields.choice("typePreview", ("large", "small")) or "small"
    fields.flag("archiveChat")
    if preview := fields.group("customPreview"):
        preview.required_text("title", LONGEST_PREVIEW_TEXT)
        for name in PREVIEW_FIELDS:
            preview.text(name, LONGEST_PREVIEW_TEXT)
    message = Message(
        id="",
        chat_id=chat_id,
        text=without_halves(text),
        quoted_message_id=quoted,
        link_preview=link_preview,
        typing_time=typing_time,
    )
    return send(
        call,
        message,
        {
            "message": message.text,
            "linkPreview": link_preview,
            "typePreview": size,
        },
    )


def send_poll(call: Call) -> Json:
    """Send a question and answers to choose from."""
    fields = call.fields
    chat_id = fields.chat_id()
    question = without_halves(fields.required_text("message", LONGEST_QUESTION))
    options: list[str] = []
    for index, item in enumerate(fields.items("options", *OPTIONS)):
        option = Fields(item).required_text("optionName", LONGEST_OPTION)
        if option in options:
            invalid(f"'options[{index}]' contains a duplicate value")
        options.append(without_halves(option))
    multiple = fields.flag("multipleAnswers") is True
    quoted, typing_time = reply_and_typing(fields)
    message = Message(
        id="",
        chat_id=chat_id,
        text=question,
        type=MessageType.POLL,
        poll=Poll(options=tuple(options), multiple_answers=multiple),
        quoted_message_id=quoted,
        typing_time=typing_time,
    )
    return send(
        call,
        message,
        {
            "message": question,
            "options": [{"optionName": option} for option in options],
            "multipleAnswers": multiple,
        },
    )


def send_location(call: Call) -> Json:
    """Send a place."""
    fields = call.fields
    chat_id = fields.chat_id()
    place = Location(
        latitude=_degrees(fields, "latitude", 90),
        longitude=_degrees(fields, "longitude", 180),
        name=without_halves(fields.text("nameLocation", empty=True) or ""),
        address=without_halves(fields.text("address", empty=True) or ""),
    )
    quoted, typing_time = reply_and_typing(fields)
    message = Message(
        id="",
        chat_id=chat_id,
        text="",
        type=MessageType.LOCATION,
        location=place,
        quoted_message_id=quoted,
        typing_time=typing_time,
    )
    return send(
        call,
        message,
        {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "nameLocation": place.name,
            "address": place.address,
        },
    )


def send_contact(call: Call) -> Json:
    """Send somebody's card."""
    fields = call.fields
    chat_id = fields.chat_id()
    contact = fields.group("contact")
    if contact is None:
        invalid("'contact' is required")
    phone = contact.integer("phoneContact", 1)
    if phone is None:
        invalid("'phoneContact' is required")
    names = [
        without_halves(contact.text(name, empty=True) or "") for name in NAME_FIELDS
    ]
    if not any(names):
        listed = ", ".join(NAME_FIELDS)
        invalid(f"'contact' must contain at least one of [{listed}]")
    quoted, typing_time = reply_and_typing(fields)
    first, middle, last, company = names
    message = Message(
        id="",
        chat_id=chat_id,
        text="",
        type=MessageType.CONTACT,
        contact=ContactCard(
            phone=phone,
            first_name=first,
            middle_name=middle,
            last_name=last,
            company=company,
        ),
        quoted_message_id=quoted,
        typing_time=typing_time,
    )
    card: dict[str, Json] = {"phoneContact": phone}
    card.update(zip(NAME_FIELDS, names, strict=True))
    return send(call, message, {"contact": card})


def forward_messages(call: Call) -> Json:
    """Send messages of a chat to another one."""
    fields, instance = call.fields, call.instance
    chat_id = fields.chat_id()
    source = fields.chat_id("chatIdFrom")
    wanted: list[str] = []
    for index, item in enumerate(fields.items("messages", 1)):
        if not isinstance(item, str):
            invalid(f"'messages[{index}]' must be a string")
        wanted.append(item)
    typing_time = fields.integer("typingTime", *TYPING_TIME)
    call.afford(chat_id)
    instance.require_started()
    found = [instance.find(source, message_id) for message_id in wanted]
    if instance.strict_references and not all(found):
        refuse(NOT_FOUND)
    ids: list[Json] = []
    for message_id, entry in zip(wanted, found, strict=True):
        original = entry.message if entry else Message(id="", chat_id="", text="")
        message = replace(
            original,
            chat_id=chat_id,
            forwarded=True,
            edited=False,
            reactions={},
            votes={},
            by_phone=False,
            from_me=True,
            sender="",
            sender_name="",
            quoted_message_id=None,
            typing_time=typing_time,
        )
        body: dict[str, Json] = {
            "chatId": chat_id,
            "chatIdFrom": source,
            "messages": [message_id],
            "typingTime": typing_time,
        }
        lost = entry is None or entry.status is MessageStatus.FAILED
        doomed = lost or original.deleted
        ids.append(instance.accept(message, "ForwardMessages", body, doomed=doomed))
    return {"messages": ids}


def reply_and_typing(fields: Fields) -> tuple[str | None, int | None]:
    """Return which message is quoted, and for how long somebody seems to type."""
    return fields.text("quotedMessageId"), fields.integer("typingTime", *TYPING_TIME)


def send(call: Call, message: Message, body: dict[str, Json]) -> Json:
    """Send a message, and tell its id."""
    admit(call, message)
    return {"idMessage": enqueue(call, message, body, call.method)}


def admit(call: Call, message: Message) -> None:
    """Refuse a message that cannot go into the queue."""
    instance, quoted = call.instance, message.quoted_message_id
    call.afford(message.chat_id)
    instance.require_started()
    if quoted is None or not instance.strict_references:
        return
    if instance.find(message.chat_id, quoted) is None:
        refuse(NOT_FOUND)


def enqueue(call: Call, message: Message, body: dict[str, Json], method: str) -> str:
    """Put a message into the queue, which shows `body`, and return its id."""
    body = {"chatId": message.chat_id, **body, "typingTime": message.typing_time}
    if message.quoted_message_id is not None:
        body["quotedMessageId"] = message.quoted_message_id
    return call.instance.accept(message, method, body)


def _degrees(fields: Fields, name: str, most: int) -> float:
    value = fields.number(name, -most, most)
    if value is None:
        invalid(f"'{name}' is required")
    return value
