"""The actions that send something new."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse

from ..compose import async_contact, async_files, async_location, async_poll, async_text
from ..const import ATTR_MESSAGES, ATTR_REPLACE, ATTR_TAG
from ..errors import invalid
from ..fan_out import Outgoing, async_send, async_wait_of
from ..fields import (
    CONTACT_FIELDS,
    FILES_FIELDS,
    LOCATION_FIELDS,
    POLL_FIELDS,
    RECIPIENT_FIELDS,
    TAG_FIELDS,
    TEXT_FIELDS,
    WAIT_FIELDS,
    Fields,
)
from ..recipients import async_recipients_of_action

type Compose = Callable[[HomeAssistant, Mapping[str, Any]], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class SendAction:
    """An action that sends: what it takes, and what it makes of it."""

    fields: Fields
    compose: Compose

    @property
    def schema(self) -> vol.Schema:
        """Return what the action takes."""
        return vol.Schema(
            {**RECIPIENT_FIELDS, **TAG_FIELDS, **WAIT_FIELDS, **self.fields}
        )

    async def async_handle(self, call: ServiceCall) -> ServiceResponse:
        """Send, and tell what went where."""
        hass, data = call.hass, call.data
        tag, replace = data.get(ATTR_TAG) or None, data[ATTR_REPLACE]
        if replace and tag is None:
            raise invalid("replace_without_tag")
        # Whom it is for comes first: no camera is bothered for what nobody gets.
        recipients = async_recipients_of_action(hass, data)
        wait = async_wait_of(recipients, data)
        outgoing = await self.compose(hass, data)
        sent = await async_send(
            hass, recipients, outgoing, tag=tag, replace=replace, wait=wait
        )
        return {ATTR_MESSAGES: [*sent]}


SEND_ACTIONS: Final[Mapping[str, SendAction]] = {
    "send_message": SendAction(TEXT_FIELDS, async_text),
    "send_file": SendAction(FILES_FIELDS, async_files),
    "send_location": SendAction(LOCATION_FIELDS, async_location),
    "send_contact": SendAction(CONTACT_FIELDS, async_contact),
    "send_poll": SendAction(POLL_FIELDS, async_poll),
}
