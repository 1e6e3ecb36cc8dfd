"""Calls of all actions of this integration, and what GREEN-API was asked to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api import sent_messages
from custom_components.green_api.const import DOMAIN
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .actions import LANGUAGES, asked, told
from .simulator import Instance
from .simulator.answers import ApiError
from .simulator.calls import Call
from .simulator.methods import METHODS
from .simulator.models import Json

# Every other method of the API changes something, or takes a file.
QUESTIONS = {
    "checkWhatsapp",
    "getChatHistory",
    "getContacts",
    "getStateInstance",
    "getWaSettings",
}


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action, and return its response if it has one."""
    supports = hass.services.supports_response(DOMAIN, action)
    response = await hass.services.async_call(
        DOMAIN,
        action,
        data,
        blocking=True,
        return_response=supports is not SupportsResponse.NONE,
    )
    return dict(response or {})


async def refused(
    hass: HomeAssistant, instance: Instance, action: str, **data: Any
) -> str:
    """Call an action that is refused before anything happens, and return what is read."""
    before = done(instance)
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, **data)
    assert done(instance) == before
    for language in LANGUAGES:
        message = await told(hass, raised.value, language)
        for placeholder in (raised.value.translation_placeholders or {}).values():
            assert placeholder in message
    return await told(hass, raised.value)


async def failed(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Call an action that fails on the way, and return what is read."""
    with pytest.raises(HomeAssistantError) as raised:
        await act(hass, action, **data)
    assert not isinstance(raised.value, ServiceValidationError)
    return await told(hass, raised.value)


def done(instance: Instance) -> list[str]:
    """Return the methods that were called and are no questions, in order."""
    return [each for each in asked(instance) if each not in QUESTIONS]


def bodies(instance: Instance, method: str) -> list[Any]:
    """Return the bodies of all calls of a method, also of those that failed."""
    found = [each for each in instance.requests if each.method == method]
    assert [each.unknown_keys for each in found] == [()] * len(found)
    return [each.json for each in found]


def ids(response: Mapping[str, Any]) -> list[str]:
    """Return the message ids of a response."""
    return [each["message_id"] for each in response["messages"]]


def left(instance: Instance, chat_id: str) -> list[str]:
    """Return the texts that are to be seen in a chat."""
    return [
        each.text
        for each in instance.messages
        if each.chat_id == chat_id and not each.deleted
    ]


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Stop and start, as far as it is about what is remembered: needs `hass_storage`."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    del hass.data[sent_messages._INSTANCES]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@contextmanager
def refusing(
    monkeypatch: pytest.MonkeyPatch, method: str, reason: str = "ID message notfound"
) -> Iterator[None]:
    """Let GREEN-API refuse all calls of a method, with its own reason."""

    def refuse(_: Call) -> Json:
        raise ApiError(HTTPStatus.BAD_REQUEST, reason)

    key = method.lower()
    with monkeypatch.context() as patch:
        patch.setitem(METHODS, key, replace(METHODS[key], run=refuse))
        yield
