"""What the name of a file says about it, and how files are served."""

from http import HTTPStatus
from mimetypes import MimeTypes
import re
from urllib.parse import quote

from aiohttp import web

from .models import MessageType

UNKNOWN_TYPE = "application/octet-stream"
_EXTENSION = re.compile(r"[^/\\]\.([A-Za-z0-9]{1,10})$")
_EXTENSIONS = {
    MessageType.IMAGE: "jpg jpeg png gif webp bmp",
    MessageType.VIDEO: "mp4 mov 3gp avi mkv webm",
    MessageType.AUDIO: "mp3 ogg oga opus m4a aac wav amr flac",
}
_MESSAGE_TYPES = {
    extension: kind
    for kind, names in _EXTENSIONS.items()
    for extension in names.split()
}
# Not the system's table: what a test sees is the same everywhere.
_TYPES = MimeTypes()
for _type, _names in {
    "audio/amr": "amr",
    "audio/ogg": "ogg oga opus",
    "audio/wav": "wav",
    "video/3gpp": "3gp",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}.items():
    for _name in _names.split():
        _TYPES.add_type(_type, f".{_name}")


def extension(name: str) -> str:
    """Return the extension of a name, in lower case and without its dot."""
    found = _EXTENSION.search(name)
    return found[1].lower() if found else ""


def message_type(name: str) -> MessageType:
    """Return as what a file of this name is sent."""
    return _MESSAGE_TYPES.get(extension(name), MessageType.DOCUMENT)


def content_type(name: str, otherwise: str = "") -> str:
    """Return the content type of a file of this name."""
    known = _TYPES.guess_type(f"file.{extension(name)}")[0]
    return known or otherwise or UNKNOWN_TYPE


def extension_for(content_type: str) -> str:
    """Return the extension files of a content type get."""
    return (_TYPES.guess_extension(content_type) or ".bin")[1:]


def file_answer(
    request: web.Request, content: bytes, content_type: str, name: str
) -> web.Response:
    """Return a file, or the part a player asks for, so that a browser runs nothing that is in it."""
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": content_type,
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; "
        "media-src 'self'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    size = len(content)
    try:
        part = request.http_range
    except ValueError:
        part = slice(None)
    if part.start is None:
        return web.Response(body=content, headers=headers)
    start, stop, _ = part.indices(size)
    if start >= stop:
        raise web.HTTPRequestRangeNotSatisfiable(
            headers={"Content-Range": f"bytes */{size}"}
        )
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return web.Response(
        body=content[start:stop], status=HTTPStatus.PARTIAL_CONTENT, headers=headers
    )
