"""Shapes of the answers: those of the API, and those of the gateway in front of it."""

from datetime import UTC, datetime
from http import HTTPStatus
import json
from typing import TYPE_CHECKING, override

from aiohttp import web

if TYPE_CHECKING:
    from .models import Json

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS, DELETE, HEAD",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "*",
    "Access-Control-Max-Age": "1728000",
}
QUOTA_EXCEEDED = 466


class ApiError(Exception):
    """An answer of the API other than 200."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status and what the API says."""
        super().__init__(message)
        self.status = status
        self.message = message

    def answer(self, path: str, now: float) -> web.Response:
        """Return the answer. Like the API's, it repeats the path and so the token."""
        moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        return json_answer(
            {
                "statusCode": self.status,
                "timestamp": moment.replace("+00:00", "Z"),
                "path": path,
                "message": self.message,
            },
            self.status,
        )


class InvalidError(ApiError):
    """The request does not say what the method needs."""

    def __init__(self, details: str) -> None:
        """Phrase it as the API's validation does."""
        super().__init__(
            HTTPStatus.BAD_REQUEST, f"Validation failed. Details: {details}"
        )


class QuotaError(ApiError):
    """The plan's quota is used up."""

    def __init__(self, body: Json) -> None:
        """Keep the body, which has a shape of its own."""
        super().__init__(QUOTA_EXCEEDED, "quota exceeded")
        self.body = body

    @override
    def answer(self, path: str, now: float) -> web.Response:
        """Return the answer."""
        return json_answer(self.body, self.status)


def encoded(body: Json) -> bytes:
    """Return JSON as compact as the API writes it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be written as UTF-8; like the API, say "unknown character".
    return text.encode(errors="replace")


def json_answer(body: Json, status: int = HTTPStatus.OK) -> web.Response:
    """Return JSON."""
    return web.Response(
        body=encoded(body),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def empty_answer(status: int) -> web.Response:
    """Return an empty body that calls itself JSON, as the API does for 401 and 429."""
    return web.Response(status=status, headers={"Content-Type": "application/json"})


def gateway_page(status: int) -> web.Response:
    """Return a page of the gateway; it knows nothing of the API's headers."""
    phrase = {
        413: "Request Entity Too Large",
        502: "Bad Gateway",
        503: "Service Temporarily Unavailable",
        504: "Gateway Time-out",
    }
    title = f"{status} {phrase.get(status) or HTTPStatus(status).phrase}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return web.Response(text=page, status=status, content_type="text/html")
