"""What GREEN-API pushes: the body of receiveNotification and of a webhook are the same.

https://green-api.com/en/docs/api/receiving/notifications-format/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
import re
from typing import TypedDict

from .answer import chat_ids_in
from .content import Discreet
from .message import Message, MessageType
from .models import InstanceState, Json, JsonObject
from .reading import chat_id_in, fingerprint, moment, object_in, text_in


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notification(Discreet):
    """Something that happened to an instance.

    `key` tells a notification that GREEN-API repeats, because it did not learn that it
    has arrived, from a new one. It is made of the instance, the kind, the message id and
    the status; where there is no message id, of all that the notification says: what is
    repeated is repeated to the letter. So is what GREEN-API sends before it could read a
    message, as the message itself has the same id.

    https://green-api.com/en/docs/api/receiving/notifications-format/type-webhook/
    """

    instance_id: str | None
    timestamp: datetime | None
    key: str

    @staticmethod
    def from_answer(body: Json) -> Notification:
        """Read any notification, and anything else: this never raises."""
        given = body if isinstance(body, dict) else {}
        kind = text_in(given, "typeWebhook") or ""
        instance_id = text_in(object_in(given, "instanceData"), "idInstance")
        message_id = text_in(given, "idMessage")
        envelope = _Envelope(
            instance_id=instance_id,
            timestamp=moment(given.get("timestamp")),
            key=fingerprint(
                [instance_id, kind, message_id, text_in(given, "status")]
                if message_id
                else body
            ),
        )
        read = _READERS.get(kind)
        return (read(given, envelope) if read else None) or UnknownNotification(
            kind=kind if _PLAIN_WORD.fullmatch(kind) else "", **envelope
        )


class MessageSource(StrEnum):
    """Who wrote a message, and by what."""

    INCOMING = "incoming"
    PHONE = "phone"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MessageNotification(Notification):
    """Somebody wrote to the account, or the account wrote: on a phone, or by the API.

    Without a chat id, `message.chat_id` is empty; GREEN-API leaves it out at times when
    the account deletes a message.

    https://green-api.com/en/docs/api/receiving/notifications-format/incoming-message/
    https://green-api.com/en/docs/api/receiving/notifications-format/outgoing-message/
    """

    source: MessageSource
    message: Message


class MessageStatus(StrEnum):
    """What became of a sent message; GREEN-API does not tell it in order."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    NO_ACCOUNT = "no_account"
    NOT_IN_GROUP = "not_in_group"
    SUSPENDED = "suspended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StatusNotification(Notification):
    """Something became of a sent message; `word` is what GREEN-API calls it.

    https://green-api.com/en/docs/api/receiving/notifications-format/outgoing-message/OutgoingMessageStatus/
    """

    message_id: str
    chat_id: str | None
    status: MessageStatus
    word: str
    description: str | None
    sent_by_api: bool | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StateNotification(Notification):
    """The instance does something else now.

    https://green-api.com/en/docs/api/receiving/notifications-format/StateInstanceChanged/
    """

    state: InstanceState


class CallStatus(StrEnum):
    """How far a call has come."""

    OFFER = "offer"
    PICKED_UP = "picked_up"
    HUNG_UP = "hung_up"
    MISSED = "missed"
    DECLINED = "declined"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CallNotification(Notification):
    """Somebody calls the account, or the account calls somebody: `chat_id`.

    https://green-api.com/en/docs/api/receiving/notifications-format/IncomingCall/
    https://green-api.com/en/docs/api/receiving/notifications-format/OutgoingCall/
    """

    incoming: bool
    message_id: str | None
    chat_id: str | None
    status: CallStatus
    video: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QuotaNotification(Notification):
    """The plan's quota is used up; `chat_ids` are those that it still covers.

    https://green-api.com/en/docs/api/receiving/notifications-format/QuotaExceeded/
    """

    chat_ids: tuple[str, ...]
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class UnknownNotification(Notification):
    """Nothing that is of use here; `kind` is the API's word if it is one, else empty."""

    kind: str


class _Envelope(TypedDict):
    """What all notifications have."""

    instance_id: str | None
    timestamp: datetime | None
    key: str


