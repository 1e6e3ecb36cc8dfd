"""Uploads: a file in a form, or alone, under the real API's conditions."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from tests.simulator import (
    FaultKind,
    File,
    Host,
    Instance,
    MessageType,
    Plan,
    Simulator,
)
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import (
    ANNA,
    BORIS,
    FAMILY,
    INSTANCE,
    TOKEN,
    Api,
    Clock,
    until,
)

# What aiohttp says of names it cannot read; the simulator reads them itself.
pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PICTURE = {
    "chatId": ANNA,
    "urlFile": "https://example.com/cam.jpg",
    "fileName": "cam.jpg",
}
HEBREW = "דוח 📷 à.png"


def form(
    content: Any = PNG,
    name: str = "cam.png",
    content_type: str = "image/png",
    **fields: str,
) -> aiohttp.FormData:
    """Return a form with a file; its names go out as they are."""
    data = aiohttp.FormData(quote_fields=False)
    for key, value in ({"chatId": ANNA} | fields).items():
        data.add_field(key, value)
    kind = content_type or None
    data.add_field("file", content, filename=name, content_type=kind)
    return data


async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
    """Give a body whose length nobody knows before."""
    for start in range(0, len(content), 100):
        yield content[start : start + 100]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (HEBREW, HEBREW),
        (quote(HEBREW), HEBREW),
        ("100% sure.png", "100% sure.png"),
        ("a%20b.png", "a b.png"),
    ],
)
async def test_names_of_uploads(
    api: Api, instance: Instance, header: str, name: str
) -> None:
    await api.upload(PNG, name=header)
    assert instance.uploads[0].name == name
    assert instance.requests[0].headers["ga-filename"] == header


async def test_a_name_in_latin_1(api: Api, instance: Instance) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.simulator.port)
    path = f"/waInstance{INSTANCE}/uploadFile/{api.token}"
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "GA-Filename: caf\xe9.png\r\nContent-Length: 1\r\n\r\nx".encode("latin-1")
    )
    assert b" 200 OK" in await reader.read()
    writer.close()
    assert instance.uploads[0].name == "café.png"


@pytest.mark.parametrize(
    ("content_type", "ending"),
    [("image/jpeg", ".jpg"), ("audio/mpeg", ".mp3"), ("x/unheard-of", ".bin")],
)
async def test_an_upload_without_a_name(
    api: Api, instance: Instance, content_type: str, ending: str
) -> None:
    url = await api.upload(PNG, content_type=content_type)
    assert url.endswith(ending)
    assert instance.uploads[0].name == url.rpartition("/")[2]


async def test_a_file_is_uploaded_and_sent_at_once(
    api: Api, instance: Instance
) -> None:
    instance.unlink()
    status, answer = await api(
        "sendFileByUpload",
        data=form(fileName=HEBREW, caption="Door", typingTime="1000"),
    )
    assert (status, list(answer)) == (200, ["idMessage", "urlFile"])
    _, ((item,)) = await api("showMessagesQueue")
    assert (item["type"], item["messageID"]) == ("sendFileByUrl", answer["idMessage"])
    assert item["body"]["archive"] is False
    assert item["body"]["urlFile"] == answer["urlFile"]
    instance.send_delay = 0
    instance.link()

    request = instance.requests[0]
    assert (request.body, request.json, request.host) == (b"", None, Host.API)
    assert request.form == {
        "chatId": ANNA,
        "fileName": HEBREW,
        "caption": "Door",
        "typingTime": "1000",
    }
    assert request.chat_id == ANNA
    assert request.unknown_keys == ()
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    (kept,) = instance.uploads
    assert (kept.name, kept.method) == (HEBREW, "sendFileByUpload")
    assert kept.url == answer["urlFile"]


async def test_a_file_of_no_known_type(api: Api, instance: Instance) -> None:
    instance.unlink()
    data = form(name="a.xyzzy", content_type="", typingType="recording")
    _, answer = await api("sendFileByUpload", data=data)
    kind = "application/octet-stream"
    assert await api.get(answer["urlFile"]) == (200, PNG, kind)
    _, (item,) = await api("showMessagesQueue")
    assert item["body"]["typingType"] == "recording"


async def test_an_uploaded_file_arrives(api: Api, instance: Instance) -> None:
    message_id = await api.sent("sendFileByUpload", None, data=form(caption="Door"))
    (message,) = instance.messages
    assert (message.id, message.text) == (message_id, "Door")
    assert message.type is MessageType.IMAGE
    url = instance.uploads[0].url
    assert message.file == File(
        url=url, name="cam.png", content_type="image/png", content=PNG
    )
    assert await api.get(url) == (200, PNG, "image/png")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('filename="דוח 📷.png"', "דוח 📷.png"),
        (f"filename*=UTF-8''{quote('דוח 📷.png')}", "דוח 📷.png"),
        (f"filename=\"a.png\"; filename*=utf-8''{quote('ב.png')}", "ב.png"),
        ("filename*=iso-8859-1'en'caf%E9.png", "café.png"),
        (r'filename="a \"1\"; b; c\\d.png"', r'a "1"; b; c\d.png'),
        ("filename=a.png", "a.png"),
        # Nobody decodes this one: such escapes belong into filename*.
        ('filename="%D7%93.png"', "%D7%93.png"),
    ],
)
async def test_the_name_in_the_file_part(
    api: Api, instance: Instance, said: str, name: str
) -> None:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="chatId"\r\n\r\n{ANNA}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="file"; {said}\r\n\r\nx\r\n--b--'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    await api.sent("sendFileByUpload", None, data=body.encode(), headers=headers)
    (message,) = instance.messages
    assert message.file is not None
    assert message.file.name == name


async def test_bodies_in_pieces(api: Api, instance: Instance) -> None:
    await api("uploadFile", data=in_pieces(PNG * 50), headers={"GA-Filename": "a.png"})
    data = form()()
    written = bytearray()

    class Writer:
        async def write(self, chunk: bytes) -> None:
            written.extend(chunk)

    await data.write(Writer())  # type: ignore[arg-type]
    headers = {"Content-Type": data.headers["Content-Type"]}
    await api.sent(
        "sendFileByUpload", None, data=in_pieces(bytes(written)), headers=headers
    )
    assert [upload.content for upload in instance.uploads] == [PNG * 50, PNG]
    for request in instance.requests:
        assert request.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in request.headers


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (form(chatId="1"), "'chatId' must be one of the next formats: "),
        (form(b""), "'file' is not allowed to be empty"),
        (form(name="cam"), "'fileName' must have an extension"),
        (form(fileName="cam"), "'fileName' must have an extension"),
        (form(fileName=""), "'fileName' is not allowed to be empty"),
        (form(caption="x" * 1025), "'caption' length must be less than or equal"),
        (form(typingTime="soon"), "'typingTime' must be a number"),
        (form(typingTime="1000.5"), "'typingTime' must be an integer"),
        (form(typingTime="999"), "'typingTime' must be greater than or equal"),
        (form(typingType="x"), "'typingType' must be one of [recording]"),
        ({"chatId": ANNA}, "'chatId' is required"),
    ],
)
async def test_what_an_upload_must_not_be(
    api: Api, instance: Instance, data: Any, message: str
) -> None:
    status, answer = await api("sendFileByUpload", data=data)
    assert status == 400
    assert answer["message"].startswith(f"Validation failed. Details: {message}")
    assert instance.uploads == []
    assert instance.messages == []


async def test_a_form_without_a_file(api: Api) -> None:
    with aiohttp.MultipartWriter("form-data") as data:
        data.append(ANNA).set_content_disposition("form-data", name="chatId")
    status, answer = await api("sendFileByUpload", data=data)
    assert (status, answer["message"]) == (
        400,
        "Validation failed. Details: 'file' is required",
    )


@pytest.mark.parametrize("name", ["photo", "file"])
async def test_a_file_too_many(api: Api, instance: Instance, name: str) -> None:
    data = form()
    data.add_field(name, PNG, filename="second.png")
    status, answer = await api("sendFileByUpload", data=data)
    assert (status, answer["message"]) == (400, "Unexpected field")
    assert instance.uploads == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"nothing of a form"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; n",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="chatId"\r\n\r\n7900',
        ),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nnameless\r\n--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; filename=a.png\r\n\r\nx\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="chatId"\r\n\r\n\xff\r\n--b--\r\n',
        ),
    ],
)
async def test_a_broken_form_is_the_servers_fault(
    api: Api, instance: Instance, content_type: str, body: bytes
) -> None:
    headers = {"Content-Type": content_type}
    status, answer = await api(
        "sendFileByUpload", data=body, headers=headers, verb="POST"
    )
    assert (status, answer["message"]) == (500, "Internal server error")
    assert answer["path"].endswith(api.token)
    assert instance.requests[0].status == 500


async def test_an_empty_upload(api: Api, instance: Instance) -> None:
    status, answer = await api("uploadFile", data=b"", verb="POST")
    assert (status, answer["message"]) == (400, "bad request data")
    assert instance.uploads == []


@pytest.mark.parametrize("method", ["uploadFile", "sendFileByUpload"])
async def test_an_upload_that_is_too_large(
    api: Api, instance: Instance, method: str
) -> None:
    assert instance.largest_file == 100 * 1024 * 1024
    instance.largest_file = 300_000

    def data(size: int) -> Any:
        content = b"x" * size
        return form(content) if method == "sendFileByUpload" else content

    assert (await api(method, data=data(300_000)))[0] == 200
    response = await api.raw(method, data=data(300_001))
    assert (response.status, response.content_type) == (413, "text/html")
    assert "413 Request Entity Too Large" in await response.text()

    instance.too_large_status = HTTPStatus.INTERNAL_SERVER_ERROR
    status, answer = await api(method, data=data(300_001))
    assert (status, answer["message"]) == (500, "request entity too large")
    assert len(instance.uploads) == 1


async def test_quotas_and_limits_of_uploads(api: Api, instance: Instance) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.chats.extend((ANNA, FAMILY, "79000000001@c.us"))
    status, _ = await api("sendFileByUpload", data=form(chatId=BORIS))
    assert status == 466
    assert instance.uploads == []
    await api.sent("sendFileByUpload", None, data=form(chatId=FAMILY))

    instance.quota.calls["sendFileByUrl"] = 1
    await api.sent("sendFileByUrl", PICTURE)
    status, answer = await api("sendFileByUrl", PICTURE)
    assert (status, answer["invokeStatus"]["total"]) == (466, 1)

    instance.rates["uploadFile"] = 1
    statuses = [(await api("uploadFile", data=PNG))[0] for _ in range(2)]
    assert statuses == [200, 429]


async def test_faults_hit_uploads_to_a_chat(api: Api, instance: Instance) -> None:
    instance.fail_chat(ANNA, FaultKind.BAD_GATEWAY_ACCEPTED)
    assert (await api("sendFileByUpload", data=form()))[0] == 502
    assert (await api("sendFileByUpload", data=form(chatId=FAMILY)))[0] == 200
    assert [message.chat_id for message in instance.messages] == [ANNA, FAMILY]


async def test_an_upload_that_breaks_off(api: Api, instance: Instance) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PNG
        await until(lambda: bool(instance.requests))
        raise ConnectionError

    with pytest.raises(aiohttp.ClientError):
        await api("uploadFile", data=broken())
    await until(lambda: instance.requests[0].ended is not None)
    assert instance.requests[0].status is None
    assert instance.uploads == []


# An address for uploads


@pytest.fixture
async def apart(
    socket_enabled: None, clock: Clock
) -> AsyncIterator[tuple[Api, Instance]]:
    async with (
        Simulator(clock, media_port=True) as simulator,
        aiohttp.ClientSession() as session,
    ):
        instance = simulator.add_instance(INSTANCE, TOKEN)
        yield Api(simulator, session), instance


async def test_without_an_address_of_its_own_media_is_the_api(api: Api) -> None:
    assert api.simulator.media_url == api.simulator.url


async def test_the_media_address_takes_uploads(apart: tuple[Api, Instance]) -> None:
    api, instance = apart
    assert api.simulator.media_url != api.simulator.url
    api.host = api.simulator.media_url
    url = await api.upload(PNG, name="cam.png")
    await api.sent("sendFileByUpload", None, data=form())
    assert [request.host for request in instance.requests] == [Host.MEDIA] * 2
    assert (await api.get(url))[0] == 200


async def test_the_media_address_takes_nothing_else(
    apart: tuple[Api, Instance],
) -> None:
    api, instance = apart
    api.host = api.simulator.media_url
    for method, body in (("sendFileByUrl", PICTURE), ("getStateInstance", None)):
        response = await api.raw(method, body)
        assert (response.status, response.content_type) == (403, "text/html")
        assert "X-RateLimit-Remaining" not in response.headers
    assert instance.messages == []
    assert [request.status for request in instance.requests] == [403, 403]
    api.id = "7103000002"
    assert (await api("uploadFile", data=PNG))[0] == 403
    assert (await api.get(f"{api.host}/phone/{INSTANCE}"))[0] == 404


async def test_the_api_still_takes_forms(apart: tuple[Api, Instance]) -> None:
    api, instance = apart
    await api.sent("sendFileByUpload", None, data=form())
    status, answer = await api("uploadFile", data=PNG)
    assert (status, answer["message"].split()[:2]) == (404, ["Cannot", "POST"])
    assert len(instance.uploads) == 1
    assert [request.host for request in instance.requests] == [Host.API] * 2


async def test_both_addresses_come_back(apart: tuple[Api, Instance]) -> None:
    api, _ = apart
    simulator = api.simulator
    port, media_port = simulator.port, simulator.media_port
    assert media_port
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await api.get(simulator.media_url)
    await simulator.start(port, media_port)
    assert (simulator.port, simulator.media_port) == (port, media_port)
    assert (await api.get(simulator.media_url))[0] == 404


async def test_a_port_that_is_taken(apart: tuple[Api, Instance], clock: Clock) -> None:
    api, _ = apart
    second = Simulator(clock, media_port=True)
    with pytest.raises(OSError, match="address already in use"):
        await second.start(0, api.simulator.port)
    assert not second.running
