"""Action data -> what is to be sent: one function for each kind of it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.notify import ATTR_MESSAGE, ATTR_TITLE
from homeassistant.const import ATTR_LATITUDE, ATTR_LONGITUDE, ATTR_NAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .const import (
    ATTR_ADDRESS,
    ATTR_COMPANY,
    ATTR_ENTITY,
    ATTR_FIRST_NAME,
    ATTR_LAST_NAME,
    ATTR_LINK_PREVIEW,
    ATTR_MIDDLE_NAME,
    ATTR_MULTIPLE_ANSWERS,
    ATTR_OPTIONS,
    ATTR_PHONE_NUMBER,
    ATTR_QUESTION,
    ATTR_QUOTED_MESSAGE_ID,
    ATTR_TYPING_TIME,
)
from .errors import invalid
from .fan_out import Outgoing, Ready
from .files import async_outgoing_files
from .messages import LocationMessage, contact_message, poll_message, text_messages

# How browsers ask for the files in the folder `www`.
_FRONTEND: Final = "/local/"


async def async_text(hass: HomeAssistant, data: Mapping[str, Any]) -> Outgoing:
    """Return a text under its title."""
    return Ready(
        text_messages(
            data[ATTR_MESSAGE],
            data.get(ATTR_TITLE),
            quoted_message_id=data.get(ATTR_QUOTED_MESSAGE_ID) or None,
            link_preview=data.get(ATTR_LINK_PREVIEW),
            typing_time=data.get(ATTR_TYPING_TIME),
        )
    )


async def async_files(hass: HomeAssistant, data: Mapping[str, Any]) -> Outgoing:
    """Return the file that action data describes, or those that it lists."""
    try:
        return await async_outgoing_files(hass, data)
    except ServiceValidationError as err:
        path = (err.translation_placeholders or {}).get("path", "")
        if err.translation_key == "path_not_allowed" and path.startswith(_FRONTEND):
            www = hass.config.path("www", path.removeprefix(_FRONTEND))
            raise invalid("path_of_frontend", path=path, www=www) from err
        raise


async def async_location(hass: HomeAssistant, data: Mapping[str, Any]) -> Outgoing:
    """Return a place: coordinates as they are, or where an entity is.

    Raises ServiceValidationError for none, for two, and for one that is not on Earth.
    """
    entity_id, name = data.get(ATTR_ENTITY), data.get(ATTR_NAME)
    latitude, longitude = data.get(ATTR_LATITUDE), data.get(ATTR_LONGITUDE)
    if entity_id:
        if latitude is not None or longitude is not None:
            raise invalid("two_places")
        if (state := hass.states.get(entity_id.lower())) is None:
            raise invalid("entity_not_found", entity=entity_id)
        try:
            latitude = float(state.attributes[ATTR_LATITUDE])
            longitude = float(state.attributes[ATTR_LONGITUDE])
        except (KeyError, TypeError, ValueError) as err:
            raise invalid("entity_without_place", entity=entity_id) from err
        name = name or state.name
    elif latitude is None or longitude is None:
        raise invalid("no_place")
    place = LocationMessage(
        latitude,
        longitude,
        name or None,
        data.get(ATTR_ADDRESS) or None,
        quoted_message_id=data.get(ATTR_QUOTED_MESSAGE_ID) or None,
    )
    return Ready([place])


async def async_contact(hass: HomeAssistant, data: Mapping[str, Any]) -> Outgoing:
    """Return a contact card."""
    contact = contact_message(
        data[ATTR_PHONE_NUMBER],
        first_name=data.get(ATTR_FIRST_NAME) or None,
        middle_name=data.get(ATTR_MIDDLE_NAME) or None,
        last_name=data.get(ATTR_LAST_NAME) or None,
        company=data.get(ATTR_COMPANY) or None,
        quoted_message_id=data.get(ATTR_QUOTED_MESSAGE_ID) or None,
    )
    return Ready([contact])


async def async_poll(hass: HomeAssistant, data: Mapping[str, Any]) -> Outgoing:
    """Return a poll."""
    poll = poll_message(
        data[ATTR_QUESTION],
        data[ATTR_OPTIONS],
        multiple_answers=data[ATTR_MULTIPLE_ANSWERS],
        quoted_message_id=data.get(ATTR_QUOTED_MESSAGE_ID) or None,
    )
    return Ready([poll])
