"""A list that cannot hold all of an event, one in CSV, as a view: one row for each event, and records beside it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from almanac.entries.formats import DataEntry, ListFormat
from almanac.entries.meaning import fields_of
from almanac.entries.stores import counted
from almanac.entries.template import EntryTemplate
from almanac.entries.writing import merged, place_for
from almanac.errors import ConfigError, Problem
from almanac.event.model import Event, event_id
from almanac.page.lines import fingerprint
from almanac.page.match import COMPARED, same_name
from almanac.phrases import say
from almanac.views.protocol import Alike, Built, Texts, Undecided, View

_GONE = say(
    "The row of this record is not in the list any more. If the event should go, delete its "
    "record; otherwise put the row back, or take the line `rendered` out of the record to have "
    "it written again."
)


class EntryListView(View):
    """The file that `list` in the config names, where the records are in a folder of their own.

    People see the rows and edit them. So where a row says something else than its record, it is right.
    """

    def __init__(self, path: str, template: EntryTemplate, kind: ListFormat, *, remembers: bool = False) -> None:
        """`remembers` if a record's `rendered` is about its row, as it is where there is no page."""
        self._path, self._template, self._format, self._remembers = path, template, kind, remembers

    def paths(self, event: Event) -> tuple[str, ...]:
        return (self._path,)

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        text, new = self._there(text), self._template.render(event)
        rows = self._format.entries(text, path)
        mine = self._row_of(rows, previous or event)
        if mine is None:
            days = [(self._said(row).get("date"), index) for index, row in enumerate(rows)]
            dated = [(day, index) for day, index in days if day]
            place = place_for([day for day, _ in dated], event.date)
            return self._format.inserted(text, dated[place][1] if place < len(dated) else len(rows), new)
        old = self._template.entry(previous or event).data
        data = merged(mine.data, old, self._format.alone(new).data)
        changed = self._format.changed(text, mine, data)
        if changed is None:
            message = say("The template names a column that the file does not have.")
            raise ConfigError(Problem(message, file=self._template.file))
        return changed

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        rows = self._format.entries(text, path) if text is not None else ()
        mine = self._row_of(rows, event)
        return self._format.removed(text or "", rows.index(mine)) if mine else text

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        text = self._there(texts(self._path))
        rows = self._format.entries(text, self._path)
        pairs = self._pairs(rows, records)
        found = [self._edited(pairs[one.id], one) if one.id in pairs else one for one in records]
        known = {row.start for row in pairs.values()}
        found += self._imported([row for row in rows if row.start not in known], [record.id for record in records])
        missing = [record for record in records if record.id not in pairs]
        gone = [record for record in missing if self._remembers and record.rendered == self._print(record)]
        for record in missing:
            text = text if record in gone else self.put(self._path, text, record, None)
        problems = tuple(Problem(_GONE, "rendered", event=record.title, file=self._path) for record in gone)
        return Built(tuple(map(self.stamp, found)), {self._path: text}, problems)

    def complete(self, event: Event, texts: Texts) -> Event:
        rows = self._format.entries(self._there(texts(self._path)), self._path)
        return counted(self._template, event, lambda: [*self._imported(rows, ())])

    def stamp(self, event: Event) -> Event:
        return event.model_copy(update={"rendered": self._print(event)}) if self._remembers else event

    def _print(self, event: Event) -> str:
        return fingerprint(self._template.render(event))

    def read(self, path: str, text: str | None, record: Event) -> Event:
        row = self._row_of(self._format.entries(self._there(text), path), record)
        return self._edited(row, record) if row else record

    def read_branch(self, path: str, text: str | None, record: Event, origin: str | None) -> Event:
        row = self._row_of(self._format.entries(text, path), record) if text is not None else None
        if row is None:
            message = say(
                "The event's row was removed from the list on the branch. If the event should "
                "not be there, close the pull request or the issue; otherwise put the row back."
            )
            raise Undecided(Problem(message, file=path))
        return self._edited(row, record)

    def similar(self, path: str, text: str | None, event: Event, record: Event | None) -> Alike | None:
        rows = self._format.entries(text, path) if text is not None else ()
        own = self._row_of(rows, record) if record else None
        for row in rows:
            said = self._said(row)
            named = self._names(row, event)
            if row is not own and (named or (event.url and said.get("url") == event.url)):
                common = say("the same day and name") if named else say("the same registration link")
                return Alike(row.line, said.get("date", ""), said["title"], common)
        return None

    def unedited(self, text: str, record: Event) -> DataEntry | None:
        """Find a record's row if it says what the record says."""
        row = self._row_of(self._format.entries(text, self._path), record)
        return row if row and self._key(row) == self._key(self._template.entry(record)) else None

    def known(self, text: str) -> set[str | None]:
        """Return what records made of the rows of a file have in `rendered`."""
        return {record.rendered for record in self.build({self._path: text}.get, []).records}

    def _there(self, text: str | None) -> str:
        if text is None:
            raise ConfigError(Problem(say("This list is missing; `list` in the config names it."), file=self._path))
        return text

    def _row_of(self, rows: Sequence[DataEntry], record: Event) -> DataEntry | None:
        return self._pairs(rows, [record]).get(record.id)

    def _pairs(self, rows: Sequence[DataEntry], records: Sequence[Event]) -> dict[str, DataEntry]:
        """Find the rows of records, by their ids: each is the one as which it is written, or of its date and title."""
        written: dict[tuple[str, ...], list[DataEntry]] = {}
        for row in reversed(rows):
            written.setdefault(self._key(row), []).append(row)
        pairs: dict[str, DataEntry] = {}
        for record in records:
            if alike := written.get(self._key(self._template.entry(record))):
                pairs[record.id] = alike.pop()
        days: dict[str, list[DataEntry]] = {}
        if len(pairs) < len(records):
            for row in reversed([row for alike in written.values() for row in alike]):
                days.setdefault(self._said(row).get("date", ""), []).append(row)
        for record in records:
            near = () if record.id in pairs else days.get(record.date, [])[:COMPARED]
            if mine := next((row for row in near if self._names(row, record)), None):
                pairs[record.id] = mine
                days[record.date].remove(mine)
        return pairs

    def _key(self, row: DataEntry) -> tuple[str, ...]:
        """Return what a row says in the columns that the template fills."""
        return tuple(str(row.data.get(key, "")) for key in {path[0]: None for path in self._template.places})

    def _names(self, row: DataEntry, event: Event) -> bool:
        said = self._said(row)
        return said.get("date") == event.date and same_name(said["title"], event.title)

    def _said(self, row: DataEntry) -> Mapping[str, Any]:
        return fields_of(self._template, row.data, row.body, "")

    def _edited(self, row: DataEntry, record: Event) -> Event:
        """Return a record with what its row says otherwise than the row that it would be written as."""
        now, before = self._said(row), self._said(self._template.entry(record))
        changed = {name for name in (*now, *before) if now.get(name) != before.get(name)}
        if not changed:
            return record
        fields = {name: value for name, value in record.model_dump(mode="json").items() if name not in changed}
        return Event.model_validate_json(json.dumps(fields | {name: now[name] for name in changed if name in now}))

    def _imported(self, rows: Sequence[DataEntry], taken: Sequence[str]) -> Iterator[Event]:
        """Make records of rows that have none."""
        ids = set(taken)
        for row in rows:
            said = self._said(row)
            if said["title"] and "date" in said:
                new = event_id(said["date"], said["title"], ids)
                ids.add(new)
                yield Event.model_validate_json(json.dumps({**said, "id": new}))
