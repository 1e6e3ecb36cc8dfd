"""A parcel: what leaves for one chat together, in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
import sqlite3
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from ..api import ChatId
from ..messages import Message
from .terms import Priority

# Without a repr of their own: asyncio's debug mode writes those of what it calls into the
# log, where no number and no text belongs.


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What was said: a chat, a tag, what stands for a text, and when, until when."""

    chat_id: str
    tag: str
    digest: str
    at: float
    until: float

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it the same."""
        return self.chat_id, self.tag, self.digest

    def note(self, database: sqlite3.Connection) -> None:
        """Write it down, and forget what is old."""
        database.execute(
            "insert or replace into told (chat_id, tag, digest, at, until)"
            " values (?, ?, ?, ?, ?)",
            (*self.key, self.at, self.until),
        )
        database.execute("delete from told where until < ?", (self.at,))


class State(StrEnum):
    """How far a parcel is; see the package for what leads to what."""

    WAITING = "waiting"
    LEAVING = "leaving"
    DOUBTFUL = "doubtful"


class Status(StrEnum):
    """What whoever sends something is told."""

    SENT = "sent"
    QUEUED = "queued"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of sending something to a chat."""

    status: Status
    message_ids: Sequence[str] = ()
    outbox_id: str | None = None
    # What comes of it in the end, of what is queued.
    outcome: asyncio.Future[Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a parcel is on the disk, and until when, by the clock on the wall."""

    row_id: int
    outbox_id: str
    expires: float


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Parcel:
    """What leaves for one chat together, in order.

    Without `kept`, somebody waits for it, for `patience` seconds after something went
    wrong; else it is on the disk. What Home Assistant found there when it started has
    no `messages` until it is its turn, and nobody waits for its `answer`.
    """

    chat_id: ChatId
    messages: list[Message] | None = None
    tag: str | None = None
    replace: bool = False
    priority: Priority = Priority.NORMAL
    created: float
    patience: float = 0.0
    kept: Kept | None = None
    state: State = State.WAITING
    # When the request left of which the outcome is not known, by the clock on the wall.
    left_at: float | None = None
    # The same by the clock of the event loop; None if that was before the start.
    left_tick: float | None = None
    expires_tick: float | None = None
    message_ids: list[str] = field(default_factory=list)
    # What it replaces, and is still to be deleted; None until that was looked up.
    surplus: list[str] | None = None
    first_sent: float | None = None
    # How often there was no answer.
    doubts: int = 0
    # What is remembered as said: the same text with the same tag in the same chat.
    said: Said | None = None
    # The files on the disk that it needs.
    files: tuple[str, ...] = ()
    # Why it waits.
    reason: HomeAssistantError | None = None
    answer: asyncio.Future[Result] | None = None
    outcome: asyncio.Future[Sequence[str]] | None = None
    timer: asyncio.TimerHandle | None = None
    # How many wait to see whether it comes back from leaving, to cancel it.
    cancels: int = 0
    # Whether it was told what came of it, and whether it is on the disk no longer.
    is_ended: bool = False
    is_gone: bool = False

    @property
    def line(self) -> tuple[ChatId, Priority]:
        """Return with what it leaves in order: the urgent overtakes what waits, or hangs."""
        return self.chat_id, self.priority

    @property
    def has_begun(self) -> bool:
        """Return whether a part of it has left, or may have."""
        return bool(self.message_ids) or self.state is State.DOUBTFUL

    @property
    def is_given_up(self) -> bool:
        """Return whether nobody wants it any more."""
        return (
            self.is_ended
            or (self.cancels > 0 and not self.has_begun)
            or bool(self.kept is None and self.answer and self.answer.done())
        )

    @property
    def is_expired(self) -> bool:
        """Return whether it has waited for too long."""
        return (
            self.expires_tick is not None
            and self.expires_tick <= asyncio.get_running_loop().time()
        )

    @property
    def was_queued(self) -> bool:
        """Return whether whoever sent it knows no more than that it waits."""
        return self.kept is not None and (
            self.answer is None
            or self.answer.cancelled()
            or (
                self.answer.done()
                and self.answer.exception() is None
                and self.answer.result().status is Status.QUEUED
            )
        )

    def tell(self, result: Result) -> None:
        """Tell whoever sent it."""
        if self.answer and not self.answer.done():
            self.answer.set_result(result)

    def end(self, error: HomeAssistantError | None = None) -> None:
        """Tell all who wait for it what came of it."""
        self.is_ended = True
        if self.timer:
            self.timer.cancel()
        _resolve(self.answer, Result(Status.SENT, self.message_ids), error)
        _resolve(self.outcome, self.message_ids, error)


def _resolve(
    future: asyncio.Future[Any] | None, result: object, error: HomeAssistantError | None
) -> None:
    if future is None or future.done():
        return
    if error is None:
        future.set_result(result)
        return
    future.set_exception(error)
    # There may be nobody who wants to know.
    future.exception()
