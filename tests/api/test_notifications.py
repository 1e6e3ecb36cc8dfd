"""What GREEN-API pushes, read into what the integration works with."""

from copy import deepcopy
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
import json
from typing import Any

import pytest

from custom_components.green_api.api import (
    Button,
    CallNotification,
    CallStatus,
    InstanceState,
    Message,
    MessageNotification,
    MessageSource,
    MessageStatus,
    MessageType,
    QuotaNotification,
    SharedContact,
    StateNotification,
    StatusNotification,
    UnknownNotification,
    Vote,
)
from custom_components.green_api.api.reading import fingerprint
from tests.conftest import ANNA, BORIS, FAMILY, INSTANCE_ID

from .notification_bodies import (
    BODIES,
    INCOMING_CALL,
    MESSAGE_ID,
    MESSAGES,
    MOMENT,
    OTHER_ID,
    OTHERS,
    OUTGOING_CALL,
    QUOTA,
    STATE,
    STATUS,
    Body,
    message,
    read,
    read_message,
    text,
)


def sent_by(**changes: Any) -> Message:
    """Return what is read of a text whose sender is told differently."""
    body = text("Hi")
    body["senderData"] |= changes
    read_message: Message = read(body).message
    return read_message


# Messages


@pytest.mark.parametrize("name", MESSAGES)
def test_all_of_a_message(name: str) -> None:
    body, expected = MESSAGES[name]
    notification = read(body)
    assert isinstance(notification, MessageNotification)
    assert notification.message == expected
    assert notification.source is MessageSource.INCOMING
    assert notification.instance_id == INSTANCE_ID
    assert notification.timestamp == MOMENT


def test_there_is_an_example_of_every_kind() -> None:
    kinds = {expected.type for _, expected in MESSAGES.values()}
    # Calls have notifications of their own.
    assert kinds == {*MessageType} - {MessageType.CALL}


@pytest.mark.parametrize(
    ("kind", "source", "from_me"),
    [
        ("incomingMessageReceived", MessageSource.INCOMING, False),
        ("outgoingMessageReceived", MessageSource.PHONE, True),
        ("outgoingAPIMessageReceived", MessageSource.API, True),
    ],
)
def test_who_wrote_a_message(
    kind: str,
    source: MessageSource,
    from_me: bool,  # noqa: FBT001
) -> None:
    for body, _ in MESSAGES.values():
        notification = read(body, typeWebhook=kind)
        assert notification.source is source
        assert notification.message.from_me is from_me


def test_a_message_in_a_group() -> None:
    message = sent_by(chatId=FAMILY, chatName="Family")
    assert (message.chat_id, message.sender) == (FAMILY, ANNA)
    assert message.chat_name == "Family"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({}, "Anna"),
        ({"senderContactName": ""}, "anna_k"),
        ({"senderContactName": None, "senderName": ""}, None),
    ],
)
def test_the_phone_books_name_goes_first(names: Body, name: str | None) -> None:
    assert sent_by(**names).sender_name == name


def test_older_notifications_have_no_name_of_the_phone_book() -> None:
    body = text("Hi")
    del body["senderData"]["senderContactName"]
    assert read(body).message.sender_name == "anna_k"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("79001234567@s.whatsapp.net", ANNA),
        ("79001234567@C.US", ANNA),
        (79001234567, ANNA),
        ("155508384256027@lid", "155508384256027@lid"),
        ("79876543210-1581234048@g.us", "79876543210-1581234048@g.us"),
        ("status@broadcast", "status@broadcast"),
        ("120363043968066561@newsletter", "120363043968066561@newsletter"),
        ("0@c.us", "0@c.us"),
        ("Anna", "Anna"),
    ],
)
def test_chat_ids_are_spelled_as_usual(given: Any, expected: str) -> None:
    message = sent_by(chatId=given, sender=given)
    assert (message.chat_id, message.sender) == (expected, expected)
    assert read(STATUS, chatId=given).chat_id == expected
    assert read(INCOMING_CALL, **{"from": given}).chat_id == expected
    votes = [{"optionName": "Red", "optionVoters": [None, given, ""]}]
    data = {"typeMessage": "pollUpdateMessage", "pollMessageData": {"votes": votes}}
    assert read(text(""), messageData=data).message.votes == (Vote("Red", (expected,)),)


@pytest.mark.parametrize("kind", ["hologramMessage", "", None, 7, [], {}])
def test_a_message_of_a_kind_that_is_not_known(kind: Any) -> None:
    notification = read(message(kind, textMessageData={"textMessage": "Hi"}))
    assert notification.message == read_message(MessageType.OTHER, text="Hi")


