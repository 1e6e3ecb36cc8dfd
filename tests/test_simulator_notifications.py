"""What notifications say of people, calls and the instance, in the API's shapes."""

import pytest

from tests.simulator import CallOutcome, Instance, Plan, Poll
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, BORIS, FAMILY, Clock, switch_on, told

NOW = 1_791_300_000
DATA = {"idInstance": 7103000001, "wid": "79990000001@c.us", "typeInstance": "whatsapp"}


@pytest.fixture(autouse=True)
def _everything_is_told(instance: Instance) -> None:
    switch_on(instance)


def test_a_message_from_a_person(instance: Instance) -> None:
    message_id = instance.receive(ANNA, "Hello")
    assert told(instance) == [
        {
            "typeWebhook": "incomingMessageReceived",
            "instanceData": DATA,
            "timestamp": NOW,
            "idMessage": message_id,
            "senderData": {
                "chatId": ANNA,
                "chatName": "Anna",
                "sender": ANNA,
                "senderName": "Anna",
                "senderContactName": "Anna Petrova",
            },
            "messageData": {
                "typeMessage": "textMessage",
                "textMessageData": {"textMessage": "Hello"},
            },
        }
    ]


def test_a_message_in_a_group(instance: Instance) -> None:
    instance.receive(FAMILY, "Hello", sender=BORIS, sender_name="Bo")
    instance.tell_contact_names = False
    instance.receive(FAMILY, "Hello", sender=ANNA)
    stranger, contact = (body["senderData"] for body in told(instance))
    assert stranger == {
        "chatId": FAMILY,
        "chatName": "Family",
        "sender": BORIS,
        "senderName": "Bo",
        "senderContactName": "",
    }
    assert (contact["sender"], contact["senderName"]) == (ANNA, "Anna")
    assert "senderContactName" not in contact


def test_privacy_ids(instance: Instance) -> None:
    instance.settings["enableLidMode"] = "yes"
    poll = instance.receive(FAMILY, "?", sender=ANNA, poll=Poll(options=("Yes", "No")))
    instance.vote(FAMILY, poll, ["Yes"], sender=BORIS)
    instance.react(FAMILY, poll, "👍", sender=BORIS)
    asked, voted, reacted = told(instance)
    anna, boris = instance.lid("79001234567"), instance.lid("79007654321")
    assert asked["senderData"]["chatId"] == FAMILY
    assert asked["senderData"]["sender"] == anna
    assert asked["senderData"]["senderContactName"] == "Anna Petrova"
    votes = voted["messageData"]["pollMessageData"]["votes"]
    assert votes[0] == {"optionName": "Yes", "optionVoters": [boris]}
    assert reacted["messageData"]["quotedMessage"]["participant"] == anna

    instance.settings["enableLidMode"] = "no"
    instance.receive(anna, "A leak")
    (body,) = told(instance)
    assert (body["senderData"]["chatId"], body["senderData"]["sender"]) == (anna, anna)


def test_from_the_phone(instance: Instance) -> None:
    message_id = instance.send_from_phone(ANNA, "Hello")
    body, *statuses = told(instance)
    assert (body["typeWebhook"], body["idMessage"]) == (
        "outgoingMessageReceived",
        message_id,
    )
    assert body["senderData"] == {
        "chatId": ANNA,
        "chatName": "Anna",
        "sender": instance.own_id,
        "senderName": "Home",
        "senderContactName": "",
    }
    assert [one["sendByApi"] for one in statuses] == [False, False]
    assert [message.by_phone for message in instance.messages] == [True]


@pytest.mark.parametrize("outcome", [one for one in CallOutcome if one != "invalid"])
def test_a_call_comes_in(instance: Instance, outcome: CallOutcome) -> None:
    call_id = instance.call(ANNA, outcome)
    offer, end = told(instance)
    assert offer == {
        "typeWebhook": "incomingCall",
        "instanceData": DATA,
        "timestamp": NOW,
        "from": ANNA,
        "status": "offer",
        "idMessage": call_id,
    }
    assert end == {**offer, "status": outcome}


def test_a_call_rings(instance: Instance, clock: Clock) -> None:
    call_id = instance.call(ANNA, None)
    assert [one["status"] for one in told(instance)] == ["offer"]
    clock.forward(5)
    instance.end_call(call_id, CallOutcome.DECLINED)
    (end,) = told(instance)
    assert (end["status"], end["timestamp"]) == ("declined", NOW + 5)
    assert [call.outcome for call in instance.calls] == [CallOutcome.DECLINED]


def test_a_call_goes_out(instance: Instance) -> None:
    call_id = instance.call_from_phone(ANNA, duration=12, video=True)
    assert told(instance) == [
        {
            "typeWebhook": "outgoingCall",
            "instanceData": DATA,
            "timestamp": NOW,
            "from": ANNA,
            "status": "pickUp",
            "idMessage": call_id,
            "isVideo": True,
            "duration": 12,
            "participants": [{"id": ANNA, "status": "pickUp"}],
        }
    ]


def test_the_rest(instance: Instance) -> None:
    instance.block(ANNA)
    instance.tell_online(online=False)
    instance.tell_device(battery=7)
    instance.unlink()
    blocked, offline, device, state = told(instance)
    assert blocked["typeWebhook"] == "incomingBlock"
    assert (blocked["chatId"], blocked["chatState"]) == (ANNA, "blocked")
    assert offline["typeWebhook"] == "statusInstanceChanged"
    assert offline["statusInstance"] == "offline"
    assert device["typeWebhook"] == "deviceInfo"
    assert device["deviceData"]["battery"] == 7
    assert state == {
        "typeWebhook": "stateInstanceChanged",
        "instanceData": {**DATA, "wid": ""},
        "timestamp": NOW,
        "stateInstance": "notAuthorized",
    }


def test_what_nobody_knows_yet(instance: Instance) -> None:
    message_id = instance.receive_data(
        FAMILY, {"typeMessage": "orderMessage"}, sender=ANNA
    )
    (body,) = told(instance)
    assert body["idMessage"] == message_id
    assert body["senderData"]["sender"] == ANNA
    assert body["messageData"] == {"typeMessage": "orderMessage"}
    instance.notify({"typeWebhook": "avatarInfo"})
    assert told(instance) == [{"typeWebhook": "avatarInfo"}]


def test_the_fourth_chat_of_the_free_plan(instance: Instance) -> None:
    instance.plan = Plan.DEVELOPER
    chats = [f"7900000000{number}@c.us" for number in range(4)]
    for chat in (*chats, chats[0]):
        instance.receive(chat, "Hello")
    *covered, exceeded, again = told(instance)
    assert [one["senderData"]["chatId"] for one in (*covered, again)] == [
        *chats[:3],
        chats[0],
    ]
    assert set(exceeded) == {"typeWebhook", "instanceData", "quotaData"}
    assert exceeded["typeWebhook"] == "quotaExceeded"
    quota = exceeded["quotaData"]
    assert ", ".join(chats[:3]) in quota.pop("description")
    assert quota == {
        "method": "correspondents",
        "used": 3,
        "total": 3,
        "status": "CORRESPONDENTS_QUOTA_EXCEEDED",
    }


def test_without_a_phone_nothing_comes_in(instance: Instance) -> None:
    message_id = instance.receive(ANNA, "Hello")
    instance.unlink()
    told(instance)
    instance.receive(ANNA, "Hello")
    instance.react(ANNA, message_id, "👍")
    instance.call(ANNA)
    instance.edit_incoming(ANNA, message_id, "Bye")
    assert told(instance) == []
