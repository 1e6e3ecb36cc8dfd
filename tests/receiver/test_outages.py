"""When nothing can be heard: what is said of it, and that it goes on afterwards."""

import asyncio
from collections.abc import Callable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api.methods import receiving
from custom_components.green_api.receiver import poller
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from ..actions import go_away
from ..conftest import ANNA
from ..simulator import FaultKind, Instance, InstanceState, Simulator
from ..simulator.testing import until
from .conftest import POLL, STATE, Heard, Issues, count, polls, start, stop, texts


def state_of(hass: HomeAssistant) -> str | None:
    state = hass.states.get(STATE)
    return state.state if state else None


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function for what a person finds in the log since it was last called."""

    def read() -> list[str]:
        found = [
            # The reason that follows depends on which translations are loaded.
            each.getMessage().partition(" data: ")[0]
            for each in caplog.records
            if each.name.startswith("custom_components.green_api")
            and each.levelname != "DEBUG"
        ]
        caplog.clear()
        return found

    return read


type Said = Callable[[], list[str]]


@pytest.fixture
async def known(hass: HomeAssistant, polling: MockConfigEntry, said: Said) -> None:
    """Have the state known, and all said that a start says."""
    await until(lambda: state_of(hass) == "authorized")
    said()


@pytest.mark.usefixtures("known")
async def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(
    hass: HomeAssistant,
    simulator: Simulator,
    instance: Instance,
    heard: Heard,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.05)
    for _ in range(2):
        port = simulator.port
        await go_away(simulator)
        await until(lambda: state_of(hass) == STATE_UNAVAILABLE)
        await asyncio.sleep(0.4)
        assert said() == ["Error fetching green_api"]
        instance.receive(ANNA, "Meanwhile")
        await simulator.start(port)
        await until(lambda: state_of(hass) == "authorized")
        await until(lambda: not instance.told)
        await polls(instance)
        assert said() == ["Fetching green_api data recovered"]
    assert texts(heard) == ["Meanwhile", "Meanwhile"]


@pytest.mark.parametrize("method", [POLL, "deleteNotification"])
@pytest.mark.usefixtures("known")
async def test_an_outage_of_receiving_alone_is_told_once(
    hass: HomeAssistant,
    instance: Instance,
    heard: Heard,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.02)
    instance.faults.add(FaultKind.BAD_GATEWAY, method=method, times=None)
    instance.receive(ANNA, "Meanwhile")
    await polls(instance, 8)
    assert said() == ["GREEN-API answers, but receiving fails: HTTP 502"]
    # Nobody would tell of a change, so it is asked for.
    assert state_of(hass) == "authorized"
    before = count(instance, "getStateInstance")
    instance.faults.clear()
    await until(lambda: not instance.told)
    await until(lambda: count(instance, "getStateInstance") > before)
    await polls(instance)
    assert said() == ["Receiving works again"]
    assert texts(heard) == ["Meanwhile"]
    assert state_of(hass) == "authorized"


@pytest.mark.usefixtures("known")
async def test_a_poll_that_breaks_off_is_nothing_to_tell(
    hass: HomeAssistant, instance: Instance, said: Said
) -> None:
    for _ in range(3):
        instance.faults.add(FaultKind.RESET, method=POLL)
        await until(lambda: not instance.faults.active)
        await polls(instance)
    assert said() == []
    assert state_of(hass) == "authorized"


@pytest.mark.parametrize("kind", [FaultKind.UNAUTHORIZED, FaultKind.FORBIDDEN])
@pytest.mark.usefixtures("known")
async def test_refused_credentials_are_asked_for_once(
    hass: HomeAssistant,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    kind: FaultKind,
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.02)
    instance.faults.add(kind, times=None)
    await polls(instance, 4)
    await until(lambda: state_of(hass) == STATE_UNAVAILABLE)
    flows = hass.config_entries.flow.async_progress()
    assert [each["context"]["source"] for each in flows] == [SOURCE_REAUTH]
    instance.faults.clear()
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    await until(lambda: state_of(hass) == "authorized")


async def test_a_start_is_waited_through(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    issues: Issues,
    said: Said,
) -> None:
    await until(lambda: state_of(hass) == "authorized")
    said()
    instance.strict_receiving = True
    # So that only the refusal tells it.
    instance.settings["stateWebhook"] = "no"
    instance.state = InstanceState.STARTING
    await until(lambda: state_of(hass) == "starting")
    await polls(instance, 5)
    assert issues() == []
    instance.state = InstanceState.AUTHORIZED
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    await until(lambda: state_of(hass) == "authorized")


@pytest.mark.parametrize("strict", [False, True])
async def test_it_goes_on_while_there_is_no_phone(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    issues: Issues,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
    *,
    strict: bool,
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.02)
    await until(lambda: state_of(hass) == "authorized")
    seen: set[str | None] = set()
    hass.bus.async_listen("state_changed", lambda _: seen.add(state_of(hass)))
    instance.strict_receiving = strict
    instance.state = InstanceState.NOT_AUTHORIZED
    await until(lambda: state_of(hass) == "not_authorized")
    await polls(instance, 4)
    assert issues() == ["not_linked"]
    instance.link()
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    await until(lambda: state_of(hass) == "authorized")
    await until(lambda: issues() == [])
    assert STATE_UNAVAILABLE not in seen


async def test_somebody_elses_webhook_is_a_repair_until_it_is_gone(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    issues: Issues,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.02)
    await until(lambda: state_of(hass) == "authorized")
    await polls(instance)
    said()
    instance.settings["webhookUrl"] = "https://example.com/hook?secret=1"
    await until(lambda: issues() == ["foreign_webhook"])
    await polls(instance, 5)
    assert said() == [
        "GREEN-API answers, but receiving fails: webhook url is set",
    ]
    assert state_of(hass) == "authorized"
    # It stays so after a start: what somebody changed is meant.
    await hass.config_entries.async_reload(polling.entry_id)
    await until(lambda: issues() == ["foreign_webhook"])
    assert instance.settings["webhookUrl"] == "https://example.com/hook?secret=1"
    instance.receive(ANNA, "Hi")
    instance.settings["webhookUrl"] = ""
    await until(lambda: issues() == [])
    await until(lambda: texts(heard) == ["Hi"])


async def test_a_start_without_a_connection(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    receiving_instance: Instance,
    heard: Heard,
    said: Said,
) -> None:
    port = simulator.port
    await go_away(simulator)
    await start(hass, entry, "poll")
    await until(lambda: state_of(hass) == STATE_UNAVAILABLE)
    await asyncio.sleep(0.3)
    assert said() == ["Error fetching green_api"]
    await simulator.start(port)
    await until(lambda: receiving_instance.settings["incomingWebhook"] == "yes")
    receiving_instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    await until(lambda: state_of(hass) == "authorized")
    await stop(hass, entry)


@pytest.mark.usefixtures("known")
async def test_a_gateway_that_gives_up_at_once_is_waited_for(
    instance: Instance, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receiving._LONG > 1
    monkeypatch.setattr(poller, "FIRST_DELAY", 0.1)
    # What is on its way still has the shorter one.
    await polls(instance)
    instance.faults.add(FaultKind.GATEWAY_TIMEOUT, method=POLL, times=None)
    before = count(instance, POLL)
    await asyncio.sleep(0.4)
    assert count(instance, POLL) - before <= 4
    instance.faults.clear()
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
