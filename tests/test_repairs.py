"""The ways out of what hinders an instance, as a browser takes them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from http import HTTPStatus
import time
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.green_api import linking
from custom_components.green_api.const import DOMAIN
from custom_components.green_api.errors import translated
from custom_components.green_api.repairs import async_create_fix_flow
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .actions import notify
from .conftest import ANNA, TOKEN
from .flow_watch import watch_flows
from .simulator import FaultKind, Instance, InstanceState
from .simulator.testing import until

STATE = "sensor.green_api_7103000001_state"
URL = "/api/repairs/issues/fix"

type Post = Callable[[str, dict[str, Any]], Awaitable[Any]]


@pytest.fixture(autouse=True)
def _flow_watch(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    with watch_flows(caplog):
        yield


@pytest.fixture(autouse=True)
async def _components(hass: HomeAssistant) -> None:
    """Have what the browser asks there before it is."""
    for component in ("repairs", "webhook"):
        assert await async_setup_component(hass, component, {})


@pytest.fixture
async def browser(
    hass_client: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Have a browser of somebody who may mend things."""
    monkeypatch.setattr(linking, "QR_PAUSE", 0.01)
    return await hass_client()


@pytest.fixture
def post(browser: Any) -> Post:
    """Return a function that posts and returns the answer."""

    async def post(path: str, data: dict[str, Any]) -> Any:
        response = await browser.post(path, json=data)
        text = await response.text()
        assert response.status == HTTPStatus.OK, text
        assert TOKEN not in text
        return await response.json()

    return post


@pytest.fixture
def issues(issue_registry: ir.IssueRegistry) -> Callable[[], list[str]]:
    """Return a function for the keys of what is to be mended."""
    return lambda: [
        str(issue.translation_key) for issue in issue_registry.issues.values()
    ]


