"""What waits for one chat, in the order in which it leaves."""

import asyncio
from collections import deque
from collections.abc import Iterator

from .parcel import Parcel


class Line:
    """What waits for one chat, and is as urgent."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[Parcel] = deque()
        # Those for which somebody waits.
        self.awaited: set[Parcel] = set()
        # Done when it is tried again, while nothing leaves.
        self.pause: asyncio.Future[None] | None = None
        # How often in a row nothing has left.
        self.attempts = 0
        self.tried_at = 0.0
        # Whether somebody is about to let leave what waits.
        self.is_busy = False

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._waiting)

    @property
    def is_kept(self) -> bool:
        """Return whether something waits that is on the disk."""
        return len(self._waiting) > len(self.awaited)

    def __iter__(self) -> Iterator[Parcel]:
        """Yield what waits, in the order in which it leaves."""
        yield from self._waiting

    def add(self, parcel: Parcel) -> None:
        """Let a parcel wait, as the last one."""
        self._waiting.append(parcel)
        if parcel.kept is None:
            self.awaited.add(parcel)

    def take(self) -> Parcel:
        """Take out what leaves next."""
        parcel = self._waiting.popleft()
        self.awaited.discard(parcel)
        return parcel

    def put_back(self, parcel: Parcel) -> None:
        """Let a parcel wait that was taken out, before all others."""
        self._waiting.appendleft(parcel)
        if parcel.kept is None:
            self.awaited.add(parcel)

    def remove(self, parcel: Parcel) -> bool:
        """Take out a parcel, and return whether it waited here."""
        try:
            self._waiting.remove(parcel)
        except ValueError:
            return False
        self.awaited.discard(parcel)
        return True

    def hurry(self) -> None:
        """Try again at once."""
        if self.pause and not self.pause.done():
            self.pause.set_result(None)