def test_a_message_that_the_account_deleted_may_have_no_chat() -> None:
    body = deepcopy(MESSAGES["deleted"][0])
    del body["senderData"]
    message = read(body).message
    assert (message.chat_id, message.sender) == ("", None)
    assert (message.type, message.quoted_message_id) == (MessageType.DELETED, OTHER_ID)


def test_what_is_left_of_a_message_must_be_of_use() -> None:
    body = text("Hi", idMessage="")
    assert read(body).message.message_id == ""
    for without in ("senderData", "messageData"):
        assert read(body, **{without: None}) == UnknownNotification(
            kind="incomingMessageReceived",
            instance_id=INSTANCE_ID,
            timestamp=MOMENT,
            key=read({**body, without: None}).key,
        )
        assert isinstance(
            read(body, **{without: None}, idMessage="1"), MessageNotification
        )


@pytest.mark.parametrize("name", ["contact", "location", "image", "poll", "text"])
def test_what_was_forwarded(name: str) -> None:
    body = deepcopy(MESSAGES[name][0])
    assert not read(body).message.forwarded
    [*_, part] = [
        each for each in body["messageData"].values() if isinstance(each, dict)
    ]
    part["isForwarded"] = True
    assert read(body).message.forwarded


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (None, 2),
        ("1", "2"),
        (True, True),
        (90.1, 0),
        (0, -180.5),
        (float("nan"), 0),
        (0, float("inf")),
        (10**400, 0),
    ],
)
def test_a_place_that_is_none(latitude: Any, longitude: Any) -> None:
    place = {"latitude": latitude, "longitude": longitude}
    body = message("locationMessage", locationMessageData=place)
    assert read(body).message.location is None


@pytest.mark.parametrize("index", [None, "", "first", -1, 1.5, True, "9" * 5000, []])
def test_a_button_without_a_place_in_the_row(index: Any) -> None:
    part = {"selectedIndex": index, "selectedId": 7}
    body = message("buttonsResponseMessage", buttonsResponseMessage=part)
    assert read(body).message.button == Button("7", None, None)


@pytest.mark.parametrize("part", [None, [], {}, "1"])
def test_an_answer_by_a_button_that_is_not_told(part: Any) -> None:
    body = message("buttonsResponseMessage", buttonsResponseMessage=part)
    assert read(body).message == read_message(MessageType.BUTTON)


@pytest.mark.parametrize(
    ("vcard", "phones"),
    [
        ("TEL;type=CELL;type=VOICE;waid=79001234567:+7 900 1", ("+79001234567",)),
        ("TEL:+7 (900) 123-45-67", ("+79001234567",)),
        ("TEL;VALUE=uri:tel:+7-900-123-45-67", ("+79001234567",)),
        ("tel;WAID=79001234567:x", ("+79001234567",)),
        ("TEL;waid=:+79001234567\r\nitem2.TEL:+79007654321", None),
        ("TEL;waid=79001234567:1\nTEL:+79001234567", ("+79001234567",)),
        ("TEL;TYPE=CELL;PREF=1;\n waid=79001234567:+7", ("+79001234567",)),
        ("TEL:0900 123", ("0900 123",)),
        ("TEL: ", ()),
        ("TEL", ()),
        ("X-TEL:+79001234567\nNOTE:TEL:+79001234567", ()),
        ("", ()),
        (None, ()),
        (["TEL:+79001234567"], ()),
    ],
)
def test_the_phone_numbers_of_a_contact(
    vcard: Any, phones: tuple[str, ...] | None
) -> None:
    body = message(
        "contactMessage", contactMessageData={"displayName": "V", "vcard": vcard}
    )
    expected = ("+79001234567", "+79007654321") if phones is None else phones
    assert read(body).message.contacts == (SharedContact("V", expected),)


def test_a_contact_without_anything_is_none() -> None:
    body = message("contactMessage", contactMessageData={"vcard": "BEGIN:VCARD"})
    assert read(body).message.contacts == ()


@pytest.mark.parametrize(
    ("said", "placeholder"),
    [
        ("{{SWE001}}", True),
        ("{{SWE999}}", True),
        ("{{SWE001}} is what I got", False),
        ("SWE001", False),
        ("", False),
        ("Hi", False),
    ],
)
def test_what_green_api_could_not_read(
    said: str,
    placeholder: bool,  # noqa: FBT001
) -> None:
    assert read(text(said)).message.is_placeholder is placeholder


# What else is pushed


