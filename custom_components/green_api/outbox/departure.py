"""How a parcel leaves: each message once, after what was unclear is cleared up."""

import asyncio
from collections.abc import Sequence
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import GreenApiOutcomeUnknownError, GreenApiRateLimitError
from ..coordinator import GreenApiCoordinator
from ..errors import describe, translated
from ..messages import Message, TextMessage, are_texts
from ..sent_messages import SentMessages, Tagged
from . import content
from .changes import Changes, is_refusal
from .gap import Gap
from .kept import KeptParcels
from .parcel import Parcel, State
from .reconciler import Reconciler
from .slots import Slots
from .spool import SpooledFile
from .terms import Priority

# GREEN-API counts whole seconds, and a request may arrive a little early.
RATE_LIMIT_PAUSE = 1.1
# For so many seconds a message is in the journal for sure.
_JOURNAL_KEEPS: Final = 23 * 60 * 60


class Departure:
    """Let parcels of one instance leave."""

    def __init__(  # noqa: PLR0913, PLR0917  what leaving takes
        self,
        coordinator: GreenApiCoordinator,
        sent: SentMessages,
        changes: Changes,
        reconciler: Reconciler,
        kept: KeptParcels,
        gap: Gap,
    ) -> None:
        """Take what it needs."""
        self._coordinator = coordinator
        self._client = coordinator.client
        self._sent = sent
        self._changes = changes
        self._reconciler = reconciler
        self._store = kept.store
        self._spool = kept.spool
        self._gap = gap
        self._slots = Slots()

    async def async_leave(self, parcel: Parcel) -> None:
        """Let what is still there of a parcel leave.

        Raises the GreenApiError or HomeAssistantError that stands in the way; what has
        left is noted in the parcel, and what is not known.
        """
        if not self._coordinator.is_known_to_send:
            await self._coordinator.async_check_can_send()
        messages = parcel.messages or await self._async_messages(parcel)
        if parcel.state is State.DOUBTFUL:
            await self._async_clear_up(parcel, messages)
        if parcel.replace and parcel.surplus is None:
            await self._async_edit(parcel, messages)
        while (number := len(parcel.message_ids)) < len(messages):
            if isinstance(messages[number], SpooledFile):
                await self._async_upload(parcel, messages, number)
            await self._async_send(parcel, messages)
        if parcel.surplus:
            await self._async_delete(parcel, parcel.surplus)

    async def _async_messages(self, parcel: Parcel) -> list[Message]:
        if parcel.messages is None and parcel.kept:
            text = await self._store.async_content(parcel.kept)
            try:
                parcel.messages = content.load(text)
            except content.UNREADABLE as err:
                raise translated("outbox_not_understood") from err
        return parcel.messages or []

    async def _async_send(self, parcel: Parcel, messages: Sequence[Message]) -> None:
        """Send the next message when it is its turn."""
        message = messages[len(parcel.message_ids)]
        now = asyncio.get_running_loop().time
        pace = self._client.pace(message.method)
        is_urgent = parcel.priority is Priority.HIGH
        if not is_urgent:
            if self._gap.seconds:
                await self._gap.async_pass(parcel.chat_id)
            await self._slots.async_take()
        try:
            if not pace.pass_at_once(now()):
                await pace.async_pass(urgent=is_urgent)
            _check(parcel)
            begin, tick = dt_util.utcnow().timestamp(), now()
            if parcel.state is not State.LEAVING:
                parcel.state, parcel.left_at = State.LEAVING, begin
                parcel.left_tick = tick
                if parcel.kept:
                    await self._store.async_note(parcel)
            message_ids = await message.async_send(self._client, parcel.chat_id)
        except GreenApiOutcomeUnknownError:
            parcel.state = State.DOUBTFUL
            raise
        except GreenApiRateLimitError:
            pace.close(RATE_LIMIT_PAUSE)
            raise
        finally:
            if not is_urgent:
                self._slots.give_back()
        self._take_in(parcel, messages, message_ids, begin)

    async def _async_clear_up(
        self, parcel: Parcel, messages: Sequence[Message]
    ) -> None:
        """Find out what became of the message that may have been taken."""
        now = asyncio.get_running_loop().time()
        message_ids = await self._reconciler.async_find(
            parcel.chat_id,
            messages[len(parcel.message_ids)],
            None if parcel.left_tick is None else now - parcel.left_tick,
            is_recent=parcel.left_tick is not None or _is_recent(parcel.left_at),
        )
        if message_ids is None:
            parcel.state, parcel.left_at = State.WAITING, None
            if parcel.is_given_up:
                raise translated("cancelled")
            if parcel.is_expired:
                raise translated("expired")
        else:
            begin = parcel.left_at or parcel.created
            self._take_in(parcel, messages, message_ids, begin)

    def _take_in(
        self,
        parcel: Parcel,
        messages: Sequence[Message],
        message_ids: Sequence[str],
        begin: float,
    ) -> None:
        """Remember what has left."""
        parcel.state, parcel.left_at = State.WAITING, None
        parcel.message_ids += message_ids
        self._reconciler.claim(message_ids)
        if parcel.kept is None:
            self._store.async_claim(message_ids, begin)
        if parcel.first_sent is None:
            parcel.first_sent = begin
        self._sent.remember(parcel.chat_id, parcel.message_ids[-1], begin)
        self._remember_tagged(parcel, messages)

    def _remember_tagged(self, parcel: Parcel, messages: Sequence[Message]) -> None:
        """Remember what a tag names: at once, as what becomes of it is told under it."""
        if parcel.tag is None:
            return
        tagged: Tagged = {
            # What is still to be deleted, or to be edited next time, too.
            "message_ids": [*parcel.message_ids, *(parcel.surplus or [])],
            "texts": are_texts(messages),
            "timestamp": parcel.first_sent or parcel.created,
        }
        self._sent.remember_tagged(parcel.chat_id, parcel.tag, tagged)

    async def _async_upload(
        self, parcel: Parcel, messages: list[Message], number: int
    ) -> None:
        """Hand a file to GREEN-API that could not be handed over before."""
        file = messages[number]
        assert isinstance(file, SpooledFile)  # noqa: S101  for mypy
        url = await self._spool.async_url(file, self._changes.async_upload_once)
        _check(parcel)
        messages[number] = file.uploaded(url)
        if parcel.kept:
            # What may have left, has to be known by its URL.
            await self._store.async_note(parcel, content.dump(messages))

    async def _async_edit(self, parcel: Parcel, messages: Sequence[Message]) -> None:
        """Edit what was sent with the tag before, as far as that can be."""
        old = (
            self._sent.tagged(parcel.chat_id, parcel.tag)
            if parcel.tag and not parcel.has_begun
            else None
        )
        if old is None:
            parcel.surplus = []
            return
        kept: list[str] = []
        if old["texts"] and are_texts(messages):
            # It does no harm to do that again; to take it back, it is too late.
            parcel.state = State.LEAVING
            kept = await self._async_edit_all(parcel, old["message_ids"], messages)
        parcel.state = State.WAITING
        parcel.message_ids = list(kept)
        parcel.surplus = [each for each in old["message_ids"] if each not in kept]
        if kept:
            parcel.first_sent = old["timestamp"]
            self._remember_tagged(parcel, messages)

    async def _async_edit_all(
        self,
        parcel: Parcel,
        message_ids: Sequence[str],
        messages: Sequence[TextMessage],
    ) -> list[str]:
        """Edit messages as far as there are any, and return their ids; none if one is gone."""
        kept: list[str] = []
        for message_id, message in zip(message_ids, messages, strict=False):
            try:
                await self._changes.async_edit(parcel.chat_id, message_id, message.text)
            except HomeAssistantError as err:
                if not is_refusal(err):
                    raise
                # Somebody has deleted it. What is news is told anew.
                return []
            kept.append(message_id)
        return kept

    async def _async_delete(self, parcel: Parcel, surplus: Sequence[str]) -> None:
        """Delete what was replaced, now that what replaces it is there."""
        for message_id in surplus:
            try:
                await self._changes.async_delete(parcel.chat_id, message_id)
            except HomeAssistantError as err:
                if parcel.was_queued:
                    # Nobody is there to be told; the tag names it still.
                    return
                if not is_refusal(err):
                    reason = describe(self._coordinator.hass, err)
                    raise translated("old_not_deleted", reason=reason) from None
                # Somebody was faster, on the phone.
                self._sent.forget(parcel.chat_id, message_id)


def _check(parcel: Parcel) -> None:
    """Raise if a parcel of which nothing has left is not to leave any more."""
    if parcel.is_given_up:
        raise translated("cancelled")
    if parcel.is_expired and not parcel.has_begun:
        raise translated("expired")


def _is_recent(left_at: float | None) -> bool:
    """Return whether GREEN-API's journal still has what left then.

    By the clock on the wall: Home Assistant was not running.
    """
    age = dt_util.utcnow().timestamp() - (left_at or 0)
    return 0 <= age < _JOURNAL_KEEPS
