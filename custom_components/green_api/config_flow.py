"""Set up an instance in the UI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_MODE, CONF_TOKEN
from homeassistant.core import callback

from .api import GreenApiError, InstanceState, InvalidUrlError
from .chat_flow import ChatSubentryFlow
from .const import (
    CONF_ACTIONS,
    CONF_API_URL,
    CONF_INSTANCE_ID,
    CONF_MEDIA_URL,
    CONF_PHONE,
    CONSOLE_URL,
    DOMAIN,
    SECTION_SERVER,
    SUBENTRY_TYPE_CHAT,
    ReceiveMode,
)
from .coordinator import async_create_client
from .entry import GreenApiConfigEntry
from .errors import flow_error_key
from .import_flow import ImportFlow
from .instance_form import (
    RECONFIGURE_SCHEMA,
    TOKEN_SCHEMA,
    USER_SCHEMA,
    credentials,
    instance_title,
)
from .legacy_notify import async_action_name
from .linking import LinkFlow
from .log_filter import async_redact_token
from .options_flow import GreenApiOptionsFlow
from .receive_flow import RECEIVE_SCHEMA, ReceiveFlow

# Such an instance can not be tried out; any other state is left to the entry.
_STATE_ERRORS: Final[Mapping[InstanceState, str]] = {
    InstanceState.BLOCKED: "blocked",
    InstanceState.STARTING: "starting",
}


class GreenApiConfigFlow(
    LinkFlow[ConfigFlowContext, ConfigFlowResult],
    ReceiveFlow,
    ImportFlow,
    domain=DOMAIN,
):
    """Set up an instance, and mend its credentials."""

    # What is to change in the entry that is looked after.
    _updates: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to an instance."""
        return {SUBENTRY_TYPE_CHAT: ChatSubentryFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for the options."""
        return GreenApiOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for an instance and its token."""
        errors: dict[str, str] = {}
        if user_input is not None:
            instance_id = user_input[CONF_INSTANCE_ID].strip()
            data = {
                CONF_INSTANCE_ID: instance_id,
                CONF_API_URL: "",
                CONF_MEDIA_URL: "",
                **credentials(user_input),
            }
            if not (instance_id.isascii() and instance_id.isdecimal()):
                errors[CONF_INSTANCE_ID] = "invalid_instance_id"
            else:
                await self.async_set_unique_id(instance_id)
                self._abort_if_unique_id_configured()
                phone, errors = await self._async_ask(data, _STATE_ERRORS)
            if not errors:
                self._data = {**data, CONF_PHONE: phone}
                if self._linked:
                    return await self._async_go_on()
                return await self.async_step_link()
        return self._async_show_form("user", USER_SCHEMA, user_input, errors)

    @override
    async def async_step_linked(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the phone that is linked now."""
        phone, _ = await self._async_ask(self._data)
        if self.source == SOURCE_USER:
            self._data = {**self._data, CONF_PHONE: phone}
            return await self._async_go_on()
        self._updates = {**self._updates, CONF_PHONE: phone}
        return self._async_update()

    async def _async_go_on(self) -> ConfigFlowResult:
        """Go on with an instance that is linked."""
        return await self.async_step_receive()

    async def async_step_receive(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how to receive."""
        errors: dict[str, str] = {}
        if user_input is not None:
            mode = ReceiveMode(user_input[CONF_MODE])
            result = await self._async_choose(mode, self._data, {}, "receive")
            if not isinstance(result, str):
                return result
            errors = {CONF_MODE: result}
        return self.async_show_form(
            step_id="receive",
            data_schema=self.add_suggested_values_to_schema(RECEIVE_SCHEMA, user_input),
            errors=errors,
        )

    @override
    async def _async_receive_by(self, mode: ReceiveMode) -> ConfigFlowResult:
        """Create the entry."""
        instance_id = self._data[CONF_INSTANCE_ID]
        # It may have come in meanwhile, from configuration.yaml.
        self._abort_if_unique_id_configured()
        action = async_action_name(self.hass, instance_id)
        return self.async_create_entry(
            title=instance_title(instance_id),
            data={**self._data, CONF_ACTIONS: {action: []}},
            options={CONF_MODE: mode},
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on to the first chat."""
        if self.source == SOURCE_USER:
            chat_flow = await self.hass.config_entries.subentries.async_init(
                (result["result"].entry_id, SUBENTRY_TYPE_CHAT),
                context=SubentryFlowContext(source=SOURCE_USER),
            )
            result["next_flow"] = (
                FlowType.CONFIG_SUBENTRIES_FLOW,
                chat_flow["flow_id"],
            )
        return result

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """React to refused credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new token."""
        return await self._async_update_credentials(
            "reauth_confirm", TOKEN_SCHEMA, self._get_reauth_entry(), user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new token and where the instance is served."""
        return await self._async_update_credentials(
            "reconfigure",
            RECONFIGURE_SCHEMA,
            self._get_reconfigure_entry(),
            user_input,
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Keep the credentials, also when no phone was linked in the end.

        Not earlier: Home Assistant ends reauth when the entry is loaded anew.
        """
        entry = self.hass.config_entries.async_get_entry(
            self.context.get("entry_id", "")
        )
        if entry and self._updates:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, **self._updates}
            )

    async def _async_update_credentials(
        self,
        step_id: str,
        schema: vol.Schema,
        entry: ConfigEntry,
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Ask for credentials until they are those of the instance."""
        errors: dict[str, str] = {}
        if user_input is not None:
            new = credentials(user_input)
            data = {**entry.data, **new}
            phone, errors = await self._async_ask(data)
            if phone and (entry.data[CONF_PHONE] or phone) != phone:
                return self.async_abort(reason="wrong_account")
            if not errors:
                self._data = data
                self._updates = {**new, CONF_PHONE: phone or entry.data[CONF_PHONE]}
                if self._linked:
                    return self._async_update()
                return await self.async_step_link()
        server = {
            key: entry.data.get(key, "") for key in (CONF_API_URL, CONF_MEDIA_URL)
        }
        return self._async_show_form(
            step_id, schema, user_input or {SECTION_SERVER: server}, errors
        )

    @callback
    def _async_update(self) -> ConfigFlowResult:
        """Change the entry, and have it look whether it is linked."""
        entry: GreenApiConfigEntry = self.hass.config_entries.async_get_known_entry(
            self.context["entry_id"]
        )
        result = self.async_update_and_abort(entry, data_updates=self._updates)
        if entry.state is ConfigEntryState.LOADED:
            # With other credentials, it is being loaded anew and asks by itself.
            entry.async_create_background_task(
                self.hass, entry.runtime_data.coordinator.async_ask(), f"{DOMAIN} state"
            )
        return result

    async def _async_ask(
        self,
        data: Mapping[str, Any],
        state_errors: Mapping[InstanceState, str] = MappingProxyType({}),
    ) -> tuple[str | None, dict[str, str]]:
        """Ask GREEN-API for the phone of an instance, and return it or what is wrong."""
        token = data[CONF_TOKEN]
        if not token or "/" in token:
            # It would make another path of the URL that it is a part of.
            return None, {"base": "invalid_auth"}
        stop_redacting = async_redact_token(token)
        try:
            client = async_create_client(self.hass, data)
            state = await client.get_state_instance()
            if error := state_errors.get(state):
                return None, {"base": error}
            self._linked = state is not InstanceState.NOT_AUTHORIZED
            if not self._linked:
                return None, {}
            return (await client.get_wa_settings()).phone, {}
        except InvalidUrlError:
            return None, {"base": "invalid_url"}
        except GreenApiError as err:
            return None, {"base": flow_error_key(err)}
        finally:
            stop_redacting()

    @callback
    def _async_show_form(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a form with what was typed, but for what is or may be the token."""
        hidden = {CONF_TOKEN, *errors}
        shown = {k: v for k, v in (user_input or {}).items() if k not in hidden}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
            description_placeholders={"console_url": CONSOLE_URL},
        )
