"""Methods that take a file, or a link to one."""

from dataclasses import replace
from http import HTTPStatus
from math import ceil
import re
from typing import TYPE_CHECKING

from ..files import content_type, extension, message_type
from ..models import File, Message
from ..validation import invalid, refuse, without_halves
from .sending import admit, enqueue, reply_and_typing

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

LONGEST_CAPTION = 1024
MEGABYTE = 1024 * 1024
_LINK = re.compile(r"https?://[^/?#\s]+(/.*)?", re.IGNORECASE | re.DOTALL)
_FORBIDDEN_IN_LINK = re.compile(r"[\s~$€%#£?!]")


def send_file_by_url(call: Call) -> Json:
    """Send the file behind a link."""
    chat_id = call.fields.chat_id()
    url = _link(call)
    call.fields.flag("archiveChat")
    message = _message(call, chat_id, call.fields.required_text("fileName"), url)
    admit(call, message)
    _check_size(call, url)
    return {"idMessage": _enqueue(call, message)}


def send_file_by_upload(call: Call) -> Json:
    """Keep a file and send it."""
    chat_id, file = call.fields.chat_id(), call.file
    if file is None:
        invalid("'file' is required")
    if not file.content:
        invalid("'file' is not allowed to be empty")
    name = call.fields.text("fileName") or file.name
    message = _message(call, chat_id, name, "")
    admit(call, message)
    url = call.instance.storage.keep(name, file.content_type, file.content, call.method)
    if message.file:
        message = replace(message, file=replace(message.file, url=url))
    return {"idMessage": _enqueue(call, message, archive=False), "urlFile": url}


def upload_file(call: Call) -> Json:
    """Keep a file."""
    file, storage = call.file, call.instance.storage
    if file is None or not file.content:
        refuse("bad request data")
    call.afford()
    url = storage.keep(file.name, file.content_type, file.content, call.method)
    return {"urlFile": url}


def _link(call: Call) -> str:
    url = call.fields.required_text("urlFile")
    if not _LINK.fullmatch(url):
        invalid(
            "'urlFile' must be a valid uri with a scheme matching the http|https pattern"
        )
    if call.instance.strict_urls and _FORBIDDEN_IN_LINK.search(url):
        invalid("'urlFile' must be a valid uri")
    return url


def _check_size(call: Call, url: str) -> None:
    """Refuse a link to a file that is known to be too large."""
    instance = call.instance
    upload = instance.storage.find(url)
    size = len(upload.content) if upload else instance.foreign_files.get(url)
    if size is not None and size > instance.largest_file:
        refuse(
            f"File from url exceeded max upload size. Size: {ceil(size / MEGABYTE)}mb "
            f"Limit: {instance.largest_file // MEGABYTE}mb Url: {url}",
            HTTPStatus.INTERNAL_SERVER_ERROR,
        )


def _message(call: Call, chat_id: str, name: str, url: str) -> Message:
    """Return a message with a file, whose name decides what it is."""
    fields = call.fields
    if not extension(name):
        invalid("'fileName' must have an extension")
    caption = fields.text("caption", LONGEST_CAPTION, empty=True) or ""
    quoted, typing_time = reply_and_typing(fields)
    _typing_type(call)
    name = without_halves(name)
    return Message(
        id="",
        chat_id=chat_id,
        text=without_halves(caption),
        type=message_type(name),
        file=File(url=url, name=name, content_type=content_type(name)),
        quoted_message_id=quoted,
        typing_time=typing_time,
    )


def _enqueue(call: Call, message: Message, **body: Json) -> str:
    """Queue a message with a file; one that was uploaded waits as its link."""
    file = message.file
    shown: dict[str, Json] = {
        "urlFile": file.url if file else "",
        "fileName": file.name if file else "",
        "caption": message.text,
        "typingType": _typing_type(call),
        **body,
    }
    return enqueue(call, message, shown, "sendFileByUrl")


def _typing_type(call: Call) -> str:
    return call.fields.choice("typingType", ("recording",)) or "composing"
