"""Methods that hand out notifications and what came with them."""

from http import HTTPStatus
import re
from typing import TYPE_CHECKING

from ..validation import refuse

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

TIMEOUT = (5, 60)
_RECEIPT = re.compile(r"[0-9]{1,18}")
NOTHING_TO_DELETE = "Cannot read properties of undefined (reading 'findUnAckedMessage')"


async def wait_for_notification(call: Call) -> None:
    """Wait until there is a notification, for as long as the poll asks for."""
    instance = call.instance
    seconds = call.query.integer("receiveTimeout", *TIMEOUT) or TIMEOUT[0]
    instance.require_polling()

    def given_up() -> bool:
        instance.advance()
        fault = instance.faults.find(call.method, None)
        return fault is not None and not fault.kind.accepted

    await instance.notifications.wait(seconds * instance.poll_scale, given_up)


def receive_notification(call: Call) -> Json:
    """Hand out the first notification, if there is one."""
    call.instance.require_polling()
    notification = call.instance.notifications.hand_out()
    if notification is None:
        return None
    return {"receiptId": notification.receipt, "body": notification.body}


def delete_notification(call: Call) -> Json:
    """Delete the notification that was handed out with a receipt."""
    instance = call.instance
    if not _RECEIPT.fullmatch(call.receipt):
        refuse("Parameter receiptId must be a Number!")
    notification = instance.notifications.handed_out(int(call.receipt))
    if notification is not None:
        instance.finish(notification)
    elif instance.delete_unknown_fails:
        refuse(NOTHING_TO_DELETE, HTTPStatus.INTERNAL_SERVER_ERROR)
    return {"result": notification is not None, "reason": ""}


def get_webhooks_count(call: Call) -> Json:
    """Tell how many notifications wait."""
    return {"count": call.instance.count_notifications()}


def clear_webhooks_queue(call: Call) -> Json:
    """Forget all notifications, not too often."""
    if left := call.instance.clear_notifications():
        return {"isCleared": False, "reason": "Too many requests", "leftTime": left}
    return {"isCleared": True, "reason": ""}


def download_file(call: Call) -> Json:
    """Tell where the file of a message lies."""
    chat_id = call.fields.chat_id()
    message_id = call.fields.required_text("idMessage")
    call.afford()
    entry = call.instance.find(chat_id, message_id)
    if entry is None or entry.message.file is None:
        refuse("Message not found by id")
    return {"downloadUrl": entry.message.file.url}
