"""The server: where the API, the uploaded files and the phones are found."""

import asyncio
from contextlib import suppress
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web

from .api import Api
from .files import file_answer
from .instance import Instance
from .phone import Phone
from .storage import PATH as STORAGE_PATH
from .webhooks import push_all

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from .models import Clock, Contact

HOST = "127.0.0.1"
LARGEST_BODY = 200 * 1024 * 1024


def _now() -> float:
    # Looked up at each call, so that a test which stops the clock stops this one too.
    return time.time()


class Simulator:
    """A GREEN-API with any number of instances, on this machine only."""

    def __init__(self, clock: Clock = _now, *, media_port: bool = False) -> None:
        """Create a server that is not listening yet; `clock` tells the Unix time.

        With a `media_port` uploads have an address of their own, as with the real API.
        """
        self.instances: dict[str, Instance] = {}
        self.port = 0
        self.media_port: int | None = 0 if media_port else None
        self.clock = clock
        self._runners: list[web.AppRunner] = []
        self._stopping = asyncio.Event()
        self._webhooks: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Return the address of the API and, opened in a browser, of the phones."""
        return f"http://{HOST}:{self.port}"

    @property
    def media_url(self) -> str:
        """Return the address that takes uploads."""
        return f"http://{HOST}:{self.media_port or self.port}"

    @property
    def running(self) -> bool:
        """Tell whether the server listens."""
        return bool(self._runners)

    def add_instance(
        self,
        instance_id: str,
        token: str,
        *,
        phone: str = "79990000001",
        contacts: Iterable[Contact] = (),
    ) -> Instance:
        """Create a linked instance."""
        instance = Instance(
            instance_id, token, phone, contacts, self.clock, lambda: self.url
        )
        self.instances[instance_id] = instance
        return instance

    async def start(self, port: int = 0, media_port: int = 0) -> None:
        """Listen on these ports, or on any free ones."""
        if self._runners:
            return
        self._stopping = asyncio.Event()
        apart = self.media_port is not None
        api = Api(self.instances, self.clock, self._stopping, media_apart=apart)
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(Phone(self.instances, self.clock).routes())
        app.router.add_get(f"{STORAGE_PATH}/{{id}}/{{name}}", self._file)
        app.router.add_route("*", "/{path:.*}", api.handle)
        try:
            self.port = await self._listen(app, port)
            if apart:
                app = web.Application(client_max_size=LARGEST_BODY)
                app.router.add_route("*", "/{path:.*}", api.handle_media)
                self.media_port = await self._listen(app, media_port)
        except OSError:
            await self.stop()
            raise
        self._webhooks = asyncio.create_task(push_all(self.instances, self.clock))

    async def _listen(self, app: web.Application, port: int) -> int:
        # A client that hangs up ends its request, as with the real server.
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        listening: int = runner.addresses[0][1]
        return listening

    async def stop(self) -> None:
        """Be gone: connections are refused until the next start. Instances are kept."""
        runners, self._runners = self._runners, []
        self._stopping.set()
        for instance in self.instances.values():
            instance.notifications.release()
        if self._webhooks:
            self._webhooks.cancel()
            with suppress(asyncio.CancelledError):
                await self._webhooks
            self._webhooks = None
        for runner in runners:
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

    async def _file(self, request: web.Request) -> web.Response:
        """Serve what was uploaded."""
        instance = self.instances.get(request.match_info["id"])
        name = request.match_info["name"]
        upload = instance.storage.serve(name) if instance is not None else None
        if upload is None:
            raise web.HTTPNotFound(text="No such file")
        return file_answer(request, upload.content, upload.content_type, upload.name)
