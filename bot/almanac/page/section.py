"""What a section says: in fields if they can write it again, else kept verbatim beside what is understood.

A section in the house style is read back into the fields that it was written from: written again, they must say the
same. What is noticed about its content is reported with its line and never corrected: the page is its people's.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from itertools import zip_longest
from typing import Any

from almanac.dates import DAYS, UNKNOWN_YEAR, heading_date
from almanac.errors import Problem, UserError
from almanac.event.description import source_line
from almanac.event.model import Event, Image, Link, Person, event_id
from almanac.page.canonical import is_known, says_same, sense, spelt
from almanac.page.fields import EntryFields
from almanac.page.house import decoded, read_house, read_person
from almanac.page.lines import fingerprint, links, plain, split_lines, with_newline
from almanac.page.marks import status_in
from almanac.page.match import title_of
from almanac.page.outline import Section, outline
from almanac.page.rewrite import unsaid, without_gone
from almanac.patterns import regex
from almanac.phrases import say
from almanac.times.check import check_imported
from almanac.times.zones import Zones

Renderer = Callable[[Event], str]
"""Writes an event's section, with LF."""
_MAX_TITLE = 300
_MAX_QUOTED = 200
_WHEN = regex(
    r"[\s>*+-]{0,20}[*_]{0,2}(?:when|times?|date and time)[*_]{0,2}[ \t]?:[*_]{0,2}[ \t]*(\S.*)", re.IGNORECASE
)
# What a section in the house style shows: after an edit by hand it says all of these.
_SHOWN = (
    *(
        "status",
        "previous_date",
        "series",
        "title",
        "end_date",
        "when",
        "location",
        "url",
        "people_label",
        "people",
        "description",
        "agenda",
    ),
    *("recording", "links"),
)
_LINES = ("title", "series", "when", "location")
_TIMES = ("starts", "ends", "time_zone")
_TIMED_BY = ("when", "date", "end_date")
_TEXTS = ("title", "series", "when", "location", "description")
_PROBE = "Qzxjvk"
_PROBES: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, _PROBE),
    **dict.fromkeys(("url", "recording"), f"https://{_PROBE}.example/{_PROBE}"),
    "people": (Person(name=_PROBE),),
    "agenda": (_PROBE,),
    "links": (Link(label=_PROBE, url=f"https://{_PROBE}.example/"),),
    "image": Image(path=_PROBE, alt=_PROBE),
}
"""What each field holds for a moment, to see where the site's own template writes it."""

_CODE = regex(r"`[^`]*`")
_OPENED = regex(r"<a\b[^<>]*(>?)", re.IGNORECASE)
_CLOSED = regex(r"</a[ \t]*>", re.IGNORECASE)
_ODD_QUOTE = regex(r"\bhref[ \t]*=[ \t]*(?:\"[^\"<>]*(?:[<>]|\Z)|'[^'<>]*(?:[<>]|\Z))", re.IGNORECASE)
_TARGET = regex(r"\]\([ \t]*<?(?:https?:|www\.|mailto:)")
_BRACKET = regex(r"[()]")
_APART = regex(r"\][ \t]+\(https?:")
_NO_BRACKET = regex(r"\[[^\[\]()]*\(https?:[^\s()]*\)(?!\])")


@dataclass(frozen=True)
class Understood:
    """An event as its section gives it, what it is `written` as, and what is noticed about it."""

    event: Event
    written: str
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class _Reading:
    """What a section says: values of an event's fields, the title among them.

    If `whole`, the section is in the house style, so what it does not say is not so. `named` is the section's title
    without the status that may stand beside it.
    """

    fields: dict[str, Any]
    whole: bool = True
    named: str = ""


