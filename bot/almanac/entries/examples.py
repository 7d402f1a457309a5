"""A site's own events in files or a list as examples: the newest of them, their keys, and what each key holds."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from almanac.dates import DateHabits, date_habits, find_date
from almanac.entries.bodies import has_own_words
from almanac.entries.formats import DataEntry
from almanac.entries.keys import Key, fields_of, folded, is_blank, name_key, names_part_of_event, tells_of_event
from almanac.entries.meaning import OWN
from almanac.entries.styles import DEEPEST, Language, Part, parts_of
from almanac.entries.times import times_of
from almanac.labels import words_abroad
from almanac.patterns import regex
from almanac.phrases import say

MODELS = 12
"""How many of the newest entries show how the next one is written."""
ISO_DAY = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A day as it may stand in a file's name."""
_MOST_KEYS = 200
_BEGINS = "starts?|begins?|from|first|beginn|anfang|von|debut|inicio|desde"
_ENDS = "ends?|until|to|finish|last|ende|bis|fin|hasta"
_DATE = "date|day|time|when|event|at|on|datum|tag|termin|wann|quand|cuando|de"
_DAY = regex(rf"(?:(?P<begins>{_BEGINS})|(?P<ends>{_ENDS})|{_DATE}|{'|'.join(map(folded, words_abroad('date')))})+")
_NAME = regex(r"[^\W\d][\w -]*")
_SPLIT = regex(r"(?P<which>start|end|event)?(?P<part>day|month|year)")


@dataclass(frozen=True)
class Example:
    """One of the site's own events: the name of its file without folder and ending (empty in a list), and its entry.

    `text` is the text of its keys, which begins on a line of the file at a path.
    """

    name: str
    text: str
    entry: DataEntry
    path: str = ""
    line: int = 1


