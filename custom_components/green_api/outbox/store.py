"""What waits to leave, on the disk."""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
import json
import logging
import sqlite3
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import ChatId
from . import content
from .database import Database, Work
from .parcel import Kept, Parcel, Said, State
from .spool import spooled_files
from .terms import Priority

_LOGGER = logging.getLogger(__package__)

# For so many seconds it is remembered which messages are those of the outbox.
_REMEMBERED_FOR: Final = 24 * 60 * 60
# So many ids wait to be written at most, where nothing is kept.
_CLAIMED: Final = 5000


_COLUMNS: Final = (
    "id, outbox_id, chat_id, tag, replace, priority, created, expires, left_at,"
    " left_tick, boot, digest, message_ids"
)
_INSERT: Final = (
    "insert into parcel (outbox_id, chat_id, content, tag, replace, priority, created,"
    " expires, left_at, left_tick, boot, digest, message_ids)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(slots=True)
class Stored:
    """What is on the disk: parcels without content, ids of messages, what was said."""

    parcels: list[Parcel] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    # Since what start of the machine the clock of a parcel goes.
    boots: dict[Parcel, str | None] = field(default_factory=dict)


class ParcelStore:
    """Keep parcels on the disk, with how far they are."""

    def __init__(self, database: Database) -> None:
        """Take the file."""
        self._database = database
        # Those of which the disk knows less than there is to know.
        self._stale: dict[Parcel, None] = {}
        # The ids of messages that were not kept: they are written before anything else
        # is, so that none of them is taken for what was kept and got no answer.
        self._claimed: deque[tuple[str, float]] = deque(maxlen=_CLAIMED)

    async def async_load(self) -> Stored:
        """Return what is on the disk.

        Raises BrokenFileError or OutOfReachError.
        """
        stored = await self._database.async_read(_load) or Stored()
        for parcel, boot in stored.boots.items():
            if boot is None or boot != self._database.boot:
                # It was by another clock.
                parcel.left_tick = None
        return stored

    @callback
    def async_claim(self, message_ids: Iterable[str], left_at: float) -> None:
        """Remember the ids of messages that were not kept."""
        self._claimed.extend([(each, left_at) for each in message_ids])

    async def async_add(
        self, parcel: Parcel, text: str, outbox_id: str, expires: float
    ) -> Kept:
        """Keep a parcel; when this returns, it is on the disk.

        Raises HomeAssistantError when it is not.
        """
        said = parcel.said
        row = (
            outbox_id,
            str(parcel.chat_id),
            text,
            parcel.tag,
            parcel.replace,
            parcel.priority,
            parcel.created,
            expires,
            parcel.left_at,
            parcel.left_tick,
            self._database.boot,
            said.digest if said else None,
            "[]",
        )

        def add(database: sqlite3.Connection) -> int:
            if said:
                said.note(database)
            row_id = database.execute(_INSERT, row).lastrowid
            return row_id or 0

        row_id = await self._async_write(add)
        return Kept(row_id, outbox_id, expires)

    async def async_content(self, kept: Kept) -> str:
        """Return the content of a parcel."""

        def read(database: sqlite3.Connection) -> str:
            rows = database.execute(
                "select content from parcel where id = ?", (kept.row_id,)
            )
            return "".join(text for (text,) in rows)

        return await self._database.async_do(read)

    async def async_contents(self) -> dict[str, str]:
        """Return the contents of all parcels, by their ids in the outbox."""
        return await self._database.async_do(
            lambda database: dict(
                database.execute("select outbox_id, content from parcel").fetchall()
            )
        )

    async def async_note(self, parcel: Parcel, text: str | None = None) -> None:
        """Note how far a parcel is; when this returns, it is on the disk.

        Raises HomeAssistantError when it is not.
        """
        if not parcel.is_gone:
            await self._async_write(self._note(parcel, text))

    @callback
    def async_note_soon(self, parcel: Parcel) -> None:
        """Note how far a parcel is, some time."""
        self._write_soon(parcel, self._note(parcel))

    @callback
    def async_forget_soon(self, parcel: Parcel) -> None:
        """Forget a parcel, but not the ids of its messages."""
        self._write_soon(parcel, _forget(parcel))

    @callback
    def async_catch_up(self) -> None:
        """Write what could not be written when it was time: the disk was full, maybe."""
        stale, self._stale = self._stale, {}
        for parcel in stale:
            self._write_soon(
                parcel, _forget(parcel) if parcel.is_gone else self._note(parcel)
            )

    def _note(self, parcel: Parcel, text: str | None = None) -> Work[None]:
        row = (
            parcel.left_at,
            parcel.left_tick,
            self._database.boot,
            json.dumps(parcel.message_ids),
            text,
            parcel.kept.row_id if parcel.kept else None,
        )

        def note(database: sqlite3.Connection) -> None:
            database.execute(
                "update parcel set left_at = ?, left_tick = ?, boot = ?, message_ids = ?,"
                " content = coalesce(?, content) where id = ?",
                row,
            )

        return note

    async def _async_write[T](self, work: Work[T]) -> T:
        """Do something now, with all that should have been done before."""
        claimed, self._claimed = self._claimed, deque(maxlen=_CLAIMED)

        def write(database: sqlite3.Connection) -> T:
            _claim(database, claimed)
            return work(database)

        try:
            done = await self._database.async_do(write)
        except HomeAssistantError:
            self._claimed.extendleft(reversed(claimed))
            raise
        self.async_catch_up()
        return done

    def _write_soon(self, parcel: Parcel, work: Work[None]) -> None:
        def done(future: asyncio.Future[None]) -> None:
            if error := future.exception():
                if not self._stale:
                    _LOGGER.warning("The outbox could not be written: %s", error)
                self._stale[parcel] = None

        self._database.async_do_soon(work).add_done_callback(done)


def _forget(parcel: Parcel) -> Work[None]:
    row_id = parcel.kept.row_id if parcel.kept else None
    now = dt_util.utcnow().timestamp()
    taken = [(each, now) for each in parcel.message_ids]

    def forget(database: sqlite3.Connection) -> None:
        database.execute("delete from parcel where id = ?", (row_id,))
        _claim(database, taken)
        database.execute("delete from taken where at < ?", (now - _REMEMBERED_FOR,))

    return forget


def _claim(database: sqlite3.Connection, claimed: Iterable[tuple[str, float]]) -> None:
    database.executemany(
        "insert or ignore into taken (message_id, at) values (?, ?)", claimed
    )


def _load(database: sqlite3.Connection) -> Stored:
    rows = database.execute(f"select {_COLUMNS} from parcel order by id")  # noqa: S608  names of ours
    boots = dict(_parcel(*row) for row in rows)
    parcels = list(boots)
    by_row_id = {each.kept.row_id: each for each in parcels if each.kept}
    with_files = database.execute(
        "select id, content from parcel where content like '%SpooledFile%'"
    )
    for row_id, text in with_files:
        with suppress(*content.UNREADABLE):
            by_row_id[row_id].files = spooled_files(content.load(text))
    said = database.execute("select chat_id, tag, digest, at, until from told")
    return Stored(
        parcels,
        [each for (each,) in database.execute("select message_id from taken")],
        [Said(*row) for row in said],
        boots,
    )


def _parcel(*row: Any) -> tuple[Parcel, str | None]:
    """Return what a row says, and what clock it goes by; raises ValueError for what this version did not write."""
    (
        row_id,
        outbox_id,
        chat_id,
        tag,
        replace,
        priority,
        created,
        expires,
        left_at,
        left_tick,
        boot,
        digest,
        message_ids,
    ) = row
    parcel = Parcel(
        chat_id=ChatId.parse(chat_id),
        tag=tag,
        replace=bool(replace),
        priority=Priority(priority),
        created=created,
        kept=Kept(row_id, outbox_id, expires),
        # Whether it was taken, nobody here knows any more.
        state=State.WAITING if left_at is None else State.DOUBTFUL,
        left_at=left_at,
        left_tick=None if left_at is None else left_tick,
        said=Said(chat_id, tag, digest, created, expires) if tag and digest else None,
        message_ids=list(json.loads(message_ids)),
    )
    return parcel, boot
