"""Who sends: one call after the other in each chat, and what each call promised."""

import asyncio
from random import Random
from typing import Any

import aiohttp

from scripts.demo.progress import Failure

from .journal import Journal
from .plan import PACE
from .stage import Stage
from .verdict import Call, Fate, promise

CHATS = (
    *(f"7900000{number:04}@c.us" for number in range(1, 12)),
    "120363043968066561@g.us",
)
_URGENT = 2  # chats
_CALL_SECONDS = 300


class Senders:
    """All who send."""

    def __init__(self, stage: Stage, journal: Journal, seed: int, count: int) -> None:
        """Share the messages among the chats."""
        self.calls: list[Call] = []
        self.made = 0
        self._stage = stage
        self._journal = journal
        self._seed = seed
        self._shares = [
            len(range(chat, count, len(CHATS))) for chat in range(len(CHATS))
        ]
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Send all."""
        async with asyncio.TaskGroup() as tasks:
            for chat, share in enumerate(self._shares):
                tasks.create_task(self._send_all(chat, share))

    async def reached(self, count: int) -> None:
        """Wait until so many calls were made."""
        while self.made < count:
            self._changed.clear()
            await self._changed.wait()

    async def _send_all(self, chat: int, share: int) -> None:
        random = Random(f"chat {chat} {self._seed}")  # noqa: S311
        for number in range(share):
            await asyncio.sleep(random.expovariate(1 / (PACE * len(CHATS))))
            await self._stage.house.up.wait()
            await self._send(chat, number)

    async def _send(self, chat: int, number: int) -> None:
        self.made += 1
        self._changed.set()
        self._stage.called.set()
        text = f"{self._seed}/{chat}/{number}"
        begin = self._journal.elapsed
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                response = await self._stage.house.api.call_action(
                    "green_api.send_message", self._data(chat, text)
                )
            fate, detail = promise(response)
        except Failure as error:
            fate, detail = Fate.REFUSED, str(error)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            fate, detail = Fate.UNANSWERED, repr(error)
        call = Call(
            chat_id=CHATS[chat],
            text=text,
            fate=fate,
            begin=begin,
            end=self._journal.elapsed,
            detail=detail,
        )
        self.calls.append(call)
        self._journal.note(f"{text} {fate} {call.end - begin:.3f} s {detail}")

    def _data(self, chat: int, text: str) -> dict[str, Any]:
        return {
            "chat_id": [CHATS[chat]],
            "message": text,
            "on_outage": "queue",
            # Long enough for a clock that is a day ahead.
            "expires_after": {"days": 7},
            "priority": "high" if chat < _URGENT else "normal",
        }
