"""Hear what GREEN-API pushes to Home Assistant's webhook."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
import json
import sys
from typing import Any

from aiohttp import ClientError
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.green_api.receiver import (
    async_delete_cloudhook,
    has_public_url,
    webhook as receiver_webhook,
)
from custom_components.green_api.receiver.webhook_url import async_webhook_url
from homeassistant.components.webhook import async_handle_webhook
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest

from ..conftest import ANNA
from ..simulator import Instance
from ..simulator.testing import switch_on, until
from .conftest import (
    STATE,
    Heard,
    Issues,
    count,
    dispatcher_of,
    start,
    stop,
    text_body,
    texts,
)
from .test_outages import state_of
from .test_state import minute, state_body

MEGABYTE = 1024 * 1024

type Client = TestClient[Any, Any]


@pytest.fixture
async def web(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> Client:
    """Have Home Assistant's own web server, with an address."""
    assert await async_setup_component(hass, "webhook", {})
    client = await hass_client_no_auth()
    hass.config.external_url = f"http://127.0.0.1:{client.port}"
    return client


@pytest.fixture
async def pushed(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, web: Client
) -> AsyncGenerator[MockConfigEntry]:
    """Have the instance loaded, receiving by its webhook."""
    instance.webhook_scale = 0.002
    switch_on(instance)
    await start(hass, entry, "webhook")
    await until(lambda: entry.data.get("settings", {}).get("mode") == "webhook")
    yield entry
    await stop(hass, entry)


def path(entry: MockConfigEntry) -> str:
    return f"/api/webhook/{entry.data['webhook_id']}"


