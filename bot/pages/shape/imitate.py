"""Which template a page needs, tried on the page before anybody gets it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.events.event import Event, Link, Person
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.history import fitted, put
from bot.pages.outline import Page, Section, longest, outline
from bot.pages.section import section_renderer
from bot.pages.shape.dates import MODEL
from bot.pages.shape.template import write_template

DOCS = "https://github.com/almanac-events/almanac/blob/main/docs/templates.md"
_INTRODUCTION = f"""\
{{# One event's part of the page, in the shape that the page has. Change it as you like; what it can use is described in
   {DOCS}
   What it does not name stays in the event's record, and is not on the page. -#}}
"""
_MORE = {
    "series": "Samples",
    "when": "9am ET, 3pm CET",
    "location": "Room 1",
    "url": "https://example.org/register",
    "people": (Person(name="Ada", url="https://example.org/ada", affiliation="Engines"), Person(name="Grace")),
    "description": "A paragraph.\n\nAnother one:\n- a point\n- another point",
    "agenda": ("Welcome", "Goodbye"),
    "links": (Link(label="Slides", url="https://example.org/slides"),),
    "recording": "https://example.org/recording",
}


@dataclass(frozen=True)
class Imitation:
    """How a page writes its events.

    Attributes:
        family: `heading`, `bullet` or `row`.
        template: The template that writes new ones alike; None where the house style is the page's own, or where no
            template was found that does.
        proven: Whether new entries were seen to land in the page's own shape.
    """

    family: str
    template: str | None
    proven: bool


def imitate(page: Page, house: Sequence[bool]) -> Imitation:
    """Find the template that a page needs.

    Each candidate is tried: a sample event is put onto the page, which has to have one entry more, of the same kind and
    of the right day, and every other entry as it was.

    Args:
        page: A page with events.
        house: Of each of its sections, whether the house style writes it.
    """
    sections = longest(page.groups)
    of_house = {section.start for section, is_house in zip(page.sections, house, strict=True) if is_house}
    family = sections[0].style.family
    if sum(section.start in of_house for section in sections) * 2 >= len(sections):
        return Imitation(family, None, proven=True)
    for source in write_template(page, sections):
        if all(_suits(page, event, source) for event in samples(sections)):
            return Imitation(family, _INTRODUCTION + source, proven=True)
    return Imitation(family, None, proven=False)


def samples(sections: Sequence[Section]) -> tuple[Event, Event]:
    """Make two events of the day of a list's newest entry: one with a title alone, one with everything."""
    days = [section.date for section in sections if not section.date.startswith(UNKNOWN_YEAR)]
    newest = max(days, default=MODEL)
    date = newest + MODEL[len(newest) :]
    bare = Event(id=f"{date}-sample", title="A sample", date=date)
    return bare, bare.model_copy(update=_MORE)


def lands(page: Page, event: Event, section: str) -> bool:
    """Tell whether a new event's section, put onto a page, is found there again as what it is, and nothing else moves.

    Args:
        page: A page with events.
        event: The new event.
        section: What a template writes for it.
    """
    after = outline(put(page.text, event, section, previous=None, order=None))
    before = [one.text for one in page.sections]
    now = list(after.sections)
    new = next((one for one, old in zip(now, [*before, None], strict=False) if one.text != old), None)
    if new is None:
        return False
    now.remove(new)
    model = longest(page.groups)[0].style
    whole = new.text == fitted(event, section, page.newline)
    same_kind = (new.style.family, new.style.level) == (model.family, model.level)
    return whole and same_kind and event.date.startswith(new.date) and [one.text for one in now] == before


def _suits(page: Page, event: Event, source: str) -> bool:
    try:
        return lands(page, event, section_renderer(source)(event))
    except UserError:
        return False
