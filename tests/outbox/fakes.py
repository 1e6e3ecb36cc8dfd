"""A world for the outbox in which hours take no time: a clock, a house, and GREEN-API.

GREEN-API is that of the simulator, without HTTP: what the real client asks for is
carried out, or met by a fault. The house has the real outbox and its real file.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from http import HTTPMethod
import json
from pathlib import Path
from typing import Any, cast, override

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import (
    ChatId,
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiResponseError,
)
from custom_components.green_api.api.answer import read_answer
from custom_components.green_api.const import DOMAIN
from custom_components.green_api.coordinator import GreenApiCoordinator
from custom_components.green_api.deliveries import SIGNAL_DELIVERY, Deliveries, Delivery
from custom_components.green_api.messages import text_messages
from custom_components.green_api.outbox import Outbox, Parcel, Result, Terms
from custom_components.green_api.sent_messages import SentMessages
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from tests.simulator import Instance
from tests.simulator.answers import ApiError
from tests.simulator.calls import Call
from tests.simulator.methods import METHODS
from tests.simulator.models import Json
from tests.simulator.validation import Fields, Query

from .virtual_time import Loop

START = 1_791_300_000.0
TIMEOUT = 60.0


class Trouble(Enum):
    """What meets a request."""

    NO_CONNECTION = auto()
    TOO_MANY = auto()
    LOST = auto()
    LOST_SLOWLY = auto()
    TAKEN = auto()
    TAKEN_SLOWLY = auto()
    TAKEN_LATE = auto()
    NONSENSE = auto()


class World:
    """The clock, GREEN-API, the connection to it, and the house."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".storage").mkdir()
        self.now = 0.0
        self.loop: Loop | None = None
        self.instance = Instance(
            "7103000001", "token", "79990000001", [], self.clock, lambda: "http://x"
        )
        self.instance.settings["outgoingAPIMessageWebhook"] = "yes"
        self.troubles: deque[Trouble] = deque()
        self.connected = True
        self.told: list[Delivery] = []
        # Nobody, while Home Assistant is down.
        self.life: Life | None = None

    def clock(self) -> float:
        """Return the true time."""
        return START + (self.loop.now if self.loop else self.now)

    def utcnow(self) -> datetime:
        """Return what the clock in the house says."""
        return datetime.fromtimestamp(self.clock(), UTC)

    async def carry_out(
        self, method: str, body: Json, query: Mapping[str, str], *, carries_out: bool
    ) -> Json:
        """Let a request meet what stands in its way, and answer it."""
        if self.life is None:
            raise GreenApiConnectionError("killed")
        await asyncio.sleep(0.02)
        if not self.connected:
            raise GreenApiConnectionError("no connection")
        trouble = self.troubles.popleft() if self.troubles else None
        unknown: GreenApiError = (
            GreenApiOutcomeUnknownError("no answer")
            if carries_out
            else GreenApiConnectionError("no connection")
        )
        match trouble:
            case None:
                return self._run(method, body, query, carries_out=carries_out)
            case Trouble.NO_CONNECTION:
                raise GreenApiConnectionError("no connection")
            case Trouble.TOO_MANY:
                raise GreenApiRateLimitError("called too often")
            case Trouble.LOST_SLOWLY:
                await asyncio.sleep(TIMEOUT)
            case Trouble.TAKEN | Trouble.TAKEN_SLOWLY:
                self._run(method, body, query, carries_out=carries_out)
                await asyncio.sleep(TIMEOUT if trouble is Trouble.TAKEN_SLOWLY else 0)
            case Trouble.TAKEN_LATE:
                # A gateway has it, and hands it on a little later.
                asyncio.get_running_loop().call_later(
                    2, lambda: self._run(method, body, query, carries_out=False)
                )
            case Trouble.NONSENSE if not carries_out:
                raise GreenApiResponseError("HTTP 200")
        raise unknown

    def _run(
        self, method: str, body: Json, query: Mapping[str, str], *, carries_out: bool
    ) -> Json:
        known = METHODS[method.lower()]
        fields = Fields(cast("dict[str, Json]", body or {}))
        call = Call(self.instance, known.name, fields, Query(query), self.clock())
        try:
            return known.run(call)
        except ApiError as error:
            answer = error.answer("", self.clock())
            assert isinstance(answer.body, bytes)
            return read_answer(answer.status, answer.body, carries_out=carries_out)


