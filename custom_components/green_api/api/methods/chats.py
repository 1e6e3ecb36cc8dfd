"""Chats, the people in them, and the messages that are there already."""

from http import HTTPMethod

from ..chat_id import ChatId
from ..exceptions import GreenApiOutcomeUnknownError
from ..journal import JournalMessage
from ..models import Contact, NumberCheck
from .base import Methods, fields, is_object, objects, unexpected


class ChatMethods(Methods):
    """Look up chats and people, and look after messages.

    https://green-api.com/en/docs/api/service/
    https://green-api.com/en/docs/api/journals/
    """

    async def get_contacts(self) -> list[Contact]:
        """Ask for the people and groups the account knows; once a second.

        https://green-api.com/en/docs/api/service/GetContacts/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getContacts")
        return [Contact.from_answer(item) for item in objects(answer) if item.get("id")]

    async def check_whatsapp(self, chat_id: ChatId) -> NumberCheck:
        """Ask whether a person's phone number has WhatsApp; 100 a month on a free plan.

        Raises GreenApiQuotaError when that quota is used up.

        https://green-api.com/en/docs/api/service/CheckWhatsapp/
        """
        answer = await self._transport.request(
            HTTPMethod.POST, "checkWhatsapp", fields(chatId=str(chat_id))
        )
        if not is_object(answer) or "existsWhatsapp" not in answer:
            raise unexpected()
        return NumberCheck.from_answer(answer)

    async def get_chat_history(
        self, chat_id: ChatId, count: int
    ) -> list[JournalMessage]:
        """Ask for the last messages of a chat, newest first; once a second.

        https://green-api.com/en/docs/api/journals/GetChatHistory/
        """
        answer = await self._ask_slowly(
            HTTPMethod.POST,
            "getChatHistory",
            fields(chatId=str(chat_id), count=count),
        )
        return [JournalMessage.from_answer(item) for item in objects(answer)]

    async def last_outgoing_messages(self, minutes: int) -> tuple[JournalMessage, ...]:
        """Ask for what left the send queue in the last minutes; once a second.

        Newest first, of all chats, sent by whomever; up to 20,160 minutes. Raises
        GreenApiQuotaError when the 1,000 calls a month of a free plan are used up.

        https://green-api.com/en/docs/api/journals/LastOutgoingMessages/
        """
        answer = await self._ask_slowly(
            HTTPMethod.GET, "lastOutgoingMessages", rest=f"?minutes={minutes}"
        )
        return tuple(JournalMessage.from_answer(item) for item in objects(answer))

    async def edit_message(
        self, chat_id: ChatId, message_id: str, message: str
    ) -> None:
        """Change the text of a message that was sent; once a second.

        WhatsApp allows it for about 15 minutes, and ignores it after that. The message
        keeps its id, whatever the answer says. Raises GreenApiOutcomeUnknownError when
        it may or may not be done, and to make the same change twice does no harm.

        https://green-api.com/en/docs/api/service/EditMessage/
        """
        answer = await self._ask_slowly(
            HTTPMethod.POST,
            "editMessage",
            fields(chatId=str(chat_id), idMessage=message_id, message=message),
            carries_out=True,
        )
        if not is_object(answer) or not answer.get("idMessage"):
            raise GreenApiOutcomeUnknownError("no message id")

    async def delete_message(
        self, chat_id: ChatId, message_id: str, *, only_for_me: bool = False
    ) -> None:
        """Delete a message for everybody, or only on the own phone; 10 a second.

        Raises GreenApiOutcomeUnknownError when it may or may not be done, and to delete
        it twice does no harm.

        https://green-api.com/en/docs/api/service/deleteMessage/
        """
        answer = await self._transport.request(
            HTTPMethod.POST,
            "deleteMessage",
            fields(
                chatId=str(chat_id),
                idMessage=message_id,
                onlySenderDelete=only_for_me or None,
            ),
            carries_out=True,
        )
        # The page promises an empty answer; a text would be a reason.
        if answer is not None and not is_object(answer):
            raise GreenApiOutcomeUnknownError("not confirmed")

    async def read_chat(self, chat_id: ChatId, message_id: str | None = None) -> None:
        """Mark a chat as read, or one message of it; 10 a second.

        https://green-api.com/en/docs/api/marks/ReadChat/
        """
        answer = await self._transport.request(
            HTTPMethod.POST,
            "readChat",
            fields(chatId=str(chat_id), idMessage=message_id),
            carries_out=True,
        )
        if not is_object(answer) or answer.get("setRead") is not True:
            raise GreenApiOutcomeUnknownError("not confirmed")
