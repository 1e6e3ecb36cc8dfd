"""Bodies of requests: JSON, a form with a file, or a file alone."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
import re
from typing import override
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from .answers import ApiError, gateway_page
from .validation import without_halves

CHUNK = 64 * 1024
LONGEST_FIELD = 1024 * 1024
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PARAMETER = re.compile(r';\s*([\w*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


class BodyKind(StrEnum):
    """What a method takes."""

    JSON = "json"
    FORM = "form"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as it was sent."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What came with a request, or what is wrong with it."""

    raw: bytes = b""
    form: Mapping[str, str] | None = None
    file: SentFile | None = None
    error: ApiError | None = None


class TooLargeError(ApiError):
    """A file is larger than the server takes."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(status, "request entity too large")

    @override
    def answer(self, path: str, now: float) -> web.Response:
        """Return the gateway's page for 413, else the API's JSON."""
        if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return gateway_page(self.status)
        return super().answer(path, now)


class _FullError(Exception):
    """There is more than was allowed."""


async def read_body(
    request: web.Request, kind: BodyKind, largest: int, too_large_status: int
) -> Body:
    """Read a body of a kind, to its end also when it is refused."""
    if kind is BodyKind.JSON:
        return Body(raw=await request.read())
    try:
        if kind is BodyKind.FILE:
            return Body(file=await _read_file(request, largest))
        return await _read_form(request, largest)
    except _FullError:
        error: ApiError = TooLargeError(too_large_status)
    except (
        AssertionError,
        BadHttpMessage,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    ):
        # The real server takes a broken form for a mistake of its own.
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        error = ApiError(status, "Internal server error")
    async for _ in request.content.iter_any():
        pass
    return Body(error=error)


async def _read_file(request: web.Request, largest: int) -> SentFile:
    name = request.headers.get("GA-Filename", "")
    return SentFile(
        name=_clean(unquote(name) if _ESCAPE.search(name) else name),
        content_type=request.content_type,
        content=await _collect(request.content.iter_any(), largest),
    )


async def _read_form(request: web.Request, largest: int) -> Body:
    form: dict[str, str] = {}
    file: SentFile | None = None
    if request.content_type != "multipart/form-data":
        await request.read()
        return Body(form=form)
    unexpected = False
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            message = "A form is flat"
            raise TypeError(message)
        said = _parameters(part.headers["Content-Disposition"])
        if (file_name := said.get("filename*", said.get("filename"))) is None:
            text = await _collect(_chunks(part), LONGEST_FIELD)
            form[said["name"]] = text.decode()
            continue
        content = await _collect(_chunks(part), largest)
        unexpected |= said["name"] != "file" or file is not None
        content_type = part.headers.get("Content-Type", "").partition(";")[0].strip()
        file = SentFile(
            name=_clean(file_name), content_type=content_type, content=content
        )
    if unexpected:
        error = ApiError(HTTPStatus.BAD_REQUEST, "Unexpected field")
        return Body(form=form, error=error)
    return Body(form=form, file=file)


def _parameters(header: str) -> dict[str, str]:
    """Return what a part says of itself; aiohttp's parser trips over names with semicolons."""
    said: dict[str, str] = {}
    for key, quoted, token in _PARAMETER.findall(header):
        value = re.sub(r"\\(.)", r"\1", quoted) or token
        if key.endswith("*"):
            encoding, _, value = value.split("'", 2)
            value = unquote(value, encoding, "strict")
        said[key.lower()] = value
    return said


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while not part.at_eof():
        yield await part.read_chunk(CHUNK)


async def _collect(chunks: AsyncIterator[bytes], largest: int) -> bytes:
    """Join chunks, once."""
    collected: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise _FullError
        collected.append(chunk)
    return b"".join(collected)


def _clean(name: str) -> str:
    """Return a name as text: what is not UTF-8 was Latin-1."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = name.encode(errors="surrogateescape")
        name = raw.decode("latin-1")
    return without_halves(name)
