"""GREEN-API over HTTP: one coroutine per method.

The only place that builds a URL or sees the token, which is a part of every URL.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from http import HTTPMethod
import json
from typing import TypeIs
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from aiohttp.client_exceptions import ConnectionTimeoutError
from yarl import URL

from .answer import read_answer
from .chat_id import ChatId
from .exceptions import (
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiValidationError,
    InvalidUrlError,
)
from .models import (
    Contact,
    InstanceState,
    Json,
    JsonObject,
    NumberCheck,
    SentMessage,
    WaSettings,
)

_TIMEOUT = ClientTimeout(total=60, sock_connect=10)
_JSON_HEADERS = {"Content-Type": "application/json"}

# Instances of the first pools have no host of their own.
_SHARED_POOL = "1101"
_POOL_ID_LENGTH = 10


def default_api_url(instance_id: str) -> str:
    """Return where GREEN-API usually serves an instance's methods."""
    return _default_url("api", instance_id)


def default_media_url(instance_id: str) -> str:
    """Return where GREEN-API usually takes an instance's files."""
    return _default_url("media", instance_id)


def _default_url(kind: str, instance_id: str) -> str:
    pool = instance_id[:4]
    if len(instance_id) < _POOL_ID_LENGTH or pool == _SHARED_POOL:
        return f"https://{kind}.green-api.com"
    return f"https://{pool}.{kind}.greenapi.com"


class RateLimits:
    """Keep the calls of an instance's slow methods a second apart, whoever makes them.

    https://green-api.com/en/docs/api/ratelimiter/
    """

    # GREEN-API counts whole seconds, and a request may arrive a little early.
    interval = 1.1

    def __init__(self) -> None:
        """Start with every method free."""
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, method: str) -> AsyncGenerator[None]:
        """Wait until the method may be called again."""
        now = asyncio.get_running_loop().time
        async with self._turns[method]:
            if (delay := self._free_at.get(method, 0) - now()) > 0:
                await asyncio.sleep(delay)
            try:
                yield
            finally:
                self._free_at[method] = now() + self.interval


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
        self._session = session
        self._token = token
        self._api_url = _parse_url(api_url or default_api_url(instance_id))
        self._media_url = _parse_url(media_url or default_media_url(instance_id))
        self._limits = limits or RateLimits()
        self._urls: dict[str, URL] = {}

    async def get_state_instance(self) -> InstanceState:
        """Ask what the instance is doing; once a second.

        https://green-api.com/en/docs/api/account/GetStateInstance/
        """
        answer = await self._ask_slowly("getStateInstance")
        if answer is not None and not (
            _is_object(answer) and "stateInstance" in answer
        ):
            raise _unexpected()
        return InstanceState.from_answer(answer)

    async def get_wa_settings(self) -> WaSettings:
        """Ask for the WhatsApp account behind the instance; once a second.

        https://green-api.com/en/docs/api/account/GetWaSettings/
        """
        answer = await self._ask_slowly("getWaSettings")
        if not _is_object(answer):
            raise _unexpected()
        return WaSettings.from_answer(answer)

    async def get_contacts(self) -> list[Contact]:
        """Ask for the people and groups the account knows; once a second.

        https://green-api.com/en/docs/api/service/GetContacts/
        """
        answer = await self._ask_slowly("getContacts")
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
        answer = await self._request(
            HTTPMethod.POST, "checkWhatsapp", {"chatId": str(chat_id)}
        )
        if not _is_object(answer) or "existsWhatsapp" not in answer:
            raise _unexpected()
        return NumberCheck.from_answer(answer)

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

        Raises GreenApiOutcomeUnknownError when the message may or may not have been
        taken, GreenApiNotLinkedError, GreenApiSuspendedError, GreenApiQuotaError, and
        GreenApiValidationError with GREEN-API's own reason.

        https://green-api.com/en/docs/api/sending/SendMessage/
        """
        body: JsonObject = {"chatId": str(chat_id), "message": message}
        if quoted_message_id is not None:
            body["quotedMessageId"] = quoted_message_id
        if link_preview is not None:
            body["linkPreview"] = link_preview
        if typing_time is not None:
            body["typingTime"] = round(typing_time / timedelta(milliseconds=1))
        return await self._send("sendMessage", body)

    async def _send(self, method: str, body: JsonObject) -> SentMessage:
        """Call a method that sends; without an id in the answer, nothing is certain."""
        answer = await self._request(HTTPMethod.POST, method, body, carries_out=True)
        if not _is_object(answer) or not answer.get("idMessage"):
            raise GreenApiOutcomeUnknownError("no message id")
        return SentMessage.from_answer(answer)

    async def _ask_slowly(self, method: str) -> Json:
        """Call a method that may be called once a second."""
        async with self._limits.turn(method):
            # Others may ask, too; and aiohttp asks again by itself when a connection
            # that was kept turns out to be closed.
            with suppress(GreenApiRateLimitError):
                return await self._request(HTTPMethod.GET, method)
        async with self._limits.turn(method):
            return await self._request(HTTPMethod.GET, method)

    async def _request(
        self,
        verb: HTTPMethod,
        method: str,
        body: JsonObject | None = None,
        *,
        carries_out: bool = False,
    ) -> Json:
        """Call a method and return its answer."""
        try:
            async with self._session.request(
                verb,
                self._url(method),
                data=None if body is None else _encode(body),
                headers=None if body is None else _JSON_HEADERS,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                status, content = response.status, await response.read()
        except (ClientError, TimeoutError) as err:
            error = _no_answer(err, carries_out=carries_out)
        else:
            try:
                return read_answer(status, content, carries_out=carries_out)
            except GreenApiValidationError as err:
                error = GreenApiValidationError(str(err).replace(self._token, "***"))
        # Outside of the except clauses, so that no exception that quotes the URL, and
        # the token in it, hangs on to this one as its context.
        raise error

    def _url(self, method: str) -> URL:
        """Return the URL of a method."""
        if (url := self._urls.get(method)) is None:
            # Encoded here, as a token with a slash is still one part of the path.
            url = self._api_url.joinpath(
                f"waInstance{self.instance_id}",
                method,
                quote(self._token, safe=""),
                encoded=True,
            )
            self._urls[method] = url
        return url


def _encode(body: JsonObject) -> bytes:
    """Return a body as UTF-8: GREEN-API takes 100 KB, which escapes soon would fill.

    Half a character, as templates can make it, has no UTF-8 and becomes a question mark.
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        errors="replace"
    )


def _parse_url(text: str) -> URL:
    """Return the base address of a server as people write it.

    Raises InvalidUrlError for what is none.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = URL(text.rstrip("/"))
        valid = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        valid = False
    if not valid or url.user or url.query_string or url.fragment:
        raise InvalidUrlError("not the address of a server")
    return url


def _no_answer(error: Exception, *, carries_out: bool) -> GreenApiError:
    """Return what it means that there was no answer: nothing left, or nobody knows."""
    if not carries_out or isinstance(
        error, ClientConnectorError | ConnectionTimeoutError
    ):
        return GreenApiConnectionError("no connection")
    return GreenApiOutcomeUnknownError("no answer")


def _unexpected() -> GreenApiError:
    """Return what it means that JSON came, but none of GREEN-API's."""
    return GreenApiResponseError("HTTP 200")


def _is_object(answer: Json) -> TypeIs[JsonObject]:
    return isinstance(answer, dict)
