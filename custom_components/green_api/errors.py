"""What GREEN-API's errors mean to a person: exception -> translated Home Assistant error."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_cached_translations

from .api import (
    ChatId,
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
    GreenApiWebhookSetError,
    GreenApiWrongServerError,
    InvalidChatIdError,
    MessageStatus,
    PhoneNumberNotInternationalError,
)
from .const import DOMAIN

_TRANSLATION_KEYS: Final[Mapping[type[Exception], str]] = {
    GreenApiAuthenticationError: "invalid_auth",
    GreenApiConnectionError: "cannot_connect",
    GreenApiInstanceGoneError: "instance_gone",
    GreenApiNotLinkedError: "not_linked",
    GreenApiOutcomeUnknownError: "outcome_unknown",
    GreenApiRateLimitError: "rate_limited",
    GreenApiStartingError: "starting",
    GreenApiSuspendedError: "suspended",
    GreenApiWebhookSetError: "foreign_webhook",
    GreenApiWrongServerError: "wrong_server",
}


def api_error(
    error: GreenApiError, name_of: Callable[[ChatId], str] = attrgetter("display")
) -> HomeAssistantError:
    """Return what a person is told of an error of GREEN-API, with names for its chats."""
    match error:
        case GreenApiQuotaError(chat_ids=()):
            return translated("quota_exceeded")
        case GreenApiQuotaError():
            chats = ", ".join(name_of(ChatId.parse(each)) for each in error.chat_ids)
            return translated("quota_exceeded_chats", chats=chats)
        case GreenApiValidationError():
            return translated("rejected", reason=_reason(error))
        case GreenApiResponseError():
            return translated("unexpected_answer", status=str(error))
    return translated(_TRANSLATION_KEYS[type(error)])


def change_error(
    error: GreenApiValidationError, not_found: HomeAssistantError | None
) -> HomeAssistantError:
    """Return what a person is told of a change that GREEN-API refuses."""
    reason = _reason(error)
    if not_found and "notfound" in reason.replace(" ", "").lower():
        return not_found
    return translated("change_rejected", reason=reason)


def _reason(error: GreenApiValidationError) -> str:
    """Return GREEN-API's own words, as a part of a sentence."""
    return str(error).rstrip(".")


def flow_error_key(error: GreenApiError) -> str:
    """Return what a form says is wrong."""
    match error:
        case GreenApiResponseError():
            return "wrong_server"
        case (
            GreenApiValidationError() | GreenApiQuotaError() | GreenApiSuspendedError()
        ):
            return "unknown"
    return _TRANSLATION_KEYS[type(error)]


def chat_error(text: str, error: InvalidChatIdError) -> ServiceValidationError:
    """Return what a person is told of a phone number or chat id that is none."""
    if isinstance(error, PhoneNumberNotInternationalError):
        return invalid("not_international", chat=text)
    return invalid("invalid_chat", chat=text)


def translated(key: str, **placeholders: str) -> HomeAssistantError:
    """Return an error that is not the caller's fault."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return an error of the caller's, raised before anything is sent."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@callback
def describe(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return the text of an error in the language of the house.

    For texts that become a part of another; by itself an error is put into the reader's
    language by the frontend.
    """
    translations = async_get_cached_translations(
        hass, hass.config.language, "exceptions", DOMAIN
    )
    text = translations.get(
        f"component.{DOMAIN}.exceptions.{error.translation_key}.message"
    )
    if error.translation_domain != DOMAIN or text is None:
        return str(error)
    return text.format(**(error.translation_placeholders or {}))


@callback
def describe_status(hass: HomeAssistant, status: MessageStatus | None) -> str:
    """Return what became of a message, in the language of the house."""
    key = status or "pending"
    translations = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return translations.get(
        f"component.{DOMAIN}.selector.message_status.options.{key}", key
    )
