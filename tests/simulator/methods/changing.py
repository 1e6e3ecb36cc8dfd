"""Methods that change what was sent, or pretend to send."""

from typing import TYPE_CHECKING

from ..models import MessageType
from ..validation import refuse, without_halves
from .files import LONGEST_CAPTION
from .sending import LONGEST_MESSAGE, TYPING_TIME

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json, Message

NOT_FOUND = "ID message notfound"


def edit_message(call: Call) -> Json:
    """Change a text or a caption. Too late, it is accepted and comes to nothing."""
    instance = call.instance
    chat_id = call.fields.chat_id()
    message_id = call.fields.required_text("idMessage")
    text = without_halves(call.fields.required_text("message", LONGEST_MESSAGE))
    message = _own(call, chat_id, message_id)
    if message.type is not MessageType.TEXT:
        if message.file is None:
            refuse(NOT_FOUND)
        call.fields.required_text("message", LONGEST_CAPTION)
    if not message.deleted and _in_time(call, message, instance.edit_window):
        return {"idMessage": instance.edit(message, text)}
    return {"idMessage": instance.new_id()}


def delete_message(call: Call) -> Json:
    """Delete a message. Too late, it is accepted and comes to nothing."""
    instance = call.instance
    chat_id = call.fields.chat_id()
    message_id = call.fields.required_text("idMessage")
    only_here = call.fields.flag("onlySenderDelete")
    message = _own(call, chat_id, message_id)
    if not only_here and _in_time(call, message, instance.delete_window):
        instance.delete(message)
    return None


def send_typing(call: Call) -> Json:
    """Seem to type or to record, for a while."""
    call.fields.chat_id()
    call.fields.integer("typingTime", *TYPING_TIME)
    call.fields.choice("typingType", ("recording",))
    call.afford()
    call.instance.require_linked()
    return None


def _own(call: Call, chat_id: str, message_id: str) -> Message:
    call.afford()
    call.instance.require_linked()
    entry = call.instance.find(chat_id, message_id)
    if entry is None or not entry.message.from_me:
        refuse(NOT_FOUND)
    return entry.message


def _in_time(call: Call, message: Message, window: float | None) -> bool:
    return window is None or call.now - message.timestamp <= window
