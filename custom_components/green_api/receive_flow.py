"""Choose in the UI how an instance learns what people answer."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.const import CONF_MODE, CONF_TOKEN
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .api import GreenApiError, JsonObject
from .const import CONF_API_URL, ReceiveMode
from .coordinator import async_create_client
from .errors import flow_error_key
from .log_filter import async_redact_token
from .receiver import Use, has_public_url, used_by

MODE_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(
        mode=SelectSelectorMode.LIST,
        options=[*ReceiveMode],
        translation_key="receive_mode",
    )
)

RECEIVE_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_MODE, default=ReceiveMode.POLL): MODE_SELECTOR}
)


class ReceiveFlow(ConfigEntryBaseFlow):
    """Ask before somebody else's notifications are taken away."""

    _mode: ReceiveMode
    _use: Use
    _back: str

    @abstractmethod
    async def _async_receive_by(self, mode: ReceiveMode) -> ConfigFlowResult:
        """Go on with what was chosen."""

    async def _async_choose(
        self, mode: ReceiveMode, data: Mapping[str, Any], own: JsonObject, step_id: str
    ) -> ConfigFlowResult | str:
        """Go on if nobody minds, else ask; return what is wrong instead.

        `own` are the settings that the instance has from here, and `step_id` is where
        to choose anew.
        """
        self._mode = mode
        if mode is ReceiveMode.WEBHOOK and not has_public_url(
            self.hass, data[CONF_API_URL]
        ):
            return "no_public_url"
        if mode is not ReceiveMode.OFF:
            stop_redacting = async_redact_token(data[CONF_TOKEN])
            try:
                client = async_create_client(self.hass, data)
                use = used_by(await client.get_settings(), own)
            except GreenApiError as err:
                return flow_error_key(err)
            finally:
                stop_redacting()
            if use:
                self._use, self._back = use, step_id
                if use.host:
                    return await self.async_step_used_by_webhook()
                return await self.async_step_used_by_queue()
        return await self._async_receive_by(mode)

    async def async_step_used_by_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say to whom the instance pushes, and ask what to do."""
        return self._async_ask_first("used_by_webhook")

    async def async_step_used_by_queue(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that somebody may empty the queue, and ask what to do."""
        return self._async_ask_first("used_by_queue")

    def _async_ask_first(self, step_id: str) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id=step_id,
            menu_options=["take_over", self._back],
            description_placeholders={"host": self._use.host or ""},
        )

    async def async_step_take_over(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Receive here instead."""
        return await self._async_receive_by(self._mode)
