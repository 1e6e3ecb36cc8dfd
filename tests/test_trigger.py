"""The triggers, in automations."""

from time import perf_counter
from types import MappingProxyType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.green_api.chat_filter import ChatFilter
from custom_components.green_api.const import DOMAIN
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.target import TargetSelection
from homeassistant.setup import async_setup_component

from .actions import CLARA, load_second, send_message
from .conftest import ANNA, BORIS, FAMILY
from .hearing import *  # noqa: F403  the fixtures
from .receiver.conftest import polls, start, stop
from .simulator import File, Instance, MessageStatus, Outcome, Poll, Simulator
from .simulator.testing import until

STRANGER = "4915112345678@c.us"
RECEIVED = "green_api.message_received"
STATUS = "green_api.message_status"
TELL = {
    "text": "{{ trigger.text }}",
    "chat": "{{ trigger.chat_id }}",
    "entity": "{{ trigger.entity_id }}",
    "all": "{{ trigger }}",
}

type Ran = list[ServiceCall]


@pytest.fixture
def ran(hass: HomeAssistant) -> Ran:
    """Return the runs of automations."""
    return async_mock_service(hass, "test", "automation")


async def automate(
    hass: HomeAssistant,
    options: dict[str, Any] | None = None,
    target: dict[str, Any] | None = None,
    trigger: str = RECEIVED,
) -> None:
    """Have an automation that tells all."""
    config: dict[str, Any] = {"trigger": trigger}
    if options is not None:
        config["options"] = options
    if target is not None:
        config["target"] = target
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "Test",
                "mode": "queued",
                "max": 100,
                "triggers": config,
                "actions": {"action": "test.automation", "data": TELL},
            }
        },
    )
    found = hass.states.get("automation.test")
    assert found is not None
    assert found.state == "on"


async def heard(hass: HomeAssistant, instance: Instance, ran: Ran) -> list[str]:
    """Return the texts that made the automation run, once all is heard."""
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    return [each.data["text"] for each in ran]


# A message was received


@pytest.mark.usefixtures("polling")
async def test_an_automation_runs(
    hass: HomeAssistant, instance: Instance, ran: Ran
) -> None:
    await automate(hass)
    message_id = instance.receive(ANNA, "I am home")
    assert await heard(hass, instance, ran) == ["I am home"]
    trigger = ran[0].data["all"]
    assert trigger.pop("timestamp").endswith("+00:00")
    assert trigger == {
        "id": "0",
        "idx": "0",
        "alias": None,
        "platform": RECEIVED,
        "description": "message from Anna",
        "type": "text",
        "entity_id": "notify.anna",
        "message_id": message_id,
        "chat_id": ANNA,
        "chat_name": "anna_k",
        "text": "I am home",
        "sender": ANNA,
        "sender_name": "Anna",
        "quoted_message_id": None,
        "from_me": False,
        "forwarded": False,
    }


@pytest.mark.usefixtures("polling")
async def test_what_a_message_does_not_have_is_none(
    hass: HomeAssistant, instance: Instance, ran: Ran
) -> None:
    await automate(hass)
    instance.receive(ANNA, file=File(name="a.jpg", content=b"?"))
    assert await heard(hass, instance, ran) == [None]
    assert ran[0].data["all"]["type"] == "image"
    assert ran[0].data["all"]["media"]["name"] == "a.jpg"


# Which chats


@pytest.fixture
def house(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    label_registry: lr.LabelRegistry,
) -> str:
    """Put Anna's chat into an area, label it, group it; return its device."""
    area = area_registry.async_create("Kitchen")
    label = label_registry.async_create("Grown-ups")
    entity = entity_registry.async_get("notify.anna")
    assert entity is not None
    assert entity.device_id is not None
    device_registry.async_update_device(
        entity.device_id, area_id=area.id, labels={label.label_id}
    )
    hass.states.async_set("group.adults", "on", {"entity_id": ["notify.anna"]})
    return entity.device_id


