"""One action for several chats: all are tried, and what failed is told by name."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol

from homeassistant.const import ATTR_ENTITY_ID, CONF_TIMEOUT
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.json import JsonObjectType
from homeassistant.util.signal_type import SignalTypeFormat

from .api import ChatId, MessageStatus
from .const import (
    ATTR_CHAT_ID,
    ATTR_MESSAGE_ID,
    ATTR_OUTBOX_ID,
    ATTR_STATUS,
    ATTR_WAIT_FOR,
    DOMAIN,
)
from .errors import describe, describe_status, invalid, translated
from .messages import Message, Reply
from .outbox import Outbox, Result, Status, Terms

# Names the last message that this integration sent to a chat.
LAST: Final = "last"

# Somebody else than a chat's notify entity has sent a message to that chat.
SIGNAL_SENT: SignalTypeFormat[()] = SignalTypeFormat(f"{DOMAIN}_sent_{{}}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat to write to, and the instance that does."""

    outbox: Outbox
    chat_id: ChatId
    name: str
    subentry_id: str | None = None
    entity_id: str | None = None

    def describe(self, **more: str) -> JsonObjectType:
        """Return the recipient as response data, with what there is to say."""
        target: JsonObjectType = {ATTR_CHAT_ID: str(self.chat_id)}
        if self.entity_id:
            target[ATTR_ENTITY_ID] = self.entity_id
        return {**target, **more}


class Outgoing(Protocol):
    """What is to be sent, and may have to be made ready for an instance first."""

    async def async_messages(self, outbox: Outbox, terms: Terms) -> Sequence[Message]:
        """Return the messages that an instance can send."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """Messages that every instance can send as they are."""

    messages: Sequence[Message]

    async def async_messages(self, outbox: Outbox, terms: Terms) -> Sequence[Message]:
        """Return the messages."""
        return self.messages


@dataclass(frozen=True, slots=True)
class Several:
    """What goes out one after the other, once all of it is ready."""

    parts: Sequence[Outgoing]

    async def async_messages(self, outbox: Outbox, terms: Terms) -> Sequence[Message]:
        """Make all ready, so that nothing is sent if a part is not to be had."""
        return [
            message
            for part in self.parts
            for message in await part.async_messages(outbox, terms)
        ]


@dataclass(frozen=True, slots=True)
class Wait:
    """How far a message has to come, and in what time."""

    wanted: MessageStatus
    timeout: timedelta


@callback
def async_wait_of(
    recipients: Sequence[Recipient], data: Mapping[str, Any]
) -> Wait | None:
    """Return what the data of an action want to wait for.

    Raises ServiceValidationError where nothing would be heard of it.
    """
    if (wanted := data.get(ATTR_WAIT_FOR)) is None:
        return None
    if not all(each.outbox.deliveries.receiving for each in recipients):
        raise invalid("wait_needs_receiving")
    return Wait(wanted, data[CONF_TIMEOUT])


async def async_send(
    hass: HomeAssistant,
    recipients: Sequence[Recipient],
    outgoing: Outgoing,
    terms: Terms,
    wait: Wait | None = None,
) -> list[JsonObjectType]:
    """Send to several chats at once and return what went where, and how far it came.

    Raises one HomeAssistantError that names the chats that failed.
    """
    # Once for each instance, however many of its chats wait for it.
    ready = {
        outbox: hass.async_create_task(outgoing.async_messages(outbox, terms))
        for outbox in {each.outbox for each in recipients}
    }

    async def send(recipient: Recipient) -> list[JsonObjectType]:
        outbox, chat_id = recipient.outbox, recipient.chat_id
        messages = [_with_quote(outbox, chat_id, each) for each in await ready[outbox]]
        old = (
            outbox.sent.tagged(chat_id, terms.tag)
            if terms.tag and terms.replace
            else None
        )
        result = await outbox.async_send(chat_id, messages, terms)
        if recipient.subentry_id and result.status is not Status.DUPLICATE:
            async_dispatcher_send(hass, SIGNAL_SENT.format(recipient.subentry_id))
        if wait is None:
            return _described(recipient, result)
        deadline = asyncio.get_running_loop().time() + wait.timeout.total_seconds()
        if result.outcome:
            result = await _async_left(hass, result.outcome, wait, deadline)
        # An edited message was delivered long ago; of the change, nothing is told.
        sent = [
            each
            for each in result.message_ids
            if not old or each not in old["message_ids"]
        ]
        statuses = {
            each: await outbox.deliveries.async_wait(
                hass, each, wait.wanted, asyncio.timeout_at(deadline)
            )
            for each in sent
        }
        return _described(recipient, result, statuses)

    try:
        sent = await async_each(hass, recipients, send)
    finally:
        for task in ready.values():
            task.cancel()
    return [each for messages in sent for each in messages]


def known_message_id(outbox: Outbox, chat_id: ChatId, message_id: str) -> str:
    """Return a message id, which may be given as the last one.

    Raises ServiceValidationError if there is none.
    """
    if message_id != LAST:
        return message_id
    if (last := outbox.sent.last(chat_id)) is None:
        raise invalid("no_last_message", chat=outbox.name_of(chat_id))
    return last["message_id"]


def _with_quote(outbox: Outbox, chat_id: ChatId, message: Message) -> Message:
    """Return a message that quotes another one by its id."""
    if not isinstance(message, Reply) or not (quoted := message.quoted_message_id):
        return message
    quoted = known_message_id(outbox, chat_id, quoted)
    return dataclasses.replace(message, quoted_message_id=quoted)


def _described(
    recipient: Recipient,
    result: Result,
    statuses: Mapping[str, MessageStatus] = MappingProxyType({}),
) -> list[JsonObjectType]:
    """Return what came of sending as response data."""
    if result.status is Status.SENT:
        return [
            recipient.describe(
                **{ATTR_MESSAGE_ID: each},
                **({ATTR_STATUS: statuses[each]} if each in statuses else {}),
            )
            for each in result.message_ids
        ]
    kept = {ATTR_OUTBOX_ID: result.outbox_id} if result.outbox_id else {}
    return [recipient.describe(**{ATTR_STATUS: result.status.value}, **kept)]


async def _async_left(
    hass: HomeAssistant,
    outcome: asyncio.Future[Sequence[str]],
    wait: Wait,
    deadline: float,
) -> Result:
    """Return what came of something that is queued, once it has left.

    Raises HomeAssistantError when it will not, or has not in time.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return Result(Status.SENT, await asyncio.shield(outcome))
    except TimeoutError as err:
        raise translated(
            "not_that_far",
            wanted=describe_status(hass, wait.wanted),
            reached=describe_status(hass, None),
        ) from err


