"""Restart an instance, unlink its phone, or let leave what waits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import GreenApiClient, InstanceState
from .coordinator import GreenApiCoordinator
from .entity import GreenApiLastingEntity
from .entry import GreenApiConfigEntry

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GreenApiButtonDescription(ButtonEntityDescription):
    """What a button does, and the state the instance is in then."""

    act: Callable[[GreenApiClient], Awaitable[None]]
    state: InstanceState


_BUTTONS: Final = (
    GreenApiButtonDescription(
        key="reboot", act=GreenApiClient.reboot, state=InstanceState.STARTING
    ),
    GreenApiButtonDescription(
        key="logout", act=GreenApiClient.logout, state=InstanceState.NOT_AUTHORIZED
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of an instance."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities(
        [
            *(GreenApiButton(coordinator, button) for button in _BUTTONS),
            GreenApiSendNowButton(entry),
        ]
    )


class GreenApiButton(GreenApiLastingEntity, ButtonEntity):
    """A button of an instance."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_entity_registry_enabled_default = False
    entity_description: GreenApiButtonDescription

    def __init__(
        self, coordinator: GreenApiCoordinator, description: GreenApiButtonDescription
    ) -> None:
        """Take the instance."""
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @override
    async def async_press(self) -> None:
        """Do it."""
        coordinator = self.coordinator
        await coordinator.async_execute(self.entity_description.act(coordinator.client))
        coordinator.async_take_state(self.entity_description.state)


class GreenApiSendNowButton(GreenApiLastingEntity, ButtonEntity):
    """A button that lets what waits in the outbox leave at once, if it can."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, entry: GreenApiConfigEntry) -> None:
        """Take the instance."""
        super().__init__(entry.runtime_data.coordinator, "send_now")
        self._outbox = entry.runtime_data.outbox

    @override
    async def async_press(self) -> None:
        """Do not wait for the next try."""
        self._outbox.outage.async_try_now()