ONLY_ANNA: list[dict[str, Any]] = [
    {"target": {"entity_id": "notify.anna"}},
    {"target": {"entity_id": "event.anna_message"}},
    {"target": {"entity_id": ["event.anna_delivery", "sun.sun", "notify.unknown"]}},
    {"target": {"area_id": "kitchen"}},
    {"target": {"label_id": "grown_ups"}},
    {"target": {"device_id": "THE DEVICE"}},
    {"options": {"chats": "Anna"}},
    {"options": {"chats": [" anna "]}},
    {"options": {"chats": ["notify.anna"]}},
    {"options": {"chats": ["Event.Anna_Message"]}},
    {"options": {"chats": ["+7 (900) 123-45-67", "Nobody"]}},
    {"options": {"chats": [79001234567]}},
    {"options": {"chats": [ANNA]}},
    {"options": {"chats": []}, "target": {"entity_id": "notify.anna"}},
    {"options": {"chats": "Nobody"}, "target": {"entity_id": "notify.anna"}},
]


@pytest.mark.parametrize("config", ONLY_ANNA)
async def test_a_chat_is_chosen(
    hass: HomeAssistant,
    instance: Instance,
    ran: Ran,
    house: str,
    config: dict[str, Any],
) -> None:
    target = {
        key: house if value == "THE DEVICE" else value
        for key, value in config.get("target", {}).items()
    }
    await automate(hass, config.get("options"), target)
    instance.receive(ANNA, "A")
    instance.receive(BORIS, "B")
    instance.receive(STRANGER, "C")
    assert await heard(hass, instance, ran) == ["A"]


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"options": {}},
        {"target": {}, "options": {"chats": []}},
        {"target": {"entity_id": []}},
        {"target": {"entity_id": "notify.anna"}, "options": {"chats": "Boris"}},
        {"options": {"chats": ["Anna", "+79007654321", "+4915112345678"]}},
    ],
)
@pytest.mark.usefixtures("polling")
async def test_all_chats_or_several(
    hass: HomeAssistant, instance: Instance, ran: Ran, config: dict[str, Any]
) -> None:
    """A stranger is not heard, also when their number is named."""
    await automate(hass, config.get("options"), config.get("target"))
    instance.receive(ANNA, "A")
    instance.receive(BORIS, "B")
    instance.receive(STRANGER, "C")
    assert await heard(hass, instance, ran) == ["A", "B"]
    assert [each.data["entity"] for each in ran] == ["notify.anna", "notify.boris"]


@pytest.mark.parametrize(
    "target",
    [
        {"entity_id": "sensor.green_api_7103000001_state"},
        {"entity_id": "notify.unknown"},
        {"label_id": "unknown"},
    ],
)
@pytest.mark.usefixtures("polling")
async def test_a_target_without_a_chat_is_not_all_chats(
    hass: HomeAssistant, instance: Instance, ran: Ran, target: dict[str, Any]
) -> None:
    await automate(hass, target=target)
    instance.receive(ANNA, "A")
    assert await heard(hass, instance, ran) == []


@pytest.mark.skipif(
    not hasattr(TargetSelection, "exclude"),
    reason="Home Assistant 2026.10 excludes nothing",
)
@pytest.mark.usefixtures("polling")
async def test_what_is_excluded(
    hass: HomeAssistant, instance: Instance, ran: Ran
) -> None:
    """One entity of a chat is enough."""
    everybody = ["notify.anna", "event.anna_message", "notify.boris"]
    exclude = {"exclude": {"entity_id": "notify.anna"}}
    await automate(hass, target={"entity_id": everybody, **exclude})
    instance.receive(ANNA, "A")
    instance.receive(BORIS, "B")
    assert await heard(hass, instance, ran) == ["B"]


async def test_what_is_excluded_from_a_device(
    hass: HomeAssistant, polling: MockConfigEntry, house: str
) -> None:
    target = {"device_id": [house], "entity_id": ["notify.boris"]}
    anna, boris, *_ = polling.subentries
    without = ChatFilter(hass, {**target, "exclude": {"area_id": ["kitchen"]}}, [])
    assert ChatFilter(hass, target, []).includes(polling, anna, ANNA)
    assert not without.includes(polling, anna, ANNA)
    assert without.includes(polling, boris, BORIS)


