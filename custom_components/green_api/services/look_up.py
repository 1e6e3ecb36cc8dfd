"""The actions that ask and change nothing."""

from dataclasses import asdict
from typing import Final

import voluptuous as vol

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import service
from homeassistant.util.json import JsonObjectType

from ..api import Contact, JournalMessage
from ..const import (
    ATTR_CHAT_ID,
    ATTR_COUNT,
    ATTR_MESSAGES,
    ATTR_PHONE_NUMBER,
    ATTR_SEARCH,
    ATTR_TYPE,
    DOMAIN,
)
from ..entry import GreenApiConfigEntry
from ..fan_out import Recipient, async_each
from ..fields import INSTANCE_FIELDS, RECIPIENT_FIELDS, text
from ..messages import phone_number_of
from ..recipients import async_entity_ids, async_recipients_of_action

_PERSON: Final = "person"
_GROUP: Final = "group"
_MAX_COUNT: Final = 1000

CHECK_NUMBER_SCHEMA: Final = vol.Schema(
    {**INSTANCE_FIELDS, vol.Required(ATTR_PHONE_NUMBER): text}
)
GET_CHATS_SCHEMA: Final = vol.Schema(
    {
        **INSTANCE_FIELDS,
        vol.Optional(ATTR_SEARCH, default=""): text,
        vol.Optional(ATTR_TYPE): vol.In([_PERSON, _GROUP]),
    }
)
GET_MESSAGES_SCHEMA: Final = vol.Schema(
    {
        **RECIPIENT_FIELDS,
        vol.Optional(ATTR_COUNT, default=10): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=_MAX_COUNT)
        ),
    }
)


async def async_check_number(call: ServiceCall) -> ServiceResponse:
    """Ask whether a phone number has WhatsApp."""
    coordinator = _entry(call).runtime_data.coordinator
    chat_id = phone_number_of(call.data[ATTR_PHONE_NUMBER])
    check = await coordinator.async_execute(coordinator.client.check_whatsapp(chat_id))
    return {
        ATTR_PHONE_NUMBER: chat_id.display,
        "exists": check.exists,
        ATTR_CHAT_ID: str(chat_id) if check.exists else None,
        "lid": check.lid,
    }


async def async_get_chats(call: ServiceCall) -> ServiceResponse:
    """Ask for the people and groups that the account knows."""
    entry = _entry(call)
    coordinator = entry.runtime_data.coordinator
    contacts = await coordinator.async_execute(coordinator.client.get_contacts())
    entity_ids = async_entity_ids(call.hass, entry)
    words, kind = call.data[ATTR_SEARCH].casefold(), call.data.get(ATTR_TYPE)
    return {
        "chats": [
            {
                ATTR_CHAT_ID: contact.chat_id,
                ATTR_NAME: contact.name,
                ATTR_TYPE: _kind(contact),
                ATTR_ENTITY_ID: entity_ids.get(contact.chat_id),
            }
            for contact in contacts
            if words in f"{contact.name}\n{contact.chat_id}".casefold()
            and kind in {None, _kind(contact)}
        ]
    }


async def async_get_messages(call: ServiceCall) -> ServiceResponse:
    """Ask for the last messages of chats."""
    recipients = async_recipients_of_action(call.hass, call.data)

    async def get_messages(recipient: Recipient) -> list[JsonObjectType]:
        messages = await recipient.outbox.changes.async_history(
            recipient.chat_id, call.data[ATTR_COUNT]
        )
        return [{**recipient.describe(), **_describe(each)} for each in messages]

    found = await async_each(call.hass, recipients, get_messages)
    return {ATTR_MESSAGES: [each for messages in found for each in messages]}


def _entry(call: ServiceCall) -> GreenApiConfigEntry:
    """Return the instance that is asked."""
    entry: GreenApiConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry


def _kind(contact: Contact) -> str:
    """Return whether a contact is a person or a group."""
    return _GROUP if contact.chat_id.endswith("@g.us") else _PERSON


def _describe(message: JournalMessage) -> JsonObjectType:
    """Return a message as response data: what there is to say of it."""
    described = asdict(message)
    # The one of the recipient is there already, in the way it was asked for; and who
    # sent a message, all others say by `from_me`.
    del described["chat_id"], described["sent_by_api"]
    if message.timestamp:
        described["timestamp"] = message.timestamp.isoformat()
    return {key: value for key, value in described.items() if value not in (None, ())}
