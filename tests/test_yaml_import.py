"""Moving in from the notifier in configuration.yaml."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component import common
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.green_api.const import DOMAIN
from homeassistant import bootstrap
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml

from .actions import legacy_notify, notify
from .conftest import ANNA, BORIS, INSTANCE_ID, PHONE, TOKEN
from .flow_watch import ENGLISH, NEW_TOKEN, watch_flows
from .simulator import Instance, Simulator

type Restart = Callable[[], Awaitable[HomeAssistant]]


@pytest.fixture(autouse=True)
def _flow_watch(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    with watch_flows(caplog):
        yield


@pytest.fixture
def notifier(simulator: Simulator, instance: Instance) -> dict[str, Any]:
    """Return a notifier as it stands in configuration.yaml."""
    return {
        "platform": DOMAIN,
        "name": "Alarm phone",
        "instance_id": INSTANCE_ID,
        "token": TOKEN,
        "target": "+7 900 123-45-67",
        "api_url": simulator.url,
    }


@pytest.fixture
async def moved_in(hass: HomeAssistant, notifier: dict[str, Any]) -> ConfigEntry:
    """Have the notifier moved in."""
    await read_yaml(hass, notifier)
    return the_entry(hass)


@pytest.fixture
async def restart(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Restart]:
    """Return what ends Home Assistant and starts a new one with all that was stored."""
    # The storage of the tests logs all it reads.
    monkeypatch.setattr(logging.getLogger(common.__name__), "disabled", True)
    async with AsyncExitStack() as stack:

        async def start_again() -> HomeAssistant:
            for entry in hass.config_entries.async_entries():
                await hass.config_entries.async_unload(entry.entry_id)
            hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_FINAL_WRITE)
            await settle(hass)
            second = await stack.enter_async_context(
                async_test_home_assistant(load_registries=False)
            )
            stack.push_async_callback(second.async_stop, force=True)
            second.data.pop(DATA_CUSTOM_COMPONENTS)
            await bootstrap.async_load_base_functionality(second)
            return second

        yield start_again


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def read_yaml(hass: HomeAssistant, *notifiers: dict[str, Any]) -> None:
    """Start with notifiers in configuration.yaml."""
    assert await async_setup_component(hass, "notify", {"notify": list(notifiers)})
    await settle(hass)


def the_entry(hass: HomeAssistant) -> ConfigEntry:
    [entry] = hass.config_entries.async_entries(DOMAIN)
    return entry


def chats(entry: ConfigEntry) -> dict[str, str | None]:
    return {chat.title: chat.unique_id for chat in entry.subentries.values()}


def repair(hass: HomeAssistant, action: str = "alarm_phone") -> ir.IssueEntry:
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"yaml_{action}")
    assert issue
    return issue


def shown(issue: ir.IssueEntry, placeholder: str) -> Any:
    """Return the YAML that a repair shows."""
    assert issue.translation_placeholders
    block = issue.translation_placeholders[placeholder]
    return parse_yaml(block.removeprefix("```yaml\n").removesuffix("```"))


def example_of(*entity_ids: str) -> dict[str, Any]:
    return {
        "action": "notify.send_message",
        "target": {"entity_id": list(entity_ids)},
        "data": {"message": "Hello from Home Assistant"},
    }


# --- what becomes of a notifier -----------------------------------------------------------------


async def test_notifier_becomes_an_entry_with_a_chat(
    moved_in: ConfigEntry, simulator: Simulator
) -> None:
    assert moved_in.title == f"GREEN-API {INSTANCE_ID}"
    assert moved_in.unique_id == INSTANCE_ID
    assert dict(moved_in.data) == {
        "instance_id": INSTANCE_ID,
        "token": TOKEN,
        "api_url": simulator.url,
        "media_url": "",
        "phone": None,
        "actions": {"green_api": [], "alarm_phone": [ANNA]},
    }
    assert chats(moved_in) == {"Alarm phone": ANNA}


async def test_action_keeps_its_name_and_its_target(
    hass: HomeAssistant, moved_in: ConfigEntry, instance: Instance
) -> None:
    await legacy_notify(hass, "alarm_phone", "Fire")
    assert [(m.chat_id, m.text) for m in instance.messages] == [(ANNA, "Fire")]


async def test_action_still_takes_a_target(
    hass: HomeAssistant, moved_in: ConfigEntry, instance: Instance
) -> None:
    await legacy_notify(hass, "alarm_phone", target=["+79007654321"])
    assert [message.chat_id for message in instance.messages] == [BORIS]


async def test_chat_has_its_notify_entity(
    hass: HomeAssistant, moved_in: ConfigEntry, instance: Instance
) -> None:
    await notify(hass, "notify.alarm_phone")
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_notifier_moves_in_without_asking(
    hass: HomeAssistant, simulator: Simulator, notifier: dict[str, Any]
) -> None:
    port = simulator.port
    await simulator.stop()
    await read_yaml(hass, notifier)
    assert chats(the_entry(hass)) == {"Alarm phone": ANNA}
    assert hass.services.has_service("notify", "alarm_phone")
    assert hass.states.get("notify.alarm_phone")
    await simulator.start(port)
    await legacy_notify(hass, "alarm_phone")
    [instance] = simulator.instances.values()
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_notifier_without_a_name_is_notify(
    hass: HomeAssistant, notifier: dict[str, Any], instance: Instance
) -> None:
    del notifier["name"]
    await read_yaml(hass, notifier)
    assert chats(the_entry(hass)) == {"+79001234567": ANNA}
    await legacy_notify(hass, "notify")
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_notifier_with_several_targets_writes_to_all(
    hass: HomeAssistant, notifier: dict[str, Any], instance: Instance
) -> None:
    await read_yaml(hass, notifier | {"target": [ANNA, "+79007654321", ANNA]})
    assert chats(the_entry(hass)) == {"+79001234567": ANNA, "+79007654321": BORIS}
    await legacy_notify(hass, "alarm_phone")
    assert sorted(message.chat_id for message in instance.messages) == [ANNA, BORIS]


async def test_notifier_without_a_target_takes_one_with_each_call(
    hass: HomeAssistant, notifier: dict[str, Any], instance: Instance
) -> None:
    del notifier["target"]
    await read_yaml(hass, notifier)
    assert chats(the_entry(hass)) == {}
    await legacy_notify(hass, "alarm_phone", target=[BORIS])
    assert [message.chat_id for message in instance.messages] == [BORIS]


async def test_numbers_without_quotes_are_fine(
    hass: HomeAssistant, notifier: dict[str, Any]
) -> None:
    numbers = {"instance_id": int(INSTANCE_ID), "target": 79001234567, "token": 12345}
    await read_yaml(hass, notifier | numbers)
    entry = the_entry(hass)
    assert (entry.unique_id, entry.data["token"]) == (INSTANCE_ID, "12345")
    assert chats(entry) == {"Alarm phone": ANNA}


async def test_own_action_may_have_the_name_of_the_notifier(
    hass: HomeAssistant, notifier: dict[str, Any], instance: Instance
) -> None:
    await read_yaml(hass, notifier | {"name": "green_api"})
    assert the_entry(hass).data["actions"] == {"green_api": [ANNA]}
    await legacy_notify(hass)
    assert [message.chat_id for message in instance.messages] == [ANNA]


# --- several ------------------------------------------------------------------------------------


async def test_notifiers_of_one_instance_become_one_entry(
    hass: HomeAssistant, notifier: dict[str, Any], instance: Instance
) -> None:
    boris = notifier | {"name": "Boris", "target": BORIS}
    both = notifier | {"name": "Both", "target": [ANNA, BORIS]}
    await read_yaml(hass, notifier, boris, both)
    entry = the_entry(hass)
    assert chats(entry) == {"Alarm phone": ANNA, "Boris": BORIS}
    assert entry.data["actions"] == {
        "green_api": [],
        "alarm_phone": [ANNA],
        "boris": [BORIS],
        "both": [ANNA, BORIS],
    }
    await legacy_notify(hass, "boris")
    await legacy_notify(hass, "both")
    assert sorted(m.chat_id for m in instance.messages) == [ANNA, BORIS, BORIS]


async def test_each_notifier_has_its_repair_with_its_entities(
    hass: HomeAssistant, notifier: dict[str, Any]
) -> None:
    boris = notifier | {"name": "Boris", "target": BORIS}
    both = notifier | {"name": "Both", "target": [ANNA, BORIS]}
    await read_yaml(hass, notifier, boris, both)
    # Called as the first of the notifiers calls it that comes in.
    anna = next(
        state.entity_id
        for state in hass.states.async_all("notify")
        if state.entity_id != "notify.boris"
    )
    assert shown(repair(hass), "example") == example_of(anna)
    assert shown(repair(hass, "boris"), "example") == example_of("notify.boris")
    assert shown(repair(hass, "both"), "example") == example_of(anna, "notify.boris")


async def test_notifiers_of_two_instances_become_two_entries(
    hass: HomeAssistant, simulator: Simulator, notifier: dict[str, Any]
) -> None:
    other = simulator.add_instance("7103000002", NEW_TOKEN, phone="79990000002")
    second = {"instance_id": "7103000002", "token": NEW_TOKEN, "name": "Second"}
    await read_yaml(hass, notifier, notifier | second)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2
    await legacy_notify(hass, "second")
    assert [message.chat_id for message in other.messages] == [ANNA]


async def test_notifier_joins_the_instance_that_is_set_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    notifier: dict[str, Any],
    instance: Instance,
) -> None:
    before = dict(entry.data)
    await read_yaml(hass, notifier | {"token": NEW_TOKEN, "target": [ANNA, PHONE]})
    assert the_entry(hass) is entry
    assert entry.data["token"] == before["token"]
    assert chats(entry).items() >= {"Anna": ANNA, f"+{PHONE}": f"{PHONE}@c.us"}.items()
    assert len(entry.subentries) == 4
    await legacy_notify(hass, "alarm_phone")
    assert len(instance.messages) == 2


# --- the repair ---------------------------------------------------------------------------------


async def test_repair_shows_what_to_delete(
    hass: HomeAssistant, moved_in: ConfigEntry
) -> None:
    issue = repair(hass)
    assert issue.translation_key == "yaml_moved_in"
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert shown(issue, "yaml") == {
        "notify": [
            {"platform": DOMAIN, "name": "Alarm phone", "instance_id": INSTANCE_ID}
        ]
    }


async def test_repair_shows_the_same_call_of_the_entity(
    hass: HomeAssistant, moved_in: ConfigEntry, instance: Instance
) -> None:
    example = shown(repair(hass), "example")
    assert example == example_of("notify.alarm_phone")
    domain, action = example["action"].split(".")
    await hass.services.async_call(
        domain, action, example["data"], target=example["target"], blocking=True
    )
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_repair_shows_the_entity_by_the_name_it_got(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    notifier: dict[str, Any],
) -> None:
    entity_registry.async_get_or_create(
        "notify", "other", "1", suggested_object_id="alarm_phone"
    )
    await read_yaml(hass, notifier)
    assert shown(repair(hass), "example") == example_of("notify.alarm_phone_2")


async def test_repair_shows_no_token(
    hass: HomeAssistant, moved_in: ConfigEntry
) -> None:
    assert TOKEN not in repr(repair(hass))


@pytest.mark.parametrize("target", ["8 900 123-45-67", "Anna", ["+79001234567", "?"]])
async def test_invalid_target_is_said_and_sets_nothing_up(
    hass: HomeAssistant, notifier: dict[str, Any], target: Any
) -> None:
    await read_yaml(hass, notifier | {"target": target})
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert not hass.services.has_service("notify", "alarm_phone")
    assert repair(hass).translation_key == "yaml_not_moved_in"
    assert TOKEN not in repr(repair(hass))


async def test_invalid_target_leaves_the_instance_as_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, notifier: dict[str, Any]
) -> None:
    before = (dict(entry.data), chats(entry))
    await read_yaml(hass, notifier | {"target": "Anna"})
    assert (dict(entry.data), chats(entry)) == before
    assert repair(hass).translation_key == "yaml_not_moved_in"


@pytest.mark.parametrize("target", ["+79001234567", "Anna"])
async def test_every_word_of_a_repair_is_there(
    hass: HomeAssistant, notifier: dict[str, Any], target: str
) -> None:
    await read_yaml(hass, notifier | {"target": target})
    issue = repair(hass)
    texts = ENGLISH["issues"][issue.translation_key]
    placeholders = issue.translation_placeholders or {}
    assert texts["title"].format(**placeholders).startswith("notify.alarm_phone")
    assert "platform: green_api" in texts["description"].format(**placeholders)


@pytest.mark.parametrize(
    "mistake",
    [
        {"instance_id": "my phone"},
        {"token": None},
        {"token": " "},
        {"token": [TOKEN]},
        {"api_url": "no address"},
    ],
)
async def test_mistake_in_the_yaml_sets_nothing_up(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    notifier: dict[str, Any],
    mistake: dict[str, Any],
) -> None:
    await read_yaml(hass, notifier | mistake)
    assert hass.config_entries.async_entries(DOMAIN) == []
    [key] = mistake
    assert f"Invalid config for 'notify' from integration '{DOMAIN}'" in caplog.text
    assert f"'{key}'" in caplog.text
    caplog.clear()


# --- once ---------------------------------------------------------------------------------------


async def test_second_start_changes_nothing(
    hass: HomeAssistant,
    moved_in: ConfigEntry,
    notifier: dict[str, Any],
    restart: Restart,
    instance: Instance,
) -> None:
    before = moved_in.as_dict()
    second = await restart()
    await read_yaml(second, notifier)
    after = the_entry(second).as_dict()
    assert {**after, "modified_at": None} == {**before, "modified_at": None}
    assert shown(repair(second), "example") == example_of("notify.alarm_phone")
    await legacy_notify(second, "alarm_phone")
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_what_is_changed_in_the_ui_stays(
    hass: HomeAssistant,
    moved_in: ConfigEntry,
    notifier: dict[str, Any],
    restart: Restart,
    instance: Instance,
) -> None:
    instance.token = NEW_TOKEN
    hass.config_entries.async_update_entry(
        moved_in, data={**moved_in.data, "token": NEW_TOKEN}
    )
    [subentry_id] = moved_in.subentries
    hass.config_entries.async_remove_subentry(moved_in, subentry_id)
    await settle(hass)
    second = await restart()
    await read_yaml(second, notifier)
    entry = the_entry(second)
    assert entry.data["token"] == NEW_TOKEN
    assert chats(entry) == {}


async def test_action_stays_when_the_yaml_is_deleted(
    hass: HomeAssistant,
    moved_in: ConfigEntry,
    restart: Restart,
    instance: Instance,
) -> None:
    second = await restart()
    await read_yaml(second)
    assert await async_setup_component(second, DOMAIN, {})
    await settle(second)
    assert not repair(second).active
    await legacy_notify(second, "alarm_phone")
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_target_that_is_mended_moves_in_at_the_next_start(
    hass: HomeAssistant, notifier: dict[str, Any], restart: Restart
) -> None:
    await read_yaml(hass, notifier | {"target": "Anna"})
    second = await restart()
    await read_yaml(second, notifier)
    assert chats(the_entry(second)) == {"Alarm phone": ANNA}
    assert repair(second).translation_key == "yaml_moved_in"
