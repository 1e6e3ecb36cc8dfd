"""What was sent: the last message to each chat, and those with a tag."""

from datetime import timedelta
from typing import Final, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .api import ChatId
from .const import DOMAIN

# For so long WhatsApp lets a message be edited.
EDIT_WINDOW: Final = timedelta(minutes=15)

_STORAGE_VERSION: Final = 1
_SAVE_DELAY: Final = 10

_INSTANCES: HassKey[dict[str, SentMessages]] = HassKey(f"{DOMAIN}_sent_messages")


class Tagged(TypedDict):
    """The messages that a tag names, and when the first of them was sent."""

    message_ids: list[str]
    texts: bool
    timestamp: float


class _Data(TypedDict):
    """What is stored, by chat id."""

    last: dict[str, str]
    tags: dict[str, dict[str, Tagged]]


class SentMessages:
    """Remember what one instance has sent, also after a restart."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start with nothing."""
        self._store: Store[_Data] = Store(
            hass, _STORAGE_VERSION, f"{DOMAIN}.{entry_id}.sent", private=True
        )
        self._data: _Data = {"last": {}, "tags": {}}
        self._to_be_saved = False

    async def async_load(self) -> None:
        """Read what was stored."""
        if data := await self._store.async_load():
            self._data = data

    async def async_remove(self) -> None:
        """Forget all, for good."""
        await self._store.async_remove()

    def last(self, chat_id: ChatId) -> str | None:
        """Return the id of the last message to a chat."""
        return self._data["last"].get(str(chat_id))

    def tagged(self, chat_id: ChatId, tag: str) -> Tagged | None:
        """Return the messages to a chat that a tag names, until it expires."""
        self._expire()
        return self._data["tags"].get(str(chat_id), {}).get(tag)

    @callback
    def remember(
        self, chat_id: ChatId, message_ids: list[str], tag: str | None, *, texts: bool
    ) -> None:
        """Remember what was just sent; a tag keeps the time of its first message."""
        chat = str(chat_id)
        self._data["last"][chat] = message_ids[-1]
        if tag is not None:
            before = self.tagged(chat_id, tag)
            kept = before is not None and before["message_ids"][0] == message_ids[0]
            self._data["tags"].setdefault(chat, {})[tag] = {
                "message_ids": message_ids,
                "texts": texts,
                "timestamp": before["timestamp"]
                if before and kept
                else dt_util.utcnow().timestamp(),
            }
        self._save()

    @callback
    def forget(self, chat_id: ChatId, message_id: str) -> None:
        """Forget a message that was deleted."""
        chat = str(chat_id)
        if self._data["last"].get(chat) == message_id:
            del self._data["last"][chat]
        tags = self._data["tags"].get(chat, {})
        for tag, tagged in list(tags.items()):
            if message_id in tagged["message_ids"]:
                tagged["message_ids"].remove(message_id)
                if not tagged["message_ids"]:
                    del tags[tag]
        self._save()

    def _expire(self) -> None:
        """Forget the tags whose messages can no longer be edited."""
        oldest = (dt_util.utcnow() - EDIT_WINDOW).timestamp()
        self._data["tags"] = {
            chat: kept
            for chat, tags in self._data["tags"].items()
            if (
                kept := {
                    tag: tagged
                    for tag, tagged in tags.items()
                    if tagged["timestamp"] > oldest
                }
            )
        }

    @callback
    def _save(self) -> None:
        # Not put off again by each message, as the store would.
        if not self._to_be_saved:
            self._to_be_saved = True
            self._store.async_delay_save(self._saved_data, _SAVE_DELAY)

    @callback
    def _saved_data(self) -> _Data:
        self._to_be_saved = False
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
