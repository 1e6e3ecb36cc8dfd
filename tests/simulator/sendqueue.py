"""The send queue of one instance: first in, first out, for a day at most."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .models import Json, Message

RETENTION = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message that waits, and the request that put it into the queue."""

    message: Message
    accepted: float
    type: str
    body: Mapping[str, Json]
    # What cannot be sent is found out only when its turn comes.
    doomed: bool = False


class SendQueue:
    """Messages that wait: for their turn, or for a phone."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: list[Queued] = []
        self._last_sent = 0.0

    @property
    def waiting(self) -> list[Queued]:
        """Return what waits, in order."""
        return list(self._waiting)

    def put(self, queued: Queued) -> None:
        """Let a message wait."""
        self._waiting.append(queued)

    def due(
        self, now: float, delay: float, linked_since: float | None
    ) -> Iterator[tuple[Queued, float]]:
        """Yield what goes out until now, and when; without a phone, only forget what is too old."""
        while self._waiting:
            queued = self._waiting[0]
            moment = max(queued.accepted, linked_since or 0, self._last_sent + delay)
            moment += (queued.message.typing_time or 0) / 1000
            goes_out = linked_since is not None and moment <= now
            expired = (moment if goes_out else now) - queued.accepted > RETENTION
            if not goes_out and not expired:
                return
            del self._waiting[0]
            if not expired:
                self._last_sent = moment
                yield queued, moment
