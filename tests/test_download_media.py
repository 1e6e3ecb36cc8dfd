"""The action that saves what people send: all of it or nothing, and only where it may."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import replace
import errno
import io
import logging
import mimetypes
import os
from pathlib import Path
import re
import tempfile
from typing import Any
import unicodedata

from aiohttp import ClientTimeout, web
from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol
from yarl import URL

from custom_components.green_api import download
from custom_components.green_api.download import Download, SavedFile
from custom_components.green_api.media_folder import NewFile, Place, harmless_name
from custom_components.green_api.receiver import dispatcher
from homeassistant.components.media_source import async_resolve_media
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_LOGGING_CHANGED
from homeassistant.core import Context, HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import raise_if_invalid_filename

from .actions import CLARA, LANGUAGES, asked, load_second, text, told
from .attachments.web_server import WebServer
from .calls import act, bodies, failed, refused, refusing
from .conftest import ANNA, FAMILY, told_by
from .integration_source import INTEGRATION, read_yaml
from .simulator import FaultKind, File, Instance, Simulator
from .simulator.methods import METHODS
from .simulator.testing import until

JPEG = b"\xff\xd8\xff" + bytes(5000)
PICTURE = File(name="door.jpg", content_type="image/jpeg", content=JPEG)
# What makes a link one that only its owner knows.
SECRET = "ad853d16-5b1e-4c9a-9f5c-0f2b6e8d7a11"
STORED = f"/7103000001/{SECRET}.jpg"

type Data = dict[str, Any]
type Entry = MockConfigEntry


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the types of files that Python knows; a machine may have a table of its own."""
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes(filenames=()))


@pytest.fixture(autouse=True)
async def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the media folder; what lies beside it may not be written to."""
    for folder in ("media", "allowed", "config"):
        (tmp_path / folder).mkdir()
    hass.config.config_dir = str(tmp_path / "config")
    await async_process_ha_core_config(
        hass,
        {
            "media_dirs": {"local": str(tmp_path / "media")},
            "allowlist_external_dirs": [str(tmp_path / "allowed")],
        },
    )
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def _nothing_partial(tmp_path: Path) -> Generator[None]:
    """Fail a test that leaves half a file, or leaves one open."""
    yield
    assert list(tmp_path.rglob("*.part")) == []
    opened = {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}
    # What the integration itself writes down, it may be writing still.
    mine = [each for each in opened if each.startswith(str(tmp_path))]
    assert [each for each in mine if ".storage" not in each] == []


async def load_receiving(hass: HomeAssistant, entry: Entry, instance: Instance) -> None:
    """Load the instance, receiving from its queue."""
    instance.poll_scale = 0.002
    loaded = entry.state is ConfigEntryState.LOADED
    hass.config_entries.async_update_entry(entry, options={"mode": "poll"})
    # Once it is loaded, it loads itself anew.
    assert loaded or await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: "receiveNotification" in asked(instance))


@pytest.fixture
async def receiving(
    hass: HomeAssistant, entry: Entry, instance: Instance
) -> AsyncGenerator[Entry]:
    """Have the instance loaded, receiving from its queue."""
    await load_receiving(hass, entry, instance)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def web_server(socket_enabled: None) -> AsyncGenerator[WebServer]:
    """Run a server that keeps files."""
    server = WebServer()
    await server.start()
    yield server
    await server.stop()


async def save(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Save a file, and return the response, which tells no link."""
    response = await act(hass, "download_media", **data)
    assert "http" not in str(response)
    return response


def files(folder: Path) -> dict[str, bytes]:
    """Return all that lies in a folder, by name; also what is hidden."""
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def recent(entry: Entry) -> dict[str, dispatcher.RecentMedia]:
    """Return the files that an instance remembers."""
    found: dict[str, dispatcher.RecentMedia] = (
        entry.runtime_data.receiver.dispatcher.recent_media
    )
    return found


async def receive(
    instance: Instance, entry: Entry, file: File = PICTURE, chat_id: str = ANNA
) -> str:
    """Let somebody send a file, and return the id of the message once it is there."""
    message_id = instance.receive(
        chat_id, file=file, sender=ANNA if chat_id == FAMILY else None
    )
    await until(lambda: message_id in recent(entry))
    return message_id


