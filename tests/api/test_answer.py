"""What the answers of GREEN-API, and of what stands before it, mean."""

from contextlib import suppress
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.green_api.api import (
    ChatId,
    GreenApiAuthenticationError,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiInstanceGoneError,
    GreenApiNotLinkedError,
    GreenApiOutcomeUnknownError,
    GreenApiQuotaError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiSuspendedError,
    GreenApiValidationError,
    GreenApiWrongServerError,
)
from custom_components.green_api.api.answer import read_answer
from tests.conftest import TOKEN, told_by

ASKS_AND_ACTS = pytest.mark.parametrize("carries_out", [False, True])
PAGE = b"<html>\r\n<head><title>Oh no</title></head>\r\n<body>nginx</body>\r\n</html>"


def refusal(status: int, message: Any) -> bytes:
    """Return a body as the API writes it: with the path, and so with the token."""
    return json.dumps(
        {
            "statusCode": status,
            "timestamp": "2026-10-07T10:00:00.000Z",
            "path": f"/waInstance7103000001/sendMessage/{TOKEN}",
            "message": message,
        }
    ).encode()


def quota(description: Any) -> bytes:
    """Return the body of a plan that covers no further chat."""
    return json.dumps(
        {
            "invokeStatus": {"method": "sendmessage", "status": "QUOTE_ALLOWED"},
            "correspondentsStatus": {
                "method": "correspondents",
                "used": 3,
                "total": 3,
                "status": "CORRESPONDENTS_QUOTE_EXCEEDED",
                "description": description,
            },
        }
    ).encode()


COVERED = "Only these: 79001234567@c.us,120363043968066561@g.us,155508384256027@lid."
METHOD_QUOTA = json.dumps(
    {"invokeStatus": {"method": "checkwhatsapp", "used": 100, "total": 100}}
).encode()


# Answers


@ASKS_AND_ACTS
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'{"idMessage":"3EB0C767D097B7C7C030"}',
            {"idMessage": "3EB0C767D097B7C7C030"},
        ),
        ('{"name":"שלום 👋"}'.encode(), {"name": "שלום 👋"}),
        (b"[]", []),
        (b"{}", {}),
        (b"null", None),
        (b"", None),
        (b'"Error: forbidden"', "Error: forbidden"),
    ],
)
def test_json_is_handed_on(body: bytes, expected: object, *, carries_out: bool) -> None:
    assert read_answer(200, body, carries_out=carries_out) == expected


def test_another_success_leaves_open_what_was_to_be_done() -> None:
    with pytest.raises(GreenApiResponseError, match=r"^HTTP 204$"):
        read_answer(204, b"", carries_out=False)
    with pytest.raises(GreenApiOutcomeUnknownError):
        read_answer(204, b"", carries_out=True)


@pytest.mark.parametrize(
    "body", [PAGE, b"OK", b'{"idMessage":"3EB0', b"\xff\xfe", b" ", b"NaN"]
)
def test_what_is_no_json_leaves_open_only_what_was_to_be_done(body: bytes) -> None:
    with pytest.raises(GreenApiResponseError, match=r"^HTTP 200$"):
        read_answer(200, body, carries_out=False)
    with pytest.raises(GreenApiOutcomeUnknownError):
        read_answer(200, body, carries_out=True)


# Refusals: nothing was done, whatever was asked for


