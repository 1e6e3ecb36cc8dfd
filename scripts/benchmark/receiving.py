"""Receiving: against the barest loop that receives and deletes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
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
ONE_BY_ONE: Final = 30
# After so many seconds Home Assistant has written down that the options have changed.
SETTLE: Final = 1.5

# So many times as long as the bare loop takes to receive and delete, until the state has
# changed; and 0.8 of its throughput at least.
LIMIT_LATENCY: Final = 1.5
LIMIT_IN_A_ROW: Final = 1.25


@dataclass(frozen=True, slots=True)
class Times:
    """How long it takes, in seconds: of one at a time, and of one of many in a row."""

    known: float
    done: float
    in_a_row: float


class Count:
    """How many notifications were taken in, and when the last one was.

    It is known before the bare loop has deleted it, and then done; of this integration,
    both is the change of the state.
    """

    count = 0
    known_at = 0.0
    done_at = 0.0

    def __init__(self) -> None:
        """Start with none."""
        self.news = asyncio.Event()

    def add(self) -> None:
        """Take in one more."""
        self.count += 1
        self.done_at = perf_counter()
        self.news.set()


class Bare(Count):
    """The barest loop."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        """Take where to ask."""
        super().__init__()
        self._session = session
        self._base = base

    async def run(self) -> None:
        """Receive and delete, until cancelled."""
        receive = f"{url_of(self._base, 'receiveNotification')}?receiveTimeout=50"
        delete = url_of(self._base, "deleteNotification")
        while True:
            async with self._session.get(receive) as response:
                receipt = await response.json()
            if receipt is None:
                continue
            self.known_at = perf_counter()
            url = f"{delete}/{receipt['receiptId']}"
            async with self._session.delete(url) as response:
                await response.read()
            self.add()


class Own(Count):
    """This integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Watch what it makes of what it receives."""
        super().__init__()
        self._stop = async_track_state_change_event(hass, ENTITY, self._hear)

    @callback
    def _hear(self, event: Event[EventStateChangedData]) -> None:
        self.add()
        self.known_at = self.done_at


async def _take_in(
    session: aiohttp.ClientSession, base: str, who: Count, count: int
) -> tuple[float, float]:
    """Return how long it takes until so many are known, and done, that arrive at once."""
    end = who.count + count
    async with session.get(f"{base}/fill/{count}") as response:
        queued_at = float(await response.read())
    while who.count < end:
        who.news.clear()
        await who.news.wait()
    return who.known_at - queued_at, who.done_at - queued_at


async def _measure(session: aiohttp.ClientSession, base: str, who: Count) -> Times:
    await asyncio.sleep(SETTLE)
    await _take_in(session, base, who, IN_A_ROW)
    alone = []
    for _ in range(ONE_BY_ONE):
        # So that it waits again.
        await asyncio.sleep(0.005)
        alone.append(await _take_in(session, base, who, 1))
    in_a_row = [await _take_in(session, base, who, IN_A_ROW) for _ in range(3)]
    return Times(
        known=median(known for known, _ in alone),
        done=median(done for _, done in alone),
        in_a_row=median(done for _, done in in_a_row) / IN_A_ROW,
    )


async def _measure_bare(session: aiohttp.ClientSession, base: str) -> Times:
    bare = Bare(session, base)
    loop = asyncio.create_task(bare.run())
    times = await _measure(session, base, bare)
    loop.cancel()
    await asyncio.wait([loop])
    return times


async def _measure_own(
    hass: HomeAssistant, session: aiohttp.ClientSession, base: str, own: Own
) -> Times:
    [entry] = hass.config_entries.async_entries("green_api")
    hass.config_entries.async_update_entry(entry, options={CONF_MODE: "poll"})
    await hass.async_block_till_done()
    times = await _measure(session, base, own)
    hass.config_entries.async_update_entry(entry, options={CONF_MODE: "off"})
    await hass.async_block_till_done()
    return times


async def measure_receiving(hass: HomeAssistant, base: str, rounds: int) -> bool:
    """Measure, print the table, and return whether all is within the limits."""
    session = async_get_clientsession(hass)
    own = Own(hass)
    # They cannot take turns message by message: only one may ask at a time.
    turns = [
        (
            await _measure_bare(session, base),
            await _measure_own(hass, session, base, own),
        )
        for _ in range(max(1, rounds // 3))
    ]

    row = "{:<22}{:>10}{:>10}{:>9}{:>8}".format
    print(row("receiving", "bare", "ours", "ratio", "limit"))

    def ratio(name: str, of: Callable[[Times], float], limit: str = "") -> float:
        # Of each turn by itself, as the machine has other things to do as well.
        found = median(of(own) / of(bare) for bare, own in turns)
        bare_time, own_time = (
            median(of(turn[who]) for turn in turns) for who in (0, 1)
        )
        times = (f"{each * 1e6:.0f} µs" for each in (bare_time, own_time))
        print(row(name, *times, f"{found:.2f}", limit))
        return found

    ratio("one, until received", lambda times: times.known)
    latency = ratio("one, until deleted", lambda times: times.done, f"{LIMIT_LATENCY}")
    in_a_row = ratio(
        f"{IN_A_ROW} in a row", lambda times: times.in_a_row, f"{LIMIT_IN_A_ROW}"
    )
    return latency <= LIMIT_LATENCY and in_a_row <= LIMIT_IN_A_ROW
