"""What an instance sends: its send queue, its journal, and what becomes of the messages."""

from dataclasses import replace
import secrets
from typing import TYPE_CHECKING, override

from .journal import Journal
from .models import InstanceState, Message, MessageStatus, Outcome
from .notifying import Notifying
from .payloads import event_body, message_body, status_body
from .sendqueue import Queued, SendQueue
from .storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .journal import Entry
    from .models import Clock, Contact, Json, Upload

ARRIVED = {MessageStatus.DELIVERED, MessageStatus.READ}


class Mailbox(Notifying):
    """An instance with a send queue, a journal and files."""

    def __init__(
        self,
        instance_id: str,
        phone: str,
        contacts: Iterable[Contact],
        clock: Clock,
        address: Callable[[], str],
    ) -> None:
        """Create an instance that has sent nothing; `address` is where its files are served."""
        super().__init__(instance_id, phone, contacts, clock)
        self.storage = Storage(instance_id, address, clock)
        # Bytes behind links to other servers; None: they do not give the file out.
        self.foreign_files: dict[str, int | None] = {}
        # By chat, what becomes of messages that would else be delivered.
        self.outcomes: dict[str, Outcome] = {}
        # No notification tells of these.
        self.skip_status: set[MessageStatus] = set()
        self.tell_contact_names = True
        self._phone_online = True
        self._queue = SendQueue()
        self._journal = Journal()

    # Names and ids

    def shown_id(self, chat_id: str) -> str:
        """Return the id under which the API shows somebody: a privacy id if that is switched on."""
        digits, _, server = chat_id.partition("@")
        private = self.in_force["enableLidMode"] == "yes" and server == "c.us"
        return self.lid(digits) if private else chat_id

    def shown_sender(self, message: Message) -> str:
        """Return the id under which the API shows who wrote a message."""
        return self.own_id if message.from_me else self.shown_id(message.sender)

    def told_names(self, message: Message) -> dict[str, Json]:
        """Return the names the API gives a sender: its own, and the one in the phone book."""
        if message.from_me:
            names = self.own_name, ""
        else:
            contact = self.contact(message.sender)
            names = message.sender_name, contact.contact_name if contact else ""
        told: dict[str, Json] = {"senderName": names[0]}
        if self.tell_contact_names:
            told["senderContactName"] = names[1]
        return told

    def new_id(self) -> str:
        """Return an id for a message; it tells whether a phone was linked."""
        if self.state is InstanceState.AUTHORIZED:
            return f"3EB0{secrets.token_hex(9).upper()}"
        return f"BAE5{secrets.token_hex(6).upper()}"

    # Send queue

    @property
    def send_delay(self) -> float:
        """Return the seconds between two messages, a setting of the instance."""
        delay = self.in_force["delaySendMessagesMilliseconds"]
        return delay / 1000 if isinstance(delay, int) else 0.0

    @send_delay.setter
    def send_delay(self, seconds: float) -> None:
        self.settings["delaySendMessagesMilliseconds"] = round(seconds * 1000)

    @property
    def queued(self) -> list[Queued]:
        """Return what still waits, and how it got into the queue."""
        self.advance()
        return self._queue.waiting

    @property
    def queue(self) -> list[Message]:
        """Return the messages that still wait."""
        return [queued.message for queued in self.queued]

    def accept(
        self,
        message: Message,
        method: str,
        body: Mapping[str, Json],
        *,
        doomed: bool = False,
    ) -> str:
        """Put a message into the queue and return the id it got."""
        now = self._clock()
        message = replace(message, id=self.new_id(), timestamp=int(now))
        self._queue.put(
            Queued(message=message, accepted=now, type=method, body=body, doomed=doomed)
        )
        return message.id

    @override
    def _catch_up(self, now: float) -> None:
        super()._catch_up(now)
        linked = self._state is InstanceState.AUTHORIZED
        since = self._state_since if linked else None
        for queued, moment in self._queue.due(now, self.send_delay, since):
            self._send(queued, moment)

    def _send(self, queued: Queued, moment: float) -> None:
        message = replace(queued.message, timestamp=int(moment))
        failed = queued.doomed
        if message.file and not message.forwarded:
            file = self.storage.fetch(message.file, moment)
            failed = file is None or self.foreign_files.get(file.url, 0) is None
            message = replace(message, file=file or message.file)
        status = MessageStatus.SENT
        if not self.on_whatsapp(message.chat_id):
            status = MessageStatus.NO_ACCOUNT
        elif failed:
            status = MessageStatus.FAILED
        self._go_out(message, Outcome(status=status), moment)

    def _go_out(self, message: Message, outcome: Outcome, moment: float) -> None:
        """Let a message leave, or tell why it cannot."""
        if outcome.status is MessageStatus.SENT:
            outcome = self.outcomes.get(self.chat(message.chat_id), outcome)
        self._journal.add(message, outcome.status)
        if outcome.status is MessageStatus.SENT:
            self.tell(message_body(self, message, moment), moment)
        self._become(message.id, outcome, moment)
        if outcome.status is MessageStatus.SENT and self._phone_online:
            self._reach(message, moment)

    # What becomes of messages

    @property
    def phone_online(self) -> bool:
        """Tell whether those who are written to are reached."""
        return self._phone_online

    @phone_online.setter
    def phone_online(self, online: bool) -> None:
        self.advance()
        self._phone_online = online
        if online:
            for entry in self._journal.with_status(MessageStatus.SENT):
                self._reach(entry.message, self._clock())

    def read(self, chat_id: str) -> None:
        """Let the other side open a chat and read all that was delivered there."""
        self.advance()
        for entry in self._journal.with_status(MessageStatus.DELIVERED):
            if self.chat(entry.message.chat_id) == self.chat(chat_id):
                self.set_status(entry.message.id, MessageStatus.READ)

    def set_status(
        self, message_id: str, status: MessageStatus, description: str | None = None
    ) -> None:
        """Tell a status at any time, also a late one; the journal keeps the furthest."""
        self.advance()
        outcome = Outcome(status=status, description=description)
        self._become(message_id, outcome, self._clock())

    def _reach(self, message: Message, moment: float) -> None:
        # What one writes to oneself is never delivered.
        if not self._to_self(message):
            delivered = Outcome(status=MessageStatus.DELIVERED)
            self._become(message.id, delivered, moment)

    def _become(self, message_id: str, outcome: Outcome, moment: float) -> None:
        entry = self._journal.become(message_id, outcome.status)
        if outcome.status not in self.skip_status:
            self.tell(status_body(self, entry.message, outcome, moment), moment)

    # Journal

    @property
    def history(self) -> list[Entry]:
        """Return what left the queue and what came in, in order."""
        self.advance()
        return self._journal.entries

    @property
    def journal(self) -> list[tuple[Message, MessageStatus]]:
        """Return all messages that left the queue, in order, and what became of them."""
        return [(one.message, one.status) for one in self.history if one.status]

    @property
    def messages(self) -> list[Message]:
        """Return the messages that arrived, in order."""
        return [one.message for one in self.history if self._arrived(one)]

    def _arrived(self, entry: Entry) -> bool:
        if self._to_self(entry.message):
            return entry.status is MessageStatus.SENT
        return entry.status in ARRIVED

    def _to_self(self, message: Message) -> bool:
        return message.from_me and self.chat(message.chat_id) == self.own_id

    @property
    def received(self) -> list[Message]:
        """Return the messages that came in, in order."""
        return [one.message for one in self.history if not one.message.from_me]

    @property
    def uploads(self) -> list[Upload]:
        """Return the files that were uploaded, in order."""
        return self.storage.uploads

    def find(self, chat_id: str, message_id: str) -> Entry | None:
        """Return a message of a chat."""
        self.advance()
        entry = self._journal.find(message_id)
        if entry and self.chat(entry.message.chat_id) == self.chat(chat_id):
            return entry
        return None

    def change(self, message: Message) -> None:
        """Put a message in the place of the one with its id."""
        self._journal.change(message)

    def edit(self, message: Message, text: str) -> str:
        """Change a text or a caption, and return the id of the change."""
        key = "caption" if message.file else "textMessage"
        data: dict[str, Json] = {key: text, "stanzaId": message.id}
        self.change(replace(message, text=text, edited=True))
        return self._tell_event(message, "editedMessage", data)

    def delete(self, message: Message) -> str:
        """Delete a message everywhere, and return the id of the deletion."""
        self.change(replace(message, deleted=True))
        return self._tell_event(message, "deletedMessage", {"stanzaId": message.id})

    def _tell_event(self, message: Message, kind: str, data: dict[str, Json]) -> str:
        event_id = self.new_id() if message.from_me else secrets.token_hex(16).upper()
        told: dict[str, Json] = {"typeMessage": kind, f"{kind}Data": data}
        self.hear(event_body(self, message, event_id, self._clock(), told))
        return event_id
