"""Fixtures: the client, and servers to talk to, without Home Assistant."""

from collections.abc import AsyncGenerator, Callable

from aiohttp import ClientSession, web
from aiohttp.test_utils import RawTestServer
import pytest

from custom_components.green_api.api import GreenApiClient
from tests.conftest import INSTANCE_ID, TOKEN
from tests.simulator import Instance, Simulator


@pytest.fixture(autouse=True)
def _auto_enable() -> None:
    """Do without Home Assistant."""


@pytest.fixture
async def session(socket_enabled: None) -> AsyncGenerator[ClientSession]:
    """Have a session as Home Assistant has one."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> GreenApiClient:
    """Talk to the simulator."""
    return GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=simulator.url)


class Stranger:
    """A server that answers whatever it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.paths: list[str] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        await request.read()
        self.paths.append(request.raw_path)
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@pytest.fixture
async def stranger(socket_enabled: None) -> AsyncGenerator[Stranger]:
    """Run a server that is no GREEN-API."""
    stranger = Stranger()
    server = RawTestServer(stranger.answer)
    # Without an access log, which would write down the token.
    await server.start_server(access_log=None)
    stranger.url = str(server.make_url(""))
    yield stranger
    await server.close()


type ClientFactory = Callable[[str], GreenApiClient]


@pytest.fixture
def client_of(session: ClientSession) -> ClientFactory:
    """Return what makes a client of a server's address."""
    return lambda url: GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=url)
