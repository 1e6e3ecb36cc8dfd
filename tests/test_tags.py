"""Messages with a tag: replaced, in the chat and for as long as WhatsApp allows it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from .actions import CLARA, failures, legacy_notify, load_second, notify, text
from .calls import act, bodies, done, failed, ids, left, refused, refusing, restart
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, Instance, Simulator

pytestmark = pytest.mark.usefixtures("loaded")

type Data = dict[str, Any]

POLL = {"question": "Arm?", "options": ["Yes", "No"]}
PLACE = {"latitude": 52.5, "longitude": 13.4}
CARD = {"phone_number": "+79007654321", "first_name": "Boris"}
TAGGED = {"chat_id": ANNA, "tag": "door", "replace": True}

LINE = "word " * 199 + "end.\n\n"


def parts(number: int, word: str) -> str:
    """Return a text that goes out in so many messages, each known by its first word."""
    return "".join(f"{word}{each} {LINE * 4}" for each in range(number))


def first_words(texts: list[str]) -> list[str]:
    """Return what `parts` can be known by."""
    return [each.split()[0] for each in texts]


@pytest.fixture
def picture(hass: HomeAssistant, tmp_path: Path) -> Callable[[str], str]:
    """Return a function that makes a file of a text, and returns its path."""
    hass.config.allowlist_external_dirs.add(str(tmp_path))

    def write(name: str) -> str:
        path = tmp_path / name
        path.write_bytes(name.encode())
        return str(path)

    return write


async def say(hass: HomeAssistant, message: str, **data: Any) -> list[str]:
    """Send a text with a tag to Anna, and return its ids."""
    return ids(await act(hass, "send_message", message=message, **{**TAGGED, **data}))


# Texts are edited


async def test_a_text_is_edited_where_it_stands(
    hass: HomeAssistant, instance: Instance
) -> None:
    first = await say(hass, "Open")
    assert await say(hass, "Closed", title="Door") == first
    # The answer to an edit has another id, which is nobody's.
    assert await say(hass, "Open again") == first
    assert done(instance) == ["sendMessage", "editMessage", "editMessage"]
    [message] = instance.messages
    assert [message.id] == first
    assert (message.text, message.edited, message.deleted) == (
        "Open again",
        True,
        False,
    )
    assert bodies(instance, "editMessage") == [
        {"chatId": ANNA, "idMessage": message.id, "message": "*Door*\nClosed"},
        {"chatId": ANNA, "idMessage": message.id, "message": "Open again"},
    ]


async def test_the_response_of_an_edit_is_that_of_a_message(
    hass: HomeAssistant, instance: Instance
) -> None:
    data = {"entity_id": "notify.anna", "tag": "door", "replace": True}
    responses = [
        await act(hass, "send_message", message=message, **data)
        for message in ("Open", "Closed")
    ]
    [message] = instance.messages
    assert (
        responses
        == [
            {
                "messages": [
                    {
                        "chat_id": ANNA,
                        "entity_id": "notify.anna",
                        "message_id": message.id,
                    }
                ]
            }
        ]
        * 2
    )


async def test_without_replace_a_tag_names_the_newest(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass, "Open", replace=False)
    await say(hass, "Closed", replace=False)
    assert left(instance, ANNA) == ["Open", "Closed"]
    await say(hass, "Open again")
    assert left(instance, ANNA) == ["Open", "Open again"]


async def test_other_messages_stay_as_they_are(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass, "Open")
    await say(hass, "Washed", tag="laundry")
    await notify(hass, "notify.anna", "Hi")
    await say(hass, "Open", chat_id=BORIS)
    await say(hass, "Closed")
    assert left(instance, ANNA) == ["Closed", "Washed", "Hi"]
    assert left(instance, BORIS) == ["Open"]


async def test_each_chat_has_its_own_message(
    hass: HomeAssistant, instance: Instance
) -> None:
    first = await say(hass, "Open", chat_id=[ANNA, BORIS])
    second = await say(hass, "Closed", chat_id=[ANNA, FAMILY, BORIS])
    assert [second[0], second[2]] == first
    for chat_id in (ANNA, BORIS, FAMILY):
        assert left(instance, chat_id) == ["Closed"]
    assert len(instance.messages) == 3


async def test_each_instance_has_its_own_message(
    hass: HomeAssistant, simulator: Simulator, instance: Instance, loaded: Any
) -> None:
    second, other = await load_second(hass, simulator)
    for message in ("Open", "Closed"):
        for entry in (loaded, second):
            await say(hass, message, chat_id=CLARA, config_entry_id=entry.entry_id)
    for each in (instance, other):
        assert left(each, CLARA) == ["Closed"]
        assert done(each) == ["sendMessage", "editMessage"]


@pytest.mark.parametrize(
    "tags",
    [("door", " door\n"), (7, "7"), ("\u05d3\u05dc\u05ea", "\u05d3\u05dc\u05ea")],
)
async def test_a_tag_is_a_text(
    hass: HomeAssistant, instance: Instance, tags: tuple[Any, Any]
) -> None:
    for tag in tags:
        await say(hass, "Open", tag=tag)
    assert done(instance) == ["sendMessage", "editMessage"]


@pytest.mark.parametrize(
    ("before", "after"), [(1, 3), (3, 1), (2, 3), (3, 2), (3, 3), (1, 1)]
)
async def test_a_text_in_parts_is_edited_in_pairs(
    hass: HomeAssistant, instance: Instance, before: int, after: int
) -> None:
    old = await say(hass, parts(before, "old"))
    assert len(old) == before
    new = await say(hass, parts(after, "new"))
    assert new[:before] == old[:after]
    assert len(new) == after
    assert first_words(left(instance, ANNA)) == [f"new{each}" for each in range(after)]
    edited = min(before, after)
    assert done(instance) == [
        *["sendMessage"] * before,
        *["editMessage"] * edited,
        *["deleteMessage"] * (before - edited),
        *["sendMessage"] * (after - edited),
    ]

    # All of it goes by the tag now, and by nothing else.
    newest = await say(hass, "last")
    assert newest == old[:1]
    assert left(instance, ANNA) == ["last"]
    await act(hass, "delete_message", chat_id=ANNA, tag="door")
    assert left(instance, ANNA) == []


# Other things are deleted and sent anew


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("send_location", PLACE), ("send_location", {**PLACE, "longitude": 0})),
        (("send_poll", POLL), ("send_poll", POLL)),
        (("send_message", {"message": "Open"}), ("send_contact", CARD)),
        (("send_contact", CARD), ("send_message", {"message": "Open"})),
        (("send_message", {"message": parts(3, "old")}), ("send_poll", POLL)),
    ],
    ids=["places", "polls", "text to contact", "contact to text", "parts to poll"],
)
async def test_what_cannot_be_edited_is_deleted_and_sent_anew(
    hass: HomeAssistant,
    instance: Instance,
    old: tuple[str, Data],
    new: tuple[str, Data],
) -> None:
    first = ids(await act(hass, old[0], **TAGGED, **old[1]))
    [second] = ids(await act(hass, new[0], **TAGGED, **new[1]))
    assert second not in first
    assert [each.id for each in instance.messages if not each.deleted] == [second]
    assert done(instance).count("deleteMessage") == len(first)

    [third] = ids(await act(hass, old[0], **TAGGED, **old[1]))[:1]
    assert third != second
    assert {each.id for each in instance.messages if each.deleted} == {*first, second}


async def test_files_are_deleted_and_sent_anew(
    hass: HomeAssistant, instance: Instance, picture: Callable[[str], str]
) -> None:
    for files, caption in (
        (["1.jpg", "2.jpg"], "Open"),
        (["3.jpg"], "Closed"),
        # Behind a sound, a caption is a text of its own.
        (["4.mp3"], "Listen"),
        (["5.jpg"], "Open"),
    ):
        await act(
            hass,
            "send_file",
            files=[{"path": picture(each)} for each in files],
            caption=caption,
            **TAGGED,
        )
        shown = [each for each in instance.messages if not each.deleted]
        assert [each.file.name for each in shown if each.file] == files
        assert [each.text for each in shown if each.text] == [caption]
    await say(hass, "No picture")
    assert left(instance, ANNA) == ["No picture"]


@pytest.mark.parametrize("method", ["editMessage", "deleteMessage"])
async def test_what_somebody_has_deleted_on_the_phone_is_sent_anew(
    hass: HomeAssistant,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    send: dict[str, tuple[str, Data]] = {
        "editMessage": ("send_message", {"message": "Open"}),
        "deleteMessage": ("send_location", PLACE),
    }
    action, data = send[method]
    [first] = ids(await act(hass, action, **TAGGED, **data))
    with refusing(monkeypatch, method):
        [second] = ids(await act(hass, action, **TAGGED, **data))
    assert second != first
    assert len(instance.messages) == 2

    # The tag now names the new one, and no other.
    response = await act(hass, "delete_message", chat_id=ANNA, tag="door")
    assert ids(response) == [second]


async def test_a_part_that_is_gone_is_no_obstacle(
    hass: HomeAssistant, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = await say(hass, parts(3, "old"))
    with refusing(monkeypatch, "deleteMessage"):
        assert await say(hass, "new") == [first]
    assert await say(hass, "newer") == [first]


# What goes wrong


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.UNAUTHORIZED])
async def test_an_edit_that_fails_leaves_what_was(
    hass: HomeAssistant, instance: Instance, kind: FaultKind
) -> None:
    [first] = await say(hass, "Open")
    instance.faults.add(kind, method="editMessage", times=None)
    key = "rate_limited" if kind is FaultKind.RATE_LIMITED else "invalid_auth"
    assert await failed(hass, "send_message", message="Closed", **TAGGED) == text(key)
    assert left(instance, ANNA) == ["Open"]
    assert len(instance.messages) == 1

    instance.faults.clear()
    assert await say(hass, "Closed") == [first]
    assert left(instance, ANNA) == ["Closed"]


async def test_a_replacement_that_fails_can_be_finished(
    hass: HomeAssistant, instance: Instance
) -> None:
    await say(hass, "Open")
    refused_ = text("invalid_auth")
    for method, told in (
        ("sendPoll", refused_),
        ("deleteMessage", text("old_not_deleted", reason=refused_)),
    ):
        instance.faults.add(FaultKind.UNAUTHORIZED, method=method, times=None)
        for _ in range(2):
            assert await failed(hass, "send_poll", **TAGGED, **POLL) == told
        instance.faults.clear()
    [poll] = ids(await act(hass, "send_poll", **TAGGED, **POLL))
    assert [each.id for each in instance.messages if not each.deleted] == [poll]


async def test_a_replacement_that_is_not_sent_comes_with_the_next(
    hass: HomeAssistant, instance: Instance
) -> None:
    await act(hass, "send_poll", **TAGGED, **POLL)
    instance.faults.add(FaultKind.UNAUTHORIZED, method="sendPoll")
    assert await failed(hass, "send_poll", **TAGGED, **POLL) == text("invalid_auth")
    await act(hass, "send_poll", **TAGGED, **POLL)
    assert [each.deleted for each in instance.messages] == [True, False]


async def test_a_text_of_which_a_part_is_edited_and_the_rest_not_sent(
    hass: HomeAssistant, instance: Instance
) -> None:
    [first] = await say(hass, "old")
    instance.faults.add(FaultKind.UNAUTHORIZED, method="sendMessage")
    assert await failed(
        hass, "send_message", message=parts(3, "new"), **TAGGED
    ) == text("partly_sent", sent="1", total="3", reason=text("invalid_auth"))
    new = await say(hass, parts(3, "new"))
    assert new[0] == first
    assert first_words(left(instance, ANNA)) == ["new0", "new1", "new2"]


async def test_some_chats_fail(hass: HomeAssistant, instance: Instance) -> None:
    await say(hass, "Open", chat_id=[ANNA, BORIS, FAMILY])
    for chat_id in (ANNA, FAMILY):
        instance.fail_chat(chat_id, FaultKind.UNAUTHORIZED)
    assert await failed(
        hass,
        "send_message",
        message="Closed",
        entity_id="all",
        tag="door",
        replace=True,
    ) == text(
        "some_failed",
        failed="2",
        total="3",
        reasons=failures(**{"Anna, Family": text("invalid_auth")}),
    )
    assert [left(instance, each) for each in (ANNA, BORIS, FAMILY)] == [
        ["Open"],
        ["Closed"],
        ["Open"],
    ]


async def test_what_is_replaced_without_a_tag(
    hass: HomeAssistant,
    instance: Instance,
    subtests: pytest.Subtests,
    picture: Callable[[str], str],
) -> None:
    cases: dict[str, Data] = {
        "send_message": {"message": "Open"},
        "send_file": {"path": picture("1.jpg")},
        "send_location": PLACE,
        "send_contact": CARD,
        "send_poll": POLL,
    }
    for action, data in cases.items():
        for tag in ({}, {"tag": ""}, {"tag": " \n"}):
            with subtests.test(f"{action}, {tag!a}"):
                assert text("replace_without_tag") == await refused(
                    hass, instance, action, chat_id=ANNA, replace=True, **tag, **data
                )
    # A blank tag is none; templates make such.
    await say(hass, "Open", tag=" ", replace=False)
    await say(hass, "Open", tag="", replace="off")
    assert left(instance, ANNA) == ["Open", "Open"]


# For how long


@pytest.mark.parametrize(
    ("minutes", "edited"), [(0, True), (14, True), (15.1, False), (1500, False)]
)
async def test_a_tag_expires_when_whatsapp_no_longer_lets_it_be_edited(
    hass: HomeAssistant,
    instance: Instance,
    freezer: FrozenDateTimeFactory,
    minutes: float,
    edited: bool,  # noqa: FBT001
) -> None:
    await say(hass, "Open")
    freezer.tick(timedelta(minutes=minutes))
    await say(hass, "Closed")
    assert left(instance, ANNA) == (["Closed"] if edited else ["Open", "Closed"])
    # One that was sent anew can be edited again.
    await say(hass, "Locked")
    assert left(instance, ANNA)[-1] == "Locked"
    assert done(instance)[-1] == "editMessage"


async def test_an_edit_does_not_make_a_message_younger(
    hass: HomeAssistant, instance: Instance, freezer: FrozenDateTimeFactory
) -> None:
    for minutes, message in ((0, "1"), (10, "2"), (4, "3"), (2, "4")):
        freezer.tick(timedelta(minutes=minutes))
        await say(hass, message)
    assert left(instance, ANNA) == ["3", "4"]


async def test_what_was_sent_anew_counts_from_then_on(
    hass: HomeAssistant, instance: Instance, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(3):
        await act(hass, "send_poll", **TAGGED, **POLL)
        freezer.tick(timedelta(minutes=10))
    assert [each.deleted for each in instance.messages] == [True, True, False]


@pytest.mark.parametrize(
    ("action", "data"),
    [("edit_message", {"message": "Closed"}), ("delete_message", {})],
)
async def test_a_tag_that_nobody_knows_any_more(
    hass: HomeAssistant,
    instance: Instance,
    freezer: FrozenDateTimeFactory,
    action: str,
    data: Data,
) -> None:
    await say(hass, "Open")
    for chat, name, tag in (
        ({"entity_id": "notify.anna"}, "Anna", "gate"),
        ({"chat_id": BORIS}, "Boris", "door"),
        ({"chat_id": "+447911123456"}, "+447911123456", "door"),
        ({"entity_id": ["notify.anna", "notify.family"]}, "Family", "door"),
    ):
        told = await refused(hass, instance, action, tag=tag, **chat, **data)
        assert told == text("unknown_tag", tag=tag, chat=name)
        assert "15 minutes" in told
    freezer.tick(timedelta(minutes=15, seconds=1))
    told = await refused(hass, instance, action, chat_id=ANNA, tag="door", **data)
    assert told == text("unknown_tag", tag="door", chat="Anna")


async def test_a_tag_survives_a_restart(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    first = await say(hass, parts(2, "old"))
    freezer.tick(timedelta(minutes=14))
    await restart(hass, loaded)
    assert await say(hass, parts(2, "new")) == first
    assert first_words(left(instance, ANNA)) == ["new0", "new1"]
    freezer.tick(timedelta(minutes=2))
    await restart(hass, loaded)
    await say(hass, "newest")
    assert first_words(left(instance, ANNA)) == ["new0", "new1", "newest"]


async def test_a_tag_survives_when_the_instance_is_loaded_anew(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await say(hass, "Open")
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await say(hass, "Closed")
    assert left(instance, ANNA) == ["Closed"]


# Several at once


async def all_at_once(*calls: Awaitable[Any]) -> None:
    """Wait for calls that begin together."""
    async with asyncio.timeout(20):
        await asyncio.gather(*calls)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("send_message", {"message": "Open"}),
        ("send_message", {"message": parts(2, "new")}),
        ("send_poll", POLL),
    ],
    ids=["text", "parts", "poll"],
)
async def test_two_replacements_at_once_do_not_leave_two_messages(
    hass: HomeAssistant,
    instance: Instance,
    action: str,
    data: Data,
    before: bool,  # noqa: FBT001
) -> None:
    if before:
        await act(hass, action, **TAGGED, **data)
    await all_at_once(*(act(hass, action, **TAGGED, **data) for _ in range(4)))
    shown = [each for each in instance.messages if not each.deleted]
    assert len(shown) == (2 if "new1" in str(data) else 1)
    await act(hass, "delete_message", chat_id=ANNA, tag="door")
    assert all(each.deleted for each in instance.messages)


async def test_the_parts_of_two_texts_do_not_mingle(
    hass: HomeAssistant, instance: Instance
) -> None:
    words = ["a", "b", "c"]
    await all_at_once(
        act(hass, "send_message", message=parts(3, "a"), chat_id=ANNA),
        legacy_notify(hass, "green_api_anna", parts(3, "b")),
        notify(hass, "notify.anna", parts(3, "c")),
        # Other chats are not waited for, and do not mind.
        act(hass, "send_message", message=parts(3, "x"), chat_id=BORIS),
    )
    arrived = first_words(left(instance, ANNA))
    assert sorted(arrived) == sorted(
        f"{word}{each}" for word in words for each in range(3)
    )
    assert [each[1:] for each in arrived] == ["0", "1", "2"] * 3
    assert {arrived[each][0] for each in (0, 3, 6)} == set(words)
    assert first_words(left(instance, BORIS)) == ["x0", "x1", "x2"]


async def test_a_chat_that_hangs_keeps_no_other_waiting(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.fail_chat(ANNA, FaultKind.TIMEOUT)
    stuck = hass.async_create_task(say(hass, parts(3, "stuck")))
    async with asyncio.timeout(10):
        await say(hass, parts(2, "x"), chat_id=BORIS)
        await say(hass, parts(3, "y"), chat_id=BORIS)
        # And in the same chat, one that is urgent.
        instance.faults.clear()
        await act(hass, "send_message", message="Alarm", chat_id=ANNA, priority="high")
    assert first_words(left(instance, BORIS)) == ["y0", "y1", "y2"]
    assert left(instance, ANNA) == ["Alarm"]
    stuck.cancel()


# The older actions, which have it in their data


async def test_the_older_actions_replace_as_well(
    hass: HomeAssistant, instance: Instance
) -> None:
    data = {"tag": "door", "replace": True}
    await legacy_notify(hass, "green_api_anna", "Open", data=data)
    await legacy_notify(hass, "green_api", "Closed", target=ANNA, data=data)
    assert left(instance, ANNA) == ["Closed"]
    # One tag for all ways to send.
    await say(hass, "Locked")
    assert left(instance, ANNA) == ["Locked"]
    await legacy_notify(hass, "green_api_anna", "", data={**data, "poll": POLL})
    assert left(instance, ANNA) == ["Arm?"]
    await act(hass, "delete_message", entity_id="notify.anna", tag="door")
    assert left(instance, ANNA) == []
