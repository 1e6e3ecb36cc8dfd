"""The Home Assistant under test: as small as it can be, killed and started again."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
import secrets
from time import monotonic
from typing import Any, override

import aiohttp
import jwt

from scripts.demo.home_assistant import HOST, HomeAssistant, free_port, write_storage
from scripts.demo.http_api import HomeAssistantApi
from scripts.demo.progress import Failure

from .beliefs import LOOKUPS, write_beliefs

_CONFIGURATION = """\
homeassistant:
  name: Chaos
  country: GB

logger:
  default: warning
  logs:
    custom_components.green_api: debug
"""
_START_SECONDS = 90
_YEAR = timedelta(days=365)
_OUTBOX = "outbox"


class House(HomeAssistant):
    """A Home Assistant that keeps its folder through kills."""

    starter = Path(__file__).parent / "hass.py"

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        """Take the folder, empty still, and how to talk."""
        super().__init__(folder)
        self.up = asyncio.Event()
        self.starts = 0
        self.longest_start = 0.0
        self.api: HomeAssistantApi
        self.entry_id = ""
        self._session = session
        self._token = ""
        self._offset = 0.0
        self._resolves = True

    @override
    def prepare(self) -> None:
        storage = self.make_folders()
        self.port = free_port(0)
        (self.folder / "configuration.yaml").write_text(_CONFIGURATION)
        listen = {"server_host": [HOST], "server_port": self.port}
        write_storage(storage, "http", 1, listen)
        write_storage(storage, "auth", 1, self._owner())
        self.api = HomeAssistantApi(self._session, self)
        self.api.use_token(self._token)
        self._tell()

    def _owner(self) -> dict[str, Any]:
        """Return an owner who is logged in, whatever the clock says."""
        now, user, token, key = datetime.now(UTC), *map(secrets.token_hex, (16,) * 3)
        claims = {"iss": token, "iat": now, "exp": now + _YEAR}
        self._token = jwt.encode(claims, key, algorithm="HS256")
        owner = {
            "id": user,
            "group_ids": ["system-admin"],
            "is_owner": True,
            "is_active": True,
            "name": "Chaos",
            "system_generated": False,
        }
        long_lived = {
            "id": token,
            "user_id": user,
            "client_id": None,
            "client_name": "Chaos",
            "token_type": "long_lived_access_token",
            "created_at": now.isoformat(),
            "access_token_expiration": _YEAR.total_seconds(),
            "token": secrets.token_hex(64),
            "jwt_key": key,
            "version": "chaos",
        }
        groups = [{"id": "system-admin", "name": "Administrators"}]
        return {
            "users": [owner],
            "groups": groups,
            "credentials": [],
            "refresh_tokens": [long_lived],
        }

    # Its life

    async def begin(self) -> None:
        """Start it, and wait until it works."""
        self.starts += 1
        begin = monotonic()
        self.log = self.folder / f"hass-{self.starts:02}.log"
        await self.start()
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._until_running()
                await self.api.wait_until_loaded()
        except TimeoutError:
            what = f"Home Assistant takes too long to start; see {self.log}"
            raise Failure(what) from None
        self.longest_start = max(self.longest_start, monotonic() - begin)
        self.up.set()

    async def _until_running(self) -> None:
        while True:
            self.check()
            with suppress(aiohttp.ClientError):
                if (await self.api.get("/api/config"))["state"] == "RUNNING":
                    return
            await asyncio.sleep(0.1)

    @override
    async def kill(self) -> None:
        self.up.clear()
        await super().kill()

    async def end(self) -> None:
        """Let it stop by itself, as before an update."""
        self.up.clear()
        await self.stop()

    # What it believes

    def believe(
        self, *, offset: float | None = None, resolves: bool | None = None
    ) -> None:
        """Let its clock be wrong by some seconds, or no name resolve."""
        self._offset = self._offset if offset is None else offset
        self._resolves = self._resolves if resolves is None else resolves
        self._tell()

    def _tell(self) -> None:
        write_beliefs(self.folder, offset=self._offset, resolves=self._resolves)

    @property
    def failed_lookups(self) -> int:
        """Return how many names did not resolve."""
        with suppress(FileNotFoundError):
            return (self.folder / LOOKUPS).stat().st_size
        return 0

    # What it is asked

    async def add(self, user_input: dict[str, Any], mode: str) -> None:
        """Set the instance up, as a person does."""
        self.entry_id, _ = await self.api.add_instance(user_input, mode)
        await self.api.wait_until_loaded()

    async def reload(self) -> None:
        """Load the instance anew."""
        data = {"entry_id": self.entry_id}
        await self.api.post("/api/services/homeassistant/reload_config_entry", data)

    async def waiting(self) -> int | None:
        """Return how many messages wait, as its sensor says; None if it does not."""
        numbers = [
            state["state"]
            for state in await self.api.get("/api/states")
            if state["entity_id"].startswith("sensor.")
            and state["entity_id"].endswith(_OUTBOX)
        ]
        if not all(number.isdecimal() for number in numbers):
            return None
        return sum(map(int, numbers)) if numbers else None
