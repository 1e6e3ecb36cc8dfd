"""Notifications are handed out, deleted and forgotten."""

from typing import Any

import aiohttp
import pytest

from tests.simulator import FaultKind, Instance, InstanceState
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import DAY, TOKEN, Api, Clock, switch_on, told


async def test_the_head_stays_until_it_is_deleted(api: Api, instance: Instance) -> None:
    for number in range(2):
        instance.notify({"number": number})
    first = {"receiptId": 1, "body": {"number": 0}}
    assert await api.receive() == (200, first)
    assert await api.receive() == (200, first)

    assert await api.delete(1) == (200, {"result": True, "reason": ""})

    assert await api.receive() == (200, {"receiptId": 2, "body": {"number": 1}})
    assert await api.delete(1) == (200, {"result": False, "reason": ""})
    assert await api.delete(2) == (200, {"result": True, "reason": ""})
    assert told(instance) == []
    receipts = [one.receipt for one in instance.requests]
    assert receipts == [None, None, "1", None, "1", "2"]


@pytest.mark.parametrize("body", [None, "text", 1, [], {}, {"typeWebhook": None}])
async def test_any_body_may_come(api: Api, instance: Instance, body: Any) -> None:
    instance.notify(body)
    assert await api.receive() == (200, {"receiptId": 1, "body": body})


async def test_with_a_webhook_there_is_nothing_to_ask_for(
    api: Api, instance: Instance
) -> None:
    instance.notify({})
    instance.settings["webhookUrl"] = "https://example.com"
    status, answer = await api.receive()
    assert (status, set(answer)) == (400, {"code", "message", "status"})
    assert (answer["code"], answer["status"]) == ("INVALID_PARAM", "error")
    assert "custom webhook url is set" in answer["message"]
    instance.settings["webhookUrl"] = ""
    assert (await api.receive())[0] == 200


async def test_receipts_may_go_on_after_a_reboot(api: Api, instance: Instance) -> None:
    instance.receipts_restart = False
    instance.notify({})
    assert (await api.receive())[1]["receiptId"] == 1
    instance.restart()
    assert (await api.delete(1))[1]["result"] is True


async def test_an_unlinked_instance_may_be_asked(api: Api, instance: Instance) -> None:
    switch_on(instance, "stateWebhook")
    instance.unlink()
    _, answer = await api.receive()
    assert answer["body"]["stateInstance"] == "notAuthorized"
    instance.strict_receiving = True
    refusal = await api.refusal("receiveNotification", None)
    assert refusal == "instance is starting or not authorized"
    instance.state = InstanceState.STARTING
    refusal = await api.refusal("receiveNotification", None)
    assert refusal == "instance in starting process try later"


async def test_receipts_that_are_none(api: Api, instance: Instance) -> None:
    for receipt in ("x", "-1", "1.5", "٣"):
        status, answer = await api.delete(receipt)
        assert (status, answer["message"]) == (
            400,
            "Parameter receiptId must be a Number!",
        )
    assert (await api("deleteNotification", verb="DELETE"))[0] == 404
    instance.delete_unknown_fails = True
    status, answer = await api.delete(1)
    assert status == 500
    assert "findUnAckedMessage" in answer["message"]


async def test_a_receipt_belongs_to_no_other_method(api: Api) -> None:
    api.token = f"{TOKEN}/1"
    assert (await api("getStateInstance"))[0] == 404


async def test_what_nobody_asks_for_is_forgotten(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.notify({"number": 1})
    clock.forward(DAY)
    instance.notify({"number": 2})
    assert (await api.receive())[1]["body"] == {"number": 1}
    clock.forward(1)
    assert (await api.receive())[1]["body"] == {"number": 2}
    assert await api.delete(1) == (200, {"result": False, "reason": ""})


async def test_how_many_wait_is_told_late(
    api: Api, instance: Instance, clock: Clock
) -> None:
    assert await api("getWebhooksCount") == (200, {"count": 0})
    instance.notify({})
    clock.forward(9)
    assert await api("getWebhooksCount") == (200, {"count": 0})
    clock.forward(1)
    assert await api("getWebhooksCount") == (200, {"count": 1})


async def test_the_queue_is_cleared_once_a_minute(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.notify({})
    cleared = (200, {"isCleared": True, "reason": ""})
    assert await api("clearWebhooksQueue", verb="DELETE") == cleared
    assert instance.told == []
    instance.notify({})
    clock.forward(14)
    assert await api("clearWebhooksQueue", verb="DELETE") == (
        200,
        {"isCleared": False, "reason": "Too many requests", "leftTime": 46},
    )
    assert instance.told == [{}]
    clock.forward(46)
    assert await api("clearWebhooksQueue", verb="DELETE") == cleared
    assert instance.told == []


async def test_a_notification_comes_once_more(api: Api, instance: Instance) -> None:
    instance.deliver_twice = 1
    instance.notify({"number": 1})
    instance.notify({"number": 2})
    numbers = []
    for receipt in (1, 2, 3):
        answer = (await api.receive())[1]
        assert answer["receiptId"] == receipt
        numbers.append(answer["body"]["number"])
        assert (await api.delete(receipt))[1]["result"] is True
    assert numbers == [1, 1, 2]


async def test_a_deletion_whose_answer_is_lost(api: Api, instance: Instance) -> None:
    instance.notify({})
    await api.receive()
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="deleteNotification")
    with pytest.raises(aiohttp.ClientOSError):
        await api.delete(1)
    assert await api.delete(1) == (200, {"result": False, "reason": ""})
    assert instance.told == []
