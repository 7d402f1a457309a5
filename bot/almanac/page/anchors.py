"""The ids that kramdown, as Jekyll and GitHub Pages have it set, gives the headings of a page: where links can lead."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from markdown_it.token import Token

from almanac.page.canonical import PARSER
from almanac.page.lines import front_matter, split_lines
from almanac.patterns import regex

# What the typographer makes one character of, which an id leaves out. Escaped ones are references.
_TYPOGRAPHIC = regex(r"---?|\.\.\.|<< ?| ?>>")
_OWN_ID = regex(r"[\t ]\{#([A-Za-z_:][\w:.-]*)\}\Z")
_ATTRIBUTES = regex(r"[ ]{0,3}\{:")
_UNDERLINED = 2
_LIQUID = regex(r"\{[{%]")


def heading_id(page: str, line: int) -> str | None:
    """Return the id of the heading on a line, counted from 1; None if there is none, or if it cannot be known."""
    return next((found for at, found in _ids(page) if at == line), None)


def heading_line(page: str, anchor: str) -> int | None:
    """Return the line, counted from 1, of the heading with an id; None if none is known to have it."""
    return next((at for at, found in _ids(page) if found == anchor), None)


def _ids(page: str) -> Iterator[tuple[int, str | None]]:
    """Give each heading's line, counted from 1, and its id; None if that cannot be known."""
    texts = split_lines(page)
    start = front_matter(texts)
    body = [text.rstrip("\r\n") for text in texts[start:]]
    seen = Counter[str]()
    for first, after, words in _headings("\n".join(body)):
        around = [*body[max(first - 1, 0) : first], *body[after : after + 1]]
        if own := _OWN_ID.search(words):
            found: str | None = own[1]
        elif any(map(_ATTRIBUTES.match, around)) or _LIQUID.search(words):
            found = None
        else:
            name = _id_of(words)
            found, seen[name] = (f"{name}-{seen[name]}" if seen[name] else name) or None, seen[name] + 1
        yield first + start + 1, found


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Give each heading's first line, the line after its last one, and its words."""
    tokens = PARSER.parse(text)
    for opening, inline in pairwise(tokens):
        # To kramdown, an underlined heading has one line.
        if opening.type == "heading_open" and opening.map and opening.map[1] - opening.map[0] <= _UNDERLINED:
            yield opening.map[0], opening.map[1], "".join(map(_said, inline.children or ()))


def _said(token: Token) -> str:
    if token.type == "text":
        return _TYPOGRAPHIC.sub("", token.content)
    return token.content if token.type in ("text_special", "code_inline") else " " * (token.type == "softbreak")


def _id_of(words: str) -> str:
    """Return what an id keeps: letters with their accents, digits, connectors and hyphens; spaces become hyphens."""
    kept = (char for char in words.lower() if char in " \t-" or _is_word(unicodedata.category(char)))
    return re.sub(r"[ \t]", "-", "".join(kept))


def _is_word(category: str) -> bool:
    return category[0] in "LM" or category in ("Nd", "Nl", "Pc")
