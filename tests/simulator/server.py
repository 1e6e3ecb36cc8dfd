"""The server: which checks a request meets, in which order, and when faults strike."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
import re
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web

from .answers import (
    CORS_HEADERS,
    ApiError,
    QuotaError,
    empty_answer,
    gateway_page,
    json_answer,
)
from .calls import Call
from .failures import DROPPING, HANGING, RESETTING, drop, spoil
from .instance import Instance
from .methods import METHODS
from .phone import Phone
from .validation import Fields, Query, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from .calls import Method
    from .faults import Fault
    from .models import Clock, Contact, Json, Request

HOST = "127.0.0.1"
LARGEST_BODY = 200 * 1024 * 1024
_PATH = re.compile(
    r"/waInstance(?P<id>[^/]*)(?:/(?P<method>[^/]+)(?:/(?P<token>[^/]+))?)?"
)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request to an instance, and where it leads."""

    request: web.Request
    instance: Instance
    method: Method | None
    token: str | None
    record: Request

    @property
    def path(self) -> str:
        """Return the path the API repeats in its errors."""
        return self.request.raw_path

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of every answer that comes from the API itself."""
        headers = dict(CORS_HEADERS)
        if self.method is not None:
            bucket = self.instance.bucket(self.method.name, self.method.rate)
            headers["X-RateLimit-Remaining"] = str(bucket.remaining)
            headers["X-RateLimit-Replenish-Rate"] = f"{bucket.rate:g}"
        return headers


def _now() -> float:
    # Looked up at each call, so that a test which stops the clock stops this one too.
    return time.time()


class Simulator:
    """A GREEN-API with any number of instances, on this machine only."""

    def __init__(self, clock: Clock = _now) -> None:
        """Create a server that is not listening yet; `clock` tells the Unix time."""
        self.instances: dict[str, Instance] = {}
        self.port = 0
        self.clock = clock
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        """Return the address of the API and, opened in a browser, of the phones."""
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Tell whether the server listens."""
        return self._runner is not None

    def add_instance(
        self,
        instance_id: str,
        token: str,
        *,
        phone: str = "79990000001",
        contacts: Iterable[Contact] = (),
    ) -> Instance:
        """Create a linked instance."""
        instance = Instance(instance_id, token, phone, contacts, self.clock)
        self.instances[instance_id] = instance
        return instance

    async def start(self, port: int = 0) -> None:
        """Listen on a port, or on any free one."""
        if self._runner is not None:
            return
        self._stopping = asyncio.Event()
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(Phone(self.instances, self.clock).routes())
        app.router.add_route("*", "/{path:.*}", self._handle)
        # A client that hangs up ends its request, as with the real server.
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone: connections are refused until the next start. Instances are kept."""
        runner, self._runner = self._runner, None
        self._stopping.set()
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start on any free port."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Find the instance, and keep a record of what it is asked."""
        match = _PATH.fullmatch(request.path)
        if match is None:
            return gateway_page(HTTPStatus.NOT_FOUND)
        instance = self.instances.get(match["id"])
        if instance is None:
            return gateway_page(HTTPStatus.FORBIDDEN)
        if request.method == "OPTIONS":
            return web.Response(headers=CORS_HEADERS)
        method = METHODS.get((match["method"] or "").lower())
        name = method.name if method else match["method"] or ""
        record = instance.begin(name, request.method)
        exchange = _Exchange(request, instance, method, match["token"], record)
        try:
            record.body = await request.read()
            record.json = _peek(record.body, request.content_type)
            response = await self._answer(exchange)
            if request.transport is not None and not request.transport.is_closing():
                record.status = response.status
        finally:
            instance.end(record)
        return response

    async def _answer(self, exchange: _Exchange) -> web.Response:
        """Answer, unless a fault comes before or after."""
        faults, record = exchange.instance.faults, exchange.record
        fault = faults.find(record.method, record.chat_id)
        if fault and not fault.kind.accepted:
            faults.spend(fault)
            return await self._fail(exchange, fault, web.Response())
        response = self._check(exchange)
        if fault and response.status == HTTPStatus.OK:
            faults.spend(fault)
            return await self._fail(exchange, fault, response)
        response.headers.update(exchange.headers)
        return response

    def _check(self, exchange: _Exchange) -> web.Response:
        """Meet the checks in the API's order: rate, token, then the method's own."""
        instance, method = exchange.instance, exchange.method
        if method is not None and instance.rate_limited:
            bucket = instance.bucket(method.name, method.rate)
            if not bucket.take(self.clock()):
                return empty_answer(HTTPStatus.TOO_MANY_REQUESTS)
        if exchange.token != instance.token:
            return empty_answer(HTTPStatus.UNAUTHORIZED)
        try:
            return json_answer(self._run(exchange))
        except ApiError as error:
            return error.answer(exchange.path, self.clock())

    def _run(self, exchange: _Exchange) -> Json:
        """Check verb and JSON, and call the method."""
        request, instance, method = exchange.request, exchange.instance, exchange.method
        if method is None or method.verb != request.method:
            message = f"Cannot {request.method} {exchange.path}"
            raise ApiError(HTTPStatus.NOT_FOUND, message)
        body: Json = {}
        if method.verb != "GET":
            body = parse_json(exchange.record.body, request.content_type)
        fields, query = Fields(body), Query(request.query)
        call = Call(instance, method.name, fields, query, self.clock())
        answer = method.run(call)
        instance.quota.count(method.name, call.chat_id)
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
        return spoil(kind, response, error, exchange.path, self.clock())

    async def _wait(self, seconds: float | None) -> None:
        """Wait; None is for as long as the server runs."""
        if seconds == 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _peek(body: bytes, content_type: str) -> Json:
    """Parse a body for the record, if it can be parsed."""
    try:
        return parse_json(body, content_type) if body else None
    except ApiError:
        return None
