"""The `data` of the older notify actions: pictures, places and polls beside a text."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.notify import ATTR_MESSAGE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .compose import async_files, async_location, async_poll, async_text
from .const import (
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
from .fan_out import Outgoing, Several
from .fields import (
    FILE_FIELDS,
    LOCATION_FIELDS,
    POLL_FIELDS,
    TERMS_FIELDS,
    WEB_FIELDS,
    text,
)
from .message_text import compose, is_blank

# What the keys mean where an item is only a text; `images` and `file` take all of it.
_FILES: Final = {
    ATTR_FILE: ATTR_PATH,
    ATTR_IMAGES: ATTR_PATH,
    ATTR_MEDIA: ATTR_MEDIA,
    ATTR_URL: ATTR_URL,
}
_MEDIA_PREFIXES: Final = ("media-source://", "camera.", "image.")


def _items(source: str) -> Callable[[Any], Any]:
    """Return what takes one file or several, each as a text or with more to say."""

    def item(value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            if "media_content_id" in value:
                return dict(_ITEM_SCHEMA({ATTR_MEDIA: value}))
            value = {_FILES.get(key, key): each for key, each in value.items()}
            return dict(_ITEM_SCHEMA(value))
        found, key = text(value), source
        if source == ATTR_PATH:
            if found.startswith(_MEDIA_PREFIXES):
                key = ATTR_MEDIA
            elif "://" in found:
                key = ATTR_URL
        return dict(_ITEM_SCHEMA({key: found}))

    return vol.All(cv.ensure_list, [item])


_ITEM_SCHEMA: Final = vol.Schema(FILE_FIELDS)
# Home Assistant hands the same data to all members of a group and all notifiers of an
# alert, so what this one does not know is for another.
_SCHEMA: Final = vol.Schema(
    {
        **{vol.Optional(key): _items(source) for key, source in _FILES.items()},
        **TERMS_FIELDS,
        **WEB_FIELDS,
        vol.Optional(ATTR_FILE_NAME): cv.string,
        vol.Optional(ATTR_LINK_PREVIEW): cv.boolean,
        vol.Optional(ATTR_LOCATION): vol.Schema(LOCATION_FIELDS),
        vol.Optional(ATTR_POLL): vol.Schema(
            {
                **{
                    key: each
                    for key, each in POLL_FIELDS.items()
                    if key != ATTR_QUESTION
                },
                # Without one, the message is the question.
                vol.Optional(ATTR_QUESTION): cv.string,
            }
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

    The text is the caption of the first file, and the question of a poll that has none;
    else it goes before. What goes first answers the quoted message.
    """
    parts: list[Outgoing] = []
    said: str | None = None if is_blank(message) else compose(message, title)
    files = [item for key in _FILES for item in data.get(key, [])]
    place, poll = data.get(ATTR_LOCATION), data.get(ATTR_POLL)
    caption = None
    if poll and not poll.get(ATTR_QUESTION):
        poll = {**poll, ATTR_QUESTION: said or message}
        caption, said = said, None
    if files and ATTR_CAPTION not in files[0]:
        caption, said = caption or said, None
    quoted = {ATTR_QUOTED_MESSAGE_ID: data.get(ATTR_QUOTED_MESSAGE_ID)}
    if said is not None or not (files or place or poll):
        parts.append(
            await async_text(hass, {**data, **quoted, ATTR_MESSAGE: said or message})
        )
        quoted = {}
    if files:
        beside = {key: each for key, each in data.items() if key not in _FILES}
        said_of_it = {ATTR_CAPTION: caption, ATTR_QUOTED_MESSAGE_ID: None, **quoted}
        parts.append(
            await async_files(hass, {**beside, **said_of_it, ATTR_FILES: files})
        )
        quoted = {}
    if place:
        parts.append(await async_location(hass, {**quoted, **place}))
        quoted = {}
    if poll:
        parts.append(await async_poll(hass, {**quoted, **poll}))
    return Several(parts)
