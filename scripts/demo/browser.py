"""Let a real browser use the demo: `scripts/test --browser` and `scripts/screenshots`."""

import argparse
import asyncio
import json
import os
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from unittest.mock import patch

import aiohttp

from .__main__ import MESSAGE, SIMULATED_CHATS, SIMULATED_ID, TITLE, simulated_instance
from .home_assistant import INTEGRATION, ROOT, HomeAssistant
from .http_api import PASSWORD, USER, HomeAssistantApi
from .progress import Failure, bold, dim, say, step

_BROWSER = ROOT / ".cache" / "browser"
_DRIVER = _BROWSER / "playwright" / "playwright" / "driver"
_STORY = ROOT / "tests" / "browser" / "linking.mjs"
_PICTURES = Path(__file__).with_name("pictures.mjs")
_QR_SECONDS = 6  # so that nobody has to wait long for the next code


async def run(arguments: argparse.Namespace) -> None:
    """Start the demo without an instance, and let the browser go on."""
    folder: Path = arguments.folder
    with (
        TemporaryDirectory(dir=ROOT / ".cache", prefix="browser-") as config,
        patch("tests.simulator.linking.QR_SECONDS", _QR_SECONDS),
    ):
        async with (
            HomeAssistant(Path(config)) as server,
            simulated_instance(None, linked=False) as instance,
            aiohttp.ClientSession() as session,
        ):
            async with step("Home Assistant") as line:
                server.prepare()
                await server.start()
                api = HomeAssistantApi(session, server)
                await api.log_in()
                line.aside = await api.wait_until_running()
            server.show_on_dashboard(
                [
                    "notify.anna",
                    "event.anna_message",
                    "event.anna_delivery",
                    "notify.family",
                    f"sensor.green_api_{SIMULATED_ID}_state",
                ]
            )
            task = {
                "home": server.url,
                "user": USER,
                "password": PASSWORD,
                "tokens": api.tokens,
                "phone": instance.phone,
                "instance": instance.id,
                "token": instance.token,
                "api": instance.api_url,
                "chats": SIMULATED_CHATS,
                "title": TITLE,
                "message": MESSAGE,
                "language": arguments.language,
                "texts": str(
                    INTEGRATION / "translations" / f"{arguments.language}.json"
                ),
                "browser": str(_BROWSER / "chromium"),
                "playwright": str(_DRIVER / "package"),
                "folder": str(folder),
                "all": arguments.all,
            }
            try:
                await _drive(_PICTURES if arguments.pictures else _STORY, task)
                _look_through(server.log, instance.token)
            except Failure:
                shutil.copy(server.log, folder / "failed.log")
                raise


async def _drive(script: Path, task: dict[str, object]) -> None:
    process = await asyncio.create_subprocess_exec(
        str(_DRIVER / "node"),
        str(script),
        cwd=ROOT,
        env={**os.environ, "TASK": json.dumps(task)},
    )
    try:
        failed = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if failed:
        what = f"See failed.png and failed.log in {task['folder']}."
        raise Failure(what)


def _look_through(log: Path, token: str) -> None:
    """Fail if Home Assistant had anything to complain about, or knows how to keep no secret."""
    text = log.read_text(errors="replace")
    if token in text:
        raise Failure("The token is in the log of Home Assistant.")
    bad = [
        line
        for line in text.splitlines()
        if INTEGRATION.name in line and (" ERROR " in line or " WARNING " in line)
        # Said of every custom integration.
        if "which has not been tested by Home Assistant" not in line
    ]
    if bad or "Traceback" in text:
        raise Failure("Home Assistant complains:\n" + "\n".join(bad or [text[-4000:]]))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="scripts/test --browser")
    add = parser.add_argument
    add("folder", type=Path, nargs="?")
    add("--language", choices=("en", "ru", "he"), default="en")
    add("--pictures", action="store_true")
    add("--all", action="store_true")
    arguments = parser.parse_args()
    if arguments.folder is None:
        images = ROOT / "docs" / "images"
        arguments.folder = images if arguments.pictures else _BROWSER / "pictures"
    arguments.folder = arguments.folder.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for old in arguments.folder.glob("failed*"):
        old.unlink()
    start = monotonic()
    try:
        asyncio.run(run(arguments))
    except Failure as failure:
        sys.exit(f"\n{failure}")
    what = "The pictures are taken" if arguments.pictures else "The whole way holds"
    seconds = dim(f"{monotonic() - start:.0f} s, pictures in {arguments.folder}")
    say(f"\n{bold(what)}  {seconds}")


if __name__ == "__main__":
    main()
