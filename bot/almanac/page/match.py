"""Which section of a page belongs to which record, when either may have been edited since they last agreed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from almanac.event.model import Event
from almanac.invisible import without_invisible
from almanac.page.canonical import is_known, says_same, sense
from almanac.page.entries import Style, style_of, trimmed
from almanac.page.headings import heading_ends
from almanac.page.lines import MAX_START, fingerprints, plain, split_lines
from almanac.page.outline import Page, Section
from almanac.patterns import regex

_WORD = regex(r"\w+")
_LABEL = regex(r"\A(?:topic|title|event|what):\s*", re.IGNORECASE)
_MARKS = regex(r"\A[\s>*+#|-]+")
_LOOKED_AT = 2_000
COMPARED = 50
"""With how many others a section or an event is compared by its names: thousands on one day, or with one word in their
names, do not have to be told apart, and the time stays linear."""
K = TypeVar("K")
V = TypeVar("V")


# ------------------------------------------------------------------------------- names


def words(text: str) -> str:
    """Return the words of a text in lower case with a space around each, so that one name can be found in another."""
    return f" {' '.join(_WORD.findall(without_invisible(text).casefold()))} "


def same_name(first: str, second: str) -> bool:
    """Tell whether two titles name the same: one contains all words of the other, in a row."""
    return _is_same(words(first), words(second))


def _is_same(one: str, other: str) -> bool:
    return one.strip() != "" != other.strip() and (one in other or other in one)


def same_title(section: Section, event: Event) -> bool:
    """Tell whether a section names what the record does: in its first line or, if that has no title, below.

    What is named there is a title, a series, or on some pages the people.
    """
    names = [name for name in (event.title, event.series, *(person.name for person in event.people)) if name]
    if section.title:
        return any(same_name(section.title, name) for name in names)
    text = words(plain(section.text[:_LOOKED_AT]))
    return any(words(name).strip() and words(name) in text for name in names)


def title_of(section: Section) -> str:
    """Return a section's title: from its first line, or the first words below it; empty if there are none."""
    if section.title:
        return section.title
    below = split_lines(section.text)[2 if section.style.kind == "setext" else 1 :]
    names = (_LABEL.sub("", _MARKS.sub("", plain(line[:MAX_START]))).strip() for line in below)
    return next(filter(None, names), "")


# ------------------------------------------------------------------------------- one record


def own_section(page: Page, event: Event, written: str | None = None) -> Section | None:
    """Find a record's section: by its fingerprint, then by date and title, then by what it says.

    Of several with its date and title, `written` tells which it is: what the record is written as.
    """
    for section in (*page.sections, *_parts(page)) if event.rendered else ():
        if event.rendered in fingerprints(section.text):
            return section
    alike = [section for section in page.sections if section.date == event.date and same_title(section, event)]
    if any(section.style == style_of(written or "") for section in page.sections):
        # A line in another list names the event, too.
        alike = [section for section in alike if section.style == style_of(written or "")]
    if len(alike) == 1:
        return alike[0]
    for section in alike or (_parts(page) if event.rendered else ()):
        if is_known(event.rendered, section.text) or (written and says_same(section.text, written)):
            return section
    return next(iter(alike), None)


def _parts(page: Page) -> Iterator[Section]:
    """Cut the page at its headings, for sections without a date, as a site's own template may write them."""
    ends = heading_ends(page.headings, len(page.lines.texts))
    for heading, end in zip(page.headings, ends, strict=True):
        if heading.kind in ("atx", "setext"):
            start = page.lines.offsets[heading.line]
            text = page.text[start : page.lines.end(trimmed(page.lines, heading.line, end) - 1)]
            style = Style(heading.kind, heading.level)
            yield Section(text, start, heading.line + 1, style, date="", title=heading.text)


# ------------------------------------------------------------------------------- all records


class Tie(Enum):
    """What ties a section to a record."""

    HASH = "the record's `rendered`: nobody changed what the section says"
    TEXT = "it says what the record would be written as now"
    LOOKS = "date or title: the section was edited"


class Tied(NamedTuple):
    """A section and its record."""

    section: Section
    record: Event
    tie: Tie


