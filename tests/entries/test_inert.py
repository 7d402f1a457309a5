"""Typed text as a value of a key, for layouts that print it raw."""

import pytest
from almanac.entries.inert import as_typed, cleaned, inert

from tests.hostile import HOSTILE, HOSTILE_TEXTS


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("It's a talk: 2 + 2, *so* (what) {", "It's a talk: 2 + 2, *so* (what) &#123;"),
        ("AT&T &amp; Q&A &#38; &", "AT&T &#38;amp; Q&A &#38;#38; &"),
        ("' onclick='x", "&#39; onclick&#61;&#39;x"),
        ("https://x.org/?a=1&copy=2", "https://x.org/?a=1&copy=2"),
        ("HTTPS://x.org/?a=1", "HTTPS://x.org/?a&#61;1"),
        ("$$x$$ costs $5", "&#36;&#36;x&#36;&#36; costs $5"),
        ("JavaScript:x", "JavaScript&#8288;:x"),
        (" data :x", " data&#8288; :x"),
        ("JavaScript: the good parts", "JavaScript&#8288;: the good parts"),
        ("a\\b [c](d)", "a&#92;b &#91;c&#93;(d)"),
    ],
)
def test_only_what_can_act_is_written_otherwise(typed: str, written: str) -> None:
    assert inert(typed) == written
    assert as_typed(written) == typed


@pytest.mark.parametrize("typed", [*HOSTILE, *HOSTILE_TEXTS])
def test_every_text_comes_back(typed: str) -> None:
    assert as_typed(inert(cleaned(typed))) == cleaned(typed)
