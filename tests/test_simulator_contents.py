"""Polls, places, cards and forwarded messages, under the real API's conditions."""

from typing import Any

import pytest

from tests.simulator import (
    ContactCard,
    File,
    Instance,
    Location,
    MessageStatus,
    MessageType,
    Poll,
)
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, BORIS, FAMILY, HI, Api


def options(*names: Any) -> list[dict[str, Any]]:
    return [{"optionName": name} for name in names]


POLL = {"chatId": ANNA, "message": "Arm?", "options": options("Yes", "No")}
PLACE = {"chatId": ANNA, "latitude": 52.5, "longitude": -13.4}
CARD = {"chatId": ANNA, "contact": {"phoneContact": 79007654321, "firstName": "Boris"}}


async def test_a_poll_arrives(api: Api, instance: Instance) -> None:
    await api.sent("sendPoll", {**POLL, "multipleAnswers": True})
    await api.sent("sendPoll", POLL)
    first, second = instance.messages
    assert (first.type, first.text) == (MessageType.POLL, "Arm?")
    assert first.poll == Poll(options=("Yes", "No"), multiple_answers=True)
    assert second.poll == Poll(options=("Yes", "No"), multiple_answers=False)


async def test_the_largest_poll(api: Api, instance: Instance) -> None:
    names = [str(number) * 100 for number in range(10, 16)] + ["😀" * 50]
    names = [name[:100] for name in names] + list("abcde")
    body = {**POLL, "message": "x" * 255, "options": options(*names)}
    await api.sent("sendPoll", body)
    (message,) = instance.messages
    assert message.poll == Poll(options=tuple(names))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"message": ""}, "'message' is not allowed to be empty"),
        ({"message": "x" * 256}, "'message' length must be less than or equal to 255"),
        ({"options": None}, "'options' must be an array"),
        ({"options": options("a")}, "'options' must contain at least 2 items"),
        (
            {"options": options(*"abcdefghijklm")},
            "'options' must contain less than or equal to 12 items",
        ),
        (
            {"options": options("a", "b", "a")},
            "'options[2]' contains a duplicate value",
        ),
        ({"options": ["a", "b"]}, "'value' must be of type object"),
        ({"options": [{}, {}]}, "'optionName' is required"),
        ({"options": options("a", 1)}, "'optionName' must be a string"),
        ({"options": options("a", "")}, "'optionName' is not allowed to be empty"),
        (
            {"options": options("a", "x" * 101)},
            "'optionName' length must be less than or equal to 100 characters long",
        ),
        ({"multipleAnswers": "yes"}, "'multipleAnswers' must be a boolean"),
        ({"typingTime": 20_001}, "'typingTime' must be less than or equal to 20000"),
    ],
)
async def test_what_a_poll_must_not_be(
    api: Api, instance: Instance, change: dict[str, Any], message: str
) -> None:
    assert (await api.refusal("sendPoll", POLL | change)).startswith(message)
    assert instance.messages == []


async def test_a_place_arrives(api: Api, instance: Instance) -> None:
    await api.sent("sendLocation", PLACE)
    named = {**PLACE, "latitude": 90, "nameLocation": "בית", "address": "Street 1"}
    await api.sent("sendLocation", named)
    first, second = instance.messages
    assert (first.type, first.text) == (MessageType.LOCATION, "")
    assert first.location == Location(latitude=52.5, longitude=-13.4)
    assert second.location == Location(
        latitude=90, longitude=-13.4, name="בית", address="Street 1"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"latitude": "52.5"}, "'latitude' must be a number"),
        ({"latitude": True}, "'latitude' must be a number"),
        ({"longitude": None}, "'longitude' must be a number"),
        ({"latitude": 90.1}, "'latitude' must be less than or equal to 90"),
        ({"longitude": -181}, "'longitude' must be greater than or equal to -180"),
        ({"nameLocation": 1}, "'nameLocation' must be a string"),
        ({"address": 1}, "'address' must be a string"),
    ],
)
async def test_what_a_place_must_not_be(
    api: Api, change: dict[str, Any], message: str
) -> None:
    assert await api.refusal("sendLocation", PLACE | change) == message


