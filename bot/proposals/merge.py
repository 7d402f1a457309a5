"""The three-way merge of two records: what a human wrote stays."""

from dataclasses import dataclass

from bot.events.event import Event

# These follow from the others, or never change.
_KEPT = frozenset({"id", "issue", "rendered"})


@dataclass(frozen=True)
class Merged:
    """A merged record, and the fields that both sides changed in different ways (the human's value was kept)."""

    event: Event
    conflicts: tuple[str, ...]


def merge(known: Event, human: Event, new: Event) -> Merged:
    """Merge field by field.

    Args:
        known: The record as Almanac last wrote it, the common ancestor.
        human: The record as a human left it.
        new: The record as the issue's answers give it now.
    """
    changes: dict[str, object] = {}
    conflicts: list[str] = []
    for name in Event.model_fields:
        if name in _KEPT:
            continue
        before, theirs, ours = (getattr(event, name) for event in (known, human, new))
        if theirs == before:
            changes[name] = ours
        elif ours not in (before, theirs):
            conflicts.append(name)
    return Merged(human.model_copy(update=changes), tuple(conflicts))
