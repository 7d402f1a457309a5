"""Random text made of what markup is made of, and the check that it is shown as typed."""

import random
from collections.abc import Sequence

from almanac.event.prose import TOO_MANY_MARKS, parse
from almanac.text import clean_line

from tests.built import convert, tokens, with_text
from tests.hostile import HOSTILE
from tests.positions import WORD, description, page, sections, words

_MARKS = list("\\`*_^{}[]<>|$~&#+-=:!\"'().,;/%@0123456789") + [" "] * 8
_PIECES = (
    *("{{", "}}", "{%", "%}", "{:", "{::", "}", "](", "[^", "*[", "]:", "![", "<!--", "-->", "</", "/>", "&#", "&amp;"),
    *("http://", "https://", "www.", "javascript:", "onclick=", "```", "~~~", "---", "===", "***", "$$", "||", "\\\\"),
    *("x", "a b", "word", "Größe", "日本", "👩\u200d💻", "e\u0301", "1.", "1)", "# ", "- ", "> ", ": ", "  ", "   "),
)


def strings(count: int, seed: int) -> list[str]:
    """Return texts, cleaned and none of them empty or all marks; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  # not a secret
    made: list[str] = []
    while len(made) < count:
        pieces = [
            chance.choice(chance.choice((_MARKS, _MARKS, _PIECES, _PIECES, HOSTILE)))
            for _ in range(chance.randint(1, 12))
        ]
        text = clean_line("".join(pieces))
        # In all places at once it must not have more marks than are read.
        if text and TOO_MANY_MARKS not in parse(description(text)).raw:
            made.append(text)
    return made


def shown_otherwise(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts that Jekyll's Liquid and kramdown show as anything but themselves, each with the HTML.

    The texts take turns in the house style (with all fields, with few) and in a site's own template.
    """
    kinds = len(sections(WORD))
    pages = [page(sections(text)[number % kinds]) for number, text in enumerate(texts)]
    html = convert([*(page(section) for section in sections(WORD)), *pages])
    harmless = [tokens(one) for one in html[:kinds]]
    return [
        (text, one)
        for number, (text, one) in enumerate(zip(texts, html[kinds:], strict=True))
        if tokens(one) != with_text(harmless[number % kinds], words(text))
    ]
