"""The same event listed twice on one page: in sections, say, and in an index below them.

A hand-written page becomes records, without the loss of a single byte.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from almanac.dates import UNKNOWN_YEAR
from almanac.errors import Problem, UserError
from almanac.event.model import Event, TakenIds
from almanac.page.insert import fitted, split
from almanac.page.match import words
from almanac.page.outline import Page, Section
from almanac.page.section import Renderer, SectionReader
from almanac.times.zones import Zones

# Of so many entries on one day, none is compared with all others.
_MOST = 50


@dataclass(frozen=True)
class _Listing:
    event: Event
    section: Section
    names: tuple[str, ...]


def mark_duplicates(events: Sequence[Event], sections: Sequence[Section]) -> tuple[list[Event], list[Problem]]:
    """Give each later listing of an event `duplicate_of`, and a warning with its line."""
    marked: list[Event] = []
    warnings: list[Problem] = []
    by_day: dict[str, list[_Listing]] = {}
    for event, section in zip(events, sections, strict=True):
        names = tuple(filter(str.strip, (words(name) for name in (event.title, event.series) if name)))
        listing = _Listing(event, section, names)
        day = by_day.setdefault(event.date[5:] or event.date, [])
        first = next((other for other in day[:_MOST] if _same(other, listing)), None)
        if first is None:
            day.append(listing)
            marked.append(event)
            continue
        marked.append(event.model_copy(update={"duplicate_of": first.event.id}))
        message = f"This event is on the page already, on line {first.section.line}; this is taken as a second listing."
        warnings.append(Problem(message, "Title", typed=event.title, line=section.line))
    return marked, warnings


def _same(first: _Listing, second: _Listing) -> bool:
    dates = {first.event.date, second.event.date}
    if len(dates) > 1 and not any(date.startswith(UNKNOWN_YEAR) for date in dates):
        return False
    if set(first.names) & set(second.names):
        return first.section.list_key != second.section.list_key or first.names == second.names
    if first.section.list_key == second.section.list_key:
        return False
    return not second.section.title or any(_within(one, other) for one, other in _pairs(first, second))


def _pairs(first: _Listing, second: _Listing) -> Iterator[tuple[str, str]]:
    for one in first.names:
        for other in second.names:
            yield one, other


def _within(one: str, other: str) -> bool:
    """Tell whether a name stands in another; a single word says too little."""
    return (one in other and one.count(" ") > 2) or (other in one and other.count(" ") > 2)  # noqa: PLR2004  # a space around each word


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
