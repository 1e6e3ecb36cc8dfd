"""The outbox: what it costs to keep a message, and how it bears ten thousand of them."""

from statistics import median
from time import perf_counter
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .files import memory
from .home_assistant import CHAT_ID

ROUNDS: Final = 200
FEW: Final = 10
MANY: Final = 10_000
CHATS: Final = 40
# So many in a row are measured, when few wait and when many do.
SAMPLE: Final = 200

# How many ms it takes longer to send what is kept first, at the median.
LIMIT_KEEP: Final = 2.0
# How many times longer one more takes when many wait than when few do.
LIMIT_GROWTH: Final = 1.2
# What many add to the start, in s, and to the memory, in MB.
LIMIT_START: Final = 1.0
LIMIT_MEMORY: Final = 40.0


async def measure_waiting(hass: HomeAssistant, base: str) -> bool:
    """Measure, print, and return whether all is within the limits."""
    [entry] = hass.config_entries.async_entries("green_api")
    plain, kept = [], []
    for _ in range(ROUNDS):
        plain.append(await _send(hass, "retry"))
        kept.append(await _send(hass, "queue"))
    added = median(kept) - median(plain)
    print(
        f"on_outage: queue adds {added:.2f} ms to {median(plain):.2f} ms"
        f" (limit {LIMIT_KEEP})"
    )
    empty = min([await _reload(hass, entry) for _ in range(3)])
    # Where nobody listens.
    _move(hass, entry, "http://127.0.0.1:1")
    await hass.async_block_till_done()
    before = memory("VmRSS")
    for number in range(FEW):
        await _send(hass, "queue", number)
    few = [await _send(hass, "queue", number) for number in range(SAMPLE)]
    for number in range(MANY - FEW - 2 * SAMPLE):
        await _send(hass, "queue", number)
    many = [await _send(hass, "queue", number) for number in range(SAMPLE)]
    grown = (memory("VmRSS") - before) / 1024**2
    growth = median(many) / median(few)
    print(
        f"one more takes {median(few):.2f} ms when {FEW} wait, and {median(many):.2f} ms"
        f" when {MANY} do: {growth:.2f} times (limit {LIMIT_GROWTH})"
    )
    start = min([await _reload(hass, entry) for _ in range(3)]) - empty
    print(
        f"{MANY} that wait: {start:.2f} s longer to start (limit {LIMIT_START}),"
        f" {grown:.1f} MB of memory (limit {LIMIT_MEMORY})"
    )
    await hass.services.async_call("green_api", "cancel", {}, blocking=True)
    _move(hass, entry, base)
    await hass.async_block_till_done()
    return (
        added <= LIMIT_KEEP
        and growth <= LIMIT_GROWTH
        and start <= LIMIT_START
        and grown <= LIMIT_MEMORY
    )


async def _send(hass: HomeAssistant, on_outage: str, number: int = 0) -> float:
    """Send a text to one of several chats, and return how many ms that takes."""
    chat_id = f"7900123{number % CHATS:04}@c.us" if number else CHAT_ID
    begin = perf_counter()
    await hass.services.async_call(
        "green_api",
        "send_message",
        {"chat_id": chat_id, "message": f"Hello {number}", "on_outage": on_outage},
        blocking=True,
    )
    return (perf_counter() - begin) * 1000


def _move(hass: HomeAssistant, entry: ConfigEntry, url: str) -> None:
    """Let the instance be served somewhere else."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "api_url": url, "media_url": url}
    )


async def _reload(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Load the entry anew, and return how many seconds it takes to set it up."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    begin = perf_counter()
    assert await hass.config_entries.async_setup(entry.entry_id)
    return perf_counter() - begin
