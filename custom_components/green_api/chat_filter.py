"""Which chats somebody means who listens: by a target, by names, or all of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, CONF_EXCLUDE
from homeassistant.core import HomeAssistant, callback, valid_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from .api import ChatId, InvalidChatIdError
from .const import CONF_ALL_CHATS, CONF_CHAT, CONF_LID, DOMAIN, SUBENTRY_TYPE_CHAT


class ChatFilter:
    """Tell the chats that are meant from others.

    Anew each time: instances load, and chats come, go and are renamed meanwhile.
    """

    def __init__(
        self, hass: HomeAssistant, target: Mapping[str, Any], names: Iterable[str]
    ) -> None:
        """Take a target, and phone numbers, chat ids, entity ids and names of chats."""
        self._hass = hass
        self._ids: set[str] = set()
        self._names: set[str] = set()
        for name in names:
            # An address goes before a name: a chat may be called like another's number.
            try:
                self._ids.add(str(ChatId.parse(name)))
            except InvalidChatIdError:
                self._names.add(name.strip().casefold())
        entity_ids = [name for name in self._names if valid_entity_id(name)]
        self._target = {
            **target,
            ATTR_ENTITY_ID: [*target.get(ATTR_ENTITY_ID, []), *entity_ids],
        }
        self._chooses = bool(
            self._ids or self._names or TargetSelection(self._target).has_any_target
        )

    @callback
    def includes(self, entry: ConfigEntry, chat: str | None, chat_id: str) -> bool:
        """Return whether a chat is meant; `chat` is None where it is not configured."""
        if not self._chooses:
            return chat is not None or hears_all(entry)
        return bool(
            self._ids & same_chat(entry, chat_id)
            or (chat and entry.subentries[chat].title.casefold() in self._names)
            or (entry.entry_id, chat) in _chats_of(self._hass, self._target)
        )


def hears_all(entry: ConfigEntry) -> bool:
    """Return whether chats are to be heard that are not configured."""
    return bool(entry.options.get(CONF_ALL_CHATS))


def same_chat(entry: ConfigEntry, chat_id: str | None) -> set[str | None]:
    """Return all chat ids that mean the same: WhatsApp has two for a person."""
    for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
        ids = {chat.data[CONF_CHAT], chat.data.get(CONF_LID)}
        if chat_id and chat_id in ids:
            return ids
    return {chat_id}


@callback
def _chats_of(
    hass: HomeAssistant, target: Mapping[str, Any]
) -> set[tuple[str | None, str | None]]:
    """Return the chats whose entities a target selects, by entry and subentry.

    The event entity of an instance stands for its chats that are not configured.
    """
    registry = er.async_get(hass)
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(dict(target)))
    chats = {
        (entity.config_entry_id, entity.config_subentry_id)
        for entity_id in selected.referenced | selected.indirectly_referenced
        if (entity := registry.async_get(entity_id))
        and entity.platform == DOMAIN
        and entity.domain in {EVENT_DOMAIN, NOTIFY_DOMAIN}
    }
    # Whoever excludes one entity of a chat does not mean its others.
    if excluded := target.get(CONF_EXCLUDE):
        return chats - _chats_of(hass, excluded)
    return chats
