"""Files of this machine: how they arrive, and which ones may not leave."""

import asyncio
from collections.abc import Callable
import os
from pathlib import Path

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from tests.actions import text, told
from tests.conftest import ANNA
from tests.simulator import Host, Instance, MessageType, Simulator

from .line import Line
from .sending import (
    QUERY,
    arrived,
    calls,
    digest,
    failed,
    name_and_type,
    send_file,
    sent,
    some_bytes,
)
from .web_server import WebServer

pytestmark = pytest.mark.usefixtures("loaded")

CONTENT = some_bytes(3_000_000)
MEGABYTE = 1024 * 1024


@pytest.fixture
def door(media: Path) -> Path:
    """Return a picture in the media folder."""
    path = media / "door.jpg"
    path.write_bytes(CONTENT)
    return path


async def test_a_file_on_its_way(
    hass: HomeAssistant, instance: Instance, door: Path
) -> None:
    assert await send_file(hass, path=str(door)) == [
        {
            "chat_id": ANNA,
            "entity_id": "notify.anna",
            "message_id": instance.messages[0].id,
        }
    ]
    message, upload = arrived(instance)
    assert digest(upload.content) == digest(CONTENT)

    (uploaded,) = calls(instance, "uploadFile")
    assert uploaded.host is Host.MEDIA
    assert uploaded.headers == {
        "content-type": "image/jpeg",
        "content-length": "3000000",
        "ga-filename": "file.jpg",
    }
    (request,) = sent(instance)
    assert (request.method, request.host) == ("sendFileByUrl", Host.API)
    assert request.json == {
        "chatId": ANNA,
        "urlFile": upload.url,
        "fileName": "door.jpg",
    }
    assert request.unknown_keys == ()
    assert message.type is MessageType.IMAGE


