"""What can be sent, as it is checked before anybody is asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.green_api.api import ChatServer
from custom_components.green_api.const import DOMAIN
from custom_components.green_api.messages import (
    LocationMessage,
    contact_message,
    phone_number_of,
    poll_message,
    text_messages,
)
from homeassistant.exceptions import ServiceValidationError

from .actions import text
from .conftest import ANNA, FAMILY
from .simulator.validation import utf16_length, without_halves

# Halves of characters are texts, too: templates and YAML make them.
TEXTS = st.text(max_size=8) | st.text(st.sampled_from("a\ud83c\udf55 \u200b\n"))
LONG_TEXTS = st.builds(
    lambda text, times: text * times, TEXTS, st.sampled_from([1, 1, 1, 16, 128])
)


def told(raised: pytest.ExceptionInfo[ServiceValidationError]) -> str:
    """Return what a person reads, all placeholders filled."""
    error = raised.value
    assert error.translation_domain == DOMAIN
    return text(str(error.translation_key), **(error.translation_placeholders or {}))


def attempt[T](make: Callable[[], T]) -> T | ServiceValidationError:
    """Return what is made, or what is told in its place."""
    try:
        return make()
    except ServiceValidationError as err:
        return err


def is_visible(said: str) -> bool:
    """Tell roughly whether there is something to see; what is in doubt, is not."""
    return any(each.isalnum() for each in said)


# Texts


@pytest.mark.parametrize("count", [1, 2, 5])
def test_only_the_first_part_of_a_text_quotes_and_types(count: int) -> None:
    parts = text_messages(
        "x" * 4000 * count,
        quoted_message_id="3EB0",
        link_preview=False,
        typing_time=timedelta(seconds=2),
    )
    first, *others = parts
    assert len(parts) == count
    assert (first.quoted_message_id, first.typing_time) == (
        "3EB0",
        timedelta(seconds=2),
    )
    assert {(each.quoted_message_id, each.typing_time) for each in others} <= {
        (None, None)
    }
    assert {each.link_preview for each in parts} == {False}


@pytest.mark.parametrize(
    ("seconds", "is_valid"), [(0.99, False), (1, True), (20, True), (20.01, False)]
)
def test_typing_has_bounds(
    seconds: float,
    is_valid: bool,  # noqa: FBT001
) -> None:
    typing_time = timedelta(seconds=seconds)
    if is_valid:
        [message] = text_messages("Hi", typing_time=typing_time)
        assert message.typing_time == typing_time
        return
    with pytest.raises(ServiceValidationError) as raised:
        text_messages("Hi", typing_time=typing_time)
    assert told(raised) == text("invalid_typing_time")


# Places


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
)
def test_a_place_on_earth_is_one(latitude: float, longitude: float) -> None:
    place = LocationMessage(latitude, longitude)
    assert (place.latitude, place.longitude) == (latitude, longitude)


@settings(max_examples=60, deadline=None)
@given(st.floats(), st.floats())
def test_a_place_elsewhere_is_none(latitude: float, longitude: float) -> None:
    if -90 <= latitude <= 90 and -180 <= longitude <= 180:
        return
    with pytest.raises(ServiceValidationError) as raised:
        LocationMessage(latitude, longitude)
    assert told(raised) == text(
        "invalid_coordinates", latitude=str(latitude), longitude=str(longitude)
    )


# Contacts


@settings(max_examples=100, deadline=None)
@given(*[st.none() | TEXTS] * 4)
def test_a_contact_has_a_name(
    first: str | None, middle: str | None, last: str | None, company: str | None
) -> None:
    names = {"first_name": first, "middle_name": middle, "last_name": last}
    card = attempt(lambda: contact_message("+79007654321", **names, company=company))
    if isinstance(card, ServiceValidationError):
        assert card.translation_key == "contact_without_name"
        assert not any(is_visible(each or "") for each in names.values())
        return
    assert card.phone_number == 79007654321
    assert (card.first_name, card.middle_name, card.last_name) == (first, middle, last)
    assert card.company == company
    assert any(names.values())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20) | st.from_regex(r"\+?[0-9 ()-]{5,20}(@[a-z.]{3,5})?"))
def test_a_phone_number_is_a_persons(number: str) -> None:
    chat_id = attempt(lambda: phone_number_of(number))
    if isinstance(chat_id, ServiceValidationError):
        assert chat_id.translation_domain == DOMAIN
        assert number in (chat_id.translation_placeholders or {}).values()
        return
    assert chat_id.server is ChatServer.PERSON
    assert 7 <= len(chat_id.local_part) <= 16


@pytest.mark.parametrize("number", [FAMILY, "155508384256027@lid"])
def test_a_chat_that_is_no_persons_number(number: str) -> None:
    assert str(phone_number_of(f" {ANNA} ")) == ANNA
    with pytest.raises(ServiceValidationError) as raised:
        phone_number_of(number)
    assert told(raised) == text("no_phone_number", text=number)


# Polls


@settings(max_examples=200, deadline=None)
@given(LONG_TEXTS, st.lists(LONG_TEXTS, max_size=14))
def test_a_poll_is_one_that_green_api_takes(question: str, options: list[str]) -> None:
    poll = attempt(lambda: poll_message(question, options))
    if isinstance(poll, ServiceValidationError):
        answers = [without_halves(each.strip()) for each in options]
        assert str(poll.translation_key).startswith("poll_")
        assert not (
            all(map(is_visible, (question, *options)))
            and utf16_length(question.strip()) <= 255
            and all(utf16_length(each) <= 100 for each in answers)
            and len(set(answers)) == len(answers) in range(2, 13)
        )
        return
    assert 1 <= utf16_length(poll.question) <= 255
    assert 2 <= len(poll.options) <= 12
    assert all(1 <= utf16_length(each) <= 100 for each in poll.options)
    assert len(set(poll.options)) == len(poll.options) == len(options)
    for said, given_ in zip(
        (poll.question, *poll.options), (question, *options), strict=True
    ):
        assert said == without_halves(given_.strip())


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 12).flatmap(
        lambda number: st.lists(
            st.text("abc", min_size=1, max_size=100),
            min_size=number,
            max_size=number,
            unique=True,
        )
    ),
    st.text("abc?", min_size=1, max_size=255),
)
def test_a_poll_that_green_api_takes_is_not_refused(
    options: list[str], question: str
) -> None:
    poll = poll_message(question, options, multiple_answers=True)
    assert (poll.question, poll.options) == (question, tuple(options))
    assert poll.multiple_answers


@pytest.mark.parametrize(
    ("question", "options", "key", "placeholders"),
    [
        # The first thing that is wrong is told, and what is longest last.
        ("", ["", ""], "poll_blank", {}),
        ("?" * 300, ["a"], "poll_question_too_long", {"length": "300", "limit": "255"}),
        ("?", ["a" * 101], "poll_options_number", {"number": "1"}),
        ("?", ["a"] * 13, "poll_options_number", {"number": "13"}),
        (
            "?",
            ["b", "a" * 101, "a" * 101],
            "poll_option_too_long",
            {"option": "a" * 101, "limit": "100"},
        ),
        ("?", ["a", "b", "a", "b"], "poll_options_equal", {"option": "a"}),
    ],
)
def test_a_poll_that_is_none(
    question: str, options: list[str], key: str, placeholders: dict[str, Any]
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        poll_message(question, options)
    assert told(raised) == text(key, **placeholders)