async def test_strangers_are_heard_by_those_who_want_to(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, ran: Ran
) -> None:
    await automate(hass)
    hass.config_entries.async_update_entry(
        polling, options={**polling.options, "all_chats": True}
    )
    instance.receive(STRANGER, "Hello")
    instance.receive(ANNA, "A")
    assert await heard(hass, instance, ran) == ["Hello", "A"]
    assert ran[0].data["entity"] is None
    assert ran[0].data["all"]["description"] == (
        "message from another chat of GREEN-API 7103000001"
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"options": {"chats": "+4915112345678"}}, ["C"]),
        ({"target": {"entity_id": "event.green_api_7103000001_message"}}, ["C"]),
        ({"options": {"chats": "Anna"}}, ["A"]),
        ({"target": {"entity_id": "notify.anna"}}, ["A"]),
    ],
)
async def test_a_stranger_is_chosen(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    ran: Ran,
    config: dict[str, Any],
    expected: list[str],
) -> None:
    hass.config_entries.async_update_entry(
        polling, options={**polling.options, "all_chats": True}
    )
    await automate(hass, config.get("options"), config.get("target"))
    instance.receive(ANNA, "A")
    instance.receive(STRANGER, "C")
    assert await heard(hass, instance, ran) == expected


async def test_a_chat_that_goes_by_two_ids(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, ran: Ran
) -> None:
    await automate(hass, {"chats": "+79001234567", "from": "+79001234567"})
    instance.settings["enableLidMode"] = "yes"
    instance.receive(ANNA, "Hi")
    assert await heard(hass, instance, ran) == ["Hi"]
    assert ran[0].data["chat"].endswith("@lid")
    assert ran[0].data["entity"] == "notify.anna"


# Whatever comes first


async def test_the_automation_is_older_than_all_else(
    hass: HomeAssistant, entry: MockConfigEntry, receiving_instance: Instance, ran: Ran
) -> None:
    await automate(hass, {"chats": ["Clara", "Boris"]})
    await start(hass, entry, "poll")
    await polls(receiving_instance, 1)
    receiving_instance.receive(BORIS, "B")
    assert await heard(hass, receiving_instance, ran) == ["B"]

    clara = ConfigSubentry(
        data=MappingProxyType({"chat": STRANGER}),
        subentry_type="chat",
        title="Clara",
        unique_id=STRANGER,
    )
    hass.config_entries.async_add_subentry(entry, clara)
    await hass.async_block_till_done()
    receiving_instance.receive(STRANGER, "C")
    assert await heard(hass, receiving_instance, ran) == ["B", "C"]

    assert await hass.config_entries.async_reload(entry.entry_id)
    receiving_instance.receive(STRANGER, "Again")
    assert await heard(hass, receiving_instance, ran) == ["B", "C", "Again"]

    hass.config_entries.async_update_subentry(entry, clara, title="Somebody else")
    receiving_instance.receive(STRANGER, "No")
    receiving_instance.receive(BORIS, "Yes")
    assert (await heard(hass, receiving_instance, ran))[3:] == ["Yes"]
    await stop(hass, entry)


async def test_an_automation_that_is_switched_off(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, ran: Ran
) -> None:
    await automate(hass)
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.test"}, blocking=True
    )
    instance.receive(ANNA, "A")
    assert await heard(hass, instance, ran) == []


async def test_several_instances(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    receiving_instance: Instance,
    simulator: Simulator,
    ran: Ran,
) -> None:
    second, other = await load_second(hass, simulator)
    other.poll_scale = receiving_instance.poll_scale
    for each, instance in ((entry, receiving_instance), (second, other)):
        assert await hass.config_entries.async_unload(each.entry_id)
        await start(hass, each, "poll")
        await polls(instance, 1)
    await automate(hass, target={"entity_id": ["notify.anna", "notify.clara"]})
    receiving_instance.receive(ANNA, "A")
    # Clara is nobody to this instance.
    receiving_instance.receive(CLARA, "No")
    assert await heard(hass, receiving_instance, ran) == ["A"]
    other.receive(CLARA, "C")
    assert await heard(hass, other, ran) == ["A", "C"]
    assert await hass.config_entries.async_unload(second.entry_id)
    await stop(hass, entry)


