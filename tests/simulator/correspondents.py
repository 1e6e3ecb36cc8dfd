"""What people do: those the account's owner writes to, and the owner on the phone."""

from dataclasses import replace
import secrets
from typing import TYPE_CHECKING, Unpack

from .contents import reference, votes_data
from .journal import Content, composed
from .limits import Quota
from .mailbox import Mailbox
from .models import (
    CallOutcome,
    Choice,
    ChoiceKind,
    Message,
    MessageStatus,
    Outcome,
    PhoneCall,
)
from .payloads import (
    block_body,
    call_body,
    device_body,
    event_body,
    message_body,
    online_body,
    quota_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .models import Clock, Contact, Json


class Correspondents(Mailbox):
    """An instance with people around it. In a group, somebody has to be the `sender`."""

    def __init__(
        self,
        instance_id: str,
        phone: str,
        contacts: Iterable[Contact],
        clock: Clock,
        address: Callable[[], str],
    ) -> None:
        """Create an instance nobody has written to."""
        super().__init__(instance_id, phone, contacts, clock, address)
        self.quota = Quota(clock)
        self.calls: list[PhoneCall] = []

    # Messages

    def receive(
        self,
        chat_id: str,
        text: str = "",
        *,
        sender: str | None = None,
        sender_name: str | None = None,
        quoted_message_id: str | None = None,
        forwarded: bool = False,
        **content: Unpack[Content],
    ) -> str:
        """Let somebody write to the account and return the id of the message."""
        self.advance()
        message = Message(
            id=_phone_id(),
            chat_id=chat_id,
            text=text,
            quoted_message_id=quoted_message_id,
            forwarded=forwarded,
            timestamp=int(self._clock()),
            from_me=False,
            sender=_person(chat_id, sender),
        )
        contact = self.contact(message.sender)
        name = sender_name or (contact.name if contact else "")
        message = composed(self.storage, replace(message, sender_name=name), content)
        self._journal.add(message)
        if self.quota.meet(chat_id):
            self.hear(message_body(self, message, self._clock()))
        else:
            self.hear(quota_body(self, self.quota.covered))
        return message.id

    def receive_data(
        self, chat_id: str, data: dict[str, Json], *, sender: str | None = None
    ) -> str:
        """Let something come in that only the caller knows, and return its id."""
        return self._happen(chat_id, sender, data)

    def send_from_phone(
        self,
        chat_id: str,
        text: str = "",
        *,
        quoted_message_id: str | None = None,
        **content: Unpack[Content],
    ) -> str:
        """Let the account's owner write on the phone and return the id of the message."""
        self.advance()
        message = Message(
            id=_phone_id(),
            chat_id=chat_id,
            text=text,
            quoted_message_id=quoted_message_id,
            timestamp=int(self._clock()),
            by_phone=True,
        )
        message = composed(self.storage, message, content)
        self._go_out(message, Outcome(status=MessageStatus.SENT), self._clock())
        return message.id

    def edit_incoming(self, chat_id: str, message_id: str, text: str) -> str:
        """Let somebody change a message, and return the id of the change."""
        return self.edit(self._known(chat_id, message_id), text)

    def delete_incoming(self, chat_id: str, message_id: str) -> str:
        """Let somebody delete a message, and return the id of the deletion."""
        return self.delete(self._known(chat_id, message_id))

    # Answers to a message

    def react(
        self, chat_id: str, message_id: str, emoji: str, *, sender: str | None = None
    ) -> str:
        """Let somebody react to a message; an empty emoji takes the reaction back."""
        message, person = self._known(chat_id, message_id), _person(chat_id, sender)
        others = {who: one for who, one in message.reactions.items() if who != person}
        mine = {person: emoji} if emoji else {}
        self.change(replace(message, reactions=others | mine))
        data: dict[str, Json] = {
            "typeMessage": "reactionMessage",
            "extendedTextMessageData": {"text": emoji},
            "quotedMessage": reference(self, message),
        }
        return self._happen(chat_id, person, data)

    def vote(
        self,
        chat_id: str,
        message_id: str,
        options: Iterable[str],
        *,
        sender: str | None = None,
    ) -> str:
        """Let somebody vote in a poll: for these options and no others."""
        message, person = self._known(chat_id, message_id), _person(chat_id, sender)
        chosen, poll = tuple(options), message.poll
        if poll is None or not set(chosen) <= set(poll.options):
            error = "There is nothing like that to vote for"
            raise ValueError(error)
        if len(chosen) > 1 and not poll.multiple_answers:
            error = "This poll allows one answer"
            raise ValueError(error)
        message = replace(message, votes={**message.votes, person: chosen})
        self.change(message)
        data: dict[str, Json] = {
            "typeMessage": "pollUpdateMessage",
            "pollMessageData": votes_data(self, message, poll),
        }
        return self._happen(chat_id, person, data)

    def press(
        self,
        chat_id: str,
        message_id: str,
        button_id: str,
        text: str | None = None,
        *,
        kind: ChoiceKind = ChoiceKind.TEMPLATE,
        sender: str | None = None,
    ) -> str:
        """Let somebody press a button; what it says is needed where the message does not tell."""
        entry = self.find(chat_id, message_id)
        buttons = entry.message.buttons if entry else None
        shown = {one.id: one for one in buttons.buttons} if buttons else {}
        if text is None:
            text = shown[button_id].text
        index = list(shown).index(button_id) if button_id in shown else 0
        choice = Choice(kind=kind, id=button_id, index=index)
        return self.receive(
            chat_id, text, sender=sender, quoted_message_id=message_id, choice=choice
        )

    # Other things

    def call(
        self, chat_id: str, outcome: CallOutcome | None = CallOutcome.MISSED
    ) -> str:
        """Let somebody call; without an outcome it rings until `end_call`."""
        call = self._note_call(PhoneCall(id=_phone_id(), chat_id=chat_id))
        if outcome:
            self.end_call(call.id, outcome)
        return call.id

    def end_call(self, call_id: str, outcome: CallOutcome) -> None:
        """End a call that rings, or pick it up."""
        call = {call.id: call for call in self.calls}[call_id]
        self.calls.remove(call)
        self._note_call(replace(call, outcome=outcome))

    def call_from_phone(
        self,
        chat_id: str,
        outcome: CallOutcome = CallOutcome.PICK_UP,
        *,
        duration: int = 0,
        video: bool = False,
    ) -> str:
        """Let the account's owner call somebody."""
        call = PhoneCall(
            id=_phone_id(),
            chat_id=chat_id,
            outcome=outcome,
            from_me=True,
            duration=duration,
            video=video,
        )
        return self._note_call(call).id

    def _note_call(self, call: PhoneCall) -> PhoneCall:
        call = replace(call, timestamp=int(self._clock()))
        self.calls.append(call)
        self.hear(call_body(self, call))
        return call

    def block(self, chat_id: str, state: str = "blocked") -> None:
        """Let somebody block the account."""
        self.hear(block_body(self, chat_id, self._clock(), state))

    def tell_online(self, *, online: bool) -> None:
        """Let the phone of the account come onto the network, or go."""
        self.hear(online_body(self, self._clock(), online=online))

    def tell_device(self, battery: int = 90) -> None:
        """Let the phone of the account tell about itself."""
        self.hear(device_body(self, self._clock(), battery))

    def _known(self, chat_id: str, message_id: str) -> Message:
        entry = self.find(chat_id, message_id)
        if entry is None:
            error = "There is no such message in this chat"
            raise ValueError(error)
        return entry.message

    def _happen(self, chat_id: str, sender: str | None, data: dict[str, Json]) -> str:
        """Tell what somebody did, in a message that is none, and return its id."""
        self.advance()
        event_id, person = _phone_id(), _person(chat_id, sender)
        contact = self.contact(person)
        message = Message(
            id=event_id,
            chat_id=chat_id,
            text="",
            from_me=False,
            sender=person,
            sender_name=contact.name if contact else "",
        )
        self.hear(event_body(self, message, event_id, self._clock(), data))
        return event_id


def _person(chat_id: str, sender: str | None) -> str:
    """Return who did something in a chat."""
    if sender is None and chat_id.endswith("@g.us"):
        error = "Somebody must have sent it to the group"
        raise ValueError(error)
    return sender or chat_id


def _phone_id() -> str:
    """Return an id as phones give them."""
    return secrets.token_hex(16).upper()
