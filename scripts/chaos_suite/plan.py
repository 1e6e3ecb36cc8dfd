"""What goes wrong when: drawn from a seed, so that it can be played again."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, override

from tests.simulator import FaultKind

from .line import Trouble

# Seconds of traffic per message, all chats together: room for the faults between them.
PACE = 0.17


class Calamity(StrEnum):
    """What goes wrong elsewhere than in an answer or on the line."""

    REFUSED = "refused"
    STARTING = "starting"
    UNLINKED = "unlinked"
    NO_NAME = "noName"
    CLOCK = "clock"
    HANG = "hang"
    HANG_ACCEPTED = "hangAccepted"
    RELOAD = "reload"
    RESTART = "restart"


type Kind = FaultKind | Trouble | Calamity


class Moment(StrEnum):
    """When Home Assistant is killed."""

    ANY = "at any moment"
    CALLED = "just after an action was called"
    ASKED = "while GREEN-API has not taken the message"
    TAKEN = "while GREEN-API has taken the message, and not answered"
    ANSWERED = "just after GREEN-API has answered"


_DESCRIPTIONS: Final[dict[Kind, str]] = {
    FaultKind.TIMEOUT: "No answer for seconds, then closed, message lost",
    FaultKind.TIMEOUT_ACCEPTED: "The answer comes seconds late",
    Calamity.REFUSED: "Nobody listens: connections refused",
    Calamity.STARTING: "Instance starting",
    Calamity.UNLINKED: "Instance unlinked, then linked again",
    Calamity.NO_NAME: "The name does not resolve",
    Calamity.CLOCK: "Clock wrong by an hour or a day",
    Calamity.HANG: "No answer for more than a minute, message lost",
    Calamity.HANG_ACCEPTED: "No answer for more than a minute, message accepted",
    Calamity.RELOAD: "Config entry loaded anew",
    Calamity.RESTART: "Home Assistant stopped and started",
    Trouble.CUT: "Connection reset within the request",
    Trouble.SWALLOW_REQUEST: "Requests vanish, then a reset",
    Trouble.SWALLOW_ANSWER: "Answers vanish, then a reset",
    Trouble.SLOW_REQUEST: "Requests byte by byte",
    Trouble.LATE_REQUEST: "Connection reset, and the request arrives seconds later",
    Trouble.SLOW_ANSWER: "Answers byte by byte",
}

# How often each comes, relative to the others.
_SHARES: Final[dict[Kind, int]] = {
    FaultKind.REFUSE: 4,
    FaultKind.RESET: 6,
    FaultKind.RESET_ACCEPTED: 10,
    FaultKind.TIMEOUT: 6,
    FaultKind.TIMEOUT_ACCEPTED: 6,
    FaultKind.BAD_GATEWAY: 6,
    FaultKind.BAD_GATEWAY_ACCEPTED: 8,
    FaultKind.UNAVAILABLE: 4,
    FaultKind.UNAVAILABLE_ACCEPTED: 6,
    FaultKind.GATEWAY_TIMEOUT: 4,
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED: 8,
    FaultKind.INTERNAL_ERROR: 4,
    FaultKind.INTERNAL_ERROR_ACCEPTED: 6,
    FaultKind.RATE_LIMITED: 12,
    FaultKind.FOREIGN_PAGE: 4,
    FaultKind.BARE_STRING: 4,
    FaultKind.GARBAGE_ACCEPTED: 8,
    FaultKind.EMPTY_ACCEPTED: 6,
    Trouble.CUT: 8,
    Trouble.SWALLOW_REQUEST: 8,
    Trouble.SWALLOW_ANSWER: 8,
    Trouble.SLOW_REQUEST: 8,
    Trouble.SLOW_ANSWER: 8,
    Trouble.LATE_REQUEST: 8,
    Calamity.REFUSED: 12,
    Calamity.STARTING: 8,
    Calamity.UNLINKED: 8,
    Calamity.NO_NAME: 8,
    Calamity.CLOCK: 8,
    Calamity.RELOAD: 4,
    Calamity.RESTART: 2,
    Calamity.HANG: 1,
    Calamity.HANG_ACCEPTED: 1,
}
_HANGS: Final = {Calamity.HANG, Calamity.HANG_ACCEPTED}
_LONGER: Final = {Calamity.STARTING, Calamity.UNLINKED, Calamity.CLOCK}
_HOUR = 3600
_OFFSETS: Final = (_HOUR, -_HOUR, 24 * _HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A fault: how long, for how many requests, and which ones."""

    number: int
    message: int
    kind: Kind
    seconds: float
    times: int | None
    method: str
    offset: int

    @override
    def __str__(self) -> str:
        """Return a line for the log."""
        times = f", {self.times} requests" if self.times else ""
        offset = f", {self.offset:+} s" if self.kind is Calamity.CLOCK else ""
        return f"{self.kind} {self.seconds:.1f} s{times}{offset}, {self.method}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A SIGKILL, and how long nothing runs afterwards."""

    number: int
    message: int
    moment: Moment
    delay: float
    seconds: float

    @override
    def __str__(self) -> str:
        """Return a line for the log."""
        return f"kill {self.moment}, then {self.seconds:.1f} s"


def describe(kind: Kind) -> str:
    """Return what a person reads about a fault."""
    if text := _DESCRIPTIONS.get(kind):
        return text
    assert isinstance(kind, FaultKind)
    return kind.description


def plan(seed: int, messages: int, faults: int, kills: int) -> list[Strike | Kill]:
    """Return what happens, in order. Each comes when so many messages were sent."""
    random = Random(f"plan {seed}")  # noqa: S311 - chance, not secrecy
    events: list[Strike | Kill] = []
    for number, kind in enumerate(_kinds(random, faults), 1):
        longer = 4.0 if kind in _LONGER else 1.0
        # Not at the end, where all would wait for it.
        last = messages // 2 + 1 if kind in _HANGS else messages
        strike = Strike(
            number=number,
            message=random.randrange(last),
            kind=kind,
            seconds=random.uniform(0.5, 3.0) * longer,
            times=random.choice((None, None, 1, 2, 4)),
            method=random.choice(("send*", "send*", "*")),
            offset=random.choice(_OFFSETS),
        )
        events.append(strike)
    moments = [*Moment] * (kills // len(Moment) + 1)
    for number in range(1, kills + 1):
        kill = Kill(
            number=number,
            message=random.randrange(messages),
            moment=moments[number],
            delay=random.uniform(0.0, 0.03),
            seconds=random.uniform(0.0, 3.0),
        )
        events.append(kill)
    return sorted(events, key=lambda event: event.message)


def _kinds(random: Random, count: int) -> list[Kind]:
    """Return kinds in their shares; each of them, if there is room for all."""
    total = sum(_SHARES.values())
    kinds = [
        kind
        for kind, share in _SHARES.items()
        for _ in range(max(1, count * share // total))
    ]
    if (more := count - len(kinds)) > 0:
        kinds += random.choices(list(_SHARES), [*_SHARES.values()], k=more)
    random.shuffle(kinds)
    return kinds[:count]