async def test_a_name_arrives_as_it_is(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    names = (
        ("PHOTO.JPG", MessageType.IMAGE),
        ("clip.mp4", MessageType.VIDEO),
        ("ring.mp3", MessageType.AUDIO),
        ("voice.ogg", MessageType.AUDIO),
        ("report.v1.2.pdf", MessageType.DOCUMENT),
        ("backup.tar.gz", MessageType.DOCUMENT),
        ("תמונה של הדלת.jpg", MessageType.IMAGE),
        ("Дверь 🚪 👩🏽.png", MessageType.IMAGE),
        ("a b&c%20+#?;'=~.jpg", MessageType.IMAGE),
    )
    for nth, (name, kind) in enumerate(names, 1):
        with subtests.test(name=name):
            content = name.encode()
            (media / name).write_bytes(content)
            await send_file(hass, path=str(media / name))
            message, upload = arrived(instance, nth)
            assert name_and_type(message) == (name, kind)
            assert upload.content == content


async def test_what_is_one_character_stays_one(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    names = {
        "family": "👨\u200d👩\u200d👧.jpg",
        "flag": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.jpg",
        # Persian writes the two halves of a word apart, with nothing between them.
        "word": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.jpg",
    }
    for nth, (what, name) in enumerate(names.items(), 1):
        with subtests.test(what=what):
            (media / name).write_bytes(b"\xff\xd8")
            await send_file(hass, path=str(media / name))
            message, _ = arrived(instance, nth)
            assert name_and_type(message) == (name, MessageType.IMAGE)


async def test_the_name_that_was_asked_for(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    names = (
        ("door.jpg", "Who is there", "Who is there.jpg", MessageType.IMAGE),
        ("door.jpg", "מי שם?", "מי שם?.jpg", MessageType.IMAGE),
        ("door.jpg", "v1.2", "v1.2.jpg", MessageType.IMAGE),
        ("door.jpg", "door.pdf", "door.pdf", MessageType.DOCUMENT),
        ("door.jpg", "../../etc/door.png", "door.png", MessageType.IMAGE),
        ("door.jpg", "C:\\door", "door.jpg", MessageType.IMAGE),
        ("door.jpg", "", "door.jpg", MessageType.IMAGE),
        ("door.jpg", " \n", "door.jpg", MessageType.IMAGE),
        ("door.jpg", "../..", "door.jpg", MessageType.IMAGE),
        ("README", "", "README.bin", MessageType.DOCUMENT),
        ("README", "readme.txt", "readme.txt", MessageType.DOCUMENT),
        (".hidden.jpg", "", "hidden.jpg", MessageType.IMAGE),
    )
    for nth, (file, wanted, *expected) in enumerate(names, 1):
        with subtests.test(file=file, wanted=wanted):
            (media / file).write_bytes(b"\xff\xd8")
            await send_file(hass, path=str(media / file), file_name=wanted)
            message, _ = arrived(instance, nth)
            assert list(name_and_type(message)) == expected


async def test_a_name_that_only_seems_to_end_in_an_extension(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    """GREEN-API takes no file whose name has no extension."""
    (media / "Notes of Nov. 23").write_bytes(b"Hi")
    await send_file(hass, path=str(media / "Notes of Nov. 23"))
    message, _ = arrived(instance)
    assert name_and_type(message) == ("Notes of Nov. 23.bin", MessageType.DOCUMENT)


# Which ones may leave


async def test_where_files_may_be(
    hass: HomeAssistant,
    instance: Instance,
    tmp_path: Path,
    door: Path,
    subtests: pytest.Subtests,
) -> None:
    for folder in ("media/rooms", "secret"):
        (tmp_path / folder).mkdir()
    (tmp_path / "allowed" / "door.jpg").write_bytes(CONTENT)
    (tmp_path / "media" / "link.jpg").symlink_to(door)
    (tmp_path / "media" / "folder").symlink_to(tmp_path / "allowed")
    paths = (
        "media/door.jpg",
        "media/../media/./door.jpg",
        "media/rooms/../door.jpg",
        "secret/../media/door.jpg",
        "allowed/door.jpg",
        "media/link.jpg",
        "media/folder/door.jpg",
    )
    for nth, path in enumerate(paths, 1):
        with subtests.test(path=path):
            await send_file(hass, path=f"{tmp_path}/{path}")
            message, upload = arrived(instance, nth)
            assert name_and_type(message)[0] == path.rpartition("/")[2]
            assert digest(upload.content) == digest(CONTENT)


async def test_a_relative_path_begins_at_the_configuration(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    config = media.parent / "config"
    for folder in ("www", "themes"):
        (config / folder).mkdir(parents=True)
        (config / folder / "door.jpg").write_bytes(b"\xff\xd8")
    error = await failed(hass, instance, path="themes/door.jpg")
    assert await told(hass, error) == text("path_not_allowed", path="themes/door.jpg")
    # As the address of a browser, it is told what it stands for.
    error = await failed(hass, instance, path="/local/door.jpg")
    www = str(config / "www" / "door.jpg")
    assert await told(hass, error) == text(
        "path_of_frontend", path="/local/door.jpg", www=www
    )
    for path in ("www/door.jpg", www):
        await send_file(hass, path=path)
        assert instance.uploads[-1].content == b"\xff\xd8"


async def test_where_files_may_not_be(
    hass: HomeAssistant,
    instance: Instance,
    tmp_path: Path,
    media: Path,
    subtests: pytest.Subtests,
) -> None:
    for folder in ("secret", "media too"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "door.jpg").write_bytes(b"\xff\xd8")
    (media / "link.jpg").symlink_to("../secret/door.jpg")
    (media / "link to the link.jpg").symlink_to("link.jpg")
    (media / "folder").symlink_to(tmp_path / "secret")
    (media / "nowhere.jpg").symlink_to(tmp_path / "secret" / "missing.jpg")
    for name in (
        "secret/door.jpg",
        "secret/missing.jpg",
        "secret",
        "media/../secret/door.jpg",
        "media/link.jpg",
        "media/link to the link.jpg",
        "media/folder/door.jpg",
        "media/folder/../secret/door.jpg",
        "media/nowhere.jpg",
        "media too/door.jpg",
        "../../../../../../../../etc/passwd",
        "../../../../../../../../dev/zero",
    ):
        path = f"{tmp_path}/{name}"
        with subtests.test(path=name):
            error = await failed(hass, instance, path=path)
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text("path_not_allowed", path=path)
    assert calls(instance, "uploadFile") == []


async def test_what_is_no_file(
    hass: HomeAssistant,
    instance: Instance,
    media: Path,
    door: Path,
    subtests: pytest.Subtests,
) -> None:
    (media / "rooms").mkdir()
    (media / "broken.jpg").symlink_to("missing.jpg")
    (media / "circle.jpg").symlink_to("there.jpg")
    (media / "there.jpg").symlink_to("circle.jpg")
    os.mkfifo(media / "pipe.jpg")
    for name, key in (
        ("", "path_is_folder"),
        ("rooms", "path_is_folder"),
        ("rooms/", "path_is_folder"),
        ("missing.jpg", "file_not_found"),
        ("door.jpg/more.jpg", "file_not_found"),
        ("broken.jpg", "file_not_found"),
        ("circle.jpg", "file_not_found"),
        ("pipe.jpg", "file_not_found"),
        ("door.jpg\0.png", "file_not_found"),
        ("x" * 300 + ".jpg", "file_not_found"),
        ("half \ud83d.jpg", "file_not_found"),
    ):
        with subtests.test(name=ascii(name)):
            async with asyncio.timeout(5):
                error = await failed(hass, instance, path=f"{media}/{name}")
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text(key, path=f"{media}/{name}")
    assert calls(instance, "uploadFile") == []


async def test_a_file_that_home_assistant_may_not_read(
    hass: HomeAssistant,
    instance: Instance,
    door: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests may run as root, who may read everything."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    error = await failed(hass, instance, path=str(door))
    assert isinstance(error, ServiceValidationError)
    assert await told(hass, error) == text("file_unreadable", file=str(door))
    assert calls(instance, "uploadFile") == []


# How large they are


async def test_an_empty_file(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    (media / "clip.mp4").touch()
    error = await failed(hass, instance, path=str(media / "clip.mp4"))
    assert isinstance(error, ServiceValidationError)
    assert await told(hass, error) == text("file_empty", file="clip.mp4")
    assert calls(instance, "uploadFile") == []


async def test_a_file_that_is_too_large(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    film = media / "film.mp4"
    film.touch()
    for size, shown in ((100 * MEGABYTE + 1, "100.1"), (5 * 1024 * MEGABYTE, "5120")):
        os.truncate(film, size)
        error = await failed(hass, instance, path=str(film))
        assert isinstance(error, ServiceValidationError)
        assert await told(hass, error) == text(
            "file_too_large", file="film.mp4", size=shown, limit="100"
        )
    assert calls(instance, "uploadFile") == []


async def test_the_largest_file(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    (media / "film.mp4").touch()
    os.truncate(media / "film.mp4", 100 * MEGABYTE)
    await send_file(hass, path=str(media / "film.mp4"))
    assert len(arrived(instance)[1].content) == 100 * MEGABYTE


# What happens to them meanwhile


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, 0)


@pytest.fixture
def film(media: Path) -> Path:
    """Return a file that is not on its way as a whole at once."""
    path = media / "film.mp4"
    path.write_bytes(CONTENT * 4)
    return path


@pytest.mark.parametrize("change", [grow, shrink, Path.unlink])
async def test_a_file_that_changes_while_it_is_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
    film: Path,
    change: Callable[[Path], None],
) -> None:
    assert simulator.media_port is not None
    async with Line(simulator.media_port, lambda: change(film)) as line:
        data = {**loaded.data, "media_url": line.url}
        hass.config_entries.async_update_entry(loaded, data=data)
        await hass.async_block_till_done(wait_background_tasks=True)
        if change is shrink:
            error = await failed(hass, instance, path=str(film))
            assert await told(hass, error) == text("file_changed", file=str(film))
            assert instance.uploads == []
        else:
            await send_file(hass, path=str(film))
            # As much as was announced, and the file that it was when it was opened.
            assert digest(arrived(instance)[1].content) == digest(CONTENT * 4)
    assert len(calls(instance, "uploadFile")) == 1


def remove(door: Path, secret: Path) -> None:
    door.unlink()


def link(door: Path, secret: Path) -> None:
    door.unlink()
    door.symlink_to(secret)


def link_folder(door: Path, secret: Path) -> None:
    door.parent.rename(door.parent.with_name("before"))
    door.parent.symlink_to(secret.parent)


def pipe(door: Path, secret: Path) -> None:
    door.unlink()
    os.mkfifo(door)


@pytest.mark.parametrize("change", [remove, link, link_folder, pipe])
async def test_a_file_that_is_another_when_its_turn_comes(
    hass: HomeAssistant,
    instance: Instance,
    media: Path,
    tmp_path: Path,
    web_server: WebServer,
    change: Callable[[Path, Path], None],
) -> None:
    door, secret = media / "rooms" / "door.jpg", tmp_path / "secret" / "door.jpg"
    for path in (door, secret):
        path.parent.mkdir()
        path.write_bytes(path.parent.name.encode())

    async def answer(_: web.Request) -> web.Response:
        change(door, secret)
        return web.Response(body=b"\xff\xd8", content_type="image/jpeg")

    url = web_server.answer("/first.jpg", answer)
    async with asyncio.timeout(5):
        error = await failed(hass, instance, files=[{"url": url}, {"path": str(door)}])
    assert await told(hass, error) == text("file_unreadable", file=str(door))
    assert [each.content for each in instance.uploads] == [b"\xff\xd8"]


async def test_an_address_is_no_path(
    hass: HomeAssistant, instance: Instance, media: Path
) -> None:
    for address in ("http://127.0.0.1/door.jpg", "media-source://media_source/local/x"):
        error = await failed(hass, instance, path=f"{address}?{QUERY}")
        assert isinstance(error, ServiceValidationError)
        assert await told(hass, error) == text("path_is_url", url=address)
