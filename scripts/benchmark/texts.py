"""Texts: against a bare POST, and against the thinnest possible notify entity."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
import gc
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .home_assistant import CHATS, post, url_of

CONCURRENT: Final = 200

# What the ratios may be at most.
LIMIT_ONE_BY_ONE: Final = 1.15
LIMIT_AT_ONCE: Final = 1.15

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


async def measure_texts(hass: HomeAssistant, base: str, rounds: int) -> bool:
    """Measure, print the table, and return whether all is within the limits."""
    session = async_get_clientsession(hass)

    async def bare() -> None:
        await post(session, url_of(base, "sendMessage"), "Hello")

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
    # To many chats: those to one leave one after the other, as their order is kept.
    chats = cycle(f"notify.chat_{number}" for number in range(CHATS))
    sends[-1] = lambda: through(next(chats))
    await compare(sends, rounds=3, times=1, at_once=CONCURRENT)
    at_once = await compare(sends, rounds=rounds, times=3, at_once=CONCURRENT)

    row = "{:<16}{:>10}{:>10}{:>10}{:>9}{:>9}{:>8}".format
    print(row("per message", "POST", "thinnest", "ours", "/ POST", "/ thin", "limit"))
    ok = True
    for name, (bare_times, thin_times, own_times), limit in (
        ("one by one", one_by_one, LIMIT_ONE_BY_ONE),
        (f"{CONCURRENT}, {CHATS} chats", at_once, LIMIT_AT_ONCE),
    ):
        to_bare, to_thin = ratio(own_times, bare_times), ratio(own_times, thin_times)
        ok = ok and to_thin <= limit
        medians = (median(each) for each in (bare_times, thin_times, own_times))
        times = (f"{each * 1e6:.0f} µs" for each in medians)
        print(row(name, *times, *(f"{each:.2f}" for each in (to_bare, to_thin, limit))))
    return ok
