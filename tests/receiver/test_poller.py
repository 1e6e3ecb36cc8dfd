"""Hear what lies in GREEN-API's queue."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
import json
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import GreenApiClient, GreenApiError
from custom_components.green_api.api.methods import receiving
from custom_components.green_api.receiver import poller, seen
from custom_components.green_api.receiver.dispatcher import Dispatcher
from homeassistant.core import HomeAssistant

from ..conftest import ANNA, BORIS, FAMILY
from ..simulator import FaultKind, Instance
from ..simulator.testing import until
from .conftest import (
    POLL,
    STATE,
    Heard,
    answering,
    body,
    count,
    dispatcher_of,
    polls,
    running,
    slowly,
    text_body,
    texts,
)

DELETE = "deleteNotification"


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has complained about."""
    return [
        each.getMessage()
        for each in caplog.records
        if "green_api" in each.name and each.levelname in {"WARNING", "ERROR"}
    ]


async def test_a_text(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.receive(ANNA, "I am home")
    await until(lambda: len(heard) == 1)
    [(chat, event)] = heard
    assert chat is not None
    assert polling.subentries[chat].title == "Anna"
    assert event.text == "I am home"
    await until(lambda: not instance.told)


@pytest.mark.usefixtures("polling")
async def test_all_is_heard_in_order(instance: Instance, heard: Heard) -> None:
    for number in range(20):
        instance.receive(ANNA, f"A{number}")
        instance.receive(BORIS, f"B{number}")
        instance.receive(FAMILY, f"F{number}", sender=BORIS)
    await until(lambda: len(heard) == 60)
    expected = [f"{who}{number}" for number in range(20) for who in "ABF"]
    assert texts(heard) == expected
    await until(lambda: not instance.told)
    assert count(instance, DELETE) == 60


@pytest.mark.usefixtures("polling")
async def test_two_never_ask_at_once(instance: Instance, heard: Heard) -> None:
    for number in range(10):
        instance.receive(ANNA, str(number))
    await until(lambda: len(heard) == 10)
    await polls(instance)
    requests = [each for each in instance.requests if each.method == POLL]
    for one, next_one in pairwise(requests):
        assert one.ended is not None
        assert one.ended <= next_one.time


async def test_the_next_is_asked_for_while_the_last_is_deleted(
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance.poll_scale = 1
    await polls(instance, 1)
    monkeypatch.setattr(poller, "BREATH", 60)
    with slowly(monkeypatch, DELETE, 0.1):
        for number in range(5):
            instance.receive(ANNA, str(number))
        # Each is there again when it is asked for too early; that is no second one, and
        # nothing to wait for.
        await until(lambda: not instance.told)
        await until(lambda: instance.requests[-1].method == POLL)
    assert texts(heard) == ["0", "1", "2", "3", "4"]
    assert dispatcher_of(polling).statistics.repeated == 0
    requests = [each for each in instance.requests if each.method in {POLL, DELETE}]
    deletions = [at for at, each in enumerate(requests) if each.method == DELETE]
    assert len(deletions) == 5
    for at in deletions:
        ended, asked = requests[at].ended, requests[at + 1]
        assert asked.method == POLL
        assert ended is not None
        assert asked.time < ended


@pytest.mark.usefixtures("polling")
async def test_what_has_waited_for_long_is_asked_for_anew(
    instance: Instance, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By then, its receipt may be another's.
    monkeypatch.setattr(poller, "FRESH", 0.02)
    instance.faults.add(
        FaultKind.TIMEOUT_ACCEPTED, method=DELETE, times=None, delay=0.1
    )
    for number in range(5):
        instance.receive(ANNA, str(number))
    await until(lambda: len(heard) == 5)
    assert texts(heard) == ["0", "1", "2", "3", "4"]
    await until(lambda: not instance.told)
    assert count(instance, DELETE) == 5
    # Each but the first was received twice.
    assert count(instance, POLL) >= 9


async def test_what_comes_twice_is_heard_once(
    polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.deliver_twice = 3
    for number in range(4):
        instance.receive(ANNA, str(number))
    await until(lambda: not instance.told)
    assert texts(heard) == ["0", "1", "2", "3"]
    await until(lambda: dispatcher_of(polling).statistics.repeated == 3)
    assert count(instance, DELETE) == 7


async def test_what_comes_again_after_a_restart_of_the_api_is_heard_once(
    polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY, method=DELETE, times=None)
    instance.receive(ANNA, "Once")
    await until(lambda: dispatcher_of(polling).statistics.repeated > 0)
    instance.notifications.restart_receipts()
    instance.faults.clear()
    instance.receive(ANNA, "Twice")
    await until(lambda: not instance.told)
    assert texts(heard) == ["Once", "Twice"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_comes_again_after_a_restart_is_heard_once(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    *,
    restarted: bool,
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY, method=DELETE, times=None)
    instance.receive(ANNA, "Once")
    await until(lambda: count(instance, DELETE) > 0)
    assert await hass.config_entries.async_unload(polling.entry_id)
    assert running() == []
    if restarted:
        await hass.async_block_till_done()
        del hass.data[seen._INSTANCES]
    instance.notifications.restart_receipts()
    instance.faults.clear()
    assert await hass.config_entries.async_setup(polling.entry_id)
    instance.receive(ANNA, "Twice")
    await until(lambda: not instance.told)
    assert texts(heard) == ["Once", "Twice"]
    assert dispatcher_of(polling).statistics.repeated == 1


@pytest.mark.parametrize("unknown_fails", [False, True])
@pytest.mark.usefixtures("polling")
async def test_what_cannot_be_deleted_is_heard_once(
    instance: Instance, heard: Heard, *, unknown_fails: bool
) -> None:
    instance.delete_unknown_fails = unknown_fails
    kinds = set(FaultKind) - {
        FaultKind.TIMEOUT,
        FaultKind.TIMEOUT_ACCEPTED,
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
    }
    for kind in sorted(kinds):
        instance.faults.add(kind, method=DELETE, times=3)
        instance.receive(ANNA, kind)
        await until(lambda: not instance.told)
        instance.faults.clear()
    assert texts(heard) == sorted(kinds)


@pytest.mark.usefixtures("polling")
async def test_what_stays_though_it_is_deleted_is_no_hot_loop(
    instance: Instance, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "BREATH", 0.1)
    with answering(monkeypatch, DELETE, {"result": False, "reason": "?"}):
        instance.receive(ANNA, "Once")
        await until(lambda: count(instance, DELETE) > 0)
        before = count(instance, POLL)
        await asyncio.sleep(0.35)
        assert 1 <= count(instance, POLL) - before <= 5
    instance.receive(ANNA, "Twice")
    await until(lambda: not instance.told)
    assert texts(heard) == ["Once", "Twice"]


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_ACCEPTED, None])
@pytest.mark.usefixtures("polling")
async def test_empty_answers_at_once_are_no_hot_loop(
    hass: HomeAssistant,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: FaultKind | None,
) -> None:
    monkeypatch.setattr(poller, "BREATH", 0.1)
    caplog.clear()
    with answering(monkeypatch, POLL, None):
        if kind:
            instance.faults.add(kind, method=POLL, times=None)
        await polls(instance)
        before = count(instance, POLL)
        await asyncio.sleep(0.35)
        assert 1 <= count(instance, POLL) - before <= 5
    instance.faults.clear()
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    assert complaints(caplog) == []


@pytest.mark.usefixtures("polling")
async def test_while_nothing_comes_nothing_else_is_asked(
    hass: HomeAssistant, instance: Instance
) -> None:
    await until(lambda: hass.states.get(STATE) is not None)
    await polls(instance)
    instance.requests.clear()
    await polls(instance, 15)
    assert {each.method for each in instance.requests} == {POLL}
    assert {each.query["receiveTimeout"] for each in instance.requests} == {"50"}


@pytest.mark.usefixtures("polling")
async def test_a_gateway_that_gives_up_after_long_is_no_outage(
    hass: HomeAssistant,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(receiving, "_LONG", 0.05)
    caplog.clear()
    instance.requests.clear()
    instance.faults.add(FaultKind.GATEWAY_TIMEOUT, method=POLL, times=4, delay=0.06)
    await until(lambda: not instance.faults.active)
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])
    assert count(instance, "getStateInstance") == 0
    assert complaints(caplog) == []


# What is no notification

SECRET = "79001112233"
GARBAGE: list[Any] = [
    None,
    [],
    [1, [SECRET]],
    7,
    7.5,
    True,
    SECRET,
    "",
    {},
    {"typeWebhook": None},
    {"typeWebhook": SECRET},
    {"typeWebhook": "somethingNew", "secret": SECRET},
    {"typeWebhook": ["incomingMessageReceived"]},
    {"typeWebhook": "incomingMessageReceived"},
    {"typeWebhook": "incomingMessageReceived", "messageData": [SECRET]},
    {"typeWebhook": "outgoingMessageStatus", "status": {}},
    {SECRET: SECRET, "": "", "a b": {"c": {"d": {"e": {SECRET: SECRET}}}}},
    {f"k{number}": SECRET for number in range(500)},
    {"a": [SECRET] * 500},
    {"a" * 50: 2**63, "b": -(2**63), "c": 2**64, "d": 1e300},
    {"typeWebhook": "stateInstanceChanged", "timestamp": 10**18},
    body("incomingBlock", chatId=SECRET, chatState="blocked"),
    body("deviceInfo", deviceData={"battery": 3}),
    body("statusInstanceChanged", statusInstance="online"),
]


def nested(depth: int) -> Any:
    found: Any = SECRET
    for _ in range(depth):
        found = [{"a": found}]
    return found


async def test_what_is_no_notification_is_in_nobodys_way(
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    garbage = [*GARBAGE, nested(400)]
    statistics = dispatcher_of(polling).statistics
    for number, given in enumerate(garbage):
        statistics.kinds.clear()
        instance.notify(given)
        instance.receive(ANNA, str(number))
        await until(lambda: not instance.told)
        assert statistics.kinds.total() == 2
    assert texts(heard) == [str(number) for number in range(len(garbage))]
    assert statistics.repeated == 0
    assert statistics.last_received is not None
    shapes = json.dumps([*statistics.not_understood])
    assert SECRET not in shapes
    assert len(shapes) < 2000
    assert SECRET not in str(statistics.kinds)
    assert SECRET not in caplog.text
    assert complaints(caplog) == []


@pytest.mark.usefixtures("polling")
async def test_a_receipt_alone_is_deleted(
    instance: Instance, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(monkeypatch, POLL, {"receiptId": 4711}):
        await until(lambda: count(instance, DELETE) > 0)
    assert {each.receipt for each in instance.requests if each.method == DELETE} == {
        "4711"
    }
    instance.receive(ANNA, "Hi")
    await until(lambda: texts(heard) == ["Hi"])


@pytest.mark.usefixtures("polling")
async def test_what_has_no_receipt_is_waited_through(
    instance: Instance, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = text_body(ANNA, "No", "A")
    answers: list[Any] = [
        {"body": text},
        {"receiptId": None, "body": text},
        {"receiptId": True, "body": text},
        {"receiptId": 1.5, "body": text},
        {"receiptId": "x", "body": text},
        {"receiptId": [1], "body": text},
        [],
        [text],
        "Error: forbidden",
        7,
        False,
    ]
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.02)
    for answer in answers:
        with answering(monkeypatch, POLL, answer):
            await polls(instance, 3)
    instance.receive(ANNA, "Hi")
    await until(lambda: not instance.told)
    assert texts(heard) == ["Hi"]
    assert count(instance, DELETE) == 1


@pytest.mark.usefixtures("polling")
async def test_an_answer_that_gets_lost_loses_nothing(
    instance: Instance, heard: Heard
) -> None:
    kinds = set(FaultKind) - {
        FaultKind.TIMEOUT,
        FaultKind.TIMEOUT_ACCEPTED,
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
    }
    for kind in sorted(kinds):
        instance.faults.add(kind, method=POLL, times=2)
        instance.receive(ANNA, kind)
        await until(lambda: not instance.told)
    assert texts(heard) == sorted(kinds)


# Waiting


class Enough(BaseException):
    """Ends what goes on for ever."""


type Pauses = Callable[[int], Awaitable[list[float]]]


@pytest.fixture
async def pauses(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    real_pace: None,
) -> Pauses:
    """Return what asks anew, and tells for how long it waited in between."""
    client = polling.runtime_data.coordinator.client
    dispatcher = dispatcher_of(polling)
    assert await hass.config_entries.async_unload(polling.entry_id)

    async def ask(number: int) -> list[float]:
        return await waited_for(client, dispatcher, monkeypatch, number)

    return ask


async def waited_for(
    client: GreenApiClient,
    dispatcher: Dispatcher,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> list[float]:
    waited: list[float] = []

    async def sleep(delay: float) -> None:
        waited.append(delay)
        if len(waited) == number:
            raise Enough

    errors: list[GreenApiError] = []
    patched = SimpleNamespace(sleep=sleep, get_running_loop=asyncio.get_running_loop)
    monkeypatch.setattr(poller, "asyncio", patched)
    with pytest.raises(Enough):
        await poller.Poller(client, dispatcher, errors.append, lambda: None).async_run()
    assert len(errors) == number
    return waited


async def test_waits_grow_and_differ(instance: Instance, pauses: Pauses) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY, method=POLL, times=None)
    for base, waited in zip(
        [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60], await pauses(10), strict=True
    ):
        assert 0.7 * base <= waited <= 1.3 * base
    assert len({(await pauses(1))[0] for _ in range(5)}) > 1
    instance.faults.clear()
    instance.strict_receiving = True
    instance.state = None
    for waited in await pauses(8):
        assert 2.1 <= waited <= 3.9


# Stopping


async def test_whenever_it_stops_nothing_is_lost(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    for number in range(60):
        instance.receive(ANNA, str(number))
    for number in range(20):
        await asyncio.sleep(number * 0.002)
        assert await hass.config_entries.async_unload(polling.entry_id)
        assert running() == []
        before = len(heard)
        await asyncio.sleep(0.005)
        assert len(heard) == before
        # Then Home Assistant stops, and starts.
        await hass.async_block_till_done()
        del hass.data[seen._INSTANCES]
        assert await hass.config_entries.async_setup(polling.entry_id)
    await until(lambda: not instance.told)
    assert texts(heard) == [str(number) for number in range(60)]


async def test_a_long_poll_ends_at_once_when_it_stops(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.poll_scale = 1
    await polls(instance, 1)
    async with asyncio.timeout(10):
        assert await hass.config_entries.async_unload(polling.entry_id)
    assert running() == []
    await until(lambda: all(each.ended for each in instance.requests))
