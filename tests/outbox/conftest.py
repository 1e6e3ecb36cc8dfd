"""Fixtures: a house of its own for each test, its clock, what it is told, what it logs."""

from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.outbox import database
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.receiver.conftest import start, stop
from tests.simulator import Instance, Simulator
from tests.simulator.testing import switch_on, until

from .helpers import PICTURE, Clocks, Issues, Log, News
from .killing import Connection, Disk


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a folder of its own for Home Assistant."""
    (tmp_path / ".storage").mkdir()
    return str(tmp_path)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Have clocks on the walls that can be set: the house's, and GREEN-API's."""
    clocks = Clocks()
    monkeypatch.setattr(
        dt_util, "utcnow", lambda: datetime.now(UTC) + clocks.house_is_ahead
    )
    return clocks


@pytest.fixture
async def simulator(socket_enabled: None, clocks: Clocks) -> AsyncGenerator[Simulator]:
    """Run a GREEN-API on this machine, with a clock of its own."""
    async with Simulator(clock=clocks.of_green_api) as simulator:
        yield simulator


@pytest.fixture
async def polling(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> AsyncGenerator[MockConfigEntry]:
    """Have the instance loaded, receiving from its queue; it tells all already."""
    switch_on(instance)
    instance.poll_scale = 0.002
    await start(hass, entry, "poll")
    await until(lambda: "receiveNotification" in {r.method for r in instance.requests})
    yield entry
    await stop(hass, entry)


@pytest.fixture
def news(hass: HomeAssistant) -> Generator[News]:
    """Return what the delivery events of the chats tell, in order."""
    news = News()

    @callback
    def hear(event: Event[EventStateChangedData]) -> None:
        news.take(event.data["entity_id"], event.data["new_state"])

    stop = hass.bus.async_listen("state_changed", hear)
    yield news
    stop()


@pytest.fixture(autouse=True)
def boot_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what tells one start of the machine from another; here it is not known."""
    path = tmp_path / "boot_id"
    monkeypatch.setattr(database, "BOOT_ID", path)
    return path


@pytest.fixture
def issues(issue_registry: ir.IssueRegistry) -> Issues:
    """Return a function for the repairs there are."""
    return Issues(issue_registry)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, hass_config_dir: str) -> Disk:
    """Have a disk that can be full, read-only or gone."""
    disk, connect = Disk(), sqlite3.connect

    class OnDisk(Connection):
        """A connection to a file on it."""

    OnDisk.disk, OnDisk.folder = disk, Path(hass_config_dir)

    def connect_to_it(*arguments: Any, **options: Any) -> sqlite3.Connection:
        disk.check("open")
        database: sqlite3.Connection = connect(
            *arguments, **{"factory": OnDisk, **options}
        )
        return database

    monkeypatch.setattr(sqlite3, "connect", connect_to_it)
    return disk


@pytest.fixture
def picture(hass: HomeAssistant, tmp_path: Path) -> dict[str, Any]:
    """Have a picture that may be sent."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    path = folder / "door.png"
    path.write_bytes(PICTURE)
    hass.config.allowlist_external_dirs = {str(folder)}
    return {"path": str(path)}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    """Return a function for what the outbox said in the log."""
    return Log(caplog)
