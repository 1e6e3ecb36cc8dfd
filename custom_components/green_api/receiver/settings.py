"""What has to be set at GREEN-API so that it tells anything, and putting it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NotRequired, TypedDict

from yarl import URL

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..api import GreenApiClient, Json, JsonObject
from ..const import CONF_SETTINGS, ReceiveMode

_URL: Final = "webhookUrl"
_TOKEN: Final = "webhookUrlToken"  # noqa: S105  a name, no secret
_YES: Final = "yes"
_NO: Final = "no"

# What every instance has. Somebody who switched one of them on, uses it.
_BASIC: Final = (
    "incomingWebhook",
    "outgoingWebhook",
    "outgoingMessageWebhook",
    "outgoingAPIMessageWebhook",
    "stateWebhook",
)
_TELLING: Final = ("incomingWebhook", "outgoingWebhook", "outgoingMessageWebhook")
# What only some have.
_FURTHER: Final = (
    "pollMessageWebhook",
    "editedMessageWebhook",
    "deletedMessageWebhook",
    "incomingCallWebhook",
    "outgoingCallWebhook",
)


class ChangedSettings(TypedDict):
    """What was set at GREEN-API, and what it was before.

    `pending` may have been set, too: nobody knows until somebody looks.
    """

    mode: str
    before: JsonObject
    after: JsonObject
    pending: NotRequired[JsonObject]


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody else receives already: `host` by a webhook, without one from the queue."""

    host: str | None


def used_by(settings: JsonObject, own: Mapping[str, Json]) -> Use | None:
    """Return who else receives, but for what this entry has set itself."""
    url = str(settings.get(_URL) or "")
    if url and url != own.get(_URL):
        try:
            host = URL(url).host
        except ValueError:
            host = None
        # Not the rest of it: it may have a secret in it.
        return Use(host or "?")
    on = {name for name in _TELLING if _is_on(settings.get(name))}
    return Use(None) if on - own.keys() else None


async def async_set_up(
    hass: HomeAssistant,
    entry: ConfigEntry,
    client: GreenApiClient,
    mode: ReceiveMode,
    webhook: tuple[str, str] | None,
) -> bool:
    """Let GREEN-API tell all there is to tell, once; return whether it starts anew.

    What it was before is kept in the entry, so that it can be put back.
    """
    url, token = webhook or ("", "")
    changed: ChangedSettings | None = entry.data.get(CONF_SETTINGS)
    # Once: what somebody changes later, is meant.
    if changed and changed["mode"] == mode and changed["after"].get(_URL, "") == url:
        return False
    current = await client.get_settings()
    before = dict(changed["before"]) if changed else {}
    after = _set_by_us(changed, current) if changed else {}
    names = (*_BASIC, *(name for name in _FURTHER if name in current))
    wanted: JsonObject = {_URL: url, **dict.fromkeys(names, _YES)}
    if token:
        wanted[_TOKEN] = token
    changes = {
        name: value
        for name, value in wanted.items()
        if not _is_same(current.get(name), value)
    }
    for name in changes:
        if name not in after or not _is_same(current.get(name), after[name]):
            unset = "" if name in {_URL, _TOKEN} else _NO
            before[name] = _spelled(current.get(name, unset))
    if changes:
        # First what it was: whatever happens in between, it can be put back.
        _remember(
            hass,
            entry,
            {"mode": "", "before": before, "after": after, "pending": changes},
        )
        await client.set_settings(changes)
    _remember(
        hass, entry, {"mode": mode, "before": before, "after": {**after, **changes}}
    )
    return bool(changes)


async def async_put_back(
    hass: HomeAssistant, entry: ConfigEntry, client: GreenApiClient
) -> None:
    """Put back what was changed at GREEN-API, but for what others changed since."""
    changed: ChangedSettings | None = entry.data.get(CONF_SETTINGS)
    if not changed:
        return
    current = await client.get_settings()
    after = _set_by_us(changed, current)
    use = used_by(current, after)
    # Who pushes to somewhere else, needs what is switched on.
    changes = (
        {}
        if use and use.host
        else {
            name: value
            for name, value in changed["before"].items()
            if name in after
            and _is_same(current.get(name), after[name])
            and not _is_same(value, after[name])
        }
    )
    still_there = hass.config_entries.async_get_entry(entry.entry_id) is not None
    if changes:
        if still_there:
            # Whatever becomes of it, it has to be set up anew.
            _remember(hass, entry, {**changed, "mode": ""})
        await client.set_settings(changes)
    if still_there:
        hass.config_entries.async_update_entry(
            entry,
            data={
                key: value for key, value in entry.data.items() if key != CONF_SETTINGS
            },
        )


def _remember(
    hass: HomeAssistant, entry: ConfigEntry, changed: ChangedSettings
) -> None:
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_SETTINGS: changed}
    )


def _set_by_us(changed: ChangedSettings, current: JsonObject) -> JsonObject:
    """Return what was set from here, also when the answer got lost."""
    pending = changed.get("pending", {})
    return changed["after"] | {
        name: value
        for name, value in pending.items()
        if _is_same(current.get(name), value)
    }


def _is_same(one: Json, other: Json) -> bool:
    return _spelled(one) == _spelled(other)


def _is_on(value: Json) -> bool:
    return _spelled(value) == _YES


def _spelled(value: Json) -> Json:
    """Return a setting as it is set: GREEN-API has two ways to say on and off."""
    if isinstance(value, bool):
        return _YES if value else _NO
    return value
