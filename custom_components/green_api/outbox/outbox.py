"""The outbox of one instance: what leaves, what waits, and what came of it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
import logging
from typing import Final

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import ChatId
from ..attachment import Attachment
from ..const import CONF_EXPIRES_AFTER, CONF_ON_OUTAGE, CONF_PAUSE, DOMAIN
from ..coordinator import GreenApiCoordinator
from ..deliveries import Deliveries
from ..errors import describe, translated
from ..messages import FileMessage, Message
from ..sent_messages import SentMessages
from .announcer import Announcer
from .changes import Changes
from .database import BrokenFileError, Database, OutOfReachError, outbox_path
from .departure import Departure
from .duplicates import Duplicates
from .gap import Gap
from .kept import KeptParcels
from .lines import LineKey, Lines
from .outage import Outage, Verdict, verdict_of
from .parcel import Parcel, Result, State, Status
from .reconciler import Reconciler
from .spool import SpooledFile, spooled_files
from .terms import EXPIRES_AFTER, RETRY_FOR, OnOutage, Terms

_LOGGER = logging.getLogger(__package__)

# For so many seconds, whoever sends something that is kept waits for it to leave.
ANSWER_AFTER = 10.0
# So many seconds what is leaving has to come back, when it is cancelled.
CANCEL_WITHIN = 3.0

_PLAIN: Final = Terms()


class Outbox:
    """Let messages leave through one instance."""

    def __init__(
        self,
        coordinator: GreenApiCoordinator,
        sent: SentMessages,
        deliveries: Deliveries,
    ) -> None:
        """Take the instance, what it has sent before, and what became of that."""
        self._coordinator = coordinator
        self._hass = hass = coordinator.hass
        self._entry = entry = coordinator.config_entry
        self.name_of = coordinator.name_of
        self.sent = sent
        self.deliveries = deliveries
        self.changes = Changes(coordinator, sent)
        self._announcer = Announcer(coordinator, deliveries)
        self._reconciler = Reconciler(coordinator, deliveries)
        self._database = Database(hass, outbox_path(hass, entry.entry_id))
        self._duplicates = Duplicates(self._database)
        self.kept = KeptParcels(hass, entry, self._database, self._async_expire)
        self._gap = Gap(lambda: entry.options.get(CONF_PAUSE, 0))
        self.outage = Outage(hass, self.kept.async_tell_soon)
        departure = Departure(
            coordinator, sent, self.changes, self._reconciler, self.kept, self._gap
        )
        self._lines = Lines(
            coordinator, departure, self.outage, self._on_wait, self._on_end
        )
        # Kept ones whose senders have no answer yet.
        self._asking: set[Parcel] = set()
        # How many are just being written, for each line.
        self._arriving: Counter[LineKey] = Counter()

    async def async_load(self) -> None:
        """Take in what is on the disk; it leaves from `async_start` on."""
        try:
            stored = await self.kept.async_load()
        except BrokenFileError as err:
            _LOGGER.error("The outbox was broken, and is set aside: %s", err)  # noqa: TRY400  known, and mended
            self._coordinator.issues.async_create(translated("outbox_broken"))
        except OutOfReachError as err:
            _LOGGER.error("The outbox cannot be read: %s", err)  # noqa: TRY400  known, and mended
            self._coordinator.issues.async_create(
                translated("outbox_out_of_reach", reason=str(err))
            )
        else:
            self._coordinator.issues.async_delete("outbox_out_of_reach")
            self._duplicates.async_take_in(stored.said)
            self._reconciler.claim(stored.message_ids)
            for parcel in stored.parcels:
                self._reconciler.claim(parcel.message_ids)
                parcel.said = parcel.said and self._duplicates.find(parcel.said)

    @callback
    def async_start(self) -> None:
        """Let leave what was found on the disk."""
        now = asyncio.get_running_loop().time()
        for parcel in self.kept.parcels:
            if (parcel.expires_tick or now) <= now and not parcel.has_begun:
                self._on_end(parcel, translated("expired"))
            else:
                self._lines.async_add(parcel)
                self.kept.async_expire(parcel)
        self._entry.async_on_unload(
            self._coordinator.async_add_listener(self._async_on_state)
        )

    async def async_stop(self) -> None:
        """Let nothing more leave; what waits on the disk, stays there."""
        await self._lines.async_stop()
        for parcel in self.kept.parcels:
            parcel.tell(_queued(parcel))
            parcel.end(translated("stopped"))
        self.kept.async_stop()
        self.kept.store.async_catch_up()
        await self._database.async_close()

    async def async_send(
        self, chat_id: ChatId, messages: Sequence[Message], terms: Terms | None = None
    ) -> Result:
        """Send messages to a chat, in order, or keep them until they can leave.

        Raises HomeAssistantError when they did neither, or not all of them.
        """
        if self._lines.is_stopping:
            raise translated("stopped")
        terms = terms or _PLAIN
        on_outage = self._on_outage(terms)
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        parcel = Parcel(
            chat_id=chat_id,
            messages=list(messages),
            tag=terms.tag,
            replace=terms.replace,
            priority=terms.priority,
            created=dt_util.utcnow().timestamp(),
            patience=_patience(on_outage, terms),
            answer=answer,
        )
        if terms.tag and terms.deduplicate is not None:
            parcel.said = self._duplicates.async_say(
                chat_id, terms.tag, messages, terms.deduplicate
            )
            if parcel.said is None:
                return Result(Status.DUPLICATE)
        try:
            if on_outage is OnOutage.QUEUE:
                # Who is cancelled meanwhile, leaves nothing on the disk that nobody
                # knows of.
                keeping = self._entry.async_create_task(
                    self._hass, self._async_keep(parcel, terms), f"{DOMAIN} outbox"
                )
                keeping.add_done_callback(_retrieve)
                await asyncio.wait((keeping,))
                keeping.result()
                return await self._async_answer(parcel, answer)
            if self._lines.is_empty(parcel.line):
                await self._lines.async_carry(parcel)
            else:
                self._lines.async_add(parcel)
            return await answer
        except asyncio.CancelledError:
            if on_outage is not OnOutage.QUEUE:
                # Nobody wants it any more: unless its request is out, it does not leave.
                self._take_back(parcel)
                _cancel(parcel)
            raise

    async def async_upload(
        self, attachment: Attachment, terms: Terms | None = None
    ) -> FileMessage | SpooledFile:
        """Hand a file to GREEN-API, which sends it to nobody yet, or keep it."""
        terms = terms or _PLAIN
        on_outage = self._on_outage(terms)
        queue = on_outage is OnOutage.QUEUE
        try:
            return await self.changes.async_upload(
                attachment, 0.0 if queue else _patience(on_outage, terms)
            )
        except HomeAssistantError as err:
            if not queue or verdict_of(err) is Verdict.REFUSED:
                raise
        return await self.kept.spool.async_add(attachment)

    async def async_cancel(self, parcel: Parcel) -> bool:
        """Let something kept not leave, and return whether that was still possible.

        What is just leaving may come back: in an outage, it is still to be cancelled.
        """
        if parcel.state is State.LEAVING and not parcel.has_begun:
            outcome = parcel.outcome or asyncio.get_running_loop().create_future()
            parcel.outcome = outcome
            parcel.cancels += 1
            try:
                await asyncio.wait({outcome}, timeout=CANCEL_WITHIN)
            finally:
                parcel.cancels -= 1
        if not (parcel.is_gone or parcel.has_begun) and self._lines.async_remove(
            parcel
        ):
            self._on_end(parcel, translated("cancelled"))
        return parcel.is_gone and _is_certainly_not_sent(parcel)

    # What is to become of it

    def _on_outage(self, terms: Terms) -> OnOutage:
        if terms.on_outage:
            return terms.on_outage
        chosen = self._entry.options.get(CONF_ON_OUTAGE)
        return OnOutage(chosen) if chosen else OnOutage.RETRY

    async def _async_keep(self, parcel: Parcel, terms: Terms) -> None:
        """Write a parcel to the disk, then let it leave."""
        chosen = timedelta(**self._entry.options.get(CONF_EXPIRES_AFTER, {}))
        parcel.files = spooled_files(parcel.messages or ())
        leaves_now = (
            self._lines.is_free(parcel.line)
            and not self._arriving[parcel.line]
            and self._gap.is_open(parcel.chat_id)
        )
        if leaves_now:
            # It is written once: that it waits, and that its request goes out.
            parcel.state, parcel.left_at = State.LEAVING, parcel.created
            parcel.left_tick = asyncio.get_running_loop().time()
        self._arriving[parcel.line] += 1
        try:
            await self.kept.async_add(
                parcel, terms.expires_after or chosen or EXPIRES_AFTER
            )
        except HomeAssistantError:
            parcel.state = State.WAITING
            self._take_back(parcel)
            raise
        finally:
            self._arriving[parcel.line] -= 1
            if not self._arriving[parcel.line]:
                del self._arriving[parcel.line]
        if leaves_now and not self._lines.is_free(parcel.line):
            # Others were faster while it was written, or nothing leaves any more.
            leaves_now = False
            parcel.state, parcel.left_at = State.WAITING, None
            self.kept.store.async_note_soon(parcel)
        parcel.outcome = asyncio.get_running_loop().create_future()
        self._lines.async_add(parcel)
        if self.outage.reason and not leaves_now:
            parcel.tell(_queued(parcel))

    async def _async_answer(
        self, parcel: Parcel, answer: asyncio.Future[Result]
    ) -> Result:
        """Return what came of something kept; after a while, that it waits."""
        self._asking.add(parcel)
        try:
            await asyncio.wait({answer}, timeout=ANSWER_AFTER)
        finally:
            self._asking.discard(parcel)
            parcel.tell(_queued(parcel))
        return answer.result()

    @callback
    def _async_expire(self, parcel: Parcel) -> None:
        """Let go what has waited for too long; what is just leaving, when it is back."""
        if parcel not in self.kept:
            return
        if self._lines.async_remove(parcel):
            doubtful = parcel.state is State.DOUBTFUL
            self._on_end(
                parcel, translated("outcome_unknown" if doubtful else "expired")
            )

    # What is told by the lines

    def _on_wait(self, parcel: Parcel, is_outage: bool) -> None:  # noqa: FBT001  called by position
        """Note that something waits, and answer those who need not wait for it."""
        if parcel.kept:
            self.kept.store.async_note_soon(parcel)
        if is_outage:
            for each in tuple(self._asking):
                each.tell(_queued(each))

    def _on_end(self, parcel: Parcel, error: HomeAssistantError | None) -> None:
        """Tell what came of something."""
        if parcel.is_ended:
            return
        was_queued = parcel.was_queued
        parcel.reason = parcel.reason or self.outage.reason
        if error and 0 < len(parcel.message_ids) < len(parcel.messages or ()):
            error = translated(
                "partly_sent",
                sent=str(len(parcel.message_ids)),
                total=str(len(parcel.messages or ())),
                reason=describe(self._hass, error),
            )
        if error:
            self._take_back(parcel)
        if parcel.said and parcel.kept is None and not _is_certainly_not_sent(parcel):
            self._duplicates.async_note_soon(parcel.said)
        parcel.end(error)
        if parcel.kept:
            self.kept.async_forget(parcel)
            self._end_if_empty()
        if not was_queued:
            return
        if error is None:
            self._announcer.async_left(parcel)
        elif error.translation_key == "cancelled":
            # Whoever did that, knows.
            pass
        elif error.translation_key == "expired":
            self._announcer.async_expired(parcel)
        else:
            self._announcer.async_failed(parcel, error)

    def _take_back(self, parcel: Parcel) -> None:
        """Let it be said again what certainly was not."""
        if parcel.said and _is_certainly_not_sent(parcel):
            self._duplicates.async_take_back(parcel.said)

    def _end_if_empty(self) -> None:
        if not self.kept.count:
            self.outage.async_end(is_empty=True)

    @callback
    def _async_on_state(self) -> None:
        """Try at once when the instance is linked, or there again."""
        instance = self._coordinator.data
        if (
            self._coordinator.last_update_success
            and instance
            and not instance.hindrance
        ):
            self.outage.async_try_now()


def _is_certainly_not_sent(parcel: Parcel) -> bool:
    """Return whether nothing of a parcel has left, or may have."""
    return parcel.state is State.WAITING and not parcel.message_ids


def _cancel(parcel: Parcel) -> None:
    if parcel.answer:
        parcel.answer.cancel()
    if parcel.timer:
        parcel.timer.cancel()


def _retrieve(task: asyncio.Task[None]) -> None:
    """Know what went wrong: whoever would be told, may have been cancelled."""
    if not task.cancelled():
        task.exception()


def _patience(on_outage: OnOutage, terms: Terms) -> float:
    """Return for how many seconds somebody waits after something went wrong."""
    if on_outage is OnOutage.FAIL:
        return 0.0
    return (RETRY_FOR if terms.retry_for is None else terms.retry_for).total_seconds()


def _queued(parcel: Parcel) -> Result:
    outbox_id = parcel.kept.outbox_id if parcel.kept else None
    return Result(Status.QUEUED, outbox_id=outbox_id, outcome=parcel.outcome)
