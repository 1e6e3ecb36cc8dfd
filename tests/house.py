"""A house with a camera, a picture, a voice, a person and a film: what the README speaks of."""

from io import BytesIO
from pathlib import Path
import struct
from typing import Any, override
import wave

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from homeassistant.components import media_source
from homeassistant.components.camera import Camera, const as camera
from homeassistant.components.image import ImageEntity, const as image
from homeassistant.components.tts import TextToSpeechEntity, TtsAudioType, const as tts
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

# The least that is a picture.
PICTURE = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffd9"
)


class FrontDoor(Camera):
    """A camera."""

    entity_id = "camera.front_door"

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes:
        """Take a picture."""
        return PICTURE


class Garden(ImageEntity):
    """A picture."""

    entity_id = "image.garden"

    @override
    async def async_image(self) -> bytes:
        """Return the picture."""
        return PICTURE


class Voice(TextToSpeechEntity):
    """A voice that hums."""

    entity_id = "tts.home"
    _attr_name = "Home"
    _attr_default_language = "en"
    _attr_supported_languages = ["en"]  # noqa: RUF012

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> TtsAudioType:
        """Return a tenth of a second for each letter."""
        audio = BytesIO()
        with wave.open(audio, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(struct.pack("<h", 1000) * 1600 * len(message))
        return "wav", audio.getvalue()


class Network(AbstractResolver):
    """A network in which every name and port lead to one server of the house."""

    def __init__(self) -> None:
        """Have no server yet."""
        self._runner = web.ServerRunner(web.Server(self._answer))
        self._port = 0

    async def start(self) -> None:
        """Listen."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]

    @override
    async def close(self) -> None:
        """Do nothing: sessions come and go."""

    async def real_close(self) -> None:
        """Do nothing, when Home Assistant stops, either."""

    async def stop(self) -> None:
        """Be gone."""
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        return web.Response(body=PICTURE, content_type="image/jpeg")

    @override
    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[ResolveResult]:
        """Return the server."""
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._port,
                family=2,
                proto=0,
                flags=0,
            )
        ]


def fill(media: Path) -> None:
    """Put a film and a picture into the media folder."""
    media.mkdir()
    (media / "doorbell.mp4").write_bytes(PICTURE)
    (media / "doorbell.jpg").write_bytes(PICTURE)


async def build_house(hass: HomeAssistant, media: Path) -> None:
    """Put all of it into Home Assistant."""
    fill(media)
    hass.config.media_dirs = {"local": str(media)}
    hass.config.allowlist_external_dirs = {str(media)}
    for domain in (media_source.DOMAIN, camera.DOMAIN, image.DOMAIN, tts.DOMAIN):
        assert await async_setup_component(hass, domain, {})
    await hass.data[camera.DATA_COMPONENT].async_add_entities([FrontDoor()])
    await hass.data[image.DATA_COMPONENT].async_add_entities([Garden(hass)])
    await hass.data[tts.DATA_COMPONENT].async_add_entities([Voice()])
    hass.states.async_set(
        "person.boris", "not_home", {"latitude": 55.75, "longitude": 37.62}
    )
