"""The state of an instance: when it is asked for, and what its answers lead to."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.green_api import coordinator
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .actions import asked, notify, send_message, sent
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, Instance, InstanceState, Plan, Simulator
from .simulator.methods import METHODS

UNTIL = 1_900_000_000
TITLE = "GREEN-API 7103000001"

type Issues = Callable[[], dict[str, dict[str, str]]]


@pytest.fixture
def issues(issue_registry: ir.IssueRegistry, entry: MockConfigEntry) -> Issues:
    """Return a function for the repairs of the instance: translation key, placeholders."""

    def active() -> dict[str, dict[str, str]]:
        found = {}
        for (domain, issue_id), issue in issue_registry.issues.items():
            assert (domain, issue_id) == (
                "green_api",
                f"{issue.translation_key}_{entry.entry_id}",
            )
            assert issue.severity is ir.IssueSeverity.ERROR
            assert issue.is_fixable
            assert issue.data == {"entry_id": entry.entry_id}
            placeholders = dict(issue.translation_placeholders or {})
            console = placeholders.pop("console_url")
            assert issue.learn_more_url == console == "https://console.green-api.com"
            found[str(issue.translation_key)] = placeholders
        return found

    return active


async def poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let a minute pass."""
    freezer.tick(61)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def fail_to_notify(hass: HomeAssistant, entity_id: str = "notify.anna") -> str:
    """Send in vain and return the key of the error."""
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, entity_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(raised.value.translation_key)


