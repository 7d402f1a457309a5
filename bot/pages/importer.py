"""A hand-written page becomes records, without the loss of a single byte."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.errors import Problem, UserError
from bot.events.event import Event
from bot.events.ids import TakenIds
from bot.events.times import Zones
from bot.pages.duplicates import mark_duplicates
from bot.pages.history import fitted, split
from bot.pages.outline import Page
from bot.pages.reading import Renderer, SectionReader


@dataclass(frozen=True)
class Imported:
    """What a page gave.

    Attributes:
        events: The records, in the order in which they stand on the page.
        structured: How many of them are written again from their fields alone.
        verbatim: How many keep their section's text.
        warnings: What was noticed about the content, by line.
    """

    events: tuple[Event, ...]
    structured: int
    verbatim: int
    warnings: tuple[Problem, ...]


def import_page(
    page: str, render: Renderer, zones: Zones, taken: Collection[str] = (), file: str | None = None
) -> Imported:
    """Make records of a page's events, and prove that the page can be written again from them.

    Args:
        page: The page's text, with its line ends as they are.
        render: Writes an event's section, with LF.
        zones: The site's zones, for the times on the page.
        taken: Ids that other records have.
        file: The page's path, for the warnings.

    Raises:
        UserError: The page holds no event, or a Liquid loop writes them; or, which must not happen, the page does not
            come back byte for byte: the first difference is shown.
    """
    cut = split(page)
    reader = SectionReader(render, zones, cut.newline)
    events: list[Event] = []
    warnings: list[Problem] = []
    ids = TakenIds(taken)
    for section in cut.sections:
        understood = reader.new(section, ids)
        ids.add(understood.event.id)
        events.append(understood.event)
        warnings += understood.warnings
    events, twice = mark_duplicates(events, cut.sections)
    _prove(page, cut, events, render)
    found = sorted((*warnings, *twice), key=lambda warning: warning.line or 0)
    verbatim = sum(event.markdown is not None for event in events)
    return Imported(
        tuple(events), len(events) - verbatim, verbatim, tuple(replace(warning, file=file) for warning in found)
    )


def _prove(page: str, cut: Page, events: list[Event], render: Renderer) -> None:
    """Write the whole page from the records and compare.

    Raises:
        UserError: With the first difference.
    """
    again = cut.joined([fitted(event, render(event), cut.newline) for event in events])
    if again == page:
        return
    place = next(
        (at for at, pair in enumerate(zip(page, again, strict=False)) if pair[0] != pair[1]), min(len(page), len(again))
    )
    line = page.count("\n", 0, place) + 1
    was, now = page[place : place + 40], again[place : place + 40]
    message = f"The page would not come back as it is, so nothing is written. From here on it would read {now!r}."
    raise UserError(Problem(message, typed=was, line=line))
