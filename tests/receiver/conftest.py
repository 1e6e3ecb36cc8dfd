"""Fixtures: an instance that receives."""

from collections.abc import AsyncGenerator, Callable, Generator

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.receiver import SIGNAL_CHAT_EVENT, ChatEvent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..simulator import Instance
from ..simulator.testing import until


@pytest.fixture
def receiving_instance(instance: Instance) -> Instance:
    """Let empty polls end soon."""
    instance.poll_scale = 0.002
    return instance


@pytest.fixture
async def polling(
    hass: HomeAssistant, entry: MockConfigEntry, receiving_instance: Instance
) -> AsyncGenerator[MockConfigEntry]:
    """Have the instance loaded, receiving from its queue."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"mode": "poll"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(
        lambda: any(
            each.method == "receiveNotification" for each in receiving_instance.requests
        )
    )
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)


type Heard = list[tuple[str | None, ChatEvent]]


@pytest.fixture
def heard(hass: HomeAssistant) -> Generator[Heard]:
    """Return what is heard, with the chats it was heard in."""
    events: Heard = []

    @callback
    def hear(entry_id: str, chat: str | None, event: ChatEvent) -> None:
        events.append((chat, event))

    stop: Callable[[], None] = async_dispatcher_connect(hass, SIGNAL_CHAT_EVENT, hear)
    yield events
    stop()
