"""Setting up an instance in the UI, mending its credentials, and its options."""

from collections.abc import AsyncGenerator, Callable, Generator
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.green_api.api import transport
from custom_components.green_api.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component

from .actions import legacy_notify, notify
from .conftest import ANNA, BORIS, INSTANCE_ID, PHONE, TOKEN
from .flow_watch import NEW_TOKEN, suggested, watch_flows
from .simulator import FaultKind, Instance, InstanceState, Simulator

OTHER_PHONE = "79990000002"

type Answer = tuple[HTTPStatus, str]
type Serve = Callable[[HTTPStatus, str], str]


@pytest.fixture(autouse=True)
def _flow_watch(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    with watch_flows(caplog):
        yield


@pytest.fixture
def server(simulator: Simulator) -> dict[str, str]:
    """Return what to type into the section for the server."""
    return {"api_url": simulator.url, "media_url": simulator.url}


@pytest.fixture
def typed(instance: Instance, server: dict[str, str]) -> dict[str, Any]:
    """Return what to type to set up the instance."""
    return {"instance_id": INSTANCE_ID, "token": TOKEN, "server": server}


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Have a server that gives one answer to everything."""
    answer: list[Answer] = []

    async def give(request: web.Request) -> web.Response:
        status, text = answer[0]
        return web.Response(status=status, text=text, headers={"Location": "/"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", give)
    server = TestServer(app)
    await server.start_server(access_log=None)

    def choose(status: HTTPStatus, text: str) -> str:
        answer[:] = [(status, text)]
        return str(server.make_url("/"))

    yield choose
    await server.close()


@pytest.fixture
async def second_server(instance: Instance) -> AsyncGenerator[Simulator]:
    """Have the instance on another server, with another token."""
    async with Simulator() as simulator:
        moved = simulator.add_instance(INSTANCE_ID, NEW_TOKEN, phone=PHONE)
        moved.rate_limited = False
        yield simulator


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, typed: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form; the one that follows, for receiving, is no concern of these tests."""
    flow = hass.config_entries.flow
    result = await flow.async_configure(result["flow_id"], typed)
    if result.get("step_id") == "receive":
        result = await flow.async_configure(result["flow_id"], {"mode": "off"})
    return result


async def enter(hass: HomeAssistant, typed: dict[str, Any]) -> ConfigFlowResult:
    return await submit(hass, await start(hass), typed)


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def asked(instance: Instance) -> list[str]:
    return [request.method for request in instance.requests]


# --- set-up -------------------------------------------------------------------------------------


async def test_first_form_asks_for_the_instance(hass: HomeAssistant) -> None:
    result = await start(hass)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert not result["errors"]


async def test_set_up_creates_an_entry(
    hass: HomeAssistant, typed: dict[str, Any], simulator: Simulator
) -> None:
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"GREEN-API {INSTANCE_ID}"
    assert result["result"].unique_id == INSTANCE_ID
    assert result["data"] == {
        "instance_id": INSTANCE_ID,
        "token": TOKEN,
        "api_url": simulator.url,
        "media_url": simulator.url,
        "phone": PHONE,
        "actions": {"green_api": []},
    }
    assert result["options"] == {"mode": "off"}


async def test_set_up_goes_on_to_the_first_chat(
    hass: HomeAssistant, typed: dict[str, Any], instance: Instance
) -> None:
    result = await enter(hass, typed)
    kind, flow_id = result["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    chat = await hass.config_entries.subentries.async_configure(flow_id, {"chat": ANNA})
    assert chat["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)
    await notify(hass, "notify.anna")
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_set_up_asks_no_more_than_it_needs(
    hass: HomeAssistant, typed: dict[str, Any], instance: Instance
) -> None:
    await enter(hass, typed)
    await settle(hass)
    assert asked(instance)[:2] == ["getStateInstance", "getWaSettings"]
    # The entry asks for its state, and the chat flow for the contacts.
    assert sorted(asked(instance)[2:]) == ["getContacts", "getStateInstance"]


async def test_set_up_keeps_to_the_limits(
    hass: HomeAssistant,
    real_pace: None,
    typed: dict[str, Any],
    instance: Instance,
) -> None:
    instance.faults.add(FaultKind.UNAUTHORIZED, method="getWaSettings")
    result = await enter(hass, typed)
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)
    assert asked(instance).count("getStateInstance") == 3
    assert HTTPStatus.TOO_MANY_REQUESTS not in {r.status for r in instance.requests}


async def test_second_instance_gets_an_action_of_its_own(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    typed: dict[str, Any],
) -> None:
    simulator.add_instance("7103000002", NEW_TOKEN, phone=OTHER_PHONE)
    second = typed | {"instance_id": "7103000002", "token": NEW_TOKEN}
    result = await enter(hass, second)
    assert result["data"]["actions"] == {"green_api_7103000002": []}
    await settle(hass)
    assert hass.services.has_service("notify", "green_api")
    assert hass.services.has_service("notify", "green_api_7103000002")


async def test_blanks_around_what_is_pasted_do_not_matter(
    hass: HomeAssistant, typed: dict[str, Any], server: dict[str, str]
) -> None:
    blanks = {
        "instance_id": f" {INSTANCE_ID}\n",
        "token": f"\t{TOKEN} ",
        "server": {key: f" {url} " for key, url in server.items()},
    }
    result = await enter(hass, blanks)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == INSTANCE_ID
    assert result["data"].items() >= {"token": TOKEN, **server}.items()


async def test_url_may_end_with_a_slash(
    hass: HomeAssistant, typed: dict[str, Any], server: dict[str, str]
) -> None:
    slashes = {key: f"{url}/" for key, url in server.items()}
    result = await enter(hass, typed | {"server": slashes})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"server": {}},
        {"server": {"api_url": ""}},
        {"server": {"api_url": " ", "media_url": ""}},
    ],
)
async def test_server_is_derived_from_the_instance(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    simulator: Simulator,
    typed: dict[str, Any],
    section: dict[str, Any],
) -> None:
    urls = {("api", INSTANCE_ID): simulator.url, ("media", INSTANCE_ID): simulator.url}
    monkeypatch.setattr(transport, "_default_url", lambda *args: urls[args])
    del typed["server"]
    result = await enter(hass, typed | section)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["data"]["api_url"], result["data"]["media_url"]) == ("", "")


