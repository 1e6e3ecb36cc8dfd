"""The `data` of the notify.<name> actions: files, places and polls beside a text."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer
import pytest

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component

from .actions import LANGUAGES, asked, failures, legacy_notify, text, told
from .calls import done, left
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, Instance, Message

pytestmark = pytest.mark.usefixtures("loaded")

type Data = dict[str, Any]

POLL = {"question": "Arm?", "options": ["Yes", "No"]}
PLACE = {"latitude": 52.5, "longitude": 13.4}


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Have a folder with some files, of which Home Assistant may send."""
    hass.config.allowlist_external_dirs.add(str(tmp_path))
    hass.config.media_dirs = {"local": str(tmp_path)}
    for name in ("1.jpg", "2.jpg", "3.jpg", "film.mp4", "list.pdf"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


class Camera:
    """A device in the house that gives pictures, and remembers who asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str | None]] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.asked.append((request.path, request.headers.get("Authorization")))
        return web.Response(body=b"picture", content_type="image/jpeg")


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncGenerator[Camera]:
    """Run a device in the house."""
    camera = Camera()
    server = RawTestServer(camera.answer)
    await server.start_server()
    camera.url = str(server.make_url("")).rstrip("/")
    yield camera
    await server.close()


def shown(message: Message) -> tuple[Any, ...]:
    """Return what a person sees of a message."""
    if message.file:
        return (message.type.value, message.file.name, message.text)
    if message.location:
        return ("location", message.location.latitude, message.location.name)
    if message.poll:
        return ("poll", message.text, message.poll.options)
    return ("text", message.text)


async def arrives(
    hass: HomeAssistant, instance: Instance, message: str, data: Any, **more: Any
) -> list[tuple[Any, ...]]:
    """Send to Anna, and return what she sees."""
    before = len(instance.messages)
    await legacy_notify(hass, "green_api_anna", message, data=data, **more)
    return [shown(each) for each in instance.messages[before:]]


async def refused(
    hass: HomeAssistant, instance: Instance, data: Any, message: str = "Hi"
) -> str:
    """Send what is refused before anything is sent, and return what a person reads."""
    before = done(instance)
    with pytest.raises(ServiceValidationError) as raised:
        await legacy_notify(hass, "green_api_anna", message, data=data)
    assert done(instance) == before
    for language in LANGUAGES:
        assert "{" not in await told(hass, raised.value, language)
    return await told(hass, raised.value)


# Files


async def test_a_file_in_every_way_to_write_it(
    hass: HomeAssistant,
    instance: Instance,
    folder: Path,
    camera: Camera,
    subtests: pytest.Subtests,
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    path, url = str(folder / "1.jpg"), f"{camera.url}/1.jpg"
    media = "media-source://media_source/local/1.jpg"
    sources: tuple[Data, ...] = (
        {"file": path},
        {"file": [path]},
        {"file": {"file": path}},
        {"file": {"path": path}},
        {"file": [{"path": path}]},
        {"file": url},
        {"file": {"url": url}},
        {"file": media},
        {"file": {"media": media}},
        {"images": path},
        {"images": [path]},
        {"images": {"images": path}},
        {"images": [url]},
        {"images": f" {media}\n"},
        {"images": {"media_content_id": media, "media_content_type": "image/jpeg"}},
        {"media": media},
        {"media": {"media_content_id": media, "media_content_type": "image/jpeg"}},
        {"media": [{"media": media}]},
        {"media": {"path": path}},
        {"media": url},
        {"url": url},
        {"url": [f" {url} "]},
        {"url": {"url": url}},
        {"url": {"path": path}},
    )
    for data in sources:
        with subtests.test(ascii(data)):
            assert await arrives(hass, instance, "Hi", data) == [
                ("image", "1.jpg", "Hi")
            ]
    assert instance.uploads[-1].content in {b"1.jpg", b"picture"}


async def test_a_camera_that_is_not_there(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for key in ("file", "images", "media"):
        for source in ("camera.nowhere", "media-source://camera/camera.nowhere"):
            if key == "media" and "/" not in source:
                continue
            with subtests.test(f"{key!a}, {source!a}"):
                assert await refused(hass, instance, {key: source}) == text(
                    "entity_not_found", entity="camera.nowhere"
                )


async def test_what_is_said_of_several_files(
    hass: HomeAssistant, instance: Instance, folder: Path, subtests: pytest.Subtests
) -> None:
    first, second, film = (
        str(folder / each) for each in ("1.jpg", "2.jpg", "film.mp4")
    )
    cases: tuple[tuple[str, Data, list[tuple[str, ...]]], ...] = (
        ("Hi", {"file": first}, [("image", "1.jpg", "Hi")]),
        ("", {"file": first}, [("image", "1.jpg", "")]),
        (
            "Hi",
            {"file": [first, second]},
            [("image", "1.jpg", "Hi"), ("image", "2.jpg", "")],
        ),
        (
            "Hi",
            {"images": second, "file": [film, first]},
            [
                ("video", "film.mp4", "Hi"),
                ("image", "1.jpg", ""),
                ("image", "2.jpg", ""),
            ],
        ),
        # What has a caption of its own leaves the text a message.
        (
            "Hi",
            {"file": {"path": first, "caption": "Door"}},
            [("text", "Hi"), ("image", "1.jpg", "Door")],
        ),
        (
            "Hi",
            {"file": {"path": first, "caption": ""}},
            [("text", "Hi"), ("image", "1.jpg", "")],
        ),
        (
            " ",
            {"file": {"path": first, "caption": "Door"}},
            [("image", "1.jpg", "Door")],
        ),
        (
            "Hi",
            {"file": [first, {"path": second, "caption": "Gate"}]},
            [("image", "1.jpg", "Hi"), ("image", "2.jpg", "Gate")],
        ),
        # A name beside the files is that of the first.
        (
            "Hi",
            {"file": [first, second], "file_name": "door.jpeg"},
            [("image", "door.jpeg", "Hi"), ("image", "2.jpg", "")],
        ),
        (
            "Hi",
            {"file": {"path": first, "file_name": "gate.jpg"}, "file_name": "door.jpg"},
            [("image", "gate.jpg", "Hi")],
        ),
        # Nothing is no file.
        ("Hi", {"file": None, "images": [], "url": None}, [("text", "Hi")]),
    )
    for message, data, expected in cases:
        with subtests.test(f"{message!a}, {data!a}"):
            assert await arrives(hass, instance, message, data) == expected
    with subtests.test("with a title"):
        assert await arrives(
            hass, instance, "Hi", {"file": first}, title="Front door"
        ) == [("image", "1.jpg", "*Front door*\nHi")]


async def test_credentials_are_for_the_web(
    hass: HomeAssistant, instance: Instance, folder: Path, camera: Camera
) -> None:
    await arrives(
        hass,
        instance,
        "Hi",
        {
            "url": [f"{camera.url}/1", {"url": f"{camera.url}/2", "bearer": "own"}],
            "images": str(folder / "1.jpg"),
            "bearer": "token",
            "verify_ssl": False,
        },
    )
    assert camera.asked == [("/1", "Bearer token"), ("/2", "Bearer own")]
    assert len(instance.messages) == 3


async def test_a_file_is_uploaded_once_for_all(
    hass: HomeAssistant, instance: Instance, folder: Path
) -> None:
    await legacy_notify(
        hass,
        target=["Anna", "Boris", FAMILY],
        data={"file": str(folder / "1.jpg"), "location": PLACE},
    )
    assert len(instance.uploads) == 1
    for chat_id in (ANNA, BORIS, FAMILY):
        assert [
            shown(each) for each in instance.messages if each.chat_id == chat_id
        ] == [("image", "1.jpg", "Hi"), ("location", 52.5, "")]


# Places and polls


async def test_places_and_polls(
    hass: HomeAssistant, instance: Instance, folder: Path, subtests: pytest.Subtests
) -> None:
    hass.states.async_set("person.anna", "away", {"friendly_name": "Anna", **PLACE})
    poll = ("poll", "Arm?", ("Yes", "No"))
    place = ("location", 52.5, "")
    picture = str(folder / "1.jpg")
    asking = {"options": ["Yes", "No"]}
    cases: tuple[tuple[str, Data, list[tuple[Any, ...]]], ...] = (
        ("Hi", {"location": PLACE}, [("text", "Hi"), place]),
        ("", {"location": PLACE}, [place]),
        ("\n", {"location": {**PLACE, "name": "Gate"}}, [("location", 52.5, "Gate")]),
        ("", {"location": {"entity": "person.anna"}}, [("location", 52.5, "Anna")]),
        ("Hi", {"poll": POLL}, [("text", "Hi"), poll]),
        ("", {"poll": POLL}, [poll]),
        ("Arm?", {"poll": asking}, [poll]),
        ("Arm?", {"poll": {**asking, "question": ""}}, [poll]),
        ("Hi", {"location": PLACE, "poll": POLL}, [("text", "Hi"), place, poll]),
        ("Arm?", {"location": PLACE, "poll": asking}, [place, poll]),
        (
            "Hi",
            {"file": picture, "location": PLACE, "poll": POLL},
            [("image", "1.jpg", "Hi"), place, poll],
        ),
        # The text is both, so that neither is without words.
        (
            "Arm?",
            {"file": picture, "poll": asking},
            [("image", "1.jpg", "Arm?"), poll],
        ),
        (
            "Arm?",
            {"file": {"path": picture, "caption": "Door"}, "poll": asking},
            [("image", "1.jpg", "Door"), poll],
        ),
    )
    for message, data, expected in cases:
        with subtests.test(f"{message!a}, {data!a}"):
            assert await arrives(hass, instance, message, data) == expected


# What else there may be


async def test_a_quote_goes_with_what_is_sent_first(
    hass: HomeAssistant, instance: Instance, folder: Path, subtests: pytest.Subtests
) -> None:
    picture = str(folder / "1.jpg")
    cases: tuple[tuple[str, Data, list[str | None]], ...] = (
        ("Hi", {}, ["3EB0"]),
        ("Hi", {"file": [picture, picture]}, ["3EB0", None]),
        ("Hi", {"location": PLACE}, ["3EB0", None]),
        ("", {"location": PLACE}, ["3EB0"]),
        ("Arm?", {"poll": {"options": ["Yes", "No"]}}, ["3EB0"]),
        ("Hi", {"poll": POLL}, ["3EB0", None]),
        ("Hi", {"file": {"path": picture, "caption": "Door"}}, ["3EB0", None]),
    )
    for message, data, expected in cases:
        before = len(instance.messages)
        with subtests.test(f"{message!a}, {data!a}"):
            await arrives(
                hass, instance, message, {**data, "quoted_message_id": " 3EB0 "}
            )
            quoted = [each.quoted_message_id for each in instance.messages[before:]]
            assert quoted == expected


async def test_what_is_for_others_is_ignored(
    hass: HomeAssistant, instance: Instance
) -> None:
    """Members of a group and notifiers of an alert share their data."""
    data = {
        "actions": [{"action": "ARM", "title": "Arm"}],
        "attachment": {"url": "/local/door.jpg"},
        "clickAction": "/lovelace/cameras",
        "image": "/local/door.jpg",
        "inline_keyboard": ["Yes:/yes", "No:/no"],
        "photo": {"url": "https://example.com/door.jpg"},
        "priority": "high",
        "push": {"sound": {"name": "default", "critical": 1}},
        "ttl": 0,
        "link_preview": False,
        7: None,
    }
    assert await arrives(hass, instance, "Hi", data) == [("text", "Hi")]
    assert not instance.messages[0].link_preview
    assert await arrives(hass, instance, "Hi", {}) == [("text", "Hi")]


async def test_a_tag(hass: HomeAssistant, instance: Instance, folder: Path) -> None:
    picture = {"file": str(folder / "1.jpg"), "tag": " door ", "replace": True}
    assert await arrives(hass, instance, "1", picture)
    assert await arrives(hass, instance, "2", picture)
    assert await arrives(hass, instance, "3", {"tag": "door", "replace": "yes"})
    assert await arrives(hass, instance, "4", {"tag": "door", "replace": True}) == []
    assert [each.deleted for each in instance.messages] == [True, True, False]
    assert left(instance, ANNA) == ["4"]
    # Without `replace`, it only gets a name.
    assert await arrives(hass, instance, "5", {"tag": "door"}) == [("text", "5")]


# What is refused


async def test_nothing_to_send(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[Data, str], ...] = (
        ({}, "empty_message"),
        ({"tag": "door"}, "empty_message"),
        ({"file": [], "location": {}}, "empty_message"),
        ({"poll": {"options": ["Yes", "No"]}}, "poll_blank"),
    )
    for data, key in cases:
        for message in ("", " \n\u200b"):
            with subtests.test(f"{data!a}, {message!a}"):
                assert await refused(hass, instance, data, message) == text(key)


async def test_values_that_are_none(
    hass: HomeAssistant, instance: Instance, folder: Path, subtests: pytest.Subtests
) -> None:
    path = str(folder / "1.jpg")
    cases: tuple[tuple[Data, str], ...] = (
        ({"file": {"path": path, "colour": "red"}}, "colour"),
        ({"images": [path, {"path": path, "verify_ssl": "perhaps"}]}, "images"),
        ({"media": [None]}, "media"),
        ({"url": {"url": ["https://example.com"]}}, "url"),
        ({"media": {"media_content_id": 7}}, "media"),
        ({"file_name": ["a.jpg"]}, "file_name"),
        ({"location": "home"}, "location"),
        ({"location": {"latitude": "north", "longitude": 0}}, "latitude"),
        ({"location": {**PLACE, "zoom": 3}}, "zoom"),
        ({"poll": ["Yes", "No"]}, "poll"),
        ({"poll": {"question": "Arm?"}}, "options"),
        ({"poll": {**POLL, "votes": 3}}, "votes"),
        ({"poll": {**POLL, "multiple_answers": "some"}}, "multiple_answers"),
        ({"tag": {}}, "tag"),
        ({"tag": None}, "tag"),
        ({"replace": "later", "tag": "door"}, "replace"),
        ({"link_preview": "perhaps"}, "link_preview"),
        ({"quoted_message_id": []}, "quoted_message_id"),
        ({"username": {}}, "username"),
    )
    before, after = text("invalid_data", reason="|").split("|")
    for data, name in cases:
        with subtests.test(ascii(data)):
            message = await refused(hass, instance, data)
            assert message.startswith(before)
            assert message.endswith(after)
            assert name in message[len(before) : -len(after)]


async def test_values_that_are_refused_in_words(
    hass: HomeAssistant, instance: Instance, folder: Path, subtests: pytest.Subtests
) -> None:
    path = str(folder / "1.jpg")
    gone = str(folder / "gone.jpg")
    cases: tuple[tuple[Data, str, dict[str, str]], ...] = (
        ({"file": ""}, "no_source", {}),
        ({"file": {}}, "no_source", {}),
        ({"file": {"caption": "Door"}}, "no_source", {}),
        (
            {"file": {"path": path, "url": "http://127.0.0.1/"}},
            "several_sources",
            {"sources": "path, url"},
        ),
        ({"file": gone}, "file_not_found", {"path": gone}),
        ({"images": [path, gone]}, "file_not_found", {"path": gone}),
        ({"file": str(folder)}, "path_is_folder", {"path": str(folder)}),
        ({"file": "/etc/passwd"}, "path_not_allowed", {"path": "/etc/passwd"}),
        (
            {"images": "/local/x.jpg"},
            "path_of_frontend",
            {"path": "/local/x.jpg", "www": hass.config.path("www/x.jpg")},
        ),
        (
            {"url": "ftp://127.0.0.1/1"},
            "invalid_file_url",
            {"url": "ftp://127.0.0.1/1"},
        ),
        ({"media": "door"}, "invalid_media", {"media": "door"}),
        ({"location": {"latitude": 1}}, "no_place", {}),
        ({"location": {**PLACE, "entity": "zone.home"}}, "two_places", {}),
        (
            {"location": {"entity": "person.zoe"}},
            "entity_not_found",
            {"entity": "person.zoe"},
        ),
        (
            {"location": {"latitude": 91, "longitude": 0}},
            "invalid_coordinates",
            {"latitude": "91.0", "longitude": "0.0"},
        ),
        (
            {"poll": {**POLL, "options": ["Yes", "Yes"]}},
            "poll_options_equal",
            {"option": "Yes"},
        ),
        ({"poll": {**POLL, "options": []}}, "poll_options_number", {"number": "0"}),
        (
            {"poll": {**POLL, "options": [True, False]}},
            "poll_option_is_boolean",
            {"option": "true"},
        ),
        (
            {"poll": {"options": ["Yes", "x" * 101]}},
            "poll_option_too_long",
            {"option": "x" * 101, "limit": "100"},
        ),
        ({"replace": True}, "replace_without_tag", {}),
        ({"replace": True, "tag": " "}, "replace_without_tag", {}),
    )
    for data, key, placeholders in cases:
        with subtests.test(ascii(data)):
            assert await refused(hass, instance, data) == text(key, **placeholders)


async def test_a_secret_is_in_no_error(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[Data, ...] = (
        {"password": ["hunter2"]},
        {"bearer": {"hunter2": 1}},
        {"url": {"url": "http://127.0.0.1/", "password": ["hunter2"]}},
        {"url": ["http://127.0.0.1/", {"url": {"hunter2": 1}}]},
        {"url": "http://anna:hunter2@[::1"},
        {"url": "rtsp://anna:hunter2@127.0.0.1/live?key=hunter2"},
        {"url": "http://127.0.0.1/", "bearer": "hunter2 \u05d0"},
        {"url": "http://an:na@127.0.0.1/", "bearer": "hunter2"},
    )
    for data in cases:
        with subtests.test(ascii(data)):
            assert "hunter2" not in await refused(hass, instance, data)


async def test_without_a_part_nothing_is_sent(
    hass: HomeAssistant, instance: Instance, camera: Camera
) -> None:
    with pytest.raises(HomeAssistantError) as raised:
        await legacy_notify(
            hass,
            "green_api_anna",
            data={
                "location": PLACE,
                "poll": POLL,
                "url": [f"{camera.url}/1.jpg", "http://127.0.0.1:1/"],
            },
        )
    assert await told(hass, raised.value) == text(
        "url_unreachable", url="http://127.0.0.1:1/"
    )
    assert set(asked(instance)) <= {"getStateInstance", "uploadFile"}


async def test_some_chats_fail(
    hass: HomeAssistant, instance: Instance, folder: Path
) -> None:
    instance.faults.add(
        FaultKind.UNAUTHORIZED, method="sendPoll", chat_id=ANNA, times=None
    )
    instance.faults.add(
        FaultKind.UNAUTHORIZED, method="sendFileByUrl", chat_id=FAMILY, times=None
    )
    with pytest.raises(HomeAssistantError) as raised:
        await legacy_notify(
            hass,
            target=["Anna", "Boris", "Family"],
            data={"file": str(folder / "1.jpg"), "poll": POLL},
        )
    partly = text("partly_sent", sent="1", total="2", reason=text("invalid_auth"))
    assert await told(hass, raised.value) == text(
        "some_failed",
        failed="2",
        total="3",
        reasons=failures(Anna=partly, Family=text("invalid_auth")),
    )
    arrived = sorted((each.chat_id, each.type.value) for each in instance.messages)
    assert arrived == [(ANNA, "image"), (BORIS, "image"), (BORIS, "poll")]
