"""Take in what was set up in configuration.yaml."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
)
from homeassistant.const import CONF_NAME, CONF_TARGET
from homeassistant.core import callback

from .api import ChatId, InvalidChatIdError
from .const import (
    CONF_ACTIONS,
    CONF_CHAT,
    CONF_INSTANCE_ID,
    CONF_PHONE,
    SECTION_SERVER,
    SUBENTRY_TYPE_CHAT,
)
from .instance_form import credentials, instance_title
from .legacy_notify import async_action_name
from .yaml_import import action_name


class ImportFlow(ConfigFlow):
    """Make an entry of a notifier, or add it to one."""

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
            title=instance_title(instance_id),
            data={
                CONF_INSTANCE_ID: instance_id,
                **credentials({**import_data, SECTION_SERVER: import_data}),
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
        there = {chat.unique_id: chat for chat in entry.subentries.values()}
        names = {chat.title.casefold() for chat in entry.subentries.values()}
        for chat in chats:
            number = ChatId.parse(chat["data"][CONF_CHAT]).display
            # A name that another chat has would turn its messages here.
            title = number if chat["title"].casefold() in names else chat["title"]
            if (known := there.get(chat["unique_id"])) is None:
                self.hass.config_entries.async_add_subentry(
                    entry,
                    ConfigSubentry(
                        data=MappingProxyType(chat["data"]),
                        subentry_type=chat["subentry_type"],
                        title=title,
                        unique_id=chat["unique_id"],
                    ),
                )
            elif known.title == number != title:
                # Another notifier, with several targets, was faster.
                self.hass.config_entries.async_update_subentry(
                    entry, known, title=title
                )
        self.hass.config_entries.async_update_entry(
            entry,
            data={
                **entry.data,
                CONF_ACTIONS: {**entry.data[CONF_ACTIONS], **actions},
            },
        )


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
