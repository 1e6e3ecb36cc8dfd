"""What happened, to be read when something went wrong."""

from pathlib import Path
from time import monotonic


class Journal:
    """A log with the seconds since the start."""

    def __init__(self, folder: Path) -> None:
        """Write into a folder."""
        self.path = folder / "events.log"
        self._file = self.path.open("w", buffering=1)
        self._begin = monotonic()
        self._lines: list[tuple[float, str]] = []

    @property
    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self._begin

    def note(self, what: str, at: float | None = None) -> None:
        """Write a line; what is told only later, with its time."""
        moment = self.elapsed if at is None else at - self._begin
        self._lines.append((moment, what))
        self._file.write(_line(moment, what))

    def about(self, word: str) -> str:
        """Return all that has a word in it, in order."""
        found = [line for line in self._lines if word in line[1].split()]
        return "".join(_line(*line) for line in sorted(found))

    def close(self) -> None:
        """Write no more, and put in order what is there."""
        self._file.close()
        self.path.write_text("".join(_line(*line) for line in sorted(self._lines)))


def _line(moment: float, what: str) -> str:
    return f"{moment:8.3f}  {what}\n"
