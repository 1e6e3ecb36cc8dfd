"""Set up an instance in the UI."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, override

from probatio import Secret
import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_NAME, CONF_TARGET, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .api import (
    ChatId,
    GreenApiError,
    InstanceState,
    InvalidChatIdError,
    InvalidUrlError,
)
from .chat_flow import ChatSubentryFlow
from .const import (
    CONF_ACTIONS,
    CONF_API_URL,
    CONF_CHAT,
    CONF_DEFAULT_CHATS,
    CONF_INSTANCE_ID,
    CONF_MEDIA_URL,
    CONF_PHONE,
    CONSOLE_URL,
    DOMAIN,
    SECTION_SERVER,
    SUBENTRY_TYPE_CHAT,
)
from .coordinator import async_create_client
from .errors import flow_error_key
from .legacy_notify import async_action_name
from .log_filter import async_redact_token
from .yaml_import import action_name

_TOKEN_SELECTOR: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_URL_SELECTOR: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

_SERVER_SECTION: Final = section(
    vol.Schema(
        {
            vol.Optional(CONF_API_URL): _URL_SELECTOR,
            vol.Optional(CONF_MEDIA_URL): _URL_SELECTOR,
        }
    ),
    {"collapsed": True},
)
_TOKEN_SCHEMA: Final = vol.Schema({vol.Required(Secret(CONF_TOKEN)): _TOKEN_SELECTOR})
_RECONFIGURE_SCHEMA: Final = _TOKEN_SCHEMA.extend(
    {vol.Optional(SECTION_SERVER): _SERVER_SECTION}
)
_USER_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_INSTANCE_ID): TextSelector()}
).extend(_RECONFIGURE_SCHEMA.schema)

# Such an instance can not be tried out; any other state is left to the entry.
_STATE_ERRORS: Final[Mapping[InstanceState, str]] = {
    InstanceState.BLOCKED: "blocked",
    InstanceState.NOT_AUTHORIZED: "not_linked",
    InstanceState.STARTING: "starting",
}


class GreenApiConfigFlow(ConfigFlow, domain=DOMAIN):
    """Set up an instance, and mend its credentials."""

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
                **_credentials(user_input),
            }
            if not (instance_id.isascii() and instance_id.isdecimal()):
                errors[CONF_INSTANCE_ID] = "invalid_instance_id"
            else:
                await self.async_set_unique_id(instance_id)
                self._abort_if_unique_id_configured()
                phone, errors = await self._async_ask(data, _STATE_ERRORS)
            if not errors:
                action = async_action_name(self.hass, instance_id)
                return self.async_create_entry(
                    title=_title(instance_id),
                    data={**data, CONF_PHONE: phone, CONF_ACTIONS: {action: []}},
                )
        return self._async_show_form("user", _USER_SCHEMA, user_input, errors)

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
            "reauth_confirm", _TOKEN_SCHEMA, self._get_reauth_entry(), user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new token and where the instance is served."""
        return await self._async_update_credentials(
            "reconfigure",
            _RECONFIGURE_SCHEMA,
            self._get_reconfigure_entry(),
            user_input,
        )

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Take in a notifier of configuration.yaml.

        Without asking GREEN-API: the notifier sent without, and has to go on when there
        is no connection while Home Assistant starts.
        """
        try:
            chat_ids = [str(ChatId.parse(each)) for each in import_data[CONF_TARGET]]
        except InvalidChatIdError:
            return self.async_abort(reason="invalid_chat")
        instance_id = import_data[CONF_INSTANCE_ID]
        chats = _chats(import_data, chat_ids)
        actions = {action_name(import_data): chat_ids}
        if entry := await self.async_set_unique_id(
            instance_id, raise_on_progress=False
        ):
            self._async_move_in(entry, chats, actions)
            return self.async_abort(reason="already_configured")
        own_action = async_action_name(self.hass, instance_id)
        return self.async_create_entry(
            title=_title(instance_id),
            data={
                CONF_INSTANCE_ID: instance_id,
                **_credentials({**import_data, SECTION_SERVER: import_data}),
                CONF_PHONE: None,
                CONF_ACTIONS: {own_action: [], **actions},
            },
            subentries=chats,
        )

    @callback
    def _async_move_in(
        self,
        entry: ConfigEntry,
        chats: Sequence[ConfigSubentryData],
        actions: Mapping[str, Sequence[str]],
    ) -> None:
        """Add a YAML notifier to an instance, once: what is changed later, stays."""
        if actions.keys() <= entry.data[CONF_ACTIONS].keys():
            return
        taken = {chat.unique_id for chat in entry.subentries.values()}
        names = {chat.title.casefold() for chat in entry.subentries.values()}
        for chat in chats:
            if chat["unique_id"] not in taken:
                self.hass.config_entries.async_add_subentry(
                    entry,
                    ConfigSubentry(
                        data=MappingProxyType(chat["data"]),
                        subentry_type=chat["subentry_type"],
                        # A name that another chat has would turn its messages here.
                        title=ChatId.parse(chat["data"][CONF_CHAT]).display
                        if chat["title"].casefold() in names
                        else chat["title"],
                        unique_id=chat["unique_id"],
                    ),
                )
        self.hass.config_entries.async_update_entry(
            entry,
            data={
                **entry.data,
                CONF_ACTIONS: {**entry.data[CONF_ACTIONS], **actions},
            },
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
            credentials = _credentials(user_input)
            phone, errors = await self._async_ask({**entry.data, **credentials})
            if phone and (entry.data[CONF_PHONE] or phone) != phone:
                return self.async_abort(reason="wrong_account")
            if not errors:
                phone = phone or entry.data[CONF_PHONE]
                return self.async_update_and_abort(
                    entry, data_updates={**credentials, CONF_PHONE: phone}
                )
        server = {
            key: entry.data.get(key, "") for key in (CONF_API_URL, CONF_MEDIA_URL)
        }
        return self._async_show_form(
            step_id, schema, user_input or {SECTION_SERVER: server}, errors
        )

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


class GreenApiOptionsFlow(OptionsFlow):
    """Choose how an instance is used."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whom a message is for that names nobody."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        chats = list(self.config_entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT))
        chosen = self.config_entry.options.get(CONF_DEFAULT_CHATS, [])
        schema = vol.Schema(
            {
                vol.Optional(CONF_DEFAULT_CHATS): SelectSelector(
                    SelectSelectorConfig(
                        multiple=True,
                        options=[
                            SelectOptionDict(value=chat.subentry_id, label=chat.title)
                            for chat in chats
                        ],
                    )
                )
            }
        )
        return self.async_show_form(
            step_id="init",
            description_placeholders={
                "action": f"notify.{next(iter(self.config_entry.data[CONF_ACTIONS]))}"
            },
            data_schema=self.add_suggested_values_to_schema(
                schema,
                {
                    CONF_DEFAULT_CHATS: [
                        chat.subentry_id for chat in chats if chat.subentry_id in chosen
                    ]
                },
            ),
        )


def _title(instance_id: str) -> str:
    """Return the name of an instance; without the phone number, as logs show it."""
    return f"GREEN-API {instance_id}"


def _credentials(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of a form that goes into the entry's data, if the form asks for it."""
    credentials = {CONF_TOKEN: user_input[CONF_TOKEN].strip()}
    if SECTION_SERVER in user_input:
        server: Mapping[str, str] = user_input[SECTION_SERVER]
        for key in (CONF_API_URL, CONF_MEDIA_URL):
            credentials[key] = server.get(key, "").strip()
    return credentials


def _chats(
    import_data: Mapping[str, Any], chat_ids: Sequence[str]
) -> list[ConfigSubentryData]:
    """Return the chats of a YAML notifier; a single one goes by its name."""
    name = import_data.get(CONF_NAME) if len(chat_ids) == 1 else None
    return [
        ConfigSubentryData(
            data={CONF_CHAT: chat_id},
            subentry_type=SUBENTRY_TYPE_CHAT,
            title=name or ChatId.parse(chat_id).display,
            unique_id=chat_id,
        )
        for chat_id in dict.fromkeys(chat_ids)
    ]
