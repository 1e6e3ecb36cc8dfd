"""The action green_api.send_message: whom it reaches, and with what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)

from .actions import CLARA, load_second, send_message, sent, text, told
from .conftest import ANNA, BORIS, FAMILY
from .simulator import Instance, Simulator

pytestmark = pytest.mark.usefixtures("loaded")

STRANGER = "447911123456@c.us"


@pytest.fixture
def messages(instance: Instance) -> Callable[..., list[dict[str, str]]]:
    """Return a function for the response that what arrived should have had."""

    def expected(*recipients: tuple[str, str | None]) -> list[dict[str, str]]:
        ids = {each.chat_id: each.id for each in instance.messages}
        assert len(ids) == len(instance.messages) == len(recipients)
        return [
            {
                "chat_id": chat_id,
                **({"entity_id": entity_id} if entity_id else {}),
                "message_id": ids[chat_id],
            }
            for chat_id, entity_id in recipients
        ]

    return expected


type Messages = Callable[..., list[dict[str, str]]]

TO_ANNA = (ANNA, "notify.anna")
TO_BORIS = (BORIS, "notify.boris")
TO_FAMILY = (FAMILY, "notify.family")


async def refused(hass: HomeAssistant, instance: Instance, **data: Any) -> str:
    """Send what is refused before anything is sent, and return what the person reads."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_message(hass, **data)
    assert sent(instance) == []
    return await told(hass, raised.value)


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, {"message": "Hi"}),
        ({"title": "Laundry"}, {"message": "*Laundry*\nHi"}),
        ({"title": "Two\n lines "}, {"message": "*Two lines*\nHi"}),
        ({"title": " "}, {"message": "Hi"}),
        ({"quoted_message_id": "3EB0"}, {"message": "Hi", "quotedMessageId": "3EB0"}),
        ({"link_preview": False}, {"message": "Hi", "linkPreview": False}),
        ({"link_preview": True}, {"message": "Hi", "linkPreview": True}),
        ({"typing_time": {"seconds": 1}}, {"message": "Hi", "typingTime": 1000}),
        ({"typing_time": 20}, {"message": "Hi", "typingTime": 20_000}),
        ({"typing_time": "00:00:03"}, {"message": "Hi", "typingTime": 3000}),
        (
            {"typing_time": timedelta(seconds=2.5)},
            {"message": "Hi", "typingTime": 2500},
        ),
    ],
)
async def test_fields(
    hass: HomeAssistant,
    instance: Instance,
    data: dict[str, Any],
    fields: dict[str, Any],
) -> None:
    await send_message(hass, chat_id=ANNA, **data)
    (request,) = (each for each in instance.requests if each.method == "sendMessage")
    assert request.json == {"chatId": ANNA, **fields}
    assert request.unknown_keys == ()


@pytest.mark.parametrize("typing_time", [0, 0.9, 20.1, 3600])
async def test_typing_for_too_long_or_too_short(
    hass: HomeAssistant, instance: Instance, typing_time: float
) -> None:
    assert await refused(
        hass, instance, chat_id=ANNA, typing_time={"seconds": typing_time}
    ) == text("invalid_typing_time")


