"""Measure what sending through this integration costs, as ratios within one run.

All ways to send take turns, so that a busy machine slows them alike.
"""

import argparse
import asyncio
import json
import logging
from multiprocessing import Process, SimpleQueue
import sys

from .files import measure_files
from .home_assistant import BlockingCallWatch, home_assistant
from .receiving import measure_receiving
from .stub import serve
from .texts import measure_texts
from .waiting import measure_waiting

from homeassistant import block_async_io  # isort: skip
from homeassistant.helpers.aiohttp_client import async_get_clientsession  # isort: skip


async def measure(base: str, rounds: int) -> bool:
    """Measure all, and return whether it is within the limits."""
    watch = BlockingCallWatch()
    block_async_io.enable()
    # Warns of every custom integration.
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)
    async with home_assistant(base) as hass:
        async with async_get_clientsession(hass).get(f"{base}/counts") as response:
            requests, _ = json.loads(await response.read())
        texts = await measure_texts(hass, base, rounds)
        print()
        files = await measure_files(hass, base, rounds)
        print()
        waiting = await measure_waiting(hass, base)
        print()
        receiving = await measure_receiving(hass, base, rounds)
    print(f"\nset-up of an entry: {requests} request, {watch.count} blocking calls")
    return (
        texts and files and waiting and receiving and requests == 1 and not watch.count
    )


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds: int = parser.parse_args().rounds
    ports: SimpleQueue[int] = SimpleQueue()
    server = Process(target=serve, args=(ports,), daemon=True)
    server.start()
    try:
        ok = asyncio.run(measure(f"http://127.0.0.1:{ports.get()}", rounds))
    finally:
        server.terminate()
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
