"""The headings of a page, and other lines that begin a part of it.

Bullets and table rows: which of them are events, and where each ends.

Where the events of a page begin and end: the decision which headings, bullets and rows are events.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from almanac.dates import Found, find_date, period
from almanac.page.lines import Lines
from almanac.page.syntax import BULLET, MAX_START, cells, is_delimiter, is_rule, plain

HeadingKind = Literal["atx", "setext", "html", "year", "end"]
_UNDERLINE = re.compile(r"(=+|-{2,})[ \t]*\Z")
_NO_PARAGRAPH = frozenset("#>|<-*+=~`{ \t")
_HTML = re.compile(r"[ ]{0,3}<h([1-6])\b[^<>]*>", re.IGNORECASE)
_YEAR_LINE = re.compile(r"(?:[A-Z][a-z]+ )?(?:19|20)[0-9]{2}[:.]?")
_BEGINS = re.compile(r"[ ]{0,3}(?:#{1,6}[ \t]|[-*+][ \t]|\|)")
_CLOSING = re.compile(
    r"\b(?:coming soon|more soon|more to come|stay tuned|to be continued|watch this space)\b", re.IGNORECASE
)
LOWEST = 7


@dataclass(frozen=True)
class Heading:
    """A line that begins a part of the page.

    Attributes:
        line: Its index; `lines` of them belong to it (two, if it is underlined).
        kind: `year` is a paragraph of nothing but a year; `end` a heading such as "More coming soon!".
        level: 1 to 6, or 7 for a year line.
        text: Its words.
        period: The year or month that it gives to what stands below it.
    """

    line: int
    lines: int
    kind: HeadingKind
    level: int
    text: str
    period: str | None

    def found(self, year: str | None) -> Found | None:
        """Find the date of an event that begins here."""
        return find_date(self.text, year) if self.kind in ("atx", "setext") else None


def find_headings(lines: Lines) -> list[Heading]:
    """Find all headings that a reader of the built page sees as such."""
    found: list[Heading] = []
    for index, text in enumerate(lines.texts):
        if lines.visible[index] and text:
            heading = _atx(index, text) if text[0] == "#" else _other(lines, index, text)
            if heading:
                found.append(heading)
    return found


def _heading(line: int, lines: int, kind: HeadingKind, level: int, markdown: str) -> Heading:
    text = plain(markdown[:MAX_START])
    if kind in ("atx", "setext") and _CLOSING.search(text) and find_date(text) is None:
        return Heading(line, lines, "end", level, text, None)
    return Heading(line, lines, kind, level, text, period(text))


def _atx(index: int, text: str) -> Heading | None:
    content = text.lstrip("#")
    level = len(text) - len(content)
    if level > 6 or (content and content[0] not in " \t\u00a0"):  # noqa: PLR2004  # Markdown has six levels
        return None
    content = content.strip()
    closed = content.rstrip("#")
    return _heading(index, 1, "atx", level, closed if closed[-1:] in ("", " ", "\t") else content)


def _other(lines: Lines, index: int, text: str) -> Heading | None:
    if text[0] not in _NO_PARAGRAPH and index + 1 < len(lines.texts):
        mark = _UNDERLINE.match(lines.texts[index + 1]) if lines.texts[index + 1][:1] in ("=", "-") else None
        if mark and _begins_block(lines, index):
            return _heading(index, 2, "setext", 1 if mark[1][0] == "=" else 2, text)
    if "<" in text and (html := _HTML.match(text)):
        return _heading(index, 1, "html", int(html[1]), text)
    if len(text) < 80 and ("19" in text or "20" in text) and _YEAR_LINE.fullmatch(plain(text)):  # noqa: PLR2004
        below = next((line for line in range(index + 1, len(lines.texts)) if not lines.blank(line)), None)
        if _begins_block(lines, index) and below is not None and _BEGINS.match(lines.texts[below]):
            return _heading(index, 1, "year", LOWEST, text)
    return None


def _begins_block(lines: Lines, index: int) -> bool:
    return index == 0 or lines.blank(index - 1) or not lines.visible[index - 1] or lines.texts[index - 1][0] == "#"


def ends(headings: list[Heading], total: int) -> list[int]:
    """Return for each heading the line where its part ends: at the next of the same or a higher level.

    A year line and a closing heading end whatever stands above them.
    """
    result = [total] * len(headings)
    open_: list[int] = []
    for index, heading in enumerate(headings):
        ends_all = heading.kind in ("year", "end")
        while open_ and (ends_all or headings[open_[-1]].level >= heading.level):
            result[open_.pop()] = heading.line
        open_.append(index)
    return result


_DATE_COLUMN = re.compile(r"\b(?:date|when|day|month|year)\b", re.IGNORECASE)
_TITLE_COLUMN = re.compile(r"\b(?:title|topic|event|talk|name|subject|theme|meeting|session|what)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Item:
    """A bullet or a row that is an event: its lines, from `first` up to and without `after`, and its date."""

    first: int
    after: int
    found: Found
    mark: str


def is_dated(text: str) -> bool:
    """Tell whether a line is a bullet or a row that begins with a day: cheap, and without a look around."""
    if not any(map(str.isdigit, text[:MAX_START])):
        return False
    if bullet := BULLET.match(text):
        found = find_date(plain(text[bullet.end() :][:MAX_START]))
        return found is not None and found.leading and found.has_day
    if "|" not in text:
        return False
    return any((found := find_date(cell)) and found.leading and found.has_day for cell in cells(text))


def find_items(lines: Lines, first: int, after: int, year: str | None) -> Iterator[Item]:
    """Find the bullets and rows that are events in a stretch of lines that holds no heading.

    Args:
        lines: The page.
        first: The stretch's first line.
        after: The line after its last.
        year: The year that the headings above give.
    """
    index = first
    while index < after:
        text = lines.texts[index]
        bullet = BULLET.match(text) if text and lines.visible[index] and not is_rule(text) else None
        if bullet:
            end = _item_end(lines, index, after, len(bullet[0].expandtabs()))
            found = find_date(plain(text[bullet.end() :][:MAX_START]), year)
            if found and _is_event(found):
                yield Item(index, end, found, bullet[2])
            index = end
        elif lines.visible[index] and "|" in text and (table_end := _table_end(lines, index, after)):
            yield from _rows(lines, index, table_end, year)
            index = table_end
        else:
            index += 1


def _is_event(found: Found) -> bool:
    if found.leading:
        return found.has_day or bool(found.title)
    return found.trailing and bool(found.title)


def _item_end(lines: Lines, first: int, after: int, content: int) -> int:
    """Return the line after a list item: its nested lines and those that go on with its text are its own."""
    end, index, gap = first + 1, first + 1, False
    while index < after:
        text = lines.texts[index]
        if lines.blank(index):
            gap = True
        else:
            indent = len(text[:40].expandtabs()) - len(text[:40].expandtabs().lstrip(" "))
            nested = indent >= min(content, 2)
            if not nested and (gap or _begins(text)):
                break
            gap = False
            end = index + 1
        index += 1
    return end


def _begins(text: str) -> bool:
    """Tell whether a line that is not indented ends the list item above it."""
    return bool(BULLET.match(text)) or is_rule(text) or text.lstrip()[:1] in ("|", "<", "{", "`", "~", ">")


# ------------------------------------------------------------------------------- tables


def _table_end(lines: Lines, first: int, after: int) -> int | None:
    """Return the line after a table that begins here, or None where there is no table."""
    end = first
    while end < after and lines.visible[end] and "|" in lines.texts[end]:
        end += 1
    has_delimiter = end > first + 1 and is_delimiter(lines.texts[first + 1])
    return end if has_delimiter or lines.texts[first].lstrip().startswith("|") else None


def _rows(lines: Lines, first: int, after: int, year: str | None) -> Iterator[Item]:
    delimiter = next((index for index in range(first, after) if is_delimiter(lines.texts[index])), None)
    names = cells(lines.texts[delimiter - 1]) if delimiter is not None and delimiter > first else []
    for index in range(first if delimiter is None else delimiter + 1, after):
        if not is_delimiter(lines.texts[index]) and (found := _row_date(cells(lines.texts[index]), names, year)):
            yield Item(index, index + 1, found, "|")


def _row_date(row: list[str], names: list[str], year: str | None) -> Found | None:
    """Find the date of a row in its cells, and its title in the others."""
    own_year = next((cell for cell in row if _YEAR.fullmatch(cell)), None)
    dated = [(index, found) for index, cell in enumerate(row) if (found := find_date(cell, own_year or year))]
    exact = [(index, found) for index, found in dated if found.has_day and (found.leading or found.trailing)]
    named = [(index, found) for index, found in dated if index < len(names) and _DATE_COLUMN.search(names[index])]
    if not exact and not named:
        return None
    column, found = (exact or named)[0]
    title = found.title or _row_title(row, names, column)
    return Found(
        found.date, found.words, leading=True, trailing=True, title=title, weekday=found.weekday, note=found.note
    )


def _row_title(row: list[str], names: list[str], column: int) -> str:
    others = [(index, cell) for index, cell in enumerate(row) if index != column and cell and not _YEAR.fullmatch(cell)]
    titled = [cell for index, cell in others if index < len(names) and _TITLE_COLUMN.search(names[index])]
    return next(iter([*titled, *(cell for _, cell in others)]), "")


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
