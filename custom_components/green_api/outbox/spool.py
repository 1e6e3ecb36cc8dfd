"""Files that GREEN-API could not be handed yet, on the disk until it can."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Collection,
    Iterable,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
import os
from pathlib import Path
import time
from typing import BinaryIO, ClassVar, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.ulid import ulid_now

from ..api import ChatId, GreenApiClient
from ..attachment import Attachment, Content
from ..const import DOMAIN
from ..errors import translated
from ..messages import FileMessage, Message, Reply

# What one instance may keep, in bytes.
MAX_SPOOL: Final = 512 * 1024 * 1024
_CHUNK: Final = 256 * 1024
# For so many seconds, the parcel of a file may not be there yet.
_FRESH: Final = 600


@dataclass(frozen=True, slots=True)
class SpooledFile(Reply):
    """A file on the disk that is uploaded when it leaves."""

    method: ClassVar = "sendFileByUrl"

    file: str
    name: str
    content_type: str
    size: int
    caption: str | None = None

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Refuse: it has to be uploaded first."""
        raise NotImplementedError

    def uploaded(self, url: str) -> FileMessage:
        """Return what it is once GREEN-API has it."""
        return FileMessage(
            url,
            self.name,
            self.caption,
            quoted_message_id=self.quoted_message_id,
        )


def spooled_files(messages: Iterable[Message]) -> tuple[str, ...]:
    """Return the files on the disk that messages need."""
    return tuple(each.file for each in messages if isinstance(each, SpooledFile))


@dataclass(frozen=True, slots=True)
class _Spooled:
    """The content of a file on the disk."""

    hass: HomeAssistant
    path: Path
    file: SpooledFile

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Content]:
        """Open it.

        Raises HomeAssistantError if it is gone.
        """
        execute = self.hass.async_add_executor_job
        try:
            source = await execute(self.path.open, "rb")
        except OSError as err:
            raise translated("file_gone", file=self.file.name) from err

        async def chunks() -> AsyncGenerator[bytes]:
            while chunk := await execute(source.read, _CHUNK):
                yield chunk

        try:
            size = (await execute(self.path.stat)).st_size
            if size != self.file.size:
                raise translated("file_gone", file=self.file.name)
            yield Content(self.file.name, self.file.content_type, size, chunks())
        finally:
            await execute(source.close)


class Spool:
    """Keep files that wait to be uploaded."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take whose files they are."""
        self._hass = hass
        self._folder = spool_path(hass, entry_id)
        # How many parcels want a file, and where GREEN-API has it.
        self._wanted: Counter[str] = Counter()
        self._urls: dict[str, str] = {}
        self._uploading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stop_sweeping: CALLBACK_TYPE | None = None

    async def async_add(self, attachment: Attachment) -> SpooledFile:
        """Keep a file.

        Raises HomeAssistantError if there is no room, or it is not to be had.
        """
        execute = self._hass.async_add_executor_job
        async with attachment.open() as content:
            name = ulid_now()
            try:
                room = MAX_SPOOL - await execute(self._prepare)
                path = self._folder / name
                size = await self._async_write(path, content.chunks, room)
            except OSError as err:
                raise translated("outbox_not_written", reason=str(err)) from err
            return SpooledFile(name, content.name, content.content_type, size)

    async def async_url(
        self, file: SpooledFile, upload: Callable[[Attachment], Awaitable[str]]
    ) -> str:
        """Return where GREEN-API has a file; for several chats, it is uploaded once."""
        async with self._uploading[file.file]:
            if (url := self._urls.get(file.file)) is None:
                path = self._folder / file.file
                url = await upload(_Spooled(self._hass, path, file))
                self._urls[file.file] = url
            return url

    @callback
    def async_want(self, files: Iterable[str]) -> None:
        """Keep files for one more parcel."""
        self._wanted.update(files)

    @callback
    def async_release(self, files: Collection[str]) -> None:
        """Keep files for one parcel less; those that nobody wants, are soon deleted."""
        self._wanted.subtract(files)
        for each in files:
            if self._wanted[each] <= 0:
                for known in (self._wanted, self._urls, self._uploading):
                    known.pop(each, None)
        if files and self._stop_sweeping is None:
            job = HassJob(self._async_sweep_later, cancel_on_shutdown=True)
            self._stop_sweeping = async_call_later(self._hass, 2 * _FRESH, job)

    @callback
    def async_stop(self) -> None:
        """Delete nothing more."""
        if self._stop_sweeping:
            self._stop_sweeping()

    async def async_sweep(self) -> None:
        """Delete the files that nobody wants, but those that came just now."""
        wanted = {file for file, number in self._wanted.items() if number > 0}
        # What stays, is looked at the next time.
        with suppress(OSError):
            await self._hass.async_add_executor_job(self._sweep, wanted)

    async def _async_sweep_later(self, _: datetime) -> None:
        self._stop_sweeping = None
        await self.async_sweep()

    async def _async_write(
        self, path: Path, chunks: AsyncIterable[bytes], room: int
    ) -> int:
        """Write a file, and return its size; when this returns, it is on the disk."""
        execute, size = self._hass.async_add_executor_job, 0
        target = await execute(path.open, "xb")
        try:
            async for chunk in _limited(chunks, room):
                size += await execute(target.write, chunk)
        except BaseException:
            await execute(_discard, target, path)
            raise
        await execute(_finish, target, path)
        return size

    # In the executor

    def _prepare(self) -> int:
        """Have a folder, and return how much is in it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sum(each.stat().st_size for each in self._folder.iterdir())

    def _sweep(self, wanted: Collection[str]) -> None:
        if not self._folder.exists():
            return
        for each in self._folder.iterdir():
            fresh = time.time() - each.stat().st_mtime < _FRESH
            if each.name not in wanted and not fresh:
                each.unlink(missing_ok=True)


async def _limited(chunks: AsyncIterable[bytes], room: int) -> AsyncGenerator[bytes]:
    """Yield what there is room for, and raise HomeAssistantError when it is used up."""
    async for chunk in chunks:
        if (room := room - len(chunk)) < 0:
            raise translated("outbox_full", limit=str(MAX_SPOOL // 1024**2))
        yield chunk


def _finish(file: BinaryIO, path: Path) -> None:
    """Have a file and its name on the disk, also when the power fails."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _discard(file: BinaryIO, path: Path) -> None:
    """Leave nothing of a file that did not come whole."""
    file.close()
    path.unlink(missing_ok=True)


def spool_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the folder of an instance's files."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.{entry_id}.files"))
