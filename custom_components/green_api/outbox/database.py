"""A small database on the disk, that outlives a crash at any moment."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
import sqlite3
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..errors import translated

_SCHEMA: Final = """
pragma user_version = 1;
create table if not exists parcel (
    id integer primary key autoincrement,
    outbox_id text not null,
    chat_id text not null,
    content text not null,
    tag text,
    replace integer not null,
    priority text not null,
    created real not null,
    expires real not null,
    left_at real,
    left_tick real,
    boot text,
    digest text,
    message_ids text not null
) strict;
create table if not exists taken (
    message_id text primary key,
    at real not null
) strict, without rowid;
create index if not exists taken_by_time on taken (at);
create table if not exists told (
    chat_id text not null,
    tag text not null,
    digest text not null,
    at real not null,
    until real not null,
    primary key (chat_id, tag, digest)
) strict, without rowid;
"""

# Another text each time that the machine starts.
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

type Work[T] = Callable[[sqlite3.Connection], T]


class BrokenFileError(Exception):
    """The file was no database, and was set aside."""


class OutOfReachError(Exception):
    """The file is there, and cannot be read at the moment: the disk is full, for one."""


class Database:
    """Do work on one file, in order, and all that is asked for at the same time at once.

    A disk takes about as long for a hundred changes as for one. Who has nothing to keep,
    has no file.
    """

    def __init__(self, hass: HomeAssistant, path: Path) -> None:
        """Open nothing yet."""
        self._hass = hass
        self._path = path
        self._connection: sqlite3.Connection | None = None
        # The clock of the event loop goes on until the machine starts anew.
        self.boot: str | None = None
        self._work: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def async_read[T](self, read: Work[T]) -> T | None:
        """Return what is read from the file; None if there is none.

        Raises BrokenFileError, and sets the file aside, or OutOfReachError.
        """
        return await self._hass.async_add_executor_job(self._read, read)

    async def async_do[T](self, work: Work[T]) -> T:
        """Do work on the file; when this returns, it is on the disk.

        Raises HomeAssistantError when it is not.
        """
        try:
            done: T = await self._do(work)
        except Exception as err:
            raise translated("outbox_not_written", reason=str(err)) from err
        return done

    @callback
    def async_do_soon[T](self, work: Work[T]) -> asyncio.Future[T]:
        """Do work on the file some time; the future tells when, or what went wrong."""
        return self._do(work)

    async def async_close(self) -> None:
        """Do what is still to be done, and then no more."""
        self._closed = True
        if self._writing:
            await asyncio.wait([self._writing])
        await self._hass.async_add_executor_job(self._close)

    def _do(self, work: Work[Any]) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(sqlite3.ProgrammingError("closed"))
            return future
        self._work.append((work, future))
        if self._writing is None or self._writing.done():
            self._writing = self._hass.async_create_task(
                self._async_write(), f"{DOMAIN} outbox"
            )
        return future

    async def _async_write(self) -> None:
        while batch := self._work:
            self._work = []
            try:
                results = await self._hass.async_add_executor_job(
                    self._commit, [work for work, _ in batch]
                )
            except RuntimeError as err:
                # Home Assistant has stopped.
                results = [err] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    # In the executor

    def _read[T](self, read: Work[T]) -> T | None:
        with suppress(OSError):
            self.boot = BOOT_ID.read_text()
        if not self._path.exists():
            return None
        try:
            connection = self._open()
            [(verdict,), *_] = connection.execute("pragma quick_check(1)").fetchall()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)  # noqa: TRY301  as if sqlite had
            return read(connection)
        except OSError as err:
            raise OutOfReachError(str(err)) from err
        except (sqlite3.DatabaseError, TypeError, ValueError) as err:
            # An error of the statement is one of the file, which has another shape.
            if (
                isinstance(err, sqlite3.OperationalError)
                and getattr(err, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
            ):
                raise OutOfReachError(str(err)) from err
            self._set_aside()
            raise BrokenFileError(str(err)) from err

    def _set_aside(self) -> None:
        self._close()
        stamp = dt_util.utcnow().strftime("%Y%m%d%H%M%S")
        for end in ("", "-wal", "-shm"):
            path = self._path.with_name(self._path.name + end)
            with suppress(OSError):
                path.rename(f"{path}.corrupt.{stamp}")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(exist_ok=True)
            connection = sqlite3.connect(
                self._path, check_same_thread=False, isolation_level=None, timeout=1
            )
            try:
                self._path.chmod(0o600)
                # Also when the power fails.
                for pragma in ("journal_mode = wal", "synchronous = full"):
                    connection.execute(f"pragma {pragma}")
                connection.executescript(_SCHEMA)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _commit(self, batch: Sequence[Work[Any]]) -> list[Any]:
        """Do all of it at once; if that fails, each by itself."""
        try:
            return self._transact(batch)
        except Exception as err:  # noqa: BLE001  whoever wants it done gets it
            if len(batch) == 1:
                return [err]
        return [self._commit([each])[0] for each in batch]

    def _transact(self, batch: Sequence[Work[Any]]) -> list[Any]:
        connection = self._open()
        connection.execute("begin immediate")
        try:
            results = [work(connection) for work in batch]
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        return results


def outbox_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the file of an instance."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.{entry_id}.outbox"))
