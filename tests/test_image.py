"""The QR code as an image."""

from base64 import b64decode
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.image import async_get_image
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .actions import asked
from .conftest import INSTANCE_ID
from .simulator import FaultKind, Instance
from .simulator.qr import qr_png

IMAGE = f"image.green_api_{INSTANCE_ID}_qr_code"


def shown(hass: HomeAssistant) -> str:
    """Return the state of the image: since when it is what it is."""
    state = hass.states.get(IMAGE)
    assert state is not None
    return state.state


async def after(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> str:
    """Let time pass and return the state."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    return shown(hass)


@pytest.fixture
async def unlinked(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> MockConfigEntry:
    """Have an instance without a phone loaded."""
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


@pytest.mark.usefixtures("loaded")
async def test_without_need_there_is_no_image(
    hass: HomeAssistant, instance: Instance
) -> None:
    assert shown(hass) == STATE_UNAVAILABLE
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE)
    assert "qr" not in asked(instance)


async def test_the_image_comes_and_goes_with_the_state(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.unlink()
    await loaded.runtime_data.coordinator.async_refresh()
    assert shown(hass) not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
    assert "qr" not in asked(instance), "nobody looks"
    instance.scan()
    await loaded.runtime_data.coordinator.async_refresh()
    assert shown(hass) == STATE_UNAVAILABLE


@pytest.mark.usefixtures("unlinked")
async def test_the_image_can_be_scanned(
    hass: HomeAssistant, instance: Instance
) -> None:
    image = await async_get_image(hass, IMAGE)
    assert image.content_type == "image/png"
    assert image.content == b64decode(qr_png(instance.linking.qr))


async def test_a_browser_gets_the_image(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    hass_client: ClientSessionGenerator,
) -> None:
    for component in ("image", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    browser = await hass_client()
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    response = await browser.get(f"/api/image_proxy/{IMAGE}")
    assert response.status == HTTPStatus.OK
    assert response.content_type == "image/png"
    instance.faults.add(FaultKind.REFUSE, method="qr", times=None)
    response = await browser.get(f"/api/image_proxy/{IMAGE}")
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.usefixtures("unlinked")
async def test_who_looks_sees_a_new_code_every_20_seconds(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    first = shown(hass)
    await async_get_image(hass, IMAGE)
    assert await after(hass, freezer, 19) == first
    await async_get_image(hass, IMAGE)
    second = await after(hass, freezer, 2)
    assert dt_util.parse_datetime(second, raise_on_error=True) - (
        dt_util.parse_datetime(first, raise_on_error=True)
    ) >= timedelta(seconds=20)
    assert await after(hass, freezer, 10) == second
    assert await after(hass, freezer, 11) > second


@pytest.mark.usefixtures("unlinked")
async def test_when_nobody_looks_any_more_there_is_nothing_new(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, instance: Instance
) -> None:
    await async_get_image(hass, IMAGE)
    seen = {await after(hass, freezer, 20.5) for _ in range(20)}
    assert len(seen) <= 3
    last = shown(hass)
    assert await after(hass, freezer, 300) == last
    await async_get_image(hass, IMAGE)
    assert await after(hass, freezer, 20.5) > last
    assert asked(instance).count("qr") == 2


async def test_a_phone_that_is_linked_meanwhile_is_noticed(
    hass: HomeAssistant, unlinked: MockConfigEntry, instance: Instance
) -> None:
    instance.scan()
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == STATE_UNAVAILABLE
    state = hass.states.get(f"sensor.green_api_{INSTANCE_ID}_state")
    assert state is not None
    assert state.state == "authorized"


async def test_a_refused_token_starts_reauth(
    hass: HomeAssistant, unlinked: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.UNAUTHORIZED, method="qr")
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE)
    await hass.async_block_till_done()
    flows: list[Any] = hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


async def test_an_unloaded_image_does_nothing_more(
    hass: HomeAssistant, unlinked: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await async_get_image(hass, IMAGE)
    assert await hass.config_entries.async_unload(unlinked.entry_id)
    assert await after(hass, freezer, 30) == STATE_UNAVAILABLE
