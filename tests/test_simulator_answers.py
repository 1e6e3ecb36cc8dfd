"""What notifications say of answers to a message: reactions, votes, buttons and changes."""

from typing import Any

import pytest

from tests.simulator import ChoiceKind, File, Instance, Poll
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import (
    ANNA,
    BORIS,
    FAMILY,
    HI,
    Api,
    switch_on,
    told,
    told_data,
)

YES_OR_NO = Poll(options=("Yes", "No"))


@pytest.fixture(autouse=True)
def _everything_is_told(instance: Instance) -> None:
    switch_on(instance)


def test_reactions(instance: Instance) -> None:
    message_id = instance.receive(ANNA, "Hello")
    told(instance)
    for emoji in ("👍", "❤️", ""):
        instance.react(ANNA, message_id, emoji)
        assert told_data(instance) == {
            "typeMessage": "reactionMessage",
            "extendedTextMessageData": {"text": emoji},
            "quotedMessage": {"stanzaId": message_id, "participant": ANNA},
        }
        (message,) = instance.received
        assert message.reactions == ({ANNA: emoji} if emoji else {})
    with pytest.raises(ValueError, match="no such message"):
        instance.react(BORIS, message_id, "👍")


async def test_votes(api: Api, instance: Instance) -> None:
    options = [{"optionName": "Yes"}, {"optionName": "No"}]
    question = {"message": "Arm?", "options": options, "multipleAnswers": True}
    poll = await api.sent("sendPoll", {"chatId": FAMILY, **question})
    instance.advance()
    told(instance)
    for voter, chosen in ((ANNA, ["Yes", "No"]), (BORIS, ["No"]), (ANNA, [])):
        instance.vote(FAMILY, poll, chosen, sender=voter)
    first, second, last = told(instance)
    assert first["messageData"] == {
        "typeMessage": "pollUpdateMessage",
        "pollMessageData": {
            "stanzaId": poll,
            "name": "Arm?",
            "votes": [
                {"optionName": "Yes", "optionVoters": [ANNA]},
                {"optionName": "No", "optionVoters": [ANNA]},
            ],
            "multipleAnswers": True,
        },
    }
    assert (first["senderData"]["chatId"], first["senderData"]["sender"]) == (
        FAMILY,
        ANNA,
    )
    assert first["idMessage"] != second["idMessage"]
    counts = [
        [
            len(vote["optionVoters"])
            for vote in one["messageData"]["pollMessageData"]["votes"]
        ]
        for one in (second, last)
    ]
    assert counts == [[1, 2], [0, 1]]


def test_what_is_no_vote(instance: Instance) -> None:
    poll = instance.receive(ANNA, "Arm?", poll=YES_OR_NO)
    text = instance.receive(ANNA, "Hello")
    with pytest.raises(ValueError, match="allows one answer"):
        instance.vote(ANNA, poll, ["Yes", "No"])
    for message_id, option in ((poll, "Maybe"), (text, "Yes")):
        with pytest.raises(ValueError, match="nothing like that to vote for"):
            instance.vote(ANNA, message_id, [option])
    poll = instance.receive(FAMILY, "Arm?", sender=ANNA, poll=YES_OR_NO)
    with pytest.raises(ValueError, match="Somebody must"):
        instance.vote(FAMILY, poll, ["Yes"])


def test_incoming_changes(instance: Instance) -> None:
    text = instance.receive(ANNA, "Hello")
    picture = instance.receive(ANNA, "Look", file=File(name="a.png", content=b"x"))
    told(instance)
    edit = instance.edit_incoming(ANNA, text, "Good day")
    instance.edit_incoming(ANNA, picture, "See")
    instance.delete_incoming(ANNA, text)
    first, second, third = told(instance)
    assert (first["idMessage"], first["typeWebhook"]) == (
        edit,
        "incomingMessageReceived",
    )
    assert edit != text
    assert first["senderData"]["sender"] == ANNA
    assert first["messageData"] == {
        "typeMessage": "editedMessage",
        "editedMessageData": {"textMessage": "Good day", "stanzaId": text},
    }
    change = second["messageData"]["editedMessageData"]
    assert change == {"caption": "See", "stanzaId": picture}
    assert third["messageData"] == {
        "typeMessage": "deletedMessage",
        "deletedMessageData": {"stanzaId": text},
    }
    gone, edited = instance.received
    assert (gone.text, gone.deleted, edited.text) == ("Good day", True, "See")


async def test_own_changes(api: Api, instance: Instance) -> None:
    message_id = await api.sent("sendMessage", HI)
    instance.advance()
    told(instance)
    change = {"chatId": ANNA, "idMessage": message_id, "message": "New"}
    edit = await api.sent("editMessage", change)
    await api("deleteMessage", {"chatId": ANNA, "idMessage": message_id})
    edited, deleted = told(instance)
    assert edited["idMessage"] == edit
    assert edited["messageData"]["editedMessageData"] == {
        "textMessage": "New",
        "stanzaId": message_id,
    }
    assert deleted["messageData"]["deletedMessageData"] == {"stanzaId": message_id}
    for body in (edited, deleted):
        assert body["typeWebhook"] == "outgoingAPIMessageReceived"
        assert body["senderData"]["sender"] == instance.own_id


SPELLINGS: list[tuple[ChoiceKind, str, dict[str, Any]]] = [
    (
        ChoiceKind.TEMPLATE,
        "templateButtonReplyMessage",
        {"selectedIndex": 1, "selectedId": "2", "selectedDisplayText": "No"},
    ),
    (
        ChoiceKind.TEMPLATE_OLD,
        "templateButtonReplyMessage",
        {"selectedIndex": 1, "selectedId": "2", "selectedDisplayText": "No"},
    ),
    (
        ChoiceKind.INTERACTIVE,
        "interactiveButtonsResponse",
        {"selectedId": "2", "selectedDisplayText": "No"},
    ),
    (
        ChoiceKind.BUTTONS,
        "buttonsResponseMessage",
        {"selectedButtonId": "2", "selectedButtonText": "No"},
    ),
    (
        ChoiceKind.LIST,
        "listResponseMessage",
        {"title": "No", "listType": 1, "singleSelectReply": "2"},
    ),
]


@pytest.mark.parametrize(("kind", "key", "expected"), SPELLINGS)
async def test_pressed_buttons(
    api: Api,
    instance: Instance,
    kind: ChoiceKind,
    key: str,
    expected: dict[str, Any],
) -> None:
    buttons = [
        {"buttonId": "1", "buttonText": "Yes"},
        {"buttonId": "2", "buttonText": "No"},
    ]
    body = {"chatId": ANNA, "body": "Arm?", "buttons": buttons}
    asked = await api.sent("sendInteractiveButtonsReply", body)
    instance.advance()
    told(instance)
    answer = instance.press(ANNA, asked, "2", kind=kind)
    assert told_data(instance) == {
        "typeMessage": kind,
        key: {"stanzaId": asked, **expected},
    }
    assert [message.id for message in instance.received] == [answer]


def test_a_button_of_a_message_nobody_knows(instance: Instance) -> None:
    instance.press(ANNA, "3EB0", "1", "Yes")
    found = told_data(instance)["templateButtonReplyMessage"]
    assert (found["stanzaId"], found["selectedDisplayText"]) == ("3EB0", "Yes")
