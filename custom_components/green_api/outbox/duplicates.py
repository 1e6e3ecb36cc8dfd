"""What was said already: the same text, with the same tag, to the same chat."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
import sqlite3
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..api import ChatId
from ..messages import Message
from . import content
from .database import Database
from .parcel import Said

# In any case it is remembered for so many seconds.
_REMEMBERED_FOR: Final = 24 * 60 * 60
# So many are remembered before it is looked whether some can be forgotten.
_ENOUGH: Final = 1000


class Duplicates:
    """Remember what was said, also after a restart.

    What is kept is written down together with its parcel, else it might be said to be a
    duplicate of something that nobody will ever get.
    """

    def __init__(self, database: Database) -> None:
        """Take where to remember it."""
        self._database = database
        self._said: dict[tuple[str, str, str], Said] = {}

    @callback
    def async_take_in(self, said: Iterable[Said]) -> None:
        """Take in what is on the disk."""
        self._said = {each.key: each for each in said}

    def find(self, said: Said) -> Said | None:
        """Return what was said, as it is remembered."""
        return self._said.get(said.key)

    @callback
    def async_say(
        self,
        chat_id: ChatId,
        tag: str,
        messages: Sequence[Message],
        within: timedelta,
    ) -> Said | None:
        """Remember what is said now; return None if it was said within that time."""
        now, seconds = dt_util.utcnow().timestamp(), within.total_seconds()
        until = now + max(seconds, _REMEMBERED_FOR)
        said = Said(str(chat_id), tag, content.digest(messages), now, until)
        before = self._said.get(said.key)
        if before is not None and now - before.at < seconds:
            return None
        if len(self._said) > _ENOUGH:
            self._said = {
                key: each for key, each in self._said.items() if each.until > now
            }
        self._said[said.key] = said
        return said

    @callback
    def async_note_soon(self, said: Said) -> None:
        """Write down what was said."""

        def note(database: sqlite3.Connection) -> None:
            said.note(database)

        # Should that fail, it is only forgotten at the next start.
        self._database.async_do_soon(note).add_done_callback(asyncio.Future.exception)

    @callback
    def async_take_back(self, said: Said) -> None:
        """Forget what was not said after all."""
        if self._said.get(said.key) is not said:
            return
        del self._said[said.key]

        def forget(database: sqlite3.Connection) -> None:
            database.execute(
                "delete from told where chat_id = ? and tag = ? and digest = ?",
                said.key,
            )

        self._database.async_do_soon(forget).add_done_callback(asyncio.Future.exception)
