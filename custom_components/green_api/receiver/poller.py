"""Take notifications out of GREEN-API's queue, one after the other."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import random
from typing import Final

from ..api import (
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    Receipt,
)
from .dispatcher import Dispatcher

# As long as GREEN-API lets one wait, but for what stands between and gives up after 60 s.
WAIT: Final = timedelta(seconds=50)
# An empty answer that comes at once must not be asked for again at once, nor a
# notification that stays though it was deleted.
BREATH = 1.0
FIRST_DELAY = 0.5
LONGEST_DELAY = 60.0
STARTING_DELAY = 3.0


async def async_poll(
    client: GreenApiClient,
    dispatcher: Dispatcher,
    on_error: Callable[[GreenApiError], None],
    on_success: Callable[[], None],
) -> None:
    """Hand on what is in the queue, and what comes, until cancelled.

    `on_error` is told of each failure, `on_success` of each time that all went well.
    """
    now = asyncio.get_running_loop().time
    delay = FIRST_DELAY
    last: int | None = None
    while True:
        begin = now()
        try:
            receipt = await client.receive_notification(WAIT)
            if receipt is not None:
                await _async_take(client, dispatcher, receipt)
            on_success()
            delay = FIRST_DELAY
            before, last = last, receipt.receipt_id if receipt else None
            if last in {None, before} and (left := begin + BREATH - now()) > 0:
                await asyncio.sleep(left)
        except GreenApiError as err:
            on_error(err)
            match err:
                case GreenApiRateLimitError() | GreenApiStartingError():
                    pause = STARTING_DELAY
                case _:
                    pause = delay
                    delay = min(delay * 2, LONGEST_DELAY)
            # So that all the world does not come back at once.
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311  chance, not secrecy


async def _async_take(
    client: GreenApiClient, dispatcher: Dispatcher, receipt: Receipt
) -> None:
    """Hand on, then delete: what is lost in between, comes again and is known."""
    await dispatcher.async_dispatch(receipt.body)
    try:
        await client.delete_notification(receipt)
    except GreenApiConnectionError:
        # Once more at once, as GREEN-API advises; after that, it comes again anyway.
        await client.delete_notification(receipt)
