"""The short version of scripts/chaos: the outbox among faults, with a reload for the kill."""

import asyncio
from contextlib import suppress
from random import Random
from typing import Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from scripts.chaos_suite.verdict import Call, Fate, Verdict, judge, promise

from ..actions import go_away, send_message
from ..conftest import ANNA, BORIS, FAMILY
from ..simulator import FaultKind, Instance, InstanceState, Simulator

MESSAGES = 60
FAULTS = 25
CHATS = (ANNA, BORIS, FAMILY)
# What passes by itself; a refused token or a used-up quota does not.
KINDS: Final = (
    FaultKind.REFUSE,
    FaultKind.RESET,
    FaultKind.RESET_ACCEPTED,
    FaultKind.TIMEOUT,
    FaultKind.TIMEOUT_ACCEPTED,
    FaultKind.BAD_GATEWAY,
    FaultKind.BAD_GATEWAY_ACCEPTED,
    FaultKind.UNAVAILABLE,
    FaultKind.UNAVAILABLE_ACCEPTED,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED,
    FaultKind.INTERNAL_ERROR,
    FaultKind.INTERNAL_ERROR_ACCEPTED,
    FaultKind.RATE_LIMITED,
    FaultKind.FOREIGN_PAGE,
    FaultKind.BARE_STRING,
    FaultKind.GARBAGE_ACCEPTED,
    FaultKind.EMPTY_ACCEPTED,
    InstanceState.STARTING,
    InstanceState.NOT_AUTHORIZED,
    None,
)
LATE = {FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED}


class Chaos:
    """Senders, and what goes wrong while they send."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        simulator: Simulator,
        seed: int,
    ) -> None:
        self.hass = hass
        self.entry = entry
        self.simulator = simulator
        (self.instance,) = simulator.instances.values()
        self.random = Random(seed)  # noqa: S311
        self.calls: list[Call] = []
        self.faults = [self.random.choice(KINDS) for _ in range(FAULTS)]
        self.strikes = sorted(self.random.randrange(MESSAGES) for _ in range(FAULTS))

    async def run(self) -> Verdict:
        """Send all, let all be well, and judge what has arrived."""
        async with asyncio.TaskGroup() as tasks:
            for chat_id in CHATS:
                tasks.create_task(self._send_all(chat_id))
            tasks.create_task(self._strike_all())
            tasks.create_task(self._reload())
        self.instance.faults.clear()
        self.instance.link()
        promised = {call.text for call in self.calls if call.fate.promises}
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while promised - {text for _, text in self._arrived()}:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        # For what might come a second time.
        await asyncio.sleep(0.2)
        return judge(self.calls, self._arrived())

    def _arrived(self) -> list[tuple[str, str]]:
        return [(one.chat_id, one.text) for one, _ in self.instance.journal]

    async def _send_all(self, chat_id: str) -> None:
        for number in range(MESSAGES // len(CHATS)):
            text, fate = f"{chat_id} {number}", Fate.REFUSED
            with suppress(HomeAssistantError):
                response = await send_message(
                    self.hass, text, chat_id=chat_id, on_outage="queue"
                )
                fate, _ = promise(response)
            self.calls.append(Call(chat_id=chat_id, text=text, fate=fate))
            await asyncio.sleep(self.random.uniform(0, 0.03))

    async def _reached(self, count: int) -> None:
        while len(self.calls) < count:  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(0.005)

    async def _strike_all(self) -> None:
        for count, kind in zip(self.strikes, self.faults, strict=True):
            await self._reached(count)
            await self._strike(kind)

    async def _strike(self, kind: FaultKind | InstanceState | None) -> None:
        seconds = self.random.uniform(0.0, 0.05)
        match kind:
            case FaultKind():
                self.instance.faults.add(
                    kind,
                    method=self.random.choice(("sendMessage", "*")),
                    times=self.random.choice((1, 1, 2, 4)),
                    delay=0.05 if kind in LATE else 0.0,
                )
            case InstanceState():
                self.instance.state = kind
                await asyncio.sleep(seconds)
                self.instance.link()
            case None:
                port = self.simulator.port
                await go_away(self.simulator)
                await asyncio.sleep(seconds)
                await self.simulator.start(port)

    async def _reload(self) -> None:
        await self._reached(MESSAGES // 2)
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)


@pytest.mark.parametrize("seed", [1, 3])
async def test_nothing_is_lost_twice_or_out_of_order(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    seed: int,
) -> None:
    # Else GREEN-API need not know what it has taken, and nobody can tell.
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    assert await Chaos(hass, loaded, simulator, seed).run() == Verdict()
    assert await hass.config_entries.async_unload(loaded.entry_id)
