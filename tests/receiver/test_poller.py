"""Hear what lies in GREEN-API's queue."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..conftest import ANNA
from ..simulator import Instance
from ..simulator.testing import until
from .conftest import Heard


async def test_a_text(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.receive(ANNA, "I am home")
    await until(lambda: len(heard) == 1)
    [(chat, event)] = heard
    assert chat is not None
    assert polling.subentries[chat].title == "Anna"
    assert event.text == "I am home"
    await until(lambda: not instance.told)
