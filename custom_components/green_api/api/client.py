"""GREEN-API, one coroutine per method."""

from collections.abc import AsyncIterable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from http import HTTPMethod
from typing import TypeIs

from aiohttp import ClientSession

from .chat_id import ChatId
from .exceptions import (
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiResponseError,
)
from .journal import JournalMessage
from .models import (
    Contact,
    InstanceState,
    Json,
    JsonObject,
    NumberCheck,
    SentMessage,
    UploadedFile,
    WaSettings,
)
from .rate_limits import RateLimits
from .transport import Transport


class GreenApiClient:
    """Talk to one GREEN-API instance.

    Every method raises a GreenApiError: GreenApiConnectionError, GreenApiRateLimitError
    and GreenApiStartingError when it certainly did nothing and may work later,
    GreenApiAuthenticationError, GreenApiWrongServerError and GreenApiInstanceGoneError
    for the credentials, and those that its own text names.

    https://green-api.com/en/docs/api/
    """

    def __init__(  # noqa: PLR0913
        self,
        session: ClientSession,
        instance_id: str,
        token: str,
        *,
        api_url: str = "",
        media_url: str = "",
        limits: RateLimits | None = None,
    ) -> None:
        """Take the session, the credentials and where the instance is served.

        Without URLs, those that GREEN-API usually gives to the instance are taken.

        Raises InvalidUrlError for a URL that is no server's.
        """
        self.instance_id = instance_id
        self._transport = Transport(session, instance_id, token, api_url, media_url)
        self._limits = limits or RateLimits()

    async def get_state_instance(self) -> InstanceState:
        """Ask what the instance is doing; once a second.

        https://green-api.com/en/docs/api/account/GetStateInstance/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getStateInstance")
        if answer is not None and not (
            _is_object(answer) and "stateInstance" in answer
        ):
            raise _unexpected()
        return InstanceState.from_answer(answer)

    async def get_wa_settings(self) -> WaSettings:
        """Ask for the WhatsApp account behind the instance; once a second.

        https://green-api.com/en/docs/api/account/GetWaSettings/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getWaSettings")
        if not _is_object(answer):
            raise _unexpected()
        return WaSettings.from_answer(answer)

    async def get_contacts(self) -> list[Contact]:
        """Ask for the people and groups the account knows; once a second.

        https://green-api.com/en/docs/api/service/GetContacts/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getContacts")
        if not isinstance(answer, list):
            raise _unexpected()
        return [
            Contact.from_answer(item)
            for item in answer
            if _is_object(item) and item.get("id")
        ]

    async def check_whatsapp(self, chat_id: ChatId) -> NumberCheck:
        """Ask whether a person's phone number has WhatsApp; 100 a month on a free plan.

        Raises GreenApiQuotaError when that quota is used up.

        https://green-api.com/en/docs/api/service/CheckWhatsapp/
        """
        answer = await self._transport.request(
            HTTPMethod.POST, "checkWhatsapp", _body(chatId=str(chat_id))
        )
        if not _is_object(answer) or "existsWhatsapp" not in answer:
            raise _unexpected()
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
            _body(chatId=str(chat_id), count=count),
        )
        if not isinstance(answer, list):
            raise _unexpected()
        return [JournalMessage.from_answer(item) for item in answer if _is_object(item)]

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
            _body(
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
        if not _is_object(answer) or not answer.get("urlFile"):
            raise _unexpected()
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
            _body(
                chatId=str(chat_id),
                urlFile=url,
                fileName=file_name,
                caption=caption,
                quotedMessageId=quoted_message_id,
            ),
        )

    async def send_location(  # noqa: PLR0913
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
            _body(
                chatId=str(chat_id),
                latitude=latitude,
                longitude=longitude,
                nameLocation=name,
                address=address,
                quotedMessageId=quoted_message_id,
            ),
        )

    async def send_contact(  # noqa: PLR0913
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
        contact = _body(
            phoneContact=phone_number,
            firstName=first_name,
            middleName=middle_name,
            lastName=last_name,
            company=company,
        )
        return await self._send(
            "sendContact",
            _body(
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
            _body(
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
            _body(
                chatId=str(chat_id),
                chatIdFrom=str(from_chat_id),
                messages=list(message_ids),
            ),
            carries_out=True,
        )
        sent = answer.get("messages") if _is_object(answer) else None
        if not isinstance(sent, list) or len(sent) != len(message_ids):
            raise GreenApiOutcomeUnknownError("not every message id")
        return [SentMessage(str(message_id)) for message_id in sent]

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
            _body(chatId=str(chat_id), idMessage=message_id, message=message),
            carries_out=True,
        )
        if not _is_object(answer) or not answer.get("idMessage"):
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
            _body(
                chatId=str(chat_id),
                idMessage=message_id,
                onlySenderDelete=only_for_me or None,
            ),
            carries_out=True,
        )
        # The page promises an empty answer; a text would be a reason.
        if answer is not None and not _is_object(answer):
            raise GreenApiOutcomeUnknownError("not confirmed")

    async def read_chat(self, chat_id: ChatId, message_id: str | None = None) -> None:
        """Mark a chat as read, or one message of it; 10 a second.

        https://green-api.com/en/docs/api/marks/ReadChat/
        """
        answer = await self._transport.request(
            HTTPMethod.POST,
            "readChat",
            _body(chatId=str(chat_id), idMessage=message_id),
            carries_out=True,
        )
        if not _is_object(answer) or answer.get("setRead") is not True:
            raise GreenApiOutcomeUnknownError("not confirmed")

    async def _send(self, method: str, body: JsonObject) -> SentMessage:
        """Call a method that sends; without an id in the answer, nothing is certain."""
        answer = await self._transport.request(
            HTTPMethod.POST, method, body, carries_out=True
        )
        if not _is_object(answer) or not answer.get("idMessage"):
            raise GreenApiOutcomeUnknownError("no message id")
        return SentMessage.from_answer(answer)

    async def _ask_slowly(
        self,
        verb: HTTPMethod,
        method: str,
        body: JsonObject | None = None,
        *,
        carries_out: bool = False,
    ) -> Json:
        """Call a method that may be called once a second."""
        call = partial(
            self._transport.request, verb, method, body, carries_out=carries_out
        )
        async with self._limits.turn(method):
            # Others may ask, too; and aiohttp asks again by itself when a connection
            # that was kept turns out to be closed.
            with suppress(GreenApiRateLimitError):
                return await call()
        async with self._limits.turn(method):
            return await call()


def _body(**fields: Json) -> JsonObject:
    """Return the body of a call, without what is not set."""
    return {name: value for name, value in fields.items() if value is not None}


def _unexpected() -> GreenApiError:
    """Return what it means that JSON came, but not the method's."""
    return GreenApiResponseError("HTTP 200")


def _is_object(answer: Json) -> TypeIs[JsonObject]:
    return isinstance(answer, dict)
