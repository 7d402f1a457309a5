"""The calendar as a view: iCalendar (RFC 5545), one VEVENT for each event whose day is known.

Moments are written in UTC, so that a calendar shows them in its owner's zone without a list of zones; an event without
a time is one of the whole day.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from almanac.errors import Problem
from almanac.event.model import Event
from almanac.patterns import regex
from almanac.phrases import Tongue, say
from almanac.views.generated import GeneratedView, linked, name_of, plain_lines

_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Almanac//Almanac//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
_END = "\r\nEND:VCALENDAR\r\n"
# Typed text cannot begin a line: its own line breaks are escaped, and what is folded goes on with a space.
_BEGIN, _DONE = "\r\nBEGIN:VEVENT\r\n", "\r\nEND:VEVENT"
_ADDRESS = "URL"
"""Where more is to be found: RFC 7986, section 5.5."""
_WIDTH = 75
"""How many bytes a line may have, by RFC 5545, section 3.1."""
_MEMORY = ("UID:", "SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:")
# RFC 5545, section 3.1: CONTROL.
_CONTROLS = regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STATUS = {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}


class CalendarView(GeneratedView):
    """The file that `calendar` in the config names."""

    def cut(self, text: str) -> dict[str, str] | None:
        text = _unified(text)
        if not text.startswith("\r\n".join(_HEAD[:3])):
            return None
        blocks = (block.partition(_DONE)[0] for block in text.split(_BEGIN)[1:])
        return {_value(block, "UID").rpartition("@")[0]: block for block in blocks}

    def address_in(self, text: str) -> str:
        return _value(_unified(text).partition(_BEGIN)[0], _ADDRESS)

    def entry(self, event: Event, old: str | None) -> str | None:
        if not event.has_day:
            return None
        said = "".join(map(_folded, _properties(event, self.publisher.tongue)))
        if old is not None and _said(old) == said:
            return old
        uid = _value(old or "", "UID") or f"{event.id}@{self.publisher.host}"
        sequence = _number(_value(old, "SEQUENCE")) + 1 if old is not None else 0
        now = f"{self.publisher.now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        memory = (f"UID:{uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:{now}", f"LAST-MODIFIED:{now}")
        return ("".join(map(_folded, memory)) + said).removesuffix("\r\n")

    def joined(self, path: str, entries: Mapping[str, str]) -> str:
        def place(event_id: str) -> tuple[str, str]:
            return _value(entries[event_id], "DTSTART").rpartition(":")[2], event_id

        blocks = (f"{_BEGIN}{entries[event_id]}{_DONE}" for event_id in sorted(entries, key=place))
        address = self.publisher.address
        head = (*_HEAD, *([f"{_ADDRESS}:{address}"] if address else []))
        return "".join(map(_folded, head)).removesuffix("\r\n") + "".join(blocks) + _END

    def left_out(self, records: Sequence[Event]) -> Iterator[Problem]:
        for record in records:
            if not record.has_day:
                message = say("The day of this event is not known, so it is not in the calendar.")
                yield Problem(message, "date", event=f"{record.date} {record.title}", file=self.path)


def _unified(text: str) -> str:
    """Return a file with the line ends of a calendar, whatever git has made of them."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _properties(event: Event, tongue: Tongue | None) -> Iterator[str]:
    last = date.fromisoformat(event.end_date or event.date)
    # An event of several days of which only the beginning is known takes these days.
    if event.starts and (event.ends or event.end_date is None):
        yield f"DTSTART:{_moment(event.starts)}"
        if event.ends:
            yield f"DTEND:{_moment(event.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.date.replace('-', '')}"
        yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(name_of(event))}"
    yield f"STATUS:{_STATUS.get(event.status or '', 'CONFIRMED')}"
    if event.location:
        yield f"LOCATION:{_escaped(event.location)}"
    lines = [*([event.when] if event.when else []), *plain_lines(event, tongue)]
    if lines:
        yield f"DESCRIPTION:{_escaped(chr(10).join(lines))}"
    if url := linked(event.url):
        yield f"URL:{url}"
    names = [name for name in (event.series, *event.tags) if name]
    if names:
        yield f"CATEGORIES:{','.join(map(_escaped, names))}"


def _moment(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Write a text as a value of the type TEXT: RFC 5545, section 3.3.11."""
    lines = re.sub(r"\r\n?", "\n", _CONTROLS.sub("\ufffd", text))
    return re.sub(r"([\\;,])", r"\\\1", lines).replace("\n", "\\n")


def _folded(line: str) -> str:
    """End a line, and cut it where it would be too long, between two characters."""
    parts, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _WIDTH:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += width
    return "\r\n".join(parts) + "\r\n"


def _value(block: str, name: str) -> str:
    """Return what follows a property's name, parameters included; empty if it is not there."""
    found = re.search(rf"(?:^|\n){name}[:;]([^\n]*(?:\n [^\n]*)*)", block)
    return found[1].replace("\r\n ", "").rstrip("\r") if found else ""


def _number(value: str) -> int:
    """Read a number; 0 where somebody made it anything else."""
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else 0


def _said(block: str) -> str:
    """Return what an entry says, without what it remembers."""
    kept = (line for line in re.findall(r"[^\n]*\n(?: [^\n]*\n)*", f"{block}\r\n") if not line.startswith(_MEMORY))
    return "".join(kept)
