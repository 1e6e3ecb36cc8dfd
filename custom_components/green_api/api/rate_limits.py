"""How often an instance's methods may be called."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class RateLimits:
    """Keep the calls of an instance's slow methods a second apart, whoever makes them.

    https://green-api.com/en/docs/api/ratelimiter/
    """

    # GREEN-API counts whole seconds, and a request may arrive a little early.
    interval = 1.1

    def __init__(self) -> None:
        """Start with every method free."""
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}

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
