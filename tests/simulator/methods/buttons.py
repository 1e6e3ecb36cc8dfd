"""Methods that send buttons to press."""

from typing import TYPE_CHECKING

from ..models import Button, Buttons, Message, MessageType
from ..validation import Fields, invalid, without_halves
from .sending import LONGEST_MESSAGE, reply_and_typing, send

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

MOST_BUTTONS = 3
LONGEST_BUTTON = 25
TARGETS = {"copy": "copyCode", "call": "phoneNumber", "url": "url"}


def send_interactive_buttons(call: Call) -> Json:
    """Send buttons that copy, call or open something."""
    return _send(call, replies=False)


def send_interactive_buttons_reply(call: Call) -> Json:
    """Send buttons that answer."""
    return _send(call, replies=True)


def _send(call: Call, *, replies: bool) -> Json:
    fields = call.fields
    chat_id = fields.chat_id(groups=not replies)
    text = without_halves(fields.required_text("body", LONGEST_MESSAGE))
    buttons = Buttons(
        header=without_halves(fields.text("header", empty=True) or ""),
        footer=without_halves(fields.text("footer", empty=True) or ""),
        buttons=tuple(
            _button(Fields(item), replies=replies)
            for item in fields.items("buttons", 1, MOST_BUTTONS)
        ),
    )
    quoted, typing_time = reply_and_typing(fields)
    message = Message(
        id="",
        chat_id=chat_id,
        text=text,
        type=MessageType.BUTTONS,
        buttons=buttons,
        quoted_message_id=quoted,
        typing_time=typing_time,
    )
    shown: list[Json] = [
        {"type": one.type, "buttonId": one.id, "buttonText": one.text}
        for one in buttons.buttons
    ]
    body: dict[str, Json] = {
        "body": text,
        "header": buttons.header,
        "footer": buttons.footer,
        "buttons": shown,
    }
    return send(call, message, body)


def _button(fields: Fields, *, replies: bool) -> Button:
    kind = "reply"
    if not replies:
        kind = fields.choice("type", tuple(TARGETS)) or ""
        if not kind:
            invalid("'type' is required")
    return Button(
        type=kind,
        id=fields.required_text("buttonId"),
        text=without_halves(fields.required_text("buttonText", LONGEST_BUTTON)),
        target="" if replies else fields.required_text(TARGETS[kind]),
    )
