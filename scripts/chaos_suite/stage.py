"""Where it all happens: GREEN-API, the line to it and Home Assistant, and how each goes wrong."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from scripts.demo.progress import Failure
from tests.simulator import Fault, FaultKind, Instance, InstanceState, Simulator

from .house import House
from .journal import Journal
from .line import Line, Trouble
from .plan import Calamity, Kill, Kind, Moment, Strike

_SEND = "sendMessage"
_LATE_SECONDS = (
    3.0  # after which a request that hangs is dropped, or answered after all
)
_HANG_SECONDS = 75.0  # longer than the integration waits
_STALE_SECONDS = 12.0  # after which a fault that nobody ran into is over
_KILL_SECONDS = 3.0  # that a kill waits for its moment
_GLANCE_SECONDS = 0.002
_STATES = {
    Calamity.STARTING: InstanceState.STARTING,
    Calamity.UNLINKED: InstanceState.NOT_AUTHORIZED,
}
_HANGS = {
    Calamity.HANG: FaultKind.TIMEOUT,
    Calamity.HANG_ACCEPTED: FaultKind.TIMEOUT_ACCEPTED,
}
_LATE = {FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED}


class Stage:
    """All that can go wrong, and how often it did."""

    def __init__(
        self, simulator: Simulator, instance: Instance, house: House, journal: Journal
    ) -> None:
        """Take the stage as it is built."""
        self.simulator = simulator
        self.instance = instance
        self.house = house
        self.line = Line(simulator.port)
        self.planned: Counter[Kind] = Counter()
        self.struck: Counter[Kind] = Counter()
        self.kills = 0
        # Told by whoever calls an action.
        self.called = asyncio.Event()
        self._journal = journal
        self._states: list[InstanceState] = []
        # One at a time starts, stops, reloads or kills.
        self._process = asyncio.Lock()

    @property
    def sends(self) -> int:
        """Return how many requests to send GREEN-API got."""
        return sum(one.method == _SEND for one in self.instance.requests)

    async def strike(self, strike: Strike) -> None:
        """Let a fault come and go."""
        self._journal.note(f"fault {strike.number} begins: {strike}")
        self.planned[strike.kind] += 1
        struck = await self._strike(strike)
        self.struck[strike.kind] += struck
        self._journal.note(f"fault {strike.number} is over")

    async def _strike(self, strike: Strike) -> int:
        """Let a fault come and go, and return how often it struck."""
        match strike.kind:
            case FaultKind():
                return await self._misbehave(strike)
            case Trouble():
                return await self._trouble(strike.kind, strike.seconds)
            case Calamity.HANG | Calamity.HANG_ACCEPTED:
                kind = _HANGS[strike.kind]
                async with self._fault(kind, delay=_HANG_SECONDS) as fault:
                    await _until(lambda: fault.struck > 0, _STALE_SECONDS)
                return fault.struck
            case Calamity.STARTING | Calamity.UNLINKED:
                return await self._change_state(strike)
            case Calamity.REFUSED:
                await self.line.close()
                await asyncio.sleep(strike.seconds)
                await self.line.reopen()
            case Calamity.NO_NAME:
                return await self._forget_name(strike)
            case Calamity.CLOCK:
                self.house.believe(offset=strike.offset)
                await asyncio.sleep(strike.seconds)
                self.house.believe(offset=0)
            case Calamity.RELOAD:
                async with self._process:
                    await self.house.reload()
            case Calamity.RESTART:
                async with self._process:
                    await self.house.end()
                    await self.house.begin()
        return 1

    async def _misbehave(self, strike: Strike) -> int:
        """Let GREEN-API answer wrongly, some requests or for some time."""
        assert isinstance(strike.kind, FaultKind)
        delay = _LATE_SECONDS if strike.kind in _LATE else 0.0
        async with self._fault(
            strike.kind, method=strike.method, times=strike.times, delay=delay
        ) as fault:
            if strike.times is None:
                await asyncio.sleep(strike.seconds)
            await _until(lambda: fault.struck >= (strike.times or 1), _STALE_SECONDS)
        return fault.struck

    async def _trouble(self, trouble: Trouble, seconds: float) -> int:
        """Let the line have a trouble, until somebody has run into it."""
        struck = self.line.struck
        before = struck[trouble]
        with self.line.troubled(trouble):
            await asyncio.sleep(seconds)
            await _until(lambda: struck[trouble] > before, _STALE_SECONDS)
        return struck[trouble] - before

    async def _change_state(self, strike: Strike) -> int:
        assert isinstance(strike.kind, Calamity)
        before = self.sends
        state = _STATES[strike.kind]
        self._states.append(state)
        self.instance.state = state
        await asyncio.sleep(strike.seconds)
        self._states.remove(state)
        if self._states:
            self.instance.state = self._states[-1]
        else:
            self.instance.link()
        return self.sends - before

    async def _forget_name(self, strike: Strike) -> int:
        before = self.house.failed_lookups
        self.house.believe(resolves=False)
        # Who is connected asks for no name.
        self.line.reset()
        await asyncio.sleep(strike.seconds)
        self.house.believe(resolves=True)
        return self.house.failed_lookups - before

    @asynccontextmanager
    async def _fault(
        self,
        kind: FaultKind,
        *,
        method: str = _SEND,
        times: int | None = 1,
        delay: float = 0.0,
    ) -> AsyncIterator[Fault]:
        faults = self.instance.faults
        fault = faults.add(kind, method=method, times=times, delay=delay)
        try:
            yield fault
        finally:
            faults.remove(fault)

    # Kills

    async def kill(self, kill: Kill) -> None:
        """Kill Home Assistant, and start it again."""
        async with self._process:
            self._journal.note(f"kill {kill.number}: {kill}")
            await self._moment(kill)
            await self.house.kill()
            self.kills += 1
            self._journal.note(f"kill {kill.number} done")
            await asyncio.sleep(kill.seconds)
            await self.house.begin()
            self._journal.note(f"start {self.house.starts} works")

    async def _moment(self, kill: Kill) -> None:
        """Wait for the moment, but not for ever."""
        match kill.moment:
            case Moment.ANY:
                return
            case Moment.CALLED:
                self.called.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.called.wait(), _KILL_SECONDS)
                # On its way: in the web server, on the disk, or at GREEN-API.
                await asyncio.sleep(kill.delay)
            case Moment.ANSWERED:
                begin = len(self.instance.requests)

                def answered() -> bool:
                    new = self.instance.requests[begin:]
                    return any(one.method == _SEND and one.ended for one in new)

                await _until(answered, _KILL_SECONDS)
            case Moment.ASKED | Moment.TAKEN:
                taken = kill.moment is Moment.TAKEN
                kind = FaultKind.TIMEOUT_ACCEPTED if taken else FaultKind.TIMEOUT
                async with self._fault(kind, delay=_LATE_SECONDS) as fault:
                    await _until(lambda: fault.struck > 0, _KILL_SECONDS)
                    # Before the fault is gone, and what it holds goes on.
                    await self.house.kill()

    # The end

    async def calm_down(self) -> None:
        """Let all be well from now on."""
        self.instance.faults.clear()
        self.house.believe(offset=0, resolves=True)
        if self.instance.state is not InstanceState.AUTHORIZED:
            self.instance.link()
        if not self.house.up.is_set():
            raise Failure("Home Assistant is not there in the end.")


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until it is so, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(_GLANCE_SECONDS)
