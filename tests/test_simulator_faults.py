"""Faults, switched on one by one."""

import asyncio
import json
import time

import aiohttp
import pytest

from tests.simulator import FaultKind, Instance, Simulator
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, HI, TOKEN, Api, until

ANSWERS = {
    FaultKind.BAD_GATEWAY: (502, "text/html"),
    FaultKind.BAD_GATEWAY_ACCEPTED: (502, "text/html"),
    FaultKind.UNAVAILABLE: (503, "text/html"),
    FaultKind.UNAVAILABLE_ACCEPTED: (503, "text/html"),
    FaultKind.GATEWAY_TIMEOUT: (504, "text/html"),
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED: (504, "text/html"),
    FaultKind.INTERNAL_ERROR: (500, "application/json"),
    FaultKind.INTERNAL_ERROR_ACCEPTED: (500, "application/json"),
    FaultKind.UNAUTHORIZED: (401, "application/json"),
    FaultKind.FORBIDDEN: (403, "text/html"),
    FaultKind.RATE_LIMITED: (429, "application/json"),
    FaultKind.QUOTA_EXCEEDED: (466, "application/json"),
    FaultKind.FOREIGN_PAGE: (200, "text/html"),
    FaultKind.BARE_STRING: (200, "application/json"),
    FaultKind.GARBAGE_ACCEPTED: (200, "application/json"),
    FaultKind.EMPTY_ACCEPTED: (200, "application/json"),
}
DROPS = {
    FaultKind.REFUSE: aiohttp.ServerDisconnectedError,
    FaultKind.RESET: aiohttp.ClientOSError,
    FaultKind.RESET_ACCEPTED: aiohttp.ClientOSError,
}
HANGS = (FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED)


def test_every_fault_is_tested_and_described() -> None:
    assert {*ANSWERS, *DROPS, *HANGS} == set(FaultKind)
    assert all(kind.description for kind in FaultKind)


@pytest.mark.parametrize("kind", ANSWERS)
async def test_answers_of_faults(api: Api, instance: Instance, kind: FaultKind) -> None:
    instance.faults.add(kind, method="sendMessage")
    assert (await api("getStateInstance"))[0] == 200

    response = await api.raw("sendMessage", HI)

    assert (response.status, response.content_type) == ANSWERS[kind]
    assert len(instance.messages) == kind.accepted
    assert instance.requests[-1].status == response.status
    text = await response.text()
    if response.content_type == "text/html":
        assert "<html>" in text
    elif kind in (FaultKind.INTERNAL_ERROR, FaultKind.INTERNAL_ERROR_ACCEPTED):
        assert json.loads(text)["path"].endswith(TOKEN)
    elif kind is FaultKind.QUOTA_EXCEEDED:
        assert "correspondentsStatus" in json.loads(text)
    elif kind is FaultKind.BARE_STRING:
        assert json.loads(text) == "Error: forbidden"
    elif kind is FaultKind.GARBAGE_ACCEPTED:
        assert text
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
    else:
        assert text == ""

    assert (await api("sendMessage", HI))[0] == 200


@pytest.mark.parametrize("kind", DROPS)
async def test_dropped_connections(
    api: Api, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, times=2)
    for _ in range(2):
        with pytest.raises(DROPS[kind]):
            await api("sendMessage", HI)
    assert (await api("sendMessage", HI))[0] == 200

    assert len(instance.messages) == (3 if kind.accepted else 1)
    assert [request.status for request in instance.requests] == [None, None, 200]


@pytest.mark.parametrize("kind", HANGS)
async def test_hanging_requests_end_with_the_client(
    api: Api, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind)
    with pytest.raises(TimeoutError):
        await api("sendMessage", HI, timeout=aiohttp.ClientTimeout(total=0.1))
    assert len(instance.messages) == kind.accepted

    await until(lambda: instance.requests[0].ended is not None)
    assert instance.requests[0].status is None


async def test_a_slow_answer_arrives_after_all(api: Api, instance: Instance) -> None:
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, delay=0.1)
    started = time.monotonic()
    assert (await api("sendMessage", HI))[0] == 200
    assert time.monotonic() - started >= 0.1


async def test_hanging_requests_end_with_the_server(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    instance.faults.add(FaultKind.TIMEOUT, times=None)
    calls = [asyncio.create_task(api("sendMessage", HI)) for _ in range(3)]
    await until(lambda: len(instance.requests) == 3)
    assert instance.most_concurrent == 3

    await simulator.stop()

    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, aiohttp.ClientConnectionError)


async def test_faults_line_up_and_can_be_cleared(api: Api, instance: Instance) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY)
    instance.faults.add(FaultKind.UNAUTHORIZED, times=None)
    statuses = [(await api("sendMessage", HI))[0] for _ in range(3)]
    instance.faults.clear()
    statuses.append((await api("sendMessage", HI))[0])
    assert statuses == [502, 401, 401, 200]


async def test_a_fault_is_counted_and_can_be_removed(
    api: Api, instance: Instance
) -> None:
    lasting = instance.faults.add(FaultKind.UNAVAILABLE, times=None)
    once = instance.faults.add(FaultKind.BAD_GATEWAY)
    statuses = [(await api("sendMessage", HI))[0] for _ in range(2)]
    instance.faults.remove(lasting)
    statuses += [(await api("sendMessage", HI))[0] for _ in range(2)]
    instance.faults.remove(once)
    assert statuses == [503, 503, 502, 200]
    assert (lasting.struck, once.struck) == (2, 1)


async def test_a_fault_after_acceptance_waits_for_an_accepted_request(
    api: Api, instance: Instance
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED)
    assert (await api("sendMessage", {}))[0] == 400
    assert (await api("sendMessage", HI))[0] == 502


async def test_a_fault_for_one_chat(api: Api, instance: Instance) -> None:
    instance.fail_chat(ANNA, FaultKind.UNAVAILABLE)
    statuses = [
        (await api("sendMessage", {**HI, "chatId": chat}))[0]
        for chat in (ANNA, FAMILY, ANNA)
    ]
    assert statuses == [503, 200, 503]


async def test_a_fault_for_some_methods(api: Api, instance: Instance) -> None:
    instance.faults.add(FaultKind.UNAVAILABLE, method="Send*", times=None)
    methods = ("sendMessage", "sendPoll", "readChat")
    statuses = [(await api(method, {"chatId": ANNA}))[0] for method in methods]
    assert statuses == [503, 503, 200]
