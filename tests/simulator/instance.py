"""One instance: its state, its send queue, the phone behind it and what it was asked."""

from dataclasses import replace
from http import HTTPStatus
import secrets
from time import monotonic
from typing import TYPE_CHECKING, Unpack

from .account import Account
from .answers import ApiError
from .faults import FaultKind, Faults
from .journal import Content, Entry, Journal, incoming
from .limits import Bucket, Plan, Quota
from .models import Host, InstanceState, Message, MessageStatus, Request
from .sendqueue import Queued, SendQueue
from .settings import DEFAULT_SETTINGS
from .storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .models import Clock, Contact, Json, Upload

STARTING = "instance in starting process try later"
NOT_AUTHORIZED = "instance is starting or not authorized"
SUSPENDED = "Your account is suspended"
LARGEST_FILE = 100 * 1024 * 1024


class Instance(Account):
    """An instance. Time is read when someone looks, never waited for: no tasks, no timers."""

    def __init__(
        self,
        instance_id: str,
        token: str,
        phone: str,
        contacts: Iterable[Contact],
        clock: Clock,
        address: Callable[[], str],
    ) -> None:
        """Create a linked instance with an empty queue; `address` is where its files are served."""
        super().__init__(instance_id, contacts)
        self.id = instance_id
        self.token = token
        self.phone = phone
        self.faults = Faults()
        self.quota = Quota(clock)
        self.settings = dict(DEFAULT_SETTINGS)
        self.suspended_until: int | None = None
        self.starting_seconds = 0.0
        self.storage = Storage(instance_id, address, clock)
        self.read_chats: list[tuple[str, str | None]] = []
        self.archived_chats: set[str] = set()
        self.requests: list[Request] = []
        self.most_concurrent = 0
        # What the real server may do one way or the other.
        self.refuse_when_suspended = False
        self.rate_limited = True
        self.rates: dict[str, float] = {}
        self.largest_file = LARGEST_FILE
        self.too_large_status: int = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        self.strict_urls = True
        self.strict_references = False
        self.edit_window: float | None = None
        self.delete_window: float | None = None
        # Bytes behind links to other servers; None: they do not give the file out.
        self.foreign_files: dict[str, int | None] = {}
        self._concurrent = 0
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._state: InstanceState | None = InstanceState.AUTHORIZED
        self._state_since = clock()
        self._starts_into: tuple[float, InstanceState | None] | None = None
        self._queue = SendQueue()
        self._journal = Journal()

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
        self._state, self._state_since = state, self._clock()

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

    # Send queue

    @property
    def send_delay(self) -> float:
        """Return the seconds between two messages, a setting of the instance."""
        delay = self.settings["delaySendMessagesMilliseconds"]
        return delay / 1000 if isinstance(delay, int) else 0.0

    @send_delay.setter
    def send_delay(self, seconds: float) -> None:
        self.settings["delaySendMessagesMilliseconds"] = round(seconds * 1000)

    @property
    def queued(self) -> list[Queued]:
        """Return what still waits, and how it got into the queue."""
        self._advance()
        return self._queue.waiting

    @property
    def queue(self) -> list[Message]:
        """Return the messages that still wait."""
        return [queued.message for queued in self.queued]

    def new_id(self) -> str:
        """Return an id for a message; it tells whether a phone was linked."""
        if self.state is InstanceState.AUTHORIZED:
            return f"3EB0{secrets.token_hex(9).upper()}"
        return f"BAE5{secrets.token_hex(6).upper()}"

    def accept(
        self,
        message: Message,
        method: str,
        body: Mapping[str, Json],
        *,
        doomed: bool = False,
    ) -> str:
        """Put a message into the queue and return the id it got."""
        now = self._clock()
        message = replace(message, id=self.new_id(), timestamp=int(now))
        self._queue.put(
            Queued(message=message, accepted=now, type=method, body=body, doomed=doomed)
        )
        return message.id

    def _advance(self) -> None:
        """Do what has become due since someone last looked."""
        now = self._clock()
        if self._starts_into and self._starts_into[0] <= now:
            moment, state = self._starts_into
            self._starts_into = None
            self._state, self._state_since = state, moment
        linked = self._state is InstanceState.AUTHORIZED
        since = self._state_since if linked else None
        for queued, moment in self._queue.due(now, self.send_delay, since):
            self._deliver(queued, moment)

    def _deliver(self, queued: Queued, moment: float) -> None:
        message = replace(queued.message, timestamp=int(moment))
        failed = queued.doomed
        if message.file and not message.forwarded:
            file = self.storage.fetch(message.file, moment)
            failed = file is None or self.foreign_files.get(file.url, 0) is None
            message = replace(message, file=file or message.file)
        status = MessageStatus.DELIVERED
        if not self.on_whatsapp(message.chat_id):
            status = MessageStatus.NO_ACCOUNT
        elif failed:
            status = MessageStatus.FAILED
        self._journal.add(message, status)

    # Phone

    @property
    def history(self) -> list[Entry]:
        """Return what left the queue and what came in, in order."""
        self._advance()
        return self._journal.entries

    @property
    def journal(self) -> list[tuple[Message, MessageStatus]]:
        """Return all messages that left the queue, in order, and what became of them."""
        return [(one.message, one.status) for one in self.history if one.status]

    @property
    def messages(self) -> list[Message]:
        """Return the messages that arrived, in order."""
        arrived = MessageStatus.DELIVERED
        return [one.message for one in self.history if one.status is arrived]

    @property
    def received(self) -> list[Message]:
        """Return the messages that came in, in order."""
        return [one.message for one in self.history if not one.message.from_me]

    @property
    def uploads(self) -> list[Upload]:
        """Return the files that were uploaded, in order."""
        return self.storage.uploads

    def find(self, chat_id: str, message_id: str) -> Entry | None:
        """Return a message of a chat."""
        self._advance()
        entry = self._journal.find(message_id)
        if entry and self.chat(entry.message.chat_id) == self.chat(chat_id):
            return entry
        return None

    def change(self, message: Message) -> None:
        """Put a message in the place of the one with its id."""
        self._journal.change(message)

    def receive(
        self,
        chat_id: str,
        text: str = "",
        *,
        sender: str | None = None,
        sender_name: str | None = None,
        quoted_message_id: str | None = None,
        forwarded: bool = False,
        **content: Unpack[Content],
    ) -> str:
        """Let somebody write to the account and return the id of the message."""
        self._advance()
        message = incoming(self.storage, chat_id, text, sender, content)
        message = replace(
            message,
            sender_name=sender_name or self.name(message.sender),
            quoted_message_id=quoted_message_id,
            forwarded=forwarded,
            timestamp=int(self._clock()),
        )
        self._journal.add(message)
        return message.id

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
        self._concurrent += 1
        self.most_concurrent = max(self.most_concurrent, self._concurrent)
        return request

    def end(self, request: Request) -> None:
        """Note that a request was answered or given up."""
        request.ended = monotonic()
        self._concurrent -= 1
