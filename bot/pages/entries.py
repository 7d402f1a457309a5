"""Where the events of a page begin and end: the decision which headings, bullets and rows are events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from bot.pages.dates import Found
from bot.pages.headings import LOWEST, Heading, ends, find_headings
from bot.pages.items import find_items, is_dated, is_rule
from bot.pages.lines import Lines

_REFERENCE = re.compile(r"[ ]{0,3}\[[^\[\]]+\]:[ \t]*\S")
_COMMENT = re.compile(r"[ \t]*<!--(?:(?!-->).)*-->[ \t]*\Z")
_OPENING_TAG = re.compile(r"(?:<|\{%-?[ \t]{0,9})([a-z]+)", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"[ \t]*(?:</([a-z]+)[ \t]*>|\{%-?[ \t]*end([a-z]+)[ \t]*-?%\})[ \t]*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Style:
    """How an entry is written: as a heading with its underlining or `#` marks, a bullet, or a row of a table."""

    kind: str
    level: int = 0
    mark: str = ""

    @property
    def family(self) -> str:
        """Return `heading`, `bullet` or `row`."""
        return "heading" if self.kind in ("atx", "setext") else self.kind


@dataclass(frozen=True)
class Entry:
    """One event's lines on the page, from `first` up to and without `after`.

    `parent` is the line of the heading above that names its list, and `period` the line of the one that gives it a
    year, or None.
    """

    first: int
    after: int
    style: Style
    found: Found
    parent: int | None
    period: int | None


@dataclass(frozen=True)
class _Context:
    """The headings above a line."""

    stack: tuple[Heading, ...] = ()

    def below(self, heading: Heading) -> "_Context":
        return _Context((*(above for above in self.stack if above.level < heading.level), heading))

    @property
    def year(self) -> str | None:
        period = self._period()
        return period.period[:4] if period and period.period else None

    def _period(self, level: int = LOWEST + 1) -> Heading | None:
        return next((above for above in reversed(self.stack) if above.period and above.level < level), None)

    def entry(self, first: int, after: int, style: Style, found: Found) -> Entry:
        level = style.level or LOWEST + 1
        period = self._period(level)
        parent = next((above for above in reversed(self.stack) if not above.period and above.level < level), None)
        return Entry(first, after, style, found, parent.line if parent else None, period.line if period else None)


def find_entries(lines: Lines) -> tuple[list[Entry], list[Heading]]:
    """Find the events of a page, in their order, and its headings; time is linear in its length."""
    headings = find_headings(lines)
    return _cut_at_rule(lines, list(_Search(lines, headings).entries())), headings


class _Search:
    """One walk down a page, with the headings above the line in mind."""

    def __init__(self, lines: Lines, headings: list[Heading]) -> None:
        self._lines = lines
        self._headings = headings
        self._ends = ends(headings, len(lines.texts))
        self._dated: list[int] | None = None
        self._days: dict[int, int] = {}

    def entries(self) -> Iterator[Entry]:
        context, line = _Context(), 0
        for index, heading in enumerate(self._headings):
            if heading.line < line:
                continue
            yield from self._items(context, line, heading.line)
            line = heading.line + heading.lines
            below = context.below(heading)
            found = heading.found(_Context(below.stack[:-1]).year)
            if found and self._is_event(index, found):
                line = self._ends[index]
                style = Style(heading.kind, heading.level, "#" * heading.level if heading.kind == "atx" else "")
                yield context.entry(heading.line, trimmed(self._lines, heading.line, line), style, found)
            else:
                context = below
        yield from self._items(context, line, len(self._lines.texts))

    def _items(self, context: _Context, first: int, after: int) -> Iterator[Entry]:
        for item in find_items(self._lines, first, after, context.year):
            kind = "row" if item.mark == "|" else "bullet"
            after_item = item.after if kind == "row" else trimmed(self._lines, item.first, item.after)
            yield context.entry(item.first, after_item, Style(kind, 0, item.mark), item.found)

    def _is_event(self, index: int, found: Found) -> bool:
        """Tell whether a heading with a date is an event, and not the title of a page or of a list of events."""
        heading = self._headings[index]
        first, after = heading.line + heading.lines, self._ends[index]
        if found.has_day:
            return found.leading or self._days_at(heading.level) > 1 or self._dated_within(first, after) < 2  # noqa: PLR2004  # one date is no list
        if not (found.leading or found.trailing):
            return False
        if self._dated_within(first, after):
            return bool(found.title) and self._days_at(heading.level) > 0
        has_text = any(not self._lines.blank(line) for line in range(first, after))
        return bool(found.title) or (has_text and found.date.count("-") == 1)

    def _days_at(self, level: int) -> int:
        """Count the headings of a level that say a day."""
        if level not in self._days:
            found = (heading.found(None) for heading in self._headings if heading.level == level)
            self._days[level] = sum(date is not None and date.has_day for date in found)
        return self._days[level]

    def _dated_within(self, first: int, after: int) -> int:
        """Count the lines of a stretch that begin an entry with a day."""
        if self._dated is None:
            flags = [0] * len(self._lines.texts)
            for line, text in enumerate(self._lines.texts):
                flags[line] = int(self._lines.visible[line] and is_dated(text))
            for heading in self._headings:
                found = heading.found(None)
                flags[heading.line] = int(found is not None and found.leading and found.has_day)
            self._dated = list(accumulate(flags, initial=0))
        return self._dated[after] - self._dated[first]


# ------------------------------------------------------------------------------- where an entry ends


def trimmed(lines: Lines, first: int, after: int) -> int:
    """Return the line after the last one of an entry that is its own.

    Blank lines, rules, comments, definitions of links for the whole page, and ends of what began above the entry,
    belong to what stands between the entries.
    """
    return body_end(lines, first, first + 1, after)


def body_end(lines: Lines, first: int, least: int, after: int) -> int:
    """Return where the text ends that goes from `first` up to and without `after`; it is at least up to `least`."""
    end = after
    opened: set[str] | None = None
    while end > least:
        text = lines.texts[end - 1]
        if tag := _CLOSING_TAG.match(text) if lines.visible[end - 1] else None:
            # Collected once: a run of closing tags must not cost a look at the whole entry for each.
            opened = _opened(lines, first, after) if opened is None else opened
            if (tag[1] or tag[2]).lower() in opened:
                break
        elif not _is_furniture(lines, end - 1):
            break
        end -= 1
    return end


def _opened(lines: Lines, first: int, after: int) -> set[str]:
    return {tag.lower() for text in lines.texts[first:after] for tag in _OPENING_TAG.findall(text)}


def _is_furniture(lines: Lines, line: int) -> bool:
    text = lines.texts[line]
    if not text.strip():
        return True
    if not lines.visible[line]:
        return False
    if is_rule(text):
        return line > 0 and lines.blank(line - 1)
    return bool(_REFERENCE.match(text) or _COMMENT.match(text))


def _cut_at_rule(lines: Lines, entries: list[Entry]) -> list[Entry]:
    """End the last section at a rule within it, if no other section has one: what follows closes the page."""
    headings = [index for index, entry in enumerate(entries) if entry.style.family == "heading"]
    if headings:
        *others, last = ((index, _first_rule(lines, entries[index])) for index in headings)
        index, rule = last
        if rule is not None and not any(found for _, found in others):
            entry = entries[index]
            entries[index] = replace(entry, after=trimmed(lines, entry.first, rule))
    return entries


def _first_rule(lines: Lines, entry: Entry) -> int | None:
    start = entry.first + (2 if entry.style.kind == "setext" else 1)
    return next(
        (
            line
            for line in range(start, entry.after)
            if lines.visible[line] and is_rule(lines.texts[line]) and lines.blank(line - 1)
        ),
        None,
    )
