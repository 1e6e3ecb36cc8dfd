"""The actions that send a place, a contact card and a poll."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .actions import CLARA, failures, load_second, text
from .calls import act, bodies, done, failed, ids, refused
from .conftest import ANNA, BORIS, FAMILY
from .simulator import (
    ContactCard,
    FaultKind,
    Instance,
    InstanceState,
    Location,
    Message,
    Poll,
    Simulator,
)

pytestmark = pytest.mark.usefixtures("loaded")

STRANGER = "447911123456@c.us"
PIZZA = "\N{SLICE OF PIZZA}"

PLACE = {"latitude": 52.5163, "longitude": 13.3777}
CARD = {"phone_number": "+7 900 765-43-21", "first_name": "Boris"}
POLL = {"question": "Arm?", "options": ["Yes", "No"]}

type Data = dict[str, Any]

ACTIONS: list[tuple[str, Data, str]] = [
    ("send_location", PLACE, "sendLocation"),
    ("send_contact", CARD, "sendContact"),
    ("send_poll", POLL, "sendPoll"),
]
EVERY_ACTION = pytest.mark.parametrize(("action", "data", "method"), ACTIONS)


async def arrives(
    hass: HomeAssistant, instance: Instance, action: str, data: Data
) -> tuple[Any, Message]:
    """Send to Anna, and return what was asked for and what arrived."""
    response = await act(hass, action, chat_id=ANNA, **data)
    message = instance.messages[-1]
    assert ids(response) == [message.id]
    [method] = (each[2] for each in ACTIONS if each[0] == action)
    body = bodies(instance, method)[-1]
    assert body.pop("chatId") == ANNA
    return body, message


# What is sent


async def test_a_place(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for data, body in (
        (PLACE, PLACE),
        (
            {**PLACE, "name": "Gate", "address": "Pariser Platz"},
            {**PLACE, "nameLocation": "Gate", "address": "Pariser Platz"},
        ),
        ({**PLACE, "name": "", "address": ""}, PLACE),
        ({**PLACE, "entity": ""}, PLACE),
        (
            {"latitude": "-33.86", "longitude": " 151.2 "},
            {"latitude": -33.86, "longitude": 151.2},
        ),
        ({"latitude": 0, "longitude": 0}, {"latitude": 0, "longitude": 0}),
        ({"latitude": 90, "longitude": -180}, {"latitude": 90, "longitude": -180}),
        ({"latitude": -90.0, "longitude": 180}, {"latitude": -90, "longitude": 180}),
    ):
        with subtests.test(ascii(data)):
            asked_for, message = await arrives(hass, instance, "send_location", data)
            assert asked_for == body
            assert message.location == Location(
                latitude=asked_for["latitude"],
                longitude=asked_for["longitude"],
                name=asked_for.get("nameLocation", ""),
                address=asked_for.get("address", ""),
            )


async def test_a_contact(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for data, contact in (
        (CARD, {"phoneContact": 79007654321, "firstName": "Boris"}),
        (
            {
                "phone_number": "447911123456",
                "first_name": " Ada ",
                "middle_name": "King",
                "last_name": "Lovelace",
                "company": "Analytical Engines",
            },
            {
                "phoneContact": 447911123456,
                "firstName": "Ada",
                "middleName": "King",
                "lastName": "Lovelace",
                "company": "Analytical Engines",
            },
        ),
        (
            {"phone_number": 79007654321, "last_name": "Ivanov", "company": ""},
            {"phoneContact": 79007654321, "lastName": "Ivanov"},
        ),
        (
            {"phone_number": "https://wa.me/447911123456", "middle_name": "K."},
            {"phoneContact": 447911123456, "middleName": "K."},
        ),
        (
            {"phone_number": BORIS, "first_name": "\u05d3\u05e0\u05d4 \N{DOG}"},
            {"phoneContact": 79007654321, "firstName": "\u05d3\u05e0\u05d4 \N{DOG}"},
        ),
    ):
        with subtests.test(ascii(data)):
            asked_for, message = await arrives(hass, instance, "send_contact", data)
            assert asked_for == {"contact": contact}
            assert message.contact == ContactCard(
                phone=asked_for["contact"]["phoneContact"],
                first_name=asked_for["contact"].get("firstName", ""),
                middle_name=asked_for["contact"].get("middleName", ""),
                last_name=asked_for["contact"].get("lastName", ""),
                company=asked_for["contact"].get("company", ""),
            )


async def test_a_poll(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    twelve = tuple(str(each) for each in range(12))
    for data, question, options, multiple in (
        (POLL, "Arm?", ("Yes", "No"), False),
        ({**POLL, "multiple_answers": True}, "Arm?", ("Yes", "No"), True),
        ({**POLL, "multiple_answers": "off"}, "Arm?", ("Yes", "No"), False),
        ({"question": " A \n", "options": [" 1", 2]}, "A", ("1", "2"), False),
        ({"question": 7, "options": ["7", "seven"]}, "7", ("7", "seven"), False),
        (
            {"question": "?" * 255, "options": ["a" * 100, PIZZA * 50]},
            "?" * 255,
            ("a" * 100, PIZZA * 50),
            False,
        ),
        (
            {"question": f"{PIZZA * 127}?", "options": [*twelve]},
            f"{PIZZA * 127}?",
            twelve,
            False,
        ),
        # As YAML has emoji that are written as two escapes.
        (
            {"question": "\ud83c\udf55?", "options": ["\ud83c\udf55", "No"]},
            f"{PIZZA}?",
            (PIZZA, "No"),
            False,
        ),
    ):
        with subtests.test(ascii(data)):
            asked_for, message = await arrives(hass, instance, "send_poll", data)
            assert asked_for == {
                "message": question,
                "options": [{"optionName": each} for each in options],
                "multipleAnswers": multiple,
            }
            assert message.text == question
            assert message.poll == Poll(options=options, multiple_answers=multiple)


async def test_a_quote(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for action, data, _ in ACTIONS:
        for quoted, said in ((" 3EB0C7 ", "3EB0C7"), ("", None)):
            with subtests.test(f"{action}, {quoted!a}"):
                asked_for, message = await arrives(
                    hass, instance, action, {**data, "quoted_message_id": quoted}
                )
                assert asked_for.get("quotedMessageId") == said
                assert message.quoted_message_id == said


# Where a place comes from


async def test_the_place_of_an_entity(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for entity_id, attributes, name in (
        ("person.anna", {"friendly_name": "Anna K."}, "Anna K."),
        ("device_tracker.phone", {"source_type": "gps"}, "phone"),
        ("sensor.car", {"friendly_name": "Car"}, "Car"),
    ):
        hass.states.async_set(entity_id, "away", {**attributes, **PLACE})
        for data, body in (
            ({"entity": entity_id}, {"nameLocation": name}),
            ({"entity": f" {entity_id.upper()} "}, {"nameLocation": name}),
            (
                {"entity": entity_id, "name": "Here", "address": "1"},
                {"nameLocation": "Here", "address": "1"},
            ),
        ):
            with subtests.test(ascii(data)):
                asked_for, _ = await arrives(hass, instance, "send_location", data)
                assert asked_for == {**PLACE, **body}


async def test_the_place_of_a_zone(hass: HomeAssistant, instance: Instance) -> None:
    zone = {"name": "Ring", "latitude": -32.88, "longitude": 0, "radius": 250}
    assert await async_setup_component(hass, "zone", {"zone": [zone]})
    ring, _ = await arrives(hass, instance, "send_location", {"entity": "zone.ring"})
    assert ring == {"latitude": -32.88, "longitude": 0, "nameLocation": "Ring"}
    home, _ = await arrives(hass, instance, "send_location", {"entity": "zone.home"})
    assert home == {
        "latitude": hass.config.latitude,
        "longitude": hass.config.longitude,
        "nameLocation": hass.config.location_name,
    }


async def test_an_entity_that_is_not_there(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for entity in ("person.nobody", "no entity", "\ud800", "{{ 1 }}"):
        with subtests.test(ascii(entity)):
            assert await refused(
                hass, instance, "send_location", chat_id=ANNA, entity=entity
            ) == text("entity_not_found", entity=entity.replace("\ud800", "\ufffd"))


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"latitude": None, "longitude": None},
        {"latitude": 52.5},
        {"longitude": 13.4},
        {"latitude": "somewhere", "longitude": "else"},
        {"latitude": [52.5], "longitude": {"east": 13.4}},
    ],
)
async def test_an_entity_without_coordinates(
    hass: HomeAssistant, instance: Instance, attributes: Data
) -> None:
    hass.states.async_set("person.anna", "away", attributes)
    assert await refused(
        hass, instance, "send_location", chat_id=ANNA, entity="person.anna"
    ) == text("entity_without_place", entity="person.anna")


# What is refused


async def test_a_place_that_is_not_on_earth(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    places: tuple[tuple[float | str, float | str, str, str], ...] = (
        (90.1, 0, "90.1", "0.0"),
        (-91, 0, "-91.0", "0.0"),
        (0, 180.5, "0.0", "180.5"),
        (0, -181, "0.0", "-181.0"),
        (float("nan"), 0, "nan", "0.0"),
        (0, "nan", "0.0", "nan"),
        (float("inf"), 0, "inf", "0.0"),
        (0, "-Infinity", "0.0", "-inf"),
    )
    for latitude, longitude, *shown in places:
        told = text("invalid_coordinates", latitude=shown[0], longitude=shown[1])
        hass.states.async_set(
            "person.anna",
            "away",
            {"latitude": float(latitude), "longitude": float(longitude)},
        )
        for data in (
            {"latitude": latitude, "longitude": longitude},
            {"entity": "person.anna"},
        ):
            with subtests.test(f"{data!a}, {shown!a}"):
                assert told == await refused(
                    hass, instance, "send_location", chat_id=ANNA, **data
                )


async def test_no_place_and_two(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    assert await async_setup_component(hass, "zone", {})
    cases: tuple[tuple[Data, str], ...] = (
        ({}, "no_place"),
        ({"name": "Home"}, "no_place"),
        ({"latitude": 52.5}, "no_place"),
        ({"longitude": 0}, "no_place"),
        ({"entity": " "}, "no_place"),
        ({"entity": "zone.home", **PLACE}, "two_places"),
        ({"entity": "zone.home", "latitude": 0}, "two_places"),
        ({"entity": "zone.home", "longitude": 0}, "two_places"),
    )
    for data, key in cases:
        with subtests.test(ascii(data)):
            assert text(key) == await refused(
                hass, instance, "send_location", chat_id=ANNA, **data
            )


async def test_a_contact_without_a_name(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[Data, ...] = (
        {},
        {"company": "Plumbing Ltd"},
        {"first_name": "", "middle_name": " ", "last_name": "\n"},
        {"first_name": "\u200b", "last_name": "\u2800"},
    )
    for names in cases:
        data = {"phone_number": "+79007654321", **names}
        with subtests.test(ascii(data)):
            assert text("contact_without_name") == await refused(
                hass, instance, "send_contact", chat_id=ANNA, **data
            )


async def test_a_phone_number_that_is_none(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    before = len(instance.requests)
    for number, key in (
        ("Boris", "invalid_chat"),
        ("", "invalid_chat"),
        ("12", "invalid_chat"),
        ("+79001234567890123", "invalid_chat"),
        ("notify.boris", "invalid_chat"),
        ("79007654321@example.com", "invalid_chat"),
        ("8 900 765-43-21", "not_international"),
        (FAMILY, "no_phone_number"),
        ("155508384256027@lid", "no_phone_number"),
    ):
        name = "text" if key == "no_phone_number" else "chat"
        card = {"chat_id": ANNA, "first_name": "Boris"}
        for action, data in (("send_contact", card), ("check_number", {})):
            with subtests.test(f"{action}, {number!a}"):
                assert text(key, **{name: number}) == await refused(
                    hass, instance, action, phone_number=number, **data
                )
    assert len(instance.requests) == before


async def test_a_poll_that_is_none(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[Data, str, dict[str, str]], ...] = (
        ({"question": ""}, "poll_blank", {}),
        ({"question": " \n\u200b"}, "poll_blank", {}),
        ({"options": ["Yes", ""]}, "poll_blank", {}),
        ({"options": ["Yes", "\u2800", "No"]}, "poll_blank", {}),
        (
            {"question": "?" * 256},
            "poll_question_too_long",
            {"length": "256", "limit": "255"},
        ),
        (
            {"question": PIZZA * 128},
            "poll_question_too_long",
            {"length": "256", "limit": "255"},
        ),
        ({"options": []}, "poll_options_number", {"number": "0"}),
        ({"options": None}, "poll_options_number", {"number": "0"}),
        ({"options": "Yes"}, "poll_options_number", {"number": "1"}),
        ({"options": ["Yes"]}, "poll_options_number", {"number": "1"}),
        ({"options": [*range(13)]}, "poll_options_number", {"number": "13"}),
        (
            {"options": ["Yes", "x" * 101]},
            "poll_option_too_long",
            {"option": "x" * 101, "limit": "100"},
        ),
        (
            {"options": ["Yes", PIZZA * 51]},
            "poll_option_too_long",
            {"option": PIZZA * 51, "limit": "100"},
        ),
        ({"options": ["Yes", "No", "Yes"]}, "poll_options_equal", {"option": "Yes"}),
        ({"options": ["Yes", " Yes\n"]}, "poll_options_equal", {"option": "Yes"}),
        ({"options": [1, "1"]}, "poll_options_equal", {"option": "1"}),
        # As YAML has Yes and No without quotes.
        ({"options": [True, False]}, "poll_option_is_boolean", {"option": "true"}),
        ({"options": ["Yes", False]}, "poll_option_is_boolean", {"option": "false"}),
        ({"options": True}, "poll_option_is_boolean", {"option": "true"}),
        ({"options": ["\ud83c\udf55", PIZZA]}, "poll_options_equal", {"option": PIZZA}),
    )
    for change, key, placeholders in cases:
        with subtests.test(ascii(change)):
            assert text(key, **placeholders) == await refused(
                hass, instance, "send_poll", chat_id=ANNA, **{**POLL, **change}
            )


async def test_what_is_no_field_or_no_value(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[str, Data], ...] = (
        ("send_location", {**PLACE, "latitude": "north"}),
        ("send_location", {**PLACE, "latitude": None}),
        ("send_location", {**PLACE, "longitude": [1]}),
        ("send_location", {**PLACE, "longitude": 10**400}),
        ("send_location", {**PLACE, "zoom": 3}),
        ("send_location", {"entity": ["zone.home", "person.anna"]}),
        ("send_contact", {"first_name": "Boris"}),
        ("send_contact", {**CARD, "phone_number": None}),
        ("send_contact", {**CARD, "last_name": {"a": 1}}),
        ("send_contact", {**CARD, "mail": "boris@example.com"}),
        ("send_poll", {"options": ["Yes", "No"]}),
        ("send_poll", {"question": "Arm?"}),
        ("send_poll", {**POLL, "question": None}),
        ("send_poll", {**POLL, "options": [["Yes"], "No"]}),
        ("send_poll", {**POLL, "options": [None, "No"]}),
        ("send_poll", {**POLL, "options": {"yes": "Yes", "no": "No"}}),
        ("send_poll", {**POLL, "multiple_answers": "some"}),
        ("send_poll", {**POLL, "quoted_message_id": []}),
        ("send_poll", {**POLL, "tag": {}}),
        ("send_poll", {**POLL, "replace": "later"}),
    )
    for action, data in cases:
        with subtests.test(f"{action}, {data!a}"), pytest.raises(vol.Invalid):
            await act(hass, action, chat_id=ANNA, **data)
    assert done(instance) == []


# To whom


@EVERY_ACTION
async def test_recipients_and_the_response(
    hass: HomeAssistant, instance: Instance, action: str, data: Data, method: str
) -> None:
    response = await act(
        hass,
        action,
        entity_id=["notify.family", "notify.anna"],
        chat_id=["+44 7911 123456", BORIS, ANNA],
        **data,
    )
    arrived = {each.chat_id: each.id for each in instance.messages}
    assert len(instance.messages) == 4
    recipients = {
        ANNA: "notify.anna",
        FAMILY: "notify.family",
        STRANGER: None,
        BORIS: "notify.boris",
    }
    assert response == {
        "messages": [
            {
                "chat_id": chat_id,
                **({"entity_id": entity_id} if entity_id else {}),
                "message_id": arrived[chat_id],
            }
            for chat_id, entity_id in recipients.items()
        ]
    }
    states = {each.entity_id: each.state for each in hass.states.async_all("notify")}
    assert "unknown" not in states.values()


async def test_recipients_that_are_none(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    cases: tuple[tuple[Data, str], ...] = (
        ({}, text("no_recipient")),
        ({"entity_id": "notify.zoe"}, text("unknown_target", targets="notify.zoe")),
        ({"chat_id": [ANNA, "Zoe"]}, text("invalid_chat", chat="Zoe")),
    )
    for action, data, _ in ACTIONS:
        for recipients, told in cases:
            with subtests.test(f"{action}, {recipients!a}"):
                assert told == await refused(
                    hass, instance, action, **recipients, **data
                )


async def test_several_instances(
    hass: HomeAssistant,
    simulator: Simulator,
    instance: Instance,
    subtests: pytest.Subtests,
) -> None:
    second, other = await load_second(hass, simulator)
    for action, data, method in ACTIONS:
        with subtests.test(action):
            response = await act(
                hass,
                action,
                entity_id=["notify.anna", "notify.clara"],
                chat_id=STRANGER,
                config_entry_id=second.entry_id,
                **data,
            )
            assert [each["chatId"] for each in bodies(instance, method)] == [ANNA]
            assert {each["chatId"] for each in bodies(other, method)} == {
                CLARA,
                STRANGER,
            }
            arrived = instance.messages[-1:] + other.messages[-2:]
            assert set(ids(response)) == {each.id for each in arrived}


# What goes wrong on the way


async def test_some_chats_fail(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for chat_id in (ANNA, STRANGER):
        instance.fail_chat(chat_id, FaultKind.BAD_GATEWAY)
    instance.fail_chat(FAMILY, FaultKind.UNAUTHORIZED)
    reasons = failures(
        **{
            "Anna, +447911123456": text("outcome_unknown"),
            "Family": text("invalid_auth"),
        }
    )
    for number, (action, data, _) in enumerate(ACTIONS, 1):
        with subtests.test(action):
            assert await failed(
                hass, action, entity_id="all", chat_id="+447911123456", **data
            ) == text("some_failed", failed="3", total="4", reasons=reasons)
            assert [each.chat_id for each in instance.messages] == [BORIS] * number


async def test_what_was_not_taken_is_sent_again(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    for number, (action, data, method) in enumerate(ACTIONS, 1):
        instance.faults.add(FaultKind.RATE_LIMITED, method=method, times=2)
        with subtests.test(action):
            await act(hass, action, chat_id=ANNA, **data)
            assert done(instance)[-3:] == [method] * 3
            assert len(instance.messages) == number


async def test_what_may_have_been_taken_is_not_sent_again(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    instance.faults.add(FaultKind.GARBAGE_ACCEPTED, times=None)
    for number, (action, data, method) in enumerate(ACTIONS, 1):
        with subtests.test(action):
            message = await failed(hass, action, chat_id=ANNA, **data)
            assert message == text("outcome_unknown")
            assert done(instance).count(method) == 1
            assert len(instance.messages) == number


async def test_an_instance_that_cannot_send(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    subtests: pytest.Subtests,
) -> None:
    for state, key in (
        (InstanceState.NOT_AUTHORIZED, "not_linked"),
        (InstanceState.BLOCKED, "blocked"),
        (InstanceState.SUSPENDED, "suspended"),
    ):
        instance.state = state
        await loaded.runtime_data.coordinator.async_refresh()
        for action, data, _ in ACTIONS:
            with subtests.test(f"{action}, {state!a}"):
                assert text(key) == await failed(hass, action, chat_id=ANNA, **data)
    assert done(instance) == []


async def test_what_green_api_refuses_is_told_in_its_words(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    instance.strict_references = True
    told = text("rejected", reason="Message not found by id")
    for action, data, _ in ACTIONS:
        with subtests.test(action):
            assert told == await failed(
                hass, action, chat_id=ANNA, quoted_message_id="3EB0C7", **data
            )
    assert instance.messages == []
