"""The way of a request: which checks it meets, in which order, and when faults strike."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
import re
from typing import TYPE_CHECKING

from aiohttp import web

from .answers import (
    CORS_HEADERS,
    ApiError,
    QuotaError,
    empty_answer,
    gateway_page,
    json_answer,
)
from .bodies import Body, BodyKind, read_body
from .calls import Call
from .failures import DROPPING, HANGING, RESETTING, drop, spoil
from .methods import METHODS
from .models import Host
from .validation import Fields, Form, Query, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Method
    from .faults import Fault
    from .instance import Instance
    from .models import Clock, Json, Request

RECORDED_HEADERS = (
    "content-type",
    "content-length",
    "transfer-encoding",
    "ga-filename",
)
_PATH = re.compile(
    r"/waInstance(?P<id>[^/]*)"
    r"(?:/(?P<method>[^/]+)(?:/(?P<token>[^/]+)(?:/(?P<receipt>[^/]*))?)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exchange:
    """A request to an instance, and where it leads."""

    request: web.Request
    instance: Instance
    method: Method | None
    token: str | None
    receipt: str | None
    record: Request

    @property
    def path(self) -> str:
        """Return the path the API repeats in its errors."""
        return self.request.raw_path

    def leads_to(self, method: Method) -> bool:
        """Tell whether verb and path are those of a method."""
        has_receipt = self.receipt is not None
        return method.verb == self.request.method and method.receipt is has_receipt

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of every answer that comes from the API itself."""
        headers = dict(CORS_HEADERS)
        if self.method is not None:
            bucket = self.instance.bucket(self.method.name, self.method.rate)
            headers["X-RateLimit-Remaining"] = str(bucket.remaining)
            headers["X-RateLimit-Replenish-Rate"] = f"{bucket.rate:g}"
        return headers


