"""A hand-written page becomes records, without the loss of a single byte.

Also the events that a page lists twice: in sections, say, and in an index below them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import product

from almanac.dates import UNKNOWN_YEAR
from almanac.errors import Problem, UserError
from almanac.event.model import Event, TakenIds
from almanac.page.fields import EntryFields
from almanac.page.insert import fitted, split
from almanac.page.match import COMPARED, words
from almanac.page.order import order_warnings
from almanac.page.outline import Page, Section
from almanac.page.passed_over import passed_over
from almanac.page.section import Renderer, SectionReader
from almanac.phrases import say
from almanac.times.zones import Zones

_SHOWN_OF_DIFFERENCE = 40


@dataclass(frozen=True)
class Imported:
    """The records of a page's events, in the page's order, and what was noticed about the content, by line."""

    events: tuple[Event, ...]
    structured: int  # how many are written again from their fields alone
    verbatim: int  # how many keep their section's text
    warnings: tuple[Problem, ...]


def import_page(
    page: str, render: Renderer, zones: Zones, taken: Collection[str] = (), file: str | None = None
) -> Imported:
    """Make records of a page's events, and prove that the page can be written again from them.

    `taken` are ids that other records have, `file` is the page's path, for the warnings.

    Raises:
        UserError: The page has no event, or a Liquid loop writes them; or, which must not happen, the page does not
            come back byte for byte: the first difference is shown.
    """
    cut = split(page, file)
    reader = SectionReader(render, zones, cut.newline)
    fields = EntryFields(cut, zones)
    events: list[Event] = []
    texts: list[str] = []
    warnings: list[Problem] = []
    ids = TakenIds(taken)
    for section in cut.sections:
        understood = reader.new(section, ids, fields, exact=True)
        ids.add(understood.event.id)
        events.append(understood.event)
        texts.append(understood.written)
        warnings += understood.warnings
    events, twice = mark_duplicates(events, cut.sections)
    # A template may say of a second listing that it is one.
    shown = [render(event) if event.duplicate_of else text for event, text in zip(events, texts, strict=True)]
    _prove(cut, [fitted(event, text, cut.newline) for event, text in zip(events, shown, strict=True)], file)
    found = sorted((*order_warnings(cut), *passed_over(cut), *warnings, *twice), key=lambda warning: warning.line or 0)
    verbatim = sum(event.markdown is not None for event in events)
    return Imported(
        tuple(events), len(events) - verbatim, verbatim, tuple(replace(warning, file=file) for warning in found)
    )


def _prove(cut: Page, texts: list[str], file: str | None) -> None:
    page, again = cut.text, cut.joined(texts)
    if again == page:
        return
    different = (at for at, (old, new) in enumerate(zip(page, again, strict=False)) if old != new)
    place = next(different, min(len(page), len(again)))
    was, now = (text[place : place + _SHOWN_OF_DIFFERENCE] for text in (page, again))
    message = (
        f"The page would not come back as it is, so nothing is written. From here on it would read {now!r}. This is a "
        "bug in Almanac, or in the section template: please report it with the page."
    )
    raise UserError(Problem(message, typed=was, file=file, line=page.count("\n", 0, place) + 1))


# ------------------------------------------------------------------------------- second listings


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
        # By day without the year, as one of the two listings may not say it.
        day = by_day.setdefault(event.date[5:] or event.date, [])
        first = next((other for other in day[:COMPARED] if _is_same(other, listing)), None)
        if first is None:
            day.append(listing)
            marked.append(event)
            continue
        marked.append(event.model_copy(update={"duplicate_of": first.event.id}))
        message = say(
            "This event is on the page already, on line {line}; this is taken as a second listing.",
            line=first.section.line,
        )
        warnings.append(Problem(message, event=event.title, line=section.line))
    return marked, warnings


def _is_same(first: _Listing, second: _Listing) -> bool:
    """Tell whether two entries list one event.

    Within one list they do only if all their names agree: two sessions of a series on one day are two events. In two
    lists one name in common is enough, or one that is a part of another, or a second entry that names nothing but the
    date.
    """
    dates = {first.event.date, second.event.date}
    if len(dates) > 1 and not any(date.startswith(UNKNOWN_YEAR) for date in dates):
        return False
    if first.section.list_key == second.section.list_key:
        return first.names == second.names and bool(first.names)
    if not second.section.title or set(first.names) & set(second.names):
        return True
    return any(_is_part(one, other) or _is_part(other, one) for one, other in product(first.names, second.names))


def _is_part(name: str, other: str) -> bool:
    """Tell whether a name is in another; a single word, with its two spaces, says too little."""
    return name in other and name.count(" ") > 2  # noqa: PLR2004
