"""Which notifications were handed on, also before a restart, however sudden it was."""

import asyncio
from collections import deque
import logging
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

# GREEN-API repeats for 24 hours. So many are more than an instance receives in that time,
# but for the busiest.
_REMEMBERED: Final = 10_000
_PAUSE: Final = 0.02

_INSTANCES: HassKey[dict[str, Seen]] = HassKey(f"{DOMAIN}_seen")


class Seen:
    """Remember the keys of notifications.

    Lines behind the others, as the store would write all of them anew: written while
    GREEN-API deletes the notification, and there when the process is killed.
    """

    def __init__(self, hass: HomeAssistant, path: Path) -> None:
        """Start with nothing."""
        self._hass = hass
        self._path = path
        self._order: deque[str] = deque()
        self._keys: set[str] = set()
        self._lines = 0
        self._unwritten: list[str] = []
        self._writing: asyncio.Task[None] | None = None
        self._failing = False
        # Held by who hands one on, so that it is not handed on twice meanwhile.
        self.turn = asyncio.Lock()

    def __contains__(self, key: str) -> bool:
        """Return whether a notification was handed on."""
        return key in self._keys

    async def async_load(self) -> None:
        """Read what was handed on before."""
        try:
            keys = await self._hass.async_add_executor_job(self._read)
        except OSError as err:
            _LOGGER.warning("Cannot read what was received: %s", err.strerror)
            return
        for key in keys:
            self._add(key)
            self._lines += 1

    @callback
    def async_add(self, key: str) -> None:
        """Remember that a notification was handed on."""
        self._add(key)
        self._unwritten.append(key)
        if self._writing is None or self._writing.done():
            # Not of the entry: also while that is unloaded, and Home Assistant stops.
            self._writing = self._hass.async_create_task(self._async_write())

    async def async_remove(self) -> None:
        """Forget all."""
        if self._writing:
            await self._writing
        await self._hass.async_add_executor_job(
            lambda: self._path.unlink(missing_ok=True)
        )

    def _add(self, key: str) -> None:
        if key in self._keys:
            return
        self._order.append(key)
        self._keys.add(key)
        if len(self._order) > _REMEMBERED:
            self._keys.discard(self._order.popleft())

    async def _async_write(self) -> None:
        """Write all that comes while the rest is written."""
        while keys := self._unwritten:
            self._unwritten = []
            try:
                if self._lines + len(keys) > 2 * _REMEMBERED:
                    keys = list(self._order)
                    await self._hass.async_add_executor_job(self._rewrite, keys)
                else:
                    await self._hass.async_add_executor_job(self._append, keys)
            except OSError as err:
                # Until the next start it is known without the disk.
                if not self._failing:
                    reason = err.strerror
                    _LOGGER.warning("Cannot remember what was received: %s", reason)
                self._failing = True
            else:
                self._failing = False
            # What comes in crowds, is written in crowds.
            await asyncio.sleep(_PAUSE)

    def _read(self) -> list[str]:
        if not self._path.exists():
            return []
        # Half a line, or a damaged one, is a key that nothing has.
        return self._path.read_text(encoding="ascii", errors="replace").splitlines()

    def _append(self, keys: list[str]) -> None:
        self._lines += len(keys)
        self._path.parent.mkdir(exist_ok=True)
        # The line break comes first, so that half a line spoils no other.
        with self._path.open("a", encoding="ascii") as file:
            file.writelines(f"\n{key}" for key in keys)

    def _rewrite(self, keys: list[str]) -> None:
        written = self._path.with_suffix(".new")
        written.write_text("\n".join(keys), encoding="ascii")
        written.replace(self._path)
        self._lines = len(keys)


async def async_seen(hass: HomeAssistant, entry_id: str) -> Seen:
    """Return what an instance has handed on.

    One for as long as Home Assistant runs, as two would write into the same file.
    """
    instances = hass.data.setdefault(_INSTANCES, {})
    if (seen := instances.get(entry_id)) is None:
        path = Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.seen"))
        seen = Seen(hass, path)
        await seen.async_load()
        instances[entry_id] = seen
    return seen


async def async_remove_seen(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what an instance has handed on, that is removed."""
    seen = await async_seen(hass, entry_id)
    del hass.data[_INSTANCES][entry_id]
    await seen.async_remove()