async def test_same_instance_can_not_be_set_up_twice(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    typed: dict[str, Any],
    instance: Instance,
) -> None:
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert asked(instance) == []


async def test_same_instance_can_not_be_set_up_in_two_windows(
    hass: HomeAssistant, typed: dict[str, Any], instance: Instance
) -> None:
    instance.unlink()
    await enter(hass, typed)
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_in_progress"


@pytest.mark.parametrize("state", [InstanceState.AUTHORIZED, InstanceState.SUSPENDED])
async def test_states_that_pass_are_left_to_the_entry(
    hass: HomeAssistant,
    typed: dict[str, Any],
    instance: Instance,
    state: InstanceState,
) -> None:
    instance.state = state
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["phone"] == PHONE
    await settle(hass)


# --- what can be wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["getStateInstance", "getWaSettings"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, "invalid_auth"),
        (FaultKind.FORBIDDEN, "wrong_server"),
        (FaultKind.FOREIGN_PAGE, "wrong_server"),
        (FaultKind.BARE_STRING, "wrong_server"),
        (FaultKind.GARBAGE_ACCEPTED, "wrong_server"),
        (FaultKind.REFUSE, "cannot_connect"),
        (FaultKind.RESET, "cannot_connect"),
        (FaultKind.BAD_GATEWAY, "cannot_connect"),
        (FaultKind.UNAVAILABLE, "cannot_connect"),
        (FaultKind.GATEWAY_TIMEOUT, "cannot_connect"),
        (FaultKind.INTERNAL_ERROR, "cannot_connect"),
        (FaultKind.RATE_LIMITED, "rate_limited"),
        (FaultKind.QUOTA_EXCEEDED, "unknown"),
    ],
)
async def test_fault_is_named_and_passes(
    hass: HomeAssistant,
    typed: dict[str, Any],
    instance: Instance,
    method: str,
    kind: FaultKind,
    error: str,
) -> None:
    instance.faults.add(kind, method=method, times=None)
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    assert hass.config_entries.async_entries(DOMAIN) == []
    instance.faults.clear()
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (InstanceState.STARTING, "starting"),
        (None, "starting"),
        (InstanceState.BLOCKED, "blocked"),
    ],
)
async def test_state_is_named_and_passes(
    hass: HomeAssistant,
    typed: dict[str, Any],
    instance: Instance,
    state: InstanceState | None,
    error: str,
) -> None:
    instance.state = state
    result = await enter(hass, typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    assert asked(instance) == ["getStateInstance"]
    instance.link()
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_no_connection_is_named_and_passes(
    hass: HomeAssistant, typed: dict[str, Any], simulator: Simulator
) -> None:
    port = simulator.port
    await simulator.stop()
    result = await enter(hass, typed)
    assert result["errors"] == {"base": "cannot_connect"}
    await simulator.start(port)
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("mistake", "errors"),
    [
        ({"token": NEW_TOKEN}, {"base": "invalid_auth"}),
        ({"token": " "}, {"base": "invalid_auth"}),
        ({"token": "/etc/passwd"}, {"base": "invalid_auth"}),
        ({"instance_id": "7103000009"}, {"base": "wrong_server"}),
        ({"instance_id": ""}, {"instance_id": "invalid_instance_id"}),
        ({"instance_id": "my phone"}, {"instance_id": "invalid_instance_id"}),
        ({"instance_id": "7103-000001"}, {"instance_id": "invalid_instance_id"}),
        ({"instance_id": "７１０３"}, {"instance_id": "invalid_instance_id"}),  # noqa: RUF001
        ({"server": {"api_url": "ftp://127.0.0.1"}}, {"base": "invalid_url"}),
        ({"server": {"api_url": "https://me@127.0.0.1"}}, {"base": "invalid_url"}),
        ({"server": {"api_url": "https://[1"}}, {"base": "invalid_url"}),
        ({"server": {"media_url": "https://127.0.0.1?a=b"}}, {"base": "invalid_url"}),
    ],
)
async def test_mistake_is_named_and_can_be_mended(
    hass: HomeAssistant,
    typed: dict[str, Any],
    mistake: dict[str, Any],
    errors: dict[str, str],
) -> None:
    result = await enter(hass, typed | mistake)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (HTTPStatus.OK, "<h1>Welcome</h1>", "wrong_server"),
        (HTTPStatus.OK, '{"hello": "world"}', "wrong_server"),
        (HTTPStatus.OK, "[]", "wrong_server"),
        (HTTPStatus.FOUND, "", "wrong_server"),
        (HTTPStatus.FORBIDDEN, "<h1>403 Forbidden</h1>", "wrong_server"),
        (HTTPStatus.NOT_FOUND, "<h1>Not found</h1>", "wrong_server"),
        (HTTPStatus.NOT_FOUND, '{"message": "Cannot GET"}', "wrong_server"),
        (HTTPStatus.OK, "", "starting"),
        (HTTPStatus.OK, "null", "starting"),
        (HTTPStatus.OK, '{"stateInstance": null}', "starting"),
        (
            HTTPStatus.BAD_REQUEST,
            '{"message": "instance in starting process try later"}',
            "starting",
        ),
        (
            HTTPStatus.BAD_REQUEST,
            '{"message": "instance is starting or not authorized"}',
            "not_linked",
        ),
        (HTTPStatus.BAD_REQUEST, '{"message": "Instance is expired"}', "instance_gone"),
        (HTTPStatus.BAD_REQUEST, '"Instance is deleted"', "instance_gone"),
        (HTTPStatus.BAD_REQUEST, '{"message": "Validation failed"}', "unknown"),
        (HTTPStatus.FORBIDDEN, '{"message": "Your account is suspended"}', "unknown"),
    ],
)
async def test_answer_is_named_and_another_server_helps(
    hass: HomeAssistant,
    typed: dict[str, Any],
    serve: Serve,
    status: HTTPStatus,
    text: str,
    error: str,
) -> None:
    elsewhere = typed | {"server": {"api_url": serve(status, text)}}
    result = await enter(hass, elsewhere)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_path_that_is_not_served_is_the_wrong_server(
    hass: HomeAssistant, typed: dict[str, Any], simulator: Simulator
) -> None:
    elsewhere = {"server": {"api_url": f"{simulator.url}/elsewhere"}}
    result = await enter(hass, typed | elsewhere)
    assert result["errors"] == {"base": "wrong_server"}