class Connection:
    """What the client takes for its way to GREEN-API."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def request(
        self,
        verb: HTTPMethod,
        method: str,
        body: Json = None,
        *,
        query: Mapping[str, str] | None = None,
        carries_out: bool = False,
        **_: Any,
    ) -> Json:
        """Carry a request there, as JSON."""
        body = json.loads(json.dumps(body))
        return await self._world.carry_out(
            method, body, query or {}, carries_out=carries_out
        )


class House(HomeAssistant):
    """A Home Assistant whose disk takes no time, and none after its death."""

    is_dead = False

    @override
    def async_add_executor_job[*Ts, T](
        self, target: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.loop.create_future()
        if self.is_dead:
            future.set_exception(OSError("killed"))
            return future
        try:
            future.set_result(target(*args))
        except Exception as err:  # noqa: BLE001  the future has it
            future.set_exception(err)
        return future


class Sent(SentMessages):
    """What was sent, as far as one run knows."""

    @override
    def _save(self) -> None:
        """Save nothing."""


class Coordinator(GreenApiCoordinator):
    """The coordinator, with a client that goes nowhere else."""

    def __init__(self, world: World, hass: HomeAssistant) -> None:
        client = GreenApiClient(cast("Any", None), "7103000001", "token")
        vars(client)["_transport"] = Connection(world)
        super().__init__(hass, MockConfigEntry(domain=DOMAIN, entry_id="ENTRY"), client)

    @override
    def subentry_of(self, chat_id: ChatId) -> str:
        """Return a chat's id: all are configured."""
        return str(chat_id)


@dataclass
class Life:
    """One run of Home Assistant, from a start to a stop or a kill."""

    world: World
    loop: Loop

    @classmethod
    def begin(cls, world: World) -> Life:
        """Start."""
        loop = Loop(world.now)
        world.loop = loop
        life = cls(world, loop)
        life.run(life._start())
        return life

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do something."""
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(work)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    def send(self, chat_id: str, text: str, terms: Terms) -> asyncio.Task[Result]:
        """Let somebody send a text."""
        sending = self.outbox.async_send(
            ChatId.parse(chat_id), text_messages(text), terms
        )
        task = self.loop.create_task(sending)
        self.wait(0.001)
        return task

    def cancel(self, parcel: Parcel) -> bool:
        """Let something not leave; return whether that was possible."""
        return self.run(self.outbox.async_cancel(parcel))

    @property
    def waiting(self) -> tuple[Parcel, ...]:
        """Return what is kept."""
        return tuple(self.outbox.kept.parcels)

    def stop(self) -> None:
        """Stop in order; who has no answer yet, is killed later."""
        self.run(self.outbox.async_stop())
        self.wait(0.1)

    def kill(self) -> None:
        """Stop at once: nothing more is written, sent or told."""
        self.world.now = self.loop.now
        self.world.life = None
        self.house.is_dead = True
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.run(self._end(tasks))
        self.loop.close()

    @staticmethod
    async def _end(tasks: set[asyncio.Task[Any]]) -> None:
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _start(self) -> None:
        self.world.life = self
        self.house = hass = House(str(self.world.folder))
        await ir.async_load(hass, load_empty=True)
        self.coordinator = Coordinator(self.world, hass)
        sent = Sent(hass, "ENTRY")
        self.outbox = Outbox(self.coordinator, sent, Deliveries(sent))
        async_dispatcher_connect(hass, SIGNAL_DELIVERY.everywhere, self._hear)
        await self.outbox.async_load()
        self.outbox.async_start()

    @callback
    def _hear(self, entry_id: str, chat: str | None, told: Delivery) -> None:
        if not self.house.is_dead:
            self.world.told.append(told)
