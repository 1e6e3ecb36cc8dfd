"""What the methods have in common."""

from contextlib import suppress
from functools import partial
from http import HTTPMethod
from typing import TypeIs

from ..exceptions import GreenApiError, GreenApiRateLimitError, GreenApiResponseError
from ..models import Json, JsonObject
from ..rate_limits import RateLimits
from ..transport import Transport


class Methods:
    """Call the methods of one instance."""

    _transport: Transport
    _limits: RateLimits

    async def _ask_slowly(
        self,
        verb: HTTPMethod,
        method: str,
        body: JsonObject | None = None,
        *,
        rest: str = "",
        carries_out: bool = False,
    ) -> Json:
        """Call a method that may be called once a second."""
        call = partial(
            self._transport.request,
            verb,
            method,
            body,
            rest=rest,
            carries_out=carries_out,
        )
        async with self._limits.turn(method):
            # Others may ask, too; and aiohttp asks again by itself when a connection
            # that was kept turns out to be closed.
            with suppress(GreenApiRateLimitError):
                return await call()
        async with self._limits.turn(method):
            return await call()


def fields(**fields: Json) -> JsonObject:
    """Return the body of a call, without what is not set."""
    return {name: value for name, value in fields.items() if value is not None}


def unexpected() -> GreenApiError:
    """Return what it means that JSON came, but not the method's."""
    return GreenApiResponseError("HTTP 200")


def objects(answer: Json) -> list[JsonObject]:
    """Return the objects of an answer that is a list, and raise for any other."""
    if not isinstance(answer, list):
        raise unexpected()
    return [item for item in answer if is_object(item)]


def is_object(answer: Json) -> TypeIs[JsonObject]:
    """Return whether an answer is a JSON object."""
    return isinstance(answer, dict)
