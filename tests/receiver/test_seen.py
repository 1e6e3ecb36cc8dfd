"""What is remembered of notifications, and how it is kept: on the disk, as in a house."""

import asyncio
from pathlib import Path
import re

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.receiver import seen
from custom_components.green_api.receiver.seen import Seen, async_seen
from homeassistant.core import HomeAssistant

from ..conftest import ANNA, PHONE
from ..simulator import Instance
from ..simulator.testing import until
from .conftest import Heard, texts


def file_of(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    return Path(hass.config.path(".storage", f"green_api.{entry.entry_id}.seen"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".storage" / "some.seen"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_PAUSE", 0)


async def add(hass: HomeAssistant, found: Seen, key: str) -> None:
    """Remember a notification, on the disk, too."""
    found.async_add(key)
    assert key in found
    await hass.async_block_till_done()


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def keys_in(path: Path) -> list[str]:
    return path.read_text().split()


async def load(hass: HomeAssistant, path: Path) -> Seen:
    found = Seen(hass, path)
    await found.async_load()
    return found


async def test_nothing_that_was_said_is_kept(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    for _ in range(3):
        instance.receive(ANNA, "PRIVATE")
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    lines = keys_in(file_of(hass, polling))
    assert len(lines) == len(heard) == 3
    for line in lines:
        assert re.fullmatch("[0-9a-f]{32}", line)
        assert PHONE not in line
    await hass.config_entries.async_remove(polling.entry_id)
    assert not file_of(hass, polling).exists()


async def test_it_survives(hass: HomeAssistant, path: Path) -> None:
    first = await load(hass, path)
    assert "a" not in first
    for key in ("a", "b", "a"):
        await add(hass, first, key)
    assert "a" in first
    second = await load(hass, path)
    assert "a" in second
    assert "b" in second
    assert "c" not in second
    await second.async_remove()
    await second.async_remove()
    assert "a" not in await load(hass, path)


async def test_damage_costs_no_more_than_it_hit(
    hass: HomeAssistant, path: Path
) -> None:
    damages = (b"", b"\n\n", b"\0" * 5000, b"\xff\xfe\n\x80c", b"half", b"\r\n\x1c\x85")
    for number, damage in enumerate(damages):
        found = await load(hass, path)
        await add(hass, found, f"k{number}")
        with path.open("ab") as file:
            file.write(b"\n" + damage)
    found = await load(hass, path)
    assert all(f"k{number}" in found for number in range(len(damages) - 1))


async def test_a_crowd_is_written_at_once(
    hass: HomeAssistant, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    monkeypatch.setattr(seen, "_PAUSE", 0.01)
    append = Seen._append

    def note(self: Seen, keys: list[str]) -> None:
        writes.append(len(keys))
        append(self, keys)

    monkeypatch.setattr(Seen, "_append", note)
    found = await load(hass, path)
    for number in range(500):
        found.async_add(f"k{number}")
        if number % 100 == 0:
            await asyncio.sleep(0)
    await hass.async_block_till_done()
    assert sum(writes) == 500
    assert len(writes) <= 5
    again = await load(hass, path)
    assert all(f"k{number}" in again for number in range(500))


async def test_what_is_on_its_way_to_the_disk_does_not_outlive_a_removal(
    hass: HomeAssistant, path: Path
) -> None:
    found = await load(hass, path)
    for number in range(5):
        found.async_add(f"k{number}")
    await found.async_remove()
    await hass.async_block_till_done()
    assert left_in(path.parent) == []


async def test_no_more_is_kept_than_may_come_again(
    hass: HomeAssistant, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "_REMEMBERED", 10)
    found = await load(hass, path)
    largest = 0
    for number in range(95):
        await add(hass, found, f"k{number}")
        largest = max(largest, len(keys_in(path)))
        assert f"k{number}" in found
        assert (f"k{number - 9}" in found) is (number >= 9)
        assert f"k{number - 10}" not in found
    assert 10 < largest <= 21
    again = await load(hass, path)
    assert [f"k{number}" in again for number in range(84, 95)] == [False] + [True] * 10
    for number in range(95, 130):
        await add(hass, again, f"k{number}")
        largest = max(largest, len(keys_in(path)))
    assert largest <= 21
    assert [each.name for each in left_in(path.parent)] == [path.name]


async def test_a_full_disk_is_no_reason_to_hear_nothing(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = file_of(hass, polling)
    instance.receive(ANNA, "0")
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    path.unlink()
    path.mkdir()
    instance.deliver_twice = 1
    for text in ("1", "2"):
        instance.receive(ANNA, text)
        await until(lambda: not instance.told)
        await hass.async_block_till_done()
    assert texts(heard) == ["0", "1", "2"]
    assert caplog.text.count("Cannot remember") == 1
    path.rmdir()
    instance.receive(ANNA, "3")
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    assert texts(heard)[-1] == "3"
    assert path.is_file()
    path.unlink()
    path.mkdir()
    instance.receive(ANNA, "4")
    await until(lambda: not instance.told)
    await hass.async_block_till_done()
    assert caplog.text.count("Cannot remember") == 2
    path.rmdir()


async def test_what_cannot_be_read_is_no_reason_to_hear_nothing(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    assert await hass.config_entries.async_unload(polling.entry_id)
    del hass.data[seen._INSTANCES]
    path = file_of(hass, polling)
    path.parent.mkdir(exist_ok=True)
    path.mkdir()
    instance.receive(ANNA, "Hi")
    assert await hass.config_entries.async_setup(polling.entry_id)
    await until(lambda: not instance.told)
    assert texts(heard) == ["Hi"]
    await hass.async_block_till_done()
    path.rmdir()


async def test_there_is_one_for_an_entry(hass: HomeAssistant) -> None:
    assert await async_seen(hass, "a") is await async_seen(hass, "a")
    assert await async_seen(hass, "a") is not await async_seen(hass, "b")
