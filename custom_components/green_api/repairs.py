"""Ways out of what hinders an instance, for the issues that tell of it."""

from typing import Any, override

import voluptuous as vol

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowContext,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_MODE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow

from .const import CONF_SETTINGS, ReceiveMode
from .entry import GreenApiConfigEntry
from .linking import LinkFlow


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the way out of an issue."""
    entry_id = str((data or {}).get("entry_id"))
    match issue_id.removesuffix(f"_{entry_id}"):
        case "not_linked":
            return NotLinkedFlow(entry_id)
        case "foreign_webhook":
            return ForeignWebhookFlow(entry_id)
        case "quota_exceeded" | "quota_exceeded_chats":
            # Nobody but the next message knows: if it is still so, it comes again.
            return ConfirmRepairFlow()
        case "outbox_broken" | "outbox_expired":
            # There is nothing to do but to know it.
            return ConfirmRepairFlow()
    return HindranceFlow(entry_id)


class InstanceFixFlow(RepairsFlow):
    """Fix something of an instance."""

    def __init__(self, entry_id: str) -> None:
        """Take the instance."""
        self._entry_id = entry_id

    @property
    def _entry(self) -> GreenApiConfigEntry:
        """Return the entry of the instance; without it there is nothing to fix."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_loaded")
        return entry


class NotLinkedFlow(LinkFlow[RepairsFlowContext, RepairsFlowResult], InstanceFixFlow):
    """Link a phone to an instance."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin to link a phone."""
        self._data = self._entry.data
        return await self.async_step_link()

    @override
    async def async_step_linked(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the instance know that it is linked."""
        await self._entry.runtime_data.coordinator.async_ask()
        return self.async_create_entry(data={})


class HindranceFlow(InstanceFixFlow):
    """Look again whether an instance is hindered, once a person has seen to it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin with what there is to do."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say what there is to do, then look."""
        if user_input is None:
            return self.async_show_form(step_id="confirm", data_schema=vol.Schema({}))
        coordinator = self._entry.runtime_data.coordinator
        await coordinator.async_ask()
        if not coordinator.last_update_success:
            return self.async_abort(reason="cannot_connect")
        if coordinator.data and coordinator.data.hindrance:
            return self.async_abort(reason="still_so")
        return self.async_create_entry(data={})


class ForeignWebhookFlow(InstanceFixFlow):
    """Choose who receives: GREEN-API tells only one."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask who is to receive."""
        return self.async_show_menu(
            step_id="init", menu_options=["take_over", "stop_receiving"]
        )

    async def async_step_take_over(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Set everything at GREEN-API once more."""
        entry = self._entry
        if changed := entry.data.get(CONF_SETTINGS):
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_SETTINGS: {**changed, CONF_MODE: ""}}
            )
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})

    async def async_step_stop_receiving(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave it to the other."""
        entry = self._entry
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_MODE: ReceiveMode.OFF}
        )
        return self.async_create_entry(data={})
