"""What a person attaches to a report of a fault."""

import json

from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .actions import go_away, send_message
from .conftest import ANNA, BORIS, FAMILY, INSTANCE_ID, PHONE, TOKEN
from .simulator import Instance, InstanceState, Simulator


async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    simulator: Simulator,
    loaded: MockConfigEntry,
) -> None:
    (anna, *_) = loaded.subentries
    hass.config_entries.async_update_entry(loaded, options={"default_chats": [anna]})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await get_diagnostics_for_config_entry(hass, hass_client, loaded) == {
        "entry": {
            "data": {
                "instance_id": INSTANCE_ID,
                "token": "**REDACTED**",
                "api_url": simulator.url,
                "media_url": simulator.url,
                "phone": "**REDACTED**",
                "actions": 1,
            },
            "options": {"default_chats": "**REDACTED**"},
        },
        "instance": {"reached": True, "state": "authorized", "suspended_until": None},
        "chats": ["c.us", "c.us", "g.us"],
    }


async def test_diagnostics_of_a_suspended_instance(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    instance: Instance,
) -> None:
    instance.state = InstanceState.SUSPENDED
    instance.suspended_until = 1_900_000_000
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["instance"] == {
        "reached": True,
        "state": "suspended",
        "suspended_until": "2030-03-17T17:46:40+00:00",
    }


async def test_diagnostics_of_an_instance_that_was_never_reached(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await go_away(simulator)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["instance"] == {
        "reached": False,
        "state": None,
        "suspended_until": None,
    }


async def test_diagnostics_tell_nothing_of_people(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """Whatever Home Assistant downloads, not only what the integration adds to it."""
    await send_message(hass, "Grandmother is ill", entity_id="all")
    hass.config_entries.async_update_entry(
        loaded,
        data={**loaded.data, "actions": {"green_api": [], "my_wife": [BORIS]}},
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await async_setup_component(hass, "diagnostics", {})
    client = await hass_client()
    response = await client.get(f"/api/diagnostics/config_entry/{loaded.entry_id}")
    told = await response.text()
    assert json.loads(told)["data"]["chats"] == ["c.us", "c.us", "g.us"]
    private = [TOKEN, PHONE, "Anna", "Boris", "Family", "Grandmother", "my_wife"]
    private += [each.partition("@")[0] for each in (ANNA, BORIS, FAMILY)]
    assert [each for each in private if each.lower() in told.lower()] == []
