"""How a message leaves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.json import JsonObjectType
from homeassistant.util.signal_type import SignalTypeFormat

from .api import (
    ChatId,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
)
from .const import ATTR_CHAT_ID, ATTR_MESSAGE_ID, DOMAIN
from .coordinator import GreenApiCoordinator
from .errors import describe, invalid, translated
from .message_text import MAX_TEXT_LENGTH, compose, is_blank, length, split

MIN_TYPING_TIME: Final = timedelta(seconds=1)
MAX_TYPING_TIME: Final = timedelta(seconds=20)

# For so many seconds, what certainly was not taken is tried again; the waits between
# grow, and GREEN-API counts its limits by the second.
RETRY_FOR = 5.0
RETRY_DELAY = 1.1
RATE_LIMITED_FOR = 30.0

_NOT_TAKEN: Final = (
    GreenApiConnectionError,
    GreenApiStartingError,
)


# Somebody else than a chat's notify entity has sent a message to that chat.
SIGNAL_SENT: SignalTypeFormat[()] = SignalTypeFormat(f"{DOMAIN}_sent_{{}}")


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One message with a text."""

    text: str
    link_preview: bool | None
    quoted_message_id: str | None = None
    typing_time: timedelta | None = None


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A text to send, in as many messages as it takes."""

    messages: tuple[TextMessage, ...]

    @classmethod
    def create(
        cls,
        message: str,
        title: str | None = None,
        *,
        quoted_message_id: str | None = None,
        link_preview: bool | None = None,
        typing_time: timedelta | None = None,
    ) -> OutgoingText:
        """Put a title over a message and cut what is too long for one.

        Raises ServiceValidationError for a message that is blank, for a text that is
        too long altogether, and for more than 20 s of typing or less than one.
        """
        if is_blank(message):
            raise invalid("empty_message")
        if typing_time is not None and not (
            MIN_TYPING_TIME <= typing_time <= MAX_TYPING_TIME
        ):
            raise invalid("invalid_typing_time")
        text = compose(message, title)
        if (units := length(text)) > MAX_TEXT_LENGTH:
            raise invalid(
                "message_too_long", length=str(units), limit=str(MAX_TEXT_LENGTH)
            )
        first, *others = split(text)
        return cls(
            (
                # One quotes once, and is seen typing once.
                TextMessage(first, link_preview, quoted_message_id, typing_time),
                *(TextMessage(each, link_preview) for each in others),
            )
        )


class Outbox:
    """Let messages leave through one instance."""

    def __init__(self, coordinator: GreenApiCoordinator) -> None:
        """Take the instance."""
        self._coordinator = coordinator

    async def async_send_text(self, chat_id: ChatId, text: OutgoingText) -> list[str]:
        """Send a text to a chat and return the ids of its messages, in order.

        Raises HomeAssistantError when it did not leave, or not all of it.
        """
        await self._coordinator.async_check_can_send()
        message_ids: list[str] = []
        try:
            for message in text.messages:
                message_ids += [await self._async_send(chat_id, message)]
        except GreenApiError as err:
            error = self._coordinator.async_handle_error(err, chat_id)
            if not message_ids:
                raise error from err
            raise translated(
                "partly_sent",
                sent=str(len(message_ids)),
                total=str(len(text.messages)),
                reason=describe(self._coordinator.hass, error),
            ) from err
        self._coordinator.async_handle_success(chat_id)
        return message_ids

    async def _async_send(self, chat_id: ChatId, message: TextMessage) -> str:
        """Send one message, again if it certainly was not taken."""
        now = asyncio.get_running_loop().time
        begin, delay = now(), RETRY_DELAY
        deadline = begin + RETRY_FOR
        while True:
            try:
                sent = await self._coordinator.client.send_message(
                    chat_id,
                    message.text,
                    quoted_message_id=message.quoted_message_id,
                    link_preview=message.link_preview,
                    typing_time=message.typing_time,
                )
            except GreenApiRateLimitError:
                # Each second has room for more, so that a burst drains.
                if now() + RETRY_DELAY > begin + RATE_LIMITED_FOR:
                    raise
                await asyncio.sleep(RETRY_DELAY)
                continue
            except _NOT_TAKEN:
                if now() + delay > deadline:
                    raise
            else:
                return sent.message_id
            await asyncio.sleep(delay)
            delay *= 1.2


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat to write to, and the instance that does."""

    outbox: Outbox
    chat_id: ChatId
    name: str
    subentry_id: str | None = None
    entity_id: str | None = None


async def async_send_text(
    hass: HomeAssistant, recipients: Sequence[Recipient], text: OutgoingText
) -> list[JsonObjectType]:
    """Send a text to several chats at once and return what went where.

    Every chat is tried. Raises one HomeAssistantError that names those that failed.
    """
    results = await asyncio.gather(
        *(each.outbox.async_send_text(each.chat_id, text) for each in recipients),
        return_exceptions=True,
    )
    messages: list[JsonObjectType] = []
    failures: list[tuple[Recipient, HomeAssistantError]] = []
    for recipient, result in zip(recipients, results, strict=True):
        match result:
            case HomeAssistantError():
                failures.append((recipient, result))
            case BaseException():
                raise result
            case message_ids:
                messages += _describe_sent(recipient, message_ids)
                if recipient.subentry_id:
                    async_dispatcher_send(
                        hass, SIGNAL_SENT.format(recipient.subentry_id)
                    )
    if failures:
        raise _join(hass, recipients, failures)
    return messages


def _describe_sent(
    recipient: Recipient, message_ids: Sequence[str]
) -> list[JsonObjectType]:
    """Return the response data for the messages to one chat."""
    target: JsonObjectType = {ATTR_CHAT_ID: str(recipient.chat_id)}
    if recipient.entity_id:
        target[ATTR_ENTITY_ID] = recipient.entity_id
    return [{**target, ATTR_MESSAGE_ID: message_id} for message_id in message_ids]


def _join(
    hass: HomeAssistant,
    recipients: Sequence[Recipient],
    failures: Sequence[tuple[Recipient, HomeAssistantError]],
) -> HomeAssistantError:
    """Return one error for all that failed."""
    if len(recipients) == 1:
        return failures[0][1]
    return translated(
        "some_failed",
        failed=str(len(failures)),
        total=str(len(recipients)),
        reasons="".join(
            f"\n• {recipient.name}: {describe(hass, error)}"
            for recipient, error in failures
        ),
    )
