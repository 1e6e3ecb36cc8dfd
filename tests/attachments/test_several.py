"""Exactly one source for a file, or several files in a list."""

from pathlib import Path
from typing import Any

import pytest
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.actions import text, told
from tests.conftest import ANNA, BORIS
from tests.simulator import Instance

from .entities import FakeCamera, add_entity
from .sending import BEARER, QUERY, calls, failed, name_and_type, send_file, sent
from .web_server import Bearer, WebServer

pytestmark = pytest.mark.usefixtures("loaded")

CAMERA = "camera.front_door"


@pytest.fixture
async def camera(hass: HomeAssistant) -> FakeCamera:
    """Have a camera."""
    camera = FakeCamera()
    await add_entity(hass, camera)
    return camera


@pytest.fixture
def door(media: Path) -> str:
    """Return a picture that may be sent."""
    (media / "door.jpg").write_bytes(b"\xff\xd8door")
    return str(media / "door.jpg")


@pytest.fixture
def url(web_server: WebServer) -> str:
    """Return the URL of a picture."""
    return web_server.serve("/web.jpg", b"\xff\xd8web", "image/jpeg")


async def test_no_source(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[dict[str, Any], ...] = (
        {},
        {"caption": "Hi", "file_name": "door.jpg"},
        {"media": "", "path": "", "url": ""},
        {"media": " \n", "url": " "},
        {"files": []},
        {"files": [{}]},
        {"files": [{"caption": "Hi"}]},
        {"files": [{"path": ""}]},
    )
    for data in cases:
        with subtests.test(data=data):
            error = await failed(hass, instance, **data)
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text("no_source")


async def test_several_sources(
    hass: HomeAssistant,
    instance: Instance,
    camera: FakeCamera,
    door: str,
    web_server: WebServer,
    url: str,
    subtests: pytest.Subtests,
) -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"media": CAMERA, "path": door}, "media, path"),
        ({"path": door, "url": url}, "path, url"),
        ({"media": CAMERA, "url": url}, "media, url"),
        ({"url": url, "path": door, "media": CAMERA}, "media, path, url"),
        ({"media": CAMERA, "files": [{"path": door}]}, "media, files"),
        ({"url": url, "files": [{"path": door}]}, "url, files"),
        ({"files": [{"path": door}, {"media": CAMERA, "url": url}]}, "media, url"),
    )
    for data, sources in cases:
        with subtests.test(sources=sources):
            error = await failed(hass, instance, **data)
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text("several_sources", sources=sources)
    assert not web_server.asked
    assert not calls(instance, "uploadFile")
    assert camera.times_asked == 0


async def test_a_source_beside_blank_ones(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    await send_file(hass, media="", path=door, url="", files=[])
    assert name_and_type(instance.messages[0])[0] == "door.jpg"


async def test_files_in_order(
    hass: HomeAssistant,
    instance: Instance,
    camera: FakeCamera,
    door: str,
    web_server: WebServer,
    url: str,
) -> None:
    web_server.guard("/web.jpg", Bearer(BEARER))
    response = await send_file(
        hass,
        chat_id=[ANNA, BORIS],
        caption="For all",
        quoted_message_id="3EB0",
        files=[
            {"path": door},
            {"url": url, "bearer": BEARER, "caption": "x" * 1025},
            {"media": CAMERA, "file_name": "Now", "quoted_message_id": "3EB1"},
            {"path": door, "file_name": "last.png", "caption": "Last"},
        ],
    )
    # Each of them once, however many chats there are.
    contents = [each.content for each in instance.uploads]
    assert contents == [
        b"\xff\xd8door",
        b"\xff\xd8web",
        b"\xff\xd8camera",
        b"\xff\xd8door",
    ]
    for chat_id in (ANNA, BORIS):
        messages = [each for each in instance.messages if each.chat_id == chat_id]
        assert [
            (each.file and each.file.name, each.text, each.quoted_message_id)
            for each in messages
        ] == [
            ("door.jpg", "For all", "3EB0"),
            ("web.jpg", "", None),
            (None, "x" * 1025, None),
            ("Now.jpg", "", "3EB1"),
            ("last.png", "Last", None),
        ]
        assert [each["message_id"] for each in response if each["chat_id"] == chat_id]
        assert [
            each["message_id"] for each in response if each["chat_id"] == chat_id
        ] == [each.id for each in messages]


async def test_credentials_for_all_that_come_from_the_web(
    hass: HomeAssistant,
    instance: Instance,
    camera: FakeCamera,
    web_server: WebServer,
    url: str,
) -> None:
    web_server.guard("/web.jpg", Bearer(BEARER))
    await send_file(
        hass,
        bearer=BEARER,
        files=[{"media": CAMERA}, {"url": url}, {"url": url, "bearer": BEARER}],
    )
    assert len(instance.messages) == 3
    with pytest.raises(HomeAssistantError) as raised:
        await send_file(hass, bearer=BEARER, files=[{"url": url, "bearer": "other"}])
    assert await told(hass, raised.value) == text("url_refused", url=url)


async def test_a_list_of_one_without_a_list(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    await send_file(hass, files={"path": door, "caption": "Hi"}, caption="Others")
    assert [each.text for each in instance.messages] == ["Hi"]


async def test_nothing_is_sent_if_one_file_is_not_to_be_had(
    hass: HomeAssistant,
    instance: Instance,
    camera: FakeCamera,
    door: str,
    web_server: WebServer,
    url: str,
    subtests: pytest.Subtests,
) -> None:
    missing = f"{web_server.url}/missing.jpg"
    empty = web_server.serve("/empty.jpg", b"", "image/jpeg")
    cases: tuple[tuple[dict[str, str], str], ...] = (
        ({"path": "/etc/passwd"}, text("path_not_allowed", path="/etc/passwd")),
        ({"path": f"{door}x"}, text("file_not_found", path=f"{door}x")),
        ({"media": "camera.x"}, text("entity_not_found", entity="camera.x")),
        (
            {"url": f"{missing}?{QUERY}"},
            text("url_failed", url=missing, status="404"),
        ),
        ({"url": empty}, text("file_empty", file="empty.jpg")),
    )
    for bad, expected in cases:
        for files in ([{"path": door}, bad, {"url": url}], [bad, {"path": door}]):
            with subtests.test(files=files):
                error = await failed(hass, instance, files=files, chat_id=[ANNA, BORIS])
                assert await told(hass, error) == expected
    # What comes behind the bad one was not fetched in vain.
    assert "/web.jpg" not in web_server.paths


async def test_what_is_no_list_of_files(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[Any, ...] = (
        [{"path": "/media/door.jpg", "colour": "red"}],
        [{"path": {"a": "b"}}],
        ["/media/door.jpg"],
        "door.jpg",
        5,
    )
    for files in cases:
        with subtests.test(files=files):
            with pytest.raises(vol.Invalid):
                await send_file(hass, files=files)
            assert sent(instance) == []
