"""What became of the messages that were sent."""

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .api import Message, MessageStatus, StatusNotification
from .chat_signal import ChatSignal
from .errors import describe_status, translated
from .sent_messages import SentMessages

# GREEN-API does not tell it in order, and what is late is no news: each outranks those
# before it.
_RANKS: Final[Mapping[MessageStatus, int]] = {
    MessageStatus.SENT: 1,
    MessageStatus.FAILED: 2,
    MessageStatus.NO_ACCOUNT: 2,
    MessageStatus.NOT_IN_GROUP: 2,
    MessageStatus.DELIVERED: 3,
    MessageStatus.READ: 4,
}
FAILURES: Final = frozenset(
    {MessageStatus.FAILED, MessageStatus.NO_ACCOUNT, MessageStatus.NOT_IN_GROUP}
)
_REMEMBERED: Final = 5000
# So many of our own messages, as GREEN-API tells of them, are kept for a while.
_ECHOES: Final = 500

# What waited in the outbox for too long; GREEN-API knows nothing of it.
EXPIRED: Final = "expired"

# Something became of a message that was sent.
SIGNAL_DELIVERY: Final[ChatSignal[Delivery]] = ChatSignal("delivery")


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """How far a message has come; without a repr, as Home Assistant logs what it tells."""

    message_id: str
    chat_id: str
    status: MessageStatus | str
    description: str | None = None
    tag: str | None = None
    outbox_id: str | None = None


class Deliveries:
    """Know how far the messages of one instance have come."""

    def __init__(self, sent: SentMessages) -> None:
        """Take what the instance has sent."""
        self._sent = sent
        self._known: OrderedDict[str, StatusNotification] = OrderedDict()
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        # Those that left the outbox, of which it was told that they are sent.
        self._left: OrderedDict[str, str] = OrderedDict()
        # Whether anything will be heard of them at all.
        self.receiving = False
        self._echoes: deque[tuple[float, Message]] = deque(maxlen=_ECHOES)

    @callback
    def async_hear(self, message: Message) -> None:
        """Take in what GREEN-API tells of a message that it was given by its API."""
        self._echoes.append((asyncio.get_running_loop().time(), message))

    def echoes(self, since: float | None) -> list[Message]:
        """Return such messages, those heard since then by the clock of the event loop."""
        return [each for tick, each in self._echoes if since is None or tick >= since]

    @callback
    def async_leave(self, message_id: str, outbox_id: str) -> None:
        """Take in that it was told of a message that it is sent."""
        self._left[message_id] = outbox_id
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)

    @callback
    def async_take(self, notification: StatusNotification) -> Delivery | None:
        """Return how far a message has come; None if that is known, or of no use."""
        message_id, status = notification.message_id, notification.status
        known = self._known.get(message_id)
        if status not in _RANKS or (known and _RANKS[status] <= _RANKS[known.status]):
            return None
        chat_id = notification.chat_id or ""
        delivery = Delivery(
            message_id,
            chat_id,
            status,
            notification.description,
            self._sent.tag_of(message_id),
            self._left.get(message_id),
        )
        self._known.pop(message_id, None)
        self._known[message_id] = notification
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        for future in self._waiting.get(message_id, ()):
            if not future.done():
                future.set_result(None)
        if status is MessageStatus.SENT and delivery.outbox_id:
            return None
        return delivery

    async def async_wait(
        self,
        hass: HomeAssistant,
        message_id: str,
        wanted: MessageStatus,
        until: asyncio.Timeout,
    ) -> MessageStatus:
        """Return how far a message has come, once it is as far as wanted.

        Raises HomeAssistantError when it failed, or is not that far in time.
        """
        reached: MessageStatus | None = None
        try:
            async with until:
                while True:
                    with self._news(message_id) as news:
                        known = self._known.get(message_id)
                        if known:
                            reached = known.status
                            if reached in FAILURES:
                                break
                            if _RANKS[reached] >= _RANKS[wanted]:
                                return reached
                        await news
        except TimeoutError as err:
            raise translated(
                "not_that_far",
                wanted=describe_status(hass, wanted),
                reached=describe_status(hass, reached),
            ) from err
        reason = known.description or describe_status(hass, reached)
        raise translated("not_delivered", reason=reason)

    @contextmanager
    def _news(self, message_id: str) -> Iterator[asyncio.Future[None]]:
        """Give something to wait for until there is news of a message."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[message_id].append(future)
        try:
            yield future
        finally:
            self._waiting[message_id].remove(future)
            if not self._waiting[message_id]:
                del self._waiting[message_id]
