"""Receiving: against the barest loop that receives and deletes."""

import asyncio
from statistics import median
from time import perf_counter
from typing import Final

import aiohttp

from homeassistant.const import CONF_MODE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_state_change_event

from .home_assistant import url_of

ENTITY: Final = "event.anna_message"
IN_A_ROW: Final = 300
ONE_BY_ONE: Final = 100

# Of the bare loop's: how much longer at most, and how much of its throughput at least.
LIMIT_LATENCY: Final = 1.5
LIMIT_THROUGHPUT: Final = 0.8


class Bare:
    """The barest loop."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        """Take where to ask."""
        self._session = session
        self._base = base
        self.count = 0
        self.news = asyncio.Event()

    async def run(self) -> None:
        """Receive and delete, until cancelled."""
        receive = f"{url_of(self._base, 'receiveNotification')}?receiveTimeout=50"
        delete = url_of(self._base, "deleteNotification")
        while True:
            async with self._session.get(receive) as response:
                receipt = await response.json()
            if receipt is None:
                continue
            # A person sees it once it is taken in, which is before it is deleted.
            self.count += 1
            self.news.set()
            url = f"{delete}/{receipt['receiptId']}"
            async with self._session.delete(url) as response:
                await response.read()


class Own:
    """This integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Watch what it makes of what it receives."""
        self.count = 0
        self.news = asyncio.Event()
        self._stop = async_track_state_change_event(hass, ENTITY, self._hear)

    @callback
    def _hear(self, event: Event[EventStateChangedData]) -> None:
        self.count += 1
        self.news.set()


async def _fill(session: aiohttp.ClientSession, base: str, count: int) -> None:
    async with session.get(f"{base}/fill/{count}") as response:
        await response.read()


async def _seconds(
    session: aiohttp.ClientSession, base: str, who: Bare | Own, count: int
) -> float:
    """Return how long it takes until so many are known that arrive at once."""
    end = who.count + count
    begin = perf_counter()
    await _fill(session, base, count)
    while who.count < end:
        who.news.clear()
        await who.news.wait()
    return perf_counter() - begin


async def _measure(
    session: aiohttp.ClientSession, base: str, who: Bare | Own
) -> tuple[list[float], list[float]]:
    """Return the times for one at a time, and for many in a row."""
    await _seconds(session, base, who, IN_A_ROW)
    latencies = []
    for _ in range(ONE_BY_ONE):
        # So that it waits again.
        await asyncio.sleep(0.005)
        latencies.append(await _seconds(session, base, who, 1))
    in_a_row = [await _seconds(session, base, who, IN_A_ROW) for _ in range(5)]
    return latencies, in_a_row


async def measure_receiving(hass: HomeAssistant, base: str, rounds: int) -> bool:
    """Measure, print the table, and return whether all is within the limits."""
    session = async_get_clientsession(hass)
    [entry] = hass.config_entries.async_entries("green_api")
    bare_one: list[float] = []
    bare_many: list[float] = []
    own_one: list[float] = []
    own_many: list[float] = []
    own = Own(hass)
    # They cannot take turns message by message: only one may ask at a time.
    for _ in range(max(1, rounds // 10)):
        bare = Bare(session, base)
        loop = asyncio.create_task(bare.run())
        one, many = await _measure(session, base, bare)
        bare_one += one
        bare_many += many
        loop.cancel()
        await asyncio.wait([loop])

        hass.config_entries.async_update_entry(entry, options={CONF_MODE: "poll"})
        await hass.async_block_till_done()
        one, many = await _measure(session, base, own)
        own_one += one
        own_many += many
        hass.config_entries.async_update_entry(entry, options={CONF_MODE: "off"})
        await hass.async_block_till_done()

    latency = median(own_one) / median(bare_one)
    throughput = median(bare_many) / median(own_many)
    row = "{:<16}{:>10}{:>10}{:>9}{:>8}".format
    print(row("receiving", "bare", "ours", "ratio", "limit"))
    for name, bare_time, own_time, ratio, limit in (
        ("latency", median(bare_one), median(own_one), latency, LIMIT_LATENCY),
        (
            f"{IN_A_ROW} in a row",
            median(bare_many) / IN_A_ROW,
            median(own_many) / IN_A_ROW,
            throughput,
            LIMIT_THROUGHPUT,
        ),
    ):
        times = (f"{each * 1e6:.0f} µs" for each in (bare_time, own_time))
        print(row(name, *times, f"{ratio:.2f}", limit))
    return latency <= LIMIT_LATENCY and throughput >= LIMIT_THROUGHPUT
