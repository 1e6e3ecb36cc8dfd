"""WhatsApp messages from Home Assistant, through GREEN-API."""

from homeassistant.const import CONF_TOKEN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .coordinator import GreenApiCoordinator, async_create_client
from .entry import (
    SIGNAL_CHATS_CHANGED,
    GreenApiConfigEntry,
    GreenApiRuntimeData,
    fingerprint,
)
from .log_filter import async_redact_credentials, async_redact_token
from .outbox import Outbox
from .sent_messages import async_remove_sent_messages, async_sent_messages
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [Platform.NOTIFY, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions."""
    async_redact_credentials()
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: GreenApiConfigEntry) -> bool:
    """Set up an instance.

    Never fails for a remote reason: Home Assistant skips entities that are not there,
    and an alarm would be silent. What is wrong, the send itself says.
    """
    entry.async_on_unload(async_redact_token(entry.data[CONF_TOKEN]))
    coordinator = GreenApiCoordinator(
        hass, entry, async_create_client(hass, entry.data)
    )
    sent = await async_sent_messages(hass, entry.entry_id)
    entry.runtime_data = GreenApiRuntimeData(
        coordinator, Outbox(coordinator, sent), fingerprint(entry)
    )
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **coordinator.device_info
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    # A listener keeps the coordinator asking, whatever entities are disabled.
    entry.async_on_unload(coordinator.async_add_listener(lambda: None))
    entry.async_on_unload(coordinator.async_delete_issues)
    entry.async_on_unload(entry.add_update_listener(_async_take_in))
    # In the background: neither Home Assistant's start nor an unload waits for it.
    entry.async_create_background_task(
        hass, coordinator.async_ask(), f"{DOMAIN} first state"
    )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: GreenApiConfigEntry) -> bool:
    """Unload an instance."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GreenApiConfigEntry) -> None:
    """Forget what an instance has sent."""
    await async_remove_sent_messages(hass, entry.entry_id)


async def _async_take_in(hass: HomeAssistant, entry: GreenApiConfigEntry) -> None:
    """Take in changed chats as they are; for anything else, load the entry anew."""
    if fingerprint(entry) == entry.runtime_data.fingerprint:
        async_dispatcher_send(hass, SIGNAL_CHATS_CHANGED.format(entry.entry_id))
    else:
        await hass.config_entries.async_reload(entry.entry_id)
