"""Files that Home Assistant fetches: how they arrive, and which do not."""

import asyncio
import gzip
from urllib.parse import quote

from aiohttp import web
import pytest

from custom_components.green_api.attachment import (
    content as content_module,
    web as web_module,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from tests.actions import text, told
from tests.simulator import Instance, MessageType
from tests.simulator.testing import until

from .sending import (
    IN_URL,
    QUERY,
    USERNAME,
    arrived,
    calls,
    digest,
    failed,
    name_and_type,
    send_file,
    some_bytes,
    with_login,
)
from .web_server import WebServer

pytestmark = pytest.mark.usefixtures("loaded")

CONTENT = some_bytes(700_000)
JPEG = "image/jpeg"
PAGE = b"<html>Who are you?</html>"
UNKNOWN = "application/octet-stream"
MEGABYTE = 1024 * 1024


# By which name


async def test_the_name_of_a_file(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    files = (
        ("/door.jpg", JPEG, "door.jpg", MessageType.IMAGE),
        ("/door.jpg", UNKNOWN, "door.jpg", MessageType.IMAGE),
        ("/api/front/latest.jpg", JPEG, "latest.jpg", MessageType.IMAGE),
        ("/дверь דלת 🚪.jpg", JPEG, "дверь דלת 🚪.jpg", MessageType.IMAGE),
        ("/snapshot.cgi", JPEG, "snapshot.cgi.jpg", MessageType.IMAGE),
        ("/snapshot.php", JPEG, "snapshot.php.jpg", MessageType.IMAGE),
        ("/still.webp", JPEG, "still.webp", MessageType.IMAGE),
        ("/", "image/png", "file.png", MessageType.IMAGE),
        ("/snap/", "image/jpg", "file.jpg", MessageType.IMAGE),
        ("/clip", "video/mp4", "clip.mp4", MessageType.VIDEO),
        ("/v1.2", "Video/MP4; codecs=avc1", "v1.2.mp4", MessageType.VIDEO),
        ("/say", "audio/ogg; codecs=opus", "say.ogg", MessageType.AUDIO),
        ("/say", "audio/opus", "say.ogg", MessageType.AUDIO),
        ("/say", "audio/wav", "say.wav", MessageType.AUDIO),
        ("/report", "application/pdf", "report.pdf", MessageType.DOCUMENT),
        ("/report", UNKNOWN, "report.bin", MessageType.DOCUMENT),
        ("/report", "x-private/thing", "report.bin", MessageType.DOCUMENT),
        ("/manual.html", "text/html", "manual.html", MessageType.DOCUMENT),
        ("/holidays.ics", "text/calendar", "holidays.ics", MessageType.DOCUMENT),
        ("/film.ts", "video/mp2t", "film.ts", MessageType.DOCUMENT),
    )
    for nth, (path, content_type, *expected) in enumerate(files, 1):
        with subtests.test(path=path, content_type=content_type):
            content = CONTENT[nth:]
            url = web_server.serve(path, content, content_type)
            await send_file(hass, url=f" {url}?h=300&{QUERY}#top\n")
            message, upload = arrived(instance, nth)
            assert list(name_and_type(message)) == expected
            assert digest(upload.content) == digest(content)
            # As it was written, and no more often than it takes.
            assert web_server.paths[nth - 1 :] == [f"{quote(path)}?h=300&{QUERY}"]


async def test_the_name_that_the_server_gives(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    names = (
        ('attachment; filename="Front door.png"', "", "Front door.png"),
        ("inline; filename*=UTF-8''%D7%93%D7%9C%D7%AA.png", "", "דלת.png"),
        ('attachment; filename="../../etc/door.png"', "", "door.png"),
        ('attachment; filename="C:\\\\temp\\\\door.png"', "", "door.png"),
        ('attachment; filename="door"', "", "door.jpg"),
        ("attachment", "", "snap.jpg"),
        ('attachment; filename=""', "", "snap.jpg"),
        ('attachment; filename="door.png"', "מי שם", "מי שם.png"),
        ('attachment; filename="door"', "Who", "Who.jpg"),
        ('attachment; filename="door.php"', "Who", "Who.jpg"),
        ('attachment; filename="door.png"', "Who.gif", "Who.gif"),
        ('attachment; filename="door.png"', "Who.pdf", "Who.pdf"),
    )
    for nth, (disposition, wanted, name) in enumerate(names, 1):
        with subtests.test(disposition=disposition, wanted=wanted):
            headers = {"Content-Disposition": disposition}
            url = web_server.serve("/snap", CONTENT, JPEG, headers=headers)
            await send_file(hass, url=url, file_name=wanted)
            message, _ = arrived(instance, nth)
            # Whoever asks for another name may want another type.
            kind = MessageType.DOCUMENT if "pdf" in name else MessageType.IMAGE
            assert name_and_type(message) == (name, kind)


# How it arrives


async def test_a_file_is_uploaded_while_it_comes(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    uploading = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JPEG})
        response.content_length = len(CONTENT)
        await response.prepare(request)
        await response.write(CONTENT[:1000])
        await uploading.wait()
        await response.write(CONTENT[1000:])
        return response

    url = web_server.answer("/door.jpg", answer)
    sending = hass.async_create_task(send_file(hass, url=url))
    await until(lambda: bool(calls(instance, "uploadFile")))
    assert instance.uploads == []
    uploading.set()
    await sending
    assert digest(arrived(instance)[1].content) == digest(CONTENT)
    (request,) = calls(instance, "uploadFile")
    assert request.headers["content-length"] == str(len(CONTENT))


async def test_a_file_of_unknown_length(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    chunks = CONTENT[:1], CONTENT[1:300_000], CONTENT[300_000:]
    url = web_server.chunks("/door.jpg", *chunks, content_type=JPEG)
    await send_file(hass, url=url)
    assert digest(arrived(instance)[1].content) == digest(CONTENT)
    (request,) = calls(instance, "uploadFile")
    assert "content-length" not in request.headers


async def test_a_file_that_comes_packed(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    packed = gzip.compress(CONTENT)
    headers = {"Content-Encoding": "gzip"}
    url = web_server.serve("/list.csv", packed, "text/csv", headers=headers)
    await send_file(hass, url=url)
    assert digest(arrived(instance)[1].content) == digest(CONTENT)


# Where it leads


async def test_an_address_that_leads_on(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    web_server.serve("/b/door.jpg", CONTENT, JPEG)
    nth = 0
    for status in (301, 302, 303, 307, 308):
        for target in (
            "/b/door.jpg",
            "b/door.jpg",
            f"//{web_server.url.removeprefix('http://')}/b/door.jpg",
            f"{web_server.elsewhere}/b/door.jpg",
        ):
            with subtests.test(status=status, target=target):
                nth += 1
                web_server.asked.clear()
                url = web_server.redirect("/a", target, status)
                await send_file(hass, url=f"{url}?{QUERY}")
                assert web_server.paths == [f"/a?{QUERY}", "/b/door.jpg"]
                message, upload = arrived(instance, nth)
                assert name_and_type(message) == ("door.jpg", MessageType.IMAGE)
                assert digest(upload.content) == digest(CONTENT)


async def test_an_address_that_leads_to_no_web_server(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    for target in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/door.jpg",
        "javascript:alert()",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ):
        with subtests.test(target=target):
            url = web_server.redirect("/a", target)
            error = await failed(hass, instance, url=f"{url}?{QUERY}")
            assert await told(hass, error) == text("url_redirects_away", url=url)


async def test_an_address_that_leads_on_without_end(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    web_server.redirect("/a", "/b")
    url = web_server.redirect("/b", "/a")
    error = await failed(hass, instance, url=f"{url}?{QUERY}")
    assert await told(hass, error) == text("url_redirects_on", url=url)
    assert len(web_server.asked) <= 20


async def test_an_address_that_leads_to_a_login(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    web_server.serve("/login.html", PAGE, "text/html")
    url = web_server.redirect("/door.jpg", "/login.html")
    error = await failed(hass, instance, url=url)
    assert await told(hass, error) == text("url_is_page", url=url)


# What is not to be had


async def test_an_answer_that_is_no_file(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    for status, content_type, key in (
        (404, "text/html", "url_failed"),
        (500, JPEG, "url_failed"),
        (204, JPEG, "url_failed"),
        (206, JPEG, "url_failed"),
        (302, JPEG, "url_failed"),
        (401, "text/html", "url_refused"),
        (403, "text/html", "url_refused"),
        (200, "text/html; charset=utf-8", "url_is_page"),
        (200, "application/xhtml+xml", "url_is_page"),
        (200, "multipart/x-mixed-replace; boundary=x", "url_is_stream"),
        (200, "application/vnd.apple.mpegurl", "url_is_stream"),
        (200, "application/x-mpegURL", "url_is_stream"),
        (200, "audio/mpegurl", "url_is_stream"),
        (200, "audio/x-mpegurl", "url_is_stream"),
    ):
        for path in ("/door.jpg", "/door", "/"):
            with subtests.test(path=path, status=status, content_type=content_type):
                url = web_server.serve(path, PAGE, content_type, status=status)
                error = await failed(hass, instance, url=f"{url}?{QUERY}")
                assert not isinstance(error, ServiceValidationError)
                shown = {"status": str(status)} if key == "url_failed" else {}
                assert await told(hass, error) == text(key, url=url, **shown)
    assert calls(instance, "uploadFile") == []


async def test_a_page_in_the_place_of_a_picture(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    url = web_server.serve("/door", PAGE, "text/html")
    error = await failed(hass, instance, url=url, file_name="door.jpg")
    assert await told(hass, error) == text("url_is_page", url=url)


async def test_an_empty_answer(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    for url in (
        web_server.serve("/a/door.jpg", b"", JPEG),
        web_server.chunks("/b/door.jpg", content_type=JPEG),
    ):
        error = await failed(hass, instance, url=url)
        assert await told(hass, error) == text("file_empty", file="door.jpg")
    assert instance.uploads == []


async def test_an_answer_that_says_it_is_too_large(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    url = web_server.broken_off("/film.mp4", b"1", 300 * MEGABYTE, "video/mp4")
    error = await failed(hass, instance, url=url)
    assert await told(hass, error) == text(
        "file_too_large", file="film.mp4", size="300", limit="100"
    )
    assert calls(instance, "uploadFile") == []


async def test_an_answer_that_turns_out_to_be_too_large(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    url = web_server.endless("/film.mp4", bytes(MEGABYTE), "video/mp4")
    error = await failed(hass, instance, url=f"{url}?{QUERY}")
    assert await told(hass, error) == text(
        "file_too_large", file="film.mp4", size="> 100", limit="100"
    )
    # What GREEN-API has of it by then is no file, and is not offered to it again.
    assert instance.uploads == []
    assert len(calls(instance, "uploadFile")) == 1
    async with asyncio.timeout(5):
        await web_server.hung_up.wait()


async def test_an_answer_that_is_small_only_as_long_as_it_is_packed(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(content_module, "MAX_FILE_SIZE", MEGABYTE)
    packed = gzip.compress(bytes(2 * MEGABYTE))
    headers = {"Content-Encoding": "gzip"}
    url = web_server.serve("/film.mp4", packed, "video/mp4", headers=headers)
    error = await failed(hass, instance, url=url)
    assert error.translation_key == "file_too_large"
    assert instance.uploads == []


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take everything that does not say how long it is for endless."""
    monkeypatch.setattr(web_module, "_ENDLESS_AFTER", -1)


@pytest.mark.usefixtures("_impatient")
async def test_an_answer_that_goes_on_for_too_long(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    """As that of a radio station, which would take hours to become too large."""
    url = web_server.endless("/radio", b"la ", "audio/mpeg")
    error = await failed(hass, instance, url=f"{url}?{QUERY}")
    assert await told(hass, error) == text("url_is_stream", url=url)
    assert instance.uploads == []
    async with asyncio.timeout(5):
        await web_server.hung_up.wait()


@pytest.mark.usefixtures("_impatient")
async def test_an_answer_that_is_long_and_says_so(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    await send_file(hass, url=web_server.serve("/door.jpg", CONTENT, JPEG))
    assert digest(arrived(instance)[1].content) == digest(CONTENT)


async def test_an_answer_that_breaks_off(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    for nth, begun in enumerate((b"", CONTENT), 1):
        url = web_server.broken_off("/door.jpg", begun, 1_000_000, JPEG)
        error = await failed(hass, instance, url=f"{with_login(url)}?{QUERY}")
        assert await told(hass, error) == text("url_unreachable", url=url)
        # It is not GREEN-API's fault, so it is not tried again.
        assert len(web_server.asked) == nth
    assert instance.uploads == []


async def test_nobody_there(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    await web_server.stop()
    url = f"{web_server.url}/door.jpg"
    error = await failed(hass, instance, url=f"{with_login(url)}?{QUERY}")
    assert await told(hass, error) == text("url_unreachable", url=url)


async def test_an_address_with_an_at_sign(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    """What stands before it is no password there, but where to look for the mistake."""
    url = f"{web_server.url}/@front/door.jpg"
    error = await failed(hass, instance, url=f"{url}?for=anna@example.com&{QUERY}")
    assert await told(hass, error) == text("url_failed", url=url, status="404")


async def test_what_is_no_web_address(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for url, shown in (
        ("ftp://127.0.0.1/door.jpg", "ftp://127.0.0.1/door.jpg"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        (f"rtsp://{IN_URL}127.0.0.1/live?{QUERY}", "rtsp://127.0.0.1/live"),
        ("/media/door.jpg", "/media/door.jpg"),
        ("door.jpg", "door.jpg"),
        ("127.0.0.1/door.jpg", "127.0.0.1/door.jpg"),
        ("http://", "http://"),
        ("http:///door.jpg", "http:///door.jpg"),
        (f"http://{IN_URL}127.0.0.1:99999/a?{QUERY}", "http://127.0.0.1:99999/a"),
        (f"http://{IN_URL}127.0.0.1:0/a?{QUERY}", "http://127.0.0.1:0/a"),
        (f"https://{IN_URL}[::1/a?{QUERY}", "https://[::1/a"),
        (f"{IN_URL}127.0.0.1/a?{QUERY}", "127.0.0.1/a"),
        # What has to be written as %2F, %23 and %3F in a password, and was not.
        (f"http://{USERNAME}:pass/word@127.0.0.1/a?{QUERY}", "http://127.0.0.1/a"),
        (f"http://{USERNAME}:pass#word@127.0.0.1/a?{QUERY}", "http://127.0.0.1/a"),
        (f"http://{USERNAME}:pass?word@127.0.0.1/a?{QUERY}", "http://127.0.0.1/a"),
    ):
        with subtests.test(url=url):
            error = await failed(hass, instance, url=url)
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text("invalid_file_url", url=shown)
