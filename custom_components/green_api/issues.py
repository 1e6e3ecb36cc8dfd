"""What is said of an instance under Repairs, and stays until it is mended or read."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import CONSOLE_URL, DOMAIN

HINDRANCES: Final = frozenset({"not_linked", "blocked", "suspended", "suspended_until"})
QUOTA: Final = frozenset({"quota_exceeded", "quota_exceeded_chats"})
_RECEIVER: Final = frozenset({"foreign_webhook", "no_public_url"})
# What has happened, and is to be read also after a restart.
_PERSISTENT: Final = frozenset({"outbox_broken", "outbox_expired"})
# What has to be done elsewhere in Home Assistant, or on its machine.
_NOT_FIXABLE: Final = frozenset({"no_public_url", "outbox_out_of_reach"})

_ALL: Final = HINDRANCES | QUOTA | _RECEIVER | _PERSISTENT | _NOT_FIXABLE


class Issues:
    """Say what is wrong with one instance."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take the instance."""
        self._hass = hass
        self._entry = entry

    @callback
    def async_create(self, error: HomeAssistantError) -> None:
        """Say what is wrong, in the words of an error."""
        key = str(error.translation_key)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(key),
            data={"entry_id": self._entry.entry_id},
            is_fixable=key not in _NOT_FIXABLE,
            is_persistent=key in _PERSISTENT,
            learn_more_url=None if key in _NOT_FIXABLE | _PERSISTENT else CONSOLE_URL,
            severity=ir.IssueSeverity.ERROR,
            translation_key=key,
            translation_placeholders={
                "instance": self._entry.title,
                "console_url": CONSOLE_URL,
                **(error.translation_placeholders or {}),
            },
        )

    @callback
    def async_delete(self, *keys: str) -> None:
        """Take back what was said."""
        for key in keys:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(key))

    @callback
    def async_delete_passing(self) -> None:
        """Take back all that is said anew as soon as the instance is looked at."""
        self.async_delete(*_ALL - _PERSISTENT)

    @callback
    def async_delete_all(self) -> None:
        """Take back everything."""
        self.async_delete(*_ALL)

    @callback
    def async_placeholders(self, key: str) -> Mapping[str, str]:
        """Return what was said, with nothing in it if it is not any more."""
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, self._id(key))
        return (issue and issue.translation_placeholders) or {}

    def _id(self, key: str) -> str:
        return f"{key}_{self._entry.entry_id}"
