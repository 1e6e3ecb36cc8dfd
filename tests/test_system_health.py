"""What a person copies into a report of a fault."""

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.green_api.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .actions import go_away, load_second
from .conftest import ANNA, TOKEN
from .hearing import *  # noqa: F403  the fixtures
from .simulator import Instance, Simulator
from .simulator.testing import until


async def health(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return what is shown, once all of it is known."""
    assert await async_setup_component(hass, "system_health", {})
    info = await get_system_health_info(hass, DOMAIN)
    return {
        key: await value if isawaitable(value) else value for key, value in info.items()
    }


async def test_instances(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    second, _ = await load_second(hass, simulator)
    assert await health(hass) == {
        "7103000001: Server reached": "ok",
        "7103000001: State": "authorized",
        "7103000001: Receiving": "off",
        "7103000001: Lag": "unknown",
        "7103000002: Server reached": "ok",
        "7103000002: State": "authorized",
        "7103000002: Receiving": "off",
        "7103000002: Lag": "unknown",
    }
    assert await hass.config_entries.async_unload(second.entry_id)
    assert len(await health(hass)) == 4


async def test_an_instance_that_receives(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.receive(ANNA, "Hi")
    await until(lambda: not instance.told)
    told = await health(hass)
    assert told["7103000001: Receiving"] == "poll"
    assert 0 <= float(told["7103000001: Lag"].removesuffix(" s")) < 60
    assert TOKEN not in str(told)


async def test_an_instance_that_was_never_reached(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await go_away(simulator)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    told = await health(hass)
    assert told["7103000001: Server reached"] == {
        "type": "failed",
        "error": "unreachable",
    }
    assert told["7103000001: State"] == "unknown"


async def test_in_the_language_of_the_house(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    hass.config.language = "ru"
    assert (await health(hass))["7103000001: Состояние"] == "authorized"