async def test_form_keeps_what_was_typed_but_for_the_token(
    hass: HomeAssistant,
    typed: dict[str, Any],
    server: dict[str, str],
    instance: Instance,
) -> None:
    instance.state = InstanceState.BLOCKED
    result = await enter(hass, typed)
    assert suggested(result) == {"instance_id": INSTANCE_ID, "server": server}


async def test_state_of_no_flow_shows_the_token(
    hass: HomeAssistant, typed: dict[str, Any], instance: Instance
) -> None:
    instance.state = InstanceState.BLOCKED
    await enter(hass, typed)
    assert TOKEN not in repr(hass.config_entries.flow.async_progress())


# --- as a browser does it -----------------------------------------------------------------------


async def test_set_up_over_http(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    typed: dict[str, Any],
    instance: Instance,
) -> None:
    for component in ("config", "notify", "webhook"):
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
    *_, section = form["data_schema"]
    assert (section["name"], section["expanded"]) == ("server", False)
    instance.state = InstanceState.STARTING
    form = await post(f"{flows}/{form['flow_id']}", typed)
    assert form["errors"] == {"base": "starting"}
    instance.link()
    form = await post(f"{flows}/{form['flow_id']}", typed)
    assert form["step_id"] == "receive"
    done = await post(f"{flows}/{form['flow_id']}", {"mode": "off"})
    assert done["type"] == "create_entry"
    kind, flow_id = done["next_flow"]
    assert kind == "config_subentries_flow"
    chats = "/api/config/config_entries/subentries/flow"
    response = await browser.get(f"{chats}/{flow_id}")
    assert (await response.json())["step_id"] == "user"
    done = await post(f"{chats}/{flow_id}", {"chat": ANNA, "name": "Mum"})
    assert (done["type"], done["title"]) == ("create_entry", "Mum")
    await settle(hass)
    assert hass.states.get("notify.mum") is not None


