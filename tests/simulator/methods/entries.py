"""Messages as the journals tell them."""

from typing import TYPE_CHECKING

from ..contents import flat_content, flat_quote

if TYPE_CHECKING:
    from ..instance import Instance
    from ..journal import Entry
    from ..models import Json


def journal_entry(instance: Instance, entry: Entry) -> dict[str, Json]:
    """Return a message with its content, its quote and what became of it."""
    message = entry.message
    told: dict[str, Json] = {
        "type": "outgoing" if message.from_me else "incoming",
        "idMessage": message.id,
        "timestamp": message.timestamp,
        "chatId": instance.shown_id(message.chat_id),
        **flat_content(message),
        **flat_quote(instance, message),
    }
    if message.from_me:
        told |= {"statusMessage": entry.status, "sendByApi": not message.by_phone}
    else:
        told |= instance.told_names(message) | {
            "senderId": instance.shown_id(message.sender)
        }
    return told | {
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": message.edited,
        "isDeleted": message.deleted,
    }