def test_all_of_a_status() -> None:
    assert read(STATUS) == StatusNotification(
        instance_id=INSTANCE_ID,
        timestamp=MOMENT,
        key=read(STATUS).key,
        message_id="BAE541349F547574",
        chat_id=ANNA,
        status=MessageStatus.FAILED,
        word="failed",
        description="SWE004: the number of participants has been exceeded - 300",
        sent_by_api=True,
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", MessageStatus.SENT),
        ("delivered", MessageStatus.DELIVERED),
        ("read", MessageStatus.READ),
        ("failed", MessageStatus.FAILED),
        ("noAccount", MessageStatus.NO_ACCOUNT),
        ("notInGroup", MessageStatus.NOT_IN_GROUP),
        ("suspended", MessageStatus.SUSPENDED),
        ("yellowCard", MessageStatus.SUSPENDED),
        ("pending", MessageStatus.OTHER),
        ("other", MessageStatus.OTHER),
        ("", MessageStatus.OTHER),
    ],
)
def test_what_became_of_a_message(word: str, status: MessageStatus) -> None:
    notification = read(STATUS, status=word)
    assert (notification.status, notification.word) == (status, word)


def test_every_status_has_a_word() -> None:
    words = ("sent", "delivered", "read", "failed", "noAccount", "notInGroup")
    statuses = {read(STATUS, status=each).status for each in (*words, "suspended", "")}
    assert statuses == {*MessageStatus}


@pytest.mark.parametrize("given", [None, [], {}, 1.5])
def test_what_a_status_may_lack(given: Any) -> None:
    notification = read(
        STATUS, chatId=given, status=given, description=given, sendByApi=given
    )
    assert notification == StatusNotification(
        instance_id=INSTANCE_ID,
        timestamp=MOMENT,
        key=notification.key,
        message_id="BAE541349F547574",
        chat_id=None,
        status=MessageStatus.OTHER,
        word="",
        description=None,
        sent_by_api=None,
    )
    assert read(STATUS, sendByApi=False).sent_by_api is False


def test_a_status_of_no_message() -> None:
    notification = read(STATUS, idMessage=None)
    assert isinstance(notification, UnknownNotification)
    assert notification.kind == "outgoingMessageStatus"


@pytest.mark.parametrize("state", InstanceState)
def test_a_state(state: InstanceState) -> None:
    notification = read(STATE, stateInstance=str(state))
    assert notification == StateNotification(
        instance_id=INSTANCE_ID, timestamp=MOMENT, key=notification.key, state=state
    )


@pytest.mark.parametrize("word", [None, "", "dancing", 7, [], {}, True])
def test_a_state_that_is_not_known(word: Any) -> None:
    assert read(STATE, stateInstance=word).state is InstanceState.UNKNOWN


def test_all_of_a_call() -> None:
    common: Any = {
        "instance_id": INSTANCE_ID,
        "timestamp": MOMENT,
        "message_id": MESSAGE_ID,
    }
    assert read(INCOMING_CALL) == CallNotification(
        key=read(INCOMING_CALL).key,
        incoming=True,
        chat_id=ANNA,
        status=CallStatus.OFFER,
        video=False,
        **common,
    )
    assert read(OUTGOING_CALL) == CallNotification(
        key=read(OUTGOING_CALL).key,
        incoming=False,
        chat_id=BORIS,
        status=CallStatus.PICKED_UP,
        video=True,
        **common,
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("offer", CallStatus.OFFER),
        ("pickUp", CallStatus.PICKED_UP),
        ("hangUp", CallStatus.HUNG_UP),
        ("hungUp", CallStatus.HUNG_UP),
        ("missed", CallStatus.MISSED),
        ("declined", CallStatus.DECLINED),
        ("invalid", CallStatus.OTHER),
        (None, CallStatus.OTHER),
        ([], CallStatus.OTHER),
    ],
)
def test_how_far_a_call_has_come(word: Any, status: CallStatus) -> None:
    assert read(INCOMING_CALL, status=word).status is status
    assert read(OUTGOING_CALL, status=word).status is status


def test_what_a_call_may_lack() -> None:
    call = read(OUTGOING_CALL, **{"from": None}, idMessage=None, isVideo="yes")
    assert (call.chat_id, call.message_id, call.video) == (None, None, False)


def test_a_quota() -> None:
    assert read(QUOTA) == QuotaNotification(
        instance_id=INSTANCE_ID,
        timestamp=None,
        key=read(QUOTA).key,
        # Not WhatsApp's own, which nobody can write to.
        chat_ids=(ANNA, FAMILY),
        description=QUOTA["quotaData"]["description"],
    )


@pytest.mark.parametrize("data", [None, [], {}, {"description": ["79001234567@c.us"]}])
def test_a_quota_that_does_not_tell_chats(data: Any) -> None:
    notification = read(QUOTA, quotaData=data)
    assert (notification.chat_ids, notification.description) == ((), None)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_of_no_use_here(kind: str) -> None:
    notification = read(OTHERS[kind])
    assert notification == UnknownNotification(
        instance_id=INSTANCE_ID, timestamp=MOMENT, key=notification.key, kind=kind
    )


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        7,
        [],
        {},
        "two words",
        "79001234567",
        "https://example.com",
        "a" * 41,
        "word\n",
        "\u0441\u043b\u043e\u0432\u043e",
    ],
)
def test_a_kind_that_is_no_word_is_not_passed_on(kind: Any) -> None:
    notification = read(STATE, typeWebhook=kind)
    assert isinstance(notification, UnknownNotification)
    assert notification.kind == ""


