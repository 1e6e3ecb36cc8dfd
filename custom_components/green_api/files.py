"""Files on their way: uploaded once to an instance, then sent to its chats."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant

from .attachment import Attachment, async_local_file, async_media, web_file
from .const import (
    ATTR_BEARER,
    ATTR_CAPTION,
    ATTR_FILE_NAME,
    ATTR_FILES,
    ATTR_MEDIA,
    ATTR_PATH,
    ATTR_QUOTED_MESSAGE_ID,
    ATTR_URL,
)
from .errors import invalid
from .fan_out import Several
from .message_text import is_blank, length
from .messages import MAX_CAPTION_LENGTH, Message, TextMessage, text_messages
from .outbox import Outbox, Terms

# Where a file may come from; an item names one of them.
SOURCES: Final = (ATTR_MEDIA, ATTR_PATH, ATTR_URL)
_AUDIO: Final = {
    *(".aac", ".amr", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"),
}
_PROOF: Final = (CONF_USERNAME, CONF_PASSWORD, ATTR_BEARER, CONF_VERIFY_SSL)
_SAID: Final = (ATTR_CAPTION, ATTR_FILE_NAME, ATTR_QUOTED_MESSAGE_ID)


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send, with what is to be said of it."""

    attachment: Attachment
    caption: tuple[TextMessage, ...]
    quoted_message_id: str | None = None

    async def async_messages(self, outbox: Outbox, terms: Terms) -> list[Message]:
        """Upload the file, and return it as a message, with its caption behind if need be."""
        file = replace(
            await outbox.async_upload(self.attachment, terms),
            quoted_message_id=self.quoted_message_id,
        )
        match self.caption:
            case [caption] if length(
                caption.text
            ) <= MAX_CAPTION_LENGTH and not _is_audio(file.name):
                return [replace(file, caption=caption.text)]
        return [file, *self.caption]


async def async_outgoing_files(hass: HomeAssistant, data: Mapping[str, Any]) -> Several:
    """Return the file that action data describes, or those that it lists, in order.

    Raises a HomeAssistantError for what is not to be had, and for a caption that is too
    long even for a text. What has to be fetched is looked at when it is uploaded.
    """
    return Several([await _async_outgoing_file(hass, item) for item in _items(data)])


def _items(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the list in action data, or all of it as the one item.

    What is said beside a list, such as a caption, is said of the first of them, and the
    credentials are for all that come from the web.
    """
    if not (items := data.get(ATTR_FILES)):
        return [data]
    if named := [key for key in SOURCES if data.get(key)]:
        raise invalid("several_sources", sources=", ".join([*named, ATTR_FILES]))
    said = {key: data[key] for key in _SAID if data.get(key)}
    proof = {key: data[key] for key in _PROOF if key in data}
    proven = [{**proof, **item} if item.get(ATTR_URL) else item for item in items]
    return [{**said, **proven[0]}, *proven[1:]]


async def _async_outgoing_file(
    hass: HomeAssistant, item: Mapping[str, Any]
) -> OutgoingFile:
    caption = item.get(ATTR_CAPTION) or ""
    texts = () if is_blank(caption) else text_messages(caption)
    return OutgoingFile(
        await _async_attachment(hass, item),
        texts,
        item.get(ATTR_QUOTED_MESSAGE_ID) or None,
    )


async def _async_attachment(hass: HomeAssistant, item: Mapping[str, Any]) -> Attachment:
    """Return the one file that an item names."""
    name = item.get(ATTR_FILE_NAME)
    match [(key, item[key]) for key in SOURCES if item.get(key)]:
        case [(key, media)] if key == ATTR_MEDIA:
            return await async_media(hass, media, name)
        case [(key, path)] if key == ATTR_PATH:
            return await async_local_file(hass, path, name=name)
        case [(_, url)]:
            return web_file(
                hass,
                url,
                name=name,
                username=item.get(CONF_USERNAME),
                password=item.get(CONF_PASSWORD),
                bearer=item.get(ATTR_BEARER),
                verify_ssl=item.get(CONF_VERIFY_SSL, True),
            )
        case []:
            raise invalid("no_source")
        case several:
            raise invalid(
                "several_sources", sources=", ".join(key for key, _ in several)
            )


def _is_audio(name: str) -> bool:
    """Return whether a file arrives as a sound, under which WhatsApp shows no caption."""
    return PurePosixPath(name).suffix.lower() in _AUDIO
