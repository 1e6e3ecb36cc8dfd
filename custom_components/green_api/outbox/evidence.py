"""What GREEN-API has of what was sent: in its queue, and in its journal."""

import asyncio
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Final

from ..api import (
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiQuotaError,
    GreenApiResponseError,
    GreenApiValidationError,
    JournalMessage,
    Json,
    JsonObject,
    QueuedMessage,
)

# So many minutes the journal is asked for at most: what is older, it may not have.
DAY: Final = 24 * 60
# So many seconds settings are taken to be the same.
_SETTINGS_FOR: Final = 600

_WEBHOOK_OF_JOURNAL: Final = "outgoingAPIMessageWebhook"
_DELAY: Final = "delaySendMessagesMilliseconds"


@dataclass(frozen=True, slots=True)
class Look:
    """What GREEN-API has at a moment, of so many minutes.

    `is_whole` tells whether all that it took is there: a journal need not keep what the
    API sends. `delay` is how many seconds a message waits for the one before.
    """

    begun: float
    minutes: int
    queued: tuple[QueuedMessage, ...]
    journal: tuple[JournalMessage, ...]
    is_whole: bool
    delay: float


class Evidence:
    """Look at what GREEN-API has.

    First in the queue, then in the journal: what moves from one to the other meanwhile,
    is in the second.
    """

    def __init__(self, client: GreenApiClient, own: Container[str]) -> None:
        """Take the instance, and the ids of messages that it is known to have taken."""
        self._client = client
        self._own = own
        self._turn = asyncio.Lock()
        self._last: Look | None = None
        self._settings: JsonObject = {}
        self._settings_at: float | None = None

    async def async_look(self, not_before: float, minutes: int) -> Look:
        """Look; all who want to at the same time share what is seen.

        Raises a GreenApiError as long as there is no answer that makes sense.
        """
        async with self._turn:
            last = self._last
            if last and last.begun >= not_before and last.minutes >= minutes:
                return last
            try:
                self._last = await self._async_look(minutes)
            except (GreenApiResponseError, GreenApiValidationError) as err:
                # A stranger's page, as that of a hotel.
                raise GreenApiConnectionError(str(err)) from err
            return self._last

    async def _async_look(self, minutes: int) -> Look:
        begun = asyncio.get_running_loop().time()
        queued = await self._client.show_messages_queue()
        settings = await self._async_settings()
        try:
            journal = await self._client.last_outgoing_messages(minutes)
            is_whole = (
                settings.get(_WEBHOOK_OF_JOURNAL) not in {"no", False}
                or self._has_own(journal)
                or self._has_own(await self._client.last_outgoing_messages(DAY))
            )
        except GreenApiQuotaError:
            # What is in the queue, is found all the same.
            journal, is_whole = (), False
        return Look(
            begun, minutes, queued, journal, is_whole, _seconds(settings.get(_DELAY))
        )

    def _has_own(self, journal: Iterable[JournalMessage]) -> bool:
        """Return whether a journal keeps what the API sends."""
        return any(each.sent_by_api or each.message_id in self._own for each in journal)

    async def _async_settings(self) -> JsonObject:
        """Return how GREEN-API treats what is sent."""
        now = asyncio.get_running_loop().time()
        if self._settings_at is None or now - self._settings_at > _SETTINGS_FOR:
            self._settings = await self._client.get_settings()
            self._settings_at = now
        return self._settings


def _seconds(milliseconds: Json) -> float:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else 0.0
