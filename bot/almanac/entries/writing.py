"""An event put into a site's own file or list: only what its keys have to say otherwise is changed there."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from almanac.entries.formats import DataEntry, with_ends
from almanac.entries.meaning import OWN, by_the_clock, fields_of
from almanac.entries.template import EntryTemplate
from almanac.errors import Problem, UserError
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.rewrite import rewritten
from almanac.phrases import say

_Groups = list[dict[str, Any]]

_MANY = 4
"""So many times as many steps of a list go one way as the other, if it is in order but for slips."""


class EntryEditor:
    """Writes events into entries with a template; `in_list` if an entry has to say its event's id as well."""

    def __init__(self, template: EntryTemplate, *, in_list: bool) -> None:
        self._template, self._in_list = template, in_list

    def completed(self, text: str, entry: DataEntry, event: Event) -> str:
        """Return a file whose new entry says all of an event: Almanac's own key has what the site's keys do not say.

        Raises:
            UserError: The entry cannot be changed in place.
        """
        return self._written(text, entry, DataEntry(0, 0, entry.line, _without_own(entry.data), entry.body), event)

    def changed(self, text: str, entry: DataEntry, event: Event, before: Event) -> str:
        """Return a file whose entry says what an event's record says now, and `before` until now.

        Raises:
            UserError: The entry, or the text below its keys, cannot be changed in place.
        """
        old, new = (self._template.entry(by_the_clock(one)) for one in (before, event))
        data = merged(_without_own(entry.data), old.data, self._with_address(old.data, new.data))
        body = entry.body
        if old.body != new.body:
            body = self._rewritten(entry, before, event, old.body) or new.body
        return self._written(text, entry, DataEntry(0, 0, entry.line, data, body), event)

    def _with_address(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """Let an event keep the part of its address that was made of its title or people: links lead there."""
        made = (
            path for path, place in self._template.places.items() for one in place.sources if one.filter("slug") == ()
        )
        kept = {path[0] for path in made if len(path) == 1}
        return {name: old.get(name, value) if name in kept else value for name, value in new.items()}

    def _written(self, text: str, entry: DataEntry, wanted: DataEntry, event: Event) -> str:
        own = _own(self._template, wanted, event)
        own = {"id": event.id, **own} if self._in_list else own
        body = None if wanted.body == entry.body else with_ends(wanted.body, text)
        written = self._template.format.changed(text, entry, wanted.data | ({OWN: own} if own else {}), body)
        if written is None:
            message = say("This cannot be changed without writing more of it again. Please change it by hand.")
            raise UserError(Problem(message, typed=event.title, line=entry.line))
        return written

    def _rewritten(self, entry: DataEntry, before: Event, event: Event, old: str) -> str | None:
        """Write what changed into a body that people changed; None if it says what the template wrote."""
        section = entry.body.strip("\r\n")
        if says_same(section, old.strip("\n")):
            return None
        shown = {name: getattr(event, name) for name in self._template.body_names if name in Event.model_fields}
        record = before.model_copy(update=shown)
        text = rewritten(section, record, before, lambda one: self._template.entry(one).body)
        if text is None:
            message = say(
                "People changed the text of this event, and there is no place in it for what is "
                "new. Please change it by hand."
            )
            raise UserError(Problem(message, typed=event.title))
        return entry.body.replace(section, text)


def place_for(dates: Sequence[str], date: str) -> int:
    """Return the index at which an event of a date belongs in a list of others: at its end, if that has no order."""
    steps = [(one > other) - (one < other) for one, other in pairwise(dates)]
    falling, rising = steps.count(1), steps.count(-1)
    if falling and falling >= _MANY * rising:
        return next((index for index, other in enumerate(dates) if other <= date), len(dates))
    if rising and rising >= _MANY * falling:
        return next((len(dates) - index for index, other in enumerate(reversed(dates)) if other <= date), 0)
    return len(dates)


def _without_own(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != OWN}


def _own(template: EntryTemplate, entry: DataEntry, event: Event) -> dict[str, Any]:
    """Return what the keys and the body do not say of an event, and what they seem to say and is not so."""
    said = json.loads(json.dumps(fields_of(template, entry.data, entry.body, event.id)))
    wanted = event.model_dump(mode="json", exclude_defaults=True)
    own: dict[str, Any] = {}
    for name, field in Event.model_fields.items():
        value = wanted.get(name)
        # Where a line of times is kept, so are its moments: that one of them was edited is seen by the other.
        is_twin = name in ("starts", "ends") and value and event.when
        if name == "id" or (value == said.get(name) and not is_twin):
            continue
        if name == "extra":
            known = said.get(name, {})
            own |= {name: {one: answer for one, answer in (value or {}).items() if answer != known.get(one)}}
        else:
            # Not every format has a word for nothing.
            own[name] = value if value is not None else [] if field.default == () else ""
    return own


def merged(now: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of an entry with what the template writes otherwise now; new ones behind those above them."""
    found = {name: value for name, value in now.items() if name in new or name not in old}
    above: str | None = None
    for name, value in new.items():
        if name not in found and (name not in old or old[name] != value):
            items = list(found.items())
            at = next((place + 1 for place, (key, _) in enumerate(items) if key == above), 0)
            found = dict([*items[:at], (name, value), *items[at:]])
        elif name in found and old.get(name) != value:
            found[name] = _together(found[name], old.get(name), value)
        above = name if name in found else above
    return found


def _together(now: Any, old: Any, new: Any) -> Any:
    """Return what a key says with what the template writes otherwise now; what people added beside that stays."""
    if isinstance(now, dict) and isinstance(old, dict) and isinstance(new, dict):
        return merged(now, old, new)
    if _are_groups(now) and _are_groups(old) and _are_groups(new):
        return _merged_groups(now, old, new)
    return new


def _are_groups(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and one for one in value)


def _merged_groups(now: _Groups, old: _Groups, new: _Groups) -> _Groups:
    """Return a list of groups of keys, such as speakers or talks, in which only those change that the template changes.

    Raises:
        UserError: Nothing tells which of the groups is meant.
    """
    theirs, next_ones = _counterparts(old, now), _counterparts(old, new)
    written: dict[int, dict[str, Any] | None] = {}  # what becomes of those that are there
    for group, at, becomes in zip(old, theirs, next_ones, strict=True):
        wanted = None if becomes is None else new[becomes]
        if at is not None:
            written[at] = None if wanted is None else merged(now[at], group, wanted)
        elif wanted != group:
            message = say("Nothing tells which part of a list changes, as people edited it. Please change it by hand.")
            raise UserError(Problem(message))
    # Those that stay take each other's places where their order is another one now.
    stay = sorted(
        (becomes, at) for at, becomes in zip(theirs, next_ones, strict=True) if at is not None and becomes is not None
    )
    places = dict(zip((becomes for becomes, _ in stay), sorted(at for _, at in stay), strict=True))
    written |= {places[becomes]: written[at] for becomes, at in stay}
    found = [(at, written.get(at, group)) for at, group in enumerate(now)]
    place = -1  # behind which a new one comes
    for number, group in enumerate(new):
        if number not in next_ones:
            found.append((place, group))
        place = places.get(number, place)
    return [group for _, group in sorted(found, key=lambda one: one[0]) if group is not None]


def _counterparts(groups: _Groups, others: _Groups) -> list[int | None]:
    """Find for each group the other one that says most of the same, beginning with its first key; None if none does.

    Where several say as much, it is the one in the same place of a list of the same length, and else none.
    """
    found: list[int | None] = []
    for number, group in enumerate(groups):
        free = [at for at in range(len(others)) if at not in found]
        scores = {at: _agreement(group, others[at]) for at in free}
        best = [at for at in free if scores[at] and scores[at] == max(scores.values())]
        is_same_place = number in best and len(groups) == len(others)
        found.append(number if is_same_place else best[0] if len(best) == 1 else None)
    return found


def _agreement(group: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    first = next(iter(group))
    same = [key for key, value in group.items() if value and other.get(key) == value]
    return len(same) if first in same else 0
