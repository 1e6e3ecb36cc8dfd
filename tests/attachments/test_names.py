"""Whatever a file is called: GREEN-API takes its name, and no phone is led astray by it."""

from pathlib import Path
import unicodedata

from hypothesis import HealthCheck, example, given, settings, strategies as st

from custom_components.green_api.attachment.content import (
    file_name,
    name_of_web_file,
    with_extension,
)
from tests.simulator.files import extension

# What names of files are about, and what has a meaning to somebody.
NAMES = st.one_of(
    st.text(max_size=12),
    st.text(
        st.sampled_from("aא.jpg/\\:?#%;~ \0\n\x07\x7f\u202e\u200d\ud83d🚪"), max_size=12
    ),
    st.sampled_from(
        (
            *("door.jpg", "door.jp\\g", "door.\x07", "door.", ".jpg", "v1.2"),
            *(
                "a: b.jpg",
                "data:,",
                "data:a/b,c",
                "data:,.\\x",
                "http:door.jpg?x",
                "Nov. 23",
            ),
            *("..", "../..", "C:\\", "COM1", "door.jpg\u202egpj.exe", "door.ж"),
        )
    ),
)
TYPES = st.none() | st.sampled_from(
    (
        *("", "image/jpeg", "IMAGE/PNG ; q=1", "application/octet-stream"),
        *("text/calendar", "x/y", "audio/opus", "no type"),
    )
)


def assert_is_name(name: str) -> None:
    """Assert that this can be the name of a file."""
    assert name
    assert "/" not in name
    assert "\\" not in name
    # Neither what controls nor what turns the direction of what follows.
    assert not [each for each in name if unicodedata.category(each) in {"Cc", "Cs"}]
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# The fixtures are for other tests.
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.none() | NAMES, given_name=NAMES)
@example(wanted="door", given_name="data:,.\\x")
@example(wanted="door", given_name="data:,.\x07")
def test_any_name_is_one(wanted: str | None, given_name: str) -> None:
    assert_is_name(file_name(wanted, given_name))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.none() | NAMES, given_name=NAMES, content_type=TYPES)
@example(wanted=None, given_name="Notes of Nov. 23", content_type=None)
@example(wanted=None, given_name="data:,door", content_type="image/jpeg")
@example(wanted="Photo: door.jpg#1", given_name="door.jpg", content_type=None)
def test_any_name_has_an_extension(
    wanted: str | None, given_name: str, content_type: str | None
) -> None:
    # As a file of this machine, and as one from the web.
    for given_as in (given_name, name_of_web_file(given_name, content_type or "")):
        name = with_extension(file_name(wanted, given_as), content_type)
        assert_is_name(name)
        # As GREEN-API asks for one.
        assert extension(name)
        assert Path(name).stem


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stem=st.text(
        st.characters(categories=["L", "N", "So", "Mn"]), min_size=1, max_size=20
    ),
    ending=st.sampled_from(("jpg", "PNG", "mp4", "ogg", "pdf")),
    content_type=TYPES,
)
def test_a_good_name_stays_as_it_is(
    stem: str, ending: str, content_type: str | None
) -> None:
    name = f"{stem}.{ending}"
    for made in (file_name(None, name), file_name(name, "door.gif")):
        assert with_extension(made, content_type) == name
