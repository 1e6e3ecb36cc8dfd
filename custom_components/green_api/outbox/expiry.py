"""When what waits has waited for too long: one timer for all of it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .parcel import Parcel

# So many may wait before it is looked whether some are gone.
_ENOUGH: Final = 1000


class Expiry:
    """Call for each parcel that has waited for too long, by the clock of the event loop.

    The clock on the wall may be set meanwhile, and nothing expires for that.
    """

    def __init__(
        self, hass: HomeAssistant, on_expired: Callable[[Parcel], None]
    ) -> None:
        """Take whom to call."""
        self._hass = hass
        self._on_expired = on_expired
        self._waiting: list[tuple[float, int, Parcel]] = []
        self._numbers = count()
        self._enough = _ENOUGH
        self._cancel: CALLBACK_TYPE | None = None
        self._job = HassJob(self._async_expire, cancel_on_shutdown=True)

    @callback
    def async_add(self, parcel: Parcel, seconds: float) -> None:
        """Let a parcel wait for so many seconds."""
        at = asyncio.get_running_loop().time() + seconds
        if len(self._waiting) > self._enough:
            # Most of it has left long ago.
            self._waiting = [each for each in self._waiting if not each[2].is_gone]
            heapify(self._waiting)
            self._enough = max(2 * len(self._waiting), _ENOUGH)
        heappush(self._waiting, (at, next(self._numbers), parcel))
        if self._waiting[0][2] is parcel:
            self._set_timer()

    @callback
    def async_stop(self) -> None:
        """Let nothing expire any more."""
        self._waiting.clear()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._cancel:
            self._cancel()
            self._cancel = None
        if self._waiting:
            seconds = self._waiting[0][0] - asyncio.get_running_loop().time()
            self._cancel = async_call_later(self._hass, max(seconds, 0.0), self._job)

    @callback
    def _async_expire(self, _: datetime) -> None:
        self._cancel = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0][0] <= now:
            self._on_expired(heappop(self._waiting)[2])
        self._set_timer()
