"""Typed text appears on the built page as it was typed and does nothing there: proven on built pages."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from almanac.text import clean_line

from tests.built import DEFAULT, GITHUB_PAGES, Token, build, tokens, with_text
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.positions import WORD, page, sections, words
from tests.reference import PAGE

pytestmark = pytest.mark.jekyll
CLEANED = tuple(filter(None, dict.fromkeys(map(clean_line, (*HOSTILE, *HOSTILE_TEXTS)))))


def test_there_are_enough_strings() -> None:
    assert len(HOSTILE) >= 150


def built_pages(folder: Path, typed: Sequence[str], config: str) -> list[list[Token]]:
    files = {f"p{number}.md": page(*sections(text)) for number, text in enumerate(typed)}
    built = build(folder, files, config)
    return [tokens((built / f"p{number}.html").read_text(encoding="utf-8")) for number in range(len(typed))]


@pytest.mark.parametrize(
    "config", [pytest.param(DEFAULT, marks=pytest.mark.long), GITHUB_PAGES], ids=["default", "github-pages"]
)
def test_text_is_read_as_it_was_typed_and_adds_nothing(config: str, tmp_path: Path) -> None:
    harmless, *pages = built_pages(tmp_path / "site", (WORD, *CLEANED), config)
    wrong = []
    for typed, found in zip(CLEANED, pages, strict=True):
        expected = with_text(harmless, words(typed))
        if found != expected:
            wrong.append((typed, [pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]][:1]))
    assert not wrong


def test_a_record_edited_by_hand_is_as_harmless(tmp_path: Path) -> None:
    """Its text was never cleaned. Line breaks in it are spaces on the page."""
    pages = built_pages(tmp_path / "site", (WORD, *HOSTILE_TEXTS), DEFAULT)
    for found in pages[1:]:
        assert [token[:2] for token in found if token[0] in "<>"] == [
            token[:2] for token in pages[0] if token[0] in "<>"
        ]


def test_a_site_that_holds_everything_at_once_still_builds(tmp_path: Path) -> None:
    whole = "\n\n".join([PAGE.read_text(encoding="utf-8"), *(sections(typed)[0] for typed in CLEANED)])
    built = build(tmp_path / "site", {"page.md": whole, "reference.md": PAGE.read_text(encoding="utf-8")})
    reference = tokens((built / "reference.html").read_text(encoding="utf-8"))
    found = tokens((built / "page.html").read_text(encoding="utf-8"))
    # No footnote, abbreviation or link definition reaches up to what comes before it.
    assert found[: len(reference)] == reference
    assert not [token for token in found if token[0] in {"comment", "declaration", "instruction"}]
    assert {token[1] for token in found if token[0] == "<"} <= {
        *("h3", "h4", "p", "ul", "ol", "li", "a", "em", "strong", "code", "br", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
