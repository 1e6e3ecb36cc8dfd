"""What Home Assistant's media selector picks: cameras, images, speech, local media."""

from collections.abc import Awaitable
from contextlib import suppress
import json
import logging
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from yarl import URL

from homeassistant.components.media_player.browse_media import (
    async_process_play_media_url,
)
from homeassistant.components.media_source import async_resolve_media
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, split_entity_id, valid_entity_id
from homeassistant.exceptions import HomeAssistantError

from ..errors import invalid, translated
from .content import Attachment, file_name, shown
from .local import InMemory, async_local_file
from .web import STREAMS, web_file

_LOGGER = logging.getLogger(__name__)

_SCHEME: Final = "media-source://"
_LOCAL: Final = f"{_SCHEME}media_source/"
_SPEECH: Final = f"{_SCHEME}tts/"
# These sources lead to an entity and would play it; a message takes a still of it.
_STILLS: Final = ("camera", "image")

_SPEECH_OPTIONS: Final = "tts_options"
_FORMAT: Final = "preferred_format"
_VOICE: Final = "opus"
_VOICE_TYPE: Final = "audio/ogg; codecs=opus"


async def async_media(hass: HomeAssistant, media: str, name: str | None) -> Attachment:
    """Return what a media content id stands for, or the still of an entity.

    Raises a HomeAssistantError if there is nothing that can be sent.
    """
    for domain in _STILLS:
        if (entity_id := media.removeprefix(f"{_SCHEME}{domain}/")).startswith(
            f"{domain}."
        ):
            return await _async_still(hass, entity_id, name)
    if media.startswith(_SPEECH):
        return await _async_speech(hass, media, name)
    if media.startswith(_SCHEME):
        return await _async_resolve(hass, media, name)
    if "://" in media:
        return web_file(hass, media, name=name)
    raise invalid("invalid_media", media=shown(media))


async def _async_still(
    hass: HomeAssistant, entity_id: str, name: str | None
) -> InMemory:
    """Take a picture now: the moment is what it is about."""
    state = hass.states.get(entity_id) if valid_entity_id(entity_id) else None
    if state is None:
        raise invalid("entity_not_found", entity=entity_id)
    if state.state == STATE_UNAVAILABLE:
        raise translated("entity_unavailable", entity=entity_id)
    domain, object_id = split_entity_id(entity_id)
    failed = translated("no_picture", entity=entity_id)
    # Imported where there is such an entity: what they need is installed with it.
    if domain == "camera":
        from homeassistant.components import camera  # noqa: PLC0415  not all have it

        still = await _ask(camera.async_get_image(hass, entity_id), failed)
        taken, kind = still.content, still.content_type
    else:
        from homeassistant.components import image  # noqa: PLC0415  not all have it

        picture = await _ask(image.async_get_image(hass, entity_id), failed)
        taken, kind = picture.content, picture.content_type
    return InMemory(taken, file_name(name, object_id), kind or "image/jpeg")


async def _async_speech(hass: HomeAssistant, media: str, name: str | None) -> InMemory:
    """Have a text spoken, as a voice message if the engine and ffmpeg allow it."""
    engine = _engine(media)
    # A name without a dot is one of the older engines, which are no entities.
    if engine.startswith("tts.") and hass.states.get(engine) is None:
        raise invalid("entity_not_found", entity=engine)
    if "tts" not in hass.config.components:
        raise invalid("media_not_found", media=shown(media))
    from homeassistant.components import tts  # noqa: PLC0415  not all have it

    failed = translated("no_speech", media=shown(media))
    # A name with another extension asks for another format.
    if PurePosixPath(name or "").suffix in {"", ".ogg", ".opus"}:
        with suppress(HomeAssistantError):
            extension, audio = await _ask(
                tts.async_get_media_source_audio(hass, _as_voice(media)), failed
            )
            if extension == _VOICE:
                return InMemory(audio, file_name(name, "voice.ogg"), _VOICE_TYPE)
    extension, audio = await _ask(tts.async_get_media_source_audio(hass, media), failed)
    return InMemory(audio, file_name(name, f"speech.{extension}"), "")


async def _async_resolve(
    hass: HomeAssistant, media: str, name: str | None
) -> Attachment:
    """Ask the media source where the file is."""
    found = await _ask(
        async_resolve_media(hass, media, None),
        translated("media_not_found", media=shown(media)),
    )
    if found.mime_type.lower() in STREAMS:
        raise translated("url_is_stream", url=shown(media))
    if found.path is not None:
        return await async_local_file(
            hass,
            str(found.path),
            name=name,
            content_type=found.mime_type,
            # What other sources hand out, they have checked; the media folders are
            # checked here, as a link in them may lead anywhere.
            anywhere=not media.startswith(_LOCAL),
        )
    own = found.url.startswith("/")
    try:
        url = async_process_play_media_url(hass, found.url)
    except HomeAssistantError as err:
        raise translated("no_own_url") from err
    # Home Assistant's certificate is for the name that the outside knows it by.
    return web_file(hass, url, name=name, verify_ssl=not own)


async def _ask[T](answer: Awaitable[T], failed: HomeAssistantError) -> T:
    """Return what another integration gives, or raise in its place."""
    try:
        return await answer
    # Integrations raise what they like, with secrets in it, too.
    except Exception as err:  # noqa: BLE001  as said above
        _LOGGER.debug("No media: %s", type(err).__name__)
    raise failed


def _engine(media: str) -> str:
    """Return who is to speak."""
    return unquote(media.removeprefix(_SPEECH).partition("?")[0]).strip("/")


def _as_voice(media: str) -> str:
    """Ask for the format of voice messages, unless another one is asked for."""
    url = URL(media)
    if _FORMAT in url.query:
        return media
    if (options := url.query.get(_SPEECH_OPTIONS)) is None:
        return str(url.update_query({_FORMAT: _VOICE}))
    try:
        wishes = {_FORMAT: _VOICE, **(json.loads(options) or {})}
    except TypeError, ValueError:
        return media
    return str(url.update_query({_SPEECH_OPTIONS: json.dumps(wishes)}))
