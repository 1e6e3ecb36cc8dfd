"""A text as people write it, made into the messages that WhatsApp shows in full."""

import re
import unicodedata

# WhatsApp shows this much of one message, GREEN-API takes this much of one text; both
# count UTF-16 units, of which an emoji has two or more.
MAX_MESSAGE_LENGTH = 4096
MAX_TEXT_LENGTH = 20_000

# The white space at a cut. What is behind its last line break is an indentation.
_GAP = re.compile(r"\A(?:\s*\n|\s+)")
# Between paragraphs, the second as in mails, and between lines.
_BREAKS = ("\n\n", "\n\r\n", "\n")

_HALF = re.compile("[\ud800-\udfff]")
# Letters that show nothing: of braille, and those that hold a place in Hangul.
_BLANKS = frozenset("\u2800\u115f\u1160\u3164\uffa0")
_ZERO_WIDTH_JOINER = "\u200d"
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_HANGUL_VOWELS_AND_FINALS = range(0x1160, 0x1200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


def length(text: str) -> int:
    """Return the length of a text in UTF-16 units, as WhatsApp counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen."""
    # Most begin with a letter or a sign of ASCII.
    return not "!" <= text[:1] <= "~" and all(
        character.isspace()
        or character in _BLANKS
        or unicodedata.category(character) in {"Cc", "Cf"}
        for character in text
    )


def whole_characters(text: str) -> str:
    r"""Return a text whose halves of characters are joined, or replaced if alone.

    YAML knows emoji as two escapes, \ud83e\uddfa, which Python keeps as two halves.
    """
    if _HALF.search(text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def compose(message: str, title: str | None) -> str:
    """Return the text of a message whose title is its bold first line."""
    if title is not None and not is_blank(title):
        message = f"*{' '.join(title.split())}*\n{message}"
    return whole_characters(message)


def split(text: str, limit: int = MAX_MESSAGE_LENGTH) -> list[str]:
    """Cut a text into messages of at most `limit` UTF-16 units, none of them blank.

    Cuts between paragraphs, else lines, else words, and never inside a character that
    a person sees as one. The white space at a cut is sent with neither side.
    """
    parts: list[str] = []
    # Most texts are so short that they need no counting.
    while 2 * len(text) > limit and length(text) > limit:
        end = _index_at(text, limit)
        if (cut := _gap_before(text, end)) is None:
            cut = _last_whole_character(text, end)
            part, text = text[:cut], text[cut:]
        else:
            part, text = text[:cut].rstrip(), _GAP.sub("", text[cut:])
        parts.append(part)
    parts.append(text)
    return [part for part in parts if not is_blank(part)]


def _index_at(text: str, units: int) -> int:
    """Return how many characters of a longer text fit into that many UTF-16 units."""
    index = 0
    while (units := units - length(text[index])) >= 0:
        index += 1
    return index


def _gap_before(text: str, end: int) -> int | None:
    """Return where the best gap up to `end` begins, if there is one.

    A gap in the first half would leave a message mostly empty, so a lesser one further
    on goes before it.
    """
    for begin in (end // 2, 1):
        for separator in _BREAKS:
            if (index := text.rfind(separator, begin, end + len(separator))) > 0:
                return index
        for index in range(end, begin - 1, -1):
            if text[index].isspace():
                return index
    return None


def _last_whole_character(text: str, end: int) -> int:
    """Return the last place up to `end` that is not inside a character."""
    for index in range(end, 0, -1):
        if not _is_inside_character(text, index):
            return index
    return end


def _is_inside_character(text: str, index: int) -> bool:
    """Return whether a person sees what is before and after `index` as one character."""
    before, after = text[index - 1], text[index]
    code = ord(after)
    if code in _REGIONAL_INDICATORS:
        # A flag is two of them: an odd number before means that one is half done.
        flags = text[:index]
        while flags and ord(flags[-1]) in _REGIONAL_INDICATORS:
            flags = flags[:-1]
        return (index - len(flags)) % 2 == 1
    return (
        _ZERO_WIDTH_JOINER in {before, after}
        or unicodedata.category(after).startswith("M")
        or code in _SKIN_TONES
        or code in _TAGS
        or code in _HANGUL_VOWELS_AND_FINALS
    )
