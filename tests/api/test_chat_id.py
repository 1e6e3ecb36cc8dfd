"""Phone numbers and chat ids, as people write and paste them."""

from contextlib import suppress

from hypothesis import given, strategies as st
import pytest

from custom_components.green_api.api import (
    ChatId,
    ChatServer,
    InvalidChatIdError,
    PhoneNumberNotInternationalError,
)

SOMEBODY = "79001234567@c.us"
# As keyboards of East Asia write: the same characters, as wide as theirs.
WIDE = {code: code - 0x20 + 0xFF00 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "text",
    [
        "79001234567",
        "+79001234567",
        "+7 (900) 123-45-67",
        "+7-900-123-45-67",
        "+7.900.123.45.67",
        "+7/900/1234567",
        "7 900 123 45 67",
        "0079001234567",
        "00 7 900 123-45-67",
        "(00) 7 900 123-45-67",
        "(+7) 900 123-45-67",
        "(007) 900 123-45-67",
        "+ 7 900 1234567",
        "  +79001234567\n",
        "+7\t900\t1234567",
        pytest.param("+7\u00a0900\u00a0123\u00a045\u00a067", id="no-break spaces"),
        pytest.param("+7\u202f900\u20091234567", id="narrow spaces"),
        pytest.param("\u202a+79001234567\u202c", id="embedding marks of a phone book"),
        pytest.param("\u2066+79001234567\u2069\u200f", id="isolating marks"),
        pytest.param("\ufeff+79001234567\u200b", id="marks without width"),
        pytest.param("+7\u00ad900\u00ad1234567", id="soft hyphens"),
        pytest.param("+79001234567".translate(WIDE), id="full width"),
        pytest.param("+٧٩٠٠١٢٣٤٥٦٧", id="Arabic-Indic digits"),
        pytest.param("+۷۹۰۰۱۲۳۴۵۶۷", id="Persian digits"),
        pytest.param("+७९००१२३४५६७", id="Devanagari digits"),
        pytest.param("+7\u2013900\u20131234567", id="en dashes"),
        pytest.param("+7\u2011900\u20111234567", id="hyphens that do not break"),
        pytest.param("+7\u2014900\u20141234567", id="em dashes"),
        "tel:+7-900-123-45-67",
        "TEL:79001234567",
        "tel:+79001234567;ext=5",
        "whatsapp:+79001234567",
        "whatsapp://send?phone=79001234567",
        "wa.me/79001234567",
        "https://wa.me/79001234567",
        "https://wa.me/79001234567/",
        "HTTP://WA.ME/+79001234567",
        "https://wa.me/79001234567?text=Hello%20there",
        "https://api.whatsapp.com/send?phone=79001234567",
        "https://api.whatsapp.com/send/?phone=79001234567",
        "https://api.whatsapp.com/send/?phone=79001234567&text&type=phone_number",
        "https://web.whatsapp.com/send?phone=79001234567&text=Hello",
        SOMEBODY,
        "+79001234567@c.us",
        "79001234567@C.US",
        " 79001234567@c.us ",
        "79001234567@s.whatsapp.net",
        "\u202a79001234567@s.whatsapp.net\u202c",
        pytest.param(SOMEBODY.translate(WIDE), id="full width chat id"),
    ],
)
def test_a_number_in_any_spelling_is_one_person(text: str) -> None:
    chat_id = ChatId.parse(text)

    assert str(chat_id) == SOMEBODY
    assert chat_id == ChatId("79001234567", ChatServer.PERSON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+49 (0) 170 1234567", "491701234567@c.us"),
        ("+49 (0)170 1234567", "491701234567@c.us"),
        ("0049 (0) 170 1234567", "491701234567@c.us"),
        ("(+49) (0) 170 1234567", "491701234567@c.us"),
        # A zero within the number is a part of it.
        ("+1 (800) 555-0100", "18005550100@c.us"),
        ("+39 06 1234567", "39061234567@c.us"),
        # Israel, and the shortest and the longest that is sent to.
        ("+972 50-123-4567", "972501234567@c.us"),
        ("+290 1234", "2901234@c.us"),
        ("1234567890123456", "1234567890123456@c.us"),
        # Russia's 8 at home looks like this, but Vietnam's and China's numbers are real.
        ("+84 90 123 45 67", "84901234567@c.us"),
        ("8613800138000", "8613800138000@c.us"),
        # A chat id says itself that it is international.
        ("89001234567@c.us", "89001234567@c.us"),
    ],
)
def test_a_number_keeps_its_digits(text: str, expected: str) -> None:
    assert str(ChatId.parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("120363043968066561@g.us", ChatServer.GROUP),
        ("79001234567-1581234048@g.us", ChatServer.GROUP),
        ("155508384256027@lid", ChatServer.LID),
        ("78714469634134@lid", ChatServer.LID),
    ],
)
def test_groups_and_privacy_ids_are_taken_as_they_are(
    text: str, server: ChatServer
) -> None:
    chat_id = ChatId.parse(f" {text.upper()} ")

    assert str(chat_id) == text
    assert chat_id.server is server


def test_a_group_id_survives_the_dash_of_a_word_processor() -> None:
    chat_id = ChatId.parse("79001234567\u20131581234048@g.us")

    assert str(chat_id) == "79001234567-1581234048@g.us"


