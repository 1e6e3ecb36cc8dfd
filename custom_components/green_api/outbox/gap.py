"""A pause between messages to different chats, for those who want to be careful."""

import asyncio
from collections.abc import Callable

from ..api import ChatId


class Gap:
    """Keep messages to different chats so many seconds apart."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Take how many seconds it is at the moment."""
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._last: ChatId | None = None
        self._last_at = 0.0

    @property
    def seconds(self) -> float:
        """Return how many it is at the moment; mostly none."""
        return self._seconds()

    def is_open(self, chat_id: ChatId) -> bool:
        """Return whether a message to a chat need not wait."""
        return not self.seconds or (
            self._last in {None, chat_id} and not self._turn.locked()
        )

    async def async_pass(self, chat_id: ChatId) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time
        async with self._turn:
            if self._last not in {None, chat_id}:
                await asyncio.sleep(self._last_at + self.seconds - now())
            self._last, self._last_at = chat_id, now()
