"""What an instance leaves behind when it is removed: nothing."""

from pathlib import Path
import shutil

from homeassistant.core import HomeAssistant

from .database import outbox_path
from .spool import spool_path


async def async_remove_outbox(hass: HomeAssistant, entry_id: str) -> None:
    """Delete what an instance has on the disk, also what was set aside."""

    def remove(path: Path, folder: Path) -> None:
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    await hass.async_add_executor_job(
        remove, outbox_path(hass, entry_id), spool_path(hass, entry_id)
    )
