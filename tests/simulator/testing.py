"""What the simulator's own tests share: a clock, a client that hides nothing, and fixtures."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from typing import Any

import aiohttp
import pytest

from .instance import Instance
from .models import Contact, ContactType
from .server import Simulator
from .settings import DEFAULT_SETTINGS

# For `import *`, which brings a test module its fixtures.
__all__ = ["api", "clock", "instance", "simulator"]

INSTANCE = "7103000001"
TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef01"
ANNA = "79001234567@c.us"
BORIS = "79007654321@c.us"
FAMILY = "120363043968066561@g.us"
HI = {"chatId": ANNA, "message": "Hi"}
ALL = tuple(name for name in DEFAULT_SETTINGS if name.endswith("Webhook"))
DAY = 24 * 60 * 60


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_791_300_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Api:
    """A client that hides nothing."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session
        self.id = INSTANCE
        self.token = TOKEN
        self.host = simulator.url

    async def __call__(
        self, method: str, body: Any = None, *, verb: str | None = None, **options: Any
    ) -> tuple[int, Any]:
        response = await self.raw(method, body, verb=verb, **options)
        text = await response.text()
        if response.content_type == "application/json" and text:
            return response.status, json.loads(text)
        return response.status, text

    async def raw(
        self, method: str, body: Any = None, *, verb: str | None = None, **options: Any
    ) -> aiohttp.ClientResponse:
        sends = body is not None or options.get("data") is not None
        verb = verb or ("POST" if sends else "GET")
        url = f"{self.host}/waInstance{self.id}/{method}/{self.token}"
        return await self.session.request(verb, url, json=body, **options)

    async def text(self, data: str | bytes) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        return await self("sendMessage", data=data, headers=headers)

    async def sent(self, method: str, body: Any, **options: Any) -> str:
        """Send something, and return its id."""
        status, answer = await self(method, body, **options)
        assert status == 200, answer
        message_id: str = answer["idMessage"]
        return message_id

    async def upload(
        self, content: bytes, *, name: str = "", content_type: str = "image/png"
    ) -> str:
        """Upload a file alone, and return its link."""
        headers = {"Content-Type": content_type}
        if name:
            headers["GA-Filename"] = name
        status, answer = await self("uploadFile", data=content, headers=headers)
        assert (status, list(answer)) == (200, ["urlFile"])
        url: str = answer["urlFile"]
        return url

    async def get(self, url: str) -> tuple[int, bytes, str]:
        """Return what a browser gets."""
        async with self.session.get(url) as response:
            return response.status, await response.read(), response.content_type

    async def receive(self, seconds: int | None = None) -> tuple[int, Any]:
        """Ask for a notification."""
        query = {"receiveTimeout": str(seconds)} if seconds is not None else None
        return await self("receiveNotification", params=query)

    async def delete(self, receipt: Any) -> tuple[int, Any]:
        """Delete the notification with a receipt."""
        url = f"{self.host}/waInstance{self.id}/deleteNotification/{self.token}"
        async with self.session.delete(f"{url}/{receipt}") as response:
            return response.status, await response.json()

    async def refusal(self, method: str, body: Any) -> str:
        """Send something the API refuses, and return why."""
        status, answer = await self(method, body)
        assert status == 400, answer
        message: str = answer["message"]
        return message.removeprefix("Validation failed. Details: ")


def switch_on(instance: Instance, *names: str) -> None:
    """Let notifications into the queue: all of them, unless some settings are named."""
    instance.settings.update(dict.fromkeys(names or ALL, "yes"))


def told(instance: Instance) -> list[Any]:
    """Return the notifications that wait, and forget them."""
    bodies = instance.told
    instance.notifications.clear()
    return bodies


def told_data(instance: Instance) -> Any:
    """Return what the only notification that waits says, and forget it."""
    (body,) = told(instance)
    return body["messageData"]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens on the server's side."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def simulator(socket_enabled: None, clock: Clock) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def instance(simulator: Simulator) -> Instance:
    return simulator.add_instance(
        INSTANCE,
        TOKEN,
        contacts=[
            Contact(id=ANNA, name="Anna", contact_name="Anna Petrova"),
            Contact(id=FAMILY, name="Family", type=ContactType.GROUP),
        ],
    )


@pytest.fixture
async def api(simulator: Simulator, instance: Instance) -> AsyncIterator[Api]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        # Else it repeats what may be repeated when the connection breaks, and hides that it did.
        session._retry_connection = False
        yield Api(simulator, session)
