"""The journals tell what was sent and what came in."""

from typing import Any

import pytest

from tests.simulator import ContactCard, File, Instance, Location, Plan, Poll
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, BORIS, FAMILY, HI, TOKEN, Api, Clock

FORWARDING = {"forwardingScore": 0, "isForwarded": False}
MARKS = {
    "deletedMessageId": "",
    "editedMessageId": "",
    "isEdited": False,
    "isDeleted": False,
}


async def test_journal(api: Api, instance: Instance, clock: Clock) -> None:
    for text in ("Hi", "Again"):
        await api("sendMessage", {**HI, "message": text})
    again, first = (await api("lastOutgoingMessages"))[1]
    assert (first["textMessage"], again["textMessage"]) == ("Hi", "Again")
    assert first["statusMessage"] == "delivered"
    assert first["idMessage"] == instance.messages[0].id
    wanted = {"chatId": ANNA, "idMessage": first["idMessage"]}
    assert await api("getMessage", wanted) == (200, first)
    assert (await api("getMessage", wanted | {"chatId": FAMILY}))[0] == 400

    clock.forward(120)
    api.token = f"{TOKEN}?minutes=1"
    assert await api("lastOutgoingMessages") == (200, [])


async def told(api: Api, chat_id: str, message_id: str) -> dict[str, Any]:
    """Return what getMessage tells, without what all messages have."""
    wanted = {"chatId": chat_id, "idMessage": message_id}
    status, entry = await api("getMessage", wanted)
    assert status == 200
    assert entry.pop("idMessage") == message_id
    assert entry.pop("chatId") == chat_id
    assert entry.pop("timestamp")
    found: dict[str, Any] = entry
    return found


async def test_an_own_text(api: Api, instance: Instance) -> None:
    message_id = await api.sent("sendMessage", HI)
    assert await told(api, ANNA, message_id) == {
        "type": "outgoing",
        "typeMessage": "extendedTextMessage",
        "textMessage": "Hi",
        "extendedTextMessage": {
            "text": "Hi",
            "description": "",
            "title": "",
            "previewType": "None",
            "jpegThumbnail": "",
            **FORWARDING,
        },
        "statusMessage": "delivered",
        "sendByApi": True,
        **MARKS,
    }
    await api.sent("editMessage", {**HI, "idMessage": message_id, "message": "New"})
    await api("deleteMessage", {"chatId": ANNA, "idMessage": message_id})
    entry = await told(api, ANNA, message_id)
    assert (entry["textMessage"], entry["isEdited"], entry["isDeleted"]) == (
        "New",
        True,
        True,
    )


async def test_somebody_elses_text(api: Api, instance: Instance) -> None:
    message_id = instance.receive(FAMILY, "Hello", sender=ANNA)
    stranger = instance.receive(FAMILY, "Hey", sender=BORIS, sender_name="Bo")
    assert await told(api, FAMILY, message_id) == {
        "type": "incoming",
        "typeMessage": "textMessage",
        "textMessage": "Hello",
        "senderId": ANNA,
        "senderName": "Anna",
        "senderContactName": "Anna Petrova",
        **MARKS,
    }
    entry = await told(api, FAMILY, stranger)
    assert (entry["senderName"], entry["senderContactName"]) == ("Bo", "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"file": File(name="a.png", url="https://example.com/1"), "text": "Door"},
            {
                "typeMessage": "imageMessage",
                "downloadUrl": "https://example.com/1",
                "caption": "Door",
                "fileName": "a.png",
                "jpegThumbnail": "",
                "mimeType": "image/png",
                "isAnimated": False,
                "videoNote": False,
                **FORWARDING,
            },
        ),
        (
            {"location": Location(latitude=1.5, longitude=2, name="N", address="A")},
            {
                "typeMessage": "locationMessage",
                "location": {
                    "nameLocation": "N",
                    "address": "A",
                    "latitude": 1.5,
                    "longitude": 2,
                    "jpegThumbnail": "",
                    **FORWARDING,
                },
            },
        ),
        (
            {"contact": ContactCard(phone=79007654321, first_name="B", company="C")},
            {
                "typeMessage": "contactMessage",
                "contact": {
                    "displayName": "B",
                    "vcard": "BEGIN:VCARD\nVERSION:3.0\nN:;B;;;\nFN:B\nORG:C;\n"
                    "item1.TEL;waid=79007654321:+79007654321\nEND:VCARD",
                    **FORWARDING,
                },
            },
        ),
        (
            {"text": "Arm?", "poll": Poll(options=("Yes", "No"))},
            {
                "typeMessage": "pollMessage",
                "pollMessageData": {
                    "name": "Arm?",
                    "options": [{"optionName": "Yes"}, {"optionName": "No"}],
                    "multipleAnswers": False,
                },
            },
        ),
    ],
)
async def test_contents(
    api: Api, instance: Instance, content: dict[str, Any], expected: dict[str, Any]
) -> None:
    message_id = instance.receive(ANNA, **content)
    entry = await told(api, ANNA, message_id)
    assert expected.items() <= entry.items()

    # What was forwarded is told the same way, only as forwarded.
    body = {"chatId": FAMILY, "chatIdFrom": ANNA, "messages": [message_id]}
    _, answer = await api("forwardMessages", body)
    assert instance.messages
    entry = await told(api, FAMILY, answer["messages"][0])
    assert entry["typeMessage"] == expected["typeMessage"]
    assert "'isForwarded': False" not in str(entry)


