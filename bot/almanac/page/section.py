"""What is noticed about the content of a section: reported with its line, and never corrected behind anyone's back.

A section in the house style, read back into the fields that it was written from.

What a section says: in fields where they can write it again, else kept word by word beside what is understood.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date as calendar_date
from typing import Any

from almanac.dates import DAYS, UNKNOWN_YEAR, find_date, heading_date
from almanac.errors import Problem
from almanac.event.model import Event, Link, Person, event_id
from almanac.page.lines import fingerprint, split_lines, with_newline
from almanac.page.match import title_of
from almanac.page.outline import Section
from almanac.page.proof import UnreadableSectionError
from almanac.page.syntax import URL, links, plain
from almanac.times.check import check_imported
from almanac.times.zones import Zones

_DAY = len("2021-11-08")
_CODE = re.compile(r"`[^`]*`")
_OPENED = re.compile(r"<a\b[^<>]*(>?)", re.IGNORECASE)
_CLOSED = re.compile(r"</a[ \t]*>", re.IGNORECASE)
_ODD_QUOTE = re.compile(r"\bhref[ \t]*=[ \t]*(?:\"[^\"<>]*(?:[<>]|\Z)|'[^'<>]*(?:[<>]|\Z))", re.IGNORECASE)
_TARGET = re.compile(r"\]\([ \t]*<?(?:https?:|www\.|mailto:)")
_BRACKET = re.compile(r"[()]")
_APART = re.compile(r"\][ \t]+\(https?:")
_NO_BRACKET = re.compile(r"\[[^\[\]()]*\(https?:[^\s()]*\)(?!\])")


def findings(section: Section) -> Iterator[Problem]:
    """Tell what is noticed about a section's date and links; times have a check of their own."""
    if section.note:
        yield Problem(section.note, "Date", line=section.line)
    if section.date.startswith(UNKNOWN_YEAR):
        message = "No year is known for this entry: neither its line nor a heading above says one."
        yield Problem(message, "Date", line=section.line)
    if wrong := _weekday(section):
        yield Problem(wrong, "Date", line=section.line)
    for number, line in enumerate(split_lines(section.text)):
        if ("[" in line or "<" in line) and (broken := _broken_link(line)):
            yield Problem(broken, "Links", typed=line.strip()[:200], line=section.line + number)


def _weekday(section: Section) -> str | None:
    if section.weekday is None or len(section.date) != _DAY or section.date.startswith(UNKNOWN_YEAR):
        return None
    real = calendar_date.fromisoformat(section.date).weekday()
    if real == section.weekday:
        return None
    return f"{heading_date(section.date)} is a {DAYS[real]}, not a {DAYS[section.weekday]}. One of the two is wrong."


def _broken_link(line: str) -> str | None:
    text = _CODE.sub("", line)
    tags = list(_OPENED.finditer(text))
    if any(not tag[1] for tag in tags) or _ODD_QUOTE.search(text):
        return "A link's tag on this line is not complete: a quotation mark or its end (>) is missing."
    if len(tags) != len(_CLOSED.findall(text)):
        return "The tags of a link on this line do not match: each <a> needs one </a>."
    if _APART.search(text):
        return "A space stands between the words of a link and its address, so it shows as plain text."
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


DEFAULT_LABEL = "Guests"
_HEADING = re.compile(r"#{1,6}[ \t]+([^:]*):[ \t]*(\S.*)\Z")
_ITEM = re.compile(r"- (\S.*)\Z")
_NESTED = re.compile(r"    \* (\S.*)\Z")
_REFERENCE = re.compile(r"&#([0-9]{1,7});")
_LINKED = re.compile(rf"\[([^\[\]]+)\]\((https?://(?!\)){URL})\)(.*)\Z")
_LABEL = re.compile(r"(Status|Topic|When|Location|Register|Recording):[ ]{1,2}(\S.*)\Z")
_PERSON = re.compile(r"(?: \((?P<role>[^()]+)\))?(?:, (?P<affiliation>\S.*))?\Z")
_UNLINKED = re.compile(r"(?P<name>[^,(]*[^,( ])(?P<rest>(?: \([^()]+\))?(?:, .*)?)\Z")
_SURROGATES = (0xD800, 0xDFFF)
_STATUSES = ("scheduled", "cancelled", "postponed", "rescheduled")


@dataclass(frozen=True)
class House:
    """What a section in the house style says.

    Attributes:
        fields: Values of an event's fields, the title among them.
        when_line: The line of the section on which the times stand, counted from 0; 0 where there are none.
        whole: Whether the section is in the house style, so that what it does not say it denies.
    """

    fields: dict[str, Any]
    when_line: int = 0
    whole: bool = True


@dataclass
class _Item:
    """A bullet with those beneath it; `apart` if an empty line stands between."""

    text: str
    line: int
    nested: list[str] = field(default_factory=list)
    apart: bool = False


