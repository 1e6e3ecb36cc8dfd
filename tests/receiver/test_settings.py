"""What is set at GREEN-API so that it tells anything, and that it is put back."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.receiver import Use, poller, used_by, webhook_url
from homeassistant.core import HomeAssistant

from ..simulator import FaultKind, Instance, Simulator
from ..simulator.settings import DEFAULT_SETTINGS
from ..simulator.testing import until
from .conftest import POLL, Issues, count, polls, start, stop

BASIC = {
    "incomingWebhook",
    "outgoingWebhook",
    "outgoingMessageWebhook",
    "outgoingAPIMessageWebhook",
    "stateWebhook",
}
ALL = BASIC | {
    "pollMessageWebhook",
    "editedMessageWebhook",
    "deletedMessageWebhook",
    "incomingCallWebhook",
    "outgoingCallWebhook",
}
OTHER_URL = "https://example.com/hook?secret=1"
URL = "https://home.example.com/api/webhook/"


@pytest.fixture(autouse=True)
def _quickly(
    hass: HomeAssistant, receiving_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "LONGEST_DELAY", 0.03)
    hass.config.external_url = "https://home.example.com"


def sent(instance: Instance) -> list[Any]:
    """Return what was to be set."""
    return [each.json for each in instance.requests if each.method == "setSettings"]


async def switch(hass: HomeAssistant, entry: MockConfigEntry, mode: str) -> None:
    """Receive in another way, as the options flow has it."""
    hass.config_entries.async_update_entry(entry, options={"mode": mode})
    await hass.async_block_till_done()


async def settled(entry: MockConfigEntry, mode: str | None) -> None:
    """Wait until all is set."""
    await until(lambda: entry.data.get("settings", {}).get("mode") == mode)


async def test_all_is_switched_on_once(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    instance.settings["stateWebhook"] = "yes"
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    await polls(instance)
    wanted = dict.fromkeys(ALL - {"stateWebhook"}, "yes")
    assert sent(instance) == [wanted]
    assert entry.data["settings"] == {
        "mode": "poll",
        "before": dict.fromkeys(wanted, "no"),
        "after": wanted,
    }
    changed = {
        name: value
        for name, value in instance.settings.items()
        if DEFAULT_SETTINGS[name] != value
    }
    assert changed == dict.fromkeys(ALL, "yes")
    # Somebody switches something off, and means it.
    instance.settings["outgoingCallWebhook"] = "no"
    instance.requests.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await polls(instance)
    assert count(instance, "getSettings") == count(instance, "setSettings") == 0
    await stop(hass, entry)


async def test_nothing_is_set_where_all_is_on(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    # One of them knows, how do you say, other words.
    instance.settings.update(dict.fromkeys(ALL, True))
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    assert sent(instance) == []
    await hass.config_entries.async_remove(entry.entry_id)
    assert sent(instance) == []
    assert {instance.settings[name] for name in ALL} == {True}


async def test_what_an_instance_does_not_have_is_not_set(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    for name in ALL - BASIC | {"stateWebhook"}:
        del instance.settings[name]
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    assert sent(instance) == [dict.fromkeys(BASIC, "yes")]
    assert entry.data["settings"]["before"] == dict.fromkeys(BASIC, "no")
    await hass.config_entries.async_remove(entry.entry_id)
    assert sent(instance)[1:] == [dict.fromkeys(BASIC - {"stateWebhook"}, "no")]


@pytest.mark.parametrize("end", ["off", "removed"])
async def test_all_is_put_back_but_what_others_changed(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, end: str
) -> None:
    instance.settings |= {
        "incomingWebhook": "yes",
        "outgoingWebhook": False,
        "webhookUrl": OTHER_URL,
        "webhookUrlToken": "other",
    }
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    assert instance.settings["webhookUrl"] == ""
    # Since then: one off by somebody, one spelled in another way, one on that was off.
    instance.settings |= {
        "pollMessageWebhook": "no",
        "stateWebhook": True,
        "deviceWebhook": "yes",
    }
    instance.requests.clear()
    if end == "off":
        await switch(hass, entry, "off")
        await until(lambda: "settings" not in entry.data)
        assert count(instance, POLL) == 0 or instance.requests[-1].method != POLL
    else:
        await hass.config_entries.async_remove(entry.entry_id)
    [changes] = sent(instance)
    assert changes == {
        "webhookUrl": OTHER_URL,
        **dict.fromkeys(ALL - {"incomingWebhook", "pollMessageWebhook"}, "no"),
    }
    assert instance.settings["webhookUrlToken"] == "other"
    assert instance.settings["deviceWebhook"] == "yes"
    if end == "off":
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert len(sent(instance)) == 1
        await stop(hass, entry)


async def test_nothing_is_put_back_that_is_as_it_was(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    instance.settings.update(DEFAULT_SETTINGS)
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(sent(instance)) == 1


async def test_from_the_queue_to_a_webhook_and_back(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    original = instance.settings | {"webhookUrl": OTHER_URL, "webhookUrlToken": "other"}
    instance.settings.update(original)
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    await switch(hass, entry, "webhook")
    await settled(entry, "webhook")
    own, token = entry.data["webhook_id"], entry.data["webhook_token"]
    assert len(own) == 64
    assert len(token) > 40
    assert instance.settings["webhookUrl"] == URL + own
    assert instance.settings["webhookUrlToken"] == token
    assert sent(instance)[1:] == [{"webhookUrl": URL + own, "webhookUrlToken": token}]
    # Not anew at each start.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await switch(hass, entry, "poll")
    await settled(entry, "poll")
    assert sent(instance)[2:] == [{"webhookUrl": ""}]
    assert (entry.data["webhook_id"], entry.data["webhook_token"]) == (own, token)
    await polls(instance)
    await switch(hass, entry, "webhook")
    await settled(entry, "webhook")
    # Home Assistant moves.
    hass.config.external_url = "https://new.example.com"
    await hass.config_entries.async_reload(entry.entry_id)
    await until(lambda: str(instance.settings["webhookUrl"]).startswith("https://new."))
    await settled(entry, "webhook")
    await hass.config_entries.async_remove(entry.entry_id)
    assert instance.settings == original


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.BAD_GATEWAY,
        FaultKind.BAD_GATEWAY_ACCEPTED,
        FaultKind.RESET,
        FaultKind.RESET_ACCEPTED,
        FaultKind.EMPTY_ACCEPTED,
    ],
)
async def test_a_crash_in_between_loses_no_original(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, kind: FaultKind
) -> None:
    original = instance.settings | {"webhookUrl": OTHER_URL, "incomingWebhook": "yes"}
    instance.settings.update(original)
    mode = "webhook"
    await start(hass, entry, "off")
    for _ in range(2):
        # It goes down each time before the answer, and comes up again.
        for mode in ("poll", "webhook", "poll"):
            instance.faults.add(kind, method="setSettings", times=None)
            before = count(instance, "setSettings")
            await switch(hass, entry, mode)
            await until(lambda: count(instance, "setSettings") > before)  # noqa: B023
            await hass.config_entries.async_unload(entry.entry_id)
            instance.faults.clear()
            assert await hass.config_entries.async_setup(entry.entry_id)
            await settled(entry, mode)
            assert "pending" not in entry.data["settings"]
        instance.faults.add(kind, method="setSettings", times=1)
        await switch(hass, entry, "off")
        await settled(entry, None)
        assert instance.settings == original | {
            "webhookUrlToken": instance.settings["webhookUrlToken"]
        }
        assert instance.settings["webhookUrlToken"] == ""
    await stop(hass, entry)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.RESET_ACCEPTED])
async def test_a_removal_in_between_puts_all_back(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, kind: FaultKind
) -> None:
    original = instance.settings | {"webhookUrl": OTHER_URL}
    instance.settings.update(original)
    instance.faults.add(kind, method="setSettings", times=None)
    await start(hass, entry, "webhook")
    await until(lambda: count(instance, "setSettings") > 0)
    await hass.config_entries.async_unload(entry.entry_id)
    instance.faults.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert instance.settings == original


async def test_settings_that_cannot_be_put_back_do_not_stop_a_removal(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    await simulator.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    assert "could not be put back: no connection" in caplog.text
    assert hass.config_entries.async_entries("green_api") == []


async def test_without_an_address_in_the_internet_it_is_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    issues: Issues,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.config.external_url = None
    # The real one is not at home.
    monkeypatch.setattr(webhook_url, "_is_at_home", lambda _: False)
    await start(hass, entry, "webhook")
    await until(lambda: issues() == ["no_public_url"])
    assert sent(instance) == []
    hass.config.external_url = "https://home.example.com"
    await until(lambda: issues() == [])
    await settled(entry, "webhook")
    assert str(instance.settings["webhookUrl"]).startswith(URL)
    await stop(hass, entry)


async def test_it_is_tried_until_it_is_set(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    for method in ("getSettings", "setSettings"):
        for kind in (
            FaultKind.UNAVAILABLE,
            FaultKind.RATE_LIMITED,
            FaultKind.FOREIGN_PAGE,
            FaultKind.GARBAGE_ACCEPTED,
        ):
            instance.faults.add(kind, method=method)
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    await polls(instance)
    assert instance.settings["incomingWebhook"] == "yes"
    await stop(hass, entry)


@pytest.mark.parametrize(
    ("settings", "own", "use"),
    [
        ({}, {}, None),
        (DEFAULT_SETTINGS, {}, None),
        ({"webhookUrl": None}, {}, None),
        ({"webhookUrl": OTHER_URL}, {}, Use("example.com")),
        ({"webhookUrl": OTHER_URL}, {"webhookUrl": OTHER_URL}, None),
        ({"webhookUrl": OTHER_URL}, {"webhookUrl": ""}, Use("example.com")),
        ({"webhookUrl": "http://[::"}, {}, Use("?")),
        ({"webhookUrl": "nonsense"}, {}, Use("?")),
        ({"incomingWebhook": "yes"}, {}, Use(None)),
        ({"incomingWebhook": True}, {}, Use(None)),
        ({"outgoingWebhook": "yes"}, {"incomingWebhook": "yes"}, Use(None)),
        ({"incomingWebhook": "yes"}, {"incomingWebhook": "yes"}, None),
        ({"stateWebhook": "yes", "pollMessageWebhook": "yes"}, {}, None),
        ({"incomingWebhook": "no", "outgoingWebhook": False}, {}, None),
    ],
)
def test_who_else_receives(settings: Any, own: Any, use: Use | None) -> None:
    assert used_by(settings, own) == use


async def test_an_instance_that_never_received_is_removed(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await start(hass, entry, "off")
    await hass.config_entries.async_remove(entry.entry_id)
    assert count(instance, "getSettings") == count(instance, "setSettings") == 0


async def test_switched_off_and_on_again_though_an_answer_got_lost(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    instance.faults.add(
        FaultKind.TIMEOUT_ACCEPTED, method="setSettings", delay=0.2, times=1
    )
    await switch(hass, entry, "off")
    await until(lambda: instance.settings["incomingWebhook"] == "no")
    await switch(hass, entry, "poll")
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    await settled(entry, "poll")
    await stop(hass, entry)


async def test_somebody_who_pushes_elsewhere_keeps_what_is_switched_on(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> None:
    await start(hass, entry, "poll")
    await settled(entry, "poll")
    instance.settings["webhookUrl"] = OTHER_URL
    await switch(hass, entry, "off")
    await until(lambda: "settings" not in entry.data)
    assert instance.settings["incomingWebhook"] == "yes"
    assert instance.settings["webhookUrl"] == OTHER_URL
    await stop(hass, entry)