@dataclass(frozen=True)
class Reference:
    """What a key's values name: entries of another file, or files of a folder, at a path, by their ids."""

    path: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where a site keeps events, and how: the newest events first.

    `language` is that of the keys, `columns` are a table's with a `mark` between its cells, and with `has_body` the
    keys are front matter, be it of a page in HTML (`is_html`). `references` are keys whose values name something else
    of the site. `escapes` tells whether whatever prints a key makes its value inert by itself.
    """

    examples: Sequence[Example]
    language: Language = "yaml"
    columns: tuple[str, ...] = ()
    mark: str = ","
    has_body: bool = False
    is_html: bool = False
    references: Mapping[str, Reference] = field(default_factory=dict)
    escapes: Callable[[str], bool] = lambda _: False


@dataclass(frozen=True)
class Day:
    """A day of an event as one key says it: with its words, and as a record has it."""

    words: str
    date: str


class Models:
    """The newest entries of a source, and what their keys hold: key -> field of the event."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.groups = groups_of([one.entry.data for one in source.examples[:MODELS]])
        self.examples = _spread(source.examples[:MODELS], self.groups)
        self.keys = {key.name: key for key in _keys(self.examples)}
        self.habits = _habits(_keys(_spread(source.examples, self.groups)))
        days = _days(self.keys.values(), self.habits) or _parts_of_days(self.keys.values())
        has_text = sum(map(has_own_words, self.bodies)) * 2 > len(self.examples)
        free = [key for key in self.keys.values() if key.name not in source.references]
        times = times_of(key for key in free if key.name not in days and key.is_frequent)
        self.fields = fields_of(free, days | times, has_text=has_text)

    @property
    def bodies(self) -> list[str]:
        return [one.entry.body for one in self.examples]

    @property
    def different_bodies(self) -> list[str]:
        """The bodies, each once, as one event may be held many times; but all of them if nearly all are the same."""
        most = max(map(self.bodies.count, self.bodies))
        return self.bodies if most * 4 >= len(self.bodies) * 3 else list(dict.fromkeys(self.bodies))

    @cached_property
    def parts(self) -> list[dict[str, Part]]:
        """The texts of the keys of each."""
        language = self.source.language
        if language == "csv":
            return [{key: Part(key, "", cell) for key, cell in one.entry.data.items()} for one in self.examples]
        found = (parts_of(one.text, language) for one in self.examples)
        return [{one.key: one for one in parts if not one.group or one.group in self.groups} for parts in found]

    def is_about_event(self, key: Key) -> bool:
        """Tell whether a group that a key is in says of the event where, when, with whom or what it is."""
        names = key.name.split(".")[:-1]
        groups = [".".join(names[: at + 1]) for at in range(len(names))]
        return any(names_part_of_event(name) for name in names) or any(map(self._tells_of_event, groups))

    def _tells_of_event(self, group: str) -> bool:
        if any(name.startswith(f"{group}.") for name in self.fields):
            return True
        names = {name.removeprefix(f"{group}.").partition(".")[0] for name in self.keys if name.startswith(f"{group}.")}
        return tells_of_event([dict.fromkeys(names)])

    def part(self, key: Key) -> Part:
        """Return the newest text of a key that has a value, or else the newest at all."""
        pairs = zip(self.parts, self.examples, strict=True)
        there = [(parts[key.name], is_blank(one.entry.data.get(key.name))) for parts, one in pairs if key.name in parts]
        there.sort(key=lambda found: found[1])
        return there[0][0] if there else self._unseen(key)

    def _unseen(self, key: Key) -> Part:
        """Return how a key is written whose text is not known, as that of an entry in brackets or of an alias."""
        name = key.name.rpartition(".")[2] if key.group in self.groups else key.name
        lead = {"toml": f"{name} = ", "json": f"{json.dumps(name)}: "}.get(self.source.language, f"{name}: ")
        return Part(key.name, lead, "", key.group, "brackets")

    def group(self, name: str) -> tuple[Part, Part]:
        """Return the newest text of a group, and that of its first key."""
        for parts in self.parts:
            inner = [part for part in parts.values() if part.group == name]
            if name in parts and inner:
                return parts[name], inner[0]
            if inner:  # a table, or names with dots in them
                return Part(name, "", ""), inner[0]
        own = self._unseen(Key(name, (), 0))
        return own, replace(own, within="brackets")

    def where(self, key: Key) -> str:
        """Name a key with the place of its newest value, as a doubt about it does."""
        pairs = zip(self.examples, self.parts, strict=True)
        there = ((one, parts) for one, parts in pairs if one.path and not is_blank(one.entry.data.get(key.name)))
        for one, parts in there:
            line = one.line + (parts[key.name].line if key.name in parts else 0)
            return say("`{name}` ({path}, line {line})", name=key.name, path=one.path, line=line)
        return f"`{key.name}`"

    def key_of(self, field: str) -> Key | None:
        """Return the key that holds a field."""
        return next((self.keys[name] for name, held in self.fields.items() if held == field), None)

    def days_in(self, key: Key) -> dict[int, Day]:
        """Return the days that a key says: number of the entry -> day."""
        values = {at: one.entry.data.get(key.name) for at, one in enumerate(self.examples)}
        return {at: day for at, value in values.items() if (day := day_of(value, self.habits))}

    def days(self, field: str) -> dict[int, str]:
        """Return the days of the events, by a field or else by the names of their files: number of the entry -> day."""
        if key := self.key_of(field):
            return {at: day.date for at, day in self.days_in(key).items()}
        named = {at: ISO_DAY.search(one.name) for at, one in enumerate(self.examples)}
        return {at: day[0] for at, day in named.items() if day and field == "date"}

    def texts(self, at: int, field: str) -> list[str]:
        """Return what an entry's key says of a field, as texts."""
        key = self.key_of(field)
        value = self.examples[at].entry.data.get(key.name) if key else None
        found = value if isinstance(value, list) else [value]
        return [str(one.get(name_key(one) or "", "")) if isinstance(one, dict) else str(one or "") for one in found]


def sorted_newest(examples: Sequence[Example]) -> list[Example]:
    """Put events in order, the newest first, by the days that keys or names of files say; those without come last."""
    groups = groups_of([one.entry.data for one in examples])
    beside = _spread(examples, groups)
    keys = _keys(beside)
    habits = _habits(keys)
    name = next((key for key, field in _days(keys, habits).items() if field == "date"), "")

    def day(at: int) -> str:
        found = day_of(beside[at].entry.data.get(name), habits)
        named = ISO_DAY.search(examples[at].name)
        return found.date if found else named[0] if named else ""

    return [examples[at] for at in sorted(range(len(examples)), key=day, reverse=True)]


