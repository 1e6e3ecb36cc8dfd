"""What GREEN-API tells and keeps: notifications, and files of messages."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.green_api.api import (
    ChatId,
    GreenApiAuthenticationError,
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiInstanceGoneError,
    GreenApiNotLinkedError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiValidationError,
    GreenApiWebhookSetError,
    GreenApiWrongServerError,
    Receipt,
)
from custom_components.green_api.api.methods import receiving
from tests.conftest import ANNA, INSTANCE_ID, TOKEN, told_by
from tests.simulator import FaultKind, Instance, InstanceState, Simulator
from tests.simulator.models import File

from .conftest import ClientFactory, Stranger

CHAT = ChatId.parse(ANNA)
WAIT = timedelta(seconds=5)

type Call = Callable[[GreenApiClient], Awaitable[object]]

CALLS: dict[str, Call] = {
    "receiveNotification": lambda client: client.receive_notification(WAIT),
    "deleteNotification": lambda client: client.delete_notification(Receipt(7, None)),
    "getWebhooksCount": lambda client: client.get_webhooks_count(),
    "downloadFile": lambda client: client.download_file(CHAT, "A"),
}
EVERY_METHOD = pytest.mark.parametrize("method", list(CALLS))


@pytest.fixture(autouse=True)
def _soon(request: pytest.FixtureRequest) -> None:
    if "instance" in request.fixturenames:
        request.getfixturevalue("instance").poll_scale = 0.01


async def failure(client: GreenApiClient, method: str) -> GreenApiError:
    """Call a method and return how it fails, which tells nobody the token."""
    with pytest.raises(GreenApiError) as error:
        await CALLS[method](client)
    assert TOKEN not in told_by(error.value)
    return error.value


async def test_a_notification_is_asked_for_and_deleted(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.notify({"typeWebhook": "one"})
    instance.notify(None)
    receipt = await client.receive_notification(WAIT)
    assert receipt == Receipt(1, {"typeWebhook": "one"})
    assert "typeWebhook" not in repr(receipt)
    assert await client.receive_notification(WAIT) == receipt
    await client.delete_notification(receipt)
    again = await client.receive_notification(timedelta(seconds=59.6))
    assert again == Receipt(2, None)
    await client.delete_notification(again)
    # To delete what is gone does no harm.
    await client.delete_notification(again)
    assert await client.receive_notification(WAIT) is None
    assert [(each.verb, each.method, each.receipt) for each in instance.requests] == [
        ("GET", "receiveNotification", None),
        ("GET", "receiveNotification", None),
        ("DELETE", "deleteNotification", "1"),
        ("GET", "receiveNotification", None),
        ("DELETE", "deleteNotification", "2"),
        ("DELETE", "deleteNotification", "2"),
        ("GET", "receiveNotification", None),
    ]
    assert [each.query for each in instance.requests if each.verb == "GET"] == [
        {"receiveTimeout": "5"},
        {"receiveTimeout": "5"},
        {"receiveTimeout": "60"},
        {"receiveTimeout": "5"},
    ]
    assert {each.body for each in instance.requests} == {b""}
    assert {each.status for each in instance.requests} == {200}


async def test_a_token_is_quoted_where_more_follows(
    session: ClientSession, stranger: Stranger
) -> None:
    client = GreenApiClient(session, INSTANCE_ID, "a/b?c", api_url=stranger.url)
    await client.delete_notification(Receipt(7, None))
    assert await client.receive_notification(WAIT) is None
    assert stranger.paths == [
        f"/waInstance{INSTANCE_ID}/deleteNotification/a%2Fb%3Fc/7",
        f"/waInstance{INSTANCE_ID}/receiveNotification/a%2Fb%3Fc?receiveTimeout=5",
    ]


@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        (b"null", None),
        (b"", None),
        (b'{"receiptId":1}', Receipt(1, None)),
        (b'{"receiptId":"12","body":7}', Receipt(12, 7)),
        (b'{"receiptId":0,"body":[]}', Receipt(0, [])),
        (b'{"receiptId":9007199254740993,"body":""}', Receipt(9007199254740993, "")),
    ],
)
async def test_what_is_a_notification(
    client_of: ClientFactory, stranger: Stranger, body: bytes, receipt: Receipt | None
) -> None:
    stranger.body = body
    assert await client_of(stranger.url).receive_notification(WAIT) == receipt


async def test_what_is_none(client_of: ClientFactory, stranger: Stranger) -> None:
    client = client_of(stranger.url)
    for body in (
        b"{}",
        b"[]",
        b"7",
        b'"text"',
        b"false",
        b"<html></html>",
        b'{"receiptId":',
        b'{"body":{}}',
        b'{"receiptId":null,"body":{}}',
        b'{"receiptId":true,"body":{}}',
        b'{"receiptId":1.5,"body":{}}',
        b'{"receiptId":"x","body":{}}',
        b'{"receiptId":[1],"body":{}}',
        b'{"receiptId":"' + b"1" * 5000 + b'","body":{}}',
    ):
        stranger.body = body
        error = await failure(client, "receiveNotification")
        assert (body, type(error)) == (body, GreenApiResponseError)


@pytest.mark.parametrize("status", [408, 499, 500, 502, 503, 504])
async def test_a_gateway_that_gives_up_after_long_found_nothing(
    client_of: ClientFactory,
    stranger: Stranger,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    client = client_of(stranger.url)
    stranger.status, stranger.body = status, b"<html></html>"
    error = await failure(client, "receiveNotification")
    assert type(error) is GreenApiConnectionError
    assert error.gave_up is (status in {408, 504})
    monkeypatch.setattr(receiving, "_LONG", 0)
    if error.gave_up:
        assert await client.receive_notification(WAIT) is None
    else:
        await failure(client, "receiveNotification")


async def test_nobody_there_is_no_empty_queue(
    client: GreenApiClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_LONG", 0)
    await simulator.stop()
    for method in CALLS:
        assert type(await failure(client, method)) is GreenApiConnectionError


async def test_a_wait_has_an_end(
    client: GreenApiClient, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    request = client._transport.request

    async def hurry(*args: Any, **more: Any) -> Any:
        given.append(more["patience"])
        return await request(*args, **more | {"patience": 0.1})

    monkeypatch.setattr(client._transport, "request", hurry)
    instance.faults.add(FaultKind.TIMEOUT, method="receiveNotification", times=None)
    error = await failure(client, "receiveNotification")
    assert type(error) is GreenApiConnectionError
    with pytest.raises(GreenApiConnectionError):
        await client.receive_notification(timedelta(seconds=50))
    # More than GREEN-API itself waits.
    assert given == [20, 65]


async def test_who_stops_waiting_hangs_up(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.poll_scale = 1
    task = asyncio.create_task(client.receive_notification(WAIT))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.1)
    assert instance.requests[0].ended is not None


async def test_somebody_elses_webhook(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.settings["webhookUrl"] = "https://example.com/"
    assert isinstance(
        await failure(client, "receiveNotification"), GreenApiWebhookSetError
    )


async def test_an_instance_that_is_not_ready(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.strict_receiving = True
    for state, kind in (
        (None, GreenApiStartingError),
        (InstanceState.STARTING, GreenApiStartingError),
        (InstanceState.NOT_AUTHORIZED, GreenApiNotLinkedError),
    ):
        instance.state = state
        assert type(await failure(client, "receiveNotification")) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"result":false,"reason":"unknown"}'),
        (200, b'{"result":true,"reason":""}'),
        (200, b"null"),
        (200, b""),
        (400, b'{"message":"Parameter receiptId must be a Number!"}'),
        (
            500,
            b'{"message":"Cannot read properties of undefined (reading \'findUnAckedMessage\')"}',
        ),
    ],
)
async def test_what_is_gone_needs_no_deletion(
    client_of: ClientFactory, stranger: Stranger, status: int, body: bytes
) -> None:
    stranger.status, stranger.body = status, body
    await client_of(stranger.url).delete_notification(Receipt(7, None))


async def test_notifications_are_counted(
    client: GreenApiClient, instance: Instance
) -> None:
    for _ in range(3):
        instance.notify({})
    assert await client.get_webhooks_count() == 3
    [request] = instance.requests
    assert (request.verb, request.method) == ("GET", "getWebhooksCount")


async def test_where_a_file_lies(client: GreenApiClient, instance: Instance) -> None:
    file = File(url="https://example.com/a.jpg", name="a.jpg")
    message_id = instance.receive(ANNA, file=file)
    text_id = instance.receive(ANNA, "Hi")
    assert await client.download_file(CHAT, message_id) == file.url
    [request] = instance.requests
    assert (request.verb, request.json) == (
        "POST",
        {"chatId": ANNA, "idMessage": message_id},
    )
    for unknown in (text_id, "unknown"):
        with pytest.raises(GreenApiValidationError, match="not found"):
            await client.download_file(CHAT, unknown)


@pytest.mark.parametrize(
    ("method", "bodies"),
    [
        (
            "getWebhooksCount",
            (b"null", b"", b"{}", b"7", b"[7]", b'{"count":"7"}', b'{"count":null}'),
        ),
        (
            "downloadFile",
            (
                b"null",
                b"",
                b"{}",
                b"[]",
                b'"x"',
                b'{"downloadUrl":""}',
                b'{"urlFile":null}',
            ),
        ),
    ],
)
async def test_what_is_no_answer(
    client_of: ClientFactory, stranger: Stranger, method: str, bodies: tuple[bytes, ...]
) -> None:
    for body in bodies:
        stranger.body = body
        error = await failure(client_of(stranger.url), method)
        assert (body, type(error)) == (body, GreenApiResponseError)


async def test_a_file_has_had_two_names(
    client_of: ClientFactory, stranger: Stranger
) -> None:
    for body in (
        b'{"downloadUrl":"https://a/b"}',
        b'{"urlFile":"https://a/b"}',
        b'{"downloadUrl":"","urlFile":"https://a/b"}',
    ):
        stranger.body = body
        assert await client_of(stranger.url).download_file(CHAT, "A") == "https://a/b"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, GreenApiAuthenticationError),
        (FaultKind.FORBIDDEN, GreenApiWrongServerError),
        (FaultKind.RATE_LIMITED, GreenApiRateLimitError),
        (FaultKind.BAD_GATEWAY, GreenApiConnectionError),
        (FaultKind.GATEWAY_TIMEOUT, GreenApiConnectionError),
        (FaultKind.INTERNAL_ERROR, GreenApiConnectionError),
        (FaultKind.REFUSE, GreenApiConnectionError),
        (FaultKind.RESET, GreenApiConnectionError),
        (FaultKind.FOREIGN_PAGE, GreenApiResponseError),
    ],
)
async def test_what_goes_wrong_is_told(
    client: GreenApiClient,
    instance: Instance,
    kind: FaultKind,
    error: type[GreenApiError],
) -> None:
    file = File(url="https://example.com/a.jpg", name="a.jpg")
    message_id = instance.receive(ANNA, file=file)
    instance.notify({})
    instance.faults.add(kind, times=None)
    for method in CALLS:
        if method == "downloadFile":
            with pytest.raises(GreenApiError) as raised:
                await client.download_file(CHAT, message_id)
            found = raised.value
        else:
            found = await failure(client, method)
        assert (method, type(found)) == (method, error)
        assert TOKEN not in told_by(found)


@EVERY_METHOD
async def test_an_instance_that_is_gone(
    client_of: ClientFactory, stranger: Stranger, method: str
) -> None:
    stranger.status = 400
    stranger.body = b'{"message":"Instance is deleted","path":"%s"}' % TOKEN.encode()
    error = await failure(client_of(stranger.url), method)
    assert isinstance(error, GreenApiInstanceGoneError)
