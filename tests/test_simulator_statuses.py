"""What becomes of messages that were sent, and how it is told."""

from typing import Any

import pytest

from tests.simulator import Instance, MessageStatus, Outcome
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, BORIS, FAMILY, HI, Api, Clock, switch_on, told


def statuses(instance: Instance) -> list[str]:
    """Return the statuses that were told, and forget them."""
    return [one["status"] for one in told(instance) if "status" in one]


def states(instance: Instance) -> list[str]:
    """Return what the journal knows."""
    return [status for _, status in instance.journal]


@pytest.fixture(autouse=True)
def _statuses_are_told(instance: Instance) -> None:
    switch_on(instance, "outgoingWebhook")


async def test_sent_delivered_read(api: Api, instance: Instance, clock: Clock) -> None:
    switch_on(instance, "outgoingAPIMessageWebhook")
    message_id = await api.sent("sendMessage", HI)
    echo, sent, delivered = told(instance)
    assert (echo["typeWebhook"], echo["idMessage"]) == (
        "outgoingAPIMessageReceived",
        message_id,
    )
    assert echo["messageData"]["typeMessage"] == "extendedTextMessage"
    assert sent == {
        "typeWebhook": "outgoingMessageStatus",
        "chatId": ANNA,
        "instanceData": echo["instanceData"],
        "timestamp": int(clock()),
        "idMessage": message_id,
        "status": "sent",
        "sendByApi": True,
    }
    assert delivered == {**sent, "status": "delivered"}

    clock.forward(60)
    instance.read(ANNA)

    (read,) = told(instance)
    assert read == {**sent, "status": "read", "timestamp": int(clock())}
    (entry,) = (await api("lastOutgoingMessages"))[1]
    assert entry["statusMessage"] == "read"
    instance.read(ANNA)
    assert told(instance) == []


async def test_times_are_those_of_the_queue(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.send_delay = 60
    for _ in range(2):
        await api.sent("sendMessage", HI)
    clock.forward(100)
    times = [one["timestamp"] - int(clock()) for one in told(instance)]
    assert times == [-100, -100, -40, -40]


async def test_a_phone_that_is_off(api: Api, instance: Instance) -> None:
    instance.phone_online = False
    await api.sent("sendMessage", HI)
    assert statuses(instance) == ["sent"]
    assert instance.messages == []
    instance.read(ANNA)
    assert statuses(instance) == []
    (entry,) = (await api("lastOutgoingMessages"))[1]
    assert entry["statusMessage"] == "sent"

    instance.phone_online = True

    assert statuses(instance) == ["delivered"]
    assert len(instance.messages) == 1
    assert states(instance) == ["delivered"]


async def test_only_what_was_written_to_a_chat_is_read(
    api: Api, instance: Instance
) -> None:
    for chat in (ANNA, BORIS, instance.lid("79001234567")):
        await api.sent("sendMessage", {**HI, "chatId": chat})
    instance.receive(ANNA, "Hello")
    statuses(instance)
    instance.read(ANNA)
    assert statuses(instance) == ["read", "read"]
    assert states(instance) == ["read", "delivered", "read"]


async def test_what_one_writes_to_oneself_stays_sent(
    api: Api, instance: Instance
) -> None:
    await api.sent("sendMessage", {**HI, "chatId": instance.own_id})
    assert statuses(instance) == ["sent"]
    assert len(instance.messages) == 1
    instance.phone_online = True
    assert statuses(instance) == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(status=MessageStatus.NO_ACCOUNT), {"status": "noAccount"}),
        (Outcome(status=MessageStatus.NOT_IN_GROUP), {"status": "notInGroup"}),
        (Outcome(status=MessageStatus.FAILED), {"status": "failed"}),
        (
            Outcome(status=MessageStatus.FAILED, description="SWE004: too many"),
            {"status": "failed", "description": "SWE004: too many"},
        ),
    ],
)
async def test_what_cannot_be_delivered(
    api: Api, instance: Instance, outcome: Outcome, expected: dict[str, Any]
) -> None:
    switch_on(instance, "outgoingAPIMessageWebhook")
    instance.outcomes[FAMILY] = outcome
    await api.sent("sendMessage", {**HI, "chatId": FAMILY})
    await api.sent("sendMessage", HI)
    failure, _, *others = told(instance)
    assert expected.items() <= failure.items()
    assert ("description" in failure) == ("description" in expected)
    assert [one["status"] for one in others] == ["sent", "delivered"]
    assert states(instance) == [expected["status"], "delivered"]


@pytest.mark.parametrize(
    ("status", "is_told"),
    [
        (MessageStatus.NO_ACCOUNT, True),
        (MessageStatus.FAILED, True),
        (MessageStatus.NOT_IN_GROUP, False),
        (MessageStatus.SENT, False),
    ],
)
async def test_failures_cannot_be_switched_off(
    api: Api, instance: Instance, status: MessageStatus, *, is_told: bool
) -> None:
    instance.settings["outgoingWebhook"] = "no"
    instance.outcomes[ANNA] = Outcome(status=status)
    await api.sent("sendMessage", HI)
    assert bool(told(instance)) is is_told


async def test_a_number_without_whatsapp(api: Api, instance: Instance) -> None:
    instance.not_on_whatsapp.add("79001234567")
    await api.sent("sendMessage", HI)
    assert statuses(instance) == ["noAccount"]


async def test_statuses_late_and_in_no_order(api: Api, instance: Instance) -> None:
    instance.phone_online = False
    message_id = await api.sent("sendMessage", HI)
    instance.advance()
    told_late = (MessageStatus.READ, MessageStatus.DELIVERED, MessageStatus.SENT)
    for status in told_late:
        instance.set_status(message_id, status)
    assert statuses(instance) == ["sent", "read", "delivered", "sent"]
    assert states(instance) == ["read"]
    instance.set_status(message_id, MessageStatus.FAILED, "SWE999")
    (failure,) = told(instance)
    assert failure["description"] == "SWE999"
    assert states(instance) == ["failed"]


async def test_statuses_may_be_missing(api: Api, instance: Instance) -> None:
    instance.skip_status.add(MessageStatus.DELIVERED)
    await api.sent("sendMessage", HI)
    instance.advance()
    instance.read(ANNA)
    assert statuses(instance) == ["sent", "read"]
    assert states(instance) == ["read"]
