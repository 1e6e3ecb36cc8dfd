"""What is told of a chat: to the chat's own entity, and to all who listen to every chat."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType, SignalTypeFormat

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class ChatSignal[T]:
    """A signal that tells of chats, however many there are, at the same cost."""

    name: str

    @property
    def everywhere(self) -> SignalType[str, str | None, T]:
        """Return the signal that comes with the entry's id, and that of the subentry.

        That is None for a chat that is not configured.
        """
        return SignalType(f"{DOMAIN}_{self.name}")

    def of(self, subentry_or_entry_id: str) -> SignalType[T]:
        """Return the signal of a chat, or of all of an entry that are not configured."""
        signal: SignalTypeFormat[T] = SignalTypeFormat(f"{DOMAIN}_{self.name}_{{}}")
        return signal.format(subentry_or_entry_id)

    @callback
    def async_tell(
        self, hass: HomeAssistant, entry_id: str, subentry_id: str | None, told: T
    ) -> None:
        """Tell what happened."""
        async_dispatcher_send(hass, self.of(subentry_id or entry_id), told)
        async_dispatcher_send(hass, self.everywhere, entry_id, subentry_id, told)
