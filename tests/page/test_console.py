"""Terminals, logs and workflow commands show typed text and do not obey it."""

import pytest
from almanac.text import annotation, annotation_property, printable, printable_lines


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
