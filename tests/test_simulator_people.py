"""Contacts, chats and who is on WhatsApp."""

from typing import Any

import pytest

from tests.simulator import Instance
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, BORIS, FAMILY, HI, TOKEN, Api, Clock


async def test_checks(api: Api, instance: Instance) -> None:
    instance.not_on_whatsapp.add("79007654321")
    status, found = await api("checkWhatsapp", {"chatId": ANNA})
    assert status == 200
    lid = found.pop("chatId")
    assert lid.endswith("@lid")
    assert found == {
        "existsWhatsapp": True,
        "username": "",
        "phoneNumber": ANNA,
        "fromCache": False,
    }
    assert (await api("checkWhatsapp", {"phoneNumber": 79001234567}))[1]["fromCache"]
    forced = {"chatId": ANNA, "force": True}
    assert not (await api("checkWhatsapp", forced))[1]["fromCache"]
    assert (await api("checkWhatsapp", {"chatId": lid}))[1]["phoneNumber"] == ANNA

    for unknown in ("79007654321@c.us", "155508384256027@lid"):
        answer = (await api("checkWhatsapp", {"chatId": unknown}))[1]
        assert answer["existsWhatsapp"] is False
        assert answer["chatId"] == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "XOR Validation failed"),
        ({"chatId": ANNA, "phoneNumber": 79001234567}, "XOR Validation failed"),
        ({"phoneNumber": "79001234567"}, "'phoneNumber' must be a number"),
        ({"phoneNumber": 7900123}, "Bad phone number"),
        ({"chatId": "4512345678@c.us"}, "Bad phone number"),
        ({"chatId": "7123@c.us"}, "'phone_number@c.us' or 'chat_id@lid'"),
        ({"chatId": FAMILY}, "'phone_number@c.us' or 'chat_id@lid'"),
    ],
)
async def test_bad_checks(api: Api, body: Any, message: str) -> None:
    status, answer = await api("checkWhatsapp", body)
    assert status == 400
    assert message in answer["message"]


async def test_a_number_without_whatsapp_gets_nothing(
    api: Api, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("79001234567")
    assert (await api("sendMessage", HI))[0] == 200
    assert instance.messages == []
    assert instance.queue == []
    (entry,) = (await api("lastOutgoingMessages"))[1]
    assert entry["statusMessage"] == "noAccount"


async def test_contacts(api: Api, clock: Clock) -> None:
    anna = {
        "id": ANNA,
        "name": "Anna",
        "contactName": "Anna Petrova",
        "type": "user",
    }
    family = {"id": FAMILY, "name": "Family", "contactName": "", "type": "group"}
    for query, status, expected in (
        ("", 200, [anna, family]),
        ("?group=true", 200, [family]),
        ("?group=false", 200, [anna]),
        ("?count=1", 200, [anna]),
        ("?group=maybe", 400, None),
        ("?count=0", 400, None),
    ):
        api.token = TOKEN + query
        answer = await api("getContacts")
        assert answer[0] == status
        assert expected in (None, answer[1])
        clock.forward(1)


# Chats


async def test_chats_the_latest_first(
    api: Api, instance: Instance, clock: Clock
) -> None:
    group = {
        "archive": False,
        "id": FAMILY,
        "ephemeralExpiration": 0,
        "ephemeralSettingTimestamp": 0,
        "name": "Family",
        "type": "group",
    }
    assert await api("getChats") == (200, [group])

    instance.receive(BORIS, "Hello")
    await api("sendMessage", {**HI, "chatId": instance.lid("79001234567")})
    assert instance.messages
    clock.forward(1)
    _, chats = await api("getChats")
    assert [(chat["id"], chat["name"], chat["type"]) for chat in chats] == [
        (ANNA, "Anna Petrova", "user"),
        (BORIS, "", "user"),
        (FAMILY, "Family", "group"),
    ]
    clock.forward(1)
    api.token = f"{TOKEN}?count=2"
    assert [chat["id"] for chat in (await api("getChats"))[1]] == [ANNA, BORIS]


async def test_the_archive(api: Api, instance: Instance, clock: Clock) -> None:
    for method, archived in (("archiveChat", True), ("unarchiveChat", False)):
        response = await api.raw(method, {"chatId": FAMILY})
        assert (response.status, await response.read()) == (200, b"")
        _, (chat,) = await api("getChats")
        assert chat["archive"] is archived
        assert instance.archived_chats == ({FAMILY} if archived else set())
        clock.forward(1)


async def test_chats_are_read(api: Api, instance: Instance) -> None:
    message_id = instance.receive(ANNA, "Hello")
    one = {"chatId": ANNA, "idMessage": message_id}
    assert await api("readChat", one) == (200, {"setRead": True})
    assert await api("readChat", {"chatId": ANNA}) == (200, {"setRead": True})
    unknown = {"chatId": ANNA, "idMessage": "3EB0"}
    assert await api("readChat", unknown) == (200, {"setRead": False})
    assert instance.read_chats == [(ANNA, message_id), (ANNA, None)]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("getChats", None),
        ("readChat", {"chatId": ANNA}),
        ("archiveChat", {"chatId": ANNA}),
        ("unarchiveChat", {"chatId": ANNA}),
    ],
)
async def test_chats_need_a_linked_phone(
    api: Api, instance: Instance, method: str, body: Any
) -> None:
    instance.unlink()
    refusal = await api.refusal(method, body)
    assert refusal == "instance is starting or not authorized"
    assert instance.read_chats == []
    assert instance.archived_chats == set()


@pytest.mark.parametrize("method", ["readChat", "archiveChat", "unarchiveChat"])
async def test_what_is_no_chat(api: Api, method: str) -> None:
    refusal = await api.refusal(method, {"chatId": "7123@c.us"})
    assert refusal.startswith("'chatId' must be one of the next formats")
