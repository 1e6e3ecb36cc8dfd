"""What the actions take, as far as a schema can tell; the rest is told in words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from probatio import Secret
import voluptuous as vol

from homeassistant.components.notify import ATTR_MESSAGE, ATTR_TITLE
from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_LATITUDE,
    ATTR_LONGITUDE,
    ATTR_NAME,
    CONF_PASSWORD,
    CONF_TIMEOUT,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.helpers import config_validation as cv

from .api import MessageStatus
from .const import (
    ATTR_ADDRESS,
    ATTR_BEARER,
    ATTR_CAPTION,
    ATTR_CHAT_ID,
    ATTR_COMPANY,
    ATTR_DEDUPLICATE,
    ATTR_ENTITY,
    ATTR_EXPIRES_AFTER,
    ATTR_FILE_NAME,
    ATTR_FILES,
    ATTR_FIRST_NAME,
    ATTR_LAST_NAME,
    ATTR_LINK_PREVIEW,
    ATTR_MEDIA,
    ATTR_MESSAGE_ID,
    ATTR_MIDDLE_NAME,
    ATTR_MULTIPLE_ANSWERS,
    ATTR_ON_OUTAGE,
    ATTR_OPTIONS,
    ATTR_PATH,
    ATTR_PHONE_NUMBER,
    ATTR_PRIORITY,
    ATTR_QUESTION,
    ATTR_QUOTED_MESSAGE_ID,
    ATTR_REPLACE,
    ATTR_RETRY_FOR,
    ATTR_TAG,
    ATTR_TYPING_TIME,
    ATTR_URL,
    ATTR_WAIT_FOR,
)
from .errors import invalid
from .message_text import whole_characters
from .outbox import OnOutage, Priority

# How long an action waits for a message to arrive, if it does.
_PATIENCE: Final = timedelta(minutes=1)

_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)
_MONTH: Final = timedelta(days=30)

type Fields = dict[Any, Callable[[Any], Any] | type]


def text(value: Any) -> str:
    """Return a text without blanks around it; templates may give a number."""
    return whole_characters(cv.string(value).strip())


def texts(value: Any) -> list[str]:
    """Return one text or several as a list."""
    return [text(each) for each in cv.ensure_list(value)]


def poll_options(value: Any) -> list[str]:
    """Return the options of a poll, which YAML must not take for true and false.

    Raises ServiceValidationError if it has.
    """
    options = cv.ensure_list(value)
    for option in options:
        if isinstance(option, bool):
            raise invalid("poll_option_is_boolean", option=str(option).lower())
    return texts(options)


def duration(value: Any) -> timedelta:
    """Return a duration; Python knows none of 10^300 days."""
    try:
        period: timedelta = cv.time_period(value)
    except OverflowError as err:
        raise vol.Invalid("too long a duration") from err
    return period


def between(least: timedelta, most: timedelta) -> Callable[[Any], timedelta]:
    """Return what takes a duration that is neither shorter nor longer than that."""
    return vol.All(duration, vol.Range(min=least, max=most))


def media(value: Any) -> str:
    """Return the media content id that the media selector gives, or that is written."""
    if isinstance(value, dict):
        value = vol.Schema(
            {vol.Required("media_content_id"): str}, extra=vol.ALLOW_EXTRA
        )(value)["media_content_id"]
    return text(value)


INSTANCE_FIELDS: Final[Fields] = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}

RECIPIENT_FIELDS: Final[Fields] = {
    **cv.ENTITY_SERVICE_FIELDS,
    vol.Optional(ATTR_CHAT_ID): texts,
    **INSTANCE_FIELDS,
}

MESSAGE_FIELDS: Final[Fields] = {
    **RECIPIENT_FIELDS,
    vol.Optional(ATTR_MESSAGE_ID): text,
    vol.Optional(ATTR_TAG): text,
}

OUTAGE_FIELDS: Final[Fields] = {
    vol.Optional(ATTR_ON_OUTAGE): vol.All(
        vol.In([each.value for each in OnOutage]), OnOutage
    ),
    vol.Optional(ATTR_RETRY_FOR): between(timedelta(), _HOUR),
    vol.Optional(ATTR_EXPIRES_AFTER): between(_SECOND, _MONTH),
    vol.Optional(ATTR_PRIORITY, default=Priority.NORMAL): vol.All(
        vol.In([each.value for each in Priority]), Priority
    ),
}

TERMS_FIELDS: Final[Fields] = {
    **OUTAGE_FIELDS,
    vol.Optional(ATTR_TAG): text,
    vol.Optional(ATTR_REPLACE, default=False): cv.boolean,
    vol.Optional(ATTR_DEDUPLICATE): between(_SECOND, _MONTH),
}

WAIT_FIELDS: Final[Fields] = {
    vol.Optional(ATTR_WAIT_FOR): vol.All(
        vol.In([MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ]),
        MessageStatus,
    ),
    vol.Optional(CONF_TIMEOUT, default=_PATIENCE): duration,
}

_QUOTE_FIELDS: Final[Fields] = {vol.Optional(ATTR_QUOTED_MESSAGE_ID): text}

TEXT_FIELDS: Final[Fields] = {
    **_QUOTE_FIELDS,
    vol.Required(ATTR_MESSAGE): cv.string,
    vol.Optional(ATTR_TITLE): cv.string,
    vol.Optional(ATTR_LINK_PREVIEW): cv.boolean,
    vol.Optional(ATTR_TYPING_TIME): duration,
}

WEB_FIELDS: Final[Fields] = {
    vol.Optional(CONF_USERNAME): cv.string,
    vol.Optional(Secret(CONF_PASSWORD)): cv.string,
    vol.Optional(Secret(ATTR_BEARER)): text,
    vol.Optional(CONF_VERIFY_SSL): cv.boolean,
}

FILE_FIELDS: Final[Fields] = {
    **_QUOTE_FIELDS,
    **WEB_FIELDS,
    vol.Optional(ATTR_MEDIA): media,
    vol.Optional(ATTR_PATH): cv.string,
    vol.Optional(Secret(ATTR_URL)): text,
    vol.Optional(ATTR_CAPTION): cv.string,
    vol.Optional(ATTR_FILE_NAME): cv.string,
}

FILES_FIELDS: Final[Fields] = {
    **FILE_FIELDS,
    vol.Optional(ATTR_FILES): vol.All(cv.ensure_list, [FILE_FIELDS]),
}

LOCATION_FIELDS: Final[Fields] = {
    **_QUOTE_FIELDS,
    vol.Optional(ATTR_ENTITY): text,
    vol.Optional(ATTR_LATITUDE): vol.Coerce(float),
    vol.Optional(ATTR_LONGITUDE): vol.Coerce(float),
    vol.Optional(ATTR_NAME): cv.string,
    vol.Optional(ATTR_ADDRESS): cv.string,
}

CONTACT_FIELDS: Final[Fields] = {
    **_QUOTE_FIELDS,
    vol.Required(ATTR_PHONE_NUMBER): text,
    vol.Optional(ATTR_FIRST_NAME): text,
    vol.Optional(ATTR_MIDDLE_NAME): text,
    vol.Optional(ATTR_LAST_NAME): text,
    vol.Optional(ATTR_COMPANY): text,
}

POLL_FIELDS: Final[Fields] = {
    **_QUOTE_FIELDS,
    vol.Required(ATTR_QUESTION): cv.string,
    vol.Required(ATTR_OPTIONS): poll_options,
    vol.Optional(ATTR_MULTIPLE_ANSWERS, default=False): cv.boolean,
}
