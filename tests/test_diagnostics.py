"""What a person attaches to a report of a fault."""

import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .actions import go_away, send_message
from .conftest import ANNA, BORIS, FAMILY, INSTANCE_ID, PHONE, TOKEN
from .hearing import *  # noqa: F403  the fixtures
from .simulator import Instance, InstanceState, Simulator
from .simulator.testing import until


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
        "outbox": {
            "waiting": 0,
            "states": {},
            "reasons": {},
            "oldest_age": None,
            "outage": None,
            "next_try": None,
        },
        "receiver": {"mode": "off"},
        "chats": ["c.us", "c.us", "g.us"],
    }


async def test_diagnostics_of_what_waits(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    options = {
        "on_outage": "queue",
        "expires_after": {"hours": 24},
        "pause_between_chats": 5.0,
    }
    hass.config_entries.async_update_entry(loaded, options=options)
    await go_away(simulator)
    for chat_id in (ANNA, ANNA, BORIS):
        await send_message(hass, "Grandmother", chat_id=chat_id, tag="family")
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert diagnostics["entry"]["options"] == options
    outbox = diagnostics["outbox"]
    assert 0 <= outbox.pop("oldest_age") < 60
    assert 0 <= outbox.pop("next_try") < 60
    assert outbox.pop("reasons")["cannot_connect"] in {1, 2, 3}
    assert outbox == {
        "waiting": 3,
        "states": {"waiting": 3},
        "outage": "cannot_connect",
    }
    told = json.dumps(diagnostics)
    private = ["Grandmother", "family", ANNA.partition("@")[0]]
    private += [each.kept.outbox_id for each in loaded.runtime_data.outbox.kept.parcels]
    assert [each for each in private if each in told] == []


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


async def test_diagnostics_of_an_instance_that_receives(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    polling: MockConfigEntry,
    instance: Instance,
) -> None:
    instance.receive(ANNA, "Grandmother is ill")
    instance.call(BORIS)
    instance.notify({"typeWebhook": "somethingNew", "of": [{"who": "Anna"}]})
    await until(lambda: not instance.told)
    hass.config_entries.async_update_entry(
        polling, options={**polling.options, "all_chats": True, "default_chats": []}
    )
    diagnostics: Any = await get_diagnostics_for_config_entry(
        hass, hass_client, polling
    )
    receiver = diagnostics["receiver"]
    assert receiver.pop("last_received")
    assert 0 <= receiver.pop("lag") < 60
    assert receiver == {
        "mode": "poll",
        "kinds": {
            "MessageNotification": 1,
            "CallNotification": 2,
            "somethingNew": 1,
        },
        "repeated": 0,
        "not_understood": [{"typeWebhook": "str", "of": [{"who": "str"}]}],
    }
    assert diagnostics["entry"]["options"] == {
        "mode": "poll",
        "all_chats": True,
        "default_chats": "**REDACTED**",
    }
    assert diagnostics["entry"]["data"]["settings"]["mode"] == "poll"
    told = json.dumps(diagnostics)
    private = [TOKEN, PHONE, "Anna", "Grandmother"]
    private += [each.partition("@")[0] for each in (ANNA, BORIS)]
    assert [each for each in private if each in told] == []


async def test_diagnostics_have_nothing_of_a_webhook(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """Neither of the own one, nor of the one that was there before."""
    secrets = {
        "webhook_id": "own-id",
        "webhook_token": "own-password",
        "settings": {
            "mode": "webhook",
            "before": {
                "webhookUrl": "https://n8n.example.com/their-secret",
                "webhookUrlToken": "their-password",
                "stateWebhook": "no",
            },
            "after": {
                "webhookUrl": "https://ha.example.com/api/webhook/own-id",
                "webhookUrlToken": "own-password",
                "stateWebhook": "yes",
            },
            "pending": {"webhookUrl": "https://ha.example.com/api/webhook/own-id"},
        },
    }
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, **secrets})
    (anna, *_) = loaded.subentries.values()
    hass.config_entries.async_update_subentry(
        loaded, anna, data={**anna.data, "lid": "99887766554433@lid"}
    )
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert diagnostics["entry"]["data"]["settings"]["before"]["stateWebhook"] == "no"
    told = json.dumps(diagnostics)
    private = ["own-id", "own-password", "their-", "example.com", "99887766554433"]
    assert [each for each in private if each in told] == []
