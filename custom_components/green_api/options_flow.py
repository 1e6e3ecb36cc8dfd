"""Choose in the UI how an instance is used."""

from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_MODE
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)

from .const import (
    CONF_ACTIONS,
    CONF_ALL_CHATS,
    CONF_DEFAULT_CHATS,
    CONF_SETTINGS,
    SUBENTRY_TYPE_CHAT,
    ReceiveMode,
)
from .receive_flow import MODE_SELECTOR, ReceiveFlow


class GreenApiOptionsFlow(ReceiveFlow, OptionsFlow):
    """Choose how an instance is used."""

    _options: dict[str, Any]

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whom a message is for that names nobody, and how to receive."""
        errors: dict[str, str] = {}
        options = self.config_entry.options
        if user_input is not None:
            self._options = user_input
            mode = ReceiveMode(user_input[CONF_MODE])
            if mode == options.get(CONF_MODE, ReceiveMode.OFF):
                return await self._async_receive_by(mode)
            data = self.config_entry.data
            own = data.get(CONF_SETTINGS, {}).get("after", {})
            result = await self._async_choose(mode, data, own, "init")
            if not isinstance(result, str):
                return result
            errors = {CONF_MODE: result}
        return self.async_show_form(
            step_id="init",
            description_placeholders={
                "action": f"notify.{next(iter(self.config_entry.data[CONF_ACTIONS]))}"
            },
            data_schema=self._schema(user_input),
            errors=errors,
        )

    @override
    async def _async_receive_by(self, mode: ReceiveMode) -> ConfigFlowResult:
        return self.async_create_entry(data={**self._options, CONF_MODE: mode})

    @callback
    def _schema(self, user_input: dict[str, Any] | None) -> vol.Schema:
        options = self.config_entry.options
        chats = {
            chat.subentry_id: chat.title
            for chat in self.config_entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
        }
        chosen = options.get(CONF_DEFAULT_CHATS, [])
        schema = vol.Schema(
            {
                vol.Optional(CONF_DEFAULT_CHATS): SelectSelector(
                    SelectSelectorConfig(
                        multiple=True,
                        options=[
                            SelectOptionDict(value=value, label=label)
                            for value, label in chats.items()
                        ],
                    )
                ),
                vol.Required(
                    CONF_MODE, default=options.get(CONF_MODE, ReceiveMode.OFF)
                ): MODE_SELECTOR,
                vol.Required(
                    CONF_ALL_CHATS, default=options.get(CONF_ALL_CHATS, False)
                ): BooleanSelector(),
            }
        )
        return self.add_suggested_values_to_schema(
            schema,
            user_input
            or {CONF_DEFAULT_CHATS: [each for each in chats if each in chosen]},
        )
