"""How messages leave: again when they certainly did not, in parts, and all at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.green_api.api import GreenApiClient
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .actions import (
    failures,
    go_away,
    legacy_notify,
    notify,
    send_message,
    sent,
    text,
    told,
)
from .conftest import ANNA, BORIS, FAMILY
from .simulator import FaultKind, Instance, InstanceState, Simulator
from .simulator.answers import ApiError
from .simulator.calls import Call
from .simulator.methods import METHODS
from .simulator.models import Json

pytestmark = pytest.mark.usefixtures("loaded")

PARAGRAPH = "word " * 199 + "end.\n\n"


@pytest.mark.parametrize("times", [1, 2])
async def test_too_many_requests_are_tried_again(
    hass: HomeAssistant, instance: Instance, times: int
) -> None:
    instance.fail_chat(ANNA, FaultKind.RATE_LIMITED, times=times)
    await notify(hass, "notify.anna")
    assert [each.text for each in instance.messages] == ["Hi"]
    assert len(sent(instance)) == times + 1


async def test_too_many_requests_for_too_long(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.fail_chat(ANNA, FaultKind.RATE_LIMITED)
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert raised.value.translation_key == "rate_limited"
    assert len(sent(instance)) > 2
    assert instance.messages == []


async def test_a_starting_instance_is_tried_again(
    hass: HomeAssistant, instance: Instance
) -> None:
    instance.starting_seconds = 0.005
    instance.restart()
    await notify(hass, "notify.anna")
    assert [each.text for each in instance.messages] == ["Hi"]


@pytest.mark.usefixtures("real_pace")
async def test_a_refused_connection_is_tried_again(
    hass: HomeAssistant, simulator: Simulator, instance: Instance
) -> None:
    port = simulator.port
    await go_away(simulator)
    sending = hass.async_create_task(notify(hass, "notify.anna"))
    await simulator.start(port)
    await sending
    assert [each.text for each in instance.messages] == ["Hi"]


@pytest.mark.usefixtures("real_pace")
async def test_the_pace_of_real_retries(
    hass: HomeAssistant, instance: Instance
) -> None:
    """The first comes when GREEN-API counts a new second."""
    instance.fail_chat(ANNA, FaultKind.RATE_LIMITED, times=1)
    await notify(hass, "notify.anna")
    first, second = instance.requests[-2:]
    assert (first.status, second.status) == (429, 200)
    assert 1 < second.time - first.time < 2


async def test_a_long_text_goes_out_in_parts(
    hass: HomeAssistant, instance: Instance
) -> None:
    message = PARAGRAPH * 5
    response = await send_message(
        hass,
        message,
        chat_id=ANNA,
        title="Log",
        quoted_message_id="3EB0C767D097B7C7C030",
        link_preview=False,
        typing_time={"seconds": 2},
    )
    first, second = sent(instance)
    assert first == {
        "chatId": ANNA,
        "message": "*Log*\n" + (PARAGRAPH * 4).rstrip(),
        "quotedMessageId": "3EB0C767D097B7C7C030",
        "linkPreview": False,
        "typingTime": 2000,
    }
    assert second == {
        "chatId": ANNA,
        "message": PARAGRAPH.rstrip(),
        "linkPreview": False,
    }
    assert [each["message_id"] for each in response["messages"]] == [
        each.id for each in instance.queue
    ]
    assert [each["chat_id"] for each in response["messages"]] == [ANNA, ANNA]


@pytest.mark.parametrize(
    ("character", "count"), [("x", 20_000), ("\N{SLICE OF PIZZA}", 10_000)]
)
async def test_the_longest_text(
    hass: HomeAssistant, instance: Instance, character: str, count: int
) -> None:
    response = await send_message(hass, character * count, chat_id=ANNA)
    assert "".join(each.text for each in instance.messages) == character * count
    assert len(response["messages"]) == 5


@pytest.mark.parametrize(
    ("message", "title", "length"),
    [
        ("x" * 20_001, None, "20001"),
        ("x" * 19_998, "T", "20002"),
        ("\N{SLICE OF PIZZA}" * 10_001, None, "20002"),
    ],
)
async def test_a_text_that_is_too_long(
    hass: HomeAssistant,
    instance: Instance,
    message: str,
    title: str | None,
    length: str,
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, "notify.anna", message, title=title or "")
    assert await told(hass, raised.value) == text(
        "message_too_long", length=length, limit="20000"
    )
    assert sent(instance) == []


@pytest.mark.parametrize(
    "send",
    [
        lambda hass, message: notify(hass, "notify.anna", message, title="Title"),
        lambda hass, message: send_message(hass, message, chat_id=ANNA, title="Title"),
        lambda hass, message: legacy_notify(
            hass, "green_api_anna", message, title="Title"
        ),
    ],
    ids=["notify.send_message", "green_api.send_message", "notify.green_api_anna"],
)
async def test_a_text_that_nobody_sees(
    hass: HomeAssistant, instance: Instance, send: Callable[..., Any]
) -> None:
    for message in (
        "",
        " ",
        "\n\t \r\n",
        "\u200b",
        "\u2060 \u00ad\ufeff",
        "\u00a0",
        "\u2800",
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await send(hass, message)
        assert await told(hass, raised.value) == text("empty_message")
    assert sent(instance) == []


@pytest.mark.parametrize(
    "message",
    [
        "\N{SLICE OF PIZZA} \N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
        "\u05e9\u05dc\u05d5\u05dd, \u05d4\u05db\u05dc \u05d1\u05e1\u05d3\u05e8?",
        "one\ntwo\n\nthree",
        '*bold* _italic_ ~struck~ ```code``` "quoted" \\back',
        "  indented\n  text",
    ],
)
async def test_a_text_arrives_as_it_was_written(
    hass: HomeAssistant, instance: Instance, message: str
) -> None:
    await notify(hass, "notify.anna", message)
    assert [each.text for each in instance.messages] == [message]


async def test_what_a_template_ends_in_is_left_out(
    hass: HomeAssistant, instance: Instance
) -> None:
    await notify(hass, "notify.anna", "Closed\n\n")
    await send_message(hass, "Closed \n", title="Door", chat_id=ANNA)
    assert [each.text for each in instance.messages] == ["Closed", "*Door*\nClosed"]


async def test_part_of_a_text_went_out(
    hass: HomeAssistant, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent stays sent; the person learns how far it got."""

    def refuse(_: Call) -> Json:
        raise ApiError(400, "Instance is deleted")

    method = METHODS["sendmessage"]
    answers = iter([method.run, method.run, refuse])

    def run(call: Call) -> Json:
        return next(answers)(call)

    monkeypatch.setitem(METHODS, "sendmessage", replace(method, run=run))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna", PARAGRAPH * 9)
    assert await told(hass, raised.value) == text(
        "partly_sent", sent="2", total="3", reason=text("instance_gone")
    )
    assert [each.text for each in instance.messages] == [
        (PARAGRAPH * 4).rstrip(),
        (PARAGRAPH * 4).rstrip(),
    ]


