"""Records that are a site's own: one file for each event, or one entry in a list."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from almanac.entries.formats import DataEntry, ListFormat
from almanac.entries.keys import are_steps
from almanac.entries.meaning import OWN, fields_of, read_event
from almanac.entries.template import EntryTemplate
from almanac.entries.writing import EntryEditor, place_for
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import NAME_PATTERN, Event, TakenIds, event_id, safe_slug
from almanac.event.record import in_order
from almanac.event.records import Records
from almanac.patterns import regex
from almanac.phrases import say

_PLACE = regex(r"\{([a-z]+)\}")
_PLACES = ("date", "year", "month", "day", "slug", "people", "number")
_LONGEST = 90
_NAME = regex(NAME_PATTERN)
_ABOUT = {"_index", "readme"}  # the names of what is about a folder, and no event
_MISNAMED = (
    "This is left out because of its name. Almanac knows files whose names begin with a letter or a digit, and have "
    'none of these in them: < > " ` | * ? : \\'
)
_UNDATED = say("This is no event to Almanac, as it says no date.")
_NAMED = 3


class FileStore:
    """A folder with one file for each event, in it or in a folder of it. What names a file there is the event's id."""

    def __init__(self, pattern: str, template: EntryTemplate) -> None:
        """`pattern` is such as `_events/{date}-{slug}.md`, or `content/events/{year}/{slug}/index.md`.

        What is in curly brackets stands for the event's own: `date`, `year`, `month`, `day`, `slug` (of the title),
        `people` and `number`.

        Raises:
            ConfigError: The pattern names something else.
        """
        unknown = {*_PLACE.findall(pattern)} - {*_PLACES}
        self.place = place_of(pattern)
        below = pattern.removeprefix(f"{self.place}/")
        start, _, end = below.rpartition("}")
        self.suffix = end[end.index("/") :] if "/" in end else end[max(end.rfind("."), 0) :]
        self._name = below.removesuffix(self.suffix)
        if unknown or not start or not self.place:
            known = ", ".join(f"`{{{one}}}`" for one in _PLACES)
            message = say("The name of a file, below one folder, has some of these in it: {known}.", known=known)
            raise ConfigError(Problem(message, "files", typed=pattern))
        self._template, self._editor = template, EntryEditor(template, in_list=False)

    def path(self, event_id: str) -> str:
        return f"{self.place}/{event_id}{self.suffix}"

    def read(self, text: str, path: str, event_id: str) -> Event | None:
        found = self._template.format.entries(text, path)
        return read_event(self._template, found[0].data, found[0].body, event_id, path) if found else None

    def read_all(self, texts: Mapping[str, str]) -> Records:
        events: list[Event] = []
        left_out = _LeftOut()
        for path, text in texts.items():
            name = path.removeprefix(f"{self.place}/").removesuffix(self.suffix)
            if name.rpartition("/")[2].partition(".")[0].lower() in _ABOUT:
                continue
            if not _NAME.fullmatch(name):
                left_out.unreadable.append(Problem(_MISNAMED, file=path))
                continue
            try:
                event = self.read(text, path, name)
            except UserError as error:
                left_out.unreadable.append(unreadable(error, path))
                continue
            if event:
                events.append(event)
            else:
                left_out.undated.append(Problem(_UNDATED, file=path))
        return left_out.beside(events)

    def write(self, event: Event, *, before: Event | None = None, source: str | None = None) -> str:
        if source is not None and event == before:
            return source
        if source is None or before is None:
            source = self._template.render(event)
            return self._editor.completed(source, self._template.format.entries(source)[0], event)
        return self._editor.changed(source, self._template.format.entries(source)[0], event, before)

    def remove(self, event_id: str, source: str) -> None:  # noqa: ARG002 -- the whole file is the record
        return None

    def shown(self, event: Event) -> Event | None:
        return shown_by(self._template, event)

    def completed(self, event: Event, known: Callable[[], Sequence[Event]]) -> Event:
        return counted(self._template, event, known)

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        year, month, day = (*event.date.split("-"), "", "")[:3]
        parts = {"date": event.date, "year": year, "month": month, "day": day, "slug": safe_slug(event.title)}
        parts["people"] = safe_slug(" ".join(person.name for person in event.people[:_NAMED])) or parts["slug"]
        parts["number"] = str(event.number or _next(self._name, taken))
        named = (_PLACE.sub(lambda place: parts[place[1]], part)[:_LONGEST] for part in self._name.split("/"))
        tidy = (re.sub("--+", "-", part).strip("-_.") for part in named)
        chosen = name = "/".join(filter(None, tidy)) or event.date
        used = {one.casefold() for one in taken}
        number = 1
        while chosen.casefold() in used:
            number += 1
            chosen = f"{name}-{number}"
        return chosen


def _next(name: str, taken: Collection[str]) -> int:
    """Return the number after the highest one that the names of files have in its place."""
    before, _, after = name.partition("{number}")
    pattern = re.compile(f"{_anything(before)}([0-9]{{1,9}}){_anything(after)}")
    return max((int(found[1]) for found in map(pattern.fullmatch, taken) if found), default=0) + 1


def _anything(part: str) -> str:
    return re.sub(r"\\{[a-z]+\\}", "[^/]*", re.escape(part))


