"""Moving in from `notify:` in configuration.yaml."""

import asyncio
from typing import Any, Final, override

from homeassistant.components.notify import (
    DOMAIN as NOTIFY_DOMAIN,
    SERVICE_NOTIFY,
    BaseNotificationService,
)
from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.const import CONF_NAME, CONF_TARGET
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import slugify, yaml as yaml_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_ACTIONS, CONF_INSTANCE_ID, DOMAIN, SUBENTRY_TYPE_CHAT
from .recipients import async_entity_id

_IMPORTING: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_importing")

_EXAMPLE_MESSAGE: Final = "Hello from Home Assistant"


def action_name(config: ConfigType) -> str:
    """Return the name that Home Assistant gave the action of a YAML notifier."""
    return slugify(config.get(CONF_NAME) or SERVICE_NOTIFY)


async def async_import_yaml(hass: HomeAssistant, config: ConfigType) -> None:
    """Move a notifier into a config entry, and say that its YAML can go."""
    # One after the other: several notifiers may be for one instance.
    async with hass.data.setdefault(_IMPORTING, asyncio.Lock()):
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_IMPORT}, data=config
        )
    action = action_name(config)
    entry = hass.config_entries.async_entry_for_domain_unique_id(
        DOMAIN, config[CONF_INSTANCE_ID]
    )
    if entry and action in entry.data[CONF_ACTIONS]:
        # The entities of chats that joined a loaded entry are there after its reload.
        async with entry.setup_lock:
            translation_key, example = "yaml_moved_in", _example(hass, entry, action)
    else:
        translation_key, example = "yaml_not_moved_in", ""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"yaml_{action}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders={
            "action": f"{NOTIFY_DOMAIN}.{action}",
            "yaml": _yaml_to_delete(config),
            "example": example,
            "targets": ", ".join(config[CONF_TARGET]),
        },
    )


class MovedInNotificationService(BaseNotificationService):
    """Stand in for a YAML notifier, whose action is the config entry's now."""

    @override
    async def async_register_services(self) -> None:
        """Leave the action to the config entry."""

    @override
    async def async_unregister_services(self) -> None:
        """Leave the action to the config entry."""


def _yaml_to_delete(config: ConfigType) -> str:
    """Return the notifier as it stands in configuration.yaml, but for the token."""
    keys = ("platform", CONF_NAME, CONF_INSTANCE_ID)
    shown = {key: config[key] for key in keys if key in config}
    return _code_block({"notify": [shown]})


@callback
def _example(hass: HomeAssistant, entry: ConfigEntry, action: str) -> str:
    """Return a call of the notify entities that are in the notifier's place."""
    chats = {
        chat.unique_id: chat
        for chat in entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT)
    }
    entity_ids = [
        entity_id
        for chat_id in entry.data[CONF_ACTIONS][action]
        if (chat := chats.get(chat_id))
        and (entity_id := async_entity_id(hass, entry, chat))
    ]
    return _code_block(
        {
            "action": "notify.send_message",
            "target": {"entity_id": entity_ids or ["notify.…"]},
            "data": {"message": _EXAMPLE_MESSAGE},
        }
    )


def _code_block(content: dict[str, Any]) -> str:
    return f"```yaml\n{yaml_util.dump(content)}```"
