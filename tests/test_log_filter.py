"""The tokens are in no log, whoever writes it and however."""

from collections.abc import Callable, Generator
import io
import logging
import socket
import sys
from urllib.parse import quote

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.green_api.log_filter import (
    TokenRedactingFilter,
    async_redact_token,
)
from homeassistant.core import HomeAssistant

# Not the token the other tests use: here it is logged on purpose.
SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef01"
OTHER = "fedcba9876543210fedcba9876543210fedcba9876543210fe"
PASSWORD = "correct horse, battery=staple"
LOGGER = logging.getLogger("aiohttp.client")


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """Return what a handler of the root logger writes, as Home Assistant's log file."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def redact(log: io.StringIO) -> Generator[Callable[[str], Callable[[], None]]]:
    """Return what redacts a token, until it or the test stops that."""
    stops: list[Callable[[], None]] = []

    def start(token: str) -> Callable[[], None]:
        stops.append(async_redact_token(token))
        return stops[-1]

    yield start
    for stop in stops:
        stop()


type Redact = Callable[[str], Callable[[], None]]


def fail() -> None:
    """Fail as the HTTP stack does, with the URL in the exception and in that behind it."""
    raise ConnectionError("https://api/" + SECRET) from OSError("no route to " + SECRET)


def test_a_message(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)

    LOGGER.warning(f"GET /{SECRET} and /{SECRET}/1")  # noqa: G004

    assert log.getvalue() == "WARNING GET /**REDACTED** and /**REDACTED**/1\n"


@pytest.mark.parametrize(
    "value", [f"/{SECRET}", ConnectionError(f"/{SECRET}"), {"url": SECRET}, [SECRET]]
)
def test_an_argument(log: io.StringIO, redact: Redact, value: object) -> None:
    redact(SECRET)

    LOGGER.warning("%s of %d", value, 7)

    assert SECRET not in log.getvalue()
    assert "**REDACTED**" in log.getvalue()
    assert log.getvalue().endswith(" of 7\n")


def test_a_token_of_which_each_argument_has_a_half(
    log: io.StringIO, redact: Redact
) -> None:
    redact(SECRET)

    LOGGER.warning("/%s%s/", SECRET[:20], SECRET[20:])

    assert log.getvalue() == "WARNING /**REDACTED**/\n"


def test_an_exception_as_the_message(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)

    LOGGER.warning(ConnectionError(f"/{SECRET}"))

    assert log.getvalue() == "WARNING /**REDACTED**\n"


def test_a_traceback(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)

    try:
        fail()
    except ConnectionError:
        LOGGER.exception("Failed")

    written = log.getvalue()
    assert SECRET not in written
    assert written.startswith("ERROR Failed\n")
    assert "Traceback (most recent call last):\n" in written
    # It still tells what happened, and where.
    assert "OSError: no route to **REDACTED**" in written
    assert "ConnectionError: https://api/**REDACTED**" in written
    assert "in fail\n" in written


def test_a_traceback_that_another_handler_has_written_out() -> None:
    record = LOGGER.makeRecord("", logging.ERROR, "", 1, "Failed", (), None)
    try:
        fail()
    except ConnectionError:
        record.exc_info = sys.exc_info()
    assert SECRET in logging.Formatter().format(record)
    tokens = TokenRedactingFilter()
    tokens.add(SECRET)

    assert tokens.filter(record)

    assert SECRET not in logging.Formatter().format(record)
    # Home Assistant's own list of errors would write it out anew.
    assert record.exc_info is None


def test_a_stack(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)
    record = LOGGER.makeRecord(
        "", logging.ERROR, "", 1, "Here", (), None, sinfo=f'call("{SECRET}")'
    )

    LOGGER.handle(record)

    assert log.getvalue() == 'ERROR Here\ncall("**REDACTED**")\n'


def test_every_token(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)
    redact(OTHER)

    LOGGER.warning("%s %s", SECRET, OTHER)

    assert log.getvalue() == "WARNING **REDACTED** **REDACTED**\n"


def test_any_logger_at_any_level(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)

    for name in ("asyncio", "homeassistant.components.rest", "custom_components.x"):
        logging.getLogger(name).log(logging.CRITICAL, SECRET)

    assert log.getvalue() == "CRITICAL **REDACTED**\n" * 3


def test_two_users_of_one_token(log: io.StringIO, redact: Redact) -> None:
    stop_entry = redact(SECRET)
    stop_flow = redact(SECRET)

    stop_flow()
    LOGGER.warning("entry: %s", SECRET)
    stop_entry()
    LOGGER.warning("nobody: %s", SECRET)

    assert log.getvalue() == f"WARNING entry: **REDACTED**\nWARNING nobody: {SECRET}\n"


def test_a_token_that_stops_leaves_the_others(log: io.StringIO, redact: Redact) -> None:
    redact(SECRET)
    redact(OTHER)()

    LOGGER.warning("%s %s", SECRET, OTHER)

    assert log.getvalue() == f"WARNING **REDACTED** {OTHER}\n"


def test_no_token_redacts_nothing(log: io.StringIO, redact: Redact) -> None:
    redact("")

    LOGGER.warning("Hi")

    assert log.getvalue() == "WARNING Hi\n"


def test_a_mistake_in_somebody_elses_log_call_strikes_nobody() -> None:
    tokens = TokenRedactingFilter()
    tokens.add(SECRET)
    record = LOGGER.makeRecord("", logging.ERROR, "", 1, "%d", ("x",), None)

    assert tokens.filter(record)

    assert (record.msg, record.args) == ("%d", ("x",))


@pytest.mark.parametrize("tokens", [[], [SECRET]])
def test_a_record_without_a_token_is_untouched(tokens: list[str]) -> None:
    redacting = TokenRedactingFilter()
    for token in tokens:
        redacting.add(token)
    record = LOGGER.makeRecord(
        "", logging.ERROR, "", 1, "%s", ("x",), None, sinfo="stack"
    )
    try:
        socket.inet_aton("https://api/")
    except OSError:
        record.exc_info = sys.exc_info()
    before = dict(vars(record))

    assert redacting.filter(record)

    assert vars(record) == before


def test_without_tokens_nothing_is_looked_at() -> None:
    record = LOGGER.makeRecord("", logging.ERROR, "", 1, "/%s", (SECRET,), None)
    before = dict(vars(record))

    assert TokenRedactingFilter().filter(record)

    assert vars(record) == before


@pytest.mark.parametrize(
    "data",
    [
        {"url": "http://127.0.0.1:1/a.jpg", "username": "cam", "password": PASSWORD},
        {"url": "http://127.0.0.1:1/a.jpg", "bearer": PASSWORD},
        {"url": f"http://cam:{quote(PASSWORD)}@127.0.0.1:1/a.jpg"},
        {"files": [{"url": "http://127.0.0.1:1/a.jpg", "bearer": PASSWORD}]},
        # What the schema refuses, Home Assistant logs, too.
        {"url": "http://127.0.0.1:1/", "password": PASSWORD, "verify_ssl": "perhaps"},
    ],
)
@pytest.mark.usefixtures("loaded")
async def test_credentials_of_a_web_address(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    log: io.StringIO,
    redact: Redact,
    data: dict[str, object],
) -> None:
    logging.getLogger("homeassistant").setLevel(logging.DEBUG)
    redact(SECRET)
    client = await hass_ws_client(hass)

    for domain, service, service_data in (
        ("green_api", "send_file", {"entity_id": "notify.anna", **data}),
        ("notify", "green_api_anna", {"message": "Hi", "data": data}),
    ):
        await client.send_json_auto_id(
            {
                "type": "call_service",
                "domain": domain,
                "service": service,
                "service_data": service_data,
            }
        )
        await client.receive_json()

    assert "127.0.0.1:1/" in log.getvalue()
    assert "**REDACTED**" in log.getvalue()
    assert PASSWORD not in log.getvalue()
    assert quote(PASSWORD) not in log.getvalue()
