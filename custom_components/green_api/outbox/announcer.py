"""What is told of messages that waited: events, and a repair for those that expired."""

from datetime import timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import MessageStatus
from ..coordinator import GreenApiCoordinator
from ..deliveries import EXPIRED, SIGNAL_DELIVERY, Deliveries, Delivery
from ..errors import describe, translated
from .parcel import Parcel

_HOUR: Final = timedelta(hours=1)


class Announcer:
    """Tell what came of messages whose senders know no more than that they wait."""

    def __init__(
        self, coordinator: GreenApiCoordinator, deliveries: Deliveries
    ) -> None:
        """Take the instance."""
        self._coordinator = coordinator
        self._hass = coordinator.hass
        self._deliveries = deliveries

    @callback
    def async_left(self, parcel: Parcel) -> None:
        """Tell that a parcel has left."""
        for message_id in parcel.message_ids:
            if parcel.kept:
                self._deliveries.async_leave(message_id, parcel.kept.outbox_id)
            self._tell(parcel, MessageStatus.SENT, message_id)

    @callback
    def async_failed(self, parcel: Parcel, error: HomeAssistantError) -> None:
        """Tell that a parcel will never leave."""
        self._tell(
            parcel, MessageStatus.FAILED, description=describe(self._hass, error)
        )

    @callback
    def async_expired(self, parcel: Parcel) -> None:
        """Tell that a parcel has waited for too long: how many have, and for how long."""
        reason = describe(self._hass, parcel.reason) if parcel.reason else None
        self._tell(parcel, EXPIRED, description=reason)
        told = self._coordinator.issues.async_placeholders("outbox_expired")
        number = int(told.get("number", "0")) + 1
        age = dt_util.utcnow().timestamp() - parcel.created
        self._coordinator.issues.async_create(
            translated(
                "outbox_expired",
                number=str(number),
                hours=f"{max(age, 0) / _HOUR.total_seconds():.1f}",
            )
        )

    def _tell(
        self,
        parcel: Parcel,
        status: MessageStatus | str,
        message_id: str = "",
        *,
        description: str | None = None,
    ) -> None:
        SIGNAL_DELIVERY.async_tell(
            self._hass,
            self._coordinator.config_entry.entry_id,
            self._coordinator.subentry_of(parcel.chat_id),
            Delivery(
                message_id,
                str(parcel.chat_id),
                status,
                description,
                parcel.tag,
                parcel.kept.outbox_id if parcel.kept else None,
            ),
        )
