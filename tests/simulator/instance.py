"""One instance: all that it is, what it allows and what it was asked."""

from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from .correspondents import Correspondents
from .faults import FaultKind, Faults
from .limits import Bucket, Plan
from .models import Host, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .models import Clock, Contact

LARGEST_FILE = 100 * 1024 * 1024
# It may wait for long, beside all else that is asked.
POLL = "receiveNotification"


class Instance(Correspondents):
    """An instance, with its switches. Unless somebody polls it or it has a webhook, it is at rest."""

    def __init__(
        self,
        instance_id: str,
        token: str,
        phone: str,
        contacts: Iterable[Contact],
        clock: Clock,
        address: Callable[[], str],
    ) -> None:
        """Create a linked instance with empty queues; `address` is where its files are served."""
        super().__init__(instance_id, phone, contacts, clock, address)
        self.token = token
        self.faults = Faults()
        self.read_chats: list[tuple[str, str | None]] = []
        self.archived_chats: set[str] = set()
        self.requests: list[Request] = []
        self.most_concurrent = 0
        # What the real server may do one way or the other.
        self.rate_limited = True
        # Calls a second, by method, where they differ from the page's.
        self.rates: dict[str, float] = {}
        self.largest_file = LARGEST_FILE
        self.too_large_status: int = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        self.strict_urls = True
        self.strict_references = False
        self.edit_window: float | None = None
        self.delete_window: float | None = None
        self.qr_error_when_linked = False
        self._concurrent = 0
        self._buckets: dict[str, Bucket] = {}

    # Limits and faults

    @property
    def plan(self) -> Plan:
        """Return the plan the quota follows."""
        return self.quota.plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        self.quota.plan = plan

    def bucket(self, method: str, rate: float) -> Bucket:
        """Return the bucket of a method."""
        rate = self.rates.get(method, rate)
        bucket = self._buckets.get(method)
        if bucket is None or bucket.rate != rate:
            bucket = self._buckets[method] = Bucket(rate)
        return bucket

    def fail_chat(
        self, chat_id: str, kind: FaultKind, times: int | None = None
    ) -> None:
        """Switch a fault on for one chat, until it is cleared unless `times` says otherwise."""
        self.faults.add(kind, chat_id=chat_id, times=times)

    # Requests

    def begin(
        self, method: str, verb: str, host: Host, headers: Mapping[str, str]
    ) -> Request:
        """Note a request that came in."""
        request = Request(
            method=method, verb=verb, time=monotonic(), host=host, headers=headers
        )
        self.requests.append(request)
        self._concurrent += method != POLL
        self.most_concurrent = max(self.most_concurrent, self._concurrent)
        return request

    def end(self, request: Request) -> None:
        """Note that a request was answered or given up."""
        request.ended = monotonic()
        self._concurrent -= request.method != POLL
