"""What keeps messages from leaving, and when it is tried again."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum, auto
import logging
import random
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..api import (
    GreenApiAuthenticationError,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiInstanceGoneError,
    GreenApiNotLinkedError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiSuspendedError,
    GreenApiWrongServerError,
)
from ..errors import describe
from ..issues import HINDRANCES

_LOGGER = logging.getLogger(__package__)

# The waits between two tries, in seconds.
FIRST_DELAY = 1.0
LONGEST_DELAY = 30.0


class Verdict(Enum):
    """What an error means for what was to leave."""

    # It was certainly not taken; that passes by itself.
    NOT_NOW = auto()
    # It was certainly not taken; somebody has to do something.
    HINDERED = auto()
    # It may have been taken.
    DOUBTFUL = auto()
    # It will never be taken.
    REFUSED = auto()


_VERDICTS: Final = {
    GreenApiConnectionError: Verdict.NOT_NOW,
    GreenApiRateLimitError: Verdict.NOT_NOW,
    # A stranger answers, and no GREEN-API.
    GreenApiResponseError: Verdict.HINDERED,
    GreenApiStartingError: Verdict.NOT_NOW,
    GreenApiAuthenticationError: Verdict.HINDERED,
    GreenApiInstanceGoneError: Verdict.HINDERED,
    GreenApiNotLinkedError: Verdict.HINDERED,
    GreenApiSuspendedError: Verdict.HINDERED,
    GreenApiWrongServerError: Verdict.HINDERED,
    GreenApiOutcomeUnknownError: Verdict.DOUBTFUL,
}


def verdict_of(error: GreenApiError | HomeAssistantError) -> Verdict:
    """Return what an error means for what was to leave."""
    if isinstance(error, HomeAssistantError):
        if error.translation_key in HINDRANCES:
            return Verdict.HINDERED
        if error.translation_key == "outbox_not_written":
            # The disk is full: what cannot be noted, does not leave.
            return Verdict.NOT_NOW
        if not isinstance(error.__cause__, GreenApiError):
            return Verdict.REFUSED
        error = error.__cause__
    return _VERDICTS.get(type(error), Verdict.REFUSED)


def delay_after(attempts: int) -> float:
    """Return how many seconds to wait after so many tries; not all wait alike."""
    delay = min(FIRST_DELAY * 2.0 ** min(max(attempts, 1) - 1, 16), LONGEST_DELAY)
    jitter: float = random.uniform(0.75, 1.25)  # noqa: S311  chance, not secrecy
    return delay * jitter


class Outage:
    """A time in which nothing leaves; one line at a time tries whether it is over."""

    def __init__(self, hass: HomeAssistant, on_change: Callable[[], None]) -> None:
        """Start without one, and take whom to tell when it is tried again."""
        self._hass = hass
        self._on_change = on_change
        self._attempts = 0
        # In the order of their turns, and whether they are urgent.
        self._paused: dict[asyncio.Future[None], bool] = {}
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._tried_at = 0.0
        self.reason: HomeAssistantError | None = None
        # By the clock of the event loop.
        self.next_try: float | None = None

    @callback
    def async_go_on(self, reason: HomeAssistantError) -> None:
        """Take in that nothing leaves."""
        if self.reason is None:
            _LOGGER.warning(
                "Messages wait in the outbox: %s", describe(self._hass, reason)
            )
            self._attempts = 1
            self._set_timer()
        self.reason = reason

    @callback
    def async_hint(self) -> None:
        """Take in that something has left by another way: maybe it is over."""
        if self.reason is None:
            return
        now = asyncio.get_running_loop().time()
        if now - self._tried_at > FIRST_DELAY:
            self.async_try_now()

    @callback
    def async_end(self, *, is_empty: bool = False) -> None:
        """Take in that something has left, or that nothing waits any more."""
        if self.reason is None:
            return
        _LOGGER.warning(
            "Nothing waits in the outbox any more"
            if is_empty
            else "Messages leave the outbox again"
        )
        self.reason = None
        self.async_stop()
        for future in self._in_turn():
            _wake(future)

    @property
    def seconds_left(self) -> float | None:
        """Return in how many seconds it is tried again; None while there is none."""
        if self.next_try is None:
            return None
        return max(self.next_try - asyncio.get_running_loop().time(), 0.0)

    @callback
    def async_stop(self) -> None:
        """Try no more."""
        self._attempts = 0
        self.next_try = None
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def async_try_now(self) -> None:
        """Try at once, and begin anew with the waits."""
        if self.reason:
            self._attempts = 0
            self._async_try(dt_util.utcnow())

    @contextmanager
    def pause(self, *, urgent: bool) -> Iterator[asyncio.Future[None]]:
        """Give what is done when it is one's turn to try, or the outage is over."""
        future = asyncio.get_running_loop().create_future()
        self._paused[future] = urgent
        try:
            yield future
        finally:
            del self._paused[future]

    def _in_turn(self) -> Iterable[asyncio.Future[None]]:
        return sorted(self._paused, key=lambda future: not self._paused[future])

    def _set_timer(self) -> None:
        if self._cancel_timer:
            self._cancel_timer()
        delay = delay_after(self._attempts)
        self.next_try = asyncio.get_running_loop().time() + delay
        job = HassJob(self._async_try, cancel_on_shutdown=True)
        self._cancel_timer = async_call_later(self._hass, delay, job)
        self._on_change()

    @callback
    def _async_try(self, _: datetime) -> None:
        """Let the first one try; the next one, should that take too long."""
        for future in self._in_turn():
            if not future.done():
                future.set_result(None)
                break
        self._tried_at = asyncio.get_running_loop().time()
        self._attempts += 1
        self._set_timer()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
