"""Pictures of QR codes."""

import base64
from functools import lru_cache
import struct
import zlib

# Home Assistant brings it along, for the second factor of its logins.
import pyqrcode  # type: ignore[import-untyped]

DOTS_PER_MODULE = 5
QUIET_MODULES = 4


@lru_cache(maxsize=8)
def qr_png(content: str) -> str:
    """Return a QR code as a PNG in base64."""
    modules: list[list[int]] = pyqrcode.create(content, error="L").code
    margin = [0] * QUIET_MODULES
    blank = [[0] * (len(modules) + 2 * QUIET_MODULES)] * QUIET_MODULES
    rows = [*blank, *([*margin, *row, *margin] for row in modules), *blank]
    lines = b"".join(_line(row) * DOTS_PER_MODULE for row in rows)
    side = len(rows) * DOTS_PER_MODULE
    # One bit for a dot, in grey: nothing else needs to be said about the picture.
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)
    return base64.b64encode(png).decode()


def _line(modules: list[int]) -> bytes:
    """Return a line of dots, eight to a byte; it is preceded by how it is filtered: not."""
    bits = "".join(("1", "0")[module] * DOTS_PER_MODULE for module in modules)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
    )
