"""WhatsApp messages from Home Assistant, through GREEN-API."""

import asyncio
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_MODE, CONF_TOKEN, CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .api import GreenApiError
from .const import CONF_WEBHOOK_TOKEN, DOMAIN, ReceiveMode
from .coordinator import GreenApiCoordinator, async_create_client
from .deliveries import Deliveries
from .entry import (
    SIGNAL_CHATS_CHANGED,
    GreenApiConfigEntry,
    GreenApiRuntimeData,
    fingerprint,
)
from .issues import Issues
from .log_filter import async_redact_credentials, async_redact_token
from .outbox import Outbox, async_remove_outbox
from .receiver import (
    Dispatcher,
    Receiver,
    async_delete_cloudhook,
    async_put_back,
    async_register as async_register_webhook,
    async_remove_seen,
    async_unregister,
)
from .sent_messages import async_remove_sent_messages, async_sent_messages
from .services import async_setup_services

_LOGGER = logging.getLogger(__name__)

# For so many seconds the removal of an instance waits for GREEN-API.
_PATIENCE: Final = 15

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BUTTON,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NOTIFY,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions."""
    async_redact_credentials()
    async_setup_services(hass)
    for entry in hass.config_entries.async_entries(DOMAIN):
        # Before the web server is there: what nobody listens for, Home Assistant
        # acknowledges.
        _async_listen(hass, entry)
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
    deliveries = Deliveries(sent)
    receiver = Receiver(entry, coordinator, deliveries)
    outbox = Outbox(coordinator, sent, deliveries)
    await outbox.async_load()
    entry.runtime_data = GreenApiRuntimeData(
        coordinator, outbox, receiver, fingerprint(entry)
    )
    entry.async_on_unload(entry.add_update_listener(_async_take_in))
    if receiver.mode is ReceiveMode.WEBHOOK:
        receiver.async_make_secrets()
        for secret in (CONF_WEBHOOK_ID, CONF_WEBHOOK_TOKEN):
            entry.async_on_unload(async_redact_token(entry.data[secret]))
    _async_listen(hass, entry)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **coordinator.device_info
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    # A listener keeps the coordinator asking, whatever entities are disabled.
    entry.async_on_unload(coordinator.async_add_listener(lambda: None))
    entry.async_on_unload(coordinator.issues.async_delete_passing)
    # Who wants to know what leaves is there.
    outbox.async_start()
    # In the background: neither Home Assistant's start nor an unload waits for it.
    entry.async_create_background_task(
        hass, coordinator.async_ask(), f"{DOMAIN} first state"
    )

    @callback
    def async_receive(hass: HomeAssistant) -> None:
        receiver.async_start()

    # Whoever wants to hear is there by then: what waits at GREEN-API, waits.
    entry.async_on_unload(async_at_started(hass, async_receive))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: GreenApiConfigEntry) -> bool:
    """Unload an instance."""
    await entry.runtime_data.receiver.async_stop()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    await entry.runtime_data.outbox.async_stop()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: GreenApiConfigEntry) -> None:
    """Leave nothing behind, here and at GREEN-API."""
    await async_remove_sent_messages(hass, entry.entry_id)
    await async_remove_seen(hass, entry.entry_id)
    await async_remove_outbox(hass, entry.entry_id)
    Issues(hass, entry).async_delete_all()
    stop_redacting = async_redact_token(entry.data[CONF_TOKEN])
    try:
        async with asyncio.timeout(_PATIENCE):
            await async_put_back(hass, entry, async_create_client(hass, entry.data))
    except (GreenApiError, TimeoutError) as err:
        _LOGGER.warning("The settings at GREEN-API could not be put back: %s", err)
    finally:
        stop_redacting()
    if webhook_id := entry.data.get(CONF_WEBHOOK_ID):
        async_unregister(hass, webhook_id)
        await async_delete_cloudhook(hass, webhook_id)


@callback
def _async_listen(hass: HomeAssistant, entry: GreenApiConfigEntry) -> None:
    """Listen for what GREEN-API pushes, if it does; also while nobody hears it yet."""
    if (webhook_id := entry.data.get(CONF_WEBHOOK_ID)) is None:
        return

    def ready() -> Dispatcher | None:
        if entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.receiver.dispatcher

    if entry.options.get(CONF_MODE) == ReceiveMode.WEBHOOK:
        async_register_webhook(hass, entry, ready)
    else:
        async_unregister(hass, webhook_id)


async def _async_take_in(hass: HomeAssistant, entry: GreenApiConfigEntry) -> None:
    """Take in changed chats as they are; for anything else, load the entry anew."""
    if fingerprint(entry) == entry.runtime_data.fingerprint:
        async_dispatcher_send(hass, SIGNAL_CHATS_CHANGED.format(entry.entry_id))
    else:
        await hass.config_entries.async_reload(entry.entry_id)
