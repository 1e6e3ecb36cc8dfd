"""The account behind an instance: contacts, numbers without WhatsApp, privacy ids."""

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import Contact


class Account:
    """Whom the account knows, and under which ids."""

    def __init__(self, instance_id: str, contacts: Iterable[Contact]) -> None:
        """Know these contacts; everybody is on WhatsApp."""
        self.contacts = list(contacts)
        # What the account's owner calls himself.
        self.own_name = "Home"
        self.not_on_whatsapp: set[str] = set()
        self._instance_id = instance_id
        self._checked: set[str] = set()
        self._lids: dict[str, str] = {}

    def contact(self, chat_id: str) -> Contact | None:
        """Return a contact; nothing for a stranger."""
        chat_id = self.chat(chat_id)
        return next((one for one in self.contacts if one.id == chat_id), None)

    def name(self, chat_id: str) -> str:
        """Return the name of a contact; empty for a stranger."""
        contact = self.contact(chat_id)
        return contact.title if contact else ""

    def lid(self, digits: str) -> str:
        """Return the privacy id of a phone number, always the same."""
        number = int(sha256(f"{self._instance_id}:{digits}".encode()).hexdigest(), 16)
        lid = f"{10**14 + number % (9 * 10**14)}@lid"
        self._lids[lid] = digits
        return lid

    def digits(self, chat_id: str) -> str:
        """Return the phone number behind a chat id, or what stands before the @."""
        return self._lids.get(chat_id) or chat_id.partition("@")[0]

    def chat(self, chat_id: str) -> str:
        """Return the id a phone files a chat under: a privacy id belongs to its number."""
        digits = self._lids.get(chat_id)
        return f"{digits}@c.us" if digits else chat_id

    def knows_lid(self, lid: str) -> bool:
        """Tell whether the API ever gave this privacy id out."""
        return lid in self._lids

    def on_whatsapp(self, chat_id: str) -> bool:
        """Tell whether there is an account behind a chat id."""
        return self.digits(chat_id) not in self.not_on_whatsapp

    def remember_check(self, digits: str) -> bool:
        """Note that a number was checked and tell whether it had been before."""
        before = digits in self._checked
        self._checked.add(digits)
        return before
