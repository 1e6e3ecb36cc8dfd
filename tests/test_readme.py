"""Every example in the README works as it stands there."""

from pathlib import Path
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, label_registry as lr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml.loader import Secrets, parse_yaml

from .conftest import TOKEN
from .simulator import Instance

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)


def examples(key: str) -> list[str]:
    """Return the examples with a key at the top."""
    found = [text for text in EXAMPLES if re.search(rf"^{key}:", text, re.MULTILINE)]
    assert found
    return found


@pytest.fixture
def parse(tmp_path: Path) -> Any:
    """Return a parser that knows the secrets the README speaks of."""
    (tmp_path / "secrets.yaml").write_text(f"green_api_token: {TOKEN}\n")

    def parse_example(text: str) -> Any:
        (tmp_path / "example.yaml").write_text(text)
        with (tmp_path / "example.yaml").open() as file:
            return parse_yaml(file, Secrets(tmp_path))

    return parse_example


@pytest.mark.parametrize("text", examples("action"))
async def test_action(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    parse: Any,
    text: str,
) -> None:
    script = {"script": {"example": {"sequence": [parse(text)]}}}
    assert await async_setup_component(hass, "script", script)

    await hass.services.async_call("script", "example", blocking=True)

    # A message that is still being typed is in the queue.
    assert instance.messages or instance.queue


@pytest.mark.parametrize("text", examples("automation"))
async def test_automation(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    entity_registry: er.EntityRegistry,
    label_registry: lr.LabelRegistry,
    parse: Any,
    text: str,
) -> None:
    label = label_registry.async_create("alarm")
    entity_registry.async_update_entity("notify.anna", labels={label.label_id})
    async_mock_service(hass, "siren", "turn_on")
    assert await async_setup_component(hass, "automation", parse(text))
    (automation,) = hass.states.async_entity_ids("automation")

    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": automation},
        blocking=True,
    )

    assert [message.chat_id for message in instance.messages] == ["79001234567@c.us"]


@pytest.mark.parametrize("text", examples("script"))
async def test_script(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    parse: Any,
    text: str,
) -> None:
    hass.states.async_set("input_text.whatsapp", "Hello")
    config = parse(text.replace('"00:30:00"', '"00:00:00"'))
    assert await async_setup_component(hass, "script", config)
    (name,) = config["script"]

    await hass.services.async_call("script", name, blocking=True)

    assert instance.messages


@pytest.mark.parametrize("text", examples("alert"))
async def test_alert(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    parse: Any,
    text: str,
) -> None:
    assert await async_setup_component(hass, "alert", parse(text))

    hass.states.async_set("binary_sensor.garage", "on")
    await hass.async_block_till_done()

    assert [message.text for message in instance.messages] == ["The garage is open"]
    hass.states.async_set("binary_sensor.garage", "off")
    await hass.async_block_till_done()


@pytest.mark.parametrize("text", examples("notify"))
async def test_moving_in(hass: HomeAssistant, parse: Any, text: str) -> None:
    assert await async_setup_component(hass, NOTIFY_DOMAIN, parse(text))
    await hass.async_block_till_done()

    assert hass.services.has_service(NOTIFY_DOMAIN, "whatsapp")


@pytest.mark.parametrize("text", examples("messages"))
def test_response(parse: Any, text: str) -> None:
    (message,) = parse(text)["messages"]

    assert list(message) == ["chat_id", "entity_id", "message_id"]
