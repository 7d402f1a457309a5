"""What a section says: in fields if they can write it again, else kept verbatim beside what is understood.

What is noticed about its content is reported with its line and never corrected: the page is its people's.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from typing import Any

from almanac.dates import DAYS, UNKNOWN_YEAR, heading_date
from almanac.errors import Problem
from almanac.event.model import Event, event_id
from almanac.page.house import SectionContent, read_house
from almanac.page.lines import fingerprint, split_lines, with_newline
from almanac.page.match import title_of
from almanac.page.outline import Section
from almanac.page.proof import UnreadableSectionError
from almanac.page.syntax import links, plain
from almanac.times.check import check_imported
from almanac.times.zones import Zones

Renderer = Callable[[Event], str]
_MAX_TITLE = 300
_MAX_QUOTED = 200
_WHEN = re.compile(
    r"[\s>*+-]{0,20}[*_]{0,2}(?:when|times?|date and time)[*_]{0,2}[ \t]?:[*_]{0,2}[ \t]*(\S.*)", re.IGNORECASE
)
# What a section in the house style shows: after an edit by hand it says all of these.
_SHOWN = (
    *("status", "series", "title", "when", "location", "url", "people_label", "people", "description", "agenda"),
    *("recording", "links"),
)
_LINES = ("title", "series", "when", "location")
_TIMES = ("starts", "ends", "time_zone")

_CODE = re.compile(r"`[^`]*`")
_OPENED = re.compile(r"<a\b[^<>]*(>?)", re.IGNORECASE)
_CLOSED = re.compile(r"</a[ \t]*>", re.IGNORECASE)
_ODD_QUOTE = re.compile(r"\bhref[ \t]*=[ \t]*(?:\"[^\"<>]*(?:[<>]|\Z)|'[^'<>]*(?:[<>]|\Z))", re.IGNORECASE)
_TARGET = re.compile(r"\]\([ \t]*<?(?:https?:|www\.|mailto:)")
_BRACKET = re.compile(r"[()]")
_APART = re.compile(r"\][ \t]+\(https?:")
_NO_BRACKET = re.compile(r"\[[^\[\]()]*\(https?:[^\s()]*\)(?!\])")


@dataclass(frozen=True)
class Understood:
    """An event as its section gives it, and what is noticed about it."""

    event: Event
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class SectionReader:
    """Makes records of sections.

    Attributes:
        render: Writes an event's section, with LF.
        zones: The site's zones, for its times.
        newline: The page's line end.
    """

    render: Renderer
    zones: Zones
    newline: str

    def new(self, section: Section, taken: Collection[str]) -> Understood:
        """Make a new record; `taken` are the ids that are in use."""
        return self._read(section, None, taken)

    def again(self, section: Section, record: Event) -> Understood:
        """Take a section that was edited by hand into its record, which keeps its id and what the page cannot show."""
        understood = self._read(section, record, ())
        event = understood.event
        # No section could have shown these, such as the label of people where there are none, so it did not deny them.
        shown = self._written_from_fields(event)
        for name in _SHOWN:
            if getattr(record, name) and not getattr(event, name):
                with_it = event.model_copy(update={name: getattr(record, name)})
                if self._written_from_fields(with_it) == shown:
                    event = with_it
        return replace(understood, event=event)

    def _written_from_fields(self, event: Event) -> str | None:
        """Write a section from the fields alone; None if the template cannot."""
        try:
            return self.render(event.model_copy(update={"markdown": None}))
        except UnreadableSectionError:
            return None

    def _read(self, section: Section, record: Event | None, taken: Collection[str]) -> Understood:
        """Take the first reading that writes the section again; if none does, keep the text beside the last one."""
        for reading in _readings(section):
            event = self._event(section, reading, record, taken)
            written = self._written_from_fields(event)
            if written is not None and with_newline(written, self.newline) == section.text:
                break
        else:
            # The links are kept too, for people and programs that look for them.
            kept = {"markdown": section.text, "links": event.links or links(section.text)}
            event = event.model_copy(update=kept)
        event = event.model_copy(update={"rendered": fingerprint(section.text)})
        times = check_imported(event.date, event.when or "", self.zones)
        line = section.line + reading.when_line
        warnings = (replace(warning, field="When", line=line) for warning in times.warnings)
        return Understood(event, (*_findings(section), *warnings))

    def _event(self, section: Section, reading: SectionContent, record: Event | None, taken: Collection[str]) -> Event:
        """Make an event of what a section says and what its record has besides."""
        found = dict(reading.fields)
        date = section.date
        if record is None:
            kept: dict[str, Any] = {"id": event_id(date, found.get("series") or found["title"], taken)}
        elif reading.whole:
            kept = {name: value for name, value in record if name not in _SHOWN}
        else:
            kept = dict(record)
            if section.title in (record.series, record.title):
                del found["title"]
            # A section may say only the month of a day, or no year: a person put the rest into the record.
            without_year = date.startswith(UNKNOWN_YEAR) and date[4:] == record.date[4:]
            if record.date.startswith(f"{date}-") or without_year:
                date = record.date
        when = found.get("when", kept.get("when"))
        times: dict[str, Any] = {}
        if record is None or (when, date) != (record.when, record.date):
            read = check_imported(date, when or "", self.zones)
            times = {name: getattr(read, name) for name in _TIMES}
        return Event(**{**kept, **found, **times, "date": date, "markdown": None})


def _readings(section: Section) -> Iterator[SectionContent]:
    """Read a section, the fullest reading first."""
    house = read_house(section.text)
    if house is None:
        # Of a section in another style, only the title and the times are understood.
        title = (title_of(section) or heading_date(section.date))[:_MAX_TITLE]
        line, when = _when_line(section)
        yield SectionContent({"title": title} | ({"when": when} if when else {}), line, whole=False)
        return
    yield house
    # If it is not written again from these, its lines hold Markdown and not plain text.
    words = {name: plain(house.fields[name]) or house.fields[name] for name in _LINES if name in house.fields}
    yield replace(house, fields={**house.fields, **words})


def _when_line(section: Section) -> tuple[int, str]:
    """Return the line with the times, counted from 0, and its words; no words if there is no such line."""
    if section.style.family != "row":
        for number, line in enumerate(split_lines(section.text)):
            if match := _WHEN.match(line):
                return number, plain(match[1])
    return 0, ""


# ------------------------------------------------------------------------------- what is noticed


def _findings(section: Section) -> Iterator[Problem]:
    """Tell what is noticed about a section's date and links; times have a check of their own."""
    if section.note:
        yield Problem(section.note, "Date", line=section.line)
    if section.date.startswith(UNKNOWN_YEAR):
        message = "No year is known for this entry: neither its line nor a heading above it names one."
        yield Problem(message, "Date", line=section.line)
    elif section.weekday is not None and len(section.date) == len("2021-11-08"):
        real = calendar_date.fromisoformat(section.date).weekday()
        if real != section.weekday:
            day = heading_date(section.date)
            message = f"{day} is a {DAYS[real]}, not a {DAYS[section.weekday]}. One of the two is wrong."
            yield Problem(message, "Date", line=section.line)
    for number, line in enumerate(split_lines(section.text)):
        if ("[" in line or "<" in line) and (broken := _broken_link(line)):
            yield Problem(broken, "Links", typed=line.strip()[:_MAX_QUOTED], line=section.line + number)


def _broken_link(line: str) -> str | None:
    text = _CODE.sub("", line)
    tags = list(_OPENED.finditer(text))
    if any(not tag[1] for tag in tags) or _ODD_QUOTE.search(text):
        return "A link's tag on this line is not complete: a quotation mark or its end (>) is missing."
    if len(tags) != len(_CLOSED.findall(text)):
        return "The tags of a link on this line do not match: each <a> needs one </a>."
    if _APART.search(text):
        return "There is a space between the words of a link and its address, so it shows as plain text."
    if any(not _closes(text, target.start() + 1) for target in _TARGET.finditer(text)):
        return "A link on this line has no closing bracket after its address."
    if _NO_BRACKET.search(text):
        return "A link on this line has no closing square bracket after its words."
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
