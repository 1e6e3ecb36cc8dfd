"""The buttons that restart an instance, unlink its phone, and let leave what waits."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.outbox import outage
from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from .actions import LANGUAGES, asked, go_away, send_message, sent
from .conftest import ANNA, INSTANCE_ID
from .integration_source import INTEGRATION, read_json
from .simulator import FaultKind, Instance, InstanceState, Simulator
from .simulator.testing import until

STATE = f"sensor.green_api_{INSTANCE_ID}_state"
BUTTONS = ("reboot", "logout")
SEND_NOW = f"button.green_api_{INSTANCE_ID}_send_now"


@pytest.fixture
async def enabled(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> dict[str, str]:
    """Have the buttons enabled; return their entity ids."""
    found = {}
    for key in BUTTONS:
        entity_id = entity_registry.async_get_entity_id(
            "button", "green_api", f"{INSTANCE_ID}_{key}"
        )
        assert entity_id is not None
        entity_registry.async_update_entity(entity_id, disabled_by=None)
        found[key] = entity_id
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return found


async def press(hass: HomeAssistant, entity_id: str) -> None:
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id}, blocking=True
    )


def state(hass: HomeAssistant, entity_id: str = STATE) -> str:
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


@pytest.mark.usefixtures("loaded")
async def test_buttons_are_there_for_whom_enables_them(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    assert [each.entity_id for each in hass.states.async_all("button")] == [SEND_NOW]
    for key in BUTTONS:
        entity_id = entity_registry.async_get_entity_id(
            "button", "green_api", f"{INSTANCE_ID}_{key}"
        )
        assert entity_id is not None
        entity = entity_registry.async_get(entity_id)
        assert entity is not None
        assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert entity.entity_category is EntityCategory.CONFIG
        assert entity.translation_key == key


async def test_an_instance_can_be_restarted(
    hass: HomeAssistant, enabled: dict[str, str], instance: Instance
) -> None:
    instance.starting_seconds = 60
    await press(hass, enabled["reboot"])
    assert asked(instance)[-1] == "reboot"
    assert instance.state is InstanceState.STARTING
    assert state(hass) == "starting"


async def test_a_phone_can_be_unlinked(
    hass: HomeAssistant, enabled: dict[str, str], instance: Instance
) -> None:
    await press(hass, enabled["logout"])
    assert asked(instance)[-1] == "logout"
    assert instance.state is InstanceState.NOT_AUTHORIZED
    assert state(hass) == "not_authorized"


@pytest.mark.parametrize("key", BUTTONS)
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, "invalid_auth"),
        (FaultKind.REFUSE, "cannot_connect"),
        (FaultKind.RATE_LIMITED, "rate_limited"),
    ],
)
async def test_what_goes_wrong_is_said(
    hass: HomeAssistant,
    enabled: dict[str, str],
    instance: Instance,
    key: str,
    kind: FaultKind,
    error: str,
) -> None:
    instance.faults.add(kind, method=key, times=None)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, enabled[key])
    assert raised.value.translation_key == error
    assert state(hass) == "authorized"


async def test_buttons_work_while_the_state_is_not_known(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    enabled: dict[str, str],
    instance: Instance,
) -> None:
    instance.faults.add(FaultKind.REFUSE, method="getStateInstance", times=None)
    await loaded.runtime_data.coordinator.async_refresh()
    assert state(hass) == STATE_UNAVAILABLE
    await press(hass, enabled["reboot"])
    assert asked(instance)[-1] == "reboot"


async def test_what_waits_can_be_sent_now(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entity = entity_registry.async_get(SEND_NOW)
    assert entity is not None
    assert entity.entity_category is EntityCategory.CONFIG
    # Nobody would live to see it leave by itself.
    monkeypatch.setattr(outage, "FIRST_DELAY", 60)
    monkeypatch.setattr(outage, "LONGEST_DELAY", 60)
    port = simulator.port
    await go_away(simulator)
    for text in ("Fire", "Smoke"):
        await send_message(hass, text, chat_id=ANNA, on_outage="queue")
    await loaded.runtime_data.coordinator.async_refresh()
    assert state(hass) == STATE_UNAVAILABLE
    assert state(hass, SEND_NOW) != STATE_UNAVAILABLE
    await press(hass, SEND_NOW)
    await simulator.start(port)
    assert sent(instance) == []
    await press(hass, SEND_NOW)
    await until(lambda: len(instance.messages) == 2)
    assert [each.text for each in instance.messages] == ["Fire", "Smoke"]


@pytest.mark.usefixtures("loaded")
async def test_where_nothing_waits_nothing_is_sent(
    hass: HomeAssistant, instance: Instance
) -> None:
    before = asked(instance)
    await press(hass, SEND_NOW)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(instance) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_have_a_name_and_an_icon(language: str) -> None:
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    icons = read_json(INTEGRATION / "icons.json")
    for found in (texts["entity"]["button"], icons["entity"]["button"]):
        assert set(found) == {*BUTTONS, "send_now"}