async def post(
    web: Client, entry: MockConfigEntry, data: Any, *, authorization: str | None = ""
) -> int:
    """Push something, and return the status of the answer."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if authorization is not None:
        token = entry.data["webhook_token"]
        headers["Authorization"] = authorization or f"Bearer {token}"
    if not isinstance(data, bytes):
        data = json.dumps(data)
    async with web.post(path(entry), data=data, headers=headers) as response:
        await response.read()
        return response.status


async def test_green_api_pushes_to_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    web: Client,
    heard: Heard,
) -> None:
    instance.webhook_scale = 0.002
    await start(hass, entry, "webhook")
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    instance.deliver_twice = 2
    for number in range(10):
        instance.receive(ANNA, str(number))
    await until(lambda: not instance.told)
    assert texts(heard) == [str(number) for number in range(10)]
    assert {each.status for each in instance.webhook_deliveries} == {200}
    assert dispatcher_of(entry).statistics.repeated == 2
    assert count(instance, "receiveNotification") == 0
    await stop(hass, entry)


@pytest.mark.parametrize("scheme", ["", "Bearer ", "Basic "])
async def test_the_password_opens_it(
    pushed: MockConfigEntry, web: Client, heard: Heard, scheme: str
) -> None:
    token = pushed.data["webhook_token"]
    given = f"{scheme}{token}"
    sent = text_body(ANNA, "Hi", "A")
    assert await post(web, pushed, sent, authorization=given) == 200
    assert await post(web, pushed, sent, authorization=given) == 200
    assert texts(heard) == ["Hi"]


async def test_nothing_else_opens_it(
    pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    token = pushed.data["webhook_token"]
    for given in (
        None,
        "Bearer",
        "Bearer ",
        "wrong",
        f"Bearer {token[:-1]}",
        f"Bearer {token}x",
        f"Bearer  {token}",
        f"bearer {token}",
        f"Digest {token}",
        f"Bearer Bearer {token}",
        f"{token}, {token}",
        token.swapcase(),
        pushed.data["webhook_id"],
        "Bearer \udcff\udcfe",
        "ключ",
    ):
        status = await post(
            web, pushed, text_body(ANNA, "Hi", "A"), authorization=given
        )
        assert (given, status) == (given, 401)
    assert heard == []
    assert dispatcher_of(pushed).statistics.last_received is None


async def test_only_a_post_is_taken(
    pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    token = pushed.data["webhook_token"]
    for verb in ("GET", "PUT"):
        async with web.request(
            verb,
            path(pushed),
            json=text_body(ANNA, "Hi", "A"),
            headers={"Authorization": token},
        ) as response:
            assert response.status == 405
    async with web.head(path(pushed)) as response:
        assert response.status == 200
    assert heard == []


async def test_what_is_too_large_is_acknowledged(
    pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    def sized(size: int) -> bytes:
        empty = json.dumps(text_body(ANNA, "", "A"))
        return json.dumps(text_body(ANNA, "x" * (size - len(empty)), "A")).encode()

    async def unsized(data: bytes) -> int:
        async def chunks() -> AsyncGenerator[bytes]:
            for begin in range(0, len(data), 100_000):
                yield data[begin : begin + 100_000]

        async with web.post(
            path(pushed),
            data=chunks(),
            headers={"Authorization": pushed.data["webhook_token"]},
        ) as response:
            return response.status

    # Refused, it would come again, and keep those behind it.
    assert await post(web, pushed, sized(MEGABYTE + 1)) == 200
    assert await unsized(sized(10 * MEGABYTE)) == 200
    assert heard == []
    assert dispatcher_of(pushed).statistics.kinds["?"] == 2
    assert await post(web, pushed, sized(MEGABYTE)) == 200
    assert len(heard) == 1


async def test_who_is_slow_keeps_nobody_waiting(
    pushed: MockConfigEntry,
    web: Client,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiver_webhook, "_SLOWEST", 0.3)
    held = asyncio.Event()

    async def chunks() -> AsyncGenerator[bytes]:
        yield b"{"
        await held.wait()

    async def slow() -> int:
        async with web.post(
            path(pushed),
            data=chunks(),
            headers={"Authorization": pushed.data["webhook_token"]},
        ) as response:
            return response.status

    waiting = [asyncio.create_task(slow()) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert await post(web, pushed, text_body(ANNA, "Hi", "A")) == 200
    assert texts(heard) == ["Hi"]
    assert not any(each.done() for each in waiting)
    assert await asyncio.gather(*waiting) == [408] * 5
    held.set()


async def test_who_hangs_up_leaves_nothing_behind(
    pushed: MockConfigEntry,
    web: Client,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        yield b'{"typeWebhook":'
        raise OSError

    for _ in range(3):
        with suppress(ClientError, OSError):
            async with web.post(
                path(pushed),
                data=chunks(),
                headers={"Authorization": pushed.data["webhook_token"]},
            ):
                pass
    await asyncio.sleep(0.05)
    assert await post(web, pushed, text_body(ANNA, "Hi", "A")) == 200
    assert texts(heard) == ["Hi"]
    assert "Traceback" not in caplog.text


async def test_many_come_at_once(
    pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    statuses = await asyncio.gather(
        *(
            post(web, pushed, text_body(ANNA, str(number), f"A{number}"))
            for number in range(250)
            for _ in range(2)
        )
    )
    assert set(statuses) == {200}
    assert sorted(texts(heard), key=str) == sorted(map(str, range(250)))
    assert dispatcher_of(pushed).statistics.repeated == 250


async def test_what_is_no_notification_is_acknowledged(
    pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    statistics = dispatcher_of(pushed).statistics
    contents = (
        b"",
        b"hello",
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 10_000,
        b"null",
        b"[1]",
        b'"text"',
        b"NaN",
        b"<html></html>",
        b'{"typeWebhook": "incomingMessageReceived"}',
        b"\x00" * 1000,
    )
    for number, content in enumerate(contents, 1):
        assert await post(web, pushed, content) == 200
        assert statistics.kinds.total() == number
    assert heard == []
    # A name that was cut in the middle of a character is no obstacle.
    cut = json.dumps(text_body(ANNA, "\ud83d", "A")).encode()
    assert b"\\ud83d" in cut
    assert await post(web, pushed, cut) == 200
    assert texts(heard) == ["\ufffd"]


async def test_nothing_is_heard_after_the_end(
    hass: HomeAssistant, pushed: MockConfigEntry, web: Client, heard: Heard
) -> None:
    assert await hass.config_entries.async_unload(pushed.entry_id)
    # What Home Assistant knows nothing of, it acknowledges, and it would be lost.
    assert await post(web, pushed, text_body(ANNA, "No", "A")) == 503
    assert heard == []
    assert await hass.config_entries.async_setup(pushed.entry_id)
    await hass.async_block_till_done()
    assert await post(web, pushed, text_body(ANNA, "Hi", "B")) == 200
    assert texts(heard) == ["Hi"]


async def test_the_state_is_asked_for_as_nobody_knows_whether_it_would_arrive(
    hass: HomeAssistant, pushed: MockConfigEntry, web: Client, instance: Instance
) -> None:
    await until(lambda: hass.states.get(STATE) is not None)

    async def minutes(number: int) -> int:
        before = count(instance, "getStateInstance")
        for _ in range(number):
            minute(hass)
            await hass.async_block_till_done()
            await asyncio.sleep(0.02)
        return count(instance, "getStateInstance") - before

    assert await minutes(3) == 3
    assert await post(web, pushed, text_body(ANNA, "Hi", "A")) == 200
    assert await minutes(3) == 3
    assert await post(web, pushed, state_body("notAuthorized")) == 200
    assert state_of(hass) == "not_authorized"


async def test_it_works_through_home_assistant_cloud(
    hass: HomeAssistant, pushed: MockConfigEntry, heard: Heard
) -> None:
    """The cloud hands on something that is less than a request."""

    async def push(content: bytes, authorization: str) -> int:
        request = MockRequest(
            content=content,
            headers={"Authorization": authorization},
            method="POST",
            mock_source="cloud",
        )
        webhook_id = pushed.data["webhook_id"]
        return (await async_handle_webhook(hass, webhook_id, request)).status

    sent = json.dumps(text_body(ANNA, "Hi", "A")).encode()
    token = pushed.data["webhook_token"]
    assert await push(sent, "wrong") == 401
    assert await push(b"x" * (MEGABYTE + 1), token) == 200
    assert heard == []
    assert await push(sent, token) == 200
    assert texts(heard) == ["Hi"]


# Where it is


class Cloud:
    """Home Assistant Cloud, as far as it matters here."""

    class CloudNotAvailable(HomeAssistantError):  # noqa: N818  the real one's
        """It is not to be had."""

    def __init__(self) -> None:
        self.active = True
        self.connected = True
        self.hooks: set[str] = set()

    def async_active_subscription(self, hass: HomeAssistant) -> bool:
        return self.active

    async def async_get_or_create_cloudhook(
        self, hass: HomeAssistant, webhook_id: str
    ) -> str:
        if not self.connected:
            raise self.CloudNotAvailable
        self.hooks.add(webhook_id)
        return f"https://hooks.nabu.casa/{webhook_id}"

    async def async_delete_cloudhook(
        self, hass: HomeAssistant, webhook_id: str
    ) -> None:
        if not self.connected:
            raise self.CloudNotAvailable
        if webhook_id not in self.hooks:
            raise ValueError
        self.hooks.remove(webhook_id)


@pytest.fixture
def cloud(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Have Home Assistant Cloud."""
    cloud = Cloud()
    name = "homeassistant.components.cloud"
    monkeypatch.setitem(sys.modules, name, cloud)
    hass.config.components.add("cloud")
    return cloud


