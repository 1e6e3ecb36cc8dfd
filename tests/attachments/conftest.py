"""Fixtures: folders to send from, a web server, and an eye on secrets and leftovers."""

from collections.abc import AsyncGenerator, Generator
import logging
import mimetypes
import os
from pathlib import Path
import tempfile
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.helpers import aiohttp_client
from tests.conftest import told_by
from tests.simulator import Simulator

from .sending import SECRETS
from .web_server import Hosts, WebServer

OTHERS = ("homeassistant.core", "homeassistant.components.websocket_api", "tests")


class SecretWatch(logging.Handler):
    """Remember what in the logs had a secret, before anything redacts it."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.leaks: list[str] = []

    @override
    def addFilter(self, filter: Any) -> None:
        """Take no filter: what other handlers hide is a leak all the same."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        # Others write down what an action is called with; test_logs looks at that.
        if record.name.startswith(OTHERS):
            return
        text = f"{record.getMessage()} {record.exc_text or ''}"
        if record.exc_info and (error := record.exc_info[1]):
            text += told_by(error)
        if any(secret in text for secret in SECRETS):
            self.leaks.append(f"{record.name}: {record.msg}")


@pytest.fixture(autouse=True)
def _secret_watch() -> Generator[None]:
    """Fail a test in whose log records, at any level, a secret appears."""
    watch = SecretWatch()
    root = logging.getLogger()
    root.handlers.insert(0, watch)
    yield
    root.removeHandler(watch)
    assert watch.leaks == []


@pytest.fixture(autouse=True)
def _nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hass: HomeAssistant
) -> Generator[None]:
    """Fail a test that leaves a temporary file, or leaves a file open."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield
    assert list(temporary.iterdir()) == []
    opened = {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}
    mine = [each for each in opened if each.startswith(str(tmp_path))]
    # What Home Assistant keeps of what was spoken, it may be writing still.
    assert [each for each in mine if "/tts/" not in each] == []


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the types of files that Python knows; a machine may have a table of its own."""
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes(filenames=()))


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look names of hosts up without a network."""
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Hosts())


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Run a GREEN-API that takes files at an address of their own, as the real one."""
    async with Simulator(media_port=True) as simulator:
        yield simulator


@pytest.fixture
def entry(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> MockConfigEntry:
    """Know that address."""
    data = {**entry.data, "media_url": simulator.media_url}
    hass.config_entries.async_update_entry(entry, data=data)
    return entry


@pytest.fixture
async def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the media folder; what lies beside it may not be sent."""
    media, allowed = tmp_path / "media", tmp_path / "allowed"
    media.mkdir()
    allowed.mkdir()
    hass.config.config_dir = str(tmp_path / "config")
    await async_process_ha_core_config(
        hass,
        {
            "media_dirs": {"local": str(media)},
            "allowlist_external_dirs": [str(allowed)],
        },
    )
    return media


@pytest.fixture
async def web_server(socket_enabled: None) -> AsyncGenerator[WebServer]:
    """Run a web server."""
    server = WebServer()
    await server.start()
    yield server
    await server.stop()
