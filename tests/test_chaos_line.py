"""The line of scripts/chaos: it has to fail in the way that it says."""

import asyncio
from collections.abc import AsyncGenerator
import time

import aiohttp
import pytest

from scripts.chaos_suite import line as chaos_line
from scripts.chaos_suite.line import Line, Trouble

from .simulator import Instance, Simulator
from .simulator.testing import *  # noqa: F403  the fixtures
from .simulator.testing import HI, Api, until


@pytest.fixture
async def line(
    simulator: Simulator, api: Api, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Line]:
    """Have a line to the simulator, which the client takes."""
    monkeypatch.setattr(chaos_line, "_SLOW_SECONDS", 0.2)
    monkeypatch.setattr(chaos_line, "_LATE_SECONDS", 0.2)
    line = Line(simulator.port)
    await line.start()
    api.host = f"http://127.0.0.1:{line.port}"
    yield line
    line.stop()
    await asyncio.sleep(0.01)


async def test_without_a_trouble_all_passes(
    api: Api, line: Line, instance: Instance
) -> None:
    assert (await api("sendMessage", HI))[0] == 200
    assert len(instance.messages) == 1
    assert not line.struck


@pytest.mark.parametrize(
    ("trouble", "arrives"),
    [
        (Trouble.CUT, False),
        (Trouble.SWALLOW_REQUEST, False),
        (Trouble.SWALLOW_ANSWER, True),
        (Trouble.LATE_REQUEST, True),
    ],
)
async def test_troubles_that_leave_no_answer(
    api: Api, line: Line, instance: Instance, trouble: Trouble, *, arrives: bool
) -> None:
    with line.troubled(trouble):
        sending = asyncio.create_task(api("sendMessage", HI))
        await until(lambda: line.struck[trouble] > 0)
        await asyncio.sleep(0.05)
        assert len(instance.messages) == (trouble is Trouble.SWALLOW_ANSWER)
    with pytest.raises(aiohttp.ClientConnectionError):
        await sending
    await asyncio.sleep(0.3)
    assert len(instance.messages) == arrives


@pytest.mark.parametrize("trouble", [Trouble.SLOW_REQUEST, Trouble.SLOW_ANSWER])
async def test_troubles_that_take_time(
    api: Api, line: Line, instance: Instance, trouble: Trouble
) -> None:
    begin = time.monotonic()
    with line.troubled(trouble):
        assert (await api("sendMessage", HI))[0] == 200
    assert time.monotonic() - begin > 0.2
    assert len(instance.messages) == 1


async def test_nobody_listens_until_all_have_opened_it_again(
    api: Api, line: Line, instance: Instance
) -> None:
    await line.close()
    await line.close()
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError):
            await api("sendMessage", HI)
        await line.reopen()
    assert (await api("sendMessage", HI))[0] == 200
    assert len(instance.messages) == 1
