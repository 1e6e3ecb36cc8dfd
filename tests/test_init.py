"""Setting up, reloading and unloading an instance, also without GREEN-API."""

import asyncio
from datetime import timedelta
import json
import logging
from time import monotonic
from types import MappingProxyType

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import EVENT_CALL_SERVICE, EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util import dt as dt_util

from .actions import (
    CLARA,
    asked,
    legacy_notify,
    load_second,
    notify,
    send_message,
    text,
    told,
)
from .conftest import ANNA, INSTANCE_ID, TOKEN
from .simulator import FaultKind, Instance, Simulator

NOTIFY_ENTITIES = ["notify.anna", "notify.boris", "notify.family"]
ACTIONS = [
    "green_api",
    "green_api_anna",
    "green_api_boris",
    "green_api_family",
]


def notify_actions(hass: HomeAssistant) -> list[str]:
    """Return the notify actions of this integration."""
    names = hass.services.async_services_for_domain("notify")
    return sorted(name for name in names if name.startswith("green_api"))


def notify_states(hass: HomeAssistant) -> dict[str, str]:
    return {each.entity_id: each.state for each in hass.states.async_all("notify")}


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_set_up_makes_one_request(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    assert loaded.state is ConfigEntryState.LOADED
    assert asked(instance) == ["getStateInstance"]
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unknown")
    assert notify_actions(hass) == ACTIONS
    assert hass.services.has_service("green_api", "send_message")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (FaultKind.UNAUTHORIZED, "invalid_auth"),
        (FaultKind.FORBIDDEN, "wrong_server"),
        (FaultKind.RATE_LIMITED, "rate_limited"),
    ],
)
async def test_set_up_succeeds_whatever_green_api_says(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    kind: FaultKind,
    key: str,
) -> None:
    instance.faults.add(kind, times=None)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unknown")
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert await told(hass, raised.value) == text(key)


