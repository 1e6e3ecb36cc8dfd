"""Read an answer of GREEN-API: its JSON, or the error that it means."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
import re

from .chat_id import ChatId
from .exceptions import (
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
    GreenApiWebhookSetError,
    GreenApiWrongServerError,
    InvalidChatIdError,
)
from .models import Json, JsonObject
from .reading import json_in

# GREEN-API's own status for a used-up quota.
_QUOTA_EXCEEDED = 466
# What a gateway says when somebody took too long, beside the 5xx.
_GAVE_UP = {HTTPStatus.REQUEST_TIMEOUT, 499}

_BAD_REQUESTS: Mapping[str, type[GreenApiError]] = {
    "not authorized": GreenApiNotLinkedError,
    "starting process": GreenApiStartingError,
    "is expired": GreenApiInstanceGoneError,
    "is deleted": GreenApiInstanceGoneError,
    "webhook url is set": GreenApiWebhookSetError,
}
# The 500 that are no failure: two name a size, one has nothing to delete.
_NO_FAILURES = ("too large", "exceeded max upload size", "findunackedmessage")

_CHAT_ID = re.compile(r"[\d-]{1,40}@(?:c\.us|g\.us|lid)")


def read_answer(status: int, body: bytes, *, carries_out: bool) -> Json:
    """Return the JSON of an answer, or raise the GreenApiError that it means.

    `carries_out` tells a request that does something in the world from one that only
    asks: of the first, an unusable answer leaves open whether it was done.

    https://green-api.com/en/docs/api/common-errors/
    """
    try:
        answer = json_in(body) if body else None
    except ValueError:
        answer = _NO_JSON
    if status == HTTPStatus.OK:
        if answer is _NO_JSON:
            raise _unusable(status, carries_out=carries_out)
        if isinstance(answer, dict) and "correspondentsStatus" in answer:
            raise _quota_error(answer)
        return answer
    raise _error(status, answer, carries_out=carries_out)


# Stands for a body that is no JSON; as a value of its own, it equals no answer.
_NO_JSON: JsonObject = {}


def _unusable(status: int, *, carries_out: bool) -> GreenApiError:
    """Return what an answer means that no GREEN-API gives."""
    if carries_out:
        return GreenApiOutcomeUnknownError("unusable answer")
    return GreenApiResponseError(f"HTTP {status}")


_ERRORS: Mapping[int, tuple[type[GreenApiError], str]] = {
    HTTPStatus.UNAUTHORIZED: (GreenApiAuthenticationError, "token refused"),
    HTTPStatus.FORBIDDEN: (GreenApiWrongServerError, "instance not served here"),
    HTTPStatus.CONTENT_TOO_LARGE: (GreenApiValidationError, "entity too large"),
    HTTPStatus.TOO_MANY_REQUESTS: (GreenApiRateLimitError, "called too often"),
}


def _error(status: int, answer: Json, *, carries_out: bool) -> GreenApiError:
    """Return the error that a status other than 200 means."""
    if status == _QUOTA_EXCEEDED:
        return _quota_error(answer)
    if answer is not _NO_JSON and (error := _error_in_words(status, answer)):
        return error
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return _unusable(status, carries_out=carries_out)
    if known := _ERRORS.get(status):
        kind, text = known
        return kind(text)
    if status in _GAVE_UP or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _gateway_error(status, carries_out=carries_out)
    return GreenApiResponseError(f"HTTP {status}")


def _error_in_words(status: int, answer: Json) -> GreenApiError | None:
    """Return the error that only the text of an answer tells from others."""
    message = _message(answer)
    text = message.lower()
    match status:
        case HTTPStatus.BAD_REQUEST:
            for words, kind in _BAD_REQUESTS.items():
                if words in text:
                    return kind(words)
            return GreenApiValidationError(message or "bad request")
        case HTTPStatus.FORBIDDEN if "suspended" in text:
            return GreenApiSuspendedError("account suspended")
        case HTTPStatus.INTERNAL_SERVER_ERROR if any(
            words in text for words in _NO_FAILURES
        ):
            return GreenApiValidationError(message)
    return None


def _gateway_error(status: int, *, carries_out: bool) -> GreenApiError:
    """Return what it means that somebody between here and GREEN-API gave up."""
    if carries_out:
        return GreenApiOutcomeUnknownError(f"HTTP {status}")
    gave_up = status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}
    return GreenApiConnectionError(f"HTTP {status}", gave_up=gave_up)


def _quota_error(answer: Json) -> GreenApiQuotaError:
    """Return the error of a used-up quota, with the chats that it still covers."""
    correspondents = (
        answer.get("correspondentsStatus") if isinstance(answer, dict) else None
    )
    description = (
        correspondents.get("description") if isinstance(correspondents, dict) else None
    )
    return GreenApiQuotaError(tuple(chat_ids_in(str(description or ""))))


def chat_ids_in(text: str) -> Iterator[str]:
    """Yield the chat ids in a text; WhatsApp's own, 0@c.us, is nobody to write to."""
    for each in _CHAT_ID.findall(text):
        with suppress(InvalidChatIdError):
            yield str(ChatId.parse(each))


def _message(answer: Json) -> str:
    """Return GREEN-API's own words, of which `path` is none: it holds the token."""
    if isinstance(answer, str):
        return answer
    if not isinstance(answer, dict):
        return ""
    message = answer.get("message") or answer.get("description") or ""
    parts = message if isinstance(message, list) else [message]
    return "; ".join(str(part) for part in parts)