# What somebody has just sent


async def test_what_was_just_sent(
    hass: HomeAssistant, instance: Instance, receiving: Entry, media: Path
) -> None:
    message_id = await receive(instance, receiving)
    response = await save(hass, message_id=message_id)
    assert response == {
        "path": str(media / "whatsapp" / "door.jpg"),
        "file_name": "door.jpg",
        "size": len(JPEG),
        "content_type": "image/jpeg",
        "media_content_id": "media-source://media_source/local/whatsapp/door.jpg",
    }
    assert files(media) == {"whatsapp/door.jpg": JPEG}
    assert "downloadFile" not in asked(instance)

    assert await async_setup_component(hass, "media_source", {})
    found = await async_resolve_media(hass, response["media_content_id"], None)
    assert found.path is not None
    assert found.path.read_bytes() == JPEG
    assert found.mime_type == "image/jpeg"


async def test_without_a_response(
    hass: HomeAssistant, instance: Instance, receiving: Entry, media: Path
) -> None:
    message_id = await receive(instance, receiving, chat_id=FAMILY)
    data = {"message_id": message_id}
    await hass.services.async_call("green_api", "download_media", data, blocking=True)
    assert files(media) == {"whatsapp/door.jpg": JPEG}


async def test_by_the_link_of_the_event(
    hass: HomeAssistant, instance: Instance, receiving: Entry, media: Path
) -> None:
    message_id = await receive(instance, receiving)
    url = recent(receiving)[message_id].media.url
    # Of which the name is known, as of the message.
    assert (await save(hass, url=url))["file_name"] == "door.jpg"
    assert (await save(hass, url=url, message_id="x"))["file_name"] == "door_2.jpg"
    assert files(media) == {"whatsapp/door.jpg": JPEG, "whatsapp/door_2.jpg": JPEG}


