"""The storage behind the media address: what was uploaded, for fifteen days."""

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from .files import content_type, extension, extension_for
from .models import File, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from .models import Clock

LIFETIME = 15 * 24 * 60 * 60
PATH = "/mediaout"
RECEIVED = ""


class Storage:
    """The files of one instance."""

    def __init__(
        self, instance_id: str, address: Callable[[], str], clock: Clock
    ) -> None:
        """Start empty; `address` tells where the files are served."""
        self._path = f"{PATH}/{instance_id}/"
        self._address = address
        self._clock = clock
        self._files: dict[str, Upload] = {}

    @property
    def uploads(self) -> list[Upload]:
        """Return what clients uploaded, in order, also when its link is dead by now."""
        return [file for file in self._files.values() if file.method != RECEIVED]

    def keep(self, name: str, kind: str, content: bytes, method: str = RECEIVED) -> str:
        """Keep a file and return its link."""
        ending = extension(name) or extension_for(kind)
        stored = f"{uuid4()}.{ending}"
        url = f"{self._address()}{self._path}{stored}"
        self._files[url] = Upload(
            url=url,
            name=name or stored,
            content_type=content_type(name, kind),
            content=content,
            method=method,
            time=self._clock(),
        )
        return url

    def owns(self, url: str) -> bool:
        """Tell whether a link leads here."""
        return url.startswith(f"{self._address()}{self._path}")

    def find(self, url: str, moment: float | None = None) -> Upload | None:
        """Return what a link leads to, while it lives."""
        now = self._clock() if moment is None else moment
        file = self._files.get(url)
        return file if file and now - file.time <= LIFETIME else None

    def serve(self, stored: str) -> Upload | None:
        """Return what is kept under a name."""
        return self.find(f"{self._address()}{self._path}{stored}")

    def fetch(self, file: File, moment: float) -> File | None:
        """Return a file with its content, as far as it lies here; None when it is gone."""
        if not self.owns(file.url):
            return file
        upload = self.find(file.url, moment)
        return replace(file, content=upload.content) if upload else None
