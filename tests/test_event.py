"""The event entities: what happens in chats, and what became of messages."""

from types import MappingProxyType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.green_api.api import MessageType
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .actions import LANGUAGES, go_away, send_message
from .conftest import ANNA, FAMILY, INSTANCE_ID
from .hearing import *  # noqa: F403  the fixtures
from .integration_source import INTEGRATION, read_json
from .simulator import (
    ContactCard,
    File,
    Instance,
    Location,
    MessageStatus,
    Outcome,
    Poll,
    Simulator,
)
from .simulator.testing import until

MESSAGE = "event.anna_message"
DELIVERY = "event.anna_delivery"
OTHERS = "event.green_api_7103000001_message"
STRANGER = "4915112345678@c.us"
TYPES = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contact",
    "poll",
    "poll_vote",
    "button",
    "reaction",
    "call",
    "edited",
    "deleted",
    "other",
]
STATUSES = [
    "sent",
    "delivered",
    "read",
    "failed",
    "no_account",
    "not_in_group",
    "expired",
]


def state(hass: HomeAssistant, entity_id: str = MESSAGE) -> State:
    found = hass.states.get(entity_id)
    assert found is not None
    return found


async def event(hass: HomeAssistant, kind: str, entity_id: str = MESSAGE) -> Any:
    """Return what an event told, once it has happened."""
    await until(lambda: state(hass, entity_id).attributes["event_type"] == kind)
    return state(hass, entity_id).attributes


@pytest.mark.usefixtures("polling")
async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    for entity_id, key, types in (
        (MESSAGE, "message", TYPES),
        (DELIVERY, "delivery", STATUSES),
    ):
        assert state(hass, entity_id).state == "unknown"
        assert state(hass, entity_id).attributes == {
            "event_type": None,
            "event_types": types,
            "friendly_name": f"Anna {key.title()}",
        }
        entity, notify = (
            entity_registry.async_get(entity_id),
            entity_registry.async_get("notify.anna"),
        )
        assert entity is not None
        assert notify is not None
        assert entity.unique_id == f"{notify.unique_id}_{key}"
        assert entity.device_id == notify.device_id
        assert entity.config_subentry_id == notify.config_subentry_id
        assert entity.translation_key == key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_words(language: str) -> None:
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    for key, types in (
        ("message", TYPES),
        ("other_chats", TYPES),
        ("delivery", STATUSES),
    ):
        attribute = texts["entity"]["event"][key]["state_attributes"]["event_type"]
        assert list(attribute["state"]) == types
    assert list(texts["selector"]["message_type"]["options"]) == TYPES == [*MessageType]
    assert list(texts["selector"]["message_status"]["options"]) == [
        *STATUSES,
        "pending",
    ]


# Messages


@pytest.mark.usefixtures("polling")
async def test_a_text(hass: HomeAssistant, instance: Instance) -> None:
    message_id = instance.receive(ANNA, "I am home", quoted_message_id="ABC")
    attributes = await event(hass, "text")
    assert attributes["timestamp"].endswith("+00:00")
    assert {
        name: value
        for name, value in attributes.items()
        if name not in {"event_types", "timestamp"}
    } == {
        "event_type": "text",
        "friendly_name": "Anna Message",
        "message_id": message_id,
        "chat_id": ANNA,
        "chat_name": "anna_k",
        "text": "I am home",
        "sender": ANNA,
        "sender_name": "Anna",
        "from_me": False,
        "quoted_message_id": "ABC",
        "forwarded": False,
    }
    assert state(hass).state != "unknown"
    assert state(hass, "event.boris_message").state == "unknown"
    assert state(hass, DELIVERY).state == "unknown"


