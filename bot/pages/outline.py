"""A page as its parts: the events' sections, and the text around them, which is the page's own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.pages.anchors import anchored
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.entries import Entry, Style, find_entries
from bot.pages.headings import Heading
from bot.pages.lines import Lines, cut_lines

Order = Literal["newest", "oldest"]


@dataclass(frozen=True)
class Section:
    """One event's part of the page.

    Attributes:
        text: Exactly as it stands there; the line end behind it is not its own.
        start: Where it begins in the page, in characters.
        line: The line of the page on which it begins, counted from 1.
        style: How it is written.
        date: Of what day, month or year it says that it is.
        title: The other words of its first line; they may be none.
        weekday: The weekday that its first line names, Monday being 0, or None.
        note: What is wrong with the date, or None.
        parent: The line (from 0) of the heading that names the list that it belongs to, or None.
        period: The line (from 0) of the heading that gives it a year or a month, or None.
    """

    text: str
    start: int
    line: int
    style: Style
    date: str
    title: str
    weekday: int | None
    note: str | None
    parent: int | None
    period: int | None

    @property
    def end(self) -> int:
        """Return where it ends in the page."""
        return self.start + len(self.text)

    @property
    def group(self) -> tuple[str, int, int | None]:
        """Return what the sections of one list have in common."""
        return (self.style.family, self.style.level, self.parent)


@dataclass(frozen=True)
class Page:
    """A page, cut.

    Attributes:
        text: All of it.
        sections: The events' sections, as they follow each other.
        gaps: The texts around them, one more than there are sections.
        lines: The page as lines.
        headings: Its headings.
    """

    text: str
    sections: tuple[Section, ...]
    gaps: tuple[str, ...]
    lines: Lines
    headings: tuple[Heading, ...]

    @property
    def prologue(self) -> str:
        """Return what stands before the first section, front matter included."""
        return self.gaps[0]

    @property
    def epilogue(self) -> str:
        """Return what stands behind the last section; nothing where there is no section."""
        return self.gaps[-1] if self.sections else ""

    @property
    def newline(self) -> str:
        """Return the page's line end."""
        return self.lines.newline

    @property
    def order(self) -> Order | None:
        """Return what stands first in the longest list, or None where that cannot be seen."""
        return order_of(longest(self.groups))

    @property
    def groups(self) -> list[list[Section]]:
        """Return the page's lists of events, each in the order in which it stands there."""
        found: dict[tuple[str, int, int | None], list[Section]] = {}
        for section in self.sections:
            found.setdefault(section.group, []).append(section)
        return list(found.values())

    def joined(self, texts: Sequence[str] | None = None) -> str:
        """Put the page together again, with other texts for its sections if they are given."""
        chosen = [section.text for section in self.sections] if texts is None else texts
        pieces = [self.gaps[0]]
        for text, gap in zip(chosen, self.gaps[1:], strict=True):
            pieces += (text, gap)
        return "".join(pieces)


def longest(groups: list[list[Section]]) -> list[Section]:
    """Return the list with the most sections, the first of several."""
    return max(groups, key=len, default=[])


def order_of(sections: Sequence[Section]) -> Order | None:
    """Return what stands first in a list, by most of its neighbours; a date without a year does not count.

    Neither do two of which one only says less: 2021 is neither before nor after 2021-09-14.
    """
    dates = [section.date for section in sections if not section.date.startswith(UNKNOWN_YEAR)]
    steps = Counter(
        "oldest" if before < after else "newest"
        for before, after in pairwise(dates)
        if not before.startswith(after) and not after.startswith(before)
    )
    if steps["newest"] == steps["oldest"]:
        return None
    return "newest" if steps["newest"] > steps["oldest"] else "oldest"


def outline(page: str, known: Mapping[str, str] | None = None) -> Page:
    """Cut a page that may hold no event yet.

    Args:
        page: Its text.
        known: Sections that are known to be on it (as they stand there) with their dates. They are found even where
            nothing in them looks like an event, as in a site's own template.
    """
    lines = cut_lines(page)
    entries, headings = find_entries(lines)
    if known:
        entries = anchored(page, lines, entries, known)
    sections = tuple(_section(page, lines, entry) for entry in entries)
    edges = [0, *(edge for section in sections for edge in (section.start, section.end)), len(page)]
    gaps = tuple(page[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return Page(page, sections, gaps, lines, tuple(headings))


def _section(page: str, lines: Lines, entry: Entry) -> Section:
    start, found = lines.offsets[entry.first], entry.found
    return Section(
        text=page[start : lines.end(entry.after - 1)],
        start=start,
        line=entry.first + 1,
        style=entry.style,
        date=found.date,
        title=found.title,
        weekday=found.weekday,
        note=found.note,
        parent=entry.parent,
        period=entry.period,
    )