async def test_a_card_arrives(api: Api, instance: Instance) -> None:
    full = {
        "phoneContact": 79007654321,
        "firstName": "Boris",
        "middleName": "B.",
        "lastName": "Борисов",
        "company": "",
    }
    await api.sent("sendContact", {"chatId": ANNA, "contact": full})
    company = {"phoneContact": 1234567, "company": "Bicycle"}
    await api.sent("sendContact", {"chatId": ANNA, "contact": company})
    first, second = instance.messages
    assert first.type is MessageType.CONTACT
    assert first.contact == ContactCard(
        phone=79007654321, first_name="Boris", middle_name="B.", last_name="Борисов"
    )
    assert first.contact.title == "Boris B. Борисов"
    assert second.contact is not None
    assert second.contact.title == "Bicycle"


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (None, "'contact' must be of type object"),
        ([], "'contact' must be of type object"),
        ({"firstName": "Boris"}, "'phoneContact' is required"),
        ({"phoneContact": "7900", "firstName": "B"}, "'phoneContact' must be a number"),
        ({"phoneContact": 0, "firstName": "B"}, "'phoneContact' must be greater than"),
        ({"phoneContact": 1}, "'contact' must contain at least one of [firstName, "),
        ({"phoneContact": 1, "company": ""}, "'contact' must contain at least one of"),
        ({"phoneContact": 1, "lastName": 1}, "'lastName' must be a string"),
    ],
)
async def test_what_a_card_must_not_be(api: Api, contact: Any, message: str) -> None:
    refusal = await api.refusal("sendContact", {"chatId": ANNA, "contact": contact})
    assert refusal.startswith(message)


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("sendPoll", POLL, "chatId"),
        ("sendPoll", POLL, "message"),
        ("sendPoll", POLL, "options"),
        ("sendLocation", PLACE, "latitude"),
        ("sendLocation", PLACE, "longitude"),
        ("sendContact", CARD, "contact"),
    ],
)
async def test_what_is_needed(
    api: Api, method: str, body: dict[str, Any], field: str
) -> None:
    body = {key: value for key, value in body.items() if key != field}
    assert await api.refusal(method, body) == f"'{field}' is required"


@pytest.mark.parametrize(
    ("method", "body"),
    [("sendPoll", POLL), ("sendLocation", PLACE), ("sendContact", CARD)],
)
async def test_what_waits_is_shown_as_it_was_sent(
    api: Api, instance: Instance, method: str, body: dict[str, Any]
) -> None:
    instance.unlink()
    message_id = await api.sent(method, {**body, "quotedMessageId": "3EB0"})
    _, (item,) = await api("showMessagesQueue")
    assert (item["messageID"], item["type"]) == (message_id, method)
    assert item["body"]["typingTime"] is None
    assert item["body"]["quotedMessageId"] == "3EB0"
    flat = {key: value for key, value in body.items() if key != "contact"}
    assert flat.items() <= item["body"].items()
    assert body.get("contact", {}).items() <= item["body"].get("contact", {}).items()


# Quotes and forwards


async def test_unknown_quotes_may_be_refused(api: Api, instance: Instance) -> None:
    quoted = await api.sent("sendMessage", HI)
    assert instance.messages
    instance.strict_references = True
    for body in (
        {**HI, "quotedMessageId": "3EB0"},
        {**HI, "chatId": FAMILY, "quotedMessageId": quoted},
    ):
        assert await api.refusal("sendMessage", body) == "Message not found by id"
    await api.sent("sendMessage", {**HI, "quotedMessageId": quoted})
    incoming = instance.receive(ANNA, "Hello")
    await api.sent("sendPoll", {**POLL, "quotedMessageId": incoming})
    assert [one.quoted_message_id for one in instance.messages[1:]] == [
        quoted,
        incoming,
    ]