async def test_all_chats_are_written_to_at_once(
    hass: HomeAssistant, instance: Instance
) -> None:
    numbers = [f"+790012345{each}" for each in range(10, 40)]
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, times=30, delay=0.2)
    response = await send_message(hass, chat_id=numbers)
    assert len(instance.messages) == 30
    assert instance.most_concurrent >= 20
    assert [each["chat_id"] for each in response["messages"]] == [
        f"{number.removeprefix('+')}@c.us" for number in numbers
    ]


async def test_some_chats_fail(hass: HomeAssistant, instance: Instance) -> None:
    instance.fail_chat(ANNA, FaultKind.BAD_GATEWAY_ACCEPTED)
    instance.faults.add(
        FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages", times=None
    )
    instance.fail_chat("4915112345678@c.us", FaultKind.RATE_LIMITED)
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(
            hass,
            entity_id=["notify.anna", "notify.boris", "notify.family"],
            chat_id=["+49 1511 2345678"],
        )
    reasons = failures(
        **{"Anna": text("outcome_unknown"), "+4915112345678": text("rate_limited")}
    )
    assert await told(hass, raised.value) == text(
        "some_failed", failed="2", total="4", reasons=reasons
    )
    assert {each.chat_id for each in instance.messages} == {ANNA, BORIS, FAMILY}
    states = {each.entity_id: each.state for each in hass.states.async_all("notify")}
    assert states["notify.anna"] == "unknown"
    assert states["notify.boris"] != "unknown"
    assert states["notify.family"] != "unknown"


async def test_all_chats_fail(hass: HomeAssistant, instance: Instance) -> None:
    instance.state = InstanceState.STARTING
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, entity_id=["notify.anna", "notify.boris"])
    assert await told(hass, raised.value) == text(
        "some_failed",
        failed="2",
        total="2",
        reasons=failures(**{"Anna, Boris": text("starting")}),
    )


async def test_a_fault_of_our_own_does_not_pass_for_success(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(
        GreenApiClient, "send_message", AsyncMock(side_effect=ZeroDivisionError)
    )
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, entity_id="notify.anna")
    # It may have left before.
    assert raised.value.translation_key == "outcome_unknown"
    assert "ZeroDivisionError" in caplog.text
