"""The simulator is as strict as the real API, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
import time
from typing import Any

import aiohttp
import pytest

from tests.simulator import (
    Contact,
    ContactType,
    FaultKind,
    Instance,
    InstanceState,
    Plan,
    Simulator,
)

INSTANCE = "7103000001"
TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef01"
ANNA = "79001234567@c.us"
FAMILY = "120363043968066561@g.us"
HI = {"chatId": ANNA, "message": "Hi"}
DAY = 24 * 60 * 60


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_791_300_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Api:
    """A client that hides nothing."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session
        self.id = INSTANCE
        self.token = TOKEN

    async def __call__(
        self, method: str, body: Any = None, *, verb: str | None = None, **options: Any
    ) -> tuple[int, Any]:
        response = await self.raw(method, body, verb=verb, **options)
        text = await response.text()
        if response.content_type == "application/json" and text:
            return response.status, json.loads(text)
        return response.status, text

    async def raw(
        self, method: str, body: Any = None, *, verb: str | None = None, **options: Any
    ) -> aiohttp.ClientResponse:
        verb = verb or ("GET" if body is None and not options.get("data") else "POST")
        url = f"{self.simulator.url}/waInstance{self.id}/{method}/{self.token}"
        return await self.session.request(verb, url, json=body, **options)

    async def text(self, data: str | bytes) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        return await self("sendMessage", data=data, headers=headers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def simulator(socket_enabled: None, clock: Clock) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def instance(simulator: Simulator) -> Instance:
    return simulator.add_instance(
        INSTANCE,
        TOKEN,
        contacts=[
            Contact(id=ANNA, name="Anna", contact_name="Anna Petrova"),
            Contact(id=FAMILY, name="Family", type=ContactType.GROUP),
        ],
    )


@pytest.fixture
async def api(simulator: Simulator, instance: Instance) -> AsyncIterator[Api]:
    # A new connection per request, else aiohttp repeats a GET whose connection broke.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Api(simulator, session)


# Order of checks


async def test_a_call_too_many_is_refused_before_anything_else(
    api: Api, clock: Clock
) -> None:
    api.token = "wrong"
    statuses = [(await api("getStateInstance"))[0] for _ in range(3)]
    clock.forward(1)
    statuses.append((await api("getStateInstance"))[0])

    assert statuses == [401, 429, 429, 401]


async def test_a_refused_call_looks_like_the_real_one(api: Api) -> None:
    first = await api.raw("getStateInstance")
    assert first.headers["X-RateLimit-Remaining"] == "0"
    assert first.headers["X-RateLimit-Replenish-Rate"] == "1"

    refused = await api.raw("getStateInstance")

    assert refused.status == 429
    assert await refused.read() == b""
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.headers["Content-Length"] == "0"
    assert "Retry-After" not in refused.headers
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


async def test_each_method_and_instance_has_its_own_limit(
    api: Api, simulator: Simulator
) -> None:
    simulator.add_instance("7103000002", TOKEN)
    assert (await api("getStateInstance"))[0] == 200
    assert (await api("getSettings"))[0] == 200
    api.id = "7103000002"
    assert (await api("getStateInstance"))[0] == 200


@pytest.mark.parametrize(
    ("method", "body", "allowed"),
    [
        ("sendMessage", HI, 50),
        ("checkWhatsapp", {"chatId": ANNA}, 10),
        ("getMessage", {"chatId": ANNA, "idMessage": "1"}, 10),
        ("getWaSettings", None, 1),
        ("getContacts", None, 1),
        ("showMessagesQueue", None, 1),
        ("lastOutgoingMessages", None, 1),
    ],
)
async def test_limits_per_second(
    api: Api, method: str, body: Any, allowed: int
) -> None:
    answers = [(await api(method, body))[0] for _ in range(allowed + 1)]
    assert answers.count(429) == 1
    assert answers[-1] == 429


async def test_limits_can_be_lifted(api: Api, instance: Instance) -> None:
    instance.rate_limited = False
    for _ in range(3):
        response = await api.raw("getStateInstance")
        assert response.status == 200
        assert "X-RateLimit-Remaining" in response.headers


@pytest.mark.parametrize("instance_id", ["1101000001", "7103", "x", ""])
async def test_an_unknown_instance_meets_the_gateway(
    api: Api, instance_id: str
) -> None:
    api.id, api.token = instance_id, "wrong"
    response = await api.raw("getStateInstance")

    assert response.status == 403
    assert response.content_type == "text/html"
    assert "nginx" in await response.text()
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "X-RateLimit-Remaining" not in response.headers


async def test_a_wrong_token_comes_before_verb_json_and_validation(api: Api) -> None:
    api.token = "wrong"
    response = await api.raw("sendMessage", data="{", verb="PUT")

    assert response.status == 401
    assert await response.read() == b""
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Length"] == "0"
    assert response.headers["X-RateLimit-Remaining"] == "49"


@pytest.mark.parametrize(
    ("method", "verb"),
    [("sendMessage", "GET"), ("getStateInstance", "POST"), ("sendTelegram", "POST")],
)
async def test_a_wrong_verb_or_method_comes_before_json(
    api: Api, method: str, verb: str
) -> None:
    headers = {"Content-Type": "application/json"}
    status, body = await api(method, data="{", verb=verb, headers=headers)

    assert status == 404
    assert body["statusCode"] == 404


@pytest.mark.parametrize(
    "path", ["/waInstance7103000001", "//waInstance7103000001/a/b"]
)
async def test_other_paths_lead_nowhere(api: Api, path: str) -> None:
    async with api.session.get(api.simulator.url + path) as response:
        assert response.status in (401, 404)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{x", "Unexpected token x in JSON at position 1"),
        ('"text"', 'Unexpected token " in JSON at position 0'),
        ('{"chatId":', "Unexpected end of JSON input"),
        ('{"message":NaN}', "Unexpected token N in JSON at position 11"),
        ("\ufeff{}", "Unexpected token \ufeff in JSON at position 0"),
    ],
)
async def test_broken_json(api: Api, data: str, message: str) -> None:
    status, body = await api.text(data)
    assert (status, body["message"]) == (400, message)