async def test_so_many_are_remembered(
    instance: Instance, receiving: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_MEDIA", 2)
    instance.receive(ANNA, "No file")
    ids = [await receive(instance, receiving) for _ in range(3)]
    assert list(recent(receiving)) == ids[1:]
    assert SECRET not in repr(recent(receiving))
    assert ANNA not in repr(recent(receiving))


async def test_a_message_of_which_nobody_knows_the_id(
    hass: HomeAssistant, instance: Instance, receiving: Entry
) -> None:
    notification = {
        "typeWebhook": "incomingMessageReceived",
        "senderData": {"chatId": ANNA},
        "messageData": {
            "typeMessage": "imageMessage",
            "fileMessageData": {"downloadUrl": "https://x/y.jpg"},
        },
    }
    await receiving.runtime_data.receiver.dispatcher.async_dispatch(notification)
    assert recent(receiving) == {}


async def test_of_several_instances(
    hass: HomeAssistant,
    simulator: Simulator,
    instance: Instance,
    entry: Entry,
    media: Path,
) -> None:
    # One that does not receive, and one that does.
    other, second = await load_second(hass, simulator)
    await load_receiving(hass, entry, instance)
    await receive(instance, entry)
    message_id = await receive(instance, entry)
    await save(hass, message_id=message_id)
    await save(hass, message_id=message_id, config_entry_id=entry.entry_id)
    for data in ({}, {"config_entry_id": "gone"}):
        with pytest.raises(ServiceValidationError) as raised:
            await save(hass, message_id="x", chat_id=CLARA, **data)
        assert raised.value.translation_domain == "homeassistant"
    with pytest.raises(ServiceValidationError) as raised:
        await save(hass, message_id=message_id, config_entry_id=other.entry_id)
    assert raised.value.translation_key == "download_needs_chat"

    older = second.receive(CLARA, file=PICTURE)
    await save(hass, message_id=older, chat_id=CLARA, config_entry_id=other.entry_id)
    assert len(files(media)) == 3
    await hass.config_entries.async_unload(entry.entry_id)


# What was sent before


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("chat_id", [ANNA, "+7 900 123-45-67", "notify.anna"])
async def test_an_older_message(
    hass: HomeAssistant, instance: Instance, media: Path, chat_id: str
) -> None:
    message_id = instance.receive(ANNA, file=PICTURE)
    response = await save(hass, message_id=f" {message_id}\n", chat_id=chat_id)
    assert bodies(instance, "downloadFile") == [
        {"chatId": ANNA, "idMessage": message_id}
    ]
    # As the server calls it.
    assert response["file_name"] == "door.jpg"
    assert files(media) == {"whatsapp/door.jpg": JPEG}


async def test_a_file_that_green_api_did_not_have_yet(
    hass: HomeAssistant, instance: Instance, receiving: Entry, media: Path
) -> None:
    message_id = await receive(instance, receiving)
    known = recent(receiving)[message_id]
    recent(receiving)[message_id] = replace(known, media=replace(known.media, url=None))
    await save(hass, message_id=message_id)
    assert [each["chatId"] for each in bodies(instance, "downloadFile")] == [ANNA]
    with_mark = replace(
        METHODS["downloadfile"], run=lambda _: {"downloadUrl": "{{SWE002}}"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(METHODS, "downloadfile", with_mark)
        assert await failed(hass, "download_media", message_id=message_id) == text(
            "no_such_media"
        )
    assert len(files(media)) == 1


@pytest.mark.usefixtures("loaded")
async def test_a_message_that_green_api_does_not_know(
    hass: HomeAssistant, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"message_id": "x", "chat_id": ANNA}
    with refusing(monkeypatch, "downloadFile"):
        assert await failed(hass, "download_media", **data) == text("no_such_media")
    instance.faults.add(FaultKind.UNAUTHORIZED, method="downloadFile")
    assert await failed(hass, "download_media", **data) == text("invalid_auth")


@pytest.mark.usefixtures("loaded")
async def test_what_is_not_enough_or_makes_no_sense(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    for data, told_ in (
        ({}, text("no_download")),
        ({"chat_id": ANNA}, text("no_download")),
        ({"message_id": " ", "url": ""}, text("no_download")),
        ({"message_id": "x"}, text("download_needs_chat")),
        ({"message_id": "x", "chat_id": "Zoe"}, text("invalid_chat", chat="Zoe")),
        ({"url": "ftp://x/y.jpg"}, text("invalid_download_url")),
        ({"url": "http://[::1"}, text("invalid_download_url")),
        ({"url": "http:///x"}, text("invalid_download_url")),
        ({"url": "file:///etc/passwd"}, text("invalid_download_url")),
        ({"url": "/etc/passwd"}, text("invalid_download_url")),
        ({"path": f"https://x/{SECRET}.jpg"}, text("download_path_is_url")),
    ):
        with subtests.test(data=data):
            assert await refused(hass, instance, "download_media", **data) == told_
    sizes: tuple[Any, ...] = (
        "much",
        0,
        -1,
        float("nan"),
        float("inf"),
        10**400,
        2049,
        None,
        [],
    )
    wrong: tuple[Data, ...] = (
        *({"max_size": size} for size in sizes),
        {"overwrite": "perhaps"},
        {"url": ["http://x/"]},
        {"colour": "red"},
    )
    for data in wrong:
        with subtests.test(data=data), pytest.raises(vol.Invalid):
            await save(hass, **{"url": "http://127.0.0.1:1/", **data})
    assert files(media) == {}


# Where it goes


@pytest.mark.usefixtures("loaded")
async def test_places_that_are_allowed(
    hass: HomeAssistant,
    web_server: WebServer,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    url = web_server.serve(STORED, JPEG, "image/jpeg")
    media, allowed = tmp_path / "media", tmp_path / "allowed"
    (media / "real.jpg").mkdir()
    (media / "link").symlink_to(allowed)
    (allowed / "back").symlink_to(media)
    for data, path in (
        ({"path": str(media), "file_name": "a"}, media / "a.jpg"),
        ({"path": f"{media}/b.jpg"}, media / "b.jpg"),
        # No extension that anybody knows, but one.
        ({"path": f"{media}/b.xyz"}, media / "b.xyz"),
        ({"path": f"{media}/2026.10/c.png"}, media / "2026.10" / "c.png"),
        ({"path": f"{media}/2026.11", "file_name": "c"}, media / "2026.11" / "c.jpg"),
        ({"path": f"{media}/d.d/", "file_name": "d"}, media / "d.d" / "d.jpg"),
        ({"path": f"{media}/e.e", "file_name": "e"}, media / "e.e" / "e.jpg"),
        ({"path": f"{media}/real.jpg", "file_name": "f"}, media / "real.jpg" / "f.jpg"),
        ({"path": f"{media}/new/er/g.jpg"}, media / "new" / "er" / "g.jpg"),
        ({"path": f"{media}/a\0b.jpg"}, media / "ab.jpg"),
        ({"path": f"{allowed}/h.jpg"}, allowed / "h.jpg"),
        ({"path": f"{media}/link/i.jpg"}, allowed / "i.jpg"),
        ({"path": f"{allowed}/back/j.jpg"}, media / "j.jpg"),
        ({"path": "www/k.jpg"}, tmp_path / "config" / "www" / "k.jpg"),
        ({"file_name": "l.jpg"}, media / "whatsapp" / "l.jpg"),
    ):
        with subtests.test(data=data):
            response = await save(hass, url=url, **data)
            assert response["path"] == str(path)
            assert path.read_bytes() == JPEG
            assert response.get("media_content_id") == (
                f"media-source://media_source/local/{path.relative_to(media)}"
                if path.is_relative_to(media)
                else None
            )
    response = await save(hass, url=url, path=f"{media}/real.jpg")
    assert Path(response["path"]).parent == media / "real.jpg"


@pytest.mark.usefixtures("loaded")
async def test_a_media_folder_that_is_a_link(
    hass: HomeAssistant, web_server: WebServer, tmp_path: Path
) -> None:
    (tmp_path / "nas").mkdir()
    (tmp_path / "share").symlink_to(tmp_path / "nas")
    hass.config.media_dirs = {"nas": str(tmp_path / "share")}
    url = web_server.serve(STORED, JPEG, "image/jpeg")
    response = await save(hass, url=url, file_name="a")
    assert response["path"] == str(tmp_path / "nas" / "whatsapp" / "a.jpg")
    assert (
        response["media_content_id"] == "media-source://media_source/nas/whatsapp/a.jpg"
    )


@pytest.mark.usefixtures("loaded")
async def test_places_that_are_not_allowed(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    url = web_server.serve(STORED, JPEG, "image/jpeg")
    media, outside = tmp_path / "media", tmp_path / "outside"
    outside.mkdir()
    (media / "out").symlink_to(outside)
    loop = tmp_path / "allowed" / "loop"
    loop.symlink_to(loop)
    for path in (
        str(outside),
        f"{outside}/a.jpg",
        "/etc",
        "/",
        "automations.yaml",
        ".storage/a.jpg",
        f"{media}/../outside/a.jpg",
        f"{media}/out",
        f"{media}/out/a.jpg",
        f"{media}/out/deeper/a.jpg",
        f"{tmp_path}/mediacenter/a.jpg",
        f"{media}/~root",
        f"{media}/\0/a.jpg",
        "~",
        "..",
    ):
        with subtests.test(path=path):
            assert await refused(
                hass, instance, "download_media", url=url, path=path
            ) == text("download_not_allowed", path=path)
    hass.config.media_dirs = {}
    path = str(tmp_path / "config" / "media" / "whatsapp")
    assert await refused(hass, instance, "download_media", url=url) == text(
        "download_not_allowed", path=path
    )
    assert web_server.asked == []
    # Which is no folder at all.
    with pytest.raises(HomeAssistantError):
        await save(hass, url=url, path=f"{tmp_path}/allowed/loop/a.jpg")
    assert files(tmp_path) == {}


# What it is called


@pytest.mark.usefixtures("loaded")
async def test_what_is_there_stays(
    hass: HomeAssistant, web_server: WebServer, media: Path
) -> None:
    url = web_server.serve(STORED, JPEG, "image/jpeg")
    outside = media.parent / "outside.jpg"
    outside.write_bytes(b"outside")
    (media / "a.jpg").write_bytes(b"old")
    (media / "a_2.jpg").mkdir()
    (media / "a_3.jpg").symlink_to(outside)
    (media / "a_4.jpg").symlink_to(media / "nowhere.jpg")
    saved = [await save(hass, url=url, path=f"{media}/a.jpg") for _ in range(2)]
    assert [each["file_name"] for each in saved] == ["a_5.jpg", "a_6.jpg"]
    assert (media / "a.jpg").read_bytes() == b"old"
    assert outside.read_bytes() == b"outside"

    at_once = await asyncio.gather(
        *(save(hass, url=url, file_name="b.jpg") for _ in range(5))
    )
    assert len({each["path"] for each in at_once}) == 5


@pytest.mark.usefixtures("loaded")
async def test_overwriting(
    hass: HomeAssistant, web_server: WebServer, media: Path, subtests: pytest.Subtests
) -> None:
    url = web_server.serve(STORED, JPEG, "image/jpeg")
    (media / "a.jpg").write_bytes(b"old")
    for data in (
        {"path": f"{media}/a.jpg"},
        {"path": str(media), "file_name": "a"},
        {"path": str(media), "file_name": "a.jpg"},
    ):
        response = await save(hass, url=url, overwrite=True, **data)
        assert response["file_name"] == "a.jpg"
    assert files(media) == {"a.jpg": JPEG}

    # Neither a folder nor where a link leads, nor the link.
    outside = media.parent / "outside.jpg"
    outside.write_bytes(b"outside")
    (media / "link.jpg").symlink_to(outside)
    (media / "folder.jpg").mkdir()
    for name, reason in (("link", errno.ELOOP), ("folder", errno.EISDIR)):
        with subtests.test(name):
            data = {"path": str(media), "file_name": f"{name}.jpg"}
            assert await failed(
                hass, "download_media", url=url, overwrite=True, **data
            ) == text("not_saved", reason=os.strerror(reason))
    assert (media / "link.jpg").is_symlink()
    assert outside.read_bytes() == b"outside"


async def test_what_a_stranger_calls_it_overwrites_nothing(
    hass: HomeAssistant, instance: Instance, receiving: Entry, media: Path
) -> None:
    (media / "door.jpg").write_bytes(b"old")
    message_id = await receive(instance, receiving)
    response = await save(hass, message_id=message_id, path=str(media), overwrite=True)
    assert response["file_name"] == "door_2.jpg"
    assert files(media) == {"door.jpg": b"old", "door_2.jpg": JPEG}


async def test_what_strangers_call_it(
    hass: HomeAssistant,
    instance: Instance,
    receiving: Entry,
    media: Path,
    subtests: pytest.Subtests,
) -> None:
    message_id = await receive(instance, receiving)
    known = recent(receiving)[message_id]
    for name, kind, saved in (
        ("../../config/configuration.yaml", "text/yaml", "configuration.yaml"),
        ("..\\..\\www\\evil.js", "text/javascript", "evil.js"),
        ("/etc/cron.d/evil", "text/plain", "evil.txt"),
        (".ssh", "x/unheard-of", "ssh.bin"),
        ("..", "image/jpeg", "file.jpg"),
        ("a\0b\n\r\x1b[2J.jpg", "image/jpeg", "ab[2J.jpg"),
        ("gpj.\u202eexe", "image/jpeg", "gpj.exe"),
        ("~a..b?.jpg", "image/jpeg", "_a.b_.jpg"),
        ("voice", "audio/ogg; codecs=opus", "voice.ogg"),
        ("holiday", "nonsense", "holiday.jpg"),
        ("д" * 3000 + ".pdf", "application/pdf", "д" * 55 + ".pdf"),
        ("x" * 3000, "image/png", "x" * 110 + ".png"),
    ):
        media_ = replace(known.media, name=name, mime_type=kind)
        recent(receiving)[message_id] = replace(known, media=media_)
        with subtests.test(name):
            response = await save(hass, message_id=message_id)
            assert response["file_name"] == saved
            assert (media / "whatsapp" / saved).read_bytes() == JPEG
    # What the integration itself writes down lies elsewhere.
    assert {each for each in files(media.parent) if ".storage" not in each} == {
        f"media/whatsapp/{each.name}" for each in (media / "whatsapp").iterdir()
    }


@pytest.mark.usefixtures("loaded")
async def test_what_nobody_calls_anything(
    hass: HomeAssistant, web_server: WebServer
) -> None:
    """It is called by the time: the name in the link keeps the link a secret."""
    for content_type, ending, kind in (
        ("image/png", ".jpg", "image/png"),
        ("application/octet-stream", ".jpg", "application/octet-stream"),
        ("application/x-unheard-of", ".jpg", "application/x-unheard-of"),
    ):
        url = web_server.serve(STORED, JPEG, content_type)
        response = await save(hass, url=url)
        assert re.fullmatch(
            r"\d{4}(-\d\d){2} \d\d(-\d\d){2}(_\d)?" + ending,
            name := response["file_name"],
        ), name
        assert response["content_type"] == kind
        assert SECRET not in str(response)


NAMES = st.one_of(
    st.text(max_size=300),
    st.text(
        st.sampled_from("aא.jpg/\\:?#%;~ \0\n\x07\x7f\u202e\u200d\ud83d🚪"), max_size=30
    ),
    st.sampled_from(("..", "../..", "C:\\", "CON", ".part", "a.tar.gz", "д" * 999)),
)
TYPES = st.sampled_from(
    ("", "image/jpeg", "application/octet-stream", "audio/ogg", "x/y", "no type")
)


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(wanted=st.none() | NAMES, name=NAMES, kind=TYPES)
@example(wanted="/.jpg", name="", kind="")
@example(wanted="\x07.jpg", name="..", kind="")
@example(wanted=None, name="a" * 109 + " ..jpg", kind="")
def test_any_name_stays_in_the_folder(wanted: str | None, name: str, kind: str) -> None:
    made = harmless_name(wanted, name, kind)
    assert made == Path(made).name
    assert not made.startswith(".")
    assert not [each for each in made if unicodedata.category(each) in {"Cc", "Cs"}]
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(made.encode()) <= 130
    # As the media browser wants it.
    raise_if_invalid_filename(made)
    if wanted is None:
        assert Path(made).suffix
    with tempfile.TemporaryDirectory() as folder:
        for overwrite in (False, False, True):
            file = NewFile(Path(folder))
            file.open()
            path = file.finish(made, overwrite=overwrite)
            file.discard()
            assert path.parent == Path(folder)
        assert len(list(Path(folder).iterdir())) == 2


# What goes wrong


@pytest.mark.usefixtures("loaded")
async def test_servers_that_do_not_give_the_file(
    hass: HomeAssistant,
    web_server: WebServer,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setattr(
        download, "_TIMEOUT", ClientTimeout(total=5, sock_connect=1, sock_read=0.1)
    )

    async def stall(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = 9
        await response.prepare(request)
        await response.write(b"half")
        await asyncio.sleep(5)
        return response

    async def sleep(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    jpeg = "image/jpeg"
    unreachable = text("download_unreachable")
    too_large = text("download_too_large", limit="1")
    server, large = web_server, bytes(download.MEGABYTE + 1)
    server.redirect("/on", "/on")
    packed = {"Content-Encoding": "gzip"}
    for url, told_ in (
        (server.serve("/gone", status=404), text("download_failed", status="404")),
        (server.serve("/not", status=403), text("download_failed", status="403")),
        (server.serve("/none", status=204), text("download_failed", status="204")),
        (server.broken_off("/half", b"half", 9, jpeg), unreachable),
        (server.answer("/stall", stall), unreachable),
        (server.answer("/sleep", sleep), unreachable),
        (server.serve("/packed", b"no gzip", headers=packed), unreachable),
        (server.redirect("/file", "file:///etc/passwd"), unreachable),
        (server.redirect("/ftp", "ftp://127.0.0.1/a"), unreachable),
        (server.redirect("/nowhere", "http://[::1"), unreachable),
        (f"{server.url}/on", unreachable),
        ("http://127.0.0.1:1/a.jpg", unreachable),
        (server.serve("/large", large), too_large),
        (server.chunks("/chunks", large[:9], large, content_type=jpeg), too_large),
        (server.endless("/endless", bytes(99_999), jpeg), too_large),
    ):
        with subtests.test(url), pytest.raises(HomeAssistantError) as raised:
            await save(hass, url=url, max_size=1)
        error = raised.value
        assert not isinstance(error, ServiceValidationError)
        assert await told(hass, error) == told_
        # Not even behind it.
        assert url not in told_by(error)
        for language in LANGUAGES:
            await told(hass, error, language)
    async with asyncio.timeout(5):
        await web_server.hung_up.wait()
    assert files(media) == {}


@pytest.mark.usefixtures("loaded")
async def test_redirects_and_limits_that_are_met(
    hass: HomeAssistant, web_server: WebServer, media: Path
) -> None:
    web_server.serve("/b.jpg", bytes(download.MEGABYTE), "image/jpeg")
    url = web_server.redirect("/a.jpg", "/b.jpg", 307)
    response = await save(hass, url=url, max_size=1, file_name="a")
    assert response["size"] == download.MEGABYTE
    url = web_server.chunks("/c.jpg", JPEG, JPEG, content_type="image/jpeg")
    response = await save(hass, url=url, max_size="0.5", file_name="c")
    assert (media / "whatsapp" / "c.jpg").read_bytes() == 2 * JPEG


@pytest.mark.usefixtures("loaded")
async def test_a_disk_that_does_not_take_it(
    hass: HomeAssistant,
    web_server: WebServer,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = web_server.serve(STORED, JPEG, "image/jpeg")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/media/name.jpg")

    no_space = text("not_saved", reason="No space left on device")
    data = {"url": url, "path": str(media), "file_name": "a.jpg"}
    for owner, method in ((NewFile, "open"), (NewFile, "write"), (Path, "replace")):
        for overwrite in (False, True):
            with monkeypatch.context() as patch:
                patch.setattr(owner, method, full)
                with pytest.raises(HomeAssistantError) as raised:
                    await save(hass, **data, overwrite=overwrite)
            assert await told(hass, raised.value) == no_space
            assert "name.jpg" not in told_by(raised.value)
            assert files(media) == {}

    (media / "taken").write_bytes(b"")
    assert await failed(hass, "download_media", url=url, path=f"{media}/taken") == text(
        "not_saved", reason="File exists"
    )
    monkeypatch.setattr(NewFile, "open", raising(OSError()))
    assert await failed(hass, "download_media", url=url) == text(
        "not_saved", reason="OSError"
    )


def raising(error: Exception) -> Callable[[object], None]:
    """Return what raises."""

    def fail(_: object) -> None:
        raise error

    return fail


def test_a_disk_that_is_full_when_it_is_discarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = NewFile(tmp_path)
    file.open()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: raising(OSError())(None))
        file.discard()
    for left in tmp_path.glob("*.part"):
        left.unlink()


def test_what_is_discarded_does_not_begin(tmp_path: Path) -> None:
    file = NewFile(tmp_path / "folder")
    file.discard()
    file.open()
    assert not (tmp_path / "folder").exists()


@pytest.mark.usefixtures("loaded")
async def test_a_call_that_is_cancelled(
    hass: HomeAssistant, web_server: WebServer, media: Path
) -> None:
    url = web_server.endless("/endless", bytes(9999), "image/jpeg")
    before = asyncio.all_tasks()
    task = asyncio.create_task(save(hass, url=url, max_size=2000))
    await until(lambda: any(media.rglob(".*.part")))
    task.cancel()
    # Home Assistant lets an action go on when who called it does not wait any more.
    for each in asyncio.all_tasks() - before:
        each.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not any(media.rglob("*.*")))
    async with asyncio.timeout(5):
        await web_server.hung_up.wait()


async def test_each_moment_of_a_cancellation(
    hass: HomeAssistant, web_server: WebServer, media: Path
) -> None:
    """Whole or not there, whatever was going on in another thread."""
    url = URL(web_server.chunks("/a", JPEG, JPEG, content_type="image/png"))
    place = Place(media, "a.png", None)
    whole = False
    # Then less and less often, for machines that are slow.
    for turn in (*range(300), *(300 * 2**number for number in range(1, 10))):
        if whole:
            break
        task = asyncio.create_task(
            Download(hass, url, 10**6).async_save(place, overwrite=True)
        )
        await turns(turn)
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        whole = isinstance(result, SavedFile)
        await hass.async_block_till_done()
        await until(lambda: not any(media.glob("*.part")))
        assert files(media) in ({}, {"a.png": 2 * JPEG})
    assert whole


async def turns(number: int) -> None:
    """Let others have so many turns."""
    for _ in range(number):
        await asyncio.sleep(0)


# What is told of it


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """Return what a handler of the root logger writes, as Home Assistant's log file."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


async def test_no_log_tells_the_link_or_the_name(
    log: io.StringIO,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: Entry,
    web_server: WebServer,
) -> None:
    hass.bus.async_fire(EVENT_LOGGING_CHANGED)
    await hass.async_block_till_done()
    logging.getLogger("homeassistant").setLevel(logging.DEBUG)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    named = {"Content-Disposition": "attachment; filename=Anna-at-home.jpg"}
    good = web_server.serve(STORED, JPEG, "image/jpeg", headers=named)
    client = await hass_ws_client(hass)
    calls: tuple[dict[str, Any], ...] = (
        {"url": good},
        {"url": good, "max_size": 0.001},
        {"url": f"{good}?x=1#y"},
        {"url": good.replace("http", "ftp")},
        {"url": f"{web_server.url}/gone/{SECRET}"},
        {"url": f"{web_server.url.replace('//', f'//anna:{SECRET}@')}/gone"},
        {"url": f"http://127.0.0.1:1?{SECRET}"},
        {"url": [good]},
        {"path": good},
    )
    for data in calls:
        for call in (by_script, by_websocket):
            before = len(log.getvalue())
            await call(hass, client, data)
            assert "download_media" in log.getvalue()[before:]
            assert "127.0.0.1" in log.getvalue()[before:]
    assert SECRET not in log.getvalue()
    assert "Anna-at-home" not in log.getvalue()
    # What else is logged, tells its links as before.
    logging.getLogger("x").error("https://example.com/path")
    assert "https://example.com/path" in log.getvalue()


type Call = Callable[[HomeAssistant, Any, dict[str, Any]], Awaitable[None]]


async def by_script(hass: HomeAssistant, _: Any, data: dict[str, Any]) -> None:
    """Call it as an automation does, which logs what goes wrong."""
    try:
        await hass.services.async_call(
            "green_api", "download_media", data, blocking=True
        )
    except HomeAssistantError, vol.Invalid:
        logging.getLogger(__name__).exception("Failed")


async def by_websocket(_: HomeAssistant, client: Any, data: dict[str, Any]) -> None:
    """Call it as the developer tools do."""
    await client.send_json_auto_id(
        {
            "type": "call_service",
            "domain": "green_api",
            "service": "download_media",
            "service_data": data,
        }
    )
    await client.receive_json()


# What is offered


@pytest.mark.parametrize(
    "action",
    [
        *("send_message", "send_file", "send_location", "send_contact", "send_poll"),
        "forward_message",
    ],
)
def test_waiting_is_offered(action: str) -> None:
    more = read_yaml(INTEGRATION / "services.yaml")[action]["fields"]["more"]
    assert more["collapsed"] is True
    assert more["fields"]["wait_for"]["selector"] == {
        "select": {
            "options": ["sent", "delivered", "read"],
            "translation_key": "message_status",
        }
    }
    assert more["fields"]["timeout"] == {
        "default": {"minutes": 1},
        "selector": {"duration": None},
    }


async def test_only_administrators_write_into_the_house(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_read_only_user: MockUser
) -> None:
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            "green_api",
            "download_media",
            {"url": "http://127.0.0.1/a.jpg"},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