def yellow_card(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a state that the simulator does not know."""
    method = replace(
        METHODS["getstateinstance"], run=lambda _: {"stateInstance": "yellowCard"}
    )
    monkeypatch.setitem(METHODS, "getstateinstance", method)


def in_state(
    state: InstanceState, until: int | None = None
) -> Callable[[Instance, pytest.MonkeyPatch], None]:
    def change(instance: Instance, _: pytest.MonkeyPatch) -> None:
        instance.suspended_until = until
        instance.state = state

    return change


@pytest.mark.parametrize(
    ("change", "key", "placeholders"),
    [
        (in_state(InstanceState.NOT_AUTHORIZED), "not_linked", {}),
        (in_state(InstanceState.BLOCKED), "blocked", {}),
        (in_state(InstanceState.SUSPENDED), "suspended", {}),
        (
            in_state(InstanceState.SUSPENDED, UNTIL),
            "suspended_until",
            {"until": "2030-03-17 10:46"},
        ),
        (yellow_card, "suspended", {}),
    ],
)
@pytest.mark.usefixtures("loaded")
async def test_a_state_that_hinders_is_a_repair_while_it_lasts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    issues: Issues,
    change: Callable[[Instance, pytest.MonkeyPatch], None],
    key: str,
    placeholders: dict[str, str],
) -> None:
    assert issues() == {}
    with monkeypatch.context() as patch:
        change(instance, patch)
        await poll(hass, freezer)
        assert issues() == {key: {"instance": TITLE, **placeholders}}
        assert await fail_to_notify(hass) == key
        assert sent(instance) == []
        assert list(issues()) == [key]
    instance.link()
    await poll(hass, freezer)
    assert issues() == {}
    await notify(hass, "notify.anna")
    assert len(instance.messages) == 1


@pytest.mark.usefixtures("loaded")
async def test_one_repair_follows_another(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    instance: Instance,
    issues: Issues,
) -> None:
    seen = []
    for state, until in (
        (InstanceState.SUSPENDED, None),
        (InstanceState.SUSPENDED, UNTIL),
        (InstanceState.NOT_AUTHORIZED, None),
        (InstanceState.STARTING, None),
    ):
        instance.state, instance.suspended_until = state, until
        await poll(hass, freezer)
        seen.append(list(issues()))
    assert seen == [["suspended"], ["suspended_until"], ["not_linked"], []]


@pytest.mark.parametrize(
    ("kind", "key"),
    [(FaultKind.UNAUTHORIZED, "invalid_auth"), (FaultKind.FORBIDDEN, "wrong_server")],
)
@pytest.mark.usefixtures("loaded")
async def test_refused_credentials_start_one_reauthentication(
    hass: HomeAssistant, instance: Instance, kind: FaultKind, key: str
) -> None:
    instance.faults.add(kind, times=None)
    for entity_id in ("notify.anna", "notify.boris"):
        assert await fail_to_notify(hass, entity_id) == key
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["unique_id"] == instance.id


async def test_refused_credentials_are_noticed_without_a_message(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.UNAUTHORIZED, times=None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_linked_again_since_the_last_look(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(issues()) == ["not_linked"]
    instance.link()
    await notify(hass, "notify.anna")
    assert [each.text for each in instance.messages] == ["Hi"]
    assert asked(instance) == ["getStateInstance", "getStateInstance", "sendMessage"]
    assert issues() == {}


async def test_what_is_linked_is_not_asked_for_before_a_message(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await notify(hass, "notify.anna")
    await notify(hass, "notify.anna")
    assert asked(instance) == ["getStateInstance", "sendMessage", "sendMessage"]


async def test_many_messages_share_one_question(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    instance.requests.clear()
    results = await asyncio.gather(
        *(send_message(hass, chat_id=f"+7900123450{each}") for each in range(10)),
        *(notify(hass, "notify.anna") for _ in range(10)),
        return_exceptions=True,
    )
    keys = [getattr(each, "translation_key", None) for each in results]
    assert keys == ["not_linked"] * 20
    assert asked(instance) in (["getStateInstance"], ["getStateInstance"] * 2)


async def test_a_message_during_set_up_waits_for_the_state(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await fail_to_notify(hass) == "not_linked"
    assert asked(instance) == ["getStateInstance"]


@pytest.mark.usefixtures("loaded")
async def test_an_answer_that_it_is_not_linked_is_followed_up(
    hass: HomeAssistant,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    issues: Issues,
) -> None:
    instance.state = InstanceState.SUSPENDED
    instance.refuse_when_suspended = True
    assert await fail_to_notify(hass) == "suspended"
    assert list(issues()) == ["suspended"]
    assert asked(instance) == [
        "getStateInstance",
        "sendMessage",
        "getStateInstance",
        "getWaSettings",
    ]


@pytest.mark.usefixtures("loaded")
async def test_the_quota_of_a_plan(
    hass: HomeAssistant, instance: Instance, issues: Issues
) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.chats.extend([ANNA, BORIS, "4915112345678@c.us"])
    assert await fail_to_notify(hass, "notify.family") == "quota_exceeded_chats"
    expected = {
        "quota_exceeded_chats": {
            "instance": TITLE,
            "chats": "Anna, Boris, +4915112345678",
        }
    }
    assert issues() == expected

    await notify(hass, "notify.anna")
    assert issues() == expected, "a chat that is covered says nothing of the others"

    instance.plan = Plan.BUSINESS
    await notify(hass, "notify.family")
    assert issues() == {}


@pytest.mark.usefixtures("loaded")
async def test_the_quota_is_enough_again_when_all_chats_are_reached(
    hass: HomeAssistant, instance: Instance, issues: Issues
) -> None:
    instance.fail_chat(ANNA, FaultKind.QUOTA_EXCEEDED, times=1)
    instance.fail_chat(FAMILY, FaultKind.QUOTA_EXCEEDED, times=1)
    for entity_id in ("notify.anna", "notify.family"):
        assert await fail_to_notify(hass, entity_id) == "quota_exceeded"
    await notify(hass, "notify.anna")
    assert issues() == {"quota_exceeded": {"instance": TITLE}}
    await notify(hass, "notify.family")
    assert issues() == {}


async def test_unloading_takes_the_repairs_back(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    instance.fail_chat(ANNA, FaultKind.QUOTA_EXCEEDED)
    await fail_to_notify(hass)
    assert list(issues()) == ["quota_exceeded"]
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert issues() == {}


@pytest.mark.usefixtures("loaded")
async def test_away_and_back_is_logged_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = simulator.port
    await simulator.stop()
    for _ in range(3):
        await poll(hass, freezer)
    assert caplog.text.count("Error fetching green_api data") == 1
    assert "Fetching green_api data recovered" not in caplog.text
    await simulator.start(port)
    for _ in range(3):
        await poll(hass, freezer)
    assert caplog.text.count("Error fetching green_api data") == 1
    assert caplog.text.count("Fetching green_api data recovered") == 1


@pytest.mark.usefixtures("real_pace")
async def test_questions_keep_their_distance(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    """GREEN-API answers a second call within a second with 429."""
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    instance.link()
    await notify(hass, "notify.anna")
    assert [each.status for each in instance.requests] == [200, 200, 200]
    assert instance.requests[1].time - instance.requests[0].time > 1


@pytest.mark.parametrize("kind", [FaultKind.UNAUTHORIZED, FaultKind.QUOTA_EXCEEDED])
async def test_what_comes_back_after_removal_starts_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    issue_registry: ir.IssueRegistry,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, method="sendMessage", delay=0.2)
    sending = hass.async_create_task(notify(hass, "notify.anna"))
    await asyncio.sleep(0.05)
    await hass.config_entries.async_remove(loaded.entry_id)
    with pytest.raises(HomeAssistantError):
        await sending
    assert hass.config_entries.flow.async_progress() == []
    assert issue_registry.issues == {}


async def test_a_message_does_not_wait_for_a_state_that_does_not_come(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coordinator, "_PATIENCE", 0.1)
    instance.faults.add(FaultKind.TIMEOUT, method="getStateInstance", times=None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await notify(hass, "notify.anna")
    assert [each.text for each in instance.messages] == ["Hi"]
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("loaded")
async def test_a_state_that_is_known_for_long_is_asked_for_before_a_message_leaves(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coordinator, "_STALE_AFTER", 0)
    instance.unlink()
    assert await fail_to_notify(hass) == "not_linked"
    assert instance.messages == []


async def test_a_quota_that_was_told_is_enough_again_once_a_message_gets_through(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, issues: Issues
) -> None:
    loaded.runtime_data.coordinator.async_take_quota([ANNA])
    assert list(issues()) == ["quota_exceeded_chats"]
    await notify(hass, "notify.anna")
    assert list(issues()) == ["quota_exceeded_chats"]
    await notify(hass, "notify.family")
    assert issues() == {}
