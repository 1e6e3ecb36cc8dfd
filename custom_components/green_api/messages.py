"""What can be sent: each kind of message, checked, and how it is handed to GREEN-API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final, Protocol, TypeIs

from .api import ChatId, ChatServer, GreenApiClient, InvalidChatIdError
from .errors import chat_error, invalid
from .message_text import MAX_TEXT_LENGTH, compose, is_blank, length, split

MIN_TYPING_TIME: Final = timedelta(seconds=1)
MAX_TYPING_TIME: Final = timedelta(seconds=20)

MAX_CAPTION_LENGTH: Final = 1024
MAX_QUESTION_LENGTH: Final = 255
MAX_OPTION_LENGTH: Final = 100
MIN_OPTIONS: Final = 2
MAX_OPTIONS: Final = 12
MAX_LATITUDE: Final = 90
MAX_LONGITUDE: Final = 180


class Message(Protocol):
    """Something to send to a chat with one call of a method."""

    method: ClassVar[str]

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send it, and return the message ids it got."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What may answer a message in the same chat."""

    quoted_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class TextMessage(Reply):
    """One message with a text."""

    method: ClassVar = "sendMessage"
    text: str
    link_preview: bool | None = None
    typing_time: timedelta | None = None

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send the text."""
        sent = await client.send_message(
            chat_id,
            self.text,
            quoted_message_id=self.quoted_message_id,
            link_preview=self.link_preview,
            typing_time=self.typing_time,
        )
        return [sent.message_id]


def are_texts(messages: Sequence[Message]) -> TypeIs[Sequence[TextMessage]]:
    """Return whether messages are nothing but texts."""
    return all(isinstance(message, TextMessage) for message in messages)


def text_messages(
    message: str,
    title: str | None = None,
    *,
    quoted_message_id: str | None = None,
    link_preview: bool | None = None,
    typing_time: timedelta | None = None,
) -> tuple[TextMessage, ...]:
    """Return a text under its title, in as many messages as it takes.

    Raises ServiceValidationError for a message that is blank, for a text that is too
    long altogether, and for more than 20 s of typing or less than one.
    """
    if is_blank(message):
        raise invalid("empty_message")
    if typing_time is not None and not (
        MIN_TYPING_TIME <= typing_time <= MAX_TYPING_TIME
    ):
        raise invalid("invalid_typing_time")
    # Templates end in a line break, which WhatsApp would show.
    text = compose(message.rstrip(), title)
    # Most texts are so short that they need no counting.
    if 2 * len(text) > MAX_TEXT_LENGTH and (units := length(text)) > MAX_TEXT_LENGTH:
        raise invalid("message_too_long", length=str(units), limit=str(MAX_TEXT_LENGTH))
    first, *others = split(text)
    return (
        # One quotes once, and is seen typing once.
        TextMessage(
            first,
            link_preview,
            typing_time,
            quoted_message_id=quoted_message_id,
        ),
        *(TextMessage(each, link_preview) for each in others),
    )


@dataclass(frozen=True, slots=True)
class FileMessage(Reply):
    """A file that GREEN-API already has."""

    method: ClassVar = "sendFileByUrl"
    url: str
    name: str
    caption: str | None = None

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send the file."""
        sent = await client.send_file_by_url(
            chat_id,
            self.url,
            self.name,
            caption=self.caption,
            quoted_message_id=self.quoted_message_id,
        )
        return [sent.message_id]


