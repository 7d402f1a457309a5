"""An event at a glance: its name in a title, and the rows of the table with which a pull request begins."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import datetime

from almanac.dates import DAYS, MONTHS, UNKNOWN_YEAR
from almanac.event.model import Event
from almanac.phrases import Kind, Phrase, in_calendar, joined, say, say_number
from almanac.proposal.quotation import bold, inert, inert_link, struck
from almanac.times.check import imported_moment
from almanac.times.zones import Zones
from almanac.urls import host_of, why_refused

_MOST_NAMES = 8
_MOST_CHARACTERS = 24
"""How long an address is shown, which has no place to break: a wider table is cut off on a phone."""
_ALWAYS = ("What", "Date")
_IN_CELLS = {"title", "series", "date", "end_date", "when", "location", "people", "url", "recording"}
_IN_CELLS |= {"links", "image", "status"}
# These follow from others, or say nothing to a reader; `extra` is told field by field.
_NEVER_TOLD = {"id", "issue", "number", "previous_date", "starts", "ends"}
_NEVER_TOLD |= {"time_zone", "duplicate_of", "rendered", "extra", "markdown"}


STATUSES = {
    "scheduled": say("scheduled"),
    "cancelled": say("cancelled"),
    "postponed": say("postponed"),
    "rescheduled": say("rescheduled"),
}
"""What people are told that an event is, by its status."""
_NAMES = {
    "people_label": say("People label"),
    "description": say("Description"),
    "agenda": say("Agenda"),
    "tags": say("Tags"),
}


@dataclass(frozen=True)
class SummaryRow:
    """One row of the table: what it is about, and its text, as Markdown in which nothing acts."""

    name: str
    text: str


def named(event: Event) -> str:
    """Return what an event is called among others: its day, its title and its series, as typed."""
    return joined((days_of(event), name_of(event)), " \u2013 ")


def name_of(event: Event) -> str:
    """Return an event's title with its series, as typed."""
    return f"{event.title} ({event.series})" if event.series and event.series != event.title else event.title


def days_of(event: Event, *, full: bool = False) -> str:
    """Show an event's date with its weekday, and its last day if there are several."""
    first, last, kind = day_of(event.date, full=full), event.end_date, _kind(full=full)
    if last is None:
        return first
    year = f", {event.date[:4]}"
    first = first.removesuffix(year) if last.startswith(event.date[:4]) else first
    return in_calendar(f"{first} - {day_of(last, full=full)}", kind, event.date, last)


def day_of(date: str, *, full: bool = False) -> str:
    """Show a date with its weekday: `Thu, Dec 9, 2021`, or in full words."""
    year, month, day = (*date.split("-"), "", "")[:3]
    length = None if full else 3
    words = MONTHS[int(month or 0)][:length]
    if day and year != UNKNOWN_YEAR:
        weekday = DAYS[calendar_date.fromisoformat(date).weekday()][:length]
        words = f"{weekday}, {words} {int(day)}, {year}"
    else:
        words = f"{words} {int(day)}" if day else f"{words} {year}".strip()
    return in_calendar(words, _kind(full=full), date)


def _kind(*, full: bool) -> Kind:
    return "full date" if full else "short date"


def summary(event: Event, before: Event | None, labels: Mapping[str, str]) -> tuple[SummaryRow, ...]:
    """Return the rows for an event, or for what a change makes of what there was `before`.

    `labels` are what the form calls its questions, for those that Almanac does not know.
    """
    if before is None:
        return tuple(SummaryRow(name, text) for name, (_, text) in _cells(event, full=True) if text)
    then, now = dict(_cells(before)), dict(_cells(event))
    if then["Status"][0] and now["Status"][0] is None:
        now["Status"] = "scheduled", say("takes place")
    rows = (_changed(name, then.get(name, _NOTHING), now.get(name, _NOTHING)) for name in {**now, **then})
    return (*filter(None, rows), *_others(event, before, labels))