async def test_a_validation_error_has_the_api_shape_and_the_token(api: Api) -> None:
    status, body = await api("sendMessage", {})

    assert status == 400
    assert body == {
        "statusCode": 400,
        "timestamp": "2026-10-06T15:20:00.000Z",
        "path": f"/waInstance{INSTANCE}/sendMessage/{TOKEN}",
        "message": "Validation failed. Details: 'chatId' is required",
    }


async def test_validation_comes_before_quota_and_quota_before_the_action(
    api: Api, instance: Instance
) -> None:
    instance.plan = Plan.DEVELOPER
    instance.state = InstanceState.STARTING
    for number in range(3):
        instance.quota.count("sendMessage", f"7900000000{number}@c.us")

    assert (await api("sendMessage", {**HI, "message": 1}))[0] == 400
    assert (await api("sendMessage", HI))[0] == 466
    assert (await api("sendMessage", {**HI, "chatId": "79000000000@c.us"}))[0] == 400


async def test_the_case_of_a_method_does_not_matter(
    api: Api, instance: Instance
) -> None:
    assert (await api("SendMessage", HI))[0] == 200
    assert instance.requests[0].method == "sendMessage"


async def test_browsers_may_ask_first(api: Api) -> None:
    response = await api.raw("sendMessage", verb="OPTIONS")

    assert response.status == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Max-Age"] == "1728000"


async def test_json_of_more_than_100_kb(api: Api, instance: Instance) -> None:
    status, body = await api("sendMessage", {**HI, "message": "x" * 102_400})
    assert (status, body["message"]) == (500, "request entity too large")
    assert instance.messages == []


