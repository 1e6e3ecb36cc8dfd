"""How often an instance's methods may be called."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
import re

from .pace import WINDOW, Pace

_NUMBER = re.compile(r"[0-9]{1,9}")


class RateLimits:
    """Keep to how often an instance's methods may be called, whoever calls them.

    Those of the slow methods are a second apart; the others have a pace.

    https://green-api.com/en/docs/api/ratelimiter/
    """

    # GREEN-API counts whole seconds, and a request may arrive a little early.
    interval = 1.1
    window = WINDOW

    def __init__(self) -> None:
        """Start with every method free."""
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}
        self._paces: dict[str, Pace] = {}

    def pace(self, method: str) -> Pace:
        """Return the pace of a method, the same one for everybody."""
        if (pace := self._paces.get(method)) is None:
            pace = self._paces[method] = Pace(window=self.window)
        return pace

    def note(self, method: str, headers: Mapping[str, str]) -> None:
        """Let the pace of a method, if it has one, follow the headers of an answer."""
        if pace := self._paces.get(method):
            pace.take_in(
                rate=_number(headers.get("X-RateLimit-Replenish-Rate")),
                remaining=_number(headers.get("X-RateLimit-Remaining")),
            )

    @asynccontextmanager
    async def turn(self, method: str) -> AsyncGenerator[None]:
        """Wait until the method may be called again."""
        now = asyncio.get_running_loop().time
        async with self._turns[method]:
            if (delay := self._free_at.get(method, 0) - now()) > 0:
                await asyncio.sleep(delay)
            try:
                yield
            finally:
                self._free_at[method] = now() + self.interval


@lru_cache(maxsize=128)
def _number(header: str | None) -> int | None:
    """Return the whole number in a header, if there is one."""
    return int(header) if header and _NUMBER.fullmatch(header) else None
