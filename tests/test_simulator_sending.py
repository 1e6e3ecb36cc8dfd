"""Texts are sent under the real API's conditions."""

import json
from typing import Any

import pytest

from tests.simulator import Instance
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, HI, Api, Clock


async def test_a_message_arrives(api: Api, instance: Instance, clock: Clock) -> None:
    status, body = await api(
        "sendMessage",
        {**HI, "quotedMessageId": "3EB0", "linkPreview": False, "typingTime": 1000},
    )
    assert status == 200
    assert body["idMessage"].startswith("3EB0")
    assert len(body["idMessage"]) == 22
    assert int(body["idMessage"], 16)
    assert instance.messages == []

    clock.forward(1)
    (message,) = instance.messages
    assert message.id == body["idMessage"]
    assert (message.chat_id, message.text) == (ANNA, "Hi")
    assert message.quoted_message_id == "3EB0"
    assert message.link_preview is False
    assert message.typing_time == 1000
    assert message.timestamp == int(clock())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chatId": None}, "'chatId' must be a string"),
        ({"chatId": 79001234567}, "'chatId' must be a string"),
        ({"chatId": ""}, "'chatId' is not allowed to be empty"),
        ({"message": 5}, "'message' must be a string"),
        ({"message": ""}, "'message' is not allowed to be empty"),
        (
            {"message": "x" * 20_001},
            "'message' length must be less than or equal to 20000 characters long",
        ),
        ({"linkPreview": "true"}, "'linkPreview' must be a boolean"),
        ({"linkPreview": 1}, "'linkPreview' must be a boolean"),
        ({"typingTime": "1000"}, "'typingTime' must be a number"),
        ({"typingTime": True}, "'typingTime' must be a number"),
        ({"typingTime": 1000.5}, "'typingTime' must be an integer"),
        ({"typingTime": 999}, "'typingTime' must be greater than or equal to 1000"),
        ({"typingTime": 10**400}, "'typingTime' must be less than or equal to 20000"),
        ({"typingTime": 20001}, "'typingTime' must be less than or equal to 20000"),
        ({"quotedMessageId": 1}, "'quotedMessageId' must be a string"),
        ({"quotedMessageId": None}, "'quotedMessageId' must be a string"),
        ({"typePreview": "huge"}, "'typePreview' must be one of [large, small]"),
        ({"customPreview": {}}, "'title' is required"),
        ({"customPreview": []}, "'customPreview' must be of type object"),
    ],
)
async def test_what_a_message_must_not_be(
    api: Api, instance: Instance, change: dict[str, Any], message: str
) -> None:
    status, body = await api("sendMessage", HI | change)
    assert status == 400
    assert body["message"] == f"Validation failed. Details: {message}"
    assert instance.messages == []


@pytest.mark.parametrize(
    "chat_id",
    [
        "79001234567",
        "+79001234567@c.us",
        "079001234567@c.us",
        "7123@c.us",
        "٧٩٠٠١٢٣٤٥٦٧@c.us",
        "79001234567@s.whatsapp.net",
        "79001234567@C.US",
        "79001234567@c.us ",
        "status@broadcast",
        "@g.us",
        "1-2-3@g.us",
        "12@lid",
    ],
)
async def test_what_is_no_chat(api: Api, chat_id: str) -> None:
    status, body = await api("sendMessage", {**HI, "chatId": chat_id})
    assert status == 400
    assert "'chatId' must be one of the next formats: " in body["message"]


@pytest.mark.parametrize(
    "chat_id",
    [
        ANNA,
        "4512345678@c.us",
        FAMILY,
        "79876543210-1581234048@g.us",
        "155508384256027@lid",
    ],
)
async def test_what_is_a_chat(api: Api, instance: Instance, chat_id: str) -> None:
    assert (await api("sendMessage", {**HI, "chatId": chat_id}))[0] == 200
    assert [message.chat_id for message in instance.messages] == [chat_id]


async def test_the_longest_message_and_half_a_character(
    api: Api, instance: Instance
) -> None:
    longest = "😀" * 10_000
    # Escaped as \\ud83d\\ude00 they would be more JSON than the API takes.
    data = json.dumps({**HI, "message": longest}, ensure_ascii=False)
    assert (await api.text(data.encode()))[0] == 200
    assert (await api("sendMessage", {**HI, "message": "a\ud83db"}))[0] == 200
    assert [message.text for message in instance.messages] == [longest, "a\ufffdb"]


async def test_unknown_keys_are_tolerated_and_recorded(
    api: Api, instance: Instance
) -> None:
    assert (await api("sendMessage", {**HI, "phoneNumber": 1}))[0] == 200
    (request,) = instance.requests
    assert request.unknown_keys == ("phoneNumber",)


async def test_a_body_that_is_not_declared_as_json_is_not_read(api: Api) -> None:
    status, body = await api("sendMessage", data=HI)
    assert status == 400
    assert body["message"].endswith("'chatId' is required")
