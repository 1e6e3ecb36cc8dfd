"""Files: 100 MB against a bare streaming upload, and one picture for ten chats."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .home_assistant import url_of
from .stub import FILE_SIZE

CHATS: Final = 10
PICTURE_SIZE: Final = 5 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024

# What the throughput has to be at least, of that of a bare upload.
LIMIT_THROUGHPUT: Final = 0.9
# By how many MB the process may grow.
LIMIT_MEMORY: Final = 16
# How often a picture for ten chats may leave the machine.
LIMIT_TRAFFIC: Final = 1.1


async def measure_files(hass: HomeAssistant, base: str, rounds: int) -> bool:
    """Measure, print the table, and return whether all is within the limits."""
    session = async_get_clientsession(hass)
    media = Path(hass.config.path("media"))
    film, picture = media / "film.mp4", media / "picture.jpg"
    await hass.async_add_executor_job(_write_files, film, picture)
    hass.config.allowlist_external_dirs = {str(media)}
    url = f"{base}/file.mp4"

    async def send(**data: object) -> None:
        await hass.services.async_call("green_api", "send_file", data, blocking=True)

    async def bare_path() -> None:
        with film.open("rb") as file:
            async with session.post(url_of(base, "uploadFile"), data=file) as response:
                await response.read()

    async def bare_url() -> None:
        async with (
            session.get(url) as source,
            session.post(
                url_of(base, "uploadFile"),
                data=source.content.iter_any(),
                headers={"Content-Length": str(FILE_SIZE)},
            ) as response,
        ):
            await response.read()

    async def counts() -> tuple[int, int]:
        async with session.get(f"{base}/counts") as response:
            requests, received = json.loads(await response.read())
        return requests, received

    ok = True
    row = "{:<16}{:>10}{:>10}{:>9}{:>8}{:>14}{:>8}".format
    print(row("100 MB", "bare", "ours", "/ bare", "limit", "memory grows", "limit"))
    for name, bare, own in (
        ("path", bare_path, lambda: send(entity_id="notify.anna", path=str(film))),
        ("url", bare_url, lambda: send(entity_id="notify.anna", url=url)),
    ):
        await bare()
        _, grown = await _measured(own)
        ratios, bare_times, own_times = [], [], []
        for _ in range(rounds):
            bare_times.append((await _measured(bare))[0])
            own_times.append((await _measured(own))[0])
            ratios.append(bare_times[-1] / own_times[-1])
        ok = ok and median(ratios) >= LIMIT_THROUGHPUT and grown < LIMIT_MEMORY
        speeds = (f"{100 / median(each):.0f} MB/s" for each in (bare_times, own_times))
        print(
            row(
                name,
                *speeds,
                f"{median(ratios):.2f}",
                LIMIT_THROUGHPUT,
                f"{grown:.1f} MB",
                LIMIT_MEMORY,
            )
        )

    before, received = await counts()
    numbers = [f"+4915112345{number:03}" for number in range(CHATS)]
    await send(chat_id=numbers, path=str(picture))
    after, total = await counts()
    traffic = (total - received) / PICTURE_SIZE
    print(
        f"\none picture of 5 MB for {CHATS} chats: {after - before - 1} requests, "
        f"{traffic:.3f} times its size (limit {LIMIT_TRAFFIC})"
    )
    return ok and traffic <= LIMIT_TRAFFIC


def _write_files(film: Path, picture: Path) -> None:
    film.parent.mkdir(exist_ok=True)
    film.write_bytes(bytes(FILE_SIZE))
    picture.write_bytes(bytes(PICTURE_SIZE))


async def _measured(act: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Return the seconds that it takes, and by how many MB the process grows meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240
    before, begin = memory("VmRSS"), perf_counter()
    await act()
    return perf_counter() - begin, (memory("VmHWM") - before) / _MEGABYTE


def memory(what: str) -> int:
    """Return the memory that this process has now, or had at most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) * 1024
    raise LookupError(what)