@pytest.mark.parametrize(
    "text",
    [
        "0501234567",
        "050-123-4567",
        "(0) 170 1234567",
        "0170 1234567",
        "tel:0501234567",
        "8 (900) 123-45-67",
        "89001234567",
        "+8 (900) 123-45-67",
        "+0501234567",
        "+0 79001234567",
        "00089001234567",
        "00 0 79001234567",
        "0",
    ],
)
def test_a_number_as_dialled_at_home_lacks_its_country_code(text: str) -> None:
    with pytest.raises(PhoneNumberNotInternationalError):
        ChatId.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "+",
        "-",
        "()",
        "@",
        "Anna",
        "+7 900 CALL-ME",
        "79001234567 Anna",
        "7900123456\u0937",
        "++79001234567",
        "+7+9001234567",
        "79001234567,79007654321",
        "79001234567\n79007654321",
        "+123456",
        "123456",
        "12345678901234567",
        # A group's number does not become a person's.
        "120363043968066561",
        "7123@c.us",
        "12345678901234567@c.us",
        "0501234567@c.us",
        "@c.us",
        "Anna@c.us",
        "7900 1234567@c.us",
        "79001234567@c.us@c.us",
        "79001234567@",
        "79001234567@example.com",
        "79001234567:12@s.whatsapp.net",
        "status@broadcast",
        "120363043968066561@newsletter",
        "123@g.us",
        "+120363043968066561@g.us",
        "79001234567-@g.us",
        "79001234567-1581234048-1@g.us",
        "12345678901234567890123456@g.us",
        "1234@lid",
        "+155508384256027@lid",
        "https://chat.whatsapp.com/AbCdEfGhIjK",
        "https://wa.me/message/ABCDEF",
        "https://wa.me/",
        "https://example.com/79001234567",
        "tel:",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidChatIdError) as refusal:
        ChatId.parse(text)

    # Where there is a country code, or no number, nobody should be told to add one.
    assert not isinstance(refusal.value, PhoneNumberNotInternationalError)


@pytest.mark.parametrize(
    ("text", "display", "is_group"),
    [
        ("79001234567", "+79001234567", False),
        ("120363043968066561@g.us", "120363043968066561@g.us", True),
        ("155508384256027@lid", "155508384256027@lid", False),
    ],
)
def test_a_person_is_shown_as_a_phone_number(
    text: str, display: str, *, is_group: bool
) -> None:
    chat_id = ChatId.parse(text)

    assert chat_id.display == display
    assert chat_id.is_group is is_group
    assert ChatId.parse(chat_id.display) == chat_id


# What stands for all numbers: no country code begins with 0 or 89.
NUMBERS = st.from_regex(r"(?!89)[1-9][0-9]{6,15}", fullmatch=True)
# Without an opening bracket, so that none is around a zero, where it has a meaning.
SEPARATORS = st.text(
    st.sampled_from(" -.)/\u00a0\u202f\u2013\u2011\u200e\u202a\u202c"), max_size=3
)
SCRIPTS = st.sampled_from(["0", "\u0660", "\u06f0", "\u0966", "\uff10"])
ADDRESSES = st.one_of(
    st.from_regex(r"(?!89)[1-9][0-9]{6,15}@c\.us", fullmatch=True),
    st.from_regex(r"[0-9]{10,25}@g\.us", fullmatch=True),
    st.from_regex(r"[0-9]{5,16}-[0-9]{5,16}@g\.us", fullmatch=True),
    st.from_regex(r"[0-9]{5,25}@lid", fullmatch=True),
)


@given(st.data(), NUMBERS, st.sampled_from(["+", "00", "(+", ""]), SCRIPTS)
def test_separators_and_scripts_change_no_number(
    data: st.DataObject, number: str, prefix: str, zero: str
) -> None:
    written = prefix + "".join(
        chr(ord(zero) + int(digit)) + data.draw(SEPARATORS) for digit in number
    )

    assert str(ChatId.parse(written)) == f"{number}@c.us"


@given(ADDRESSES)
def test_a_chat_id_is_read_as_it_is_written(text: str) -> None:
    chat_id = ChatId.parse(text)

    assert str(chat_id) == text
    assert ChatId.parse(str(chat_id)) == chat_id
    assert ChatId.parse(chat_id.display) == chat_id


NOISE = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Nd", "Pd", "Cf", "Zs", "Cs"])),
    st.text(st.sampled_from("0123456789+-()@. /:?=cuslidgtewame")),
    st.builds("{}@{}".format, st.text(), st.sampled_from([*ChatServer])),
)


@given(NOISE)
def test_no_text_does_worse_than_to_be_refused(text: str) -> None:
    with suppress(InvalidChatIdError):
        chat_id = ChatId.parse(text)
        assert str(chat_id).isascii()
        assert ChatId.parse(str(chat_id)) == chat_id


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit",
    [
        *("7", "(", "(0)", "- ", "7-", "+", "@", "@c.us", "tel:", "wa.me/", "?", "a"),
        *("\u200b", "\u0316\u0301", "\ufdfa"),
    ],
)
def test_a_very_long_text_is_refused_at_once(unit: str) -> None:
    for text in (unit * 50_000, f"+7{unit * 50_000}x", f"{unit * 50_000}@g.us"):
        with pytest.raises(InvalidChatIdError):
            ChatId.parse(text)
