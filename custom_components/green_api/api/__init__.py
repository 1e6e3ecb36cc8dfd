"""Talk to GREEN-API for WhatsApp."""

from .chat_id import ChatId, ChatServer
from .client import GreenApiClient
from .exceptions import (
    GreenApiAuthenticationError,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiInstanceGoneError,
    GreenApiNotLinkedError,
    GreenApiOutcomeUnknownError,
    GreenApiQuotaError,
    GreenApiRateLimitError,
    GreenApiResponseError,
    GreenApiStartingError,
    GreenApiSuspendedError,
    GreenApiValidationError,
    GreenApiWrongServerError,
    InvalidChatIdError,
    InvalidUrlError,
    PhoneNumberNotInternationalError,
)
from .journal import JournalMessage, MessageType
from .models import (
    Contact,
    InstanceState,
    NumberCheck,
    SentMessage,
    UploadedFile,
    WaSettings,
)
from .rate_limits import RateLimits
from .transport import default_api_url, default_media_url

__all__ = [
    "ChatId",
    "ChatServer",
    "Contact",
    "GreenApiAuthenticationError",
    "GreenApiClient",
    "GreenApiConnectionError",
    "GreenApiError",
    "GreenApiInstanceGoneError",
    "GreenApiNotLinkedError",
    "GreenApiOutcomeUnknownError",
    "GreenApiQuotaError",
    "GreenApiRateLimitError",
    "GreenApiResponseError",
    "GreenApiStartingError",
    "GreenApiSuspendedError",
    "GreenApiValidationError",
    "GreenApiWrongServerError",
    "InstanceState",
    "InvalidChatIdError",
    "InvalidUrlError",
    "JournalMessage",
    "MessageType",
    "NumberCheck",
    "PhoneNumberNotInternationalError",
    "RateLimits",
    "SentMessage",
    "UploadedFile",
    "WaSettings",
    "default_api_url",
    "default_media_url",
]
