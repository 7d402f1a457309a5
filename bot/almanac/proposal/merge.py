"""The three-way merge of two records, field by field: what a person wrote stays.

The common ancestor of records, the issue's answers of last time, is known by short digests of its values: they fit into
a pull request's marker, and a merge by field only has to know what is equal.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from almanac.event.attachment import picture_key
from almanac.event.model import Event
from almanac.times.check import check_imported
from almanac.times.zones import Zones

# These follow from the others or from the page, or never change.
_KEPT = frozenset({"id", "issue", "number", "rendered"})
_TIMES = ("starts", "ends", "time_zone")
FIELDS = tuple(name for name in Event.model_fields if name not in _KEPT)


@dataclass(frozen=True)
class Merged:
    """A merged record, and the fields that both sides changed in different ways (the person's value was kept)."""

    event: Event
    conflicts: tuple[str, ...] = ()


def values_of(event: Event, without: Collection[str]) -> dict[str, Any]:
    """Return the values of the fields that have one, but for some: what tells two sets of answers apart.

    A picture is the same one wherever it is kept.
    """
    values = event.model_dump(mode="json", exclude=set(without), exclude_defaults=True)
    if event.image:
        values["image"] = [picture_key(event.image), event.image.alt]
    return values


def field_digests(event: Event) -> dict[str, str]:
    """Return a short digest of the value of each field that has one."""
    values = values_of(event, _KEPT)
    return {
        name: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:10]
        for name, value in values.items()
    }


def merge(ancestor: Mapping[str, str] | None, human: Event, new: Event, zones: Zones | None = None) -> Merged:
    """Merge a record as a person left it with the issue's answers as they are now, field by field.

    While a person's record holds its section word for word, no other field is shown, so an answer that changed is
    listed as a conflict, unless a change of just that record was asked for. `ancestor` is None if the answers of last
    time are not known any more.
    """
    theirs, ours = field_digests(human), field_digests(new)
    changes: dict[str, object] = {}
    conflicts: list[str] = []
    for name in FIELDS:
        if theirs.get(name) == ours.get(name):
            continue
        before = ancestor.get(name) if ancestor is not None else None
        if ancestor is not None and ours.get(name) == before:
            continue
        if ancestor is not None and theirs.get(name) == before and (human.markdown is None or new.markdown is not None):
            changes[name] = getattr(new, name)
        else:
            conflicts.append(name)
    merged, undecided = _with_days(human.model_copy(update=changes), human)
    conflicts += (name for name in undecided if name not in conflicts)
    by_hand = any(theirs.get(name) != (ancestor or {}).get(name) for name in _TIMES)
    if merged.markdown is None and not by_hand:
        merged = _timed(merged, new, zones or Zones.of())
    return Merged(merged, tuple(name for name in conflicts if name not in _TIMES or "when" not in conflicts))


def without_refused(answers: Event, published: Event, refused: Mapping[str, str]) -> Event:
    """Put what is published in place of the answers that were refused, given by their digests."""
    digests = field_digests(answers)
    same = {name: getattr(published, name) for name in FIELDS if digests.get(name) == refused.get(name)}
    return answers.model_copy(update=same)


def _timed(merged: Event, new: Event, zones: Zones) -> Event:
    """Let the times follow from date and When line, which may come from different sides."""
    if all(getattr(merged, name) == getattr(new, name) for name in ("date", "end_date", "when")):
        return merged.model_copy(update={name: getattr(new, name) for name in _TIMES})
    found = check_imported(merged.date, merged.when, zones, merged.end_date) if merged.when else None
    return merged.model_copy(update={name: getattr(found, name) if found else None for name in _TIMES})


def merge_records(before: Event, base: Event, human: Event) -> Merged:
    """Merge what changed in a record on the base into a person's copy of it on a branch; the person's value wins."""
    changed = {name: getattr(base, name) for name in FIELDS if getattr(base, name) != getattr(before, name)}
    taken = {name: value for name, value in changed.items() if getattr(human, name) == getattr(before, name)}
    left = (name for name in changed if name not in taken and getattr(human, name) != changed[name])
    merged, undecided = _with_days(human.model_copy(update=taken), human)
    return Merged(merged, tuple(dict.fromkeys((*left, *undecided))))


def _with_days(merged: Event, human: Event) -> tuple[Event, list[str]]:
    """Keep a person's days where the first day of one side is not before the last one of the other."""
    if merged.end_date is None or merged.date < merged.end_date:
        return merged, []
    return merged.model_copy(update={"date": human.date, "end_date": human.end_date}), ["end_date"]
