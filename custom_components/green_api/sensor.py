"""The state of an instance, what waits to leave, and how it receives."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .api import GreenApiError, InstanceState
from .coordinator import GreenApiCoordinator
from .entity import GreenApiEntity, GreenApiLastingEntity
from .entry import GreenApiConfigEntry
from .outbox import SIGNAL_OUTBOX
from .receiver import SIGNAL_RECEIVED

PARALLEL_UPDATES = 0
SCAN_INTERVAL = timedelta(minutes=1)

ATTR_NEXT_TRY: Final = "next_try"
ATTR_OLDEST_AGE: Final = "oldest_age"

# The API's words, as Home Assistant spells states. What is missing here is unknown.
_STATES: Final = {
    InstanceState.AUTHORIZED: "authorized",
    InstanceState.NOT_AUTHORIZED: "not_authorized",
    InstanceState.STARTING: "starting",
    InstanceState.BLOCKED: "blocked",
    InstanceState.SUSPENDED: "suspended",
    InstanceState.YELLOW_CARD: "yellow_card",
    InstanceState.SLEEP_MODE: "sleep_mode",
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of an instance."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities(
        [
            GreenApiStateSensor(coordinator),
            GreenApiOutboxSensor(entry),
            GreenApiQueueSensor(coordinator),
            GreenApiReceivedSensor(entry),
        ]
    )


class GreenApiStateSensor(GreenApiEntity, SensorEntity):
    """What an instance is doing."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: GreenApiCoordinator) -> None:
        """Take the instance."""
        super().__init__(coordinator, "state")
        self._attr_options = list(_STATES.values())

    @property
    @override
    def native_value(self) -> str | None:
        """Return the state, None for one that this integration does not know."""
        instance = self.coordinator.data
        return _STATES.get(instance.state) if instance else None


class GreenApiOutboxSensor(GreenApiLastingEntity, SensorEntity):
    """How many messages wait to leave; that is known also when GREEN-API is away."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_state_class = SensorStateClass.MEASUREMENT
    # They change all the time, and nobody asks later what they were.
    _unrecorded_attributes = frozenset({ATTR_NEXT_TRY, ATTR_OLDEST_AGE})

    def __init__(self, entry: GreenApiConfigEntry) -> None:
        """Take the instance."""
        super().__init__(entry.runtime_data.coordinator, "outbox")
        self._outbox = entry.runtime_data.outbox
        self._signal = SIGNAL_OUTBOX.format(entry.entry_id)
        self._timer: CALLBACK_TYPE | None = None

    @property
    @override
    def native_value(self) -> int:
        """Return how many wait."""
        return self._outbox.kept.count

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return for how many seconds the oldest waits, and when it is tried again."""
        now = dt_util.utcnow()
        oldest, delay = self._outbox.kept.oldest, self._outbox.outage.seconds_left
        return {
            ATTR_OLDEST_AGE: (
                None if oldest is None else max(round(now.timestamp() - oldest), 0)
            ),
            ATTR_NEXT_TRY: None if delay is None else now + timedelta(seconds=delay),
        }

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        self.async_on_remove(
            async_dispatcher_connect(self.hass, self._signal, self._async_tell)
        )
        self.async_on_remove(self._async_stop_timer)
        self._async_set_timer()

    @callback
    def _async_tell(self, _: datetime | None = None) -> None:
        self._async_set_timer()
        self.async_write_ha_state()

    @callback
    def _async_set_timer(self) -> None:
        """Tell in a minute how old it is by then; of nothing, there is nothing to tell."""
        self._async_stop_timer()
        if self._outbox.kept.count:
            self._timer = async_call_later(self.hass, SCAN_INTERVAL, self._async_tell)

    @callback
    def _async_stop_timer(self) -> None:
        if self._timer:
            self._timer()
            self._timer = None


class GreenApiQueueSensor(GreenApiEntity, SensorEntity):
    """How many notifications wait at GREEN-API; asked for only where it is enabled."""

    _attr_available = False
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_state_class = SensorStateClass.MEASUREMENT

    def __init__(self, coordinator: GreenApiCoordinator) -> None:
        """Take the instance."""
        super().__init__(coordinator, "queue_length")

    @property
    @override
    def should_poll(self) -> bool:
        return True

    @property
    @override
    def available(self) -> bool:
        return self._attr_available

    @override
    async def async_added_to_hass(self) -> None:
        """Ask at once, but let nobody wait for the answer."""
        self.async_schedule_update_ha_state(force_refresh=True)

    @override
    async def async_update(self) -> None:
        """Ask how many there are."""
        try:
            count = await self.coordinator.client.get_webhooks_count()
        except GreenApiError:
            self._attr_available = False
        else:
            self._attr_available = True
            self._attr_native_value = count


class GreenApiReceivedSensor(GreenApiLastingEntity, SensorEntity):
    """When GREEN-API told anything; that stays true when it is out of reach."""

    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False

    def __init__(self, entry: GreenApiConfigEntry) -> None:
        """Take the instance."""
        super().__init__(entry.runtime_data.coordinator, "last_received")
        self._entry = entry

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                SIGNAL_RECEIVED.format(self._entry.entry_id),
                self.async_write_ha_state,
            )
        )

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return when it was, None before the first time."""
        dispatcher = self._entry.runtime_data.receiver.dispatcher
        return dispatcher.statistics.last_received if dispatcher else None
