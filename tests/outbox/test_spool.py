"""Files in an outage: kept on the disk, and uploaded once later."""

from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.actions import asked
from tests.calls import act, bodies
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance, Simulator

from .helpers import (
    PICTURE,
    keep,
    kept_files,
    offline,
    queue,
    settled,
    starting,
    uploads,
)


@pytest.mark.parametrize("how", ["offline", "unlinked"])
async def test_a_file_is_uploaded_once_the_outage_is_over(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    how: str,
) -> None:
    data = {**picture, "caption": "Somebody is there", "file_name": "now.png"}
    if how == "unlinked":
        instance.unlink()
        await loaded.runtime_data.coordinator.async_ask()
        told = await keep(hass, "send_file", **data)
        # What becomes of the original is of no interest any more.
        Path(picture["path"]).unlink()  # noqa: ASYNC240
        instance.link()
    else:
        async with offline(simulator):
            told = await keep(hass, "send_file", **data)
            Path(picture["path"]).unlink()  # noqa: ASYNC240
            assert await hass.config_entries.async_reload(loaded.entry_id)
    assert told["status"] == "queued"
    await settled(hass, loaded)
    (message,) = instance.messages
    assert message.file
    assert (message.text, message.file.name) == ("Somebody is there", "now.png")
    assert uploads(instance) == [PICTURE]
    assert asked(instance).count("sendFileByUrl") == 1


async def test_a_file_keeps_its_place_between_texts(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
) -> None:
    async with offline(simulator):
        await queue(hass, "Before")
        await keep(hass, "send_file", **picture, caption="x" * 2000)
        await queue(hass, "After")
    await settled(hass, loaded)
    assert [each.text for each in instance.messages] == [
        "Before",
        "",
        "x" * 2000,
        "After",
    ]


async def test_several_files_leave_together(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
) -> None:
    async with offline(simulator):
        await keep(
            hass, "send_file", files=[picture, {**picture, "file_name": "2.png"}]
        )
        assert len(kept_files(hass)) == 2
        assert kept_files(hass)[0].parent.stat().st_mode & 0o777 == 0o700
    await settled(hass, loaded)
    assert uploads(instance) == [PICTURE] * 2
    names = [each.file.name for each in instance.messages if each.file]
    assert names == ["door.png", "2.png"]


async def test_a_file_for_several_chats_is_uploaded_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
) -> None:
    async with offline(simulator):
        await act(
            hass, "send_file", chat_id=[ANNA, BORIS], on_outage="queue", **picture
        )
        assert len(kept_files(hass)) == 1
    await settled(hass, loaded)
    assert {each.chat_id for each in instance.messages} == {ANNA, BORIS}
    assert uploads(instance) == [PICTURE]


async def test_an_uploaded_file_is_not_uploaded_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    picture: dict[str, Any],
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendFileByUrl", times=2)
    async with starting(instance):
        await keep(hass, "send_file", **picture)
    await settled(hass, loaded)
    assert len(instance.messages) == 1
    assert len(uploads(instance)) == 1


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_file_may_have_been_taken_too(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    *,
    accepted: bool,
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    kind = FaultKind.RESET_ACCEPTED if accepted else FaultKind.RESET
    instance.faults.add(kind, method="sendFileByUrl")
    async with offline(simulator):
        await keep(hass, "send_file", **picture)
    await settled(hass, loaded)
    assert len(instance.messages) == 1
    assert len(uploads(instance)) == 1
    assert len(bodies(instance, "sendFileByUrl")) == (1 if accepted else 2)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.BAD_GATEWAY,
        FaultKind.RESET,
        FaultKind.RATE_LIMITED,
        FaultKind.FOREIGN_PAGE,
    ],
)
async def test_an_upload_that_fails_is_tried_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    picture: dict[str, Any],
    kind: FaultKind,
) -> None:
    async with offline(simulator):
        await keep(hass, "send_file", **picture)
        instance.faults.add(kind, method="uploadFile", times=2)
    await settled(hass, loaded)
    assert len(instance.messages) == 1
