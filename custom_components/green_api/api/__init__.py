"""Talk to GREEN-API for WhatsApp."""

from .chat_id import ChatId, ChatServer
from .client import GreenApiClient, RateLimits, default_api_url, default_media_url
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
from .models import Contact, InstanceState, NumberCheck, SentMessage, WaSettings

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
    "NumberCheck",
    "PhoneNumberNotInternationalError",
    "RateLimits",
    "SentMessage",
    "WaSettings",
    "default_api_url",
    "default_media_url",
]
