"""The notify.<name> actions, which `alert`, notify groups and old automations call."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_TARGET,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
    BaseNotificationService,
)
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.util import slugify

from .const import CONF_ACTIONS, DOMAIN, SUBENTRY_TYPE_CHAT
from .entity import chat_slug
from .entry import GreenApiConfigEntry
from .errors import invalid
from .fan_out import async_send
from .legacy_data import async_legacy, legacy_data
from .outbox import Terms
from .recipients import async_default_recipients, async_recipients_by_name


@callback
def async_action_name(hass: HomeAssistant, instance_id: str) -> str:
    """Return the name for the action of a new instance, which it then keeps."""
    taken = {
        name
        for entry in hass.config_entries.async_entries(DOMAIN)
        for name in entry.data[CONF_ACTIONS]
    }
    return f"{DOMAIN}_{instance_id}" if DOMAIN in taken else DOMAIN


class GreenApiNotificationService(BaseNotificationService):
    """One notify action of an instance, and with it one for each of its chats."""

    def __init__(self, entry: GreenApiConfigEntry, name: str) -> None:
        """Take the instance and the name of the action."""
        self._entry = entry
        self._name = name
        # The instance's own action; others have moved in from configuration.yaml.
        self.prefix = next(iter(entry.data[CONF_ACTIONS]))

    @property
    @override
    def targets(self) -> Mapping[str, str]:
        """Return the chats that get an action of their own, behind the prefix."""
        chats: dict[str, str] = {}
        if self._name == self.prefix:
            for chat in self._entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
                name = chat_slug(chat.title, str(chat.unique_id))
                while name in chats:
                    name = f"{name}_2"
                action = slugify(f"{self.prefix}_{name}")
                # A name that somebody else has is theirs, to keep and to remove.
                if action in self.registered_targets or not (
                    action in self._entry.data[CONF_ACTIONS]
                    or self.hass.services.has_service(NOTIFY_DOMAIN, action)
                ):
                    chats[name] = str(chat.unique_id)
        return chats

    @override
    async def _async_notify_message_service(self, service: ServiceCall) -> None:
        """Refuse a target that is not the chat whose own action is called.

        Home Assistant would send to the chat and say nothing of the target.
        """
        own = self.registered_targets.get(service.service)
        names = service.data.get(ATTR_TARGET)
        if own and names:
            recipients = async_recipients_by_name(self.hass, self._entry, names)
            if {str(each.chat_id) for each in recipients} != {own}:
                raise invalid("target_of_other_chat", action=service.service)
        await super()._async_notify_message_service(service)

    @override
    async def async_send_message(self, message: str, **kwargs: Any) -> None:
        """Send to the target, else to whom the action is for."""
        data = legacy_data(kwargs.get(ATTR_DATA))
        terms = Terms.from_data(data)
        names = kwargs.get(ATTR_TARGET) or self._entry.data[CONF_ACTIONS][self._name]
        recipients = (
            async_recipients_by_name(self.hass, self._entry, names)
            if names
            else async_default_recipients(self.hass, self._entry)
        )
        outgoing = await async_legacy(self.hass, message, kwargs.get(ATTR_TITLE), data)
        await async_send(self.hass, recipients, outgoing, terms)