class Api:
    """The API of all instances, on one address or on two."""

    def __init__(
        self,
        instances: Mapping[str, Instance],
        clock: Clock,
        stopping: asyncio.Event,
        *,
        media_apart: bool,
    ) -> None:
        """Serve these instances, and those added later."""
        self._instances = instances
        self._clock = clock
        self._stopping = stopping
        self._media_apart = media_apart

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer at the API's address."""
        return await self._handle(Host.API, request)

    async def handle_media(self, request: web.Request) -> web.StreamResponse:
        """Answer at the media address."""
        return await self._handle(Host.MEDIA, request)

    async def _handle(self, host: Host, request: web.Request) -> web.StreamResponse:
        """Find the instance, and keep a record of what it is asked."""
        match = _PATH.fullmatch(request.path)
        if match is None:
            return gateway_page(HTTPStatus.NOT_FOUND)
        instance = self._instances.get(match["id"])
        if instance is None:
            return gateway_page(HTTPStatus.FORBIDDEN)
        if request.method == "OPTIONS":
            return web.Response(headers=CORS_HEADERS)
        method = METHODS.get((match["method"] or "").lower())
        name = method.name if method else match["method"] or ""
        record = instance.begin(name, request.method, host, _headers(request))
        record.query, record.receipt = dict(request.query), match["receipt"]
        if self._is_elsewhere(host, method):
            method = None
        exchange = _Exchange(
            request=request,
            instance=instance,
            method=method,
            token=match["token"],
            receipt=match["receipt"],
            record=record,
        )
        try:
            body = await self._read(exchange)
            if host is Host.MEDIA and method is None:
                response = gateway_page(HTTPStatus.FORBIDDEN)
            else:
                response = await self._answer(exchange, body)
            if request.transport is not None and not request.transport.is_closing():
                record.status = response.status
        finally:
            instance.end(record)
        return response

    def _is_elsewhere(self, host: Host, method: Method | None) -> bool:
        """Tell whether only the other address has a method; both take forms."""
        takes = method.takes if method else BodyKind.JSON
        if host is Host.MEDIA:
            return takes is BodyKind.JSON
        return takes is BodyKind.FILE and self._media_apart

    async def _read(self, exchange: _Exchange) -> Body:
        """Read the body and write down what the record has of it."""
        instance, record = exchange.instance, exchange.record
        kind = exchange.method.takes if exchange.method else BodyKind.JSON
        body = await read_body(
            exchange.request, kind, instance.largest_file, instance.too_large_status
        )
        record.body, record.form = body.raw, body.form
        record.json = _peek(body.raw, exchange.request.content_type)
        return body

    async def _answer(self, exchange: _Exchange, body: Body) -> web.Response:
        """Answer, unless a fault comes before or after."""
        faults, record = exchange.instance.faults, exchange.record
        fault, response = faults.find(record.method, record.chat_id), web.Response()
        if fault is None or fault.kind.accepted:
            response = await self._check(exchange, body)
            # While the call waited, one may have been switched on.
            fault = faults.find(record.method, record.chat_id)
        if fault and response.status == HTTPStatus.OK:
            faults.spend(fault)
            return await self._fail(exchange, fault, response)
        response.headers.update(exchange.headers)
        return response

    async def _check(self, exchange: _Exchange, body: Body) -> web.Response:
        """Meet the checks in the API's order: rate, token, then the method's own."""
        instance, method = exchange.instance, exchange.method
        if method is not None and instance.rate_limited:
            bucket = instance.bucket(method.name, method.rate)
            if not bucket.take(self._clock()):
                return empty_answer(HTTPStatus.TOO_MANY_REQUESTS)
        if exchange.token != instance.token:
            return empty_answer(HTTPStatus.UNAUTHORIZED)
        try:
            answer = await self._run(exchange, body)
        except ApiError as error:
            return error.answer(exchange.path, self._clock())
        if method is not None and method.silent:
            return empty_answer(HTTPStatus.OK)
        return json_answer(answer)

    async def _run(self, exchange: _Exchange, body: Body) -> Json:
        """Check verb, path and body, and call the method."""
        request, method = exchange.request, exchange.method
        if method is None or not exchange.leads_to(method):
            message = f"Cannot {request.method} {exchange.path}"
            raise ApiError(HTTPStatus.NOT_FOUND, message)
        if body.error is not None:
            raise body.error
        if body.form is not None:
            fields: Fields = Form({**body.form})
        elif method.verb == "GET":
            fields = Fields({})
        else:
            fields = Fields(parse_json(body.raw, request.content_type))
        call = Call(
            exchange.instance,
            method.name,
            fields,
            Query(request.query),
            self._clock(),
            body.file,
            receipt=exchange.receipt or "",
        )
        if method.wait:
            await method.wait(call)
            if self._stopping.is_set():
                drop(request, reset=False)
        answer = method.run(call)
        exchange.instance.quota.count(method.name, call.chat_id)
        exchange.record.unknown_keys = fields.unknown
        return answer

    async def _fail(
        self, exchange: _Exchange, fault: Fault, response: web.Response
    ) -> web.Response:
        """Answer as the fault has it; `response` is what the API would have said."""
        kind = fault.kind
        await self._wait(fault.delay or (None if kind in HANGING else 0))
        if kind in DROPPING or (kind in HANGING and self._stopping.is_set()):
            drop(exchange.request, reset=kind in RESETTING)
            return response
        quota = exchange.instance.quota
        error = QuotaError(quota.chats_exceeded(exchange.record.method))
        response.headers.update(exchange.headers)
        return spoil(kind, response, error, exchange.path, self._clock())

    async def _wait(self, seconds: float | None) -> None:
        """Wait; None is for as long as the server runs."""
        if seconds == 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _headers(request: web.Request) -> dict[str, str]:
    """Return the headers worth a record."""
    return {
        name: request.headers[name]
        for name in RECORDED_HEADERS
        if name in request.headers
    }


def _peek(body: bytes, content_type: str) -> Json:
    """Parse a body for the record, if it can be parsed."""
    try:
        return parse_json(body, content_type) if body else None
    except ApiError:
        return None
