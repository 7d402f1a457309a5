"""What a section says: in fields where they can write it again, else kept word by word beside what is understood."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import Problem
from bot.events.dates import heading_date
from bot.events.event import Event
from bot.events.ids import event_id
from bot.events.times import Zones, check_imported
from bot.pages.findings import findings
from bot.pages.fingerprints import fingerprint
from bot.pages.house import House, read_house
from bot.pages.lines import with_newline
from bot.pages.outline import Section
from bot.pages.plain import links, plain

Renderer = Callable[[Event], str]
MAX_TITLE = 300
_LINE = re.compile(r"\r\n?|\n")
_WHEN = re.compile(
    r"[\s>*+-]{0,20}[*_]{0,2}(?:when|times?|date and time)[*_]{0,2}[ \t]?:[*_]{0,2}[ \t]*(\S.*)", re.IGNORECASE
)
_LABEL = re.compile(r"\A(?:topic|title|event|what):\s*", re.IGNORECASE)
_MARKS = re.compile(r"\A[\s>*+#|-]+")
# What a section in the house style shows: after an edit by hand it says all of these.
_SHOWN = (
    *("status", "series", "title", "when", "location", "url", "people_label", "people", "description", "agenda"),
    *("recording", "links"),
)
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
        house = read_house(section.text)
        found = house.fields if house else _loose(section)
        chosen = event_id(section.date, found.get("series") or found["title"], taken)
        times, warnings = self._times(section, found, house)
        event = Event(**{"id": chosen, "date": section.date, **found, **times})
        return Understood(self._proven(event, section), (*findings(section), *warnings))

    def again(self, section: Section, record: Event) -> Understood:
        """Take a section that was edited by hand into its record, which keeps its id and what the page cannot show."""
        house = read_house(section.text)
        found = house.fields if house else _loose(section)
        if house is None and section.title and section.title in (record.series, record.title):
            del found["title"]
        kept = {name: value for name, value in dict(record).items() if not (house and name in _SHOWN)}
        times, warnings = self._times(section, found, house)
        if (found.get("when"), section.date) == (record.when, record.date):
            times = {}
        else:
            kept = {name: value for name, value in kept.items() if name not in _TIMES}
        event = Event(**{**kept, "date": section.date, **found, **times, "markdown": None})
        return Understood(self._proven(event, section), (*findings(section), *warnings))

    def _times(
        self, section: Section, found: dict[str, Any], house: House | None
    ) -> tuple[dict[str, Any], list[Problem]]:
        when = found.get("when")
        if not when:
            return {}, []
        checked = check_imported(section.date, when, self.zones)
        line = section.line + (house.when_line if house else _when_line(section)[0])
        warnings = [replace(warning, field="When", line=line) for warning in checked.warnings]
        return {name: value for name in _TIMES if (value := getattr(checked, name))}, warnings

    def _proven(self, event: Event, section: Section) -> Event:
        """Keep the section's text in the record unless its fields give it back."""
        if with_newline(self.render(event), self.newline) != section.text:
            known = event.links or links(section.text)
            event = event.model_copy(update={"markdown": section.text, "links": known})
        return event.model_copy(update={"rendered": fingerprint(section.text)})


def _loose(section: Section) -> dict[str, Any]:
    """Read what can be understood of any section."""
    found: dict[str, Any] = {"title": _title(section)}
    if when := _when_line(section)[1]:
        found["when"] = when
    return found


def _when_line(section: Section) -> tuple[int, str]:
    """Return the line with the times, counted from 0, and its words; no words where there is none."""
    if section.style.family != "row":
        for number, line in enumerate(_LINE.split(section.text)):
            if match := _WHEN.match(line):
                return number, plain(match[1])
    return 0, ""


def _title(section: Section) -> str:
    """Name an event: by its first line, or by the first words below it, or by its date."""
    if section.title:
        return section.title[:MAX_TITLE]
    below = _LINE.split(section.text)[2 if section.style.kind == "setext" else 1 :]
    words = (_LABEL.sub("", _MARKS.sub("", plain(line[:1000]))).strip() for line in below)
    return next(filter(None, words), heading_date(section.date))[:MAX_TITLE]