# Which messages


async def all_kinds(instance: Instance) -> None:
    """Let this and that happen."""
    instance.receive(ANNA, "Alarm OFF, please")
    instance.receive(ANNA, "alarm?", file=File(name="a.jpg", content=b"?"))
    instance.receive(FAMILY, "Good night", sender=BORIS)
    instance.send_from_phone(ANNA, "alarm off, says the owner")
    poll = instance.receive(BORIS, "Tea?", poll=Poll(options=("Yes", "No")))
    instance.vote(BORIS, poll, ["Yes"])


OFF, PICTURE, NIGHT, OWN, POLL, VOTE = (
    "Alarm OFF, please",
    "alarm?",
    "Good night",
    "alarm off, says the owner",
    "Tea?",
    "Tea?",
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [OFF, PICTURE, NIGHT, POLL, VOTE]),
        ({"contains": ""}, [OFF, PICTURE, NIGHT, POLL, VOTE]),
        ({"contains": "aLaRm"}, [OFF, PICTURE]),
        ({"contains": "alarm", "type": "text"}, [OFF]),
        ({"type": ["image", "poll_vote"]}, [PICTURE, VOTE]),
        ({"matches": "^alarm"}, [PICTURE]),
        ({"matches": "(?i)^alarm.*(on|off)"}, [OFF]),
        ({"matches": "GREEN"}, []),
        ({"from": "+7 900 765-43-21"}, [NIGHT, POLL, VOTE]),
        ({"from": [BORIS, "+4915112345678"], "chats": FAMILY}, [NIGHT]),
        ({"from_me": True}, [OWN]),
        ({"from_me": "no", "contains": "off"}, [OFF]),
    ],
)
@pytest.mark.usefixtures("polling")
async def test_options(
    hass: HomeAssistant,
    instance: Instance,
    ran: Ran,
    options: dict[str, Any],
    expected: list[str],
) -> None:
    await automate(hass, options)
    await all_kinds(instance)
    assert await heard(hass, instance, ran) == expected


@pytest.mark.usefixtures("polling")
async def test_what_home_assistant_sends_triggers_nothing(
    hass: HomeAssistant, instance: Instance, ran: Ran
) -> None:
    """Else an automation that answers would answer itself."""
    await automate(hass)
    await send_message(hass, "Hi", entity_id="notify.anna")
    assert await heard(hass, instance, ran) == []


@pytest.mark.usefixtures("polling")
async def test_an_expression_looks_at_the_beginning_only(
    hass: HomeAssistant, instance: Instance, ran: Ran
) -> None:
    await automate(hass, {"matches": "end"})
    instance.receive(ANNA, "x" * 497 + "end")
    instance.receive(ANNA, "x" * 498 + "end")
    assert len(await heard(hass, instance, ran)) == 1


@pytest.mark.parametrize("expression", [".*end", ".*.*end", "x+y"])
@pytest.mark.usefixtures("polling")
async def test_a_long_text_does_not_stop_the_house(
    hass: HomeAssistant, instance: Instance, ran: Ran, expression: str
) -> None:
    """All of it would take a minute and more."""
    await automate(hass, {"matches": expression})
    instance.receive(ANNA, "x" * 20_000)
    begin = perf_counter()
    assert await heard(hass, instance, ran) == []
    assert perf_counter() - begin < 5


# What cannot be meant


