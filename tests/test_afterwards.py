"""The actions on messages that are already there: edit, delete, forward, mark as read."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .actions import CLARA, failures, legacy_notify, load_second, notify, text, told
from .calls import act, bodies, done, failed, ids, left, refused, refusing, restart
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, File, Instance, InstanceState, Simulator

pytestmark = pytest.mark.usefixtures("loaded")

type Data = dict[str, Any]

STRANGER = "447911123456@c.us"
PIZZA = "\N{SLICE OF PIZZA}"
PLACE = {"latitude": 52.5, "longitude": 13.4}
CARD = {"phone_number": "+79007654321", "first_name": "Boris"}
POLL = {"question": "Arm?", "options": ["Yes", "No"]}
LONG = ("word " * 199 + "end.\n\n") * 9

EDIT: tuple[str, Data] = ("edit_message", {"message": "Closed"})
DELETE: tuple[str, Data] = ("delete_message", {})
EDIT_AND_DELETE = pytest.mark.parametrize(("action", "data"), [EDIT, DELETE])


async def say(hass: HomeAssistant, message: str = "Open", **data: Any) -> list[str]:
    """Send a text, to Anna unless somebody else is named, and return its ids."""
    data = data if {"chat_id", "entity_id"} & set(data) else {**data, "chat_id": ANNA}
    return ids(await act(hass, "send_message", message=message, **data))


# Edit


async def test_an_edit(hass: HomeAssistant, instance: Instance) -> None:
    [message_id] = await say(hass)
    response = await act(
        hass,
        "edit_message",
        entity_id="notify.anna",
        message_id=f" {message_id}\n",
        message="Closed\n\N{DOOR}",
        title="Front door",
    )
    # The id stays, whatever the answer says.
    assert response == {
        "messages": [
            {
                "chat_id": ANNA,
                "entity_id": "notify.anna",
                "message_id": message_id,
            }
        ]
    }
    assert bodies(instance, "editMessage") == [
        {
            "chatId": ANNA,
            "idMessage": message_id,
            "message": "*Front door*\nClosed\n\N{DOOR}",
        }
    ]
    assert left(instance, ANNA) == ["*Front door*\nClosed\n\N{DOOR}"]


@pytest.mark.parametrize(
    ("message", "length"),
    [
        ("x" * 4096, None),
        (PIZZA * 2048, None),
        ("x" * 4097, 4097),
        (PIZZA * 2049, 4098),
    ],
    ids=["longest", "longest emoji", "too long", "too long emoji"],
)
async def test_an_edit_is_one_message(
    hass: HomeAssistant, instance: Instance, message: str, length: int | None
) -> None:
    [message_id] = await say(hass)
    data = {"chat_id": ANNA, "message_id": message_id, "message": message}
    if length is None:
        await act(hass, "edit_message", **data)
        assert left(instance, ANNA) == [message]
        return
    assert await refused(hass, instance, "edit_message", **data) == text(
        "edit_too_long", length=str(length), limit="4096"
    )


async def test_an_edit_that_says_nothing_or_too_much(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    [message_id] = await say(hass)
    for message, title, told_ in (
        ("", "Door", text("empty_message")),
        (" \u200b\n", "", text("empty_message")),
        ("x" * 20_001, "", text("message_too_long", length="20001", limit="20000")),
        # Also the white space counts at which a longer text would be cut.
        ("x" * 4095, "T", text("edit_too_long", length="4099", limit="4096")),
        (
            f"{'x' * 2048} {'y' * 2048}",
            "",
            text("edit_too_long", length="4097", limit="4096"),
        ),
    ):
        data = {"message_id": message_id, "message": message, "title": title}
        with subtests.test(f"{len(message)} of {title}"):
            assert told_ == await refused(
                hass, instance, "edit_message", chat_id=ANNA, **data
            )
    with pytest.raises(vol.Invalid):
        await act(hass, "edit_message", chat_id=ANNA, message_id=message_id)


async def test_an_edit_of_what_has_a_tag_leaves_one_message(
    hass: HomeAssistant, instance: Instance
) -> None:
    first, *others = await say(hass, LONG, tag="log")
    assert others
    response = await act(
        hass, "edit_message", chat_id=ANNA, tag="log", message="In short"
    )
    assert ids(response) == [first]
    assert left(instance, ANNA) == ["In short"]
    assert {each.id for each in instance.messages if each.deleted} == {*others}

    # The tag still names what is left of it.
    await say(hass, "Shorter", tag="log", replace=True)
    assert left(instance, ANNA) == ["Shorter"]
    assert len(instance.messages) == 1 + len(others)


async def test_an_edit_of_several_files_keeps_the_files(
    hass: HomeAssistant, instance: Instance, tmp_path: Path
) -> None:
    hass.config.allowlist_external_dirs.add(str(tmp_path))
    names = ["1.jpg", "2.jpg", "3.jpg"]
    for name in names:
        (tmp_path / name).write_bytes(b"picture")
    await act(
        hass,
        "send_file",
        chat_id=ANNA,
        files=[{"path": str(tmp_path / each)} for each in names],
        caption="Somebody is at the door",
        tag="door",
    )
    await act(hass, "edit_message", chat_id=ANNA, tag="door", message="It was Boris")
    shown = [each for each in instance.messages if not each.deleted]
    assert [each.file.name for each in shown if each.file] == names
    assert shown[0].text == "It was Boris"


async def test_each_chat_is_edited_where_it_has_the_message(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass, "Before", chat_id=[ANNA, BORIS])
    sent = await say(hass, tag="door", chat_id=[ANNA, BORIS, STRANGER])
    response = await act(
        hass,
        "edit_message",
        entity_id=["notify.anna", "notify.boris"],
        chat_id=STRANGER,
        tag="door",
        message="Closed",
    )
    assert ids(response) == sent
    await act(
        hass, "edit_message", chat_id=[BORIS, ANNA], message_id="last", message="Shut"
    )
    assert left(instance, ANNA) == left(instance, BORIS) == ["Before", "Shut"]
    assert left(instance, STRANGER) == ["Closed"]


# Delete


@pytest.mark.parametrize(
    ("only_for_me", "said"),
    [(None, {}), (False, {}), ("no", {}), (True, {"onlySenderDelete": True})],
)
async def test_a_deletion(
    hass: HomeAssistant, instance: Instance, only_for_me: Any, said: Data
) -> None:
    [message_id] = await say(hass)
    data = {} if only_for_me is None else {"only_for_me": only_for_me}
    response = await act(
        hass, "delete_message", entity_id="notify.anna", message_id=message_id, **data
    )
    assert response == {
        "messages": [
            {
                "chat_id": ANNA,
                "entity_id": "notify.anna",
                "message_id": message_id,
            }
        ]
    }
    assert bodies(instance, "deleteMessage") == [
        {"chatId": ANNA, "idMessage": message_id, **said}
    ]
    assert left(instance, ANNA) == (["Open"] if said else [])


@pytest.mark.parametrize("only_for_me", [False, True])
async def test_a_deletion_of_all_that_has_a_tag(
    hass: HomeAssistant,
    instance: Instance,
    only_for_me: bool,  # noqa: FBT001
) -> None:
    sent = await say(hass, LONG, tag="log", chat_id=[ANNA, BORIS])
    response = await act(
        hass,
        "delete_message",
        chat_id=[ANNA, BORIS],
        tag="log",
        only_for_me=only_for_me,
    )
    assert ids(response) == sent
    assert {each["idMessage"] for each in bodies(instance, "deleteMessage")} == {*sent}
    for chat_id, name in ((ANNA, "Anna"), (BORIS, "Boris")):
        assert await refused(
            hass, instance, "delete_message", chat_id=chat_id, tag="log"
        ) == text("unknown_tag", tag="log", chat=name)


async def test_a_deletion_that_is_broken_off_can_be_finished(
    hass: HomeAssistant, instance: Instance
) -> None:
    sent = await say(hass, LONG, tag="log")
    instance.faults.add(FaultKind.RATE_LIMITED, method="deleteMessage", times=None)
    assert await failed(hass, "delete_message", chat_id=ANNA, tag="log") == text(
        "rate_limited"
    )
    assert not any(each.deleted for each in instance.messages)
    instance.faults.clear()
    response = await act(hass, "delete_message", chat_id=ANNA, tag="log")
    assert ids(response) == sent
    assert left(instance, ANNA) == []


# Which message is meant


@EDIT_AND_DELETE
async def test_a_message_that_is_named_twice_or_not_at_all(
    hass: HomeAssistant,
    instance: Instance,
    subtests: pytest.Subtests,
    action: str,
    data: Data,
) -> None:
    [message_id] = await say(hass, tag="door")
    names: tuple[Data, ...] = (
        {},
        {"message_id": ""},
        {"tag": " "},
        {"message_id": "\n", "tag": ""},
        {"message_id": message_id, "tag": "door"},
        {"message_id": "last", "tag": "door"},
    )
    for name in names:
        with subtests.test(ascii(name)):
            assert text("message_id_or_tag") == await refused(
                hass, instance, action, chat_id=ANNA, **name, **data
            )


@EDIT_AND_DELETE
async def test_a_message_that_nobody_remembers(
    hass: HomeAssistant, instance: Instance, action: str, data: Data
) -> None:
    await say(hass, chat_id=BORIS, tag="door")
    for name, key in (
        ({"message_id": "last"}, text("no_last_message", chat="Anna")),
        ({"tag": "door"}, text("unknown_tag", tag="door", chat="Anna")),
    ):
        # Boris has one; but it is all or nothing.
        recipients = ["notify.anna", "notify.boris"]
        assert key == await refused(
            hass, instance, action, entity_id=recipients, **name, **data
        )


type Send = Callable[[HomeAssistant], Awaitable[Any]]

WAYS: dict[str, Send] = {
    "notify.send_message": lambda hass: notify(hass, "notify.anna"),
    "notify.green_api_anna": lambda hass: legacy_notify(hass, "green_api_anna"),
    "notify.green_api": lambda hass: legacy_notify(hass, target=ANNA),
    "a poll of notify.green_api_anna": lambda hass: legacy_notify(
        hass, "green_api_anna", "", data={"poll": POLL}
    ),
    "send_message": say,
    "parts of send_message": lambda hass: say(hass, LONG),
    "send_location": lambda hass: act(hass, "send_location", chat_id=ANNA, **PLACE),
    "send_contact": lambda hass: act(hass, "send_contact", chat_id=ANNA, **CARD),
    "send_poll": lambda hass: act(hass, "send_poll", entity_id="notify.anna", **POLL),
    "send_file": lambda hass: act(
        hass, "send_file", chat_id=ANNA, path=hass.config.path("picture.jpg")
    ),
    "forward_message": lambda hass: act(
        hass,
        "forward_message",
        chat_id=ANNA,
        from_chat_id=BORIS,
        message_id=["last", "last"],
    ),
}


async def test_the_last_message_is_known_by_whichever_way_it_was_sent(
    hass: HomeAssistant,
    instance: Instance,
    subtests: pytest.Subtests,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    hass.config.allowlist_external_dirs.add(str(tmp_path))
    (tmp_path / "picture.jpg").write_bytes(b"picture")
    await say(hass, chat_id=BORIS)
    for way, send in WAYS.items():
        with subtests.test(way):
            await send(hass)
            last = instance.messages[-1].id
            await say(hass, chat_id=BORIS)
            response = await act(
                hass, "delete_message", entity_id="notify.anna", message_id="last"
            )
            assert ids(response) == [last]
    assert len([each for each in instance.messages if each.deleted]) == len(WAYS)


async def test_the_last_message_is_the_last_that_was_sent(
    hass: HomeAssistant,
    instance: Instance,
    freezer: FrozenDateTimeFactory,
) -> None:
    async def last() -> str:
        await act(
            hass, "edit_message", chat_id=ANNA, message_id="last", message="Edited"
        )
        message_id: str = bodies(instance, "editMessage")[-1]["idMessage"]
        return message_id

    [first] = await say(hass)
    [second] = await say(hass)
    assert await last() == second
    # Neither of what is done to another one, nor of what was not sent.
    await act(hass, "edit_message", chat_id=ANNA, message_id=first, message="Closed")
    assert await last() == second
    instance.fail_chat(ANNA, FaultKind.UNAUTHORIZED, times=1)
    await failed(hass, "send_message", chat_id=ANNA, message="No")
    assert await last() == second
    # Nor is it forgotten as tags are.
    freezer.tick(timedelta(hours=5))
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [second]


async def test_an_edit_by_tag_does_not_make_a_message_the_last(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass, "Open", tag="door")
    [last] = await say(hass, "Washed")
    await say(hass, "Closed", tag="door", replace=True)
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [last]
    assert left(instance, ANNA) == ["Closed"]


async def test_what_was_deleted_is_not_the_last(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass)
    await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    for action, data in (EDIT, DELETE):
        assert await refused(
            hass, instance, action, chat_id=ANNA, message_id="last", **data
        ) == text("no_last_message", chat="Anna")

    [first] = await say(hass)
    [second] = await say(hass)
    await act(hass, "delete_message", chat_id=ANNA, message_id=first)
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [second]


async def test_what_was_deleted_to_be_replaced_is_not_the_last(
    hass: HomeAssistant, instance: Instance
) -> None:
    await act(hass, "send_poll", chat_id=ANNA, tag="arm", **POLL)
    [second] = ids(
        await act(hass, "send_poll", chat_id=ANNA, tag="arm", replace=True, **POLL)
    )
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [second]
    assert await refused(
        hass, instance, "delete_message", chat_id=ANNA, message_id="last"
    ) == text("no_last_message", chat="Anna")


async def test_what_could_not_be_replaced_is_still_the_last(
    hass: HomeAssistant, instance: Instance
) -> None:
    [first] = ids(await act(hass, "send_poll", chat_id=ANNA, tag="arm", **POLL))
    instance.faults.add(FaultKind.UNAUTHORIZED, method="sendPoll")
    await failed(hass, "send_poll", chat_id=ANNA, tag="arm", replace=True, **POLL)
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [first]


@pytest.mark.parametrize(("minutes", "in_time"), [(14, True), (15.1, False)])
async def test_the_last_message_can_be_edited_for_a_quarter_of_an_hour(
    hass: HomeAssistant,
    instance: Instance,
    freezer: FrozenDateTimeFactory,
    minutes: float,
    in_time: bool,  # noqa: FBT001
) -> None:
    await say(hass, chat_id=[ANNA, BORIS])
    freezer.tick(timedelta(minutes=minutes))
    data = {"entity_id": "notify.anna", "message_id": "last", "message": "Closed"}
    if in_time:
        await act(hass, "edit_message", **data)
        assert left(instance, ANNA) == ["Closed"]
        return
    # WhatsApp would say nothing, and do nothing.
    assert await refused(hass, instance, "edit_message", **data) == text(
        "too_late_to_edit", chat="Anna"
    )


async def test_of_a_text_that_was_sent_in_part_the_last_part_is_the_last(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.quota.calls["sendMessage"] = 1
    assert await failed(hass, "send_message", chat_id=ANNA, message=LONG) == text(
        "partly_sent", sent="1", total="3", reason=text("quota_exceeded")
    )
    response = await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert ids(response) == [each.id for each in instance.messages]


@pytest.mark.parametrize("anew", ["restart", "reload"])
async def test_the_last_message_survives(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    hass_storage: dict[str, Any],
    anew: str,
) -> None:
    [first] = await say(hass)
    [second] = await say(hass, chat_id=STRANGER)
    if anew == "restart":
        await restart(hass, loaded)
    else:
        assert await hass.config_entries.async_reload(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    response = await act(
        hass, "delete_message", chat_id=[ANNA, STRANGER], message_id="last"
    )
    assert ids(response) == [first, second]


async def test_each_instance_has_a_last_message_of_its_own(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    instance: Instance,
) -> None:
    second, other = await load_second(hass, simulator)
    for entry in (second, loaded):
        await say(hass, chat_id=CLARA, config_entry_id=entry.entry_id)
    await act(
        hass,
        "delete_message",
        chat_id=CLARA,
        message_id="last",
        config_entry_id=second.entry_id,
    )
    assert left(instance, CLARA) == ["Open"]
    assert left(other, CLARA) == []


# Forward


@pytest.mark.parametrize(
    "source",
    [
        "notify.boris",
        " Notify.Boris ",
        BORIS,
        "+7 (900) 765-43-21",
        "https://wa.me/79007654321",
    ],
)
async def test_a_forwarded_message(
    hass: HomeAssistant, instance: Instance, source: str
) -> None:
    message_id = instance.receive(BORIS, "The plumber comes at nine")
    response = await act(
        hass,
        "forward_message",
        entity_id="notify.anna",
        from_chat_id=source,
        message_id=message_id,
    )
    assert bodies(instance, "forwardMessages") == [
        {"chatId": ANNA, "chatIdFrom": BORIS, "messages": [message_id]}
    ]
    [message] = instance.messages
    assert (message.text, message.forwarded) == ("The plumber comes at nine", True)
    assert response == {
        "messages": [
            {
                "chat_id": ANNA,
                "entity_id": "notify.anna",
                "message_id": message.id,
            }
        ]
    }
    assert hass.states.get("notify.anna").state.startswith("20")  # type: ignore[union-attr]


async def test_several_forwarded_messages(
    hass: HomeAssistant, instance: Instance
) -> None:
    first = instance.receive(FAMILY, "1", sender=ANNA)
    second = instance.receive(
        FAMILY, "2", sender=BORIS, file=File(name="2.jpg", content=b"2")
    )
    [last] = await say(hass, "3", chat_id=FAMILY)
    response = await act(
        hass,
        "forward_message",
        chat_id=[ANNA, STRANGER],
        from_chat_id="notify.family",
        message_id=[second, "last", f" {first} "],
    )
    assert {
        tuple(each["messages"]) for each in bodies(instance, "forwardMessages")
    } == {(second, last, first)}
    for chat_id in (ANNA, STRANGER):
        assert left(instance, chat_id) == ["2", "3", "1"]
    arrived = {each.id: each.chat_id for each in instance.messages}
    del arrived[last]
    assert {
        each["message_id"]: each["chat_id"] for each in response["messages"]
    } == arrived
    assert [each["chat_id"] for each in response["messages"]] == [
        *[ANNA] * 3,
        *[STRANGER] * 3,
    ]


async def test_what_is_forwarded_goes_through_the_instance_of_the_chat(
    hass: HomeAssistant, simulator: Simulator, instance: Instance
) -> None:
    _, other = await load_second(hass, simulator)
    message_id = other.receive(CLARA, "Hi")
    await act(
        hass,
        "forward_message",
        entity_id="notify.clara",
        from_chat_id=CLARA,
        message_id=message_id,
    )
    assert left(other, CLARA) == ["Hi"]
    assert done(instance) == []


async def test_what_cannot_be_forwarded(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    data: Data = {"chat_id": ANNA, "from_chat_id": BORIS, "message_id": "3EB0"}
    changes: tuple[tuple[Data, str], ...] = (
        ({"from_chat_id": "Boris"}, text("invalid_chat", chat="Boris")),
        ({"from_chat_id": ""}, text("invalid_chat", chat="")),
        ({"from_chat_id": "notify.zoe"}, text("invalid_chat", chat="notify.zoe")),
        (
            {"from_chat_id": "8 900 765-43-21"},
            text("not_international", chat="8 900 765-43-21"),
        ),
        ({"message_id": "last"}, text("no_last_message", chat="Boris")),
        (
            {"message_id": ["3EB0", "last"]},
            text("no_last_message", chat="Boris"),
        ),
        ({"chat_id": []}, text("no_recipient")),
        ({"chat_id": "Anna"}, text("invalid_chat", chat="Anna")),
    )
    for change, told_ in changes:
        with subtests.test(ascii(change)):
            assert told_ == await refused(
                hass, instance, "forward_message", **{**data, **change}
            )


async def test_a_message_without_an_id_is_not_forwarded(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    """As when a template finds no message."""
    for message_id in ("", " ", [], None, ["3EB0", ""]):
        with (
            subtests.test(ascii(message_id)),
            pytest.raises((ServiceValidationError, vol.Invalid)),
        ):
            await act(
                hass,
                "forward_message",
                chat_id=ANNA,
                from_chat_id=BORIS,
                message_id=message_id,
            )
    assert done(instance) == []


async def test_what_may_have_been_forwarded_is_not_forwarded_again(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="forwardMessages", times=2)
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED, method="forwardMessages")
    message_id = instance.receive(BORIS, "Hi")
    response = await act(
        hass,
        "forward_message",
        chat_id=ANNA,
        from_chat_id=BORIS,
        message_id=message_id,
    )
    assert done(instance).count("forwardMessages") == 3
    assert left(instance, ANNA) == ["Hi"]
    (forwarded,) = [each for each in instance.messages if each.chat_id == ANNA]
    assert [each["message_id"] for each in response["messages"]] == [forwarded.id]


# Mark as read


async def test_chats_are_marked_as_read(
    hass: HomeAssistant, instance: Instance
) -> None:
    message_id = instance.receive(ANNA, "Hi")
    for data in (
        {"entity_id": ["notify.anna", "notify.family"], "chat_id": [STRANGER, ANNA]},
        {"chat_id": ANNA, "message_id": f" {message_id} "},
        {"chat_id": BORIS, "message_id": ""},
    ):
        await act(hass, "mark_read", **data)
    assert sorted(instance.read_chats[:3]) == [
        (FAMILY, None),
        (STRANGER, None),
        (ANNA, None),
    ]
    assert instance.read_chats[3:] == [(ANNA, message_id), (BORIS, None)]
    assert bodies(instance, "readChat")[-1] == {"chatId": BORIS}


async def test_the_last_own_message_is_marked_as_read(
    hass: HomeAssistant, instance: Instance
) -> None:
    [message_id] = await say(hass)
    await act(hass, "mark_read", chat_id=ANNA, message_id="last")
    assert instance.read_chats == [(ANNA, message_id)]
    assert await refused(
        hass, instance, "mark_read", chat_id=BORIS, message_id="last"
    ) == text("no_last_message", chat="Boris")


async def test_marking_as_read_sends_nothing(
    hass: HomeAssistant, instance: Instance
) -> None:
    await act(hass, "mark_read", entity_id="all")
    assert instance.messages == []
    states = {each.state for each in hass.states.async_all("notify")}
    assert states == {"unknown"}
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            "green_api",
            "mark_read",
            {"chat_id": ANNA},
            blocking=True,
            return_response=True,
        )


async def test_a_message_to_mark_as_read_that_is_not_there(
    hass: HomeAssistant, instance: Instance
) -> None:
    # There is nothing wrong with the address of the server.
    assert await failed(hass, "mark_read", chat_id=ANNA, message_id="3EB0C7") == text(
        "not_marked_read"
    )
    # To ask again would not help.
    assert done(instance) == ["readChat"]


# What goes wrong


@pytest.mark.parametrize(
    ("action", "data", "method"),
    [
        (*EDIT, "editMessage"),
        (*DELETE, "deleteMessage"),
        ("mark_read", {}, "readChat"),
    ],
)
async def test_what_goes_wrong_is_told_by_chat_and_may_be_done_again(
    hass: HomeAssistant, instance: Instance, action: str, data: Data, method: str
) -> None:
    await say(hass, chat_id=[ANNA, BORIS, FAMILY, STRANGER])
    data = data if action == "mark_read" else {**data, "message_id": "last"}
    # Done twice, it is done once.
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED, method=method, chat_id=BORIS)
    instance.faults.add(FaultKind.RATE_LIMITED, method=method, chat_id=BORIS)
    for chat_id in (ANNA, STRANGER):
        instance.fail_chat(chat_id, FaultKind.UNAUTHORIZED)
    instance.fail_chat(FAMILY, FaultKind.FORBIDDEN)
    reasons = failures(
        **{
            "Anna, +447911123456": text("invalid_auth"),
            "Family": text("wrong_server"),
        }
    )
    assert await failed(
        hass, action, entity_id="all", chat_id=STRANGER, **data
    ) == text("some_failed", failed="3", total="4", reasons=reasons)
    assert [each["chatId"] for each in bodies(instance, method)].count(BORIS) == 3
    instance.faults.clear()
    await act(hass, action, chat_id=[ANNA, STRANGER, FAMILY], **data)

    await say(hass)
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED, method=method, times=None)
    assert await failed(hass, action, chat_id=ANNA, **data) == text("change_unknown")


@EDIT_AND_DELETE
async def test_what_green_api_refuses_is_told_in_its_words(
    hass: HomeAssistant,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: Data,
) -> None:
    # Not there at all, in another chat, not of ours, and too old for WhatsApp.
    [message_id] = await say(hass, chat_id=BORIS)
    edits = action == "edit_message"
    for other in ("3EB0", message_id, instance.receive(ANNA, "Hi")):
        assert await failed(
            hass, action, chat_id=ANNA, message_id=other, **data
        ) == text("no_text_to_edit" if edits else "no_message_to_delete")
    await say(hass, tag="door")
    method = "editMessage" if edits else "deleteMessage"
    with refusing(monkeypatch, method, "Message is too old."):
        assert await failed(hass, action, chat_id=ANNA, tag="door", **data) == text(
            "change_rejected", reason="Message is too old"
        )
    # It is still there, and goes by its tag.
    await act(hass, action, chat_id=ANNA, tag="door", **data)


async def test_a_place_cannot_be_edited(
    hass: HomeAssistant, instance: Instance
) -> None:
    [message_id] = ids(await act(hass, "send_location", chat_id=ANNA, **PLACE))
    for each in (message_id, "last"):
        assert await failed(
            hass, "edit_message", chat_id=ANNA, message_id=each, message="There"
        ) == text("no_text_to_edit")
    await act(hass, "delete_message", chat_id=ANNA, message_id="last")
    assert left(instance, ANNA) == []


# Answer


async def test_an_answer_to_the_last_message(
    hass: HomeAssistant, instance: Instance, subtests: pytest.Subtests
) -> None:
    instance.strict_references = True
    ways: dict[str, Callable[[], Awaitable[Any]]] = {
        "send_message": lambda: say(hass, LONG, quoted_message_id="last"),
        "send_poll": lambda: act(
            hass, "send_poll", chat_id=ANNA, quoted_message_id=" last ", **POLL
        ),
        "send_location": lambda: act(
            hass, "send_location", chat_id=ANNA, quoted_message_id="last", **PLACE
        ),
        "notify.green_api_anna": lambda: legacy_notify(
            hass, "green_api_anna", data={"quoted_message_id": "last"}
        ),
    }
    for way, send in ways.items():
        with subtests.test(way):
            [last] = await say(hass)
            before = len(instance.messages)
            await send()
            first, *others = instance.messages[before:]
            assert first.quoted_message_id == last
            assert {each.quoted_message_id for each in others} <= {None}


async def test_each_chat_is_answered_its_own_last_message(
    hass: HomeAssistant, instance: Instance
) -> None:
    sent = await say(hass, chat_id=[ANNA, BORIS])
    await say(hass, "Now!", chat_id=[ANNA, BORIS], quoted_message_id="last")
    assert {each.quoted_message_id for each in instance.messages[2:]} == {*sent}
    assert await refused(
        hass,
        instance,
        "send_message",
        chat_id=FAMILY,
        message="Now!",
        quoted_message_id="last",
    ) == text("no_last_message", chat="Family")


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("edit_message", {"message": "Closed", "message_id": "3EB0"}),
        ("delete_message", {"message_id": "3EB0"}),
        ("forward_message", {"from_chat_id": BORIS, "message_id": "3EB0"}),
        ("mark_read", {}),
    ],
)
async def test_an_instance_that_is_not_linked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    subtests: pytest.Subtests,
    action: str,
    data: Data,
) -> None:
    instance.state = InstanceState.NOT_AUTHORIZED
    await loaded.runtime_data.coordinator.async_refresh()
    assert await failed(hass, action, chat_id=ANNA, **data) == text("not_linked")
    assert done(instance) == []

    # Nor to nobody, nor with what is no field.
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, **data)
    assert await told(hass, raised.value) == text("no_recipient")
    with pytest.raises(vol.Invalid):
        await act(hass, action, chat_id=ANNA, colour="red", **data)