@pytest.mark.parametrize(
    "mistake", [{"token": [TOKEN]}, {"server": {"api_url": [TOKEN]}, "token": [TOKEN]}]
)
async def test_refusal_of_a_form_quotes_no_token(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    typed: dict[str, Any],
    mistake: dict[str, Any],
) -> None:
    for component in ("config", "notify", "webhook"):
        assert await async_setup_component(hass, component, {})
    browser = await hass_client()
    form = await start(hass)
    response = await browser.post(
        f"/api/config/config_entries/flow/{form['flow_id']}", json=typed | mistake
    )
    assert response.status == HTTPStatus.BAD_REQUEST
    assert TOKEN not in await response.text()


# --- reauth -------------------------------------------------------------------------------------


@pytest.fixture
async def reauth(hass: HomeAssistant, loaded: MockConfigEntry) -> ConfigFlowResult:
    """Have the form that asks for the token again."""
    return await loaded.start_reauth_flow(hass)


async def test_reauth_asks_for_the_token_alone(
    hass: HomeAssistant, reauth: ConfigFlowResult
) -> None:
    assert reauth["type"] is FlowResultType.FORM
    assert reauth["step_id"] == "reauth_confirm"
    assert reauth["data_schema"] is not None
    assert [str(key.schema) for key in reauth["data_schema"].schema] == ["token"]


async def test_reauth_changes_nothing_but_the_token(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    reauth: ConfigFlowResult,
    instance: Instance,
) -> None:
    before = dict(loaded.data)
    instance.token = NEW_TOKEN
    result = await submit(hass, reauth, {"token": NEW_TOKEN})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert dict(loaded.data) == before | {"token": NEW_TOKEN}
    assert len(loaded.subentries) == 3