def day_of(value: Any, habits: DateHabits) -> Day | None:
    """Read a value that is nothing but a day, with or without a time; None if it is no such thing."""
    text = value.strip() if isinstance(value, str) else ""
    found = find_date(text, None, habits)
    is_day = found and found.leading and not found.title and found.date.count("-") == len("--")
    return Day(text, found.date) if found and is_day else None


def groups_of(entries: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Find the keys that hold groups of values, by their paths, as `venue` and `venue.map`; of countless, only some.

    What holds a group in some and mere text in others is one if most have that, and none if its keys are no names.
    """
    return frozenset(sorted(_groups_in(entries, ""))[:_MOST_KEYS])


def _groups_in(entries: Iterable[Mapping[str, Any]], group: str) -> Iterator[str]:
    held: dict[str, list[Any]] = {}
    for entry in entries:
        for name, value in entry.items():
            held.setdefault(name, []).append(value)
    with_dots = {name.partition(".")[0] for name in held if "." in name}
    for name in held.keys() - {OWN, *with_dots}:
        filled = [value for value in held[name] if not is_blank(value)]
        inner = [one for one in filled if isinstance(one, dict)]
        path = f"{group}.{name}" if group else name
        is_spelt = all(map(_NAME.fullmatch, {name, *(key for one in inner for key in one)}))
        if inner and is_spelt and len(inner) * 4 >= len(filled) * 3 and path.count(".") < DEEPEST - 1:
            yield path
            yield from _groups_in(inner, path)


def _spread(examples: Sequence[Example], groups: Collection[str]) -> list[Example]:
    """Return examples whose entries have the values of groups under their paths."""
    return [replace(one, entry=replace(one.entry, data=dict(_flat(one.entry.data, groups)))) for one in examples]


def _flat(data: Mapping[str, Any], groups: Collection[str], group: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        path = f"{group}.{name}" if group else name
        if path not in groups:
            yield path, value
        elif isinstance(value, dict):
            yield from _flat(value, groups, path)


def _keys(examples: Sequence[Example]) -> list[Key]:
    """List the keys of events: in the order of the first one, and each other one behind what it follows."""
    order: list[str] = []
    for example in examples:
        at = 0
        for name in example.entry.data:
            if name in order:
                at = order.index(name) + 1
            elif len(order) < _MOST_KEYS:
                order.insert(at, name)
                at += 1
    held = {name: [one.entry.data[name] for one in examples if name in one.entry.data] for name in order}
    return [Key(name, values, len(examples)) for name, values in held.items()]


def _habits(keys: Iterable[Key]) -> DateHabits:
    return date_habits(value for key in keys for value in key.values if isinstance(value, str))


def _days(keys: Iterable[Key], habits: DateHabits) -> dict[str, str]:
    """Find the keys that hold an event's days: key -> `date` or `end_date`.

    Of two, the one whose name is no end's is the first day, unless the other is named as the beginning: where there is
    a `start_date`, `date` is the last day.
    """
    begins: list[Key] = []
    ends: list[Key] = []
    plain: list[Key] = []
    for key in keys:
        match = _DAY.fullmatch(key.word)
        if match and key.filled and key.is_of(lambda value: day_of(value, habits) is not None):
            (begins if match["begins"] else ends if match["ends"] else plain).append(key)
    if begins and plain and not ends:
        return {begins[0].name: "date", plain[0].name: "end_date"}
    first = next(iter(plain + begins), None)
    found = {first.name: "date"} if first else {}
    return found | {key.name: "end_date" for key in ends[:1] if first}


def _parts_of_days(keys: Iterable[Key]) -> dict[str, str]:
    """Find keys that hold a day in parts: key -> `date.year`, `date.month`, `date.day`, or the same of `end_date`."""
    found: dict[str, str] = {}
    for key in keys:
        if match := _SPLIT.fullmatch(key.word):
            found[key.name] = f"{'end_date' if match['which'] == 'end' else 'date'}.{match['part']}"
    return found if {"date.year", "date.month", "date.day"} <= {*found.values()} else {}