class ListStore:
    """One file with a list of events. The id of one is in Almanac's own key, or follows from its date and title."""

    suffix = None

    def __init__(self, path: str, template: EntryTemplate, kind: ListFormat) -> None:
        self.place, self._format = path, kind
        self._template, self._editor = template, EntryEditor(template, in_list=True)

    def path(self, event_id: str) -> str:  # noqa: ARG002 - all are in one file
        return self.place

    def read(self, text: str, path: str, event_id: str) -> Event | None:
        return next((event for event, _ in self._read(text, path) if event.id == event_id), None)

    def read_all(self, texts: Mapping[str, str]) -> Records:
        left_out = _LeftOut()
        events = [event for path, text in texts.items() for event, _ in self._read(text, path, left_out)]
        return left_out.beside(events)

    def write(self, event: Event, *, before: Event | None = None, source: str | None = None) -> str:
        if source is not None and event == before:
            return source
        text = source or ""
        found = self._read(text, self.place)
        entry = next((entry for one, entry in found if before and one.id == before.id), None)
        if before and entry:
            return self._editor.changed(text, entry, event, before)
        index = self._index(text, found, event)
        text = self._format.inserted(text, index, self._template.render(event))
        return self._editor.completed(text, self._format.entries(text)[index], event)

    def remove(self, event_id: str, source: str) -> str:
        """Return the file without an event's entry."""
        entries = self._format.entries(source, self.place)
        mine = next((entry for event, entry in self._read(source, self.place) if event.id == event_id), None)
        return source if mine is None else self._format.removed(source, entries.index(mine))

    def shown(self, event: Event) -> Event | None:
        return shown_by(self._template, event)

    def completed(self, event: Event, known: Callable[[], Sequence[Event]]) -> Event:
        return counted(self._template, event, known)

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        return event_id(event.date, event.series or event.title, taken)

    def _index(self, text: str, found: list[tuple[Event, DataEntry]], event: Event) -> int:
        """Return where among all entries one belongs; those without a date count for nothing."""
        entries = self._format.entries(text, self.place)
        place = place_for([one.date for one, _ in found], event.date)
        return entries.index(found[place][1]) if place < len(found) else len(entries)

    def _read(self, text: str, path: str, left_out: "_LeftOut | None" = None) -> list[tuple[Event, DataEntry]]:
        """Read all entries that are events, in the order of the file; the others are added to `left_out`."""
        entries = self._format.entries(text, path)
        taken = TakenIds(own for own in map(_own_id, entries) if own)
        events = []
        left_out = left_out or _LeftOut()
        for entry in entries:
            own = _own_id(entry)
            try:
                event = read_event(self._template, entry.data, "", own or "2021", path)
            except UserError as error:
                left_out.unreadable.append(replace(unreadable(error, path), line=entry.line))
                continue
            if event is None:
                left_out.undated.append(Problem(_UNDATED, file=path, line=entry.line))
                continue
            if not own:
                event = event.model_copy(update={"id": event_id(event.date, event.series or event.title, taken)})
                taken.add(event.id)
            events.append((event, entry))
        return events


def _own_id(entry: DataEntry) -> str | None:
    own = entry.data.get(OWN)
    found = own.get("id") if isinstance(own, dict) else None
    return str(found) if found else None


@dataclass
class _LeftOut:
    """What of a site's own is no record, as `Records` has it."""

    unreadable: list[Problem] = field(default_factory=list)
    undated: list[Problem] = field(default_factory=list)

    def beside(self, events: Iterable[Event]) -> Records:
        return Records(in_order(events), tuple(self.unreadable), tuple(self.undated))


def unreadable(error: UserError, path: str) -> Problem:
    """Say in one problem that a file or entry cannot be read; it stays as it is."""
    first = error.problems[0]
    return replace(
        first, message=say("This is left out, as it cannot be read: {message}", message=first.message), file=path
    )


def counted(template: EntryTemplate, event: Event, known: Callable[[], Sequence[Event]]) -> Event:
    """Give a new event the number that follows those of others, if a key has one."""
    if event.number is not None or "number" not in template.fields:
        return event
    return event.model_copy(update={"number": next_count([(one.date, one.number) for one in known() if one.number])})


def next_count(numbers: Sequence[tuple[str, int]]) -> int | None:
    """Return the number that goes on with those of dates; None where there is none that could follow.

    It is one more, or one less if most later dates have less; where all are as far apart, it is as far from the last,
    but for two that may be so by chance.
    """
    in_order = [number for _, number in sorted(numbers)]
    if not in_order:
        return None
    steps = {abs(other - one) for one, other in pairwise(sorted({*in_order}))}
    step = steps.pop() if len(steps) == 1 else 1
    step = step if are_steps(in_order, step) else 1
    if sum((other > one) - (other < one) for one, other in pairwise(in_order)) < 0:
        return min(in_order) - step if min(in_order) > step else None
    return max(in_order) + step


def place_of(pattern: str) -> str:
    """Return the folder in which a pattern has all of its files."""
    return pattern[: pattern.find("{")].rpartition("/")[0]


def shown_by(template: EntryTemplate, event: Event) -> Event:
    """Return an event with those of its fields that a template asks for, and what each event has."""
    kept = template.fields | {"id", "title", "date", "end_date"}
    kept |= {"when"} if event.starts and template.says_times else set()
    if event.status:
        entry = template.entry(event)
        kept -= {"status"} if fields_of(template, entry.data, entry.body, "").get("status") != event.status else set()
    fields = {name: value for name, value in event.model_dump().items() if name in kept}
    fields["extra"] = {name: answer for name, answer in event.extra.items() if template.has_answer(name)}
    return Event.model_validate(fields, strict=False)
