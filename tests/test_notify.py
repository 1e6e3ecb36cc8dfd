"""The notify entities of the chats."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.components.notify import NotifyEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .actions import go_away, legacy_notify, notify, send_message, sent
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, Instance, InstanceState, Simulator

ENTITIES = ["notify.anna", "notify.boris", "notify.family"]


def states(hass: HomeAssistant) -> list[str]:
    return [each.state for each in hass.states.async_all("notify")]


async def a_minute_later(hass: HomeAssistant) -> None:
    """Let the state be asked for again, without stopping the clock for retries."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("loaded")
async def test_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    assert states(hass) == ["unknown"] * 3
    state = hass.states.get("notify.anna")
    assert state is not None
    assert state.attributes == {
        "friendly_name": "Anna",
        "supported_features": NotifyEntityFeature.TITLE,
    }
    entity = entity_registry.async_get("notify.anna")
    assert entity is not None
    assert (entity.platform, entity.entity_category) == ("green_api", None)


@pytest.mark.usefixtures("loaded")
async def test_message(hass: HomeAssistant, instance: Instance) -> None:
    await notify(hass, "notify.anna", "The door is open")
    assert sent(instance) == [{"chatId": ANNA, "message": "The door is open"}]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("title", "expected"),
    [("Door", "*Door*\nOpen"), ("", "Open"), (" Front\n door ", "*Front door*\nOpen")],
)
async def test_title(
    hass: HomeAssistant, instance: Instance, title: str, expected: str
) -> None:
    await notify(hass, "notify.family", "Open", title=title)
    assert sent(instance) == [{"chatId": FAMILY, "message": expected}]


@pytest.mark.usefixtures("loaded")
async def test_several_entities_do_not_wait_for_each_other(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, times=3, delay=0.1)
    await notify(hass, ENTITIES)
    assert instance.most_concurrent == 3
    assert {each.chat_id for each in instance.messages} == {ANNA, BORIS, FAMILY}


@pytest.mark.usefixtures("loaded")
async def test_messages_to_one_entity_keep_their_order(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendMessage", times=2)
    await asyncio.gather(*(notify(hass, "notify.anna", f"{each}") for each in range(9)))
    assert [each.text for each in instance.messages] == list("012345678")


@pytest.mark.usefixtures("loaded")
async def test_one_entity_fails(hass: HomeAssistant, instance: Instance) -> None:
    instance.fail_chat(BORIS, FaultKind.UNAUTHORIZED)
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, ENTITIES)
    assert raised.value.translation_key == "invalid_auth"
    assert {each.chat_id for each in instance.messages} == {ANNA, FAMILY}


@pytest.mark.usefixtures("loaded")
async def test_state_is_when_the_chat_was_last_written_to(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-01T10:00:00Z")
    await notify(hass, "notify.anna")
    freezer.move_to("2026-12-01T11:00:00Z")
    await send_message(hass, chat_id="+7 900 765-43-21")
    freezer.move_to("2026-12-01T12:00:00Z")
    await legacy_notify(hass, target="family")
    assert states(hass) == [
        "2026-12-01T10:00:00+00:00",
        "2026-12-01T11:00:00+00:00",
        "2026-12-01T12:00:00+00:00",
    ]
    freezer.move_to("2026-12-01T13:00:00Z")
    await send_message(hass, entity_id="notify.anna")
    assert states(hass)[0] == "2026-12-01T13:00:00+00:00"


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "kind", [FaultKind.UNAUTHORIZED, FaultKind.FORBIDDEN, FaultKind.RATE_LIMITED]
)
async def test_always_available_whatever_green_api_says(
    hass: HomeAssistant,
    instance: Instance,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, times=None)
    await a_minute_later(hass)
    with pytest.raises(HomeAssistantError):
        await notify(hass, "notify.anna")
    assert states(hass) == ["unknown"] * 3


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "state",
    [InstanceState.NOT_AUTHORIZED, InstanceState.BLOCKED, InstanceState.SUSPENDED],
)
async def test_always_available_whatever_the_instance_does(
    hass: HomeAssistant,
    instance: Instance,
    state: InstanceState,
) -> None:
    instance.state = state
    await a_minute_later(hass)
    with pytest.raises(HomeAssistantError):
        await notify(hass, "notify.anna")
    assert states(hass) == ["unknown"] * 3


@pytest.mark.usefixtures("loaded")
async def test_always_available_without_a_connection(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    await go_away(simulator)
    await a_minute_later(hass)
    sensor = hass.states.get("sensor.green_api_7103000001_state")
    assert sensor is not None
    assert sensor.state == "unavailable"
    assert states(hass) == ["unknown"] * 3
