"""Measure what sending through this integration costs, as ratios within one run.

Against a bare aiohttp POST, and against the thinnest possible notify entity, one that
only posts. All take turns, so that a busy machine slows them alike.
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
import gc
import logging
from multiprocessing import Process, SimpleQueue
from pathlib import Path
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import override

import tests.ha_shim  # isort: skip  # noqa: F401  before anything imports voluptuous

from aiohttp import ClientSession
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from homeassistant import block_async_io
from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component

INSTANCE_ID, TOKEN, CHAT_ID = "7103000001", "token", "79001234567@c.us"
CONCURRENT = 200

# What the ratios may be at most.
LIMIT_ONE_BY_ONE = 1.15
LIMIT_AT_ONCE = 1.25


class Stub(asyncio.Protocol):
    """The least that answers as GREEN-API does, so that little but the client is measured."""

    requests = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    @override
    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode()
            length = next(
                (
                    int(line.partition(":")[2])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length:")
                ),
                0,
            )
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            Stub.requests += 1
            answer = (
                b"%d" % (Stub.requests - 1)
                if head.startswith("GET /requests")
                else b'{"stateInstance":"authorized"}'
                if "/getStateInstance/" in head
                else b'{"idMessage":"3EB0C767D097B7C7C03000"}'
            )
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
            )


def serve(ports: SimpleQueue[int]) -> None:
    """Run the stub in a process of its own, where it takes no time of the client's."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        asyncio.run(main())


class BlockingCallWatch(logging.Handler):
    """Count the calls that Home Assistant finds blocking its event loop."""

    def __init__(self) -> None:
        """Listen to Home Assistant's own watch."""
        super().__init__()
        self.count = 0
        logging.getLogger("homeassistant.util.loop").addHandler(self)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.count += "green_api" in record.getMessage()


class Thin(NotifyEntity):
    """The thinnest possible notify entity."""

    entity_id = "notify.thin"

    def __init__(self, session: ClientSession, url: str) -> None:
        """Take what it posts with, and where to."""
        self._session = session
        self._url = url

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        await post(self._session, self._url, message)


async def post(session: ClientSession, url: str, message: str) -> None:
    """Post a message and see that it was taken."""
    body = {"chatId": CHAT_ID, "message": message}
    async with session.post(url, json=body) as response:
        assert (await response.json())["idMessage"]


@asynccontextmanager
async def home_assistant(base: str) -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant with this integration and the thinnest entity."""
    integration = Path(__file__).parent.parent / "custom_components"
    with TemporaryDirectory() as config:
        (Path(config) / "custom_components").symlink_to(integration)
        async with async_test_home_assistant(config_dir=config) as hass:
            yield await prepared(hass, base)
            await hass.async_stop(force=True)


async def prepared(hass: HomeAssistant, base: str) -> HomeAssistant:
    """Set up this integration and the thinnest entity."""
    frame.async_setup(hass)
    hass.data.pop(DATA_CUSTOM_COMPONENTS)
    # What the notify component asks for and sending does without.
    hass.config.components |= {"http", "repairs"}
    entry = MockConfigEntry(
        domain="green_api",
        title="GREEN-API",
        unique_id=INSTANCE_ID,
        data={
            "instance_id": INSTANCE_ID,
            "token": TOKEN,
            "api_url": base,
            "media_url": base,
            "phone": None,
            "actions": {"green_api": []},
        },
        subentries_data=[
            ConfigSubentryData(
                data={"chat": CHAT_ID},
                subentry_type="chat",
                title="Anna",
                unique_id=CHAT_ID,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "network", {})
    assert await async_setup_component(hass, "notify", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.data[DATA_COMPONENT].async_add_entities(
        [
            Thin(
                async_get_clientsession(hass),
                f"{base}/waInstance{INSTANCE_ID}/sendMessage/{TOKEN}",
            )
        ]
    )
    await hass.async_block_till_done()
    return hass


type Send = Callable[[], Awaitable[None]]


async def seconds(send: Send, times: int, at_once: int) -> float:
    """Return how long that many sends take."""
    gc.collect()
    begin = perf_counter()
    for _ in range(times):
        await asyncio.gather(*(send() for _ in range(at_once)))
    return (perf_counter() - begin) / (times * at_once)


async def compare(
    sends: Sequence[Send], *, rounds: int, times: int, at_once: int
) -> list[list[float]]:
    """Return the times of each way to send, round by round, all taking turns."""
    measured: list[list[float]] = [[] for _ in sends]
    for number in range(rounds):
        # Who goes first changes, as the first may find the machine in another mood.
        for index in sorted(range(len(sends)), key=lambda i: (i + number) % len(sends)):
            measured[index].append(await seconds(sends[index], times, at_once))
    return measured


def ratio(own: Sequence[float], other: Sequence[float]) -> float:
    """Return how many times longer one way took, round by round."""
    return median(a / b for a, b in zip(own, other, strict=True))


async def measure(base: str, rounds: int) -> bool:
    """Measure, print the table, and return whether all is within the limits."""
    watch = BlockingCallWatch()
    block_async_io.enable()
    # Warns of every custom integration.
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)
    async with home_assistant(base) as hass:
        session = async_get_clientsession(hass)
        async with session.get(f"{base}/requests") as response:
            requests = int(await response.read())
        url = f"{base}/waInstance{INSTANCE_ID}/sendMessage/{TOKEN}"

        async def bare() -> None:
            await post(session, url, "Hello")

        async def through(entity_id: str) -> None:
            await hass.services.async_call(
                "notify",
                "send_message",
                {"entity_id": entity_id, "message": "Hello"},
                blocking=True,
            )

        sends: list[Send] = [
            bare,
            lambda: through("notify.thin"),
            lambda: through("notify.anna"),
        ]
        await compare(sends, rounds=3, times=1, at_once=CONCURRENT)
        one_by_one = await compare(sends, rounds=rounds, times=50, at_once=1)
        at_once = await compare(sends, rounds=rounds, times=3, at_once=CONCURRENT)

    print(f"set-up of an entry: {requests} request, {watch.count} blocking calls\n")
    row = "{:<16}{:>10}{:>10}{:>10}{:>9}{:>9}{:>8}".format
    print(row("per message", "POST", "thinnest", "ours", "/ POST", "/ thin", "limit"))
    ok = requests == 1 and not watch.count
    for name, (bare_times, thin_times, own_times), limit in (
        ("one by one", one_by_one, LIMIT_ONE_BY_ONE),
        (f"{CONCURRENT} at once", at_once, LIMIT_AT_ONCE),
    ):
        to_bare, to_thin = ratio(own_times, bare_times), ratio(own_times, thin_times)
        ok = ok and to_thin <= limit
        medians = (median(each) for each in (bare_times, thin_times, own_times))
        times = (f"{each * 1e6:.0f} µs" for each in medians)
        print(row(name, *times, *(f"{each:.2f}" for each in (to_bare, to_thin, limit))))
    return ok


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds: int = parser.parse_args().rounds
    ports: SimpleQueue[int] = SimpleQueue()
    server = Process(target=serve, args=(ports,), daemon=True)
    server.start()
    try:
        return (
            0 if asyncio.run(measure(f"http://127.0.0.1:{ports.get()}", rounds)) else 1
        )
    finally:
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