def read_house(section: str) -> House | None:
    """Read what a section says in the house style, as far as it is written in it; None where that is nothing.

    Whether the fields say all of it is for the caller to prove: written again, they must give the section.
    """
    first, *rest = with_newline(section, "\n").split("\n")
    heading = _HEADING.match(first)
    items = list(_items(rest))
    date = find_date(heading[1]) if heading else None
    if heading is None or date is None or not date.leading or date.title:
        return None
    if any(line.strip() for line in rest) and not items:
        return None
    reader = _Reader()
    for item in items:
        reader.take(item)
    return House(reader.finished(_decoded(heading[2])), reader.when_line)


def _items(lines: list[str]) -> Iterator[_Item]:
    item: _Item | None = None
    blank = False
    for number, line in enumerate(lines, 1):
        if match := _ITEM.match(line):
            if item:
                yield item
            item = _Item(match[1], number)
        elif item and (match := _NESTED.match(line)):
            item.apart = item.apart or (blank and not item.nested)
            item.nested.append(match[1])
        blank = not line.strip()
    if item:
        yield item


class _Reader:
    """Takes one bullet after the other; what a bullet is, its label or its shape says."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.when_line = 0
        self._paragraphs: list[_Item] = []

    def take(self, item: _Item) -> None:
        label = _LABEL.match(item.text)
        if label and not item.nested and label[1].lower() not in self.fields:
            self._labelled(label[1], label[2], item.line)
        elif item.text == "Agenda:" and item.nested:
            self.fields["agenda"] = tuple(map(_decoded, item.nested))
        elif item.text == "Links:" and item.nested and all(map(_LINKED.match, item.nested)):
            self.fields["links"] = tuple(map(_link, item.nested))
        elif item.text.endswith(":") and item.nested and not item.apart and "people" not in self.fields:
            name = _decoded(item.text[:-1])
            self.fields["people_label"] = None if name == DEFAULT_LABEL else name
            self.fields["people"] = tuple(map(_person, item.nested))
        else:
            self._paragraphs.append(item)

    def _labelled(self, label: str, value: str, line: int) -> None:
        link = _LINKED.match(value)
        if label in ("Register", "Recording"):
            if link:
                self.fields["url" if label == "Register" else "recording"] = link[2]
        elif label == "Status":
            self.fields["status"] = value if value in _STATUSES else None
        else:
            self.fields[label.lower()] = _decoded(value)
            self.when_line = line if label == "When" else self.when_line

    def finished(self, heading: str) -> dict[str, Any]:
        """Return the fields: the heading names the series where there is a topic, else it is the title."""
        fields = dict(self.fields)
        topic = fields.pop("topic", None)
        fields |= {"title": topic, "series": heading} if topic else {"title": heading}
        if self._paragraphs and self._paragraphs[-1].nested and "agenda" not in fields:
            fields["agenda"] = tuple(map(_decoded, self._paragraphs[-1].nested))
            self._paragraphs[-1].nested = []
        elif self._paragraphs and not any(item.nested for item in self._paragraphs) and "agenda" in fields:
            # Beneath a paragraph the agenda would need no name: these are bullets without one.
            fields["description"] = "\n".join(f"- {_decoded(item.text)}" for item in self._paragraphs)
            self._paragraphs = []
        if self._paragraphs:
            fields["description"] = "\n\n".join(map(_paragraph, self._paragraphs))
        return {name: value for name, value in fields.items() if value is not None}


def _paragraph(item: _Item) -> str:
    return "\n".join([_decoded(item.text), *(f"- {_decoded(bullet)}" for bullet in item.nested)])


def _link(markdown: str) -> Link:
    match = _LINKED.match(markdown)
    return Link(label=_decoded(match[1]), url=match[2]) if match else Link(label=markdown, url="")


def _person(markdown: str) -> Person:
    if linked := _LINKED.match(markdown):
        name, url, rest = linked[1], linked[2], linked[3]
    else:
        parts = _UNLINKED.match(markdown)
        name, url, rest = (parts["name"], None, parts["rest"]) if parts else (markdown, None, "")
    more = _PERSON.match(rest)
    if more is None:
        return Person(name=_decoded(markdown))
    role, affiliation = more["role"], more["affiliation"]
    return Person(
        name=_decoded(name),
        url=url,
        role=_decoded(role) if role else None,
        affiliation=_decoded(affiliation) if affiliation else None,
    )


def _decoded(markdown: str) -> str:
    """Turn decimal character references back into what was typed."""
    return _REFERENCE.sub(_character, markdown)


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1])
    return chr(code) if code <= sys.maxunicode and not _SURROGATES[0] <= code <= _SURROGATES[1] else reference[0]


Renderer = Callable[[Event], str]
MAX_TITLE = 300
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
        for number, line in enumerate(split_lines(section.text)):
            if match := _WHEN.match(line):
                return number, plain(match[1])
    return 0, ""


def _title(section: Section) -> str:
    """Name an event: by its first line, or by the first words below it, or by its date."""
    return (title_of(section) or heading_date(section.date))[:MAX_TITLE]
