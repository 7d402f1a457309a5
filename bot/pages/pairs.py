"""Which section of a page is which record's, when either may have been edited since they were last in line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from bot.events.event import Event
from bot.pages.fingerprints import fingerprints
from bot.pages.match import same_name, same_title, title_of
from bot.pages.outline import Section

K = TypeVar("K")
V = TypeVar("V")


class Tie(Enum):
    """What ties a section to a record."""

    HASH = "the record's `rendered`: nobody edited the section"
    TEXT = "it reads as the record would be written now"
    LOOKS = "date or title: the section was edited"


@dataclass(frozen=True)
class Tied:
    """A section and its record."""

    section: Section
    record: Event
    tie: Tie


@dataclass(frozen=True)
class Pairs:
    """What belongs together, and what is left on either side, each in its order."""

    tied: tuple[Tied, ...]
    sections: tuple[Section, ...]
    records: tuple[Event, ...]


def pair(sections: Sequence[Section], records: Sequence[Event], shown: Mapping[str, str]) -> Pairs:
    """Give each section its record: by fingerprint, else by what the record would read, else by date, then title.

    Args:
        sections: The page's sections.
        records: All records.
        shown: Id -> what the record reads now.
    """
    tied: dict[int, Tied] = {}
    left = dict.fromkeys(record.id for record in records)
    by_looks = _by_looks(sections, records, tied, left)
    for ties in (_by_hash(sections, records, left), _by_text(sections, records, shown, left), by_looks):
        for index, record, tie in ties:
            if index not in tied and record.id in left:
                tied[index] = Tied(sections[index], record, tie)
                del left[record.id]
    return Pairs(
        tuple(tied[index] for index in sorted(tied)),
        tuple(section for index, section in enumerate(sections) if index not in tied),
        tuple(record for record in records if record.id in left),
    )


Candidates = Iterator[tuple[int, Event, Tie]]


def _by_hash(sections: Sequence[Section], records: Sequence[Event], left: Mapping[str, None]) -> Candidates:
    by_hash = _grouped((record.rendered, record) for record in reversed(records) if record.rendered)
    for index, section in enumerate(sections):
        for hash_ in fingerprints(section.text):
            yield from ((index, record, Tie.HASH) for record in _first_left(by_hash.get(hash_), left))


def _by_text(
    sections: Sequence[Section], records: Sequence[Event], shown: Mapping[str, str], left: Mapping[str, None]
) -> Candidates:
    by_text = _grouped((shown[record.id], record) for record in reversed(records))
    for index, section in enumerate(sections):
        yield from ((index, record, Tie.TEXT) for record in _first_left(by_text.get(section.text), left))


def _first_left(alike: list[Event] | None, left: Mapping[str, None]) -> list[Event]:
    """Return the first record that is still free of those that read alike, who stand here from the last to the first.

    What is taken goes for good: among thousands that read alike, no section looks at all of them.
    """
    while alike and alike[-1].id not in left:
        alike.pop()
    return alike[-1:] if alike else []


def _by_looks(
    sections: Sequence[Section], records: Sequence[Event], tied: Mapping[int, Tied], left: Mapping[str, None]
) -> Candidates:
    """Tie what is still free: by date and title, by a date that only one of either has, by a title likewise."""

    def free() -> tuple[list[tuple[int, Section]], list[Event]]:
        return (
            [(index, section) for index, section in enumerate(sections) if index not in tied],
            [record for record in records if record.id in left],
        )

    pages, kept = free()
    by_date = _grouped((record.date, record) for record in kept)
    for index, section in pages:
        yield from (
            (index, record, Tie.LOOKS) for record in by_date.get(section.date, ()) if same_title(section, record)
        )
    pages, kept = free()
    by_date = _grouped((record.date, record) for record in kept if record.rendered)
    on_day = _grouped((section.date, index) for index, section in pages)
    for date, indexes in on_day.items():
        if len(indexes) == len(by_date.get(date, ())) == 1:
            yield indexes[0], by_date[date][0], Tie.LOOKS
    pages, kept = free()
    for index, section in pages:
        named = [record for record in kept if record.rendered and _same_names(section, record)]
        if len(named) == 1:
            yield index, named[0], Tie.LOOKS


def _same_names(section: Section, record: Event) -> bool:
    title = title_of(section)
    return bool(title) and any(name and same_name(title, name) for name in (record.title, record.series))


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
