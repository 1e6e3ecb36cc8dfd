"""The client against the simulator, over real HTTP and without Home Assistant."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import json
import socket
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.green_api.api import (
    ChatId,
    Contact,
    GreenApiAuthenticationError,
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiNotLinkedError,
    GreenApiOutcomeUnknownError,
    GreenApiQuotaError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiSuspendedError,
    GreenApiValidationError,
    GreenApiWrongServerError,
    InstanceState,
    InvalidUrlError,
    NumberCheck,
    RateLimits,
    UploadedFile,
    WaSettings,
    default_api_url,
    default_media_url,
    transport,
)
from tests.conftest import ANNA, BORIS, FAMILY, INSTANCE_ID, PHONE, TOKEN, told_by
from tests.simulator import (
    FaultKind,
    Instance,
    InstanceState as SimulatedState,
    Plan,
    Simulator,
)

from .conftest import ClientFactory, Stranger

CHAT = ChatId.parse(ANNA)

type Call = Callable[[GreenApiClient], Awaitable[Any]]

READS: dict[str, Call] = {
    "getStateInstance": lambda client: client.get_state_instance(),
    "getWaSettings": lambda client: client.get_wa_settings(),
    "getContacts": lambda client: client.get_contacts(),
    "checkWhatsapp": lambda client: client.check_whatsapp(CHAT),
    "showMessagesQueue": lambda client: client.show_messages_queue(),
    "lastOutgoingMessages": lambda client: client.last_outgoing_messages(5),
}
SENDS: dict[str, Call] = {
    "sendMessage": lambda client: client.send_message(CHAT, "Door opened"),
}
EVERY_METHOD = pytest.mark.parametrize("method", [*READS, *SENDS])


async def call(client: GreenApiClient, method: str) -> Any:
    return await (READS | SENDS)[method](client)


async def failure(client: GreenApiClient, method: str) -> GreenApiError:
    """Call a method and return how it fails, which tells nobody the token."""
    with pytest.raises(GreenApiError) as error:
        await call(client, method)
    assert TOKEN not in told_by(error.value)
    return error.value


# What is asked


@pytest.mark.parametrize(
    ("method", "verb", "body"),
    [
        ("getStateInstance", "GET", None),
        ("getWaSettings", "GET", None),
        ("getContacts", "GET", None),
        ("checkWhatsapp", "POST", {"chatId": ANNA}),
        ("sendMessage", "POST", {"chatId": ANNA, "message": "Door opened"}),
    ],
)
async def test_a_request_says_what_the_method_needs(
    client: GreenApiClient, instance: Instance, method: str, verb: str, body: object
) -> None:
    await call(client, method)

    [request] = instance.requests
    assert (request.method, request.verb, request.json) == (method, verb, body)
    assert request.status == 200


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (
            {"quoted_message_id": "3EB0C767D097B7C7C030"},
            {"quotedMessageId": "3EB0C767D097B7C7C030"},
        ),
        ({"link_preview": False}, {"linkPreview": False}),
        ({"link_preview": True}, {"linkPreview": True}),
        ({"typing_time": timedelta(seconds=1)}, {"typingTime": 1000}),
        ({"typing_time": timedelta(seconds=2.5)}, {"typingTime": 2500}),
        ({"typing_time": timedelta(seconds=20)}, {"typingTime": 20000}),
        ({"typing_time": timedelta(seconds=1, microseconds=1)}, {"typingTime": 1000}),
        (
            {"quoted_message_id": None, "link_preview": None, "typing_time": None},
            {},
        ),
    ],
)
async def test_only_what_is_set_is_sent(
    client: GreenApiClient,
    instance: Instance,
    options: dict[str, Any],
    fields: dict[str, Any],
) -> None:
    await client.send_message(CHAT, "Hi", **options)

    [request] = instance.requests
    assert request.json == {"chatId": ANNA, "message": "Hi", **fields}
    assert request.unknown_keys == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hi 👋🏽 👨‍👩‍👧‍👦 🇩🇪",
        "שלום, הדלת נפתחה",
        "Дверь открыта",
        "*bold* _italic_ ~gone~ ```code```",
        'quote " backslash \\ slash / newline \n tab \t',
        "\u0001 \u2028 \u202e",
        "x" * 20_000,
    ],
    ids=ascii,
)
async def test_a_text_arrives_as_it_was_written(
    client: GreenApiClient, instance: Instance, text: str
) -> None:
    await client.send_message(CHAT, text)

    assert [message.text for message in instance.messages] == [text]


@pytest.mark.parametrize(
    ("text", "shown"), [("half \ud83d", "half ?"), ("\ude00 half 😀", "? half 😀")]
)
async def test_halves_of_characters_are_no_obstacle(
    client: GreenApiClient, instance: Instance, text: str, shown: str
) -> None:
    await client.send_message(CHAT, text)

    assert [message.text for message in instance.messages] == [shown]


@pytest.mark.parametrize("chat_id", [ANNA, FAMILY, "155508384256027@lid"])
async def test_people_groups_and_privacy_ids_are_written_to(
    client: GreenApiClient, instance: Instance, chat_id: str
) -> None:
    sent = await client.send_message(ChatId.parse(chat_id), "Hi")

    [message] = instance.messages
    assert (message.chat_id, message.id) == (chat_id, sent.message_id)


# What is answered


@pytest.mark.parametrize("state", [*SimulatedState])
async def test_the_state_is_told(
    client: GreenApiClient, instance: Instance, state: SimulatedState
) -> None:
    instance.state = state

    assert await client.get_state_instance() == InstanceState(state.value)


async def test_an_instance_that_is_being_created_is_starting(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.state = None

    assert await client.get_state_instance() is InstanceState.STARTING


async def test_the_account_is_told(client: GreenApiClient) -> None:
    assert await client.get_wa_settings() == WaSettings(PHONE, None)


async def test_an_account_without_a_phone_is_told(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.unlink()

    assert await client.get_wa_settings() == WaSettings(None, None)


async def test_the_end_of_a_suspension_is_told(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.state = SimulatedState.SUSPENDED
    instance.suspended_until = 1791374400

    account = await client.get_wa_settings()

    assert account.suspended_until == datetime(2026, 10, 7, 12, tzinfo=UTC)


async def test_contacts_are_told(client: GreenApiClient) -> None:
    assert await client.get_contacts() == [
        Contact(ANNA, "Anna"),
        Contact(BORIS, "Boris"),
        Contact(FAMILY, "Family"),
    ]


async def test_it_is_told_who_has_whatsapp(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("79007654321")

    assert await client.check_whatsapp(CHAT) == NumberCheck(
        exists=True, lid=instance.lid("79001234567")
    )
    assert await client.check_whatsapp(ChatId.parse(BORIS)) == NumberCheck(exists=False)


@pytest.mark.parametrize(
    ("body", "contacts"),
    [
        (b"[]", []),
        (b'[null,1,"x",{},{"id":""},{"name":"Nobody"},[]]', []),
        (b'[{"id":"79001234567@c.us"},null]', [Contact(ANNA, "")]),
    ],
)
async def test_contacts_that_are_none_are_left_out(
    stranger: Stranger, client_of: ClientFactory, body: bytes, contacts: list[Contact]
) -> None:
    stranger.body = body

    assert await client_of(stranger.url).get_contacts() == contacts


# What is refused


async def test_a_wrong_token(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> None:
    client = GreenApiClient(session, INSTANCE_ID, "wrong", api_url=simulator.url)

    for method in (*READS, *SENDS):
        assert type(await failure(client, method)) is GreenApiAuthenticationError
    assert instance.messages == []


@EVERY_METHOD
async def test_a_wrong_server(
    session: ClientSession, simulator: Simulator, method: str
) -> None:
    client = GreenApiClient(session, "7103000009", TOKEN, api_url=simulator.url)

    assert type(await failure(client, method)) is GreenApiWrongServerError


@pytest.mark.parametrize(
    ("state", "method", "expected"),
    [
        (SimulatedState.STARTING, "sendMessage", GreenApiStartingError),
        (SimulatedState.STARTING, "getContacts", GreenApiStartingError),
        (SimulatedState.NOT_AUTHORIZED, "checkWhatsapp", GreenApiNotLinkedError),
        (SimulatedState.NOT_AUTHORIZED, "getContacts", GreenApiNotLinkedError),
        (SimulatedState.SUSPENDED, "sendMessage", GreenApiSuspendedError),
    ],
)
async def test_an_instance_that_is_not_ready(
    client: GreenApiClient,
    instance: Instance,
    state: SimulatedState,
    method: str,
    expected: type[GreenApiError],
) -> None:
    instance.state = state
    instance.refuse_when_suspended = True

    assert type(await failure(client, method)) is expected
    assert instance.queue == instance.messages == []


async def test_a_message_of_an_unlinked_instance_waits(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.unlink()

    sent = await client.send_message(CHAT, "Later")

    assert [message.id for message in instance.queue] == [sent.message_id]


async def test_a_quota_for_chats(client: GreenApiClient, instance: Instance) -> None:
    instance.plan = Plan.DEVELOPER
    for chat_id in (ANNA, BORIS, FAMILY):
        await client.send_message(ChatId.parse(chat_id), "Hi")

    with pytest.raises(GreenApiQuotaError) as error:
        await client.send_message(ChatId.parse("+49 1511 2345678"), "Hi")

    assert error.value.chat_ids == (ANNA, BORIS, FAMILY)
    assert len(instance.messages) == 3


async def test_a_quota_for_a_method(client: GreenApiClient, instance: Instance) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.used["checkWhatsapp"] = 100

    with pytest.raises(GreenApiQuotaError) as error:
        await client.check_whatsapp(CHAT)

    assert error.value.chat_ids == ()


async def test_a_text_that_is_too_long(
    client: GreenApiClient, instance: Instance
) -> None:
    # The real answer repeats the path, and so the token.
    with pytest.raises(GreenApiValidationError, match="20000 characters") as error:
        await client.send_message(CHAT, "x" * 20_001)

    assert TOKEN not in told_by(error.value)
    assert instance.messages == []


@EVERY_METHOD
async def test_a_reason_with_the_token_is_told_without(
    stranger: Stranger, client_of: ClientFactory, method: str
) -> None:
    stranger.status = 400
    stranger.body = json.dumps({"message": f"Bad /{TOKEN}, again {TOKEN}!"}).encode()

    error = await failure(client_of(stranger.url), method)

    assert type(error) is GreenApiValidationError
    assert str(error) == "Bad /***, again ***!"


# What goes wrong on the way

CERTAIN = {
    FaultKind.UNAUTHORIZED: GreenApiAuthenticationError,
    FaultKind.FORBIDDEN: GreenApiWrongServerError,
    FaultKind.RATE_LIMITED: GreenApiRateLimitError,
    FaultKind.QUOTA_EXCEEDED: GreenApiQuotaError,
}
UNUSABLE = {
    FaultKind.FOREIGN_PAGE: GreenApiResponseError,
    FaultKind.BARE_STRING: GreenApiResponseError,
    FaultKind.GARBAGE_ACCEPTED: GreenApiResponseError,
    FaultKind.EMPTY_ACCEPTED: GreenApiResponseError,
}


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for an answer for a moment instead of a minute."""
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.15))


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("kind", [*FaultKind])
async def test_a_send_that_goes_wrong_is_certain_or_unknown(
    client: GreenApiClient, instance: Instance, kind: FaultKind
) -> None:
    # The first opens the connection that the second takes.
    await client.send_message(CHAT, "First")
    instance.faults.add(kind, times=None)

    error = await failure(client, "sendMessage")

    assert type(error) is CERTAIN.get(kind, GreenApiOutcomeUnknownError)
    assert len(instance.requests) == 2  # It is not sent again behind our back.
    assert len(instance.messages) == 1 + kind.accepted


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("method", ["getWaSettings", "checkWhatsapp"])
@pytest.mark.parametrize(
    "kind", [kind for kind in FaultKind if kind is not FaultKind.EMPTY_ACCEPTED]
)
async def test_a_question_that_goes_wrong_has_no_answer(
    client: GreenApiClient, instance: Instance, kind: FaultKind, method: str
) -> None:
    instance.faults.add(kind, times=None)

    error = await failure(client, method)

    expected = (CERTAIN | UNUSABLE).get(kind, GreenApiConnectionError)
    assert type(error) is expected