async def test_entry_works_with_the_new_token(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    reauth: ConfigFlowResult,
    instance: Instance,
) -> None:
    instance.token = NEW_TOKEN
    await submit(hass, reauth, {"token": NEW_TOKEN})
    await settle(hass)
    await notify(hass, "notify.anna")
    assert [message.text for message in instance.messages] == ["Hi"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, "invalid_auth"),
        (FaultKind.FORBIDDEN, "wrong_server"),
        (FaultKind.REFUSE, "cannot_connect"),
        (FaultKind.RATE_LIMITED, "rate_limited"),
    ],
)
@pytest.mark.parametrize("method", ["getStateInstance", "getWaSettings"])
async def test_reauth_can_be_tried_again(
    hass: HomeAssistant,
    reauth: ConfigFlowResult,
    instance: Instance,
    method: str,
    kind: FaultKind,
    error: str,
) -> None:
    instance.faults.add(kind, method=method, times=None)
    result = await submit(hass, reauth, {"token": TOKEN})
    assert result["errors"] == {"base": error}
    instance.faults.clear()
    result = await submit(hass, result, {"token": TOKEN})
    assert result["reason"] == "reauth_successful"


async def test_reauth_refuses_a_wrong_token(
    hass: HomeAssistant, loaded: MockConfigEntry, reauth: ConfigFlowResult
) -> None:
    result = await submit(hass, reauth, {"token": NEW_TOKEN})
    assert result["errors"] == {"base": "invalid_auth"}
    assert suggested(result) == {}
    assert loaded.data["token"] == TOKEN


async def test_reauth_refuses_another_account(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    reauth: ConfigFlowResult,
    instance: Instance,
) -> None:
    instance.token, instance.phone = NEW_TOKEN, OTHER_PHONE
    result = await submit(hass, reauth, {"token": NEW_TOKEN})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_account"
    assert loaded.data["token"] == TOKEN


@pytest.mark.parametrize("state", [InstanceState.NOT_AUTHORIZED, InstanceState.BLOCKED])
async def test_reauth_takes_an_instance_that_was_linked_to_another_phone(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    state: InstanceState,
) -> None:
    instance.state = state
    await loaded.runtime_data.coordinator.async_refresh()
    instance.state = InstanceState.AUTHORIZED
    instance.token, instance.phone = NEW_TOKEN, OTHER_PHONE
    reauth = await loaded.start_reauth_flow(hass)

    result = await submit(hass, reauth, {"token": NEW_TOKEN})

    assert result["reason"] == "reauth_successful"
    assert loaded.data["phone"] == OTHER_PHONE


@pytest.mark.parametrize("state", [InstanceState.STARTING, InstanceState.BLOCKED, None])
async def test_reauth_takes_the_token_of_an_instance_that_does_not_work(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    reauth: ConfigFlowResult,
    instance: Instance,
    state: InstanceState | None,
) -> None:
    instance.token, instance.state = NEW_TOKEN, state
    result = await submit(hass, reauth, {"token": NEW_TOKEN})
    assert result["reason"] == "reauth_successful"
    assert (loaded.data["token"], loaded.data["phone"]) == (NEW_TOKEN, PHONE)


async def test_reauth_learns_the_phone_that_was_not_known(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, "phone": None})
    await settle(hass)
    await submit(hass, await loaded.start_reauth_flow(hass), {"token": TOKEN})
    assert loaded.data["phone"] == PHONE


async def test_refused_token_starts_reauth_once(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.token = NEW_TOKEN
    await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"token": NEW_TOKEN}
    )
    await settle(hass)
    assert hass.config_entries.flow.async_progress() == []
    assert hass.states.get(f"sensor.green_api_{INSTANCE_ID}_state") is not None


# --- reconfigure --------------------------------------------------------------------------------


async def test_reconfigure_shows_the_server_and_no_token(
    hass: HomeAssistant, loaded: MockConfigEntry, server: dict[str, str]
) -> None:
    result = await loaded.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    assert suggested(result) == {"server": server}


