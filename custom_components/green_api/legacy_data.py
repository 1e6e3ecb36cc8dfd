"""The `data` of the older notify actions: pictures, places and polls beside a text."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .compose import async_files, async_location, async_poll
from .const import (
    ATTR_BEARER,
    ATTR_CAPTION,
    ATTR_FILE,
    ATTR_FILE_NAME,
    ATTR_FILES,
    ATTR_IMAGES,
    ATTR_LINK_PREVIEW,
    ATTR_LOCATION,
    ATTR_MEDIA,
    ATTR_PATH,
    ATTR_POLL,
    ATTR_QUESTION,
    ATTR_QUOTED_MESSAGE_ID,
    ATTR_URL,
)
from .errors import invalid
from .fan_out import Outgoing, Ready, Several
from .fields import (
    FILE_FIELDS,
    LOCATION_FIELDS,
    POLL_FIELDS,
    TAG_FIELDS,
    WEB_FIELDS,
    text,
)
from .message_text import compose, is_blank
from .messages import text_messages

# What the keys mean where an item is only a text; `images` and `file` take all of it.
_FILES: Final = {
    ATTR_FILE: ATTR_PATH,
    ATTR_IMAGES: ATTR_PATH,
    ATTR_MEDIA: ATTR_MEDIA,
    ATTR_URL: ATTR_URL,
}
_CREDENTIALS: Final = (CONF_USERNAME, CONF_PASSWORD, ATTR_BEARER, CONF_VERIFY_SSL)
_MEDIA_PREFIXES: Final = ("media-source://", "camera.", "image.")


def _items(source: str) -> Callable[[Any], Any]:
    """Return what takes one file or several, each as a text or with more to say."""

    def item(value: Any) -> dict[str, Any]:
        if isinstance(value, dict) and "media_content_id" not in value:
            value = {_FILES.get(key, key): each for key, each in value.items()}
            return dict(_ITEM_SCHEMA(value))
        found = value if isinstance(value, dict) else text(value)
        key = source
        if source == ATTR_PATH and isinstance(found, str):
            if found.startswith(("http://", "https://")):
                key = ATTR_URL
            elif found.startswith(_MEDIA_PREFIXES):
                key = ATTR_MEDIA
        return dict(_ITEM_SCHEMA({key: found}))

    return vol.All(cv.ensure_list, [item])


_ITEM_SCHEMA: Final = vol.Schema(FILE_FIELDS)
# Home Assistant hands the same data to all members of a group and all notifiers of an
# alert, so what this one does not know is for another.
_SCHEMA: Final = vol.Schema(
    {
        **{vol.Optional(key): _items(source) for key, source in _FILES.items()},
        **TAG_FIELDS,
        **WEB_FIELDS,
        vol.Optional(ATTR_FILE_NAME): cv.string,
        vol.Optional(ATTR_LINK_PREVIEW): cv.boolean,
        vol.Optional(ATTR_LOCATION): LOCATION_FIELDS,
        vol.Optional(ATTR_POLL): vol.Schema(
            {**POLL_FIELDS, vol.Optional(ATTR_QUESTION): cv.string}
        ),
        vol.Optional(ATTR_QUOTED_MESSAGE_ID): text,
    },
    extra=vol.REMOVE_EXTRA,
)


def legacy_data(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the data of an action asks for.

    Raises ServiceValidationError for what it does not take.
    """
    try:
        return dict(_SCHEMA(dict(data or {})))
    except vol.Invalid as err:
        raise invalid("invalid_data", reason=str(err)) from err


async def async_legacy(
    hass: HomeAssistant, message: str, title: str | None, data: Mapping[str, Any]
) -> Outgoing:
    """Return a text with what its data adds to it.

    The text is the caption of the first file and the question of a poll that has none;
    else it goes before.
    """
    parts: list[Outgoing] = []
    said: str | None = None if is_blank(message) else compose(message, title)
    quoted = data.get(ATTR_QUOTED_MESSAGE_ID)
    if files := list(_files(data)):
        beside = {
            ATTR_FILE_NAME: data.get(ATTR_FILE_NAME),
            ATTR_QUOTED_MESSAGE_ID: quoted,
        }
        if ATTR_CAPTION not in files[0]:
            beside[ATTR_CAPTION], said = said, None
        files[0] = {**beside, **files[0]}
        parts.append(await async_files(hass, {ATTR_FILES: files}))
    if location := data.get(ATTR_LOCATION):
        parts.append(await async_location(hass, location))
    if poll := data.get(ATTR_POLL):
        if not poll.get(ATTR_QUESTION):
            poll, said = {**poll, ATTR_QUESTION: said or message}, None
        parts.append(await async_poll(hass, poll))
    if said is None and parts:
        return Several(parts)
    before = text_messages(
        said or message,
        quoted_message_id=quoted,
        link_preview=data.get(ATTR_LINK_PREVIEW),
    )
    return Several([Ready(before), *parts])


def _files(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the files, with the credentials beside them for those from the web."""
    beside = {key: data[key] for key in _CREDENTIALS if key in data}
    for key in _FILES:
        for item in data.get(key, []):
            yield {**beside, **item} if ATTR_URL in item else item
