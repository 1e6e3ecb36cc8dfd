"""Messages of the journals, read into what the integration works with."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, datetime
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.green_api.api import JournalMessage
from custom_components.green_api.api.journal import Media, MessageType, Place
from tests.conftest import ANNA, FAMILY

type Item = dict[str, Any]

FORWARDING = {"forwardingScore": 0, "isForwarded": False}


def incoming(kind: str, **content: Any) -> Item:
    """Return what somebody wrote to the account."""
    return {
        "type": "incoming",
        "idMessage": "F7AEC1B7086ECDC7E6E45923F5EDB825",
        "timestamp": 1765207875,
        "typeMessage": kind,
        "chatId": ANNA,
        **content,
        "senderId": ANNA,
        "senderName": "anna_k",
        "senderContactName": "Anna",
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": False,
        "isDeleted": False,
    }


def file(kind: str, name: str, mime_type: str, **content: Any) -> Item:
    """Return a message with a file."""
    return incoming(
        kind,
        **{
            "downloadUrl": f"https://do-media-7103.example.com/7103000001/{name}",
            "caption": "",
            "fileName": name,
            "jpegThumbnail": "",
            "mimeType": mime_type,
            "isAnimated": False,
            "videoNote": False,
            **FORWARDING,
            **content,
        },
    )


EXTENDED = {
    "text": "New message",
    "description": "",
    "title": "",
    "previewType": "None",
    "jpegThumbnail": "",
}

# One of each kind, in the shapes that live instances give them.
ITEMS: dict[str, Item] = {
    "outgoing": {
        "type": "outgoing",
        "idMessage": "3EB0B9E80E1E404439C915",
        "timestamp": 1765207875,
        "typeMessage": "extendedTextMessage",
        "chatId": FAMILY,
        "textMessage": "New message",
        "extendedTextMessage": {
            **EXTENDED,
            "forwardingScore": 1,
            "isForwarded": True,
        },
        "statusMessage": "sent",
        "sendByApi": True,
        "deletedMessageId": "",
        "editedMessageId": "",
        "isEdited": False,
        "isDeleted": False,
    },
    "text": incoming("textMessage", textMessage="I use GREEN-API"),
    "link": incoming("extendedTextMessage", extendedTextMessage=EXTENDED),
    "reply": incoming(
        "quotedMessage",
        textMessage="Yes",
        extendedTextMessage={
            "text": "Yes",
            "stanzaId": "3EB07E00426E4BFB2D6D2A",
            "participant": ANNA,
        },
        quotedMessage={
            "stanzaId": "3EB07E00426E4BFB2D6D2A",
            "participant": ANNA,
            "typeMessage": "extendedTextMessage",
            "textMessage": "New message",
            "extendedTextMessage": {**EXTENDED, **FORWARDING},
        },
    ),
    "image": file("imageMessage", "ad853d16.jpg", "image/jpeg", caption="The door"),
    "video": file("videoMessage", "a.mp4", "video/mp4", isForwarded=True),
    "audio": file("audioMessage", "a.oga", "audio/ogg; codecs=opus"),
    "document": file(
        "documentMessage", "film.mkv", "video/x-matroska", downloadUrl="{{SWE002}}"
    ),
    "sticker": file("stickerMessage", "", "image/webp", isAnimated=True),
    "location": incoming(
        "locationMessage",
        location={
            "nameLocation": "Gate",
            "address": "",
            "latitude": 12.3456,
            "longitude": 14,
            "jpegThumbnail": "/9j/",
            **FORWARDING,
        },
    ),
    "contact": incoming(
        "contactMessage",
        contact={
            "displayName": "Victor",
            "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:Victor\nEND:VCARD",
            **FORWARDING,
        },
    ),
    "contacts": incoming(
        "contactsArrayMessage",
        messageData={"contacts": [{"displayName": "A", "vcard": ""}], **FORWARDING},
    ),
    "poll": incoming(
        "pollMessage",
        pollMessageData={
            "name": "Arm?",
            "options": [{"optionName": "Yes"}, {"optionName": "No"}],
            "multipleAnswers": False,
        },
    ),
    "vote": incoming(
        "pollUpdateMessage",
        pollMessageData={
            "stanzaId": "30F6A068486C79D01CC683822E9258AE",
            "name": "Color",
            "votes": [
                {"optionName": "Red", "optionVoters": []},
                {"optionName": "Green", "optionVoters": [ANNA]},
            ],
            "multipleAnswers": True,
        },
    ),
    "reaction": incoming(
        "reactionMessage",
        extendedTextMessage={"text": "\N{THUMBS UP SIGN}"},
        quotedMessage={
            "stanzaId": "A16014FAC9F5382E7B9CEEFEF1FFEB6F",
            "participant": ANNA,
        },
    ),
    "edited": incoming(
        "editedMessage",
        editedMessageData={"textMessage": "New", "stanzaId": "BAE5AFC355030F7A"},
    ),
    "deleted": incoming(
        "deletedMessage", deletedMessageData={"stanzaId": "3EB017679D4E5D4B852CD3"}
    ),
    "button": incoming(
        "templateButtonsReplyMessage",
        templateButtonReplyMessage={
            "stanzaId": "BAE5BBB8415CF1AA",
            "selectedIndex": 0,
            "selectedId": "1",
            "selectedDisplayText": "First Button",
        },
    ),
    "older button": incoming("templateButtonReplyMessage"),
    "interactive button": incoming(
        "interactiveButtonsResponse",
        interactiveButtonsResponse={"selectedId": "2", "selectedDisplayText": "Two"},
    ),
    "plain button": incoming(
        "buttonsResponseMessage",
        buttonsResponseMessage={"selectedButtonId": "1", "selectedButtonText": "G"},
    ),
    "call": incoming("incomingCall"),
    "own call": incoming("outgoingCall"),
    "invitation": incoming("groupInviteMessage", groupInviteMessage={"caption": ""}),
    "unreadable": incoming("textMessage", textMessage="{{SWE001}}"),
}

KINDS = {
    "outgoing": MessageType.TEXT,
    "text": MessageType.TEXT,
    "link": MessageType.TEXT,
    "reply": MessageType.TEXT,
    "image": MessageType.IMAGE,
    "video": MessageType.VIDEO,
    "audio": MessageType.AUDIO,
    "document": MessageType.DOCUMENT,
    "sticker": MessageType.STICKER,
    "location": MessageType.LOCATION,
    "contact": MessageType.CONTACT,
    "contacts": MessageType.CONTACT,
    "poll": MessageType.POLL,
    "vote": MessageType.POLL_VOTE,
    "reaction": MessageType.REACTION,
    "edited": MessageType.EDITED,
    "deleted": MessageType.DELETED,
    "button": MessageType.BUTTON,
    "older button": MessageType.BUTTON,
    "interactive button": MessageType.BUTTON,
    "plain button": MessageType.BUTTON,
    "call": MessageType.CALL,
    "own call": MessageType.CALL,
    "invitation": MessageType.OTHER,
    "unreadable": MessageType.TEXT,
}


def read(name: str, **changes: Any) -> JournalMessage:
    """Read one of the items, changed."""
    return JournalMessage.from_answer({**ITEMS[name], **changes})


# What is told


@pytest.mark.parametrize("name", ITEMS)
def test_the_kind_of_a_message(name: str) -> None:
    assert read(name).type is KINDS[name]


def test_there_is_an_example_of_every_kind() -> None:
    assert set(KINDS.values()) == set(MessageType)


@pytest.mark.parametrize("kind", [None, 7, [], {}, "", "TEXTMESSAGE", "listMessage"])
def test_a_kind_that_is_not_known(kind: Any) -> None:
    assert read("text", typeMessage=kind).type is MessageType.OTHER


def test_all_of_a_sent_message() -> None:
    assert read("outgoing") == JournalMessage(
        message_id="3EB0B9E80E1E404439C915",
        chat_id=FAMILY,
        type=MessageType.TEXT,
        from_me=True,
        timestamp=datetime(2025, 12, 8, 15, 31, 15, tzinfo=UTC),
        text="New message",
        forwarded=True,
        status="sent",
        sent_by_api=True,
    )


def test_all_of_a_reply() -> None:
    assert read("reply") == JournalMessage(
        message_id="F7AEC1B7086ECDC7E6E45923F5EDB825",
        chat_id=ANNA,
        type=MessageType.TEXT,
        from_me=False,
        timestamp=datetime(2025, 12, 8, 15, 31, 15, tzinfo=UTC),
        text="Yes",
        sender=ANNA,
        sender_name="Anna",
        quoted_message_id="3EB07E00426E4BFB2D6D2A",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text", "I use GREEN-API"),
        ("link", "New message"),
        ("image", "The door"),
        ("video", None),
        ("poll", "Arm?"),
        ("vote", "Color"),
        ("contact", "Victor"),
        ("reaction", "\N{THUMBS UP SIGN}"),
        ("location", None),
        ("deleted", None),
    ],
)
def test_what_a_message_says(name: str, text: str | None) -> None:
    assert read(name).text == text


@pytest.mark.parametrize(
    ("name", "media"),
    [
        (
            "image",
            Media(
                "ad853d16.jpg",
                "image/jpeg",
                "https://do-media-7103.example.com/7103000001/ad853d16.jpg",
            ),
        ),
        ("document", Media("film.mkv", "video/x-matroska", None)),
        (
            "sticker",
            Media(None, "image/webp", "https://do-media-7103.example.com/7103000001/"),
        ),
        ("text", None),
        ("location", None),
    ],
)
def test_a_file(name: str, media: Media | None) -> None:
    assert read(name).media == media


@pytest.mark.parametrize(
    "url", ["", None, 7, "{{SWE002}}", "javascript:alert()", "ftp://example.com/a"]
)
def test_a_file_that_green_api_does_not_have(url: Any) -> None:
    assert read("image", downloadUrl=url).media == Media(
        "ad853d16.jpg", "image/jpeg", None
    )
    assert read("image", downloadUrl="", fileName="").media is None


def test_a_place() -> None:
    assert read("location").location == Place(12.3456, 14, "Gate", None)
    assert read("text").location is None


@pytest.mark.parametrize(
    "location",
    [
        None,
        [],
        {},
        {"latitude": 1},
        {"longitude": 1},
        {"latitude": "1", "longitude": "2"},
        {"latitude": None, "longitude": 2},
    ],
)
def test_a_place_without_coordinates_is_none(location: Any) -> None:
    assert read("location", location=location).location is None


def test_the_options_of_a_poll() -> None:
    assert read("poll").options == ("Yes", "No")
    assert read("text").options == ()


@pytest.mark.parametrize(
    "options", [None, {}, "Yes", [], ["Yes"], [None, {}, {"optionName": None}]]
)
def test_options_that_are_none(options: Any) -> None:
    assert read("poll", pollMessageData={"options": options}).options == ()


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        (1765207875, datetime(2025, 12, 8, 15, 31, 15, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        # Milliseconds would be the year 57907.
        (1765207875000, None),
        (1e300, None),
        (10**400, None),
        (0, None),
        (-1, None),
        ("1765207875", None),
        ([], None),
        (None, None),
    ],
)
def test_the_time_of_a_message(seconds: Any, moment: datetime | None) -> None:
    assert read("text", timestamp=seconds).timestamp == moment


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({}, "Anna"),
        ({"senderContactName": ""}, "anna_k"),
        ({"senderContactName": None, "senderName": ""}, None),
    ],
)
def test_the_phone_books_name_goes_first(names: Item, name: str | None) -> None:
    assert read("text", **names).sender_name == name


@pytest.mark.parametrize("name", ["text", "image", "location", "contact", "link"])
def test_what_was_forwarded(name: str) -> None:
    item = deepcopy(ITEMS[name])
    parts = [each for each in item.values() if isinstance(each, dict)]
    assert not JournalMessage.from_answer(item).forwarded
    [*parts, item][0]["isForwarded"] = True
    assert JournalMessage.from_answer(item).forwarded


@pytest.mark.parametrize(
    "content",
    [
        {**ITEMS["image"], "isForwarded": True},
        {
            "typeMessage": "extendedTextMessage",
            "textMessage": "New message",
            "extendedTextMessage": {**EXTENDED, "isForwarded": True},
        },
    ],
    ids=["image", "text"],
)
def test_an_answer_to_what_was_forwarded_was_not_itself(content: Item) -> None:
    quoted = {"stanzaId": "3EB0", "participant": ANNA, **content}
    assert not read("reply", quotedMessage=quoted).forwarded


@pytest.mark.parametrize("value", [True, False])
def test_what_was_edited_or_deleted(
    value: bool,  # noqa: FBT001
) -> None:
    message = read("text", isEdited=value, isDeleted=not value)
    assert (message.edited, message.deleted) == (value, not value)


# What may come as well


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(("{{SWE001}}", "https://example.com/a.jpg", "outgoing")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=4,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each part of an item is."""
    below: Any = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    for key, each in below:
        yield (*path, key)
        yield from paths(each, (*path, key))


