"""The action that saves what people send."""

from typing import Any, Final

from probatio import Secret
import voluptuous as vol
from yarl import URL

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse, callback
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util.json import JsonObjectType

from ..api import GreenApiError, GreenApiValidationError
from ..const import (
    ATTR_CHAT_ID,
    ATTR_FILE_NAME,
    ATTR_MESSAGE_ID,
    ATTR_PATH,
    ATTR_URL,
    DOMAIN,
)
from ..download import MEGABYTE, Download
from ..entry import GreenApiConfigEntry
from ..errors import invalid, translated
from ..fields import INSTANCE_FIELDS, text
from ..media_folder import find_place
from ..receiver.dispatcher import RecentMedia
from ..recipients import chat_id_of

ATTR_MAX_SIZE: Final = "max_size"
ATTR_OVERWRITE: Final = "overwrite"

# WhatsApp takes files of so many MB.
_LARGEST: Final = 2048


def _size(value: Any) -> int:
    """Return a size in bytes, which is given in MB."""
    try:
        size = float(value)
    except (OverflowError, TypeError, ValueError) as err:
        raise vol.Invalid("expected a size in MB") from err
    if not 0 < size <= _LARGEST:
        raise vol.Invalid("no size that a file can have")
    return int(size * MEGABYTE)


DOWNLOAD_MEDIA_SCHEMA: Final = vol.Schema(
    {
        **INSTANCE_FIELDS,
        vol.Optional(ATTR_MESSAGE_ID, default=""): text,
        vol.Optional(ATTR_CHAT_ID): text,
        vol.Optional(Secret(ATTR_URL), default=""): text,
        vol.Optional(ATTR_PATH, default=""): text,
        vol.Optional(ATTR_FILE_NAME): cv.string,
        vol.Optional(ATTR_MAX_SIZE, default=100): _size,
        vol.Optional(ATTR_OVERWRITE, default=False): cv.boolean,
    }
)


async def async_download_media(call: ServiceCall) -> ServiceResponse:
    """Save the file of a message."""
    hass, data = call.hass, call.data
    place = await hass.async_add_executor_job(
        find_place, hass.config, data[ATTR_PATH], data.get(ATTR_FILE_NAME)
    )
    recent = _recent_media(call)
    media = recent.media if recent else None
    if given := data[ATTR_URL]:
        if (url := _url(given)) is None:
            raise invalid("invalid_download_url")
    else:
        known = media.url if media else None
        url = _url(known or await _async_ask_url(call, recent))
        if url is None:
            # GREEN-API has put a mark in its place, such as {{SWE002}}.
            raise translated("no_such_media")
    download = Download(hass, url, data[ATTR_MAX_SIZE], media)
    saved = await download.async_save(place, overwrite=data[ATTR_OVERWRITE])
    response: JsonObjectType = {
        "path": str(saved.path),
        "file_name": saved.path.name,
        "size": saved.size,
        "content_type": saved.content_type,
    }
    if place.media_content_id:
        response["media_content_id"] = f"{place.media_content_id}/{saved.path.name}"
    return response


@callback
def _recent_media(call: ServiceCall) -> RecentMedia | None:
    """Return the file of a message if an instance has just received it."""
    entries: list[GreenApiConfigEntry] = (
        [_entry(call)]
        if ATTR_CONFIG_ENTRY_ID in call.data
        else call.hass.config_entries.async_loaded_entries(DOMAIN)
    )
    message_id, url = call.data[ATTR_MESSAGE_ID], call.data[ATTR_URL]
    for entry in entries:
        if dispatcher := entry.runtime_data.receiver.dispatcher:
            for known_id, recent in dispatcher.recent_media.items():
                if message_id == known_id or (url and url == recent.media.url):
                    return recent
    return None


async def _async_ask_url(call: ServiceCall, recent: RecentMedia | None) -> str:
    """Ask GREEN-API where the file of a message lies."""
    if not (message_id := call.data[ATTR_MESSAGE_ID]):
        raise invalid("no_download")
    chat_id = call.data.get(ATTR_CHAT_ID) or (recent.chat_id if recent else None)
    if not chat_id:
        raise invalid("download_needs_chat")
    coordinator = _entry(call).runtime_data.coordinator
    try:
        return await coordinator.client.download_file(
            chat_id_of(call.hass, chat_id), message_id
        )
    except GreenApiValidationError as err:
        raise translated("no_such_media") from err
    except GreenApiError as err:
        raise coordinator.async_handle_error(err) from err


def _entry(call: ServiceCall) -> GreenApiConfigEntry:
    """Return the instance that is asked."""
    entry: GreenApiConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry


def _url(text: str) -> URL | None:
    """Return a web address, None for what is none."""
    try:
        url = URL(text)
        valid = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        return None
    return url if valid else None