class Pairs(NamedTuple):
    """What belongs together, and what is left on either side, each in its order."""

    tied: tuple[Tied, ...]
    sections: tuple[Section, ...]
    records: tuple[Event, ...]


def pair(sections: Sequence[Section], records: Sequence[Event], shown: Mapping[str, str]) -> Pairs:
    """Give each section its record: by fingerprint, else by what the record is written as now, else by date and title.

    Bytes come first, and only what they do not tie is compared by what it says.

    `shown` is what each record is written as: id -> text.
    """
    pairing = _Pairing(sections, records)
    rendered = {record.id: record.rendered for record in records}
    pairing.tie_texts(rendered, fingerprints, Tie.HASH)
    pairing.tie_texts(shown, lambda text: (text,), Tie.TEXT)
    pairing.tie_texts(rendered, lambda text: (sense(text),), Tie.HASH)
    if pairing.free():
        pairing.tie_texts({name: sense(shown[name]) for name in pairing.left}, lambda text: (sense(text),), Tie.TEXT)
    pairing.tie_looks()
    return Pairs(
        tuple(pairing.tied[index] for index in sorted(pairing.tied)),
        tuple(section for _, section in pairing.free()),
        tuple(pairing.left.values()),
    )


class _Pairing:
    """What is tied already, by the section's index, and the records that are left, by id."""

    def __init__(self, sections: Sequence[Section], records: Sequence[Event]) -> None:
        self.sections = sections
        self.tied: dict[int, Tied] = {}
        self.left = {record.id: record for record in records}

    def free(self) -> list[tuple[int, Section]]:
        return [(index, section) for index, section in enumerate(self.sections) if index not in self.tied]

    def tie(self, index: int, record: Event, how: Tie) -> None:
        if index not in self.tied and record.id in self.left:
            self.tied[index] = Tied(self.sections[index], self.left.pop(record.id), how)

    def tie_texts(self, known: Mapping[str, str | None], keys: Callable[[str], tuple[str, ...]], how: Tie) -> None:
        """Tie sections to the records that are known by one of the keys of the section's text: id -> key.

        Of several records with one key, the first goes to the first section.
        """
        by_key = _grouped((known[record.id], record) for record in reversed(self.left.values()))
        for index, section in self.free():
            for key in keys(section.text):
                alike = by_key.get(key, [])
                # Dropped for good: among thousands of records with one key, no section looks at all of them.
                while alike and alike[-1].id not in self.left:
                    alike.pop()
                if alike:
                    self.tie(index, alike[-1], how)

    def tie_looks(self) -> None:
        by_date = _grouped((record.date, record) for record in self.left.values())
        for index, section in self.free():
            for record in by_date.get(section.date, [])[:COMPARED]:
                if same_title(section, record):
                    self.tie(index, record, Tie.LOOKS)
        # The date alone or the title alone is enough if only one section and one record has it, and if the record was
        # on the page: without `rendered` it was made by hand, and its section is still to be written.
        on_day = _grouped((section.date, index) for index, section in self.free())
        by_date = _grouped((record.date, record) for record in self.left.values() if record.rendered)
        for date, indexes in on_day.items():
            if len(indexes) == len(by_date.get(date, ())) == 1:
                self.tie(indexes[0], by_date[date][0], Tie.LOOKS)
        known = {record.id: record for record in self.left.values() if record.rendered}
        names = {name: [words(text) for text in (one.title, one.series) if text] for name, one in known.items()}
        by_word = _grouped((word, name) for name, own in names.items() for word in dict.fromkeys("".join(own).split()))
        for index, section in self.free():
            title = words(title_of(section))
            # If one name is in the other, they have a word in common; what few names have tells most.
            near = sorted((by_word.get(word, []) for word in title.split()), key=len)
            compared = islice(dict.fromkeys(chain.from_iterable(alike[:COMPARED] for alike in near)), COMPARED)
            named = [name for name in compared if any(_is_same(title, own) for own in names[name])]
            if len(named) == 1:
                self.tie(index, known[named[0]], Tie.LOOKS)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
