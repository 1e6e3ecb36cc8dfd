"""The state of an instance, told by GREEN-API itself."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..conftest import ANNA
from ..simulator import FaultKind, Instance, InstanceState
from ..simulator.testing import until
from .conftest import Issues, body, count, polls, start, stop
from .test_outages import state_of

ASK = "getStateInstance"


def state_body(state: Any, *, age: float = 0) -> dict[str, Any]:
    return body(
        "stateInstanceChanged",
        timestamp=int(dt_util.utcnow().timestamp() - age),
        stateInstance=state,
    )


def minute(hass: HomeAssistant) -> None:
    """Let a minute pass."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=62))


@pytest.fixture
async def told(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    """Have the state told from now on, and no longer asked for."""
    await until(lambda: state_of(hass) == "authorized")
    await polls(instance)
    instance.requests.clear()


@pytest.mark.usefixtures("told")
async def test_a_change_is_told(
    hass: HomeAssistant, instance: Instance, issues: Issues
) -> None:
    instance.state = InstanceState.NOT_AUTHORIZED
    await until(lambda: state_of(hass) == "not_authorized")
    assert issues() == ["not_linked"]
    instance.link()
    await until(lambda: state_of(hass) == "authorized")
    assert issues() == []
    instance.state = InstanceState.BLOCKED
    await until(lambda: state_of(hass) == "blocked")
    assert issues() == ["blocked"]
    instance.state = InstanceState.STARTING
    await until(lambda: state_of(hass) == "starting")
    assert issues() == []
    assert count(instance, ASK) == 0


@pytest.mark.usefixtures("told")
async def test_a_state_nobody_knows_is_told(
    hass: HomeAssistant, instance: Instance
) -> None:
    for age, given in enumerate(("dreaming", None, 7, ["authorized"])):
        instance.notify(state_body("authorized", age=50 - 10 * age))
        await until(lambda: state_of(hass) == "authorized")
        instance.notify(state_body(given, age=45 - 10 * age))
        await until(lambda: state_of(hass) == STATE_UNKNOWN)
    assert count(instance, ASK) == 0


@pytest.mark.usefixtures("told")
async def test_what_comes_late_is_no_news(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.notify(state_body("notAuthorized", age=5))
    await until(lambda: state_of(hass) == "not_authorized")
    instance.notify(state_body("authorized", age=40))
    await until(lambda: not instance.told)
    await polls(instance)
    assert state_of(hass) == "not_authorized"


@pytest.mark.usefixtures("told")
async def test_old_news_are_asked_about(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.notify(state_body("notAuthorized", age=300))
    await until(lambda: count(instance, ASK) == 1)
    await until(lambda: not instance.told)
    await polls(instance)
    assert state_of(hass) == "authorized"
    assert count(instance, ASK) == 1


@pytest.mark.usefixtures("told")
async def test_news_without_a_time_are_new(
    hass: HomeAssistant, instance: Instance
) -> None:
    given = state_body("notAuthorized")
    del given["timestamp"]
    instance.notify(given)
    await until(lambda: state_of(hass) == "not_authorized")
    assert count(instance, ASK) == 0


@pytest.mark.usefixtures("told")
async def test_until_when_it_is_suspended_is_asked(
    hass: HomeAssistant, instance: Instance, issues: Issues
) -> None:
    instance.suspended_until = 1_900_000_000
    instance.state = InstanceState.SUSPENDED
    await until(lambda: issues() == ["suspended_until"])
    assert state_of(hass) == "suspended"
    assert count(instance, ASK) == 1
    instance.state = InstanceState.AUTHORIZED
    await until(lambda: issues() == [])
    assert count(instance, ASK) == 1


@pytest.mark.usefixtures("told")
async def test_what_is_told_is_not_asked_for(
    hass: HomeAssistant, instance: Instance
) -> None:
    async def minutes(number: int) -> int:
        before = count(instance, ASK)
        for _ in range(number):
            minute(hass)
            await polls(instance)
        return count(instance, ASK) - before

    # One may have been planned before.
    await minutes(1)
    assert await minutes(3) == 0
    # What is to be awaited is asked for, too.
    instance.state = InstanceState.NOT_AUTHORIZED
    await until(lambda: state_of(hass) == "not_authorized")
    assert await minutes(3) == 3
    instance.link()
    await until(lambda: state_of(hass) == "authorized")
    await minutes(1)
    assert await minutes(3) == 0


async def test_a_restart_after_the_settings_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, receiving_instance: Instance
) -> None:
    instance = receiving_instance
    instance.starting_seconds = 0.5
    instance.starting_told = False
    seen: list[str | None] = []
    hass.bus.async_listen("state_changed", lambda _: seen.append(state_of(hass)))
    await start(hass, entry, "poll")
    await until(lambda: state_of(hass) == "starting")
    await until(lambda: state_of(hass) == "authorized")
    await hass.async_block_till_done()
    assert "starting" in seen
    assert seen[-1] == "authorized"
    await stop(hass, entry)


@pytest.mark.usefixtures("told")
async def test_a_quota_that_is_used_up_is_a_repair(
    instance: Instance, issues: Issues
) -> None:
    given = body(
        "quotaExceeded",
        quotaData={
            "method": "correspondents",
            "description": f"You can only write to: {ANNA}, 0@c.us and {'9' * 60}@c.us",
        },
    )
    instance.notify(given)
    await until(lambda: issues() == ["quota_exceeded_chats"])
    instance.notify(body("quotaExceeded", quotaData=None))
    await until(lambda: issues() == ["quota_exceeded", "quota_exceeded_chats"])


@pytest.mark.usefixtures("told")
async def test_a_question_that_fails_is_asked_again(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY, method=ASK, times=1)
    instance.notify(state_body("notAuthorized", age=300))
    await until(lambda: state_of(hass) == STATE_UNAVAILABLE)
    minute(hass)
    await until(lambda: state_of(hass) == "authorized")
