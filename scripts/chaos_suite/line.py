"""The line between Home Assistant and GREEN-API: a port that forwards, and at times does not."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
import socket
import struct

from .beliefs import LOCAL

_CHUNK = 65536
_SLOW_SECONDS = 2.0  # that a request or an answer takes, byte by byte
_LATE_SECONDS = 3.0  # that a request arrives after its sender has given up
_LINGER_SECONDS = 0.2
_NO_LINGER = struct.pack("ii", 1, 0)


class Trouble(StrEnum):
    """What a line does to what passes."""

    CUT = "cut"
    SWALLOW_REQUEST = "swallowRequest"
    SWALLOW_ANSWER = "swallowAnswer"
    SLOW_REQUEST = "slowRequest"
    SLOW_ANSWER = "slowAnswer"
    LATE_REQUEST = "lateRequest"


_TO_CLIENT = {Trouble.SWALLOW_ANSWER, Trouble.SLOW_ANSWER}
_SWALLOWING = {Trouble.SWALLOW_REQUEST, Trouble.SWALLOW_ANSWER}


class Line:
    """A port of this machine that leads to another one."""

    def __init__(self, target: int) -> None:
        """Lead to the target."""
        self.port = 0
        self.struck: Counter[Trouble] = Counter()
        self._target = target
        self._server: asyncio.Server | None = None
        self._closed = 0
        self._troubles: list[Trouble] = []
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen; on the same port each time."""
        self._server = await asyncio.start_server(self._serve, LOCAL, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Be gone: nobody listens, and what was open is reset."""
        if self._server:
            self._server.close()
            self._server = None
        self.reset()

    async def close(self) -> None:
        """Be gone, once more than it is opened again."""
        self._closed += 1
        self.stop()

    async def reopen(self) -> None:
        """Listen again, if nobody else wants it closed."""
        self._closed -= 1
        if not self._closed:
            await self.start()

    def reset(self) -> None:
        """Reset all that is open."""
        for writer in list(self._open):
            _reset(writer)

    @contextmanager
    def troubled(self, trouble: Trouble) -> Iterator[None]:
        """Have a trouble. What was swallowed meanwhile is reset in the end."""
        self._troubles.append(trouble)
        try:
            yield
        finally:
            self._troubles.remove(trouble)
            if trouble in _SWALLOWING:
                self.reset()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            back, there = await asyncio.open_connection(LOCAL, self._target)
            self._open.add(there)
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, there, writer, to_server=True))
                pumps.create_task(self._pump(back, writer, there, to_server=False))
        except OSError, ExceptionGroup:
            pass
        finally:
            for each in (writer, there):
                if each:
                    self._open.discard(each)
                    each.close()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        origin: asyncio.StreamWriter,
        *,
        to_server: bool,
    ) -> None:
        """Forward in one direction until the end, which ends the other one too."""
        while data := await reader.read(_CHUNK):
            if trouble := self._trouble(to_server=to_server):
                self.struck[trouble] += 1
            match trouble:
                case None:
                    writer.write(data)
                case Trouble.CUT:
                    writer.write(data[: len(data) // 2])
                    await asyncio.sleep(0.01)
                    _reset(origin)
                    _reset(writer)
                case Trouble.SLOW_REQUEST | Trouble.SLOW_ANSWER:
                    await _drip(writer, data)
                case Trouble.LATE_REQUEST:
                    # As a gateway that has given up, and has passed it on all the same.
                    _reset(origin)
                    await asyncio.sleep(_LATE_SECONDS)
                    writer.write(data)
                    await asyncio.sleep(_LINGER_SECONDS)
                case _:
                    # Nothing arrives, until somebody loses patience.
                    pass
            await writer.drain()
        raise ConnectionResetError

    def _trouble(self, *, to_server: bool) -> Trouble | None:
        """Return what happens to what goes in this direction."""
        here = (one for one in self._troubles if (one in _TO_CLIENT) is not to_server)
        return next(here, None)


async def _drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Forward byte by byte."""
    pause = _SLOW_SECONDS / len(data)
    for at in range(len(data)):
        writer.write(data[at : at + 1])
        await asyncio.sleep(pause)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    with suppress(OSError):
        if connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
