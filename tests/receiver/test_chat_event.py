"""What happened in a chat, as automations see it."""

import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..actions import send_message
from ..calls import act, ids
from ..conftest import ANNA, BORIS, FAMILY
from ..simulator import Instance
from ..simulator.models import CallOutcome, ContactCard, File, Location
from ..simulator.testing import until
from .conftest import Heard


def last(heard: Heard) -> dict[str, Any]:
    return dict(heard[-1][1].attributes)


async def test_all_that_is_said_is_told(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    async def then() -> dict[str, Any]:
        await until(lambda: not instance.told)
        return last(heard)

    text_id = instance.receive(ANNA, "Hi")
    told = await then()
    assert told.pop("timestamp").endswith("+00:00")
    told.pop("multiple_answers", None)
    assert told == {
        "message_id": text_id,
        "chat_id": ANNA,
        "chat_name": "anna_k",
        "text": "Hi",
        "sender": ANNA,
        "sender_name": "Anna",
        "from_me": False,
        "forwarded": False,
    }

    instance.receive(FAMILY, "Re", sender=BORIS, quoted_message_id=text_id)
    told = await then()
    assert (told["chat_id"], told["sender"]) == (FAMILY, BORIS)
    assert told["quoted_message_id"] == text_id

    place = Location(latitude=52.5, longitude=13.4, name="Gate", address="")
    instance.receive(ANNA, location=place)
    assert (await then())["location"] == {
        "latitude": 52.5,
        "longitude": 13.4,
        "name": "Gate",
        "address": None,
    }

    card = ContactCard(phone=4915112345678, first_name="Clara")
    instance.receive(ANNA, contact=card)
    [contact] = (await then())["contacts"]
    assert contact["name"] == "Clara"
    assert "4915112345678" in contact["phones"][0]

    file = File(url="https://example.com/a.jpg", name="a.jpg")
    instance.receive(ANNA, "Look", file=file)
    told = await then()
    assert told["text"] == "Look"
    assert told["media"]["url"] == file.url

    response = await act(
        hass, "send_poll", chat_id=ANNA, question="Arm?", options=["Yes", "No"]
    )
    [poll_id] = ids(response)
    await then()
    instance.vote(ANNA, poll_id, ["Yes"])
    assert {"option": "Yes", "voters": [ANNA]} in (await then())["votes"]

    [message] = (await send_message(hass, chat_id=ANNA))["messages"]
    await then()
    instance.press(ANNA, message["message_id"], "1", "Open")
    button = (await then())["button"]
    assert (button["id"], button["text"]) == ("1", "Open")

    call = instance.call(ANNA, None)
    told = await then()
    assert (told["sender"], told["from_me"], told["call_status"]) == (
        ANNA,
        False,
        "offer",
    )
    instance.end_call(call, CallOutcome.PICK_UP)
    assert (await then())["call_status"] == "picked_up"
    instance.call_from_phone(BORIS, video=True)
    told = await then()
    assert "sender" not in told
    assert (told["chat_id"], told["from_me"], told["video"]) == (BORIS, True, True)

    # Whatever it is, it can be written down.
    for _, event in heard:
        json.dumps(event.attributes)
