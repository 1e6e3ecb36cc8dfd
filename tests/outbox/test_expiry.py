"""What waited for too long: forgotten, told, and never for a clock that was set."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.actions import text
from tests.calls import failed
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance
from tests.simulator.testing import until

from .helpers import (
    Clocks,
    Issues,
    News,
    outbox,
    queue,
    settled,
    starting,
    taken,
    texts,
    tries,
    waiting,
)

SECRET = "The key is under the mat"
TO_KEEP = {"chat_id": ANNA, "message": SECRET, "on_outage": "queue"}
DAY = timedelta(days=1)


@pytest.fixture
async def brief(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Have the instance loaded, where what says nothing else expires in a moment."""
    options = {"expires_after": {"seconds": 0.5}}
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def expire(
    hass: HomeAssistant, entry: MockConfigEntry, number: int = 1, **data: str
) -> list[str]:
    """Have something that waits for too long, and return its ids."""
    told = [await queue(hass, SECRET, **data) for _ in range(number)]
    await settled(hass, entry)
    return [each["outbox_id"] for each in told]


async def test_what_expires_is_told_and_never_leaves(
    hass: HomeAssistant,
    brief: MockConfigEntry,
    instance: Instance,
    news: News,
    issues: Issues,
) -> None:
    async with starting(instance):
        (kept,) = await expire(hass, brief, tag="door")
        (event,) = news.all
        assert event["type"] == "expired"
        assert event["entity"] == "event.anna_delivery"
        assert (event["outbox_id"], event["tag"]) == (kept, "door")
        assert "message_id" not in event
        assert await outbox(hass) == []
    await queue(hass, "Next")
    assert texts(instance) == ["Next"]
    assert issues()["outbox_expired"]["number"] == "1"


async def test_only_what_is_too_old_expires(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance, news: News
) -> None:
    async with starting(instance):
        await queue(hass, "1", expires_after={"hours": 1})
        await queue(hass, "2")
        await queue(hass, "3", chat_id=BORIS)
        await queue(hass, "4", expires_after={"days": 30})
        await until(lambda: waiting(brief) == 2)
        await hass.async_block_till_done()
        assert news.types == ["expired", "expired"]
    await settled(hass, brief)
    assert texts(instance) == ["1", "4"]


async def test_what_is_too_old_when_it_was_tried_in_vain_is_not_tried_again(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance
) -> None:
    fault = instance.faults.add(FaultKind.RATE_LIMITED, delay=0.7, times=None)
    assert await failed(hass, "send_message", **TO_KEEP) == text("expired")
    assert fault.struck == 1
    instance.faults.clear()
    await settled(hass, brief)
    assert texts(instance) == []


async def test_the_repair_counts_and_tells_no_content(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    async with starting(instance):
        await expire(hass, brief, 2, tag="Mum's tag")
        await expire(hass, brief, chat_id=BORIS)
    assert issues()["outbox_expired"]["number"] == "3"
    (issue,) = issues.entries
    assert issue.is_persistent
    told = f"{issue}"
    for secret in (SECRET, "Mum", "Anna", "Boris", ANNA, BORIS, ANNA[:11]):
        assert secret not in told


async def test_the_repair_can_be_put_away_and_counts_anew(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    async with starting(instance):
        await expire(hass, brief, 2)
        (issue,) = issues.entries
        assert issue.is_fixable
        manager = repairs_flow_manager(hass)
        assert manager is not None
        flow = await manager.async_init("green_api", data={"issue_id": issue.issue_id})
        await manager.async_configure(flow["flow_id"], {})
        assert issues() == {}
        await expire(hass, brief)
    assert issues()["outbox_expired"]["number"] == "1"


async def test_the_repair_goes_on_counting_after_a_restart(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    async with starting(instance):
        await expire(hass, brief, 2)
        assert await hass.config_entries.async_reload(brief.entry_id)
        assert issues()["outbox_expired"]["number"] == "2"
        await expire(hass, brief)
    assert issues()["outbox_expired"]["number"] == "3"


async def test_what_expired_while_home_assistant_was_down_is_told_at_the_start(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    news: News,
    issues: Issues,
) -> None:
    async with starting(instance):
        old = [(await queue(hass, f"{number}"))["outbox_id"] for number in range(3)]
        await queue(hass, "Late news", expires_after={"days": 3})
        assert await hass.config_entries.async_unload(loaded.entry_id)
    clocks.pass_time(timedelta(hours=30))
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert texts(instance) == ["Late news"]
    assert [news.of(each) for each in old] == [["expired"]] * 3
    told = issues()["outbox_expired"]
    assert (told["number"], told["hours"]) == ("3", "30.0")


@pytest.mark.parametrize("step", [3 * DAY, -3 * DAY, timedelta(days=3650)])
async def test_a_clock_that_is_set_while_it_waits_lets_nothing_expire(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    news: News,
    step: timedelta,
) -> None:
    async with starting(instance):
        await queue(hass, "1")
        clocks.house_is_ahead += step
        await queue(hass, "2")
        await tries(instance)
        assert waiting(loaded) == 2
    await settled(hass, loaded)
    assert texts(instance) == ["1", "2"]
    assert "expired" not in news.types


async def test_a_clock_that_was_set_back_keeps_nothing_for_longer(
    hass: HomeAssistant,
    brief: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    news: News,
) -> None:
    """As on a machine without a battery, which starts with a clock of long ago."""
    async with starting(instance):
        await queue(
            hass,
        )
        assert await hass.config_entries.async_unload(brief.entry_id)
        clocks.house_is_ahead -= 30 * DAY
        assert await hass.config_entries.async_setup(brief.entry_id)
        await settled(hass, brief)
    assert news.types == ["expired"]


async def test_a_clock_that_is_set_lets_nothing_expire_that_is_doubtful(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    instance.faults.add(FaultKind.RESET, method="sendMessage")
    instance.faults.add(FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=None)
    await queue(hass)
    clocks.house_is_ahead += 3 * DAY
    instance.faults.clear()
    await settled(hass, loaded)
    assert texts(instance) == ["Hi"]


@pytest.mark.parametrize("accepted", [True, False])
async def test_what_expired_while_it_was_doubtful_is_asked_for_first(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    news: News,
    *,
    accepted: bool,
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    kind = FaultKind.RESET_ACCEPTED if accepted else FaultKind.RESET
    instance.faults.add(kind, method="sendMessage")
    instance.faults.add(FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=None)
    kept = (await queue(hass, expires_after={"hours": 1}))["outbox_id"]
    assert await hass.config_entries.async_unload(loaded.entry_id)
    clocks.pass_time(timedelta(hours=2))
    instance.faults.clear()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert texts(instance) == ["Hi"] * accepted
    assert news.of(kept) == ["sent" if accepted else "expired"]


async def test_what_expires_while_nobody_can_tell_may_have_been_sent(
    hass: HomeAssistant, brief: MockConfigEntry, instance: Instance, news: News
) -> None:
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    instance.faults.add(FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=None)
    kept = (
        await queue(
            hass,
        )
    )["outbox_id"]
    await settled(hass, brief)
    (event,) = news.all
    assert (event["type"], event["outbox_id"]) == ("failed", kept)
    assert "may have been sent" in event["description"]
    assert taken(instance) == ["Hi"]
