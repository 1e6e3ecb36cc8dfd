"""Which notifications the settings let in, and from when on."""

from collections.abc import Callable

import pytest

from tests.simulator import Instance, InstanceState, MessageStatus, Poll
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ALL, ANNA, HI, Api, Clock, switch_on, told


def poll(instance: Instance) -> str:
    return instance.receive(ANNA, "?", poll=Poll(options=("Yes", "No")))


def edit(instance: Instance) -> None:
    instance.edit_incoming(ANNA, instance.received[0].id, "New")


def delete(instance: Instance) -> None:
    instance.delete_incoming(ANNA, instance.received[0].id)


def vote(instance: Instance) -> None:
    instance.vote(ANNA, instance.received[1].id, ["Yes"])


def read(instance: Instance) -> None:
    instance.set_status(instance.messages[0].id, MessageStatus.READ)


IN, OUT = "incomingWebhook", "outgoingMessageWebhook"


@pytest.mark.parametrize(
    ("happen", "needed"),
    [
        (lambda one: one.receive(ANNA, "Hello"), {IN}),
        (lambda one: one.react(ANNA, one.received[0].id, "👍"), {IN}),
        (poll, {IN, "pollMessageWebhook"}),
        (vote, {IN, "pollMessageWebhook"}),
        (edit, {IN, "editedMessageWebhook"}),
        (delete, {IN, "deletedMessageWebhook"}),
        (lambda one: one.call(ANNA, None), {IN, "incomingCallWebhook"}),
        (lambda one: one.call_from_phone(ANNA), {"outgoingCallWebhook"}),
        (lambda one: one.block(ANNA), {"incomingBlockWebhook"}),
        (lambda one: one.tell_online(online=True), {"statusInstanceWebhook"}),
        (lambda one: one.tell_device(), {"deviceWebhook"}),
        (lambda one: one.unlink(), {"stateWebhook"}),
        (read, {OUT, "outgoingWebhook"}),
    ],
)
def test_what_has_to_be_switched_on(
    instance: Instance, happen: Callable[[Instance], object], needed: set[str]
) -> None:
    instance.receive(ANNA, "Hello")
    poll(instance)
    instance.send_from_phone(ANNA, "Hi")
    switch_on(instance, *needed)
    happen(instance)
    assert len(told(instance)) == 1
    instance.link()
    told(instance)
    for missing in needed:
        switch_on(instance)
        instance.settings[missing] = "no"
        happen(instance)
        assert told(instance) == []


def test_at_first_nothing_is_told(instance: Instance) -> None:
    instance.receive(ANNA, "Hello")
    instance.send_from_phone(ANNA, "Hi")
    instance.call(ANNA)
    instance.unlink()
    assert told(instance) == []
    assert "incomingWebhook" in ALL


@pytest.mark.parametrize(
    ("switched_on", "expected"),
    [
        ("outgoingAPIMessageWebhook", ["outgoingAPIMessageReceived"]),
        ("outgoingWebhook", ["outgoingMessageStatus"] * 2),
        ("outgoingMessageWebhook", []),
    ],
)
async def test_what_is_told_of_own_messages(
    api: Api, instance: Instance, switched_on: str, expected: list[str]
) -> None:
    switch_on(instance, switched_on)
    await api.sent("sendMessage", HI)
    assert [one["typeWebhook"] for one in told(instance)] == expected


async def test_a_restart_is_told(api: Api, instance: Instance, clock: Clock) -> None:
    instance.starting_seconds = 30
    status, answer = await api("setSettings", {"stateWebhook": "yes"})
    assert (status, answer) == (200, {"saveSettings": True})
    clock.forward(40)
    first, second = told(instance)
    assert (first["stateInstance"], second["stateInstance"]) == (
        "starting",
        "authorized",
    )
    assert second["timestamp"] - first["timestamp"] == 30

    instance.starting_told = False
    await api("reboot")
    assert told(instance) == []
    clock.forward(30)
    assert [one["stateInstance"] for one in told(instance)] == ["authorized"]


def test_a_state_that_does_not_change_is_not_told(instance: Instance) -> None:
    switch_on(instance)
    instance.state = InstanceState.AUTHORIZED
    instance.state = None
    assert told(instance) == []
    instance.link()
    assert [one["stateInstance"] for one in told(instance)] == ["authorized"]


async def test_settings_take_their_time(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.settings_delay = 300
    instance.settings_shown_late = True
    await api("setSettings", {"incomingWebhook": "yes"})
    assert (await api("getSettings"))[1]["incomingWebhook"] == "no"
    instance.settings_shown_late = False
    clock.forward(299)
    assert (await api("getSettings"))[1]["incomingWebhook"] == "yes"
    instance.receive(ANNA, "Too early")
    assert told(instance) == []

    clock.forward(1)
    instance.receive(ANNA, "Hello")
    assert len(told(instance)) == 1
    await api("setSettings", {"incomingWebhook": "no"})
    instance.receive(ANNA, "Still")
    assert len(told(instance)) == 1
