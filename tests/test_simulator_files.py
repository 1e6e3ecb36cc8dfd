"""Files behind links, to here and to other servers."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.simulator import File, Instance, MessageStatus, MessageType
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, DAY, INSTANCE, Api, Clock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
LINK = "https://example.com/cam.jpg"
PICTURE = {"chatId": ANNA, "urlFile": LINK, "fileName": "cam.jpg"}
HEBREW = "דוח 📷 à.png"


async def test_a_link_is_sent_and_not_followed(api: Api, instance: Instance) -> None:
    message_id = await api.sent(
        "sendFileByUrl", {**PICTURE, "caption": "Door", "typingTime": 1000}
    )
    assert instance.messages == []
    ((waiting,), (status, queue)) = instance.queue, await api("showMessagesQueue")
    assert waiting.id == message_id
    assert status == 200
    assert queue == [
        {
            "messageID": message_id,
            "type": "sendFileByUrl",
            "body": {
                "chatId": ANNA,
                "urlFile": LINK,
                "fileName": "cam.jpg",
                "caption": "Door",
                "typingTime": 1000,
                "typingType": "composing",
            },
        }
    ]


async def test_a_link_to_another_server_stays_a_link(
    api: Api, instance: Instance
) -> None:
    await api.sent("sendFileByUrl", {**PICTURE, "caption": "Door"})
    (message,) = instance.messages
    assert (message.type, message.text) == (MessageType.IMAGE, "Door")
    assert message.file == File(url=LINK, name="cam.jpg", content_type="image/jpeg")
    assert instance.uploads == []


@pytest.mark.parametrize(
    ("name", "kind", "content_type"),
    [
        ("a.jpg", MessageType.IMAGE, "image/jpeg"),
        ("a.PNG", MessageType.IMAGE, "image/png"),
        ("a.mp4", MessageType.VIDEO, "video/mp4"),
        ("a.mov", MessageType.VIDEO, "video/quicktime"),
        ("a.mp3", MessageType.AUDIO, "audio/mpeg"),
        ("a.ogg", MessageType.AUDIO, "audio/ogg"),
        ("a.opus", MessageType.AUDIO, "audio/ogg"),
        ("a.jpg.pdf", MessageType.DOCUMENT, "application/pdf"),
        ("a.html", MessageType.DOCUMENT, "text/html"),
        ("a.svg", MessageType.DOCUMENT, "image/svg+xml"),
        ("a.xyzzy", MessageType.DOCUMENT, "application/octet-stream"),
        (HEBREW, MessageType.IMAGE, "image/png"),
    ],
)
async def test_the_extension_decides(
    api: Api, instance: Instance, name: str, kind: MessageType, content_type: str
) -> None:
    await api.sent("sendFileByUrl", {**PICTURE, "fileName": name})
    (message,) = instance.messages
    assert message.type is kind
    assert message.file == File(url=LINK, name=name, content_type=content_type)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chatId": "1"}, "'chatId' must be one of the next formats: "),
        ({"urlFile": None}, "'urlFile' must be a string"),
        ({"urlFile": ""}, "'urlFile' is not allowed to be empty"),
        ({"urlFile": "cam.jpg"}, "'urlFile' must be a valid uri with a scheme"),
        ({"urlFile": "ftp://example.com/a"}, "'urlFile' must be a valid uri with"),
        ({"urlFile": "https://"}, "'urlFile' must be a valid uri with a scheme"),
        ({"fileName": 1}, "'fileName' must be a string"),
        ({"fileName": ""}, "'fileName' is not allowed to be empty"),
        ({"fileName": "cam"}, "'fileName' must have an extension"),
        ({"fileName": ".jpg"}, "'fileName' must have an extension"),
        ({"fileName": "cam."}, "'fileName' must have an extension"),
        ({"caption": 1}, "'caption' must be a string"),
        ({"caption": "😀" * 512 + "x"}, "'caption' length must be less than or equal"),
        ({"typingTime": 999}, "'typingTime' must be greater than or equal to 1000"),
        ({"typingType": "composing"}, "'typingType' must be one of [recording]"),
        ({"quotedMessageId": 1}, "'quotedMessageId' must be a string"),
    ],
)
async def test_what_a_link_must_not_be(
    api: Api, instance: Instance, change: dict[str, Any], message: str
) -> None:
    assert (await api.refusal("sendFileByUrl", PICTURE | change)).startswith(message)
    assert instance.messages == []


@pytest.mark.parametrize("field", ["chatId", "urlFile", "fileName"])
async def test_what_a_link_needs(api: Api, field: str) -> None:
    body = {key: value for key, value in PICTURE.items() if key != field}
    assert await api.refusal("sendFileByUrl", body) == f"'{field}' is required"


@pytest.mark.parametrize("character", " ~$€%#£?!")
async def test_characters_that_links_must_not_have(
    api: Api, instance: Instance, character: str
) -> None:
    body = {**PICTURE, "urlFile": f"https://example.com/a{character}b"}
    assert await api.refusal("sendFileByUrl", body) == "'urlFile' must be a valid uri"
    instance.strict_urls = False
    await api.sent("sendFileByUrl", body)


async def test_the_longest_caption(api: Api, instance: Instance) -> None:
    await api.sent("sendFileByUrl", {**PICTURE, "caption": "😀" * 512})
    await api.sent("sendFileByUrl", {**PICTURE, "caption": ""})
    assert [len(message.text) for message in instance.messages] == [512, 0]


@pytest.mark.parametrize(("size", "status"), [(104_857_600, 200), (104_857_601, 500)])
async def test_a_link_to_a_file_that_is_known_to_be_large(
    api: Api, instance: Instance, size: int, status: int
) -> None:
    instance.foreign_files[LINK] = size
    answered, body = await api("sendFileByUrl", PICTURE)
    assert answered == status
    assert len(instance.messages) == (status == 200)
    if status == 500:
        assert body["message"] == (
            "File from url exceeded max upload size. "
            f"Size: 101mb Limit: 100mb Url: {LINK}"
        )


async def test_a_link_that_leads_nowhere(api: Api, instance: Instance) -> None:
    instance.foreign_files[LINK] = None
    gone = f"{api.simulator.url}/mediaout/{INSTANCE}/gone.jpg"
    await api.sent("sendFileByUrl", PICTURE)
    await api.sent("sendFileByUrl", {**PICTURE, "urlFile": gone})
    assert instance.messages == []
    assert [status for _, status in instance.journal] == [MessageStatus.FAILED] * 2


# Links to the storage


async def test_an_uploaded_file_is_sent_by_its_link(
    api: Api, instance: Instance
) -> None:
    url = await api.upload(PNG, name="cam.png")
    assert url.startswith(f"{api.simulator.media_url}/mediaout/{INSTANCE}/")
    assert url.endswith(".png")
    await api.sent("sendFileByUrl", {**PICTURE, "urlFile": url, "fileName": "a.jpg"})

    (message,) = instance.messages
    file = File(url=url, name="a.jpg", content_type="image/jpeg", content=PNG)
    assert message.file == file
    (kept,) = instance.uploads
    assert (kept.url, kept.name, kept.content_type) == (url, "cam.png", "image/png")
    assert (kept.content, kept.method) == (PNG, "uploadFile")
    assert await api.get(url) == (200, PNG, "image/png")


async def test_an_own_file_that_became_too_large(api: Api, instance: Instance) -> None:
    url = await api.upload(PNG, name="a.png")
    instance.largest_file = 10
    status, answer = await api("sendFileByUrl", {**PICTURE, "urlFile": url})
    assert status == 500
    assert answer["message"].endswith(f"Size: 1mb Limit: 0mb Url: {url}")


async def test_links_live_for_fifteen_days(
    api: Api, instance: Instance, clock: Clock
) -> None:
    url = await api.upload(PNG, name="cam.png")
    body = {**PICTURE, "urlFile": url}
    clock.forward(15 * DAY)
    await api.sent("sendFileByUrl", body)
    assert (await api.get(url))[0] == 200
    clock.forward(1)
    await api.sent("sendFileByUrl", body)
    assert (await api.get(url))[0] == 404

    arrived, failed = instance.journal
    assert [arrived[1], failed[1]] == ["delivered", "failed"]
    assert failed[0].file is not None
    assert failed[0].file.content is None


async def test_a_link_that_dies_in_the_queue(
    api: Api, instance: Instance, clock: Clock
) -> None:
    url = await api.upload(PNG, name="cam.png")
    clock.forward(15 * DAY - 10)
    instance.unlink()
    await api.sent("sendFileByUrl", {**PICTURE, "urlFile": url})
    clock.forward(11)
    instance.link()
    assert [status for _, status in instance.journal] == [MessageStatus.FAILED]


async def test_a_served_file_runs_nothing(api: Api) -> None:
    url = await api.upload(b"<script>alert(1)</script>", name="דף.html")
    async with api.session.get(url) as response:
        assert response.content_type == "text/html"
        assert "sandbox;" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        shown = f"inline; filename*=UTF-8''{quote('דף.html')}"
        assert response.headers["Content-Disposition"] == shown
    other = url.replace(INSTANCE, "7103000002")
    assert (await api.get(other))[0] == 404


@pytest.mark.parametrize(
    ("wanted", "status", "content", "told"),
    [
        ("bytes=1-3", 206, b"123", "bytes 1-3/10"),
        ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=10-", 416, None, "bytes */10"),
    ],
)
async def test_players_ask_for_parts(
    api: Api, wanted: str, status: int, content: bytes | None, told: str | None
) -> None:
    url = await api.upload(b"0123456789", name="a.mp4")
    async with api.session.get(url, headers={"Range": wanted}) as response:
        assert response.status == status
        assert response.headers.get("Content-Range") == told
        assert content in (None, await response.read())
