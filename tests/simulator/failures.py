"""What a fault makes of an answer or of the connection."""

from http import HTTPStatus
import socket
import struct

from aiohttp import web

from .answers import ApiError, empty_answer, gateway_page, json_answer
from .faults import FaultKind

HANGING = {FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED}
RESETTING = {FaultKind.RESET, FaultKind.RESET_ACCEPTED}
DROPPING = RESETTING | {FaultKind.REFUSE, FaultKind.TIMEOUT}

_GATEWAY_STATUS = {
    FaultKind.BAD_GATEWAY: HTTPStatus.BAD_GATEWAY,
    FaultKind.BAD_GATEWAY_ACCEPTED: HTTPStatus.BAD_GATEWAY,
    FaultKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    FaultKind.UNAVAILABLE_ACCEPTED: HTTPStatus.SERVICE_UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED: HTTPStatus.GATEWAY_TIMEOUT,
    FaultKind.FORBIDDEN: HTTPStatus.FORBIDDEN,
}
_EMPTY_STATUS = {
    FaultKind.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    FaultKind.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    FaultKind.EMPTY_ACCEPTED: HTTPStatus.OK,
}
_FOREIGN_PAGE = (
    "<!doctype html><html><head><title>Hotel network</title></head>"
    "<body><h1>Welcome</h1><p>Accept the terms to go online.</p></body></html>"
)


def spoil(
    kind: FaultKind, response: web.Response, error: ApiError, path: str, now: float
) -> web.Response:
    """Return what the client gets in place of `response`.

    `error` is the quota error the API would answer with at this moment.
    """
    if page_status := _GATEWAY_STATUS.get(kind):
        return gateway_page(page_status)
    if kind is FaultKind.FOREIGN_PAGE:
        return web.Response(text=_FOREIGN_PAGE, content_type="text/html")
    headers = response.headers.copy()
    headers.popall("Content-Type", None)
    if status := _EMPTY_STATUS.get(kind):
        response = empty_answer(status)
    elif kind is FaultKind.QUOTA_EXCEEDED:
        response = error.answer(path, now)
    elif kind in (FaultKind.INTERNAL_ERROR, FaultKind.INTERNAL_ERROR_ACCEPTED):
        error = ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error")
        response = error.answer(path, now)
    elif kind is FaultKind.BARE_STRING:
        response = json_answer("Error: forbidden")
    elif kind is FaultKind.GARBAGE_ACCEPTED and isinstance(response.body, bytes):
        response.body = response.body[: len(response.body) // 2]
    response.headers.update(headers)
    return response


def drop(request: web.Request, *, reset: bool) -> None:
    """Close the connection without an answer, politely or not."""
    if (transport := request.transport) is None:
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if reset and connection is not None:
        # Not to linger on close is what makes the system send a reset.
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
