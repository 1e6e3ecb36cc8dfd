"""The options: whom a message is for that names nobody, how to receive and to send."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.receiver import webhook_url
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from .actions import go_away, send_message
from .conftest import ANNA
from .simulator import FaultKind, Instance, Simulator
from .simulator.testing import until


@pytest.fixture(autouse=True)
def _quick(instance: Instance) -> None:
    """Let empty polls end soon."""
    instance.poll_scale = 0.002


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Open the options and return the flow."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "init")
    return flow["flow_id"]


async def hears(hass: HomeAssistant, instance: Instance) -> None:
    """Wait until what is in the queue was taken."""
    instance.receive(ANNA, "Hi")
    await until(lambda: not instance.told)


async def test_it_receives_once_that_is_chosen_and_stops_when_it_is_off(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    before = dict(instance.settings)
    flow_id = await start(hass, loaded)
    result = await hass.config_entries.options.async_configure(
        flow_id, {"mode": "poll"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    await hears(hass, instance)
    await hass.async_block_till_done()

    flow_id = await start(hass, loaded)
    result = await hass.config_entries.options.async_configure(flow_id, {"mode": "off"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: instance.settings == before)


async def test_other_options_do_not_restart_the_instance(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    flow_id = await start(hass, loaded)
    asked = len(instance.requests)
    result = await hass.config_entries.options.async_configure(
        flow_id, {"all_chats": True}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options == {"mode": "off", "all_chats": True}
    assert len(instance.requests) == asked


def defaults(flow: Any) -> dict[str, Any]:
    """Return what a form shows in the section about sending."""
    section = next(
        each for key, each in flow["data_schema"].schema.items() if key == "sending"
    )
    assert section.options == {"collapsed": True}
    return {str(key): key.default() for key in section.schema.schema}


SENDING = {
    "on_outage": "queue",
    "expires_after": {"days": 2, "hours": 12, "minutes": 0, "seconds": 0},
    "pause_between_chats": 20.0,
}


async def test_how_to_send(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
) -> None:
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    assert defaults(flow) == {
        "on_outage": "retry",
        "expires_after": {"hours": 24},
        "pause_between_chats": 0,
    }
    asked = len(instance.requests)
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"mode": "off", "sending": SENDING}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options == {"mode": "off", "all_chats": False, **SENDING}
    # It holds at once: the entry is not loaded anew.
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(instance.requests) == asked
    await go_away(simulator)
    response = await send_message(hass, chat_id=ANNA)
    assert response["messages"][0]["status"] == "queued"
    [parcel] = loaded.runtime_data.outbox.kept.parcels
    assert parcel.kept
    assert parcel.kept.expires - parcel.created == 60 * 60 * 60

    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    assert defaults(flow) == SENDING
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"all_chats": True}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options == {"mode": "off", "all_chats": True, **SENDING}


@pytest.mark.parametrize(
    "expires_after",
    [{"days": 0}, {"hours": 0, "minutes": 0, "seconds": 0}, {"days": 30, "seconds": 1}],
)
async def test_what_waits_not_at_all_or_for_ever(
    hass: HomeAssistant, loaded: MockConfigEntry, expires_after: dict[str, int]
) -> None:
    flow_id = await start(hass, loaded)
    configure = hass.config_entries.options.async_configure
    sending = {"on_outage": "queue", "expires_after": expires_after}
    result = await configure(flow_id, {"mode": "poll", "sending": sending})
    assert result["errors"] == {"base": "invalid_expires_after"}
    assert loaded.options == {}
    sending["expires_after"] = {"days": 30}
    result = await configure(flow_id, {"mode": "off", "sending": sending})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options["expires_after"] == {"days": 30}


@pytest.mark.parametrize(
    "sending",
    [
        {"on_outage": "hope"},
        {"expires_after": {"days": -1}},
        {"expires_after": {}},
        {"pause_between_chats": -1},
        {"pause_between_chats": 601},
    ],
)
async def test_what_is_no_way_to_send(
    hass: HomeAssistant, loaded: MockConfigEntry, sending: dict[str, Any]
) -> None:
    flow_id = await start(hass, loaded)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(flow_id, {"sending": sending})


@pytest.mark.parametrize(
    ("settings", "step", "host"),
    [
        ({"webhookUrl": "https://n8n.home/s3cret"}, "used_by_webhook", "n8n.home"),
        ({"incomingWebhook": "yes"}, "used_by_queue", ""),
    ],
)
async def test_nobody_is_robbed_without_being_asked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    settings: dict[str, str],
    step: str,
    host: str,
) -> None:
    instance.settings.update(settings)
    configure = hass.config_entries.options.async_configure
    flow_id = await start(hass, loaded)
    result = await configure(flow_id, {"mode": "poll"})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, step)
    assert result["description_placeholders"] == {"host": host}
    result = await configure(flow_id, {"next_step_id": "init"})
    assert result["type"] is FlowResultType.FORM
    assert settings.items() <= instance.settings.items()

    await configure(flow_id, {"mode": "poll"})
    result = await configure(flow_id, {"next_step_id": "take_over"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: instance.settings["stateWebhook"] == "yes")
    assert instance.settings["webhookUrl"] == ""
    await hears(hass, instance)

    assert await hass.config_entries.async_remove(loaded.entry_id)
    assert settings.items() <= instance.settings.items()


async def test_what_cannot_be_asked_is_said_and_can_be_tried_again(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    flow_id = await start(hass, loaded)
    instance.faults.add(FaultKind.RESET, method="getSettings", times=2)
    configure = hass.config_entries.options.async_configure
    result = await configure(flow_id, {"mode": "poll"})
    assert result["errors"] == {"mode": "cannot_connect"}
    result = await configure(flow_id, {"mode": "poll"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_webhook_needs_an_address(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As the simulator is in the house, an address in there would do.
    monkeypatch.setattr(webhook_url, "_is_at_home", lambda _: False)
    flow_id = await start(hass, loaded)
    configure = hass.config_entries.options.async_configure
    result = await configure(flow_id, {"mode": "webhook"})
    assert result["errors"] == {"mode": "no_public_url"}
    await async_process_ha_core_config(
        hass, {"external_url": "https://home.example.org"}
    )
    result = await configure(flow_id, {"mode": "webhook"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: "home.example.org" in str(instance.settings["webhookUrl"]))
