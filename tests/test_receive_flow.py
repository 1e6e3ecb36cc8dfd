"""Choosing how to receive while an instance is set up."""

from typing import Any

import pytest

from custom_components.green_api.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .conftest import ANNA, INSTANCE_ID, TOKEN
from .simulator import FaultKind, Instance, Simulator
from .simulator.testing import until


@pytest.fixture(autouse=True)
def _quick(instance: Instance) -> None:
    """Let empty polls end soon."""
    instance.poll_scale = 0.002


@pytest.fixture
async def form(hass: HomeAssistant, simulator: Simulator) -> ConfigFlowResult:
    """Come as far as the question how to receive."""
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    server = {"api_url": simulator.url, "media_url": simulator.url}
    result = await flow.async_configure(
        result["flow_id"],
        {"instance_id": INSTANCE_ID, "token": TOKEN, "server": server},
    )
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "receive")
    return result


async def choose(
    hass: HomeAssistant, form: ConfigFlowResult, choice: dict[str, Any]
) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(form["flow_id"], choice)


async def end(hass: HomeAssistant) -> None:
    """Unload, so that nothing is left running."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_polling_is_what_is_proposed(
    hass: HomeAssistant, form: ConfigFlowResult
) -> None:
    assert form["data_schema"]
    assert form["data_schema"]({}) == {"mode": "poll"}
    result = await choose(hass, form, {})
    entry: ConfigEntry = result["result"]
    assert entry.options == {"mode": "poll"}
    await end(hass)


async def test_the_first_chat_comes_before_the_restart(
    hass: HomeAssistant, form: ConfigFlowResult, instance: Instance
) -> None:
    """An instance that restarts has no contacts to tell, for minutes."""
    instance.starting_seconds = 60
    result = await choose(hass, form, {"mode": "poll"})
    _, flow_id = result["next_flow"]
    flows = hass.config_entries.subentries
    await hass.async_block_till_done()
    assert flows.async_get(flow_id)["step_id"] == "user"
    assert instance.settings["incomingWebhook"] == "no"
    chat = await flows.async_configure(flow_id, {"chat": ANNA})
    assert chat["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    await end(hass)


async def test_whoever_adds_no_chat_receives_as_well(
    hass: HomeAssistant, form: ConfigFlowResult, instance: Instance
) -> None:
    result = await choose(hass, form, {"mode": "poll"})
    hass.config_entries.subentries.async_abort(result["next_flow"][1])
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    await end(hass)


async def test_off_changes_nothing(
    hass: HomeAssistant, form: ConfigFlowResult, instance: Instance
) -> None:
    before = dict(instance.settings)
    await choose(hass, form, {"mode": "off"})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert instance.settings == before
    assert "getSettings" not in {each.method for each in instance.requests}


@pytest.mark.parametrize(
    ("settings", "step"),
    [
        ({"webhookUrl": "https://n8n.home/s3cret"}, "used_by_webhook"),
        ({"outgoingWebhook": "yes"}, "used_by_queue"),
    ],
)
async def test_nobody_is_robbed_without_being_asked(
    hass: HomeAssistant,
    form: ConfigFlowResult,
    instance: Instance,
    settings: dict[str, str],
    step: str,
) -> None:
    instance.settings.update(settings)
    menu = await choose(hass, form, {"mode": "poll"})
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, step)
    assert menu["menu_options"] == ["take_over", "receive"]
    form = await choose(hass, menu, {"next_step_id": "receive"})
    assert form["type"] is FlowResultType.FORM
    await choose(hass, form, {"mode": "poll"})
    result = await choose(hass, form, {"next_step_id": "take_over"})
    hass.config_entries.subentries.async_abort(result["next_flow"][1])
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    assert instance.settings["webhookUrl"] == ""
    await end(hass)


async def test_what_cannot_be_asked_is_said_and_can_be_tried_again(
    hass: HomeAssistant, form: ConfigFlowResult, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RESET, method="getSettings", times=2)
    result = await choose(hass, form, {"mode": "poll"})
    assert result["errors"] == {"mode": "cannot_connect"}
    result = await choose(hass, form, {"mode": "poll"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await end(hass)
