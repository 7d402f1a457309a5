"""One typed text in every position that a page has for it."""

import re

from almanac.event.model import Event, Link, Person
from almanac.packaged import template
from almanac.page.template import section_renderer

WORD = "Harmlessword"
URL = "https://example.org/page?a=1&b=2"

# A site's own template, in which nobody thought of escaping.
OWN = """\
### {{ title }}

{{ title }}

Above it
{{ title }}
and below it

In {{ title }} between, **{{ title }}** strong, ({{ title }})

| Title | Again |
|-------|-------|
| {{ title }} | the {{ title }} event |
| a | b |

[{{ title }}](https://example.org/) and [to {{ title }} there](https://example.org/) {{ title }}[there](https://example.org/)

- {{ title }}
    * {{ title }}

7. {{ title }}

> {{ title }}

<p class="plain {{ status }}">{{ title }}</p>

#### The {{ title }} heading

{{ extra.room }}

{{ title }}{{ title }}amp;
"""
_LINE_ENDS = re.compile(r"[\r\n]+")
_house = section_renderer(template("section.md.j2"))
_own = section_renderer(OWN)


def words(typed: str) -> dict[str, str]:
    """Return what replaces the harmless word when a text was typed."""
    return {WORD: typed}


def literal(typed: str) -> str:
    """Return Markdown that means exactly a text, for a description: CommonMark lets every mark be escaped so."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _LINE_ENDS.sub(" ", typed))


def as_code(typed: str) -> str:
    """Return inline code that shows a text."""
    fence = "`" * (1 + max(map(len, re.findall("`+", typed)), default=0))
    return f"{fence} {_LINE_ENDS.sub(' ', typed)} {fence}"


def description(typed: str) -> str:
    """Return a description with a text in every place that it has: alone, and amid others."""
    word, code = literal(typed), as_code(typed)
    return "\n\n".join(
        [
            f"{word}\n- {word}\n  - {word}\n  - x {word}\n\n1. {word}\n   1. {word}\n2. {code}",
            f"x {word}[{word}]({URL}) {word}",
            f"[{word}]({URL})\n{word}",
            f"> {word}\n> {word}",
            f"*{word}* **{word}** x *y {word}* ***{word}** x* [**{word}** {code}]({URL}) {code}",
            f"{word} https://example.org/a_b?c=*d*&e=1",
            f"> *{word}*",
            f"1. **{word}**\n\n3) {word}",
            f"*{word}*",
            code,
            word,
        ]
    )


def events(typed: str) -> tuple[Event, ...]:
    """Return events that have a text in every place for text."""
    return (
        Event(
            id="2021-11-08-x",
            status="cancelled",
            series=typed,
            title=typed,
            date="2021-11-08",
            when=typed,
            location=typed,
            url=URL,
            people_label=typed,
            people=(
                Person(name=typed, url=URL, affiliation=typed, role=typed),
                Person(name=typed, affiliation=typed),
                Person(name=typed),
            ),
            description=description(typed),
            agenda=(literal(typed), f"one *{literal(typed)}* [{literal(typed)}]({URL}) {as_code(typed)}"),
            links=(Link(label=typed, url=URL),),
            recording=URL,
            tags=(typed, f"one {typed} two"),
            extra={"room": typed},
        ),
        Event(
            id="2021-11-09-x",
            title=typed,
            date="2021-11-09",
            description=f"1. {literal(typed)}\n2. {as_code(typed)}\n\n- {literal(typed)}",
            agenda=(literal(typed),),
        ),
    )


def page(*sections: str) -> str:
    """Return a page with these sections between other text."""
    return "\n\n".join(["---\n---", "before", *sections, "after"]) + "\n"


def sections(typed: str) -> list[str]:
    """Return sections with a text in all positions: of the house style, and of a site's own template."""
    first, second = events(typed)
    return [_house(first), _house(second), _own(first)]