@pytest.mark.parametrize(
    "data",
    [
        {"chat_id": ANNA, "typing_time": "soon"},
        {"chat_id": ANNA, "colour": "red"},
        {"chat_id": {"number": ANNA}},
    ],
)
async def test_what_is_no_field_or_no_value(
    hass: HomeAssistant, instance: Instance, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await send_message(hass, **data)
    assert sent(instance) == []


@pytest.mark.parametrize(
    ("data", "recipients"),
    [
        ({"entity_id": "notify.anna"}, [TO_ANNA]),
        ({"entity_id": ["notify.boris", "notify.anna"]}, [TO_ANNA, TO_BORIS]),
        ({"entity_id": "all"}, [TO_ANNA, TO_BORIS, TO_FAMILY]),
        ({"chat_id": "447911123456"}, [(STRANGER, None)]),
        ({"chat_id": ANNA}, [TO_ANNA]),
        ({"chat_id": FAMILY}, [TO_FAMILY]),
        (
            {"chat_id": ["+44 7911 123456", BORIS]},
            [(STRANGER, None), TO_BORIS],
        ),
        (
            {"entity_id": "notify.anna", "chat_id": "+447911123456"},
            [TO_ANNA, (STRANGER, None)],
        ),
        (
            {"entity_id": "notify.anna", "chat_id": ["+7 (900) 123-45-67", BORIS]},
            [TO_ANNA, TO_BORIS],
        ),
        (
            {"chat_id": ["+7 (900) 123-45-67", "0079001234567", "79001234567@c.us"]},
            [TO_ANNA],
        ),
        ({"chat_id": ["https://wa.me/447911123456"]}, [(STRANGER, None)]),
        # A notify entity belongs into the target, and is understood here.
        ({"chat_id": "notify.anna"}, [TO_ANNA]),
        ({"chat_id": [" Notify.Boris ", BORIS, ANNA]}, [TO_BORIS, TO_ANNA]),
    ],
)
async def test_recipients(
    hass: HomeAssistant,
    messages: Messages,
    data: dict[str, Any],
    recipients: list[tuple[str, str | None]],
) -> None:
    assert await send_message(hass, **data) == {"messages": messages(*recipients)}


async def test_without_asking_for_the_response(
    hass: HomeAssistant, instance: Instance
) -> None:
    await hass.services.async_call(
        "green_api", "send_message", {"chat_id": ANNA, "message": "Hi"}, blocking=True
    )
    assert [each.chat_id for each in instance.messages] == [ANNA]


async def test_the_entity_knows_when_it_was_last_used(
    hass: HomeAssistant, instance: Instance
) -> None:
    await send_message(hass, chat_id=[ANNA, "+447911123456"])
    states = {each.entity_id: each.state for each in hass.states.async_all("notify")}
    assert states.pop("notify.anna").startswith("20")
    assert states == {"notify.boris": "unknown", "notify.family": "unknown"}


@pytest.fixture
def devices(device_registry: dr.DeviceRegistry) -> dict[str, str]:
    """Return the ids of the devices by their names."""
    return {str(each.name): each.id for each in device_registry.devices}


async def test_device(
    hass: HomeAssistant, messages: Messages, devices: dict[str, str]
) -> None:
    response = await send_message(hass, device_id=devices["Anna"])
    assert response == {"messages": messages(TO_ANNA)}


async def test_the_device_of_the_instance_is_nobody_to_write_to(
    hass: HomeAssistant, instance: Instance, devices: dict[str, str]
) -> None:
    assert await refused(
        hass, instance, device_id=devices["GREEN-API 7103000001"]
    ) == text("target_without_chat")


async def test_a_target_that_holds_no_chat(
    hass: HomeAssistant,
    instance: Instance,
    area_registry: ar.AreaRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    for target in (
        {"area_id": area_registry.async_create("Attic").id},
        {"label_id": label_registry.async_create("Alarm").label_id},
    ):
        assert await refused(hass, instance, **target) == text("target_without_chat")


async def test_area_and_floor(
    hass: HomeAssistant,
    messages: Messages,
    area_registry: ar.AreaRegistry,
    floor_registry: fr.FloorRegistry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    devices: dict[str, str],
    instance: Instance,
) -> None:
    floor = floor_registry.async_create("Upstairs")
    area = area_registry.async_create("Bedroom", floor_id=floor.floor_id)
    for name in ("Anna", "Boris"):
        device_registry.async_update_device(devices[name], area_id=area.id)
    # Others' entities in the room are not meant.
    light = entity_registry.async_get_or_create("light", "demo", "1")
    entity_registry.async_update_entity(light.entity_id, area_id=area.id)

    response = await send_message(hass, area_id=area.id)
    assert response == {"messages": messages(TO_ANNA, TO_BORIS)}
    response = await send_message(hass, floor_id=floor.floor_id)
    assert [each["chat_id"] for each in response["messages"]] == [ANNA, BORIS]
    assert len(instance.messages) == 4


async def test_label(
    hass: HomeAssistant,
    messages: Messages,
    label_registry: lr.LabelRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    label = label_registry.async_create("Alarm")
    for entity_id in ("notify.anna", "notify.family"):
        entity_registry.async_update_entity(entity_id, labels={label.label_id})
    response = await send_message(hass, label_id=label.label_id)
    assert response == {"messages": messages(TO_ANNA, TO_FAMILY)}


@pytest.mark.parametrize(
    "data",
    [
        {"entity_id": "notify.nobody"},
        {"entity_id": "sensor.green_api_7103000001_state"},
        {"entity_id": "sun.sun"},
        {"device_id": "no-such-device"},
        {"area_id": "no_such_area"},
        {"floor_id": "no_such_floor"},
        {"label_id": "no_such_label"},
    ],
)
async def test_a_target_that_is_not_there(
    hass: HomeAssistant,
    instance: Instance,
    data: dict[str, str],
) -> None:
    (name,) = data.values()
    assert await refused(hass, instance, **data, chat_id=ANNA) == text(
        "unknown_target", targets=name
    )


async def test_all_targets_that_are_not_there_are_named(
    hass: HomeAssistant, instance: Instance
) -> None:
    assert await refused(
        hass,
        instance,
        entity_id=["notify.anna", "notify.zoe", "light.kitchen"],
        area_id="attic",
    ) == text("unknown_target", targets="attic, light.kitchen, notify.zoe")


async def test_a_disabled_entity(
    hass: HomeAssistant,
    instance: Instance,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_update_entity(
        "notify.anna", disabled_by=er.RegistryEntryDisabler.USER
    )
    assert await refused(
        hass, instance, entity_id=["notify.anna", "notify.boris"]
    ) == text("unknown_target", targets="notify.anna")
    response = await send_message(hass, entity_id="all")
    assert [each["chat_id"] for each in response["messages"]] == [BORIS, FAMILY]


async def test_the_entity_of_an_instance_that_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert await refused(hass, instance, entity_id="notify.anna") == text(
        "unknown_target", targets="notify.anna"
    )


@pytest.mark.parametrize("data", [{}, {"chat_id": []}, {"entity_id": "none"}])
async def test_nobody_is_named(
    hass: HomeAssistant, instance: Instance, data: dict[str, Any]
) -> None:
    assert await refused(hass, instance, **data) == text("no_recipient")


@pytest.mark.parametrize(
    ("chat_id", "key"),
    [
        ("8 900 123-45-67", "not_international"),
        ("0511 123456", "not_international"),
        ("Anna", "invalid_chat"),
        ("notify.zoe", "invalid_chat"),
        ("12", "invalid_chat"),
        ("79001234567@example.com", "invalid_chat"),
        ("", "invalid_chat"),
    ],
)
async def test_a_number_that_is_none(
    hass: HomeAssistant, instance: Instance, chat_id: str, key: str
) -> None:
    message = await refused(hass, instance, chat_id=[BORIS, chat_id])
    assert message == text(key, chat=chat_id)


async def test_several_instances(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
) -> None:
    second, second_instance = await load_second(hass, simulator)
    with pytest.raises(ServiceValidationError) as raised:
        await send_message(hass, chat_id=STRANGER)
    assert raised.value.translation_domain == "homeassistant"
    assert sent(instance) == sent(second_instance) == []

    response = await send_message(
        hass, chat_id=STRANGER, config_entry_id=second.entry_id
    )
    (message,) = second_instance.messages
    assert response == {"messages": [{"chat_id": STRANGER, "message_id": message.id}]}
    assert instance.messages == []

    # An entity belongs to its instance; the number goes out through the one named.
    await send_message(
        hass,
        entity_id="notify.clara",
        chat_id=CLARA,
        config_entry_id=loaded.entry_id,
    )
    assert [each.chat_id for each in second_instance.messages] == [STRANGER, CLARA]
    assert [each.chat_id for each in instance.messages] == [CLARA]

    response = await send_message(hass, entity_id="all")
    assert [each["entity_id"] for each in response["messages"]] == [
        "notify.anna",
        "notify.boris",
        "notify.clara",
        "notify.family",
    ]

    # It says which instance also where it stands among the numbers.
    await send_message(hass, chat_id=["notify.clara", "notify.anna"])
    assert second_instance.messages[-1].chat_id == CLARA
    assert instance.messages[-1].chat_id == ANNA


async def test_an_instance_that_is_none(
    hass: HomeAssistant, instance: Instance
) -> None:
    for recipient in ({"chat_id": ANNA}, {"entity_id": "notify.anna"}):
        with pytest.raises(ServiceValidationError) as raised:
            await send_message(hass, **recipient, config_entry_id="no-such-entry")
        assert raised.value.translation_key == "service_config_entry_not_found"
    assert sent(instance) == []
