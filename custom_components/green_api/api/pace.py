"""How fast the calls of a method may follow each other."""

import asyncio
from collections import deque
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from typing import Final

# GREEN-API takes so many messages of a kind in a second, counted by its clock: a little
# more than a second of ours is always one of its.
RATE: Final = 50
WINDOW: Final = 1.04


class Pace:
    """Let so many pass in any window of seconds; as long as there are fewer, nobody waits.

    The urgent pass first, all others in the order in which they came.

    https://green-api.com/en/docs/api/ratelimiter/
    """

    def __init__(self, rate: int = RATE, window: float = WINDOW) -> None:
        """Start with nobody waiting."""
        self._rate = rate
        self._window = window
        self._passed: deque[float] = deque()
        self._waiting: list[tuple[bool, int, asyncio.Future[float]]] = []
        self._numbers = count()
        self._closed_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def pass_at_once(self, now: float) -> bool:
        """Return whether it is one's turn by the clock of the event loop, and take it."""
        if self._waiting or self._opens_at() > now:
            return False
        self._note_pass(now)
        return True

    async def async_pass(self, *, urgent: bool = False) -> None:
        """Wait for one's turn; who is cancelled meanwhile, takes nobody's."""
        loop = asyncio.get_running_loop()
        if self.pass_at_once(loop.time()):
            return
        turn: asyncio.Future[float] = loop.create_future()
        heappush(self._waiting, (not urgent, next(self._numbers), turn))
        if self._timer is None:
            self._let_pass()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._give_back(turn.result())
            self._let_pass()
            raise

    def close(self, seconds: float) -> None:
        """Let nobody pass for a while, as after a GreenApiRateLimitError."""
        until = asyncio.get_running_loop().time() + seconds
        self._closed_until = max(self._closed_until, until)

    def take_in(self, rate: int | None, remaining: int | None) -> None:
        """Follow what an answer says: calls a second, and how many are left of them.

        None is what it does not say.
        """
        # An answer may be late: what passed in the window before counts, too.
        if remaining == 0 and len(self._passed) < (rate or self._rate) / 2:
            self.close(self._window)
        if rate and rate != self._rate:
            self._rate = rate
            self._let_pass()

    def _opens_at(self) -> float:
        """Return from when on the next one may pass."""
        if len(self._passed) < self._rate:
            return self._closed_until
        return max(self._closed_until, self._passed[-self._rate] + self._window)

    def _note_pass(self, now: float) -> None:
        """Remember who passed in this window and in the one before."""
        self._passed.append(now)
        while self._passed[0] < now - 2 * self._window:
            self._passed.popleft()

    def _give_back(self, passed: float) -> None:
        """Forget one who was cancelled as soon as its turn had come."""
        with suppress(ValueError):
            self._passed.remove(passed)

    def _let_pass(self) -> None:
        """Let pass who may, and come back when the next one may."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._waiting:
            *_, turn = self._waiting[0]
            if not turn.done():
                if (opens_at := self._opens_at()) > now:
                    self._timer = loop.call_at(opens_at, self._let_pass)
                    return
                self._note_pass(now)
                turn.set_result(now)
            heappop(self._waiting)
