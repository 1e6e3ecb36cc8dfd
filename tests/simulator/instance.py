"""One instance: its state, its send queue, the phone behind it and what it was asked."""

from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
import secrets
from time import monotonic
from typing import TYPE_CHECKING

from .answers import ApiError
from .faults import FaultKind, Faults
from .limits import Bucket, Plan, Quota
from .models import Clock, Contact, InstanceState, Json, Message, MessageStatus, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

RETENTION = 24 * 60 * 60
STARTING = "instance in starting process try later"
NOT_AUTHORIZED = "instance is starting or not authorized"
SUSPENDED = "Your account is suspended"

DEFAULT_SETTINGS: dict[str, Json] = {
    "countryInstance": "",
    "typeAccount": "",
    "webhookUrl": "",
    "webhookUrlToken": "",
    "delaySendMessagesMilliseconds": 0,
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "sharedSession": "no",
    "proxyInstance": "system proxy",
    "outgoingWebhook": "no",
    "outgoingMessageWebhook": "no",
    "outgoingAPIMessageWebhook": "no",
    "incomingWebhook": "no",
    "deviceWebhook": "no",
    "statusInstanceWebhook": "no",
    "stateWebhook": "no",
    "enableMessagesHistory": "no",
    "keepOnlineStatus": "no",
    "pollMessageWebhook": "no",
    "incomingBlockWebhook": "no",
    "incomingCallWebhook": "no",
    "outgoingCallWebhook": "no",
    "editedMessageWebhook": "no",
    "deletedMessageWebhook": "no",
    "linkPreview": "yes",
    "autoTyping": 0,
    "enableLidMode": "no",
}


@dataclass(frozen=True, slots=True)
class _Queued:
    message: Message
    accepted: float


