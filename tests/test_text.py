"""Cleaning: what comes in, what is kept, what has a cap."""

import pytest
from almanac import text
from almanac.text import annotation, annotation_property, clean_line, clean_text, printable, printable_lines
from hypothesis import given, settings
from hypothesis import strategies as st

anything = st.text(st.characters())
BLANK = ("\u3164", "\uffa0", "\u115f\u1160", "\u2800\u2800", "\U0001d159", "\U000e0041\U000e0042", "\u0301\ufe0f")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\n"])
def test_every_line_end_is_one_newline_and_one_space(end: str) -> None:
    assert clean_text(f"a{end}b") == "a\nb"
    assert clean_line(f"a{end}b") == "a b"


def test_other_separators_are_controls() -> None:
    assert clean_text("a\x1cb\x1dc\x1ed\x1fe") == "abcde"


@pytest.mark.parametrize(
    "char",
    [
        *"\x00\x08\x1b\x7f\x80\x9f",
        *"\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
        *"\u200b\u2060\ufeff\ud800\udfff\ufdd0\ufdef\ufffe\uffff",
        *"\U000e0000\U000e0041\U000e007f\U0001fffe\U0010ffff",
        *"\u00ad\u034f\u115f\u1160\u17b4\u180e\u2061\u2064\u2065\u206f\u3164\uffa0\ufff0\ufff9\ufffb\ufffc",
        *"\U0001bca0\U0001d173\U000e01f0\U000e0fff",
        *("\ufe0f", "\ufe00\ufe01\ufe02", "\U000e0100", "\u200c", "\u200d", "\u180b"),  # nothing here needs them
    ],
)
def test_invisible_characters_go(char: str) -> None:
    assert clean_text(f"a{char}b") == "ab"


@pytest.mark.parametrize("value", ["é", "\u2009x\u2009y", "日本", "\U0001fae8", "\u0600"])
def test_what_shows_stays(value: str) -> None:
    assert clean_text(f"a{value}b") == f"a{value}b"


@pytest.mark.parametrize("char", "\t\xa0\u2800\U0001d159\U00013441\U00013442")
def test_blanks_are_spaces(char: str) -> None:
    assert clean_text(f"a{char}b") == "a b"


def test_letters_are_composed_even_around_what_goes() -> None:
    assert clean_text("e\u200b\u0301") == "é"


def test_spaces_within_and_at_the_end_of_inner_lines_stay() -> None:
    assert clean_text("  a  b  \n\n  c  ") == "a  b  \n\n  c"


@pytest.mark.parametrize("value", ["", " \n\t", "\u200d", "\ufe0f\u200c", "\u0301", "\xa0\u3000", *BLANK])
def test_a_text_of_invisible_characters_is_empty(value: str) -> None:
    assert clean_text(value) == clean_line(value) == ""


def test_no_letter_has_more_marks_than_a_language_needs() -> None:
    assert len(clean_text("a" + "\u0316\u0301" * 100_000)) <= text.MAX_MARKS + 1


@settings(deadline=None)
@given(anything)
def test_cleaning_twice_changes_nothing_more(value: str) -> None:
    for clean in (clean_text, clean_line):
        once = clean(value)
        assert clean(once) == once
    assert "\n" not in clean_line(value)
    clean_text(value).encode()


def test_caps_state_themselves() -> None:
    assert text.too_long("title", "x" * 300) is None
    assert text.too_long("title", "x" * 301) == "This is 301 characters long. The limit is 300. Please shorten it."
    assert "10,000" in str(text.too_long("a-field-of-the-site", "x" * 10_001))
    assert text.entry_too_long("name", "x") is None
    assert "The limit is 200" in str(text.entry_too_long("name", "x" * 201))
    assert text.too_many("people", 100) is None
    assert text.too_many("people", 101) == "There are 101 people here. The limit is 100. Please leave some out."


# ------------------------------------------------------------------------------- terminals, logs, workflow commands


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain text: fine, 100%", "plain text: fine, 100%"),
        ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
        ("a\r\nb\x85c\u2028d", r"a\r\nb\x85c\u2028d"),
        ("::set-output name=x::y", r"\::set-output name=x::y"),
        (" \u2003::add-mask::a", " \\u2003::add-mask::a"),
        ("\u3000 ::add-mask::a", "\u3000 \\::add-mask::a"),
        ("x ##[group]y", r"x ##\[group]y"),
        ("\u202eevil\u200b", r"\u202eevil\u200b"),
        ("\udc80", r"\udc80"),
        ("a\tb\xa0c", "a\tb\xa0c"),
        ("\t::add-mask::a", "\t\\::add-mask::a"),
        ("👩‍💻 é 日本", "👩‍💻 é 日本"),
    ],
)
def test_printable(typed: str, shown: str) -> None:
    assert printable(typed) == shown


def test_lines_stay_lines_and_none_is_a_command() -> None:
    assert printable_lines("a\n::error::x\nb\r") == "a\n\\::error::x\nb\\r"


def test_annotations_stay_within_their_command() -> None:
    assert annotation("100%\n::error::x\x1b\r") == r"100%25%0A::error::x\x1b\r"
    assert annotation_property("a:b,c%\n") == "a%3Ab%2Cc%25%0A"
