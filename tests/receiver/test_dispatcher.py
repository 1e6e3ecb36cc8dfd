"""Hand each notification on, once."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import Notification
from custom_components.green_api.receiver import (
    SIGNAL_RECEIVED,
    dispatcher as dispatcher_module,
)
from custom_components.green_api.receiver.chats import Chats
from custom_components.green_api.receiver.dispatcher import Dispatcher, shape
from custom_components.green_api.receiver.seen import Seen
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..api.notification_bodies import BODIES
from ..api.test_notifications_fuzz import JSON
from ..conftest import ANNA, BORIS
from ..simulator import Instance
from ..simulator.models import File
from ..simulator.testing import until
from .conftest import Delivered, Heard, body, dispatcher_of, text_body, texts


@pytest.fixture
def dispatcher(
    hass: HomeAssistant, loaded: MockConfigEntry, tmp_path: Path
) -> Dispatcher:
    """Return what hands on, with nobody who receives."""
    data = loaded.runtime_data
    seen = Seen(hass, tmp_path / "some.seen")
    return Dispatcher(hass, loaded, data.coordinator, data.outbox.deliveries, seen)


# Much of it is nothing, so some is nearly what GREEN-API sends.
def near(bodies: dict[str, dict[str, Any]]) -> st.SearchStrategy[Any]:
    """Return notifications in which something else is in one place."""

    @st.composite
    def spoiled(draw: st.DrawFn) -> Any:
        found = json.loads(json.dumps(draw(st.sampled_from(list(bodies.values())))))
        place = found
        for _ in range(draw(st.integers(0, 3))):
            inner = [each for each in place.values() if isinstance(each, dict) and each]
            if not inner:
                break
            place = draw(st.sampled_from(inner))
        place[draw(st.sampled_from(list(place)))] = draw(JSON)
        return found

    return spoiled()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_body=JSON | near(BODIES))
def test_whatever_comes_is_remembered(
    hass: HomeAssistant, dispatcher: Dispatcher, given_body: Any
) -> None:
    key = Notification.from_answer(given_body).key
    known = key in dispatcher._seen
    repeated = dispatcher.statistics.repeated
    total = dispatcher.statistics.kinds.total()
    for _ in range(2):
        hass.loop.run_until_complete(dispatcher.async_dispatch(given_body))
    assert key in dispatcher._seen
    assert dispatcher.statistics.repeated == repeated + 1 + known
    assert dispatcher.statistics.kinds.total() == total + 2
    assert len(dispatcher.statistics.not_understood) <= 20
    assert len(dispatcher.recent_media) <= 200
    json.dumps([*dispatcher.statistics.not_understood])


async def test_it_is_told_that_something_was_received(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance
) -> None:
    told: list[None] = []
    signal = SIGNAL_RECEIVED.format(polling.entry_id)
    stop = async_dispatcher_connect(hass, signal, lambda: told.append(None))
    instance.notify(None)
    instance.receive(ANNA, "Hi")
    await until(lambda: not instance.told)
    assert len(told) == 2
    stop()


async def test_what_is_counted(polling: MockConfigEntry, instance: Instance) -> None:
    statistics = dispatcher_of(polling).statistics
    assert (statistics.last_received, statistics.lag) == (None, None)
    now = int(dt_util.utcnow().timestamp())
    instance.notify({**text_body(ANNA, "A", "A"), "timestamp": now - 3600})
    await until(lambda: not instance.told)
    assert statistics.lag is not None
    assert timedelta(hours=1) <= statistics.lag <= timedelta(hours=1, minutes=1)
    # A clock that goes wrong.
    instance.notify({**text_body(ANNA, "B", "B"), "timestamp": now + 3600})
    await until(lambda: not instance.told)
    assert statistics.lag == timedelta()
    instance.notify(body("deviceInfo", timestamp=now))
    instance.notify(body("not a word at all"))
    await until(lambda: not instance.told)
    assert statistics.kinds == {"MessageNotification": 2, "deviceInfo": 1, "?": 1}
    assert statistics.last_received is not None
    assert statistics.repeated == 0


async def test_what_has_no_time_has_none(
    polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    timeless = text_body(ANNA, "A", "A")
    del timeless["timestamp"]
    instance.notify(timeless)
    instance.notify(text_body(ANNA, "B", "B"))
    await until(lambda: not instance.told)
    assert ["timestamp" in event.attributes for _, event in heard] == [False, True]


async def test_the_latest_files_are_known(
    polling: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatcher_module, "_MEDIA", 3)
    instance.receive(ANNA, "no file")
    ids = [
        instance.receive(ANNA, file=File(url=f"https://a/{number}", name="a.jpg"))
        for number in range(5)
    ]
    await until(lambda: not instance.told)
    known = dispatcher_of(polling).recent_media
    assert list(known) == ids[2:]
    assert {each.chat_id for each in known.values()} == {ANNA}
    assert ANNA not in repr(known[ids[4]])


async def test_what_was_sent_by_others_is_no_delivery(
    polling: MockConfigEntry, instance: Instance, heard: Heard, delivered: Delivered
) -> None:
    for message_id, by_api in (("A", True), ("B", False), ("C", None), ("D", "no")):
        status = body(
            "outgoingMessageStatus",
            idMessage=message_id,
            chatId=ANNA,
            status="sent",
            timestamp=1791296908,
        )
        if by_api is not None:
            status["sendByApi"] = by_api
        instance.notify(status)
    await until(lambda: not instance.told)
    assert [each.message_id for _, each in delivered] == ["A", "C", "D"]
    assert {polling.subentries[str(chat)].title for chat, _ in delivered} == {"Anna"}
    assert heard == []


async def test_an_echo_is_the_accounts_own(
    polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.send_from_phone(ANNA, "Typed")
    await until(lambda: not instance.told)
    [(_, event)] = heard
    assert texts(heard) == ["Typed"]
    assert event.from_me


@pytest.mark.parametrize(
    ("given_body", "expected"),
    [
        (None, "NoneType"),
        ("secret", "str"),
        (True, "bool"),
        ([], []),
        ([1, "a", None, 4.0], ["int", "str", "NoneType"]),
        ({"key": 1, "79001234567": 2}, {"key": "int", "…": "int"}),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, {"a": {"b": {"c": {"d": "dict"}}}}),
        ([[[[[1]]]]], [[[["list"]]]]),
    ],
)
def test_a_shape_tells_nothing(given_body: Any, expected: Any) -> None:
    assert shape(given_body) == expected


async def test_a_mistake_of_ours_does_not_block_the_next(
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    find = Chats.async_find

    async def stumble(self: Chats, chat_id: str) -> str | None:
        if chat_id == BORIS:
            raise RuntimeError
        return await find(self, chat_id)

    monkeypatch.setattr(Chats, "async_find", stumble)
    instance.receive(BORIS, "One")
    instance.receive(ANNA, "Two")
    await until(lambda: texts(heard) == ["Two"])
    await until(lambda: not instance.told)
    assert caplog.text.count("A notification could not be handed on") == 1
    (shape,) = dispatcher_of(polling).statistics.not_understood
    assert shape["messageData"]["textMessageData"] == {"textMessage": "str"}
