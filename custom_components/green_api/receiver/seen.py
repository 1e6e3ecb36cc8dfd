"""Which notifications were handed on, also before a restart, however sudden it was."""

from collections import deque
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

# GREEN-API repeats for 24 hours. So many are more than an instance receives in that time,
# but for the busiest.
_REMEMBERED: Final = 10_000

_INSTANCES: HassKey[dict[str, Seen]] = HassKey(f"{DOMAIN}_seen")


class Seen:
    """Remember the keys of notifications, each before the next one comes.

    A line for each behind the others, as the store would write all of them anew. It costs
    0.1 ms, and a process that is killed has left it behind.
    """

    def __init__(self, hass: HomeAssistant, path: Path) -> None:
        """Start with nothing."""
        self._hass = hass
        self._path = path
        self._order: deque[str] = deque()
        self._keys: set[str] = set()
        self._lines = 0

    def __contains__(self, key: str) -> bool:
        """Return whether a notification was handed on."""
        return key in self._keys

    async def async_load(self) -> None:
        """Read what was handed on before."""
        for key in await self._hass.async_add_executor_job(self._read):
            self._remember(key)
            self._lines += 1

    async def async_add(self, key: str) -> None:
        """Remember that a notification was handed on."""
        self._remember(key)
        self._lines += 1
        if self._lines > 2 * _REMEMBERED:
            self._lines = len(self._order)
            await self._hass.async_add_executor_job(self._rewrite, list(self._order))
        else:
            await self._hass.async_add_executor_job(self._append, key)

    async def async_remove(self) -> None:
        """Forget all."""
        await self._hass.async_add_executor_job(
            lambda: self._path.unlink(missing_ok=True)
        )

    def _remember(self, key: str) -> None:
        if key in self._keys:
            return
        self._order.append(key)
        self._keys.add(key)
        if len(self._order) > _REMEMBERED:
            self._keys.discard(self._order.popleft())

    def _read(self) -> list[str]:
        if not self._path.exists():
            return []
        # Half a line, or a damaged one, is a key that nothing has.
        return self._path.read_text(encoding="ascii", errors="replace").splitlines()

    def _append(self, key: str) -> None:
        self._path.parent.mkdir(exist_ok=True)
        # The line break comes first, so that half a line spoils no other.
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"\n{key}")

    def _rewrite(self, keys: list[str]) -> None:
        written = self._path.with_suffix(".new")
        written.write_text("\n".join(keys), encoding="ascii")
        written.replace(self._path)


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
