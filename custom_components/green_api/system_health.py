"""What a person copies into a report of a fault: can the instances be reached, and how."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from .api import default_api_url
from .const import CONF_API_URL, CONF_INSTANCE_ID, DOMAIN
from .entry import GreenApiConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Offer the information."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what there is to know of each instance, by its id.

    The frontend translates names that it knows; these have the id in them, so they are
    in the language of the house.
    """
    texts = await async_get_translations(
        hass, hass.config.language, "system_health", {DOMAIN}
    )
    entries: list[GreenApiConfigEntry] = hass.config_entries.async_loaded_entries(
        DOMAIN
    )
    return {
        f"{entry.data[CONF_INSTANCE_ID]}: {texts[f'component.{DOMAIN}.system_health.info.{key}']}": value
        for entry in entries
        for key, value in _info(hass, entry).items()
    }


def _info(hass: HomeAssistant, entry: GreenApiConfigEntry) -> dict[str, Any]:
    """Return what there is to know of an instance."""
    runtime = entry.runtime_data
    instance = runtime.coordinator.data
    dispatcher = runtime.receiver.dispatcher
    lag = dispatcher.statistics.lag if dispatcher else None
    return {
        "can_reach_server": system_health.async_check_can_reach_url(
            hass,
            entry.data[CONF_API_URL] or default_api_url(entry.data[CONF_INSTANCE_ID]),
        ),
        "state": instance.state if instance else "unknown",
        "receiving": runtime.receiver.mode,
        "lag": f"{lag.total_seconds():.1f} s" if lag is not None else "unknown",
    }
