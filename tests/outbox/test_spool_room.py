"""Files on the disk: as many as there is room for, and for as long as they are wanted."""

from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.outbox import spool
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import legacy_notify, text, told
from tests.calls import act
from tests.simulator import Instance, Simulator
from tests.simulator.testing import until

from .helpers import (
    PICTURE,
    News,
    keep,
    kept_files,
    offline,
    outbox,
    queue,
    settled,
    waiting,
)


async def test_there_is_room_for_so_many_files(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool, "MAX_SPOOL", 2.5 * len(PICTURE))
    async with offline(simulator):
        for _ in range(2):
            await keep(hass, "send_file", **picture)
        with pytest.raises(HomeAssistantError) as raised:
            await keep(hass, "send_file", **picture)
        assert raised.value.translation_key == "outbox_full"
        assert len(kept_files(hass)) == 2
        assert waiting(loaded) == 2
    await settled(hass, loaded)
    assert len(instance.messages) == 2


@pytest.mark.parametrize("end", ["sent", "cancelled", "expired"])
async def test_a_file_that_nobody_wants_any_more_is_deleted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    end: str,
) -> None:
    monkeypatch.setattr(spool, "_FRESH", 0.05)
    if end == "expired":
        options = {"expires_after": {"seconds": 0.5}}
        hass.config_entries.async_update_entry(loaded, options=options)
        await hass.async_block_till_done()
    async with offline(simulator):
        await keep(hass, "send_file", **picture)
        assert [each.read_bytes() for each in kept_files(hass)] == [PICTURE]
        if end == "cancelled":
            await act(hass, "cancel", all=True)
        if end == "expired":
            await settled(hass, loaded)
    await settled(hass, loaded)
    await until(lambda: kept_files(hass) == [])


async def test_what_nobody_wants_is_deleted_at_the_start(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a kill leaves it: a file that no message needs, beside one that does."""
    monkeypatch.setattr(spool, "_FRESH", -1)
    async with offline(simulator):
        await keep(hass, "send_file", **picture)
        (kept,) = kept_files(hass)
        (kept.parent / "left").write_bytes(b"?")
        assert await hass.config_entries.async_reload(loaded.entry_id)
        assert kept_files(hass) == [kept]
    await settled(hass, loaded)
    assert len(instance.messages) == 1


async def test_a_file_that_was_lost_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    news: News,
) -> None:
    async with offline(simulator):
        lost = (await keep(hass, "send_file", **picture))["outbox_id"]
        await queue(hass, "Next")
        kept_files(hass)[0].unlink()
    await settled(hass, loaded)
    assert [each.text for each in instance.messages] == ["Next"]
    assert news.of(lost) == ["failed"]
    assert news.all[0]["description"] == text("file_gone", file="door.png")


@pytest.mark.parametrize("policy", ["retry", "fail"])
async def test_who_does_not_want_it_kept_has_nothing_on_the_disk(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    policy: str,
) -> None:
    async with offline(simulator):
        with pytest.raises(HomeAssistantError) as raised:
            await keep(hass, "send_file", **picture, on_outage=policy, retry_for=0.1)
        assert await told(hass, raised.value) == text("cannot_connect")
        assert kept_files(hass) == []
        assert await outbox(hass) == []


async def test_the_older_actions_keep_files_too(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
) -> None:
    async with offline(simulator):
        await legacy_notify(
            hass,
            "green_api_anna",
            "Somebody is there",
            data={"images": [picture["path"]], "on_outage": "queue"},
        )
    await settled(hass, loaded)
    (message,) = instance.messages
    assert message.text == "Somebody is there"


async def test_a_removed_instance_leaves_no_file(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
) -> None:
    async with offline(simulator):
        await keep(hass, "send_file", **picture)
        await hass.config_entries.async_remove(loaded.entry_id)
    assert not [*Path(hass.config.path(".storage")).glob("*.files")]  # noqa: ASYNC240
