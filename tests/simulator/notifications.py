"""The notification queue of one instance: first in, first out, for a day at most."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .models import Clock, Json

RETENTION = 24 * 60 * 60
# A wait looks up this often, in seconds: the clock tells nobody that it went on.
LOOK_UP = 0.05


@dataclass(slots=True, kw_only=True, eq=False)
class Notification:
    """A notification that waits. It gets its receipt when it is handed out."""

    body: Json
    time: float
    receipt: int | None = None
    # Not to be pushed before, in the event loop's time.
    pause: float = 0.0


class NotificationQueue:
    """Notifications that wait for somebody, and polls that wait for a notification."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._waiting: deque[Notification] = deque()
        self._polls: deque[asyncio.Future[None]] = deque()
        self._last_receipt = 0

    @property
    def waiting(self) -> list[Notification]:
        """Return what waits, in order, without what is too old."""
        while self._waiting and self._clock() - self._waiting[0].time > RETENTION:
            self._waiting.popleft()
        return list(self._waiting)

    @property
    def head(self) -> Notification | None:
        """Return what is first in line."""
        return next(iter(self.waiting), None)

    def put(self, body: Json, moment: float) -> None:
        """Let a notification wait. If it is the first, a poll may have it."""
        self._waiting.append(Notification(body=body, time=moment))
        if len(self.waiting) == 1:
            self.wake()

    def hand_out(self) -> Notification | None:
        """Return the first one with a receipt. It stays until it is removed."""
        head = self.head
        if head and head.receipt is None:
            self._last_receipt += 1
            head.receipt = self._last_receipt
        return head

    def handed_out(self, receipt: int) -> Notification | None:
        """Return the notification a receipt is for."""
        head = self.head
        return head if head and head.receipt == receipt else None

    def remove(self, notification: Notification) -> None:
        """Take a notification out, and let the next poll have what comes after it."""
        if notification in self._waiting:
            self._waiting.remove(notification)
        self.wake()

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()

    def restart_receipts(self) -> None:
        """Count from one again: receipts that are out are worth nothing any more."""
        self._last_receipt = 0
        for notification in self._waiting:
            notification.receipt = None

    # Polls

    async def wait(self, seconds: float, given_up: Callable[[], bool]) -> None:
        """Wait until there is something, in line with other polls, or until it is given up."""
        if given_up() or self.head:
            return
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._polls.append(poll)
        try:
            async with asyncio.timeout(seconds):
                while not (poll.done() or given_up()):
                    await asyncio.wait([poll], timeout=LOOK_UP)
        except TimeoutError:
            return
        except asyncio.CancelledError:
            if poll.done():
                self.wake()
            raise
        finally:
            if poll in self._polls:
                self._polls.remove(poll)

    def wake(self) -> None:
        """Wake the poll that has waited longest, if there is something for it."""
        if self.head and self._polls:
            self._polls.popleft().set_result(None)

    def release(self) -> None:
        """End all waits."""
        while self._polls:
            self._polls.popleft().set_result(None)
