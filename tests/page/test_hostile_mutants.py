"""Every rule of the escaper is needed: without any one of them, some built page shows what was not typed."""

import re
from collections.abc import Mapping
from itertools import islice

import pytest
from almanac import markdown as escape
from almanac.text import clean_line

from tests.built import convert, github_html, tokens, with_text
from tests.hostile import HOSTILE
from tests.positions import WORD, page, sections, words

pytestmark = pytest.mark.jekyll

CLEANED = tuple(filter(None, dict.fromkeys(map(clean_line, HOSTILE))))
ENOUGH = 25
# GitHub makes links of these wherever they are outside a link and code. (No renderer that is available here does.)
BARE_LINK = re.compile(r"(?<!\]\()(?<!<)\b(?:https?://|www\.)", re.IGNORECASE)
CODE = re.compile(r"`[^`\n]*`")


def makes_links(markdown: str) -> bool:
    return BARE_LINK.search(CODE.sub("", markdown)) is not None


TYPED = (*HOSTILE, "a\n### b", "a\r### b", "a\n\n    code")

Mutant = Mapping[str, object]


def without(name: str, part: str) -> Mutant:
    """Return one of the escaper's patterns as it is without a part of it."""
    pattern: re.Pattern[str] = getattr(escape, name)
    return {name: re.compile(f"(?!{part})(?:{pattern.pattern})", pattern.flags)}


def unchanged(written: str) -> str:
    return written


MUTANTS: dict[str, Mutant] = {
    **{f"everywhere {char}": without("_MARKUP", re.escape(char)) for char in "\\`*_^{[]<>|$~&:"},
    "everywhere www.": without("_MARKUP", r"(?<=[wW]{3})\."),
    "everywhere --": without("_MARKUP", "(?<=-)-"),
    "everywhere ...": without("_MARKUP", r"(?<=\.)\."),
    **{f"first {char}": without("_FIRST", re.escape(char)) for char in "#+-=:"},
    "first 1.": without("_FIRST", r"[0-9]+\."),
    "first 1)": without("_FIRST", r"[0-9]+\)"),
    "closing #": {"_closed": unchanged},
    "last !": without("_JOINT", "!"),
    "last &": without("_JOINT", "&"),
    "! before a link": without("_BANG", "!"),
    r"\n": without("_LINE_BREAKS", r"\n"),
    r"\r": without("_LINE_BREAKS", r"\r"),
}


def rewritten(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return some texts that the mutant writes in another way, with their pages as it writes them."""

    def all_ways() -> list[tuple[str, ...]]:
        functions = (escape.text, escape.heading, escape.item, escape.anywhere)
        return [(*(way(text) for way in functions), escape.link("x", "https://x.org", text)) for text in TYPED]

    right = all_ways()
    with monkeypatch.context() as patch:
        for name, value in mutant.items():
            patch.setattr(escape, name, value)
        changed = (text for text, mine, other in zip(TYPED, all_ways(), right, strict=True) if mine != other)
        return [(text, page(*sections(text))) for text in islice(changed, ENOUGH)]


def test_github_shows_the_pages_file_as_it_was_typed() -> None:
    """A file is looked at on GitHub too: in a pull request, and in the repository."""
    pages = [page(*sections(text)) for text in (WORD, *CLEANED)]
    harmless, *shown = map(tokens, github_html(pages))
    assert not [text for text, found in zip(CLEANED, shown, strict=True) if found != with_text(harmless, words(text))]
    assert not [
        text for text, markdown in zip(CLEANED, pages[1:], strict=True) if BARE_LINK.search(CODE.sub("", markdown))
    ]


@pytest.mark.long
def test_each_rule_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [(name, *found) for name, mutant in MUTANTS.items() for found in rewritten(mutant, monkeypatch)]
    harmless = page(*sections(WORD))
    kramdown, github = (function([harmless, *(text for _, _, text in pages)]) for function in (convert, github_html))
    found = set()
    for number, (name, typed, markdown) in enumerate(pages, 1):
        for html in (kramdown, github):
            expected = with_text(tokens(html[0]), words(typed))
            if tokens(html[number]) != expected:
                found.add(name)
        if makes_links(markdown):
            found.add(name)
    assert set(MUTANTS) - found == set()