@st.composite
def mutated(draw: st.DrawFn) -> Item:
    """Return a real item of which parts are something else, or away."""
    item = deepcopy(draw(st.sampled_from(list(ITEMS.values()))))
    for _ in range(draw(st.integers(1, 4))):
        *way, key = draw(st.sampled_from(list(paths(item))))
        part: Any = item
        for step in way:
            part = part[step]
        if isinstance(part, dict) and draw(st.booleans()):
            del part[key]
        else:
            part[key] = draw(JSON)
    return item


@settings(max_examples=500, deadline=None)
@given(mutated() | st.dictionaries(st.sampled_from(list(ITEMS["outgoing"])), JSON))
def test_whatever_comes_is_read_into_what_it_should_be(item: Item) -> None:
    message = JournalMessage.from_answer(item)

    assert isinstance(message.type, MessageType)
    for name, value in asdict(message).items():
        match name:
            case "message_id" | "chat_id":
                assert isinstance(value, str)
            case "sent_by_api":
                assert value is None or isinstance(value, bool)
            case "from_me" | "forwarded" | "edited" | "deleted":
                assert isinstance(value, bool)
    for text in (
        message.text,
        message.sender,
        message.sender_name,
        message.quoted_message_id,
        message.status,
        *message.options,
        *(asdict(message.media).values() if message.media else ()),
    ):
        assert text is None or (isinstance(text, str) and text)
    assert message.timestamp is None or message.timestamp.tzinfo is UTC
    if message.location:
        assert isinstance(message.location.latitude, int | float)
        assert isinstance(message.location.longitude, int | float)
    # It ends in the response of an action.
    json.dumps(asdict(message), default=str, allow_nan=False)
