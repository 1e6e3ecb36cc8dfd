"""The vendor's own Python client works against the simulator, unchanged."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from typing import Any

import pytest
from whatsapp_api_client_python.API import GreenAPI, GreenAPIError  # type: ignore[import-untyped, unused-ignore]

from tests.simulator import Contact, FaultKind, Instance, InstanceState, Plan, Simulator

INSTANCE = "7103000001"
TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef01"
ANNA = "79001234567@c.us"


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def instance(simulator: Simulator) -> Instance:
    anna = Contact(id=ANNA, name="Anna")
    return simulator.add_instance(INSTANCE, TOKEN, contacts=[anna])


@pytest.fixture
def client(simulator: Simulator, instance: Instance) -> GreenAPI:
    return GreenAPI(INSTANCE, TOKEN, host=simulator.url, media=simulator.url)


async def ask(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call the client, which blocks, in a thread of its own."""
    return await asyncio.to_thread(call, *arguments, **options)


async def test_account(client: GreenAPI, instance: Instance) -> None:
    answer = await ask(client.account.getStateInstance)
    assert (answer.code, answer.data) == (200, {"stateInstance": "authorized"})

    answer = await ask(client.account.getSettings)
    assert answer.data["wid"] == "79990000001@c.us"

    change = {"incomingWebhook": "yes"}
    answer = await ask(client.account.setSettings, change)
    assert answer.data == {"saveSettings": True}
    assert instance.settings["incomingWebhook"] == "yes"

    answer = await ask(client.account.getWaSettings)
    assert answer.data["phone"] == "79990000001"

    answer = await ask(client.account.reboot)
    assert answer.data == {"isReboot": True}
    answer = await ask(client.account.logout)
    assert answer.data == {"isLogout": True}
    assert instance.state is InstanceState.NOT_AUTHORIZED


async def test_sending(client: GreenAPI, instance: Instance) -> None:
    send = client.sending.sendMessage
    answer = await ask(send, ANNA, "Привет 👋", linkPreview=False)

    assert answer.code == 200
    (message,) = instance.messages
    assert (message.id, message.text) == (answer.data["idMessage"], "Привет 👋")
    assert message.link_preview is False
    assert instance.requests[0].unknown_keys == ()

    journals = client.journals
    entry = await ask(journals.getMessage, ANNA, message.id)
    assert entry.data["statusMessage"] == "delivered"
    entries = await ask(journals.lastOutgoingMessages, minutes=5)
    assert entries.data == [entry.data]


async def test_queue(client: GreenAPI, instance: Instance) -> None:
    instance.unlink()
    sent = await ask(client.sending.sendMessage, ANNA, "Hi")
    assert sent.code == 200

    queue = await ask(client.queues.showMessagesQueue)
    assert queue.data[0]["messageID"] == sent.data["idMessage"]


async def test_people(client: GreenAPI, instance: Instance) -> None:
    check = client.serviceMethods.checkWhatsapp
    instance.not_on_whatsapp.add("79007654321")
    assert (await ask(check, 79001234567)).data["existsWhatsapp"]
    assert not (await ask(check, 79007654321)).data["existsWhatsapp"]

    contacts = await ask(client.serviceMethods.getContacts)
    assert [contact["id"] for contact in contacts.data] == [ANNA]


async def test_the_client_waits_out_the_rate_limit(
    client: GreenAPI, instance: Instance
) -> None:
    for _ in range(2):
        answer = await ask(client.account.getStateInstance)
        assert answer.code == 200
    statuses = [request.status for request in instance.requests]
    assert statuses[0] == statuses[-1] == 200
    assert set(statuses[1:-1]) == {429}


async def test_errors(client: GreenAPI, instance: Instance) -> None:
    answer = await ask(client.sending.sendMessage, ANNA, "")
    assert answer.code == 400
    assert json.loads(answer.error)["message"].startswith("Validation failed.")

    instance.plan = Plan.DEVELOPER
    instance.quota.chats.extend(("1@c.us", "2@c.us", "3@c.us"))
    answer = await ask(client.sending.sendMessage, ANNA, "Hi")
    assert answer.code == 466
    assert "correspondentsStatus" in json.loads(answer.error)

    client.apiTokenInstance = "wrong"
    answer = await ask(client.sending.sendMessage, ANNA, "Hi")
    assert (answer.code, answer.error) == (401, "")

    client.raise_errors = True
    instance.faults.add(FaultKind.RESET)
    with pytest.raises(GreenAPIError):
        await ask(client.sending.sendMessage, ANNA, "Hi")
