"""What an entry says of an event: its keys are read where the template writes them, the rest is in Almanac's own key.

A site's key is what people see and edit. So where it says something else than Almanac's own key does, it is right. Only
what can be read back is read: a value behind a filter that changes it, or one of two in a text, is in the own key.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from almanac.dates import TIME, date_habits, find_date, heading_date
from almanac.dateshapes import is_time, is_zone, written_like, zone_letters
from almanac.entries.inert import as_typed, cleaned
from almanac.entries.syntax import LINES, FieldPath, KeyPath, ValueSource
from almanac.entries.template import EntryTemplate
from almanac.errors import Problem, UserError
from almanac.event.description import markdown, source
from almanac.event.model import Event
from almanac.event.statuses import in_words, marked_title, read_status
from almanac.page.lines import plain
from almanac.page.marks import status_in
from almanac.patterns import regex
from almanac.times.check import check_imported
from almanac.times.zones import Zones, load_zone
from almanac.yamlfile import mistake

OWN = "almanac"
"""The key for what the site's own keys do not say."""

_TEXTS = frozenset(
    {"series", "title", "when", "location", "url", "people_label", "description", "recording", "time_zone"}
)
_LISTS = frozenset({"tags", "agenda"})
_DATES = ("date", "end_date", "starts", "ends")
_READABLE = frozenset({"like", "heading_date", "names", "join", "plain", "url", "text", "heading", "item", "markdown"})
_OF_STATUS = frozenset({"with_status", "is", "in_words", "capitalize"})
_PIECES = frozenset({"slice", "int"})
_BETWEEN_NAMES = regex(r"[,;&]|(?<= )and(?= )")
_BETWEEN = regex(r"[,;]")
_CLOCK = regex(rf"(?<![\w:]){TIME}(?!\w)", re.IGNORECASE)
_TO_TIME = regex(r"(?:[-\u2013\u2014]|\b(?:to|until|bis|a|\u00e0)\b)[ ]?[0-9]", re.IGNORECASE)
_MINUTES = regex("[:h.][0-9]{2}|[0-9][ ]?[aphAPHuU]")
_ISO_DAY = regex(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_SECONDS = regex(r"(?<=:[0-9]{2}):00")
# As in ISO 8601, and as Jekyll writes it.
_MOMENT = regex(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r" ?(?P<hours>[+-][0-9]{2}):?(?P<minutes>[0-9]{2})"
)
_NAMES_EVENT = regex(r"\s*+(?:\*\*|__|#{1,6}[ \t]|[-*+][ \t]|<h[1-6]\b|<strong>)")
_FIRST_LINES = 100
_DESCRIPTION = ValueSource((("description",),), (("markdown", ()),))


@dataclass(frozen=True)
class _Said:
    """What a place of an entry says: the text of one value, or of each entry of a list."""

    source: ValueSource
    texts: tuple[str, ...]
    is_list: bool = False

    @property
    def text(self) -> str:
        return self.texts[0]


def read_event(template: EntryTemplate, data: Mapping[str, Any], body: str, event_id: str, file: str) -> Event | None:
    """Read an entry as an event; None for one without a date.

    `event_id` is the name of its file, too: where neither keys nor body say its title or date, the name does.

    Raises:
        UserError: Almanac's own key says what cannot be.
    """
    fields = fields_of(template, data, body, event_id)
    if "date" not in fields:
        return None
    try:
        # Strict, but through JSON: there, a list may become a tuple and nothing else changes its type.
        return Event.model_validate_json(json.dumps({**fields, "id": event_id}))
    except ValidationError as error:
        problems = [
            Problem(mistake(Event, one), ".".join(map(str, (OWN, *one["loc"]))), file=file)
            for one in error.errors(include_url=False)
        ]
        raise UserError(problems) from None


def fields_of(template: EntryTemplate, data: Mapping[str, Any], body: str, name: str) -> dict[str, Any]:
    """Return what an entry says of an event's fields, as JSON has them; what it does not say is left out."""
    said = [*_in_keys(template, data), *_in_body(template, body)]
    keys = _Keys()
    for one in sorted(said, key=lambda one: len(one.source.fields)):
        keys.take(one)
    fields = keys.fields()
    own = {name: None if value == "" else value for name, value in _group(data, OWN).items() if name != "id"}
    edited = {root for one in said for root in _edited(one, fields, own)}
    if "starts" in edited or ("ends" in edited and keys.clock):
        edited |= {"starts", "ends", "when"}
        fields |= keys.moments or _moved(fields, keys.line, own.get("time_zone") or fields.get("time_zone"))
    elif keys.moments and "starts" not in own:
        fields |= keys.moments
    elif keys.clock and not {"when", "starts"} & own.keys():
        fields.setdefault("when", keys.line)
    own = {name: value for name, value in own.items() if name not in edited}
    extra = fields.get("extra", {}) | {
        name: one for name, one in _group(own, "extra").items() if f"extra.{name}" not in edited
    }
    fields |= own | ({"extra": extra} if extra else {})
    fields |= _on_its_day(fields)
    day = _ISO_DAY.search(name)
    words = " ".join(re.split("[-_ ]+", name.rpartition("/")[2])).strip()
    title = _title(body) or words
    found = {"title": title, **({"date": day[0]} if day else {})}
    if any(isinstance(part, ValueSource) and part.filter("with_status") is not None for part in template.body):
        found |= status_in(title)
    return found | {name: value for name, value in fields.items() if value or name not in ("title", "date")}


def _group(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


# ------------------------------------------------------------------------------- what is said where


def _in_keys(template: EntryTemplate, data: Mapping[str, Any]) -> Iterator[_Said]:
    # What a group of a list says of the event, as its talk does, the keys above it say better.
    for path, place in sorted(template.places.items(), key=lambda one: one[0].count("*")):
        made_of = place.sources[0]
        names = {name for name, _ in made_of.filters}
        if len(place.sources) > 1 or not made_of.fields or not names <= _READABLE | _OF_STATUS | _PIECES:
            continue
        values = _values(data, path)
        is_list = any("*" in one for one in made_of.fields)
        if values is not None and not is_list and "*" in path:
            values = [value for value in values if value]
            values = values if len(values) == 1 else None
        if values is None or (is_list and "*" not in path):
            continue
        before, after = place.texts[0].lstrip(), place.texts[1].rstrip()
        texts = [_as_text(value).strip() for value in values]
        if all(text.startswith(before) and text[len(before) :].endswith(after) for text in texts if text):
            cut = [text[len(before) : len(text) - len(after)] for text in texts]
            read = str if "plain" in names else as_typed
            yield _Said(made_of, tuple(map(read, cut)), is_list)


def _values(data: Any, path: KeyPath) -> list[Any] | None:
    """Return the value at a path, or those of all entries of a list there; None if there is no such key."""
    for number, key in enumerate(path):
        if key == "*":
            entries = data if isinstance(data, list) else [data]
            found = [_values(one, path[number + 1 :]) for one in entries if one is not None]
            if "*" in path[number + 1 :]:
                return [value for values in found for value in values or ()]
            return [one[0] if one else None for one in found]
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    return [data]


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_as_text, value))
    if value is None or isinstance(value, dict):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _in_body(template: EntryTemplate, body: str) -> Iterator[_Said]:
    """Find the description between what the template has before and after it."""
    outline = template.body
    places = [n for n, one in enumerate(outline) if isinstance(one, ValueSource) and _is_description(one)]
    if len(places) != 1:
        return
    at, body = places[0], body.replace("\r\n", "\n").rstrip("\n")
    ending = [one.rstrip("\n") if isinstance(one, str) else one for one in outline[-1:]]
    after = [one[::-1] if isinstance(one, str) else one for one in reversed([*outline[at + 1 : -1], *ending])]
    start, end = _passed(body, outline[:at]), _passed(body[::-1], after if at + 1 < len(outline) else [])
    if start is not None and end is not None and start <= len(body) - end:
        yield _Said(_DESCRIPTION, (source(body[start : len(body) - end]),))


