"""Messages are edited and deleted, and somebody seems to type."""

from typing import Any

import pytest

from tests.simulator import File, Instance, InstanceState, MessageType
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, HI, Api, Clock

LINK = {
    "chatId": ANNA,
    "urlFile": "https://example.com/a.jpg",
    "fileName": "a.jpg",
    "caption": "Door",
}


async def test_a_text_is_edited_in_its_place(
    api: Api, instance: Instance, clock: Clock
) -> None:
    first = await api.sent("sendMessage", HI)
    await api.sent("sendMessage", {**HI, "message": "Second"})
    assert len(instance.messages) == 2
    change = {"chatId": ANNA, "idMessage": first, "message": "Hello \ud83d"}

    edited = await api.sent("editMessage", change)

    assert edited.startswith("3EB0")
    assert edited != first
    message, other = instance.messages
    assert (message.id, message.text, message.edited) == (first, "Hello \ufffd", True)
    assert other.edited is False
    clock.forward(1)
    assert await api.refusal("editMessage", change | {"idMessage": edited}) == (
        "ID message notfound"
    )


async def test_a_caption_is_edited(api: Api, instance: Instance, clock: Clock) -> None:
    message_id = await api.sent("sendFileByUrl", LINK)
    assert instance.messages
    body = {"chatId": ANNA, "idMessage": message_id, "message": "x" * 1024}
    await api.sent("editMessage", body)
    (message,) = instance.messages
    assert (message.text, message.type) == ("x" * 1024, MessageType.IMAGE)
    clock.forward(1)
    refusal = await api.refusal("editMessage", body | {"message": "x" * 1025})
    assert refusal.startswith("'message' length must be less than or equal to 1024")


async def test_what_cannot_be_edited(
    api: Api, instance: Instance, clock: Clock
) -> None:
    poll = {"message": "?", "options": [{"optionName": "a"}, {"optionName": "b"}]}
    ids = {
        "incoming": instance.receive(ANNA, "Hello"),
        "a poll": await api.sent("sendPoll", {"chatId": ANNA, **poll}),
        "in another chat": await api.sent("sendMessage", {**HI, "chatId": FAMILY}),
        "unknown": "3EB0",
    }
    assert len(instance.messages) == 2
    instance.send_delay = 60
    ids["waiting"] = await api.sent("sendMessage", HI)
    for name, message_id in ids.items():
        clock.forward(1)
        body = {"chatId": ANNA, "idMessage": message_id, "message": "New"}
        assert await api.refusal("editMessage", body) == "ID message notfound", name
    assert not any(message.edited for message in instance.messages)


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        ("editMessage", {"chatId": None}, "'chatId' must be a string"),
        ("editMessage", {"idMessage": ""}, "'idMessage' is not allowed to be empty"),
        ("editMessage", {"message": ""}, "'message' is not allowed to be empty"),
        ("editMessage", {"message": "x" * 20_001}, "'message' length must be less"),
        ("deleteMessage", {"chatId": "1"}, "'chatId' must be one of the next formats"),
        ("deleteMessage", {"idMessage": 1}, "'idMessage' must be a string"),
        ("deleteMessage", {"onlySenderDelete": 1}, "'onlySenderDelete' must be a bool"),
        ("sendTyping", {"chatId": 1}, "'chatId' must be a string"),
        ("sendTyping", {"typingTime": 999}, "'typingTime' must be greater than or"),
        ("sendTyping", {"typingTime": 20_001}, "'typingTime' must be less than or"),
        ("sendTyping", {"typingType": "dance"}, "'typingType' must be one of [record"),
    ],
)
async def test_what_a_change_must_not_be(
    api: Api, method: str, change: dict[str, Any], message: str
) -> None:
    body = {**HI, "idMessage": "3EB0"} | change
    assert (await api.refusal(method, body)).startswith(message)


@pytest.mark.parametrize("method", ["editMessage", "deleteMessage"])
async def test_too_late_is_accepted_and_does_nothing(
    api: Api, instance: Instance, clock: Clock, method: str
) -> None:
    instance.edit_window = instance.delete_window = 900
    for wait, changed in ((900, True), (901, False)):
        message_id = await api.sent("sendMessage", HI)
        assert instance.messages
        clock.forward(wait)
        body = {"chatId": ANNA, "idMessage": message_id, "message": "New"}
        assert (await api(method, body))[0] == 200
        message = instance.messages[-1]
        assert (message.edited or message.deleted) is changed


async def test_a_message_is_deleted(api: Api, instance: Instance, clock: Clock) -> None:
    message_id = await api.sent("sendMessage", HI)
    body = {"chatId": ANNA, "idMessage": message_id}
    assert len(instance.messages) == 1
    await api("deleteMessage", {**body, "onlySenderDelete": True})
    assert [message.deleted for message in instance.messages] == [False]

    response = await api.raw("deleteMessage", body)

    assert (response.status, await response.read()) == (200, b"")
    assert response.headers["Content-Length"] == "0"
    assert [message.deleted for message in instance.messages] == [True]
    await api.sent("editMessage", {**body, "message": "New"})
    assert instance.messages[0].text == "Hi"
    unknown = {"chatId": ANNA, "idMessage": "3EB0"}
    assert await api.refusal("deleteMessage", unknown) == "ID message notfound"
    incoming = {"chatId": ANNA, "idMessage": instance.receive(ANNA, "Hello")}
    assert await api.refusal("deleteMessage", incoming) == "ID message notfound"


async def test_a_deleted_message_is_not_forwarded(api: Api, instance: Instance) -> None:
    message_id = await api.sent("sendMessage", HI)
    assert instance.messages
    await api("deleteMessage", {"chatId": ANNA, "idMessage": message_id})
    body = {"chatId": FAMILY, "chatIdFrom": ANNA, "messages": [message_id]}
    assert (await api("forwardMessages", body))[0] == 200
    assert [message.chat_id for message in instance.messages] == [ANNA]


async def test_somebody_seems_to_type(api: Api) -> None:
    for body in ({}, {"typingTime": 20_000}, {"typingType": "recording"}):
        response = await api.raw("sendTyping", {"chatId": ANNA, **body})
        assert (response.status, await response.read()) == (200, b"")


@pytest.mark.parametrize("method", ["editMessage", "deleteMessage", "sendTyping"])
async def test_changes_need_a_linked_phone(
    api: Api, instance: Instance, clock: Clock, method: str
) -> None:
    message_id = await api.sent("sendMessage", HI)
    assert instance.messages
    body = {**HI, "idMessage": message_id}
    for state, message in (
        (InstanceState.NOT_AUTHORIZED, "instance is starting or not authorized"),
        (InstanceState.STARTING, "instance in starting process try later"),
    ):
        instance.state = state
        clock.forward(1)
        assert await api.refusal(method, body) == message


async def test_an_incoming_message_stays_as_it_is(instance: Instance) -> None:
    picture = File(name="a.ogg", content=b"ogg")
    message_id = instance.receive(ANNA, file=picture)
    (message,) = instance.received
    assert (message.id, message.type) == (message_id, MessageType.AUDIO)
    assert len(message_id) == 32
    assert (message.from_me, message.sender) == (False, ANNA)
    assert message.sender_name == "Anna"
    assert message.file is not None
    assert message.file.content_type == "audio/ogg"
    assert instance.messages == []
    assert instance.uploads == []
    with pytest.raises(ValueError, match="Somebody must have sent it"):
        instance.receive(FAMILY, "Hello")
