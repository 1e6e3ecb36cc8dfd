"""Linking a phone in the UI: the QR code, the code to type, and what can go wrong."""

import asyncio
from collections.abc import Callable, Generator
from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.green_api import linking
from custom_components.green_api.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult, FlowType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESSED,
    FlowResultType,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .conftest import INSTANCE_ID, PHONE, TOKEN
from .flow_watch import NEW_TOKEN, watch_flows
from .simulator import FaultKind, Instance, InstanceState, Simulator
from .simulator.methods import account
from .simulator.qr import qr_png
from .simulator.testing import until as happens

OTHER_PHONE = "79990000002"


@pytest.fixture(autouse=True)
def _flow_watch(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    with watch_flows(caplog):
        yield


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "QR_PAUSE", 0.01)
    monkeypatch.setattr(linking, "CODE_PAUSE", 0.01)


@pytest.fixture
def typed(simulator: Simulator, instance: Instance) -> dict[str, Any]:
    """Return what to type to set up the instance, which is not linked."""
    instance.unlink()
    server = {"api_url": simulator.url, "media_url": simulator.url}
    return {"instance_id": INSTANCE_ID, "token": TOKEN, "server": server}


@pytest.fixture
async def menu(hass: HomeAssistant, typed: dict[str, Any]) -> ConfigFlowResult:
    """Have the menu with the ways to link a phone."""
    flow = hass.config_entries.flow
    form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await flow.async_configure(form["flow_id"], typed)


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, typed: dict[str, Any]
) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(result["flow_id"], typed)


async def choose(
    hass: HomeAssistant, result: ConfigFlowResult, step_id: str
) -> ConfigFlowResult:
    return await submit(hass, result, {"next_step_id": step_id})


async def until(
    hass: HomeAssistant,
    result: ConfigFlowResult,
    wanted: Callable[[ConfigFlowResult], bool],
) -> ConfigFlowResult:
    """Look at a flow, as a browser does, until it shows something."""
    async with asyncio.timeout(10):
        while not wanted(result):
            await asyncio.sleep(0.01)
            result = await hass.config_entries.flow.async_configure(result["flow_id"])
    return result


def shows(code: str) -> Callable[[ConfigFlowResult], bool]:
    return lambda result: (
        (result.get("description_placeholders") or {}).get("code") == code
    )


def shows_qr(instance: Instance) -> Callable[[ConfigFlowResult], bool]:
    def shown(result: ConfigFlowResult) -> bool:
        # It is another one every twenty seconds.
        return shows(picture(instance))(result)

    return shown


def ended(result: ConfigFlowResult) -> bool:
    return result["type"] is not FlowResultType.SHOW_PROGRESS


