"""Take pictures of the demo, for `scripts/screenshots`."""

import argparse
import asyncio
import json
import os
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory

import aiohttp

from .__main__ import MESSAGE, SIMULATED_CHATS, SIMULATED_ID, TITLE, simulated_instance
from .home_assistant import ROOT, HomeAssistant
from .http_api import HomeAssistantApi
from .progress import Failure, say

_SCRIPT = Path(__file__).with_suffix(".mjs")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


async def main() -> None:
    """Start the demo without an instance: the browser sets it up, and writes messages."""
    parser = argparse.ArgumentParser(prog="scripts/screenshots")
    parser.add_argument(
        "folder", type=Path, nargs="?", default=ROOT / "docs" / "images"
    )
    parser.add_argument("--language", default="en")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise Failure("There is no Chromium on the PATH.")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=ROOT / ".cache", prefix="screenshots-") as folder:
        async with (
            HomeAssistant(Path(folder)) as server,
            simulated_instance(None) as instance,
            aiohttp.ClientSession() as session,
        ):
            server.prepare()
            await server.start()
            api = HomeAssistantApi(session, server)
            await api.log_in()
            await api.wait_until_running()
            tiles = [
                "notify.anna",
                "notify.family",
                f"sensor.green_api_{SIMULATED_ID}_state",
            ]
            server.show_on_dashboard(tiles)
            task = {
                "all": arguments.all,
                "browser": browser,
                "home": server.url,
                "language": arguments.language,
                "login": api.tokens,
                "out": str(arguments.folder.resolve()),
                "instance": instance.id,
                "token": instance.token,
                "api": instance.api_url,
                "phone": instance.phone,
                "chats": SIMULATED_CHATS,
                "title": TITLE,
                "message": MESSAGE,
            }
            process = await asyncio.create_subprocess_exec(
                "node",
                str(_SCRIPT),
                cwd=ROOT,
                env={**os.environ, "TASK": json.dumps(task)},
            )
            try:
                failed = await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
            if failed:
                raise Failure("The pictures are not complete.")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
