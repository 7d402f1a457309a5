"""An event's record, the YAML text of one file: read, checked against itself and the others, and written."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from almanac.errors import Problem, UserError
from almanac.event.model import ID_PATTERN, Event
from almanac.patterns import regex
from almanac.phrases import say
from almanac.times.check import check_imported, imported_moment
from almanac.times.zones import Zones, check_zone, load_zone
from almanac.yamlfile import Dialect, load
from almanac.yamlwriter import dump, rewrite

SUFFIX = ".yml"
# People who write a record by hand may put `date: 2021` without quotes.
_DIALECT = Dialect(is_text=lambda path: path in (("date",), ("end_date",)))
_ID_LINE = regex(r"^id:", re.MULTILINE)


def record_path(folder: str, event_id: str) -> str:
    """Return the path of an event's record within the site."""
    return f"{folder.rstrip('/')}/{event_id}{SUFFIX}"


def write_record(event: Event, *, before: Event | None = None, source: str | None = None) -> str:
    """Write an event as its record: keys in the model's order, empty fields left out, one line a text.

    `before` is what its record says until now, and `source` the text of that. A person's comments, order of keys and
    quotes stay in it, and only what differs is changed; unless it cannot be read, or cannot be changed so that it gives
    the event.
    """
    if source is not None and event == before:
        return source
    data = event.model_dump(mode="json", exclude_defaults=True)
    if source is not None:
        with suppress(UserError):
            text = rewrite(source, data)
            if text is not None and read_record(text, "") == event:
                return text
    return dump(data)


def read_record(text: str, file: str) -> Event:
    """Read one record.

    Raises:
        UserError: With every mistake in it, each with file, line and field.
    """
    return load(text, file, _DIALECT).read(Event)


def is_record_name(name: str) -> bool:
    """Tell whether a file's name is one that a record can have."""
    return name.endswith(SUFFIX) and re.fullmatch(ID_PATTERN, name.removesuffix(SUFFIX)) is not None


def is_foreign(text: str, file: str) -> bool:
    """Tell whether a YAML file is another program's, and not a record, be it one with mistakes.

    A record with mistakes has its file's name as its id, or an id and at most one key that is unknown, or only keys
    that are known; one that is no YAML any more has an id or a record's name.
    """
    with suppress(UserError):
        read_record(text, file)
        return False
    try:
        data = load(text, file, Dialect(aliases=True)).data
    except UserError:
        return _ID_LINE.search(text) is None and not is_record_name(file.rpartition("/")[2])
    if not isinstance(data, dict):
        return data is not None
    own = f"{data.get('id')}{SUFFIX}" == file.rpartition("/")[2]
    unknown = data.keys() - Event.model_fields.keys()
    return not own and len(unknown) > ("id" in data)


def read_records(files: Mapping[str, str]) -> tuple[Event, ...]:
    """Read all records of a site: path within the site -> text. They come in the order of their dates, then ids.

    Raises:
        UserError: With every mistake in all of them; two records with one id, and a file that is not named after its
            id, are mistakes too.
    """
    events: dict[str, Event] = {}
    problems: list[Problem] = []
    for file in sorted(files):
        try:
            events[file] = read_record(files[file], file)
        except UserError as error:
            problems.extend(error.problems)
    first: dict[str, str] = {}
    for file, event in events.items():
        other = first.setdefault(event.id, file)
        if other != file:
            message = say("The record {other} has this id too; each event needs its own.", other=other)
        elif file.rpartition("/")[2] != f"{event.id}{SUFFIX}":
            message = say(
                "A record's file is named after its id, so this one should be called {id}{suffix}.",
                id=event.id,
                suffix=SUFFIX,
            )
        else:
            continue
        problems.append(load(files[file], file).problem(message, ("id",)))
    if problems:
        raise UserError(problems)
    return in_order(events.values())


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Sort events by date, then moment, then id."""
    return tuple(sorted(events, key=lambda event: (*event.sort_key, event.id)))


def incoherent(records: Sequence[Event], zones: Zones | None, folder: str) -> Iterator[Problem]:
    """Find what in a record contradicts itself (its When line and its moment), or names something that does not exist.

    Without zones, the When lines are not read. The problems name the record's file, but no line.
    """
    ids = {record.id for record in records}
    for record in records:
        file = record_path(folder, record.id)
        if record.duplicate_of is not None and (record.duplicate_of not in ids or record.duplicate_of == record.id):
            message = say("There is no other record with this id.")
            yield Problem(message, "duplicate_of", typed=record.duplicate_of, file=file)
        if record.time_zone and (wrong := check_zone(record.time_zone)):
            yield Problem(wrong.message, "time_zone", typed=record.time_zone, accepted=wrong.accepted, file=file)
        elif zones:
            yield from _times(record, zones, file)


def _times(record: Event, zones: Zones, file: str) -> Iterator[Problem]:
    if record.time_zone and record.starts:
        starts = datetime.fromisoformat(record.starts)
        there = starts.astimezone(load_zone(record.time_zone)).replace(microsecond=0)
        if there.utcoffset() != starts.utcoffset():
            message = say("At the moment in `starts`, this zone has another offset.")
            yield Problem(message, "time_zone", typed=record.time_zone, file=file)
    if record.when is None:
        return
    said = (record.date, record.when, zones, record.end_date)
    moment = imported_moment(*said)
    for name, meant in (("starts", moment.start), ("ends", moment.end)) if moment else ():
        mine = getattr(record, name)
        if mine and meant and datetime.fromisoformat(mine) != meant:
            message = say("This is not the moment in the line `when` ({when!r}).", when=record.when)
            shown = getattr(check_imported(*said), name)
            yield Problem(message, name, typed=mine, accepted=shown, file=file)
