"""What the media selector picks: stills, voices, local media, and what others offer."""

from pathlib import Path
import shutil
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import (
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from homeassistant.components import tts
from homeassistant.components.media_source import (
    MediaSource,
    MediaSourceItem,
    PlayMedia,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from tests.actions import text, told
from tests.conftest import ANNA, BORIS
from tests.simulator import Instance, MessageType

from .entities import FakeCamera, FakeImage, FakeVoice, add_entity
from .sending import (
    PASSWORD,
    QUERY,
    USERNAME,
    arrived,
    calls,
    failed,
    name_and_type,
    send_file,
    with_login,
)
from .web_server import Basic, WebServer

pytestmark = pytest.mark.usefixtures("loaded")

JPEG = "image/jpeg"

type Still = FakeCamera | FakeImage


# Stills


@pytest.fixture
async def camera(hass: HomeAssistant) -> FakeCamera:
    """Have a camera."""
    camera = FakeCamera()
    await add_entity(hass, camera)
    return camera


@pytest.fixture(params=["camera", "image"])
async def still(request: pytest.FixtureRequest, hass: HomeAssistant) -> Still:
    """Have a camera or an image."""
    still: Still = FakeCamera() if request.param == "camera" else FakeImage(hass)
    await add_entity(hass, still)
    return still


async def test_a_still(hass: HomeAssistant, instance: Instance, still: Still) -> None:
    domain = still.entity_id.partition(".")[0]
    extension = {"camera": "jpg", "image": "png"}[domain]
    content_id = f"media-source://{domain}/{still.entity_id}"
    ways: tuple[Any, ...] = (
        still.entity_id,
        f" {still.entity_id}\n",
        content_id,
        {
            "media_content_id": content_id,
            "media_content_type": "application/vnd.apple.mpegurl",
            "metadata": {"title": "Front door", "navigateIds": [{}]},
        },
    )
    for nth, media in enumerate(ways, 1):
        await send_file(hass, media=media)
        message, upload = arrived(instance, nth)
        assert name_and_type(message) == (f"front_door.{extension}", MessageType.IMAGE)
        assert upload.content == still.picture
        assert still.times_asked == nth


async def test_the_name_of_a_still(
    hass: HomeAssistant, instance: Instance, camera: FakeCamera
) -> None:
    await send_file(hass, media=camera.entity_id, file_name="מי בדלת")
    assert name_and_type(arrived(instance)[0]) == ("מי בדלת.jpg", MessageType.IMAGE)
    camera.content_type = "image/png"
    await send_file(hass, media=camera.entity_id)
    assert name_and_type(arrived(instance, 2)[0]) == (
        "front_door.png",
        MessageType.IMAGE,
    )


async def test_a_still_for_several_chats_is_taken_once(
    hass: HomeAssistant, instance: Instance, camera: FakeCamera
) -> None:
    await send_file(hass, media=camera.entity_id, chat_id=[ANNA, BORIS])
    assert {each.chat_id for each in instance.messages} == {ANNA, BORIS}
    assert camera.times_asked == len(instance.uploads) == 1


async def test_no_still_is_taken_for_nobody(
    hass: HomeAssistant, instance: Instance, camera: FakeCamera
) -> None:
    await failed(hass, instance, media=camera.entity_id, chat_id=[ANNA, "Nobody"])
    await failed(hass, instance, media=camera.entity_id, chat_id=[])
    await failed(
        hass, instance, media=camera.entity_id, caption="x" * 20_001, chat_id=ANNA
    )
    assert camera.times_asked == 0


async def test_an_entity_without_a_picture(
    hass: HomeAssistant, instance: Instance, still: Still, subtests: pytest.Subtests
) -> None:
    for picture in (None, b"", HomeAssistantError("broken"), KeyError("model")):
        with subtests.test(picture=repr(picture)):
            still.picture = picture
            error = await failed(hass, instance, media=still.entity_id)
            assert await told(hass, error) == text("no_picture", entity=still.entity_id)
    assert calls(instance, "uploadFile") == []


async def test_an_entity_that_is_not_available(
    hass: HomeAssistant, instance: Instance, still: Still
) -> None:
    still.show(_attr_available=False)
    assert hass.states.is_state(still.entity_id, STATE_UNAVAILABLE)
    error = await failed(hass, instance, media=still.entity_id)
    assert await told(hass, error) == text("entity_unavailable", entity=still.entity_id)
    assert still.times_asked == 0


async def test_a_camera_that_is_off(
    hass: HomeAssistant, instance: Instance, camera: FakeCamera
) -> None:
    camera.show(_attr_is_on=False)
    error = await failed(hass, instance, media=camera.entity_id)
    assert await told(hass, error) == text("no_picture", entity=camera.entity_id)


async def test_an_entity_that_is_not_there(
    hass: HomeAssistant,
    instance: Instance,
    camera: FakeCamera,
    subtests: pytest.Subtests,
) -> None:
    # Nobody's: a state without an entity behind it.
    hass.states.async_set("camera.ghost", "idle")
    hass.states.async_set("image.ghost", "idle")
    for media, entity_id, key in (
        ("camera.back_door", "camera.back_door", "entity_not_found"),
        ("image.back_door", "image.back_door", "entity_not_found"),
        ("media-source://camera/camera.x", "camera.x", "entity_not_found"),
        ("media-source://image/image.x", "image.x", "entity_not_found"),
        ("camera.", "camera.", "entity_not_found"),
        ("camera.front door!", "camera.front door!", "entity_not_found"),
        ("camera.ghost", "camera.ghost", "no_picture"),
        ("image.ghost", "image.ghost", "no_picture"),
    ):
        with subtests.test(media=media):
            error = await failed(hass, instance, media=media)
            assert await told(hass, error) == text(key, entity=entity_id)


# Voices


def is_voice(content: bytes) -> bool:
    """Return whether this is what WhatsApp takes for a voice message: Opus in Ogg."""
    return content.startswith(b"OggS") and b"OpusHead" in content[:100]


@pytest.fixture
async def voice(hass: HomeAssistant, tmp_path: Path) -> FakeVoice:
    """Have a voice."""
    # Where spoken texts are kept.
    hass.config.config_dir = str(tmp_path)
    voice = FakeVoice()
    await add_entity(hass, voice)
    return voice


@pytest.fixture
async def _no_ffmpeg(hass: HomeAssistant) -> None:
    """Have nothing that makes one format of another."""
    config = {"ffmpeg": {"ffmpeg_bin": "/nonexistent/ffmpeg"}}
    assert await async_setup_component(hass, "ffmpeg", config)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
async def test_a_spoken_text_is_a_voice_message(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice
) -> None:
    said = "הדלת פתוחה 🚪 & 100 % + a=b?c#d"
    content_id = tts.generate_media_source_id(
        hass, said, voice.entity_id, "he", {"voice": "Dana"}, cache=False
    )
    await send_file(hass, media=content_id)
    message, upload = arrived(instance)
    assert name_and_type(message) == ("voice.ogg", MessageType.AUDIO)
    assert upload.content_type == "audio/ogg"
    assert is_voice(upload.content)
    ((message_said, language, options),) = voice.said
    assert (message_said, language) == (said, "he")
    assert options["voice"] == "Dana"


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
async def test_a_spoken_text_as_a_person_writes_it(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice
) -> None:
    for nth, (query, name, is_opus) in enumerate(
        (
            ("message=Ding 1", "voice.ogg", True),
            ("message=Ding 2&voice=Dana", "voice.ogg", True),
            ("message=Ding 3&preferred_format=wav", "speech.wav", False),
            ('message=Ding 4&tts_options={"voice":"Dana"}', "voice.ogg", True),
            (
                'message=Ding 5&tts_options={"preferred_format":"wav"}',
                "speech.wav",
                False,
            ),
        ),
        1,
    ):
        await send_file(hass, media=f"media-source://tts/tts.house?{query}")
        message, upload = arrived(instance, nth)
        assert name_and_type(message) == (name, MessageType.AUDIO)
        assert is_voice(upload.content) is is_opus
    assert [said for said, *_ in voice.said] == [f"Ding {n}" for n in range(1, 6)]
    assert [options.get("voice") for *_, options in voice.said] == [
        None,
        "Dana",
        None,
        "Dana",
        None,
    ]


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
async def test_the_name_of_a_spoken_text(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice
) -> None:
    media = "media-source://tts/tts.house?message=Ding"
    await send_file(hass, media=media, file_name="דלת")
    message, upload = arrived(instance)
    assert name_and_type(message) == ("דלת.ogg", MessageType.AUDIO)
    assert is_voice(upload.content)
    # Whoever wants it to be music gets no voice message that only is called so.
    await send_file(hass, media=media, file_name="Ding.mp3")
    message, upload = arrived(instance, 2)
    assert name_and_type(message) == ("Ding.mp3", MessageType.AUDIO)
    assert not is_voice(upload.content)


@pytest.mark.usefixtures("_no_ffmpeg")
async def test_a_spoken_text_without_ffmpeg(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice
) -> None:
    voice.speaks = ("mp3", b"ID3 sound")
    await send_file(hass, media="media-source://tts/tts.house?message=Ding")
    message, upload = arrived(instance)
    assert name_and_type(message) == ("speech.mp3", MessageType.AUDIO)
    assert b"sound" in upload.content


async def test_a_text_that_nobody_can_speak(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice, subtests: pytest.Subtests
) -> None:
    voice.speaks = KeyError("model")
    for engine, query in (
        ("tts.house", "?message=I love you"),
        ("tts.house", "?message=I love you&tts_options=["),
        ("tts.house", "?message=I love you&tts_options=[1]"),
        ("tts.house", ""),
        ("cloud", "?message=I love you"),
    ):
        with subtests.test(engine=engine, query=query):
            media = f"media-source://tts/{engine}"
            error = await failed(hass, instance, media=f"{media}{query}")
            # What was to be said is nobody else's business.
            assert await told(hass, error) == text("no_speech", media=media)


async def test_a_voice_that_is_not_there(
    hass: HomeAssistant, instance: Instance, voice: FakeVoice
) -> None:
    error = await failed(hass, instance, media="media-source://tts/tts.home?message=I")
    assert await told(hass, error) == text("entity_not_found", entity="tts.home")


async def test_a_house_without_a_voice(hass: HomeAssistant, instance: Instance) -> None:
    for engine, key in (
        ("tts.house", text("entity_not_found", entity="tts.house")),
        ("cloud", text("media_not_found", media="media-source://tts/cloud")),
    ):
        media = f"media-source://tts/{engine}?message=I love you"
        assert await told(hass, await failed(hass, instance, media=media)) == key


# Local media


@pytest.fixture
async def local_media(hass: HomeAssistant, media: Path) -> Path:
    """Have media to choose from; return the folder they are in."""
    assert await async_setup_component(hass, "media_source", {})
    return media


async def test_local_media(
    hass: HomeAssistant, instance: Instance, local_media: Path
) -> None:
    (local_media / "חדרים").mkdir()
    for nth, (name, kind) in enumerate(
        (
            ("door.jpg", MessageType.IMAGE),
            ("חדרים/clip & 100%.mp4", MessageType.VIDEO),
            ("ring.mp3", MessageType.AUDIO),
        ),
        1,
    ):
        (local_media / name).write_bytes(name.encode())
        await send_file(hass, media=f"media-source://media_source/local/{name}")
        message, upload = arrived(instance, nth)
        assert name_and_type(message) == (name.rpartition("/")[2], kind)
        assert upload.content == name.encode()


async def test_local_media_that_are_not_to_be_had(
    hass: HomeAssistant,
    instance: Instance,
    local_media: Path,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"\xff\xd8")
    (local_media / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (local_media / "rooms.jpg").mkdir()
    for name, key, path in (
        ("local/missing.jpg", "file_not_found", local_media / "missing.jpg"),
        ("local/link.jpg", "path_not_allowed", local_media / "link.jpg"),
        ("local/rooms.jpg", "path_is_folder", local_media / "rooms.jpg"),
        ("local/../secret.jpg", "media_not_found", None),
        ("local//etc/passwd", "media_not_found", None),
        ("elsewhere/door.jpg", "media_not_found", None),
        ("local", "media_not_found", None),
        ("", "media_not_found", None),
    ):
        with subtests.test(name=name):
            media = f"media-source://media_source/{name}"
            error = await failed(hass, instance, media=media)
            shown = {"path": str(path)} if path else {"media": media}
            assert await told(hass, error) == text(key, **shown)
    assert calls(instance, "uploadFile") == []


async def test_a_house_without_media(hass: HomeAssistant, instance: Instance) -> None:
    media = "media-source://media_source/local/door.jpg"
    error = await failed(hass, instance, media=media)
    assert await told(hass, error) == text("media_not_found", media=media)


# What others offer


class FakeSource(MediaSource):
    """An integration with media, as a recorder of cameras has them."""

    def __init__(self) -> None:
        """Offer nothing yet."""
        super().__init__("test")
        self.found: dict[str, PlayMedia | Exception] = {}

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return where something is."""
        found = self.found[item.identifier]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
async def source(hass: HomeAssistant) -> FakeSource:
    """Have an integration with media."""
    source = FakeSource()

    async def async_get_media_source(hass: HomeAssistant) -> FakeSource:
        return source

    platform = MockPlatform()
    platform.async_get_media_source = async_get_media_source  # type: ignore[attr-defined]
    mock_integration(hass, MockModule("test"))
    mock_platform(hass, "test.media_source", platform)
    assert await async_setup_component(hass, "test", {})
    assert await async_setup_component(hass, "media_source", {})
    return source


async def test_a_file_of_another_integration(
    hass: HomeAssistant, instance: Instance, source: FakeSource, tmp_path: Path
) -> None:
    """It has decided by itself who may have it, wherever it lies."""
    path = tmp_path / "recording.bin"
    path.write_bytes(b"film")
    source.found["clip/1"] = PlayMedia("/api/clip/1", "video/mp4", path=path)
    source.found["clip/2"] = PlayMedia("/api/clip/2", "video/mp4", path=path / "gone")
    await send_file(hass, media="media-source://test/clip/1", file_name="Clip.mp4")
    message, upload = arrived(instance)
    assert name_and_type(message) == ("Clip.mp4", MessageType.VIDEO)
    assert upload.content == b"film"

    with pytest.raises(ServiceValidationError) as raised:
        await send_file(hass, media="media-source://test/clip/2")
    assert await told(hass, raised.value) == text(
        "file_not_found", path=str(path / "gone")
    )


async def test_a_url_of_another_integration(
    hass: HomeAssistant, instance: Instance, source: FakeSource, web_server: WebServer
) -> None:
    url = web_server.serve("/clip", b"film", "video/mp4")
    web_server.guard("/clip", Basic(USERNAME, PASSWORD))
    source.found["clip"] = PlayMedia(f"{with_login(url)}?{QUERY}", "video/mp4")
    await send_file(hass, media="media-source://test/clip")
    message, upload = arrived(instance)
    assert name_and_type(message) == ("clip.mp4", MessageType.VIDEO)
    assert upload.content == b"film"
    assert web_server.paths[-1] == f"/clip?{QUERY}"


async def test_an_address_of_home_assistant_itself(
    hass: HomeAssistant, instance: Instance, source: FakeSource, web_server: WebServer
) -> None:
    """It wants a signature, as who asks has not logged in."""
    web_server.serve("/api/clip.mp4", b"film", "video/mp4")
    hass.config.internal_url = web_server.url
    source.found["clip"] = PlayMedia("/api/clip.mp4", "video/mp4")
    await send_file(hass, media="media-source://test/clip")
    message, upload = arrived(instance)
    assert name_and_type(message) == ("clip.mp4", MessageType.VIDEO)
    assert upload.content == b"film"
    (path,) = web_server.paths
    assert path.startswith("/api/clip.mp4?authSig=")


async def test_media_of_others_that_are_not_to_be_had(
    hass: HomeAssistant, instance: Instance, source: FakeSource, web_server: WebServer
) -> None:
    media = "media-source://test/clip"
    missing = f"{web_server.url}/missing"
    cases: tuple[tuple[PlayMedia | Exception, str], ...] = (
        (
            PlayMedia("/api/hls/1.m3u8", "application/vnd.apple.mpegurl"),
            text("url_is_stream", url=media),
        ),
        (
            PlayMedia("http://127.0.0.1/x", "application/x-mpegURL"),
            text("url_is_stream", url=media),
        ),
        (
            PlayMedia(f"{with_login('rtsp://127.0.0.1/live')}?{QUERY}", "video/mp4"),
            text("invalid_file_url", url="rtsp://127.0.0.1/live"),
        ),
        (
            PlayMedia(f"{with_login(missing)}?{QUERY}", "video/mp4"),
            text("url_failed", url=missing, status="404"),
        ),
        (HomeAssistantError("gone"), text("media_not_found", media=media)),
        (KeyError("x"), text("media_not_found", media=media)),
    )
    for found, expected in cases:
        source.found["clip"] = found
        error = await failed(hass, instance, media=f"{media}")
        assert await told(hass, error) == expected


async def test_a_home_assistant_that_does_not_know_its_address(
    hass: HomeAssistant, instance: Instance, source: FakeSource
) -> None:
    hass.config.api = None
    source.found["clip"] = PlayMedia("/api/clip.mp4", "video/mp4")
    error = await failed(hass, instance, media="media-source://test/clip")
    assert await told(hass, error) == text("no_own_url")


# All the rest


async def test_a_web_address_as_media(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    url = web_server.serve("/door.jpg", b"\xff\xd8", JPEG)
    web_server.guard("/door.jpg", Basic(USERNAME, PASSWORD))
    media = {"media_content_id": with_login(url), "media_content_type": JPEG}
    await send_file(hass, media=media)
    assert name_and_type(arrived(instance)[0]) == ("door.jpg", MessageType.IMAGE)


async def test_a_web_address_in_capitals_as_media(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    url = web_server.serve("/door.jpg", b"\xff\xd8", JPEG)
    await send_file(hass, media=url.replace("http", "HTTP"))
    arrived(instance)


async def test_what_is_no_media(
    hass: HomeAssistant,
    instance: Instance,
    source: FakeSource,
    subtests: pytest.Subtests,
) -> None:
    for media, key in (
        ("door.jpg", "invalid_media"),
        ("/media/door.jpg", "invalid_media"),
        ("light.kitchen", "invalid_media"),
        ("camera", "invalid_media"),
        ("media-source://", "media_not_found"),
        ("media-source://camera", "media_not_found"),
        ("media-source://radio/1", "media_not_found"),
        ("media-source://Test/clip", "media_not_found"),
        ("media-source://test", "media_not_found"),
        ("media-source://test/nothing", "media_not_found"),
    ):
        with subtests.test(media=media):
            error = await failed(hass, instance, media=media)
            assert await told(hass, error) == text(key, media=media)


async def test_an_address_that_home_assistant_cannot_fetch(
    hass: HomeAssistant, instance: Instance
) -> None:
    media = f"{with_login('rtsp://127.0.0.1/live')}?{QUERY}"
    error = await failed(hass, instance, media=media)
    assert await told(hass, error) == text(
        "invalid_file_url", url="rtsp://127.0.0.1/live"
    )
