"""What is on the disk: through a kill at any moment, and on a disk that is not well."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import asked, send_message, text, told
from tests.calls import failed
from tests.conftest import ANNA, TOKEN
from tests.simulator import Instance
from tests.simulator.testing import until

from .helpers import Issues, News, outbox, queue, settled, starting, texts, waiting
from .killing import Disk

SECRET = "The key is under the mat"


def files(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Path]:
    """Return what the outbox has on the disk, by name."""
    folder = Path(hass.config.path(".storage"))
    found = [*folder.glob("*outbox*"), *folder.glob("*.files/*")]
    assert all(entry.entry_id in str(each) for each in found)
    return {each.name.partition(entry.entry_id)[2]: each for each in found}


def dump(path: Path) -> str:
    """Return all that is in a database."""
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump())


async def test_it_is_on_the_disk_before_the_action_returns(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, tmp_path: Path
) -> None:
    async with starting(instance):
        await queue(hass, SECRET)
        found = files(hass, loaded)
        for name, each in found.items():
            (tmp_path / f"copy{name}").write_bytes(each.read_bytes())
        assert SECRET in dump(tmp_path / "copy.outbox")
        assert {each.stat().st_mode & 0o777 for each in found.values()} == {0o600}


async def test_who_keeps_nothing_has_no_file(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await send_message(hass, chat_id=ANNA)
    await hass.config_entries.async_reload(loaded.entry_id)
    assert files(hass, loaded) == {}


async def test_what_was_sent_is_no_longer_on_the_disk(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        await queue(hass, SECRET)
    await settled(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert SECRET not in dump(files(hass, loaded)[".outbox"])


async def test_a_removed_instance_leaves_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    async with starting(instance):
        await queue(hass)
        path = files(hass, loaded)[".outbox"]
        path.with_name(f"{path.name}.corrupt.20261123").write_text("old")
        await hass.config_entries.async_remove(loaded.entry_id)
    assert files(hass, loaded) == {}


async def test_no_text_and_no_chat_is_in_the_log(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with starting(instance):
        await queue(hass, SECRET, tag="under the mat")
        assert await hass.config_entries.async_reload(loaded.entry_id)
    await settled(hass, loaded)
    told = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.green_api")
    )
    for secret in (SECRET, "mat", ANNA, ANNA[:11], "Anna", TOKEN):
        assert secret not in told


async def test_the_event_loop_never_waits_for_the_disk(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, disk: Disk
) -> None:
    async with starting(instance):
        await queue(hass)
        assert await hass.config_entries.async_reload(loaded.entry_id)
        await outbox(hass)
    await settled(hass, loaded)
    await queue(hass, tag="door", deduplicate=60)
    assert disk.statements
    assert not disk.in_the_loop


@pytest.mark.parametrize("kind", ["full", "read-only", "gone"])
async def test_what_cannot_be_kept_is_an_error_and_what_was_kept_stays(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    disk: Disk,
    kind: str,
) -> None:
    async with starting(instance):
        await queue(hass, "Old")
        if kind == "gone":
            assert await hass.config_entries.async_unload(loaded.entry_id)
            assert await hass.config_entries.async_setup(loaded.entry_id)
        disk.trouble = kind
        with pytest.raises(HomeAssistantError) as raised:
            await queue(hass, "x" * 20_000)
        assert raised.value.translation_key == "outbox_not_written"
        assert "sent" in await told(hass, raised.value)
        assert waiting(loaded) == 1
        disk.trouble = None
        await queue(hass, "New")
        assert await hass.config_entries.async_reload(loaded.entry_id)
        assert [each["message"] for each in await outbox(hass)] == ["Old", "New"]
    await settled(hass, loaded)
    assert texts(instance) == ["Old", "New"]


async def test_on_a_full_disk_others_are_sent_all_the_same(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, disk: Disk
) -> None:
    disk.trouble = "full"
    await send_message(hass, chat_id=ANNA)
    assert await failed(
        hass, "send_message", chat_id=ANNA, message="Kept", on_outage="queue"
    ) == text("outbox_not_written", reason="database or disk is full")
    assert texts(instance) == ["Hi"]


async def test_what_waits_does_not_leave_unnoted(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, disk: Disk
) -> None:
    """Else nobody knew after a crash that it has left."""
    async with starting(instance):
        await queue(hass, "1")
        await queue(hass, "2")
        disk.trouble = "full"
        await until(lambda: disk.refused >= 2)
        count = asked(instance).count("sendMessage")
    await until(lambda: disk.refused >= 4)
    assert asked(instance).count("sendMessage") == count
    disk.trouble = None
    await settled(hass, loaded)
    assert texts(instance) == ["1", "2"]


@pytest.mark.parametrize(
    "content",
    [b"no database", b"\0" * 100_000, b"SQLite format 3\0" + b"\xff" * 5000, None],
    ids=["garbage", "zeros", "broken", "truncated"],
)
async def test_a_broken_file_is_set_aside_and_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    issues: Issues,
    content: bytes | None,
) -> None:
    async with starting(instance):
        for _ in range(3):
            await queue(hass, "x" * 4096)
        assert await hass.config_entries.async_unload(loaded.entry_id)
        path = files(hass, loaded)[".outbox"]
        content = (
            path.read_bytes()[: path.stat().st_size // 2]
            if content is None
            else content
        )
        path.write_bytes(content)
        assert await hass.config_entries.async_setup(loaded.entry_id)
        assert list(issues()) == ["outbox_broken"]
        (issue,) = issues.entries
        assert issue.is_persistent
        (aside,) = [
            each for name, each in files(hass, loaded).items() if "corrupt" in name
        ]
        assert aside.read_bytes() == content
        await queue(hass)
    await settled(hass, loaded)
    assert texts(instance) == ["Hi"]
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not aside.exists()


CHANGES = {
    "chat": "update parcel set chat_id = 'nobody'",
    "priority": "update parcel set priority = 'highest'",
    "ids": "update parcel set message_ids = '{'",
    "no ids": "update parcel set message_ids = 'null'",
    "column": "alter table parcel rename column left_at to gone_at",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_row_of_another_version_keeps_nothing_from_starting(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    issues: Issues,
    change: str,
) -> None:
    async with starting(instance):
        await queue(hass)
        await alter(hass, loaded, change)
        assert await hass.config_entries.async_setup(loaded.entry_id)
        assert list(issues()) == ["outbox_broken"]
        await queue(hass, "New")
    await settled(hass, loaded)
    assert texts(instance) == ["New"]


@pytest.mark.parametrize(
    "content", ["{", "7", '[{"kind":"Song"}]', '[{"kind":"TextMessage","loud":1}]']
)
async def test_a_message_of_another_version_is_told_and_holds_up_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    news: News,
    content: str,
) -> None:
    async with starting(instance):
        first = (await queue(hass, "1"))["outbox_id"]
        await queue(hass, "2")
        await alter(
            hass,
            loaded,
            f"update parcel set content = '{content}' where id = 1",  # noqa: S608
        )
        assert await hass.config_entries.async_setup(loaded.entry_id)
        assert len(await outbox(hass)) == 2
    await settled(hass, loaded)
    assert texts(instance) == ["2"]
    assert news.of(first) == ["failed"]


async def alter(hass: HomeAssistant, entry: MockConfigEntry, statement: str) -> None:
    """Unload an instance, and change something in its file."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    path = files(hass, entry)[".outbox"]
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
