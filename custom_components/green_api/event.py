"""What happens in chats, and what became of messages: for automations and the logbook."""

from abc import abstractmethod
from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import MessageStatus, MessageType
from .chat_filter import hears_all
from .chat_signal import ChatSignal
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
from .entity import GreenApiChatEntity, GreenApiLastingEntity
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


class GreenApiEvent[T](EventEntity):
    """Events that a signal tells of."""

    _signal: ChatSignal[T]
    # The id of the chat's subentry, or that of the entry for those without one.
    _of: str

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, self._signal.of(self._of), self._async_hear
            )
        )

    @callback
    @abstractmethod
    def _async_hear(self, told: T) -> None:
        """Take in what is told."""


class GreenApiChatEvent[T](GreenApiEvent[T], GreenApiChatEntity):
    """Events of a chat."""

    _key: str

    def __init__(self, entry: GreenApiConfigEntry, chat: ConfigSubentry) -> None:
        """Take the chat."""
        super().__init__(entry, chat)
        self._of = chat.subentry_id
        self._attr_translation_key = self._key
        self._attr_unique_id = f"{self._attr_unique_id}_{self._key}"


class GreenApiMessageEvent(GreenApiChatEvent[ChatEvent]):
    """What is written in a chat, and what else happens there."""

    _attr_event_types = _MESSAGE_TYPES
    _key = "message"
    _signal = SIGNAL_CHAT_EVENT
    _unrecorded_attributes = _UNRECORDED

    @callback
    @override
    def _async_hear(self, told: ChatEvent) -> None:
        self._trigger_event(told.type.value, told.attributes)
        self.async_write_ha_state()


class GreenApiDeliveryEvent(GreenApiChatEvent[Delivery]):
    """What became of the messages to a chat."""

    _attr_event_types = DELIVERY_TYPES
    _key = "delivery"
    _signal = SIGNAL_DELIVERY

    @callback
    @override
    def _async_hear(self, told: Delivery) -> None:
        attributes = {
            ATTR_MESSAGE_ID: told.message_id,
            ATTR_CHAT_ID: told.chat_id,
            "description": told.description,
            ATTR_OUTBOX_ID: told.outbox_id,
            ATTR_TAG: told.tag,
        }
        self._trigger_event(
            str(told.status),
            {name: value for name, value in attributes.items() if value},
        )
        self.async_write_ha_state()


class GreenApiOtherChatsEvent(GreenApiEvent[ChatEvent], GreenApiLastingEntity):
    """What happens in chats that are not configured, for those who want to hear it.

    Always available, as the events of chats are: coming back is no event.
    """

    _attr_entity_registry_enabled_default = False
    _attr_event_types = _MESSAGE_TYPES
    _signal = SIGNAL_CHAT_EVENT
    _unrecorded_attributes = _UNRECORDED

    def __init__(self, entry: GreenApiConfigEntry) -> None:
        """Take the instance."""
        super().__init__(entry.runtime_data.coordinator, "other_chats")
        self._entry = entry
        self._of = entry.entry_id

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return what the entity is called, short of its long name."""
        return "message"

    @callback
    @override
    def _async_hear(self, told: ChatEvent) -> None:
        if hears_all(self._entry):
            self._trigger_event(told.type.value, told.attributes)
            self.async_write_ha_state()