async def test_reconfigure_moves_to_another_server(
    hass: HomeAssistant, loaded: MockConfigEntry, second_server: Simulator
) -> None:
    server = {"api_url": f"{second_server.url}/", "media_url": ""}
    result = await loaded.start_reconfigure_flow(hass)
    result = await submit(hass, result, {"token": NEW_TOKEN, "server": server})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data.items() >= {"token": NEW_TOKEN, **server}.items()
    await settle(hass)
    await notify(hass, "notify.anna")
    [instance] = second_server.instances.values()
    assert [message.text for message in instance.messages] == ["Hi"]


async def test_reconfigure_keeps_chats_and_actions(
    hass: HomeAssistant, loaded: MockConfigEntry, server: dict[str, str]
) -> None:
    actions, chats = loaded.data["actions"], dict(loaded.subentries)
    result = await loaded.start_reconfigure_flow(hass)
    await submit(hass, result, {"token": TOKEN, "server": server})
    assert loaded.data["actions"] == actions
    assert dict(loaded.subentries) == chats


async def test_reconfigure_can_be_tried_again(
    hass: HomeAssistant, loaded: MockConfigEntry, server: dict[str, str]
) -> None:
    wrong = {"api_url": f"{server['api_url']}/elsewhere"}
    result = await loaded.start_reconfigure_flow(hass)
    result = await submit(hass, result, {"token": TOKEN, "server": wrong})
    assert result["errors"] == {"base": "wrong_server"}
    assert suggested(result) == {"server": wrong}
    result = await submit(hass, result, {"token": TOKEN, "server": server})
    assert result["reason"] == "reconfigure_successful"


async def test_reconfigure_refuses_another_account(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    server: dict[str, str],
    instance: Instance,
) -> None:
    instance.phone = OTHER_PHONE
    result = await loaded.start_reconfigure_flow(hass)
    result = await submit(hass, result, {"token": TOKEN, "server": server})
    assert result["reason"] == "wrong_account"


# --- options ------------------------------------------------------------------------------------


def chat_of(entry: ConfigEntry, chat_id: str) -> str:
    """Return the subentry id of a chat."""
    [found] = [
        chat.subentry_id
        for chat in entry.subentries.values()
        if chat.unique_id == chat_id
    ]
    return found


async def choose_defaults(
    hass: HomeAssistant, entry: ConfigEntry, typed: dict[str, Any]
) -> ConfigFlowResult:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(form["flow_id"], typed)


async def test_options_offer_the_chats(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert form["step_id"] == "init"
    assert form["data_schema"] is not None
    selector = form["data_schema"].schema["default_chats"]
    assert [option["label"] for option in selector.config["options"]] == [
        "Anna",
        "Boris",
        "Family",
    ]


async def test_default_chats_get_what_names_nobody(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    chosen = [chat_of(loaded, ANNA), chat_of(loaded, BORIS)]
    result = await choose_defaults(hass, loaded, {"default_chats": chosen})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)
    await legacy_notify(hass)
    assert sorted(message.chat_id for message in instance.messages) == [ANNA, BORIS]


async def test_options_show_what_was_chosen(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    chosen = [chat_of(loaded, BORIS)]
    await choose_defaults(hass, loaded, {"default_chats": chosen})
    await settle(hass)
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert suggested(form)["default_chats"] == chosen


async def test_options_forget_a_chat_that_is_gone(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    anna, boris = chat_of(loaded, ANNA), chat_of(loaded, BORIS)
    await choose_defaults(hass, loaded, {"default_chats": [anna, boris]})
    hass.config_entries.async_remove_subentry(loaded, anna)
    await settle(hass)
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert suggested(form)["default_chats"] == [boris]


async def test_default_chats_can_be_taken_back(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await choose_defaults(hass, loaded, {"default_chats": [chat_of(loaded, ANNA)]})
    await choose_defaults(hass, loaded, {})
    await settle(hass)
    assert not loaded.options.get("default_chats")
