"""The actions that send something new."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse

from ..compose import async_contact, async_files, async_location, async_poll, async_text
from ..const import ATTR_MESSAGES
from ..fan_out import Outgoing, async_send, async_wait_of
from ..fields import (
    CONTACT_FIELDS,
    FILES_FIELDS,
    LOCATION_FIELDS,
    POLL_FIELDS,
    RECIPIENT_FIELDS,
    TERMS_FIELDS,
    TEXT_FIELDS,
    WAIT_FIELDS,
    Fields,
)
from ..outbox import Terms
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
            {**RECIPIENT_FIELDS, **TERMS_FIELDS, **WAIT_FIELDS, **self.fields}
        )

    async def async_handle(self, call: ServiceCall) -> ServiceResponse:
        """Send, and tell what went where."""
        hass, data = call.hass, call.data
        terms = Terms.from_data(data)
        # Whom it is for comes first: no camera is bothered for what nobody gets.
        recipients = async_recipients_of_action(hass, data)
        wait = async_wait_of(recipients, data)
        outgoing = await self.compose(hass, data)
        sent = await async_send(hass, recipients, outgoing, terms, wait)
        return {ATTR_MESSAGES: [*sent]}


SEND_ACTIONS: Final[Mapping[str, SendAction]] = {
    "send_message": SendAction(TEXT_FIELDS, async_text),
    "send_file": SendAction(FILES_FIELDS, async_files),
    "send_location": SendAction(LOCATION_FIELDS, async_location),
    "send_contact": SendAction(CONTACT_FIELDS, async_contact),
    "send_poll": SendAction(POLL_FIELDS, async_poll),
}
