"""Which chat a chat id means: WhatsApp has two for a person."""

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..api import (
    ChatId,
    ChatServer,
    GreenApiClient,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiRateLimitError,
    GreenApiStartingError,
    InvalidChatIdError,
)
from ..const import CONF_CHAT, CONF_LID, SUBENTRY_TYPE_CHAT


class Chats:
    """Find the configured chats of an instance."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, client: GreenApiClient
    ) -> None:
        """Take the instance."""
        self._hass = hass
        self._entry = entry
        self._client = client
        # Whose other id could not be had; asked for anew after the next start only, as
        # there are 100 such questions a month.
        self._asked: set[str] = set()

    async def async_find(self, chat_id: str) -> str | None:
        """Return the id of the subentry of a chat, None if it is not configured."""
        if found := self._find(chat_id):
            return found
        if _server(chat_id) is ChatServer.LID:
            # It hides a phone number; maybe that of a chat which was added without
            # asking WhatsApp.
            for chat in self._entry.get_subentries_of_type(SUBENTRY_TYPE_CHAT):
                await self._async_learn_lid(chat)
                if found := self._find(chat_id):
                    return found
        return None

    def _find(self, chat_id: str) -> str | None:
        # All of its subentries are chats.
        for subentry_id, chat in self._entry.subentries.items():
            if chat_id in (chat.data[CONF_CHAT], chat.data.get(CONF_LID)):
                return subentry_id
        return None

    async def _async_learn_lid(self, chat: ConfigSubentry) -> None:
        if (
            CONF_LID in chat.data
            or chat.subentry_id in self._asked
            or _server(chat.data[CONF_CHAT]) is not ChatServer.PERSON
        ):
            return
        self._asked.add(chat.subentry_id)
        chat_id = chat.data[CONF_CHAT]
        try:
            check = await self._client.check_whatsapp(ChatId.parse(chat_id))
        except (
            GreenApiConnectionError,
            GreenApiRateLimitError,
            GreenApiStartingError,
        ):
            self._asked.discard(chat.subentry_id)
            return
        except GreenApiError:
            # Then it stays a stranger's; the next start asks again.
            return
        if (
            chat.subentry_id not in self._entry.subentries
            or chat.data[CONF_CHAT] != chat_id
        ):
            # Somebody has removed or changed it meanwhile.
            return
        self._hass.config_entries.async_update_subentry(
            self._entry, chat, data={**chat.data, CONF_LID: check.lid}
        )


def _server(chat_id: str) -> ChatServer | None:
    try:
        return ChatId.parse(chat_id).server
    except InvalidChatIdError:
        return None
