"""What notifications say of messages: their contents, files and quotes."""

from typing import Any

import pytest

from tests.simulator import (
    Button,
    Buttons,
    ContactCard,
    File,
    GroupInvite,
    Instance,
    Location,
    Poll,
)
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, FAMILY, HI, Api, switch_on, told, told_data

FORWARDING = {"forwardingScore": 0, "isForwarded": False}
EXTENDED = {
    "description": "",
    "title": "",
    "previewType": "None",
    "jpegThumbnail": "",
}


@pytest.fixture(autouse=True)
def _everything_is_told(instance: Instance) -> None:
    switch_on(instance)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"text": "See https://green-api.com"},
            {
                "typeMessage": "extendedTextMessage",
                "extendedTextMessageData": {
                    "text": "See https://green-api.com",
                    **EXTENDED,
                    **FORWARDING,
                },
            },
        ),
        (
            {"text": "Hello", "forwarded": True},
            {
                "typeMessage": "extendedTextMessage",
                "extendedTextMessageData": {
                    "text": "Hello",
                    **EXTENDED,
                    "forwardingScore": 1,
                    "isForwarded": True,
                },
            },
        ),
        (
            {"location": Location(latitude=1.5, longitude=2, name="N", address="A")},
            {
                "typeMessage": "locationMessage",
                "locationMessageData": {
                    "nameLocation": "N",
                    "address": "A",
                    "latitude": 1.5,
                    "longitude": 2,
                    "jpegThumbnail": "",
                    **FORWARDING,
                },
            },
        ),
        (
            {"contact": ContactCard(phone=79007654321, first_name="B")},
            {
                "typeMessage": "contactMessage",
                "contactMessageData": {
                    "displayName": "B",
                    "vcard": "BEGIN:VCARD\nVERSION:3.0\nN:;B;;;\nFN:B\n"
                    "item1.TEL;waid=79007654321:+79007654321\nEND:VCARD",
                    **FORWARDING,
                },
            },
        ),
        (
            {"text": "Arm?", "poll": Poll(options=("Yes", "No"))},
            {
                "typeMessage": "pollMessage",
                "pollMessageData": {
                    "name": "Arm?",
                    "options": [{"optionName": "Yes"}, {"optionName": "No"}],
                    "multipleAnswers": False,
                },
            },
        ),
        (
            {
                "text": "Come in",
                "invite": GroupInvite(group_id=FAMILY, name="Us", code="c", expires=9),
            },
            {
                "typeMessage": "groupInviteMessage",
                "groupInviteMessageData": {
                    "groupJid": FAMILY,
                    "inviteCode": "c",
                    "inviteExpiration": {"low": 9, "high": 0, "unsigned": False},
                    "groupName": "Us",
                    "caption": "Come in",
                    "jpegThumbnail": "",
                },
            },
        ),
        (
            {
                "text": "Heat?",
                "buttons": Buttons(
                    header="Home",
                    buttons=(
                        Button(id="1", text="Call", type="call", target="7900"),
                        Button(id="2", text="Open", type="url", target="https://x.org"),
                        Button(id="3", text="Copy", type="copy", target="42"),
                    ),
                ),
            },
            {
                "typeMessage": "interactiveButtons",
                "interactiveButtons": {
                    "titleText": "Home",
                    "contentText": "Heat?",
                    "footerText": "",
                    "buttons": [
                        {
                            "type": "call",
                            "buttonId": "1",
                            "buttonText": "Call",
                            "phoneNumber": "7900",
                        },
                        {
                            "type": "url",
                            "buttonId": "2",
                            "buttonText": "Open",
                            "url": "https://x.org",
                        },
                        {
                            "type": "copy",
                            "buttonId": "3",
                            "buttonText": "Copy",
                            "copyCode": "42",
                        },
                    ],
                },
            },
        ),
    ],
)
def test_contents(
    instance: Instance, content: dict[str, Any], expected: dict[str, Any]
) -> None:
    instance.receive(ANNA, **content)
    assert told_data(instance) == expected


