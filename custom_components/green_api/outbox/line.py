"""What waits for one chat, in the order in which it leaves."""

import asyncio
from collections import deque

from .parcel import Parcel


class Line(deque[Parcel]):
    """What waits for one chat, and is as urgent; the first one leaves next."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        # Done when it is tried again, while nothing leaves.
        self.pause: asyncio.Future[None] | None = None
        # How often in a row nothing has left.
        self.attempts = 0
        self.tried_at = 0.0
        # Whether somebody is about to let leave what waits.
        self.is_busy = False

    @property
    def awaited(self) -> list[Parcel]:
        """Return those for which somebody waits."""
        return [each for each in self if each.kept is None]

    @property
    def is_kept(self) -> bool:
        """Return whether something waits that is on the disk."""
        return any(each.kept for each in self)

    def discard(self, parcel: Parcel) -> bool:
        """Take out a parcel, and return whether it waited here."""
        try:
            self.remove(parcel)
        except ValueError:
            return False
        return True

    def hurry(self) -> None:
        """Try again at once."""
        if self.pause and not self.pause.done():
            self.pause.set_result(None)
