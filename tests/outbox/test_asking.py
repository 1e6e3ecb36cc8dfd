"""How GREEN-API is asked what it has taken: until it answers, and never by a wrong clock."""

from datetime import timedelta
from pathlib import Path

from aiohttp import ClientTimeout
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import transport
from homeassistant.core import HomeAssistant
from tests.actions import asked, send_message, sent, text
from tests.calls import failed
from tests.conftest import ANNA
from tests.simulator import FaultKind, Instance
from tests.simulator.testing import until

from .helpers import (
    ASKING,
    Clocks,
    News,
    lose_in_doubt,
    outbox,
    queue,
    settled,
    starting,
    taken,
    texts,
    waiting,
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, instance: Instance) -> None:
    """Wait for an answer no longer than a test likes to; the journal keeps all."""
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.3))
    instance.settings["outgoingAPIMessageWebhook"] = "yes"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (FaultKind.BAD_GATEWAY, ASKING[0]),
        (FaultKind.RATE_LIMITED, ASKING[1]),
        (FaultKind.RESET, ASKING[0]),
        (FaultKind.TIMEOUT, ASKING[1]),
        (FaultKind.UNAUTHORIZED, ASKING[0]),
        (FaultKind.FOREIGN_PAGE, ASKING[1]),
        (FaultKind.BARE_STRING, ASKING[0]),
        (FaultKind.GARBAGE_ACCEPTED, ASKING[0]),
        (FaultKind.GARBAGE_ACCEPTED, ASKING[1]),
    ],
)
async def test_it_is_asked_for_until_there_is_an_answer(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    method: str,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, method=method, times=3)
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    assert (await queue(hass))["status"] == "queued"
    await queue(hass, "Next")
    await settled(hass, loaded)
    assert texts(instance) == ["Hi", "Next"]
    assert len(sent(instance)) == 2


async def test_it_is_asked_for_until_the_instance_has_started(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RESET, method="sendMessage")
    await queue(hass)
    async with starting(instance):
        await queue(hass, "Next")
    await settled(hass, loaded)
    assert texts(instance) == ["Hi", "Next"]


async def test_a_strangers_page_for_a_while_costs_no_message(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    """As that of a hotel, or of a provider that was not paid."""
    instance.faults.add(FaultKind.FOREIGN_PAGE, times=None)
    for number in range(3):
        await queue(hass, f"{number}")
    await until(lambda: asked(instance).count("showMessagesQueue") >= 24)
    instance.faults.clear()
    await settled(hass, loaded)
    assert texts(instance) == ["0", "1", "2"]
    assert "failed" not in news.types


@pytest.mark.parametrize("policy", ["queue", "retry"])
async def test_what_nobody_can_tell_is_told_and_not_sent_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    news: News,
    policy: str,
) -> None:
    instance.faults.add(
        FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages", times=None
    )
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    if policy == "retry":
        reason = await failed(
            hass, "send_message", chat_id=ANNA, message="Hi", on_outage=policy
        )
    else:
        kept = (await queue(hass))["outbox_id"]
        await settled(hass, loaded)
        (event,) = news.all
        assert (event["type"], event["outbox_id"]) == ("failed", kept)
        reason = event["description"]
    assert reason == text("outcome_unknown")
    await queue(hass, "Next")
    assert texts(instance) == ["Hi", "Next"]


async def test_who_gives_up_in_doubt_has_it_not_sent_again(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=8)
    instance.faults.add(FaultKind.RESET, method="sendMessage")
    reason = await failed(
        hass, "send_message", chat_id=ANNA, message="Hi", retry_for=0.1
    )
    assert reason == text("outcome_unknown")
    instance.faults.clear()
    await send_message(hass, "Next", chat_id=ANNA)
    assert texts(instance) == ["Next"]


async def test_nothing_is_asked_for_as_long_as_nothing_is_doubtful(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await queue(hass)
    await send_message(hass, chat_id=ANNA)
    async with starting(instance):
        await queue(hass)
        await queue(hass, priority="high")
        assert await hass.config_entries.async_reload(loaded.entry_id)
    await settled(hass, loaded)
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendMessage", times=2)
    await queue(hass)
    assert len(texts(instance)) == 5
    assert not set(asked(instance)) & set(ASKING)


async def test_what_left_more_than_a_day_ago_is_not_sent_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    news: News,
) -> None:
    await lose_in_doubt(
        hass, loaded, instance, FaultKind.RESET_ACCEPTED, expires_after={"days": 7}
    )
    clocks.pass_time(timedelta(days=2))
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert taken(instance) == ["Hi"]
    assert news.types == ["failed"]


async def test_a_clock_that_stood_still_lets_nothing_be_sent_again(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, clocks: Clocks
) -> None:
    """As on a machine without a battery, which starts where it stopped."""
    await lose_in_doubt(hass, loaded, instance, FaultKind.RESET_ACCEPTED)
    clocks.green_api_is_ahead += timedelta(minutes=10)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert taken(instance) == ["Hi"]


async def test_a_clock_that_is_set_is_not_asked_while_the_machine_runs(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    boot_id: Path,
) -> None:
    boot_id.write_text("this start")  # noqa: ASYNC240
    assert await hass.config_entries.async_reload(loaded.entry_id)
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    clocks.house_is_ahead += timedelta(days=1)
    await lose_in_doubt(hass, loaded, instance, FaultKind.RESET)
    clocks.house_is_ahead -= timedelta(days=1)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert taken(instance) == ["Hi"]


async def test_a_clock_that_is_wrong_does_no_harm(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, clocks: Clocks
) -> None:
    for minutes in (30, -30):
        clocks.green_api_is_ahead = timedelta(minutes=minutes)
        instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
        await queue(hass, f"{minutes}")
        await settled(hass, loaded)
    assert taken(instance) == ["30", "-30"]


async def test_what_is_doubtful_is_shown_and_cannot_be_cancelled(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    instance.faults.add(FaultKind.BAD_GATEWAY, method="showMessagesQueue", times=None)
    kept = (await queue(hass))["outbox_id"]
    (shown,) = await outbox(hass)
    assert (shown["outbox_id"], shown["state"]) == (kept, "doubtful")
    reason = await failed(hass, "cancel", outbox_id=kept)
    assert reason == text("too_late_to_cancel", outbox_id=kept)
    assert waiting(loaded) == 1
    instance.faults.clear()
    await settled(hass, loaded)
    assert taken(instance) == ["Hi"]
