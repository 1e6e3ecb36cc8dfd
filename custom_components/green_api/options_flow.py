"""Choose in the UI how an instance is used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_MODE, UnitOfTime
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)

from .const import (
    CONF_ACTIONS,
    CONF_ALL_CHATS,
    CONF_DEFAULT_CHATS,
    CONF_EXPIRES_AFTER,
    CONF_ON_OUTAGE,
    CONF_PAUSE,
    CONF_SETTINGS,
    SECTION_SENDING,
    SUBENTRY_TYPE_CHAT,
    ReceiveMode,
)
from .outbox import OnOutage
from .receive_flow import MODE_SELECTOR, ReceiveFlow

# What came true a month ago, nobody wants to be told.
_LONGEST_WAIT: Final = timedelta(days=30)

_ON_OUTAGE_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(options=[*OnOutage], translation_key="on_outage")
)
_EXPIRES_AFTER_SELECTOR: Final = DurationSelector(
    DurationSelectorConfig(enable_day=True)
)
_PAUSE_SELECTOR: Final = NumberSelector(
    NumberSelectorConfig(
        min=0,
        max=600,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfTime.SECONDS,
    )
)


class GreenApiOptionsFlow(ReceiveFlow, OptionsFlow):
    """Choose how an instance is used."""

    _options: dict[str, Any]

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whom a message is for that names nobody, how to receive and to send."""
        errors: dict[str, str] = {}
        options = self.config_entry.options
        if user_input is not None and not (errors := _errors(user_input)):
            self._options = _flat(options, user_input)
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
                # With a default of its own, the UI would not show those in it.
                vol.Optional(SECTION_SENDING): _sending(options),
            }
        )
        return self.add_suggested_values_to_schema(
            schema,
            user_input
            or {CONF_DEFAULT_CHATS: [each for each in chats if each in chosen]},
        )


def _sending(options: Mapping[str, Any]) -> section:
    """Return what is asked about sending."""
    schema = vol.Schema(
        {
            vol.Required(
                CONF_ON_OUTAGE, default=options.get(CONF_ON_OUTAGE, OnOutage.RETRY)
            ): _ON_OUTAGE_SELECTOR,
            vol.Required(
                CONF_EXPIRES_AFTER,
                default=options.get(CONF_EXPIRES_AFTER, {"hours": 24}),
            ): _EXPIRES_AFTER_SELECTOR,
            vol.Required(
                CONF_PAUSE, default=options.get(CONF_PAUSE, 0)
            ): _PAUSE_SELECTOR,
        }
    )
    return section(schema, {"collapsed": True})


def _flat(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are stored; what was not asked about, stays as it is."""
    flat = dict(user_input)
    sending = flat.pop(SECTION_SENDING, None)
    if sending is None:
        asked = (CONF_ON_OUTAGE, CONF_EXPIRES_AFTER, CONF_PAUSE)
        sending = {key: options[key] for key in asked if key in options}
    return {**flat, **sending}


def _errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a form; in a section, a field cannot say it."""
    if sending := user_input.get(SECTION_SENDING):
        expires_after = timedelta(**sending[CONF_EXPIRES_AFTER])
        if not timedelta() < expires_after <= _LONGEST_WAIT:
            return {"base": "invalid_expires_after"}
    return {}