async def test_the_cloud_goes_first(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    cloud: Cloud,
    issues: Issues,
) -> None:
    hass.config.external_url = "https://home.example.com"
    cloud.connected = False
    await start(hass, entry, "webhook")
    await until(lambda: issues() == ["no_public_url"])
    cloud.connected = True
    await until(lambda: issues() == [])
    own = entry.data["webhook_id"]
    assert cloud.hooks == {own}
    await until(
        lambda: instance.settings["webhookUrl"] == f"https://hooks.nabu.casa/{own}"
    )
    await until(lambda: entry.data.get("settings", {}).get("mode") == "webhook")
    await hass.config_entries.async_remove(entry.entry_id)
    assert cloud.hooks == set()
    assert instance.settings["webhookUrl"] == ""


@pytest.mark.parametrize("connected", [False, True])
async def test_a_cloud_that_does_not_answer_does_not_stop_a_removal(
    hass: HomeAssistant, cloud: Cloud, *, connected: bool
) -> None:
    cloud.connected = connected
    await async_delete_cloudhook(hass, "unknown")
    hass.config.components.remove("cloud")
    await async_delete_cloudhook(hass, "unknown")


@pytest.mark.parametrize(
    ("api_url", "found"),
    [
        ("https://api.green-api.com", False),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080", True),
        ("http://192.168.1.5", True),
        ("http://8.8.8.8", False),
        ("nonsense", False),
        ("http://[::", False),
    ],
)
async def test_only_who_is_at_home_is_told_the_address_at_home(
    hass: HomeAssistant, api_url: str, *, found: bool
) -> None:
    hass.config.internal_url = "http://homeassistant.local:8123"
    assert has_public_url(hass, api_url) is found
    if found:
        url = await async_webhook_url(hass, "abc", api_url)
        assert url == "http://homeassistant.local:8123/api/webhook/abc"
    else:
        with pytest.raises(NoURLAvailableError):
            await async_webhook_url(hass, "abc", api_url)
    hass.config.external_url = "https://home.example.com"
    assert has_public_url(hass, api_url)
    url = await async_webhook_url(hass, "abc", api_url)
    assert url == "https://home.example.com/api/webhook/abc"


async def test_without_a_subscription_there_is_no_cloud(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    assert has_public_url(hass, "https://api.green-api.com")
    cloud.active = False
    assert not has_public_url(hass, "https://api.green-api.com")
    with pytest.raises(NoURLAvailableError):
        await async_webhook_url(hass, "abc", "https://api.green-api.com")
    assert cloud.hooks == set()


async def test_what_comes_before_anybody_is_there_comes_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    web: Client,
    heard: Heard,
) -> None:
    """While Home Assistant starts, automations are not there yet."""
    switch_on(instance)
    hass.set_state(CoreState.starting)
    await start(hass, entry, "webhook")
    token = entry.data["webhook_token"]
    url, headers = path(entry), {"Authorization": f"Bearer {token}"}
    early = await web.post(url, json=text_body(ANNA, "early", "3EB0"), headers=headers)
    assert early.status == 503
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    await until(lambda: entry.runtime_data.receiver.dispatcher is not None)
    again = await web.post(url, json=text_body(ANNA, "early", "3EB0"), headers=headers)
    assert again.status == 200
    assert texts(heard) == ["early"]
    await stop(hass, entry)
