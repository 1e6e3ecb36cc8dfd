"""What the Home Assistant under test believes: the time, and that names resolve.

A file in its folder tells it. Only the process that imports this first is deceived; a clock of the
machine and its resolver cannot be touched without being root.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
import json
from pathlib import Path
import socket
from threading import Thread
import time
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult

from homeassistant.util import dt as dt_util

FILE = "chaos.json"
LOOKUPS = "chaos-lookups"
# Reserved for tests: no resolver on earth knows it.
NAME = "green-api.test"
LOCAL = "127.0.0.1"
_GLANCE_SECONDS = 0.05

_true_time = time.time


class Beliefs:
    """What is believed, as the file had it last."""

    def __init__(self, file: Path) -> None:
        """Read the file, and go on reading it."""
        self.offset = 0.0
        self.resolves = True
        self._file = file
        self._read()
        Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_GLANCE_SECONDS)
            self._read()

    def _read(self) -> None:
        # Whoever writes it may not be done.
        with suppress(OSError, ValueError):
            believed = json.loads(self._file.read_text())
            self.offset, self.resolves = believed["offset"], believed["resolves"]


def write_beliefs(folder: Path, *, offset: float, resolves: bool) -> None:
    """Tell the Home Assistant in a folder what to believe."""
    new = folder / f"{FILE}.new"
    new.write_text(json.dumps({"offset": offset, "resolves": resolves}))
    new.replace(folder / FILE)


def deceive_clock(beliefs: Beliefs) -> None:
    """Let Python's and Home Assistant's clocks be wrong. Waiting goes by another one."""

    def now(time_zone: tzinfo | None = None) -> datetime:
        zone = time_zone or dt_util.get_default_time_zone()
        return datetime.now(zone) + timedelta(seconds=beliefs.offset)

    time.time = lambda: _true_time() + beliefs.offset
    dt_util.now = now
    dt_util.utcnow = partial(now, UTC)


class Resolver(AbstractResolver):
    """A resolver that knows one name, and at times not even that."""

    def __init__(self, beliefs: Beliefs, lookups: Path) -> None:
        """Take what is believed, and the file that counts the lookups that fail."""
        self._beliefs = beliefs
        self._lookups = lookups

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        if host != NAME or not self._beliefs.resolves:
            with self._lookups.open("a") as file:
                file.write("x")
            raise OSError(None, "DNS lookup failed")
        return [
            ResolveResult(
                hostname=host,
                host=LOCAL,
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Do nothing: sessions come and go."""

    async def real_close(self) -> None:
        """Do nothing, when Home Assistant stops, either."""
