"""The sensor for the state of an instance."""

from dataclasses import replace

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .actions import LANGUAGES, asked
from .conftest import INSTANCE_ID
from .integration_source import INTEGRATION, read_json
from .simulator import FaultKind, Instance, InstanceState, Simulator
from .simulator.methods import METHODS

SENSOR = "sensor.green_api_7103000001_state"
OPTIONS = [
    "authorized",
    "not_authorized",
    "starting",
    "blocked",
    "suspended",
    "yellow_card",
    "sleep_mode",
]


def state(hass: HomeAssistant) -> str:
    found = hass.states.get(SENSOR)
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