async def test_quotes(api: Api, instance: Instance, clock: Clock) -> None:
    incoming = instance.receive(ANNA, "Hello")
    reply = await api.sent("sendMessage", {**HI, "quotedMessageId": incoming})
    assert instance.messages
    stanza = {"stanzaId": incoming, "participant": ANNA}
    entry = await told(api, ANNA, reply)
    assert entry["typeMessage"] == "quotedMessage"
    assert entry["textMessage"] == "Hi"
    assert entry["extendedTextMessage"] == {"text": "Hi", **stanza}
    assert entry["quotedMessage"] == {
        **stanza,
        "typeMessage": "textMessage",
        "textMessage": "Hello",
    }

    answer = instance.receive(
        ANNA, location=Location(latitude=1, longitude=1), quoted_message_id=reply
    )
    entry = await told(api, ANNA, answer)
    assert entry["typeMessage"] == "locationMessage"
    assert entry["quotedMessage"]["participant"] == f"{instance.phone}@c.us"

    unknown = await api.sent("sendMessage", {**HI, "quotedMessageId": "3EB0"})
    assert instance.messages
    assert (await told(api, ANNA, unknown))["typeMessage"] == "extendedTextMessage"


async def test_what_came_in(api: Api, instance: Instance, clock: Clock) -> None:
    await api.sent("sendMessage", HI)
    first = instance.receive(ANNA, "Hello")
    clock.forward(90)
    second = instance.receive(FAMILY, "Hello all", sender=ANNA)
    _, entries = await api("lastIncomingMessages")
    assert [entry["idMessage"] for entry in entries] == [second, first]
    clock.forward(1)
    api.token = f"{TOKEN}?minutes=1"
    _, entries = await api("lastIncomingMessages")
    assert [entry["idMessage"] for entry in entries] == [second]
    clock.forward(1)
    api.token = f"{TOKEN}?minutes=0"
    assert (await api("lastIncomingMessages"))[0] == 400


async def test_the_history_of_a_chat(
    api: Api, instance: Instance, clock: Clock
) -> None:
    first = instance.receive(ANNA, "Hello")
    second = await api.sent(
        "sendMessage", {**HI, "chatId": instance.lid("79001234567")}
    )
    await api.sent("sendMessage", {**HI, "chatId": FAMILY})
    assert len(instance.messages) == 2
    third = instance.receive(ANNA, "Bye")
    for body, expected in (
        ({}, [third, second, first]),
        ({"count": 2}, [third, second]),
    ):
        status, entries = await api("getChatHistory", {"chatId": ANNA, **body})
        assert status == 200
        assert [entry["idMessage"] for entry in entries] == expected
        clock.forward(1)
    assert await api("getChatHistory", {"chatId": BORIS}) == (200, [])
    for count in (0, "10", 1.5):
        clock.forward(1)
        refusal = await api.refusal("getChatHistory", {"chatId": ANNA, "count": count})
        assert refusal.startswith("'count' must be")


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("lastIncomingMessages", None),
        ("lastOutgoingMessages", None),
        ("getMessage", {"chatId": ANNA, "idMessage": "1"}),
    ],
)
async def test_journals_have_quotas(
    api: Api, instance: Instance, method: str, body: Any
) -> None:
    instance.rate_limited = False
    instance.plan = Plan.DEVELOPER
    instance.quota.used[method] = 1000
    status, answer = await api(method, body)
    assert (status, answer["invokeStatus"]["total"]) == (466, 1000)
    instance.plan = Plan.BUSINESS
    assert (await api(method, body))[0] in {200, 400}
