"""Fixtures: a real Home Assistant, the simulator, and an eye on the token."""

from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
import logging
import traceback
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import RateLimits
from custom_components.green_api.const import DOMAIN
from custom_components.green_api.outbox import (
    changes,
    departure,
    lines,
    outage,
    outbox,
    reconciler,
)
from custom_components.green_api.receiver import poller, receiver
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant

from .simulator import Contact, ContactType, Instance, Simulator

INSTANCE_ID = "7103000001"
TOKEN = "d75b3a66374942c5b3c019c698abc2067e151558acbd412345"
PHONE = "79990000001"
ANNA = "79001234567@c.us"
BORIS = "79007654321@c.us"
FAMILY = "120363043968066561@g.us"


class TokenWatch(logging.Handler):
    """Remember what in the logs had the token, before anything redacts it."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.leaks: list[str] = []

    @override
    def addFilter(self, filter: Any) -> None:
        """Take no filter: what other handlers hide is a leak all the same."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = (
            f"{record.getMessage()} {record.exc_text or ''} {record.stack_info or ''}"
        )
        if record.exc_info and (error := record.exc_info[1]):
            text += told_by(error)
        if TOKEN in text:
            self.leaks.append(f"{record.name}: {record.msg}")


def told_by(error: BaseException) -> str:
    """Return all that an exception and those behind it could tell."""
    told = "".join(traceback.format_exception(error))
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        if (each := todo.pop()) and id(each) not in seen:
            seen.add(id(each))
            told += f"{each} {each!r} {each.args} {vars(each)}"
            todo += [each.__cause__, each.__context__]
    return told


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(
    report: pytest.CollectReport | pytest.TestReport,
) -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
    """Let logs with half a character in them pass from one process to another."""
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode())
        for name, text in report.sections
    ]
    return (yield)


@pytest.fixture(autouse=True)
def token_watch() -> Generator[TokenWatch]:
    """Fail a test in whose log records, at any level, the token appears."""
    watch = TokenWatch()
    root = logging.getLogger()
    root.handlers.insert(0, watch)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield watch
    root.setLevel(level)
    root.removeHandler(watch)
    assert watch.leaks == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that an exception with the token ends."""
    report = yield
    if call.excinfo and TOKEN in told_by(call.excinfo.value):
        report.outcome = "failed"
        report.longrepr = "the token is in the exception that ended this test"
    return report


@pytest.fixture(autouse=True)
def _auto_enable(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture(autouse=True)
def _no_waiting(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Make the waits short that a test does not measure."""
    if "real_pace" not in request.fixturenames:
        monkeypatch.setattr(RateLimits, "interval", 0)
        monkeypatch.setattr(outbox, "RETRY_FOR", timedelta(seconds=0.25))
        monkeypatch.setattr(outage, "FIRST_DELAY", 0.04)
        monkeypatch.setattr(outage, "LONGEST_DELAY", 0.06)
        monkeypatch.setattr(changes, "RETRY_FOR", 0.25)
        monkeypatch.setattr(departure, "RATE_LIMIT_PAUSE", 0.04)
        monkeypatch.setattr(lines, "BREATH", 0.0)
        monkeypatch.setattr(lines, "LAST_WORDS", 0.5)
        monkeypatch.setattr(reconciler, "GRACE", 0.04)
        monkeypatch.setattr(reconciler, "LOOKS", 5)
        monkeypatch.setattr(poller, "FIRST_DELAY", 0.02)
        monkeypatch.setattr(receiver, "FLOW_OPENS_AFTER", 0.05)
        monkeypatch.setattr(poller, "STARTING_DELAY", 0.02)
        monkeypatch.setattr(poller, "BREATH", 0.02)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Do without asyncio's debug mode, in which every future notes how it came about.

    That costs half of the time that the tests take. What it is there for, such as calls
    from a thread, Home Assistant watches itself.
    """


@pytest.fixture
def real_pace() -> None:
    """Keep the waits as they are outside of tests."""


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Run a GREEN-API on this machine."""
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def instance(request: pytest.FixtureRequest, simulator: Simulator) -> Instance:
    """Have an instance there, linked to a phone with some contacts."""
    instance = simulator.add_instance(
        INSTANCE_ID,
        TOKEN,
        phone=PHONE,
        contacts=[
            Contact(id=ANNA, name="anna_k", contact_name="Anna", type=ContactType.USER),
            Contact(id=BORIS, name="Boris", contact_name="", type=ContactType.USER),
            Contact(id=FAMILY, name="Family", contact_name="", type=ContactType.GROUP),
        ],
    )
    instance.rate_limited = "real_pace" in request.fixturenames
    return instance


def chat(name: str, chat_id: str) -> ConfigSubentryData:
    """Return a chat for a config entry."""
    return ConfigSubentryData(
        data={"chat": chat_id}, subentry_type="chat", title=name, unique_id=chat_id
    )


@pytest.fixture
def entry(
    hass: HomeAssistant, simulator: Simulator, instance: Instance
) -> MockConfigEntry:
    """Have the instance in Home Assistant, with two people and a group; not loaded."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"GREEN-API {INSTANCE_ID}",
        unique_id=INSTANCE_ID,
        data={
            "instance_id": INSTANCE_ID,
            "token": TOKEN,
            "api_url": simulator.url,
            "media_url": simulator.url,
            "phone": PHONE,
            "actions": {"green_api": []},
        },
        subentries_data=[
            chat("Anna", ANNA),
            chat("Boris", BORIS),
            chat("Family", FAMILY),
        ],
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Have the instance loaded, and its state known."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry
