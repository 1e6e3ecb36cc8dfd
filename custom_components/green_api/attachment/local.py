"""Files of this machine, and what is already in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from io import FileIO
import os
from pathlib import Path
import stat
from typing import Final

from homeassistant.core import HomeAssistant

from ..errors import invalid, translated
from .content import Content, content, file_name, shown

# Large enough to be worth the way to another thread, small enough to wait in memory.
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on disk."""

    hass: HomeAssistant
    path: Path
    name: str
    content_type: str | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Content]:
        """Open the file."""
        run = self.hass.async_add_executor_job
        try:
            file, size = await run(self._open)
        except OSError as err:
            raise invalid("file_unreadable", file=str(self.path)) from err
        try:
            chunks = self._read(file, size)
            yield content(self.name, self.content_type, size, chunks)
        finally:
            await run(file.close)

    def _open(self) -> tuple[FileIO, int]:
        """Open the very file that was found, and no link that stands there since."""
        if self.path.resolve() != self.path:
            raise OSError("another file")
        # Not blocking: a pipe would wait for somebody to write.
        file = FileIO(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            file.close()
            raise OSError("no file")
        return file, status.st_size

    async def _read(self, file: FileIO, size: int) -> AsyncGenerator[bytes]:
        """Yield as much as was announced, though somebody may still write to the file."""
        while size:
            try:
                chunk = await self.hass.async_add_executor_job(
                    file.read, min(size, _CHUNK)
                )
            except OSError as err:
                raise translated("file_unreadable", file=str(self.path)) from err
            if not chunk:
                raise translated("file_changed", file=str(self.path))
            size -= len(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class InMemory:
    """What a camera or a voice has just given."""

    content: bytes
    name: str
    content_type: str

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Content]:
        """Open it."""
        yield content(self.name, self.content_type, len(self.content), self._read())

    async def _read(self) -> AsyncGenerator[bytes]:
        yield self.content


async def async_local_file(
    hass: HomeAssistant,
    path: str,
    *,
    name: str | None = None,
    content_type: str | None = None,
    anywhere: bool = False,
) -> LocalFile:
    """Return a file of the machine that may leave it.

    A relative path begins at the configuration folder. With `anywhere`, somebody else
    has already decided that the file may be had.

    Raises ServiceValidationError for all that is no such file.
    """
    if "://" in path:
        raise invalid("path_is_url", url=shown(path))
    find = partial(_find, hass, path, anywhere=anywhere)
    found = await hass.async_add_executor_job(find)
    return LocalFile(hass, found, file_name(name, Path(path).name), content_type)


def _find(hass: HomeAssistant, text: str, *, anywhere: bool) -> Path:
    """Return where a path leads, once every link is followed."""
    try:
        path = Path(hass.config.path(text)).resolve()
        if not anywhere and not hass.config.is_allowed_path(str(path)):
            raise invalid("path_not_allowed", path=text)
        if path.is_dir():
            raise invalid("path_is_folder", path=text)
        # Of devices and pipes, reading might never end.
        if not path.is_file():
            raise invalid("file_not_found", path=text)
        if not os.access(path, os.R_OK):
            raise invalid("file_unreadable", file=text)
    except (OSError, RuntimeError, ValueError) as err:
        # Of these are paths that lead in a circle, are too long or have a zero in them.
        raise invalid("file_not_found", path=text) from err
    return path
