"""The content of a file: a stream with a name, a MIME type and a limit."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from math import ceil
import mimetypes
from pathlib import PurePosixPath
import re
from typing import Final, Protocol

from homeassistant.exceptions import ServiceValidationError

from ..errors import invalid

# What GREEN-API and WhatsApp take.
MAX_FILE_SIZE: Final = 100 * 1024 * 1024

_SECRET: Final = re.compile(r"[?#]")
_MEGABYTE: Final = 1024 * 1024
_UNKNOWN_TYPE: Final = "application/octet-stream"
# What WhatsApp shows in the chat itself.
_SHOWN: Final = {"audio", "image", "video"}
_UNKNOWN: Final = ".bin"
# What makes one of several characters: emoji of families and flags, words in Persian.
_JOINERS: Final = "\u200c\u200d"
_TAGS: Final = range(0xE0020, 0xE0080)
_EXTENSION: Final = re.compile(r"[^.]\.[A-Za-z0-9]{1,10}\Z")
# What is common and not registered, or has an extension that WhatsApp does not know.
_EXTENSIONS: Final = {
    "audio/opus": ".ogg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "image/jpg": ".jpg",
}


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is being read; `size` is None where nobody knows it yet."""

    name: str
    content_type: str
    size: int | None
    chunks: AsyncIterable[bytes]


class Attachment(Protocol):
    """A file to send, which can be read as often as it takes."""

    def open(self) -> AbstractAsyncContextManager[Content]:
        """Open it.

        Raises a HomeAssistantError, here or while it is read, if it is not to be had.
        """
        ...


def content(
    name: str, content_type: str | None, size: int | None, chunks: AsyncIterable[bytes]
) -> Content:
    """Return content that is neither empty nor larger than GREEN-API takes.

    Both are told here where the size is known, else while it is read.
    """
    if size is not None:
        _check_size(name, size)
    name = with_extension(name, content_type)
    return Content(
        name,
        mimetypes.guess_file_type(name)[0] or content_type or _UNKNOWN_TYPE,
        size,
        _limited(name, chunks),
    )


def shown(address: str) -> str:
    """Return an address as people may see it: others keep secrets in theirs."""
    scheme, separator, rest = address.rpartition("://")
    return scheme + separator + _SECRET.split(rest.rpartition("@")[2])[0]


def file_name(wanted: str | None, given: str) -> str:
    """Return the name that a file goes by: the wanted one, with the given extension.

    The wanted one may have an extension of its own.
    """
    if not (wanted := _last_part(wanted or "")):
        return _last_part(given) or "file"
    if _has_extension(wanted) or not _has_extension(given):
        return wanted
    return wanted + PurePosixPath(given).suffix


def name_of_web_file(name: str, content_type: str) -> str:
    """Return what a file from the web is called: image.php is a picture if that comes."""
    kind = content_type.partition("/")[0]
    guess = mimetypes.guess_file_type(name)[0] or ""
    if kind not in _SHOWN or guess.partition("/")[0] in _SHOWN:
        return name
    return name + (
        _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ""
    )


def _last_part(name: str) -> str:
    """Return a name without folders and what no file name has."""
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(_is_part_of_a_name, name)).strip(". ")


def _is_part_of_a_name(character: str) -> bool:
    """Return whether a character is seen, or joins others into one that is."""
    return character.isprintable() or character in _JOINERS or ord(character) in _TAGS


def _has_extension(name: str) -> bool:
    """Return whether a name ends in an extension; "v1.2" does not."""
    return mimetypes.guess_file_type(name) != (None, None)


def with_extension(name: str, content_type: str | None) -> str:
    """Return a name with an extension, by which GREEN-API tells what it is."""
    if _has_extension(name):
        return name
    kind = (content_type or "").partition(";")[0].strip().lower()
    extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind)
    if extension in {None, _UNKNOWN} and _EXTENSION.search(name):
        return name
    return name + (extension or _UNKNOWN)


def _check_size(name: str, size: int) -> None:
    if not size:
        raise invalid("file_empty", file=name)
    if size > MAX_FILE_SIZE:
        raise _too_large(name, _megabytes(size))


def _too_large(name: str, size: str) -> ServiceValidationError:
    return invalid("file_too_large", file=name, size=size, limit=_megabytes())


def _megabytes(size: int = MAX_FILE_SIZE) -> str:
    """Return a size in MB, rounded up so that it is seen to be over a limit."""
    return f"{ceil(size / _MEGABYTE * 10) / 10:g}"


async def _limited(name: str, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield what is read, and stop where it becomes too large."""
    size = 0
    async for chunk in chunks:
        if (size := size + len(chunk)) > MAX_FILE_SIZE:
            # Nobody knows how much more there is.
            raise _too_large(name, f"> {_megabytes()}")
        yield chunk
    _check_size(name, size)
