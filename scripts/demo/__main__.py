"""Start a Home Assistant with the integration, and send a first message."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
import fcntl
from getpass import getpass
import os
from pathlib import Path
import secrets
import shutil
import signal
import sys
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from tests.simulator import Simulator
from tests.simulator.__main__ import CONTACTS

from .home_assistant import ROOT, HomeAssistant, free_port
from .http_api import PASSWORD, USER, HomeAssistantApi
from .progress import Failure, bold, dim, say, step

SIMULATED_ID = "7103000001"
SIMULATED_CHATS = (("79001234567@c.us", "Anna"), ("120363043968066561@g.us", "Family"))
TITLE = "Home Assistant"
MESSAGE = "The washing machine is done 🧺"
ANSWER = "Thanks, on my way 👍"
DASHBOARD = "/whatsapp-demo/messages"
_ARRIVAL_SECONDS = 15
_STATE = ROOT / ".cache" / "develop"


@dataclass(frozen=True, slots=True)
class Instance:
    """The instance to set up."""

    id: str
    token: str
    api_url: str
    chats: tuple[tuple[str, str], ...]
    phone: str | None = None
    tells: Callable[[], bool] = bool

    @property
    def mode(self) -> str:
        """Return how to receive: not, where that would change and restart what is real."""
        return "poll" if self.phone else "off"

    @property
    def credentials(self) -> dict[str, Any]:
        """Return what the flows ask for."""
        media_url = self.api_url if self.phone else ""
        server = {"api_url": self.api_url, "media_url": media_url}
        return {"token": self.token, "server": {k: v for k, v in server.items() if v}}

    def is_stored_in(self, entry: dict[str, Any]) -> bool:
        """Tell whether an entry has these credentials."""
        known = {"token": self.token, **self.credentials["server"]}
        return bool(known.items() <= entry["data"].items())


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="scripts/develop")
    add = parser.add_argument
    add("--once", action="store_true")
    add("--fresh", action="store_true")
    add("--instance-id")
    add("--token")
    add("--api-url", default="")
    add("--chat", action="append", default=[])
    arguments = parser.parse_args()
    if arguments.instance_id is None:
        if arguments.token or arguments.api_url or arguments.chat:
            parser.error("an instance of your own needs --instance-id")
    elif not (arguments.instance_id.isascii() and arguments.instance_id.isdecimal()):
        parser.error("an instance id consists of digits")
    return arguments


def ask_for_missing(arguments: argparse.Namespace) -> None:
    """Complete what the command line says of an instance of one's own."""
    known = None
    if not (arguments.once or arguments.fresh):
        server = HomeAssistant(_STATE / arguments.instance_id)
        known = server.stored_entry(arguments.instance_id)
    terminal = sys.stdin.isatty()
    token = arguments.token or os.environ.get("GREEN_API_TOKEN")
    token = token or (known and known["data"]["token"])
    if not token and terminal:
        token = getpass("Token (apiTokenInstance): ").strip()
    if not token:
        raise Failure("Put the token into GREEN_API_TOKEN.")
    arguments.token = token
    if not arguments.chat and not known:
        chat = terminal and input("Phone number to write to, with country code: ")
        if not chat:
            raise Failure("Say whom to write to: --chat '+7 900 123-45-67'")
        arguments.chat = [chat]


@asynccontextmanager
async def simulated_instance(
    entry: dict[str, Any] | None, *, linked: bool = True
) -> AsyncIterator[Instance]:
    """Start a simulator with the instance that the entry knows, or a new one."""
    token = entry["data"]["token"] if entry else secrets.token_hex(25)
    async with AsyncExitStack() as stack:
        async with step("Simulated GREEN-API"):
            simulator = Simulator()
            simulated = simulator.add_instance(SIMULATED_ID, token, contacts=CONTACTS)
            # Home Assistant has switched them on once, and relies on that.
            changed = entry and entry["data"].get("settings")
            simulated.settings.update(changed["after"] if changed else {})
            if not linked:
                simulated.unlink()
            await simulator.start(free_port(8124))
            stack.push_async_callback(simulator.stop)
        phone = f"{simulator.url}/phone/{SIMULATED_ID}"

        def tells() -> bool:
            return simulated.settings["incomingWebhook"] == "yes"

        yield Instance(
            SIMULATED_ID, token, simulator.url, SIMULATED_CHATS, phone, tells
        )


@contextmanager
def state_folder(name: str, *, once: bool, fresh: bool) -> Iterator[Path]:
    """Yield the folder for Home Assistant, which nobody else has meanwhile."""
    _STATE.mkdir(parents=True, exist_ok=True)
    if once:
        with TemporaryDirectory(dir=_STATE, prefix="once-") as temporary:
            yield Path(temporary)
        return
    with (_STATE / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                "scripts/develop is at work already, in another window."
            ) from None
        folder = _STATE / name
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        yield folder


async def set_up(
    api: HomeAssistantApi, instance: Instance, entry: dict[str, Any] | None
) -> None:
    """Do in the flows what a person would do, unless it was done before."""
    flow_id = None
    if entry is None:
        async with step("Instance, set up in the config flow") as line:
            user_input = {"instance_id": instance.id, **instance.credentials}
            entry_id, flow_id = await api.add_instance(user_input, instance.mode)
            line.aside = instance.id
    else:
        entry_id = entry["entry_id"]
        if not instance.is_stored_in(entry):
            async with step("Instance, with other credentials or another address"):
                await api.reconfigure_instance(entry_id, instance.credentials)
    if instance.chats and (entry is None or not instance.phone):
        async with step("Chats, added in their flow") as line:
            for chat, name in instance.chats:
                user_input = {"chat": chat} | ({"name": name} if name else {})
                await api.add_chat(entry_id, user_input, flow_id)
                flow_id = None
            line.aside = ", ".join(name or chat for chat, name in instance.chats)


