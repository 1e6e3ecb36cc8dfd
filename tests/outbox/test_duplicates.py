"""What was said already is not said again: the same text and tag, to the same chat."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import legacy_notify, send_message, sent, text
from tests.calls import act, refused
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance

from .helpers import Clocks, outbox, queue, settled, starting, texts, tries
from .killing import Disk

SAID: dict[str, Any] = {"chat_id": ANNA, "tag": "door", "deduplicate": {"minutes": 10}}
DUPLICATE = {"chat_id": ANNA, "entity_id": "notify.anna", "status": "duplicate"}


@pytest.mark.parametrize("policy", ["queue", "retry", "fail"])
async def test_the_same_is_said_once(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, policy: str
) -> None:
    await send_message(hass, "Open", **SAID, on_outage=policy)
    for _ in range(2):
        response = await send_message(hass, "Open", **SAID, on_outage=policy)
        assert response["messages"] == [DUPLICATE]
    assert len(sent(instance)) == 1
    assert await outbox(hass) == []


async def test_anything_else_is_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await send_message(hass, "Open", **SAID)
    await send_message(hass, "Closed", **SAID)
    await send_message(hass, "Open", **SAID | {"tag": "window"})
    await send_message(hass, "Open", **SAID | {"chat_id": BORIS})
    await send_message(hass, "Open", chat_id=ANNA, tag="door")
    await send_message(hass, "Open", **SAID, title="Door")
    assert len(sent(instance)) == 6


async def test_of_several_chats_those_are_told_that_were_not(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await send_message(hass, "Open", **SAID)
    both = await send_message(hass, "Open", **SAID | {"chat_id": [ANNA, BORIS]})
    assert [each.get("status") for each in both["messages"]] == ["duplicate", None]
    assert (texts(instance), texts(instance, BORIS)) == (["Open"], ["Open"])


async def test_two_at_the_same_time_are_one(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await asyncio.gather(*(send_message(hass, "Open", **SAID) for _ in range(5)))
    assert texts(instance) == ["Open"]


@pytest.mark.parametrize("reload", [False, True])
async def test_it_is_forgotten_in_time_and_remembered_until_then(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    clocks: Clocks,
    *,
    reload: bool,
) -> None:
    await send_message(hass, "Open", **SAID)
    for minutes in (9, 2):
        clocks.pass_time(timedelta(minutes=minutes))
        if reload:
            assert await hass.config_entries.async_reload(loaded.entry_id)
        await send_message(hass, "Open", **SAID)
        assert len(sent(instance)) == (1 if minutes == 9 else 2)


async def test_a_longer_time_counts_from_when_it_was_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, clocks: Clocks
) -> None:
    await send_message(hass, "Open", **SAID)
    clocks.pass_time(timedelta(hours=20))
    longer = SAID | {"deduplicate": {"hours": 23}}
    assert (await send_message(hass, "Open", **longer))["messages"] == [DUPLICATE]


async def test_what_is_queued_is_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        assert (await queue(hass, "Open", **SAID))["status"] == "queued"
        assert await queue(hass, "Open", **SAID) == DUPLICATE
        assert await hass.config_entries.async_reload(loaded.entry_id)
        assert await queue(hass, "Open", **SAID) == DUPLICATE
    await settled(hass, loaded)
    assert texts(instance) == ["Open"]


@pytest.mark.parametrize("policy", ["retry", "fail"])
async def test_what_failed_was_not_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, policy: str
) -> None:
    async with starting(instance):
        with pytest.raises(HomeAssistantError):
            await send_message(hass, "Open", **SAID, on_outage=policy, retry_for=0.1)
    await send_message(hass, "Open", **SAID)
    assert texts(instance) == ["Open"]


async def test_what_may_have_been_sent_was_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    with pytest.raises(HomeAssistantError):
        await send_message(hass, "Open", **SAID, on_outage="fail")
    assert (await send_message(hass, "Open", **SAID))["messages"] == [DUPLICATE]


@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_what_was_cancelled_while_it_waited_was_not_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        first = asyncio.create_task(send_message(hass, "Open", **SAID, retry_for=60))
        await tries(instance)
        first.cancel()
        await asyncio.wait([first])
    await send_message(hass, "Open", **SAID)
    assert texts(instance) == ["Open"]


@pytest.mark.parametrize("end", ["cancelled", "expired", "refused"])
async def test_what_never_left_was_not_said(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, end: str
) -> None:
    if end == "expired":
        options = {"expires_after": {"seconds": 0.5}}
        hass.config_entries.async_update_entry(loaded, options=options)
        await hass.async_block_till_done()
    async with starting(instance):
        await queue(hass, "Open", **SAID)
        if end == "cancelled":
            await act(hass, "cancel", tag="door")
        if end == "refused":
            instance.fail_chat(ANNA, FaultKind.QUOTA_EXCEEDED, times=1)
            instance.link()
        await settled(hass, loaded)
    await queue(hass, "Open", **SAID)
    assert texts(instance) == ["Open"]


@pytest.mark.parametrize("steps", range(1, 12, 2))
async def test_what_could_not_be_written_was_not_said_though_nobody_waits_any_more(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    disk: Disk,
    steps: int,
) -> None:
    disk.trouble = "full"
    sending = asyncio.create_task(queue(hass, "Open", **SAID))
    for _ in range(steps):
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    await hass.async_block_till_done()
    disk.trouble = None
    await queue(hass, "Open", **SAID)
    assert texts(instance) == ["Open"]


async def test_the_older_actions_know_it_too(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    for _ in range(3):
        await legacy_notify(
            hass, "green_api_anna", "Open", data={"tag": "door", "deduplicate": 60}
        )
    assert texts(instance) == ["Open"]


async def test_without_a_tag_nobody_knows_what_is_the_same(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    reason = await refused(
        hass, instance, "send_message", chat_id=ANNA, message="Hi", deduplicate=60
    )
    assert reason == text("deduplicate_without_tag")
