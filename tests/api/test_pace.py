"""How fast messages leave: as fast as they may, and no faster."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from itertools import product
from random import Random
from selectors import SelectSelector
import time
from typing import Any, NamedTuple, override

from aiohttp import ClientSession
from hypothesis import given, strategies as st
import pytest

from custom_components.green_api.api import (
    ChatId,
    GreenApiClient,
    GreenApiRateLimitError,
    Pace,
    RateLimits,
)
from custom_components.green_api.api.pace import RATE, WINDOW
from tests.conftest import ANNA, INSTANCE_ID, TOKEN
from tests.simulator import Instance, Simulator
from tests.simulator.limits import Bucket

from .conftest import Stranger

CHAT = ChatId.parse(ANNA)


class _Leap(SelectSelector):
    """Waits for nothing, and moves a clock on instead."""

    now = 0.0

    @override
    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0
        return super().select(0)


def at_once(main: Coroutine[Any, Any, None]) -> None:
    """Run what waits a lot, in a loop in which an hour takes no time."""
    failures: list[dict[str, Any]] = []

    def loop_factory() -> asyncio.SelectorEventLoop:
        leap = _Leap()
        loop = asyncio.SelectorEventLoop(leap)
        loop.time = lambda: leap.now  # type: ignore[method-assign]
        loop.set_exception_handler(lambda _, context: failures.append(context))
        return loop

    asyncio.run(main, loop_factory=loop_factory)
    # What nobody awaits, such as a timer that raises, is an error nevertheless.
    assert failures == []


def now() -> float:
    return asyncio.get_running_loop().time()


async def room(pace: Pace, most: int = 200) -> int:
    """Return how many pass now, without waiting."""
    for passed in range(most):
        try:
            async with asyncio.timeout(0):
                await pace.async_pass()
        except TimeoutError:
            return passed
    return most


async def moment(pace: Pace, *, urgent: bool = False) -> float:
    """Pass, and return when."""
    await pace.async_pass(urgent=urgent)
    return now()


# As fast as they may


def test_as_long_as_there_are_few_nobody_waits() -> None:
    async def main() -> None:
        pace = Pace()
        for _ in range(3):
            assert await room(pace) == RATE == 50
            await asyncio.sleep(WINDOW)

    at_once(main())


def test_those_who_wait_pass_as_soon_as_they_may() -> None:
    async def main() -> None:
        pace = Pace(2, 1)
        moments = await asyncio.gather(*(moment(pace) for _ in range(5)))
        assert moments == pytest.approx([0, 0, 1, 1, 2])

    at_once(main())


@pytest.mark.parametrize("latency", [0.001, 0.2, 3])
@pytest.mark.parametrize("rate", [1, 10, 50, 400])
def test_alone_it_uses_what_there_is_and_is_never_refused(
    rate: int, latency: float
) -> None:
    async def main() -> None:
        pace, bucket, random = Pace(), Bucket(rate), Random(rate)  # noqa: S311
        seconds = 10

        async def send() -> None:
            await pace.async_pass()
            # Not all are equally fast.
            await asyncio.sleep(latency + random.uniform(0, 0.03))
            assert bucket.take(now())
            pace.take_in(rate, bucket.remaining)

        pace.take_in(rate, None)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(rate * (seconds + 1)):
                tasks.create_task(send())
        # The first second's worth leaves at once.
        assert now() - latency < seconds / 0.95

    at_once(main())


def test_nothing_is_left_behind_by_those_who_gave_up() -> None:
    async def main() -> None:
        pace = Pace(1, 3600)
        await pace.async_pass()
        before = now()
        for urgent in (True, False, True):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(pace.async_pass(urgent=urgent), 1)
        # Else the loop's only timer would be the one for the next hour.
        pace.take_in(2, None)
        assert await room(pace) == 1
        assert now() - before == pytest.approx(3)
        assert pace._timer is None

    at_once(main())


# In order


def test_the_urgent_pass_first_and_all_others_as_they_came() -> None:
    async def main() -> None:
        pace, order = Pace(1, 1), list[str]()

        async def go(name: str) -> None:
            await pace.async_pass(urgent=name.startswith("alarm"))
            order.append(name)

        async with asyncio.TaskGroup() as tasks:
            for name in ("first", "second", "alarm 1", "third", "alarm 2"):
                tasks.create_task(go(name))
        assert order == ["first", "alarm 1", "alarm 2", "second", "third"]

    at_once(main())


def test_who_comes_when_the_loop_was_busy_does_not_pass_before_others() -> None:
    async def main() -> None:
        pace, order = Pace(1, 1), list[str]()

        async def go(name: str) -> None:
            await pace.async_pass()
            order.append(name)

        await pace.async_pass()
        first = asyncio.create_task(go("first"))
        await asyncio.sleep(0)
        # The turn has come, but nothing ran that could have given it.
        leap = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
        leap.now += 2
        await go("second")
        await first
        assert order == ["first", "second"]

    at_once(main())


def test_who_is_cancelled_when_its_turn_has_come_gives_it_back() -> None:
    async def main() -> None:
        pace = Pace(1, 1)
        await pace.async_pass()
        tasks = [asyncio.create_task(moment(pace)) for _ in range(3)]
        await asyncio.sleep(0.5)

        # This is somebody's turn, and the task does not run before it is cancelled.
        pace.take_in(2, None)
        assert tasks[0].cancel()

        assert await asyncio.gather(*tasks[1:]) == pytest.approx([0.5, 1])
        assert tasks[0].cancelled()

    at_once(main())


def test_the_last_one_who_is_cancelled_in_its_turn_leaves_it_to_the_next() -> None:
    async def main() -> None:
        pace = Pace(1, 1)
        await pace.async_pass()
        task = asyncio.create_task(moment(pace))
        await asyncio.sleep(0.5)
        pace.take_in(2, None)
        task.cancel()
        await asyncio.wait([task])

        assert await room(pace) == 1

    at_once(main())


class Comer(NamedTuple):
    """Somebody who comes so long after the one before, and may not wait for ever."""

    after: float
    urgent: bool
    patience: float | None


class Passed(NamedTuple):
    """Who passed, in the order of their passing."""

    number: int
    comer: Comer
    came: float
    passed: float

    @property
    def rank(self) -> tuple[bool, int]:
        return not self.comer.urgent, self.number


# So that much happens at the very same moment.
TIMES = st.sampled_from((0.0, 0.0, 0.0, 0.25, 0.5, 1.0)) | st.floats(0, 2)
COMERS = st.lists(
    st.builds(Comer, TIMES, st.booleans(), st.none() | TIMES), max_size=25
)


async def come(pace: Pace, comers: list[Comer]) -> list[Passed]:
    """Let them come, and return who passed."""
    order: list[Passed] = []

    async def go(number: int, comer: Comer) -> None:
        came = now()
        await pace.async_pass(urgent=comer.urgent)
        order.append(Passed(number, comer, came, now()))

    tasks = []
    for number, comer in enumerate(comers):
        await asyncio.sleep(comer.after)
        tasks.append(task := asyncio.create_task(go(number, comer)))
        if comer.patience is not None:
            asyncio.get_running_loop().call_later(comer.patience, task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)
    return order


@given(rate=st.integers(1, 4), comers=COMERS)
def test_whoever_comes_and_goes_it_stays_fast_fair_and_within_the_limit(
    rate: int, comers: list[Comer]
) -> None:
    async def main() -> None:
        order = await come(Pace(rate, 1), comers)

        for one, later in zip(order, order[rate:], strict=False):
            assert later.passed - one.passed > 1 - 1e-6
        patient = {at for at, comer in enumerate(comers) if comer.patience is None}
        assert patient <= {one.number for one in order}
        for at, one in enumerate(order):
            # Nobody who was there passed later, though it was before this one's turn.
            for late in order[at + 1 :]:
                assert late.came >= one.passed or one.rank < late.rank
            # Nobody waited but for as many who passed within the window.
            recent = [each for each in order[:at] if each.passed > one.passed - 1.0001]
            assert one.passed == one.came or len(recent) >= rate

    at_once(main())


# What GREEN-API says


@pytest.mark.parametrize("rate", [1, 10, 120])
def test_the_rate_is_followed(rate: int) -> None:
    async def main() -> None:
        pace = Pace()
        for each in (rate, 50, rate):
            pace.take_in(each, None)
            assert await room(pace) == each
            await asyncio.sleep(WINDOW)

    at_once(main())


def test_more_room_is_for_those_who_wait() -> None:
    async def main() -> None:
        pace = Pace(1, 1)
        waiting = [asyncio.create_task(moment(pace)) for _ in range(4)]
        await asyncio.sleep(0.5)
        pace.take_in(3, 1)
        assert await asyncio.gather(*waiting) == pytest.approx([0, 0.5, 0.5, 1])

    at_once(main())


@pytest.mark.parametrize(
    ("up", "down"), [pair for pair in product((1, 2, 5), repeat=2) if pair[0] > pair[1]]
)
def test_less_room_and_more_again_is_no_way_around_the_limit(
    up: int, down: int
) -> None:
    async def main() -> None:
        pace = Pace(up, 1)
        assert await room(pace) == up
        pace.take_in(down, None)
        pace.take_in(up, None)
        assert await room(pace) == 0

    at_once(main())


def test_where_somebody_else_takes_what_there_is_the_next_window_is_waited_for() -> (
    None
):
    async def main() -> None:
        pace = Pace(10, 1)
        assert await room(pace, 4) == 4
        pace.take_in(10, 1)
        assert await room(pace, 1) == 1
        pace.take_in(None, 0)
        # Half of it was ours: it may have been all ours, by GREEN-API's clock.
        assert await room(pace, 1) == 1
        await asyncio.sleep(5)

        assert await room(pace, 4) == 4
        pace.take_in(10, 0)
        assert await room(pace) == 0
        await asyncio.sleep(0.99)
        assert await room(pace) == 0
        await asyncio.sleep(0.02)
        assert await room(pace) == 10

    at_once(main())


def test_a_late_answer_tells_of_us_and_of_nobody_else() -> None:
    async def main() -> None:
        pace = Pace(10, 1)
        assert await room(pace) == 10
        await asyncio.sleep(1.5)
        assert await room(pace, 1) == 1
        pace.take_in(10, 0)
        assert await room(pace) == 9

    at_once(main())


def test_it_is_closed_for_as_long_as_somebody_says() -> None:
    async def main() -> None:
        pace = Pace(2, 1)
        await pace.async_pass()
        pace.close(5)
        pace.close(1)
        waiting = [moment(pace), moment(pace, urgent=True), moment(pace)]
        assert await asyncio.gather(*waiting) == pytest.approx([5, 5, 6])

    at_once(main())


def test_it_may_be_closed_while_somebody_waits() -> None:
    async def main() -> None:
        pace = Pace(1, 1)
        waiting = [asyncio.create_task(moment(pace)) for _ in range(3)]
        await asyncio.sleep(0.5)
        pace.close(2)
        assert await asyncio.gather(*waiting) == pytest.approx([0, 2.5, 3.5])

    at_once(main())


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("20", 20),
        ("100", 100),
        *(
            (nonsense, 50)
            for nonsense in ("", "0", "-1", "0.1", "1e3", "ten", "²", "٣")
        ),
        ("9" * 5000, 50),
        (" 20", 50),
    ],
    ids=lambda value: ascii(value)[:10],
)
async def test_a_rate_that_is_none_is_ignored(rate: str, expected: int) -> None:
    limits = RateLimits()
    pace = limits.pace("sendMessage")

    limits.note(
        "sendMessage",
        {"X-RateLimit-Replenish-Rate": rate, "X-RateLimit-Remaining": "x"},
    )
    limits.note("sendMessage", {"Content-Type": "application/json"})
    limits.note("sendPoll", {"X-RateLimit-Replenish-Rate": "1"})

    assert await room(pace) == expected


# Over HTTP


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 466, 500, 502])
async def test_every_answer_is_listened_to(
    stranger: Stranger, session: ClientSession, status: int
) -> None:
    stranger.status, stranger.body = status, b'{"idMessage":"3EB0"}'
    # Their names come in any case.
    stranger.headers = {
        "x-ratelimit-replenish-rate": "3",
        "X-RATELIMIT-REMAINING": "2",
    }
    limits = RateLimits()
    one, other = (
        GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=stranger.url, limits=limits)
        for _ in range(2)
    )
    pace, unpaced = one.pace("sendMessage"), one.pace("sendPoll")
    assert other.pace("sendMessage") is pace

    await asyncio.gather(one.send_message(CHAT, "Hi"), return_exceptions=True)

    assert await room(pace) == 3
    assert await room(unpaced) == 50


async def test_files_have_a_pace_too(
    stranger: Stranger, session: ClientSession
) -> None:
    stranger.body = b'{"urlFile":"https://example.com/a"}'
    stranger.headers = {"X-RateLimit-Replenish-Rate": "3"}
    client = GreenApiClient(session, INSTANCE_ID, TOKEN, media_url=stranger.url)
    pace = client.pace("uploadFile")

    async def content() -> AsyncGenerator[bytes]:
        yield b"png"

    await client.upload_file(content(), name="a.png", content_type="image/png")

    assert await room(pace) == 3


class Clock:
    """GREEN-API's clock, which a test may stop."""

    def __init__(self) -> None:
        self.stopped_at: float | None = None

    def __call__(self) -> float:
        # Four times as fast as ours, for the sake of who waits for the tests.
        return self.stopped_at or 1_791_300_000 + 4 * time.monotonic()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def simulator(socket_enabled: None, clock: Clock) -> AsyncGenerator[Simulator]:
    """Run a GREEN-API whose seconds are short."""
    async with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def _short_window(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than the real one is: what answers here is slow for its clock.
    monkeypatch.setattr(RateLimits, "window", 1.2 / 4)


async def send(client: GreenApiClient) -> None:
    """Send at the pace of the method."""
    await client.pace("sendMessage").async_pass()
    await client.send_message(CHAT, "Hi")


@pytest.mark.usefixtures("real_pace", "_short_window")
async def test_a_burst_leaves_without_being_refused(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.rates["sendMessage"] = 30
    await send(client)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(110):
            tasks.create_task(send(client))

    assert {each.status for each in instance.requests} == {200}
    moments = [each.time for each in instance.requests]
    assert 3 * 0.25 < moments[-1] - moments[0] < 6 * 0.3


@pytest.mark.usefixtures("real_pace", "_short_window")
async def test_who_shares_an_instance_with_others_waits_for_the_next_second(
    session: ClientSession,
    simulator: Simulator,
    client: GreenApiClient,
    instance: Instance,
    clock: Clock,
) -> None:
    others = GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=simulator.url)
    instance.rates["sendMessage"] = 10
    clock.stopped_at = clock()
    for _ in range(9):
        await others.send_message(CHAT, "Hi")
    await send(client)

    waiting = asyncio.create_task(send(client))
    assert await asyncio.wait([waiting], timeout=0.1) == (set(), {waiting})
    clock.stopped_at += 1
    await waiting

    assert {each.status for each in instance.requests} == {200}


@pytest.mark.usefixtures("real_pace", "_short_window")
async def test_who_does_not_know_of_others_is_refused_once(
    session: ClientSession,
    simulator: Simulator,
    client: GreenApiClient,
    instance: Instance,
    clock: Clock,
) -> None:
    others = GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=simulator.url)
    instance.rates["sendMessage"] = 10
    clock.stopped_at = clock()
    for _ in range(10):
        await others.send_message(CHAT, "Hi")

    with pytest.raises(GreenApiRateLimitError):
        await send(client)
    assert await room(client.pace("sendMessage")) == 0
