"""Typed text does nothing in the templates that imitate a page either, wherever these put it: proven on built pages."""

from functools import cache
from pathlib import Path

import pytest
from almanac.page.imitate import write_templates
from almanac.page.outline import outline
from almanac.page.section import Renderer
from almanac.page.template import section_renderer

from tests.built import Token, build, tokens, with_text
from tests.hostile import HOSTILE
from tests.page.house import PAGES
from tests.page.test_hostile import CLEANED
from tests.positions import WORD, events, page, words

pytestmark = pytest.mark.jekyll

TALKS = """\
- May 3, 2021 meetup, or one by one:
    - Ana Low & Bo Ray - [Cats](https://example.org/c)
- June 7, 2021 meetup, or one by one:
    - Cy Day - [Dogs](https://example.org/d)
"""
LABELS = """\
## May 3, 2021: Cats

**When:** 9am{end}
**Speakers:** *Ana Low*, Uni of X{end}
**Sign up:** <https://example.org/r>{end}
**Video:** [Cats, the film](https://example.org/v){end}
**Slides:** [Click here](https://example.org/s){end}
**Place:** Hall{end}
**Series:** Animals{end}
**Tags:** fur, milk{end}
**Agenda:**

> Coffee

Abstract: We saw cats.

## April 5, 2021: Dogs

**Slides:** [Click here](https://example.org/s)
"""
HEADINGS = """\
# May 3, 2021 - Why cats purr

Meetup: [https://example.org/m](https://example.org/m)

## Agenda

1. Coffee

### Why cats purr

#### Ana Low (Uni)

- [Video (May)](https://example.org/v)
- [Slides](https://example.org/s)

# April 5, 2021 - Why dogs bark

### Why dogs bark

#### Bo Ray (Uni)
"""
TITLES = """\
## May 3, 2021
*"On cats"*
*Ana Low (Uni)*
> All about cats.

## April 5, 2021
*"On dogs"*
*Bo Ray (Uni)*
> All about dogs.
"""
NAMES = """\
* **Ana Low**
    * **May 3, 2021**
    * *"On cats"*
* **Bo Ray**
    * **April 5, 2021**
    * *"On dogs"*
* **Cy Day**
    * **March 1, 2021**
    * *"On eels"*
"""
SHAPES = (
    TALKS,
    LABELS,
    HEADINGS,
    TITLES,
    NAMES,
    *(
        PAGES[name]
        for name in PAGES
        if "below" in name or "three" in name or "in-links" in name or name.startswith(("html-", "paragraphs"))
    ),
)


@cache
def renderers() -> list[Renderer]:
    """Return what imitates each of the shapes."""
    cuts = [outline(text) for text in SHAPES]
    return [section_renderer(write_templates(cut, cut.alive_list)[0]) for cut in cuts]


def imitated(typed: str) -> str:
    """Return a page with sections that imitate each of the shapes, with a text in every place."""
    event = events(typed)[0].model_copy(update={"starts": "2021-11-08T09:00:00-05:00"})
    return page(*(f"{render(event)}\n\n----" for render in renderers()))


THIRDS = [0, *(pytest.param(part, marks=pytest.mark.long) for part in (1, 2))]


@pytest.mark.parametrize("part", THIRDS)
def test_text_is_read_as_it_was_typed_in_every_shape(tmp_path: Path, part: int) -> None:
    typed = (WORD, *CLEANED[part::3])
    built = build(tmp_path / "site", {f"p{number}.md": imitated(text) for number, text in enumerate(typed)})
    pages = [tokens((built / f"p{number}.html").read_text(encoding="utf-8")) for number in range(len(typed))]
    wrong: list[tuple[str, list[tuple[Token, Token]]]] = []
    for text, found in zip(typed[1:], pages[1:], strict=True):
        expected = with_text(pages[0], words(text))
        if found != expected:
            wrong.append((text, [pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]][:1]))
    assert len(CLEANED) > len(HOSTILE) / 2
    assert not wrong