def _is_description(value: ValueSource) -> bool:
    return value.fields == (("description",),) and value.filter("markdown") == ()


def _passed(text: str, outline: Sequence[str | ValueSource]) -> int | None:
    """Return where in a text a part of the template ends, each of its values within a line; None if it is not there."""
    at = 0
    for part, following in zip(outline, [*outline[1:], ""], strict=False):
        if isinstance(part, str):
            if not text.startswith(part, at):
                return None
            at += len(part)
        elif isinstance(following, str) and following:
            end, line_end = text.find(following, at), text.find("\n", at)
            if end < 0 or -1 < line_end < end:
                return None
            at = end
        else:
            return None  # nothing tells where it ends
    return at


# ------------------------------------------------------------------------------- what it comes to


class _Keys:
    """Collects what the places of an entry say, as the values of fields."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.clock = ""  # the first time by the clock, as it is written
        self.until = ""  # that of the end, in a key of its own
        self.moments: dict[str, str] = {}  # beginning and end, where they are written with their offset
        self._pieces: list[str] = []
        self._groups: dict[str, dict[int, dict[str, str]]] = {"people": {}, "links": {}}

    @property
    def line(self) -> str:
        """The times by the clock as one line."""
        has_end = not self.until or _TO_TIME.search(self.clock)
        return self.clock if has_end else f"{self.clock} - {self.until}"

    def take(self, one: _Said) -> None:
        first, *others = one.source.fields
        root = str(first[0])
        if root in _DATES:
            self._take_date(one, [str(path[0]) for path in one.source.fields])
        elif others and one.text and one.text == self.found.get(str(others[-1][0])):
            return  # the other one stands in
        elif root in self._groups:
            self._take_entries(one, root, first[1:])
        elif one.is_list:
            values = tuple(filter(None, one.texts))
            if root == "extra" and values:
                is_text = LINES in first
                self.found.setdefault(root, {}).setdefault(str(first[1]), "\n".join(values) if is_text else values)
            elif root in _LISTS:
                self.found.setdefault(root, values)
        elif is_now := one.source.filter("is"):
            self.found |= {root: is_now[0]} if one.text == "true" else {}
        elif one.text:
            marked = status_in(one.text) if one.source.filter("with_status") is not None else {}
            for name, text in (marked or {root: one.text}).items():
                self._take_text(name, first, text)

    def _take_text(self, root: str, path: FieldPath, text: str) -> None:
        if root in _TEXTS:
            self.found.setdefault(root, text)
        elif root in _LISTS:
            self.found.setdefault(root, tuple(filter(None, map(str.strip, _BETWEEN.split(text)))))
        elif root == "status":
            status = read_status(text)
            # That it takes place is what a key says of an event of which nothing else is known.
            self.found.setdefault(root, None if status == "scheduled" else status)
        elif root in ("number", "issue") and re.fullmatch("0*[1-9][0-9]{0,8}", text):
            self.found.setdefault(root, int(text))
        elif root in ("extra", "image") and len(path) > 1:
            self.found.setdefault(root, {}).setdefault(str(path[1]), text)

    def _take_entries(self, one: _Said, root: str, path: FieldPath) -> None:
        group = self._groups[root]
        if not path and root == "people":
            names = [separator for separator in (one.source.filter("names") or ()) if separator]
            parts = one.text.split(names[0]) if names else _BETWEEN_NAMES.split(one.text)
            for number, name in enumerate(filter(None, map(str.strip, parts))):
                group.setdefault(number, {}).setdefault("name", name)
        elif len(path) == 2:  # noqa: PLR2004 - which one, and what of it
            first = path[0] if isinstance(path[0], int) else 0
            for number, text in enumerate(one.texts, first):
                if text:
                    group.setdefault(number, {}).setdefault(str(path[1]), text)

    def _take_date(self, one: _Said, roots: list[str]) -> None:
        if _is_zone(one):
            return
        day = _day(one)
        clock = "" if one.source.filter("slice") is not None else _clock(one.text)
        if {"starts", "ends"} & {*roots}:
            if moment := _moment(one.text):
                self.moments.setdefault(roots[0], moment)
            if "starts" not in roots:
                self.until = self.until or clock
                return
            self.clock = self.clock or clock
            self._take_day("date", day)
        elif roots == ["date"]:
            self._pieces.append(one.text)
            self._take_day("date", day)
        elif roots[0] == "end_date" and day.count("-") == 2:  # noqa: PLR2004 - a whole day
            first = self.found.get("date", "")
            if "date" in roots and first.count("-") != 2:  # noqa: PLR2004
                self.found["date"] = day
            elif day != first:
                self.found.setdefault("end_date", day)

    def _take_day(self, root: str, day: str) -> None:
        if len(day) > len(self.found.get(root, "")):
            self.found[root] = day

    def fields(self) -> dict[str, Any]:
        if self.found.get("date", "").count("-") != 2:  # noqa: PLR2004
            order = sorted(self._pieces, key=lambda text: (text.isdigit() and len(text) == 4, not text.isdigit()))  # noqa: PLR2004
            together = find_date(" ".join(order)) if len(order) > 1 else None
            if together and not together.note:
                self._take_day("date", together.date)
        fields = {name: value for name, value in self.found.items() if value}
        people = [one for _, one in sorted(self._groups["people"].items()) if one.get("name")]
        links = [one for _, one in sorted(self._groups["links"].items()) if one.get("url") and one.get("label")]
        return fields | ({"people": people} if people else {}) | ({"links": links} if links else {})


def _day(one: _Said) -> str:
    """Return the day, month or year that a text says, as a record has it; empty if it says none for certain."""
    if one.source.filter("slice") is not None:
        return ""
    if iso := _ISO_DAY.search(one.text):
        return iso[0]
    example = next(iter(one.source.filter("like") or ()), "")
    found = find_date(one.text, habits=date_habits([example, one.text]))
    return found.date if found and not found.note and not found.date.startswith("X") else ""


def _moment(text: str) -> str:
    """Return a moment with its offset as a record has it; empty if the text is none."""
    found = _MOMENT.fullmatch(text)
    return f"{found['day']}T{found['time']}{found['hours']}:{found['minutes']}" if found else ""


def _clock(text: str) -> str:
    """Return the first time by the clock, or two that belong together, as a text has it; a mere hour is none."""
    if is_time(text):
        return _SECONDS.sub("", text) if _MINUTES.search(text) else ""
    found = _CLOCK.search(text, len("2021-11-08T") if _ISO_DAY.match(text) else 0)
    return _SECONDS.sub("", found[0]) if found and re.search("[:apAP]", found[0]) else ""


def _moved(fields: Mapping[str, Any], clock: str, zone: Any) -> dict[str, Any]:
    """Return the moments of the times by the clock that a person wrote over others, in the zone that is known."""
    if clock and isinstance(zone, str):
        times = check_imported(str(fields.get("date", "")), f"{clock} {zone}", Zones.of())
        if times.starts:
            return {"starts": times.starts} | ({"ends": times.ends} if times.ends else {})
    return {"when": clock} if clock else {}


def by_the_clock(event: Event) -> Event:
    """Give an event of which only a time by the clock is known, and no zone, a moment that is written as that time."""
    if event.starts or not event.when or _clock(event.when) != event.when:
        return event
    return event.model_copy(update=_moved({"date": event.date}, event.when, "UTC"))


def _on_its_day(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows a date that a person wrote over another: the times of the day, and not the last day."""
    date, moved = str(fields.get("date", "")), dict[str, Any]()
    if not _ISO_DAY.fullmatch(date):
        return moved
    if str(fields.get("end_date") or date) < date:
        moved["end_date"] = None
    with suppress(KeyError, ValueError, TypeError):
        starts = datetime.fromisoformat(fields["starts"])
        days = datetime.fromisoformat(date).date() - starts.date()
        zone = load_zone(fields["time_zone"]) if days and fields.get("time_zone") else None
        for name in ("starts", "ends") if days else ():
            at = datetime.fromisoformat(fields[name]) + days
            moved[name] = (at.replace(tzinfo=zone) if zone else at).isoformat()
    return moved


