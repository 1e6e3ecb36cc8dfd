"""What can go wrong with GREEN-API.

No text here carries a URL, a token or a body: GREEN-API puts the token into the path of
every request and repeats that path in some of its answers.
"""


class GreenApiError(Exception):
    """Something went wrong with GREEN-API."""


class GreenApiConnectionError(GreenApiError):
    """There is no connection: the request certainly did not arrive."""

    def __init__(self, text: str, *, gave_up: bool = False) -> None:
        """Tell whether a gateway gave up waiting for an answer, too."""
        super().__init__(text)
        self.gave_up = gave_up


class GreenApiOutcomeUnknownError(GreenApiError):
    """The request left and no usable answer came: it may have been carried out."""


class GreenApiRateLimitError(GreenApiError):
    """The method was called too often; nothing was carried out (429)."""


class GreenApiStartingError(GreenApiError):
    """The instance is starting, for up to five minutes; nothing was carried out."""


class GreenApiAuthenticationError(GreenApiError):
    """The token is refused (401)."""


class GreenApiWrongServerError(GreenApiError):
    """The server does not serve the instance (403)."""


class GreenApiInstanceGoneError(GreenApiError):
    """The instance has expired or was deleted."""


class GreenApiNotLinkedError(GreenApiError):
    """The instance is linked to no phone."""


class GreenApiSuspendedError(GreenApiError):
    """WhatsApp has suspended the account for a while."""


class GreenApiWebhookSetError(GreenApiError):
    """Notifications go to a webhook, not into the queue."""


class GreenApiQuotaError(GreenApiError):
    """The plan's quota is used up until the first of next month (466)."""

    def __init__(self, chat_ids: tuple[str, ...] = ()) -> None:
        """Keep the chats that the quota still covers; none when a method ran out."""
        super().__init__("quota is used up")
        self.chat_ids = chat_ids


class GreenApiValidationError(GreenApiError):
    """GREEN-API finds a parameter wrong (400); the text is its own reason."""


class GreenApiResponseError(GreenApiError):
    """The answer is none of GREEN-API's; the text is the HTTP status."""


class InvalidChatIdError(ValueError):
    """The text is neither a phone number nor a chat id."""


class PhoneNumberNotInternationalError(InvalidChatIdError):
    """The phone number lacks its country code."""


class InvalidUrlError(ValueError):
    """The text is no address of a server."""
