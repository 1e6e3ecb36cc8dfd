"""Methods that tell what waits, what was sent and what came in."""

from typing import TYPE_CHECKING

from ..validation import refuse
from .entries import journal_entry

if TYPE_CHECKING:
    from ..calls import Call
    from ..journal import Entry
    from ..models import Json

MINUTES_PER_DAY = 24 * 60
HISTORY = 100


def show_messages_queue(call: Call) -> Json:
    """Tell which messages wait."""
    waiting: list[Json] = []
    for queued in call.instance.queued:
        ids: dict[str, Json] = {"messageID": queued.message.id}
        if queued.message.forwarded:
            ids = {"messagesIDs": [queued.message.id]}
        waiting.append({**ids, "type": queued.type, "body": dict(queued.body)})
    return waiting


def get_messages_count(call: Call) -> Json:
    """Tell how many messages wait."""
    return {"count": len(call.instance.queue)}


def last_outgoing_messages(call: Call) -> Json:
    """Tell which messages left the queue, newest first."""
    return _last(call, from_me=True)


def last_incoming_messages(call: Call) -> Json:
    """Tell which messages came in, newest first."""
    return _last(call, from_me=False)


def get_chat_history(call: Call) -> Json:
    """Tell the messages of a chat, newest first."""
    instance = call.instance
    chat = instance.chat(call.fields.chat_id())
    count = call.fields.integer("count", 1) or HISTORY
    call.afford()
    return _newest_first(
        call,
        [one for one in instance.history if instance.chat(one.message.chat_id) == chat][
            -count:
        ],
    )


def get_message(call: Call) -> Json:
    """Tell what became of one message."""
    chat_id = call.fields.chat_id()
    message_id = call.fields.required_text("idMessage")
    call.afford()
    entry = call.instance.find(chat_id, message_id)
    if entry is None:
        refuse("Message not found by id")
    return journal_entry(call.instance, entry)


def _last(call: Call, *, from_me: bool) -> Json:
    minutes = call.query.integer("minutes") or MINUTES_PER_DAY
    call.afford()
    oldest = call.now - minutes * 60
    return _newest_first(
        call,
        [
            entry
            for entry in call.instance.history
            if entry.message.from_me is from_me and entry.message.timestamp >= oldest
        ],
    )


def _newest_first(call: Call, entries: list[Entry]) -> Json:
    return [journal_entry(call.instance, entry) for entry in reversed(entries)]