@pytest.fixture
async def polling(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> AsyncGenerator[MockConfigEntry]:
    """Have the instance loaded, receiving from its queue."""
    instance.poll_scale = 0.002
    hass.config_entries.async_update_entry(entry, options={"mode": "poll"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: "settings" in entry.data and entry.data["settings"]["mode"])
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def start(post: Post, entry: MockConfigEntry, key: str) -> tuple[Any, str]:
    """Open a notice and return what is shown, and where to go on."""
    shown = await post(URL, {"handler": DOMAIN, "issue_id": f"{key}_{entry.entry_id}"})
    return shown, f"{URL}/{shown['flow_id']}"


async def enter(
    entry: MockConfigEntry, instance: Instance, state: InstanceState
) -> None:
    instance.state = state
    await entry.runtime_data.coordinator.async_ask()


# --- a phone is missing -------------------------------------------------------------------------


async def test_a_phone_can_be_linked_from_the_notice(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    browser: Any,
    post: Post,
    issues: Callable[[], list[str]],
) -> None:
    await enter(loaded, instance, InstanceState.NOT_AUTHORIZED)
    assert issues() == ["not_linked"]
    menu, flow = await start(post, loaded, "not_linked")
    assert (menu["type"], menu["step_id"]) == ("menu", "link")
    shown = await post(flow, {"next_step_id": "qr"})
    async with asyncio.timeout(10):
        while shown["progress_action"] != "qr":
            shown = await (await browser.get(flow)).json()
    code = shown["description_placeholders"]["code"]
    assert code.startswith("data:image/png;base64,")
    assert instance.scan()
    async with asyncio.timeout(10):
        while shown["type"] == "progress":
            shown = await (await browser.get(flow)).json()
    assert shown["type"] == "create_entry"
    assert issues() == []
    state = hass.states.get(STATE)
    assert state is not None
    assert state.state == "authorized"


async def test_a_phone_can_be_linked_with_a_code(
    loaded: MockConfigEntry,
    instance: Instance,
    browser: Any,
    post: Post,
    issues: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "CODE_PAUSE", 0.01)
    await enter(loaded, instance, InstanceState.NOT_AUTHORIZED)
    _, flow = await start(post, loaded, "not_linked")
    await post(flow, {"next_step_id": "pairing_code"})
    form = await post(flow, {"phone_number": "Anna"})
    assert form["errors"] == {"phone_number": "invalid_phone_number"}
    shown = await post(flow, {"phone_number": "+7 999 000-00-01"})
    assert instance.enter_code(shown["description_placeholders"]["code"])
    async with asyncio.timeout(10):
        while shown["type"] == "progress":
            shown = await (await browser.get(flow)).json()
    assert shown["type"] == "create_entry"
    assert issues() == []


async def test_what_goes_wrong_meanwhile_is_said(
    loaded: MockConfigEntry, instance: Instance, browser: Any, post: Post
) -> None:
    await enter(loaded, instance, InstanceState.NOT_AUTHORIZED)
    instance.faults.add(FaultKind.REFUSE, method="qr", times=None)
    _, flow = await start(post, loaded, "not_linked")
    shown = await post(flow, {"next_step_id": "qr"})
    async with asyncio.timeout(10):
        while shown["type"] == "progress":
            shown = await (await browser.get(flow)).json()
    assert (shown["step_id"], shown["errors"]) == (
        "link_failed",
        {"base": "cannot_connect"},
    )
    menu = await post(flow, {})
    assert menu["step_id"] == "link"


async def test_the_notice_goes_by_itself_and_cannot_be_opened_then(
    loaded: MockConfigEntry,
    instance: Instance,
    browser: Any,
    issues: Callable[[], list[str]],
) -> None:
    await enter(loaded, instance, InstanceState.NOT_AUTHORIZED)
    await enter(loaded, instance, InstanceState.AUTHORIZED)
    assert issues() == []
    issue = {"handler": DOMAIN, "issue_id": f"not_linked_{loaded.entry_id}"}
    response = await browser.post(URL, json=issue)
    assert response.status == HTTPStatus.BAD_REQUEST


async def test_linking_ends_with_the_entry(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    browser: Any,
    post: Post,
) -> None:
    await enter(loaded, instance, InstanceState.NOT_AUTHORIZED)
    _, flow = await start(post, loaded, "not_linked")
    shown = await post(flow, {"next_step_id": "qr"})
    await hass.config_entries.async_unload(loaded.entry_id)
    instance.scan()
    async with asyncio.timeout(10):
        while shown["type"] == "progress":
            shown = await (await browser.get(flow)).json()
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")


# --- WhatsApp hinders it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "key", "until_when"),
    [
        (InstanceState.BLOCKED, "blocked", None),
        (InstanceState.SUSPENDED, "suspended", None),
        (InstanceState.SUSPENDED, "suspended_until", 3600),
    ],
)
async def test_somebody_who_has_seen_to_it_lets_it_be_looked_at(
    loaded: MockConfigEntry,
    instance: Instance,
    post: Post,
    issues: Callable[[], list[str]],
    state: InstanceState,
    key: str,
    until_when: int | None,
) -> None:
    if until_when:
        instance.suspended_until = int(time.time()) + until_when
    await enter(loaded, instance, state)
    assert issues() == [key]
    form, flow = await start(post, loaded, key)
    assert (form["type"], form["step_id"], form["data_schema"]) == (
        "form",
        "confirm",
        [],
    )
    still = await post(flow, {})
    assert (still["type"], still["reason"]) == ("abort", "still_so")
    assert issues() == [key]

    instance.link()
    _, flow = await start(post, loaded, key)
    done = await post(flow, {})
    assert done["type"] == "create_entry"
    assert issues() == []


async def test_nothing_is_taken_back_while_nobody_answers(
    loaded: MockConfigEntry,
    instance: Instance,
    post: Post,
    issues: Callable[[], list[str]],
) -> None:
    await enter(loaded, instance, InstanceState.BLOCKED)
    _, flow = await start(post, loaded, "blocked")
    instance.faults.add(FaultKind.REFUSE, times=None)
    done = await post(flow, {})
    assert (done["type"], done["reason"]) == ("abort", "cannot_connect")
    assert issues() == ["blocked"]


@pytest.mark.parametrize("gone", [True, False])
async def test_an_instance_that_is_away_cannot_be_asked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    post: Post,
    *,
    gone: bool,
) -> None:
    await enter(loaded, instance, InstanceState.BLOCKED)
    _, flow = await start(post, loaded, "blocked")
    if gone:
        await hass.config_entries.async_remove(loaded.entry_id)
    else:
        await hass.config_entries.async_unload(loaded.entry_id)
    done = await post(flow, {})
    assert (done["type"], done["reason"]) == ("abort", "not_loaded")


# --- the quota is used up -----------------------------------------------------------------------