@ASKS_AND_ACTS
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            400,
            refusal(400, "instance in starting process try later"),
            GreenApiStartingError,
        ),
        (
            400,
            refusal(400, "Instance in Starting Process Try Later"),
            GreenApiStartingError,
        ),
        (
            400,
            refusal(400, "instance is starting or not authorized"),
            GreenApiNotLinkedError,
        ),
        (400, refusal(400, "instance account not authorized"), GreenApiNotLinkedError),
        (
            400,
            refusal(400, "Instance account is expired. Renew your instance"),
            GreenApiInstanceGoneError,
        ),
        (400, refusal(400, "Instance is deleted"), GreenApiInstanceGoneError),
        (400, b'"Instance is deleted"', GreenApiInstanceGoneError),
        (400, b'{"description":"Instance is deleted"}', GreenApiInstanceGoneError),
        (400, refusal(400, "bad request data"), GreenApiValidationError),
        (400, b"{}", GreenApiValidationError),
        (400, b"[]", GreenApiValidationError),
        (400, b"", GreenApiValidationError),
        (400, PAGE, GreenApiResponseError),
        (401, b"", GreenApiAuthenticationError),
        (401, refusal(401, "Unauthorized"), GreenApiAuthenticationError),
        (401, PAGE, GreenApiAuthenticationError),
        (403, PAGE, GreenApiWrongServerError),
        (403, b"", GreenApiWrongServerError),
        (403, refusal(403, "Forbidden resource"), GreenApiWrongServerError),
        (403, refusal(403, "Your account is suspended"), GreenApiSuspendedError),
        (404, refusal(404, f"Cannot POST /{TOKEN}"), GreenApiResponseError),
        (404, PAGE, GreenApiResponseError),
        (413, PAGE, GreenApiValidationError),
        (413, b"", GreenApiValidationError),
        (429, b"", GreenApiRateLimitError),
        (429, PAGE, GreenApiRateLimitError),
        (466, b"", GreenApiQuotaError),
        (466, PAGE, GreenApiQuotaError),
        (466, METHOD_QUOTA, GreenApiQuotaError),
        (466, quota(COVERED), GreenApiQuotaError),
        (200, quota(COVERED), GreenApiQuotaError),
        (500, refusal(500, "request entity too large"), GreenApiValidationError),
        (
            500,
            refusal(500, "File from url exceeded max upload size. Size: 120mb"),
            GreenApiValidationError,
        ),
        (302, b"", GreenApiResponseError),
        (418, b"", GreenApiResponseError),
    ],
)
def test_a_refusal_is_certain(
    status: int, body: bytes, expected: type[GreenApiError], *, carries_out: bool
) -> None:
    with pytest.raises(GreenApiError) as error:
        read_answer(status, body, carries_out=carries_out)

    assert type(error.value) is expected
    assert TOKEN not in told_by(error.value)


@pytest.mark.parametrize("status", [408, 499, 500, 501, 502, 503, 504, 520, 599])
@pytest.mark.parametrize("body", [b"", PAGE, refusal(500, "Internal server error")])
def test_a_gateway_that_gave_up_leaves_open_only_what_was_to_be_done(
    status: int, body: bytes
) -> None:
    with pytest.raises(GreenApiConnectionError) as asked:
        read_answer(status, body, carries_out=False)
    with pytest.raises(GreenApiOutcomeUnknownError) as acted:
        read_answer(status, body, carries_out=True)

    assert TOKEN not in told_by(asked.value) + told_by(acted.value)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, refusal(400, "'chatId' is required"), "'chatId' is required"),
        (400, refusal(400, ["'a' is wrong", "'b' too"]), "'a' is wrong; 'b' too"),
        (400, refusal(400, None), "bad request"),
        (400, refusal(400, 7), "7"),
        (
            400,
            b'{"code":"INVALID_PARAM","message":"a webhook is set"}',
            "a webhook is set",
        ),
        (400, b'"plain words"', "plain words"),
        (500, refusal(500, "request entity too large"), "request entity too large"),
    ],
)
def test_the_apis_own_reason_is_told(status: int, body: bytes, reason: str) -> None:
    with pytest.raises(GreenApiValidationError) as error:
        read_answer(status, body, carries_out=True)

    assert str(error.value) == reason


@pytest.mark.parametrize("status", [302, 404, 418])
def test_a_strange_status_is_told(status: int) -> None:
    with pytest.raises(GreenApiResponseError, match=f"^HTTP {status}$"):
        read_answer(status, PAGE, carries_out=False)


# The quota


