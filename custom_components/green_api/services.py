"""The actions."""

from typing import Final

import voluptuous as vol

from homeassistant.components.notify import ATTR_MESSAGE, ATTR_TITLE
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv

from .const import (
    ATTR_CHAT_ID,
    ATTR_LINK_PREVIEW,
    ATTR_MESSAGES,
    ATTR_QUOTED_MESSAGE_ID,
    ATTR_TYPING_TIME,
    DOMAIN,
    SERVICE_SEND_MESSAGE,
)
from .outbox import OutgoingText, async_send_text
from .recipients import async_recipients_of_action

_RECIPIENT_FIELDS: Final = {
    **cv.ENTITY_SERVICE_FIELDS,
    vol.Optional(ATTR_CHAT_ID): vol.All(cv.ensure_list, [cv.string]),
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
}

_SEND_MESSAGE_SCHEMA: Final = vol.Schema(
    {
        **_RECIPIENT_FIELDS,
        vol.Required(ATTR_MESSAGE): cv.string,
        vol.Optional(ATTR_TITLE): cv.string,
        vol.Optional(ATTR_QUOTED_MESSAGE_ID): cv.string,
        vol.Optional(ATTR_LINK_PREVIEW): cv.boolean,
        vol.Optional(ATTR_TYPING_TIME): cv.time_period,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_SEND_MESSAGE,
        _async_send_message,
        _SEND_MESSAGE_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


async def _async_send_message(call: ServiceCall) -> ServiceResponse:
    """Send a text."""
    text = OutgoingText.create(
        call.data[ATTR_MESSAGE],
        call.data.get(ATTR_TITLE),
        quoted_message_id=call.data.get(ATTR_QUOTED_MESSAGE_ID),
        link_preview=call.data.get(ATTR_LINK_PREVIEW),
        typing_time=call.data.get(ATTR_TYPING_TIME),
    )
    recipients = async_recipients_of_action(call.hass, call.data)
    return {ATTR_MESSAGES: [*await async_send_text(call.hass, recipients, text)]}
