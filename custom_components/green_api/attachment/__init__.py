"""Files to send: from a media selector, a path or a URL to a stream with a name."""

from .content import MAX_FILE_SIZE, Attachment, Content
from .local import InMemory, LocalFile, async_local_file
from .media import async_media
from .web import WebFile, web_file

__all__ = [
    "MAX_FILE_SIZE",
    "Attachment",
    "Content",
    "InMemory",
    "LocalFile",
    "WebFile",
    "async_local_file",
    "async_media",
    "web_file",
]
