"""What is said of a file: under it, or behind it if it does not fit there."""

from pathlib import Path

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from tests.actions import text, told
from tests.conftest import ANNA, BORIS
from tests.simulator import Instance, MessageType

from .sending import calls, failed, send_file, sent

pytestmark = pytest.mark.usefixtures("loaded")

PIZZA = "\N{SLICE OF PIZZA}"


@pytest.fixture
def door(media: Path) -> str:
    """Return a picture that may be sent."""
    (media / "door.jpg").write_bytes(b"\xff\xd8")
    return str(media / "door.jpg")


def said(instance: Instance) -> tuple[str | None, list[str]]:
    """Return what arrived under the last file, and what arrived behind it."""
    requests = sent(instance)
    methods = [each.method for each in requests]
    file, *texts = requests[-methods[::-1].index("sendFileByUrl") - 1 :]
    assert isinstance(file.json, dict)
    assert (file.method, file.unknown_keys) == ("sendFileByUrl", ())
    caption = file.json.get("caption")
    assert caption is None or isinstance(caption, str)
    assert instance.messages[-len(texts) - 1].text == (caption or "")
    behind = [each.text for each in instance.messages[-len(texts) :]] if texts else []
    assert {each.method for each in texts} <= {"sendMessage"}
    return caption, behind


async def test_what_fits_under_a_file(
    hass: HomeAssistant, instance: Instance, door: str, subtests: pytest.Subtests
) -> None:
    for caption in (
        "Somebody is at the door",
        "*bold*\n\n\u05e9\u05dc\u05d5\u05dd, \N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
        "x" * 1024,
        PIZZA * 512,
    ):
        with subtests.test(length=len(caption)):
            await send_file(hass, path=door, caption=caption)
            assert said(instance) == (caption, [])
    # YAML knows emoji as two halves.
    await send_file(hass, path=door, caption="\ud83c\udf55 \ud83c")
    assert said(instance) == (f"{PIZZA} \ufffd", [])


async def test_what_does_not_fit_under_a_file(
    hass: HomeAssistant, instance: Instance, door: str, subtests: pytest.Subtests
) -> None:
    for caption in ("x" * 1025, PIZZA * 513, "x" * 1023 + PIZZA, "x" * 5000):
        with subtests.test(length=len(caption)):
            response = await send_file(hass, path=door, caption=caption)
            under, behind = said(instance)
            assert under is None
            assert "".join(behind) == caption
            assert len(response) == 1 + len(behind)
            assert [each["message_id"] for each in response] == [
                each.id for each in instance.messages[-len(response) :]
            ]


async def test_a_caption_of_which_nothing_is_seen(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    for caption in ("", " \n", "\u200b\u2060"):
        await send_file(hass, path=door, caption=caption)
        assert said(instance) == (None, [])


async def test_whatsapp_shows_nothing_under_a_sound(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    for extension in [
        "mp3",
        "ogg",
        "oga",
        "opus",
        "m4a",
        "aac",
        "wav",
        "amr",
        "flac",
        "OGG",
    ]:
        with subtests.test(extension=extension):
            (media / f"ring.{extension}").write_bytes(b"ding")
            await send_file(hass, path=f"{media}/ring.{extension}", caption="Ding")
            assert instance.messages[-2].type is MessageType.AUDIO
            assert said(instance) == (None, ["Ding"])


async def test_whatsapp_shows_it_under_all_else(
    hass: HomeAssistant, instance: Instance, media: Path, subtests: pytest.Subtests
) -> None:
    for extension in ["jpg", "png", "webp", "mp4", "mov", "3gp", "mkv", "pdf", "txt"]:
        with subtests.test(extension=extension):
            (media / f"door.{extension}").write_bytes(b"ding")
            await send_file(hass, path=f"{media}/door.{extension}", caption="Ding")
            assert instance.messages[-1].type is not MessageType.AUDIO
            assert said(instance) == ("Ding", [])


async def test_a_text_that_is_too_long_for_green_api(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    error = await failed(hass, instance, path=door, caption="x" * 20_001)
    assert isinstance(error, ServiceValidationError)
    assert await told(hass, error) == text(
        "message_too_long", length="20001", limit="20000"
    )
    assert calls(instance, "uploadFile") == []


async def test_the_file_is_the_answer_to_a_message(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    await send_file(hass, path=door, quoted_message_id="3EB0", caption="x" * 1025)
    assert [each.quoted_message_id for each in instance.messages] == ["3EB0", None]


async def test_the_file_is_the_answer_to_nothing(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    """As a template may find no message."""
    await send_file(hass, path=door, quoted_message_id=" ")
    assert [each.quoted_message_id for each in instance.messages] == [None]


async def test_several_chats_read_the_same(
    hass: HomeAssistant, instance: Instance, door: str
) -> None:
    await send_file(hass, path=door, caption="x" * 1025, chat_id=[ANNA, BORIS])
    for chat_id in (ANNA, BORIS):
        file, behind = (each for each in instance.messages if each.chat_id == chat_id)
        assert (file.type, file.text) == (MessageType.IMAGE, "")
        assert (behind.type, behind.text) == (MessageType.TEXT, "x" * 1025)
    assert len(instance.uploads) == 1