class Instance:
    """An instance. Time is read when someone looks, never waited for: no tasks, no timers."""

    def __init__(
        self,
        instance_id: str,
        token: str,
        phone: str,
        contacts: Iterable[Contact],
        clock: Clock,
    ) -> None:
        """Create a linked instance with an empty queue."""
        self.id = instance_id
        self.token = token
        self.phone = phone
        self.contacts = list(contacts)
        self.not_on_whatsapp: set[str] = set()
        self.faults = Faults()
        self.quota = Quota(clock)
        self.settings = dict(DEFAULT_SETTINGS)
        self.suspended_until: int | None = None
        self.starting_seconds = 0.0
        self.refuse_when_suspended = False
        self.rate_limited = True
        self.requests: list[Request] = []
        self.most_concurrent = 0
        self._concurrent = 0
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._checked: set[str] = set()
        self._lids: dict[str, str] = {}
        self._state: InstanceState | None = InstanceState.AUTHORIZED
        self._state_since = clock()
        self._starts_into: tuple[float, InstanceState | None] | None = None
        self._queue: list[_Queued] = []
        self._last_sent = 0.0
        self._journal: list[tuple[Message, MessageStatus]] = []

    # State

    @property
    def state(self) -> InstanceState | None:
        """Return the state; None while the instance is being created."""
        self._advance()
        return self._state

    @state.setter
    def state(self, state: InstanceState | None) -> None:
        self._advance()
        self._starts_into = None
        self._enter(state, self._clock())

    def link(self) -> None:
        """Link the instance to the phone: what waits in the queue goes out."""
        self.state = InstanceState.AUTHORIZED

    def unlink(self) -> None:
        """Unlink the instance, as the phone's owner or a logout does."""
        self.state = InstanceState.NOT_AUTHORIZED

    def restart(self) -> None:
        """Be starting for `starting_seconds`, then in the state of before."""
        state = self.state
        if not self.starting_seconds or self._starts_into:
            return
        self.state = InstanceState.STARTING
        self._starts_into = (self._clock() + self.starting_seconds, state)

    def require_started(self) -> None:
        """Refuse what a starting instance cannot take."""
        if self.state in (None, InstanceState.STARTING):
            raise ApiError(HTTPStatus.BAD_REQUEST, STARTING)
        if self.state is InstanceState.SUSPENDED and self.refuse_when_suspended:
            raise ApiError(HTTPStatus.FORBIDDEN, SUSPENDED)

    def require_linked(self) -> None:
        """Refuse what only a linked instance can answer."""
        self.require_started()
        if self.state is InstanceState.NOT_AUTHORIZED:
            raise ApiError(HTTPStatus.BAD_REQUEST, NOT_AUTHORIZED)

    def _enter(self, state: InstanceState | None, moment: float) -> None:
        self._state = state
        self._state_since = moment

    # Send queue and phone

    @property
    def send_delay(self) -> float:
        """Return the seconds between two messages, a setting of the instance."""
        delay = self.settings["delaySendMessagesMilliseconds"]
        return delay / 1000 if isinstance(delay, int) else 0.0

    @send_delay.setter
    def send_delay(self, seconds: float) -> None:
        self.settings["delaySendMessagesMilliseconds"] = round(seconds * 1000)

    @property
    def messages(self) -> list[Message]:
        """Return the messages that arrived, in order."""
        return [
            message
            for message, status in self.journal
            if status is MessageStatus.DELIVERED
        ]

    @property
    def journal(self) -> list[tuple[Message, MessageStatus]]:
        """Return all messages that left the queue, in order, and what became of them."""
        self._advance()
        return list(self._journal)

    @property
    def queue(self) -> list[Message]:
        """Return the messages that still wait."""
        self._advance()
        return [queued.message for queued in self._queue]

    def accept(self, message: Message) -> str:
        """Put a message into the queue and return the id it got."""
        linked = self.state is InstanceState.AUTHORIZED
        message_id = secrets.token_hex(9 if linked else 6).upper()
        message_id = f"3EB0{message_id}" if linked else f"BAE5{message_id}"
        now = self._clock()
        self._queue.append(
            _Queued(replace(message, id=message_id, timestamp=int(now)), now)
        )
        return message_id

    def _advance(self) -> None:
        """Do what has become due since someone last looked."""
        now = self._clock()
        if self._starts_into and self._starts_into[0] <= now:
            moment, state = self._starts_into
            self._starts_into = None
            self._enter(state, moment)
        while self._queue:
            message, accepted = self._queue[0].message, self._queue[0].accepted
            due = max(accepted, self._state_since, self._last_sent + self.send_delay)
            due += (message.typing_time or 0) / 1000
            goes_out = self._state is InstanceState.AUTHORIZED and due <= now
            expired = (due if goes_out else now) - accepted > RETENTION
            if not goes_out and not expired:
                break
            del self._queue[0]
            if not expired:
                self._last_sent = due
                self._deliver(replace(message, timestamp=int(due)))

    def _deliver(self, message: Message) -> None:
        arrived = self.digits(message.chat_id) not in self.not_on_whatsapp
        status = MessageStatus.DELIVERED if arrived else MessageStatus.NO_ACCOUNT
        self._journal.append((message, status))

    # People

    def lid(self, digits: str) -> str:
        """Return the privacy id of a phone number, always the same."""
        number = int(sha256(f"{self.id}:{digits}".encode()).hexdigest(), 16)
        lid = f"{10**14 + number % (9 * 10**14)}@lid"
        self._lids[lid] = digits
        return lid

    def digits(self, chat_id: str) -> str:
        """Return the phone number behind a chat id, or what stands before the @."""
        return self._lids.get(chat_id) or chat_id.partition("@")[0]

    def knows_lid(self, lid: str) -> bool:
        """Tell whether the API ever gave this privacy id out."""
        return lid in self._lids

    def remember_check(self, digits: str) -> bool:
        """Note that a number was checked and tell whether it had been before."""
        before = digits in self._checked
        self._checked.add(digits)
        return before

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
        return self._buckets.setdefault(method, Bucket(rate))

    def fail_chat(
        self, chat_id: str, kind: FaultKind, times: int | None = None
    ) -> None:
        """Switch a fault on for one chat, until it is cleared unless `times` says otherwise."""
        self.faults.add(kind, chat_id=chat_id, times=times)

    # Requests

    def begin(self, method: str, verb: str) -> Request:
        """Note a request that came in."""
        request = Request(method=method, verb=verb, time=monotonic())
        self.requests.append(request)
        self._concurrent += 1
        self.most_concurrent = max(self.most_concurrent, self._concurrent)
        return request

    def end(self, request: Request) -> None:
        """Note that a request was answered or given up."""
        request.ended = monotonic()
        self._concurrent -= 1
