"""A Home Assistant on this machine: its folder, its process, its log."""

import asyncio
from collections.abc import Iterable
import json
import os
from pathlib import Path
import shutil
import signal
import socket
import sys
from typing import Any, Self

from .progress import Failure

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "green_api"
_TEMPLATES = Path(__file__).parent / "config"
_PICTURES = Path(__file__).parent / "www"
_RESTART = 100  # what Home Assistant exits with when it wants to be started again
_STOP_SECONDS = 30
_TAIL_LINES = 25


def free_port(preferred: int) -> int:
    """Return this port, or another one if it is taken."""
    for port in (preferred, 0):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((HOST, port))
            except OSError:
                continue
            return int(sock.getsockname()[1])
    raise Failure("This machine has no free port.")


class HomeAssistant:
    """A Home Assistant with the integration, in a folder of its own."""

    # What runs in the place of the command `hass`.
    starter = Path(__file__).parent / "hass.py"

    def __init__(self, folder: Path) -> None:
        """Take the folder; an earlier run may have left its state in it."""
        self.folder = folder
        self.log = folder / "console.log"
        self.port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return the address to open."""
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        """Make the folder ready for a start."""
        storage = self.make_folders()
        # In the format of its first version, from which Home Assistant fills in the rest.
        self.port = free_port(8123)
        for template in _TEMPLATES.iterdir():
            file = self.folder / template.name
            # A person may have changed the automations, in their editor.
            if not (file.name == "automations.yaml" and file.exists()):
                text = template.read_text().replace("PORT", str(self.port))
                file.write_text(text)
        shutil.copytree(_PICTURES, self.folder / "www", dirs_exist_ok=True)
        listen = {"server_host": [HOST], "server_port": self.port}
        write_storage(storage, "http", 1, listen)
        if not (storage / "onboarding").exists():
            # All but the owner. The other steps would set up Internet radio and the like.
            done = ["core_config", "analytics", "integration"]
            write_storage(storage, "onboarding", 4, {"done": done})

    def make_folders(self) -> Path:
        """Make the folder, with the integration in it, and return that of the storage."""
        storage = self.folder / ".storage"
        components = self.folder / "custom_components"
        for folder in (storage, components):
            folder.mkdir(parents=True, exist_ok=True)
        # What Home Assistant stores there is the owner's alone, the token for one.
        self.folder.chmod(0o700)
        link = components / INTEGRATION.name
        link.unlink(missing_ok=True)
        link.symlink_to(INTEGRATION, target_is_directory=True)
        return storage

    def show_on_dashboard(self, entity_ids: Iterable[str]) -> None:
        """Give the entities a place on the dashboard."""
        tiles = "".join(
            f"          - {{type: tile, entity: {entity_id}, grid_options: {{columns: full}}"
            f", state_content: [{_shown(entity_id)}]}}\n"
            for entity_id in entity_ids
        )
        template = (_TEMPLATES / "dashboard.yaml").read_text()
        (self.folder / "dashboard.yaml").write_text(template + tiles)

    def stored_entry(self, instance_id: str) -> dict[str, Any] | None:
        """Return the config entry of an instance that an earlier run has made."""
        try:
            text = (self.folder / ".storage" / "core.config_entries").read_text()
        except FileNotFoundError:
            return None
        entries: list[dict[str, Any]] = json.loads(text)["data"]["entries"]
        for entry in entries:
            if (
                entry["domain"] == INTEGRATION.name
                and entry["unique_id"] == instance_id
            ):
                return entry
        return None

    async def start(self) -> None:
        """Start the process."""
        # Not in our process group: Ctrl+C is for us to take, and to pass on.
        with self.log.open("w") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(self.starter)),
                *("--config", str(self.folder), "--log-no-color"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={k: v for k, v in os.environ.items() if k != "GREEN_API_TOKEN"},
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise if Home Assistant did not start, with what it said last."""
        # In recovery mode it could listen on all addresses.
        log = self.log.read_text(errors="replace")
        ended = self._process is None or self._process.returncode is not None
        if ended or "Activating recovery mode" in log:
            raise self._failure("Home Assistant did not start")

    async def run(self) -> None:
        """Return when Home Assistant has ended; restarts, as from its UI, are done."""
        while self._process:
            if (code := await self._process.wait()) != _RESTART:
                what = f"Home Assistant ended with code {code}"
                raise self._failure(what)
            await self.start()

    def _failure(self, what: str) -> Failure:
        lines = self.log.read_text(errors="replace").splitlines()
        tail = "\n".join(lines[-_TAIL_LINES:])
        return Failure(f"{what}. It said:\n\n{tail}")

    async def stop(self) -> None:
        """End the process; at once if somebody does not want to wait."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()

    async def kill(self) -> None:
        """End the process as a power cut does."""
        process, self._process = self._process, None
        if process and process.returncode is None:
            process.kill()
            await process.wait()

    async def __aenter__(self) -> Self:
        """Do nothing: what is started later, is stopped in the end."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()


def _shown(entity_id: str) -> str:
    """Return what a tile says of an entity: of an event not only when it was."""
    if entity_id.startswith("event."):
        return "text, state" if entity_id.endswith("_message") else "event_type, state"
    return "state"


def write_storage(folder: Path, key: str, version: int, data: object) -> None:
    """Write what Home Assistant reads at its start, in the format of some version."""
    stored = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / key).write_text(json.dumps(stored))
