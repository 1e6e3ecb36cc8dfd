"""The actions that ask: who has WhatsApp, which chats there are, what was said in them."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.json import json_dumps

from .actions import CLARA, asked, failures, load_second, notify, text
from .calls import act, bodies, done, failed, ids, refused
from .conftest import ANNA, BORIS, FAMILY
from .simulator import (
    Contact,
    ContactCard,
    ContactType,
    FaultKind,
    File,
    Instance,
    InstanceState,
    Location,
    Plan,
    Poll,
    Simulator,
)

pytestmark = pytest.mark.usefixtures("loaded")

type Data = dict[str, Any]

STRANGER = "447911123456@c.us"
PIZZA = "\N{SLICE OF PIZZA}"


async def ask(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action, and return its response as it comes to a browser or a script."""
    response: dict[str, Any] = json.loads(json_dumps(await act(hass, action, **data)))
    return response


# Has a number WhatsApp?


@pytest.mark.parametrize(
    "number",
    ["+7 (900) 123-45-67", ANNA, 79001234567, "https://wa.me/79001234567"],
)
async def test_a_number_with_whatsapp(
    hass: HomeAssistant, instance: Instance, number: Any
) -> None:
    assert await ask(hass, "check_number", phone_number=number) == {
        "phone_number": "+79001234567",
        "exists": True,
        "chat_id": ANNA,
        "lid": instance.lid("79001234567"),
    }
    assert bodies(instance, "checkWhatsapp") == [{"chatId": ANNA}]


async def test_a_number_without_whatsapp(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("447911123456")
    assert await ask(hass, "check_number", phone_number="+44 7911 123456") == {
        "phone_number": "+447911123456",
        "exists": False,
        "chat_id": None,
        "lid": None,
    }


async def test_the_checks_of_a_plan_are_used_up(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.used["checkWhatsapp"] = 100
    assert await failed(hass, "check_number", phone_number=ANNA) == text(
        "quota_exceeded"
    )


# Which chats are there?


ALL_CHATS = [
    {"chat_id": ANNA, "name": "Anna", "type": "person", "entity_id": "notify.anna"},
    {"chat_id": BORIS, "name": "Boris", "type": "person", "entity_id": "notify.boris"},
    {
        "chat_id": FAMILY,
        "name": "Family",
        "type": "group",
        "entity_id": "notify.family",
    },
    {
        "chat_id": STRANGER,
        "name": "\u0410\u043d\u043d\u0430 Smith",
        "type": "person",
        "entity_id": None,
    },
    {
        "chat_id": "155508384256027@lid",
        "name": "",
        "type": "person",
        "entity_id": None,
    },
    {
        "chat_id": "79001234567-1588091580@g.us",
        "name": "Anna's flat",
        "type": "group",
        "entity_id": None,
    },
]


@pytest.fixture
def contacts(instance: Instance) -> None:
    """Have some more contacts, of whom nobody is a chat in Home Assistant."""
    instance.contacts += [
        Contact(id=STRANGER, name="a", contact_name="\u0410\u043d\u043d\u0430 Smith"),
        Contact(id="155508384256027@lid", name=" "),
        Contact(
            id="79001234567-1588091580@g.us",
            name="Anna's flat",
            type=ContactType.GROUP,
        ),
    ]


@pytest.mark.usefixtures("contacts")
async def test_chats(hass: HomeAssistant, subtests: pytest.Subtests) -> None:
    cases: tuple[tuple[Data, list[int]], ...] = (
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"search": ""}, [0, 1, 2, 3, 4, 5]),
        ({"search": " ANNA "}, [0, 5]),
        ({"search": "\u0430\u041d\u041d\u0430"}, [3]),
        ({"search": "smith"}, [3]),
        ({"search": "4479"}, [3]),
        ({"search": "@LID"}, [4]),
        ({"search": 7900}, [0, 1, 5]),
        ({"search": "nobody"}, []),
        # A name does not go on in the chat id.
        ({"search": "anna7"}, []),
        ({"type": "person"}, [0, 1, 3, 4]),
        ({"type": "group"}, [2, 5]),
        ({"type": "group", "search": "anna"}, [5]),
    )
    for data, expected in cases:
        with subtests.test(ascii(data)):
            response = await ask(hass, "get_chats", **data)
            assert response == {"chats": [ALL_CHATS[each] for each in expected]}


