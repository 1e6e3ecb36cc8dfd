"""Credentials are in no log, also when somebody looks for a mistake with all messages on."""

from collections.abc import Generator
import io
import json
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from homeassistant.const import EVENT_LOGGING_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.conftest import ANNA
from tests.simulator import Instance

from .sending import BEARER, PASSWORD, QUERY, SECRETS, USERNAME, arrived, with_login
from .web_server import Basic, Bearer, Digest, Lock, WebServer

LOGIN = {"username": USERNAME, "password": PASSWORD}
TOKEN = {"bearer": BEARER}
# Who asks is written down; with what, is not.
HIDDEN = set(SECRETS) - {USERNAME}


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """Return what a handler of the root logger writes, as Home Assistant's log file."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
async def _loaded(
    log: io.StringIO, hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Load the integration once the log is there, with all messages on."""
    hass.bus.async_fire(EVENT_LOGGING_CHANGED)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


pytestmark = pytest.mark.usefixtures("_loaded")


async def act(hass: HomeAssistant, log: io.StringIO, data: dict[str, Any]) -> None:
    """Send a file, and log it if that fails, as an automation does."""
    log.truncate(0)
    data = {"chat_id": ANNA, **data}
    try:
        await hass.services.async_call("green_api", "send_file", data, blocking=True)
    except HomeAssistantError, vol.Invalid:
        logging.getLogger(__name__).exception("Failed")


def leaks(log: io.StringIO) -> list[str]:
    """Return the lines of a log that tell a secret; there is something about the action."""
    assert "send_file" in log.getvalue()
    return [
        line
        for line in log.getvalue().splitlines()
        if any(secret in line for secret in HIDDEN)
    ]


async def test_an_action_with_credentials(
    hass: HomeAssistant,
    web_server: WebServer,
    log: io.StringIO,
    subtests: pytest.Subtests,
) -> None:
    url = web_server.serve("/door.jpg", b"\xff\xd8", "image/jpeg")
    url = f"{url}?{QUERY}"
    cases: tuple[tuple[Lock, dict[str, str]], ...] = (
        (Basic(USERNAME, PASSWORD), {"url": url, **LOGIN}),
        (Basic(USERNAME, PASSWORD), {"url": with_login(url)}),
        (Digest(USERNAME, PASSWORD), {"url": url, **LOGIN}),
        (Bearer(BEARER), {"url": url, **TOKEN}),
        # Which are refused.
        (Basic(USERNAME, "other"), {"url": url, **LOGIN}),
        (Bearer("other"), {"url": url, **TOKEN}),
        # Which cannot be used at all.
        (Bearer(BEARER), {"url": with_login(url), **LOGIN, **TOKEN}),
        (Bearer(BEARER), {"url": with_login("rtsp://127.0.0.1/live")}),
        (Bearer(BEARER), {"media": with_login("rtsp://127.0.0.1/live")}),
    )
    for lock, file in cases:
        for data in (file, {"files": [file]}):
            with subtests.test(lock=type(lock).__name__, data=data):
                web_server.serve("/door.jpg", b"\xff\xd8", "image/jpeg")
                web_server.guard("/door.jpg", lock)
                await act(hass, log, data)
                assert leaks(log) == []


async def test_a_password_in_an_address_as_nobody_should_write_it(
    hass: HomeAssistant, log: io.StringIO, subtests: pytest.Subtests
) -> None:
    for password in ("sesam/open", "sesam?open", "sesam#open", "sesam@open"):
        for scheme in ("http://", "rtsp://"):
            file = {"url": f"{scheme}admin:{password}@127.0.0.1:99999/door.jpg"}
            for data in (file, {"files": [file]}, {"media": file["url"]}):
                with subtests.test(data=data):
                    await act(hass, log, data)
                    assert "send_file" in log.getvalue()
                    assert "sesam" not in log.getvalue()


async def test_an_action_that_is_written_wrongly(
    hass: HomeAssistant, log: io.StringIO, subtests: pytest.Subtests
) -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"url": ["http://x/"], **LOGIN, **TOKEN},
        {"url": "http://x/", **LOGIN, **TOKEN, "colour": "red"},
        {"url": "http://x/", "password": [PASSWORD]},
        {"url": "http://x/", "bearer": {"is": BEARER}},
        {"url": [with_login("http://x/")]},
    )
    for file in cases:
        for data in (file, {"files": [file]}):
            with subtests.test(data=data):
                await act(hass, log, data)
                assert leaks(log) == []


async def test_a_password_that_is_a_number(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    log: io.StringIO,
    subtests: pytest.Subtests,
) -> None:
    """As YAML takes one without quotes for a number."""
    url = web_server.serve("/door.jpg", b"\xff\xd8", "image/jpeg")
    web_server.guard("/door.jpg", Digest("admin", "71539824"))
    file = {"url": url, "username": "admin", "password": 71539824}
    cases: tuple[dict[str, Any], ...] = (file, {"files": [file]})
    for nth, data in enumerate(cases, 1):
        with subtests.test(data=data):
            await act(hass, log, data)
            arrived(instance, nth)
            assert "71539824" not in log.getvalue()


async def test_an_action_from_the_developer_tools(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    web_server: WebServer,
    log: io.StringIO,
) -> None:
    url = web_server.serve("/door.jpg", b"\xff\xd8", "image/jpeg")
    client = await hass_ws_client(hass)
    for file in (
        {"url": url, **LOGIN},
        {"url": url, **TOKEN},
        {"url": with_login(url)},
    ):
        await client.send_json_auto_id(
            {
                "type": "call_service",
                "domain": "green_api",
                "service": "send_file",
                "service_data": {"chat_id": ANNA, "files": [file]},
            }
        )
        answer = await client.receive_json()
        assert answer["success"], json.dumps(answer)
    assert leaks(log) == []
