"""Messages that wait in GREEN-API's send queue."""

from dataclasses import dataclass

from .content import Discreet
from .models import JsonObject
from .reading import chat_id_in, object_in, text, text_in


@dataclass(frozen=True, slots=True, repr=False)
class QueuedMessage(Discreet):
    """A message that waits to be sent.

    `type` is the API's word for the method that took it, such as sendMessage or
    ForwardMessages, and `body` what that method was given and made of it.

    https://green-api.com/en/docs/api/queues/ShowMessagesQueue/
    """

    message_id: str
    type: str
    chat_id: str
    body: JsonObject

    @classmethod
    def from_answer(cls, item: JsonObject) -> tuple[QueuedMessage, ...]:
        """Read one item of the queue: a message, or all that one call forwards."""
        body, several = object_in(item, "body"), item.get("messagesIDs")
        return tuple(
            cls(
                message_id=message_id,
                type=text_in(item, "type") or "",
                chat_id=chat_id_in(body, "chatId") or "",
                body=body,
            )
            for each in (
                item.get("messageID"),
                *(several if isinstance(several, list) else ()),
            )
            if (message_id := text(each))
        )
