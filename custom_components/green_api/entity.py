"""What the entities of this integration have in common."""

from typing import override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import slugify

from .api import ChatId
from .const import DOMAIN
from .coordinator import GreenApiCoordinator
from .entry import SIGNAL_CHATS_CHANGED, GreenApiConfigEntry

# What Home Assistant makes of a text without a letter.
_NO_SLUG = slugify("!")


def chat_unique_id(entry: ConfigEntry, chat: ConfigSubentry) -> str:
    """Return what identifies a chat for good, also when its number changes."""
    return f"{entry.unique_id}_{chat.subentry_id}"


def chat_slug(name: str, chat_id: str) -> str:
    """Return what stands for a chat in the names of actions.

    Of a name without letters, as one of emoji, nothing is left but the number.
    """
    slug = slugify(name)
    return slug if slug != _NO_SLUG else slugify(ChatId.parse(chat_id).local_part)


class GreenApiEntity(CoordinatorEntity[GreenApiCoordinator]):
    """An entity of an instance."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: GreenApiCoordinator, key: str) -> None:
        """Belong to the device of the instance."""
        super().__init__(coordinator)
        self._attr_translation_key = key
        self._attr_unique_id = f"{coordinator.client.instance_id}_{key}"
        self._attr_device_info = coordinator.device_info


class GreenApiLastingEntity(GreenApiEntity):
    """An entity of an instance that is there also when GREEN-API is out of reach."""

    @property
    @override
    def available(self) -> bool:
        return True


class GreenApiChatEntity(Entity):
    """An entity of a chat."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: GreenApiConfigEntry, chat: ConfigSubentry) -> None:
        """Belong to the device of the chat, under the device of the instance."""
        coordinator = entry.runtime_data.coordinator
        self._entry = entry
        self._subentry_id = chat.subentry_id
        self._attr_unique_id = chat_unique_id(entry, chat)
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, self._attr_unique_id)},
            manufacturer="GREEN-API",
            model="WhatsApp chat",
            name=chat.title,
            via_device_id=dr.async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, coordinator.client.instance_id),
                config_entry_id=entry.entry_id,
            ),
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what changes of the chat."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                SIGNAL_CHATS_CHANGED.format(self._entry.entry_id),
                self._async_chats_changed,
            )
        )

    @callback
    def _async_chats_changed(self) -> None:
        # Without its chat, Home Assistant is about to remove the entity.
        if chat := self._entry.subentries.get(self._subentry_id):
            self._async_take_in(chat)

    @callback
    def _async_take_in(self, chat: ConfigSubentry) -> None:
        """Take in a changed name."""
        if self.device_entry:
            dr.async_get(self.hass).async_update_device(
                self.device_entry.id, name=chat.title
            )
