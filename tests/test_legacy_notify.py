"""The notify.<name> actions, and what is built upon them."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .actions import CLARA, failures, legacy_notify, load_second, sent, text, told
from .conftest import ANNA, BORIS, FAMILY, chat
from .simulator import FaultKind, Instance, Simulator


@pytest.fixture
def chats() -> list[ConfigSubentryData]:
    """Return the chats of the instance; tests put others in their place."""
    return [chat("Anna", ANNA), chat("Boris", BORIS), chat("Family", FAMILY)]


@pytest.fixture
async def with_chats(
    hass: HomeAssistant, entry: MockConfigEntry, chats: list[ConfigSubentryData]
) -> MockConfigEntry:
    """Have the instance loaded with those chats."""
    other = MockConfigEntry(
        domain="green_api",
        title=entry.title,
        unique_id=entry.unique_id,
        data=entry.data,
        subentries_data=chats,
    )
    await hass.config_entries.async_remove(entry.entry_id)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return other


def actions(hass: HomeAssistant) -> list[str]:
    """Return the notify actions of this integration."""
    names = hass.services.async_services_for_domain("notify")
    return sorted(name for name in names if name.startswith("green_api"))


async def refused(hass: HomeAssistant, instance: Instance, **data: Any) -> str:
    """Send what is refused before anything is sent, and return what the person reads."""
    with pytest.raises(ServiceValidationError) as raised:
        await legacy_notify(hass, **data)
    assert sent(instance) == []
    return await told(hass, raised.value)


async def test_names(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    first = [
        "green_api",
        "green_api_anna",
        "green_api_boris",
        "green_api_family",
    ]
    assert actions(hass) == first
    await load_second(hass, simulator)
    second = ["green_api_7103000002", "green_api_7103000002_clara"]
    assert actions(hass) == sorted(first + second)


async def test_each_instance_sends_through_itself(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
) -> None:
    _, second = await load_second(hass, simulator)
    await legacy_notify(hass, "green_api", "1", target="+49 1511 2345678")
    await legacy_notify(hass, "green_api_7103000002", "2")
    await legacy_notify(hass, "green_api_7103000002_clara", "3")
    assert [(each.chat_id, each.text) for each in instance.messages] == [(CLARA, "1")]
    assert [(each.chat_id, each.text) for each in second.messages] == [
        (CLARA, "2"),
        (CLARA, "3"),
    ]


@pytest.mark.parametrize(
    "chats",
    [
        [
            chat("Anna", ANNA),
            chat("ANNA!", BORIS),
            chat("\u043c\u0430\u043c\u0430", FAMILY),
            chat("\u05d0\u05de\u05d0", CLARA),
            chat("\N{HOUSE BUILDING}", "447911123456@c.us"),
        ]
    ],
)
async def test_names_that_are_alike_or_not_latin(
    hass: HomeAssistant, with_chats: MockConfigEntry, instance: Instance
) -> None:
    names = actions(hass)
    assert len(names) == 6
    assert {
        "green_api",
        "green_api_anna",
        "green_api_anna_2",
        "green_api_mama",
    } < set(names)
    for name in names[1:]:
        await legacy_notify(hass, name)
    assert {each.chat_id for each in instance.messages} == {
        ANNA,
        BORIS,
        FAMILY,
        CLARA,
        "447911123456@c.us",
    }
    await legacy_notify(hass, target="\u041c\u0410\u041c\u0410")
    assert instance.messages[-1].chat_id == FAMILY


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("target", "chat_ids"),
    [
        ("Anna", [ANNA]),
        (" bORIS ", [BORIS]),
        ("+7 (900) 123-45-67", [ANNA]),
        ("0079001234567", [ANNA]),
        (79001234567, [ANNA]),
        (FAMILY, [FAMILY]),
        ("447911123456", ["447911123456@c.us"]),
        (["family", "+79001234567", "Anna"], [FAMILY, ANNA]),
        (["notify.anna", " Notify.Boris"], [ANNA, BORIS]),
    ],
)
async def test_targets(
    hass: HomeAssistant, instance: Instance, target: Any, chat_ids: list[str]
) -> None:
    await legacy_notify(hass, target=target)
    assert sorted(each.chat_id for each in instance.messages) == sorted(chat_ids)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("Zoe", "invalid_chat"),
        ("", "invalid_chat"),
        ("8 900 123-45-67", "not_international"),
    ],
)
async def test_a_target_that_is_nobody(
    hass: HomeAssistant, instance: Instance, target: str, key: str
) -> None:
    message = await refused(hass, instance, target=["Anna", target])
    assert message == text(key, chat=target)


@pytest.mark.usefixtures("loaded")
async def test_the_action_of_a_chat_writes_to_nobody_else(
    hass: HomeAssistant, instance: Instance
) -> None:
    for target in ("Boris", ["Anna", "Boris"], BORIS, "notify.family"):
        assert await refused(
            hass, instance, action="green_api_anna", target=target
        ) == text("target_of_other_chat", action="green_api_anna")
    for target in ("Anna", "+7 900 123-45-67", "notify.anna"):
        await legacy_notify(hass, "green_api_anna", target=target)
    assert [each.chat_id for each in instance.messages] == [ANNA] * 3


@pytest.mark.usefixtures("loaded")
async def test_without_a_target_there_is_a_choice(
    hass: HomeAssistant, instance: Instance
) -> None:
    assert await refused(hass, instance) == text(
        "no_default_chat", chats="Anna, Boris, Family"
    )


async def test_without_a_target_the_default_chats(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    anna, _, family = loaded.subentries
    hass.config_entries.async_update_entry(
        loaded, options={"default_chats": [anna, family]}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await legacy_notify(hass)
    assert {each.chat_id for each in instance.messages} == {ANNA, FAMILY}


async def test_a_default_chat_that_was_removed(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    anna, *_ = loaded.subentries
    hass.config_entries.async_update_entry(loaded, options={"default_chats": [anna]})
    hass.config_entries.async_remove_subentry(loaded, anna)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await refused(hass, instance) == text(
        "no_default_chat", chats="Boris, Family"
    )


@pytest.mark.parametrize("chats", [[chat("Boris", BORIS)]])
async def test_without_a_target_the_only_chat(
    hass: HomeAssistant, with_chats: MockConfigEntry, instance: Instance
) -> None:
    await legacy_notify(hass)
    assert [each.chat_id for each in instance.messages] == [BORIS]


@pytest.mark.parametrize("chats", [[]])
async def test_without_a_target_and_without_chats(
    hass: HomeAssistant, with_chats: MockConfigEntry, instance: Instance
) -> None:
    assert actions(hass) == ["green_api"]
    assert await refused(hass, instance) == text("no_chats")


async def test_an_action_with_chats_of_its_own(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    """As those that have moved in from configuration.yaml."""
    hass.config_entries.async_update_entry(
        entry,
        data={
            **entry.data,
            "actions": {"green_api": [], "alarm": [ANNA, CLARA], "door": []},
        },
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await legacy_notify(hass, "alarm")
    assert {each.chat_id for each in instance.messages} == {ANNA, CLARA}
    await legacy_notify(hass, "alarm", target="Boris")
    assert instance.messages[-1].chat_id == BORIS
    assert hass.services.has_service("notify", "door")
    assert not hass.services.has_service("notify", "alarm_anna")

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not hass.services.has_service("notify", "alarm")


async def test_an_action_that_somebody_else_has(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    theirs = async_mock_service(hass, "notify", "alarm")
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "actions": {"green_api": [], "alarm": [ANNA]}}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await legacy_notify(hass, "alarm")
    assert len(theirs) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass.services.has_service("notify", "alarm")


@pytest.mark.usefixtures("loaded")
async def test_title_and_data(hass: HomeAssistant, instance: Instance) -> None:
    await legacy_notify(
        hass,
        target="Anna",
        title="Door",
        data={"quoted_message_id": "3EB0", "link_preview": False},
    )
    assert sent(instance) == [
        {
            "chatId": ANNA,
            "message": "*Door*\nHi",
            "quotedMessageId": "3EB0",
            "linkPreview": False,
        }
    ]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"poll": {"options": ["Yes", "No"], "votes": 3}}, "'poll.votes'"),
        ({"link_preview": "perhaps"}, "'link_preview'"),
        ({"quoted_message_id": []}, "'quoted_message_id'"),
    ],
)
async def test_data_that_is_not_known(
    hass: HomeAssistant, instance: Instance, data: dict[str, Any], reason: str
) -> None:
    message = await refused(hass, instance, target="Anna", data=data)
    before, after = text("invalid_data", reason="|").split("|")
    assert message.startswith(before)
    assert reason in message
    assert message.endswith(after)


@pytest.mark.usefixtures("loaded")
async def test_some_targets_fail(hass: HomeAssistant, instance: Instance) -> None:
    instance.fail_chat(ANNA, FaultKind.UNAUTHORIZED)
    with pytest.raises(HomeAssistantError) as raised:
        await legacy_notify(hass, target=["Anna", "Boris"])
    assert await told(hass, raised.value) == text(
        "some_failed",
        failed="1",
        total="2",
        reasons=failures(Anna=text("invalid_auth")),
    )
    assert [each.chat_id for each in instance.messages] == [BORIS]


@pytest.mark.usefixtures("loaded")
async def test_alert(hass: HomeAssistant, instance: Instance) -> None:
    """An alert gives up when its notifier raises; with what it passes, it must not."""
    assert await async_setup_component(
        hass,
        "alert",
        {
            "alert": {
                "garage": {
                    "name": "Garage",
                    "entity_id": "binary_sensor.garage",
                    "message": "The garage is open",
                    "done_message": "The garage is closed",
                    "title": "Garage",
                    "repeat": 30,
                    "data": {"link_preview": False},
                    "notifiers": ["green_api_anna", "green_api_family"],
                }
            }
        },
    )
    hass.states.async_set("binary_sensor.garage", "on")
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=31))
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.states.async_set("binary_sensor.garage", "off")
    await hass.async_block_till_done()
    for chat_id in (ANNA, FAMILY):
        assert [each.text for each in instance.messages if each.chat_id == chat_id] == [
            "*Garage*\nThe garage is open",
            "*Garage*\nThe garage is open",
            "*Garage*\nThe garage is closed",
        ]


async def test_notify_group(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    assert await async_setup_component(
        hass,
        "notify",
        {
            "notify": {
                "platform": "group",
                "name": "everybody",
                "services": [
                    {"action": "green_api_anna"},
                    {"service": "green_api", "data": {"target": "Boris"}},
                    {
                        "action": "green_api_family",
                        "data": {"data": {"quoted_message_id": "3EB0"}},
                    },
                ],
            }
        },
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await legacy_notify(hass, "everybody", title="Fire")
    arrived = {each.chat_id: each for each in instance.messages}
    assert {chat_id: each.text for chat_id, each in arrived.items()} == dict.fromkeys(
        (ANNA, BORIS, FAMILY), "*Fire*\nHi"
    )
    assert arrived[FAMILY].quoted_message_id == "3EB0"


async def test_the_action_of_somebody_else_stays_theirs(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    theirs = async_mock_service(hass, "notify", "green_api_anna")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await legacy_notify(hass, "green_api_anna")
    assert len(theirs) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass.services.has_service("notify", "green_api_anna")
    assert not hass.services.has_service("notify", "green_api_boris")


async def test_a_number_is_not_taken_for_the_name_of_a_chat(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    [anna] = [each for each in loaded.subentries.values() if each.title == "Anna"]
    hass.config_entries.async_update_subentry(loaded, anna, title="+79007654321")
    await hass.async_block_till_done()
    await legacy_notify(hass, target=["+79007654321"])
    assert [each.chat_id for each in instance.messages] == [BORIS]
