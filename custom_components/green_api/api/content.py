"""What may be in a message beside its text: files, places, contacts, votes, buttons.

All of it is read from the shape that GREEN-API's journals have.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
import re
from typing import override

from .chat_id import ChatId
from .exceptions import InvalidChatIdError
from .models import JsonObject
from .reading import chat_id, number, object_in, objects_in, text_in


@dataclass(frozen=True, slots=True, repr=False)
class Discreet:
    """What may stand in a log: its repr has nobody's text, name, number or place."""

    @override
    def __repr__(self) -> str:
        """Return the kind of thing that it is: of its fields, those with few choices."""
        told = (
            f"{each.name}={value}"
            for each in fields(self)
            if isinstance(value := getattr(self, each.name), StrEnum | bool | Discreet)
        )
        return f"{type(self).__name__}({', '.join(told)})"


@dataclass(frozen=True, slots=True, repr=False)
class Media(Discreet):
    """A file in a message; without a URL, GREEN-API does not have it."""

    name: str | None
    mime_type: str | None
    url: str | None

    @classmethod
    def from_answer(cls, item: JsonObject) -> Media | None:
        """Read the file of a message that has one."""
        url, name = text_in(item, "downloadUrl"), text_in(item, "fileName")
        if not url and not name:
            return None
        # In place of a file that it does not have, the API puts a mark like {{SWE002}}.
        return cls(
            name=name,
            mime_type=text_in(item, "mimeType"),
            url=url if url and url.startswith(("https://", "http://")) else None,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Place(Discreet):
    """A location in a message, in degrees."""

    latitude: float
    longitude: float
    name: str | None
    address: str | None

    @classmethod
    def from_answer(cls, item: JsonObject) -> Place | None:
        """Read the location of a message that has one."""
        if not (location := object_in(item, "location")):
            return None
        latitude = number(location.get("latitude"), limit=90)
        longitude = number(location.get("longitude"), limit=180)
        if latitude is None or longitude is None:
            return None
        return cls(
            latitude=latitude,
            longitude=longitude,
            name=text_in(location, "nameLocation"),
            address=text_in(location, "address"),
        )


@dataclass(frozen=True, slots=True, repr=False)
class SharedContact(Discreet):
    """Somebody whose numbers were passed on; as +79001234567 where that can be told."""

    name: str | None
    phones: tuple[str, ...]

    @classmethod
    def from_answer(cls, item: JsonObject) -> tuple[SharedContact, ...]:
        """Read the contacts of a message: one, or many in one of two places."""
        cards = [
            object_in(item, "contact"),
            *objects_in(item, "contacts"),
            *objects_in(object_in(item, "messageData"), "contacts"),
        ]
        if not any(cards):
            return ()
        contacts = (
            cls(
                name=text_in(card, "displayName"),
                phones=tuple(dict.fromkeys(_phones(text_in(card, "vcard") or ""))),
            )
            for card in cards
        )
        return tuple(each for each in contacts if each.name or each.phones)


@dataclass(frozen=True, slots=True, repr=False)
class Vote(Discreet):
    """An option of a poll, and the chat ids of those who chose it."""

    option: str
    voters: tuple[str, ...]

    @classmethod
    def from_poll(cls, poll: JsonObject) -> tuple[Vote, ...]:
        """Read what a poll's votes have come to."""
        return tuple(
            cls(option=option, voters=tuple(_voters(vote)))
            for vote in objects_in(poll, "votes")
            if (option := text_in(vote, "optionName"))
        )


# By the kinds of buttons that there have been, and lists, which are the same to people.
BUTTON_PARTS = (
    "templateButtonReplyMessage",
    "templateButtonsReplyMessage",
    "interactiveButtonsResponse",
    "buttonsResponseMessage",
    "listResponseMessage",
)


@dataclass(frozen=True, slots=True, repr=False)
class Button(Discreet):
    """The button that was pressed, or the row of a list that was chosen."""

    id: str | None
    text: str | None
    index: int | None

    @classmethod
    def from_answer(cls, item: JsonObject) -> Button | None:
        """Read the button of an answer, in any of the API's spellings."""
        if not (part := button_part(item)):
            return None
        index = text_in(part, "selectedIndex") or ""
        return cls(
            id=text_in(part, "selectedId")
            or text_in(part, "selectedButtonId")
            or text_in(part, "singleSelectReply")
            or text_in(object_in(part, "singleSelectReply"), "selectedRowId"),
            text=text_in(part, "selectedDisplayText")
            or text_in(part, "selectedButtonText")
            or text_in(part, "title"),
            index=int(index) if re.fullmatch(r"[0-9]{1,4}", index) else None,
        )


def button_part(item: JsonObject) -> JsonObject:
    """Return the part of a message that tells of a button."""
    for key in BUTTON_PARTS:
        if key in item and (part := object_in(item, key)):
            return part
    return {}


def poll_options(poll: JsonObject) -> tuple[str, ...]:
    """Return what a poll lets one choose from."""
    options = objects_in(poll, "options")
    return tuple(name for each in options if (name := text_in(each, "optionName")))


def _voters(vote: JsonObject) -> Iterator[str]:
    voters = vote.get("optionVoters")
    for each in voters if isinstance(voters, list) else []:
        if voter := chat_id(each):
            yield voter


def _phones(vcard: str) -> Iterator[str]:
    """Yield the phone numbers of a vCard: WhatsApp's own, else what was typed."""
    # A line that begins with a space goes on with the one before.
    for line in re.sub(r"\r?\n[ \t]", "", vcard).splitlines():
        head, _, number = line.partition(":")
        name, *parameters = head.split(";")
        if name.rpartition(".")[2].strip().upper() != "TEL":
            continue
        given = dict(each.lower().split("=", 1) for each in parameters if "=" in each)
        typed = number.strip()
        if phone := _international(given.get("waid", "")) or _international(typed):
            yield phone
        elif typed:
            yield typed


def _international(phone: str) -> str | None:
    with suppress(InvalidChatIdError):
        return ChatId.parse(phone).display
    return None