# Sending


async def test_a_message_arrives(api: Api, instance: Instance, clock: Clock) -> None:
    status, body = await api(
        "sendMessage",
        {**HI, "quotedMessageId": "3EB0", "linkPreview": False, "typingTime": 1000},
    )
    assert status == 200
    assert body["idMessage"].startswith("3EB0")
    assert len(body["idMessage"]) == 22
    assert int(body["idMessage"], 16)
    assert instance.messages == []

    clock.forward(1)
    (message,) = instance.messages
    assert message.id == body["idMessage"]
    assert (message.chat_id, message.text) == (ANNA, "Hi")
    assert message.quoted_message_id == "3EB0"
    assert message.link_preview is False
    assert message.typing_time == 1000
    assert message.timestamp == int(clock())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chatId": None}, "'chatId' must be a string"),
        ({"chatId": 79001234567}, "'chatId' must be a string"),
        ({"chatId": ""}, "'chatId' is not allowed to be empty"),
        ({"message": 5}, "'message' must be a string"),
        ({"message": ""}, "'message' is not allowed to be empty"),
        (
            {"message": "x" * 20_001},
            "'message' length must be less than or equal to 20000 characters long",
        ),
        ({"linkPreview": "true"}, "'linkPreview' must be a boolean"),
        ({"linkPreview": 1}, "'linkPreview' must be a boolean"),
        ({"typingTime": "1000"}, "'typingTime' must be a number"),
        ({"typingTime": True}, "'typingTime' must be a number"),
        ({"typingTime": 1000.5}, "'typingTime' must be an integer"),
        ({"typingTime": 999}, "'typingTime' must be greater than or equal to 1000"),
        ({"typingTime": 20001}, "'typingTime' must be less than or equal to 20000"),
        ({"quotedMessageId": 1}, "'quotedMessageId' must be a string"),
        ({"quotedMessageId": None}, "'quotedMessageId' must be a string"),
        ({"typePreview": "huge"}, "'typePreview' must be one of [large, small]"),
        ({"customPreview": {}}, "'title' is required"),
        ({"customPreview": []}, "'customPreview' must be of type object"),
    ],
)
async def test_what_a_message_must_not_be(
    api: Api, instance: Instance, change: dict[str, Any], message: str
) -> None:
    status, body = await api("sendMessage", HI | change)
    assert status == 400
    assert body["message"] == f"Validation failed. Details: {message}"
    assert instance.messages == []


@pytest.mark.parametrize(
    "chat_id",
    [
        "79001234567",
        "+79001234567@c.us",
        "079001234567@c.us",
        "7123@c.us",
        "٧٩٠٠١٢٣٤٥٦٧@c.us",
        "79001234567@s.whatsapp.net",
        "79001234567@C.US",
        "79001234567@c.us ",
        "status@broadcast",
        "@g.us",
        "1-2-3@g.us",
        "12@lid",
    ],
)
async def test_what_is_no_chat(api: Api, chat_id: str) -> None:
    status, body = await api("sendMessage", {**HI, "chatId": chat_id})
    assert status == 400
    assert "'chatId' must be one of the next formats: " in body["message"]


@pytest.mark.parametrize(
    "chat_id",
    [
        ANNA,
        "4512345678@c.us",
        FAMILY,
        "79876543210-1581234048@g.us",
        "155508384256027@lid",
    ],
)
async def test_what_is_a_chat(api: Api, instance: Instance, chat_id: str) -> None:
    assert (await api("sendMessage", {**HI, "chatId": chat_id}))[0] == 200
    assert [message.chat_id for message in instance.messages] == [chat_id]