@pytest.mark.parametrize("method", ["getWaSettings", "getContacts", "checkWhatsapp"])
async def test_an_empty_answer_answers_nothing(
    client: GreenApiClient, instance: Instance, method: str
) -> None:
    instance.faults.add(FaultKind.EMPTY_ACCEPTED)

    assert type(await failure(client, method)) is GreenApiResponseError


@pytest.mark.parametrize("kind", [*FaultKind])
@pytest.mark.usefixtures("short_patience")
async def test_it_works_again_when_the_fault_is_over(
    client: GreenApiClient, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind)
    await failure(client, "sendMessage")

    sent = await client.send_message(CHAT, "Again")

    assert instance.messages[-1].id == sent.message_id


@EVERY_METHOD
async def test_nobody_there(
    client: GreenApiClient, simulator: Simulator, instance: Instance, method: str
) -> None:
    await simulator.stop()

    # For a send this is certain, too: nothing left this machine.
    assert type(await failure(client, method)) is GreenApiConnectionError
    assert instance.requests == []


@EVERY_METHOD
async def test_an_unknown_host(client_of: ClientFactory, method: str) -> None:
    client = client_of("http://green-api.invalid")

    assert type(await failure(client, method)) is GreenApiConnectionError


@EVERY_METHOD
async def test_nobody_picks_up(
    client_of: ClientFactory, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeout = ClientTimeout(total=30, sock_connect=0.15)
    monkeypatch.setattr(transport, "_TIMEOUT", timeout)
    with socket.socket() as server:
        # A queue of one that is full: the system leaves further callers without an answer.
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.settimeout(0)
            with suppress(BlockingIOError):
                caller.connect(server.getsockname())
        client = client_of(f"http://127.0.0.1:{server.getsockname()[1]}")

        error = await failure(client, method)

        for caller in callers:
            caller.close()
    assert type(error) is GreenApiConnectionError


@pytest.mark.parametrize("method", ["getWaSettings", "sendMessage"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_token_follows_no_redirect(
    simulator: Simulator,
    instance: Instance,
    stranger: Stranger,
    client_of: ClientFactory,
    method: str,
    status: int,
) -> None:
    stranger.status = status
    stranger.headers = {
        "Location": f"{simulator.url}/waInstance{INSTANCE_ID}/{method}/{TOKEN}"
    }

    error = await failure(client_of(stranger.url), method)

    assert type(error) is GreenApiResponseError
    assert str(error) == f"HTTP {status}"
    assert instance.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"null",
        b"[]",
        b'{"idMessage":null}',
        b'{"idMessage":""}',
        b'["3EB0C767D097B7C7C030"]',
    ],
)
async def test_a_message_without_an_id_may_have_been_taken(
    stranger: Stranger, client_of: ClientFactory, body: bytes
) -> None:
    stranger.body = body

    error = await failure(client_of(stranger.url), "sendMessage")

    assert type(error) is GreenApiOutcomeUnknownError


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    *("stateInstance", "phone", "suspendedUntil", "existsWhatsapp"),
                    *("idMessage", "id", "name", "contactName"),
                    "correspondentsStatus",
                )
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(answer=JSON)
async def test_no_json_at_all_does_worse_than_a_known_error(
    stranger: Stranger, client_of: ClientFactory, answer: Any
) -> None:
    stranger.body = json.dumps(answer).encode()
    client = client_of(stranger.url)
    stranger.paths.clear()

    for method in (*READS, *SENDS):
        with suppress(GreenApiError):
            await call(client, method)

    assert len(stranger.paths) == len(READS | SENDS)


