"""Texts, made into messages that WhatsApp shows in full."""

import re

from hypothesis import given, strategies as st
import pytest

from custom_components.green_api.message_text import (
    MAX_MESSAGE_LENGTH,
    MAX_TEXT_LENGTH,
    compose,
    is_blank,
    length,
    split,
)

FLAG = "\U0001f1e9\U0001f1ea"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
WAVE = "\U0001f44b\U0001f3fd"
KEYCAP = "1\ufe0f\u20e3"
SCOTLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(each)) for each in "gbsct\x7f")
# Each is one character to a person.
CHARACTERS = {
    "emoji": "\U0001f600",
    "heart": "\u2764\ufe0f",
    "flag": FLAG,
    "flag of a part": SCOTLAND,
    "family": FAMILY,
    "skin tone": WAVE,
    "keycap": KEYCAP,
    "accent": "e\u0301",
    "two accents": "o\u0302\u0323",
    "Devanagari": "\u0915\u093f",
    "Hebrew point": "\u05e9\u05c1",
    "Hangul": "\u1112\u1161\u11ab",
}


def without_white_space(text: str) -> str:
    return "".join(text.split())


# Length


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("Hi", 2), ("שלום", 4), ("\uffff", 1), ("\U00010000", 2), (FAMILY, 11)],
)
def test_length_is_what_whatsapp_counts(text: str, units: int) -> None:
    assert length(text) == units


@given(st.text())
def test_length_is_that_of_utf_16(text: str) -> None:
    assert length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


# Blank


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\r", "\u00a0\u2003", "\u200b\ufeff", "\u202a\u202c", "\0"]
)
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["0", ".", " x ", "\u200bx", "\U0001f600", "\u0301"])
def test_what_somebody_can_see_is_not(text: str) -> None:
    assert not is_blank(text)


# Title


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (None, "Door opened"),
        ("", "Door opened"),
        (" \n", "Door opened"),
        ("\u200b", "Door opened"),
        ("Alarm", "*Alarm*\nDoor opened"),
        ("  Alarm\n at\thome ", "*Alarm at home*\nDoor opened"),
    ],
)
def test_a_title_is_the_bold_first_line(title: str | None, text: str) -> None:
    assert compose("Door opened", title) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_message_stays_as_it_is(message: str) -> None:
    assert compose(message, None) == message
    assert compose(message, "Alarm").removeprefix("*Alarm*\n") == message


@pytest.mark.parametrize(
    ("message", "text"),
    [("\ud83e\uddfa", "\U0001f9fa"), ("a\ud83eb", "a\ufffdb"), ("\uddfa", "\ufffd")],
)
def test_halves_of_characters_are_put_together_or_replaced(
    message: str, text: str
) -> None:
    assert compose(message, None) == text
    assert compose("Hi", message) == f"*{text}*\nHi"


# Cutting