@dataclass(frozen=True)
class SectionReader:
    """Makes records of sections, with the site's zones and the page's line end."""

    render: Renderer
    zones: Zones
    newline: str

    def new(
        self, section: Section, taken: Collection[str], fields: EntryFields | None = None, *, exact: bool = False
    ) -> Understood:
        """Make a new record; `taken` are the ids that are in use, `fields` tell what the pattern of its list says.

        If `exact`, a record without `markdown` is written as the section byte for byte, and not only to the same sense.
        """
        for reading in _readings(section, fields):
            event = self._event(section, reading, None, taken)
            written = self.written(event)
            if written is None:
                continue
            if with_newline(written, self.newline) == section.text or (not exact and says_same(written, section.text)):
                return self._understood(section, event, written)
        return self._understood(section, _verbatim(section, event), section.text)

    def again(self, section: Section, record: Event, fields: EntryFields | None = None) -> Understood:
        """Take a section that was edited by hand into its record: only the fields of which it says something else.

        Of several ways to read it, the one counts by which the person changed the fewest fields. Where no fields can
        say what it says, its text is kept; then a field that cannot be read keeps its value as long as the words of
        that are still in the section.
        """
        events = [self._event(section, reading, record, ()) for reading in _readings(section, fields)]
        same = [self._settled(section, event, record) for event in events if self._says(event, section)]
        if not same and (event := self._read_back(section, record, fields)):
            same = [event]
        if not same:
            before = (self.written(record) if record.markdown is None else record.markdown) or ""
            there = [without_gone(section.text, event, before) for event in events]
            same = [_verbatim(section, _with_unread(section, event, record)) for event in there]
        event = self._timed(min(same, key=lambda event: _changes(event, record)), record)
        written = self.written(event) if event.markdown is None else event.markdown
        return self._understood(section, event, written or "")

    def _read_back(self, section: Section, record: Event, fields: EntryFields | None) -> Event | None:
        """Read fields where the site's own template puts them; None unless it then writes what the section says.

        A part that two fields could have changed leaves a doubt, and is not read.
        """
        found_there = fields.of(section) if fields else {}
        status = {name: value for name, value in found_there.items() if name in ("status", "previous_date")}
        start = self._event(section, _Reading({"title": record.title, **status}, whole=False), record, ())
        said, found, fixed = spelt(section.text), {}, Counter[int]()
        wrong = self._wrong(start, said)
        if len(wrong) * 2 > len(said) > 1:
            return None  # the template did not write it
        for name in _PROBES:
            for value in self._candidates(name, start, record, said):
                still_wrong = self._wrong(start.model_copy(update={name: value}), said)
                if still_wrong < wrong:
                    found[name] = value
                    fixed.update(wrong - still_wrong)
                    break
        event = self._timed(start.model_copy(update=found), record)
        return event if max(fixed.values(), default=1) == 1 and self._says(event, section) else None

    def _wrong(self, event: Event, said: list[str]) -> set[int]:
        """Return which lines, or cells of a row, are not written as the section says them."""
        pairs = zip_longest(self._tried(event), said, fillvalue="| ")  # blank cells at the end are not spelt
        return {index for index, (line, other) in enumerate(pairs) if line != other}

    def _candidates(self, name: str, event: Event, record: Event, said: list[str]) -> Iterator[Any]:
        """Give the values that a field could have by what stands where the template writes it."""
        probe = self._tried(event.model_copy(update={name: _PROBES[name]}))
        for line, there in zip_longest(probe, said, fillvalue="| "):
            if _PROBE not in line:
                continue
            if name in ("url", "recording"):
                yield from (link.url for link in links(there))
            elif name == "links":
                yield links(there)
            first, last = line.index(_PROBE), line.rindex(_PROBE)
            before, between, after = line[:first], line[first + len(_PROBE) : last], line[last + len(_PROBE) :]
            value = there.removeprefix(before).removesuffix(after).strip()
            if f"{before}{value}{after}".strip() == there.strip():
                yield from _pictures(value, between) if name == "image" else _values(name, value, record)

    def said_before(self, section: Section, record: Event) -> bool:
        """Tell whether a section still says what was on the page last, in other bytes, though the record was edited."""
        event = self.again(section, record).event
        written = self.written(event) if event.markdown is None else None
        return written is not None and is_known(record.rendered, written)

    def written(self, event: Event) -> str | None:
        """Write a section from the fields alone, which may be a guess; None if the template cannot."""
        try:
            return self.render(event if event.markdown is None else event.model_copy(update={"markdown": None}))
        except UserError:
            return None

    def _tried(self, event: Event) -> list[str]:
        return spelt(self.written(event) or "")

    def _says(self, event: Event, section: Section) -> bool:
        written = self.written(event)
        return written is not None and says_same(written, section.text)

    def _settled(self, section: Section, event: Event, record: Event) -> Event:
        """Give each field the record's own value back if the section says the same with it.

        Some fields no section could have shown, such as the label of people where there are none; and what was typed
        may have more spaces than a formatter leaves.
        """
        for name in _differences(event, record):
            own = self._timed(event.model_copy(update={name: getattr(record, name)}), record)
            event = own if self._says(own, section) else event
        return event

    def _understood(self, section: Section, event: Event, written: str) -> Understood:
        event = event.model_copy(update={"rendered": stamp(section.text, written)})
        times = check_imported(event.date, event.when or "", self.zones, event.end_date)
        line = section.line + _when_line(section)[0]
        warnings = (replace(warning, field="When", line=line) for warning in times.warnings)
        return Understood(event, written, (*_findings(section), *warnings))

    def _event(self, section: Section, reading: _Reading, record: Event | None, taken: Collection[str]) -> Event:
        found = dict(reading.fields)
        date, end_date = section.date, section.end_date
        if record is None:
            kept: dict[str, Any] = {"id": event_id(date, found.get("series") or found["title"], taken)}
        elif reading.whole:
            kept = {name: value for name, value in record if name not in _SHOWN}
        else:
            kept = dict(record)
            found |= {"extra": {**record.extra, **found["extra"]}} if "extra" in found else {}
            if reading.named in (record.series, record.title):
                del found["title"]
            # A section may say only the month of a day, or no year: a person put the rest into the record.
            without_year = date.startswith(UNKNOWN_YEAR) and date[4:] == record.date[4:]
            if record.date.startswith(f"{date}-") or without_year:
                date = record.date
            if _is_same_day(record.previous_date, found.get("previous_date")):
                del found["previous_date"]
            if end_date is None and date == record.date and not self._showed_last_day(record):
                end_date = record.end_date
        return self._timed(Event(**{**kept, **found, "date": date, "end_date": end_date, "markdown": None}), record)

    def _showed_last_day(self, record: Event) -> bool:
        """Tell whether a record's section says its last day, which not every template does."""
        before = self.written(record) if record.markdown is None else record.markdown
        return record.end_date is not None and any(one.end_date for one in outline(before or "").sections)

    def _timed(self, event: Event, record: Event | None) -> Event:
        """Let the times follow from date and When line; while these are the record's, so are the times."""
        known = record is not None and all(getattr(event, name) == getattr(record, name) for name in _TIMED_BY)
        times = record if known else check_imported(event.date, event.when or "", self.zones, event.end_date)
        return event.model_copy(update={name: getattr(times, name) for name in _TIMES})