async def async_each[T](
    hass: HomeAssistant,
    recipients: Sequence[Recipient],
    act: Callable[[Recipient], Awaitable[T]],
) -> list[T]:
    """Act on every recipient at once and return what came of it.

    Raises one HomeAssistantError that names those that failed.
    """
    results = await asyncio.gather(
        *(act(each) for each in recipients), return_exceptions=True
    )
    done: list[T] = []
    failures: list[tuple[Recipient, HomeAssistantError]] = []
    for recipient, result in zip(recipients, results, strict=True):
        match result:
            case HomeAssistantError():
                failures.append((recipient, result))
            case BaseException():
                raise result
            case _:
                done.append(result)
    if failures:
        raise _join(hass, recipients, failures)
    return done


def _join(
    hass: HomeAssistant,
    recipients: Sequence[Recipient],
    failures: Sequence[tuple[Recipient, HomeAssistantError]],
) -> HomeAssistantError:
    """Return one error for all that failed."""
    errors = {id(error): error for _, error in failures}
    if len(failures) == len(recipients) and len(errors) == 1:
        # All for one thing that is not the chats', or there is one chat only.
        return failures[0][1]
    names: defaultdict[str, list[str]] = defaultdict(list)
    for recipient, error in failures:
        names[describe(hass, error)].append(recipient.name)
    return translated(
        "some_failed",
        failed=str(len(failures)),
        total=str(len(recipients)),
        reasons="".join(f"\n• {', '.join(who)}: {why}" for why, who in names.items()),
    )
