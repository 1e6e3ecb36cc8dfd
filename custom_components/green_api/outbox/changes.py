"""What does no harm when it is done twice: edit, delete, mark as read, upload, look up."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from ..api import (
    ChatId,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    GreenApiValidationError,
    JournalMessage,
)
from ..attachment import Attachment
from ..coordinator import GreenApiCoordinator
from ..errors import change_error, translated
from ..messages import FileMessage
from ..sent_messages import SentMessages
from .outage import delay_after

# For so many seconds after it failed first, something is tried again.
RETRY_FOR = 5.0

_REFUSALS: Final = {"change_rejected", "no_message_to_delete", "no_text_to_edit"}
_NOT_DONE: Final = (
    GreenApiConnectionError,
    GreenApiRateLimitError,
    GreenApiStartingError,
)


def is_refusal(error: HomeAssistantError) -> bool:
    """Return whether GREEN-API does not know the message, or does not let it change."""
    return error.translation_key in _REFUSALS


class Changes:
    """Change what has left."""

    def __init__(self, coordinator: GreenApiCoordinator, sent: SentMessages) -> None:
        """Take the instance, and what it has sent."""
        self._coordinator = coordinator
        self._client = coordinator.client
        self._sent = sent

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
        self._sent.forget(chat_id, message_id)

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

    async def async_upload(
        self, attachment: Attachment, retry_for: float
    ) -> FileMessage:
        """Hand a file to GREEN-API, which sends it to nobody yet."""
        await self._coordinator.async_check_can_send()
        try:
            return await async_retry(
                partial(self._async_upload, attachment), retry_for=retry_for
            )
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err) from err

    async def async_upload_once(self, attachment: Attachment) -> str:
        """Hand a file to GREEN-API, and return its URL; raises a GreenApiError."""
        return (await self._async_upload(attachment)).url

    async def _async_upload(self, attachment: Attachment) -> FileMessage:
        async with attachment.open() as file:
            uploaded = await self._client.upload_file(
                file.chunks,
                name=file.name,
                content_type=file.content_type,
                size=file.size,
            )
            return FileMessage(uploaded.url, file.name)

    async def _async_change(
        self,
        call: Callable[[], Awaitable[None]],
        *,
        not_found: HomeAssistantError | None = None,
        not_confirmed: HomeAssistantError | None = None,
    ) -> None:
        await self._coordinator.async_check_can_send()
        try:
            await async_retry(call, retry_for=RETRY_FOR, harmless=not_confirmed is None)
        except GreenApiOutcomeUnknownError as err:
            raise (not_confirmed or translated("change_unknown")) from err
        except GreenApiValidationError as err:
            raise change_error(err, not_found) from err
        except GreenApiError as err:
            raise self._coordinator.async_handle_error(err) from err


async def async_retry[T](
    call: Callable[[], Awaitable[T]], *, retry_for: float, harmless: bool = False
) -> T:
    """Call GREEN-API, again if it certainly did nothing, or twice does no harm."""
    again = (*_NOT_DONE, GreenApiOutcomeUnknownError) if harmless else _NOT_DONE
    now = asyncio.get_running_loop().time
    attempts = 0
    # Counted from the first failure on: an upload may break off after minutes.
    until: float | None = None
    while True:
        try:
            return await call()
        except again:
            attempts += 1
            until = until or now() + retry_for
            delay = delay_after(attempts)
            if now() + delay > until:
                raise
            await asyncio.sleep(delay)