async def send(
    api: HomeAssistantApi, session: aiohttp.ClientSession, instance: Instance
) -> None:
    """Send a message, and show it as it arrived."""
    chat, name = instance.chats[0]
    async with step("A first message"):
        data = {"chat_id": [chat], "title": TITLE, "message": MESSAGE}
        response = await api.call_action("green_api.send_message", data)
        message_id = response["messages"][-1]["message_id"]
    if instance.phone is None:
        say(f"\n  GREEN-API has taken it for {bold(chat)}: look at the phone.")
    else:
        async with step("… arrives on the phone"):
            text = await arrived(session, instance.phone, message_id)
        say(f"\n  {bold(name)}")
        for line in text.splitlines():
            say(f"  ▏ {line}")
    say(f"  {dim(f'id {message_id}')}\n")


async def answer(
    api: HomeAssistantApi, session: aiohttp.ClientSession, instance: Instance
) -> None:
    """Let somebody answer, and wait until Home Assistant has heard it."""
    chat, name = instance.chats[0]
    async with step(f"{name} answers …"):
        # What is written before Home Assistant has asked to be told, it never hears.
        await until(instance.tells, "Home Assistant does not receive.")
        # The simulated one needs no time to start anew: not the minute until somebody asks.
        state = {"entity_id": f"sensor.green_api_{instance.id}_state"}
        await api.post("/api/services/homeassistant/update_entity", state)
        wish = {"act": "write", "chat": chat, "as": chat, "text": ANSWER}
        async with session.post(f"{instance.phone}/act", json=wish) as response:
            response.raise_for_status()
    async with step("… arrives in Home Assistant") as line:

        async def heard() -> bool:
            line.aside = ", ".join(await api.entities_with("text", ANSWER))
            return bool(line.aside)

        await until(heard, "The answer did not arrive in Home Assistant.")


async def arrived(session: aiohttp.ClientSession, phone: str, message_id: str) -> str:
    """Return the text of a message when it has arrived on the simulated phone."""
    text = ""

    async def there() -> bool:
        nonlocal text
        async with session.get(f"{phone}/messages.json") as response:
            chats = (await response.json())["chats"]
        for message in (each for chat in chats for each in chat["messages"]):
            if message["id"] == message_id:
                text = str(message["text"])
                return True
        return False

    await until(there, "The message did not arrive on the phone.")
    return text


async def until(
    what: Callable[[], bool] | Callable[[], Awaitable[bool]], failure: str
) -> None:
    """Wait until it is so, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_ARRIVAL_SECONDS):
            while True:
                so = what()
                if so if isinstance(so, bool) else await so:
                    return
                await asyncio.sleep(0.1)
    raise Failure(failure)


async def run(arguments: argparse.Namespace) -> None:
    """Start everything, send a message, and stay unless told otherwise."""
    name = arguments.instance_id or "simulator"
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(
            state_folder(name, once=arguments.once, fresh=arguments.fresh)
        )
        server = await stack.enter_async_context(HomeAssistant(folder))
        entry = server.stored_entry(arguments.instance_id or SIMULATED_ID)
        if arguments.instance_id:
            chats = tuple((chat, "") for chat in arguments.chat)
            instance = Instance(name, arguments.token, arguments.api_url, chats)
        else:
            instance = await stack.enter_async_context(simulated_instance(entry))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with step("Home Assistant") as line:
            server.prepare()
            await server.start()
            api = HomeAssistantApi(session, server)
            await api.log_in()
            line.aside = await api.wait_until_running()
        await set_up(api, instance, entry)
        await api.wait_until_loaded()
        if instance.chats:
            await send(api, session, instance)
        if instance.phone:
            await answer(api, session, instance)
        if not arguments.once:
            shown = await api.entity_ids()
            server.show_on_dashboard(each for each in shown if each[:6] != "image.")
            show_addresses(server, instance)
            await server.run()


def show_addresses(server: HomeAssistant, instance: Instance) -> None:
    """Say what to open."""
    login = dim(f"user {USER}, password {PASSWORD}")
    say(f"  Home Assistant  {bold(server.url)}  {login}")
    say(f"  Dashboard       {bold(server.url + DASHBOARD)}")
    if instance.phone:
        say(f"  Phone           {bold(instance.phone)}")
    say(f"  Log             {server.log}")
    if instance.phone:
        hint = "Write “ping” as Anna on the phone, and an automation answers."
        say(f"\n  {hint}")
    say(f"\n  {dim('Ctrl+C ends it all.')}")


async def main(arguments: argparse.Namespace) -> None:
    """Run until done, or until somebody stops it."""
    task = asyncio.current_task()
    if task:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await run(arguments)


if __name__ == "__main__":
    try:
        options = parse_arguments()
        if options.instance_id:
            ask_for_missing(options)
        asyncio.run(main(options))
    except Failure as failure:
        sys.exit(f"\n{failure}")
    except asyncio.CancelledError, KeyboardInterrupt:
        say("\nEnded.")
        sys.exit(130)