# Where it is asked

PATH = f"/waInstance{INSTANCE_ID}/getWaSettings/{TOKEN}"


@pytest.mark.parametrize(
    ("spelling", "path"),
    [
        ("{url}", PATH),
        ("{url}/", PATH),
        ("{url}//", PATH),
        (" {url}\n", PATH),
        ("{url}/prefix", f"/prefix{PATH}"),
        ("{url}/v3/prefix/", f"/v3/prefix{PATH}"),
        ("{url}/?", PATH),
    ],
)
async def test_a_server_may_be_written_in_several_ways(
    stranger: Stranger, client_of: ClientFactory, spelling: str, path: str
) -> None:
    stranger.body = b"{}"
    url = stranger.url.rstrip("/")

    await client_of(spelling.format(url=url)).get_wa_settings()
    await client_of(spelling.format(url=url.replace("http", "HTTP"))).get_wa_settings()

    assert stranger.paths == [path, path]


async def test_a_server_without_a_scheme_is_spoken_to_in_secret(
    client_of: ClientFactory,
) -> None:
    heard: list[bytes] = []

    async def listen(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        heard.append(await reader.read(5000))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        error = await failure(client_of(f"{host}:{port}"), "getWaSettings")

    assert type(error) is GreenApiConnectionError
    assert heard[0].startswith(b"\x16\x03")  # TLS
    assert TOKEN.encode() not in heard[0]


@pytest.mark.parametrize(
    "url",
    [
        " ",
        "/",
        "https://",
        "http:///waInstance",
        "://7103.api.greenapi.com",
        "ftp://7103.api.greenapi.com",
        "file:///etc/passwd",
        "mailto:anna@example.com",
        "https://[::1",
        "https://host:99999",
        "https://host:port",
        "https://anna@example.com",
        "https://anna:secret@example.com",
        "https://example.com/?page=1",
        "https://example.com/#here",
    ],
)
def test_what_is_no_server_is_refused(url: str) -> None:
    for addresses in ({"api_url": url}, {"media_url": url}):
        with pytest.raises(InvalidUrlError) as error:
            # Nothing is asked, so no session is needed.
            GreenApiClient(None, INSTANCE_ID, TOKEN, **addresses)  # type: ignore[arg-type]
        assert TOKEN not in told_by(error.value)


@pytest.mark.parametrize(
    ("instance_id", "api_url", "media_url"),
    [
        (
            "7103123456",
            "https://7103.api.greenapi.com",
            "https://7103.media.greenapi.com",
        ),
        (
            "7105187566",
            "https://7105.api.greenapi.com",
            "https://7105.media.greenapi.com",
        ),
        ("1101000001", "https://api.green-api.com", "https://media.green-api.com"),
        ("11015502", "https://api.green-api.com", "https://media.green-api.com"),
        ("1234", "https://api.green-api.com", "https://media.green-api.com"),
    ],
)
def test_an_instance_is_usually_served_by_its_pool(
    instance_id: str, api_url: str, media_url: str
) -> None:
    assert default_api_url(instance_id) == api_url
    assert default_media_url(instance_id) == media_url


async def test_without_a_server_the_usual_one_is_asked(
    stranger: Stranger, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "default_api_url", lambda _: stranger.url)
    stranger.body = b"{}"

    await GreenApiClient(session, INSTANCE_ID, TOKEN).get_wa_settings()

    assert stranger.paths == [PATH]


# How often it is asked

SLOW = ["getStateInstance", "getWaSettings", "getContacts"]


@pytest.mark.usefixtures("real_pace")
async def test_clients_that_share_their_limits_never_call_too_often(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> None:
    assert instance.rate_limited
    limits = RateLimits()
    clients = [
        GreenApiClient(
            session, INSTANCE_ID, TOKEN, api_url=simulator.url, limits=limits
        )
        for _ in range(2)
    ]

    async with asyncio.TaskGroup() as tasks:
        for method in SLOW:
            for client in (*clients, clients[0]):
                tasks.create_task(READS[method](client))  # type: ignore[arg-type]

    assert [request.status for request in instance.requests] == [200] * 9


@pytest.mark.usefixtures("real_pace")
async def test_what_others_ask_is_waited_for(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> None:
    # What others do with the instance, nobody here knows.
    mine, others = (
        GreenApiClient(session, INSTANCE_ID, TOKEN, api_url=simulator.url)
        for _ in range(2)
    )
    await others.get_state_instance()

    await mine.get_state_instance()

    assert [each.status for each in instance.requests] == [200, 429, 200]


@pytest.fixture
def endless_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a second call of a slow method wait for longer than any test does."""
    monkeypatch.setattr(RateLimits, "interval", 3600)


@pytest.mark.usefixtures("endless_pace")
async def test_only_calls_of_the_same_slow_method_wait(
    client: GreenApiClient, instance: Instance
) -> None:
    async with asyncio.timeout(5):
        for method in SLOW:
            await call(client, method)
        for _ in range(3):
            await client.check_whatsapp(CHAT)
            await client.send_message(CHAT, "Hi")
    assert len(instance.requests) == 9

    for method in SLOW:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call(client, method), 0.05)
    assert len(instance.requests) == 9


@pytest.mark.usefixtures("endless_pace")
async def test_a_call_that_failed_counts(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.faults.add(FaultKind.BAD_GATEWAY)
    await failure(client, "getStateInstance")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.get_state_instance(), 0.05)

    assert len(instance.requests) == 1


@pytest.mark.usefixtures("endless_pace")
async def test_instances_do_not_wait_for_each_other(
    session: ClientSession, simulator: Simulator, client: GreenApiClient
) -> None:
    simulator.add_instance("7103000002", TOKEN)
    other = GreenApiClient(session, "7103000002", TOKEN, api_url=simulator.url)

    async with asyncio.timeout(5):
        await client.get_state_instance()
        await other.get_state_instance()


async def test_sends_do_not_wait_for_each_other(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.faults.add(FaultKind.TIMEOUT, chat_id=BORIS, times=None)
    stuck = asyncio.create_task(client.send_message(ChatId.parse(BORIS), "Hi"))

    async with asyncio.timeout(5):
        await client.send_message(CHAT, "Hi")
    stuck.cancel()

    assert [message.chat_id for message in instance.messages] == [ANNA]


# Places, contacts, polls, and what is done to messages that are there

MESSAGE_ID = "3EB0C767D097B7C7C030"
IN_CHAT = {"chatId": ANNA, "idMessage": MESSAGE_ID}

LATER_SENDS: dict[str, Call] = {
    "sendLocation": lambda client: client.send_location(CHAT, 52.5, -13),
    "sendContact": lambda client: client.send_contact(
        CHAT, 79007654321, last_name="Ivanov"
    ),
    "sendPoll": lambda client: client.send_poll(CHAT, "Arm?", ["Yes", "No"]),
    "forwardMessages": lambda client: client.forward_messages(
        CHAT, ChatId.parse(BORIS), [MESSAGE_ID, "3EB0"]
    ),
}
# To call these twice does no harm.
LATER_CHANGES: dict[str, Call] = {
    "editMessage": lambda client: client.edit_message(CHAT, MESSAGE_ID, "Closed"),
    "deleteMessage": lambda client: client.delete_message(CHAT, MESSAGE_ID),
    "readChat": lambda client: client.read_chat(CHAT),
    "getChatHistory": lambda client: client.get_chat_history(CHAT, 3),
}
LATER = LATER_SENDS | LATER_CHANGES


# As above: it makes no difference which method nobody answers.
FAULTS = sorted({*FaultKind} - {FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED})


async def later_failure(client: GreenApiClient, method: str) -> GreenApiError:
    """Call one of these methods and return how it fails, which tells nobody the token."""
    with pytest.raises(GreenApiError) as error:
        await LATER[method](client)
    assert TOKEN not in told_by(error.value)
    return error.value


@pytest.mark.parametrize(
    ("method", "calling", "body"),
    [
        (
            "sendLocation",
            LATER["sendLocation"],
            {"chatId": ANNA, "latitude": 52.5, "longitude": -13},
        ),
        (
            "sendLocation",
            lambda client: client.send_location(
                CHAT, 0, 0, name="Null", address="Sea", quoted_message_id=MESSAGE_ID
            ),
            {
                "chatId": ANNA,
                "latitude": 0,
                "longitude": 0,
                "nameLocation": "Null",
                "address": "Sea",
                "quotedMessageId": MESSAGE_ID,
            },
        ),
        (
            "sendContact",
            LATER["sendContact"],
            {
                "chatId": ANNA,
                "contact": {"phoneContact": 79007654321, "lastName": "Ivanov"},
            },
        ),
        (
            "sendContact",
            lambda client: client.send_contact(
                CHAT,
                79007654321,
                first_name="A",
                middle_name="B",
                last_name="C",
                company="D",
                quoted_message_id=MESSAGE_ID,
            ),
            {
                "chatId": ANNA,
                "contact": {
                    "phoneContact": 79007654321,
                    "firstName": "A",
                    "middleName": "B",
                    "lastName": "C",
                    "company": "D",
                },
                "quotedMessageId": MESSAGE_ID,
            },
        ),
        (
            "sendPoll",
            LATER["sendPoll"],
            {
                "chatId": ANNA,
                "message": "Arm?",
                "options": [{"optionName": "Yes"}, {"optionName": "No"}],
                "multipleAnswers": False,
            },
        ),
        (
            "sendPoll",
            lambda client: client.send_poll(
                CHAT,
                "Which?",
                ("1", "2", "3"),
                multiple_answers=True,
                quoted_message_id=MESSAGE_ID,
            ),
            {
                "chatId": ANNA,
                "message": "Which?",
                "options": [{"optionName": str(each)} for each in (1, 2, 3)],
                "multipleAnswers": True,
                "quotedMessageId": MESSAGE_ID,
            },
        ),
        (
            "forwardMessages",
            LATER["forwardMessages"],
            {"chatId": ANNA, "chatIdFrom": BORIS, "messages": [MESSAGE_ID, "3EB0"]},
        ),
        ("editMessage", LATER["editMessage"], {**IN_CHAT, "message": "Closed"}),
        ("deleteMessage", LATER["deleteMessage"], IN_CHAT),
        (
            "deleteMessage",
            lambda client: client.delete_message(CHAT, MESSAGE_ID, only_for_me=True),
            {**IN_CHAT, "onlySenderDelete": True},
        ),
        ("readChat", LATER["readChat"], {"chatId": ANNA}),
        ("readChat", lambda client: client.read_chat(CHAT, MESSAGE_ID), IN_CHAT),
        ("getChatHistory", LATER["getChatHistory"], {"chatId": ANNA, "count": 3}),
    ],
)
async def test_a_later_method_asks_for_what_it_needs(
    client: GreenApiClient, instance: Instance, method: str, calling: Call, body: Any
) -> None:
    # Of what is not there, nothing can be edited; but it is asked for.
    with suppress(GreenApiError):
        await calling(client)

    [request] = instance.requests
    assert (request.method, request.verb, request.json) == (method, "POST", body)
    assert request.unknown_keys == ()


async def test_places_contacts_and_polls_get_an_id(
    client: GreenApiClient, instance: Instance
) -> None:
    for method in ("sendLocation", "sendContact", "sendPoll"):
        sent = await LATER[method](client)
        assert sent.message_id == instance.messages[-1].id


async def test_messages_are_forwarded_with_an_id_each(
    client: GreenApiClient, instance: Instance
) -> None:
    first = await client.send_message(CHAT, "1")
    second = await client.send_message(CHAT, "2")

    sent = await client.forward_messages(
        ChatId.parse(FAMILY), CHAT, [second.message_id, first.message_id]
    )

    forwarded = instance.messages[2:]
    assert [each.message_id for each in sent] == [each.id for each in forwarded]
    assert [(each.chat_id, each.text) for each in forwarded] == [
        (FAMILY, "2"),
        (FAMILY, "1"),
    ]


async def test_a_message_is_edited_and_deleted_where_it_stands(
    client: GreenApiClient, instance: Instance
) -> None:
    sent = await client.send_message(CHAT, "Open")

    for text in ("Closed", "Closed", "half \ud83d"):
        await client.edit_message(CHAT, sent.message_id, text)
    [message] = instance.messages
    assert (message.text, message.edited, message.deleted) == ("half ?", True, False)

    await client.delete_message(CHAT, sent.message_id, only_for_me=True)
    assert not instance.messages[0].deleted
    for _ in range(2):
        await client.delete_message(CHAT, sent.message_id)
    assert instance.messages[0].deleted


@pytest.mark.parametrize("method", ["editMessage", "deleteMessage"])
async def test_a_message_that_is_not_there_is_not_changed(
    client: GreenApiClient, method: str
) -> None:
    error = await later_failure(client, method)

    assert type(error) is GreenApiValidationError
    assert str(error) == "ID message notfound"


async def test_a_chat_is_read_as_a_whole_or_in_part(
    client: GreenApiClient, instance: Instance
) -> None:
    message_id = instance.receive(ANNA, "Hi")

    await client.read_chat(CHAT)
    await client.read_chat(CHAT, message_id)

    assert instance.read_chats == [(ANNA, None), (ANNA, message_id)]


async def test_the_last_messages_of_a_chat_are_told(
    client: GreenApiClient, instance: Instance
) -> None:
    instance.receive(BORIS, "Not this one")
    received = [instance.receive(ANNA, str(each)) for each in range(4)]

    messages = await client.get_chat_history(CHAT, 3)

    assert [each.message_id for each in messages] == received[:0:-1]
    assert [(each.text, each.from_me) for each in messages] == [
        ("3", False),
        ("2", False),
        ("1", False),
    ]


@pytest.mark.parametrize("method", LATER_SENDS)
async def test_what_else_is_sent_and_goes_wrong_is_certain_or_unknown(
    client: GreenApiClient,
    instance: Instance,
    method: str,
    subtests: pytest.Subtests,
) -> None:
    for kind in FAULTS:
        # The first opens the connection that the second takes.
        await LATER[method](client)
        instance.faults.add(kind, times=None)
        before = len(instance.requests)
        with subtests.test(ascii(kind)):
            error = await later_failure(client, method)
            assert type(error) is CERTAIN.get(kind, GreenApiOutcomeUnknownError)
            assert len(instance.requests) == before + 1
        instance.faults.clear()


@pytest.mark.parametrize("method", LATER_CHANGES)
async def test_a_change_that_goes_wrong_may_be_made_again(
    client: GreenApiClient,
    instance: Instance,
    method: str,
    subtests: pytest.Subtests,
) -> None:
    sent = await client.send_message(CHAT, "Open")
    calls: dict[str, Call] = {
        **LATER_CHANGES,
        "editMessage": lambda client: client.edit_message(CHAT, sent.message_id, "!"),
        "deleteMessage": lambda client: client.delete_message(CHAT, sent.message_id),
    }
    kinds = {*FAULTS}
    if method == "deleteMessage":
        # It answers with nothing, which is the same when it is cut off.
        kinds -= {FaultKind.EMPTY_ACCEPTED, FaultKind.GARBAGE_ACCEPTED}
    is_question = method == "getChatHistory"
    for kind in sorted(kinds):
        instance.faults.add(kind, times=None)
        with subtests.test(ascii(kind)):
            with pytest.raises(GreenApiError) as error:
                await calls[method](client)
            expected = CERTAIN.get(kind, GreenApiOutcomeUnknownError)
            if is_question:
                expected = (CERTAIN | UNUSABLE).get(kind, GreenApiConnectionError)
            assert type(error.value) is expected
        instance.faults.clear()
        await calls[method](client)


@pytest.mark.parametrize("method", LATER)
async def test_a_later_method_with_a_wrong_token_or_server(
    session: ClientSession, simulator: Simulator, instance: Instance, method: str
) -> None:
    for instance_id, token, expected in (
        (INSTANCE_ID, "wrong", GreenApiAuthenticationError),
        ("7103000009", TOKEN, GreenApiWrongServerError),
    ):
        client = GreenApiClient(session, instance_id, token, api_url=simulator.url)
        assert type(await later_failure(client, method)) is expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'"3EB0"',
        b'{"messages":null}',
        b'{"messages":[]}',
        b'{"messages":["3EB0"]}',
        b'{"messages":["1","2","3"]}',
        b'{"messages":{"1":"3EB0","2":"3EB1"}}',
    ],
)
async def test_without_every_id_nobody_knows_what_was_forwarded(
    stranger: Stranger, client_of: ClientFactory, body: bytes
) -> None:
    stranger.body = body

    error = await later_failure(client_of(stranger.url), "forwardMessages")

    assert type(error) is GreenApiOutcomeUnknownError


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("editMessage", b""),
        ("editMessage", b'"Message is too old"'),
        ("editMessage", b'{"idMessage":""}'),
        ("deleteMessage", b'"Message is too old"'),
        ("deleteMessage", b"false"),
        ("readChat", b""),
        ("readChat", b"[]"),
        ("readChat", b'{"setRead":false}'),
        ("readChat", b'{"setRead":"true"}'),
    ],
)
async def test_a_change_that_is_not_confirmed_may_have_been_made(
    stranger: Stranger, client_of: ClientFactory, method: str, body: bytes
) -> None:
    stranger.body = body

    error = await later_failure(client_of(stranger.url), method)

    assert type(error) is GreenApiOutcomeUnknownError


@pytest.mark.parametrize("body", [b"", b"{}", b'"chat not found"', b"7"])
async def test_what_is_no_journal(
    stranger: Stranger, client_of: ClientFactory, body: bytes
) -> None:
    stranger.body = body

    error = await later_failure(client_of(stranger.url), "getChatHistory")

    assert type(error) is GreenApiResponseError


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"deleted":true}'])
async def test_what_is_deleted_may_be_answered_with_nothing(
    stranger: Stranger, client_of: ClientFactory, body: bytes
) -> None:
    stranger.body = body

    await client_of(stranger.url).delete_message(CHAT, MESSAGE_ID)

    assert len(stranger.paths) == 1


async def test_what_is_no_message_in_a_journal_is_left_out(
    stranger: Stranger, client_of: ClientFactory
) -> None:
    stranger.body = b'[null,1,"x",[],{},{"idMessage":"3EB0","typeMessage":7}]'

    messages = await client_of(stranger.url).get_chat_history(CHAT, 10)

    assert [each.message_id for each in messages] == ["", "3EB0"]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    answer=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    (
                        *("idMessage", "messages", "setRead", "typeMessage"),
                        *("timestamp", "location", "pollMessageData", "latitude"),
                    )
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
async def test_no_json_does_worse_to_a_later_method_than_a_known_error(
    stranger: Stranger, client_of: ClientFactory, answer: Any
) -> None:
    stranger.body = json.dumps(answer).encode()
    client = client_of(stranger.url)
    stranger.paths.clear()

    for calling in LATER.values():
        with suppress(GreenApiError):
            await calling(client)

    assert len(stranger.paths) == len(LATER)


@pytest.mark.usefixtures("endless_pace")
async def test_edits_and_journals_are_asked_for_slowly(
    client: GreenApiClient, instance: Instance
) -> None:
    sent = await client.send_message(CHAT, "Open")
    async with asyncio.timeout(5):
        await client.edit_message(CHAT, sent.message_id, "1")
        await client.get_chat_history(CHAT, 1)
        for _ in range(3):
            await client.read_chat(CHAT)
            for method in LATER_SENDS:
                await LATER[method](client)
    before = len(instance.requests)

    for method in ("editMessage", "getChatHistory"):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(LATER[method](client), 0.05)
    assert len(instance.requests) == before


# Files, which go to an address of their own

FILE = bytes(range(256)) * 1000
LINK = "https://example.com/door.jpg"


async def in_pieces(*pieces: bytes | Exception) -> AsyncGenerator[bytes]:
    """Yield a file, or fail on the way."""
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        yield piece


@pytest.fixture
def uploader(
    session: ClientSession, simulator: Simulator, instance: Instance
) -> GreenApiClient:
    """Talk to the simulator about files, and to nobody about all else."""
    return GreenApiClient(
        session,
        INSTANCE_ID,
        TOKEN,
        api_url="http://green-api.invalid",
        media_url=simulator.url,
    )


async def upload(client: GreenApiClient, *pieces: bytes | Exception) -> UploadedFile:
    """Upload a file."""
    return await client.upload_file(
        in_pieces(*pieces), name="door.jpg", content_type="image/jpeg"
    )


async def upload_failure(
    client: GreenApiClient, *pieces: bytes | Exception
) -> GreenApiError:
    """Upload a file and return how that fails, which tells nobody the token."""
    with pytest.raises(GreenApiError) as error:
        await upload(client, *(pieces or (FILE,)))
    assert TOKEN not in told_by(error.value)
    return error.value


@pytest.mark.parametrize("size", [len(FILE), None])
async def test_a_file_is_kept_as_it_is(
    uploader: GreenApiClient, instance: Instance, size: int | None
) -> None:
    uploaded = await uploader.upload_file(
        in_pieces(FILE[:1], FILE[1:70_000], FILE[70_000:]),
        name="\u05d3\u05dc\u05ea \N{DOOR}.JPG",
        content_type="image/jpeg",
        size=size,
    )

    [kept] = instance.uploads
    assert kept.url == uploaded.url
    assert (kept.content_type, kept.content == FILE) == ("image/jpeg", True)
    [request] = instance.requests
    assert (request.method, request.verb) == ("uploadFile", "POST")
    said = {"content-length": str(size)} if size else {"transfer-encoding": "chunked"}
    # A header has no letters but English ones; the name is sent along later.
    assert request.headers == {
        "content-type": "image/jpeg",
        "ga-filename": "file.JPG",
        **said,
    }
    assert instance.messages == []


@pytest.mark.parametrize("size", [len(FILE), None])
@pytest.mark.parametrize("pieces", [(), (FILE[:100_000],)])
@pytest.mark.parametrize(
    "failure", [OSError("disk"), TimeoutError(), ZeroDivisionError(), ValueError("x")]
)
async def test_a_file_that_cannot_be_read_is_not_kept(
    uploader: GreenApiClient,
    instance: Instance,
    size: int | None,
    pieces: tuple[bytes, ...],
    failure: Exception,
) -> None:
    with pytest.raises(type(failure)) as error:
        await uploader.upload_file(
            in_pieces(*pieces, failure),
            name="door.jpg",
            content_type="image/jpeg",
            size=size,
        )

    assert error.value is failure
    assert TOKEN not in told_by(error.value)
    assert instance.uploads == []


async def test_an_upload_that_goes_wrong_may_be_made_again(
    uploader: GreenApiClient,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setattr(transport, "_STALLED_AFTER", 0.15)
    for kind in FaultKind:
        instance.faults.add(kind, times=None)
        before = len(instance.requests)
        with subtests.test(kind.value):
            error = await upload_failure(uploader)
            expected = (CERTAIN | UNUSABLE).get(kind, GreenApiConnectionError)
            assert type(error) is expected
            assert len(instance.requests) == before + 1
        instance.faults.clear()
    await upload(uploader, FILE)
    assert instance.uploads[-1].content == FILE


async def test_an_upload_that_stands_still(
    uploader: GreenApiClient, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_STALLED_AFTER", 0.1)

    async def stuck() -> AsyncGenerator[bytes]:
        yield FILE
        await asyncio.Event().wait()

    with pytest.raises(GreenApiConnectionError) as error:
        await uploader.upload_file(stuck(), name="a.jpg", content_type="image/jpeg")

    assert TOKEN not in told_by(error.value)
    assert instance.uploads == []


async def test_an_upload_to_nobody(
    uploader: GreenApiClient, simulator: Simulator
) -> None:
    await simulator.stop()

    assert type(await upload_failure(uploader)) is GreenApiConnectionError


async def test_an_upload_of_nothing_and_of_too_much(
    uploader: GreenApiClient, instance: Instance
) -> None:
    assert "bad request data" in str(await upload_failure(uploader, b""))

    instance.largest_file = 1000
    assert type(await upload_failure(uploader)) is GreenApiValidationError
    assert instance.uploads == []


@pytest.mark.parametrize("status", [301, 307, 308])
async def test_no_file_follows_a_redirect(
    simulator: Simulator,
    instance: Instance,
    stranger: Stranger,
    session: ClientSession,
    status: int,
) -> None:
    stranger.status = status
    stranger.headers = {"Location": f"{simulator.url}/elsewhere"}
    client = GreenApiClient(session, INSTANCE_ID, TOKEN, media_url=stranger.url)

    error = await upload_failure(client)

    assert str(error) == f"HTTP {status}"
    assert stranger.paths == [f"/waInstance{INSTANCE_ID}/uploadFile/{TOKEN}"]
    assert instance.uploads == []


@pytest.mark.parametrize(
    "body", [b"{}", b"null", b"[]", b'{"urlFile":""}', b'{"urlFile":null}', b'"x"']
)
async def test_an_upload_without_a_link(
    stranger: Stranger, session: ClientSession, body: bytes
) -> None:
    stranger.body = body
    client = GreenApiClient(session, INSTANCE_ID, TOKEN, media_url=stranger.url)

    assert type(await upload_failure(client)) is GreenApiResponseError


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({}, {}),
        (
            {"caption": "Hi \N{DOOR}", "quoted_message_id": "3EB0"},
            {"caption": "Hi \N{DOOR}", "quotedMessageId": "3EB0"},
        ),
        ({"caption": None, "quoted_message_id": None}, {}),
    ],
)
async def test_a_link_to_a_file_is_sent(
    client: GreenApiClient,
    instance: Instance,
    options: dict[str, Any],
    fields: dict[str, Any],
) -> None:
    name = "\u05d3\u05dc\u05ea \N{DOOR}.jpg"

    sent = await client.send_file_by_url(CHAT, LINK, name, **options)

    [request] = instance.requests
    assert (request.method, request.verb) == ("sendFileByUrl", "POST")
    assert request.json == {
        "chatId": ANNA,
        "urlFile": LINK,
        "fileName": name,
        **fields,
    }
    assert request.unknown_keys == ()
    [message] = instance.messages
    assert (message.id, message.text) == (sent.message_id, fields.get("caption", ""))


async def test_a_link_that_goes_wrong_is_certain_or_unknown(
    client: GreenApiClient, instance: Instance, subtests: pytest.Subtests
) -> None:
    await client.send_file_by_url(CHAT, LINK, "door.jpg")
    for kind in sorted({*FaultKind} - {FaultKind.TIMEOUT, FaultKind.TIMEOUT_ACCEPTED}):
        instance.faults.add(kind, times=None)
        before = len(instance.requests)
        with subtests.test(kind.value):
            with pytest.raises(GreenApiError) as error:
                await client.send_file_by_url(CHAT, LINK, "door.jpg")
            assert TOKEN not in told_by(error.value)
            assert type(error.value) is CERTAIN.get(kind, GreenApiOutcomeUnknownError)
            assert len(instance.requests) == before + 1
        instance.faults.clear()


@pytest.mark.parametrize(
    ("link", "name", "caption"),
    [
        ("ftp://example.com/door.jpg", "door.jpg", None),
        (LINK, "door", None),
        (LINK, "door.jpg", "x" * 1025),
    ],
)
async def test_a_link_that_is_refused(
    client: GreenApiClient,
    instance: Instance,
    link: str,
    name: str,
    caption: str | None,
) -> None:
    with pytest.raises(GreenApiValidationError) as error:
        await client.send_file_by_url(CHAT, link, name, caption=caption)

    assert TOKEN not in told_by(error.value)
    assert instance.messages == []
