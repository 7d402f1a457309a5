"""A second list of a page, in which its maintainers name each event once more: an index below the sections, say."""

from collections.abc import Sequence

from almanac.dates import UNKNOWN_YEAR
from almanac.page.imitate import suits, write_templates
from almanac.page.match import same_name, title_of
from almanac.page.outline import Page, Section, known_dates
from almanac.page.template import DOCS

_INTRODUCTION = f"""\
{{# One event's line in the second list of the page, which names all events. Change it as you like; what it can use is
   described in {DOCS} -#}}
"""


def index_of(page: Page) -> list[Section]:
    """Find the list in which each event is named a second time; empty if there is none that people keep up.

    It is of another kind than the list that is alive, names at least one event of that one, and did not end before it
    began.
    """
    alive = page.alive_list
    oldest = min(known_dates(alive), default="")
    kept = [
        sections
        for sections in page.lists_by_life[1:]
        if sections[0].style != alive[0].style
        and not (page.is_ahead(sections) or page.is_aside(sections))
        and max(known_dates(sections), default="") >= oldest
        and _names_one_of(sections, alive)
    ]
    return next(iter(kept), [])


def _names_one_of(sections: Sequence[Section], alive: Sequence[Section]) -> bool:
    by_day: dict[str, list[Section]] = {}
    for one in alive:
        by_day.setdefault(one.date[4:], []).append(one)
    return any(_is_same(one, other) for one in sections for other in by_day.get(one.date[4:], ()))


def _is_same(one: Section, other: Section) -> bool:
    years = {one.date[:4], other.date[:4]} - {UNKNOWN_YEAR}
    return len(years) <= 1 and same_name(title_of(one), title_of(other))


def index_template(page: Page, language: str = "en") -> str | None:
    """Write the template of an event's line in the second list; None if there is no list, or no template for it.

    `language` is as in `write_templates`.
    """
    sections = index_of(page)
    own = write_templates(page, sections, language) if sections else ()
    return next((_INTRODUCTION + source for source in own if suits(page, sections, source)), None)
