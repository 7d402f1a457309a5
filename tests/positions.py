"""One typed text in every position that a page has for it."""

from almanac.event.description import Paragraph, parse, pieces
from almanac.event.model import Event, Link, Person
from almanac.page.template import section_renderer
from almanac.renderer import template

WORD, PARAGRAPH, BULLET, LABEL = "Harmlessword", "Harmlessparagraph", "Harmlessbullet", "Harmlesslabel"
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
_house = section_renderer(template("section.md.j2"))
_own = section_renderer(OWN)


def words(typed: str) -> dict[str, str]:
    """Return what replaces each harmless word when a text was typed.

    In a description some texts are its grammar: a bullet, a link. There the harmless word stays.
    """
    if typed == WORD:
        return {word: word for word in (WORD, PARAGRAPH, BULLET, LABEL)}
    paragraph = typed if parse(f"x\n\n{typed}") == (Paragraph("x"), Paragraph(typed)) and plain(typed) else PARAGRAPH
    bullet = typed if parse(f"x\n- {typed}") == (Paragraph("x", (typed,)),) and plain(typed) else BULLET
    label = typed if typed.isprintable() and not set("[]") & set(typed) and typed.strip() else LABEL
    line = list(pieces(linked(paragraph, label, bullet)))
    if [piece for piece, _ in line] != [f"x {paragraph}", f" {bullet}"]:
        label = LABEL
        if len(list(pieces(linked(paragraph, label, bullet)))) != len([LABEL, BULLET]):
            paragraph = bullet = PARAGRAPH
    return {WORD: typed, PARAGRAPH: paragraph, BULLET: bullet, LABEL: label}


def plain(typed: str) -> bool:
    """Say whether there is no link in a text of a description."""
    return len(list(pieces(typed))) == 1


def linked(paragraph: str, label: str, bullet: str) -> str:
    """Return a line with text around a link."""
    return f"x {paragraph}[{label}]({URL}) {bullet}"


def events(typed: str) -> tuple[Event, ...]:
    """Return events that have a text in every place for text."""
    word = words(typed)
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
            description="\n\n".join(
                [
                    f"{word[PARAGRAPH]}\n- {word[BULLET]}",
                    linked(word[PARAGRAPH], word[LABEL], word[BULLET]),
                    f"[{word[LABEL]}]({URL})",
                    word[PARAGRAPH],
                ]
            ),
            agenda=(typed, f"one {typed} two"),
            links=(Link(label=typed, url=URL),),
            recording=URL,
            extra={"room": typed},
        ),
        Event(id="2021-11-09-x", title=typed, date="2021-11-09", agenda=(typed,)),
    )


def page(*sections: str) -> str:
    """Return a page with these sections between other text."""
    return "\n\n".join(["---\n---", "before", *sections, "after"]) + "\n"


def sections(typed: str) -> list[str]:
    """Return sections with a text in all positions: of the house style, and of a site's own template."""
    first, second = events(typed)
    return [_house(first), _house(second), _own(first)]
