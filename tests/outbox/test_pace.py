"""How fast messages leave: as fast as they may, the urgent first, none lost."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import RateLimits
from homeassistant.core import HomeAssistant
from tests.actions import send_message, sent
from tests.calls import act
from tests.conftest import ANNA, BORIS, FAMILY
from tests.simulator import FaultKind, Instance
from tests.simulator.testing import until

from .helpers import outbox, queue, settled, starting, texts, waiting

CHATS = (ANNA, BORIS, FAMILY)
WINDOW = 0.2


def times(instance: Instance, chat_id: str) -> list[float]:
    """Return when requests for a chat came in."""
    return [each.time for each in instance.requests if each.chat_id == chat_id]


async def load(
    hass: HomeAssistant, entry: MockConfigEntry, **options: object
) -> MockConfigEntry:
    """Load the instance with options."""
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def test_chats_are_apart_for_as_long_as_one_wants(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await load(hass, entry, pause_between_chats=0.1)
    await asyncio.gather(
        *(queue(hass, f"{number}", chat_id=chat) for number in (1, 2) for chat in CHATS)
    )
    found = sorted(
        (each.time, str(each.chat_id))
        for each in instance.requests
        if each.method == "sendMessage"
    )
    assert len(found) == 6
    for (before, chat), (after, other) in pairwise(found):
        assert chat == other or after - before > 0.04
    assert found[-1][0] - found[0][0] > 0.18
    for chat in CHATS:
        assert texts(instance, chat) == ["1", "2"]


@pytest.mark.parametrize("policy", ["queue", "retry", "fail"])
async def test_what_is_urgent_does_not_keep_apart(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, policy: str
) -> None:
    await load(hass, entry, pause_between_chats=60)
    await queue(hass)
    behind = asyncio.create_task(queue(hass, chat_id=BORIS))
    await until(lambda: waiting(entry) == 1)
    async with asyncio.timeout(10):
        await send_message(
            hass, "Fire", chat_id=list(CHATS), priority="high", on_outage=policy
        )
    assert not behind.done()
    assert [texts(instance, chat)[-1] for chat in CHATS] == ["Fire"] * 3
    behind.cancel()


async def test_what_waits_for_its_turn_can_be_cancelled(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await load(hass, entry, pause_between_chats=60)
    await queue(hass)
    task = asyncio.create_task(queue(hass, chat_id=BORIS))
    await until(lambda: waiting(entry) == 1)
    try:
        await act(hass, "cancel", all=True)
        assert await outbox(hass) == []
    finally:
        task.cancel()


async def test_what_waited_for_its_turn_leaves_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await load(hass, entry, pause_between_chats=60)
    await queue(hass)
    task = asyncio.create_task(queue(hass, chat_id=BORIS))
    await until(lambda: waiting(entry) == 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.wait([task])
    # In a journal that may not keep what the API sends, its absence proves nothing.
    instance.faults.add(FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settled(hass, entry)
    assert texts(instance, BORIS) == ["Hi"]
    assert "lastOutgoingMessages" not in {each.method for each in instance.requests}


async def test_too_many_requests_lose_nothing_and_keep_the_order(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendMessage", times=10)
    wanted = [f"{number}" for number in range(10)]
    tasks: list[asyncio.Task[Any]] = []
    for number in wanted:
        tasks += [asyncio.create_task(queue(hass, number, chat_id=x)) for x in CHATS]
        instance.faults.add(FaultKind.RATE_LIMITED, method="sendMessage", times=2)
        await asyncio.sleep(0)
    told = await asyncio.gather(*tasks)
    await settled(hass, loaded)
    for chat in CHATS:
        assert texts(instance, chat) == wanted
    # Too many requests are no outage: whoever sends waits for an answer.
    assert all("message_id" in each for each in told)


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch, instance: Instance) -> Instance:
    """Let GREEN-API allow five texts in each of its short seconds."""
    monkeypatch.setattr(RateLimits, "window", WINDOW)
    instance.rates["sendMessage"] = 5
    return instance


async def test_the_pace_is_the_one_that_green_api_tells(
    hass: HomeAssistant, paced: Instance, loaded: MockConfigEntry
) -> None:
    await queue(hass)
    chats = [f"+790012345{number}" for number in range(10, 20)]
    await send_message(hass, chat_id=chats, on_outage="queue")
    found = sorted(each.time for each in paced.requests if each.method == "sendMessage")
    assert len(found) == 11
    for first, sixth in zip(found, found[5:], strict=False):
        assert sixth - first > WINDOW * 0.9
    assert found[-1] - found[0] < 1


async def test_what_is_urgent_passes_those_who_wait_for_their_turn(
    hass: HomeAssistant, paced: Instance, loaded: MockConfigEntry
) -> None:
    await queue(hass)
    chats = [f"+790012345{number}" for number in range(10, 25)]
    crowd = asyncio.create_task(send_message(hass, chat_id=chats, on_outage="queue"))
    await until(lambda: len(sent(paced)) >= 3)
    count = len(sent(paced))
    await send_message(hass, "Fire", chat_id=ANNA, priority="high")
    assert len(sent(paced)) - count < 10
    assert not crowd.done()
    crowd.cancel()
    assert await hass.config_entries.async_unload(loaded.entry_id)


async def test_after_an_outage_all_leave_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    """Not one after the other: a hundred chats wait for no more than one."""
    chats = [f"+790012345{number}" for number in range(10, 30)]
    async with starting(instance):
        await send_message(hass, chat_id=chats, on_outage="queue")
        assert len(await outbox(hass)) == 20
    count = len(sent(instance))
    await settled(hass, loaded)
    assert len(instance.messages) == 20
    assert len(sent(instance)) - count < 70
