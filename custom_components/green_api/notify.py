"""Notify entities for chats, and the notify actions that are older than entities."""

from typing import override

from probatio import Secret
import voluptuous as vol

from homeassistant.components.notify import (
    DOMAIN as NOTIFY_DOMAIN,
    PLATFORM_SCHEMA as NOTIFY_PLATFORM_SCHEMA,
    BaseNotificationService,
    NotifyEntity,
    NotifyEntityFeature,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_TARGET, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .api import ChatId
from .const import (
    CONF_ACTIONS,
    CONF_API_URL,
    CONF_CHAT,
    CONF_INSTANCE_ID,
    SUBENTRY_TYPE_CHAT,
)
from .entity import GreenApiChatEntity
from .entry import SIGNAL_CHATS_CHANGED, GreenApiConfigEntry
from .fan_out import SIGNAL_SENT
from .legacy_notify import GreenApiNotificationService
from .messages import text_messages
from .yaml_import import MovedInNotificationService, async_import_yaml

# Order and pace are the outbox's; a limit here would make chats wait for each other.
PARALLEL_UPDATES = 0

PLATFORM_SCHEMA = NOTIFY_PLATFORM_SCHEMA.extend(
    {
        vol.Required(Secret(CONF_INSTANCE_ID)): vol.All(
            cv.string, cv.matches_regex(r"[0-9]+$")
        ),
        vol.Required(Secret(CONF_TOKEN)): vol.All(
            cv.string, vol.Strip, vol.Length(min=1)
        ),
        vol.Optional(CONF_TARGET, default=list): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(CONF_API_URL): vol.All(cv.url, cv.matches_regex(r"[^?#@]+$")),
    }
)


async def async_get_service(
    hass: HomeAssistant,
    config: ConfigType,
    discovery_info: DiscoveryInfoType | None = None,
) -> BaseNotificationService:
    """Move a notifier of configuration.yaml into a config entry."""
    await async_import_yaml(hass, config)
    return MovedInNotificationService()


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of the chats, and the actions of the instance."""
    services: list[GreenApiNotificationService] = []
    known: set[str] = set()
    for name in entry.data[CONF_ACTIONS]:
        # A name that somebody else has is theirs, to keep and to remove.
        if not hass.services.has_service(NOTIFY_DOMAIN, name):
            service = GreenApiNotificationService(entry, name)
            await service.async_setup(hass, name, service.prefix)
            entry.async_on_unload(service.async_unregister_services)
            services.append(service)

    async def async_update_chats() -> None:
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
            if chat.subentry_id not in known:
                known.add(chat.subentry_id)
                async_add_entities(
                    [GreenApiNotifyEntity(entry, chat)],
                    config_subentry_id=chat.subentry_id,
                )
        for service in services:
            await service.async_register_services()

    await async_update_chats()
    entry.async_on_unload(
        async_dispatcher_connect(
            hass, SIGNAL_CHATS_CHANGED.format(entry.entry_id), async_update_chats
        )
    )


class GreenApiNotifyEntity(GreenApiChatEntity, NotifyEntity):
    """Send texts to a chat.

    Always available: Home Assistant skips what is not, with a line in the log, and an
    alarm would be silent. Whether it can send, it finds out by sending.
    """

    _attr_name = None
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, entry: GreenApiConfigEntry, chat: ConfigSubentry) -> None:
        """Take the chat."""
        super().__init__(entry, chat)
        self._outbox = entry.runtime_data.outbox
        self._chat_id = ChatId.parse(chat.data[CONF_CHAT])

    @override
    async def async_added_to_hass(self) -> None:
        """Keep the time of what others send to the chat, too."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                SIGNAL_SENT.format(self._subentry_id),
                self._async_record_notification,
            )
        )

    @callback
    @override
    def _async_take_in(self, chat: ConfigSubentry) -> None:
        """Take in a changed number, too."""
        super()._async_take_in(chat)
        self._chat_id = ChatId.parse(chat.data[CONF_CHAT])

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send a text."""
        await self._outbox.async_send(self._chat_id, text_messages(message, title))
