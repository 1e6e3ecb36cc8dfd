"""How a message leaves."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeIs

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .api import (
    ChatId,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    GreenApiValidationError,
    JournalMessage,
)
from .attachment import Attachment
from .coordinator import GreenApiCoordinator
from .deliveries import Deliveries
from .errors import change_error, describe, translated
from .messages import FileMessage, Message, TextMessage
from .sent_messages import SentMessages, Tagged

# For so many seconds, what certainly was not taken is tried again; the waits between
# grow, and GREEN-API counts its limits by the second.
RETRY_FOR = 5.0
RETRY_DELAY = 1.1
RATE_LIMITED_FOR = 30.0

_REFUSALS: Final = {"change_rejected", "no_message_to_delete", "no_text_to_edit"}
_NOT_TAKEN: Final = (
    GreenApiConnectionError,
    GreenApiStartingError,
)


@dataclass(frozen=True, slots=True)
class _Replaced:
    """What was sent with a tag before: what stays, and what is to be deleted."""

    kept: list[str]
    surplus: list[str]
    timestamp: float


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
        self._client = coordinator.client
        self._turns: defaultdict[ChatId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.name_of = coordinator.name_of
        self.sent = sent
        self.deliveries = deliveries

    async def async_send(
        self,
        chat_id: ChatId,
        messages: Sequence[Message],
        *,
        tag: str | None = None,
        replace: bool = False,
    ) -> list[str]:
        """Send messages to a chat, in order, and return their ids.

        With `replace`, what was sent with the same tag before is edited if all of it
        are texts, and else deleted first.

        Raises HomeAssistantError when they did not leave, or not all of them.
        """
        await self._coordinator.async_check_can_send()
        if tag is None and len(messages) == 1:
            return await self._async_send_all(chat_id, messages)
        # Nothing of the same kind comes between the parts of a text, nor between what
        # is replaced and what replaces it.
        async with self._turns[chat_id]:
            old = self.sent.tagged(chat_id, tag) if replace and tag else None
            if tag is None or old is None:
                return await self._async_send_all(chat_id, messages, tag)
            return await self._async_replace(chat_id, tag, old, messages)

    async def async_edit(self, chat_id: ChatId, message_id: str, text: str) -> None:
        """Change the text of a message."""
        await self._async_change(
            partial(self._client.edit_message, chat_id, message_id, text),
            not_found=translated("no_text_to_edit"),
        )

    async def async_delete(
        self, chat_id: ChatId, message_id: str, *, only_for_me: bool = False
    ) -> None:
        """Delete a message."""
        await self._async_change(
            partial(
                self._client.delete_message,
                chat_id,
                message_id,
                only_for_me=only_for_me,
            ),
            not_found=translated("no_message_to_delete"),
        )
        self.sent.forget(chat_id, message_id)

    async def async_mark_read(self, chat_id: ChatId, message_id: str | None) -> None:
        """Mark a chat as read, or one message of it.

        Of a message that it does not know, GREEN-API says no more than that it was not
        marked; to ask again would not help.
        """
        await self._async_change(
            partial(self._client.read_chat, chat_id, message_id),
            not_confirmed=translated("not_marked_read") if message_id else None,
        )

    async def async_history(self, chat_id: ChatId, count: int) -> list[JournalMessage]:
        """Return the last messages of a chat, newest first."""
        return await self._coordinator.async_execute(
            self._client.get_chat_history(chat_id, count)
        )

    async def async_upload(self, attachment: Attachment) -> FileMessage:
        """Hand a file to GREEN-API, which sends it to nobody yet."""

        async def upload() -> FileMessage:
            async with attachment.open() as file:
                uploaded = await self._client.upload_file(
                    file.chunks,
                    name=file.name,
                    content_type=file.content_type,
                    size=file.size,
                )
                return FileMessage(uploaded.url, file.name)

        await self._coordinator.async_check_can_send()
        try:
            return await _async_retry(upload)
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err) from err

    async def _async_send_all(
        self,
        chat_id: ChatId,
        messages: Sequence[Message],
        tag: str | None = None,
        replaced: _Replaced | None = None,
    ) -> list[str]:
        """Send messages, but for those that are there already, and remember them."""
        begin = dt_util.utcnow().timestamp()
        message_ids = list(replaced.kept) if replaced else []
        try:
            for message in messages[len(message_ids) :]:
                message_ids += await _async_retry(
                    partial(message.async_send, self._client, chat_id)
                )
                self.sent.remember(chat_id, message_ids[-1], begin)
                if tag is not None:
                    # At once: what becomes of it is told under its tag.
                    self._remember_tagged(
                        chat_id, tag, messages, message_ids, begin, replaced
                    )
        except GreenApiError as err:
            error = self._coordinator.async_handle_error(err, chat_id)
            if not message_ids:
                raise error from err
            raise translated(
                "partly_sent",
                sent=str(len(message_ids)),
                total=str(len(messages)),
                reason=describe(self._coordinator.hass, error),
            ) from err
        if tag is not None and replaced:
            self._remember_tagged(chat_id, tag, messages, message_ids, begin, replaced)
        self._coordinator.async_handle_success(chat_id)
        return message_ids

    def _remember_tagged(  # noqa: PLR0913, PLR0917
        self,
        chat_id: ChatId,
        tag: str,
        messages: Sequence[Message],
        message_ids: Sequence[str],
        begin: float,
        replaced: _Replaced | None,
    ) -> None:
        tagged: Tagged = {
            "message_ids": [*message_ids],
            "texts": _are_texts(messages),
            "timestamp": begin,
        }
        if replaced:
            # Still to be deleted, or to be edited next time.
            tagged["message_ids"] += replaced.surplus
            if replaced.kept:
                tagged["timestamp"] = replaced.timestamp
        self.sent.remember_tagged(chat_id, tag, tagged)

    async def _async_replace(
        self, chat_id: ChatId, tag: str, old: Tagged, messages: Sequence[Message]
    ) -> list[str]:
        """Edit what was sent before, else send anew and only then delete it."""
        kept: list[str] = []
        if old["texts"] and _are_texts(messages):
            kept = await self._async_edit_all(chat_id, old["message_ids"], messages)
        surplus = [each for each in old["message_ids"] if each not in kept]
        replaced = _Replaced(kept, surplus, old["timestamp"])
        message_ids = await self._async_send_all(chat_id, messages, tag, replaced)
        for message_id in surplus:
            try:
                await self.async_delete(chat_id, message_id)
            except HomeAssistantError as err:
                if not _is_refusal(err):
                    reason = describe(self._coordinator.hass, err)
                    raise translated("old_not_deleted", reason=reason) from err
                # Somebody was faster, on the phone.
                self.sent.forget(chat_id, message_id)
        return message_ids

    async def _async_edit_all(
        self,
        chat_id: ChatId,
        message_ids: Sequence[str],
        messages: Sequence[TextMessage],
    ) -> list[str]:
        """Edit messages as far as there are any, and return their ids; none if one is gone."""
        kept: list[str] = []
        for message_id, message in zip(message_ids, messages, strict=False):
            try:
                await self.async_edit(chat_id, message_id, message.text)
            except HomeAssistantError as err:
                if not _is_refusal(err):
                    raise
                # Somebody has deleted it. What is news is told anew.
                return []
            kept.append(message_id)
        return kept

    async def _async_change(
        self,
        call: Callable[[], Awaitable[None]],
        *,
        not_found: HomeAssistantError | None = None,
        not_confirmed: HomeAssistantError | None = None,
    ) -> None:
        """Do what does no harm when it is done twice."""
        await self._coordinator.async_check_can_send()
        try:
            await _async_retry(call, harmless=not_confirmed is None)
        except GreenApiOutcomeUnknownError as err:
            raise (not_confirmed or translated("change_unknown")) from err
        except GreenApiValidationError as err:
            raise change_error(err, not_found) from err
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err) from err


def _are_texts(messages: Sequence[Message]) -> TypeIs[Sequence[TextMessage]]:
    return all(isinstance(message, TextMessage) for message in messages)


def _is_refusal(error: HomeAssistantError) -> bool:
    """Return whether GREEN-API does not know the message, or does not let it change."""
    return error.translation_key in _REFUSALS


async def _async_retry[T](
    call: Callable[[], Awaitable[T]], *, harmless: bool = False
) -> T:
    """Call GREEN-API, again if it certainly did nothing, or twice does no harm."""
    again = (*_NOT_TAKEN, GreenApiOutcomeUnknownError) if harmless else _NOT_TAKEN
    now = asyncio.get_running_loop().time
    begin, delay = now(), RETRY_DELAY
    failed_at: float | None = None
    while True:
        try:
            return await call()
        except GreenApiRateLimitError:
            # Each second has room for more, so that a burst drains.
            if now() + RETRY_DELAY > begin + RATE_LIMITED_FOR:
                raise
            await asyncio.sleep(RETRY_DELAY)
        except again:
            # From the first failure on: an upload may break off after minutes.
            failed_at = failed_at or now()
            if now() + delay > failed_at + RETRY_FOR:
                raise
            await asyncio.sleep(delay)
            delay *= 1.2
