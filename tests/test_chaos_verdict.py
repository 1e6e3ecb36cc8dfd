"""The judge of scripts/chaos: it has to find what it is there to find."""

import pytest

from scripts.chaos_suite.plan import plan
from scripts.chaos_suite.verdict import Call, Fate, judge, promise

from .conftest import ANNA, BORIS

CALLS = (
    Call(chat_id=ANNA, text="one", fate=Fate.LEFT),
    Call(chat_id=BORIS, text="one", fate=Fate.QUEUED),
    Call(chat_id=ANNA, text="two", fate=Fate.REFUSED),
    Call(chat_id=ANNA, text="three", fate=Fate.QUEUED),
)
ONE, TWO, THREE, BORIS_ONE = (
    (ANNA, "one"),
    (ANNA, "two"),
    (ANNA, "three"),
    (BORIS, "one"),
)


@pytest.mark.parametrize(
    "arrived",
    [
        [ONE, BORIS_ONE, THREE],
        [ONE, TWO, THREE, BORIS_ONE],
        [BORIS_ONE, ONE, THREE, TWO],
    ],
)
def test_what_was_not_promised_may_arrive_or_not(
    arrived: list[tuple[str, str]],
) -> None:
    assert judge(CALLS, arrived).good


@pytest.mark.parametrize(
    ("arrived", "wrong"),
    [
        ([ONE, THREE], {"lost": ["one"]}),
        ([ONE, TWO, THREE, BORIS_ONE, TWO], {"twice": ["two"]}),
        ([ONE, THREE, BORIS_ONE, ONE], {"twice": ["one"]}),
        ([THREE, ONE, BORIS_ONE], {"disordered": ["one"]}),
        ([ONE, THREE, BORIS_ONE, (BORIS, "two")], {"unknown": ["two"]}),
    ],
)
def test_what_is_wrong_is_found(
    arrived: list[tuple[str, str]], wrong: dict[str, list[str]]
) -> None:
    verdict = judge(CALLS, arrived)
    assert not verdict.good
    found = {
        "lost": [call.text for call in verdict.lost],
        "twice": verdict.twice,
        "disordered": [call.text for call in verdict.disordered],
        "unknown": verdict.unknown,
    }
    assert {key: texts for key, texts in found.items() if texts} == wrong


def test_what_comes_late_without_a_promise_is_told() -> None:
    verdict = judge(CALLS, [BORIS_ONE, ONE, THREE, TWO])
    assert [call.text for call in verdict.late] == ["two"]


def test_promises() -> None:
    left = {"chat_id": ANNA, "message_id": "3EB0"}
    assert promise({"messages": [left]}) == (Fate.LEFT, "3EB0")
    queued = {"chat_id": ANNA, "status": "queued", "outbox_id": "01K"}
    assert promise({"messages": [queued]}) == (Fate.QUEUED, "01K")
    with pytest.raises(AssertionError):
        promise({"messages": [{"chat_id": ANNA}]})


def test_a_seed_is_a_plan() -> None:
    events = plan(1, 2000, 200, 20)
    assert events == plan(1, 2000, 200, 20)
    assert events != plan(2, 2000, 200, 20)
    assert len(events) == 220
    assert [event.message for event in events] == sorted(
        event.message for event in events
    )