@pytest.mark.usefixtures("polling")
async def test_all_that_can_happen(hass: HomeAssistant, instance: Instance) -> None:
    for name, kind in (
        ("a.jpg", "image"),
        ("a.mp4", "video"),
        ("a.mp3", "audio"),
        ("a.pdf", "document"),
    ):
        instance.receive(ANNA, file=File(name=name, content=b"?"))
        attributes = await event(hass, kind)
        assert attributes["media"]["name"] == name
        assert attributes["media"]["url"].startswith("http")
    instance.receive(ANNA, sticker=File(name="a.webp", content=b"?"))
    await event(hass, "sticker")
    instance.receive(
        ANNA, location=Location(latitude=55.75, longitude=37.6, name="Park")
    )
    assert (await event(hass, "location"))["location"] == {
        "latitude": 55.75,
        "longitude": 37.6,
        "name": "Park",
        "address": None,
    }
    instance.receive(ANNA, contact=ContactCard(phone=79005553535, first_name="Plumber"))
    assert (await event(hass, "contact"))["contacts"] == [
        {"name": "Plumber", "phones": ["+79005553535"]}
    ]
    poll = instance.receive(ANNA, "Tea?", poll=Poll(options=("Yes", "No")))
    assert (await event(hass, "poll"))["options"] == ["Yes", "No"]
    instance.vote(ANNA, poll, ["Yes"])
    attributes = await event(hass, "poll_vote")
    assert attributes["votes"][0] == {"option": "Yes", "voters": [ANNA]}
    assert attributes["quoted_message_id"] == poll
    text = instance.receive(ANNA, "Hi")
    instance.react(ANNA, text, "👍")
    assert (await event(hass, "reaction"))["text"] == "👍"
    instance.edit_incoming(ANNA, text, "Hello")
    assert (await event(hass, "edited"))["text"] == "Hello"
    instance.delete_incoming(ANNA, text)
    assert (await event(hass, "deleted"))["quoted_message_id"] == text
    instance.call(ANNA)
    await until(lambda: not instance.told)
    assert (await event(hass, "call"))["call_status"] == "missed"
    instance.receive_data(ANNA, {"typeMessage": "somethingNew"})
    await event(hass, "other")


@pytest.mark.usefixtures("polling")
async def test_a_button(hass: HomeAssistant, instance: Instance) -> None:
    instance.press(ANNA, "ABC", "gate", "Open the gate")
    attributes = await event(hass, "button")
    assert attributes["text"] == "Open the gate"
    assert attributes["button"]["id"] == "gate"


@pytest.mark.usefixtures("polling")
async def test_each_event_is_seen_however_fast(
    hass: HomeAssistant, instance: Instance
) -> None:
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    words = [str(number) for number in range(50)]
    for word in words:
        instance.receive(ANNA, word)
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    states = [
        new
        for each in changes
        if (new := each.data["new_state"]) and new.entity_id == MESSAGE
    ]
    assert [each.attributes["text"] for each in states] == words
    times = [each.state for each in states]
    assert times == sorted(set(times))


@pytest.mark.usefixtures("polling")
async def test_what_one_writes_oneself(hass: HomeAssistant, instance: Instance) -> None:
    instance.send_from_phone(ANNA, "I am home")
    assert (await event(hass, "text"))["from_me"] is True


# A chat's delivery


@pytest.mark.usefixtures("polling")
async def test_delivery(hass: HomeAssistant, instance: Instance) -> None:
    response = await send_message(hass, entity_id="notify.anna", tag="door")
    message_id = response["messages"][0]["message_id"]
    attributes = await event(hass, "delivered", DELIVERY)
    assert {**attributes, "event_types": None} == {
        "event_types": None,
        "event_type": "delivered",
        "friendly_name": "Anna Delivery",
        "message_id": message_id,
        "chat_id": ANNA,
        "tag": "door",
    }
    instance.read(ANNA)
    await event(hass, "read", DELIVERY)
    assert state(hass, "event.boris_delivery").state == "unknown"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (MessageStatus.FAILED, "failed"),
        (MessageStatus.NO_ACCOUNT, "no_account"),
        (MessageStatus.NOT_IN_GROUP, "not_in_group"),
    ],
)
@pytest.mark.usefixtures("polling")
async def test_a_failure(
    hass: HomeAssistant, instance: Instance, status: MessageStatus, expected: str
) -> None:
    instance.outcomes[ANNA] = Outcome(status=status, description="Why not")
    await send_message(hass, entity_id="notify.anna")
    attributes = await event(hass, expected, DELIVERY)
    assert attributes["description"] == "Why not"
    assert "tag" not in attributes


# Chats that come, go and change


