"""Settings, linking and the life of an instance."""

from base64 import b64encode
from collections.abc import Awaitable, Callable

import pytest

from custom_components.green_api.api import (
    GreenApiAuthenticationError,
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiInstanceGoneError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiValidationError,
    GreenApiWrongServerError,
)
from tests.conftest import PHONE, TOKEN, told_by
from tests.simulator import FaultKind, Instance, InstanceState, Simulator

from .conftest import ClientFactory, Stranger

type Call = Callable[[GreenApiClient], Awaitable[object]]

CALLS: dict[str, Call] = {
    "getSettings": lambda client: client.get_settings(),
    "setSettings": lambda client: client.set_settings({"incomingWebhook": "yes"}),
    "qr": lambda client: client.get_qr(),
    "getAuthorizationCode": lambda client: client.get_authorization_code(79001234567),
    "reboot": lambda client: client.reboot(),
    "logout": lambda client: client.logout(),
}
EVERY_METHOD = pytest.mark.parametrize("method", list(CALLS))


async def failure(client: GreenApiClient, method: str) -> GreenApiError:
    """Call a method and return how it fails, which tells nobody the token."""
    with pytest.raises(GreenApiError) as error:
        await CALLS[method](client)
    assert TOKEN not in told_by(error.value)
    return error.value


@pytest.mark.parametrize(
    ("method", "verb", "body"),
    [
        ("getSettings", "GET", None),
        ("setSettings", "POST", {"incomingWebhook": "yes"}),
        ("qr", "GET", None),
        ("getAuthorizationCode", "POST", {"phoneNumber": 79001234567}),
        ("reboot", "GET", None),
        ("logout", "GET", None),
    ],
)
async def test_a_request_says_what_the_method_needs(
    client: GreenApiClient, instance: Instance, method: str, verb: str, body: object
) -> None:
    instance.state = InstanceState.NOT_AUTHORIZED
    await CALLS[method](client)
    [request] = instance.requests
    assert (request.method, request.verb, request.json) == (method, verb, body)
    assert request.status == 200
    assert request.unknown_keys == ()


async def test_settings_are_changed(client: GreenApiClient, instance: Instance) -> None:
    before = await client.get_settings()
    assert before == {"wid": f"{PHONE}@c.us", **instance.settings}
    changes = {"incomingWebhook": "yes", "webhookUrl": "https://example.com/?ü=1"}
    instance.starting_seconds = 60
    await client.set_settings(changes)
    assert instance.state is InstanceState.STARTING
    assert await client.get_settings() == {**before, **changes, "wid": ""}
    await client.set_settings(changes)


@pytest.mark.parametrize(
    "settings", [{}, {"incomingWebhook": True}, {"delaySendMessagesMilliseconds": 1}]
)
async def test_settings_that_are_refused(
    client: GreenApiClient, instance: Instance, settings: dict[str, str]
) -> None:
    before = dict(instance.settings)
    with pytest.raises(GreenApiValidationError):
        await client.set_settings(settings)
    assert instance.settings == before


async def test_a_phone_is_linked_by_a_picture(
    client: GreenApiClient, instance: Instance
) -> None:
    assert await client.get_qr() is None
    instance.qr_error_when_linked = True
    assert await client.get_qr() is None
    instance.unlink()
    code = await client.get_qr()
    assert code is not None
    assert code.png.startswith(b"\x89PNG")
    assert "PNG" not in repr(code)
    instance.state = InstanceState.STARTING
    assert isinstance(await failure(client, "qr"), GreenApiStartingError)


@pytest.mark.parametrize("prefix", [b"", b"data:image/png;base64,"])
async def test_a_picture_may_have_something_before_it(
    client_of: ClientFactory, stranger: Stranger, prefix: bytes
) -> None:
    content = prefix + b64encode(b"\x89PNG")
    stranger.body = b'{"type":"qrCode","message":"%s"}' % content
    code = await client_of(stranger.url).get_qr()
    assert code is not None
    assert code.png == b"\x89PNG"


async def test_a_phone_is_linked_by_a_code(
    client: GreenApiClient, instance: Instance
) -> None:
    # There is none for one that is linked.
    error = await failure(client, "getAuthorizationCode")
    assert isinstance(error, GreenApiResponseError)
    instance.unlink()
    code = await client.get_authorization_code(79001234567)
    assert len(code) == 8
    another = await client.get_authorization_code(79001234567)
    assert another != code
    assert not instance.enter_code(code)
    assert instance.enter_code(another)
    assert instance.phone == "79001234567"


