"""The methods of the API, one function each: check what was said, then do it."""

from .calls import Call, Method
from .models import ContactType, InstanceState, Json, Message, MessageStatus
from .validation import PHONE, invalid, refuse, without_halves

LONGEST_MESSAGE = 20_000
TYPING_TIME = (1_000, 20_000)
SEND_DELAY = (500, 600_000)
# The API documents these bounds for checks only; other numbers may be sent to.
CHECKED_DIGITS = range(11, 17)
PREVIEW_FIELDS = ("title", "description", "link")
LONGEST_PREVIEW_TEXT = 300
MINUTES_PER_DAY = 24 * 60


# Account


def get_state_instance(call: Call) -> Json:
    """Tell the state; nothing while the instance is being created."""
    state = call.instance.state
    return None if state is None else {"stateInstance": state}


def get_settings(call: Call) -> Json:
    """Tell the settings."""
    linked = call.instance.state is InstanceState.AUTHORIZED
    wid = f"{call.instance.phone}@c.us" if linked else ""
    return {"wid": wid, **call.instance.settings}


def set_settings(call: Call) -> Json:
    """Change settings and start anew."""
    settings = call.instance.settings
    changes: dict[str, Json] = {}
    for name in settings:
        value: Json
        if name in ("webhookUrl", "webhookUrlToken", "countryInstance", "typeAccount"):
            value = call.fields.text(name, empty=True)
        elif name == "delaySendMessagesMilliseconds":
            value = call.fields.integer(name, *SEND_DELAY)
        elif name == "autoTyping":
            value = call.fields.integer(name, 0, 10)
        else:
            value = call.fields.choice(name, ("yes", "no"))
        if value is not None:
            changes[name] = value
    if not changes:
        invalid("'value' must have at least 1 key")
    settings.update(changes)
    call.instance.restart()
    return {"saveSettings": True}


def get_wa_settings(call: Call) -> Json:
    """Tell which phone the instance is linked to."""
    instance = call.instance
    state = instance.state
    linked = state in (InstanceState.AUTHORIZED, InstanceState.SUSPENDED)
    answer: dict[str, Json] = {
        "avatar": "",
        "phone": instance.phone if linked else "",
        "stateInstance": state,
        "deviceId": f"{instance.phone}:12@s.whatsapp.net" if linked else "",
    }
    if state is InstanceState.SUSPENDED and instance.suspended_until is not None:
        answer["suspendedUntil"] = instance.suspended_until
    return answer


def reboot(call: Call) -> Json:
    """Start anew."""
    call.instance.restart()
    return {"isReboot": True}


def logout(call: Call) -> Json:
    """Unlink the phone."""
    call.instance.unlink()
    return {"isLogout": True}


# Sending


def send_message(call: Call) -> Json:
    """Put a text into the send queue."""
    fields = call.fields
    chat_id = fields.chat_id()
    text = fields.required_text("message", LONGEST_MESSAGE)
    quoted = fields.text("quotedMessageId")
    link_preview = fields.flag("linkPreview")
    fields.choice("typePreview", ("large", "small"))
    typing_time = fields.integer("typingTime", *TYPING_TIME)
    fields.flag("archiveChat")
    if preview := fields.group("customPreview"):
        preview.required_text("title", LONGEST_PREVIEW_TEXT)
        for name in PREVIEW_FIELDS:
            preview.text(name, LONGEST_PREVIEW_TEXT)
    call.afford(chat_id)
    call.instance.require_started()
    message = Message(
        id="",
        chat_id=chat_id,
        text=without_halves(text),
        quoted_message_id=quoted,
        link_preview=link_preview is not False,
        typing_time=typing_time,
    )
    return {"idMessage": call.instance.accept(message)}


# Queue


def show_messages_queue(call: Call) -> Json:
    """Tell which messages wait."""
    return [
        {"messageID": message.id, "type": "sendMessage", "body": _queued_body(message)}
        for message in call.instance.queue
    ]


def get_messages_count(call: Call) -> Json:
    """Tell how many messages wait."""
    return {"count": len(call.instance.queue)}


def _queued_body(message: Message) -> dict[str, Json]:
    body: dict[str, Json] = {
        "chatId": message.chat_id,
        "message": message.text,
        "linkPreview": message.link_preview,
        "typingTime": message.typing_time,
        "typePreview": "small",
    }
    if message.quoted_message_id is not None:
        body["quotedMessageId"] = message.quoted_message_id
    return body


# Journals


def last_outgoing_messages(call: Call) -> Json:
    """Tell which messages left the queue, newest first."""
    minutes = call.query.integer("minutes") or MINUTES_PER_DAY
    call.afford()
    oldest = call.now - minutes * 60
    return [
        _journal_entry(message, status)
        for message, status in reversed(call.instance.journal)
        if message.timestamp >= oldest
    ]


def get_message(call: Call) -> Json:
    """Tell what became of one message."""
    chat_id = call.fields.chat_id()
    message_id = call.fields.required_text("idMessage")
    call.afford()
    wanted = (chat_id, message_id)
    entries = [
        _journal_entry(message, status)
        for message, status in call.instance.journal
        if (message.chat_id, message.id) == wanted
    ]
    if not entries:
        refuse("Message not found by id")
    return entries[0]


def _journal_entry(message: Message, status: MessageStatus) -> dict[str, Json]:
    preview: dict[str, Json] = {
        "text": message.text,
        "description": "",
        "title": "",
        "previewType": "None",
        "jpegThumbnail": "",
        "forwardingScore": 0,
        "isForwarded": False,
    }
    return {
        "type": "outgoing",
        "idMessage": message.id,
        "timestamp": message.timestamp,
        "typeMessage": "extendedTextMessage",
        "chatId": message.chat_id,
        "textMessage": message.text,
        "extendedTextMessage": preview,
        "statusMessage": status,
        "sendByApi": True,
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": False,
        "isDeleted": False,
    }


# Service


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


# The number is how many calls a second the API takes.
METHODS = {
    method.name.lower(): method
    for method in (
        Method("getStateInstance", "GET", 1, get_state_instance),
        Method("getSettings", "GET", 1, get_settings),
        Method("setSettings", "POST", 1, set_settings),
        Method("getWaSettings", "GET", 1, get_wa_settings),
        Method("reboot", "GET", 1, reboot),
        Method("logout", "GET", 1, logout),
        Method("sendMessage", "POST", 50, send_message),
        Method("showMessagesQueue", "GET", 1, show_messages_queue),
        Method("getMessagesCount", "GET", 1, get_messages_count),
        Method("lastOutgoingMessages", "GET", 1, last_outgoing_messages),
        Method("getMessage", "POST", 10, get_message),
        Method("checkWhatsapp", "POST", 10, check_whatsapp),
        Method("getContacts", "GET", 1, get_contacts),
    )
}