async def test_a_lid_is_the_same_chat(api: Api, instance: Instance) -> None:
    instance.strict_references = True
    incoming = instance.receive(ANNA, "Hello")
    lid = instance.lid("79001234567")
    body = {**HI, "chatId": lid, "quotedMessageId": incoming}
    assert (await api("sendMessage", body))[0] == 200


async def forward(api: Api, *message_ids: str, source: str = ANNA) -> list[str]:
    body = {"chatId": FAMILY, "chatIdFrom": source, "messages": message_ids}
    status, answer = await api("forwardMessages", body)
    assert (status, list(answer)) == (200, ["messages"])
    ids: list[str] = answer["messages"]
    return ids


async def test_messages_are_forwarded(api: Api, instance: Instance) -> None:
    picture = File(name="cam.png", content=b"png")
    incoming = instance.receive(ANNA, "Look", file=picture, sender_name="Anna")
    own = await api.sent("sendPoll", {**POLL, "quotedMessageId": incoming})
    assert len(instance.messages) == 1

    ids = await forward(api, incoming, own)

    _, first, second = instance.messages
    assert [first.id, second.id] == ids
    assert len({incoming, own, *ids}) == 4
    for message in (first, second):
        assert (message.chat_id, message.forwarded) == (FAMILY, True)
        assert (message.from_me, message.sender) == (True, "")
        assert message.quoted_message_id is None
    assert (first.text, first.type) == ("Look", MessageType.IMAGE)
    assert first.file is not None
    assert first.file.content == b"png"
    assert second.poll == Poll(options=("Yes", "No"))


async def test_forwards_wait_too(api: Api, instance: Instance) -> None:
    incoming = instance.receive(ANNA, "Look")
    instance.unlink()
    (message_id,) = await forward(api, incoming)
    assert (await api("showMessagesQueue"))[1] == [
        {
            "messagesIDs": [message_id],
            "type": "ForwardMessages",
            "body": {
                "chatId": FAMILY,
                "chatIdFrom": ANNA,
                "messages": [incoming],
                "typingTime": None,
            },
        }
    ]


async def test_what_nobody_knows_is_not_forwarded(api: Api, instance: Instance) -> None:
    known = instance.receive(ANNA, "Look")
    await forward(api, "3EB0")
    await forward(api, known, source=BORIS)
    assert instance.messages == []
    assert [status for _, status in instance.journal] == [MessageStatus.FAILED] * 2

    instance.foreign_files["https://example.com/a.png"] = None
    link = {"urlFile": "https://example.com/a.png", "fileName": "a.png"}
    failed = await api.sent("sendFileByUrl", {"chatId": ANNA, **link})
    assert len(instance.journal) == 3
    await forward(api, failed)
    assert [status for _, status in instance.journal] == [MessageStatus.FAILED] * 4

    instance.strict_references = True
    body = {"chatId": FAMILY, "chatIdFrom": ANNA, "messages": [known, "3EB0"]}
    assert await api.refusal("forwardMessages", body) == "Message not found by id"
    assert len(instance.journal) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chatId": "1"}, "'chatId' must be one of the next formats"),
        ({"chatIdFrom": "1"}, "'chatIdFrom' must be one of the next formats"),
        ({"messages": "3EB0"}, "'messages' must be an array"),
        ({"messages": []}, "'messages' must contain at least 1 items"),
        ({"messages": ["3EB0", 1]}, "'messages[1]' must be a string"),
        ({"typingTime": "1000"}, "'typingTime' must be a number"),
    ],
)
async def test_what_a_forward_must_not_be(
    api: Api, instance: Instance, change: dict[str, Any], message: str
) -> None:
    body = {"chatId": FAMILY, "chatIdFrom": ANNA, "messages": ["3EB0"]}
    assert (await api.refusal("forwardMessages", body | change)).startswith(message)
    assert instance.journal == []
