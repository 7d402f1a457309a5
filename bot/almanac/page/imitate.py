"""A section template for a page that is not in the house style: new events look as the page's own events do.

What most sections have in common is observed and described (`firstline`, `details`, `tables`), a template is written
that does the same, and it is tried on the page itself before anyone gets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from almanac.dates import MODEL
from almanac.errors import UserError
from almanac.event.model import Event, Link, Person
from almanac.page.details import observe_details, write_details
from almanac.page.firstline import observe_first_line, with_title, write_first_line
from almanac.page.htmltemplate import html_questions, write_html
from almanac.page.insert import fitted, put
from almanac.page.outline import Page, Section, known_dates, outline
from almanac.page.proof import says_date_of
from almanac.page.tables import Question, changed, observe_table, table_questions, write_row
from almanac.page.template import INTRODUCTION, section_renderer
from almanac.phrases import Tongue, said, say

_TOLD = {
    "title": say("A sample"),
    "series": say("Samples"),
    "when": say("9am ET, 3pm CET"),
    "location": say("Room 1"),
}
_DESCRIPTION = (say("A paragraph."), say("Another one:"), say("a point"), say("another point"))
_AGENDA = (say("Welcome"), say("Goodbye"))
_ENGINES, _SLIDES = say("Engines"), say("Slides")


@dataclass(frozen=True)
class Imitation:
    """How a page writes its events: `heading`, `bullet` or `row`, and the template that writes new ones alike.

    There is no template where the house style is the page's own, or where none was found that does. `proven` tells
    whether new entries were seen to land in the page's own shape. `sources` are all that were written, as
    `write_templates` gives them.
    """

    family: str
    template: str | None
    proven: bool
    sources: Sequence[str] = field(default=(), compare=False)


def imitate(page: Page, house: Sequence[bool], language: str = "en") -> Imitation:
    """Find the template that a page with events needs; `house` tells of each section if the house style writes it.

    `language` is as in `write_templates`.
    """
    sections = page.alive_list
    family = sections[0].style.family
    sources = write_templates(page, sections, language)
    in_house_style = {section.start for section, is_house in zip(page.sections, house, strict=True) if is_house}
    if sum(section.start in in_house_style for section in sections) * 2 >= len(sections):
        return Imitation(family, None, proven=True, sources=sources)
    for source in sources:
        if suits(page, sections, source):
            return Imitation(family, INTRODUCTION + source, proven=True, sources=sources)
    return Imitation(family, None, proven=False, sources=sources)


def write_templates(page: Page, sections: Sequence[Section], language: str = "en") -> list[str]:
    """Write templates for one of a page's lists: first the one most like its sections, then a plainer one.

    What no page shows, such as that an event is cancelled, is written in the words of a `language`.
    """
    family = sections[0].style.family
    if family == "row":
        return [write_row(replace(observe_table(page, sections), language=language))]
    if family == "html":
        return [write_html(page, sections, language)]
    first, alike = observe_first_line(sections)
    details = observe_details(sections, alike, first.shown)
    only_line = family in ("bullet", "other") and details.empty
    first = with_title(first) if only_line else first
    line, plain = write_first_line(first), write_first_line(first, changed(first.date, language)) + "\n"
    if only_line:
        return [plain]
    below = write_details(details, first.shown, first.date, language, recurring=first.title != "title")
    # Jinja2 drops the line end after a tag.
    return [line + ("\n" if line.endswith(" %}") and below.startswith("\n") else "") + below, plain]


def page_questions(page: Page) -> tuple[Question, ...]:
    """Return the questions for what a page's events say and no field of Almanac's has."""
    return table_questions(page) or html_questions(page)


def suits(page: Page, sections: Sequence[Section], source: str) -> bool:
    """Tell whether a template writes samples that land in one of a page's lists as they should."""
    try:
        render = section_renderer(source)
        return all(lands(page, event, render(event), sections) for event in samples(sections))
    except UserError:
        return False


def samples(sections: Sequence[Section], tongue: Tongue | None = None) -> tuple[Event, Event]:
    """Make two events of the day of a list's newest entry: one with only a title, one with everything.

    People are shown them in their language.
    """
    newest = max(known_dates(sections), default=MODEL)
    date = newest + MODEL[len(newest) :]
    told = said(_TOLD, tongue)
    bare = Event(id=f"{date}-sample", title=told["title"], date=date)
    ada = Person(name="Ada", url="https://example.org/ada", affiliation=said(_ENGINES, tongue))
    more = {
        **told,
        "url": "https://example.org/register",
        "people": (ada, Person(name="Grace")),
        "description": "{}\n\n{}\n- {}\n- {}".format(*said(_DESCRIPTION, tongue)),
        "agenda": said(_AGENDA, tongue),
        "links": (Link(label=said(_SLIDES, tongue), url="https://example.org/slides"),),
        "recording": "https://example.org/recording",
    }
    return bare, bare.model_copy(update=more)


def lands(page: Page, event: Event, section: str, like: Sequence[Section] | None = None) -> bool:
    """Tell whether a new event's section, put onto a page, is found there again as what it is, and nothing else moves.

    The page then has one section more, of the right day and the same kind as those of the list that is alive or of the
    one that it should be `like`, and every other as it was.
    """
    after = outline(put(page.text, event, section, previous=None, order=None))
    before = [one.text for one in page.sections]
    others = list(after.sections)
    new = next((one for one, old in zip(others, [*before, None], strict=False) if one.text != old), None)
    if new is None:
        return False
    others.remove(new)
    model = (like or page.alive_list)[0].style
    is_whole = new.text == fitted(event, section, page.newline)
    same_kind = (new.style.family, new.style.level) == (model.family, model.level)
    others_kept = [one.text for one in others] == before
    return is_whole and same_kind and says_date_of(new, event) and others_kept