async def test_the_longest_message_and_half_a_character(
    api: Api, instance: Instance
) -> None:
    longest = "😀" * 10_000
    # Escaped as \\ud83d\\ude00 they would be more JSON than the API takes.
    data = json.dumps({**HI, "message": longest}, ensure_ascii=False)
    assert (await api.text(data.encode()))[0] == 200
    assert (await api("sendMessage", {**HI, "message": "a\ud83db"}))[0] == 200
    assert [message.text for message in instance.messages] == [longest, "a\ufffdb"]


async def test_unknown_keys_are_tolerated_and_recorded(
    api: Api, instance: Instance
) -> None:
    assert (await api("sendMessage", {**HI, "phoneNumber": 1}))[0] == 200
    (request,) = instance.requests
    assert request.unknown_keys == ("phoneNumber",)


async def test_a_body_that_is_not_declared_as_json_is_not_read(api: Api) -> None:
    status, body = await api("sendMessage", data=HI)
    assert status == 400
    assert body["message"].endswith("'chatId' is required")


# States and queue


async def test_without_a_phone_messages_wait_until_it_is_linked(
    api: Api, instance: Instance
) -> None:
    instance.unlink()
    status, body = await api("sendMessage", HI)
    assert status == 200
    assert body["idMessage"].startswith("BAE5")
    assert len(body["idMessage"]) == 16
    await api("sendMessage", {**HI, "message": "Second"})
    assert instance.messages == []
    assert await api("getMessagesCount") == (200, {"count": 2})
    assert (await api("showMessagesQueue"))[1][0] == {
        "messageID": body["idMessage"],
        "type": "sendMessage",
        "body": {
            "chatId": ANNA,
            "message": "Hi",
            "linkPreview": True,
            "typingTime": None,
            "typePreview": "small",
        },
    }

    instance.link()

    assert [message.text for message in instance.messages] == ["Hi", "Second"]
    assert instance.messages[0].id == body["idMessage"]
    assert instance.queue == []


async def test_what_waits_too_long_is_dropped(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.unlink()
    await api("sendMessage", HI)
    clock.forward(DAY)
    await api("sendMessage", {**HI, "message": "Later"})
    assert len(instance.queue) == 2
    clock.forward(1)

    instance.link()

    assert [message.text for message in instance.messages] == ["Later"]


async def test_the_queue_keeps_its_order_and_delay(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.send_delay = 2
    for text in ("1", "2", "3"):
        await api("sendMessage", {**HI, "message": text})
    counts = [len(instance.messages)]
    for _ in range(4):
        clock.forward(1)
        counts.append(len(instance.messages))

    assert counts == [1, 1, 2, 2, 3]
    assert [message.text for message in instance.messages] == ["1", "2", "3"]
    first, second, third = (message.timestamp for message in instance.messages)
    assert (second - first, third - second) == (2, 2)


@pytest.mark.parametrize("state", [None, *InstanceState])
async def test_states(
    api: Api, instance: Instance, state: InstanceState | None
) -> None:
    instance.state = state
    expected = {"stateInstance": str(state)} if state else None
    assert await api("getStateInstance") == (200, expected)

    status, body = await api("sendMessage", HI)
    if state in (None, InstanceState.STARTING):
        assert (status, body["message"]) == (
            400,
            "instance in starting process try later",
        )
    else:
        assert status == 200
    assert bool(instance.messages) == (state is InstanceState.AUTHORIZED)
    linked = state is InstanceState.AUTHORIZED
    assert (await api("getSettings"))[1]["wid"] == (
        "79990000001@c.us" if linked else ""
    )


async def test_an_unlinked_instance_knows_nobody(api: Api, instance: Instance) -> None:
    instance.unlink()
    for call in (api("getContacts"), api("checkWhatsapp", {"chatId": ANNA})):
        status, body = await call
        assert status == 400
        assert body["message"] == "instance is starting or not authorized"


async def test_suspension(api: Api, instance: Instance, clock: Clock) -> None:
    assert "suspendedUntil" not in (await api("getWaSettings"))[1]
    instance.state = InstanceState.SUSPENDED
    instance.suspended_until = 1_791_400_000
    clock.forward(1)
    assert (await api("getWaSettings"))[1]["suspendedUntil"] == 1_791_400_000
    assert (await api("sendMessage", HI))[1]["idMessage"].startswith("BAE5")

    instance.refuse_when_suspended = True
    status, body = await api("sendMessage", HI)
    assert (status, body["message"]) == (403, "Your account is suspended")


async def test_settings_restart_and_logout(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.starting_seconds = 30
    states = [instance.state]
    change = {"delaySendMessagesMilliseconds": 500, "incomingWebhook": "yes"}
    for method, body, answer in (
        ("setSettings", change, {"saveSettings": True}),
        ("reboot", None, {"isReboot": True}),
        ("logout", None, {"isLogout": True}),
    ):
        assert await api(method, body) == (200, answer)
        states.append(instance.state)
        clock.forward(30)
        states.append(instance.state)

    authorized, starting = InstanceState.AUTHORIZED, InstanceState.STARTING
    assert states[:5] == [authorized, starting, authorized, starting, authorized]
    assert states[5:] == [InstanceState.NOT_AUTHORIZED] * 2
    assert change.items() <= (await api("getSettings"))[1].items()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"incomingWebhook": True},
        {"delaySendMessagesMilliseconds": 499},
        {"autoTyping": 11},
        {"webhookUrl": 1},
    ],
)
async def test_bad_settings(api: Api, instance: Instance, change: Any) -> None:
    before = dict(instance.settings)
    assert (await api("setSettings", change))[0] == 400
    assert instance.settings == before


