"""Methods about people: who is on WhatsApp, contacts and chats."""

from typing import TYPE_CHECKING

from ..models import ContactType
from ..validation import PHONE, refuse

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

# The API documents these bounds for checks only; other numbers may be sent to.
CHECKED_DIGITS = range(11, 17)


def check_whatsapp(call: Call) -> Json:
    """Tell whether a number is on WhatsApp."""
    fields, instance = call.fields, call.instance
    if ("chatId" in fields) == ("phoneNumber" in fields):
        refuse("XOR Validation failed")
    number = fields.integer("phoneNumber", 0)
    chat_id = f"{number}@c.us" if number is not None else fields.chat_id(groups=False)
    force = fields.flag("force")
    digits = instance.digits(chat_id)
    exists = digits not in instance.not_on_whatsapp
    if number is not None or PHONE.fullmatch(chat_id):
        if len(digits) not in CHECKED_DIGITS:
            refuse("Bad phone number")
    elif not instance.knows_lid(chat_id):
        exists = False
    call.afford()
    instance.require_linked()
    cached = instance.remember_check(digits) and not force
    return {
        "existsWhatsapp": exists,
        "chatId": instance.lid(digits) if exists else "",
        "username": "",
        "phoneNumber": f"{digits}@c.us" if exists else "",
        "fromCache": cached,
    }


def get_contacts(call: Call) -> Json:
    """Tell the contacts and groups of the account."""
    groups = call.query.flag("group")
    count = call.query.integer("count")
    call.afford()
    call.instance.require_linked()
    wanted = [
        contact
        for contact in call.instance.contacts
        if groups is None or groups == (contact.type is ContactType.GROUP)
    ]
    return [
        {
            "id": contact.id,
            "name": contact.name,
            "contactName": contact.contact_name,
            "type": contact.type,
        }
        for contact in wanted[:count]
    ]


def get_chats(call: Call) -> Json:
    """Tell the chats, the one with the latest message first."""
    count = call.query.integer("count")
    call.afford()
    instance = call.instance
    instance.require_linked()
    latest = [instance.chat(entry.message.chat_id) for entry in instance.history]
    groups = [one.id for one in instance.contacts if one.type is ContactType.GROUP]
    # A group is a chat before anybody writes; a contact is not.
    chats = list(dict.fromkeys([*reversed(latest), *groups]))
    return [
        {
            "archive": chat_id in instance.archived_chats,
            "id": chat_id,
            "ephemeralExpiration": 0,
            "ephemeralSettingTimestamp": 0,
            "name": instance.name(chat_id),
            "type": ContactType.GROUP
            if chat_id.endswith("@g.us")
            else ContactType.USER,
        }
        for chat_id in chats[:count]
    ]


def read_chat(call: Call) -> Json:
    """Mark a message as read, or all of a chat."""
    chat_id = call.fields.chat_id()
    message_id = call.fields.text("idMessage")
    call.afford()
    call.instance.require_linked()
    if message_id and not call.instance.find(chat_id, message_id):
        return {"setRead": False}
    call.instance.read_chats.append((chat_id, message_id))
    return {"setRead": True}


def archive_chat(call: Call) -> Json:
    """Put a chat into the archive."""
    call.instance.archived_chats.add(_chat(call))
    return None


def unarchive_chat(call: Call) -> Json:
    """Take a chat out of the archive."""
    call.instance.archived_chats.discard(_chat(call))
    return None


def _chat(call: Call) -> str:
    chat_id = call.fields.chat_id()
    call.afford()
    call.instance.require_linked()
    return call.instance.chat(chat_id)
