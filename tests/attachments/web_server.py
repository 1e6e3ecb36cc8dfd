"""A web server of the house: files, challenges, redirects, and streams without an end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import md5, sha256
import re
from socket import AF_INET, AddressFamily
from ssl import SSLContext
from typing import override

from aiohttp import encode_basic_auth, hdrs, web
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict

HOST = "127.0.0.1"

_HASHES = {"MD5": md5, "SHA-256": sha256}
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    path: str
    host: str
    authorization: str | None


class WebServer:
    """A server that answers as it is told to, and remembers what it was asked."""

    def __init__(self, certificate: SSLContext | None = None) -> None:
        """Be a server that does not listen yet."""
        self.asked: list[Asked] = []
        # Set when nobody listens any more to what has no end.
        self.hung_up = asyncio.Event()
        self._certificate = certificate
        self._handlers: dict[str, Handler] = {}
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Return the address."""
        return f"{'https' if self._certificate else 'http'}://{HOST}:{self._port}"

    @property
    def elsewhere(self) -> str:
        """Return the address of the same server as that of another host."""
        return self.url.replace(HOST, "localhost")

    @property
    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [each.path for each in self.asked]

    @property
    def authorizations(self) -> list[str | None]:
        """Return how those who asked proved who they are, in order."""
        return [each.authorization for each in self.asked]

    def answer(self, path: str, handler: Handler) -> str:
        """Answer at a path, and return its URL."""
        self._handlers[path] = handler
        return self.url + path

    def serve(
        self,
        path: str,
        body: bytes = b"",
        content_type: str = "application/octet-stream",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> str:
        """Serve a file."""
        sent = {hdrs.CONTENT_TYPE: content_type, **(headers or {})}

        async def handle(_: web.Request) -> web.Response:
            return web.Response(body=body, status=status, headers=sent)

        return self.answer(path, handle)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Lead on to another address."""
        return self.serve(path, status=status, headers={hdrs.LOCATION: to})

    def chunks(self, path: str, *chunks: bytes, content_type: str) -> str:
        """Serve a file without saying how long it is."""

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: content_type})
            await response.prepare(request)
            for chunk in chunks:
                await response.write(chunk)
            return response

        return self.answer(path, handle)

    def endless(self, path: str, chunk: bytes, content_type: str) -> str:
        """Serve what never ends."""

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: content_type})
            await response.prepare(request)
            try:
                while True:
                    await response.write(chunk)
                    # A small chunk is written at once; others are to have their turn.
                    await asyncio.sleep(0)
            except ConnectionError:
                return response
            finally:
                self.hung_up.set()

        return self.answer(path, handle)

    def broken_off(self, path: str, body: bytes, size: int, content_type: str) -> str:
        """Serve less than was announced."""

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: content_type})
            response.content_length = size
            await response.prepare(request)
            await response.write(body)
            assert request.transport is not None
            request.transport.close()
            return response

        return self.answer(path, handle)

    def guard(
        self, path: str, *locks: Lock, status: int = 401, one_header: bool = False
    ) -> None:
        """Let only those see a file who can open one of the locks.

        With a `status` of 403, the server does not say how.
        """
        inside = self._handlers[path]
        challenges = [lock.challenge for lock in locks] if status == 401 else []
        if one_header:
            challenges = [", ".join(challenges)]

        async def handle(request: web.Request) -> web.StreamResponse:
            if any(lock.opens(request) for lock in locks):
                return await inside(request)
            headers = CIMultiDict((hdrs.WWW_AUTHENTICATE, each) for each in challenges)
            return web.Response(status=status, headers=headers)

        self.answer(path, handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(
            Asked(
                request.raw_path,
                request.headers[hdrs.HOST].partition(":")[0],
                request.headers.get(hdrs.AUTHORIZATION),
            )
        )
        if handler := self._handlers.get(request.path):
            return await handler(request)
        return web.Response(status=404)

    async def start(self) -> None:
        """Listen on any free port."""
        if self._certificate:
            # Else asyncio reports each client that is not satisfied with it.
            asyncio.get_running_loop().set_debug(False)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0, ssl_context=self._certificate)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone: connections are refused."""
        if self._runner:
            await self._runner.cleanup()


class Lock:
    """Who may come in, and how the server asks for it."""

    challenge: str

    def opens(self, request: web.Request) -> bool:
        """Return whether a request has the key."""
        raise NotImplementedError


class Basic(Lock):
    """A user name and a password as they are."""

    challenge = 'Basic realm="door", charset="UTF-8"'

    def __init__(self, username: str, password: str) -> None:
        """Take what opens."""
        self._key = encode_basic_auth(username, password)

    @override
    def opens(self, request: web.Request) -> bool:
        """Return whether a request has both."""
        return request.headers.get(hdrs.AUTHORIZATION) == self._key


class Bearer(Lock):
    """A token."""

    challenge = 'Bearer realm="door"'

    def __init__(self, token: str) -> None:
        """Take what opens."""
        self._key = f"Bearer {token}"

    @override
    def opens(self, request: web.Request) -> bool:
        """Return whether a request has it."""
        return request.headers.get(hdrs.AUTHORIZATION) == self._key


class Digest(Lock):
    """A digest of a user name and a password, as RFC 7616 has it."""

    def __init__(
        self,
        username: str,
        password: str,
        *,
        algorithm: str = "MD5",
        qop: str | None = "auth",
    ) -> None:
        """Take what opens, and how it is digested."""
        self._username, self._password = username, password
        self._algorithm, self._qop = algorithm, qop
        self._nonce = "dcd98b7102dd"
        self.challenge = (
            f'Digest realm="door, front", nonce="{self._nonce}", algorithm={algorithm}'
            + (f', qop="{qop}"' if qop else "")
        )

    @override
    def opens(self, request: web.Request) -> bool:
        """Return whether a request has the right digest."""
        scheme, _, rest = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme != "Digest":
            return False
        said = {key: quoted or bare for key, quoted, bare in _PARAMETER.findall(rest)}
        who = self._hash(self._username, "door, front", self._password)
        what = self._hash(request.method, request.raw_path)
        middle = [self._nonce]
        if self._qop:
            middle += [said["nc"], said["cnonce"], self._qop]
        return (said["username"], said["uri"], said["response"]) == (
            self._username,
            request.raw_path,
            self._hash(who, *middle, what),
        )

    def _hash(self, *parts: str) -> str:
        return _HASHES[self._algorithm](":".join(parts).encode()).hexdigest()


class Hosts(AbstractResolver):
    """The names of all hosts, which lead to this machine."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Return where a name leads."""
        return [
            ResolveResult(
                hostname=host, host=HOST, port=port, family=AF_INET, proto=0, flags=0
            )
        ]

    @override
    async def close(self) -> None:
        """Close nothing."""

    async def real_close(self) -> None:
        """Close nothing, when Home Assistant stops."""
