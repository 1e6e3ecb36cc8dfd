"""A line to a server, on which something happens while it is in use."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import socket
import struct
from typing import Self

from .web_server import HOST

_PIECE = 64 * 1024


class Line:
    """Lead on to a server; each connection meets the next of the `events`.

    An event happens when the first bytes are on the line, and tells whether it breaks.
    """

    def __init__(self, port: int, *events: Callable[[], bool | None]) -> None:
        """Take the server's port; after the last event, nothing happens any more."""
        self._target = port
        self._events = list(events)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return the address."""
        assert self._server
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        """Take calls."""
        # Small, so that what is sent is not on its way as a whole at once.
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIECE)
        listening.bind((HOST, 0))
        self._server = await asyncio.start_server(
            self._answer, sock=listening, limit=_PIECE
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        assert self._server
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        data = await reader.read(_PIECE)
        if self._events and self._events.pop(0)():
            connection: socket.socket = writer.get_extra_info("socket")
            # Not to linger on close is what makes the system send a reset.
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(HOST, self._target)
        back.write(data)
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()
