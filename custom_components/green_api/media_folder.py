"""Where received files are kept: in folders of the house's choice, under harmless names."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass
import errno
from itertools import count
import os
from pathlib import Path, PurePath, PurePosixPath
import re
import secrets
from threading import Lock
from typing import BinaryIO, Final

from homeassistant.core_config import Config
from homeassistant.util import raise_if_invalid_path

from .attachment.content import file_name, with_extension
from .errors import invalid

_DEFAULT: Final = "whatsapp"
_SCHEME: Final = "media-source://media_source/"
# "1.2" and "2026.10" have none.
_EXTENSION: Final = re.compile(r"[^.]\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,10}\Z")
# What a network drive does not take, and what leads nowhere in the media browser.
_AWKWARD: Final = re.compile(r'[<>:"|?*~]')
_DOTS: Final = re.compile(r"\.{2,}")
# In bytes: with a number and an extension, encrypted drives take it, too.
_LONGEST: Final = 110


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for a file, and what the file is to be called if that is said."""

    folder: Path
    name: str | None
    # How the media browser calls the folder, if it is in one of its own.
    media_content_id: str | None


def find_place(config: Config, path: str, name: str | None) -> Place:
    """Return where a path leads, once every link is followed.

    It may be that of a file, unless that has a name already. A relative path begins at
    the configuration folder; none at all is a folder of the first media folder.

    Raises ServiceValidationError for what is below no folder that files may be in.
    """
    if "://" in path:
        raise invalid("download_path_is_url")
    try:
        raise_if_invalid_path(path)
        found = Path(config.path(path)) if path else _default(config)
        if not name and _EXTENSION.search(path) and not found.is_dir():
            found, name = found.parent, found.name
        folder = found.resolve()
    except (OSError, RuntimeError, ValueError) as err:
        raise invalid("download_not_allowed", path=path) from err
    media = {each: Path(at).resolve() for each, at in config.media_dirs.items()}
    allowed = {Path(each).resolve() for each in config.allowlist_external_dirs}
    if not any(map(folder.is_relative_to, allowed.union(media.values()))):
        raise invalid("download_not_allowed", path=path or str(found))
    ids = (
        f"{_SCHEME}{PurePosixPath(each, folder.relative_to(root))}"
        for each, root in media.items()
        if folder.is_relative_to(root)
    )
    return Place(folder, name or None, next(ids, None))


def _default(config: Config) -> Path:
    media = next(iter(config.media_dirs.values()), config.path("media"))
    return Path(media, _DEFAULT)


def harmless_name(wanted: str | None, given: str, content_type: str) -> str:
    """Return what a file is called: as wanted, else as somebody else calls it.

    It has an extension: its own, that of the other name, or that of its type.
    """
    complete = _EXTENSION.search(wanted or "") is not None
    name = file_name(wanted, "" if complete else given)
    name = _AWKWARD.sub("_", _DOTS.sub(".", name))
    if not complete:
        name = with_extension(name, content_type)
    path = PurePath(name)
    stem = path.stem.encode()[:_LONGEST].decode(errors="ignore").rstrip(". ")
    return stem + path.suffix


class NewFile:
    """A file that grows beside its place, and is there once it is whole.

    It may be discarded at any time, also while another thread still writes to it.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder, which need not be there yet."""
        self._folder = folder
        self._path = folder / f".{secrets.token_hex(8)}.part"
        self._lock = Lock()
        self._undo = ExitStack()
        self._file: BinaryIO
        self._discarded = False

    def open(self) -> None:
        """Begin."""
        with self._lock:
            if not self._discarded:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("xb")
                self._undo.callback(self._path.unlink, missing_ok=True)
                self._undo.callback(self._file.close)

    def write(self, content: bytes) -> None:
        """Add to it."""
        with self._lock:
            self._file.write(content)

    def finish(self, name: str, *, overwrite: bool) -> Path:
        """Put it into its place, with a number in its name if there is one already."""
        with self._lock:
            self._file.close()
            if not overwrite:
                return self._put_beside_others(name)
            path = self._folder / name
            if path.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            return self._path.replace(path)

    def _put_beside_others(self, name: str) -> Path:
        path, numbers = self._folder / name, count(2)
        while True:
            try:
                # Whoever is first, has the name; a link is somebody's, too.
                path.touch(exist_ok=False)
                break
            except FileExistsError:
                path = path.with_name(
                    f"{PurePath(name).stem}_{next(numbers)}{path.suffix}"
                )
        try:
            return self._path.replace(path)
        except OSError:
            path.unlink()
            raise

    def discard(self) -> None:
        """Leave nothing behind, unless it is in its place."""
        with self._lock, suppress(OSError):
            self._discarded = True
            # Of a disk that is full, closing complains once more.
            self._undo.close()