@pytest.mark.usefixtures("contacts")
async def test_the_entity_of_a_chat_is_the_one_it_has_now(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: Any
) -> None:
    entity_registry.async_update_entity("notify.anna", new_entity_id="notify.mum")
    boris = next(iter(s for s in loaded.subentries.values() if s.title == "Boris"))
    hass.config_entries.async_remove_subentry(loaded, boris.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    response = await ask(hass, "get_chats")
    entity_ids = {each["chat_id"]: each["entity_id"] for each in response["chats"]}
    assert entity_ids[ANNA] == "notify.mum"
    assert entity_ids[BORIS] is None


async def test_the_chats_of_an_account_without_any(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.contacts.clear()
    assert await ask(hass, "get_chats") == {"chats": []}


# What was said?


async def test_messages_of_all_kinds(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[Data, Data], ...] = (
        ({"text": f"Hi {PIZZA}"}, {"type": "text", "text": f"Hi {PIZZA}"}),
        (
            {"text": "Look", "file": File(name="door.jpg", content=b"picture")},
            {
                "type": "image",
                "text": "Look",
                "media": {"name": "door.jpg", "mime_type": "image/jpeg"},
            },
        ),
        (
            {"file": File(name="a.ogg", content=b"sound")},
            {
                "type": "audio",
                "media": {"name": "a.ogg", "mime_type": "audio/ogg; codecs=opus"},
            },
        ),
        (
            {"location": Location(latitude=52.5, longitude=-13.4, name="Gate")},
            {
                "type": "location",
                "location": {
                    "latitude": 52.5,
                    "longitude": -13.4,
                    "name": "Gate",
                    "address": None,
                },
            },
        ),
        (
            {"contact": ContactCard(phone=79007654321, first_name="Boris")},
            {
                "type": "contact",
                "text": "Boris",
                "contacts": [{"name": "Boris", "phones": ["+79007654321"]}],
            },
        ),
        (
            {"text": "Arm?", "poll": Poll(options=("Yes", "No"))},
            {
                "type": "poll",
                "text": "Arm?",
                "options": ["Yes", "No"],
                "multiple_answers": False,
            },
        ),
    )
    for received, expected in cases:
        with subtests.test(ascii(received)):
            message_id = instance.receive(ANNA, **received)
            response = await ask(hass, "get_messages", chat_id=ANNA, count=1)
            [message] = response["messages"]
            moment = datetime.fromisoformat(message.pop("timestamp"))
            assert moment.utcoffset() == timedelta()
            assert abs(moment - datetime.now(UTC)) < timedelta(seconds=30)
            if "media" in message:
                assert message["media"].pop("url").startswith("http://127.0.0.1:")
                # Which type it is exactly, GREEN-API decides.
                kind = expected["media"].pop("mime_type").partition("/")[0]
                assert message["media"].pop("mime_type").partition("/")[0] == kind
            assert message == {
                "chat_id": ANNA,
                "entity_id": "notify.anna",
                "message_id": message_id,
                "from_me": False,
                "sender": ANNA,
                "sender_name": "Anna",
                "forwarded": False,
                "edited": False,
                "deleted": False,
                **expected,
            }


async def test_replies_and_what_became_of_own_messages(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.receive(FAMILY, "Who is at home?", sender=BORIS)
    [question] = (each.id for each in instance.received)
    await act(
        hass,
        "send_message",
        chat_id=FAMILY,
        message="I",
        quoted_message_id=question,
        tag="home",
    )
    await act(hass, "edit_message", chat_id=FAMILY, tag="home", message="All")
    await act(hass, "send_message", chat_id=FAMILY, message="Bye")
    await act(hass, "delete_message", chat_id=FAMILY, message_id="last")
    await act(
        hass,
        "forward_message",
        chat_id=FAMILY,
        from_chat_id=FAMILY,
        message_id=question,
    )

    forwarded, deleted, edited, received = (
        await ask(hass, "get_messages", entity_id="notify.family")
    )["messages"]
    assert [forwarded["message_id"], deleted["message_id"], edited["message_id"]] == [
        each.id for each in reversed(instance.messages)
    ]
    for message in (forwarded, deleted, edited):
        assert message["from_me"] is True
        assert message["status"] == "delivered"
        assert not {"sender", "sender_name", "media", "location", "options"} & set(
            message
        )
    assert (edited["text"], edited["edited"], edited["deleted"]) == ("All", True, False)
    assert edited["quoted_message_id"] == question
    assert (deleted["edited"], deleted["deleted"]) == (False, True)
    assert (forwarded["forwarded"], edited["forwarded"]) == (True, False)
    assert (received["sender"], received["sender_name"]) == (BORIS, "Boris")
    assert "status" not in received
    assert "quoted_message_id" not in received


async def test_a_reply_to_a_forwarded_picture_was_not_forwarded_itself(
    hass: HomeAssistant, instance: Instance
) -> None:
    picture = instance.receive(
        ANNA, file=File(name="1.jpg", content=b"1"), forwarded=True
    )
    instance.receive(ANNA, "Nice?", quoted_message_id=picture)
    messages = (await ask(hass, "get_messages", chat_id=ANNA))["messages"]
    assert [each["forwarded"] for each in messages] == [False, True]


async def test_the_last_messages_of_each_chat(
    hass: HomeAssistant, instance: Instance
) -> None:
    for number in range(13):
        for chat_id in (ANNA, BORIS, STRANGER):
            instance.receive(chat_id, f"{chat_id} {number}")
    everybody = {"entity_id": "notify.boris", "chat_id": [STRANGER, ANNA]}
    for count, numbers in (
        ({}, range(12, 2, -1)),
        ({"count": 2}, range(12, 10, -1)),
        ({"count": "3"}, range(12, 9, -1)),
        ({"count": 1000}, range(12, -1, -1)),
    ):
        response = await ask(hass, "get_messages", **everybody, **count)
        assert [each["text"] for each in response["messages"]] == [
            f"{chat_id} {number}"
            for chat_id in (BORIS, STRANGER, ANNA)
            for number in numbers
        ]
        assert [each.get("entity_id") for each in response["messages"]] == [
            entity_id
            for entity_id in ("notify.boris", None, "notify.anna")
            for _ in numbers
        ]
    assert done(instance) == []


async def test_a_chat_in_which_nothing_was_said(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.receive(BORIS, "Hi")
    assert await ask(hass, "get_messages", chat_id=ANNA) == {"messages": []}
    response = await ask(hass, "get_messages", chat_id=[ANNA, BORIS])
    assert [each["chat_id"] for each in response["messages"]] == [BORIS]


async def test_the_id_of_a_message_can_be_answered_forwarded_and_read(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.strict_references = True
    instance.receive(ANNA, "Who is there?")
    [message_id] = ids(await ask(hass, "get_messages", chat_id=ANNA))
    await act(
        hass,
        "send_message",
        chat_id=ANNA,
        message="I",
        quoted_message_id=message_id,
    )
    await act(
        hass,
        "forward_message",
        chat_id=BORIS,
        from_chat_id=ANNA,
        message_id=message_id,
    )
    await act(hass, "mark_read", chat_id=ANNA, message_id=message_id)
    assert instance.messages[0].quoted_message_id == message_id
    assert instance.messages[1].text == "Who is there?"
    assert instance.read_chats == [(ANNA, message_id)]


async def test_counts_and_types_that_are_none(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[str, Data], ...] = (
        ("get_messages", {"count": 0}),
        ("get_messages", {"count": -1}),
        ("get_messages", {"count": 1001}),
        ("get_messages", {"count": "many"}),
        ("get_messages", {"count": None}),
        ("get_messages", {"count": float("nan")}),
        ("get_messages", {"count": float("inf")}),
        ("get_messages", {"minutes": 5}),
        ("get_chats", {"type": "channel"}),
        ("get_chats", {"type": ["group"]}),
        ("get_chats", {"search": ["a"]}),
        ("get_chats", {"search": None}),
        ("get_chats", {"chat_id": ANNA}),
        ("check_number", {}),
        ("check_number", {"phone_number": [ANNA]}),
        ("check_number", {"phone_number": ANNA, "chat_id": ANNA}),
    )
    before = len(instance.requests)
    for action, data in cases:
        recipient = {"chat_id": ANNA} if action == "get_messages" else {}
        with subtests.test(f"{action}, {data!a}"), pytest.raises(vol.Invalid):
            await act(hass, action, **recipient, **data)
    assert len(instance.requests) == before


async def test_nobody_is_named(hass: HomeAssistant, instance: Instance) -> None:
    assert await refused(hass, instance, "get_messages") == text("no_recipient")
    assert await refused(hass, instance, "get_messages", chat_id=[ANNA, "Zoe"]) == text(
        "invalid_chat", chat="Zoe"
    )
    assert "getChatHistory" not in asked(instance)


# Whom is asked


async def test_several_instances(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
) -> None:
    second, other = await load_second(hass, simulator)
    other.contacts.append(Contact(id=CLARA, name="Clara"))
    other.not_on_whatsapp.add("79001234567")
    for number, each in enumerate((instance, other)):
        each.receive(STRANGER, str(number))

    for action, data in (
        ("check_number", {"phone_number": ANNA}),
        ("get_chats", {}),
        ("get_messages", {"chat_id": STRANGER}),
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await act(hass, action, **data)
        assert raised.value.translation_domain == "homeassistant"

    first = {"config_entry_id": loaded.entry_id}
    another = {"config_entry_id": second.entry_id}
    assert (await ask(hass, "check_number", phone_number=ANNA, **first))["exists"]
    assert not (await ask(hass, "check_number", phone_number=ANNA, **another))["exists"]
    assert len((await ask(hass, "get_chats", **first))["chats"]) == 3
    assert await ask(hass, "get_chats", **another) == {
        "chats": [
            {
                "chat_id": CLARA,
                "name": "Clara",
                "type": "person",
                "entity_id": "notify.clara",
            }
        ]
    }
    other.receive(CLARA, "2")
    for entry, texts in ((first, ["2", "0"]), (another, ["2", "1"])):
        response = await ask(
            hass,
            "get_messages",
            chat_id=STRANGER,
            entity_id="notify.clara",
            **entry,
        )
        assert [each["text"] for each in response["messages"]] == texts


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("check_number", {"phone_number": ANNA}),
        ("get_chats", {}),
        ("get_messages", {"chat_id": ANNA}),
    ],
)
async def test_an_instance_that_cannot_be_asked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    subtests: pytest.Subtests,
    action: str,
    data: Data,
) -> None:
    for kind, told in (
        (FaultKind.RATE_LIMITED, text("rate_limited")),
        (FaultKind.UNAUTHORIZED, text("invalid_auth")),
        (FaultKind.FORBIDDEN, text("wrong_server")),
        (FaultKind.UNAVAILABLE, text("cannot_connect")),
        (FaultKind.FOREIGN_PAGE, text("unexpected_answer", status="HTTP 200")),
    ):
        instance.faults.add(kind, times=None)
        with subtests.test(ascii(kind)):
            assert await failed(hass, action, **data) == told
        instance.faults.clear()
    if action != "get_messages":
        instance.state = InstanceState.NOT_AUTHORIZED
        assert await failed(hass, action, **data) == text("not_linked")

    assert await hass.config_entries.async_unload(loaded.entry_id)
    for entry_id in (loaded.entry_id, "no-such-entry"):
        with pytest.raises(ServiceValidationError) as raised:
            await act(hass, action, config_entry_id=entry_id, **data)
        assert raised.value.translation_domain == "homeassistant"


async def test_some_chats_cannot_be_asked_for(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.fail_chat(ANNA, FaultKind.UNAUTHORIZED)
    assert await failed(hass, "get_messages", entity_id="all") == text(
        "some_failed",
        failed="1",
        total="3",
        reasons=failures(Anna=text("invalid_auth")),
    )


async def test_asking_is_no_use_of_an_entity(
    hass: HomeAssistant, instance: Instance
) -> None:
    await notify(hass, "notify.boris")
    before = hass.states.get("notify.boris")
    await ask(hass, "get_messages", entity_id="all")
    await ask(hass, "get_chats")
    after = {each.entity_id: each.state for each in hass.states.async_all("notify")}
    assert before is not None
    assert after == {
        "notify.anna": "unknown",
        "notify.boris": before.state,
        "notify.family": "unknown",
    }