def stamp(section: str, written: str) -> str:
    """Return the `rendered` of a record whose section on the page says the same as what it is written as."""
    is_ours = with_newline(written, "\n") == with_newline(section, "\n")
    return fingerprint(section) if is_ours else sense(section)


def _is_same_day(day: str | None, said: str | None) -> bool:
    """Tell whether a section says a record's day, be it without the year, the month or the day of that."""
    return bool(day and said) and (str(day).startswith(f"{said}-") or str(day)[4:] == str(said)[4:] != "")


def _differences(event: Event, record: Event) -> list[str]:
    return [name for name in _SHOWN if getattr(event, name) != getattr(record, name)]


def _changes(event: Event, record: Event) -> int:
    """Count what a person changed; a status and the day on which the event was to be are one."""
    return len({*_differences(event, record)} - {"previous_date"}) or len(_differences(event, record))


def _values(name: str, value: str, record: Event) -> Iterator[Any]:
    """Read a field's value in its canonical form; people whom the record knows keep what the page does not show."""
    if not value:
        yield from () if name == "title" else [() if name in ("people", "agenda") else None]
    elif name == "people":
        known = {person.name: person for person in record.people}
        people = [read_person(part) for part in _listed(value)]
        yield tuple(known.get(person.name, person) for person in people)
        yield tuple(people)
        yield tuple(person.model_copy(update={"role": None, "affiliation": person.role}) for person in people)
    elif name == "agenda":
        yield tuple(map(source_line, value.split("; ")))
    elif len(value) <= _MAX_TITLE:
        yield decoded(value)


def _pictures(value: str, between: str) -> Iterator[Image]:
    """Read a picture, if its words and its path are both shown, with this between them."""
    alt, found, path = value.rpartition(between or "\n")
    if found and path and len(path) <= _MAX_TITLE:
        yield Image(path=path, alt=decoded(alt) or None)


def _listed(value: str) -> list[str]:
    """Cut a list at its commas, but for those in brackets."""
    parts: list[list[str]] = []
    depth = 0
    for part in value.split(", "):
        if depth > 0:
            parts[-1].append(part)
        else:
            parts.append([part])
        depth += sum(part.count(mark) for mark in "([") - sum(part.count(mark) for mark in ")]")
    return [", ".join(one) for one in parts]


def _verbatim(section: Section, event: Event) -> Event:
    """Keep a section's text, and its links for people and programs that look for them, but for those that are known."""
    values = (event.url, event.recording, *(person.url for person in event.people), *(link.url for link in event.links))
    known = {value.rstrip("/") for value in (*values, *event.extra.values()) if isinstance(value, str)}
    others = (link for link in links(section.text) if link.url.rstrip("/") not in known)
    return event.model_copy(update={"markdown": section.text, "links": (*event.links, *others)})


