"""Whatever comes in place of a notification."""

from copy import deepcopy
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC
from enum import StrEnum
import json
import re
from typing import Any

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.green_api import api
from custom_components.green_api.api import Notification
from custom_components.green_api.api.reading import fingerprint
from tests.conftest import ANNA

from .notification_bodies import BODIES, MESSAGES, Body, paths, read, text

KEYS = sorted(
    {key for body in BODIES.values() for path in paths(body) for key in path} - {0, 1},
    key=str,
)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(
        (
            0,
            10**4000,
            -(10**400),
            "\ud83d",
            "\ude00\ud83d",
            "x" * 10_000,
            "7" * 5000,
            "{{SWE001}}",
            "https://example.com/a.jpg",
            "TEL;waid=\ud800;=:+\ud800",
            ANNA,
            *(body["typeWebhook"] for body in BODIES.values()),
            *(body["messageData"]["typeMessage"] for body, _ in MESSAGES.values()),
        )
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(KEYS), inner)
    ),
    max_leaves=6,
)


def put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put something else where a part of a notification is."""
    *way, key = path
    for step in way:
        body = body[step]
    body[key] = value


@st.composite
def mutated(draw: st.DrawFn) -> Body:
    """Return a real notification of which parts are something else, or away."""
    body = deepcopy(draw(st.sampled_from(list(BODIES.values()))))
    for _ in range(draw(st.integers(1, 5))):
        if not (where := list(paths(body))):
            break
        *way, key = draw(st.sampled_from(where))
        part: Any = body
        for step in way:
            part = part[step]
        match draw(st.integers(0, 3)):
            case 0:
                del part[key]
            case 1:
                part[key] = [part[key]]
            case 2:
                part[key] = {draw(st.sampled_from(KEYS)): part[key]}
            case _:
                part[key] = draw(JSON)
    return body


# All words that the repr of a notification may have: nobody's text, name or number.
WORDS = {"True", "False"}
for each in vars(api).values():
    if isinstance(each, type) and issubclass(each, StrEnum):
        WORDS |= {*each}
    elif isinstance(each, type) and is_dataclass(each):
        WORDS |= {each.__name__} | {field.name for field in fields(each)}


def check(body: Any) -> None:
    """Read anything, and see that what it is is what it should be."""
    notification = Notification.from_answer(body)

    assert isinstance(notification, Notification)
    assert type(notification) is not Notification
    assert re.fullmatch("[0-9a-f]{32}", notification.key)
    assert notification.key == Notification.from_answer(body).key
    assert {*re.findall(r"\w+", repr(notification))} <= WORDS
    described = asdict(notification)
    # It ends in events and attributes: without halves of characters, or numbers that
    # no JSON has.
    orjson.dumps(described)
    json.dumps(described, default=str, allow_nan=False)
    for name, value in {**described, **described.get("message", {})}.items():
        match name:
            case "chat_id" | "message_id" if "message" in described:
                assert isinstance(value, str)
            case "word" | "kind":
                assert isinstance(value, str)
            case "from_me" | "forwarded" | "incoming" | "video":
                assert isinstance(value, bool)
            case "sent_by_api" | "multiple_answers":
                assert value is None or isinstance(value, bool)
            case "timestamp":
                assert value is None or value.tzinfo is UTC
            case "location" | "media" | "button":
                assert value is None or isinstance(value, dict)
            case "options" | "votes" | "contacts" | "chat_ids":
                assert isinstance(value, tuple)
            case _:
                assert value is None or name == "message" or isinstance(value, str)
                assert value != ""


@settings(max_examples=200, deadline=None)
@given(mutated())
def test_whatever_happens_to_a_notification_it_is_read(body: Body) -> None:
    check(body)


@settings(max_examples=200, deadline=None)
@given(JSON | st.dictionaries(st.sampled_from(KEYS), JSON))
def test_whatever_comes_is_read(body: Any) -> None:
    check(body)


def nested(depth: int) -> Any:
    """Return a list in a list in an object in a list, and so on."""
    value: Any = "x"
    for level in range(depth):
        value = {"typeMessage": value} if level % 3 == 0 else [value]
    return value


ODDITIES: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "zero": 0,
    "large": 10**5000,
    "not a number": float("nan"),
    "infinite": float("-inf"),
    "empty": "",
    "half a character": "\ud83d",
    "long": "x" * 5_000,
    "many digits": "7" * 5_000,
    "list": [[], {}, None],
    "object": {"": {"": None}},
    "deep": nested(3_000),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_each_part_of_each_notification_may_be_odd(oddity: str) -> None:
    check(ODDITIES[oddity])
    seen = set()
    for body in BODIES.values():
        for path in paths(body):
            # What is around the messages is the same for all of them.
            part = json.dumps(body["messageData"]) if path[0] == "messageData" else ""
            if (where := (body["typeWebhook"], part, path)) not in seen:
                seen.add(where)
                changed = deepcopy(body)
                put(changed, path, ODDITIES[oddity])
                check(changed)


def test_halves_of_characters_are_mended_or_replaced() -> None:
    assert read(text("\ud83d\ude00")).message.text == "\N{GRINNING FACE}"
    assert read(text("a\ud83db")).message.text == "a\N{REPLACEMENT CHARACTER}b"


def written(value: Any) -> str:
    """Return a JSON as a text that no other JSON has."""
    return json.dumps(value, sort_keys=True)


SMALL = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from((0.5, 1.0, "", "1", "None", "True", "a", "\ud800", "[0,", '"1,')),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("", "a", "b", "1")), inner, max_size=2)
    ),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(SMALL, SMALL)
def test_only_the_same_json_has_the_same_fingerprint(one: Any, other: Any) -> None:
    same = written(one) == written(other)
    assert (fingerprint(one) == fingerprint(other)) is same
    assert fingerprint([one, other]) != fingerprint([[one, other]])
    assert (fingerprint([one, other]) == fingerprint([other, one])) is same


def test_the_order_of_an_objects_keys_means_nothing() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})


def test_what_has_different_fingerprints() -> None:
    different = ("", "?", "\ud800", "\ud801", None, "None", True, "True", 1, "1", 1.0)
    assert len({fingerprint(each) for each in different}) == len(different)
