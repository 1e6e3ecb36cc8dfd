"""What waits in the send queue, and what left it."""

from copy import deepcopy
import json
from typing import Any

from aiohttp import ClientSession
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.green_api.api import (
    ChatId,
    GreenApiClient,
    GreenApiQuotaError,
    GreenApiResponseError,
    MessageType,
    QueuedMessage,
    RateLimits,
)
from tests.conftest import ANNA, BORIS, FAMILY, INSTANCE_ID, TOKEN
from tests.simulator import Instance, Plan, Simulator

from .conftest import ClientFactory, Stranger
from .test_journal import JSON

CHAT = ChatId.parse(ANNA)

# As a live instance that is not linked shows them.
ITEMS: list[dict[str, Any]] = [
    {
        "messageID": "BAE5B8457AE5FC88",
        "type": "sendMessage",
        "body": {
            "chatId": FAMILY,
            "message": "New message",
            "linkPreview": True,
            "typingTime": None,
            "typePreview": "small",
        },
    },
    {
        "messageID": "BAE5D97C67FBD0D9",
        "type": "sendFileByUrl",
        "body": {
            "chatId": FAMILY,
            "urlFile": "https://example.com/picture.jpg",
            "fileName": "photo.jpg",
            "caption": "File description",
            "typingTime": None,
            "typingType": "composing",
        },
    },
    {
        "messagesIDs": ["BAE5", "BAE6"],
        "type": "ForwardMessages",
        "body": {"chatId": ANNA, "chatIdFrom": BORIS, "messages": ["3EB0", "3EB1"]},
    },
]


def read(*items: Any) -> list[QueuedMessage]:
    return [message for item in items for message in QueuedMessage.from_answer(item)]


# The queue


async def test_what_waits_is_told_in_order(
    client: GreenApiClient, instance: Instance
) -> None:
    received = instance.receive(BORIS, "Look")
    assert await client.show_messages_queue() == ()
    instance.unlink()
    text = await client.send_message(CHAT, "Hi", link_preview=False)
    poll = await client.send_poll(CHAT, "Arm?", ["Yes", "No"])
    [forwarded] = await client.forward_messages(CHAT, ChatId.parse(BORIS), [received])

    waiting = await client.show_messages_queue()

    assert [(each.message_id, each.type, each.chat_id) for each in waiting] == [
        (text.message_id, "sendMessage", ANNA),
        (poll.message_id, "sendPoll", ANNA),
        (forwarded.message_id, "ForwardMessages", ANNA),
    ]
    assert waiting[0].body["message"] == "Hi"
    assert waiting[0].body["linkPreview"] is False
    assert instance.requests[-1].verb == "GET"

    instance.link()
    assert await client.show_messages_queue() == ()


def test_a_queue_as_it_is_shown() -> None:
    assert read(*ITEMS) == [
        QueuedMessage("BAE5B8457AE5FC88", "sendMessage", FAMILY, ITEMS[0]["body"]),
        QueuedMessage("BAE5D97C67FBD0D9", "sendFileByUrl", FAMILY, ITEMS[1]["body"]),
        QueuedMessage("BAE5", "ForwardMessages", ANNA, ITEMS[2]["body"]),
        QueuedMessage("BAE6", "ForwardMessages", ANNA, ITEMS[2]["body"]),
    ]


@pytest.mark.parametrize(
    "item",
    [
        {},
        # How the page had it before there were ids.
        {"typeMessage": "textMessage", "chatId": ANNA, "message": "Hi"},
        {**ITEMS[0], "messageID": None},
        {**ITEMS[0], "messageID": ""},
        {**ITEMS[0], "messageID": ["BAE5"]},
        {**ITEMS[2], "messagesIDs": "BAE5"},
        {**ITEMS[2], "messagesIDs": [None, "", {}]},
    ],
)
def test_what_has_no_id_is_left_out(item: dict[str, Any]) -> None:
    assert read(item) == []


@pytest.mark.parametrize("body", [None, [], "Hi", {"chatId": None}])
def test_a_message_that_waits_without_a_body(body: Any) -> None:
    [message] = read({"messageID": "BAE5", "type": None, "body": body})

    assert (message.message_id, message.type, message.chat_id) == ("BAE5", "", "")
    assert isinstance(message.body, dict)


def test_what_waits_is_nobodys_business() -> None:
    assert repr(read(*ITEMS)[0]) == "QueuedMessage()"


@settings(deadline=None)
@given(st.data())
def test_whatever_waits_is_read_into_what_it_should_be(data: st.DataObject) -> None:
    item = deepcopy(data.draw(st.sampled_from(ITEMS)))
    for key in ("messageID", "messagesIDs", "type", "body"):
        if data.draw(st.booleans()):
            item[key] = data.draw(JSON)

    for message in read(item):
        assert message.message_id
        for text in (message.message_id, message.type, message.chat_id):
            assert isinstance(text, str)
        assert isinstance(message.body, dict)


# The journal


async def test_what_was_sent_is_told_newest_first(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.receive(ANNA, "Not this one")
    first = await client.send_message(CHAT, "First")
    second = await client.send_message(ChatId.parse(FAMILY), "Second")

    sent = await client.last_outgoing_messages(5)

    assert [each.message_id for each in sent] == [second.message_id, first.message_id]
    assert [each.chat_id for each in sent] == [FAMILY, ANNA]
    assert {(each.type, each.from_me, each.status) for each in sent} == {
        (MessageType.TEXT, True, "delivered")
    }
    assert [each.sent_by_api for each in sent] == [True, True]
    assert instance.requests[-1].query == {"minutes": "5"}


@pytest.mark.parametrize("given", [False, None, 1, "true", [], "missing"])
async def test_what_was_not_sent_by_the_api(
    stranger: Stranger, client_of: ClientFactory, given: Any
) -> None:
    item = {"idMessage": "3EB0"} | ({} if given == "missing" else {"sendByApi": given})
    stranger.body = json.dumps([item, None, 7]).encode()

    [message] = await client_of(stranger.url).last_outgoing_messages(1440)

    assert message.sent_by_api is (False if given is False else None)
    assert stranger.paths[0].endswith("?minutes=1440")


async def test_a_quota_for_journals(client: GreenApiClient, instance: Instance) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.used["lastOutgoingMessages"] = 1000

    with pytest.raises(GreenApiQuotaError):
        await client.last_outgoing_messages(1)


# Both


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'"forbidden"', b"7", b"<p>"])
async def test_what_is_no_list(
    stranger: Stranger, client_of: ClientFactory, body: bytes
) -> None:
    stranger.body = body
    client = client_of(stranger.url)

    for call in (client.show_messages_queue(), client.last_outgoing_messages(1)):
        with pytest.raises(GreenApiResponseError) as error:
            await call
        assert type(error.value) is GreenApiResponseError


@pytest.mark.usefixtures("real_pace")
async def test_both_are_asked_for_once_a_second_each(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> None:
    mine, others = (
        GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=simulator.url)
        for _ in range(2)
    )
    mine._limits.interval = RateLimits.interval
    await others.show_messages_queue()
    await others.last_outgoing_messages(1)

    await mine.show_messages_queue()
    await mine.last_outgoing_messages(1)

    statuses = [each.status for each in instance.requests]
    assert statuses[:3] == [200, 200, 429]
    assert statuses[-1] == 200
