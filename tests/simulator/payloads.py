"""Bodies of notifications, as the API writes them."""

from typing import TYPE_CHECKING

from .contents import message_data

if TYPE_CHECKING:
    from .lifecycle import Lifecycle
    from .mailbox import Mailbox
    from .models import InstanceState, Json, Message, Outcome, PhoneCall

type Body = dict[str, Json]

_DEVICE: Body = {
    "platform": "iphone",
    "deviceManufacturer": "Apple",
    "deviceModel": "iPhone 11",
    "osVersion": "13.4.1",
    "waVersion": "2.20.42",
}


def envelope(instance: Lifecycle, kind: str, moment: float, **fields: Json) -> Body:
    """Return a notification of a kind, with what all have and with fields of its own."""
    return {
        "typeWebhook": kind,
        "instanceData": {
            "idInstance": int(instance.id),
            "wid": instance.own_id if instance.linked else "",
            "typeInstance": "whatsapp",
        },
        "timestamp": int(moment),
        **fields,
    }


def message_body(mailbox: Mailbox, message: Message, moment: float) -> Body:
    """Tell a message with all that it says."""
    return event_body(
        mailbox, message, message.id, moment, message_data(mailbox, message)
    )


def event_body(
    mailbox: Mailbox, message: Message, event_id: str, moment: float, data: Body
) -> Body:
    """Tell what happened in the chat of a message, on the side of its sender."""
    kind = "incomingMessageReceived"
    if message.from_me:
        kind = "outgoingAPIMessageReceived"
        if message.by_phone:
            kind = "outgoingMessageReceived"
    contact = mailbox.contact(message.chat_id)
    chat_name = contact.name if contact else message.sender_name
    sender: Body = {
        "chatId": mailbox.shown_id(message.chat_id),
        "chatName": chat_name,
        "sender": mailbox.shown_sender(message),
        **mailbox.told_names(message),
    }
    return envelope(
        mailbox, kind, moment, idMessage=event_id, senderData=sender, messageData=data
    )


def status_body(
    mailbox: Mailbox, message: Message, outcome: Outcome, moment: float
) -> Body:
    """Tell what became of a message."""
    body = envelope(
        mailbox,
        "outgoingMessageStatus",
        moment,
        chatId=mailbox.shown_id(message.chat_id),
        idMessage=message.id,
        status=outcome.status,
        sendByApi=not message.by_phone,
    )
    if outcome.description is not None:
        body["description"] = outcome.description
    return body


def state_body(instance: Lifecycle, state: InstanceState, moment: float) -> Body:
    """Tell the state an instance is in from now on."""
    return envelope(instance, "stateInstanceChanged", moment, stateInstance=state)


def online_body(instance: Lifecycle, moment: float, *, online: bool) -> Body:
    """Tell whether the phone of the account is on the network."""
    status = "online" if online else "offline"
    return envelope(instance, "statusInstanceChanged", moment, statusInstance=status)


def device_body(instance: Lifecycle, moment: float, battery: int) -> Body:
    """Tell about the phone of the account."""
    data = _DEVICE | {"battery": battery}
    return envelope(instance, "deviceInfo", moment, deviceData=data)


def call_body(mailbox: Mailbox, call: PhoneCall) -> Body:
    """Tell how a call stands: it is offered first, whatever comes of it."""
    somebody = mailbox.shown_id(call.chat_id)
    status = call.outcome or "offer"
    kind = "outgoingCall" if call.from_me else "incomingCall"
    told: Body = {"from": somebody, "status": status, "idMessage": call.id}
    if call.from_me:
        told |= {
            "isVideo": call.video,
            "duration": call.duration,
            "participants": [{"id": somebody, "status": status}],
        }
    return envelope(mailbox, kind, call.timestamp, **told)


def block_body(mailbox: Mailbox, chat_id: str, moment: float, state: str) -> Body:
    """Tell that somebody blocked the account, or does so no longer."""
    chat_id = mailbox.shown_id(chat_id)
    return envelope(mailbox, "incomingBlock", moment, chatId=chat_id, chatState=state)


def quota_body(instance: Lifecycle, chats: list[str]) -> Body:
    """Tell that somebody wrote whom the plan does not cover; it does not say when."""
    body = envelope(instance, "quotaExceeded", 0)
    del body["timestamp"]
    body["quotaData"] = {
        "method": "correspondents",
        "used": len(chats),
        "total": len(chats),
        "status": "CORRESPONDENTS_QUOTA_EXCEEDED",
        "description": (
            "Monthly quota has been exceeded. You can only send or receive messages "
            f"from following chats: {', '.join(chats)}"
        ),
    }
    return body