@pytest.mark.parametrize(
    ("trigger", "options", "error"),
    [
        (RECEIVED, {"matches": "(open"}, "'(open' is no regular expression: missing )"),
        (RECEIVED, {"from": "Anna"}, "'Anna' is no phone number with its country code"),
        (RECEIVED, {"from": ["0170 1234567"]}, "'0170 1234567' is no phone number"),
        (RECEIVED, {"type": "telegram"}, "must be one of"),
        (RECEIVED, {"contains": ["a"]}, "should be a string"),
        (RECEIVED, {"from_me": "maybe"}, "invalid boolean value"),
        (RECEIVED, {"status": "read"}, "not a valid option"),
        (STATUS, {"status": ["sent", "gone"]}, "must be one of"),
        (STATUS, {"text": "a"}, "not a valid option"),
    ],
)
async def test_errors(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    trigger: str,
    options: dict[str, Any],
    error: str,
) -> None:
    await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "Test",
                "triggers": {"trigger": trigger, "options": options},
                "actions": [],
            }
        },
    )
    found = hass.states.get("automation.test")
    assert found is not None
    assert found.state == "unavailable"
    assert error in caplog.text


# Something became of a message


@pytest.mark.usefixtures("polling")
async def test_a_status(hass: HomeAssistant, instance: Instance, ran: Ran) -> None:
    await automate(hass, trigger=STATUS)
    response = await send_message(hass, entity_id="notify.anna", tag="door")
    await until(lambda: len(ran) >= 2)
    instance.read(ANNA)
    await until(lambda: len(ran) == 3)
    told = [each.data["all"] for each in ran]
    assert [each["status"] for each in told] == ["sent", "delivered", "read"]
    assert told[2] == {
        "id": "0",
        "idx": "0",
        "alias": None,
        "platform": STATUS,
        "description": "message to Anna read",
        "message_id": response["messages"][0]["message_id"],
        "chat_id": ANNA,
        "status": "read",
        "reason": None,
        "outbox_id": None,
        "tag": "door",
        "entity_id": "notify.anna",
    }


async def send_to_all(hass: HomeAssistant, instance: Instance) -> None:
    """Send to somebody, to somebody without WhatsApp, and to a stranger."""
    instance.outcomes[BORIS] = Outcome(
        status=MessageStatus.NO_ACCOUNT, description="No such number"
    )
    await send_message(hass, entity_id="notify.anna", tag="door")
    await send_message(hass, entity_id="notify.boris", tag="window")
    await send_message(hass, chat_id=STRANGER)


@pytest.mark.parametrize(
    ("options", "target", "expected"),
    [
        ({}, {}, [(ANNA, "sent"), (ANNA, "delivered"), (BORIS, "no_account")]),
        ({"status": ["no_account", "failed"]}, {}, [(BORIS, "no_account")]),
        ({"status": "delivered"}, {}, [(ANNA, "delivered")]),
        ({"tag": "window"}, {}, [(BORIS, "no_account")]),
        ({}, {"entity_id": "notify.boris"}, [(BORIS, "no_account")]),
        # Who is named, is no stranger.
        (
            {"chats": "+4915112345678"},
            {},
            [(STRANGER, "sent"), (STRANGER, "delivered")],
        ),
    ],
)
@pytest.mark.usefixtures("polling")
async def test_which_statuses(
    hass: HomeAssistant,
    instance: Instance,
    ran: Ran,
    options: dict[str, Any],
    target: dict[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    await automate(hass, options, target, STATUS)
    await send_to_all(hass, instance)
    await heard(hass, instance, ran)
    told = [each.data["all"] for each in ran]
    assert [(each["chat_id"], each["status"]) for each in told] == expected
    reasons = {each["reason"] for each in told if each["chat_id"] == BORIS}
    assert reasons <= {"No such number"}


# The visual editor


async def test_the_editor_offers_them(
    hass: HomeAssistant, polling: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    assert set(offered[RECEIVED]["fields"]) == {
        "chats",
        "contains",
        "from",
        "from_me",
        "matches",
        "type",
    }
    assert set(offered[STATUS]["fields"]) == {"chats", "status", "tag"}
    for trigger in (RECEIVED, STATUS):
        (entities,) = offered[trigger]["target"]["entity"]
        assert entities == {"integration": DOMAIN, "domain": ["notify", "event"]}