def test_several_cards(instance: Instance) -> None:
    cards = tuple(ContactCard(phone=7900 + n, company=f"C{n}") for n in range(2))
    instance.receive(ANNA, contacts=cards)
    found = told_data(instance)
    assert (found["typeMessage"], set(found["messageData"])) == (
        "contactsArrayMessage",
        {"contacts", *FORWARDING},
    )
    names = [card["displayName"] for card in found["messageData"]["contacts"]]
    assert names == ["C0", "C1"]


@pytest.mark.parametrize(
    ("file", "kind", "mime_type"),
    [
        (File(name="a.png", content=b"x"), "imageMessage", "image/png"),
        (File(name="a.mp4", content=b"x"), "videoMessage", "video/mp4"),
        (File(name="a.pdf", content=b"x"), "documentMessage", "application/pdf"),
        (
            File(name="a.ogg", content=b"x", content_type="audio/ogg; codecs=opus"),
            "audioMessage",
            "audio/ogg; codecs=opus",
        ),
    ],
)
async def test_a_file_can_be_fetched(
    api: Api, instance: Instance, file: File, kind: str, mime_type: str
) -> None:
    message_id = instance.receive(ANNA, "Look", file=file)
    found = told_data(instance)
    assert found["typeMessage"] == kind
    url = found["fileMessageData"].pop("downloadUrl")
    assert found["fileMessageData"] == {
        "caption": "Look",
        "fileName": file.name,
        "jpegThumbnail": "",
        "isAnimated": False,
        "mimeType": mime_type,
        **FORWARDING,
    }
    status, content, content_type = await api.get(url)
    assert (status, content) == (200, b"x")
    assert mime_type.startswith(content_type)
    body = {"chatId": ANNA, "idMessage": message_id}
    assert await api("downloadFile", body) == (200, {"downloadUrl": url})


async def test_there_is_nothing_to_download(api: Api, instance: Instance) -> None:
    body = {"chatId": ANNA, "idMessage": instance.receive(ANNA, "Hello")}
    assert await api.refusal("downloadFile", body) == "Message not found by id"
    body["idMessage"] = "3EB0"
    assert await api.refusal("downloadFile", body) == "Message not found by id"


def test_files_that_did_not_make_it(instance: Instance) -> None:
    instance.receive(ANNA, file=File(name="a.mp4", url="{{SWE002}}"))
    instance.receive(ANNA, file=File(name="a.mp4"))
    urls = [one["messageData"]["fileMessageData"] for one in told(instance)]
    assert [one["downloadUrl"] for one in urls] == ["{{SWE002}}", ""]


def test_a_sticker(instance: Instance) -> None:
    instance.receive(ANNA, sticker=File(name="a.webp", content=b"x"))
    found = told_data(instance)
    assert found["typeMessage"] == "stickerMessage"
    assert found["fileMessageData"]["mimeType"] == "image/webp"


async def test_quotes(api: Api, instance: Instance) -> None:
    sent = await api.sent("sendMessage", HI)
    instance.advance()
    told(instance)
    stanza = {"stanzaId": sent, "participant": instance.own_id}

    instance.receive(ANNA, "Hello", quoted_message_id=sent)

    assert told_data(instance) == {
        "typeMessage": "quotedMessage",
        "extendedTextMessageData": {"text": "Hello", **stanza},
        "quotedMessage": {
            **stanza,
            "typeMessage": "extendedTextMessage",
            "textMessage": "Hi",
            "extendedTextMessage": {"text": "Hi", **EXTENDED, **FORWARDING},
        },
    }
    place = Location(latitude=1, longitude=2)
    instance.receive(ANNA, location=place, quoted_message_id=sent)
    found = told_data(instance)
    assert found["typeMessage"] == "locationMessage"
    assert found["quotedMessage"]["stanzaId"] == sent

    instance.receive(ANNA, "Hello", quoted_message_id="3EB0")
    found = told_data(instance)
    assert found["quotedMessage"] == {
        "stanzaId": "3EB0",
        "participant": "",
        "typeMessage": "",
    }
    assert found["extendedTextMessageData"]["stanzaId"] == "3EB0"
