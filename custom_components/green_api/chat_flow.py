"""Add a chat to an instance in the UI, and edit it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .api import (
    ChatId,
    ChatServer,
    Contact,
    GreenApiClient,
    GreenApiError,
    GreenApiQuotaError,
    InvalidChatIdError,
)
from .const import CONF_ACTIONS, CONF_CHAT, CONF_LID, SUBENTRY_TYPE_CHAT
from .coordinator import async_create_client
from .entity import chat_slug

_GROUP_SIGN: Final = "👥"


class ChatSubentryFlow(ConfigSubentryFlow):
    """Add a chat, or edit it."""

    def __init__(self) -> None:
        """Start without having asked GREEN-API anything."""
        self._contacts: dict[ChatId, str] | None = None
        self._not_checkable: ChatId | None = None
        self._lid: str | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a new chat."""
        return await self._async_step("user", None, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what is to change in a chat."""
        return await self._async_step(
            "reconfigure", self._get_reconfigure_subentry(), user_input
        )

    async def _async_step(
        self,
        step_id: str,
        chat: ConfigSubentry | None,
        user_input: dict[str, Any] | None,
    ) -> SubentryFlowResult:
        """Ask until there is an address that can be taken."""
        if user_input is None:
            errors = await self._async_load_contacts()
            # Not empty, the frontend would choose the first contact by itself.
            shown = {CONF_CHAT: "", CONF_NAME: ""}
            if chat:
                shown = {CONF_CHAT: str(chat.unique_id), CONF_NAME: chat.title}
            return self._async_show_form(step_id, chat, shown, errors)
        try:
            chat_id = ChatId.parse(user_input[CONF_CHAT])
        except InvalidChatIdError:
            errors = {CONF_CHAT: "invalid_chat"}
            return self._async_show_form(step_id, chat, user_input, errors)
        others = self._others(chat)
        if str(chat_id) in {other.unique_id for other in others}:
            return self.async_abort(reason="already_configured")
        name = self._name(chat, chat_id, user_input)
        # Also as a part of the names of actions, chats have to be told apart.
        if chat_slug(name, str(chat_id)) in {
            chat_slug(other.title, str(other.unique_id)) for other in others
        }:
            errors = {CONF_NAME: "name_in_use"}
        elif chat and chat.unique_id == str(chat_id):
            errors, self._lid = {}, chat.data.get(CONF_LID)
        else:
            errors = await self._async_check(chat_id)
        if errors:
            return self._async_show_form(step_id, chat, user_input, errors)
        if chat is None:
            return self.async_create_entry(
                title=name, data=self._chat_data(chat_id), unique_id=str(chat_id)
            )
        return self._async_change(chat, chat_id, name)

    @callback
    def _async_change(
        self, chat: ConfigSubentry, chat_id: ChatId, name: str
    ) -> SubentryFlowResult:
        """Give a chat its new address and name, also in the actions for it."""
        entry = self._get_entry()
        actions = {
            action: [str(chat_id) if each == chat.unique_id else each for each in chats]
            for action, chats in entry.data[CONF_ACTIONS].items()
        }
        self.hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_ACTIONS: actions}
        )
        return self.async_update_and_abort(
            entry,
            chat,
            title=name,
            data=self._chat_data(chat_id),
            unique_id=str(chat_id),
        )

    @callback
    def _chat_data(self, chat_id: ChatId) -> dict[str, str]:
        """Return what is kept of a chat: its id, and the other one of a person."""
        data = {CONF_CHAT: str(chat_id)}
        if self._lid:
            data[CONF_LID] = self._lid
        return data

    async def _async_load_contacts(self) -> dict[str, str]:
        """Load the people and groups the account knows; without them one can type."""
        self._contacts = {}
        try:
            contacts = await self._client().get_contacts()
        except GreenApiError:
            return {"base": "contacts_unavailable"}
        self._contacts = dict(_addresses(contacts))
        return {}

    async def _async_check(self, chat_id: ChatId) -> dict[str, str]:
        """Check once that a phone number has WhatsApp.

        Where GREEN-API will not say, the person is told and may go on with the same
        number.
        """
        self._lid = None
        if chat_id.server is not ChatServer.PERSON or chat_id == self._not_checkable:
            return {}
        try:
            check = await self._client().check_whatsapp(chat_id)
        except GreenApiError as err:
            self._not_checkable = chat_id
            if isinstance(err, GreenApiQuotaError):
                return {"base": "check_quota_exceeded"}
            return {"base": "check_failed"}
        self._lid = check.lid
        return {} if check.exists else {CONF_CHAT: "not_on_whatsapp"}

    @callback
    def _async_show_form(
        self,
        step_id: str,
        chat: ConfigSubentry | None,
        shown: dict[str, Any],
        errors: dict[str, str],
    ) -> SubentryFlowResult:
        """Show the form with the contacts that are no chats yet."""
        taken = {other.unique_id for other in self._others(chat)}
        options = [
            SelectOptionDict(value=str(chat_id), label=_label(chat_id, name))
            for chat_id, name in (self._contacts or {}).items()
            if str(chat_id) not in taken
        ]
        schema = vol.Schema(
            {
                vol.Required(CONF_CHAT): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        custom_value=True,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Optional(CONF_NAME): TextSelector(),
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    def _client(self) -> GreenApiClient:
        return async_create_client(self.hass, self._get_entry().data)

    def _others(self, chat: ConfigSubentry | None) -> list[ConfigSubentry]:
        """Return the chats there are beside this one."""
        return [
            other
            for other in self._get_entry().get_subentries_of_type(SUBENTRY_TYPE_CHAT)
            if chat is None or other.subentry_id != chat.subentry_id
        ]

    def _name(
        self, chat: ConfigSubentry | None, chat_id: ChatId, user_input: dict[str, Any]
    ) -> str:
        """Return the name that was typed, else the contact's, else the number."""
        typed = user_input.get(CONF_NAME, "").strip()
        if chat and typed == ChatId.parse(chat.data[CONF_CHAT]).display:
            # The old number is no name for a new one.
            typed = ""
        return typed or (self._contacts or {}).get(chat_id) or chat_id.display


def _addresses(contacts: Iterable[Contact]) -> Iterator[tuple[ChatId, str]]:
    """Yield the contacts one can write to, by name; channels and the like are none."""
    for contact in sorted(
        contacts, key=lambda each: (not each.name, each.name.casefold())
    ):
        try:
            yield ChatId.parse(contact.chat_id), contact.name
        except InvalidChatIdError:
            continue


def _label(chat_id: ChatId, name: str) -> str:
    """Return how a contact is listed."""
    if not name:
        return chat_id.display
    return (
        f"{_GROUP_SIGN} {name}" if chat_id.is_group else f"{name} ({chat_id.display})"
    )
