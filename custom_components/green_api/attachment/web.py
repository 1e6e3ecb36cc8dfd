"""Files that Home Assistant fetches, so that they need no public URL."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
import re
from typing import Final

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientTimeout,
    DigestAuthMiddleware,
    encode_basic_auth,
)
from aiohttp.hdrs import AUTHORIZATION, CONTENT_ENCODING, LOCATION, WWW_AUTHENTICATE
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..errors import invalid, translated
from .content import Content, content, file_name, name_of_web_file, shown

_TIMEOUT: Final = ClientTimeout(total=None, sock_connect=10, sock_read=60)
# What does not say how long it is may never end, as a radio station.
_ENDLESS_AFTER: Final = 600
_MAX_REQUESTS: Final = 10

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_REFUSED: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_PAGES: Final = {"text/html", "application/xhtml+xml"}
_PAGE_NAME: Final = re.compile(r"\.x?html?$", re.IGNORECASE)
# Cameras that never stop, and lists of the pieces of a film.
STREAMS: Final = {
    "application/vnd.apple.mpegurl",
    "application/x-mpegurl",
    "audio/mpegurl",
    "audio/x-mpegurl",
    "multipart/x-mixed-replace",
}
_BEARER: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a server wants to know of who asks."""

    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)

    @property
    def given(self) -> bool:
        """Return whether there are any."""
        return self.username is not None or self.bearer is not None

    @property
    def usable(self) -> bool:
        """Return whether they are of one kind, and HTTP can carry them."""
        if self.bearer is not None:
            return self.username is None and bool(_BEARER.fullmatch(self.bearer))
        return ":" not in (self.username or "")


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file behind a URL; none of its texts has more of it than people may see."""

    hass: HomeAssistant
    url: URL = field(repr=False)
    name: str | None = None
    credentials: Credentials = Credentials()
    verify_ssl: bool = True

    @property
    def shown(self) -> str:
        """Return the URL as people may see it: others keep secrets in its query."""
        return str(self.url.with_query(None).with_fragment(None))

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Content]:
        """Fetch the file."""
        async with self._answer() as response:
            if response.status in _REFUSED:
                raise translated("url_refused", url=self.shown)
            if response.status != HTTPStatus.OK:
                raise translated(
                    "url_failed", url=self.shown, status=str(response.status)
                )
            kind = response.content_type
            if kind in STREAMS:
                raise translated("url_is_stream", url=self.shown)
            if kind in _PAGES and not self._is_page_wanted(response):
                raise translated("url_is_page", url=self.shown)
            given = _disposition_name(response) or response.url.name or "file"
            name = file_name(self.name, name_of_web_file(given, kind))
            packed = CONTENT_ENCODING in response.headers
            size = None if packed else response.content_length
            yield content(name, kind, size, self._read(response, size))

    def _is_page_wanted(self, response: ClientResponse) -> bool:
        """Return whether a page was asked for: where it leads to says nothing of that."""
        names = (self.name, self.url.name, _disposition_name(response))
        return any(_PAGE_NAME.search(name) for name in names if name)

    async def _read(
        self, response: ClientResponse, size: int | None
    ) -> AsyncGenerator[bytes]:
        """Yield what comes, as it comes."""
        now = asyncio.get_running_loop().time
        begin = now()
        try:
            async for chunk in response.content.iter_any():
                if size is None and now() > begin + _ENDLESS_AFTER:
                    raise translated("url_is_stream", url=self.shown)
                yield chunk
        except ClientError, TimeoutError:
            broken = translated("url_unreachable", url=self.shown)
        else:
            return
        # Without a context, as the exceptions of aiohttp quote the URL.
        raise broken

    @asynccontextmanager
    async def _answer(self) -> AsyncGenerator[ClientResponse]:
        """Ask, again with the credentials if need be, and where the server sends us."""
        url, prove = self.url, self.credentials.username is not None
        headers = {"Accept-Encoding": "identity"}
        if self.credentials.bearer is not None:
            headers[AUTHORIZATION] = f"Bearer {self.credentials.bearer}"
        digest: DigestAuthMiddleware | None = None
        for _ in range(_MAX_REQUESTS):
            response = await self._get(url, headers, digest)
            try:
                if prove and response.status in _REFUSED:
                    # Not before: a camera that wants a digest takes a password that
                    # nobody asked for as an attack, and soon shuts the door.
                    prove = False
                    digest = self._prove(response, headers)
                elif response.status in _REDIRECTS and LOCATION in response.headers:
                    url = self._next_url(url, response.headers[LOCATION])
                else:
                    yield response
                    return
            finally:
                response.close()
        raise translated("url_redirects_on", url=self.shown)

    async def _get(
        self, url: URL, headers: dict[str, str], digest: DigestAuthMiddleware | None
    ) -> ClientResponse:
        session = async_get_clientsession(self.hass, verify_ssl=self.verify_ssl)
        try:
            return await session.get(
                url,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                # None stands for Home Assistant's own, which watch over redirects.
                middlewares=None if digest is None else (digest,),
            )
        except ClientError, TimeoutError, ValueError:
            pass
        raise translated("url_unreachable", url=self.shown)

    def _prove(
        self, response: ClientResponse, headers: dict[str, str]
    ) -> DigestAuthMiddleware | None:
        """Take the way to prove who asks that the server wants."""
        username = self.credentials.username or ""
        password = self.credentials.password or ""
        # Who offers a password first, takes it; and aiohttp reads no further, either.
        if response.headers.get(WWW_AUTHENTICATE, "").lower().startswith("digest"):
            return DigestAuthMiddleware(username, password)
        headers[AUTHORIZATION] = encode_basic_auth(username, password, "utf-8")
        return None

    def _next_url(self, url: URL, location: str) -> URL:
        """Return where the server sends us, unless that is to strangers with a secret."""
        try:
            target = url.join(URL(location))
        except ValueError:
            target = URL()
        if target.scheme not in {"http", "https"} or not target.host:
            raise translated("url_redirects_away", url=self.shown)
        # From http to https is no other server, if it is where both usually are.
        same = target.origin() == url.origin() or (
            target.host == url.host
            and (url.scheme, target.scheme) == ("http", "https")
            and url.is_default_port()
            and target.is_default_port()
        )
        if self.credentials.given and not same:
            raise translated("url_redirects_away", url=self.shown)
        return target.with_user(None)


def _disposition_name(response: ClientResponse) -> str | None:
    """Return what the server calls the file."""
    disposition = response.content_disposition
    return disposition.filename if disposition else None


def web_file(  # noqa: PLR0913  one for each field
    hass: HomeAssistant,
    text: str,
    *,
    name: str | None = None,
    username: str | None = None,
    password: str | None = None,
    bearer: str | None = None,
    verify_ssl: bool = True,
) -> WebFile:
    """Return the file behind a URL, which may carry the user name and the password.

    Raises ServiceValidationError for a URL or credentials that cannot be used.
    """
    try:
        url = URL(text.strip())
        valid = url.scheme in {"http", "https"} and bool(url.host) and url.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise invalid("invalid_file_url", url=shown(text))
    password = password or url.password or None
    # Some devices have a password and nobody in particular.
    username = username or url.user or (None if password is None else "")
    credentials = Credentials(username, password, bearer or None)
    file = WebFile(hass, url.with_user(None), name, credentials, verify_ssl)
    if not file.credentials.usable:
        raise invalid("invalid_credentials", url=file.shown)
    return file
