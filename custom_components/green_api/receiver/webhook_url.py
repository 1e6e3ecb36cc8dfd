"""Where GREEN-API reaches Home Assistant."""

from contextlib import suppress
from ipaddress import ip_address

from yarl import URL

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util.network import is_local


async def async_webhook_url(hass: HomeAssistant, webhook_id: str, api_url: str) -> str:
    """Return the address of a webhook: Home Assistant Cloud's, or one's own.

    Raises HomeAssistantError when Home Assistant has none that the internet knows.
    """
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415  needs much

        if cloud.async_active_subscription(hass):
            try:
                return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
            except Exception as err:
                # It has errors of many kinds for being away.
                raise HomeAssistantError("no cloudhook") from err
    return webhook.async_generate_url(
        hass, webhook_id, allow_internal=_is_at_home(api_url), prefer_external=True
    )


def has_public_url(hass: HomeAssistant, api_url: str) -> bool:
    """Return whether GREEN-API could reach Home Assistant."""
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415  needs much

        if cloud.async_active_subscription(hass):
            return True
    try:
        webhook.async_generate_url(hass, "", allow_internal=_is_at_home(api_url))
    except NoURLAvailableError:
        return False
    return True


async def async_delete_cloudhook(hass: HomeAssistant, webhook_id: str) -> None:
    """Let Home Assistant Cloud forget a webhook."""
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415  needs much

        # Without a connection, or where there is none, it stays.
        with suppress(cloud.CloudNotAvailable, ValueError):
            await cloud.async_delete_cloudhook(hass, webhook_id)


def _is_at_home(api_url: str) -> bool:
    """Return whether GREEN-API, or what stands for it, is in the same house."""
    try:
        host = URL(api_url).host or ""
        return host == "localhost" or is_local(ip_address(host))
    except ValueError:
        return False
