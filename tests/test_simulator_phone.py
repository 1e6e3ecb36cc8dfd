"""The phone page shows what arrived, and its panel works."""

import json
import re
from typing import Any

from tests.simulator import (
    ContactCard,
    File,
    Instance,
    InstanceState,
    Location,
    Poll,
    Simulator,
)
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, HI, INSTANCE, TOKEN, Api

PNG = b"png"


async def test_the_phone_shows_chats_and_no_token(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    text = "<script>alert(1)</script>"
    _, quoted = await api("sendMessage", {**HI, "message": text})
    await api("sendMessage", {**HI, "chatId": FAMILY, "message": "Dinner"})
    lid = instance.lid("79001234567")
    reply = {"quotedMessageId": quoted["idMessage"], "message": "Again"}
    await api("sendMessage", {"chatId": lid, **reply})

    pages = []
    phone = f"/phone/{INSTANCE}"
    for path in ("/", phone, "/phones.json", f"{phone}/messages.json"):
        async with api.session.get(simulator.url + path) as response:
            assert response.status == 200
            pages.append(await response.text())
            if response.content_type == "text/html":
                assert (
                    "script-src 'sha256-" in response.headers["Content-Security-Policy"]
                )
                assert text not in pages[-1]
    assert not any(TOKEN in page for page in pages)

    shown = json.loads(pages[-1])
    assert shown["state"] == "authorized"
    assert [(chat["id"], chat["name"]) for chat in shown["chats"]] == [
        (ANNA, "Anna Petrova"),
        (FAMILY, "Family"),
    ]
    first, second = shown["chats"][0]["messages"]
    assert first["text"] == text
    assert (second["text"], second["quoted"]["text"]) == ("Again", text)
    assert first["quoted"] is None


async def messages(api: Api) -> dict[str, list[dict[str, Any]]]:
    """Return what the page shows, by chat."""
    url = f"{api.simulator.url}/phone/{INSTANCE}/messages.json"
    async with api.session.get(url) as response:
        shown = await response.json()
    return {chat["id"]: chat["messages"] for chat in shown["chats"]}


async def test_the_phone_shows_everything(api: Api, instance: Instance) -> None:
    instance.receive(ANNA, "Look", file=File(name="a.png", content=PNG))
    instance.receive(ANNA, location=Location(latitude=1, longitude=2, name="Home"))
    instance.receive(ANNA, contact=ContactCard(phone=79007654321, company="C"))
    instance.receive(ANNA, "Arm?", poll=Poll(options=("Yes", "No")), forwarded=True)
    link = "https://example.com/a.pdf"
    body = {"chatId": ANNA, "urlFile": link, "fileName": "a.pdf"}
    last = await api.sent("sendFileByUrl", body)

    shown = (await messages(api))[ANNA]

    assert [one["type"] for one in shown] == [
        "image",
        "location",
        "contact",
        "poll",
        "document",
    ]
    picture, place, card, poll, document = shown
    url = f"/phone/{INSTANCE}/files/{picture['id']}"
    assert picture["file"] == {"name": "a.png", "size": 3, "url": url}
    assert (picture["text"], picture["sender"]) == ("Look", "Anna Petrova")
    assert place["location"] == {
        "latitude": 1,
        "longitude": 2,
        "name": "Home",
        "address": "",
    }
    assert card["contact"] == {"name": "C", "phone": "+79007654321", "company": "C"}
    assert poll["poll"] == {"options": ["Yes", "No"], "multipleAnswers": False}
    assert [one["forwarded"] for one in shown] == [False, False, False, True, False]
    assert document["file"] == {"name": "a.pdf", "size": None, "url": link}
    assert [one["fromMe"] for one in shown] == [False, False, False, False, True]

    async with api.session.get(api.simulator.url + url) as response:
        assert (await response.read(), response.content_type) == (PNG, "image/png")
        assert "sandbox" in response.headers["Content-Security-Policy"]
    for wanted in (last, place["id"], "3EB0"):
        url = f"{api.simulator.url}/phone/{INSTANCE}/files/{wanted}"
        async with api.session.get(url) as response:
            assert response.status == 404


async def test_the_phone_shows_changes(api: Api, instance: Instance) -> None:
    first = await api.sent("sendMessage", HI)
    second = await api.sent("sendMessage", {**HI, "quotedMessageId": first})
    assert len(instance.messages) == 2
    new = {"chatId": ANNA, "idMessage": second, "message": "New"}
    await api.sent("editMessage", new)
    await api("deleteMessage", {"chatId": ANNA, "idMessage": first})
    instance.foreign_files["https://example.com/a.pdf"] = None
    link = {"urlFile": "https://example.com/a.pdf", "fileName": "a.pdf"}
    await api.sent("sendFileByUrl", {"chatId": ANNA, **link})

    gone, edited = (await messages(api))[ANNA]

    assert (gone["deleted"], gone["text"]) == (True, "")
    assert (edited["edited"], edited["text"]) == (True, "New")
    assert edited["quoted"]["deleted"] is True


async def test_a_stranger_in_a_group(api: Api, instance: Instance) -> None:
    instance.receive(FAMILY, "Hello", sender="79000000009@c.us")
    ((message,),) = (await messages(api)).values()
    assert message["sender"] == "+79000000009"


async def test_the_page_allows_only_itself(api: Api, instance: Instance) -> None:
    async with api.session.get(f"{api.simulator.url}/phone/{INSTANCE}") as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "; img-src 'self' data:; media-src 'self'; " in policy
    assert "{style}" not in page
    assert "{script}" not in page
    # All of it is in the page, which asks nobody for more.
    assert not re.search(r"<(script|link|img|style)[^>]* (src|href)=\"(?!data:)", page)


async def test_the_panel_changes_state_and_faults(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    url = f"{simulator.url}/phone/{INSTANCE}/control"

    async def control(**options: Any) -> int:
        async with api.session.post(url, **options) as response:
            return response.status

    assert await control(json={"state": "suspended"}) == 204
    assert instance.state is InstanceState.SUSPENDED
    assert instance.suspended_until
    fault = {"fault": "badGateway", "onlySends": True, "once": False}
    assert await control(json=fault) == 204
    assert (await api("sendMessage", HI))[0] == 502
    assert (await api("sendPoll", {}))[0] == 502
    assert (await api("getStateInstance"))[0] == 200
    assert await control(json={"clearFaults": True}) == 204
    assert instance.faults.active == ()

    assert await control(json={"state": "away"}) == 400
    assert await control(json=[]) == 400
    assert await control(data={"state": "authorized"}) == 415
    assert instance.state is InstanceState.SUSPENDED