@pytest.mark.parametrize("chats", [(), (ANNA,)])
async def test_the_quota_is_believed_in_until_the_next_message(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    post: Post,
    issues: Callable[[], list[str]],
    chats: tuple[str, ...],
) -> None:
    key = "quota_exceeded_chats" if chats else "quota_exceeded"
    instance.faults.add(FaultKind.QUOTA_EXCEEDED, method="sendMessage", times=None)
    for _ in range(2):
        with pytest.raises(HomeAssistantError):
            await notify(hass, "notify.anna")
        if chats:
            loaded.runtime_data.coordinator.issues.async_delete_passing()
            loaded.runtime_data.coordinator.async_take_quota(chats)
        assert issues() == [key]
        form, flow = await start(post, loaded, key)
        assert form["step_id"] == "confirm"
        done = await post(flow, {})
        assert done["type"] == "create_entry"
        assert issues() == []


# --- the outbox ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "placeholders"),
    [("outbox_expired", {"number": "2", "hours": "24.0"}), ("outbox_broken", {})],
)
async def test_what_did_not_leave_is_only_to_be_known(
    loaded: MockConfigEntry,
    post: Post,
    issues: Callable[[], list[str]],
    key: str,
    placeholders: dict[str, str],
) -> None:
    coordinator = loaded.runtime_data.coordinator
    coordinator.issues.async_create(translated(key, **placeholders))
    form, flow = await start(post, loaded, key)
    assert (form["type"], form["step_id"]) == ("form", "confirm")
    done = await post(flow, {})
    assert done["type"] == "create_entry"
    assert issues() == []


async def test_a_disk_is_mended_elsewhere(
    loaded: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    error = translated("outbox_out_of_reach", reason="disk full")
    loaded.runtime_data.coordinator.issues.async_create(error)
    [issue] = issue_registry.issues.values()
    assert not issue.is_fixable


# --- somebody else receives ---------------------------------------------------------------------


@pytest.fixture
async def robbed(
    polling: MockConfigEntry, instance: Instance, issues: Callable[[], list[str]]
) -> MockConfigEntry:
    """Have somebody who has set a webhook."""
    instance.settings["webhookUrl"] = "https://n8n.home/s3cret"
    await until(lambda: issues() == ["foreign_webhook"])
    return polling


async def test_the_messages_can_be_taken_over(
    robbed: MockConfigEntry,
    instance: Instance,
    post: Post,
    issues: Callable[[], list[str]],
) -> None:
    menu, flow = await start(post, robbed, "foreign_webhook")
    assert (menu["type"], menu["menu_options"]) == (
        "menu",
        ["take_over", "stop_receiving"],
    )
    done = await post(flow, {"next_step_id": "take_over"})
    assert done["type"] == "create_entry"
    await until(lambda: instance.settings["webhookUrl"] == "")
    instance.receive(ANNA, "Hi")
    await until(lambda: not instance.told)
    assert issues() == []


async def test_the_messages_can_be_left_to_the_other(
    robbed: MockConfigEntry,
    instance: Instance,
    post: Post,
    issues: Callable[[], list[str]],
) -> None:
    _, flow = await start(post, robbed, "foreign_webhook")
    done = await post(flow, {"next_step_id": "stop_receiving"})
    assert done["type"] == "create_entry"
    await until(lambda: "settings" not in robbed.data)
    assert robbed.options["mode"] == "off"
    assert instance.settings["webhookUrl"] == "https://n8n.home/s3cret"
    assert issues() == []


async def test_taking_over_sets_up_what_never_was(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    post: Post,
    issues: Callable[[], list[str]],
) -> None:
    coordinator = loaded.runtime_data.coordinator
    coordinator.issues.async_create(translated("foreign_webhook"))
    _, flow = await start(post, loaded, "foreign_webhook")
    await post(flow, {"next_step_id": "take_over"})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert loaded.runtime_data.coordinator is not coordinator
    assert issues() == []


# --- what cannot be mended here -----------------------------------------------------------------


async def test_a_missing_address_is_only_told(
    loaded: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    loaded.runtime_data.coordinator.issues.async_create(translated("no_public_url"))
    [issue] = issue_registry.issues.values()
    assert not issue.is_fixable
    assert issue.learn_more_url is None


async def test_an_issue_without_data_has_nothing_to_mend(hass: HomeAssistant) -> None:
    flow = await async_create_fix_flow(hass, "blocked_1", None)
    assert type(flow).__name__ == "HindranceFlow"
