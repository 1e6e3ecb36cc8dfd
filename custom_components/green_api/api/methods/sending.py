"""New messages."""

from collections.abc import AsyncIterable, Sequence
from datetime import timedelta
from http import HTTPMethod

from ..chat_id import ChatId
from ..exceptions import GreenApiOutcomeUnknownError
from ..models import JsonObject, SentMessage, UploadedFile
from ..queued import QueuedMessage
from .base import Methods, fields, is_object, objects, unexpected


class SendingMethods(Methods):
    """Send, and look at what waits to be sent.

    https://green-api.com/en/docs/api/sending/
    https://green-api.com/en/docs/api/queues/
    """

    async def send_message(
        self,
        chat_id: ChatId,
        message: str,
        *,
        quoted_message_id: str | None = None,
        link_preview: bool | None = None,
        typing_time: timedelta | None = None,
    ) -> SentMessage:
        """Put a text of up to 20,000 UTF-16 units into the send queue; 50 a second.

        `typing_time` is 1 to 20 s. The answer means taken, not delivered: GREEN-API
        keeps the messages of an instance that is not linked for 24 hours.

        Like all methods that send, raises GreenApiOutcomeUnknownError when the message
        may or may not have been taken, GreenApiNotLinkedError, GreenApiSuspendedError,
        GreenApiQuotaError, and GreenApiValidationError with GREEN-API's own reason.

        https://green-api.com/en/docs/api/sending/SendMessage/
        """
        return await self._send(
            "sendMessage",
            fields(
                chatId=str(chat_id),
                message=message,
                quotedMessageId=quoted_message_id,
                linkPreview=link_preview,
                typingTime=None
                if typing_time is None
                else round(typing_time / timedelta(milliseconds=1)),
            ),
        )

    async def upload_file(
        self,
        content: AsyncIterable[bytes],
        *,
        name: str,
        content_type: str,
        size: int | None = None,
    ) -> UploadedFile:
        """Stream a file of up to 100 MB to GREEN-API, which keeps it for 15 days.

        Sends nothing. `name` tells what kind of file it is by its extension; what
        people see is the name that is sent along later. Without `size`, the file goes
        in chunks.

        Raises what `content` raises.

        https://green-api.com/en/docs/api/sending/UploadFile/
        """
        headers = {
            "Content-Type": content_type,
            # A header has ASCII only, and the name is in no message.
            "GA-Filename": f"file.{name.rpartition('.')[2]}".encode(
                "ascii", "ignore"
            ).decode(),
        }
        if size is not None:
            headers["Content-Length"] = str(size)
        answer = await self._transport.upload("uploadFile", content, headers)
        if not is_object(answer) or not answer.get("urlFile"):
            raise unexpected()
        return UploadedFile.from_answer(answer)

    async def send_file_by_url(
        self,
        chat_id: ChatId,
        url: str,
        file_name: str,
        *,
        caption: str | None = None,
        quoted_message_id: str | None = None,
    ) -> SentMessage:
        """Put a file of up to 100 MB that GREEN-API can fetch into the send queue.

        50 a second. The extension of the name decides what it arrives as; the caption
        has up to 1,024 characters. Raises as `send_message` does.

        https://green-api.com/en/docs/api/sending/SendFileByUrl/
        """
        return await self._send(
            "sendFileByUrl",
            fields(
                chatId=str(chat_id),
                urlFile=url,
                fileName=file_name,
                caption=caption,
                quotedMessageId=quoted_message_id,
            ),
        )

    async def send_location(  # noqa: PLR0913  GREEN-API's own fields
        self,
        chat_id: ChatId,
        latitude: float,
        longitude: float,
        *,
        name: str | None = None,
        address: str | None = None,
        quoted_message_id: str | None = None,
    ) -> SentMessage:
        """Put a place, in degrees, into the send queue; 50 a second.

        Raises as `send_message` does.

        https://green-api.com/en/docs/api/sending/SendLocation/
        """
        return await self._send(
            "sendLocation",
            fields(
                chatId=str(chat_id),
                latitude=latitude,
                longitude=longitude,
                nameLocation=name,
                address=address,
                quotedMessageId=quoted_message_id,
            ),
        )

    async def send_contact(  # noqa: PLR0913  GREEN-API's own fields
        self,
        chat_id: ChatId,
        phone_number: int,
        *,
        first_name: str | None = None,
        middle_name: str | None = None,
        last_name: str | None = None,
        company: str | None = None,
        quoted_message_id: str | None = None,
    ) -> SentMessage:
        """Put a contact card, with at least one name, into the send queue; 50 a second.

        Raises as `send_message` does.

        https://green-api.com/en/docs/api/sending/SendContact/
        """
        contact = fields(
            phoneContact=phone_number,
            firstName=first_name,
            middleName=middle_name,
            lastName=last_name,
            company=company,
        )
        return await self._send(
            "sendContact",
            fields(
                chatId=str(chat_id), contact=contact, quotedMessageId=quoted_message_id
            ),
        )

    async def send_poll(
        self,
        chat_id: ChatId,
        question: str,
        options: Sequence[str],
        *,
        multiple_answers: bool = False,
        quoted_message_id: str | None = None,
    ) -> SentMessage:
        """Put a poll into the send queue; 50 a second.

        The question has up to 255 characters; there are 2 to 12 different options of up
        to 100 characters. Raises as `send_message` does.

        https://green-api.com/en/docs/api/sending/SendPoll/
        """
        return await self._send(
            "sendPoll",
            fields(
                chatId=str(chat_id),
                message=question,
                options=[{"optionName": option} for option in options],
                multipleAnswers=multiple_answers,
                quotedMessageId=quoted_message_id,
            ),
        )

    async def forward_messages(
        self, chat_id: ChatId, from_chat_id: ChatId, message_ids: Sequence[str]
    ) -> list[SentMessage]:
        """Put messages of one chat into the send queue for another; 50 a second.

        Raises as `send_message` does.

        https://green-api.com/en/docs/api/sending/ForwardMessages/
        """
        answer = await self._transport.request(
            HTTPMethod.POST,
            "forwardMessages",
            fields(
                chatId=str(chat_id),
                chatIdFrom=str(from_chat_id),
                messages=list(message_ids),
            ),
            carries_out=True,
        )
        sent = answer.get("messages") if is_object(answer) else None
        if not isinstance(sent, list) or len(sent) != len(message_ids):
            raise GreenApiOutcomeUnknownError("not every message id")
        return [SentMessage(str(message_id)) for message_id in sent]

    async def show_messages_queue(self) -> tuple[QueuedMessage, ...]:
        """Ask for the messages in the send queue, the next one first; once a second.

        https://green-api.com/en/docs/api/queues/ShowMessagesQueue/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "showMessagesQueue")
        return tuple(
            message
            for item in objects(answer)
            for message in QueuedMessage.from_answer(item)
        )

    async def _send(self, method: str, body: JsonObject) -> SentMessage:
        """Call a method that sends; without an id in the answer, nothing is certain."""
        answer = await self._transport.request(
            HTTPMethod.POST, method, body, carries_out=True
        )
        if not is_object(answer) or not answer.get("idMessage"):
            raise GreenApiOutcomeUnknownError("no message id")
        return SentMessage.from_answer(answer)