async def test_a_chat_that_is_added_and_renamed(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    clara = ConfigSubentry(
        data=MappingProxyType({"chat": STRANGER}),
        subentry_type="chat",
        title="Clara",
        unique_id=STRANGER,
    )
    hass.config_entries.async_add_subentry(polling, clara)
    await hass.async_block_till_done()
    instance.receive(STRANGER, "Hi")
    assert (await event(hass, "text", "event.clara_message"))["text"] == "Hi"
    assert state(hass, "event.clara_delivery").state == "unknown"

    # The notify entity may be disabled.
    entity_registry.async_update_entity(
        "notify.clara", disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.async_block_till_done()
    hass.config_entries.async_update_subentry(polling, clara, title="Clara Schmidt")
    await hass.async_block_till_done()
    entity = entity_registry.async_get("event.clara_message")
    assert entity is not None
    assert entity.device_id is not None
    device = device_registry.async_get(entity.device_id)
    assert device is not None
    assert device.name == "Clara Schmidt"
    assert state(hass, "event.clara_message").name == "Clara Schmidt Message"

    hass.config_entries.async_remove_subentry(polling, clara.subentry_id)
    await hass.async_block_till_done()
    assert hass.states.get("event.clara_message") is None
    assert hass.states.get("event.clara_delivery") is None


async def test_after_a_reload(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    assert await hass.config_entries.async_reload(polling.entry_id)
    instance.receive(ANNA, "After a reload")
    assert (await event(hass, "text"))["text"] == "After a reload"


async def test_available_while_green_api_is_away(
    hass: HomeAssistant, polling: MockConfigEntry, simulator: Simulator
) -> None:
    await go_away(simulator)
    await until(
        lambda: state(hass, "sensor.green_api_7103000001_state").state == "unavailable"
    )
    assert state(hass).state == "unknown"


# Chats that are not configured


@pytest.fixture
async def opened(
    hass: HomeAssistant, polling: MockConfigEntry, entity_registry: er.EntityRegistry
) -> MockConfigEntry:
    """Have the instance open to all chats, and the entity for them enabled."""
    hass.config_entries.async_update_entry(
        polling, options={**polling.options, "all_chats": True}
    )
    entity_registry.async_update_entity(OTHERS, disabled_by=None)
    assert await hass.config_entries.async_reload(polling.entry_id)
    return polling


async def test_others_are_heard_by_those_only_who_want_to(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    entity_registry: er.EntityRegistry,
) -> None:
    entity = entity_registry.async_get(OTHERS)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert entity.unique_id == f"{INSTANCE_ID}_other_chats"
    entity_registry.async_update_entity(OTHERS, disabled_by=None)
    assert await hass.config_entries.async_reload(polling.entry_id)
    assert state(hass, OTHERS).attributes["friendly_name"] == (
        "GREEN-API 7103000001 Message from another chat"
    )
    instance.receive(STRANGER, "Psst")
    await until(lambda: not instance.told)
    assert state(hass, OTHERS).state == "unknown"

    hass.config_entries.async_update_entry(
        polling, options={**polling.options, "all_chats": True}
    )
    instance.receive(STRANGER, "Hello")
    attributes = await event(hass, "text", OTHERS)
    assert attributes["text"] == "Hello"
    assert attributes["chat_id"] == STRANGER
    assert state(hass).state == "unknown"


@pytest.mark.usefixtures("opened")
async def test_configured_chats_are_no_others(
    hass: HomeAssistant, instance: Instance, simulator: Simulator
) -> None:
    instance.receive(ANNA, "Hi")
    instance.receive(FAMILY, "Hi", sender=STRANGER)
    await until(lambda: not instance.told)
    assert state(hass, OTHERS).state == "unknown"
    assert state(hass, "event.family_message").attributes["sender"] == STRANGER
    await go_away(simulator)
    await until(
        lambda: state(hass, "sensor.green_api_7103000001_state").state == "unavailable"
    )
    assert state(hass, OTHERS).state == "unknown"


# What is kept


@pytest.mark.usefixtures("polling")
async def test_what_the_recorder_leaves_out(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.receive(ANNA, file=File(name="a.jpg", content=b"?"))
    await event(hass, "image")
    info = state(hass).state_info
    assert info is not None
    assert info["unrecorded_attributes"] >= {
        "contacts",
        "location",
        "media",
        "options",
        "votes",
    }