# Who is on WhatsApp


async def test_checks(api: Api, instance: Instance) -> None:
    instance.not_on_whatsapp.add("79007654321")
    status, found = await api("checkWhatsapp", {"chatId": ANNA})
    assert status == 200
    lid = found.pop("chatId")
    assert lid.endswith("@lid")
    assert found == {
        "existsWhatsapp": True,
        "username": "",
        "phoneNumber": ANNA,
        "fromCache": False,
    }
    assert (await api("checkWhatsapp", {"phoneNumber": 79001234567}))[1]["fromCache"]
    forced = {"chatId": ANNA, "force": True}
    assert not (await api("checkWhatsapp", forced))[1]["fromCache"]
    assert (await api("checkWhatsapp", {"chatId": lid}))[1]["phoneNumber"] == ANNA

    for unknown in ("79007654321@c.us", "155508384256027@lid"):
        answer = (await api("checkWhatsapp", {"chatId": unknown}))[1]
        assert answer["existsWhatsapp"] is False
        assert answer["chatId"] == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "XOR Validation failed"),
        ({"chatId": ANNA, "phoneNumber": 79001234567}, "XOR Validation failed"),
        ({"phoneNumber": "79001234567"}, "'phoneNumber' must be a number"),
        ({"phoneNumber": 7900123}, "Bad phone number"),
        ({"chatId": "4512345678@c.us"}, "Bad phone number"),
        ({"chatId": "7123@c.us"}, "'phone_number@c.us' or 'chat_id@lid'"),
        ({"chatId": FAMILY}, "'phone_number@c.us' or 'chat_id@lid'"),
    ],
)
async def test_bad_checks(api: Api, body: Any, message: str) -> None:
    status, answer = await api("checkWhatsapp", body)
    assert status == 400
    assert message in answer["message"]


