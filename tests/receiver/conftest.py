"""Fixtures: an instance that receives."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.const import DOMAIN
from custom_components.green_api.deliveries import SIGNAL_DELIVERY, Delivery
from custom_components.green_api.receiver import SIGNAL_CHAT_EVENT, ChatEvent
from custom_components.green_api.receiver.dispatcher import Dispatcher
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..conftest import PHONE
from ..simulator import Instance
from ..simulator.methods import METHODS
from ..simulator.testing import switch_on, until

STATE = "sensor.green_api_7103000001_state"
POLL = "receiveNotification"


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a folder of its own for Home Assistant."""
    return str(tmp_path)


@pytest.fixture
def receiving_instance(instance: Instance) -> Instance:
    """Let empty polls end soon."""
    instance.poll_scale = 0.002
    return instance


@pytest.fixture
async def polling(
    hass: HomeAssistant, entry: MockConfigEntry, receiving_instance: Instance
) -> AsyncGenerator[MockConfigEntry]:
    """Have the instance loaded, receiving from its queue; it tells all already."""
    switch_on(receiving_instance)
    await start(hass, entry, "poll")
    await until(lambda: count(receiving_instance, POLL) > 0)
    yield entry
    await stop(hass, entry)


async def start(hass: HomeAssistant, entry: MockConfigEntry, mode: str) -> None:
    """Load an instance that receives in some way."""
    hass.config_entries.async_update_entry(entry, options={"mode": mode})
    assert await hass.config_entries.async_setup(entry.entry_id)


async def stop(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload an instance, which leaves nothing running."""
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)
    assert running() == []


def running() -> list[str]:
    """Return the names of the tasks that the integration has left."""
    names = [each.get_name() for each in asyncio.all_tasks()]
    return [each for each in names if DOMAIN in each]


def count(instance: Instance, method: str) -> int:
    """Return how often a method was called."""
    return sum(each.method == method for each in instance.requests)


async def polls(instance: Instance, more: int = 2) -> None:
    """Wait until it was asked for notifications some more times."""
    wanted = count(instance, POLL) + more
    await until(lambda: count(instance, POLL) >= wanted)


def dispatcher_of(entry: MockConfigEntry) -> Dispatcher:
    """Return what hands on the notifications of an entry."""
    dispatcher: Dispatcher | None = entry.runtime_data.receiver.dispatcher
    assert dispatcher is not None
    return dispatcher


@contextmanager
def answering(
    monkeypatch: pytest.MonkeyPatch, method: str, answer: Any
) -> Iterator[None]:
    """Let GREEN-API answer something else at once."""
    key = method.lower()
    other = replace(METHODS[key], run=lambda _: answer, wait=None)
    with monkeypatch.context() as patch:
        patch.setitem(METHODS, key, other)
        yield


@contextmanager
def slowly(
    monkeypatch: pytest.MonkeyPatch, method: str, seconds: float
) -> Iterator[None]:
    """Let GREEN-API take its time before it does what a method says."""

    async def wait(_: object) -> None:
        await asyncio.sleep(seconds)

    key = method.lower()
    with monkeypatch.context() as patch:
        patch.setitem(METHODS, key, replace(METHODS[key], wait=wait))
        yield


def body(kind: str, **more: Any) -> dict[str, Any]:
    """Return a notification."""
    instance = {
        "idInstance": 7103000001,
        "wid": f"{PHONE}@c.us",
        "typeInstance": "whatsapp",
    }
    return {"typeWebhook": kind, "instanceData": instance, **more}


def text_body(chat_id: str, text: str, message_id: str) -> dict[str, Any]:
    """Return the notification of a text."""
    return body(
        "incomingMessageReceived",
        timestamp=1791296908,
        idMessage=message_id,
        senderData={"chatId": chat_id, "sender": chat_id, "senderName": "Anna"},
        messageData={
            "typeMessage": "textMessage",
            "textMessageData": {"textMessage": text},
        },
    )


type Heard = list[tuple[str | None, ChatEvent]]


@pytest.fixture
def heard(hass: HomeAssistant) -> Generator[Heard]:
    """Return what is heard, with the chats it was heard in."""
    events: Heard = []

    @callback
    def hear(entry_id: str, chat: str | None, event: ChatEvent) -> None:
        events.append((chat, event))

    stop: Callable[[], None] = async_dispatcher_connect(
        hass, SIGNAL_CHAT_EVENT.everywhere, hear
    )
    yield events
    stop()


def texts(heard: Heard) -> list[str | None]:
    """Return the texts that were heard."""
    return [event.text for _, event in heard]


type Delivered = list[tuple[str | None, Delivery]]


@pytest.fixture
def delivered(hass: HomeAssistant) -> Generator[Delivered]:
    """Return what became of messages, with the chats they were sent to."""
    events: Delivered = []

    @callback
    def hear(entry_id: str, chat: str | None, delivery: Delivery) -> None:
        events.append((chat, delivery))

    stop: Callable[[], None] = async_dispatcher_connect(
        hass, SIGNAL_DELIVERY.everywhere, hear
    )
    yield events
    stop()


type Issues = Callable[[], list[str]]


@pytest.fixture
def issues(issue_registry: ir.IssueRegistry) -> Issues:
    """Return a function for the repairs there are."""
    return lambda: sorted(
        str(each.translation_key)
        for (domain, _), each in issue_registry.issues.items()
        if domain == DOMAIN
    )
