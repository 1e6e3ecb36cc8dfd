"""A person uses the phone page."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.simulator import (
    CallOutcome,
    ContactCard,
    GroupInvite,
    Instance,
    InstanceState,
    MessageType,
    Poll,
)
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import (
    ANNA,
    BORIS,
    FAMILY,
    HI,
    INSTANCE,
    Api,
    switch_on,
    told,
)

type Act = Callable[..., Awaitable[int]]


@pytest.fixture
def act(api: Api) -> Act:
    """Do something on the page, and return the status of the answer."""

    async def act(name: str, **said: Any) -> int:
        url = f"{api.simulator.url}/phone/{INSTANCE}/act"
        async with api.session.post(url, json={"act": name, **said}) as response:
            return response.status

    return act


async def shown(api: Api) -> Any:
    """Return what the page shows."""
    url = f"{api.simulator.url}/phone/{INSTANCE}/messages.json"
    async with api.session.get(url) as response:
        return await response.json()


async def test_somebody_writes(act: Act, instance: Instance) -> None:
    switch_on(instance)
    assert await act("write", chat=ANNA, text="Hello", **{"as": ANNA}) == 204
    (first,) = instance.received
    assert (first.text, first.sender) == ("Hello", ANNA)
    reply = {"as": BORIS, "quoted": first.id}
    assert await act("write", chat=FAMILY, text="Hey", **reply) == 204
    assert await act("write", chat=ANNA, text="Hi", **{"as": ""}) == 204
    assert instance.received[1].sender == BORIS
    assert instance.received[1].quoted_message_id == first.id
    (own,) = instance.messages
    assert (own.text, own.by_phone) == ("Hi", True)
    kinds = [one["typeWebhook"] for one in told(instance)]
    assert kinds[:3] == [
        "incomingMessageReceived",
        "incomingMessageReceived",
        "outgoingMessageReceived",
    ]


async def test_somebody_sends_a_file(api: Api, instance: Instance) -> None:
    url = f"{api.simulator.url}/phone/{INSTANCE}/attach"
    said = {"chat": ANNA, "as": ANNA, "name": "דלת.png", "text": "Look"}
    said["type"] = "image/png"
    octets = {"Content-Type": "application/octet-stream"}

    async def attach(headers: dict[str, str], **change: str) -> int:
        options: Any = {"params": said | change, "data": b"png", "headers": headers}
        async with api.session.post(url, **options) as response:
            return response.status

    assert await attach(octets) == 204
    (message,) = instance.received
    assert (message.type, message.text) == (MessageType.IMAGE, "Look")
    assert message.file is not None
    assert (message.file.name, message.file.content) == ("דלת.png", b"png")
    assert await attach(octets, name="a.pdf", text="", **{"as": ""}) == 204
    assert instance.messages[0].type is MessageType.DOCUMENT
    assert await attach(octets, name="") == 400
    assert await attach(octets, chat="nobody") == 400
    assert await attach({"Content-Type": "text/plain"}) == 415
    assert len(instance.history) == 2


async def test_somebody_answers_a_message(
    api: Api, act: Act, instance: Instance
) -> None:
    poll = instance.receive(ANNA, "Arm?", poll=Poll(options=("Yes", "No")))
    buttons = [{"buttonId": "1", "buttonText": "Yes"}]
    body = {"chatId": ANNA, "body": "Open?", "buttons": buttons}
    asked = await api.sent("sendInteractiveButtonsReply", body)
    instance.advance()
    person = {"chat": ANNA, "as": ANNA}
    assert await act("react", message=poll, emoji="👍", **person) == 204
    assert await act("vote", message=poll, options=["Yes"], **person) == 204
    assert await act("press", message=asked, button="1", **person) == 204

    question, answers, choice = (await shown(api))["chats"][0]["messages"]

    assert question["reactions"] == [{"emoji": "👍", "who": "Anna Petrova", "id": ANNA}]
    assert question["votes"] == {ANNA: ["Yes"]}
    assert [one["text"] for one in answers["buttons"]["buttons"]] == ["Yes"]
    assert (choice["choice"], choice["quotedId"], choice["text"]) == (
        "1",
        asked,
        "Yes",
    )
    for wrong in (["Maybe"], ["Yes", "No"], "Yes"):
        assert await act("vote", message=poll, options=wrong, **person) == 400
    assert await act("press", message=asked, button="2", **person) == 400
    assert await act("react", message="3EB0", emoji="👍", **person) == 400


async def test_somebody_changes_a_message(
    api: Api, act: Act, instance: Instance
) -> None:
    theirs, other = instance.receive(ANNA, "Hello"), instance.receive(ANNA, "Hey")
    own = instance.send_from_phone(ANNA, "Hi")
    for message_id in (theirs, own):
        wish = {"chat": ANNA, "message": message_id}
        assert await act("edit", text="New", **wish) == 204
    assert await act("delete", chat=ANNA, message=other) == 204
    entries = [one.message for one in instance.history]
    assert [(one.text, one.edited) for one in entries] == [
        ("New", True),
        ("Hey", False),
        ("New", True),
    ]
    assert [one.deleted for one in entries] == [False, True, False]
    assert await act("edit", chat=ANNA, message=own, text=" ") == 400
    by_api = await api.sent("sendMessage", HI)
    assert len(instance.messages) == 2
    assert await act("delete", chat=ANNA, message=by_api) == 400


async def test_somebody_calls(api: Api, act: Act, instance: Instance) -> None:
    instance.receive(ANNA, "Hello")
    assert await act("call", chat=ANNA) == 204
    (call,) = instance.calls
    message, ringing = (await shown(api))["chats"][0]["messages"]
    assert (message["type"], ringing["type"]) == ("text", "call")
    assert (ringing["id"], ringing["outcome"]) == (call.id, None)
    assert await act("endCall", call=call.id, outcome="declined") == 204
    assert [one.outcome for one in instance.calls] == [CallOutcome.DECLINED]
    assert await act("endCall", call=call.id, outcome="sung") == 400
    assert await act("endCall", call="1", outcome="missed") == 400


async def test_who_looks_has_read(api: Api, act: Act, instance: Instance) -> None:
    assert await act("goOnline", online=False) == 204
    await api.sent("sendMessage", HI)

    async def status() -> str:
        (message,) = (await shown(api))["chats"][0]["messages"]
        found: str = message["status"]
        return found

    assert await status() == "sent"
    assert (await shown(api))["online"] is False
    assert await act("goOnline", online=True) == 204
    assert await status() == "delivered"
    assert await act("read", chat=ANNA) == 204
    assert await status() == "read"


async def test_the_phone_is_linked(api: Api, act: Act, instance: Instance) -> None:
    assert (await shown(api))["qr"] is None
    assert await act("scan") == 400
    instance.unlink()
    picture = (await shown(api))["qr"]
    assert picture == (await api("qr"))[1]["message"]
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert await act("scan") == 204
    assert instance.state is InstanceState.AUTHORIZED
    instance.unlink()
    body = {"phoneNumber": 79990000002}
    code = (await api("getAuthorizationCode", body))[1]["code"]
    assert await act("enterCode", code="ABCD1234") == 400
    assert await act("enterCode", code=code) == 204
    assert (await shown(api))["phone"] == "79990000002"


async def test_what_the_page_needs_to_know(api: Api, instance: Instance) -> None:
    switch_on(instance)
    instance.receive(FAMILY, "Hello", sender=BORIS, sender_name="Bo")
    found = await shown(api)
    assert found["notifications"] == 1
    assert found["contacts"] == [
        {"id": ANNA, "name": "Anna Petrova", "group": False},
        {"id": FAMILY, "name": "Family", "group": True},
    ]
    (message,) = found["chats"][0]["messages"]
    assert (message["sender"], message["senderId"]) == ("Bo", BORIS)
    invite = GroupInvite(group_id=FAMILY, name="Us", code="c")
    instance.receive(ANNA, invite=invite)
    cards = (ContactCard(phone=7900, company="C"), ContactCard(phone=7901, company="D"))
    instance.receive(ANNA, contacts=cards)
    invited, several = (await shown(api))["chats"][0]["messages"]
    assert (invited["type"], invited["invite"]) == ("invite", "Us")
    assert [one["name"] for one in several["contacts"]] == ["C", "D"]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"act": "dance"},
        {"act": "write", "chat": ANNA, "text": "", "as": ANNA},
        {"act": "write", "chat": ANNA, "text": 1, "as": ANNA},
        {"act": "write", "chat": "Anna", "text": "Hi", "as": ANNA},
        {"act": "write", "chat": ANNA, "as": ANNA},
        {"act": "goOnline"},
        [],
        "text",
    ],
)
async def test_what_makes_no_sense(api: Api, instance: Instance, wish: Any) -> None:
    url = f"{api.simulator.url}/phone/{INSTANCE}/act"
    async with api.session.post(url, json=wish) as response:
        assert response.status == 400
    async with api.session.post(url, data=b"{") as response:
        assert response.status == 415
    headers = {"Content-Type": "application/json"}
    async with api.session.post(url, data=b"{", headers=headers) as response:
        assert response.status == 400
    assert instance.history == []
    assert instance.phone_online
