"""Send through all that can go wrong, and judge what arrived."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
import secrets
import shutil
import signal
import sys
from time import monotonic

import aiohttp

from scripts.demo.home_assistant import ROOT
from scripts.demo.progress import Failure, say, step
from tests.simulator import Contact, ContactType, Simulator

from .beliefs import NAME
from .house import House
from .journal import Journal
from .plan import Kill, Strike, plan
from .report import Report
from .senders import CHATS, Senders
from .stage import Stage
from .verdict import judge

_INSTANCE_ID = "7103000001"
_FOLDER = ROOT / ".cache" / "chaos"
_POLL = "receiveNotification"
_PROGRESS_SECONDS = 15
_SETTLE_SECONDS = 300
_STILL_SECONDS = 5
_SILENT_SECONDS = 60  # where no sensor tells what waits


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    messages: int
    faults: int
    kills: int
    seed: int
    folder: Path
    receive: str


def parse_arguments() -> Options:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="scripts/chaos")
    add = parser.add_argument
    add("--messages", type=int, default=2000)
    add("--faults", type=int, default=200)
    add("--kills", type=int, default=20)
    add("--seed", type=int, default=1)
    add("--folder", type=Path, default=_FOLDER)
    add("--receive", choices=("off", "poll"), default="poll")
    return Options(**vars(parser.parse_args()))


@asynccontextmanager
async def stage_for(
    options: Options, folder: Path, journal: Journal
) -> AsyncIterator[Stage]:
    """Build all, with Home Assistant at work, and take it down in the end."""
    simulator = Simulator()
    contacts = [
        Contact(
            id=chat,
            name=f"Chat {number}",
            type=ContactType.USER if chat.endswith("c.us") else ContactType.GROUP,
        )
        for number, chat in enumerate(CHATS)
    ]
    instance = simulator.add_instance(
        _INSTANCE_ID, secrets.token_hex(25), contacts=contacts
    )
    # The driver's own connections are no part of what is tested: each is a new one.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        await simulator.start()
        house = House(folder / "config", session)
        stage = Stage(simulator, instance, house, journal)
        await stage.line.start()
        try:
            house.prepare()
            await house.begin()
            url = f"http://{NAME}:{stage.line.port}"
            server = {"api_url": url, "media_url": url}
            user_input = {
                "instance_id": _INSTANCE_ID,
                "token": instance.token,
                "server": server,
            }
            await house.add(user_input, options.receive)
            yield stage
        finally:
            await house.kill()
            stage.line.stop()
            await simulator.stop()


async def happen(
    stage: Stage, senders: Senders, events: Sequence[Strike | Kill]
) -> None:
    """Let each event come when its message is sent."""
    async with asyncio.TaskGroup() as tasks:
        for event in events:
            await senders.reached(event.message)
            if isinstance(event, Strike):
                tasks.create_task(stage.strike(event))
            else:
                tasks.create_task(stage.kill(event))


async def tell(options: Options, stage: Stage, senders: Senders) -> None:
    """Say from time to time how far it is."""
    begin = monotonic()
    while True:
        await asyncio.sleep(_PROGRESS_SECONDS)
        seconds = monotonic() - begin
        say(
            f"  {seconds:4.0f} s  {senders.made:5} of {options.messages} messages  "
            f"{stage.planned.total():4} of {options.faults} faults  "
            f"{stage.kills:3} of {options.kills} kills"
        )


async def settle(stage: Stage, journal: Journal) -> bool:
    """Wait until nothing moves and nothing waits; return whether that came about."""
    deadline, seen, still = monotonic() + _SETTLE_SECONDS, -1, 0
    while monotonic() < deadline:
        await asyncio.sleep(1)
        waiting = await stage.house.waiting()
        moving = bool(waiting or stage.instance.queue or stage.sends != seen)
        seen, still = stage.sends, 0 if moving else still + 1
        if still >= (_STILL_SECONDS if waiting == 0 else _SILENT_SECONDS):
            return True
        if waiting:
            journal.note(f"{waiting} wait")
    return False


async def run(options: Options) -> Report:
    """Send all through all, and return what became of it."""
    folder = options.folder / f"seed-{options.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    events = plan(options.seed, options.messages, options.faults, options.kills)
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(closing(Journal(folder)))
        for event in events:
            journal.note(f"plan: at message {event.message}: {event.number} {event}")
        async with step("Home Assistant, GREEN-API and the line"):
            context = stage_for(options, folder, journal)
            stage = await stack.enter_async_context(context)
        senders = Senders(stage, journal, options.seed, options.messages)
        telling = asyncio.create_task(tell(options, stage, senders))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(senders.run())
            tasks.create_task(happen(stage, senders, events))
        telling.cancel()
        settled = await end(stage, journal)
        verdict = judge(senders.calls, arrivals(stage, journal))
        return Report(options.seed, stage, senders, verdict, journal, settled=settled)


async def end(stage: Stage, journal: Journal) -> bool:
    """Let all become well, and return whether nothing moves or waits any more."""
    async with step("All is well again: until nothing waits") as line:
        await stage.calm_down()
        settled = await settle(stage, journal)
        line.aside = "" if settled else "something still waits"
    async with step("Another start, which sends nothing again") as line:
        await stage.house.end()
        await stage.house.begin()
        rests = await settle(stage, journal)
        line.aside = "" if rests else "something still waits"
    return settled and rests


def arrivals(stage: Stage, journal: Journal) -> list[tuple[str, str]]:
    """Return chat and text of all that left for WhatsApp, in order."""
    for request in stage.instance.requests:
        if request.method != _POLL:
            said = request.json if isinstance(request.json, dict) else {}
            what = f"{request.method} {said.get('message', '')} {request.status}"
            journal.note(f"GREEN-API: {what}", request.time)
    arrived = []
    for message, status in stage.instance.journal:
        journal.note(f"arrived: {message.text} {message.id} {status}")
        arrived.append((message.chat_id, message.text))
    return arrived


async def main(options: Options) -> bool:
    """Run until done, or until somebody stops it."""
    task = asyncio.current_task()
    if task:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    report = await run(options)
    report.show()
    return report.good


if __name__ == "__main__":
    try:
        sys.exit(not asyncio.run(main(parse_arguments())))
    except Failure as failure:
        sys.exit(f"\n{failure}")
    except asyncio.CancelledError, KeyboardInterrupt:
        say("\nEnded.")
        sys.exit(130)
