"""Buttons are sent under the real API's conditions."""

from typing import Any

import pytest

from tests.simulator import Button, Buttons, Instance, MessageType
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, Api, switch_on, told

REPLY, ACTION = "sendInteractiveButtonsReply", "sendInteractiveButtons"
REPLIES = {
    "chatId": ANNA,
    "body": "Arm?",
    "header": "Home",
    "buttons": [{"buttonId": "1", "buttonText": "Yes"}],
}
OPEN = {"type": "url", "buttonId": "1", "buttonText": "Open", "url": "https://x.org"}


def button(**change: Any) -> dict[str, Any]:
    return {
        "buttons": [{key: one for key, one in (OPEN | change).items() if one != ""}]
    }


async def test_buttons_arrive(api: Api, instance: Instance) -> None:
    switch_on(instance, "outgoingAPIMessageWebhook")
    await api.sent(REPLY, REPLIES)
    await api.sent(ACTION, REPLIES | button())
    answers, actions = instance.messages
    assert (answers.type, answers.text) == (MessageType.BUTTONS, "Arm?")
    assert answers.buttons == Buttons(
        header="Home", buttons=(Button(id="1", text="Yes"),)
    )
    assert actions.buttons is not None
    assert actions.buttons.buttons == (
        Button(id="1", text="Open", type="url", target="https://x.org"),
    )
    kinds = [one["messageData"]["typeMessage"] for one in told(instance)]
    assert kinds == ["interactiveButtonsReply", "interactiveButtons"]
    entry = (await api("lastOutgoingMessages"))[1][1]
    assert entry["interactiveButtonsReply"]["contentText"] == "Arm?"


async def test_buttons_wait(api: Api, instance: Instance) -> None:
    instance.unlink()
    await api.sent(REPLY, REPLIES)
    _, (item,) = await api("showMessagesQueue")
    assert item["type"] == REPLY
    assert (item["body"]["body"], item["body"]["header"]) == ("Arm?", "Home")


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        (REPLY, {"chatId": FAMILY}, "'chatId' must be one of the next formats"),
        (REPLY, {"body": ""}, "'body' is not allowed to be empty"),
        (REPLY, {"buttons": []}, "'buttons' must contain at least 1 items"),
        (REPLY, {"buttons": [OPEN] * 4}, "'buttons' must contain less than or equal"),
        (REPLY, button(buttonId=""), "'buttonId' is required"),
        (REPLY, button(buttonText="x" * 26), "'buttonText' length must be less than"),
        (ACTION, button(type=""), "'type' is required"),
        (ACTION, button(type="reply"), "'type' must be one of [copy, call, url]"),
        (ACTION, button(url=""), "'url' is required"),
        (ACTION, button(type="call"), "'phoneNumber' is required"),
        (ACTION, button(type="copy"), "'copyCode' is required"),
    ],
)
async def test_what_buttons_must_not_be(
    api: Api, instance: Instance, method: str, change: dict[str, Any], message: str
) -> None:
    assert (await api.refusal(method, REPLIES | change)).startswith(message)
    assert instance.messages == []


async def test_buttons_for_actions_may_go_to_a_group(
    api: Api, instance: Instance
) -> None:
    await api.sent(ACTION, REPLIES | button() | {"chatId": FAMILY})
    assert [message.chat_id for message in instance.messages] == [FAMILY]
