"""How many requests are on their way at once."""

import asyncio

import pytest

from custom_components.green_api.outbox import slots as module
from custom_components.green_api.outbox.slots import FEWEST, MOST, Slots

from ..simulator.testing import until


async def turns() -> None:
    """Let all go on that can."""
    for _ in range(5):
        await asyncio.sleep(0)


def come(slots: Slots, number: int) -> list[asyncio.Future[None]]:
    """Let so many want to leave."""
    return [asyncio.ensure_future(slots.async_take()) for _ in range(number)]


def number_of(coming: list[asyncio.Future[None]]) -> int:
    """Return how many may leave."""
    return sum(each.done() for each in coming)


async def test_few_are_on_their_way_while_answers_are_fast() -> None:
    slots = Slots()
    coming = come(slots, 3 * FEWEST)
    for gone in range(2 * FEWEST):
        await turns()
        assert number_of(coming) == FEWEST + gone
        slots.give_back()
    await asyncio.gather(*coming)


async def test_the_first_to_wait_is_the_next() -> None:
    slots = Slots()
    coming = come(slots, FEWEST + 2)
    await turns()
    slots.give_back()
    await turns()
    assert [each.done() for each in coming[-2:]] == [True, False]
    slots.give_back()
    await asyncio.gather(*coming)


async def test_more_are_on_their_way_while_answers_are_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SLOW", 0.01)
    slots = Slots()
    coming = come(slots, MOST + 5)
    await until(lambda: number_of(coming) >= MOST)
    await asyncio.sleep(0.05)
    assert number_of(coming) == MOST
    for _ in range(5):
        slots.give_back()
    await asyncio.gather(*coming)
    # Those too many are gone when nobody needs them.
    for _ in range(MOST):
        slots.give_back()
    coming = come(slots, FEWEST + 1)
    await turns()
    assert number_of(coming) == FEWEST
    slots.give_back()
    await asyncio.gather(*coming)


async def test_who_is_cancelled_takes_nobodys_place() -> None:
    slots = Slots()
    coming = come(slots, FEWEST + 2)
    await turns()
    coming[-2].cancel()
    await turns()
    slots.give_back()
    await turns()
    assert coming[-1].done()
    assert not coming[-1].cancelled()
    assert slots._timer is None
