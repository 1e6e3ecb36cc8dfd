"""The state of an instance."""

from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import InstanceState
from .coordinator import GreenApiCoordinator
from .entity import GreenApiEntity
from .entry import GreenApiConfigEntry

PARALLEL_UPDATES = 0

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
    """Add the sensor of an instance."""
    async_add_entities([GreenApiStateSensor(entry.runtime_data.coordinator)])


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
