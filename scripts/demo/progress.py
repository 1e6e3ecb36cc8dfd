"""What a person sees meanwhile, in the manner of `scripts/lib.sh`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
import os
import sys
from time import monotonic

_TERMINAL = sys.stdout.isatty()
_COLOURS = _TERMINAL and "NO_COLOR" not in os.environ
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_BOLD, _DIM, _RED, _GREEN = 1, 2, 31, 32


class Failure(Exception):  # noqa: N818 - it is the demo that fails, not the code
    """The demo cannot go on; the text tells a person why."""


class Step:
    """A line of the progress; `aside` is what to say beside its label in the end."""

    aside = ""


@asynccontextmanager
async def step(label: str) -> AsyncIterator[Step]:
    """Tick a line when its work is done, and say how long it took."""
    line = Step()
    start = monotonic()
    spinner = asyncio.create_task(_spin(label, start)) if _TERMINAL else None
    failed = True
    try:
        yield line
        failed = False
    finally:
        if spinner:
            spinner.cancel()
            _write("\r\x1b[K")
        if failed:
            _write(f"{_paint(_RED, '✗')} {label}\n")
        else:
            seconds = f"{monotonic() - start:.0f} s"
            aside = f"{line.aside}, {seconds}" if line.aside else seconds
            _write(f"{_paint(_GREEN, '✓')} {label}  {_paint(_DIM, aside)}\n")


def say(text: str = "") -> None:
    """Say something as it is."""
    _write(f"{text}\n")


def bold(text: str) -> str:
    """Return a text to be seen first."""
    return _paint(_BOLD, text)


def dim(text: str) -> str:
    """Return a text to be seen last."""
    return _paint(_DIM, text)


async def _spin(label: str, start: float) -> None:
    for turn in count():
        seconds = f"{monotonic() - start:.0f} s"
        _write(f"\r{_FRAMES[turn % len(_FRAMES)]} {label}  {_paint(_DIM, seconds)}")
        await asyncio.sleep(0.125)


def _paint(code: int, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if _COLOURS else text


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