@pytest.mark.parametrize(
    "text", ["Hi", " Hi \n", "\n  Hi", "x" * 4096, "\U0001f600" * 2048]
)
def test_what_fits_stays_as_it_is(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize("text", ["x" * 4097, "x" + "\U0001f600" * 2048])
def test_what_does_not_fit_is_cut(text: str) -> None:
    parts = split(text)

    assert len(parts) == 2
    assert "".join(parts) == text
    assert max(map(length, parts)) <= 4096


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\n" * 5000, "\u200b" * 5000])
def test_of_what_is_blank_nothing_is_left(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # 30 units fit into one message.
        pytest.param(
            "First paragraph.\n\nSecond one.\nIts line two.",
            ["First paragraph.", "Second one.\nIts line two."],
            id="paragraph before line",
        ),
        pytest.param(
            "First paragraph.\r\n\r\nSecond.\r\nIts line two.",
            ["First paragraph.", "Second.\r\nIts line two."],
            id="paragraph of a mail",
        ),
        pytest.param(
            "The first line here.\nThe second line.",
            ["The first line here.", "The second line."],
            id="line before word",
        ),
        pytest.param(
            "One two three four five six seven eight",
            ["One two three four five six", "seven eight"],
            id="word",
        ),
        pytest.param(
            "Hi\n\nOne two three four five six seven",
            ["Hi\n\nOne two three four five", "six seven"],
            id="word before a gap that leaves the message mostly empty",
        ),
        pytest.param(
            "Hi\n\n" + "x" * 30, ["Hi", "x" * 30], id="an early gap before none"
        ),
        pytest.param(
            "Hi " + "x" * 31, ["Hi", "x" * 30, "x"], id="no gap where there is none"
        ),
        pytest.param(
            "x" * 30 + "\n\n" + "y" * 30,
            ["x" * 30, "y" * 30],
            id="paragraph at the limit",
        ),
        pytest.param(
            "x" * 20 + "\n" + "y" * 9 + "\n" + "z" * 30,
            ["x" * 20 + "\n" + "y" * 9, "z" * 30],
            id="line at the limit, not the one before",
        ),
        pytest.param(
            "x" * 30 + " " + "y" * 30, ["x" * 30, "y" * 30], id="word at the limit"
        ),
        pytest.param(
            "Things to buy today:\n    milk\n    bread",
            ["Things to buy today:\n    milk", "    bread"],
            id="indentation",
        ),
        pytest.param(
            "x" * 30 + "\n\n    indented",
            ["x" * 30, "    indented"],
            id="indentation at the limit",
        ),
        pytest.param(
            "x" * 30 + " \n    indented",
            ["x" * 30, "    indented"],
            id="indentation after a space at the limit",
        ),
        pytest.param(
            "x" * 25 + "\n  \n  indented",
            ["x" * 25, "  indented"],
            id="empty line with spaces",
        ),
        pytest.param(
            "    " + "x" * 20 + "\nyyyyyyyyyy",
            ["    " + "x" * 20, "y" * 10],
            id="first line indented",
        ),
        pytest.param("x" * 40, ["x" * 30, "x" * 10], id="one word"),
        pytest.param("x" + "\n" * 60 + "y", ["x", "y"], id="nothing but lines"),
        pytest.param("\n" * 60 + "y", ["y"], id="lines first"),
        pytest.param("x" + " " * 60, ["x"], id="spaces last"),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, parts: list[str]) -> None:
    assert split(text, 30) == parts


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
def test_no_character_is_cut(character: str) -> None:
    # The limit meets every place within a character.
    for start in ("x" * before for before in range(length(character))):
        text = start + character * 30

        parts = split(text, 30)

        assert len(parts) > 1
        assert "".join(parts) == text
        assert max(map(length, parts)) <= 30
        for part in parts:
            assert part.removeprefix(start).replace(character, "") == ""


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
def test_as_many_characters_as_fit_stay_together(character: str) -> None:
    first, *_ = split(character * 20_000)

    assert first == character * (4096 // length(character))


@pytest.mark.parametrize(
    "text",
    ["e" + "\u0301" * 100, "\u200d" * 99 + "x", "\u1161" * 100, "\U0001f3fd" * 50],
)
def test_a_character_that_does_not_fit_is_cut_all_the_same(text: str) -> None:
    parts = split(text, 30)

    assert max(map(length, parts)) <= 30
    assert "".join(parts).strip("\u200d") == text.strip("\u200d")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "x",
        " ",
        "\n",
        "\r\n",
        "x ",
        "x\n",
        "\u0301",
        "\u200d",
        "\u200b",
        *CHARACTERS.values(),
    ],
    ids=ascii,
)
def test_a_long_text_of_anything_is_cut(unit: str) -> None:
    text = (unit * MAX_TEXT_LENGTH)[:MAX_TEXT_LENGTH]

    parts = split(text)

    assert all(length(part) <= MAX_MESSAGE_LENGTH for part in parts)
    assert not any(is_blank(part) for part in parts)


@pytest.mark.timeout(20)
def test_a_flag_that_has_no_end_is_cut() -> None:
    text = "\U0001f1e9" * (MAX_TEXT_LENGTH // 2)

    assert "".join(split(text)) == text


WORDS = st.lists(
    st.sampled_from([*"abcXYZ.,*_~אבש0", *CHARACTERS.values()]), min_size=1, max_size=30
).map("".join)
GAPS = st.sampled_from(
    ["", " ", "  ", "\n", "\n\n", "\n\n\n", "\r\n", "\n    ", " \n", "\t"]
)
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=40).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
LIMITS = st.integers(max(map(length, CHARACTERS.values())), 80)
# What a person sees as one: the characters from above, white space, and all others.
SEEN = re.compile("|".join([*CHARACTERS.values(), r"\s+", "."]), re.DOTALL)


@given(TEXTS, LIMITS)
def test_every_part_fits_and_shows_something(text: str, limit: int) -> None:
    for part in split(text, limit):
        assert 0 < length(part) <= limit
        assert not is_blank(part)


@given(TEXTS, LIMITS)
def test_nothing_but_white_space_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert "".join(map(without_white_space, parts)) == without_white_space(text)


@given(TEXTS, LIMITS)
def test_every_part_has_whole_characters(text: str, limit: int) -> None:
    whole = [each for each in SEEN.findall(text) if not each.isspace()]

    parts = split(text, limit)

    assert [
        each for part in parts for each in SEEN.findall(part) if not each.isspace()
    ] == whole


@given(TEXTS, LIMITS)
def test_lines_are_kept_as_they_are(text: str, limit: int) -> None:
    lines = [line.rstrip() for line in text.splitlines()]

    for part in split(text, limit):
        # The lines within a part, without its first and last, which may have been cut.
        for line in part.splitlines()[1:-1]:
            assert line.rstrip() in lines


@given(st.text(), st.integers(2, 50))
def test_any_text_is_cut(text: str, limit: int) -> None:
    assert all(length(part) <= limit for part in split(text, limit))
