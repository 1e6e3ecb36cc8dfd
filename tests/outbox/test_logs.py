"""One line in the log when an outage begins, one when it ends, and none between."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import send_message
from tests.calls import act
from tests.conftest import ANNA, BORIS, FAMILY
from tests.simulator import FaultKind, Instance, Simulator
from tests.simulator.testing import until

from .helpers import Log, offline, queue, settled, starting, tries

AGAIN = "Messages leave the outbox again"


async def test_an_outage_is_two_lines(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    log: Log,
) -> None:
    async with offline(simulator):
        for number in range(3):
            for chat in (ANNA, BORIS, FAMILY):
                await queue(hass, f"{number}", chat_id=chat)
        assert len(log()) == 1
        assert log()[0].startswith("Messages wait in the outbox: ")
    await settled(hass, loaded)
    assert log()[1:] == [AGAIN]


@pytest.mark.parametrize(
    "kind",
    [FaultKind.BAD_GATEWAY, FaultKind.RESET, FaultKind.TIMEOUT, FaultKind.UNAUTHORIZED],
)
async def test_an_outage_of_any_kind_is_two_lines(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    log: Log,
    kind: FaultKind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind is FaultKind.UNAUTHORIZED:
        instance.faults.add(kind, times=None)
    else:
        instance.settings["outgoingAPIMessageWebhook"] = "yes"
        instance.faults.add(kind, times=None, delay=0.02)
    for chat in (ANNA, BORIS):
        await queue(hass, chat_id=chat)
    await until(lambda: bool(log()))
    await tries(instance, 8)
    assert len(log()) == 1
    instance.faults.clear()
    await settled(hass, loaded)
    assert log()[1:] == [AGAIN]


async def test_each_outage_has_its_lines(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, log: Log
) -> None:
    for _ in range(2):
        async with starting(instance):
            await queue(hass)
        await settled(hass, loaded)
    assert len(log()) == 4


async def test_it_is_told_when_nothing_waits_any_more(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, log: Log
) -> None:
    async with starting(instance):
        await queue(hass)
        await act(hass, "cancel", all=True)
    await hass.async_block_till_done()
    assert log()[1:] == ["Nothing waits in the outbox any more"]


async def test_what_nothing_waits_for_is_no_line(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, log: Log
) -> None:
    await queue(hass)
    async with starting(instance):
        for policy in ("fail", "retry"):
            with pytest.raises(HomeAssistantError):
                await send_message(hass, chat_id=ANNA, on_outage=policy, retry_for=0.05)
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendMessage", times=3)
    await queue(hass)
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    instance.faults.add(FaultKind.RESET, method="sendMessage")
    await queue(hass)
    await settled(hass, loaded)
    assert log() == []


async def test_a_restart_in_an_outage_is_one_line_more(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, log: Log
) -> None:
    async with starting(instance):
        await queue(hass)
        assert await hass.config_entries.async_reload(loaded.entry_id)
        await until(lambda: len(log()) == 2)
        await tries(instance)
    await settled(hass, loaded)
    assert log()[2:] == [AGAIN]


async def test_the_debug_mode_of_asyncio_shows_no_text_and_no_number(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    """It logs what it calls late, with all arguments."""
    async with starting(instance):
        await queue(hass, "The key is under the mat", tag="mat", deduplicate=60)
        (parcel,) = loaded.runtime_data.outbox.kept.parcels
        shown = f"{parcel!r} {parcel.said!r}"
    for secret in ("key", "mat", ANNA[:11]):
        assert secret not in shown
    await settled(hass, loaded)
