"""What the API answers, read into what the integration works with."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.green_api.api import Contact, InstanceState, WaSettings


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("authorized", InstanceState.AUTHORIZED),
        ("notAuthorized", InstanceState.NOT_AUTHORIZED),
        ("starting", InstanceState.STARTING),
        ("blocked", InstanceState.BLOCKED),
        ("suspended", InstanceState.SUSPENDED),
        ("yellowCard", InstanceState.YELLOW_CARD),
        ("sleepMode", InstanceState.SLEEP_MODE),
        ("pendingCode", InstanceState.UNKNOWN),
        ("", InstanceState.UNKNOWN),
        (7, InstanceState.UNKNOWN),
        ({}, InstanceState.UNKNOWN),
        (None, InstanceState.STARTING),
    ],
)
def test_states(word: Any, expected: InstanceState) -> None:
    assert InstanceState.from_answer({"stateInstance": word}) is expected


def test_a_new_instance_has_no_state_yet() -> None:
    assert InstanceState.from_answer(None) is InstanceState.STARTING


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("79990000001", "79990000001"),
        (79990000001, "79990000001"),
        ("", None),
        (0, None),
    ],
)
def test_the_phone_comes_as_text_or_number(phone: Any, expected: str | None) -> None:
    assert WaSettings.from_answer({"phone": phone}).phone == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (1791374400, datetime(2026, 10, 7, 12, tzinfo=UTC)),
        (1791374400.7, datetime(2026, 10, 7, 12, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (253402300800, None),
        # Milliseconds would be the year 58736.
        (1791374400000, None),
        (1e300, None),
        (0, None),
        (-1, None),
        ("1791374400", None),
        (None, None),
    ],
)
def test_a_suspension_ends_at_a_time_that_exists(
    until: Any, expected: datetime | None
) -> None:
    assert WaSettings.from_answer({"suspendedUntil": until}).suspended_until == expected


def test_an_account_of_which_nothing_is_known() -> None:
    assert WaSettings.from_answer({}) == WaSettings(phone=None, suspended_until=None)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"name": "anna_k", "contactName": "Anna"}, "Anna"),
        ({"name": "anna_k", "contactName": ""}, "anna_k"),
        ({"name": " anna_k\n"}, "anna_k"),
        ({"name": None, "contactName": None}, ""),
        ({}, ""),
    ],
)
def test_the_phone_books_name_goes_first(answer: dict[str, Any], name: str) -> None:
    contact = Contact.from_answer({"id": "79001234567@c.us", **answer})

    assert contact == Contact(chat_id="79001234567@c.us", name=name)
