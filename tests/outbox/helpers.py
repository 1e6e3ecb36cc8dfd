"""What the tests of the outbox share: sending, outages, and what a person notices of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
import time
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import issue_registry as ir
from tests.actions import go_away
from tests.calls import act
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance, InstanceState, Simulator
from tests.simulator.testing import until

KINDS: dict[str, dict[str, Any]] = {
    "sendMessage": {
        "action": "send_message",
        "message": "*Fire*",
        "title": "House",
        "quoted_message_id": "3EB0C767D097B7C7C030",
        "link_preview": False,
        "typing_time": 2,
    },
    "sendLocation": {
        "action": "send_location",
        "latitude": 52.5,
        "longitude": -13.4,
        "name": "Home",
        "address": "Street 1",
    },
    "sendContact": {
        "action": "send_contact",
        "phone_number": "+49 1511 2345678",
        "first_name": "Clara",
        "company": "Fire brigade",
    },
    "sendPoll": {
        "action": "send_poll",
        "question": "Call them?",
        "options": ["Yes", "No"],
        "multiple_answers": True,
    },
    "forwardMessages": {
        "action": "forward_message",
        "from_chat_id": BORIS,
        "message_id": ["3EB0C767D097B7C7C030", "3EB0C767D097B7C7C031"],
    },
}
# How GREEN-API is asked what became of something.
ASKING = ("showMessagesQueue", "lastOutgoingMessages")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 64
# For how long it is waited for what is leaving to come back, when it is cancelled.
CANCEL_WITHIN = "custom_components.green_api.outbox.outbox.CANCEL_WITHIN"
LOGGER = "custom_components.green_api.outbox"


async def queue(
    hass: HomeAssistant, message: str = "Hi", **data: Any
) -> dict[str, Any]:
    """Send a text that is kept, and return what is told of it."""
    return await keep(hass, "send_message", message=message, **data)


async def keep(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Send something that is kept, and return what is told of its first message."""
    data = {"chat_id": ANNA, "on_outage": "queue", **data}
    response = await act(hass, action, **data)
    return dict(response["messages"][0])


def texts(instance: Instance, chat_id: str = ANNA) -> list[str]:
    """Return the texts that arrived in a chat, in order."""
    return [each.text for each in instance.messages if each.chat_id == chat_id]


def taken(instance: Instance) -> list[str]:
    """Return all that GREEN-API has taken, sent or not: what left, then what waits."""
    return [one.text for one, _ in instance.journal] + [
        each.text for each in instance.queue
    ]


@asynccontextmanager
async def starting(instance: Instance) -> AsyncGenerator[None]:
    """Let the instance be starting: whatever is sent is certainly not taken."""
    instance.state = InstanceState.STARTING
    try:
        yield
    finally:
        instance.link()


@asynccontextmanager
async def offline(simulator: Simulator) -> AsyncGenerator[None]:
    """Let GREEN-API be out of reach."""
    port = simulator.port
    await go_away(simulator)
    try:
        yield
    finally:
        await simulator.start(port)


def waiting(entry: MockConfigEntry) -> int:
    """Return how many wait on the disk."""
    count: int = entry.runtime_data.outbox.kept.count
    return count


async def settled(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Wait until nothing waits any more, and all that is written is written."""
    loaded = ConfigEntryState.LOADED
    await until(lambda: entry.state is loaded and waiting(entry) == 0)
    await hass.async_block_till_done()


async def outbox(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return what the action says that waits."""
    return list((await act(hass, "get_outbox"))["messages"])


def kept_files(hass: HomeAssistant) -> list[Path]:
    """Return the files that are kept."""
    return [*Path(hass.config.path(".storage")).glob("*.files/*")]


def uploads(instance: Instance) -> list[bytes]:
    """Return what was uploaded."""
    return [each.content for each in instance.uploads]


async def lose_in_doubt(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    kind: FaultKind,
    **data: Any,
) -> None:
    """Send, and stop before it is known what became of it."""
    blind = FaultKind.BAD_GATEWAY
    instance.faults.add(kind, method="sendMessage")
    fault = instance.faults.add(blind, method="showMessagesQueue", times=None)
    await queue(hass, **data)
    await until(lambda: fault.struck > 0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    instance.faults.clear()


async def tries(instance: Instance, count: int = 3) -> None:
    """Wait until GREEN-API was asked for something some times more, in vain or not."""
    enough = len(instance.requests) + count
    await until(lambda: len(instance.requests) >= enough)


async def still() -> None:
    """Give what must not happen a moment to happen."""
    await asyncio.sleep(0.04)


class Clocks:
    """The clocks on the walls: how far they are ahead of the true time."""

    def __init__(self) -> None:
        self.house_is_ahead = timedelta()
        self.green_api_is_ahead = timedelta()

    def of_green_api(self) -> float:
        """Return what the clock at GREEN-API says."""
        return time.time() + self.green_api_is_ahead.total_seconds()

    def pass_time(self, time: timedelta) -> None:
        """Let time pass, for both."""
        self.house_is_ahead += time
        self.green_api_is_ahead += time


class News:
    """What the delivery events of the chats told, in order."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def take(self, entity_id: str, state: State | None) -> None:
        """Take in a state of an entity."""
        if (
            state
            and entity_id.startswith("event.")
            and entity_id.endswith("_delivery")
            and (kind := state.attributes.get("event_type"))
        ):
            self.all.append({**state.attributes, "type": kind, "entity": entity_id})

    def of(self, outbox_id: str) -> list[str]:
        """Return what was told of something that waited."""
        return [each["type"] for each in self.all if each.get("outbox_id") == outbox_id]

    @property
    def types(self) -> list[str]:
        """Return what was told."""
        return [each["type"] for each in self.all]


class Issues:
    """The repairs there are."""

    def __init__(self, registry: ir.IssueRegistry) -> None:
        self._registry = registry

    def __call__(self) -> dict[str, dict[str, str]]:
        """Return their placeholders, by their keys."""
        return {
            str(each.translation_key): dict(each.translation_placeholders or {})
            for each in self.entries
        }

    @property
    def entries(self) -> list[ir.IssueEntry]:
        """Return them whole."""
        return [
            each
            for (domain, _), each in self._registry.issues.items()
            if domain == DOMAIN
        ]


class Log:
    """What the outbox said in the log."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def __call__(self) -> list[str]:
        """Return its lines that a person sees, warnings and worse."""
        return [
            record.getMessage()
            for record in self._caplog.records
            if record.name.startswith(LOGGER) and record.levelname != "DEBUG"
        ]
