"""What happens in chats, and what became of messages: for automations and the logbook."""

from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import MessageStatus, MessageType
from .chat_filter import hears_all
from .const import (
    ATTR_CHAT_ID,
    ATTR_LOCATION,
    ATTR_MEDIA,
    ATTR_MESSAGE_ID,
    ATTR_OPTIONS,
    ATTR_OUTBOX_ID,
    ATTR_TAG,
    SUBENTRY_TYPE_CHAT,
)
from .deliveries import EXPIRED, SIGNAL_DELIVERY, Delivery
from .entity import GreenApiChatEntity, GreenApiEntity
from .entry import SIGNAL_CHATS_CHANGED, GreenApiConfigEntry
from .receiver import SIGNAL_CHAT_EVENT, ChatEvent

PARALLEL_UPDATES = 0

_MESSAGE_TYPES: Final = [each.value for each in MessageType]
DELIVERY_TYPES: Final = [
    each.value
    for each in (
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.FAILED,
        MessageStatus.NO_ACCOUNT,
        MessageStatus.NOT_IN_GROUP,
    )
] + [EXPIRED]
# Large, or nobody's business later: an address of a file, for one, is open to all.
_UNRECORDED: Final = frozenset(
    {"contacts", "votes", ATTR_LOCATION, ATTR_MEDIA, ATTR_OPTIONS}
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events of the chats, and those of all other chats."""
    async_add_entities([GreenApiOtherChatsEvent(entry)])
    known: set[str] = set()

    @callback
    def async_update_chats() -> None:
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
            if chat.subentry_id not in known:
                known.add(chat.subentry_id)
                async_add_entities(
                    [
                        GreenApiMessageEvent(entry, chat),
                        GreenApiDeliveryEvent(entry, chat),
                    ],
                    config_subentry_id=chat.subentry_id,
                )

    async_update_chats()
    entry.async_on_unload(
        async_dispatcher_connect(
            hass, SIGNAL_CHATS_CHANGED.format(entry.entry_id), async_update_chats
        )
    )


class GreenApiChatEvent(GreenApiChatEntity, EventEntity):
    """Events of a chat."""

    def __init__(
        self, entry: GreenApiConfigEntry, chat: ConfigSubentry, key: str
    ) -> None:
        """Take the chat."""
        super().__init__(entry, chat)
        self._attr_translation_key = key
        self._attr_unique_id = f"{self._attr_unique_id}_{key}"


class GreenApiMessageEvent(GreenApiChatEvent):
    """What is written in a chat, and what else happens there."""

    _attr_event_types = _MESSAGE_TYPES
    _unrecorded_attributes = _UNRECORDED

    def __init__(self, entry: GreenApiConfigEntry, chat: ConfigSubentry) -> None:
        """Take the chat."""
        super().__init__(entry, chat, "message")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_CHAT_EVENT, self._async_hear)
        )

    @callback
    def _async_hear(self, entry_id: str, chat: str | None, event: ChatEvent) -> None:
        if chat == self._subentry_id:
            self._trigger_event(event.type.value, event.attributes)
            self.async_write_ha_state()


class GreenApiDeliveryEvent(GreenApiChatEvent):
    """What became of the messages to a chat."""

    _attr_event_types = DELIVERY_TYPES

    def __init__(self, entry: GreenApiConfigEntry, chat: ConfigSubentry) -> None:
        """Take the chat."""
        super().__init__(entry, chat, "delivery")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_DELIVERY, self._async_hear)
        )

    @callback
    def _async_hear(self, entry_id: str, chat: str | None, delivery: Delivery) -> None:
        if chat == self._subentry_id:
            attributes = {
                ATTR_MESSAGE_ID: delivery.message_id,
                ATTR_CHAT_ID: delivery.chat_id,
                "description": delivery.description,
                ATTR_OUTBOX_ID: delivery.outbox_id,
                ATTR_TAG: delivery.tag,
            }
            self._trigger_event(
                str(delivery.status),
                {name: value for name, value in attributes.items() if value},
            )
            self.async_write_ha_state()


class GreenApiOtherChatsEvent(GreenApiEntity, EventEntity):
    """What happens in chats that are not configured, for those who want to hear it.

    Always available, as the events of chats are: coming back is no event.
    """

    _attr_entity_registry_enabled_default = False
    _attr_event_types = _MESSAGE_TYPES
    _unrecorded_attributes = _UNRECORDED

    def __init__(self, entry: GreenApiConfigEntry) -> None:
        """Take the instance."""
        super().__init__(entry.runtime_data.coordinator, "other_chats")
        self._entry = entry

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return what the entity is called, short of its long name."""
        return "message"

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_CHAT_EVENT, self._async_hear)
        )

    @callback
    def _async_hear(self, entry_id: str, chat: str | None, event: ChatEvent) -> None:
        if chat is None and entry_id == self._entry.entry_id and hears_all(self._entry):
            self._trigger_event(event.type.value, event.attributes)
            self.async_write_ha_state()
