"""The action green_api.send_file, and what came of it."""

from base64 import b64encode
from hashlib import sha256
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from custom_components.green_api.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.actions import LANGUAGES, told
from tests.conftest import ANNA, told_by
from tests.simulator import Instance, Message, MessageType, Request, Upload

# What nobody may read in a log or an error.
USERNAME = "doorkeeper"
PASSWORD = "open-sésame 7"
BEARER = "eyJhbGciOi.J9-_~+/="
QUERY = "signature=5f4dcc3b5aa7"
IN_URL = f"{USERNAME}:{quote(PASSWORD)}@"
SECRETS = (
    USERNAME,
    PASSWORD,
    "s%C3%A9same",
    b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode(),
    BEARER,
    QUERY,
)


def some_bytes(size: int, seed: int = 0) -> bytes:
    """Return the content of a file, which is not the same all over."""
    return Random(seed).randbytes(size)  # noqa: S311  it is no secret


def with_login(url: str) -> str:
    """Return a URL with the user name and the password in it."""
    return url.replace("//", f"//{IN_URL}")


async def send_file(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Send with green_api.send_file, to Anna if to nobody else, and return what went."""
    if not {"chat_id", "entity_id"} & data.keys():
        data["chat_id"] = ANNA
    response = await hass.services.async_call(
        DOMAIN, "send_file", data, blocking=True, return_response=True
    )
    assert response is not None
    messages: list[dict[str, Any]] = response["messages"]  # type: ignore[assignment]
    return messages


async def failed(
    hass: HomeAssistant, instance: Instance, **data: Any
) -> HomeAssistantError:
    """Try to send what is not to be had: nothing is sent, and no secret is told."""
    with pytest.raises(HomeAssistantError) as raised:
        await send_file(hass, **data)
    assert raised.value.translation_domain == DOMAIN
    assert not sent(instance)
    assert instance.queue == instance.messages == []
    for language in LANGUAGES:
        text = await told(hass, raised.value, language) + told_by(raised.value)
        assert not [secret for secret in SECRETS if secret in text]
    return raised.value


def calls(instance: Instance, method: str) -> list[Request]:
    """Return the requests to a method, also those that failed."""
    return [each for each in instance.requests if each.method == method]


def sent(instance: Instance) -> list[Request]:
    """Return the requests that send anything, also those that failed."""
    return [each for each in instance.requests if each.method.startswith("send")]


def digest(content: bytes) -> str:
    """Return what two files have in common only if they are the same."""
    return sha256(content).hexdigest()


def arrived(instance: Instance, nth: int = 1) -> tuple[Message, Upload]:
    """Return the n-th file that arrived as the last one, and what was uploaded for it."""
    assert len(instance.messages) == len(instance.uploads) == nth
    message, upload = instance.messages[-1], instance.uploads[-1]
    assert message.file is not None
    assert message.file.url == upload.url
    return message, upload


def name_and_type(message: Message) -> tuple[str, MessageType]:
    """Return what people see of a file."""
    assert message.file is not None
    return message.file.name, message.type