async def test_a_number_without_whatsapp_gets_nothing(
    api: Api, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("79001234567")
    assert (await api("sendMessage", HI))[0] == 200
    assert instance.messages == []
    assert instance.queue == []
    (entry,) = (await api("lastOutgoingMessages"))[1]
    assert entry["statusMessage"] == "noAccount"


async def test_contacts(api: Api, clock: Clock) -> None:
    anna = {
        "id": ANNA,
        "name": "Anna",
        "contactName": "Anna Petrova",
        "type": "user",
    }
    family = {"id": FAMILY, "name": "Family", "contactName": "", "type": "group"}
    for query, status, expected in (
        ("", 200, [anna, family]),
        ("?group=true", 200, [family]),
        ("?group=false", 200, [anna]),
        ("?count=1", 200, [anna]),
        ("?group=maybe", 400, None),
        ("?count=0", 400, None),
    ):
        api.token = TOKEN + query
        answer = await api("getContacts")
        assert answer[0] == status
        assert expected in (None, answer[1])
        clock.forward(1)


async def test_journal(api: Api, instance: Instance, clock: Clock) -> None:
    for text in ("Hi", "Again"):
        await api("sendMessage", {**HI, "message": text})
    again, first = (await api("lastOutgoingMessages"))[1]
    assert (first["textMessage"], again["textMessage"]) == ("Hi", "Again")
    assert first["statusMessage"] == "delivered"
    assert first["idMessage"] == instance.messages[0].id
    wanted = {"chatId": ANNA, "idMessage": first["idMessage"]}
    assert await api("getMessage", wanted) == (200, first)
    assert (await api("getMessage", wanted | {"chatId": FAMILY}))[0] == 400

    clock.forward(120)
    api.token = f"{TOKEN}?minutes=1"
    assert await api("lastOutgoingMessages") == (200, [])


# Quota


async def test_the_free_plan_covers_three_chats_a_month(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.plan = Plan.DEVELOPER
    chats = [f"7900000000{number}@c.us" for number in range(4)]
    statuses = [
        (await api("sendMessage", {**HI, "chatId": chat}))[0]
        for chat in (*chats, chats[0])
    ]
    assert statuses == [200, 200, 200, 466, 200]

    status, body = await api("sendMessage", {**HI, "chatId": chats[3]})
    assert status == 466
    assert body["invokeStatus"] == {
        "method": "sendmessage",
        "used": 4,
        "total": 0,
        "status": "QUOTE_ALLOWED",
    }
    correspondents = body["correspondentsStatus"]
    assert correspondents["status"] == "CORRESPONDENTS_QUOTE_EXCEEDED"
    assert (correspondents["used"], correspondents["total"]) == (3, 3)
    assert ",".join(chats[:3]) in correspondents["description"]

    clock.forward(31 * DAY)
    assert (await api("sendMessage", {**HI, "chatId": chats[3]}))[0] == 200
    assert instance.quota.chats == [chats[3]]


@pytest.mark.parametrize(
    ("plan", "total"), [(Plan.DEVELOPER, 100), (Plan.BUSINESS, 30_000)]
)
async def test_checks_are_counted(
    api: Api, instance: Instance, plan: Plan, total: int
) -> None:
    instance.plan = plan
    instance.quota.used["checkWhatsapp"] = total - 1
    assert (await api("checkWhatsapp", {"chatId": ANNA}))[0] == 200
    status, body = await api("checkWhatsapp", {"chatId": ANNA})
    assert status == 466
    assert body["invokeStatus"].pop("description")
    assert body == {
        "invokeStatus": {
            "method": "checkwhatsapp",
            "used": total,
            "total": total,
            "status": "QUOTE_EXCEEDED",
        }
    }


# Faults

ANSWERS = {
    FaultKind.BAD_GATEWAY: (502, "text/html"),
    FaultKind.BAD_GATEWAY_ACCEPTED: (502, "text/html"),
    FaultKind.UNAVAILABLE: (503, "text/html"),
    FaultKind.UNAVAILABLE_ACCEPTED: (503, "text/html"),
    FaultKind.GATEWAY_TIMEOUT: (504, "text/html"),
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED: (504, "text/html"),
    FaultKind.INTERNAL_ERROR: (500, "application/json"),
    FaultKind.INTERNAL_ERROR_ACCEPTED: (500, "application/json"),
    FaultKind.UNAUTHORIZED: (401, "application/json"),
    FaultKind.FORBIDDEN: (403, "text/html"),
    FaultKind.RATE_LIMITED: (429, "application/json"),
    FaultKind.QUOTA_EXCEEDED: (466, "application/json"),
    FaultKind.FOREIGN_PAGE: (200, "text/html"),
    FaultKind.BARE_STRING: (200, "application/json"),
    FaultKind.GARBAGE_ACCEPTED: (200, "application/json"),
    FaultKind.EMPTY_ACCEPTED: (200, "application/json"),
}
DROPS = {
    FaultKind.REFUSE: aiohttp.ServerDisconnectedError,
    FaultKind.RESET: aiohttp.ClientOSError,
    FaultKind.RESET_ACCEPTED: aiohttp.ClientOSError,
}
HANGS = (FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED)


def test_every_fault_is_tested_and_described() -> None:
    assert {*ANSWERS, *DROPS, *HANGS} == set(FaultKind)
    assert all(kind.description for kind in FaultKind)


@pytest.mark.parametrize("kind", ANSWERS)
async def test_answers_of_faults(api: Api, instance: Instance, kind: FaultKind) -> None:
    instance.faults.add(kind, method="sendMessage")
    assert (await api("getStateInstance"))[0] == 200

    response = await api.raw("sendMessage", HI)

    assert (response.status, response.content_type) == ANSWERS[kind]
    assert len(instance.messages) == kind.accepted
    assert instance.requests[-1].status == response.status
    text = await response.text()
    if response.content_type == "text/html":
        assert "<html>" in text
    elif kind in (FaultKind.INTERNAL_ERROR, FaultKind.INTERNAL_ERROR_ACCEPTED):
        assert json.loads(text)["path"].endswith(TOKEN)
    elif kind is FaultKind.QUOTA_EXCEEDED:
        assert "correspondentsStatus" in json.loads(text)
    elif kind is FaultKind.BARE_STRING:
        assert json.loads(text) == "Error: forbidden"
    elif kind is FaultKind.GARBAGE_ACCEPTED:
        assert text
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
    else:
        assert text == ""

    assert (await api("sendMessage", HI))[0] == 200


@pytest.mark.parametrize("kind", DROPS)
async def test_dropped_connections(
    api: Api, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, times=2)
    for _ in range(2):
        with pytest.raises(DROPS[kind]):
            await api("sendMessage", HI)
    assert (await api("sendMessage", HI))[0] == 200

    assert len(instance.messages) == (3 if kind.accepted else 1)
    assert [request.status for request in instance.requests] == [None, None, 200]


@pytest.mark.parametrize("kind", HANGS)
async def test_hanging_requests_end_with_the_client(
    api: Api, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind)
    with pytest.raises(TimeoutError):
        await api("sendMessage", HI, timeout=aiohttp.ClientTimeout(total=0.1))
    assert len(instance.messages) == kind.accepted

    await _until(lambda: instance.requests[0].ended is not None)
    assert instance.requests[0].status is None


async def test_a_slow_answer_arrives_after_all(api: Api, instance: Instance) -> None:
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, delay=0.1)
    started = time.monotonic()
    assert (await api("sendMessage", HI))[0] == 200
    assert time.monotonic() - started >= 0.1


async def test_hanging_requests_end_with_the_server(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    instance.faults.add(FaultKind.TIMEOUT, times=None)
    calls = [asyncio.create_task(api("sendMessage", HI)) for _ in range(3)]
    await _until(lambda: len(instance.requests) == 3)
    assert instance.most_concurrent == 3

    await simulator.stop()

    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, aiohttp.ClientConnectionError)


async def test_faults_line_up_and_can_be_cleared(api: Api, instance: Instance) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY)
    instance.faults.add(FaultKind.UNAUTHORIZED, times=None)
    statuses = [(await api("sendMessage", HI))[0] for _ in range(3)]
    instance.faults.clear()
    statuses.append((await api("sendMessage", HI))[0])
    assert statuses == [502, 401, 401, 200]


