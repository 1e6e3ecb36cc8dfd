"""The vendor's own Python client works against the simulator, unchanged."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
import json
from pathlib import Path
from typing import Any

import pytest
from whatsapp_api_client_python.API import GreenAPI, GreenAPIError  # type: ignore[import-untyped, unused-ignore]

from tests.simulator import (
    Contact,
    ContactCard,
    FaultKind,
    File,
    Instance,
    InstanceState,
    Location,
    MessageType,
    Plan,
    Poll,
    Simulator,
)
from tests.simulator.testing import until

INSTANCE = "7103000001"
TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef01"
ANNA = "79001234567@c.us"
FAMILY = "120363043968066561@g.us"


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    async with Simulator(media_port=True) as simulator:
        yield simulator


@pytest.fixture
def instance(simulator: Simulator) -> Instance:
    anna = Contact(id=ANNA, name="Anna")
    return simulator.add_instance(INSTANCE, TOKEN, contacts=[anna])


@pytest.fixture
def client(simulator: Simulator, instance: Instance) -> GreenAPI:
    return GreenAPI(INSTANCE, TOKEN, host=simulator.url, media=simulator.media_url)


async def ask(call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call the client, which blocks, in a thread of its own."""
    return await asyncio.to_thread(call, *arguments, **options)


async def ask_silent(call: Callable[..., Any], *arguments: Any) -> None:
    """Call what is answered with an empty body, over which this client stumbles."""
    with pytest.raises(json.JSONDecodeError):
        await ask(call, *arguments)


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


async def test_files(client: GreenAPI, instance: Instance, tmp_path: Path) -> None:
    picture = tmp_path / "תמונה 1.png"
    picture.write_bytes(b"png")
    send = client.sending.sendFileByUpload
    sent = await ask(send, ANNA, str(picture), "door.png", "Привет 👋")
    assert sent.code == 200
    # Its uploadFile cannot say a name that is not Latin-1.
    picture = picture.rename(tmp_path / "picture 1.png")
    uploaded = await ask(client.sending.uploadFile, str(picture))
    send = client.sending.sendFileByUrl
    url = uploaded.data["urlFile"]
    linked = await ask(
        send, ANNA, url, "window.png", quotedMessageId=sent.data["idMessage"]
    )

    first, second = instance.messages
    assert (first.id, second.id) == (sent.data["idMessage"], linked.data["idMessage"])
    assert (first.text, second.quoted_message_id) == ("Привет 👋", first.id)
    for message, name in ((first, "door.png"), (second, "window.png")):
        assert message.type is MessageType.IMAGE
        assert message.file is not None
        assert (message.file.name, message.file.content) == (name, b"png")
    assert [one.method for one in instance.uploads] == [
        "sendFileByUpload",
        "uploadFile",
    ]
    assert instance.uploads[1].name == "picture 1.png"


async def test_contents(client: GreenAPI, instance: Instance) -> None:
    sending = client.sending
    options = [{"optionName": "Yes"}, {"optionName": "No"}]
    await ask(sending.sendPoll, ANNA, "Arm?", options, multipleAnswers=True)
    await ask(sending.sendLocation, ANNA, 52.5, 13.4, "Home", "Street 1")
    await ask(sending.sendContact, ANNA, {"phoneContact": 79007654321, "company": "C"})
    poll, place, card = instance.messages
    assert poll.poll == Poll(options=("Yes", "No"), multiple_answers=True)
    assert place.location == Location(
        latitude=52.5, longitude=13.4, name="Home", address="Street 1"
    )
    assert card.contact == ContactCard(phone=79007654321, company="C")
    assert [request.unknown_keys for request in instance.requests] == [()] * 3

    forwarded = await ask(sending.forwardMessages, FAMILY, ANNA, [poll.id, card.id])
    assert [message.id for message in instance.messages[3:]] == forwarded.data[
        "messages"
    ]
    assert [message.chat_id for message in instance.messages[3:]] == [FAMILY, FAMILY]


