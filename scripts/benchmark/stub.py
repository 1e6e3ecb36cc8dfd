"""The least that answers as GREEN-API does, so that little but the client is measured.

It allows a million calls a second: what a pace costs is measured, not how long it makes
one wait.
"""

import asyncio
from contextlib import suppress
from multiprocessing import SimpleQueue
import re
from time import perf_counter, time
from typing import Final, override

FILE_SIZE: Final = 100 * 1024 * 1024

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NOTIFICATION: Final = (
    b'{"receiptId":%d,"body":{"typeWebhook":"incomingMessageReceived",'
    b'"instanceData":{"idInstance":7103000001,"wid":"79990000001@c.us",'
    b'"typeInstance":"whatsapp"},"timestamp":%d,"idMessage":"3EB0%018d",'
    b'"senderData":{"chatId":"79001234567@c.us","chatName":"Anna",'
    b'"sender":"79001234567@c.us","senderName":"Anna","senderContactName":"Anna"},'
    b'"messageData":{"typeMessage":"textMessage",'
    b'"textMessageData":{"textMessage":"Hi"}}}}'
)
_SENT: Final = b'{"idMessage":"3EB0C767D097B7C7C03000"}'
_ANSWERS: Final = {
    b"getStateInstance": b'{"stateInstance":"authorized"}',
    b"getSettings": b"{}",
    b"setSettings": b'{"saveSettings":true}',
    b"deleteNotification": b'{"result":true,"reason":""}',
    b"uploadFile": b'{"urlFile":"https://media/3EB0C767.mp4"}',
}
_CHUNK: Final = bytes(256 * 1024)


class Stub(asyncio.BufferedProtocol):
    """One connection."""

    requests = 0
    received = 0
    # How many notifications wait, the number of the first, and who waits for one.
    queued = 0
    first = 1
    polling: Stub | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = bytearray(1024 * 1024)
        self._head = b""
        self._left = 0
        self._to_send = 0
        self._may_send = True

    @override
    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._buffer)

    @override
    def buffer_updated(self, nbytes: int) -> None:
        Stub.received += nbytes
        if self._left:
            self._left -= nbytes
        else:
            self._head += self._buffer[:nbytes]
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self._head[:end])
            body = len(self._head) - end - 4
            self._left = (int(length[1]) if length else 0) - body
        if not self._left:
            self._answer(self._head.partition(b" HTTP")[0])
            self._head = b""

    def _answer(self, call: bytes) -> None:
        if call == b"GET /file.mp4":
            self._write(b"video/mp4", FILE_SIZE)
            self._to_send = FILE_SIZE
            self._send()
        elif call == b"GET /counts":
            self._json(b"[%d,%d]" % (Stub.requests, Stub.received))
        elif call.startswith(b"GET /fill/"):
            # By a clock that all processes have in common.
            now = perf_counter()
            Stub.queued += int(call.rpartition(b"/")[2])
            if Stub.polling:
                Stub.polling.hand_out()
            self._json(b"%f" % now)
        else:
            Stub.requests += 1
            self._answer_as_green_api(call.split(b"/")[2])

    def _answer_as_green_api(self, method: bytes) -> None:
        if method == b"receiveNotification":
            Stub.polling = self
            self.hand_out()
            return
        if method == b"deleteNotification":
            Stub.queued -= 1
            Stub.first += 1
        self._json(_ANSWERS.get(method, _SENT))

    def hand_out(self) -> None:
        """Answer with the first notification, once there is one."""
        if Stub.queued > 0 and not self._transport.is_closing():
            Stub.polling = None
            self._json(_NOTIFICATION % (Stub.first, int(time()), Stub.first))

    def _json(self, answer: bytes) -> None:
        self._write(b"application/json", len(answer), answer)

    def _write(self, kind: bytes, length: int, body: bytes = b"") -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nX-RateLimit-Replenish-Rate: 1000000\r\n"
            b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (kind, length, body)
        )

    def _send(self) -> None:
        while self._to_send and self._may_send:
            self._transport.write(_CHUNK)
            self._to_send -= len(_CHUNK)

    @override
    def pause_writing(self) -> None:
        self._may_send = False

    @override
    def resume_writing(self) -> None:
        self._may_send = True
        self._send()


def serve(ports: SimpleQueue[int]) -> None:
    """Run the stub in a process of its own, where it takes no time of the client's."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        asyncio.run(main())
