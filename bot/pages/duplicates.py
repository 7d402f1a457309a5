"""The same event listed twice on one page: in sections, say, and in an index below them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import Problem
from bot.events.event import Event
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.match import words
from bot.pages.outline import Section

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
        return first.section.group != second.section.group or first.names == second.names
    if first.section.group == second.section.group:
        return False
    return not second.section.title or any(_within(one, other) for one, other in _pairs(first, second))


def _pairs(first: _Listing, second: _Listing) -> Iterator[tuple[str, str]]:
    for one in first.names:
        for other in second.names:
            yield one, other


def _within(one: str, other: str) -> bool:
    """Tell whether a name stands in another; a single word says too little."""
    return (one in other and one.count(" ") > 2) or (other in one and other.count(" ") > 2)  # noqa: PLR2004  # a space around each word
