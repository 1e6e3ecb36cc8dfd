"""What became of messages, and waiting for it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.green_api import api, deliveries as deliveries_module
from custom_components.green_api.deliveries import Deliveries
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..actions import send_message, sent
from ..conftest import ANNA, BORIS, FAMILY
from ..simulator import Instance, MessageStatus
from ..simulator.models import Outcome
from ..simulator.testing import until
from .conftest import Delivered, body, running

NEVER = timedelta(seconds=0.15)


def deliveries_of(entry: MockConfigEntry) -> Deliveries:
    found: Deliveries = entry.runtime_data.outbox.deliveries
    return found


def status(message_id: str, word: Any, **more: Any) -> dict[str, Any]:
    more = {"chatId": ANNA, "sendByApi": True, "timestamp": 1791296908, **more}
    return body("outgoingMessageStatus", idMessage=message_id, status=word, **more)


async def fail(
    hass: HomeAssistant,
    kind: type[HomeAssistantError] = HomeAssistantError,
    **data: Any,
) -> HomeAssistantError:
    """Send in vain, and return the error."""
    with pytest.raises(kind) as raised:
        await send_message(hass, **data)
    return raised.value


async def test_how_far_it_came_is_told(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    response = await send_message(hass, chat_id=ANNA, wait_for="delivered")
    [message] = response["messages"]
    assert message["status"] == "delivered"
    assert message["message_id"] == instance.messages[0].id
    assert deliveries_of(polling)._waiting == {}
    response = await send_message(
        hass, chat_id=[ANNA, BORIS, FAMILY], wait_for="sent", timeout=5
    )
    assert {each["chat_id"] for each in response["messages"]} == {ANNA, BORIS, FAMILY}
    for message in response["messages"]:
        assert message["status"] in {"sent", "delivered"}


@pytest.mark.usefixtures("polling")
async def test_without_a_wish_nothing_is_told(hass: HomeAssistant) -> None:
    [message] = (await send_message(hass, chat_id=ANNA))["messages"]
    assert "status" not in message


async def test_each_part_of_a_long_text_is_waited_for(
    hass: HomeAssistant, polling: MockConfigEntry
) -> None:
    response = await send_message(
        hass, "word " * 1800, chat_id=ANNA, wait_for="delivered"
    )
    assert [each["status"] for each in response["messages"]] == ["delivered"] * 3
    assert deliveries_of(polling)._waiting == {}


async def test_it_is_waited_until_it_is_read(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.phone_online = False
    sending = asyncio.create_task(
        send_message(hass, chat_id=ANNA, wait_for="read", timeout={"seconds": 5})
    )
    await until(lambda: len(deliveries_of(polling)._waiting) == 1)
    instance.phone_online = True
    await until(lambda: not instance.told)
    assert not sending.done()
    instance.read(ANNA)
    [message] = (await sending)["messages"]
    assert message["status"] == "read"
    assert deliveries_of(polling)._waiting == {}


async def test_what_is_known_before_the_answer_counts(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(instance, "new_id", lambda: "EARLY")
    instance.outcomes[ANNA] = Outcome(status=MessageStatus.SENT)
    instance.notify(status("EARLY", "read"))
    await until(lambda: not instance.told)
    [message] = (await send_message(hass, chat_id=ANNA, wait_for="delivered"))[
        "messages"
    ]
    assert message["status"] == "read"


async def test_late_news_are_no_news(
    polling: MockConfigEntry, instance: Instance, delivered: Delivered
) -> None:
    for word in ("delivered", "sent", "delivered", "failed", "read", "delivered"):
        instance.notify(status("A", word, timestamp=1791296908 + len(delivered)))
        await until(lambda: not instance.told)
    for other in ("suspended", "yellowCard", "pending", "dreaming", "", None, 7):
        instance.notify(status("B", other))
    await until(lambda: not instance.told)
    assert [str(each.status) for _, each in delivered] == ["delivered", "read"]
    assert deliveries_of(polling)._known["A"].status == "read"
    # It failed, was tried again, and arrived.
    for word in ("failed", "noAccount", "notInGroup", "sent", "delivered"):
        instance.notify(status("C", word))
    await until(lambda: not instance.told)
    assert [str(each.status) for _, each in delivered[2:]] == ["failed", "delivered"]


async def test_a_delivery_tells_what_it_was(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    delivered: Delivered,
) -> None:
    await send_message(hass, chat_id=ANNA, tag="door", wait_for="delivered")
    await until(lambda: not instance.told)
    assert [(str(each.status), each.tag) for _, each in delivered] == [
        ("sent", "door"),
        ("delivered", "door"),
    ]
    chat, delivery = delivered[0]
    assert polling.subentries[str(chat)].title == "Anna"
    assert (delivery.chat_id, delivery.message_id) == (ANNA, instance.messages[0].id)
    instance.notify(status("A", "failed", chatId=None, description="SWE004: too many"))
    await until(lambda: len(delivered) == 3)
    chat, delivery = delivered[2]
    assert (chat, delivery.chat_id, delivery.tag) == (None, "", None)
    assert delivery.description == "SWE004: too many"


@pytest.mark.parametrize(
    ("outcome", "description"),
    [
        (MessageStatus.FAILED, None),
        (MessageStatus.FAILED, "SWE004: the group is too large"),
        (MessageStatus.NO_ACCOUNT, None),
        (MessageStatus.NOT_IN_GROUP, None),
    ],
)
async def test_a_failure_is_told_at_once(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    outcome: MessageStatus,
    description: str | None,
) -> None:
    instance.outcomes[ANNA] = Outcome(status=outcome, description=description)
    async with asyncio.timeout(3):
        for wanted in ("sent", "delivered", "read"):
            error = await fail(hass, chat_id=ANNA, wait_for=wanted)
            assert error.translation_key == "not_delivered"
            assert error.translation_domain == "green_api"
            reason = (error.translation_placeholders or {})["reason"]
            assert reason
            assert description in (None, reason)
    assert deliveries_of(polling)._waiting == {}


async def test_how_far_it_came_in_time_is_told(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    said: list[dict[str, str]] = []
    for outcome, online in (
        (MessageStatus.SUSPENDED, True),
        (MessageStatus.SENT, False),
        (MessageStatus.SENT, True),
    ):
        instance.outcomes[ANNA] = Outcome(status=outcome)
        instance.phone_online = online
        error = await fail(hass, chat_id=ANNA, wait_for="read", timeout=NEVER)
        assert error.translation_key == "not_that_far"
        said.append(dict(error.translation_placeholders or {}))
    assert len({each["wanted"] for each in said}) == 1
    assert len({each["reached"] for each in said}) == 3
    assert len(sent(instance)) == 3
    assert deliveries_of(polling)._waiting == {}


async def test_without_time_it_is_asked_once(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.phone_online = False
    error = await fail(hass, chat_id=ANNA, wait_for="read", timeout=0)
    assert error.translation_key == "not_that_far"
    assert len(sent(instance)) == 1


@pytest.mark.usefixtures("loaded")
async def test_nothing_is_sent_where_nothing_is_heard(
    hass: HomeAssistant, instance: Instance
) -> None:
    error = await fail(
        hass, ServiceValidationError, chat_id=[ANNA, BORIS], wait_for="sent"
    )
    assert error.translation_key == "wait_needs_receiving"
    assert sent(instance) == []
    await send_message(hass, chat_id=ANNA)
    assert len(sent(instance)) == 1


@pytest.mark.usefixtures("polling")
async def test_what_cannot_be_waited_for(
    hass: HomeAssistant, instance: Instance
) -> None:
    for wrong in ("failed", "pending", "", None, 7):
        with pytest.raises(vol.Invalid):
            await send_message(hass, chat_id=ANNA, wait_for=wrong)
    with pytest.raises(vol.Invalid):
        await send_message(hass, chat_id=ANNA, wait_for="read", timeout="later")
    assert sent(instance) == []


async def test_of_several_the_one_that_failed_is_named(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.outcomes[BORIS] = Outcome(status=MessageStatus.NO_ACCOUNT)
    error = await fail(hass, chat_id=[ANNA, BORIS, FAMILY], wait_for="delivered")
    assert error.translation_key == "some_failed"
    placeholders = error.translation_placeholders or {}
    assert (placeholders["failed"], placeholders["total"]) == ("1", "3")
    assert "Boris" in placeholders["reasons"]
    assert "Anna" not in placeholders["reasons"]
    assert "Family" not in placeholders["reasons"]
    assert len(instance.messages) == 2
    assert deliveries_of(polling)._waiting == {}


async def test_who_gives_up_leaves_nobody_waiting(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    instance.phone_online = False
    waiting = deliveries_of(polling)._waiting
    tasks = [
        asyncio.create_task(send_message(hass, chat_id=ANNA, wait_for="read"))
        for _ in range(5)
    ]
    await until(lambda: len(waiting) == 5)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(each) for each in results} == {asyncio.CancelledError}
    await until(lambda: waiting == {})
    assert [each for each in running() if "receiver" not in each] == []


async def test_several_may_wait_for_one(
    polling: MockConfigEntry, hass: HomeAssistant, instance: Instance
) -> None:
    deliveries = deliveries_of(polling)
    waiting = [
        asyncio.create_task(
            deliveries.async_wait(hass, "A", wanted, asyncio.timeout(5))
        )
        for wanted in (
            api.MessageStatus.SENT,
            api.MessageStatus.DELIVERED,
            api.MessageStatus.DELIVERED,
        )
    ]
    await until(lambda: len(deliveries._waiting["A"]) == 3)
    instance.notify(status("A", "sent"))
    await until(waiting[0].done)
    # Two before anybody who waits has had a turn.
    for word in ("delivered", "read"):
        notification = api.Notification.from_answer(status("A", word))
        assert isinstance(notification, api.StatusNotification)
        assert deliveries.async_take(notification)
    assert [str(each) for each in await asyncio.gather(*waiting)] == [
        "sent",
        "read",
        "read",
    ]
    assert deliveries._waiting == {}


async def test_no_more_is_known_than_is_of_use(
    polling: MockConfigEntry, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries_module, "_REMEMBERED", 10)
    for number in range(30):
        instance.notify(status(f"M{number}", "sent"))
    instance.notify(status("M20", "delivered"))
    instance.notify(status("M30", "sent"))
    await until(lambda: not instance.told)
    known = deliveries_of(polling)._known
    assert list(known) == [
        *(f"M{number}" for number in range(22, 30)),
        "M20",
        "M30",
    ]


async def test_the_tag_is_told_though_whatsapp_hides_the_number(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    delivered: Delivered,
) -> None:
    instance.settings["enableLidMode"] = "yes"
    await send_message(hass, chat_id=ANNA, tag="door")
    await until(lambda: bool(delivered))
    assert {delivery.tag for _, delivery in delivered} == {"door"}


async def test_a_replaced_text_tells_nothing_of_the_change(
    hass: HomeAssistant, polling: MockConfigEntry
) -> None:
    """That the old text was delivered says nothing of the new one."""
    data = {"chat_id": ANNA, "tag": "door", "wait_for": "delivered"}
    first = await send_message(hass, "Open", **data)
    again = await send_message(hass, "Closed", **data, replace=True)
    assert first["messages"][0]["status"] == "delivered"
    assert "status" not in again["messages"][0]
    assert again["messages"][0]["message_id"] == first["messages"][0]["message_id"]


async def test_each_part_has_its_tag_at_once(
    hass: HomeAssistant, polling: MockConfigEntry, delivered: Delivered
) -> None:
    await send_message(hass, "word " * 3600, chat_id=ANNA, tag="long", wait_for="sent")
    await until(lambda: len({each.message_id for _, each in delivered}) == 5)
    later = [each.tag for _, each in delivered][1:]
    assert set(later) == {"long"}
