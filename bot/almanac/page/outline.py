"""Sections whose text is known: found on the page word by word, whatever they look like.

A page as its parts: the events' sections, and the text around them, which is the page's own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from almanac.dates import UNKNOWN_YEAR, Found
from almanac.page.entries import Entry, Heading, Style, find_entries, trimmed
from almanac.page.lines import Lines, cut_lines

_MARK = re.compile(r"(?P<atx>#{1,6})[ \t]|[ ]{0,3}(?:(?P<bullet>[-*+])[ \t]|(?P<row>\|))")

_UNDERLINED = re.compile(r"\S[^\r\n]*(?:\r\n?|\n)(?:(=)+|-{2,})[ \t]*(?![^\r\n])")
_BARE_ROW = re.compile(r"[^\s|][^\r\n|]*(?:\|[^\r\n|]*)+")


def anchored(page: str, lines: Lines, entries: list[Entry], known: Mapping[str, str]) -> list[Entry]:
    """Put known sections among the entries that were found by their looks.

    Args:
        page: The page.
        lines: The same as lines.
        entries: What was found.
        known: Text of a section -> its date.
    """
    spans = {(entry.first, entry.after) for entry in entries}
    places = list(_places(page, lines, known))
    # A text that stands as a section of its own may be quoted within another's; there it is none.
    found = {text for first, after, text in places if (first, after) in spans}
    for first, after, text in places:
        if text not in found:
            entries = _with(lines, entries, first, after, known[text])
    return entries


def _places(page: str, lines: Lines, known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Find where known sections stand: the first line, the one after the last, the text."""
    by_first: dict[str, list[str]] = {}
    for text in filter(None, known):
        by_first.setdefault(re.split(r"[\r\n]", text, maxsplit=1)[0], []).append(text)
    for texts in by_first.values():
        texts.sort(key=len, reverse=True)
    line_at = {offset: line for line, offset in enumerate(lines.offsets)}
    past = 0
    for line, first_line in enumerate(lines.texts):
        if line < past or not lines.visible[line] or first_line not in by_first:
            continue
        start = lines.offsets[line]
        standing = next((text for text in by_first[first_line] if _stands(page, start, text)), None)
        if standing is not None:
            end = start + len(standing)
            past = line_at.get(end + (2 if page[end : end + 2] == "\r\n" else 1), len(lines.texts))
            yield line, past, standing


def _stands(page: str, start: int, text: str) -> bool:
    """Tell whether a text stands at a place, up to the end of a line."""
    end = start + len(text)
    return page.startswith(text, start) and (end == len(page) or page[end] in "\r\n")


def _with(lines: Lines, entries: list[Entry], first: int, after: int, date: str) -> list[Entry]:
    """Add the entry that stands on these lines; it cuts the one that runs over its first line."""
    result: list[Entry] = []
    new: Entry | None = None
    for entry in entries:
        if entry.after <= first or entry.first >= after:
            result.append(entry)
            continue
        if entry.first < first:
            # What it ran over is known to be another's; what comes below that is nobody's.
            result.append(replace(entry, after=trimmed(lines, entry.first, first)))
            continue
        if any(not lines.blank(line) for line in range(after, entry.after)):
            after = entry.after
        if entry.first == first:
            new = replace(entry, after=after)
    found = Found(date, "", leading=True, trailing=True, title="")
    result.append(new or Entry(first, after, style_of(lines.texts[first]), found, None, None))
    return sorted(result, key=lambda entry: entry.first)


def style_of(text: str) -> Style:
    """Return how a section is written; `other` where no mark tells."""
    mark = _MARK.match(text)
    if not mark:
        if underlined := _UNDERLINED.match(text):
            return Style("setext", 1 if underlined[1] == "=" else 2)
        # A row may do without the outer bars.
        return Style("row", 0, "|") if _BARE_ROW.fullmatch(text) else Style("other")
    if mark["atx"]:
        return Style("atx", len(mark["atx"]), mark["atx"])
    return Style("bullet", 0, mark["bullet"]) if mark["bullet"] else Style("row", 0, "|")


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