@dataclass(frozen=True, slots=True)
class LocationMessage(Reply):
    """A place on the map."""

    method: ClassVar = "sendLocation"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        """Raise ServiceValidationError for a place that is not on Earth."""
        if not (
            abs(self.latitude) <= MAX_LATITUDE and abs(self.longitude) <= MAX_LONGITUDE
        ):
            raise invalid(
                "invalid_coordinates",
                latitude=str(self.latitude),
                longitude=str(self.longitude),
            )

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send the place."""
        sent = await client.send_location(
            chat_id,
            self.latitude,
            self.longitude,
            name=self.name,
            address=self.address,
            quoted_message_id=self.quoted_message_id,
        )
        return [sent.message_id]


@dataclass(frozen=True, slots=True)
class ContactMessage(Reply):
    """A contact card."""

    method: ClassVar = "sendContact"
    phone_number: int
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    company: str | None = None

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send the card."""
        sent = await client.send_contact(
            chat_id,
            self.phone_number,
            first_name=self.first_name,
            middle_name=self.middle_name,
            last_name=self.last_name,
            company=self.company,
            quoted_message_id=self.quoted_message_id,
        )
        return [sent.message_id]


def contact_message(  # noqa: PLR0913  one for each field
    phone_number: str,
    *,
    first_name: str | None = None,
    middle_name: str | None = None,
    last_name: str | None = None,
    company: str | None = None,
    quoted_message_id: str | None = None,
) -> ContactMessage:
    """Return a contact card for a phone number as people write it.

    Raises ServiceValidationError for what is no phone number, and without a name.
    """
    if all(is_blank(name or "") for name in (first_name, middle_name, last_name)):
        raise invalid("contact_without_name")
    return ContactMessage(
        int(phone_number_of(phone_number).local_part),
        first_name,
        middle_name,
        last_name,
        company,
        quoted_message_id=quoted_message_id,
    )


def phone_number_of(text: str) -> ChatId:
    """Return a person's address, which is their phone number.

    Raises ServiceValidationError for anything else.
    """
    try:
        chat_id = ChatId.parse(text)
    except InvalidChatIdError as err:
        raise chat_error(text, err) from err
    if chat_id.server is not ChatServer.PERSON:
        raise invalid("no_phone_number", text=text)
    return chat_id


@dataclass(frozen=True, slots=True)
class PollMessage(Reply):
    """A question with answers to choose from."""

    method: ClassVar = "sendPoll"
    question: str
    options: tuple[str, ...]
    multiple_answers: bool = False

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Send the poll."""
        sent = await client.send_poll(
            chat_id,
            self.question,
            self.options,
            multiple_answers=self.multiple_answers,
            quoted_message_id=self.quoted_message_id,
        )
        return [sent.message_id]


def poll_message(
    question: str,
    options: Sequence[str],
    *,
    multiple_answers: bool = False,
    quoted_message_id: str | None = None,
) -> PollMessage:
    """Return a poll.

    Raises ServiceValidationError for a question or an option that is blank or too long,
    for options that are equal, and for too few or too many of them.
    """
    question = compose(question.strip(), None)
    answers = tuple(compose(option.strip(), None) for option in options)
    if is_blank(question) or any(map(is_blank, answers)):
        raise invalid("poll_blank")
    if length(question) > MAX_QUESTION_LENGTH:
        raise invalid(
            "poll_question_too_long",
            length=str(length(question)),
            limit=str(MAX_QUESTION_LENGTH),
        )
    if not MIN_OPTIONS <= len(answers) <= MAX_OPTIONS:
        raise invalid("poll_options_number", number=str(len(answers)))
    for number, answer in enumerate(answers):
        if length(answer) > MAX_OPTION_LENGTH:
            raise invalid(
                "poll_option_too_long", option=answer, limit=str(MAX_OPTION_LENGTH)
            )
        if answer in answers[:number]:
            raise invalid("poll_options_equal", option=answer)
    return PollMessage(
        question, answers, multiple_answers, quoted_message_id=quoted_message_id
    )


@dataclass(frozen=True, slots=True)
class ForwardedMessages:
    """Messages of another chat of the same instance."""

    method: ClassVar = "forwardMessages"
    from_chat_id: ChatId
    message_ids: tuple[str, ...]

    async def async_send(self, client: GreenApiClient, chat_id: ChatId) -> list[str]:
        """Forward them."""
        sent = await client.forward_messages(
            chat_id, self.from_chat_id, self.message_ids
        )
        return [each.message_id for each in sent]