async def test_changes(client: GreenAPI, instance: Instance) -> None:
    sent = await ask(client.sending.sendMessage, ANNA, "Hi")
    (message,) = instance.messages
    service = client.serviceMethods
    edited = await ask(service.editMessage, ANNA, message.id, "Hello")
    assert edited.code == 200
    assert edited.data["idMessage"] != sent.data["idMessage"]
    assert [one.text for one in instance.messages] == ["Hello"]
    await ask_silent(service.deleteMessage, ANNA, message.id)
    assert [one.deleted for one in instance.messages] == [True]


async def test_chats(client: GreenAPI, instance: Instance) -> None:
    message_id = instance.receive(ANNA, "Hello")
    await ask(client.sending.sendMessage, ANNA, "Hi")
    assert instance.messages
    history = await ask(client.journals.getChatHistory, ANNA, 10)
    assert [entry["textMessage"] for entry in history.data] == ["Hi", "Hello"]
    came_in = await ask(client.journals.lastIncomingMessages, 5)
    assert came_in.data == history.data[1:]

    chats = await ask(
        client.request,
        "GET",
        "{{host}}/waInstance{{idInstance}}/getChats/{{apiTokenInstance}}",
    )
    assert [chat["id"] for chat in chats.data] == [ANNA]

    read = await ask(client.marking.readChat, ANNA, message_id)
    assert read.data == {"setRead": True}
    assert instance.read_chats == [(ANNA, message_id)]
    service = client.serviceMethods
    await ask_silent(service.archiveChat, ANNA)
    assert instance.archived_chats == {ANNA}
    await ask_silent(service.unarchiveChat, ANNA)
    assert instance.archived_chats == set()


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


async def test_receiving(client: GreenAPI, instance: Instance) -> None:
    change = {"incomingWebhook": "yes", "outgoingWebhook": "yes"}
    await ask(client.account.setSettings, change)
    instance.poll_scale = 0.01
    heard: list[tuple[str, Any]] = []

    def hear(kind: str, body: Any) -> None:
        heard.append((kind, body))
        if len(heard) == 3:
            client.webhooks.stopReceivingNotifications()

    loop = asyncio.create_task(ask(client.webhooks.startReceivingNotifications, hear))
    # It has asked in vain before something comes.
    await until(lambda: [one.ended for one in instance.requests[1:2]] != [None])
    message_id = instance.receive(ANNA, "Привет 👋")
    await until(lambda: len(heard) == 1)
    instance.send_from_phone(ANNA, "Not told")
    await ask(client.sending.sendMessage, ANNA, "Hi")
    await loop

    (kind, body), *statuses = heard
    assert (kind, body["idMessage"]) == ("incomingMessageReceived", message_id)
    assert body["messageData"]["textMessageData"] == {"textMessage": "Привет 👋"}
    assert [body["status"] for _, body in statuses] == ["sent", "delivered"]
    assert instance.told == []
    nothing = await ask(client.receiving.deleteNotification, 3)
    assert nothing.data == {"result": False, "reason": ""}


async def test_a_received_file(client: GreenAPI, instance: Instance) -> None:
    picture = File(name="a.png", content=b"png")
    message_id = instance.receive(ANNA, file=picture)
    found = await ask(client.receiving.downloadFile, ANNA, message_id)
    (message,) = instance.received
    assert message.file is not None
    assert found.data == {"downloadUrl": message.file.url}


async def test_linking(client: GreenAPI, instance: Instance) -> None:
    assert (await ask(client.account.qr)).data["type"] == "alreadyLogged"
    await ask(client.account.logout)
    shown = await ask(client.account.qr)
    assert shown.data["type"] == "qrCode"
    assert base64.b64decode(shown.data["message"]).startswith(b"\x89PNG")
    code = await ask(client.account.getAuthorizationCode, 79990000002)
    assert code.data["status"] is True
    assert instance.enter_code(code.data["code"])
    answer = await ask(client.account.getWaSettings)
    assert answer.data["phone"] == "79990000002"


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
