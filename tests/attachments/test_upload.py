"""Uploads: once for all chats, again when they certainly failed, and never by halves."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import transport
from custom_components.green_api.outbox import outbox
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import CLARA, asked, failures, load_second, text, told
from tests.conftest import ANNA, BORIS, FAMILY
from tests.simulator import FaultKind, Host, Instance, Simulator

from .entities import FakeCamera, add_entity
from .line import Line
from .sending import arrived, calls, digest, failed, send_file, sent, some_bytes
from .web_server import WebServer

CONTENT = some_bytes(300_000)

type Source = dict[str, str]


@pytest.fixture(params=["media", "path", "url"])
async def source(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    media: Path,
    web_server: WebServer,
) -> Source:
    """Have the same picture in a camera, a folder or on the web."""
    match request.param:
        case "media":
            camera = FakeCamera()
            camera.picture = CONTENT
            await add_entity(hass, camera)
            return {"media": camera.entity_id}
        case "path":
            (media / "door.jpg").write_bytes(CONTENT)
            return {"path": str(media / "door.jpg")}
    url = web_server.chunks("/door.jpg", CONTENT, content_type="image/jpeg")
    return {"url": url}


@pytest.fixture
def door(media: Path) -> Source:
    """Have a picture."""
    (media / "door.jpg").write_bytes(CONTENT)
    return {"path": str(media / "door.jpg")}


def reauths(hass: HomeAssistant) -> list[str]:
    """Return the flows that ask a person for something."""
    return [
        flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()
    ]


# Once


@pytest.mark.usefixtures("loaded")
async def test_a_file_for_several_chats_is_uploaded_once(
    hass: HomeAssistant, instance: Instance, source: Source
) -> None:
    chats = [ANNA, BORIS, FAMILY, "+44 7911 123456"]
    response = await send_file(hass, **source, chat_id=chats)
    (upload,) = instance.uploads
    assert digest(upload.content) == digest(CONTENT)
    (uploaded,) = calls(instance, "uploadFile")
    assert uploaded.host is Host.MEDIA
    assert {each.host for each in sent(instance)} == {Host.API}
    assert {each.method for each in sent(instance)} == {"sendFileByUrl"}
    assert sorted(each.chat_id for each in instance.messages) == sorted(
        [ANNA, BORIS, FAMILY, "447911123456@c.us"]
    )
    assert {each.file and each.file.url for each in instance.messages} == {upload.url}
    assert {each["message_id"] for each in response} == {
        each.id for each in instance.messages
    }


async def test_every_instance_has_its_own_upload(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    source: Source,
) -> None:
    second, second_instance = await load_second(hass, simulator)
    data = {**second.data, "media_url": simulator.media_url}
    hass.config_entries.async_update_entry(second, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)
    await send_file(
        hass, **source, entity_id=["notify.anna", "notify.boris", "notify.clara"]
    )
    for each, chats in ((instance, {ANNA, BORIS}), (second_instance, {CLARA})):
        (upload,) = each.uploads
        assert digest(upload.content) == digest(CONTENT)
        assert {message.chat_id for message in each.messages} == chats
        urls = {message.file and message.file.url for message in each.messages}
        assert urls == {upload.url}


async def test_one_instance_fails(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    door: Source,
) -> None:
    second, second_instance = await load_second(hass, simulator)
    data = {**second.data, "media_url": simulator.media_url}
    hass.config_entries.async_update_entry(second, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)
    second_instance.faults.add(FaultKind.FORBIDDEN, method="uploadFile")
    with pytest.raises(HomeAssistantError) as raised:
        await send_file(hass, **door, entity_id=["notify.anna", "notify.clara"])
    assert await told(hass, raised.value) == text(
        "some_failed",
        failed="1",
        total="2",
        reasons=failures(Clara=text("wrong_server")),
    )
    assert [each.chat_id for each in instance.messages] == [ANNA]
    assert second_instance.messages == []


# Again


@pytest.mark.usefixtures("loaded")
async def test_an_upload_that_failed_is_tried_again(
    hass: HomeAssistant, instance: Instance, source: Source, subtests: pytest.Subtests
) -> None:
    """It does no harm, as nobody reads what was uploaded."""
    for kind in (
        FaultKind.RATE_LIMITED,
        FaultKind.REFUSE,
        FaultKind.RESET,
        FaultKind.RESET_ACCEPTED,
        FaultKind.BAD_GATEWAY,
    ):
        with subtests.test(kind=kind.value):
            instance.faults.clear()
            instance.requests.clear()
            before = len(instance.uploads), len(instance.messages)
            instance.faults.add(kind, method="uploadFile", times=2)
            await send_file(hass, **source)
            assert len(calls(instance, "uploadFile")) == 3
            uploads = instance.uploads[before[0] :]
            assert len(uploads) == 1 + 2 * kind.accepted
            assert {digest(each.content) for each in uploads} == {digest(CONTENT)}
            (message,) = instance.messages[before[1] :]
            assert message.file
            assert message.file.url == uploads[-1].url
            assert len(sent(instance)) == 1


async def test_a_connection_that_breaks_in_the_middle(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    media: Path,
    web_server: WebServer,
) -> None:
    content = CONTENT * 30
    (media / "film.mp4").write_bytes(content)
    sources = (
        {"path": str(media / "film.mp4")},
        {"url": web_server.serve("/film.mp4", content, "video/mp4")},
    )
    assert simulator.media_port is not None
    for nth, source in enumerate(sources, 1):
        events: list[Callable[[], bool]] = [lambda: True] * 2
        async with Line(simulator.media_port, *events) as line:
            data = {**loaded.data, "media_url": line.url}
            hass.config_entries.async_update_entry(loaded, data=data)
            await hass.async_block_till_done(wait_background_tasks=True)
            await send_file(hass, **source)
        assert digest(arrived(instance, nth)[1].content) == digest(content)
    # Read anew each time.
    assert len(web_server.asked) == 3
    assert len(sent(instance)) == len(sources)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (FaultKind.RATE_LIMITED, "rate_limited"),
        (FaultKind.RESET, "cannot_connect"),
    ],
)
async def test_an_upload_that_fails_for_too_long(
    hass: HomeAssistant, instance: Instance, door: Source, kind: FaultKind, key: str
) -> None:
    instance.faults.add(kind, method="uploadFile", times=None)
    error = await failed(hass, instance, **door, chat_id=[ANNA, BORIS])
    assert await told(hass, error) == text(key)
    assert len(calls(instance, "uploadFile")) > 2


@pytest.mark.usefixtures("loaded")
async def test_an_upload_that_nobody_takes(
    hass: HomeAssistant,
    instance: Instance,
    door: Source,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "_STALLED_AFTER", 0.1)
    monkeypatch.setattr(outbox, "RETRY_FOR", timedelta())
    instance.faults.add(FaultKind.TIMEOUT, method="uploadFile", times=None)
    error = await failed(hass, instance, **door)
    assert await told(hass, error) == text("cannot_connect")


@pytest.mark.usefixtures("loaded")
async def test_a_media_server_that_is_not_there(
    hass: HomeAssistant, simulator: Simulator, instance: Instance, door: Source
) -> None:
    await simulator.stop()
    error = await failed(hass, instance, **door)
    assert await told(hass, error) == text("cannot_connect")


# Not again


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("kind", "key"),
    [(FaultKind.UNAUTHORIZED, "invalid_auth"), (FaultKind.FORBIDDEN, "wrong_server")],
)
async def test_a_token_that_is_refused(
    hass: HomeAssistant, instance: Instance, door: Source, kind: FaultKind, key: str
) -> None:
    instance.faults.add(kind, method="uploadFile")
    error = await failed(hass, instance, **door, chat_id=[ANNA, BORIS])
    assert await told(hass, error) == text(key)
    assert len(calls(instance, "uploadFile")) == 1
    await hass.async_block_till_done()
    assert reauths(hass) == ["reauth"]


@pytest.mark.usefixtures("loaded")
async def test_a_quota_that_is_used_up(
    hass: HomeAssistant, instance: Instance, door: Source
) -> None:
    instance.faults.add(FaultKind.QUOTA_EXCEEDED, method="uploadFile")
    error = await failed(hass, instance, **door)
    assert await told(hass, error) == text("quota_exceeded")
    assert len(calls(instance, "uploadFile")) == 1
    assert reauths(hass) == []


@pytest.mark.usefixtures("loaded")
async def test_an_answer_without_a_link(
    hass: HomeAssistant, instance: Instance, door: Source, subtests: pytest.Subtests
) -> None:
    for kind in (
        FaultKind.FOREIGN_PAGE,
        FaultKind.BARE_STRING,
        FaultKind.GARBAGE_ACCEPTED,
        FaultKind.EMPTY_ACCEPTED,
    ):
        with subtests.test(kind=kind.value):
            instance.faults.add(kind, method="uploadFile")
            error = await failed(hass, instance, **door)
            assert await told(hass, error) == text(
                "unexpected_answer", status="HTTP 200"
            )


async def test_an_instance_that_is_not_linked(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, door: Source
) -> None:
    """GREEN-API would keep the file, and send it out of the blue tomorrow."""
    instance.unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    error = await failed(hass, instance, **door)
    assert await told(hass, error) == text("not_linked")
    assert calls(instance, "uploadFile") == []


@pytest.mark.usefixtures("loaded")
async def test_nobody_knows_whether_it_was_sent(
    hass: HomeAssistant, instance: Instance, door: Source, subtests: pytest.Subtests
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "no"
    for kind in (
        FaultKind.RESET_ACCEPTED,
        FaultKind.BAD_GATEWAY_ACCEPTED,
        FaultKind.GARBAGE_ACCEPTED,
        FaultKind.RESET,
    ):
        with subtests.test(kind=kind.value):
            instance.faults.clear()
            instance.requests.clear()
            before = len(instance.messages)
            instance.faults.add(kind, method="sendFileByUrl", times=None)
            for method in ("showMessagesQueue", "lastOutgoingMessages"):
                instance.faults.add(FaultKind.FOREIGN_PAGE, method=method, times=None)
            with pytest.raises(HomeAssistantError) as raised:
                await send_file(hass, **door, caption="x" * 1025)
            assert await told(hass, raised.value) == text("outcome_unknown")
            # Neither is it sent again, nor what is behind it.
            assert [each.method for each in sent(instance)] == ["sendFileByUrl"]
            assert len(instance.messages) == before + kind.accepted


@pytest.mark.usefixtures("loaded")
async def test_only_sending_was_too_much(
    hass: HomeAssistant, instance: Instance, door: Source
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="sendFileByUrl")
    await send_file(hass, **door)
    arrived(instance)
    assert asked(instance)[-3:] == ["uploadFile", "sendFileByUrl", "sendFileByUrl"]


@pytest.mark.usefixtures("loaded")
async def test_one_chat_of_several_fails(
    hass: HomeAssistant, instance: Instance, door: Source
) -> None:
    instance.fail_chat(BORIS, FaultKind.RESET_ACCEPTED)
    instance.faults.add(
        FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages", times=None
    )
    with pytest.raises(HomeAssistantError) as raised:
        await send_file(hass, **door, chat_id=[ANNA, BORIS, FAMILY], caption="Hi")
    assert await told(hass, raised.value) == text(
        "some_failed",
        failed="1",
        total="3",
        reasons=failures(Boris=text("outcome_unknown")),
    )
    assert {each.chat_id for each in instance.messages} == {ANNA, BORIS, FAMILY}
    assert [each.text for each in instance.messages] == ["Hi"] * 3
    assert len(instance.uploads) == 1
    assert len(sent(instance)) == 3


@pytest.mark.usefixtures("loaded")
async def test_the_file_went_out_and_what_is_behind_it_did_not(
    hass: HomeAssistant, instance: Instance, door: Source
) -> None:
    instance.faults.add(FaultKind.UNAUTHORIZED, method="sendMessage")
    with pytest.raises(HomeAssistantError) as raised:
        await send_file(hass, **door, caption="x" * 1025)
    assert await told(hass, raised.value) == text(
        "partly_sent", sent="1", total="2", reason=text("invalid_auth")
    )
    arrived(instance)