_Cell = tuple[object, str]  # a value to compare, and how it is shown
_NOTHING: _Cell = (None, "")


def _cells(event: Event, *, full: bool = False) -> Iterator[tuple[str, _Cell]]:
    names = [inert(person.name) for person in event.people]
    people = joined(names[:_MOST_NAMES], ", ")
    if len(names) > _MOST_NAMES:
        people = say("{names} and {number} more", names=people, number=len(names) - _MOST_NAMES)
    yield say("What"), (name_of(event), inert(name_of(event)))
    yield say("Date"), ((event.date, event.end_date), days_of(event, full=full))
    length = _length_beside(event)
    when = joined((inert(event.when or ""), joined(("(", length, ")"), "") if length else ""))
    yield say("When"), (event.when and f"{event.when}{length}", when)
    yield say("Where"), (event.location, inert(event.location or ""))
    yield say("People"), (event.people or None, people)
    yield say("Link"), (event.url, _link(event.url))
    yield say("Recording"), (event.recording, _link(event.recording))
    if not full:
        links = [inert_link(link.label, None if why_refused(link.url) else link.url) for link in event.links]
        yield say("Links"), (event.links or None, ", ".join(links))
    yield (
        say("Picture"),
        (event.image, (inert(event.image.alt) if event.image.alt else say("without words")) if event.image else ""),
    )
    yield say("Status"), (event.status, STATUSES.get(event.status or "", ""))


def _length_beside(event: Event) -> str:
    """Say how long an event takes, where its line of times does not say when it ends."""
    if event.end_date or not (event.when and event.starts and event.ends):
        return ""
    moment = imported_moment(event.date, event.when, Zones.of())
    if moment and moment.end:
        return ""
    length = datetime.fromisoformat(event.ends) - datetime.fromisoformat(event.starts)
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    parts = (
        say_number("{number} hour", "{number} hours", hours) if hours else "",
        say_number("{number} minute", "{number} minutes", minutes) if minutes else "",
    )
    return joined(parts)


def _link(url: str | None) -> str:
    """Show an address without its scheme, and not to its end if that is far away."""
    if url is None or why_refused(url):
        return inert(url or "")
    words = url.partition("//")[2].rstrip("/")
    return inert_link(words if len(words) <= _MOST_CHARACTERS else f"{host_of(url)}/\u2026", url)


def _changed(name: str, before: _Cell, after: _Cell) -> SummaryRow | None:
    (was, old), (now, new) = before, after
    if was == now:
        return SummaryRow(name, new) if name in _ALWAYS else None
    if now is None:
        return SummaryRow(name, say("removed: {text}", text=_amid(struck, old)))
    if was is None:
        return SummaryRow(name, say("added: {text}", text=new))
    if old == new:
        return SummaryRow(name, say("changed: {text}", text=new))
    return SummaryRow(name, joined((_amid(struck, old), _amid(bold, new)), " \u2192 "))


def _amid(marks: Callable[[str], str], words: str) -> str:
    """Put marks around words, which may be said in another language later."""
    before, _, after = marks("x").partition("x")
    return joined((before, words, after), "") if isinstance(words, Phrase) else marks(words)


def _others(event: Event, before: Event, labels: Mapping[str, str]) -> Iterator[SummaryRow]:
    """Name what else changed: what is too long to be shown twice, and the site's own questions."""
    extra = {**before.extra, **event.extra}
    names = [name for name in Event.model_fields if name not in _IN_CELLS | _NEVER_TOLD]
    pairs: list[tuple[str, object, object]] = [
        *((name, getattr(before, name), getattr(event, name)) for name in names),
        *((name, before.extra.get(name), event.extra.get(name)) for name in extra),
    ]
    for name, was, now in pairs:
        if (was or None) != (now or None):
            words = inert(labels.get(name, "")) or _NAMES.get(name) or inert(name.replace("_", " ").capitalize())
            yield SummaryRow(words, say("changed") if was and now else say("added") if now else say("removed"))
