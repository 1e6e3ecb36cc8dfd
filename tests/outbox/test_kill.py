"""Home Assistant is killed at some moment, and started again with what is on its disk."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.green_api.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from tests.calls import act
from tests.conftest import ANNA, BORIS, INSTANCE_ID, TOKEN, chat
from tests.simulator import FaultKind, Instance, Simulator
from tests.simulator.calls import Call
from tests.simulator.methods import METHODS
from tests.simulator.models import Json
from tests.simulator.testing import until

from .helpers import queue, settled, starting, taken, waiting
from .killing import Disk


@dataclass
class Story:
    """What happens until the kill: what was promised, and what perhaps is there."""

    hass: HomeAssistant
    instance: Instance
    promised: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    async def send(self, message: str, **data: Any) -> None:
        """Send something that is kept; without an answer, nothing is promised."""
        self.tried.append(message)
        with suppress(HomeAssistantError):
            await queue(self.hass, message, **data)
            self.promised.append(message)


async def at_once(story: Story) -> None:
    """Send while all is well."""
    await story.send("1")
    await story.send("2")


async def in_an_outage(story: Story) -> None:
    """Send while nothing leaves; then all leaves."""
    async with starting(story.instance):
        for number in range(3):
            await story.send(f"{number}")
        await story.send("Fire", priority="high")
        await story.send("3", chat_id=BORIS)


async def in_doubt(story: Story) -> None:
    """Send what is taken without an answer, and what is not."""
    for message, kind in (("1", FaultKind.RESET_ACCEPTED), ("2", FaultKind.RESET)):
        story.instance.faults.add(kind, method="sendMessage")
        await story.send(message)


async def the_same(story: Story) -> None:
    """Send the same several times."""
    for _ in range(3):
        await story.send("Hi")


async def a_long_text(story: Story) -> None:
    """Send what leaves in parts."""
    await story.send("x" * 4096 + "y" * 4096)


STORIES = {
    each.__name__: each
    for each in (at_once, in_an_outage, in_doubt, the_same, a_long_text)
}


@asynccontextmanager
async def house(
    folder: Path, simulator: Simulator
) -> AsyncGenerator[tuple[HomeAssistant, MockConfigEntry]]:
    """Run a Home Assistant with the instance, from what is in a folder."""
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    async with async_test_home_assistant(config_dir=str(folder)) as hass:
        frame.async_setup(hass)
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        entry = MockConfigEntry(
            domain=DOMAIN,
            entry_id="ENTRY",
            unique_id=INSTANCE_ID,
            data={
                "instance_id": INSTANCE_ID,
                "token": TOKEN,
                "api_url": simulator.url,
                "media_url": simulator.url,
                "phone": None,
                "actions": {"green_api": []},
            },
            subentries_data=[chat("Anna", ANNA), chat("Boris", BORIS)],
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        try:
            yield hass, entry
        finally:
            await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)


type Deadly = Callable[[], None]


def watch(
    monkeypatch: pytest.MonkeyPatch, kill: Deadly, number: int, *, answered: bool
) -> None:
    """Kill when a request comes in: before GREEN-API takes it, or after."""
    method = METHODS["sendmessage"]
    count = 0

    def run(call: Call) -> Json:
        nonlocal count
        count += 1
        if count != number:
            return method.run(call)
        if answered:
            answer = method.run(call)
            kill()
            return answer
        kill()
        message = "Killed"
        raise ConnectionError(message)

    monkeypatch.setitem(METHODS, "sendmessage", replace(method, run=run))


async def live_and_die(
    tmp_path: Path,
    simulator: Simulator,
    instance: Instance,
    disk: Disk,
    tell: Callable[[Story], Awaitable[None]],
) -> None:
    """Live a story until the kill, then start again, and see what there is."""
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    async with house(tmp_path, simulator) as (hass, entry):
        story = Story(hass, instance)
        await tell(story)
        await until(lambda: disk.dead or waiting(entry) == 0)
        disk.die(tmp_path)
    for name, content in disk.left.items():
        path = tmp_path / "again" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    disk.revive()
    instance.faults.clear()
    async with house(tmp_path / "again", simulator) as (hass, entry):
        await settled(hass, entry)
        assert (await act(hass, "get_outbox"))["messages"] == []
    arrived = "".join(taken(instance))
    for message in {*story.tried}:
        there, most = arrived.count(message), story.tried.count(message)
        assert story.promised.count(message) <= there <= most, (message, there)


def cut_off(instance: Instance) -> None:
    """Let nothing more be taken of what is still on its way."""
    instance.faults.clear()
    instance.faults.add(FaultKind.REFUSE, times=None)


# How often each of them writes, and a kill when all is done.
WRITES = {
    "at_once": 4,
    "in_an_outage": 8,
    "in_doubt": 8,
    "the_same": 5,
    "a_long_text": 3,
}


@pytest.mark.parametrize(
    ("story", "commit"),
    [
        (story, commit + 1)
        for story, most in WRITES.items()
        for commit in range(0, most, 2)
    ],
)
async def test_a_kill_after_something_was_written(
    tmp_path: Path,
    simulator: Simulator,
    instance: Instance,
    disk: Disk,
    story: str,
    commit: int,
) -> None:
    disk.on_death = partial(cut_off, instance)
    disk.dies_after = commit
    await live_and_die(tmp_path, simulator, instance, disk, STORIES[story])


@pytest.mark.parametrize("answered", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("story", STORIES)
async def test_a_kill_while_a_request_is_on_its_way(
    tmp_path: Path,
    simulator: Simulator,
    instance: Instance,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    story: str,
    number: int,
    *,
    answered: bool,
) -> None:
    disk.on_death = partial(cut_off, instance)
    with monkeypatch.context() as patch:
        watch(patch, partial(disk.die, tmp_path), number, answered=answered)
        await live_and_die(tmp_path, simulator, instance, disk, STORIES[story])
