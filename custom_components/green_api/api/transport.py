"""GREEN-API's requests and answers over HTTP.

The only place that builds a URL or sees the token, which is a part of every URL.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Coroutine, Mapping
from functools import lru_cache, partial
from http import HTTPMethod
import json
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from aiohttp.client_exceptions import ConnectionTimeoutError
from multidict import CIMultiDict
import orjson
from yarl import URL

from .answer import read_answer
from .exceptions import (
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiValidationError,
    InvalidUrlError,
)
from .models import Json, JsonObject
from .rate_limits import RateLimits

_TIMEOUT = ClientTimeout(total=60, sock_connect=10)
# However large a file and slow a line: as long as something moves, it goes on.
_UPLOAD_TIMEOUT = ClientTimeout(total=None, sock_connect=10)
_STALLED_AFTER = 120
_JSON_HEADERS = CIMultiDict({"Content-Type": "application/json"})

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


class Transport:
    """Carry the calls of one instance's methods."""

    def __init__(  # noqa: PLR0913  what a request is made of
        self,
        session: ClientSession,
        instance_id: str,
        token: str,
        *,
        api_url: str,
        media_url: str,
        limits: RateLimits,
    ) -> None:
        """Take the session, the credentials, where the instance is served, its limits.

        Raises InvalidUrlError for a URL that is no server's.
        """
        self._session = session
        self._limits = limits
        self._instance_id = instance_id
        self._token = token
        self._api_url = _parse_url(api_url or default_api_url(instance_id))
        self._media_url = _parse_url(media_url or default_media_url(instance_id))
        # Always the same few, but for the numbers of notifications.
        self._api_method_url = lru_cache(maxsize=64)(partial(self._url, self._api_url))

    def request(  # noqa: PLR0913  what a request is made of
        self,
        verb: HTTPMethod,
        method: str,
        body: JsonObject | None = None,
        *,
        rest: str = "",
        patience: float | None = None,
        carries_out: bool = False,
    ) -> Coroutine[None, None, Json]:
        """Call a method and return its answer.

        `rest` is what goes behind the token, ready for a URL. `patience` is how many
        seconds an answer may take. `carries_out` tells a call that must not be made
        twice.
        """
        return self._call(
            verb,
            method,
            self._api_method_url(method, rest),
            None if body is None else _encode(body),
            None if body is None else _JSON_HEADERS,
            patience=_patience(patience) if patience else _TIMEOUT,
            carries_out=carries_out,
        )

    async def upload(
        self, method: str, content: AsyncIterable[bytes], headers: Mapping[str, str]
    ) -> Json:
        """Stream a file to a method of the media server and return its answer.

        What the content itself raises is raised as it is.
        """
        stream = _Stream(content)
        try:
            async with asyncio.timeout(_STALLED_AFTER) as stream.stalled:
                return await self._call(
                    HTTPMethod.POST,
                    method,
                    self._url(self._media_url, method),
                    aiter(stream),
                    headers,
                    patience=_UPLOAD_TIMEOUT,
                    carries_out=False,
                )
        except GreenApiConnectionError, TimeoutError:
            failure = stream.failure or GreenApiConnectionError("upload broken off")
        # As below, without a context.
        raise failure

    async def _call(  # noqa: PLR0913  what a request is made of
        self,
        verb: HTTPMethod,
        method: str,
        url: URL,
        data: bytes | AsyncIterable[bytes] | None,
        headers: Mapping[str, str] | None,
        *,
        patience: ClientTimeout,
        carries_out: bool,
    ) -> Json:
        try:
            response = await self._session.request(
                verb,
                url,
                data=data,
                headers=headers,
                timeout=patience,
                allow_redirects=False,
                # Home Assistant's look after redirects only.
                middlewares=(),
            )
            self._limits.note(method, response.headers)
            # Gives the connection back, or closes it.
            content = await response.read()
        except (ClientError, TimeoutError) as err:
            error = _no_answer(err, carries_out=carries_out)
        else:
            try:
                return read_answer(response.status, content, carries_out=carries_out)
            except GreenApiValidationError as err:
                error = GreenApiValidationError(str(err).replace(self._token, "***"))
        # Outside of the except clauses, so that no exception that quotes the URL, and
        # the token in it, hangs on to this one as its context.
        raise error

    def _url(self, server: URL, method: str, rest: str = "") -> URL:
        """Return the URL of a method."""
        # Encoded here, as a token with a slash is still one part of the path.
        token = quote(self._token, safe="")
        return URL(
            f"{server}/waInstance{self._instance_id}/{method}/{token}{rest}",
            encoded=True,
        )


class _Stream:
    """The content of an upload, watched: what it raises, and whether it moves."""

    failure: Exception | None = None
    stalled: asyncio.Timeout

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the content."""
        now = asyncio.get_running_loop().time
        try:
            async for chunk in self._content:
                self.stalled.reschedule(now() + _STALLED_AFTER)
                yield chunk
        except Exception as err:
            # aiohttp makes a broken connection of it, which it is not.
            self.failure = err
            raise


@lru_cache
def _patience(seconds: float) -> ClientTimeout:
    return ClientTimeout(total=seconds, sock_connect=10)


def _encode(body: JsonObject) -> bytes:
    """Return a body as UTF-8: GREEN-API takes 100 KB, which escapes soon would fill.

    Half a character, as templates can make it, has no UTF-8 and becomes a question mark.
    """
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace")


def _parse_url(text: str) -> URL:
    """Return the base address of a server as people write it.

    Raises InvalidUrlError for what is none.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = URL(text)
        valid = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        valid = False
    if not valid or url.user or url.query_string or url.fragment:
        raise InvalidUrlError("not the address of a server")
    return url.with_path(url.raw_path.rstrip("/"), encoded=True)


def _no_answer(error: Exception, *, carries_out: bool) -> GreenApiError:
    """Return what it means that there was no answer: nothing left, or nobody knows."""
    if not carries_out or isinstance(
        error, ClientConnectorError | ConnectionTimeoutError
    ):
        return GreenApiConnectionError("no connection")
    return GreenApiOutcomeUnknownError("no answer")
