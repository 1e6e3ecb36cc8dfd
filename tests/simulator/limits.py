"""How much a client may ask: requests per second, and the quotas of a plan per month."""

from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from .answers import QuotaError

if TYPE_CHECKING:
    from .models import Clock, Json


class Bucket:
    """A bucket of tokens for one method, filled up once per period."""

    def __init__(self, rate: float) -> None:
        """Allow `rate` calls a second; below one, a single call per 1/rate seconds."""
        self.rate = rate
        self.remaining = self._size = max(1, int(rate))
        self._period = max(1.0, 1 / rate)
        self._filled = float("-inf")

    def take(self, now: float) -> bool:
        """Take a token and tell whether there was one."""
        # A clock that was set back opens a new period too, else it would close the bucket for long.
        if not 0 <= now - self._filled < self._period:
            self._filled = now
            self.remaining = self._size
        if not self.remaining:
            return False
        self.remaining -= 1
        return True


class Plan(StrEnum):
    """What the owner of the instance pays for."""

    DEVELOPER = "developer"
    BUSINESS = "business"


CHATS_PER_MONTH = {Plan.DEVELOPER: 3}
CALLS_PER_MONTH = {
    Plan.DEVELOPER: {
        "checkWhatsapp": 100,
        "getContacts": 1000,
        "getMessage": 1000,
        "lastIncomingMessages": 1000,
        "lastOutgoingMessages": 1000,
    },
    Plan.BUSINESS: {"checkWhatsapp": 30_000},
}


class Quota:
    """What an instance used up this month. Counters start anew on the first."""

    def __init__(self, clock: Clock, plan: Plan = Plan.BUSINESS) -> None:
        """Start with nothing used."""
        self.plan = plan
        # Calls per month, by method, where they differ from the plan's: its list changes.
        self.calls: dict[str, int] = {}
        self._clock = clock
        self._month = (0, 0)
        self._used: Counter[str] = Counter()
        self._chats: list[str] = []

    @property
    def used(self) -> Counter[str]:
        """Return the calls of this month, by method."""
        self._turn_page()
        return self._used

    @property
    def chats(self) -> list[str]:
        """Return the chats of this month; the first ones win."""
        self._turn_page()
        return self._chats

    def check(self, method: str, chat_id: str | None = None) -> None:
        """Raise when the plan does not cover one more call, or a new chat."""
        allowed = (CALLS_PER_MONTH[self.plan] | self.calls).get(method)
        if allowed is not None and self.used[method] >= allowed:
            raise QuotaError(self.method_exceeded(method, allowed))
        if chat_id is not None and not self._covers(chat_id):
            raise QuotaError(self.chats_exceeded(method))

    def _covers(self, chat_id: str) -> bool:
        most = CHATS_PER_MONTH.get(self.plan)
        return most is None or chat_id in self.covered or len(self.chats) < most

    @property
    def covered(self) -> list[str]:
        """Return the chats of this month the plan covers."""
        return self.chats[: CHATS_PER_MONTH.get(self.plan, len(self.chats))]

    def meet(self, chat_id: str) -> bool:
        """Count the chat of a message that came in, and tell whether the plan covers it."""
        covered = self._covers(chat_id)
        if covered:
            self._count_chat(chat_id)
        return covered

    def _count_chat(self, chat_id: str) -> None:
        if chat_id not in self.chats:
            self.chats.append(chat_id)

    def count(self, method: str, chat_id: str | None) -> None:
        """Count a call that was accepted."""
        self.used[method] += 1
        if chat_id is not None:
            self._count_chat(chat_id)

    def method_exceeded(self, method: str, allowed: int) -> Json:
        """Return the answer to a call of a method whose quota is used up."""
        return {
            "invokeStatus": {
                "method": method.lower(),
                "used": self.used[method],
                "total": allowed,
                "status": "QUOTE_EXCEEDED",
                "description": f"Monthly quota has been exceeded for {method}. {_ADVICE}",
            }
        }

    def chats_exceeded(self, method: str) -> Json:
        """Return the answer to a message to a chat the plan does not cover."""
        covered = self.covered
        return {
            "invokeStatus": {
                "method": method.lower(),
                "used": self.used[method],
                "total": 0,
                "status": "QUOTE_ALLOWED",
            },
            "correspondentsStatus": {
                "method": "correspondents",
                "used": len(covered),
                "total": len(covered),
                "status": "CORRESPONDENTS_QUOTE_EXCEEDED",
                "description": (
                    "Monthly quota has been exceeded. You can only send or receive messages from "
                    f"these numbers: {','.join(covered)}. {_ADVICE}"
                ),
            },
        }

    def _turn_page(self) -> None:
        today = datetime.fromtimestamp(self._clock(), UTC)
        if self._month != (month := (today.year, today.month)):
            self._month = month
            self._used.clear()
            self._chats.clear()


_ADVICE = (
    "Please go to your personal account and change the tariff to business "
    "https://console.green-api.com"
)
