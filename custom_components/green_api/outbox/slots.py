"""How many requests are on their way at once."""

import asyncio
from typing import Final

# Home Assistant has 100 connections to a host; the rest is for what is urgent, for
# receiving and for questions.
MOST: Final = 90
# So many are enough while GREEN-API answers at once: more would only crowd each other.
FEWEST: Final = 15
# Who waits for so many seconds, waits for answers that are slow.
SLOW: Final = 0.1


class Slots:
    """Let few requests be on their way at once, and more while the answers are slow."""

    def __init__(self) -> None:
        """Start with few."""
        self._free = asyncio.Semaphore(FEWEST)
        self._extra = 0
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    async def async_take(self) -> None:
        """Wait for a free one."""
        if not self._free.locked():
            await self._free.acquire()
            return
        self._waiting += 1
        if self._timer is None:
            self._call_later()
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
            if not self._waiting and self._timer:
                self._timer.cancel()
                self._timer = None

    def give_back(self) -> None:
        """Take back one; those for slow answers vanish when nobody needs them."""
        if self._extra and not self._waiting:
            self._extra -= 1
        else:
            self._free.release()

    def _call_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SLOW, self._add)

    def _add(self) -> None:
        """Let more leave, as somebody still waits."""
        for _ in range(min(FEWEST, MOST - FEWEST - self._extra)):
            self._extra += 1
            self._free.release()
        self._call_later()
