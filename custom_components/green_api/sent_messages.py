"""What was sent: the last message to each chat, and those with a tag."""

from datetime import timedelta
from typing import Final, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .api import ChatId
from .const import DOMAIN

# For so long WhatsApp lets a message be edited, and a wish to do so may be on its way.
EDIT_WINDOW: Final = timedelta(minutes=15)
_ON_THE_WAY: Final = timedelta(seconds=30)

_STORAGE_VERSION: Final = 1
_SAVE_DELAY: Final = 10

_INSTANCES: HassKey[dict[str, SentMessages]] = HassKey(f"{DOMAIN}_sent_messages")


class Last(TypedDict):
    """The last message to a chat, and when it was sent."""

    message_id: str
    timestamp: float


class Tagged(TypedDict):
    """The messages that a tag names, and when the first of them was sent."""

    message_ids: list[str]
    texts: bool
    timestamp: float


class _Data(TypedDict):
    """What is stored, by chat id."""

    last: dict[str, Last]
    tags: dict[str, dict[str, Tagged]]


def is_editable(sent: Last | Tagged) -> bool:
    """Return whether WhatsApp still lets a message be edited."""
    age = dt_util.utcnow().timestamp() - sent["timestamp"]
    return age < (EDIT_WINDOW - _ON_THE_WAY).total_seconds()


class SentMessages:
    """Remember what one instance has sent, also after a restart."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start with nothing."""
        self._store: Store[_Data] = Store(
            hass, _STORAGE_VERSION, f"{DOMAIN}.{entry_id}.sent", private=True
        )
        self._data: _Data = {"last": {}, "tags": {}}
        self._to_be_saved = False
        self._removed = False

    async def async_load(self) -> None:
        """Read what was stored."""
        if data := await self._store.async_load():
            self._data = data

    async def async_remove(self) -> None:
        """Forget all, for good; a message may still be on its way."""
        self._removed = True
        await self._store.async_remove()

    def last(self, chat_id: ChatId) -> Last | None:
        """Return the last message to a chat."""
        return self._data["last"].get(str(chat_id))

    def tagged(self, chat_id: ChatId, tag: str) -> Tagged | None:
        """Return the messages to a chat that a tag names, until it expires."""
        self._expire()
        return self._data["tags"].get(str(chat_id), {}).get(tag)

    def tag_of(self, message_id: str) -> str | None:
        """Return the tag of a message, if it has one that has not expired."""
        # In any chat: WhatsApp has two ids for a person.
        for tags in self._data["tags"].values():
            for tag, tagged in tags.items():
                if message_id in tagged["message_ids"]:
                    return tag
        return None

    @callback
    def remember(self, chat_id: ChatId, message_id: str, timestamp: float) -> None:
        """Remember what was sent to a chat last, and when that began."""
        self._data["last"][str(chat_id)] = {
            "message_id": message_id,
            "timestamp": timestamp,
        }
        self._save()

    @callback
    def remember_tagged(self, chat_id: ChatId, tag: str, tagged: Tagged) -> None:
        """Remember what a tag names."""
        self._data["tags"].setdefault(str(chat_id), {})[tag] = tagged
        self._save()

    @callback
    def forget(self, chat_id: ChatId, message_id: str) -> None:
        """Forget a message that was deleted."""
        chat = str(chat_id)
        tags = self._data["tags"].get(chat, {})
        last = self._data["last"].get(chat)
        for tag, tagged in list(tags.items()):
            if message_id in tagged["message_ids"]:
                tagged["message_ids"].remove(message_id)
                if not tagged["message_ids"]:
                    del tags[tag]
                elif last and last["message_id"] == message_id:
                    # What went out with it is still there.
                    last["message_id"] = tagged["message_ids"][-1]
        if last and last["message_id"] == message_id:
            del self._data["last"][chat]
        self._save()

    def _expire(self) -> None:
        """Forget the tags whose messages can no longer be edited."""
        tags = self._data["tags"]
        for chat in list(tags):
            tags[chat] = {
                tag: tagged for tag, tagged in tags[chat].items() if is_editable(tagged)
            }
            if not tags[chat]:
                del tags[chat]

    @callback
    def _save(self) -> None:
        # Not put off again by each message, as the store would.
        if not self._to_be_saved and not self._removed:
            self._to_be_saved = True
            self._store.async_delay_save(self._saved_data, _SAVE_DELAY)

    @callback
    def _saved_data(self) -> _Data:
        self._to_be_saved = False
        self._expire()
        return self._data


async def async_sent_messages(hass: HomeAssistant, entry_id: str) -> SentMessages:
    """Return what an instance has sent.

    One for as long as Home Assistant runs: while an entry is loaded anew, messages may
    still be on their way.
    """
    instances = hass.data.setdefault(_INSTANCES, {})
    if (sent := instances.get(entry_id)) is None:
        sent = SentMessages(hass, entry_id)
        await sent.async_load()
        instances[entry_id] = sent
    return sent


async def async_remove_sent_messages(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what an instance has sent, that is removed."""
    sent = await async_sent_messages(hass, entry_id)
    del hass.data[_INSTANCES][entry_id]
    await sent.async_remove()
