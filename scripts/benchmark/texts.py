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

from .home_assistant import post, url_of

CONCURRENT: Final = 200
FEW: Final = 20

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

    def to_each(name: str, number: int) -> Send:
        entity_ids = cycle(f"notify.{name}_{index}" for index in range(number))
        return lambda: through(next(entity_ids))

    row = "{:<20}{:>10}{:>10}{:>10}{:>9}{:>9}{:>8}".format
    print(row("per message", "POST", "thinnest", "ours", "/ POST", "/ thin", "limit"))
    ok = True
    for name, chats, limit in (
        ("one by one", 1, LIMIT_ONE_BY_ONE),
        (f"{CONCURRENT} at once", CONCURRENT, LIMIT_AT_ONCE),
        # Those to one chat leave one after the other, to keep their order, and the
        # thinnest entity keeps none: what that costs, has no limit.
        (f"… to {FEW} chats", FEW, None),
        ("… to one chat", 1, None),
    ):
        sends = [bare, to_each("thin", chats), to_each("chat", chats)]
        times, at_once = (50, 1) if name == "one by one" else (3, CONCURRENT)
        await compare(sends, rounds=3, times=1, at_once=CONCURRENT)
        bare_times, thin_times, own_times = await compare(
            sends, rounds=rounds, times=times, at_once=at_once
        )
        to_bare, to_thin = ratio(own_times, bare_times), ratio(own_times, thin_times)
        ok = ok and (limit is None or to_thin <= limit)
        medians = (median(each) for each in (bare_times, thin_times, own_times))
        print(
            row(
                name,
                *(f"{each * 1e6:.0f} µs" for each in medians),
                f"{to_bare:.2f}",
                f"{to_thin:.2f}",
                "" if limit is None else f"{limit:.2f}",
            )
        )
    return ok
