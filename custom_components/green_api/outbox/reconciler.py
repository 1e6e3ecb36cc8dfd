"""What became of a request to which there was no answer."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import Final, Protocol

from ..api import (
    ChatId,
    ChatServer,
    GreenApiQuotaError,
    GreenApiResponseError,
    GreenApiValidationError,
    Message as ApiMessage,
)
from ..const import CONF_LID, SUBENTRY_TYPE_CHAT
from ..coordinator import GreenApiCoordinator
from ..deliveries import Deliveries
from ..errors import translated
from ..messages import ForwardedMessages, Message, TextMessage
from .evidence import DAY, Evidence, Look
from .matching import is_in_journal, is_in_queue, is_same_chat

# What is not there after so many seconds, was not taken. Before, it may be on its way
# from a gateway to GREEN-API, or from its queue to its journal: the first in the queue
# is in neither of them at times.
GRACE = 5.0
# So often it is looked for at most, where that it is not there proves nothing.
LOOKS = 12

# The ids of so many messages are remembered, so that none is taken for another.
_CLAIMED: Final = 20_000


class _InChat(Protocol):
    """A message in a chat."""

    @property
    def chat_id(self) -> str: ...


class Reconciler:
    """Find out what became of a request to which there was no answer.

    By what GREEN-API has, and by what it tells by itself.
    """

    def __init__(
        self, coordinator: GreenApiCoordinator, deliveries: Deliveries
    ) -> None:
        """Take the instance, and what is told of its messages."""
        self._coordinator = coordinator
        self._client = coordinator.client
        self._deliveries = deliveries
        self._claimed: OrderedDict[str, None] = OrderedDict()
        self._evidence = Evidence(coordinator.client, self._claimed)
        # The chats of hidden ids that were asked for here, and which chats were.
        self._hidden: dict[str, str] = {}
        self._asked: set[ChatId] = set()

    def claim(self, message_ids: Iterable[str]) -> None:
        """Remember whose ids these are: not those of a message that is looked for."""
        self._claimed.update(dict.fromkeys(message_ids))
        while len(self._claimed) > _CLAIMED:
            self._claimed.popitem(last=False)

    async def async_find(
        self,
        chat_id: ChatId,
        message: Message,
        age: float | None,
        *,
        is_recent: bool,
    ) -> list[str] | None:
        """Return the ids that a message got, None if it certainly was not taken.

        `age` is how many seconds ago that was; None if nobody knows, as Home Assistant
        was not running; `is_recent` then tells whether the journal still has it.

        Raises a HomeAssistantError if it cannot be found out, and a GreenApiError as
        long as GREEN-API does not answer.
        """
        now = asyncio.get_running_loop().time
        left_at = None if age is None else now() - age
        missed_at: float | None = None
        for _ in range(LOOKS):
            minutes = DAY if left_at is None else ceil((now() - left_at) / 60) + 1
            look = await self._evidence.async_look(now(), min(minutes, DAY))
            echoes = self._deliveries.echoes(left_at)
            if found := await self._async_found(chat_id, message, look, echoes):
                self.claim(found)
                return found
            grace = GRACE + look.delay + _typing_time(message)
            missed_at = look.begun if missed_at is None else missed_at
            is_sure = look.is_whole and is_recent and minutes <= DAY
            if is_sure and look.begun - missed_at >= grace:
                return None
            await asyncio.sleep(max(missed_at + grace - now(), GRACE))
        raise translated("outcome_unknown")

    async def _async_found(
        self,
        chat_id: ChatId,
        message: Message,
        look: Look,
        echoes: Sequence[ApiMessage],
    ) -> list[str]:
        """Return the ids of what says the same in the same chat, and is nobody else's."""
        await self._async_learn(chat_id, (*look.queued, *look.journal, *echoes))
        known = self._known()

        def found() -> Iterator[str]:
            for queued in look.queued:
                if is_same_chat(chat_id, queued.chat_id, known) and is_in_queue(
                    message, queued
                ):
                    yield queued.message_id
            for entry in (*echoes, *look.journal):
                if is_same_chat(chat_id, entry.chat_id, known) and is_in_journal(
                    message, entry
                ):
                    yield entry.message_id

        wanted = (
            len(message.message_ids) if isinstance(message, ForwardedMessages) else 1
        )
        ids = dict.fromkeys(each for each in found() if each not in self._claimed)
        return [each for each in ids if each][:wanted]

    async def _async_learn(self, chat_id: ChatId, others: Iterable[_InChat]) -> None:
        """Ask for the id that hides the number of a chat, if it may be one of those."""
        known = self._known()
        if (
            chat_id.server is not ChatServer.PERSON
            or chat_id in self._asked
            or str(chat_id) in known.values()
            or all(
                not each.chat_id.endswith("@lid") or each.chat_id in known
                for each in others
            )
        ):
            return
        try:
            check = await self._client.check_whatsapp(chat_id)
        except GreenApiQuotaError, GreenApiResponseError, GreenApiValidationError:
            # Then it may be anybody's.
            pass
        else:
            if check.lid:
                self._hidden[check.lid] = str(chat_id)
        self._asked.add(chat_id)

    def _known(self) -> dict[str, str]:
        """Return the chats that are known by a hidden id, too."""
        chats = self._coordinator.config_entry.get_subentries_of_type(
            SUBENTRY_TYPE_CHAT
        )
        return self._hidden | {
            chat.data[CONF_LID]: str(chat.unique_id)
            for chat in chats
            if chat.data.get(CONF_LID)
        }


def _typing_time(message: Message) -> float:
    """Return for how many seconds somebody seems to type first."""
    if isinstance(message, TextMessage) and message.typing_time:
        return message.typing_time.total_seconds()
    return 0.0
