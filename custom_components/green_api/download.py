"""Received files: from the link that GREEN-API gives to a folder of this machine.

Whoever knows the link has the file, so nothing here tells it; and no exception of
aiohttp, which does, hangs on to one that is raised.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
import re
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientTimeout
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .api import Media
from .errors import translated
from .media_folder import NewFile, Place, harmless_name

MEGABYTE: Final = 1024 * 1024

# Slow is no mistake, but nothing goes on for ever.
_TIMEOUT: Final = ClientTimeout(total=3600, sock_connect=10, sock_read=60)
_MAX_REDIRECTS: Final = 5
# Large enough to be worth the way to another thread, small enough to wait in memory.
_CHUNK: Final = MEGABYTE
_TYPE: Final = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,120}", re.ASCII)
_UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that was saved."""

    path: Path
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Download:
    """A received file: where it lies, and what its sender says of it."""

    hass: HomeAssistant
    url: URL = field(repr=False)
    max_size: int
    media: Media | None = None

    async def async_save(self, place: Place, *, overwrite: bool) -> SavedFile:
        """Save the file, all of it or nothing; what is not named, overwrites nothing.

        Raises HomeAssistantError.
        """
        response = await self._async_ask()
        try:
            if response.status != HTTPStatus.OK:
                raise translated("download_failed", status=str(response.status))
            if (response.content_length or 0) > self.max_size:
                raise self._too_large()
            return await self._async_write(
                response, place, overwrite=overwrite and place.name is not None
            )
        finally:
            response.close()

    async def _async_ask(self) -> ClientResponse:
        try:
            return await async_get_clientsession(self.hass).get(
                self.url,
                headers={"Accept-Encoding": "identity"},
                timeout=_TIMEOUT,
                max_redirects=_MAX_REDIRECTS,
            )
        except ClientError, TimeoutError, ValueError:
            pass
        raise translated("download_unreachable")

    async def _async_write(
        self, response: ClientResponse, place: Place, *, overwrite: bool
    ) -> SavedFile:
        run = self.hass.async_add_executor_job
        file, size = NewFile(place.folder), 0
        kind = self._kind(response)
        try:
            name = await run(harmless_name, place.name, self._given(response), kind)
            await run(file.open)
            async for chunk in self._chunks(response):
                if (size := size + len(chunk)) > self.max_size:
                    raise self._too_large()
                await run(file.write, chunk)
            path = await run(lambda: file.finish(name, overwrite=overwrite))
            return SavedFile(path, size, kind)
        except OSError as err:
            # The rest of it is a path, with a name in it that may be a stranger's.
            reason = err.strerror or type(err).__name__
        finally:
            await asyncio.shield(run(file.discard))
        raise translated("not_saved", reason=reason)

    async def _chunks(self, response: ClientResponse) -> AsyncGenerator[bytes]:
        try:
            async for chunk in response.content.iter_chunked(_CHUNK):
                yield chunk
        except ClientError, TimeoutError:
            pass
        else:
            return
        raise translated("download_unreachable")

    def _kind(self, response: ClientResponse) -> str:
        """Return the MIME type: the message knows it better than the storage."""
        told = self.media.mime_type if self.media else None
        kinds = (
            each.partition(";")[0].strip().lower()
            for each in (told or "", response.content_type)
        )
        known = (each for each in kinds if _TYPE.fullmatch(each))
        return next((each for each in known if each != _UNKNOWN_TYPE), _UNKNOWN_TYPE)

    def _given(self, response: ClientResponse) -> str:
        """Return what somebody else calls the file, or when it was saved."""
        disposition = response.content_disposition
        return (
            (self.media and self.media.name)
            or (disposition and disposition.filename)
            # Not the name in the link, which is all that keeps that secret.
            or f"{dt_util.now():%Y-%m-%d %H-%M-%S}{self.url.suffix}"
        )

    def _too_large(self) -> HomeAssistantError:
        return translated(
            "download_too_large", limit=f"{self.max_size / MEGABYTE:.10g}"
        )
