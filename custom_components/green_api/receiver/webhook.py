"""Let GREEN-API push notifications to Home Assistant's webhook."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from hmac import compare_digest
from http import HTTPMethod, HTTPStatus
from typing import Final

from aiohttp.web import Request, Response

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant

from ..api import Json, json_in
from ..const import CONF_WEBHOOK_TOKEN, DOMAIN
from .dispatcher import Dispatcher

# The largest notification quotes another one, with a preview of a picture in each.
_LARGEST: Final = 1024 * 1024
_CHUNK: Final = 64 * 1024
_SLOWEST: Final = 30
_SCHEMES: Final = ("", "Bearer ", "Basic ")


def async_register(
    hass: HomeAssistant, entry: ConfigEntry, ready: Callable[[], Dispatcher | None]
) -> None:
    """Listen, until `async_unregister`: also while the entry is loaded anew.

    What comes while nobody is `ready` for it, comes again. Where nobody listens, Home
    Assistant acknowledges it.
    """
    webhook_id = entry.data[CONF_WEBHOOK_ID]
    passwords = [
        f"{scheme}{entry.data[CONF_WEBHOOK_TOKEN]}".encode() for scheme in _SCHEMES
    ]

    async def async_handle(
        hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        # Before anything is read.
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if not any(compare_digest(given, password) for password in passwords):
            return Response(status=HTTPStatus.UNAUTHORIZED)
        if (dispatcher := ready()) is None:
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            async with asyncio.timeout(_SLOWEST):
                content = await _async_read(request)
        except TimeoutError:
            return Response(status=HTTPStatus.REQUEST_TIMEOUT)
        # What is no notification, or none of a sensible size, is acknowledged, too: it
        # would come again and again, and keep those behind it.
        body: Json = None
        with suppress(ValueError):
            body = json_in(content)
        await dispatcher.async_dispatch(body)
        return Response()

    webhook.async_unregister(hass, webhook_id)
    webhook.async_register(
        hass,
        DOMAIN,
        entry.title,
        webhook_id,
        async_handle,
        allowed_methods=[HTTPMethod.POST],
    )


def async_unregister(hass: HomeAssistant, webhook_id: str) -> None:
    """Listen no longer."""
    webhook.async_unregister(hass, webhook_id)


async def _async_read(request: Request) -> bytes:
    """Return the body, empty if it is too large."""
    content = bytearray()
    size = 0
    # What comes through Home Assistant Cloud is no more of a request than this needs.
    stream = request.content
    while chunk := await stream.read(_CHUNK):
        size += len(chunk)
        content = content + chunk if size <= _LARGEST else bytearray()
    return bytes(content)
