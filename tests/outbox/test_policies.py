"""Fail, retry or keep; what is urgent; what is cancelled, and what is sent at once."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import asked, send_message, sent, text, told
from tests.calls import act, failed
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance, InstanceState
from tests.simulator.testing import until

from .helpers import (
    CANCEL_WITHIN,
    News,
    outbox,
    queue,
    settled,
    starting,
    texts,
    tries,
    waiting,
)


async def test_whoever_wants_to_fail_fails_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        reason = await failed(hass, "send_message", **HI, on_outage="fail")
    assert reason == text("starting")
    assert len(sent(instance)) == 1
    await send_message(hass, **HI, on_outage="fail")
    assert texts(instance) == ["Hi"]


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.UNAUTHORIZED])
async def test_whoever_wants_to_fail_does_not_try_again(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, method="sendMessage")
    with pytest.raises(HomeAssistantError):
        await send_message(hass, **HI, on_outage="fail")
    assert len(sent(instance)) == 1
    assert await outbox(hass) == []


async def test_it_is_tried_again_for_as_long_as_one_wants(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    begin = asyncio.get_running_loop().time()
    async with starting(instance):
        reason = await failed(
            hass, "send_message", **HI, on_outage="retry", retry_for=0.3
        )
    assert asyncio.get_running_loop().time() - begin >= 0.3
    assert reason == text("starting")
    assert 1 < len(sent(instance)) < 12
    await until(lambda: instance.state is InstanceState.AUTHORIZED)
    count = len(sent(instance))
    await send_message(hass, **HI)
    # Who has given up, does not come back.
    assert len(sent(instance)) == count + 1


async def test_it_leaves_as_soon_as_it_can(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        sending = asyncio.create_task(
            send_message(hass, **HI, on_outage="retry", retry_for=60)
        )
        await tries(instance)
        assert not sending.done()
        assert await outbox(hass) == []
    (message,) = (await sending)["messages"]
    assert message["message_id"] == instance.messages[0].id


async def test_what_is_sent_behind_what_waits_leaves_behind_it(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        await queue(hass, "1")
        second = asyncio.create_task(
            send_message(hass, "2", chat_id=ANNA, retry_for=60)
        )
        await tries(instance)
        await queue(hass, "3")
        last = asyncio.create_task(send_message(hass, "4", chat_id=ANNA, retry_for=60))
        await tries(instance)
    await asyncio.gather(second, last)
    assert texts(instance) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("policy", ["fail", "retry"])
async def test_what_cannot_wait_behind_what_waits_says_why(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, policy: str
) -> None:
    async with starting(instance):
        await queue(hass, "1")
        reason = await failed(
            hass, "send_message", **HI, on_outage=policy, retry_for=0.1
        )
        assert reason == text("starting")
        assert waiting(loaded) == 1
    await settled(hass, loaded)
    assert texts(instance) == ["1"]


async def test_other_chats_do_not_wait_for_one_that_hangs(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.fail_chat(ANNA, FaultKind.TIMEOUT, times=1)
    hanging = asyncio.create_task(queue(hass, "1"))
    await until(lambda: len(sent(instance)) == 1)
    await queue(hass, "2", chat_id=BORIS)
    assert texts(instance, BORIS) == ["2"]
    assert not hanging.done()
    hanging.cancel()


@pytest.mark.parametrize("policy", ["queue", "retry", "fail"])
async def test_what_is_urgent_overtakes_what_hangs(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, policy: str
) -> None:
    instance.fail_chat(ANNA, FaultKind.TIMEOUT, times=1)
    hanging = asyncio.create_task(queue(hass, "News"))
    await until(lambda: len(sent(instance)) == 1)
    behind = asyncio.create_task(queue(hass, "More news"))
    await send_message(hass, "Fire", chat_id=ANNA, priority="high", on_outage=policy)
    assert texts(instance) == ["Fire"]
    assert not behind.done()
    for each in (hanging, behind):
        each.cancel()


async def test_what_is_urgent_overtakes_what_waits(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        for number in range(6):
            await queue(hass, f"{number}")
        for number in range(2):
            await queue(hass, f"Fire {number}", priority="high")
    await settled(hass, loaded)
    arrived = texts(instance)
    # One of the others tried whether it goes on, and the next was on its way by then.
    assert arrived.index("Fire 0") <= 2
    assert arrived.index("Fire 0") < arrived.index("Fire 1")
    assert [each for each in arrived if "Fire" not in each] == [*"012345"]


async def test_what_is_cancelled_never_leaves(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        kept = [(await queue(hass, f"{number}"))["outbox_id"] for number in range(5)]
        await act(hass, "cancel", outbox_id=kept[1:3])
        assert [each["outbox_id"] for each in await outbox(hass)] == [
            kept[0],
            *kept[3:],
        ]
        assert await hass.config_entries.async_reload(loaded.entry_id)
        await act(hass, "cancel", outbox_id=kept[4])
    await settled(hass, loaded)
    assert texts(instance) == ["0", "3"]


async def test_all_that_waits_can_be_cancelled(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        await queue(hass, "1", tag="door")
        await queue(hass, "2")
        await queue(hass, "3", chat_id=BORIS, tag="door", priority="high")
        await act(hass, "cancel", tag="door")
        assert [each["message"] for each in await outbox(hass)] == ["2"]
        await act(hass, "cancel", all=True)
        assert await outbox(hass) == []
    await queue(hass, "4")
    assert texts(instance) == ["4"]
    assert texts(instance, BORIS) == []


async def test_what_is_tried_in_vain_meanwhile_is_cancelled_too(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, news: News
) -> None:
    fault = instance.faults.add(
        FaultKind.RATE_LIMITED, method="sendMessage", delay=0.3, times=None
    )
    sending = asyncio.create_task(queue(hass))
    await until(lambda: fault.struck == 1)
    (kept,) = await outbox(hass)
    assert kept["state"] == "leaving"
    response = await act(hass, "cancel", outbox_id=kept["outbox_id"])
    assert [each["outbox_id"] for each in response["messages"]] == [kept["outbox_id"]]
    assert await outbox(hass) == []
    with pytest.raises(HomeAssistantError) as raised:
        await sending
    assert await told(hass, raised.value) == text("cancelled")
    instance.faults.clear()
    await queue(hass, "Next")
    assert texts(instance) == ["Next"]
    assert "failed" not in news.types


async def test_what_is_on_its_way_is_too_late_to_cancel(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CANCEL_WITHIN, 0.05)
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, method="sendMessage", delay=0.5)
    sending = asyncio.create_task(queue(hass))
    await until(lambda: len(instance.messages) == 1)
    (kept,) = await outbox(hass)
    with pytest.raises(HomeAssistantError) as raised:
        await act(hass, "cancel", outbox_id=kept["outbox_id"])
    assert await told(hass, raised.value) == text(
        "too_late_to_cancel", outbox_id=kept["outbox_id"]
    )
    await sending
    assert texts(instance) == ["Hi"]


@pytest.mark.parametrize("steps", [1, 3, 6, 12])
async def test_a_script_that_is_stopped_leaves_nothing_for_the_next_start(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, steps: int
) -> None:
    """Also while it is being written: either it leaves now, or never."""
    sending = asyncio.create_task(queue(hass))
    for _ in range(steps):
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    # What is being written, is there a little later.
    await hass.async_block_till_done()
    await settled(hass, loaded)
    before = texts(instance)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await settled(hass, loaded)
    await queue(hass, "Next")
    assert texts(instance) == [*before, "Next"]


async def test_a_press_of_the_button_does_not_wait_for_the_next_try(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.green_api.outbox.outage.FIRST_DELAY", 600)
    monkeypatch.setattr("custom_components.green_api.outbox.outage.LONGEST_DELAY", 600)
    async with starting(instance):
        for chat_id in (ANNA, BORIS):
            await queue(hass, chat_id=chat_id)
    count = asked(instance).count("sendMessage")
    await press_send_now(hass)
    await settled(hass, loaded)
    assert asked(instance).count("sendMessage") == count + 2
    assert (texts(instance), texts(instance, BORIS)) == (["Hi"], ["Hi"])


async def press_send_now(hass: HomeAssistant) -> None:
    """Press the button that lets leave what waits."""
    (button,) = [
        each.entity_id
        for each in hass.states.async_all("button")
        if "send" in each.entity_id
    ]
    await hass.services.async_call(
        "button", "press", {"entity_id": button}, blocking=True
    )


HI: dict[str, Any] = {"chat_id": ANNA, "message": "Hi"}
