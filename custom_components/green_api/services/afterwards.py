"""The actions on messages that are already there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.notify import ATTR_MESSAGE, ATTR_TITLE
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType

from ..api import ChatId
from ..const import (
    ATTR_FROM_CHAT_ID,
    ATTR_MESSAGE_ID,
    ATTR_MESSAGES,
    ATTR_ONLY_FOR_ME,
    ATTR_TAG,
)
from ..errors import invalid
from ..fan_out import Recipient, async_each, async_send, async_wait_of, known_message_id
from ..fields import (
    MESSAGE_FIELDS,
    OUTAGE_FIELDS,
    RECIPIENT_FIELDS,
    WAIT_FIELDS,
    text,
    texts,
)
from ..message_text import MAX_MESSAGE_LENGTH, compose, length
from ..messages import ForwardedMessages, text_messages
from ..outbox import Outbox, Terms
from ..recipients import async_recipients_of_action, chat_id_of
from ..sent_messages import is_editable

_NOT_BLANK: Final = vol.Length(min=1)

EDIT_MESSAGE_SCHEMA: Final = vol.Schema(
    {
        **MESSAGE_FIELDS,
        vol.Required(ATTR_MESSAGE): cv.string,
        vol.Optional(ATTR_TITLE): cv.string,
    }
)
DELETE_MESSAGE_SCHEMA: Final = vol.Schema(
    {**MESSAGE_FIELDS, vol.Optional(ATTR_ONLY_FOR_ME, default=False): cv.boolean}
)
FORWARD_MESSAGE_SCHEMA: Final = vol.Schema(
    {
        **RECIPIENT_FIELDS,
        **OUTAGE_FIELDS,
        **WAIT_FIELDS,
        vol.Required(ATTR_FROM_CHAT_ID): text,
        vol.Required(ATTR_MESSAGE_ID): vol.All(texts, vol.Length(min=1), [_NOT_BLANK]),
    }
)
MARK_READ_SCHEMA: Final = vol.Schema(
    {**RECIPIENT_FIELDS, vol.Optional(ATTR_MESSAGE_ID): text}
)


async def async_edit_message(call: ServiceCall) -> ServiceResponse:
    """Change the text of a message, or of the first one that a tag names."""
    message, title = call.data[ATTR_MESSAGE], call.data.get(ATTR_TITLE)
    messages = text_messages(message, title)
    if len(messages) > 1:
        units = str(length(compose(message.rstrip(), title)))
        raise invalid("edit_too_long", length=units, limit=str(MAX_MESSAGE_LENGTH))
    recipients = async_recipients_of_action(call.hass, call.data)
    found = {each: _to_edit(each, call.data) for each in recipients}

    async def edit(recipient: Recipient) -> JsonObjectType:
        chat_id, outbox = recipient.chat_id, recipient.outbox
        message_id, parts = found[recipient]
        last = outbox.sent.last(chat_id)
        if last and last["message_id"] == message_id and not is_editable(last):
            raise invalid("too_late_to_edit", chat=recipient.name)
        await outbox.changes.async_edit(chat_id, message_id, messages[0].text)
        for part in parts:
            await outbox.changes.async_delete(chat_id, part)
        return recipient.describe(**{ATTR_MESSAGE_ID: message_id})

    return {ATTR_MESSAGES: [*await async_each(call.hass, recipients, edit)]}


async def async_delete_message(call: ServiceCall) -> ServiceResponse:
    """Delete a message."""
    recipients = async_recipients_of_action(call.hass, call.data)
    found = {each: _message_ids(each, call.data) for each in recipients}

    async def delete(recipient: Recipient) -> list[JsonObjectType]:
        for message_id in found[recipient]:
            await recipient.outbox.changes.async_delete(
                recipient.chat_id, message_id, only_for_me=call.data[ATTR_ONLY_FOR_ME]
            )
        return [
            recipient.describe(**{ATTR_MESSAGE_ID: each}) for each in found[recipient]
        ]

    done = await async_each(call.hass, recipients, delete)
    return {ATTR_MESSAGES: [each for messages in done for each in messages]}


@dataclass(frozen=True, slots=True)
class _Forwarded:
    """Messages of a chat, of which an instance knows the last one."""

    from_chat_id: ChatId
    message_ids: list[str]

    async def async_messages(
        self, outbox: Outbox, terms: Terms
    ) -> list[ForwardedMessages]:
        """Return them as one message, as one call sends them."""
        return [
            ForwardedMessages(
                self.from_chat_id,
                tuple(
                    known_message_id(outbox, self.from_chat_id, each)
                    for each in self.message_ids
                ),
            )
        ]


async def async_forward_message(call: ServiceCall) -> ServiceResponse:
    """Forward messages of one chat to others."""
    recipients = async_recipients_of_action(call.hass, call.data)
    forwarded = _Forwarded(
        chat_id_of(call.hass, call.data[ATTR_FROM_CHAT_ID]), call.data[ATTR_MESSAGE_ID]
    )
    wait = async_wait_of(recipients, call.data)
    terms = Terms.from_data(call.data)
    sent = await async_send(call.hass, recipients, forwarded, terms, wait)
    return {ATTR_MESSAGES: [*sent]}


async def async_mark_read(call: ServiceCall) -> None:
    """Mark chats as read."""
    recipients = async_recipients_of_action(call.hass, call.data)
    message_id: str | None = call.data.get(ATTR_MESSAGE_ID)
    found = {
        each: known_message_id(each.outbox, each.chat_id, message_id)
        if message_id
        else None
        for each in recipients
    }

    async def mark_read(recipient: Recipient) -> None:
        await recipient.outbox.changes.async_mark_read(
            recipient.chat_id, found[recipient]
        )

    await async_each(call.hass, recipients, mark_read)


def _message_ids(recipient: Recipient, data: Mapping[str, Any]) -> list[str]:
    """Return the messages to a recipient that an id or a tag names."""
    message_id, tag = data.get(ATTR_MESSAGE_ID), data.get(ATTR_TAG)
    if bool(message_id) == bool(tag):
        raise invalid("message_id_or_tag")
    if message_id:
        return [known_message_id(recipient.outbox, recipient.chat_id, message_id)]
    if not (tagged := recipient.outbox.sent.tagged(recipient.chat_id, str(tag))):
        raise invalid("unknown_tag", tag=str(tag), chat=recipient.name)
    return list(tagged["message_ids"])


def _to_edit(recipient: Recipient, data: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the message to edit, and the other parts if it was one long text."""
    message_id, *others = _message_ids(recipient, data)
    tagged = recipient.outbox.sent.tagged(recipient.chat_id, data.get(ATTR_TAG) or "")
    return message_id, others if tagged and tagged["texts"] else []
