"""Receive for one instance, in the way that was chosen."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import logging
import random
import secrets

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from ..api import (
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    GreenApiWebhookSetError,
    InstanceState,
)
from ..const import (
    CONF_API_URL,
    CONF_SETTINGS,
    CONF_WEBHOOK_TOKEN,
    DOMAIN,
    SUBENTRY_TYPE_CHAT,
    ReceiveMode,
)
from ..coordinator import GreenApiCoordinator
from ..deliveries import Deliveries
from ..errors import translated
from . import poller
from .dispatcher import Dispatcher
from .seen import async_seen
from .settings import async_put_back, async_set_up
from .webhook_url import async_webhook_url

# After so many seconds the flow for the first chat is open, and so long it may take.
FLOW_OPENS_AFTER = 1.0
_FLOW_PATIENCE = 120

_LOGGER = logging.getLogger(__name__)


class Receiver:
    """Receive for one instance."""

    def __init__(
        self,
        entry: ConfigEntry,
        coordinator: GreenApiCoordinator,
        deliveries: Deliveries,
    ) -> None:
        """Take the instance."""
        self._hass = coordinator.hass
        self._entry = entry
        self._coordinator = coordinator
        self._deliveries = deliveries
        self._healthy = False
        self._failures = 0
        self._told = False
        self._task: asyncio.Task[None] | None = None
        self.mode = ReceiveMode(entry.options.get(CONF_MODE, ReceiveMode.OFF))
        self.dispatcher: Dispatcher | None = None
        deliveries.receiving = self.mode is not ReceiveMode.OFF

    @callback
    def async_start(self) -> None:
        """Receive from now on, in the background."""
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_run(), f"{DOMAIN} receiver"
        )

    async def async_stop(self) -> None:
        """Hear nothing more, so that nothing is taken that nobody hears."""
        self.dispatcher = None
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    @callback
    def async_make_secrets(self) -> None:
        """Make up what only GREEN-API is told: where to push to, and a password."""
        if CONF_WEBHOOK_ID not in self._entry.data:
            self._hass.config_entries.async_update_entry(
                self._entry,
                data={
                    **self._entry.data,
                    CONF_WEBHOOK_ID: webhook.async_generate_id(),
                    CONF_WEBHOOK_TOKEN: secrets.token_urlsafe(32),
                },
            )

    async def _async_run(self) -> None:
        """Receive until cancelled."""
        if self.mode is ReceiveMode.OFF:
            await self._async_until_done(self._async_put_back)
            return
        await self._async_let_flow_end()
        seen = await async_seen(self._hass, self._entry.entry_id)
        self.dispatcher = Dispatcher(
            self._hass, self._entry, self._coordinator, self._deliveries, seen
        )
        if self.mode is ReceiveMode.WEBHOOK:
            # Whether anything arrives by it, nobody can tell: the state is asked for.
            await self._async_until_done(self._async_set_up)
            return
        await self._async_until_done(self._async_set_up)
        await poller.Poller(
            self._coordinator.client,
            self.dispatcher,
            self._async_on_error,
            self._async_on_success,
        ).async_run()

    async def _async_let_flow_end(self) -> None:
        """Wait while somebody adds the first chat, who needs the list of contacts.

        As the change of settings restarts the instance, which then has none to tell.
        """
        if CONF_SETTINGS in self._entry.data or self._entry.subentries:
            return
        flows = self._hass.config_entries.subentries
        handler = (self._entry.entry_id, SUBENTRY_TYPE_CHAT)
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLOW_PATIENCE):
                adding = True
                while adding:
                    # It opens once the entry is there.
                    await asyncio.sleep(FLOW_OPENS_AFTER)
                    adding = bool(
                        flows.async_progress_by_handler(
                            handler, include_uninitialized=True
                        )
                    )

    async def _async_set_up(self) -> None:
        """Let GREEN-API tell, and say for what time it will not."""
        url: tuple[str, str] | None = None
        data = self._entry.data
        if self.mode is ReceiveMode.WEBHOOK:
            webhook_url = await async_webhook_url(
                self._hass, data[CONF_WEBHOOK_ID], data[CONF_API_URL]
            )
            url = webhook_url, data[CONF_WEBHOOK_TOKEN]
        if await async_set_up(
            self._hass, self._entry, self._coordinator.client, self.mode, url
        ):
            _LOGGER.info("GREEN-API restarts the instance, as its settings changed")
            # When it has started, this is asked again, and GREEN-API tells it, too.
            self._coordinator.async_take_state(InstanceState.STARTING)

    async def _async_put_back(self) -> None:
        if CONF_SETTINGS in self._entry.data:
            await async_put_back(self._hass, self._entry, self._coordinator.client)

    async def _async_until_done(self, act: Callable[[], Awaitable[None]]) -> None:
        """Try until it is done: GREEN-API may be out of reach for hours."""
        delay = poller.FIRST_DELAY
        while True:
            try:
                await act()
            except GreenApiError as err:
                self._async_on_error(err)
            except HomeAssistantError:
                # Neither an address of its own, nor Home Assistant Cloud.
                self._coordinator.issues.async_create(translated("no_public_url"))
            except Exception:
                # A mistake of ours must not end receiving for good.
                _LOGGER.exception("Receiving could not be set up")
            else:
                self._coordinator.issues.async_delete("no_public_url")
                return
            await asyncio.sleep(delay * random.uniform(0.7, 1.3))  # noqa: S311  chance, not secrecy
            delay = min(delay * 2, poller.LONGEST_DELAY)

    @callback
    def _async_on_error(self, error: GreenApiError) -> None:
        """Do what it calls for; what goes on, is told once."""
        self._healthy = False
        match error:
            case GreenApiRateLimitError():
                return
            case GreenApiStartingError():
                self._coordinator.async_take_state(InstanceState.STARTING)
            case GreenApiWebhookSetError():
                self._coordinator.issues.async_create(translated("foreign_webhook"))
            case _:
                self._coordinator.async_handle_error(error)
        self._failures += 1
        if self._failures == 1:
            # Nobody tells of a change now; and if there is no answer at all, that is
            # what the coordinator says.
            self._coordinator.async_set_pushed(pushed=False)
            self._async_ask()
        elif self._coordinator.last_update_success and not self._told:
            self._told = True
            _LOGGER.warning("GREEN-API answers, but receiving fails: %s", error)

    @callback
    def _async_on_success(self) -> None:
        """Rely on being told."""
        if self._healthy:
            return
        self._healthy = True
        self._coordinator.issues.async_delete("foreign_webhook")
        self._coordinator.async_set_pushed(pushed=True)
        if self._told:
            self._told = False
            _LOGGER.info("Receiving works again")
        if self._failures:
            self._failures = 0
            self._async_ask()

    @callback
    def _async_ask(self) -> None:
        self._entry.async_create_background_task(
            self._hass, self._coordinator.async_ask(), f"{DOMAIN} state"
        )
