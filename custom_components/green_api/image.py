"""The QR code that links a phone, for a dashboard."""

from datetime import datetime
from typing import Final, override

from homeassistant.components.image import ImageEntity
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .api import GreenApiError, InstanceState
from .coordinator import GreenApiCoordinator
from .entity import GreenApiEntity
from .entry import GreenApiConfigEntry

PARALLEL_UPDATES = 0

# GREEN-API has a new code after so many seconds.
_LIFETIME: Final = 20
# For so many seconds after an image was asked for, somebody looks at it.
_LOOK: Final = 60


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the QR code of an instance."""
    async_add_entities([GreenApiQrImage(hass, entry.runtime_data.coordinator)])


class GreenApiQrImage(GreenApiEntity, ImageEntity):
    """The QR code of the moment, as long as no phone is linked."""

    _attr_content_type = "image/png"
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, hass: HomeAssistant, coordinator: GreenApiCoordinator) -> None:
        """Take the instance."""
        GreenApiEntity.__init__(self, coordinator, "qr")
        ImageEntity.__init__(self, hass)
        self._asked_for = dt_util.utcnow()
        self._was_available = False
        self._stop_timer: CALLBACK_TYPE | None = None

    @property
    @override
    def available(self) -> bool:
        """Be there only while there is something to scan."""
        instance = self.coordinator.data
        return (
            super().available
            and instance is not None
            and instance.state is InstanceState.NOT_AUTHORIZED
        )

    @override
    async def async_image(self) -> bytes | None:
        """Ask for the code of the moment."""
        if not self.available:
            return None
        self._asked_for = dt_util.utcnow()
        if self._stop_timer is None:
            self._async_start_timer()
        try:
            qr = await self.coordinator.client.get_qr()
        except GreenApiError as err:
            self.coordinator.async_handle_error(err)
            return None
        if qr is None:
            # Linked already.
            self.coordinator.config_entry.async_create_background_task(
                self.hass, self.coordinator.async_ask(), f"{self.entity_id} state"
            )
            return None
        return qr.png

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Stop showing new codes."""
        self._async_stop_timer()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show a code, or show none any more."""
        if self.available and not self._was_available:
            self._attr_image_last_updated = dt_util.utcnow()
        elif not self.available:
            self._async_stop_timer()
        self._was_available = self.available
        super()._handle_coordinator_update()

    @callback
    def _async_start_timer(self) -> None:
        self._stop_timer = async_call_later(self.hass, _LIFETIME, self._async_renew)

    @callback
    def _async_stop_timer(self) -> None:
        if self._stop_timer:
            self._stop_timer()
            self._stop_timer = None

    @callback
    def _async_renew(self, now: datetime) -> None:
        """Show the next code, if somebody looks."""
        self._stop_timer = None
        if (now - self._asked_for).total_seconds() <= _LOOK:
            self._attr_image_last_updated = now
            self._async_start_timer()
            self.async_write_ha_state()
