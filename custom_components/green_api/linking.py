"""Link a phone to an instance in the UI, with a QR code or a code to type."""

from abc import abstractmethod
import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.selector import TextSelector

from .api import (
    ChatId,
    ChatServer,
    GreenApiClient,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiValidationError,
    InstanceState,
    InvalidChatIdError,
)
from .const import DOMAIN
from .coordinator import async_create_client
from .errors import flow_error_key
from .log_filter import async_redact_token

# For so many seconds, and so often, GREEN-API is asked.
QR_PATIENCE = 300
QR_PAUSE = 1.5
CODE_PATIENCE = 180
CODE_PAUSE = 2

_PHONE_NUMBER: Final = "phone_number"
_PHONE_NUMBER_SCHEMA: Final = vol.Schema({vol.Required(_PHONE_NUMBER): TextSelector()})

_NOT_LINKED: Final = {
    InstanceState.NOT_AUTHORIZED,
    InstanceState.STARTING,
    InstanceState.UNKNOWN,
}


class LinkFlow[ContextT: FlowContext, ResultT: FlowResult[Any, Any]](
    FlowHandler[ContextT, ResultT, str]
):
    """Show a code until a phone is linked with it."""

    # What the entry of the instance has in it, or is to have.
    _data: Mapping[str, Any]
    _linked = False
    _code = ""
    _looking: asyncio.Task[str | None] | None = None
    _until = 0.0
    _link_error = ""

    @abstractmethod
    async def async_step_linked(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Go on, as a phone is linked."""

    async def async_step_link(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask how to link a phone."""
        return self.async_show_menu(step_id="link", menu_options=["qr", "pairing_code"])

    async def async_step_qr(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show the QR code of the moment."""
        return self._async_wait("qr", self._async_look_for_qr, QR_PAUSE, QR_PATIENCE)

    async def async_step_pairing_code(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the number of the phone, and get a code for it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._async_get_code(user_input[_PHONE_NUMBER])
            if not errors:
                return await self.async_step_code()
        return self.async_show_form(
            step_id="pairing_code",
            data_schema=self.add_suggested_values_to_schema(
                _PHONE_NUMBER_SCHEMA, user_input
            ),
            errors=errors,
        )

    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show the code to type."""
        return self._async_wait(
            "code", self._async_look_for_phone, CODE_PAUSE, CODE_PATIENCE
        )

    async def async_step_link_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Say why no phone is linked, and try again."""
        if user_input is not None:
            return await self.async_step_link()
        return self.async_show_form(
            step_id="link_failed",
            data_schema=vol.Schema({}),
            errors={"base": self._link_error},
        )

    @callback
    def _async_wait(
        self,
        step_id: str,
        look: Callable[[], Awaitable[bool]],
        pause: float,
        patience: float,
    ) -> ResultT:
        """Show a code for as long as it is the right one, and no phone is linked.

        Each end of the task is something to show: another code, or how it ended.
        """
        if self._looking is None:
            self._until = self.hass.loop.time() + patience
        elif self._looking.done() and (next_step := self._looking.result()):
            self._looking, self._code = None, ""
            return self.async_show_progress_done(next_step_id=next_step)
        if self._looking is None or self._looking.done():
            self._looking = self.hass.async_create_background_task(
                self._async_look(look, pause), f"{DOMAIN} linking"
            )
        return self.async_show_progress(
            step_id=step_id,
            progress_action=step_id if self._code else "getting_code",
            description_placeholders={"code": self._code},
            progress_task=self._looking,
        )

    async def _async_look(
        self, look: Callable[[], Awaitable[bool]], pause: float
    ) -> str | None:
        """Look until there is news, and return the step to go on with, if another."""
        stop_redacting = async_redact_token(self._data[CONF_TOKEN])
        try:
            async with asyncio.timeout_at(self._until):
                while True:
                    if await _async_patiently(look):
                        break
                    await asyncio.sleep(pause)
        except TimeoutError:
            self._link_error = "link_timeout"
        except GreenApiError as err:
            self._link_error = flow_error_key(err)
        else:
            return "linked" if self._linked else None
        finally:
            stop_redacting()
        return "link_failed"

    async def _async_look_for_qr(self) -> bool:
        """Return whether there is another QR code, or a phone."""
        if (qr := await self._client().get_qr()) is None:
            return await self._async_look_for_phone()
        code = f"data:image/png;base64,{b64encode(qr.png).decode()}"
        changed, self._code = code != self._code, code
        return changed

    async def _async_look_for_phone(self) -> bool:
        """Return whether a phone is linked."""
        state = await self._client().get_state_instance()
        self._linked = state not in _NOT_LINKED
        return self._linked

    async def _async_get_code(self, number: str) -> dict[str, str]:
        """Get a code to type on the phone with a number, or return what is wrong."""
        try:
            phone = ChatId.parse(number)
        except InvalidChatIdError:
            phone = None
        if phone is None or phone.server is not ChatServer.PERSON:
            return {_PHONE_NUMBER: "invalid_phone_number"}
        stop_redacting = async_redact_token(self._data[CONF_TOKEN])
        try:
            code = await self._client().get_authorization_code(int(phone.local_part))
        except GreenApiValidationError:
            return {_PHONE_NUMBER: "invalid_phone_number"}
        except GreenApiResponseError:
            return {"base": "no_code"}
        except GreenApiError as err:
            return {"base": flow_error_key(err)}
        finally:
            stop_redacting()
        # As WhatsApp shows where to type it.
        self._code = f"{code[:4]}-{code[4:]}"
        return {}

    def _client(self) -> GreenApiClient:
        return async_create_client(self.hass, self._data)


async def _async_patiently(look: Callable[[], Awaitable[bool]]) -> bool:
    """Look, and go on looking where GREEN-API only asks to wait."""
    try:
        return await look()
    except GreenApiRateLimitError, GreenApiStartingError:
        return False
