"""Calls of the actions, and what a person reads when one of them fails."""

import asyncio
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .conftest import chat
from .integration_source import INTEGRATION, read_json
from .simulator import FaultKind, Instance, Simulator

LANGUAGES = ("en", "ru", "he")

SECOND_INSTANCE_ID = "7103000002"
CLARA = "4915112345678@c.us"

# What leaves open whether a message was taken: it was, or it was not.
ACCEPTED = [kind for kind in FaultKind if kind.accepted]
LOST = [
    FaultKind.REFUSE,
    FaultKind.RESET,
    FaultKind.TIMEOUT,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.INTERNAL_ERROR,
    FaultKind.FOREIGN_PAGE,
    FaultKind.BARE_STRING,
]


async def notify(
    hass: HomeAssistant, entity_id: str | list[str], message: str = "Hi", **data: Any
) -> None:
    """Send to notify entities, the plain Home Assistant way."""
    await hass.services.async_call(
        "notify",
        "send_message",
        {"entity_id": entity_id, "message": message, **data},
        blocking=True,
    )


async def legacy_notify(
    hass: HomeAssistant, action: str = "green_api", message: str = "Hi", **data: Any
) -> None:
    """Send through an action `notify.<name>`."""
    await hass.services.async_call(
        "notify", action, {"message": message, **data}, blocking=True
    )


async def send_message(
    hass: HomeAssistant, message: str = "Hi", **data: Any
) -> dict[str, Any]:
    """Send with green_api.send_message and return its response."""
    response = await hass.services.async_call(
        DOMAIN,
        "send_message",
        {"message": message, **data},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    return dict(response)


def sent(instance: Instance) -> list[Any]:
    """Return the bodies of all requests to send, also of those that failed."""
    return [each.json for each in instance.requests if each.method == "sendMessage"]


def asked(instance: Instance) -> list[str]:
    """Return the methods that were called, in order."""
    return [each.method for each in instance.requests]


def text(key: str, language: str = "en", **placeholders: str) -> str:
    """Return the text of an error as it stands in a translation."""
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    return str(texts["exceptions"][key]["message"]).format(**placeholders)


def failures(**reasons: str) -> str:
    """Return how an error for several chats lists those that failed."""
    return "".join(f"\n\N{BULLET} {name}: {why}" for name, why in reasons.items())


async def told(
    hass: HomeAssistant, error: HomeAssistantError, language: str = "en"
) -> str:
    """Return what the frontend shows of an error to a person with that language."""
    texts = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    key = f"component.{DOMAIN}.exceptions.{error.translation_key}.message"
    return texts[key].format(**(error.translation_placeholders or {}))


async def go_away(simulator: Simulator) -> None:
    """Let GREEN-API refuse connections, and open ones be known as closed."""
    await simulator.stop()
    await asyncio.sleep(0.01)


async def load_second(
    hass: HomeAssistant, simulator: Simulator
) -> tuple[MockConfigEntry, Instance]:
    """Have another instance in Home Assistant, with one chat."""
    token = "0123456789" * 5
    instance = simulator.add_instance(SECOND_INSTANCE_ID, token, phone="79990000002")
    instance.rate_limited = False
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"GREEN-API {SECOND_INSTANCE_ID}",
        unique_id=SECOND_INSTANCE_ID,
        data={
            "instance_id": SECOND_INSTANCE_ID,
            "token": token,
            "api_url": simulator.url,
            "media_url": simulator.url,
            "phone": instance.phone,
            "actions": {f"green_api_{SECOND_INSTANCE_ID}": []},
        },
        subentries_data=[chat("Clara", CLARA)],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry, instance