async def test_a_fault_after_acceptance_waits_for_an_accepted_request(
    api: Api, instance: Instance
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED)
    assert (await api("sendMessage", {}))[0] == 400
    assert (await api("sendMessage", HI))[0] == 502


async def test_a_fault_for_one_chat(api: Api, instance: Instance) -> None:
    instance.fail_chat(ANNA, FaultKind.UNAVAILABLE)
    statuses = [
        (await api("sendMessage", {**HI, "chatId": chat}))[0]
        for chat in (ANNA, FAMILY, ANNA)
    ]
    assert statuses == [503, 200, 503]


async def test_away_and_back(
    api: Api, instance: Instance, simulator: Simulator, clock: Clock
) -> None:
    port = simulator.port
    assert simulator.url == f"http://127.0.0.1:{port}"
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("getStateInstance")

    await simulator.start(port=port)

    assert simulator.port == port
    assert (await api("getStateInstance"))[0] == 200
    assert len(instance.requests) == 1


async def test_requests_are_recorded(api: Api, instance: Instance) -> None:
    await api("sendMessage", HI)
    await api.text("{")
    first, second = instance.requests
    assert (first.method, first.verb, first.status) == ("sendMessage", "POST", 200)
    assert first.json == HI
    assert json.loads(first.body) == HI
    assert first.ended is not None
    assert first.ended >= first.time
    assert (second.body, second.json, second.status) == (b"{", None, 400)