@pytest.mark.parametrize("status", [200, 466])
def test_the_chats_that_a_quota_covers_are_told(status: int) -> None:
    with pytest.raises(GreenApiQuotaError) as error:
        read_answer(status, quota(COVERED), carries_out=True)

    assert error.value.chat_ids == (
        "79001234567@c.us",
        "120363043968066561@g.us",
        "155508384256027@lid",
    )


@pytest.mark.parametrize(
    "body",
    [
        METHOD_QUOTA,
        quota(None),
        quota("Nobody"),
        quota(["79001234567"]),
        b'{"correspondentsStatus":"79001234567@c.us"}',
        b'{"correspondentsStatus":null}',
        b'["79001234567@c.us"]',
        b"null",
        PAGE,
    ],
)
def test_a_quota_that_names_no_chats_covers_none(body: bytes) -> None:
    with pytest.raises(GreenApiQuotaError) as error:
        read_answer(466, body, carries_out=True)

    assert error.value.chat_ids == ()


def test_whatsapps_own_chat_is_none_that_a_quota_covers() -> None:
    body = quota("Only 0@c.us,79001234567@c.us,-@g.us")
    with pytest.raises(GreenApiQuotaError) as error:
        read_answer(466, body, carries_out=True)

    assert error.value.chat_ids == ("79001234567@c.us",)


# Anything


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "description", "correspondentsStatus", "path"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
REAL_BODIES = st.sampled_from(
    [
        b'{"idMessage":"3EB0C767D097B7C7C030"}',
        refusal(400, "instance in starting process try later"),
        refusal(400, "Validation failed. Details: 'chatId' is required"),
        refusal(500, "request entity too large"),
        quota(COVERED),
        METHOD_QUOTA,
        PAGE,
    ]
)


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    """Return a real body of which a part is missing or replaced."""
    body = draw(REAL_BODIES)
    begin = draw(st.integers(0, len(body)))
    end = draw(st.integers(begin, len(body)))
    return body[:begin] + draw(st.binary(max_size=8)) + body[end:]


BODIES = st.one_of(
    st.binary(),
    REAL_BODIES,
    mutated_bodies(),
    JSON.map(lambda answer: json.dumps(answer).encode()),
)
STATUSES = st.one_of(
    st.integers(100, 599), st.sampled_from([200, 400, 403, 413, 466, 500])
)


@settings(max_examples=300)
@given(status=STATUSES, body=BODIES, carries_out=st.booleans())
def test_every_answer_is_json_or_a_known_error(
    status: int, body: bytes, *, carries_out: bool
) -> None:
    with suppress(GreenApiError):
        answer = read_answer(status, body, carries_out=carries_out)
        assert status == 200
        assert answer == (json.loads(body) if body else None)


@given(status=STATUSES, body=BODIES, carries_out=st.booleans())
def test_the_chats_of_a_quota_can_be_written_to(
    status: int, body: bytes, *, carries_out: bool
) -> None:
    chat_ids: tuple[str, ...] = ()
    try:
        read_answer(status, body, carries_out=carries_out)
    except GreenApiQuotaError as error:
        chat_ids = error.chat_ids
    except GreenApiError:
        pass

    assert tuple(str(ChatId.parse(each)) for each in chat_ids) == chat_ids


@given(
    status=STATUSES.filter(lambda status: status != 200),
    message=st.sampled_from(["starting process", "too large", "suspended"]) | JSON,
    carries_out=st.booleans(),
)
def test_no_error_repeats_the_path(
    status: int, message: object, *, carries_out: bool
) -> None:
    with pytest.raises(GreenApiError) as error:
        read_answer(status, refusal(status, message), carries_out=carries_out)

    assert TOKEN not in told_by(error.value)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"message":' * 100_000, quota("7-" * 200_000)],
    ids=["lists", "objects", "description"],
)
def test_a_huge_body_is_just_another_refusal(body: bytes) -> None:
    with pytest.raises(GreenApiError):
        read_answer(466, body, carries_out=True)
