"""Keep secrets out of the logs.

GREEN-API has the token in the path of every URL. This integration logs no URL, but what
it stands on may: the HTTP stack in its debug messages, and any traceback through it. So
records are scrubbed on their way out, as in Home Assistant's Telegram integration. And
when its debug messages are on, Home Assistant itself logs the data of every action,
with the password for a camera in it, or the link to a picture that somebody sent.
"""

from collections import Counter
import logging
import re
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, callback

_REDACTED: Final = "**REDACTED**"

# The actions that take credentials, and how these look in a log: as JSON or a dict, as
# Home Assistant writes events, and in a URL.
_DOWNLOAD: Final = "download_media"
_ACTIONS: Final = ("send_file", "notify", _DOWNLOAD)
_CREDENTIALS: Final = re.compile(
    # However it goes on, to the end: a value may look like what comes behind it.
    r"""(["']?\b(?:password|bearer)["']?\s*[:=]).*"""
    # With a slash, a colon or an "@" that should be escaped, or without a scheme.
    r"""|(://)[^\s"']*@"""
    r"""|([\s"'=])[^\s"'=:/]+:(?!//)[^\s"']*@"""
    r"""|(://[^\s"'?,]*\?)[^\s"',)}\]]+""",
    re.DOTALL,
)
# Who knows the path of such a link, has the file; which server it is, may be told.
_LINKS: Final = re.compile(r"""(://[^\s"'/?#]*)[^\s"']+""")


class TokenRedactingFilter(logging.Filter):
    """Replace tokens in log records with a placeholder."""

    def __init__(self) -> None:
        """Start with no tokens."""
        super().__init__()
        # Two may need the same one: an entry, and a flow that looks after it.
        self._users: Counter[str] = Counter()
        # Replaced as a whole, as other threads read it while they log.
        self._tokens: frozenset[str] = frozenset()

    def add(self, token: str) -> None:
        """Redact a token once more."""
        self._users[token] += 1
        self._tokens = frozenset(self._users)

    def remove(self, token: str) -> None:
        """Redact a token once less."""
        self._users[token] -= 1
        self._users = +self._users
        self._tokens = frozenset(self._users)

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the message, the traceback and the stack of a record."""
        message = _message(record)
        if message != (redacted := self._redact(message)):
            record.msg, record.args = redacted, None
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            if traceback != (redacted := self._redact(traceback)):
                # As finished text, so that no handler writes the exception out again.
                record.exc_text, record.exc_info = redacted, None
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        return True

    def _redact(self, text: str) -> str:
        for token in filter(None, self._tokens):
            text = text.replace(token, _REDACTED)
        if any(action in text for action in _ACTIONS):
            text = _CREDENTIALS.sub(
                lambda match: f"{next(filter(None, match.groups()))}{_REDACTED}", text
            )
        if _DOWNLOAD in text:
            text = _LINKS.sub(rf"\1/{_REDACTED}", text)
        return text


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record; none if its arguments do not fit.

    That is a mistake of whoever logged it, and reported by the handler: an error in a
    filter would end what was going on instead.
    """
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  as said above
        return ""


_FILTER = TokenRedactingFilter()


@callback
def async_redact_credentials() -> None:
    """Redact what the actions of this integration are given to log in with."""
    # On the handlers of the root logger, which see every record. A logger's own filters
    # see only what is logged through that very logger.
    for handler in logging.getLogger().handlers:
        handler.addFilter(_FILTER)


@callback
def async_redact_token(token: str) -> CALLBACK_TYPE:
    """Redact a token in every log record, too, until the returned function is called."""
    async_redact_credentials()
    _FILTER.add(token)

    @callback
    def stop() -> None:
        _FILTER.remove(token)

    return stop