# Phone page


async def test_the_phone_shows_chats_and_no_token(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    text = "<script>alert(1)</script>"
    _, quoted = await api("sendMessage", {**HI, "message": text})
    await api("sendMessage", {**HI, "chatId": FAMILY, "message": "Dinner"})
    lid = instance.lid("79001234567")
    reply = {"quotedMessageId": quoted["idMessage"], "message": "Again"}
    await api("sendMessage", {"chatId": lid, **reply})

    pages = []
    phone = f"/phone/{INSTANCE}"
    for path in ("/", phone, "/phones.json", f"{phone}/messages.json"):
        async with api.session.get(simulator.url + path) as response:
            assert response.status == 200
            pages.append(await response.text())
            if response.content_type == "text/html":
                assert (
                    "script-src 'sha256-" in response.headers["Content-Security-Policy"]
                )
                assert text not in pages[-1]
    assert not any(TOKEN in page for page in pages)

    shown = json.loads(pages[-1])
    assert shown["state"] == "authorized"
    assert [(chat["id"], chat["name"]) for chat in shown["chats"]] == [
        (ANNA, "Anna Petrova"),
        (FAMILY, "Family"),
    ]
    first, second = shown["chats"][0]["messages"]
    assert first["text"] == text
    assert (second["text"], second["quoted"]) == ("Again", text)


async def test_the_panel_changes_state_and_faults(
    api: Api, instance: Instance, simulator: Simulator
) -> None:
    url = f"{simulator.url}/phone/{INSTANCE}/control"

    async def control(**options: Any) -> int:
        async with api.session.post(url, **options) as response:
            return response.status

    assert await control(json={"state": "suspended"}) == 204
    assert instance.state is InstanceState.SUSPENDED
    assert instance.suspended_until
    fault = {"fault": "badGateway", "onlySends": True, "once": False}
    assert await control(json=fault) == 204
    assert (await api("sendMessage", HI))[0] == 502
    assert await control(json={"clearFaults": True}) == 204
    assert instance.faults.active == ()

    assert await control(json={"state": "away"}) == 400
    assert await control(json=[]) == 400
    assert await control(data={"state": "authorized"}) == 415
    assert instance.state is InstanceState.SUSPENDED


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(0.01)
