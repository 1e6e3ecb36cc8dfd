"""States, settings and the send queue."""

from typing import Any

import pytest

from tests.simulator import Instance, InstanceState
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, DAY, HI, Api, Clock


async def test_without_a_phone_messages_wait_until_it_is_linked(
    api: Api, instance: Instance
) -> None:
    instance.unlink()
    status, body = await api("sendMessage", HI)
    assert status == 200
    assert body["idMessage"].startswith("BAE5")
    assert len(body["idMessage"]) == 16
    await api("sendMessage", {**HI, "message": "Second"})
    assert instance.messages == []
    assert await api("getMessagesCount") == (200, {"count": 2})
    assert (await api("showMessagesQueue"))[1][0] == {
        "messageID": body["idMessage"],
        "type": "sendMessage",
        "body": {
            "chatId": ANNA,
            "message": "Hi",
            "linkPreview": True,
            "typingTime": None,
            "typePreview": "small",
        },
    }

    instance.link()

    assert [message.text for message in instance.messages] == ["Hi", "Second"]
    assert instance.messages[0].id == body["idMessage"]
    assert instance.queue == []


async def test_what_waits_too_long_is_dropped(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.unlink()
    await api("sendMessage", HI)
    clock.forward(DAY)
    await api("sendMessage", {**HI, "message": "Later"})
    assert len(instance.queue) == 2
    clock.forward(1)

    instance.link()

    assert [message.text for message in instance.messages] == ["Later"]


async def test_the_queue_keeps_its_order_and_delay(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.send_delay = 2
    for text in ("1", "2", "3"):
        await api("sendMessage", {**HI, "message": text})
    counts = [len(instance.messages)]
    for _ in range(4):
        clock.forward(1)
        counts.append(len(instance.messages))

    assert counts == [1, 1, 2, 2, 3]
    assert [message.text for message in instance.messages] == ["1", "2", "3"]
    first, second, third = (message.timestamp for message in instance.messages)
    assert (second - first, third - second) == (2, 2)


@pytest.mark.parametrize("state", [None, *InstanceState])
async def test_states(
    api: Api, instance: Instance, state: InstanceState | None
) -> None:
    instance.state = state
    expected = {"stateInstance": str(state)} if state else None
    assert await api("getStateInstance") == (200, expected)

    status, body = await api("sendMessage", HI)
    if state in (None, InstanceState.STARTING):
        assert (status, body["message"]) == (
            400,
            "instance in starting process try later",
        )
    else:
        assert status == 200
    assert bool(instance.messages) == (state is InstanceState.AUTHORIZED)
    linked = state is InstanceState.AUTHORIZED
    assert (await api("getSettings"))[1]["wid"] == (
        "79990000001@c.us" if linked else ""
    )


async def test_an_unlinked_instance_knows_nobody(api: Api, instance: Instance) -> None:
    instance.unlink()
    for call in (api("getContacts"), api("checkWhatsapp", {"chatId": ANNA})):
        status, body = await call
        assert status == 400
        assert body["message"] == "instance is starting or not authorized"


async def test_suspension(api: Api, instance: Instance, clock: Clock) -> None:
    assert "suspendedUntil" not in (await api("getWaSettings"))[1]
    instance.state = InstanceState.SUSPENDED
    instance.suspended_until = 1_791_400_000
    clock.forward(1)
    assert (await api("getWaSettings"))[1]["suspendedUntil"] == 1_791_400_000
    assert (await api("sendMessage", HI))[1]["idMessage"].startswith("BAE5")

    instance.refuse_when_suspended = True
    status, body = await api("sendMessage", HI)
    assert (status, body["message"]) == (403, "Your account is suspended")


async def test_settings_restart_and_logout(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.starting_seconds = 30
    states = [instance.state]
    change = {"delaySendMessagesMilliseconds": 500, "incomingWebhook": "yes"}
    for method, body, answer in (
        ("setSettings", change, {"saveSettings": True}),
        ("reboot", None, {"isReboot": True}),
        ("logout", None, {"isLogout": True}),
    ):
        assert await api(method, body) == (200, answer)
        states.append(instance.state)
        clock.forward(30)
        states.append(instance.state)

    authorized, starting = InstanceState.AUTHORIZED, InstanceState.STARTING
    assert states[:5] == [authorized, starting, authorized, starting, authorized]
    assert states[5:] == [InstanceState.NOT_AUTHORIZED] * 2
    assert change.items() <= (await api("getSettings"))[1].items()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"incomingWebhook": True},
        {"delaySendMessagesMilliseconds": 499},
        {"autoTyping": 11},
        {"webhookUrl": 1},
    ],
)
async def test_bad_settings(api: Api, instance: Instance, change: Any) -> None:
    before = dict(instance.settings)
    assert (await api("setSettings", change))[0] == 400
    assert instance.settings == before
