"""Hand each notification on, once, to whom it may concern."""

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util

from ..api import (
    CallNotification,
    Json,
    Media,
    Message,
    MessageNotification,
    MessageSource,
    Notification,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    UnknownNotification,
)
from ..coordinator import GreenApiCoordinator
from ..deliveries import SIGNAL_DELIVERY, Deliveries
from .chat_event import ChatEvent
from .chats import Chats
from .seen import Seen
from .signals import SIGNAL_CHAT_EVENT, SIGNAL_RECEIVED

_LOGGER = logging.getLogger(__name__)

# Of those that could not be understood, the shapes of so many are kept.
_SHAPES: Final = 20
_WORD: Final = re.compile(r"[A-Za-z]{1,40}")
# Where the files of so many messages lie, is kept for whoever wants to save one.
_MEDIA: Final = 200


@dataclass(slots=True)
class Statistics:
    """What was received; nothing in it tells of a person."""

    last_received: datetime | None = None
    lag: timedelta | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    not_understood: deque[Any] = field(default_factory=lambda: deque(maxlen=_SHAPES))


@dataclass(frozen=True, slots=True)
class RecentMedia:
    """The file of a message, and the chat it is in."""

    chat_id: str = field(repr=False)
    media: Media


class Dispatcher:
    """Hand on what one instance receives."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        coordinator: GreenApiCoordinator,
        deliveries: Deliveries,
        seen: Seen,
    ) -> None:
        """Take the instance, and what it has handed on before."""
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._deliveries = deliveries
        self._seen = seen
        self._chats = Chats(hass, entry, coordinator.client)
        self.statistics = Statistics()
        # By the id of the message, the latest at the end.
        self.recent_media: OrderedDict[str, RecentMedia] = OrderedDict()

    async def async_dispatch(self, body: Json) -> None:
        """Hand a notification on, if that was not done before; it may be anything.

        When this returns, it is remembered, and a moment later on the disk.
        """
        notification = Notification.from_answer(body)
        # One after the other: a webhook may get several at once.
        async with self._seen.turn:
            self._note(notification, body)
            if notification.key in self._seen:
                self.statistics.repeated += 1
                return
            try:
                await self._async_hand_on(notification)
            except Exception:
                # A mistake of ours must not block the next.
                self.statistics.not_understood.append(shape(body))
                _LOGGER.exception("A notification could not be handed on")
            self._seen.async_add(notification.key)
        async_dispatcher_send(self._hass, SIGNAL_RECEIVED.format(self._entry.entry_id))

    async def _async_hand_on(self, notification: Notification) -> None:
        match notification:
            case MessageNotification(message=message, source=source):
                if source is MessageSource.API:
                    self._deliveries.async_hear(message)
                self._remember_media(message)
                await self._async_tell(ChatEvent.from_message(message))
            case CallNotification():
                await self._async_tell(ChatEvent.from_call(notification))
            case StatusNotification():
                if notification.sent_by_api is False:
                    return
                if delivery := self._deliveries.async_take(notification):
                    chat = await self._chats.async_find(delivery.chat_id)
                    SIGNAL_DELIVERY.async_tell(
                        self._hass, self._entry.entry_id, chat, delivery
                    )
            case StateNotification(state=state, timestamp=timestamp):
                self._coordinator.async_take_state(state, timestamp)
            case QuotaNotification(chat_ids=chat_ids):
                self._coordinator.async_take_quota(chat_ids)

    async def _async_tell(self, event: ChatEvent) -> None:
        chat = await self._chats.async_find(event.chat_id)
        SIGNAL_CHAT_EVENT.async_tell(self._hass, self._entry.entry_id, chat, event)

    @callback
    def _remember_media(self, message: Message) -> None:
        if message.media is None or not message.message_id:
            return
        self.recent_media.pop(message.message_id, None)
        self.recent_media[message.message_id] = RecentMedia(
            message.chat_id, message.media
        )
        if len(self.recent_media) > _MEDIA:
            self.recent_media.popitem(last=False)

    @callback
    def _note(self, notification: Notification, body: Json) -> None:
        now = dt_util.utcnow()
        self.statistics.last_received = now
        if notification.timestamp:
            self.statistics.lag = max(now - notification.timestamp, timedelta())
        match notification:
            case UnknownNotification(kind=kind):
                self.statistics.not_understood.append(shape(body))
                self.statistics.kinds[kind or "?"] += 1
            case _:
                self.statistics.kinds[type(notification).__name__] += 1


def shape(body: Json, depth: int = 4) -> Any:
    """Return what something looks like, without anything that it says."""
    match body:
        case dict() if depth:
            return {
                key if _WORD.fullmatch(key) else "…": shape(value, depth - 1)
                for key, value in list(body.items())[:30]
            }
        case list() if depth:
            return [shape(each, depth - 1) for each in body[:3]]
        case _:
            return type(body).__name__
