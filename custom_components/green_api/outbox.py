"""How a message leaves."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeIs

from .api import (
    ChatId,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    GreenApiValidationError,
    JournalMessage,
)
from .attachment import Attachment
from .coordinator import GreenApiCoordinator
from .errors import describe, translated
from .messages import FileMessage, Message, TextMessage
from .sent_messages import SentMessages, Tagged

# For so many seconds, what certainly was not taken is tried again; the waits between
# grow, and GREEN-API counts its limits by the second.
RETRY_FOR = 5.0
RETRY_DELAY = 1.1
RATE_LIMITED_FOR = 30.0

_NOT_TAKEN: Final = (
    GreenApiConnectionError,
    GreenApiStartingError,
)


class Outbox:
    """Let messages leave through one instance."""

    def __init__(self, coordinator: GreenApiCoordinator, sent: SentMessages) -> None:
        """Take the instance, and what it has sent before."""
        self._coordinator = coordinator
        self._client = coordinator.client
        self._turns: defaultdict[ChatId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.sent = sent

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
            kept: list[str] = []
            if replace and tag and (old := self.sent.tagged(chat_id, tag)):
                kept = await self._async_replace(chat_id, old, messages)
            return await self._async_send_all(chat_id, messages, tag, kept)

    async def async_edit(self, chat_id: ChatId, message_id: str, text: str) -> None:
        """Change the text of a message."""
        await self._async_do(
            chat_id, partial(self._client.edit_message, chat_id, message_id, text)
        )

    async def async_delete(
        self, chat_id: ChatId, message_id: str, *, only_for_me: bool = False
    ) -> None:
        """Delete a message."""
        await self._async_do(
            chat_id,
            partial(
                self._client.delete_message,
                chat_id,
                message_id,
                only_for_me=only_for_me,
            ),
        )
        self.sent.forget(chat_id, message_id)

    async def async_mark_read(self, chat_id: ChatId, message_id: str | None) -> None:
        """Mark a chat as read, or one message of it."""
        await self._async_do(
            chat_id, partial(self._client.read_chat, chat_id, message_id)
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

        return await self._async_do(None, upload)

    async def _async_send_all(
        self,
        chat_id: ChatId,
        messages: Sequence[Message],
        tag: str | None = None,
        kept: Sequence[str] = (),
    ) -> list[str]:
        """Send messages, and remember all that now belong together."""
        message_ids = list(kept)
        try:
            for message in messages[len(kept) :]:
                message_ids += await _async_retry(
                    partial(message.async_send, self._client, chat_id)
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
        finally:
            if message_ids:
                self.sent.remember(
                    chat_id, message_ids, tag, texts=_are_texts(messages)
                )
        self._coordinator.async_handle_success(chat_id)
        return message_ids

    async def _async_replace(
        self, chat_id: ChatId, old: Tagged, messages: Sequence[Message]
    ) -> list[str]:
        """Edit or delete what was sent before, and return the ids that stay."""
        kept: list[str] = []
        edits = []
        if old["texts"] and _are_texts(messages):
            kept = old["message_ids"][: len(messages)]
            edits = [
                partial(self._client.edit_message, chat_id, message_id, message.text)
                for message_id, message in zip(kept, messages, strict=False)
            ]
        deletions = [
            partial(self._client.delete_message, chat_id, message_id)
            for message_id in old["message_ids"][len(kept) :]
        ]
        try:
            for edit in edits:
                await _async_retry(edit)
            for delete in deletions:
                # Somebody may have been faster, on the phone.
                with suppress(GreenApiValidationError):
                    await _async_retry(delete)
        except GreenApiValidationError:
            # What cannot be edited any more is told anew.
            return []
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err, chat_id) from err
        return kept

    async def _async_do[T](
        self, chat_id: ChatId | None, call: Callable[[], Awaitable[T]]
    ) -> T:
        """Do what does no harm when it is done twice."""
        await self._coordinator.async_check_can_send()
        try:
            return await _async_retry(call)
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err, chat_id) from err


def _are_texts(messages: Sequence[Message]) -> TypeIs[Sequence[TextMessage]]:
    return all(isinstance(message, TextMessage) for message in messages)


async def _async_retry[T](call: Callable[[], Awaitable[T]]) -> T:
    """Call GREEN-API, again if it certainly did nothing."""
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
        except _NOT_TAKEN:
            # From the first failure on: an upload may break off after minutes.
            failed_at = failed_at or now()
            if now() + delay > failed_at + RETRY_FOR:
                raise
            await asyncio.sleep(delay)
            delay *= 1.2