async def test_a_number_that_is_none(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.unlink()
    for number in (1, 10**20):
        with pytest.raises(GreenApiValidationError):
            await client.get_authorization_code(number)


async def test_it_is_unlinked_and_restarted(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.starting_seconds = 60
    await client.reboot()
    assert str(instance.state) == "starting"
    await client.logout()
    assert str(instance.state) == "notAuthorized"


@pytest.mark.parametrize(
    ("method", "kind", "bodies"),
    [
        ("getSettings", GreenApiResponseError, (b"null", b"", b"[]", b'"x"', b"7")),
        (
            "setSettings",
            GreenApiResponseError,
            (
                b"null",
                b"",
                b"{}",
                b'{"saveSettings":false}',
                b'{"saveSettings":"true"}',
            ),
        ),
        (
            "qr",
            GreenApiResponseError,
            (b"null", b"", b"[]", b'{"type":"qrCode","message":"a"}'),
        ),
        (
            "getAuthorizationCode",
            GreenApiResponseError,
            (
                b"null",
                b"",
                b"{}",
                b'{"status":false,"code":"ABCD1234"}',
                b'{"status":true}',
                b'{"status":true,"code":""}',
                b'{"status":true,"code":null}',
            ),
        ),
        (
            "reboot",
            GreenApiOutcomeUnknownError,
            (b"null", b"", b"{}", b'{"isReboot":false}', b"[]"),
        ),
        (
            "logout",
            GreenApiOutcomeUnknownError,
            (b"null", b"", b"{}", b'{"isLogout":false}', b"[]"),
        ),
    ],
)
async def test_what_is_no_answer(
    client_of: ClientFactory,
    stranger: Stranger,
    method: str,
    kind: type[GreenApiError],
    bodies: tuple[bytes, ...],
) -> None:
    client = client_of(stranger.url)
    for body in bodies:
        stranger.body = body
        error = await failure(client, method)
        assert (body, type(error)) == (body, kind)


async def test_a_code_may_be_a_number(
    client_of: ClientFactory, stranger: Stranger
) -> None:
    stranger.body = b'{"status":true,"code":12345678}'
    assert await client_of(stranger.url).get_authorization_code(79001234567) == (
        "12345678"
    )


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, GreenApiAuthenticationError),
        (FaultKind.FORBIDDEN, GreenApiWrongServerError),
        (FaultKind.RATE_LIMITED, GreenApiRateLimitError),
        (FaultKind.BAD_GATEWAY, GreenApiConnectionError),
        (FaultKind.BAD_GATEWAY_ACCEPTED, GreenApiConnectionError),
        (FaultKind.GATEWAY_TIMEOUT, GreenApiConnectionError),
        (FaultKind.INTERNAL_ERROR, GreenApiConnectionError),
        (FaultKind.REFUSE, GreenApiConnectionError),
        (FaultKind.RESET_ACCEPTED, GreenApiConnectionError),
        (FaultKind.FOREIGN_PAGE, GreenApiResponseError),
        (FaultKind.GARBAGE_ACCEPTED, GreenApiResponseError),
    ],
)
async def test_what_goes_wrong_is_told(
    client: GreenApiClient,
    instance: Instance,
    kind: FaultKind,
    error: type[GreenApiError],
) -> None:
    instance.faults.add(kind, times=None)
    for method in CALLS:
        # What was done all the same may be done again.
        instance.state = InstanceState.NOT_AUTHORIZED
        found = await failure(client, method)
        assert (method, type(found)) == (method, error)


async def test_nobody_there(client: GreenApiClient, simulator: Simulator) -> None:
    await simulator.stop()
    for method in CALLS:
        assert type(await failure(client, method)) is GreenApiConnectionError


@EVERY_METHOD
async def test_an_instance_that_is_gone(
    client_of: ClientFactory, stranger: Stranger, method: str
) -> None:
    stranger.status = 400
    stranger.body = b'{"message":"Instance is expired","path":"%s"}' % TOKEN.encode()
    error = await failure(client_of(stranger.url), method)
    assert isinstance(error, GreenApiInstanceGoneError)


@pytest.mark.parametrize("method", [each for each in CALLS if each != "qr"])
@pytest.mark.usefixtures("instance")
async def test_it_is_asked_once_more_when_it_was_too_often(
    client: GreenApiClient, instance: Instance, method: str
) -> None:
    instance.state = InstanceState.NOT_AUTHORIZED
    instance.faults.add(FaultKind.RATE_LIMITED, method=method)
    await CALLS[method](client)
    assert [each.status for each in instance.requests] == [429, 200]
