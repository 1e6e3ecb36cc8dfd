"""The actions that tell what waits in the outbox, and take it out again."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.outbox import outage, outbox_path
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .actions import CLARA, LANGUAGES, go_away, load_second, send_message, text, told
from .calls import act, failed, left, refused
from .conftest import ANNA, BORIS, FAMILY
from .outbox.helpers import CANCEL_WITHIN
from .simulator import FaultKind, Instance, Simulator
from .simulator.testing import until

STRANGER = "447911123456@c.us"
UNKNOWN = "01K1XPB3CJ0TNSE5JC0ZX7RGYM"

type Back = Callable[[], Awaitable[None]]


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a folder of its own for Home Assistant."""
    return str(tmp_path)


@pytest.fixture
async def away(
    loaded: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Back:
    """Have GREEN-API out of reach; return what brings it back."""
    monkeypatch.setattr(outage, "FIRST_DELAY", 60)
    monkeypatch.setattr(outage, "LONGEST_DELAY", 60)
    port = simulator.port
    await go_away(simulator)

    async def back() -> None:
        await simulator.start(port)
        loaded.runtime_data.outbox.outage.async_try_now()

    return back


async def queue(
    hass: HomeAssistant, message: str = "Hi", chat_id: str = ANNA, **data: Any
) -> str:
    """Send something that has to wait, and return its id in the outbox."""
    response = await send_message(
        hass, message, chat_id=chat_id, on_outage="queue", **data
    )
    (waits,) = response["messages"]
    assert waits["status"] == "queued"
    return str(waits["outbox_id"])


async def waiting(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Return what waits, as the action tells it."""
    return list((await act(hass, "get_outbox", **data))["messages"])


async def cancel(hass: HomeAssistant, **data: Any) -> list[str]:
    """Cancel, and return the ids of what was cancelled."""
    cancelled = (await act(hass, "cancel", **data))["messages"]
    return [each["outbox_id"] for each in cancelled]


# --- what waits ---------------------------------------------------------------------------------


async def test_nothing_waits(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert await waiting(hass) == []
    assert await cancel(hass) == []
    assert not outbox_path(hass, loaded.entry_id).exists()


@pytest.mark.usefixtures("away")
async def test_what_waits_is_told(hass: HomeAssistant) -> None:
    before = dt_util.utcnow()
    outbox_id = await queue(hass, "Fire", tag="alarm", priority="high")
    [message] = await waiting(hass)
    created = datetime.fromisoformat(message.pop("created"))
    assert before <= created <= dt_util.utcnow()
    expires = datetime.fromisoformat(message.pop("expires"))
    assert expires - created == timedelta(days=1)
    assert message == {
        "outbox_id": outbox_id,
        "chat_id": ANNA,
        "entity_id": "notify.anna",
        "tag": "alarm",
        "priority": "high",
        "state": "waiting",
        "reason": text("cannot_connect"),
        "type": "text",
        "message": "Fire",
        "parts": 1,
    }


@pytest.mark.usefixtures("away")
async def test_the_oldest_comes_first_also_what_was_not_tried(
    hass: HomeAssistant,
) -> None:
    for chat_id in (BORIS, STRANGER, BORIS):
        await queue(hass, chat_id=chat_id, expires_after={"days": 2})
    messages = await waiting(hass)
    assert [each["chat_id"] for each in messages] == [BORIS, STRANGER, BORIS]
    assert [each.get("entity_id") for each in messages] == [
        "notify.boris",
        None,
        "notify.boris",
    ]
    assert {each["reason"] for each in messages} == {text("cannot_connect")}
    assert "tag" not in messages[0]


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_reason_is_told_in_the_language_of_the_house(
    hass: HomeAssistant, language: str
) -> None:
    await queue(hass)
    hass.config.language = language
    await async_get_translations(hass, language, "exceptions", ["green_api"])
    [message] = await waiting(hass)
    assert message["reason"] == text("cannot_connect", language)


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(
    ("action", "data", "expected"),
    [
        ("send_message", {"message": "One. " * 1000}, ("text", "One. ", 2)),
        ("send_file", {"caption": "Look"}, ("file", "Look", 1)),
        ("send_file", {}, ("file", None, 1)),
        ("send_location", {"latitude": 1, "longitude": 2}, ("location", None, 1)),
        (
            "send_contact",
            {"phone_number": BORIS, "first_name": "Boris"},
            ("contact", None, 1),
        ),
        ("send_poll", {"question": "Tea?", "options": "yn"}, ("poll", "Tea?", 1)),
        (
            "forward_message",
            {"from_chat_id": BORIS, "message_id": "3EB0"},
            ("forward", None, 1),
        ),
    ],
)
async def test_every_kind_of_message(
    hass: HomeAssistant,
    tmp_path: Path,
    action: str,
    data: dict[str, Any],
    expected: tuple[str, str | None, int],
) -> None:
    if action == "send_file":
        hass.config.allowlist_external_dirs = {str(tmp_path)}
        (tmp_path / "door.jpg").write_bytes(b"picture")
        data = {"path": str(tmp_path / "door.jpg"), **data}
    if action == "send_poll":
        data = {**data, "options": [*data["options"]]}
    await act(hass, action, chat_id=ANNA, on_outage="queue", **data)
    [message] = await waiting(hass)
    kind, words, parts = expected
    assert (message["type"], message["parts"]) == (kind, parts)
    assert message.get("message", "")[:5] == (words or "")


async def test_a_file_that_was_uploaded(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, tmp_path: Path
) -> None:
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "door.jpg").write_bytes(b"picture")
    instance.faults.add(FaultKind.REFUSE, method="sendFileByUrl", times=None)
    data = {"path": str(tmp_path / "door.jpg"), "caption": "Look"}
    await act(hass, "send_file", chat_id=ANNA, on_outage="queue", **data)
    [message] = await waiting(hass)
    assert (message["type"], message["message"]) == ("file", "Look")


async def test_what_another_version_has_written_is_told_as_far_as_it_is_known(
    hass: HomeAssistant, loaded: MockConfigEntry, away: Back
) -> None:
    strange = [
        '[{"kind":"Hologram"}]',
        '[{"kind":"TextMessage","text":"Hi","colour":"red"}]',
        '[{"kind":"LocationMessage","latitude":91,"longitude":0}]',
        '[{"kind":"ForwardedMessages","from_chat_id":"?","message_ids":[]}]',
        "[1]",
        "no JSON",
    ]
    ids = [await queue(hass, chat_id=ANNA, tag="t") for _ in strange]
    ids.append(await queue(hass, "Readable"))
    assert await hass.config_entries.async_unload(loaded.entry_id)
    with sqlite3.connect(outbox_path(hass, loaded.entry_id)) as database:
        for outbox_id, written in zip(ids, strange, strict=False):
            database.execute(
                "update parcel set content = ? where outbox_id = ?",
                (written, outbox_id),
            )
    database.close()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    *unread, read = await waiting(hass)
    assert [each["outbox_id"] for each in (*unread, read)] == ids
    assert (read["type"], read["message"], read["parts"]) == ("text", "Readable", 1)
    for each in unread:
        assert {"type", "message", "parts"}.isdisjoint(each)
        assert (each["chat_id"], each["tag"]) == (ANNA, "t")


async def test_several_instances(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    second, _ = await load_second(hass, simulator)
    await go_away(simulator)
    here = {"config_entry_id": loaded.entry_id}
    there = {"config_entry_id": second.entry_id}
    ids = [
        await queue(hass, chat_id=BORIS, **here),
        await queue(hass, chat_id=CLARA, **there),
        await queue(hass, chat_id=ANNA, **here),
    ]
    assert [each["outbox_id"] for each in await waiting(hass)] == ids
    [theirs] = await waiting(hass, **there)
    assert (theirs["outbox_id"], theirs["entity_id"]) == (ids[1], "notify.clara")
    with pytest.raises(ServiceValidationError):
        await cancel(hass, outbox_id=ids[0], **there)
    assert await cancel(hass, all=True, **here) == [ids[0], ids[2]]
    assert await cancel(hass) == [ids[1]]
    assert await waiting(hass) == []


@pytest.mark.parametrize("action", ["get_outbox", "cancel"])
@pytest.mark.parametrize("entry_id", ["", "no-such-entry"])
async def test_an_instance_that_is_none(
    hass: HomeAssistant, away: Back, action: str, entry_id: str
) -> None:
    await queue(hass)
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, config_entry_id=entry_id)
    assert raised.value.translation_key == "service_config_entry_not_found"
    assert len(await waiting(hass)) == 1


# --- take it out --------------------------------------------------------------------------------


async def test_what_is_cancelled_does_not_leave(
    hass: HomeAssistant, away: Back, instance: Instance
) -> None:
    first, second, third = [await queue(hass, f"{each}") for each in range(3)]
    assert await act(hass, "cancel", outbox_id=second) == {
        "messages": [{"outbox_id": second, "chat_id": ANNA}]
    }
    assert [each["outbox_id"] for each in await waiting(hass)] == [first, third]
    await away()
    await until(lambda: len(left(instance, ANNA)) == 2)
    assert left(instance, ANNA) == ["0", "2"]


@pytest.mark.usefixtures("away")
async def test_several_ids_each_once(hass: HomeAssistant) -> None:
    first, second, third = [await queue(hass) for _ in range(3)]
    assert await cancel(hass, outbox_id=[third, first, third]) == [third, first]
    assert [each["outbox_id"] for each in await waiting(hass)] == [second]


@pytest.mark.usefixtures("away")
async def test_by_tag(hass: HomeAssistant) -> None:
    door = [await queue(hass, chat_id=chat_id, tag="door") for chat_id in (ANNA, BORIS)]
    other = [await queue(hass, tag="window"), await queue(hass)]
    assert await cancel(hass, tag="garage") == []
    assert await act(hass, "cancel", tag=" door ", all=False) == {
        "messages": [
            {"outbox_id": outbox_id, "chat_id": chat_id, "tag": "door"}
            for outbox_id, chat_id in zip(door, (ANNA, BORIS), strict=True)
        ]
    }
    assert [each["outbox_id"] for each in await waiting(hass)] == other


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("data", [{}, {"all": True}])
async def test_all(hass: HomeAssistant, data: dict[str, Any]) -> None:
    ids = [await queue(hass, chat_id=each) for each in (ANNA, BORIS, FAMILY)]
    await hass.services.async_call(
        "green_api", "cancel", {"outbox_id": ids.pop()}, blocking=True
    )
    assert await cancel(hass, **data) == ids
    assert await waiting(hass) == []


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"outbox_id": ""}, "outbox_id"),
        ({"outbox_id": " "}, "outbox_id"),
        ({"outbox_id": []}, "outbox_id"),
        ({"outbox_id": None}, "outbox_id"),
        ({"outbox_id": [UNKNOWN, ""]}, "outbox_id"),
        ({"tag": ""}, "tag"),
        ({"tag": " ", "all": True}, "tag"),
    ],
)
async def test_a_template_that_gave_nothing_cancels_nothing(
    hass: HomeAssistant, instance: Instance, data: dict[str, Any], field: str
) -> None:
    await queue(hass)
    message = await refused(hass, instance, "cancel", **data)
    assert message == text("empty_field", field=field)
    assert len(await waiting(hass)) == 1


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(
    "data",
    [
        {"outbox_id": UNKNOWN, "tag": "door"},
        {"outbox_id": UNKNOWN, "all": True},
        {"tag": "door", "all": True},
        {"all": False},
    ],
)
async def test_it_has_to_be_clear_what_is_meant(
    hass: HomeAssistant, instance: Instance, data: dict[str, Any]
) -> None:
    await queue(hass, tag="door")
    message = await refused(hass, instance, "cancel", **data)
    assert message == text("outbox_id_or_tag")
    assert len(await waiting(hass)) == 1


@pytest.mark.usefixtures("away")
async def test_an_id_that_is_not_there(hass: HomeAssistant, instance: Instance) -> None:
    outbox_id = await queue(hass)
    message = await refused(
        hass, instance, "cancel", outbox_id=[outbox_id, UNKNOWN, "2"]
    )
    assert message == text("unknown_outbox_id", outbox_id=f"{UNKNOWN}, 2")
    assert len(await waiting(hass)) == 1


async def test_too_late_to_cancel_what_is_leaving(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CANCEL_WITHIN, 0.05)
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, method="sendMessage", delay=0.5)
    sending = hass.async_create_task(
        send_message(hass, "Fire", chat_id=ANNA, on_outage="queue", tag="alarm")
    )
    await until(lambda: bool(loaded.runtime_data.outbox.kept.count))
    second = hass.async_create_task(
        send_message(hass, "Smoke", chat_id=ANNA, on_outage="queue")
    )
    await until(lambda: loaded.runtime_data.outbox.kept.count == 2)
    [leaving, behind] = await waiting(hass)
    assert (leaving["state"], behind["state"]) == ("leaving", "waiting")
    ids = [leaving["outbox_id"], behind["outbox_id"]]
    assert await cancel(hass, tag="alarm") == []
    assert await failed(hass, "cancel", outbox_id=ids) == text(
        "too_late_to_cancel", outbox_id=ids[0]
    )
    with pytest.raises(HomeAssistantError) as raised:
        await second
    assert await told(hass, raised.value) == text("cancelled")
    await sending
    assert left(instance, ANNA) == ["Fire"]


async def test_too_late_to_cancel_what_may_have_left(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    # What was taken is not told, and cannot be asked.
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    for method in ("showMessagesQueue", "lastOutgoingMessages"):
        instance.faults.add(FaultKind.REFUSE, method=method, times=None)
    outbox_id = await queue(hass)
    [message] = await waiting(hass)
    assert (message["state"], message["outbox_id"]) == ("doubtful", outbox_id)
    assert await failed(hass, "cancel", outbox_id=outbox_id) == text(
        "too_late_to_cancel", outbox_id=outbox_id
    )
    assert await cancel(hass) == []
    instance.faults.clear()
    await until(lambda: not loaded.runtime_data.outbox.kept.count)
    assert left(instance, ANNA) == ["Hi"]


async def test_who_waits_for_it_to_arrive_is_told(
    hass: HomeAssistant, loaded: MockConfigEntry, away: Back
) -> None:
    outbox = loaded.runtime_data.outbox
    outbox.deliveries.receiving = True
    data = {"chat_id": ANNA, "on_outage": "queue", "wait_for": "delivered"}
    sending = hass.async_create_task(send_message(hass, "Hi", **data))
    await until(lambda: bool(outbox.outage.reason and outbox.kept.count))
    assert len(await cancel(hass)) == 1
    with pytest.raises(HomeAssistantError) as raised:
        await sending
    assert await told(hass, raised.value) == text("cancelled")
