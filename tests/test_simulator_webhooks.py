"""Notifications are pushed to a webhook, and again until they are taken."""

import asyncio
from collections.abc import AsyncIterator
import json
from typing import Any

from aiohttp import web
import pytest

from tests.simulator import Instance, Simulator, webhooks
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, DAY, Api, Clock, switch_on, until

SHORT = 0.003  # of 60 seconds before the next try, and of 180 for an answer


class Receiver:
    """A server notifications are pushed to; it answers as it is told, in the end with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int | float] = []
        self.bodies: list[Any] = []
        self.headers: list[Any] = []
        self.at_once = self.most_at_once = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.headers.append(request.headers)
        self.bodies.append(json.loads(await request.read()))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = 200
        self.at_once -= 1
        return web.Response(status=answer, headers={"Location": self.url})


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture(autouse=True)
def _webhook(instance: Instance, receiver: Receiver) -> None:
    switch_on(instance)
    instance.settings["webhookUrl"] = receiver.url
    instance.webhook_scale = SHORT


def numbers(bodies: list[Any]) -> list[int]:
    return [body["number"] for body in bodies]


def put(instance: Instance, *numbers: int) -> None:
    for number in numbers:
        instance.notify({"number": number})


async def test_a_notification_is_pushed(
    instance: Instance, receiver: Receiver, clock: Clock
) -> None:
    message_id = instance.receive(ANNA, "Привет 👋")
    await until(lambda: bool(instance.webhook_deliveries))
    (body,), (headers,) = receiver.bodies, receiver.headers
    assert (body["typeWebhook"], body["idMessage"]) == (
        "incomingMessageReceived",
        message_id,
    )
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert {"Authorization", "User-Agent"}.isdisjoint(headers)
    (delivery,) = instance.webhook_deliveries
    assert (delivery.status, delivery.time) == (200, clock())
    assert delivery.body == body
    assert instance.told == []


@pytest.mark.parametrize(
    ("token", "header"),
    [
        ("abc", "Bearer abc"),
        ("Bearer abc", "Bearer abc"),
        ("Basic YTpi", "Basic YTpi"),
        ("basic YTpi", "basic YTpi"),
    ],
)
async def test_who_pushes(
    instance: Instance, receiver: Receiver, token: str, header: str
) -> None:
    instance.settings["webhookUrlToken"] = token
    put(instance, 1)
    await until(lambda: bool(receiver.headers))
    assert receiver.headers[0]["Authorization"] == header


async def test_the_same_comes_again_until_it_is_taken(
    instance: Instance, receiver: Receiver
) -> None:
    receiver.answers = [500, 204, 302, 404]
    put(instance, 1, 2)
    await until(lambda: len(instance.webhook_deliveries) == 6)
    assert numbers(receiver.bodies) == [1, 1, 1, 1, 1, 2]
    statuses = [one.status for one in instance.webhook_deliveries]
    assert statuses == [500, 204, 302, 404, 200, 200]
    assert receiver.most_at_once == 1


async def test_no_other_try_before_the_time(
    instance: Instance, receiver: Receiver
) -> None:
    instance.webhook_scale = 1
    receiver.answers = [503]
    put(instance, 1)
    await until(lambda: bool(instance.webhook_deliveries))
    await asyncio.sleep(0.2)
    assert numbers(receiver.bodies) == [1]
    assert instance.told == [{"number": 1}]


async def test_others_may_overtake(instance: Instance, receiver: Receiver) -> None:
    instance.webhooks_block = False
    receiver.answers = [500]
    put(instance, 1, 2, 3)
    await until(lambda: len(instance.webhook_deliveries) == 4)
    assert numbers(receiver.bodies) == [1, 2, 3, 1]


async def test_an_answer_that_takes_too_long(
    instance: Instance, receiver: Receiver
) -> None:
    receiver.answers = [0.8]
    put(instance, 1)
    await until(lambda: len(instance.webhook_deliveries) == 2)
    assert [one.status for one in instance.webhook_deliveries] == [None, 200]


async def test_nobody_answers(instance: Instance, receiver: Receiver) -> None:
    url = receiver.url
    instance.settings["webhookUrl"] = "http://127.0.0.1:1/"
    put(instance, 1)
    await until(lambda: bool(instance.webhook_deliveries))
    instance.settings["webhookUrl"] = url
    await until(lambda: numbers(receiver.bodies) == [1])
    assert instance.webhook_deliveries[0].status is None


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/", "http://[x", "nonsense", "ftp://127.0.0.1/"]
)
async def test_other_machines_are_left_alone(instance: Instance, url: str) -> None:
    instance.settings["webhookUrl"] = url
    put(instance, 1)
    await until(lambda: bool(instance.webhook_deliveries))
    assert instance.webhook_deliveries[0].status is None
    assert instance.told == [{"number": 1}]


async def test_other_machines_may_be_allowed(
    instance: Instance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "HERE", ())
    put(instance, 1)
    await until(lambda: bool(instance.webhook_deliveries))
    assert receiver.bodies == []
    instance.webhooks_anywhere = True
    await until(lambda: numbers(receiver.bodies) == [1])


async def test_what_is_too_old_is_forgotten(
    instance: Instance, receiver: Receiver, clock: Clock
) -> None:
    instance.webhooks_block = True
    receiver.answers = [500] * 100
    put(instance, 1)
    await until(lambda: bool(receiver.bodies))
    clock.forward(DAY + 1)
    receiver.answers = []
    put(instance, 2)
    await until(lambda: receiver.bodies[-1:] == [{"number": 2}])
    await until(lambda: instance.told == [])


async def test_a_notification_comes_once_more(
    instance: Instance, receiver: Receiver
) -> None:
    instance.deliver_twice = 1
    put(instance, 1, 2)
    await until(lambda: len(instance.webhook_deliveries) == 3)
    assert numbers(receiver.bodies) == [1, 1, 2]


async def test_the_queue_is_cleared_while_one_is_on_its_way(
    instance: Instance, receiver: Receiver
) -> None:
    instance.webhook_scale = 1
    receiver.answers = [0.2]
    put(instance, 1, 2)
    await until(lambda: numbers(receiver.bodies) == [1])
    assert instance.clear_notifications() == 0
    await until(lambda: bool(instance.webhook_deliveries))
    put(instance, 3)
    await until(lambda: numbers(receiver.bodies) == [1, 3])


async def test_from_a_poll_to_a_webhook_and_back(
    api: Api, instance: Instance, receiver: Receiver
) -> None:
    instance.settings["webhookUrl"] = ""
    put(instance, 1)
    await asyncio.sleep(0.1)
    assert (await api("receiveNotification"))[1]["receiptId"] == 1
    await api("setSettings", {"webhookUrl": receiver.url})
    await until(lambda: numbers(receiver.bodies) == [1])
    await until(lambda: instance.told == [])
    instance.settings["webhookUrl"] = ""
    put(instance, 2)
    _, answer = await api("receiveNotification")
    assert answer["body"] == {"number": 2}
    assert numbers(receiver.bodies) == [1]


async def test_what_becomes_due_is_pushed(
    api: Api, instance: Instance, receiver: Receiver, clock: Clock
) -> None:
    instance.send_delay = 60
    for _ in range(2):
        await api.sent("sendMessage", {"chatId": ANNA, "message": "Hi"})
    await until(lambda: len(receiver.bodies) == 3)
    clock.forward(60)
    await until(lambda: len(receiver.bodies) == 6)


async def test_each_instance_has_its_own_webhook(
    simulator: Simulator, instance: Instance, receiver: Receiver
) -> None:
    other = simulator.add_instance("7103000002", "token")
    other.settings["webhookUrl"] = receiver.url
    other.webhook_scale = 1
    receiver.answers = [0.2]
    put(other, 1)
    await until(lambda: numbers(receiver.bodies) == [1])
    put(instance, 2)
    await until(lambda: numbers(receiver.bodies) == [1, 2])
    assert other.webhook_deliveries == []
    await until(lambda: bool(other.webhook_deliveries))


async def test_pushing_ends_with_the_server(
    simulator: Simulator, instance: Instance, receiver: Receiver
) -> None:
    await simulator.stop()
    put(instance, 1)
    await asyncio.sleep(0.1)
    assert receiver.bodies == []
    await simulator.start()
    await until(lambda: instance.told == [])
    assert numbers(receiver.bodies) == [1]