# ------------------------------------------------------------------------------- what a person edited


def _edited(one: _Said, fields: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    """Give the fields of Almanac's own key that a place would show otherwise than it does."""
    known = {f"extra.{name}" for name in _group(own, "extra")}
    names = [f"extra.{path[1]}" if path[0] == "extra" else str(path[0]) for path in one.source.fields]
    ours = [name for name in names if name in own or name in known]
    if not ours:
        return
    texts = _shown(one, {**fields, **own})
    if texts is not None and [_spaced(text) for text in texts] != [_spaced(text) for text in one.texts]:
        yield from ours


def _spaced(text: str) -> str:
    return " ".join(cleaned(text).split())


def _is_zone(one: _Said) -> bool:
    """Tell whether a place says the zone of a moment alone."""
    return is_zone(str(next(iter(one.source.filter("like") or ()), "")))


def _shown(one: _Said, values: Mapping[str, Any]) -> list[str] | None:
    """Return what a place shows of values; None where that is not known here."""
    value: Any = None
    for path in one.source.fields:
        value = _looked_up(values, path)
        if value:
            break
    shown = value
    for name, arguments in one.source.filters:
        if name in _PIECES or _is_zone(one):
            return None
        shown = _filtered(name, arguments, shown, value, values)
    texts = list(shown) if one.is_list and isinstance(shown, list | tuple) else [shown]
    return None if any(isinstance(text, dict) for text in texts) else list(map(_as_text, texts))


def _filtered(name: str, arguments: Sequence[Any], shown: Any, value: Any, values: Mapping[str, Any]) -> Any:
    """Return what a filter makes of what is `shown` so far of one of the `values`, as far as that matters here."""
    example = str(next(iter(arguments), ", "))
    if name == "with_status":
        shown = marked_title(_as_text(value), values.get("status"), *map(str, arguments))
    elif name in _OF_STATUS:
        shown = _shown_status(name, example, shown, value)
    elif name == "markdown":
        shown = source(markdown(_as_text(value)))
    elif name == "like" and isinstance(value, int):
        shown = str(value).zfill(len(example))
    elif name == "like" and value:
        starts, ends = values.get("starts"), values.get("ends")
        with suppress(ValueError):
            letters = zone_letters(str(value), values.get("when")) if value in (starts, ends) else ""
            shown = written_like(str(value), example, None, ends if value == starts else None, letters)
    elif name == "heading_date" and value:
        shown = heading_date(str(value))
    elif name == "names" and isinstance(value, list | tuple):
        shown = example.join(str(person.get("name")) for person in value if isinstance(person, dict))
    elif name == "join" and isinstance(value, list | tuple):
        shown = example.join(map(_as_text, value)) if arguments else "".join(map(_as_text, value))
    return shown


def _shown_status(name: str, given: str, shown: Any, value: Any) -> Any:
    if name == "is":
        return value == given
    return in_words(_as_text(value), given) if name == "in_words" else _as_text(shown).capitalize()


def _looked_up(values: Any, path: FieldPath) -> Any:
    for number, key in enumerate(path):
        if key == LINES:
            return _as_text(values).splitlines()
        if key == "*" and isinstance(values, list | tuple):
            return [_looked_up(one, path[number + 1 :]) for one in values]
        if isinstance(key, int) and isinstance(values, list | tuple):
            values = values[key] if key < len(values) else None
        else:
            values = values.get(key) if isinstance(values, dict) else None
    return values


def _title(body: str) -> str:
    """Return the first heading, bullet or bold line of a body."""
    lines = body.split("\n", _FIRST_LINES)[:_FIRST_LINES]
    names = (plain(line[: 10 * _FIRST_LINES]).strip(" \t*#_+-") for line in lines if _NAMES_EVENT.match(line))
    return next(filter(None, names), "")
