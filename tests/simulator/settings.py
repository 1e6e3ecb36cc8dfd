"""The settings of an instance, and which notifications they let into its queue."""

from typing import TYPE_CHECKING

from .models import MessageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .models import Json

DEFAULT_SETTINGS: dict[str, Json] = {
    "countryInstance": "",
    "typeAccount": "",
    "webhookUrl": "",
    "webhookUrlToken": "",
    "delaySendMessagesMilliseconds": 0,
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "sharedSession": "no",
    "proxyInstance": "system proxy",
    "outgoingWebhook": "no",
    "outgoingMessageWebhook": "no",
    "outgoingAPIMessageWebhook": "no",
    "incomingWebhook": "no",
    "deviceWebhook": "no",
    "statusInstanceWebhook": "no",
    "stateWebhook": "no",
    "enableMessagesHistory": "no",
    "keepOnlineStatus": "no",
    "pollMessageWebhook": "no",
    "incomingBlockWebhook": "no",
    "incomingCallWebhook": "no",
    "outgoingCallWebhook": "no",
    "editedMessageWebhook": "no",
    "deletedMessageWebhook": "no",
    "linkPreview": "yes",
    "autoTyping": 0,
    "enableLidMode": "no",
}
_NEEDED = {
    "incomingMessageReceived": ("incomingWebhook",),
    "outgoingMessageReceived": ("outgoingMessageWebhook",),
    "outgoingAPIMessageReceived": ("outgoingAPIMessageWebhook",),
    "outgoingMessageStatus": ("outgoingWebhook",),
    "stateInstanceChanged": ("stateWebhook",),
    "statusInstanceChanged": ("statusInstanceWebhook",),
    "deviceInfo": ("deviceWebhook",),
    "incomingCall": ("incomingWebhook", "incomingCallWebhook"),
    "outgoingCall": ("outgoingCallWebhook",),
    "incomingBlock": ("incomingBlockWebhook",),
}
_NEEDED_TOO = {
    "pollMessage": "pollMessageWebhook",
    "pollUpdateMessage": "pollMessageWebhook",
    "editedMessage": "editedMessageWebhook",
    "deletedMessage": "deletedMessageWebhook",
}
_ALWAYS_TOLD = {MessageStatus.FAILED, MessageStatus.NO_ACCOUNT}


def admits(settings: Mapping[str, Json], body: Mapping[str, Json]) -> bool:
    """Tell whether the settings let a notification into the queue."""
    kind, status = body["typeWebhook"], body.get("status")
    if kind == "outgoingMessageStatus" and status in _ALWAYS_TOLD:
        return True
    needed = list(_NEEDED.get(str(kind), ()))
    if body.get("sendByApi") is False:
        needed.append("outgoingMessageWebhook")
    data = body.get("messageData")
    message_type = str(data.get("typeMessage")) if isinstance(data, dict) else ""
    if message_type in _NEEDED_TOO:
        needed.append(_NEEDED_TOO[message_type])
    return all(settings[name] == "yes" for name in needed)
