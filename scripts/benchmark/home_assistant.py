"""A Home Assistant with this integration and the thinnest possible notify entities."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, override
from unittest.mock import Mock

import tests.ha_shim  # isort: skip  # noqa: F401  before anything imports voluptuous

from aiohttp import ClientSession
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component

INSTANCE_ID: Final = "7103000001"
TOKEN: Final = "token"  # noqa: S105
CHAT_ID: Final = "79001234567@c.us"
# So many others there are.
CHATS: Final = 200


def url_of(base: str, method: str) -> str:
    """Return the URL of a method."""
    return f"{base}/waInstance{INSTANCE_ID}/{method}/{TOKEN}"


class BlockingCallWatch(logging.Handler):
    """Count the calls that Home Assistant finds blocking its event loop."""

    def __init__(self) -> None:
        """Listen to Home Assistant's own watch."""
        super().__init__()
        self.count = 0
        logging.getLogger("homeassistant.util.loop").addHandler(self)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.count += "green_api" in record.getMessage()


class Thin(NotifyEntity):
    """The thinnest possible notify entity."""

    def __init__(self, session: ClientSession, url: str, number: int) -> None:
        """Take what it posts with, and where to."""
        self.entity_id = f"notify.thin_{number}"
        self._session = session
        self._url = url

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        await post(self._session, self._url, message)


async def post(session: ClientSession, url: str, message: str) -> None:
    """Post a message and see that it was taken."""
    body = {"chatId": CHAT_ID, "message": message}
    async with session.post(url, json=body) as response:
        assert (await response.json())["idMessage"]


@asynccontextmanager
async def home_assistant(base: str) -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant with this integration and the thinnest entities."""
    integration = Path(__file__).parents[2] / "custom_components"
    with TemporaryDirectory() as config:
        (Path(config) / "custom_components").symlink_to(integration)
        async with async_test_home_assistant(config_dir=config) as hass:
            yield await prepared(hass, base)
            await hass.async_stop(force=True)


async def prepared(hass: HomeAssistant, base: str) -> HomeAssistant:
    """Set up this integration and the thinnest entities."""
    frame.async_setup(hass)
    hass.data.pop(DATA_CUSTOM_COMPONENTS)
    # What is asked for, and sending and polling do without.
    hass.config.components |= {"http", "repairs", "webhook"}
    hass.http = Mock()
    entry = MockConfigEntry(
        domain="green_api",
        title="GREEN-API",
        unique_id=INSTANCE_ID,
        data={
            "instance_id": INSTANCE_ID,
            "token": TOKEN,
            "api_url": base,
            "media_url": base,
            "phone": None,
            "actions": {"green_api": []},
        },
        subentries_data=[
            ConfigSubentryData(
                data={"chat": CHAT_ID},
                subentry_type="chat",
                title="Anna",
                unique_id=CHAT_ID,
            ),
            *(
                ConfigSubentryData(
                    data={"chat": f"79001230{number:03}@c.us"},
                    subentry_type="chat",
                    title=f"Chat {number}",
                    unique_id=f"79001230{number:03}@c.us",
                )
                for number in range(CHATS)
            ),
        ],
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "network", {})
    assert await async_setup_component(hass, "notify", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.data[DATA_COMPONENT].async_add_entities(
        [
            Thin(async_get_clientsession(hass), url_of(base, "sendMessage"), number)
            for number in range(CHATS)
        ]
    )
    await hass.async_block_till_done()
    return hass
