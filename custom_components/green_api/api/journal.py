"""Messages as GREEN-API's journals keep them."""

from dataclasses import dataclass, replace
from typing import Self, override

from .content import Media, Place
from .message import Message, MessageType
from .models import JsonObject
from .reading import text_in

__all__ = ["JournalMessage", "Media", "MessageType", "Place"]


@dataclass(frozen=True, slots=True, repr=False)
class JournalMessage(Message):
    """A message that was sent or received, and what became of it since.

    `status` is the API's word for what became of a sent one, and `sent_by_api` tells it
    from one that was written on the phone; None where that is not said. Any part may be
    missing: journals keep what they were given.

    https://green-api.com/en/docs/api/journals/GetChatHistory/
    https://green-api.com/en/docs/api/journals/LastOutgoingMessages/
    """

    edited: bool = False
    deleted: bool = False
    status: str | None = None
    sent_by_api: bool | None = None

    @classmethod
    @override
    def from_answer(cls, item: JsonObject) -> Self:
        """Read one item of a journal, whatever is missing."""
        sent = item.get("sendByApi")
        return replace(
            super().from_answer(item),
            edited=item.get("isEdited") is True,
            deleted=item.get("isDeleted") is True,
            status=text_in(item, "statusMessage"),
            sent_by_api=sent if isinstance(sent, bool) else None,
        )