_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def _message(
    body: JsonObject, envelope: _Envelope, source: MessageSource
) -> MessageNotification | None:
    message = Message.from_answer(_journaled(body, source))
    if not message.message_id and (
        not message.chat_id or message.type is MessageType.OTHER
    ):
        return None
    if message.is_placeholder:
        envelope["key"] = fingerprint(body)
    return MessageNotification(source=source, message=message, **envelope)


# What journals call parts of a message.
_JOURNALED = {
    "extendedTextMessageData": "extendedTextMessage",
    "locationMessageData": "location",
    "contactMessageData": "contact",
}


def _journaled(body: JsonObject, source: MessageSource) -> JsonObject:
    """Return a message as a journal has it: the same, with less around each part."""
    sender, data = object_in(body, "senderData"), object_in(body, "messageData")
    item = {
        **data,
        **object_in(data, "textMessageData"),
        **object_in(data, "fileMessageData"),
        "typeMessage": data.get("typeMessage"),
        "type": "incoming" if source is MessageSource.INCOMING else "outgoing",
        "idMessage": body.get("idMessage"),
        "timestamp": body.get("timestamp"),
        "chatId": sender.get("chatId"),
        "chatName": sender.get("chatName"),
        "senderId": sender.get("sender"),
        "senderName": sender.get("senderName"),
        "senderContactName": sender.get("senderContactName"),
    }
    for part, name in _JOURNALED.items():
        if part in data:
            item[name] = data[part]
    return item


_STATUSES: Mapping[str, MessageStatus] = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
    "noAccount": MessageStatus.NO_ACCOUNT,
    "notInGroup": MessageStatus.NOT_IN_GROUP,
    "suspended": MessageStatus.SUSPENDED,
    # What it was called before.
    "yellowCard": MessageStatus.SUSPENDED,
}


def _status(body: JsonObject, envelope: _Envelope) -> StatusNotification | None:
    if not (message_id := text_in(body, "idMessage")):
        return None
    word, by_api = text_in(body, "status") or "", body.get("sendByApi")
    return StatusNotification(
        message_id=message_id,
        chat_id=chat_id_in(body, "chatId"),
        status=_STATUSES.get(word, MessageStatus.OTHER),
        word=word,
        description=text_in(body, "description"),
        sent_by_api=by_api if isinstance(by_api, bool) else None,
        **envelope,
    )


def _state(body: JsonObject, envelope: _Envelope) -> StateNotification:
    word = text_in(body, "stateInstance") or InstanceState.UNKNOWN
    state = InstanceState.from_answer({"stateInstance": word})
    return StateNotification(state=state, **envelope)


_CALL_STATUSES: Mapping[str, CallStatus] = {
    "offer": CallStatus.OFFER,
    "pickUp": CallStatus.PICKED_UP,
    "hangUp": CallStatus.HUNG_UP,
    "hungUp": CallStatus.HUNG_UP,
    "missed": CallStatus.MISSED,
    "declined": CallStatus.DECLINED,
}


def _call(body: JsonObject, envelope: _Envelope, *, incoming: bool) -> CallNotification:
    word = text_in(body, "status") or ""
    return CallNotification(
        incoming=incoming,
        message_id=text_in(body, "idMessage"),
        # Who called, and who was called: in both cases the other one.
        chat_id=chat_id_in(body, "from"),
        status=_CALL_STATUSES.get(word, CallStatus.OTHER),
        video=body.get("isVideo") is True,
        **envelope,
    )


def _quota(body: JsonObject, envelope: _Envelope) -> QuotaNotification:
    description = text_in(object_in(body, "quotaData"), "description")
    return QuotaNotification(
        chat_ids=tuple(chat_ids_in(description or "")),
        description=description,
        **envelope,
    )


_READERS: Mapping[str, Callable[[JsonObject, _Envelope], Notification | None]] = {
    "incomingMessageReceived": partial(_message, source=MessageSource.INCOMING),
    "outgoingMessageReceived": partial(_message, source=MessageSource.PHONE),
    "outgoingAPIMessageReceived": partial(_message, source=MessageSource.API),
    "outgoingMessageStatus": _status,
    "stateInstanceChanged": _state,
    "incomingCall": partial(_call, incoming=True),
    "outgoingCall": partial(_call, incoming=False),
    "quotaExceeded": _quota,
}
