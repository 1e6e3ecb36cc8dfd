"""Phone numbers, group ids and privacy ids, in every common spelling, to one ChatId."""

from dataclasses import dataclass
from enum import StrEnum
import re
from typing import override
import unicodedata

from .exceptions import InvalidChatIdError, PhoneNumberNotInternationalError


class ChatServer(StrEnum):
    """The part of a chat id behind the @: what kind of chat it is."""

    PERSON = "c.us"
    GROUP = "g.us"
    LID = "lid"


# WhatsApp's own software writes a person's address differently than GREEN-API does.
_SERVER_ALIASES = {"s.whatsapp.net": ChatServer.PERSON}

_LOCAL_PART = {
    ChatServer.PERSON: re.compile(r"[1-9]\d{6,15}"),
    # A new group id is one long number; an old one is its creator's number and a time.
    ChatServer.GROUP: re.compile(r"\d{10,25}|\d{5,16}-\d{5,16}"),
    ChatServer.LID: re.compile(r"\d{5,25}"),
}

# What follows the number in a link, such as a text to begin with, is not asked for.
_LINK = re.compile(
    r"(?:tel:|whatsapp:|(?:https?://)?(?:wa\.me|(?:api|web)\.whatsapp\.com))"
    r"/*(?:send/?\?phone=)?(?P<number>[^?&;]*).*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<international>\(?(?:\+|00))?(?P<digits>[\d ().\-/]+)")
# No country code begins with 0, and none with 89, as Russians write mobile numbers at home.
_NATIONAL = re.compile(r"0|89")
_MIN_DIGITS, _MAX_DIGITS = 7, 16


@dataclass(frozen=True, slots=True)
class ChatId:
    """Address a person or a group on WhatsApp, as `<local part>@<server>`.

    https://green-api.com/en/docs/api/chat-id/
    """

    local_part: str
    server: ChatServer

    @override
    def __hash__(self) -> int:
        """Return what is fast, as it is asked for several times with each message."""
        return hash(self.local_part)

    @override
    def __str__(self) -> str:
        """Return the chat id as GREEN-API writes it."""
        return f"{self.local_part}@{self.server}"

    @property
    def is_group(self) -> bool:
        """Return whether this is a group."""
        return self.server is ChatServer.GROUP

    @property
    def display(self) -> str:
        """Return what a person recognises: +79001234567 for a phone number."""
        return f"+{self.local_part}" if self.server is ChatServer.PERSON else str(self)

    @classmethod
    def parse(cls, text: str) -> ChatId:
        """Read a phone number or a chat id as people write and paste them.

        Raises PhoneNumberNotInternationalError for a number without its country code,
        InvalidChatIdError for anything else that is no address.
        """
        text = _normalize(text)
        if "@" in text:
            return cls._from_address(text)
        if link := _LINK.fullmatch(text):
            text = link["number"]
        return cls(_digits(text), ChatServer.PERSON)

    @classmethod
    def _from_address(cls, text: str) -> ChatId:
        local_part, _, domain = text.lower().partition("@")
        try:
            server = _SERVER_ALIASES.get(domain) or ChatServer(domain)
        except ValueError:
            raise InvalidChatIdError("unknown kind of chat id") from None
        if server is ChatServer.PERSON:
            local_part = local_part.removeprefix("+")
        if not _LOCAL_PART[server].fullmatch(local_part):
            raise InvalidChatIdError("malformed chat id")
        return cls(local_part, server)


def _normalize(text: str) -> str:
    """Undo what keyboards and copying do to a number: wide digits, dashes, marks."""
    return "".join(map(_plain, unicodedata.normalize("NFKC", text))).strip()


def _plain(character: str) -> str:
    """Return the ASCII character that is meant; nothing for an invisible mark."""
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Pd":
            return "-"
        case "Cf" | "Cc":
            return ""
        case _:
            return character


def _digits(text: str) -> str:
    """Return the digits of an international phone number."""
    if not (match := _NUMBER.fullmatch(text)):
        raise InvalidChatIdError("not a phone number")
    # +49 (0) 170 …: the bracket is for those who call from inside the country.
    others = r"\(0\)|\D" if match["international"] else r"\D"
    digits = re.sub(others, "", match["digits"])
    if _NATIONAL.match(digits):
        raise PhoneNumberNotInternationalError("country code missing")
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        raise InvalidChatIdError("too few or too many digits")
    return digits