def _with_unread(section: Section, event: Event, record: Event) -> Event:
    """Keep the record's value of fields that cannot be read out of a section which still says them."""
    gone = {"links", "end_date", *unsaid(section.text, record)}  # these are read wherever they are
    names = [name for name in _SHOWN if name not in gone and getattr(record, name) and not getattr(event, name)]
    return event.model_copy(update={name: getattr(record, name) for name in names})


def _readings(section: Section, fields: EntryFields | None) -> Iterator[_Reading]:
    """Read a section, the fullest reading first: as it is written, then in its canonical form.

    Blank lines tell a paragraph with bullets from people with a label, unless a formatter has put them everywhere.
    """
    read, date = [], heading_date(section.date, section.end_date)
    planned, said = fields.as_planned(section) if fields else (section, {})
    for one in (planned, *([section] if planned is not section else [])):
        status = said if one is planned else {}
        for text in _spellings(one.text):
            if house := read_house(text, date):
                read.append(house | status)
                yield _Reading(read[-1])
    for house in reversed(read):
        # If it is not written again from its fields, its lines hold Markdown and not plain text.
        in_words = {name: plain(house[name]) or house[name] for name in _LINES if name in house}
        yield _Reading({**house, **in_words})
    if not read:
        # Of a section in another style, the title and the times are understood, and what the pattern of its list tells.
        title = (title_of(planned) or date)[:_MAX_TITLE]
        when = _when_line(planned)[1]
        found = {"title": title, **({"when": when} if when else {}), **(fields.of(section) if fields else {})}
        yield _Reading({**found, **status_in(found["title"])}, whole=False, named=planned.title)


def _spellings(text: str) -> Iterator[str]:
    yield text
    as_spelt = spelt(text)
    others = ("\n".join(as_spelt), "\n".join(filter(None, as_spelt)))
    yield from (other for other in dict.fromkeys(others) if other != text)


def _when_line(section: Section) -> tuple[int, str]:
    if section.style.family != "row":
        for number, line in enumerate(split_lines(section.text)):
            if match := _WHEN.match(line):
                return number, plain(match[1])
    return 0, ""


# ------------------------------------------------------------------------------- what is noticed


def _findings(section: Section) -> Iterator[Problem]:
    """Check a section's date and links; times have a check of their own."""
    if section.note:
        yield Problem(section.note, "Date", line=section.line)
    if section.date.startswith(UNKNOWN_YEAR):
        message = say("No year is known for this entry: neither its line nor a heading above it names one.")
        yield Problem(message, "Date", line=section.line)
    elif section.weekday is not None and len(section.date) == len("2021-11-08"):
        real = calendar_date.fromisoformat(section.date).weekday()
        if real != section.weekday:
            day = heading_date(section.date)
            message = say(
                "{day} is a {days}, not a {days2}. One of the two is wrong.",
                day=day,
                days=DAYS[real],
                days2=DAYS[section.weekday],
            )
            yield Problem(message, "Date", line=section.line)
    for number, line in enumerate(split_lines(section.text)):
        if ("[" in line or "<" in line) and (broken := _broken_link(line)):
            yield Problem(broken, "Links", typed=line.strip()[:_MAX_QUOTED], line=section.line + number)


def _broken_link(line: str) -> str | None:
    text = _CODE.sub("", line)
    tags = list(_OPENED.finditer(text))
    if any(not tag[1] for tag in tags) or _ODD_QUOTE.search(text):
        return say("A link's tag on this line is not complete: a quotation mark or its end (>) is missing.")
    if len(tags) != len(_CLOSED.findall(text)):
        return say("The tags of a link on this line do not match: each `<a>` needs one `</a>`.")
    if _APART.search(text):
        return say("There is a space between the words of a link and its address, so it shows as plain text.")
    if any(not _closes(text, target.start() + 1) for target in _TARGET.finditer(text)):
        return say("A link on this line has no closing bracket after its address.")
    if _NO_BRACKET.search(text):
        return say("A link on this line has no closing square bracket after its words.")
    return None


def _closes(text: str, start: int) -> bool:
    """Tell whether the bracket that opens at a place is closed before the next link begins."""
    depth = 0
    following = text.find("](", start)
    for bracket in _BRACKET.finditer(text, start, following if following >= 0 else len(text)):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return True
    return False
