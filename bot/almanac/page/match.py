"""Which section of a page belongs to which record, where a fingerprint does not say it.

Which section of a page is which record's, when either may have been edited since they were last in line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from almanac.event.model import Event
from almanac.page.entries import Style, trimmed
from almanac.page.headings import heading_ends
from almanac.page.lines import fingerprints, split_lines
from almanac.page.outline import Page, Section
from almanac.page.syntax import plain

_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"\A(?:topic|title|event|what):\s*", re.IGNORECASE)
_MARKS = re.compile(r"\A[\s>*+#|-]+")


def words(text: str) -> str:
    """Return the words of a text in lower case with a space around each, so that one name can be found in another."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def same_name(first: str, second: str) -> bool:
    """Tell whether two titles name the same: one holds all words of the other, in a row."""
    one, other = words(first), words(second)
    return one.strip() != "" != other.strip() and (one in other or other in one)


def same_day(section: Section, event: Event) -> bool:
    """Tell whether a section's date is the record's."""
    return section.date == event.date


def same_title(section: Section, event: Event) -> bool:
    """Tell whether a section names the record's title or series, in its first line or, without a title there, below."""
    names = [name for name in (event.title, event.series) if name]
    if section.title:
        return any(same_name(section.title, name) for name in names)
    text = words(plain(section.text[:2000]))
    return any(words(name).strip() and words(name) in text for name in names)


def title_of(section: Section) -> str:
    """Return a section's title: from its first line, or the first words below it; nothing where there are none."""
    if section.title:
        return section.title
    below = split_lines(section.text)[2 if section.style.kind == "setext" else 1 :]
    words = (_LABEL.sub("", _MARKS.sub("", plain(line[:1000]))).strip() for line in below)
    return next(filter(None, words), "")


def own_section(page: Page, event: Event) -> Section | None:
    """Find a record's section: by its fingerprint, then by date and title, then by the date that no other has."""
    for section in (*page.sections, *_by_headings(page)) if event.rendered else ():
        if event.rendered in fingerprints(section.text):
            return section
    day = [section for section in page.sections if same_day(section, event)]
    return next((section for section in day if same_title(section, event)), None)


def _by_headings(page: Page) -> Iterator[Section]:
    """Cut the page at its headings, for sections that hold no date, as a site's own template may write them."""
    after = heading_ends(list(page.headings), len(page.lines.texts))
    for heading, end in zip(page.headings, after, strict=True):
        if heading.kind in ("atx", "setext"):
            start = page.lines.offsets[heading.line]
            text = page.text[start : page.lines.end(trimmed(page.lines, heading.line, end) - 1)]
            style = Style(heading.kind, heading.level)
            yield Section(text, start, heading.line + 1, style, "", heading.text, None, None, None, None)


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
