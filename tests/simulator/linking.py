"""How a phone gets linked: a QR code that changes all the time, or a code to type."""

import base64
from hashlib import sha256
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Clock

QR_SECONDS = 20
CODE_SECONDS = 150
# What WhatsApp's codes are made of: nothing that looks like something else.
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
_CODE_LENGTH = 8


class Linking:
    """The codes of one instance. A new one makes those before it worthless."""

    def __init__(self, clock: Clock) -> None:
        """Start without a code to type."""
        self._clock = clock
        self._secret = secrets.token_bytes(16)
        self._code = ""
        self._phone = ""
        self._until = 0.0

    @property
    def qr(self) -> str:
        """Return what the QR code says at this moment."""
        window = int(self._clock() // QR_SECONDS)
        parts = (self._noise(f"{window}:{part}") for part in range(4))
        return f"2@{','.join(parts)}"

    def new_code(self, phone: str) -> str:
        """Return a code to type on the phone with this number."""
        letters = (secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        self._code, self._phone = "".join(letters), phone
        self._until = self._clock() + CODE_SECONDS
        return self._code

    def phone(self, code: str) -> str | None:
        """Return the number of the phone a code links, as long as it is good."""
        typed = code.replace("-", "").replace(" ", "").upper()
        good = self._code and typed == self._code and self._clock() <= self._until
        return self._phone if good else None

    def renew(self) -> None:
        """Make all codes worthless."""
        self._secret, self._code = secrets.token_bytes(16), ""

    def _noise(self, part: str) -> str:
        digest = sha256(self._secret + part.encode()).digest()
        return base64.b64encode(digest).decode()
