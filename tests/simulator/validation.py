"""Checks of what a request says, in the order and with the words of the API."""

from http import HTTPStatus
import json
import re
from typing import TYPE_CHECKING, NoReturn, override

from .answers import ApiError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .models import Json

LONGEST_JSON = 100 * 1024
PHONE = re.compile(r"[1-9][0-9]{6,15}@c\.us")
GROUP = re.compile(r"[0-9]+(-[0-9]+)?@g\.us")
LID = re.compile(r"[1-9][0-9]{9,}@lid")
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


def invalid(details: str) -> NoReturn:
    """Refuse a request for what it says."""
    raise InvalidError(details)


def refuse(message: str, status: int = HTTPStatus.BAD_REQUEST) -> NoReturn:
    """Refuse a request for another reason."""
    raise ApiError(status, message)


def check_bounds(
    name: str, value: float, low: float | None, high: float | None
) -> None:
    """Refuse a number out of bounds."""
    if low is not None and value < low:
        invalid(f"'{name}' must be greater than or equal to {low}")
    if high is not None and value > high:
        invalid(f"'{name}' must be less than or equal to {high}")


def utf16_length(text: str) -> int:
    """Count as the server does: an emoji is two."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def without_halves(text: str) -> str:
    """Replace halves of characters, which no phone can show."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_json(body: bytes, content_type: str) -> Json:
    """Parse a body as the server does, or raise with its words."""
    if len(body) > LONGEST_JSON:
        refuse("request entity too large", HTTPStatus.INTERNAL_SERVER_ERROR)
    # The server reads JSON only, and takes any other kind of body for none at all.
    if not body or content_type != "application/json":
        return {}
    text = body.decode(errors="replace")
    # Only objects and lists are read; a byte order mark is no part of JSON.
    if (start := text.lstrip(" \t\r\n"))[:1] not in ("{", "["):
        _unexpected(text, len(text) - len(start))
    try:
        parsed: Json = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _unexpected(text, error.pos)
    except RecursionError:
        invalid("'value' must be of type object")
    except ValueError as error:
        _unexpected(text, text.find(str(error)))
    return parsed


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


def _unexpected(text: str, position: int) -> NoReturn:
    message = "Unexpected end of JSON input"
    if position < len(text):
        message = f"Unexpected token {text[position]} in JSON at position {position}"
    refuse(message)


class Fields:
    """Fields of a request, read one by one; the first that is wrong ends it."""

    def __init__(self, body: Json) -> None:
        """Take the parsed body."""
        if not isinstance(body, dict):
            invalid("'value' must be of type object")
        self._body = body
        self._read: set[str] = set()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the keys nobody asked for."""
        return tuple(key for key in self._body if key not in self._read)

    def __contains__(self, name: str) -> bool:
        """Tell whether a field was given."""
        return name in self._body

    def _get(self, name: str) -> Json:
        self._read.add(name)
        return self._body[name]

    def required_text(
        self, name: str, longest: int | None = None, *, empty: bool = False
    ) -> str:
        """Return a text that must be there; `empty` tells whether it may be empty."""
        if name not in self:
            invalid(f"'{name}' is required")
        value = self._get(name)
        if not isinstance(value, str):
            invalid(f"'{name}' must be a string")
        if not value and not empty:
            invalid(f"'{name}' is not allowed to be empty")
        if longest is not None and utf16_length(value) > longest:
            invalid(
                f"'{name}' length must be less than or equal to {longest} characters long"
            )
        return value

    def text(
        self, name: str, longest: int | None = None, *, empty: bool = False
    ) -> str | None:
        """Return a text that may be missing."""
        return self.required_text(name, longest, empty=empty) if name in self else None

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of some words."""
        if name not in self:
            return None
        value = self._get(name)
        if not isinstance(value, str) or value not in allowed:
            invalid(f"'{name}' must be one of [{', '.join(allowed)}]")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        if name not in self:
            return None
        value = self._get(name)
        if not isinstance(value, bool):
            invalid(f"'{name}' must be a boolean")
        return value

    def number(
        self, name: str, low: float | None = None, high: float | None = None
    ) -> float | None:
        """Return a number within bounds."""
        if name not in self:
            return None
        value = self._number(name)
        check_bounds(name, value, low, high)
        return value

    def integer(
        self, name: str, low: int | None = None, high: int | None = None
    ) -> int | None:
        """Return a whole number within bounds."""
        if name not in self:
            return None
        value = self._number(name)
        if isinstance(value, float) and not value.is_integer():
            invalid(f"'{name}' must be an integer")
        self.number(name, low, high)
        return int(value)

    def _number(self, name: str) -> float:
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            invalid(f"'{name}' must be a number")
        return value

    def items(self, name: str, fewest: int, most: int | None = None) -> list[Json]:
        """Return the items of a list that must be there."""
        if name not in self:
            invalid(f"'{name}' is required")
        value = self._get(name)
        if not isinstance(value, list):
            invalid(f"'{name}' must be an array")
        if len(value) < fewest:
            invalid(f"'{name}' must contain at least {fewest} items")
        if most is not None and len(value) > most:
            invalid(f"'{name}' must contain less than or equal to {most} items")
        return value

    def group(self, name: str) -> Fields | None:
        """Return the fields of an object within."""
        if name not in self:
            return None
        value = self._get(name)
        if not isinstance(value, dict):
            invalid(f"'{name}' must be of type object")
        return Fields(value)

    def chat_id(self, name: str = "chatId", *, groups: bool = True) -> str:
        """Return the id of a chat; `groups` tells whether a group will do."""
        value = self.required_text(name)
        if PHONE.fullmatch(value) or LID.fullmatch(value):
            return value
        if groups and GROUP.fullmatch(value):
            return value
        formats = "'phone_number@c.us' or 'chat_id@lid'"
        if groups:
            formats = "'phone_number@c.us' or 'group_id@g.us'"
        invalid(f"'{name}' must be one of the next formats: {formats}")


class Form(Fields):
    """Fields of a form, which are all text."""

    @override
    def _number(self, name: str) -> float:
        value = str(self._get(name))
        if not NUMBER.fullmatch(value):
            invalid(f"'{name}' must be a number")
        return float(value)


class Query:
    """Parameters after the question mark, which are all text."""

    def __init__(self, query: Mapping[str, str]) -> None:
        """Take the parsed query."""
        self._query = query

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        if (value := self._query.get(name)) is None:
            return None
        if value not in ("true", "false"):
            invalid(f"'{name}' must be a boolean")
        return value == "true"

    def integer(self, name: str, low: int = 1, high: int = 10**9) -> int | None:
        """Return a positive whole number within bounds."""
        if (value := self._query.get(name)) is None:
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
            invalid(f"'{name}' must be a positive number")
        check_bounds(name, int(value), low, high)
        return int(value)
