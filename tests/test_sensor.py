"""The sensors: the state of an instance, what waits to leave, and how it receives."""

from dataclasses import replace
from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .actions import LANGUAGES, asked, go_away, send_message
from .conftest import ANNA, INSTANCE_ID
from .hearing import *  # noqa: F403  the fixtures
from .integration_source import INTEGRATION, read_json
from .simulator import FaultKind, Instance, InstanceState, Simulator
from .simulator.methods import METHODS
from .simulator.testing import until

SENSOR = "sensor.green_api_7103000001_state"
OUTBOX = "sensor.green_api_7103000001_outbox"
QUEUE = "sensor.green_api_7103000001_queue_length"
RECEIVED = "sensor.green_api_7103000001_last_received"
OPTIONS = [
    "authorized",
    "not_authorized",
    "starting",
    "blocked",
    "suspended",
    "yellow_card",
    "sleep_mode",
]


def state(hass: HomeAssistant, sensor: str = SENSOR) -> str:
    found = hass.states.get(sensor)
    assert found is not None
    return found.state


async def after(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> str:
    """Let time pass and return the state."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    return state(hass)


@pytest.mark.usefixtures("loaded")
async def test_sensor(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> None:
    found = hass.states.get(SENSOR)
    assert found is not None
    assert found.state == "authorized"
    assert found.attributes == {
        "device_class": "enum",
        "friendly_name": "GREEN-API 7103000001 State",
        "options": OPTIONS,
    }
    entity = entity_registry.async_get(SENSOR)
    assert entity is not None
    assert entity.unique_id == f"{INSTANCE_ID}_state"
    assert entity.translation_key == "state"
    assert entity.entity_category == "diagnostic"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_words(language: str) -> None:
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    assert list(texts["entity"]["sensor"]["state"]["state"]) == OPTIONS


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"stateInstance": "authorized"}, "authorized"),
        ({"stateInstance": "notAuthorized"}, "not_authorized"),
        ({"stateInstance": "starting"}, "starting"),
        ({"stateInstance": "blocked"}, "blocked"),
        ({"stateInstance": "suspended"}, "suspended"),
        ({"stateInstance": "yellowCard"}, "yellow_card"),
        ({"stateInstance": "sleepMode"}, "sleep_mode"),
        ({"stateInstance": "dancing"}, "unknown"),
        ({"stateInstance": 7}, "unknown"),
        ({"stateInstance": None}, "starting"),
        (None, "starting"),
        ({}, "unavailable"),
        ([], "unavailable"),
    ],
)
async def test_states(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    answer: dict[str, str] | None,
    expected: str,
) -> None:
    method = replace(METHODS["getstateinstance"], run=lambda _: answer)  # type: ignore[arg-type,return-value]
    monkeypatch.setitem(METHODS, "getstateinstance", method)
    assert await after(hass, freezer, 61) == expected


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
        FaultKind.RATE_LIMITED,
        FaultKind.BAD_GATEWAY,
        FaultKind.RESET,
        FaultKind.FOREIGN_PAGE,
        FaultKind.BARE_STRING,
        FaultKind.GARBAGE_ACCEPTED,
    ],
)
async def test_unavailable_and_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    instance: Instance,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, times=None)
    assert await after(hass, freezer, 61) == "unavailable"
    instance.faults.clear()
    assert await after(hass, freezer, 61) == "authorized"


async def test_unavailable_from_the_start(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    port = simulator.port
    await simulator.stop()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await after(hass, freezer, 0) == "unavailable"
    await simulator.start(port)
    assert await after(hass, freezer, 61) == "authorized"


async def test_it_asks_once_a_minute(
    hass: HomeAssistant,
    # The clock stops before the first timer starts.
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    instance: Instance,
) -> None:
    instance.requests.clear()
    instance.state = InstanceState.STARTING
    assert await after(hass, freezer, 50) == "authorized"
    assert asked(instance) == []
    for _ in range(5):
        assert await after(hass, freezer, 61) == "starting"
    assert asked(instance) == ["getStateInstance"] * 5


async def test_it_asks_for_the_end_of_a_suspension(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    instance: Instance,
) -> None:
    instance.state = InstanceState.SUSPENDED
    instance.requests.clear()
    assert await after(hass, freezer, 61) == "suspended"
    assert asked(instance) == ["getStateInstance", "getWaSettings"]


async def test_a_disabled_sensor_does_not_blind_the_instance(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    loaded: MockConfigEntry,
    instance: Instance,
) -> None:
    entity_registry.async_update_entity(
        SENSOR, disabled_by=er.RegistryEntryDisabler.USER
    )
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(SENSOR) is None
    instance.requests.clear()
    for _ in range(2):
        freezer.tick(61)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(instance) == ["getStateInstance"] * 2


# What waits to leave


@pytest.mark.usefixtures("loaded")
async def test_outbox(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> None:
    found = hass.states.get(OUTBOX)
    assert found is not None
    assert found.state == "0"
    assert found.attributes == {
        "friendly_name": "GREEN-API 7103000001 Outbox",
        "next_try": None,
        "oldest_age": None,
        "state_class": "measurement",
        "unit_of_measurement": "messages",
    }
    assert found.state_info
    unrecorded = found.state_info["unrecorded_attributes"]
    assert unrecorded >= {"next_try", "oldest_age"}
    entity = entity_registry.async_get(OUTBOX)
    assert entity is not None
    assert entity.unique_id == f"{INSTANCE_ID}_outbox"
    assert entity.entity_category == "diagnostic"


async def queue(hass: HomeAssistant) -> None:
    """Send something that has to wait."""
    await send_message(hass, chat_id=ANNA, on_outage="queue")


async def a_minute_later(hass: HomeAssistant) -> State:
    """Let time pass for all that waits for it, and return what the outbox is then."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done()
    found = hass.states.get(OUTBOX)
    assert found is not None
    return found


async def test_outbox_while_green_api_is_away(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    port, outbox = simulator.port, loaded.runtime_data.outbox
    await go_away(simulator)
    for number in (1, 2):
        await queue(hass)
        await until(lambda: state(hass, OUTBOX) == f"{number}")  # noqa: B023
    found = await a_minute_later(hass)
    assert 0 <= found.attributes["oldest_age"] < 10
    outbox.kept.parcels[0].created -= 100
    now = dt_util.utcnow()
    found = await a_minute_later(hass)
    assert found.state == "2"
    assert 100 <= found.attributes["oldest_age"] < 110
    assert now <= found.attributes["next_try"] < now + timedelta(seconds=60)
    await loaded.runtime_data.coordinator.async_refresh()
    assert state(hass) == "unavailable"
    assert state(hass, OUTBOX) == "2"

    await simulator.start(port)
    await until(lambda: state(hass, OUTBOX) == "0")
    found = await a_minute_later(hass)
    assert found.attributes["oldest_age"] is None
    assert found.attributes["next_try"] is None


async def test_an_empty_outbox_has_no_news(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    before = hass.states.get(OUTBOX)
    assert before is not None
    assert (await a_minute_later(hass)).last_reported == before.last_reported


async def test_outbox_of_what_outlived_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await go_away(simulator)
    await queue(hass)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert state(hass, OUTBOX) == "1"
    loaded.runtime_data.outbox.kept.parcels[0].created -= 100
    found = await a_minute_later(hass)
    assert found.attributes["oldest_age"] >= 100
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert (await a_minute_later(hass)).state == "unavailable"


# How it receives


def enable(entity_registry: er.EntityRegistry, sensor: str) -> None:
    """Enable a sensor that is not for everybody."""
    entity = entity_registry.async_get(sensor)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert entity.entity_category == "diagnostic"
    entity_registry.async_update_entity(sensor, disabled_by=None)


@pytest.fixture
async def counting(
    hass: HomeAssistant,
    # The clock stops before the first timer starts.
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> MockConfigEntry:
    """Have the queue counted: Home Assistant loads the entry anew in half a minute."""
    enable(entity_registry, QUEUE)
    await after(hass, freezer, 31)
    return loaded


@pytest.mark.usefixtures("loaded")
async def test_nobody_counts_for_a_disabled_sensor(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, instance: Instance
) -> None:
    await after(hass, freezer, 61)
    assert "getWebhooksCount" not in asked(instance)


async def test_queue_length(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    counting: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = hass.states.get(QUEUE)
    assert found is not None
    assert found.state == "0"
    assert found.attributes == {
        "friendly_name": "GREEN-API 7103000001 Queue length",
        "state_class": "measurement",
        "unit_of_measurement": "notifications",
    }
    counted = [{"count": 7}]
    method = replace(METHODS["getwebhookscount"], run=lambda _: counted[0])  # type: ignore[arg-type,return-value]
    monkeypatch.setitem(METHODS, "getwebhookscount", method)
    instance.requests.clear()
    await after(hass, freezer, 50)
    assert "getWebhooksCount" not in asked(instance)
    await after(hass, freezer, 11)
    assert asked(instance).count("getWebhooksCount") == 1
    assert state(hass, QUEUE) == "7"
    counted[0] = {}
    await after(hass, freezer, 61)
    assert state(hass, QUEUE) == "unavailable"
    counted[0] = {"count": 0}
    await after(hass, freezer, 61)
    assert state(hass, QUEUE) == "0"


async def test_queue_length_while_green_api_is_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    counting: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await simulator.stop()
    await after(hass, freezer, 61)
    assert state(hass, QUEUE) == "unavailable"


async def test_last_received(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    instance: Instance,
    simulator: Simulator,
) -> None:
    enable(entity_registry, RECEIVED)
    assert await hass.config_entries.async_reload(polling.entry_id)
    assert state(hass, RECEIVED) == "unknown"
    instance.receive(ANNA, "Hi")
    await until(lambda: state(hass, RECEIVED) != "unknown")
    received = datetime.fromisoformat(state(hass, RECEIVED))
    assert dt_util.utcnow() - received < timedelta(seconds=10)
    await go_away(simulator)
    await until(lambda: state(hass) == "unavailable")
    assert datetime.fromisoformat(state(hass, RECEIVED)) == received


async def test_what_does_not_receive_has_received_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    enable(entity_registry, RECEIVED)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert state(hass, RECEIVED) == "unknown"
