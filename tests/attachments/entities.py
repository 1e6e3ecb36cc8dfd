"""A camera, an image and a voice that do as they are told."""

from collections.abc import Mapping
import io
from typing import Any, override
import wave

from homeassistant.components.camera import Camera
from homeassistant.components.image import ImageEntity
from homeassistant.components.tts import TextToSpeechEntity, TtsAudioType
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component


async def add_entity(hass: HomeAssistant, entity: Entity) -> None:
    """Have an entity in Home Assistant."""
    domain = entity.entity_id.partition(".")[0]
    assert await async_setup_component(hass, domain, {})
    await hass.data[DATA_INSTANCES][domain].async_add_entities([entity])
    await hass.async_block_till_done()


class FakeCamera(Camera):
    """A camera that shows what it is told to."""

    def __init__(self) -> None:
        """Show something."""
        super().__init__()
        self.entity_id = "camera.front_door"
        self.picture: bytes | Exception | None = b"\xff\xd8camera"
        self.times_asked = 0

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return the picture."""
        self.times_asked += 1
        if isinstance(self.picture, Exception):
            raise self.picture
        return self.picture

    def show(self, **attributes: object) -> None:
        """Change, and let Home Assistant know."""
        for name, value in attributes.items():
            setattr(self, name, value)
        self.async_write_ha_state()


class FakeImage(ImageEntity):
    """An image that shows what it is told to."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Show something."""
        super().__init__(hass)
        self.entity_id = "image.front_door"
        self.picture: bytes | Exception | None = b"\x89PNG image"
        self.times_asked = 0
        self._attr_content_type = "image/png"

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture."""
        self.times_asked += 1
        if isinstance(self.picture, Exception):
            raise self.picture
        return self.picture

    def show(self, **attributes: object) -> None:
        """Change, and let Home Assistant know."""
        for name, value in attributes.items():
            setattr(self, name, value)
        self.async_write_ha_state()


class FakeVoice(TextToSpeechEntity):
    """A voice that says everything with the same sound."""

    _attr_name = "House"
    _attr_default_language = "en"

    def __init__(self) -> None:
        """Be able to speak."""
        self.entity_id = "tts.house"
        self._attr_supported_languages = ["en", "he"]
        self._attr_supported_options = ["voice"]
        self.speaks: TtsAudioType | Exception = ("wav", sound())
        self.said: list[tuple[str, str, Mapping[str, Any]]] = []

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> TtsAudioType:
        """Say something."""
        self.said.append((message, language, dict(options)))
        if isinstance(self.speaks, Exception):
            raise self.speaks
        return self.speaks


def sound() -> bytes:
    """Return a tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(16_000)
        audio.writeframes(bytes(3200))
    return file.getvalue()
