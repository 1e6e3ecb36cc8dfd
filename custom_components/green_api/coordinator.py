"""The instance: how to reach it, and what state it is in."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .api import (
    ChatId,
    GreenApiAuthenticationError,
    GreenApiClient,
    GreenApiError,
    GreenApiNotLinkedError,
    GreenApiQuotaError,
    GreenApiSuspendedError,
    GreenApiWrongServerError,
    InstanceState,
    RateLimits,
)
from .const import (
    CONF_API_URL,
    CONF_INSTANCE_ID,
    CONF_LID,
    CONF_MEDIA_URL,
    CONF_PHONE,
    CONSOLE_URL,
    DOMAIN,
    STARTING_INTERVAL,
    STATE_INTERVAL,
    SUBENTRY_TYPE_CHAT,
)
from .errors import api_error, translated
from .issues import HINDRANCES, QUOTA, Issues

_LOGGER = logging.getLogger(__name__)

_RATE_LIMITS: HassKey[dict[str, RateLimits]] = HassKey(f"{DOMAIN}_rate_limits")

# In these states GREEN-API takes messages, keeps them for 24 hours, and answers as if
# all were well.
_HINDRANCES: Final[Mapping[InstanceState, str]] = {
    InstanceState.NOT_AUTHORIZED: "not_linked",
    InstanceState.BLOCKED: "blocked",
    InstanceState.SUSPENDED: "suspended",
    InstanceState.YELLOW_CARD: "suspended",
}
_PHONE_MAY_CHANGE: Final = {InstanceState.NOT_AUTHORIZED, InstanceState.BLOCKED}
# A state that waited for so long in a queue may be outdated.
_OLD_NEWS: Final = timedelta(minutes=1)
# After so many seconds, a state that was told is asked for before a message leaves.
_STALE_AFTER: Final = 600
# For how many seconds a message waits until the state is known.
_PATIENCE = 5


@callback
def async_create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> GreenApiClient:
    """Return a client for the credentials in a config entry's data.

    All clients of an instance share its limits: GREEN-API does not care whether it is
    a flow that asks or the entry.

    Raises InvalidUrlError for an address that is none.
    """
    instance_id = data[CONF_INSTANCE_ID]
    limits = hass.data.setdefault(_RATE_LIMITS, {})
    return GreenApiClient(
        async_get_clientsession(hass),
        instance_id,
        data[CONF_TOKEN],
        api_url=data[CONF_API_URL],
        media_url=data[CONF_MEDIA_URL],
        limits=limits.setdefault(instance_id, RateLimits()),
    )


@dataclass(frozen=True, slots=True)
class Instance:
    """What is known of an instance."""

    state: InstanceState
    suspended_until: datetime | None = None

    @property
    def is_suspended(self) -> bool:
        """Return whether WhatsApp has suspended the account for a while."""
        return _HINDRANCES.get(self.state) == "suspended"

    @property
    def hindrance(self) -> HomeAssistantError | None:
        """Return why a message would not leave, though GREEN-API would take it."""
        if (key := _HINDRANCES.get(self.state)) is None:
            return None
        if self.suspended_until:
            until = dt_util.as_local(self.suspended_until)
            return translated("suspended_until", until=f"{until:%Y-%m-%d %H:%M}")
        return translated(key)


class GreenApiCoordinator(DataUpdateCoordinator[Instance | None]):
    """Know the state of an instance; None until GREEN-API was reached once."""

    config_entry: ConfigEntry

    def __init__(
        self, hass: HomeAssistant, config_entry: ConfigEntry, client: GreenApiClient
    ) -> None:
        """Take the client of the instance."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=config_entry,
            name=DOMAIN,
            update_interval=STATE_INTERVAL,
            always_update=False,
        )
        self.client = client
        self.issues = Issues(hass, config_entry)
        self.device_info = DeviceInfo(
            configuration_url=CONSOLE_URL,
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, client.instance_id)},
            manufacturer="GREEN-API",
            model="WhatsApp",
            name=config_entry.title,
            serial_number=client.instance_id,
        )
        # Whether GREEN-API tells of a change by itself, when it did last, and when the
        # state was known for sure.
        self._pushed = False
        self._told_at: datetime | None = None
        self._known_at = 0.0
        self._asking = asyncio.Lock()
        self._times_asked = 0
        self._out_of_quota: set[ChatId] = set()
        # The chats that GREEN-API said the quota covers; None when it said nothing.
        self._covered: frozenset[str] | None = None

    @override
    async def _async_update_data(self) -> Instance:
        """Ask for the state."""
        try:
            state = await self.client.get_state_instance()
        except GreenApiError as err:
            self.async_handle_error(err)
            # Also where GREEN-API tells: it may have nothing to tell for days.
            self.update_interval = STATE_INTERVAL
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="no_state",
                translation_placeholders={"reason": str(err)},
            ) from err
        finally:
            self._times_asked += 1
        instance = Instance(state)
        if instance.is_suspended:
            # Only says until when: without an answer, the state stands.
            with suppress(GreenApiError):
                settings = await self.client.get_wa_settings()
                instance = Instance(state, settings.suspended_until)
        self._async_take_in(instance)
        return instance

    @callback
    def async_set_pushed(self, *, pushed: bool) -> None:
        """Rely on being told of changes, or no longer."""
        self._pushed = pushed
        if self.data:
            self._async_choose_interval(self.data)

    @callback
    def async_take_state(
        self, state: InstanceState, timestamp: datetime | None = None
    ) -> None:
        """Take in the state that GREEN-API told, and when; without a time, now."""
        if timestamp and self._told_at and timestamp < self._told_at:
            # It comes late: something newer was told already.
            return
        self._told_at = timestamp or self._told_at
        instance = Instance(state)
        if instance.is_suspended or (
            timestamp and dt_util.utcnow() - timestamp > _OLD_NEWS
        ):
            # Until when, has to be asked; and what waited for long, may be outdated.
            self.config_entry.async_create_background_task(
                self.hass, self.async_ask(), f"{DOMAIN} state"
            )
            return
        self._async_take_in(instance)
        self.async_set_updated_data(instance)

    @callback
    def _async_take_in(self, instance: Instance) -> None:
        """Do what a state calls for."""
        self._known_at = self.hass.loop.time()
        if instance.state in _PHONE_MAY_CHANGE and self.config_entry.data[CONF_PHONE]:
            # Whoever links it to another phone is no stranger.
            self.hass.config_entries.async_update_entry(
                self.config_entry, data={**self.config_entry.data, CONF_PHONE: None}
            )
        error = instance.hindrance
        self.issues.async_delete(
            *HINDRANCES - ({error.translation_key} if error else set())
        )
        if error:
            self.issues.async_create(error)
        self._async_choose_interval(instance)

    @callback
    def _async_choose_interval(self, instance: Instance) -> None:
        """Ask once a minute, but where GREEN-API tells, and nothing has to be awaited."""
        match instance.state:
            case InstanceState.STARTING:
                self.update_interval = STARTING_INTERVAL
            case InstanceState.AUTHORIZED if self._pushed:
                self.update_interval = None
            case _:
                self.update_interval = STATE_INTERVAL

    async def async_ask(self) -> None:
        """Ask for the state now; all who want that meanwhile share the answer."""
        times_asked = self._times_asked
        async with self._asking:
            if self._times_asked == times_asked:
                await self.async_refresh()

    @property
    def is_known_to_send(self) -> bool:
        """Return whether what GREEN-API takes leaves, as far as that was told lately.

        Somebody may have switched off at GREEN-API that it tells.
        """
        return (
            self.data is not None
            and self.data.hindrance is None
            and self.hass.loop.time() - self._known_at <= _STALE_AFTER
        )

    async def async_check_can_send(self) -> None:
        """Raise if a message would not leave, though GREEN-API would take it."""
        if not self.is_known_to_send:
            # But no alarm waits for long for an answer that does not come.
            asking = self.config_entry.async_create_background_task(
                self.hass, self.async_ask(), f"{DOMAIN} state"
            )
            await asyncio.wait({asking}, timeout=_PATIENCE)
        if self.data and (error := self.data.hindrance):
            raise error

    def subentry_of(self, chat_id: ChatId) -> str | None:
        """Return the id of the subentry of a chat, None if it is not configured."""
        return next(
            (
                chat.subentry_id
                for chat in self.config_entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
                if str(chat_id) in (chat.unique_id, chat.data.get(CONF_LID))
            ),
            None,
        )

    def name_of(self, chat_id: ChatId) -> str:
        """Return what people call a chat."""
        chats = self.config_entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
        names = {chat.unique_id: chat.title for chat in chats}
        return names.get(str(chat_id), chat_id.display)

    async def async_execute[T](self, call: Awaitable[T]) -> T:
        """Ask GREEN-API, and raise its errors as a person reads them."""
        try:
            return await call
        except GreenApiError as err:
            raise self.async_handle_error(err) from err

    @callback
    def async_handle_error(
        self, error: GreenApiError, chat_id: ChatId | None = None
    ) -> HomeAssistantError:
        """Do what an error of GREEN-API calls for, and return it for the person."""
        told = api_error(error, self.name_of)
        if self.config_entry.state is ConfigEntryState.NOT_LOADED:
            # Unloaded or removed while a message was on its way.
            return told
        match error:
            case GreenApiAuthenticationError() | GreenApiWrongServerError():
                self.config_entry.async_start_reauth(self.hass)
            case GreenApiNotLinkedError() | GreenApiSuspendedError():
                self.config_entry.async_create_background_task(
                    self.hass, self.async_ask(), f"{DOMAIN} state"
                )
            case GreenApiQuotaError() if chat_id:
                self._out_of_quota.add(chat_id)
                self.issues.async_create(told)
        return told

    @callback
    def async_handle_success(self, chat_id: ChatId) -> None:
        """Take back what was said when the quota did not cover a chat."""
        told = self._covered is not None and str(chat_id) not in self._covered
        if chat_id in self._out_of_quota or told:
            self._covered = None
            self._out_of_quota.discard(chat_id)
            if not self._out_of_quota:
                self.issues.async_delete(*QUOTA)

    @callback
    def async_take_quota(self, chat_ids: Collection[str]) -> None:
        """Take in which chats the quota still covers, as GREEN-API told."""
        error = GreenApiQuotaError(tuple(chat_ids))
        self._covered = frozenset(chat_ids)
        self.issues.async_create(api_error(error, self.name_of))
