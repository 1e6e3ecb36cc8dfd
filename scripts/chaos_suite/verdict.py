"""What was promised against what left for WhatsApp."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What became of a call of the action."""

    LEFT = "left"
    QUEUED = "queued"
    REFUSED = "refused"
    UNANSWERED = "unanswered"

    @property
    def promises(self) -> bool:
        """Tell whether the message has to arrive."""
        return self in (Fate.LEFT, Fate.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the action, with a text of its own, and what came of it."""

    chat_id: str
    text: str
    fate: Fate
    begin: float = 0.0
    end: float = 0.0
    detail: str = ""


@dataclass(slots=True)
class Verdict:
    """What is wrong; nothing should be."""

    lost: list[Call] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    disordered: list[Call] = field(default_factory=list)
    # What nobody sent, or to another chat.
    unknown: list[str] = field(default_factory=list)
    # No promise, and later than what was sent after it.
    late: list[Call] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.lost or self.twice or self.disordered or self.unknown)


def promise(response: dict[str, list[dict[str, str]]]) -> tuple[Fate, str]:
    """Return what the action's response promises for the one message, and by which id."""
    (message,) = response["messages"]
    if message.get("message_id"):
        return Fate.LEFT, message["message_id"]
    if message.get("status") == "queued" and message.get("outbox_id"):
        return Fate.QUEUED, message["outbox_id"]
    what = f"This is no answer of the action: {message}"
    raise AssertionError(what)


def judge(calls: Iterable[Call], arrived: Sequence[tuple[str, str]]) -> Verdict:
    """Compare calls, in order for each chat, with the chats and texts that arrived."""
    verdict = Verdict()
    known = {(call.chat_id, call.text): call for call in calls}
    places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, message in enumerate(arrived):
        places[message].append(place)
    verdict.unknown = [text for chat, text in places if (chat, text) not in known]
    verdict.twice = [text for (_, text), found in places.items() if len(found) > 1]
    verdict.lost = [
        call
        for message, call in known.items()
        if call.fate.promises and message not in places
    ]
    # From the last to the first: who is overtaken, stands behind a later promise.
    first: defaultdict[str, float] = defaultdict(lambda: float("inf"))
    for message, call in reversed(known.items()):
        if message not in places:
            continue
        place = places[message][0]
        if place > first[call.chat_id]:
            (verdict.disordered if call.fate.promises else verdict.late).append(call)
        elif call.fate.promises:
            first[call.chat_id] = place
    return verdict
