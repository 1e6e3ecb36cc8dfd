"""Run a simulated GREEN-API: `python -m tests.simulator --port 8124`."""

import argparse
import asyncio
import secrets
import signal
import sys
from typing import TYPE_CHECKING

from .limits import Plan
from .models import Contact, ContactType
from .server import Simulator

if TYPE_CHECKING:
    from .instance import Instance

CONTACTS = (
    Contact(id="79001234567@c.us", name="Anna", contact_name="Anna Petrova"),
    Contact(id="4915112345678@c.us", name="Ben"),
    Contact(id="120363043968066561@g.us", name="Family", type=ContactType.GROUP),
)


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="A GREEN-API on this machine, with a phone to look at.",
    )
    add = parser.add_argument
    add("--port", type=int, default=8124, help="0 takes any free one")
    add("--media-port", type=int, help="give uploads an address of their own")
    add("--instance-id", default="7103000001", help="digits")
    add("--token", help="a new one is made up and printed when this is missing")
    add("--phone", default="79990000001", help="the account's number, digits only")
    add("--not-linked", action="store_true", help="start without a linked phone")
    add("--delay", type=float, default=0.0, help="seconds between two messages")
    add("--plan", type=Plan, choices=list(Plan), default=Plan.BUSINESS)
    arguments = parser.parse_args()
    if not arguments.instance_id.isdecimal():
        parser.error("an instance id consists of digits")
    return arguments


def set_up(simulator: Simulator, arguments: argparse.Namespace) -> Instance:
    """Create the instance the command line asks for."""
    token: str = arguments.token or secrets.token_hex(25)
    instance = simulator.add_instance(
        arguments.instance_id, token, phone=arguments.phone, contacts=CONTACTS
    )
    instance.plan = arguments.plan
    instance.send_delay = arguments.delay
    if arguments.not_linked:
        instance.unlink()
    return instance


async def main() -> None:
    """Run until somebody stops it."""
    arguments = parse_arguments()
    apart = arguments.media_port is not None
    simulator = Simulator(media_port=apart)
    instance = set_up(simulator, arguments)
    try:
        await simulator.start(arguments.port, arguments.media_port or 0)
    except OSError as error:
        ports = f"port {arguments.port}"
        if arguments.media_port:
            ports += f" and {arguments.media_port}"
        sys.exit(f"Cannot listen on {ports}: {error.strerror}")
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sys.stdout.write(
        f"API:         {simulator.url}\n"
        f"Media:       {simulator.media_url}\n"
        f"Phone:       {simulator.url}/phone/{instance.id}\n"
        f"Instance id: {instance.id}\n"
        f"Token:       {instance.token}\n"
    )
    sys.stdout.flush()
    await stopped.wait()
    await simulator.stop()


if __name__ == "__main__":
    asyncio.run(main())
