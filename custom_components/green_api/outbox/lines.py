"""Who leaves when: a line for each chat, and one for what is urgent; workers empty them."""

import asyncio
from collections.abc import Callable
import logging

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from ..api import ChatId, GreenApiError, GreenApiRateLimitError
from ..const import DOMAIN
from ..coordinator import GreenApiCoordinator
from ..errors import translated
from . import departure
from .departure import Departure
from .line import Line
from .outage import Outage, Verdict, delay_after, verdict_of
from .parcel import Parcel, State
from .terms import Priority

_LOGGER = logging.getLogger(__package__)

# So many seconds what is leaving may take when the entry is unloaded.
LAST_WORDS = 3.0
# So many seconds are between two tries at least.
BREATH = 0.25


type LineKey = tuple[ChatId, Priority]


class Lines:
    """Let parcels leave, those of one line one after the other."""

    def __init__(
        self,
        coordinator: GreenApiCoordinator,
        departure: Departure,
        outage: Outage,
        on_wait: Callable[[Parcel, bool], None],
        on_end: Callable[[Parcel, HomeAssistantError | None], None],
    ) -> None:
        """Take how they leave, and whom to tell of one that waits, or has an end.

        That is: whether something keeps all of them, and why one will never leave.
        """
        self._coordinator = coordinator
        self._departure = departure
        self._on_wait = on_wait
        self._on_end = on_end
        self._lines: dict[LineKey, Line] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self.is_stopping = False
        self._outage = outage

    def is_empty(self, key: LineKey) -> bool:
        """Return whether what comes now is tried at once."""
        return key not in self._lines

    def is_free(self, key: LineKey) -> bool:
        """Return whether what comes now leaves at once."""
        return key not in self._lines and self._outage.reason is None

    async def async_carry(self, parcel: Parcel) -> None:
        """Let a parcel leave that is the only one in its line, by who sends it."""
        key = parcel.line
        line = self._lines[key] = Line()
        line.is_busy = True
        try:
            await self._async_try(line, parcel)
        finally:
            line.is_busy = False
            self._go_on(key, line)

    @callback
    def async_add(self, parcel: Parcel) -> None:
        """Let a parcel leave after those that wait already."""
        key = parcel.line
        if (line := self._lines.get(key)) is None:
            line = self._lines[key] = Line()
        line.append(parcel)
        self._go_on(key, line)
        if parcel.kept is None:
            # Somebody waits for it: what is before it is tried at once.
            line.hurry()

    def _go_on(self, key: LineKey, line: Line) -> None:
        """Have a worker for what waits, and no line without anything."""
        if line.is_busy:
            return
        if not line:
            if self._lines.get(key) is line:
                del self._lines[key]
            return
        if not self.is_stopping:
            line.is_busy = True
            worker = self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._async_work(key, line),
                f"{DOMAIN} outbox",
            )
            if not worker.done():
                self._workers.add(worker)
                worker.add_done_callback(self._workers.discard)

    @callback
    def async_remove(self, parcel: Parcel) -> bool:
        """Take out a parcel, and return whether that is possible: it may be leaving.

        What only waits for its turn to leave, is not: it looks whether it is wanted.
        """
        line = self._lines.get(parcel.line)
        if line and line.discard(parcel):
            return True
        return parcel.state is State.WAITING and not parcel.message_ids

    async def async_stop(self) -> None:
        """Let nothing more leave; what is leaving, has a moment."""
        self.is_stopping = True
        self._outage.async_stop()
        for line in self._lines.values():
            line.hurry()
        if workers := set(self._workers):
            _, pending = await asyncio.wait(workers, timeout=LAST_WORDS)
            for worker in pending:
                worker.cancel()
            if pending:
                await asyncio.wait(pending)
        for line in self._lines.values():
            for parcel in line.awaited:
                self._end(parcel, parcel.reason or translated("stopped"))

    async def _async_work(self, key: LineKey, line: Line) -> None:
        """Let all leave that waits in a line."""
        try:
            while line and not self.is_stopping:
                if line.attempts or (self._outage.reason and not line.awaited):
                    await self._async_pause(line, urgent=key[1] is Priority.HIGH)
                if not line or self.is_stopping:
                    break
                parcel = line.popleft()
                if not parcel.is_given_up:
                    await self._async_try(line, parcel)
        except Exception:
            # A mistake of ours; what waits, goes on when something comes.
            _LOGGER.exception("The outbox has stopped for a chat")
        finally:
            line.is_busy = False
            if not line and self._lines.get(key) is line:
                del self._lines[key]

    async def _async_try(self, line: Line, parcel: Parcel) -> None:
        """Let a parcel leave, or wait."""
        try:
            await self._departure.async_leave(parcel)
        except (GreenApiError, HomeAssistantError) as err:
            self._take_in(line, parcel, err)
            if isinstance(err, GreenApiRateLimitError):
                await asyncio.sleep(departure.RATE_LIMIT_PAUSE)
        except asyncio.CancelledError:
            self._put_back(line, parcel)
            raise
        except Exception:
            # A mistake of ours must not hold up what comes behind.
            _LOGGER.exception("A message could not be sent")
            self._end(parcel, translated("unforeseen"))
        else:
            if line.attempts:
                self._outage.async_end()
            else:
                self._outage.async_hint()
            line.attempts = 0
            self._coordinator.async_handle_success(parcel.chat_id)
            self._end(parcel)

    def _put_back(self, line: Line, parcel: Parcel) -> None:
        """Let a parcel wait that was interrupted: Home Assistant or the entry stops."""
        if parcel.kept is None:
            self._end(parcel, translated("stopped"))
            return
        if parcel.state is State.LEAVING:
            parcel.state = State.DOUBTFUL
        line.appendleft(parcel)

    def _take_in(
        self, line: Line, parcel: Parcel, error: GreenApiError | HomeAssistantError
    ) -> None:
        """Do what an error calls for."""
        verdict = _verdict(parcel, error)
        told = (
            self._coordinator.async_handle_error(error, parcel.chat_id)
            if isinstance(error, GreenApiError)
            else error
        )
        if parcel.is_ended:
            # Cancelled meanwhile, or expired.
            return
        is_limited = isinstance(error, GreenApiRateLimitError)
        if parcel.state is State.LEAVING:
            parcel.state, parcel.left_at = State.WAITING, None
        parcel.reason = told
        if end := self._why_not_again(parcel, verdict, told):
            self._end(parcel, end)
            return
        line.appendleft(parcel)
        self._on_wait(parcel, not is_limited)
        if parcel.state is State.DOUBTFUL and verdict is Verdict.DOUBTFUL:
            self._be_patient(line, parcel)
            parcel.doubts += 1
            if parcel.doubts == 1:
                # It is cleared up at once.
                return
        for each in line.awaited if verdict is not Verdict.DOUBTFUL else ():
            each.reason = told
            if verdict is Verdict.HINDERED:
                self._give_up(line, each)
            else:
                self._be_patient(line, each)
        line.tried_at = asyncio.get_running_loop().time()
        if is_limited or not line:
            return
        line.attempts += 1
        if line.is_kept:
            self._outage.async_go_on(told)

    def _why_not_again(
        self, parcel: Parcel, verdict: Verdict, told: HomeAssistantError
    ) -> HomeAssistantError | None:
        """Return why a parcel that came back is not tried again, if it is not."""
        if verdict is Verdict.REFUSED or (self.is_stopping and parcel.kept is None):
            return told
        if parcel.is_given_up:
            return translated("cancelled")
        is_to_be_cleared_up = verdict is Verdict.DOUBTFUL and not parcel.doubts
        if parcel.is_expired and not is_to_be_cleared_up:
            return translated("expired")
        return None

    def _be_patient(self, line: Line, parcel: Parcel) -> None:
        """Let somebody wait for as long as they want to."""
        if parcel.kept:
            return
        if not parcel.patience:
            self._give_up(line, parcel)
        elif parcel.timer is None:
            parcel.timer = asyncio.get_running_loop().call_later(
                parcel.patience, self._give_up, line, parcel
            )

    def _give_up(self, line: Line, parcel: Parcel) -> None:
        """Tell somebody who has waited for long enough."""
        # What is being tried, is tried for the last time.
        parcel.patience = 0
        if line.discard(parcel) or parcel.state is State.DOUBTFUL:
            self._end(parcel, parcel.reason)

    def _end(self, parcel: Parcel, error: HomeAssistantError | None = None) -> None:
        if error and parcel.state is not State.WAITING:
            error = translated("outcome_unknown")
        self._on_end(parcel, error)

    async def _async_pause(self, line: Line, *, urgent: bool) -> None:
        """Wait until it is one's turn to try again."""
        # Whether the outage is over, this line will know, too.
        line.attempts = max(line.attempts, 1)
        # Somebody who waits for an answer does not wait for a turn.
        delay = None
        if line.awaited or self._outage.reason is None:
            delay = delay_after(line.attempts)
        with self._outage.pause(urgent=urgent) as line.pause:
            await asyncio.wait({line.pause}, timeout=delay)
        line.pause = None
        now = asyncio.get_running_loop().time()
        if (rest := line.tried_at + BREATH - now) > 0:
            # Others get through, and this one does not.
            await asyncio.sleep(rest)


def _verdict(parcel: Parcel, error: GreenApiError | HomeAssistantError) -> Verdict:
    """Return what an error means; what was not a message, may be done twice."""
    verdict = verdict_of(error)
    if verdict is Verdict.DOUBTFUL and parcel.state is not State.DOUBTFUL:
        return Verdict.NOT_NOW
    return verdict
