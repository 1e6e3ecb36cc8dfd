"""Names and defaults."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "green_api"
NAME: Final = "GREEN-API for WhatsApp"

SUBENTRY_TYPE_CHAT: Final = "chat"

CONF_ACTIONS: Final = "actions"
CONF_API_URL: Final = "api_url"
CONF_CHAT: Final = "chat"
CONF_DEFAULT_CHATS: Final = "default_chats"
CONF_INSTANCE_ID: Final = "instance_id"
CONF_MEDIA_URL: Final = "media_url"
CONF_PHONE: Final = "phone"
SECTION_SERVER: Final = "server"

ATTR_CHAT_ID: Final = "chat_id"
ATTR_LINK_PREVIEW: Final = "link_preview"
ATTR_MESSAGE_ID: Final = "message_id"
ATTR_MESSAGES: Final = "messages"
ATTR_QUOTED_MESSAGE_ID: Final = "quoted_message_id"
ATTR_TYPING_TIME: Final = "typing_time"

SERVICE_SEND_MESSAGE: Final = "send_message"

CONSOLE_URL: Final = "https://console.green-api.com"

# GREEN-API advises to ask for the state about once a minute.
STATE_INTERVAL: Final = timedelta(minutes=1)
