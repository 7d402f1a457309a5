"""What a section says: in fields where they can write it again, else kept word by word beside what is understood."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import Problem
from bot.events.dates import heading_date
from bot.events.event import Event
from bot.events.ids import event_id
from bot.events.times import Zones, check_imported
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.findings import findings
from bot.pages.fingerprints import fingerprint
from bot.pages.house import House, read_house
from bot.pages.lines import with_newline
from bot.pages.match import title_of
from bot.pages.outline import Section
from bot.pages.plain import links, plain
from bot.pages.readable import UnreadableSectionError

Renderer = Callable[[Event], str]
MAX_TITLE = 300
_LINE = re.compile(r"\r\n?|\n")
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
        """Make a new record; `taken` are the ids that there are."""
        return self._read(section, None, taken)

    def again(self, section: Section, record: Event) -> Understood:
        """Take a section that was edited by hand into its record, which keeps its id and what the page cannot show."""
        understood = self._read(section, record, ())
        return replace(understood, event=self._with_unseen(understood.event, record))

    def _with_unseen(self, event: Event, record: Event) -> Event:
        """Give a record back what no section could have shown, such as the label of people of whom there are none."""
        shown = self._fields_shown(event)
        for name in _SHOWN:
            value = getattr(record, name)
            if value and not getattr(event, name):
                with_it = event.model_copy(update={name: value})
                if self._fields_shown(with_it) == shown:
                    event = with_it
        return event

    def _fields_shown(self, event: Event) -> str | None:
        """Write a section from the fields alone; None where the template cannot."""
        try:
            return self.render(event.model_copy(update={"markdown": None}))
        except UnreadableSectionError:
            return None

    def _read(self, section: Section, record: Event | None, taken: Collection[str]) -> Understood:
        """Take the first reading that writes the section again; if none does, keep the text beside the last one."""
        for reading in _readings(section):
            event = self._event(section, reading, record, taken)
            if self._writes(event, section):
                break
        else:
            event = _verbatim(event, section)
        event = event.model_copy(update={"rendered": fingerprint(section.text)})
        said = check_imported(event.date, event.when or "", self.zones)
        line = section.line + reading.when_line
        warnings = (replace(warning, field="When", line=line) for warning in said.warnings)
        return Understood(event, (*findings(section), *warnings))

    def _writes(self, event: Event, section: Section) -> bool:
        """Tell whether a reading gives the section; one that the template cannot show does not."""
        try:
            return with_newline(self.render(event), self.newline) == section.text
        except UnreadableSectionError:
            return False

    def _event(self, section: Section, reading: House, record: Event | None, taken: Collection[str]) -> Event:
        found = dict(reading.fields)
        if record is None:
            kept: dict[str, Any] = {"id": event_id(section.date, found.get("series") or found["title"], taken)}
        elif reading.whole:
            kept = {name: value for name, value in record if name not in _SHOWN}
        else:
            kept = dict(record)
            if section.title in (record.series, record.title):
                del found["title"]
        date = section.date if record is None else _date(section, record, reading)
        same = record is not None and (found.get("when", kept.get("when")), date) == (record.when, record.date)
        times: dict[str, Any] = {}
        if not same:
            said = check_imported(date, found.get("when") or kept.get("when") or "", self.zones)
            times = {name: getattr(said, name) for name in _TIMES}
        return Event(**{**kept, **found, **times, "date": date, "markdown": None})


def _verbatim(event: Event, section: Section) -> Event:
    """Keep a section's text, which the fields cannot give back, and its links for whoever looks for them."""
    return event.model_copy(update={"markdown": section.text, "links": event.links or links(section.text)})


def _date(section: Section, record: Event, reading: House) -> str:
    """Return a section's date, or the record's where that only says more: a person put it there."""
    known, said = record.date, section.date
    more = known.startswith(f"{said}-") or (said.startswith(UNKNOWN_YEAR) and known[4:] == said[4:])
    return known if more and not reading.whole else said


def _readings(section: Section) -> Iterator[House]:
    """Read a section, the fullest reading first."""
    house = read_house(section.text)
    if house is None:
        yield _loose(section)
        return
    yield house
    # Not written again by these, it is no plain text but Markdown that it holds.
    words = {name: plain(house.fields[name]) or house.fields[name] for name in _LINES if name in house.fields}
    yield replace(house, fields={**house.fields, **words})


def _loose(section: Section) -> House:
    """Read what can be understood of any section."""
    line, when = _when_line(section)
    return House({"title": _title(section)} | ({"when": when} if when else {}), line, whole=False)


def _when_line(section: Section) -> tuple[int, str]:
    """Return the line with the times, counted from 0, and its words; no words where there is none."""
    if section.style.family != "row":
        for number, line in enumerate(_LINE.split(section.text)):
            if match := _WHEN.match(line):
                return number, plain(match[1])
    return 0, ""


def _title(section: Section) -> str:
    """Name an event: by its first line, or by the first words below it, or by its date."""
    return (title_of(section) or heading_date(section.date))[:MAX_TITLE]
