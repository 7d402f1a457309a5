"""Records that are a site's own: one file for each event, or one entry in a list."""

import re
from collections.abc import Collection, Mapping

from almanac.entries.formats import DataEntry, ListFormat
from almanac.entries.meaning import OWN, read_event
from almanac.entries.template import EntryTemplate
from almanac.entries.writing import EntryEditor, place_for
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event, TakenIds, event_id, safe_slug
from almanac.event.record import in_order

_PLACE = re.compile(r"\{([a-z]+)\}")
_PLACES = ("date", "year", "month", "day", "slug", "people", "number")
_LONGEST = 90
_NAMED = 3


class FileStore:
    """A folder with one file for each event. The file's name, without its ending, is the event's id."""

    def __init__(self, pattern: str, template: EntryTemplate) -> None:
        """`pattern` is such as `_events/{date}-{slug}.md`: what is in curly brackets stands for the event's own.

        It may be `date`, `year`, `month`, `day`, `slug` (of the series, or else the title), `people` and `number`.

        Raises:
            ConfigError: The pattern names something else.
        """
        unknown = sorted({*_PLACE.findall(pattern)} - {*_PLACES})
        self.place, _, name = pattern.rpartition("/")
        self._name, dot, ending = name.rpartition(".")
        if unknown or "{" in self.place or not _PLACE.search(self._name):
            known = ", ".join(f"{{{one}}}" for one in _PLACES)
            message = f"The name of a file, in one folder, has some of these in it: {known}."
            raise ConfigError(Problem(message, "files", typed=pattern))
        self.suffix = dot + ending
        self._template, self._editor = template, EntryEditor(template, in_list=False)

    def path(self, event_id: str) -> str:
        name = f"{event_id}{self.suffix}"
        return f"{self.place}/{name}" if self.place else name

    def read(self, text: str, path: str, event_id: str) -> Event | None:
        found = self._template.format.entries(text, path)
        return read_event(self._template, found[0].data, found[0].body, event_id, path) if found else None

    def read_all(self, texts: Mapping[str, str]) -> tuple[Event, ...]:
        events: list[Event] = []
        problems: list[Problem] = []
        for path, text in texts.items():
            try:
                event = self.read(text, path, path.rpartition("/")[2].removesuffix(self.suffix))
            except UserError as error:
                problems.extend(error.problems)
            else:
                events += [event] if event else []
        if problems:
            raise UserError(problems)
        return in_order(events)

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

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        year, month, day = (*event.date.split("-"), "", "")[:3]
        parts = {"date": event.date, "year": year, "month": month, "day": day, "slug": safe_slug(event.title)}
        parts["people"] = safe_slug(" ".join(person.name for person in event.people[:_NAMED])) or parts["slug"]
        parts["number"] = str(event.number or _next(self._name, taken))
        name = _PLACE.sub(lambda place: parts[place[1]], self._name)[:_LONGEST]
        chosen = name = re.sub("--+", "-", name).strip("-_.") or event.date
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

    def read_all(self, texts: Mapping[str, str]) -> tuple[Event, ...]:
        return in_order(event for path, text in texts.items() for event, _ in self._read(text, path))

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

    def new_id(self, event: Event, taken: Collection[str]) -> str:
        return event_id(event.date, event.series or event.title, taken)

    def _index(self, text: str, found: list[tuple[Event, DataEntry]], event: Event) -> int:
        """Return where among all entries one belongs; those without a date count for nothing."""
        entries = self._format.entries(text, self.place)
        place = place_for([one.date for one, _ in found], event.date)
        return entries.index(found[place][1]) if place < len(found) else len(entries)

    def _read(self, text: str, path: str) -> list[tuple[Event, DataEntry]]:
        """Read all entries that have a date, in the order of the file."""
        entries = self._format.entries(text, path)
        taken = TakenIds(own for own in map(_own_id, entries) if own)
        events = []
        for entry in entries:
            own = _own_id(entry)
            event = read_event(self._template, entry.data, "", own or "2021", path)
            if event and not own:
                event = event.model_copy(update={"id": event_id(event.date, event.series or event.title, taken)})
                taken.add(event.id)
            events += [(event, entry)] if event else []
        return events


def _own_id(entry: DataEntry) -> str | None:
    own = entry.data.get(OWN)
    found = own.get("id") if isinstance(own, dict) else None
    return str(found) if found else None


def shown_by(template: EntryTemplate, event: Event) -> Event:
    """Return an event with those of its fields that a template asks for, and what each event has."""
    kept = template.fields | {"id", "title", "date", "end_date"}
    fields = {name: value for name, value in event.model_dump().items() if name in kept}
    return Event.model_validate(fields, strict=False)