async def finish(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Go on to the end of the set-up, once a phone is linked."""
    result = await until(hass, result, ended)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "receive")
    return await submit(hass, result, {"mode": "off"})


def picture(instance: Instance) -> str:
    return f"data:image/png;base64,{qr_png(instance.linking.qr)}"


def asked(instance: Instance, method: str) -> int:
    return len([each for each in instance.requests if each.method == method])


async def show_qr(
    hass: HomeAssistant, result: ConfigFlowResult, instance: Instance
) -> ConfigFlowResult:
    result = await choose(hass, result, "qr")
    return await until(hass, result, shows_qr(instance))


async def show_code(
    hass: HomeAssistant, result: ConfigFlowResult, phone: str = PHONE
) -> tuple[ConfigFlowResult, str]:
    form = await choose(hass, result, "pairing_code")
    result = await submit(hass, form, {"phone_number": phone})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert (result["step_id"], result["progress_action"]) == ("code", "code")
    return result, (result["description_placeholders"] or {})["code"]


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


# --- the menu -----------------------------------------------------------------------------------


async def test_an_instance_without_a_phone_is_linked_first(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "link"
    assert menu["menu_options"] == ["qr", "pairing_code"]
    assert [request.method for request in instance.requests] == ["getStateInstance"]
    assert hass.config_entries.async_entries(DOMAIN) == []


# --- the QR code --------------------------------------------------------------------------------


async def test_qr_is_shown_and_scanned(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    simulator: Simulator,
) -> None:
    result = await choose(hass, menu, "qr")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert (result["step_id"], result["progress_action"]) == ("qr", "getting_code")
    result = await until(hass, result, shows_qr(instance))
    assert (result["step_id"], result["progress_action"]) == ("qr", "qr")

    assert instance.scan(phone=OTHER_PHONE)
    result = await finish(hass, result)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"GREEN-API {INSTANCE_ID}"
    assert result["data"] == {
        "instance_id": INSTANCE_ID,
        "token": TOKEN,
        "api_url": simulator.url,
        "media_url": simulator.url,
        "phone": OTHER_PHONE,
        "actions": {"green_api": []},
    }
    assert result["next_flow"][0] is FlowType.CONFIG_SUBENTRIES_FLOW
    await settle(hass)


async def test_a_new_qr_is_shown_by_itself(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    result = await show_qr(hass, menu, instance)
    events = async_capture_events(hass, EVENT_DATA_ENTRY_FLOW_PROGRESSED)
    instance.linking.renew()
    await happens(lambda: bool(events))
    assert events[0].data["flow_id"] == result["flow_id"]
    # The browser asks once for each event.
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert shows(picture(instance))(result)
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_the_browser_is_told_that_a_phone_is_linked(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    result = await show_qr(hass, menu, instance)
    events = async_capture_events(hass, EVENT_DATA_ENTRY_FLOW_PROGRESSED)
    instance.scan()
    await happens(lambda: bool(events))
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["type"] is FlowResultType.FORM
    await settle(hass)


@pytest.mark.parametrize("answered_with_error", [True, False])
async def test_a_phone_that_was_linked_elsewhere_is_taken(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    *,
    answered_with_error: bool,
) -> None:
    instance.qr_error_when_linked = answered_with_error
    instance.link()
    result = await finish(hass, await choose(hass, menu, "qr"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["phone"] == PHONE
    await settle(hass)


async def test_a_start_and_too_many_questions_are_waited_through(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    instance.state = InstanceState.STARTING
    instance.faults.add(FaultKind.RATE_LIMITED, method="qr", times=2)
    result = await choose(hass, menu, "qr")
    await happens(lambda: asked(instance, "qr") >= 4)
    instance.unlink()
    result = await until(hass, result, shows_qr(instance))
    instance.scan()
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)


async def test_nobody_is_asked_for_ever(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "QR_PATIENCE", 0.2)
    result = await until(hass, await show_qr(hass, menu, instance), ended)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "link_failed")
    assert result["errors"] == {"base": "link_timeout"}
    before = len(instance.requests)
    await asyncio.sleep(0.1)
    assert len(instance.requests) == before

    monkeypatch.undo()
    again = await submit(hass, result, {})
    assert (again["type"], again["step_id"]) == (FlowResultType.MENU, "link")
    result = await choose(hass, again, "qr")
    assert result["progress_action"] == "getting_code", "the old code is worthless"
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_nobody_is_asked_once_the_dialog_is_closed(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    result = await show_qr(hass, menu, instance)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    before = len(instance.requests)
    await asyncio.sleep(0.1)
    assert len(instance.requests) == before


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, "invalid_auth"),
        (FaultKind.FORBIDDEN, "wrong_server"),
        (FaultKind.FOREIGN_PAGE, "wrong_server"),
        (FaultKind.GARBAGE_ACCEPTED, "wrong_server"),
        (FaultKind.REFUSE, "cannot_connect"),
        (FaultKind.GATEWAY_TIMEOUT, "cannot_connect"),
        (FaultKind.QUOTA_EXCEEDED, "unknown"),
    ],
)
@pytest.mark.parametrize(
    ("way", "method"), [("qr", "qr"), ("pairing_code", "getStateInstance")]
)
async def test_what_goes_wrong_meanwhile_is_said(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    way: str,
    method: str,
    kind: FaultKind,
    error: str,
) -> None:
    if way == "qr":
        result = await show_qr(hass, menu, instance)
    else:
        result, _ = await show_code(hass, menu)
    instance.faults.add(kind, method=method, times=None)
    result = await until(hass, result, ended)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "link_failed")
    assert result["errors"] == {"base": error}

    instance.faults.clear()
    result = await show_qr(hass, await submit(hass, result, {}), instance)
    instance.scan()
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)


async def test_the_phone_need_not_be_known(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    result = await show_qr(hass, menu, instance)
    instance.faults.add(FaultKind.UNAVAILABLE, method="getWaSettings", times=None)
    instance.scan()
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["phone"] is None
    await settle(hass)


async def test_an_instance_that_came_in_meanwhile_is_not_set_up_twice(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    entry: MockConfigEntry,
) -> None:
    """`entry` is there by now, as an import from configuration.yaml would be."""
    result = await show_qr(hass, menu, instance)
    instance.scan()
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


# --- the code to type ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed_number", [PHONE, "+7 (999) 000-00-02", "0079990000002"])
async def test_code_is_shown_and_typed(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance, typed_number: str
) -> None:
    result, code = await show_code(hass, menu, typed_number)
    assert len(code) == 9
    assert code[4] == "-"
    assert not instance.enter_code("WRONG-CODE")
    assert instance.enter_code(code)
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    expected = PHONE if typed_number == PHONE else OTHER_PHONE
    assert result["data"]["phone"] == expected
    await settle(hass)


@pytest.mark.parametrize(
    "number", ["", "Anna", "8 900 123-45-67", "120363043968066561@g.us", "1@lid"]
)
async def test_what_is_no_phone_number_can_be_mended(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance, number: str
) -> None:
    form = await choose(hass, menu, "pairing_code")
    assert form["type"] is FlowResultType.FORM
    assert not form["errors"]
    form = await submit(hass, form, {"phone_number": number})
    assert form["errors"] == {"phone_number": "invalid_phone_number"}
    assert asked(instance, "getAuthorizationCode") == 0
    result = await submit(hass, form, {"phone_number": PHONE})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    hass.config_entries.flow.async_abort(result["flow_id"])


@pytest.mark.parametrize(
    ("kind", "errors"),
    [
        (FaultKind.UNAUTHORIZED, {"base": "invalid_auth"}),
        (FaultKind.REFUSE, {"base": "cannot_connect"}),
        (FaultKind.RATE_LIMITED, {"base": "rate_limited"}),
        (FaultKind.RESET, {"base": "cannot_connect"}),
    ],
)
async def test_there_may_be_no_code_and_then_there_is(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    kind: FaultKind,
    errors: dict[str, str],
) -> None:
    instance.faults.add(kind, method="getAuthorizationCode", times=None)
    form = await choose(hass, menu, "pairing_code")
    form = await submit(hass, form, {"phone_number": PHONE})
    assert form["errors"] == errors
    instance.faults.clear()
    result = await submit(hass, form, {"phone_number": PHONE})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_there_is_no_code_while_the_instance_starts(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    form = await choose(hass, menu, "pairing_code")
    instance.state = InstanceState.STARTING
    form = await submit(hass, form, {"phone_number": PHONE})
    assert form["errors"] == {"base": "starting"}


async def test_there_is_no_code_for_a_number_that_is_refused(
    hass: HomeAssistant, menu: ConfigFlowResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "PHONE_DIGITS", range(0))
    form = await choose(hass, menu, "pairing_code")
    form = await submit(hass, form, {"phone_number": PHONE})
    assert form["errors"] == {"phone_number": "invalid_phone_number"}


async def test_there_is_no_code_for_what_is_linked(
    hass: HomeAssistant, menu: ConfigFlowResult, instance: Instance
) -> None:
    form = await choose(hass, menu, "pairing_code")
    instance.link()
    form = await submit(hass, form, {"phone_number": PHONE})
    assert form["errors"] == {"base": "no_code"}


@pytest.mark.parametrize("state", [InstanceState.STARTING, None])
async def test_a_start_after_the_code_is_waited_through(
    hass: HomeAssistant,
    menu: ConfigFlowResult,
    instance: Instance,
    state: InstanceState | None,
) -> None:
    result, _ = await show_code(hass, menu)
    instance.state = state
    before = asked(instance, "getStateInstance")
    await happens(lambda: asked(instance, "getStateInstance") >= before + 3)
    instance.link()
    result = await finish(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)


async def test_a_code_is_not_waited_for_for_ever(
    hass: HomeAssistant, menu: ConfigFlowResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "CODE_PATIENCE", 0.1)
    result, _ = await show_code(hass, menu)
    result = await until(hass, result, ended)
    assert result["errors"] == {"base": "link_timeout"}
    result = await submit(hass, result, {})
    assert result["step_id"] == "link"


# --- an instance that is set up -----------------------------------------------------------------


@pytest.fixture(params=["reauth", "reconfigure"])
async def mend(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
) -> ConfigFlowResult:
    """Have the menu after a new token, for an instance that lost its phone, too."""
    instance.token = NEW_TOKEN
    instance.unlink()
    typed: dict[str, Any] = {"token": NEW_TOKEN}
    if request.param == "reauth":
        form = await loaded.start_reauth_flow(hass)
    else:
        form = await loaded.start_reconfigure_flow(hass)
        typed["server"] = {"api_url": simulator.url, "media_url": simulator.url}
    return await submit(hass, form, typed)


async def test_new_credentials_and_a_new_phone(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    mend: ConfigFlowResult,
) -> None:
    assert (mend["type"], mend["step_id"]) == (FlowResultType.MENU, "link")
    result = await show_qr(hass, mend, instance)
    instance.scan(phone=OTHER_PHONE)
    result = await until(hass, result, ended)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] in {"reauth_successful", "reconfigure_successful"}
    await settle(hass)
    assert (loaded.data["token"], loaded.data["phone"]) == (NEW_TOKEN, OTHER_PHONE)
    instance_data = loaded.runtime_data.coordinator.data
    assert instance_data is not None
    assert instance_data.state.value == "authorized"
    assert hass.config_entries.flow.async_progress() == []


async def test_the_new_token_stays_when_no_phone_is_linked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    mend: ConfigFlowResult,
    issue_registry: ir.IssueRegistry,
) -> None:
    result = await show_qr(hass, mend, instance)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    assert loaded.data["token"] == NEW_TOKEN
    assert hass.config_entries.flow.async_progress() == []
    assert list(issue_registry.issues) == [(DOMAIN, f"not_linked_{loaded.entry_id}")]


async def test_an_entry_may_be_removed_meanwhile(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    mend: ConfigFlowResult,
) -> None:
    await show_qr(hass, mend, instance)
    await hass.config_entries.async_remove(loaded.entry_id)
    for flow in hass.config_entries.flow.async_progress():
        hass.config_entries.flow.async_abort(flow["flow_id"])
    await settle(hass)
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_the_same_token_and_a_phone_are_known_at_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    issue_registry: ir.IssueRegistry,
) -> None:
    instance.unlink()
    await loaded.runtime_data.coordinator.async_refresh()
    assert list(issue_registry.issues) == [(DOMAIN, f"not_linked_{loaded.entry_id}")]
    coordinator = loaded.runtime_data.coordinator
    form = await loaded.start_reauth_flow(hass)
    result = await show_qr(hass, await submit(hass, form, {"token": TOKEN}), instance)
    instance.scan()
    result = await until(hass, result, ended)
    assert result["reason"] == "reauth_successful"
    await settle(hass)
    assert issue_registry.issues == {}
    assert loaded.runtime_data.coordinator is coordinator, "nothing to load anew"


async def test_an_entry_that_is_not_loaded_can_be_mended(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.unlink()
    form = await entry.start_reconfigure_flow(hass)
    result = await show_qr(hass, await submit(hass, form, {"token": TOKEN}), instance)
    instance.scan()
    result = await until(hass, result, ended)
    assert result["reason"] == "reconfigure_successful"


# --- as a browser does it -----------------------------------------------------------------------


async def test_linking_over_http(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    typed: dict[str, Any],
    instance: Instance,
) -> None:
    for component in ("notify", "config", "webhook"):
        assert await async_setup_component(hass, component, {})
    browser = await hass_client()
    flows = "/api/config/config_entries/flow"

    async def post(path: str, data: dict[str, Any]) -> Any:
        response = await browser.post(path, json=data)
        text = await response.text()
        assert response.status == HTTPStatus.OK, text
        assert TOKEN not in text
        return await response.json()

    form = await post(flows, {"handler": DOMAIN})
    flow = f"{flows}/{form['flow_id']}"
    menu = await post(flow, typed)
    assert (menu["type"], menu["step_id"]) == ("menu", "link")
    shown = await post(flow, {"next_step_id": "qr"})
    assert shown["type"] == "progress"
    async with asyncio.timeout(10):
        while shown["progress_action"] != "qr":
            await asyncio.sleep(0.01)
            shown = await (await browser.get(flow)).json()
    assert shown["description_placeholders"] == {"code": picture(instance)}
    instance.scan()
    async with asyncio.timeout(10):
        while shown["type"] == "progress":
            await asyncio.sleep(0.01)
            shown = await (await browser.get(flow)).json()
    assert (shown["type"], shown["step_id"]) == ("form", "receive")
