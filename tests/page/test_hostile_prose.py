"""Descriptions as strangers type them, with all marks that GitHub's Markdown knows: what of it acts, and as what."""

import random
import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import unquote

import pytest
from almanac.event.description import markdown, notes, refused_links
from almanac.event.model import Event
from almanac.packaged import template
from almanac.page.template import section_renderer
from almanac.text import clean_text

from tests.built import Token, convert, github_html, issue_html, tokens
from tests.hostile import HOSTILE, HOSTILE_TEXTS
from tests.positions import URL
from tests.positions import page as page_file

pytestmark = pytest.mark.jekyll

TYPED = tuple(filter(None, dict.fromkeys((*map(clean_text, (*HOSTILE, *HOSTILE_TEXTS)), *HOSTILE_TEXTS))))
AROUND = (
    *("{}", "*{}*", "**{}**", "a *{}* b", f"[{{}}]({URL})", "`{}`", "- {}", "1. {}", "> {}", "- a\n  - {}"),
    *("> a\n> {}", "a\n{}", "{}\nb", "a\n- b\n{}", "{} https://example.org/ {}", "*a {}", "{} `", "[a]({})", "<{}>"),
    "- *{}*\n- `{}`",
)
# Elements of the house style and of what descriptions may hold; no attribute but the address of a link.
ALLOWED = {*("h3", "p", "ul", "ol", "li", "a", "em", "strong", "code", "br", "blockquote")}
PIECES = (
    *("*", "*", "**", "_", "__", "`", "``", "[", "](https://example.org/x) ", "]", "(", ")", "!", "<", ">", "&amp;"),
    *("https://example.org/a_b*c ", "www.example.org ", "a", "b c", " ", " ", "é", '"', "'", ".", ",", "-", "--"),
    *("|", "$", "^", "#", "&", ":", ";", "日本", "1.", "{{x}}", "\\"),
)
INLINE = {"a", "em", "strong", "code", "br"}
render = section_renderer(template("section.md.j2"))


# Where we differ: links without words, which we show; addresses in capitals, after a backslash and before a `>`; and in
# a bracket that is never closed, where cmark-gfm makes no links of them.
OTHERWISE = re.compile(r"\[\\?\]\(|WWW|\\http|example>|\[.*(?<!\]\()(?:https?://|www\.)")


def page(*sections: str) -> str:
    return page_file(*sections).removeprefix("---\n---\n")


def event(description: str) -> Event:
    return Event(id="2021-11-08-x", title="T", date="2021-11-08", description=description)


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in (1, 2))])
def test_nothing_but_what_a_description_may_hold_acts_on_a_page(part: int) -> None:
    typed = [around.replace("{}", text) for text in TYPED[part::3] for around in AROUND]
    pages = [page(render(event(one)), render(event("Harmless"))) for one in typed]
    # The paragraphs around the sections are as they should be, so nothing reached out of its own.
    first, last = (tokens(html) for html in ("<p>before</p>", "<ul><li>Harmless</li></ul><p>after</p>"))
    wrong = []
    for shown in (convert(pages), github_html(pages)):
        for text, found in zip(typed, map(tokens, shown), strict=True):
            elements = [token for token in found if token[0] == "<"]
            links = [token for token in elements if token[1] == "a"]
            is_sound = (
                {token[0] for token in found} <= {"<", ">", "text"}
                and {token[1] for token in elements} <= ALLOWED
                and all(re.fullmatch(r"href=https?://[^\s\"'<>]+", token[2]) and len(token) == 3 for token in links)
                and all(len(token) == 2 for token in elements if token[1] != "a")
                and [token for token in elements if token[1] == "h3"] == [("<", "h3")] * 2
                and found[: len(first)] == first
                and found[-len(last) :] == last
            )
            if not is_sound:
                wrong.append((text, found))
    assert not wrong


def lines(count: int, seed: int) -> Iterator[str]:
    """Make lines of marks and words, and some of the hostile ones."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    for _ in range(count):
        made = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 9)))
        line = clean_text(f"x {chance.choice(('', HOSTILE[chance.randrange(len(HOSTILE))]))} {made}").replace("\n", " ")
        if not (OTHERWISE.search(line) or notes(line) or refused_links(line)):
            yield line


def spaced(html: str) -> str:
    """Put a space for each no-break space, as cleaning does."""
    return html.replace("\xa0", " ")


def inline(html: str) -> list[Token]:
    """Return the words and what is within paragraphs; addresses as they are meant, tags that touch in one order."""
    found: list[Token] = []
    for kind, run in groupby(tokens(html), lambda token: token[0]):
        shown = [token for token in run if kind == "text" or token[1] in INLINE]
        found += sorted((*token[:2], *(unquote(one) for one in token[2:])) for token in shown)
    return found


def test_a_page_shows_a_description_as_github_shows_it_in_the_issue() -> None:
    typed = list(lines(1_500, 15))
    pages = [page(markdown(line)) for line in typed]
    shown = zip(map(spaced, issue_html(typed)), convert(pages), github_html(pages), strict=True)
    wrong = []
    compared = 0
    for line, (issue, default, file) in zip(typed, shown, strict=True):
        expected = inline(issue)
        if "<del>" not in issue and all(one[2].startswith("href=http") for one in expected if one[:2] == ("<", "a")):
            compared += 1
            around = [inline("<p>before</p>"), inline("<p>after</p>")]
            on_page, in_file = (inline(html)[len(around[0]) : -len(around[1])] for html in (default, file))
            if not on_page == in_file == expected:
                wrong.append((line, expected, on_page, in_file))
    assert compared > len(typed) / 2 > 500
    assert not wrong
