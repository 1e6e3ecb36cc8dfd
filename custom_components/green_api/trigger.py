"""Triggers: a message was received, and something became of a message that was sent."""

from collections.abc import Iterable
import re
from typing import ClassVar, Final, override

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, CONF_OPTIONS, CONF_TARGET, CONF_TYPE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType

from .api import ChatId, InvalidChatIdError, MessageType
from .chat_filter import ChatFilter, hears_all, same_chat
from .const import (
    ATTR_CHAT_ID,
    ATTR_MESSAGE_ID,
    ATTR_OUTBOX_ID,
    ATTR_STATUS,
    ATTR_TAG,
    ATTR_TYPE,
)
from .deliveries import SIGNAL_DELIVERY, Delivery
from .event import DELIVERY_TYPES
from .receiver import SIGNAL_CHAT_EVENT, ChatEvent
from .recipients import async_entity_id

CONF_CHATS: Final = "chats"
CONF_CONTAINS: Final = "contains"
CONF_FROM: Final = "from"
CONF_FROM_ME: Final = "from_me"
CONF_MATCHES: Final = "matches"

# Home Assistant stands still while an expression is searched for, and for many that takes
# the square or the cube of the length: so only in so many characters.
SEARCHED: Final = 500

# What templates ask for is there, also where a message does not have it.
_ALWAYS_THERE: Final = ("text", "sender", "sender_name", "quoted_message_id")


def _address(value: object) -> str:
    """Validate a phone number or a chat id."""
    text = cv.string(value)
    try:
        return str(ChatId.parse(text))
    except InvalidChatIdError as err:
        error = f"{text!r} is no phone number with its country code, and no chat id"
        raise vol.Invalid(error) from err


def _expression(value: object) -> str:
    """Validate a regular expression."""
    text = cv.string(value)
    try:
        re.compile(text)
    except re.PatternError as err:
        error = f"{text!r} is no regular expression: {err}"
        raise vol.Invalid(error) from err
    return text


def _some_of(names: Iterable[str]) -> object:
    """Return a validator for one or several of some names."""
    return vol.All(cv.ensure_list, [vol.In(list(names))])


class GreenApiTrigger(Trigger):
    """What the triggers have in common: the chats that they are for."""

    _own_options: ClassVar[VolDictType]

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the configuration; the chats that it names may come later."""
        schema = vol.Schema(
            {
                vol.Optional(CONF_TARGET, default=dict): cv.TARGET_FIELDS,
                vol.Optional(CONF_OPTIONS, default=dict): {
                    vol.Optional(CONF_CHATS, default=list): vol.All(
                        cv.ensure_list, [cv.string]
                    ),
                    **cls._own_options,
                },
            }
        )
        validated: ConfigType = schema(config)
        return validated

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        self._options = config.options or {}
        self._chats = ChatFilter(hass, config.target or {}, self._options[CONF_CHATS])

    @callback
    def _entry(self, entry_id: str) -> ConfigEntry:
        return self._hass.config_entries.async_get_known_entry(entry_id)

    @callback
    def _entity_id(self, entry: ConfigEntry, chat: str | None) -> str | None:
        """Return the notify entity of a chat."""
        if chat is None:
            return None
        return async_entity_id(self._hass, entry, entry.subentries[chat])


class MessageReceivedTrigger(GreenApiTrigger):
    """Trigger when somebody writes, or does something else in a chat."""

    _own_options: ClassVar[VolDictType] = {
        vol.Optional(CONF_FROM, default=list): vol.All(cv.ensure_list, [_address]),
        vol.Optional(CONF_TYPE, default=list): _some_of(MessageType),
        vol.Optional(CONF_CONTAINS, default=""): cv.string,
        vol.Optional(CONF_MATCHES, default=""): _expression,
        vol.Optional(CONF_FROM_ME, default=False): cv.boolean,
    }

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        self._senders = set(self._options[CONF_FROM])
        self._types = set(self._options[CONF_TYPE] or MessageType)
        self._contains: str = self._options[CONF_CONTAINS].casefold()
        self._matches = re.compile(self._options[CONF_MATCHES])
        self._from_me: bool = self._options[CONF_FROM_ME]

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen."""

        @callback
        def async_hear(entry_id: str, chat: str | None, event: ChatEvent) -> None:
            entry = self._entry(entry_id)
            # What strangers write is only for those who want to hear it.
            if chat is None and not hears_all(entry):
                return
            if not self._fits(entry, event):
                return
            if self._chats.includes(entry, chat, event.chat_id):
                run_action(
                    {
                        **dict.fromkeys(_ALWAYS_THERE),
                        **event.attributes,
                        ATTR_TYPE: event.type.value,
                        ATTR_ENTITY_ID: self._entity_id(entry, chat),
                    },
                    f"message from {_name(entry, chat)}",
                )

        return async_dispatcher_connect(
            self._hass, SIGNAL_CHAT_EVENT.everywhere, async_hear
        )

    @callback
    def _fits(self, entry: ConfigEntry, event: ChatEvent) -> bool:
        """Return whether it is the kind of message, whatever the chat."""
        text = event.text or ""
        return bool(
            event.from_me == self._from_me
            and event.type in self._types
            and (not self._senders or self._senders & same_chat(entry, event.sender))
            and self._contains in text.casefold()
            and self._matches.search(text[:SEARCHED])
        )


class MessageStatusTrigger(GreenApiTrigger):
    """Trigger when something became of a message that was sent."""

    _own_options: ClassVar[VolDictType] = {
        vol.Optional(ATTR_STATUS, default=list): _some_of(DELIVERY_TYPES),
        vol.Optional(ATTR_TAG, default=""): cv.string,
    }

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        self._statuses = set(self._options[ATTR_STATUS] or DELIVERY_TYPES)
        self._tag: str = self._options[ATTR_TAG]

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen."""

        @callback
        def async_hear(entry_id: str, chat: str | None, delivery: Delivery) -> None:
            entry = self._entry(entry_id)
            if delivery.status not in self._statuses:
                return
            if self._tag and delivery.tag != self._tag:
                return
            # Who is named is no stranger: Home Assistant has written to them.
            if self._chats.includes(entry, chat, delivery.chat_id):
                run_action(
                    {
                        ATTR_MESSAGE_ID: delivery.message_id,
                        ATTR_CHAT_ID: delivery.chat_id,
                        ATTR_STATUS: str(delivery.status),
                        # Home Assistant's `description` is that of the trigger.
                        "reason": delivery.description,
                        ATTR_OUTBOX_ID: delivery.outbox_id,
                        ATTR_TAG: delivery.tag,
                        ATTR_ENTITY_ID: self._entity_id(entry, chat),
                    },
                    f"message to {_name(entry, chat)} {delivery.status}",
                )

        return async_dispatcher_connect(
            self._hass, SIGNAL_DELIVERY.everywhere, async_hear
        )


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return {
        "message_received": MessageReceivedTrigger,
        "message_status": MessageStatusTrigger,
    }


def _name(entry: ConfigEntry, chat: str | None) -> str:
    return entry.subentries[chat].title if chat else f"another chat of {entry.title}"
