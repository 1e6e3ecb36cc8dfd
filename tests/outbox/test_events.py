"""What automations hear of what waited: when it left, or that it never will."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.actions import send_message, text
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance
from tests.simulator.testing import until

from .helpers import News, queue, settled, starting, tries

TAG = {"tag": "door"}


async def test_it_is_told_when_it_left(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        kept = await queue(hass, **TAG)
        await tries(instance)
        assert news.all == []
    await settled(hass, loaded)
    (event,) = news.all
    wanted = {
        "type": "sent",
        "entity": "event.anna_delivery",
        "chat_id": ANNA,
        "message_id": instance.messages[0].id,
        "outbox_id": kept["outbox_id"],
        "tag": "door",
    }
    assert {key: event.get(key) for key in wanted} == wanted


async def test_what_left_at_once_is_told_by_the_answer_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    await queue(hass, **TAG)
    await send_message(hass, chat_id=ANNA)
    await settled(hass, loaded)
    assert news.all == []


async def test_each_part_of_a_long_text_is_told(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        kept = await queue(hass, "word " * 1800)
    await settled(hass, loaded)
    assert news.of(kept["outbox_id"]) == ["sent"] * 3
    assert [each["message_id"] for each in news.all] == [
        each.id for each in instance.messages
    ]


async def test_what_is_refused_later_is_told_with_the_reason(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        kept = await queue(hass, **TAG)
        await queue(hass, "Next")
        instance.fail_chat(ANNA, FaultKind.QUOTA_EXCEEDED, times=1)
    await settled(hass, loaded)
    failed, *_ = news.all
    assert (failed["type"], failed["outbox_id"], failed["tag"]) == (
        "failed",
        kept["outbox_id"],
        "door",
    )
    assert failed["description"] == text("quota_exceeded")
    assert [each.text for each in instance.messages] == ["Next"]


async def test_of_a_chat_that_is_not_configured_nothing_is_told(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        await queue(hass, chat_id="+49 1511 2345678")
        await queue(hass, chat_id=BORIS)
    await settled(hass, loaded)
    assert [each["entity"] for each in news.all] == ["event.boris_delivery"]
    assert len(instance.messages) == 2


async def test_what_becomes_of_it_is_told_under_its_id(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        kept = (await queue(hass, **TAG))["outbox_id"]
    await settled(hass, polling)
    await until(lambda: len(news.all) == 2)
    instance.read(ANNA)
    await until(lambda: len(news.all) == 3)
    assert news.of(kept) == ["sent", "delivered", "read"]
    assert {each["tag"] for each in news.all} == {"door"}
    assert {each["message_id"] for each in news.all} == {instance.messages[0].id}


async def test_what_is_found_after_green_api_told_of_it_is_told_under_its_id(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    news: News,
) -> None:
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    fault = instance.faults.add(
        FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=None
    )
    kept = (await queue(hass))["outbox_id"]
    await until(lambda: not instance.told and fault.struck > 0)
    instance.faults.clear()
    await settled(hass, polling)
    # What GREEN-API tells before, nobody can know the outbox id of.
    assert news.types == ["sent", "delivered", "sent"]
    assert news.of(kept) == ["sent"]


async def test_what_was_lost_is_told_when_it_left_at_last(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, news: News
) -> None:
    instance.faults.add(FaultKind.RESET, method="sendMessage", times=2)
    kept = (await queue(hass))["outbox_id"]
    await settled(hass, polling)
    await until(lambda: "delivered" in news.types)
    assert news.of(kept) == ["sent", "delivered"]
    assert len(instance.messages) == 1


async def test_what_waited_through_a_restart_is_told_under_its_id(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        kept = (await queue(hass, **TAG))["outbox_id"]
        assert await hass.config_entries.async_reload(polling.entry_id)
    await settled(hass, polling)
    await until(lambda: "delivered" in news.types)
    assert news.of(kept) == ["sent", "delivered"]
    assert {each["tag"] for each in news.all} == {"door"}
