"""Whom a message is for: targets, phone numbers, chat ids and names -> recipients."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, service, target

from .api import ChatId, InvalidChatIdError
from .const import (
    ATTR_CHAT_ID,
    CONF_CHAT,
    CONF_DEFAULT_CHATS,
    DOMAIN,
    SUBENTRY_TYPE_CHAT,
)
from .entity import chat_unique_id
from .entry import GreenApiConfigEntry
from .errors import chat_error, invalid
from .fan_out import Recipient


@callback
def async_recipients_of_action(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> list[Recipient]:
    """Return whom the target and the `chat_id` of an action mean, everybody once.

    Raises ServiceValidationError if a part of it means nobody.
    """

    def entry() -> GreenApiConfigEntry:
        entry: GreenApiConfigEntry = service.async_get_config_entry(
            hass, DOMAIN, data.get(ATTR_CONFIG_ENTRY_ID)
        )
        return entry

    if ATTR_CONFIG_ENTRY_ID in data:
        # One that is none is a mistake, also where no number needs it.
        entry()
    recipients = _by_target(hass, data)
    recipients += [
        _by_entity_id(hass, text) or _by_chat_id(hass, entry(), text)
        for text in data.get(ATTR_CHAT_ID, [])
    ]
    if not recipients:
        raise invalid("no_recipient")
    return _once(recipients)


@callback
def async_recipients_by_name(
    hass: HomeAssistant, entry: GreenApiConfigEntry, names: Iterable[str]
) -> list[Recipient]:
    """Return whom names, numbers, chat ids and notify entities mean, everybody once.

    Raises ServiceValidationError if one of them means nobody.
    """
    chats = {
        chat.title.casefold(): chat
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
    }
    return _once(
        _by_subentry(hass, entry, chat)
        # An address goes before a name: a chat may be called like another's number.
        if not _is_address(name) and (chat := chats.get(name.strip().casefold()))
        else _by_entity_id(hass, name) or _by_chat_id(hass, entry, name)
        for name in names
    )


@callback
def async_default_recipients(
    hass: HomeAssistant, entry: GreenApiConfigEntry
) -> list[Recipient]:
    """Return whom a message is for that names nobody.

    Raises ServiceValidationError if nobody has chosen.
    """
    chats = list(entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT))
    chosen = entry.options.get(CONF_DEFAULT_CHATS, [])
    if defaults := [chat for chat in chats if chat.subentry_id in chosen]:
        return [_by_subentry(hass, entry, chat) for chat in defaults]
    match chats:
        case []:
            raise invalid("no_chats")
        case [chat]:
            return [_by_subentry(hass, entry, chat)]
    raise invalid("no_default_chat", chats=", ".join(sorted(c.title for c in chats)))


@callback
def async_entity_ids(
    hass: HomeAssistant, entry: GreenApiConfigEntry
) -> dict[str, str | None]:
    """Return the notify entities of an instance's chats, by chat id."""
    return {
        str(chat.unique_id): async_entity_id(hass, entry, chat)
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
    }


@callback
def chat_id_of(hass: HomeAssistant, text: str) -> ChatId:
    """Return the chat that a phone number, a chat id or a notify entity names.

    Raises ServiceValidationError if it names none.
    """
    if chat := _chats_by_entity_id(hass).get(text.lower()):
        return ChatId.parse(chat[1].data[CONF_CHAT])
    try:
        return ChatId.parse(text)
    except InvalidChatIdError as err:
        raise chat_error(text, err) from err


@callback
def async_entity_id(
    hass: HomeAssistant, entry: ConfigEntry, chat: ConfigSubentry
) -> str | None:
    """Return the notify entity of a chat."""
    return er.async_get(hass).async_get_entity_id(
        NOTIFY_DOMAIN, DOMAIN, chat_unique_id(entry, chat)
    )


def _by_target(hass: HomeAssistant, data: Mapping[str, Any]) -> list[Recipient]:
    """Return the chats whose notify entities a target selects.

    Home Assistant skips what a target names and is not there, with a line in the log.
    An alarm is worth an error.
    """
    selection = target.TargetSelection(dict(data))
    if not selection.has_any_target:
        return []
    chats = _chats_by_entity_id(hass)
    if ENTITY_MATCH_ALL in selection.entity_ids:
        selection.entity_ids = set(chats)
    selected = target.async_extract_referenced_entity_ids(hass, selection)
    missing = (
        (selected.referenced - chats.keys())
        | selected.missing_devices
        | selected.missing_areas
        | selected.missing_floors
        | selected.missing_labels
    )
    if missing:
        raise invalid("unknown_target", targets=", ".join(sorted(missing)))
    entity_ids = selected.referenced | (selected.indirectly_referenced & chats.keys())
    if not entity_ids:
        raise invalid("target_without_chat")
    return [_by_subentry(hass, *chats[entity_id]) for entity_id in sorted(entity_ids)]


def _chats_by_entity_id(
    hass: HomeAssistant,
) -> dict[str, tuple[GreenApiConfigEntry, ConfigSubentry]]:
    """Return the chats that can be written to, by the entity ids they go by."""
    registry = er.async_get(hass)
    return {
        entity_id: (entry, chat)
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
        if (entity_id := async_entity_id(hass, entry, chat))
        and not registry.entities[entity_id].disabled
    }


def _by_subentry(
    hass: HomeAssistant, entry: GreenApiConfigEntry, chat: ConfigSubentry
) -> Recipient:
    return Recipient(
        entry.runtime_data.outbox,
        ChatId.parse(chat.data[CONF_CHAT]),
        chat.title,
        chat.subentry_id,
        async_entity_id(hass, entry, chat),
    )


def _by_entity_id(hass: HomeAssistant, text: str) -> Recipient | None:
    """Return the chat that goes by an entity id."""
    chat = _chats_by_entity_id(hass).get(text.strip().lower())
    return _by_subentry(hass, *chat) if chat else None


def _is_address(text: str) -> bool:
    """Return whether a text is a phone number or a chat id."""
    try:
        ChatId.parse(text)
    except InvalidChatIdError:
        return False
    return True


def _by_chat_id(
    hass: HomeAssistant, entry: GreenApiConfigEntry, text: str
) -> Recipient:
    """Return the configured chat with this address, else one without a name."""
    try:
        chat_id = ChatId.parse(text)
    except InvalidChatIdError as err:
        raise chat_error(text, err) from err
    for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
        if chat.unique_id == str(chat_id):
            return _by_subentry(hass, entry, chat)
    return Recipient(entry.runtime_data.outbox, chat_id, chat_id.display)


def _once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Return the recipients without those that were there before."""
    return list({(each.outbox, each.chat_id): each for each in recipients}.values())
