"""Polls wait for a notification: for how long, in which order, and what ends them."""

import asyncio
from collections.abc import AsyncIterator
import time
from typing import Any

import aiohttp
import pytest

from tests.simulator import FaultKind, Instance, Simulator
from tests.simulator.notifications import NotificationQueue
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, HI, Api, Clock, switch_on, until

SHORT = 0.01  # of 5 seconds


@pytest.fixture
async def waiting(
    api: Api, instance: Instance
) -> AsyncIterator[asyncio.Task[tuple[int, Any]]]:
    """Have a poll that waits."""
    poll = asyncio.create_task(api("receiveNotification"))
    await until(lambda: bool(instance.requests))
    yield poll
    poll.cancel()


async def test_nothing_came(api: Api, instance: Instance) -> None:
    instance.poll_scale = SHORT
    started = time.monotonic()
    response = await api.raw("receiveNotification")
    assert time.monotonic() - started >= 5 * SHORT
    assert (response.status, await response.read()) == (200, b"null")
    assert response.headers["X-RateLimit-Replenish-Rate"] == "100"


async def test_how_long_is_waited(api: Api, instance: Instance) -> None:
    instance.poll_scale = SHORT
    for seconds, least in ((5, 0.05), (60, 0.6)):
        started = time.monotonic()
        assert await api.receive(seconds) == (200, None)
        assert time.monotonic() - started >= least
        assert instance.requests[-1].query == {"receiveTimeout": str(seconds)}
    for seconds in (0, 4, 61):
        status, answer = await api.receive(seconds)
        assert status == 400
        assert "'receiveTimeout' must be" in answer["message"]


async def test_a_poll_that_waits_wakes_at_once(
    instance: Instance, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    instance.poll_scale = 1000
    switch_on(instance)
    started = time.monotonic()
    message_id = instance.receive(ANNA, "Hello")
    status, answer = await waiting
    assert time.monotonic() - started < 4
    assert (status, answer["receiptId"]) == (200, 1)
    assert answer["body"]["idMessage"] == message_id
    assert instance.requests[0].ended is not None


async def test_a_poll_hears_of_what_becomes_due(
    api: Api, instance: Instance, clock: Clock
) -> None:
    switch_on(instance, "outgoingAPIMessageWebhook")
    instance.send_delay = 60
    for _ in range(2):
        await api.sent("sendMessage", HI)
    _, first = await api.receive()
    await api.delete(first["receiptId"])
    poll = asyncio.create_task(api.receive())
    await until(lambda: instance.requests[-1].method == "receiveNotification")
    clock.forward(60)
    _, second = await poll
    assert first["body"]["idMessage"] != second["body"]["idMessage"]


async def test_polls_compete(
    api: Api, instance: Instance, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    second = asyncio.create_task(api("receiveNotification"))
    await until(lambda: len(instance.requests) == 2)
    instance.notify({"number": 1})
    instance.notify({"number": 2})
    assert (await waiting)[1]["body"] == {"number": 1}
    assert not second.done()
    await api.delete(1)
    assert (await second)[1]["body"] == {"number": 2}
    assert instance.most_concurrent == 1


async def test_a_client_that_hangs_up_leaves_its_place(
    api: Api, instance: Instance
) -> None:
    timeout = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        await api("receiveNotification", timeout=timeout)
    await until(lambda: instance.requests[0].ended is not None)
    assert instance.requests[0].status is None
    poll = asyncio.create_task(api.receive())
    await until(lambda: len(instance.requests) == 2)
    instance.notify({"number": 1})
    assert (await poll)[1]["body"] == {"number": 1}


async def test_a_client_that_is_woken_and_gone_wakes_the_next(clock: Clock) -> None:
    queue = NotificationQueue(clock)
    first, second = (
        asyncio.create_task(queue.wait(60, lambda: False)) for _ in range(2)
    )
    await asyncio.sleep(0)
    queue.put({}, clock())
    first.cancel()
    await asyncio.wait_for(second, 10)
    assert first.cancelled()


async def test_a_wrong_token_does_not_wait(api: Api) -> None:
    api.token = "wrong"
    started = time.monotonic()
    assert (await api.receive())[0] == 401
    assert time.monotonic() - started < 4


async def test_a_webhook_ends_a_poll_that_waits(
    api: Api, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    await api("setSettings", {"webhookUrl": "https://example.com"})
    status, answer = await waiting
    assert (status, answer["code"]) == (400, "INVALID_PARAM")


async def test_a_reboot_ends_polls_and_counts_receipts_anew(
    api: Api, instance: Instance, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    await api("reboot")
    assert await waiting == (200, None)
    for number in range(3):
        instance.notify({"number": number})
    for receipt in (1, 2):
        assert (await api.receive())[1]["receiptId"] == receipt
        await api.delete(receipt)
    assert (await api.receive())[1]["receiptId"] == 3
    instance.restart()
    assert await api.delete(3) == (200, {"result": False, "reason": ""})
    assert await api.receive() == (200, {"receiptId": 1, "body": {"number": 2}})


async def test_polls_end_with_the_server(
    simulator: Simulator, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    started = time.monotonic()
    await simulator.stop()
    assert time.monotonic() - started < 4
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await waiting


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.GATEWAY_TIMEOUT, 504),
        (FaultKind.GATEWAY_TIMEOUT_ACCEPTED, 504),
        (FaultKind.UNAUTHORIZED, 401),
        (FaultKind.EMPTY_ACCEPTED, 200),
        (FaultKind.FOREIGN_PAGE, 200),
    ],
)
async def test_a_fault_strikes_a_poll_that_waits(
    instance: Instance,
    waiting: asyncio.Task[tuple[int, Any]],
    kind: FaultKind,
    status: int,
) -> None:
    instance.faults.add(kind, method="receiveNotification")
    if kind.accepted:
        instance.notify({})
    answered, text = await waiting
    assert answered == status
    assert isinstance(text, str)
    assert ("<html>" in text) == (status == 504 or kind is FaultKind.FOREIGN_PAGE)
    assert instance.faults.active == ()


async def test_a_fault_of_others_leaves_a_poll_alone(
    instance: Instance, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    instance.faults.add(FaultKind.RESET, method="send*")
    instance.notify({})
    assert (await waiting)[0] == 200


async def test_a_reset_loses_no_notification(
    api: Api, instance: Instance, waiting: asyncio.Task[tuple[int, Any]]
) -> None:
    instance.faults.add(FaultKind.RESET_ACCEPTED)
    instance.notify({})
    with pytest.raises(aiohttp.ClientOSError):
        await waiting
    assert await api.receive() == (200, {"receiptId": 1, "body": {}})
