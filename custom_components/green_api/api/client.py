"""GREEN-API, one coroutine per method."""

from aiohttp import ClientSession

from .methods.account import AccountMethods
from .methods.chats import ChatMethods
from .methods.receiving import ReceivingMethods
from .methods.sending import SendingMethods
from .pace import Pace
from .rate_limits import RateLimits
from .transport import Transport


class GreenApiClient(AccountMethods, SendingMethods, ChatMethods, ReceivingMethods):
    """Talk to one GREEN-API instance.

    Every method raises a GreenApiError: GreenApiConnectionError, GreenApiRateLimitError
    and GreenApiStartingError when it certainly did nothing and may work later,
    GreenApiAuthenticationError, GreenApiWrongServerError and GreenApiInstanceGoneError
    for the credentials, and those that its own text names.

    https://green-api.com/en/docs/api/
    """

    def __init__(  # noqa: PLR0913  who it is, and where
        self,
        session: ClientSession,
        instance_id: str,
        token: str,
        *,
        api_url: str = "",
        media_url: str = "",
        limits: RateLimits | None = None,
    ) -> None:
        """Take the session, the credentials and where the instance is served.

        Without URLs, those that GREEN-API usually gives to the instance are taken.

        Raises InvalidUrlError for a URL that is no server's.
        """
        self.instance_id = instance_id
        self._limits = limits or RateLimits()
        self._transport = Transport(
            session,
            instance_id,
            token,
            api_url=api_url,
            media_url=media_url,
            limits=self._limits,
        )

    def pace(self, method: str) -> Pace:
        """Return the pace to wait for before a method; all who share the limits do."""
        return self._limits.pace(method)