async def test_restart_while_green_api_is_away(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = simulator.port
    await simulator.stop()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unknown")
    for entity_id in NOTIFY_ENTITIES:
        with pytest.raises(HomeAssistantError) as raised:
            await notify(hass, entity_id)
        assert await told(hass, raised.value) == text("cannot_connect")
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unknown")

    await simulator.start(port)
    await notify(hass, "notify.anna")
    await notify(hass, "notify.boris")
    assert [each.text for each in instance.messages] == ["Hi", "Hi"]

    ours = [
        each
        for each in caplog.records
        if each.name.startswith("custom_components.green_api")
        and each.levelno >= logging.INFO
    ]
    assert [(each.levelname, each.getMessage()) for each in ours] == [
        (
            "ERROR",
            "Error fetching green_api data: "
            + text("no_state", reason="no connection")[:-1],
        ),
        ("INFO", "Fetching green_api data recovered"),
    ]


async def test_nothing_waits_for_an_answer_that_does_not_come(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    instance.faults.add(FaultKind.TIMEOUT, times=None)
    begin = monotonic()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unknown")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert monotonic() - begin < 5
    assert "did not complete in time" not in caplog.text


async def test_unload_and_set_up_again(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await notify(hass, "notify.anna")
    notified = notify_states(hass)

    tasks = asyncio.all_tasks()
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    assert notify_states(hass) == dict.fromkeys(NOTIFY_ENTITIES, "unavailable")
    assert notify_actions(hass) == []
    assert hass.services.has_service("green_api", "send_message")
    assert asyncio.all_tasks() <= tasks
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=5))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(instance) == ["getStateInstance", "sendMessage"]

    await set_up(hass, loaded)
    assert notify_states(hass) == notified
    assert notify_actions(hass) == ACTIONS
    assert asked(instance) == ["getStateInstance", "sendMessage", "getStateInstance"]


async def test_unloading_one_instance_leaves_the_other(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    second, second_instance = await load_second(hass, simulator)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert notify_actions(hass) == [
        "green_api_7103000002",
        "green_api_7103000002_clara",
    ]
    await notify(hass, "notify.clara")
    assert [each.chat_id for each in second_instance.messages] == [CLARA]
    assert second.state is ConfigEntryState.LOADED


async def test_devices_and_entities(
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    loaded: MockConfigEntry,
) -> None:
    def device(identifier: str) -> dr.DeviceEntry:
        found = device_registry.async_get_device_by_identifier(
            ("green_api", identifier), config_entry_id=loaded.entry_id
        )
        assert found is not None
        return found

    hub = device(INSTANCE_ID)
    assert (hub.name, hub.manufacturer, hub.serial_number, hub.entry_type) == (
        "GREEN-API 7103000001",
        "GREEN-API",
        INSTANCE_ID,
        dr.DeviceEntryType.SERVICE,
    )
    assert hub.configuration_url == "https://console.green-api.com"
    for subentry_id, chat in loaded.subentries.items():
        below = device(f"{INSTANCE_ID}_{subentry_id}")
        assert (below.name, below.via_device_id) == (chat.title, hub.id)
        entities = er.async_entries_for_device(entity_registry, below.id)
        name = chat.title.lower()
        assert {entity.entity_id for entity in entities} == {
            f"notify.{name}",
            f"event.{name}_message",
            f"event.{name}_delivery",
        }
        assert {entity.config_subentry_id for entity in entities} == {subentry_id}
        assert f"{INSTANCE_ID}_{subentry_id}" in {each.unique_id for each in entities}


async def test_chats_come_and_go(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    loaded: MockConfigEntry,
) -> None:
    clara = ConfigSubentry(
        data=MappingProxyType({"chat": CLARA}),
        subentry_type="chat",
        title="Clara",
        unique_id=CLARA,
    )
    hass.config_entries.async_add_subentry(loaded, clara)
    await hass.async_block_till_done()
    assert notify_states(hass)["notify.clara"] == "unknown"
    assert notify_actions(hass) == [*ACTIONS[:3], "green_api_clara", ACTIONS[3]]

    hass.config_entries.async_remove_subentry(loaded, clara.subentry_id)
    await hass.async_block_till_done()
    assert list(notify_states(hass)) == NOTIFY_ENTITIES
    assert notify_actions(hass) == ACTIONS
    assert entity_registry.async_get("notify.clara") is None
    devices = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    assert {each.name for each in devices} == {
        "GREEN-API 7103000001",
        "Anna",
        "Boris",
        "Family",
    }


async def test_other_chats_stay_while_one_comes_and_goes(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    """What is away for a moment is skipped without an error, and an alarm with it."""
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    clara = ConfigSubentry(
        data=MappingProxyType({"chat": CLARA}),
        subentry_type="chat",
        title="Clara",
        unique_id=CLARA,
    )
    hass.config_entries.async_add_subentry(loaded, clara)
    await hass.async_block_till_done()
    hass.config_entries.async_remove_subentry(loaded, clara.subentry_id)
    await hass.async_block_till_done()
    assert {each.data["entity_id"] for each in events} == {
        "notify.clara",
        "event.clara_message",
        "event.clara_delivery",
    }
    assert asked(instance) == ["getStateInstance"]


async def test_a_chat_keeps_its_entity_when_its_number_changes(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    (anna,) = (each for each in loaded.subentries.values() if each.title == "Anna")
    hass.config_entries.async_update_subentry(
        loaded, anna, data={"chat": CLARA}, unique_id=CLARA, title="Mum"
    )
    await hass.async_block_till_done()
    await notify(hass, "notify.anna")
    await legacy_notify(hass, "green_api_mum")
    assert [each.chat_id for each in instance.messages] == [CLARA, CLARA]
    assert (state := hass.states.get("notify.anna"))
    assert state.name == "Mum"
    assert not hass.services.has_service("notify", "green_api_anna")


async def test_removing_an_instance_leaves_nothing(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    issue_registry: ir.IssueRegistry,
    entry: MockConfigEntry,
    instance: Instance,
) -> None:
    instance.unlink()
    await set_up(hass, entry)
    assert [each for each in issue_registry.issues if each[0] == "green_api"]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.async_all() == []
    assert not entity_registry.entities
    assert not device_registry.devices
    assert not [each for each in issue_registry.issues if each[0] == "green_api"]
    assert notify_actions(hass) == []


async def test_the_token_stays_inside(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    instance: Instance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The fixture token_watch reads all log records, at debug level, of all tests."""
    calls = async_capture_events(hass, EVENT_CALL_SERVICE)
    instance.faults.add(FaultKind.UNAUTHORIZED, times=1)
    await set_up(hass, entry)
    response = await send_message(hass, chat_id=ANNA)
    instance.unlink()
    instance.faults.add(FaultKind.UNAUTHORIZED, method="sendMessage")
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    await hass.async_block_till_done(wait_background_tasks=True)
    seen = [
        json.dumps(response),
        repr(raised.value.translation_placeholders),
        *(repr(each.as_dict()) for each in hass.states.async_all()),
        *(repr(each) for each in issue_registry.issues.values()),
        *(repr(each.data) for each in calls),
        *(repr(each) for each in hass.config_entries.flow.async_progress()),
    ]
    assert len(seen) > 8
    assert not [each for each in seen if TOKEN in each]
