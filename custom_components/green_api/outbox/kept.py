"""What is kept on the disk until it leaves: how much it is, and for how long."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalTypeFormat
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..messages import Message
from . import content
from .database import Database
from .expiry import Expiry
from .parcel import Parcel
from .spool import Spool
from .store import ParcelStore, Stored

# Changes of what waits are told so many seconds after the first, all at once.
_QUIET: Final = 0.5

# What waits on the disk has changed, or when it is tried again.
SIGNAL_OUTBOX: SignalTypeFormat[()] = SignalTypeFormat(f"{DOMAIN}_outbox_{{}}")


class KeptParcels:
    """Keep parcels of one instance."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        database: Database,
        on_expired: Callable[[Parcel], None],
    ) -> None:
        """Take where to keep them, and whom to call when one has waited for too long."""
        self._hass = hass
        self._entry = entry
        self.store = ParcelStore(database)
        self.spool = Spool(hass, entry.entry_id)
        self._expiry = Expiry(hass, on_expired)
        # By their ids, the oldest first.
        self._parcels: dict[str, Parcel] = {}
        self._stop_telling: CALLBACK_TYPE | None = None

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self._parcels)

    @property
    def oldest(self) -> float | None:
        """Return since when the oldest waits, by the clock on the wall."""
        return next((each.created for each in self._parcels.values()), None)

    @property
    def parcels(self) -> Sequence[Parcel]:
        """Return them, the oldest first."""
        return tuple(self._parcels.values())

    def __contains__(self, parcel: Parcel) -> bool:
        """Return whether a parcel is still kept."""
        return parcel.kept is not None and parcel.kept.outbox_id in self._parcels

    async def async_load(self) -> Stored:
        """Take in what is on the disk, and return it.

        Raises BrokenFileError or OutOfReachError.
        """
        stored = await self.store.async_load()
        for parcel in stored.parcels:
            self._take_in(parcel)
        await self.spool.async_sweep()
        return stored

    async def async_add(self, parcel: Parcel, expires_after: timedelta) -> None:
        """Keep a parcel; when this returns, it is on the disk.

        Raises HomeAssistantError when it is not.
        """
        parcel.kept = await self.store.async_add(
            parcel,
            content.dump(parcel.messages or []),
            ulid_now(),
            parcel.created + expires_after.total_seconds(),
        )
        self._take_in(parcel)
        self.async_expire(parcel)

    @callback
    def async_forget(self, parcel: Parcel) -> None:
        """Keep a parcel no longer."""
        assert parcel.kept  # noqa: S101  for mypy
        self._parcels.pop(parcel.kept.outbox_id, None)
        # It may be in other hands still, which need no text.
        parcel.is_gone, parcel.messages = True, None
        self.store.async_forget_soon(parcel)
        self.spool.async_release(parcel.files)
        self.async_tell_soon()

    @callback
    def async_expire(self, parcel: Parcel) -> None:
        """Let a parcel expire when it is time."""
        now = asyncio.get_running_loop().time()
        self._expiry.async_add(parcel, max((parcel.expires_tick or now) - now, 0.0))

    async def async_contents(self) -> dict[str, list[Message]]:
        """Return what they say, by their ids, as far as it is understood."""
        contents: dict[str, list[Message]] = {}
        if not self._parcels:
            return contents
        for outbox_id, text in (await self.store.async_contents()).items():
            if outbox_id in self._parcels:
                # The rest, another version may have written.
                with suppress(*content.UNREADABLE):
                    contents[outbox_id] = content.load(text)
        return contents

    @callback
    def async_stop(self) -> None:
        """Let nothing expire, and tell nothing more."""
        self._expiry.async_stop()
        self.spool.async_stop()
        if self._stop_telling:
            self._stop_telling()

    def _take_in(self, parcel: Parcel) -> None:
        assert parcel.kept  # noqa: S101  for mypy
        self._parcels[parcel.kept.outbox_id] = parcel
        self.spool.async_want(parcel.files)
        # By the clock on the wall, which may have been wrong when Home Assistant
        # started; while it runs, it may be set without anything expiring.
        life = parcel.kept.expires - parcel.created
        rest = parcel.kept.expires - dt_util.utcnow().timestamp()
        now = asyncio.get_running_loop().time()
        parcel.expires_tick = now + max(0.0, min(rest, life))
        self.async_tell_soon()

    @callback
    def async_tell_soon(self) -> None:
        """Tell that something has changed; as another change may follow, not at once."""
        if self._stop_telling is None:
            job = HassJob(self._async_tell, cancel_on_shutdown=True)
            self._stop_telling = async_call_later(self._hass, _QUIET, job)

    @callback
    def _async_tell(self, _: datetime) -> None:
        self._stop_telling = None
        async_dispatcher_send(self._hass, SIGNAL_OUTBOX.format(self._entry.entry_id))
