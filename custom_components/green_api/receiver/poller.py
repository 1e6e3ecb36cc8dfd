"""Take notifications out of GREEN-API's queue, one after the other."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import random
from typing import Final

from homeassistant.util.async_ import create_eager_task

from ..api import (
    GreenApiClient,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    Receipt,
    fingerprint,
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
# So many seconds a receipt is sure to be that of what it came with: GREEN-API counts anew
# when it restarts.
FRESH = 5.0


class Poller:
    """Hand on what is in the queue, and what comes.

    A notification is deleted once it is handed on: what is lost in between, comes again
    and is known. Meanwhile the next is asked for, so that a queue which has grown during
    an outage is empty in half the time.
    """

    def __init__(
        self,
        client: GreenApiClient,
        dispatcher: Dispatcher,
        on_error: Callable[[GreenApiError], None],
        on_success: Callable[[], None],
    ) -> None:
        """Take whom to tell of each failure, and of each time that all went well."""
        self._client = client
        self._dispatcher = dispatcher
        self._on_error = on_error
        self._on_success = on_success
        self._delay = FIRST_DELAY
        self._last: Receipt | None = None
        self._deletion: asyncio.Task[GreenApiError | None] | None = None

    async def async_run(self) -> None:
        """Receive until cancelled."""
        try:
            while True:
                try:
                    await self._async_receive()
                except GreenApiError as err:
                    self._on_error(err)
                    # So that all the world does not come back at once.
                    chance = random.uniform(0.7, 1.3)  # noqa: S311  no secrecy
                    await asyncio.sleep(self._pause_after(err) * chance)
        finally:
            if self._deletion:
                self._deletion.cancel()
                await asyncio.wait([self._deletion])

    async def _async_receive(self) -> None:
        """Receive one, or nothing for a while."""
        now = asyncio.get_running_loop().time
        begin = now()
        is_early = self._deletion is not None and not self._deletion.done()
        receipt = await self._client.receive_notification(WAIT)
        received = now()
        failure = await self._deletion if self._deletion else None
        self._deletion = None
        is_same = _is_same(receipt, self._last)
        if receipt is not None:
            if failure:
                raise failure
            if (is_same and is_early) or now() - received > FRESH:
                # It was asked for before it was gone; or it has waited for so long that
                # it may have another receipt by now.
                return
        self._last = receipt
        if receipt is None:
            # The last one is gone, whatever became of its deletion.
            self._succeed()
        else:
            await self._dispatcher.async_dispatch(receipt.body)
            # Eager, so that it leaves before one asks for the next.
            self._deletion = create_eager_task(self._async_delete(receipt))
        if is_same or receipt is None:
            await asyncio.sleep(max(begin + BREATH - now(), 0))

    async def _async_delete(self, receipt: Receipt) -> GreenApiError | None:
        """Delete what was handed on; return what went wrong, in which case it stays."""
        # Not again at once: when GREEN-API has restarted, the receipt is another's.
        try:
            await self._client.delete_notification(receipt)
        except GreenApiError as err:
            return err
        self._succeed()
        return None

    def _succeed(self) -> None:
        self._delay = FIRST_DELAY
        self._on_success()

    def _pause_after(self, error: GreenApiError) -> float:
        """Return how many seconds to wait, and wait longer the next time."""
        match error:
            case GreenApiRateLimitError() | GreenApiStartingError():
                return STARTING_DELAY
        delay = self._delay
        self._delay = min(delay * 2, LONGEST_DELAY)
        return delay


def _is_same(one: Receipt | None, other: Receipt | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.receipt_id == other.receipt_id and (
        fingerprint(one.body) == fingerprint(other.body)
    )
