"""Take out of JSON what is there and of use, whatever else it turns out to be.

Nothing here raises: what is missing or of another kind than it should be is None or empty.
"""

from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
import json

import orjson

from .chat_id import ChatId
from .exceptions import InvalidChatIdError
from .models import LAST_TIMESTAMP, Json, JsonObject

# The widest number that GREEN-API has; wider ones are none, and slow to write out.
_NUMBER_BITS = 64
_FINGERPRINT_LENGTH = 32


def json_in(content: bytes) -> Json:
    """Return the JSON that somebody sent. Raises ValueError for what is none."""
    answer: Json
    try:
        answer = orjson.loads(content)
    except ValueError:
        # Half a character, as where a name was cut, great depth and huge numbers are
        # JSON for this one only.
        try:
            answer = json.loads(content, parse_constant=_refuse)
        except RecursionError as err:
            raise ValueError("too deep") from err
    return answer


def _refuse(constant: str) -> Json:
    """Take NaN for what it is: no JSON."""
    raise ValueError(constant)


def object_in(answer: JsonObject, key: str) -> JsonObject:
    """Return an object in another one, empty if it is not there."""
    value = answer.get(key)
    return value if isinstance(value, dict) else {}


def objects_in(answer: JsonObject, key: str) -> list[JsonObject]:
    """Return the objects of a list in an object."""
    value = answer.get(key)
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]


def text_in(answer: JsonObject, key: str) -> str | None:
    """Return a text that is not empty; numbers are taken for texts."""
    value = answer.get(key)
    # The usual first: a part that is not there.
    return None if value is None else text(value)


def chat_id_in(answer: JsonObject, key: str) -> str | None:
    """Return a chat id in an object, in its usual spelling if it has one."""
    return chat_id(answer.get(key))


def text(value: Json) -> str | None:
    """Return a text that is not empty; numbers are taken for texts."""
    if isinstance(value, str):
        return (value if value.isascii() else _writable(value)) or None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return str(value) if value.bit_length() <= _NUMBER_BITS else None


def chat_id(value: Json) -> str | None:
    """Return a chat id in its usual spelling.

    What is no address of a person or a group, such as status@broadcast, stays as it is.
    """
    found = None if value is None else text(value)
    return None if found is None else _usual_spelling(found)


@lru_cache(maxsize=1024)
def _usual_spelling(address: str) -> str:
    with suppress(InvalidChatIdError):
        return str(ChatId.parse(address))
    return address


def number(value: Json, *, limit: float) -> float | None:
    """Return a number that is no further from zero than the limit."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if -limit <= value <= limit else None


def moment(seconds: Json) -> datetime | None:
    """Return the moment that a Unix time is; zero is none."""
    found = number(seconds, limit=LAST_TIMESTAMP)
    if found is None or not 0 < found < LAST_TIMESTAMP:
        return None
    return _utc(found)


# A notification tells it twice.
@lru_cache(maxsize=8)
def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def fingerprint(value: Json) -> str:
    """Return a short text that is the same for the same JSON, and for no other.

    But for numbers without bounds, which are as good as none. It tells nothing of the JSON, and it neither minds its depth nor what it holds.
    """
    try:
        content = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        content = _spelled_out(value)
    return sha256(content).hexdigest()[:_FINGERPRINT_LENGTH]


def _spelled_out(value: Json) -> bytes:
    """Return bytes that are the same for the same JSON, and for no other."""
    parts: list[bytes] = []
    # Without recursion: the depth is up to whoever sent it.
    todo: list[Json] = [value]
    while todo:
        match todo.pop():
            case dict() as each:
                parts.append(b"{%d," % len(each))
                for key in sorted(each):
                    todo += (each[key], key)
            case list() as each:
                parts.append(b"[%d," % len(each))
                todo += each
            case str() as each:
                content = each.encode(errors="surrogatepass")
                parts.append(b'"%d,%b' % (len(content), content))
            case int() as each:
                parts.append(f"{type(each).__name__} {each:x},".encode())
            case each:
                parts.append(f"{each},".encode())
    return b"".join(parts)


def _writable(value: str) -> str:
    """Return a text that can be written down: halves of characters become U+FFFD."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
