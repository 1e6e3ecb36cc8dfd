"""What is remembered of sent messages, and how it is kept: on the disk, as in a house."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.green_api.api import ChatId
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import storage

from .actions import asked, legacy_notify, load_second, notify
from .calls import act, ids, left, restart
from .conftest import ANNA, BORIS
from .simulator import FaultKind, Instance, Simulator
from .simulator.testing import until

CHAT = ChatId.parse(ANNA)
OTHER = ChatId.parse(BORIS)


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a folder of its own for Home Assistant."""
    return str(tmp_path)


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Keep the storage as it is outside of tests."""
    return {}


def file_of(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Return where it is kept what an instance has sent."""
    return Path(hass.config.path(".storage", f"green_api.{entry.entry_id}.sent"))


async def stored(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any] | None:
    """Stop, and return what is on the disk then."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    path = file_of(hass, entry)
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text())
    data: dict[str, Any] = content["data"]
    return data


# What is on the disk


async def test_nothing_is_kept_before_something_is_sent(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await act(hass, "get_chats")
    await act(hass, "mark_read", chat_id=ANNA)
    assert await stored(hass, loaded) is None


async def test_ids_and_tags_are_kept(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await notify(hass, "notify.anna")
    await act(hass, "send_message", chat_id=[ANNA, BORIS], message="Open", tag="door")
    first, anna, boris = (each.id for each in instance.messages)
    if instance.messages[1].chat_id == BORIS:
        anna, boris = boris, anna
    data = await stored(hass, loaded)
    assert data is not None
    assert first not in json.dumps(data)
    for chat_id, message_id in ((ANNA, anna), (BORIS, boris)):
        assert message_id in json.dumps(data["last"][chat_id])
        assert data["tags"][chat_id]["door"]["message_ids"] == [message_id]


async def test_it_is_written_a_moment_later_and_for_nobody_else_to_read(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    path = file_of(hass, loaded)
    await notify(hass, "notify.anna")
    await notify(hass, "notify.boris")
    assert not path.exists()
    freezer.tick(timedelta(seconds=30))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {*json.loads(path.read_text())["data"]["last"]} == {
        ANNA,
        BORIS,
    }
    assert path.stat().st_mode & 0o077 == 0


async def test_no_text_is_kept(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, tmp_path: Path
) -> None:
    hass.config.allowlist_external_dirs.add(str(tmp_path))
    picture = tmp_path / "PRIVATE-name.jpg"
    picture.write_bytes(b"PRIVATE-content")
    tag = {"chat_id": ANNA, "tag": "door"}
    said = {"message": "PRIVATE-text", "title": "PRIVATE-title"}
    await act(hass, "send_message", **said, **tag)
    await act(hass, "send_message", **said, **tag, replace=True)
    await act(hass, "edit_message", **said, **tag)
    poll = {"question": "PRIVATE-question", "options": ["PRIVATE-yes", "PRIVATE-no"]}
    await act(hass, "send_poll", **poll, **tag)
    place = {"latitude": 52.5163, "longitude": 13.3777, "name": "PRIVATE-place"}
    await act(hass, "send_location", **place, **tag)
    card = {"phone_number": "447911123456", "first_name": "PRIVATE-name"}
    await act(hass, "send_contact", **card, **tag)
    await act(hass, "send_file", path=str(picture), caption="PRIVATE-caption", **tag)
    await legacy_notify(hass, "green_api_anna", "PRIVATE-text", data={"tag": "door"})
    assert len(instance.messages) == 6
    kept = json.dumps(await stored(hass, loaded))
    assert instance.messages[-1].id in kept
    for secret in ("PRIVATE", "52.5", "447911123456", "http"):
        assert secret not in kept


async def test_what_has_expired_is_not_kept_for_ever(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    for number in range(3):
        await act(
            hass, "send_message", chat_id=ANNA, message="Hi", tag=f"door {number}"
        )
    freezer.tick(timedelta(minutes=16))
    await act(hass, "send_message", chat_id=BORIS, message="Hi", tag="gate")
    data = await stored(hass, loaded)
    assert data is not None
    assert "gate" in json.dumps(data)
    assert "door" not in json.dumps(data)
    assert {*data["last"]} == {ANNA, BORIS}


@pytest.mark.parametrize("tag", ["\ud83d", "\ud83e\uddfa", "a\udc00b"], ids=ascii)
async def test_a_tag_with_half_a_character_is_no_obstacle(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    tag: str,
) -> None:
    """YAML knows emoji as two escapes, which Python keeps as two halves."""
    complaints: list[str] = []
    monkeypatch.setattr(
        storage._LOGGER, "error", lambda *args: complaints.append(ascii(args))
    )
    await notify(hass, "notify.boris")
    for message in ("Open", "Closed"):
        await act(
            hass, "send_message", chat_id=ANNA, message=message, tag=tag, replace=True
        )
    data = await stored(hass, loaded)
    assert complaints == []
    assert data is not None
    assert {*data["last"]} == {ANNA, BORIS}
    await restart(hass, loaded)
    await act(
        hass, "send_message", chat_id=ANNA, message="Locked", tag=tag, replace=True
    )
    assert left(instance, ANNA) == ["Locked"]


async def test_a_blank_tag_is_none_in_whichever_way_it_comes(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await act(hass, "send_message", chat_id=ANNA, message="Hi", tag=" ")
    await legacy_notify(hass, "green_api_anna", data={"tag": ""})
    data = await stored(hass, loaded)
    assert data is not None
    assert data["tags"] == {}


# How long it stays


async def test_it_goes_with_the_entry(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    second, _ = await load_second(hass, simulator)
    await notify(hass, ["notify.anna", "notify.clara"])
    assert await stored(hass, loaded)
    assert await stored(hass, second)
    # Also what is not written yet.
    await notify(hass, "notify.boris")
    await hass.config_entries.async_remove(loaded.entry_id)
    assert await stored(hass, loaded) is None
    assert await stored(hass, second)


async def test_an_entry_that_never_sent_anything_can_be_removed(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_remove(loaded.entry_id)
    assert await stored(hass, loaded) is None


async def test_an_entry_that_is_not_loaded_takes_it_along_as_well(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await notify(hass, "notify.anna")
    await restart(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert await stored(hass, loaded) is None


async def test_what_arrives_after_the_removal_leaves_nothing_behind(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, method="sendMessage", delay=0.2)
    sending = hass.async_create_task(notify(hass, "notify.anna"))
    await until(lambda: "sendMessage" in asked(instance))
    await hass.config_entries.async_remove(loaded.entry_id)
    await sending
    assert left(instance, ANNA) == ["Hi"]
    assert await stored(hass, loaded) is None


async def test_what_arrives_while_the_entry_is_loaded_anew_is_not_forgotten(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, method="sendMessage", delay=0.2)
    sending = hass.async_create_task(
        act(hass, "send_message", chat_id=ANNA, message="Hi", tag="door")
    )
    await until(lambda: "sendMessage" in asked(instance))
    assert await hass.config_entries.async_reload(loaded.entry_id)
    [message_id] = ids(await sending)
    response = await act(hass, "delete_message", chat_id=ANNA, tag="door")
    assert ids(response) == [message_id]
