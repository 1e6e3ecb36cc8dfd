"""Names and defaults."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

DOMAIN: Final = "green_api"

SUBENTRY_TYPE_CHAT: Final = "chat"

CONF_ACTIONS: Final = "actions"
CONF_ALL_CHATS: Final = "all_chats"
CONF_API_URL: Final = "api_url"
CONF_CHAT: Final = "chat"
CONF_DEFAULT_CHATS: Final = "default_chats"
CONF_EXPIRES_AFTER: Final = "expires_after"
CONF_INSTANCE_ID: Final = "instance_id"
CONF_LID: Final = "lid"
CONF_MEDIA_URL: Final = "media_url"
CONF_ON_OUTAGE: Final = "on_outage"
CONF_PAUSE: Final = "pause_between_chats"
CONF_PHONE: Final = "phone"
CONF_SETTINGS: Final = "settings"
CONF_WEBHOOK_TOKEN: Final = "webhook_token"  # noqa: S105  a name, no secret
SECTION_SENDING: Final = "sending"
SECTION_SERVER: Final = "server"

ATTR_ADDRESS: Final = "address"
ATTR_BEARER: Final = "bearer"
ATTR_CAPTION: Final = "caption"
ATTR_CHAT_ID: Final = "chat_id"
ATTR_COMPANY: Final = "company"
ATTR_COUNT: Final = "count"
ATTR_DEDUPLICATE: Final = "deduplicate"
ATTR_ENTITY: Final = "entity"
ATTR_EXPIRES_AFTER: Final = "expires_after"
ATTR_FILE: Final = "file"
ATTR_FILE_NAME: Final = "file_name"
ATTR_FILES: Final = "files"
ATTR_FIRST_NAME: Final = "first_name"
ATTR_FROM_CHAT_ID: Final = "from_chat_id"
ATTR_IMAGES: Final = "images"
ATTR_LAST_NAME: Final = "last_name"
ATTR_LINK_PREVIEW: Final = "link_preview"
ATTR_LOCATION: Final = "location"
ATTR_MEDIA: Final = "media"
ATTR_MESSAGE_ID: Final = "message_id"
ATTR_MESSAGES: Final = "messages"
ATTR_MIDDLE_NAME: Final = "middle_name"
ATTR_MULTIPLE_ANSWERS: Final = "multiple_answers"
ATTR_ONLY_FOR_ME: Final = "only_for_me"
ATTR_ON_OUTAGE: Final = "on_outage"
ATTR_OPTIONS: Final = "options"
ATTR_OUTBOX_ID: Final = "outbox_id"
ATTR_PATH: Final = "path"
ATTR_PHONE_NUMBER: Final = "phone_number"
ATTR_POLL: Final = "poll"
ATTR_PRIORITY: Final = "priority"
ATTR_QUESTION: Final = "question"
ATTR_QUOTED_MESSAGE_ID: Final = "quoted_message_id"
ATTR_REPLACE: Final = "replace"
ATTR_RETRY_FOR: Final = "retry_for"
ATTR_SEARCH: Final = "search"
ATTR_STATUS: Final = "status"
ATTR_TAG: Final = "tag"
ATTR_TYPE: Final = "type"
ATTR_TYPING_TIME: Final = "typing_time"
ATTR_URL: Final = "url"
ATTR_WAIT_FOR: Final = "wait_for"


class ReceiveMode(StrEnum):
    """How an instance learns what people answer."""

    POLL = "poll"
    WEBHOOK = "webhook"
    OFF = "off"


CONSOLE_URL: Final = "https://console.green-api.com"

# GREEN-API advises to ask for the state about once a minute.
STATE_INTERVAL: Final = timedelta(minutes=1)
# A start takes five minutes, or a moment.
STARTING_INTERVAL: Final = timedelta(seconds=10)
