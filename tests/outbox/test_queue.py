"""What is kept: through outages and reloads, unchanged, in order, and no longer."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import asked, legacy_notify, notify, send_message
from tests.calls import act, bodies
from tests.conftest import ANNA, BORIS, FAMILY
from tests.simulator import FaultKind, Instance, InstanceState, Simulator
from tests.simulator.calls import Call
from tests.simulator.methods import METHODS
from tests.simulator.models import Json
from tests.simulator.testing import until

from .helpers import (
    KINDS,
    Issues,
    offline,
    outbox,
    queue,
    settled,
    starting,
    taken,
    texts,
    tries,
    waiting,
)

LONG = "\n\n".join("word " * 199 + f"{number}." for number in range(9))


async def test_what_leaves_at_once_is_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    assert await queue(hass) == {
        "chat_id": ANNA,
        "entity_id": "notify.anna",
        "message_id": instance.messages[0].id,
    }
    assert asked(instance).count("sendMessage") == 1
    assert await outbox(hass) == []


@pytest.mark.parametrize("method", KINDS)
async def test_every_kind_of_message_leaves_later_as_it_would_have_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, method: str
) -> None:
    data = {"chat_id": ANNA, "on_outage": "queue", **KINDS[method]}
    await act(hass, **data)
    (wanted,) = bodies(instance, method)
    async with starting(instance):
        (told,) = (await act(hass, **data))["messages"]
        assert told["status"] == "queued"
        # So that it comes from the disk.
        assert await hass.config_entries.async_reload(loaded.entry_id)
        instance.requests.clear()
        before = len(taken(instance))
    await settled(hass, loaded)
    assert bodies(instance, method)[-1] == wanted
    assert len(taken(instance)) == 2 * before


async def test_a_long_text_leaves_in_all_its_parts_in_order(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        assert (await queue(hass, LONG))["status"] == "queued"
        await queue(hass, "And then")
    await settled(hass, loaded)
    *parts, last = texts(instance)
    assert "\n\n".join(parts) == LONG
    assert (len(parts), last) == (3, "And then")


@pytest.mark.parametrize("reload", [False, True])
async def test_a_long_text_goes_on_where_it_was_interrupted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    *,
    reload: bool,
) -> None:
    method = METHODS["sendmessage"]

    def run(call: Call) -> Json:
        answer = method.run(call)
        if len(instance.messages) == 2:
            instance.state = InstanceState.STARTING
        return answer

    monkeypatch.setitem(METHODS, "sendmessage", replace(method, run=run))
    told = await queue(hass, LONG)
    assert told["status"] == "queued"
    assert len(texts(instance)) == 2
    if reload:
        assert await hass.config_entries.async_reload(loaded.entry_id)
    instance.link()
    await settled(hass, loaded)
    assert "\n\n".join(texts(instance)) == LONG


async def test_a_replacement_edits_what_it_replaces_when_it_leaves(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await send_message(hass, "Open", chat_id=ANNA, tag="door")
    async with starting(instance):
        told = await queue(hass, "Closed", tag="door", replace=True)
        assert told["status"] == "queued"
        assert texts(instance) == ["Open"]
    await settled(hass, loaded)
    assert texts(instance) == ["Closed"]
    assert instance.messages[0].edited


async def test_of_two_queued_with_a_tag_the_second_replaces_the_first(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        await queue(hass, "Open", tag="door", replace=True)
        await queue(hass, "Closed", tag="door", replace=True)
    await settled(hass, loaded)
    assert texts(instance) == ["Closed"]


async def test_all_chats_keep_their_order(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
) -> None:
    chats = (ANNA, BORIS, FAMILY)
    async with offline(simulator):
        told = [
            await queue(hass, f"{number}", chat_id=chat)
            for number in range(8)
            for chat in chats
        ]
        assert {each["status"] for each in told} == {"queued"}
        assert len({each["outbox_id"] for each in told}) == len(told)
        assert [each["outbox_id"] for each in await outbox(hass)] == [
            each["outbox_id"] for each in told
        ]
    await settled(hass, loaded)
    for chat in chats:
        assert texts(instance, chat) == [f"{number}" for number in range(8)]


async def test_who_sends_at_the_same_time_keeps_the_order_too(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async def send(number: int) -> None:
        await queue(hass, f"{number}")

    tasks = [asyncio.create_task(send(number)) for number in range(20)]
    for task in tasks:
        await task
    await settled(hass, loaded)
    assert texts(instance) == [f"{number}" for number in range(20)]


@pytest.mark.parametrize(
    "state",
    [
        InstanceState.NOT_AUTHORIZED,
        InstanceState.BLOCKED,
        InstanceState.SUSPENDED,
        InstanceState.STARTING,
    ],
)
async def test_it_waits_until_the_instance_is_well(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    state: InstanceState,
) -> None:
    instance.state = state
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    told = await queue(hass)
    assert told["status"] == "queued"
    # GREEN-API would keep it silently, or lose it.
    await tries(instance)
    assert taken(instance) == []
    assert waiting(entry) == 1
    instance.link()
    await settled(hass, entry)
    assert texts(instance) == ["Hi"]


async def test_it_waits_for_a_new_token_and_then_goes_on(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.token = "0123456789" * 5
    assert (await queue(hass, "1"))["status"] == "queued"
    assert (await queue(hass, "2"))["status"] == "queued"
    await until(lambda: bool(hass.config_entries.flow.async_progress()))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"token": instance.token}
    )
    await settled(hass, loaded)
    assert texts(instance) == ["1", "2"]


async def test_what_green_api_refuses_is_told_at_once_and_not_kept(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    instance.fail_chat(ANNA, FaultKind.QUOTA_EXCEEDED)
    with pytest.raises(HomeAssistantError) as raised:
        await queue(hass)
    assert raised.value.translation_key == "quota_exceeded"
    assert waiting(loaded) == 0
    assert list(issues()) == ["quota_exceeded"]


async def test_what_waits_outlives_reloads(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
) -> None:
    async with offline(simulator):
        kept = [(await queue(hass, text))["outbox_id"] for text in ("Fire", "Out")]
        for _ in range(2):
            assert await hass.config_entries.async_reload(loaded.entry_id)
            assert [each["outbox_id"] for each in await outbox(hass)] == kept
    await settled(hass, loaded)
    assert texts(instance) == ["Fire", "Out"]


@pytest.mark.parametrize("way", ["notify", "legacy", "legacy_data", "script"])
async def test_an_instance_keeps_what_it_is_told_to_keep(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, way: str
) -> None:
    data: dict[str, Any] = {}
    if way == "legacy_data":
        data = {"data": {"on_outage": "queue", "priority": "high", "tag": "fire"}}
    else:
        options = {"on_outage": "queue", "expires_after": {"hours": 2}}
        hass.config_entries.async_update_entry(loaded, options=options)
        await hass.async_block_till_done()
    async with starting(instance):
        match way:
            case "notify":
                await notify(hass, "notify.anna")
            case "script":
                await act(hass, "send_message", entity_id="notify.anna", message="Hi")
            case _:
                await legacy_notify(hass, "green_api_anna", **data)
        (kept,) = await outbox(hass)
        assert kept["priority"] == ("high" if data else "normal")
        assert kept.get("tag") == ("fire" if data else None)
    await settled(hass, loaded)
    assert texts(instance) == ["Hi"]


async def test_who_waits_for_delivery_waits_for_the_outage_too(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        sending = asyncio.create_task(queue(hass, wait_for="delivered", timeout=5))
        await until(lambda: waiting(polling) == 1)
        await tries(instance)
        assert not sending.done()
    told = await sending
    assert (told["status"], told["message_id"]) == (
        "delivered",
        instance.messages[0].id,
    )


async def test_who_waits_for_delivery_in_vain_has_it_kept_all_the_same(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        with pytest.raises(HomeAssistantError) as raised:
            await queue(hass, wait_for="sent", timeout=0.1)
        assert raised.value.translation_key == "not_that_far"
        assert waiting(polling) == 1
    await settled(hass, polling)
    assert texts(instance) == ["Hi"]
