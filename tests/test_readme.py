"""Every example in the README works as it stands there."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    aiohttp_client,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml.loader import Secrets, parse_yaml

from .actions import asked, send_message
from .calls import act, ids
from .conftest import ANNA, TOKEN
from .house import PICTURE, Network, build_house
from .integration_source import INTEGRATION, read_yaml
from .simulator import Instance
from .simulator.models import File
from .simulator.testing import until

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)


# What only an instance that receives can do.
RECEIVING = re.compile(r"green_api\.message_|wait_for")


def examples(key: str, *, receiving: bool = False) -> list[str]:
    """Return the examples with a key at the top."""
    found = [
        text
        for text in EXAMPLES
        if re.search(rf"^{key}:", text, re.MULTILINE)
        and bool(RECEIVING.search(text)) is receiving
    ]
    assert found
    return found


@pytest.fixture
async def receiving(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> AsyncGenerator[None]:
    """Have the instance loaded, receiving, and its messages arrive at once."""
    instance.poll_scale = 0.002
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"mode": "poll"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: "receiveNotification" in asked(instance))
    yield
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def parse(tmp_path: Path) -> Any:
    """Return a parser that knows the secrets the README speaks of."""
    (tmp_path / "secrets.yaml").write_text(f"green_api_token: {TOKEN}\n")

    def parse_example(text: str) -> Any:
        text = text.replace("/media/", f"{tmp_path}/media/")
        (tmp_path / "example.yaml").write_text(text)
        with (tmp_path / "example.yaml").open() as file:
            return parse_yaml(file, Secrets(tmp_path))

    return parse_example


# What the API is asked in the end.
METHODS = {
    "notify.send_message": "sendMessage",
    "notify.green_api": "sendFileByUrl",
    "green_api.send_message": "sendMessage",
    "green_api.send_file": "sendFileByUrl",
    "green_api.send_location": "sendLocation",
    "green_api.send_contact": "sendContact",
    "green_api.send_poll": "sendPoll",
    "green_api.edit_message": "editMessage",
    "green_api.delete_message": "deleteMessage",
    "green_api.forward_message": "forwardMessages",
    "green_api.mark_read": "readChat",
    "green_api.check_number": "checkWhatsapp",
    "green_api.get_chats": "getContacts",
    "green_api.get_messages": "getChatHistory",
}
# What stays in Home Assistant.
OWN = {"green_api.cancel", "green_api.get_outbox"}


@pytest.fixture
async def house(
    hass: HomeAssistant,
    socket_enabled: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[None]:
    """Have in the house what the README speaks of."""
    network = Network()
    await network.start()
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: network)
    await build_house(hass, tmp_path / "media")
    yield
    await network.stop()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("text", examples("action"))
async def test_action(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    parse: Any,
    text: str,
) -> None:
    await send_message(hass, "It rains", entity_id="notify.anna", tag="window")
    config = parse(text)
    script = {"script": {"example": {"sequence": [config]}}}
    assert await async_setup_component(hass, "script", script)
    instance.requests.clear()

    await hass.services.async_call("script", "example", blocking=True)

    if config["action"] not in OWN:
        assert METHODS[config["action"]] in asked(instance)
    assert {each.status for each in instance.requests} <= {200}


def test_every_action_has_an_example() -> None:
    actions = {f"green_api.{name}" for name in read_yaml(INTEGRATION / "services.yaml")}

    shown = set(re.findall(r"^[ -]*action: (\S+)", "\n".join(EXAMPLES), re.MULTILINE))

    assert shown >= actions


@pytest.mark.usefixtures("receiving")
@pytest.mark.parametrize("text", examples("action", receiving=True))
async def test_action_that_waits(
    hass: HomeAssistant, instance: Instance, parse: Any, text: str
) -> None:
    config = parse(text)
    script = {"script": {"example": {"sequence": [config]}}}
    assert await async_setup_component(hass, "script", script)

    await hass.services.async_call("script", "example", blocking=True)

    assert [message.chat_id for message in instance.messages] == [ANNA]


@pytest.mark.usefixtures("house", "receiving")
@pytest.mark.parametrize("text", examples("automation", receiving=True))
async def test_automation_that_hears(
    hass: HomeAssistant, instance: Instance, parse: Any, text: str
) -> None:
    hass.states.async_set("binary_sensor.window", "on")
    assert await async_setup_component(hass, "automation", parse(text))
    question = {"question": "Alarm?", "options": ["Yes", "No"]}
    [poll] = ids(await act(hass, "send_poll", chat_id=ANNA, **question))
    before = len(instance.messages)

    instance.receive(ANNA, "Is the window open?")
    instance.receive(ANNA, "Look", file=File(name="a.jpg", content=PICTURE))
    instance.vote(ANNA, poll, ["Yes"])

    await until(lambda: len(instance.messages) > before)
    assert instance.messages[-1].chat_id == ANNA
    await hass.async_block_till_done()


@pytest.mark.usefixtures("house")
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
    kept = async_mock_service(hass, "input_text", "set_value")
    hass.states.async_set("binary_sensor.window", "on")
    assert await async_setup_component(hass, "automation", parse(text))
    (automation,) = hass.states.async_entity_ids("automation")

    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": automation},
        blocking=True,
    )

    (message,) = instance.messages
    assert message.chat_id == "79001234567@c.us"
    assert {call.data["value"] for call in kept} <= {message.id}


@pytest.mark.usefixtures("loaded")
async def test_an_alert_disappears_after_hours(
    hass: HomeAssistant,
    instance: Instance,
    parse: Any,
    freezer: FrozenDateTimeFactory,
) -> None:
    (text,) = (each for each in EXAMPLES if "window_message" in each)
    helper = {"input_text": {"window_message": {"name": "Window message"}}}
    assert await async_setup_component(hass, "input_text", helper)
    assert await async_setup_component(hass, "automation", parse(text))
    hass.states.async_set("binary_sensor.window", "on")
    await hass.async_block_till_done()
    assert [each.deleted for each in instance.messages] == [False]

    freezer.tick(timedelta(hours=5))
    hass.states.async_set("binary_sensor.window", "off")
    await hass.async_block_till_done()

    assert [each.deleted for each in instance.messages] == [True]


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

    told = ["status", "outbox_id"] if "status" in message else ["message_id"]
    assert list(message) == ["chat_id", "entity_id", *told]