@pytest.mark.parametrize(
    "body", [None, True, 0, 10**4000, 1.5, "", "text", "\ud800", [], [STATE], {}]
)
def test_what_is_no_notification(body: Any) -> None:
    assert read(body) == UnknownNotification(
        instance_id=None, timestamp=None, key=fingerprint(body), kind=""
    )


# What all have


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        (1765207875, MOMENT),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (253402300800, None),
        # Milliseconds would be the year 57907.
        (1765207875000, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (0, None),
        (-1, None),
        (True, None),
        ("1765207875", None),
        ([], None),
        (None, None),
    ],
)
@pytest.mark.parametrize("name", ["text", "status", "state", "quota", "deviceInfo"])
def test_the_time_of_a_notification(
    name: str, seconds: Any, moment: datetime | None
) -> None:
    notification = read(BODIES[name], timestamp=seconds)
    assert notification.timestamp == moment
    if name == "text":
        assert notification.message.timestamp == moment


@pytest.mark.parametrize(
    ("data", "instance_id"),
    [
        ({"idInstance": 1234}, "1234"),
        ({"idInstance": "7103000001"}, "7103000001"),
        ({"idInstance": True}, None),
        ({"idInstance": 10**4000}, None),
        ({"idInstance": None}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
@pytest.mark.parametrize("name", ["text", "status", "state", "quota", "deviceInfo"])
def test_the_instance_of_a_notification(
    name: str, data: Any, instance_id: str | None
) -> None:
    assert read(BODIES[name], instanceData=data).instance_id == instance_id


def test_it_stays_as_it_is() -> None:
    for body in BODIES.values():
        with pytest.raises(FrozenInstanceError):
            read(body).key = ""
        assert {read(body)} == {read(deepcopy(body))}


# The key


@pytest.mark.parametrize("name", BODIES)
def test_what_is_repeated_has_the_same_key(name: str) -> None:
    again = json.loads(json.dumps(BODIES[name]))
    assert read(again).key == read(BODIES[name]).key


def test_what_is_not_repeated_has_another_key() -> None:
    # All messages here have the same id, which real ones do not.
    bodies = [
        {**body, "idMessage": name} if "idMessage" in body else body
        for name, body in BODIES.items()
    ]
    assert len({read(body).key for body in bodies}) == len(BODIES)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("text", {"typeWebhook": "outgoingMessageReceived"}),
        ("text", {"idMessage": OTHER_ID}),
        # Two instances in one group.
        ("text", {"instanceData": {"idInstance": 7103000002}}),
        ("status", {"status": "read"}),
        ("status", {"idMessage": OTHER_ID}),
        ("incoming call", {"status": "pickUp"}),
        ("state", {"stateInstance": "authorized"}),
        ("state", {"timestamp": 1765207876}),
        ("quota", {"quotaData": {"used": 4}}),
        ("deviceInfo", {"deviceData": {"battery": 89}}),
    ],
)
def test_what_makes_another_key(name: str, changes: Body) -> None:
    assert read(BODIES[name], **changes).key != read(BODIES[name]).key


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("text", {"messageData": {"typeMessage": "extendedTextMessage"}}),
        ("text", {"timestamp": 1765207876}),
        ("status", {"description": None}),
        ("status", {"timestamp": 1765207876}),
    ],
)
def test_a_message_is_the_same_by_its_id(name: str, changes: Body) -> None:
    assert read(BODIES[name], **changes).key == read(BODIES[name]).key


def test_a_message_is_not_the_placeholder_that_came_before() -> None:
    keys = {read(text(said)).key for said in ("{{SWE001}}", "{{SWE003}}", "Hi")}
    assert len(keys) == 3


# What may be written down


def test_what_a_log_tells() -> None:
    assert repr(read(BODIES["text"])) == (
        "MessageNotification(source=incoming, "
        "message=Message(type=text, from_me=False, forwarded=False))"
    )
    assert repr(read(STATUS)) == "StatusNotification(status=failed, sent_by_api=True)"
    assert repr(read(STATE)) == "StateNotification(state=notAuthorized)"
    assert repr(read(QUOTA)) == "QuotaNotification()"


def test_parts_of_a_message_are_as_discreet() -> None:
    told = set()
    for _, expected in MESSAGES.values():
        told |= {repr(expected.media), repr(expected.location), repr(expected.button)}
        told |= {repr(each) for each in (*expected.contacts, *expected.votes)}
    parts = {"Media()", "Place()", "Button()", "SharedContact()", "Vote()"}
    assert told == parts | {"None"}
