"""Entries that are elements of HTML on a page: items of a list, rows of a table, definitions, or cards.

They are looked for on a page where no heading, bullet or row of Markdown is an event. Elements of one kind in one place
are entries if most of them say a date and fill their lines, and if they are no lists of such elements themselves.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from almanac.page.headings import Heading, html_heading, with_month
from almanac.page.lines import Lines, plain
from almanac.page.markup import Markup, observe_markup, says_date
from almanac.page.tags import HtmlElement, elements_in, without_comments
from almanac.patterns import regex

_ENTRIES = frozenset(("li", "tr", "dt", "div", "article", "section", "details", "p", "figure"))
_HEADING = regex(r"h[1-6]")
# When a page was last changed is no event.
_CHANGED = regex(
    r"(?:last (?:up\w*ed|changed|edited|modified|revised)|zuletzt (?:aktualisiert|geändert)|"
    r"(?:dernière )?mise? à jour|última actualización)\b",
    re.IGNORECASE,
)
_CLOSED = regex(r"</[a-z][a-z0-9]{0,12}[ \t\n]{0,9}>\Z", re.IGNORECASE)
_LONGEST_TAG = 24  # characters
_LEAST = 2


class HtmlEntry(NamedTuple):
    """The lines of an entry, from `first` up to and without `after`."""

    first: int
    after: int
    text: str


class HtmlList(NamedTuple):
    """Entries that are alike, and the element in which they are."""

    within: HtmlElement
    entries: tuple[HtmlEntry, ...]


class HtmlPlace(NamedTuple):
    """Where, in characters, something can be put into an element, and whether that is the end of its line."""

    at: int
    ends_line: bool


class HtmlEntries:
    """The elements of a page's HTML."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        shown = zip(lines.texts, lines.visible, strict=True)
        masked = [without_comments(text) if is_visible else " " * len(text) for text, is_visible in shown]
        self._text = "\n".join(masked)
        self._starts = [0]
        for line in masked:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._root, self._all, self._texts = elements_in(self._text)

    @cached_property
    def lists(self) -> list[HtmlList]:
        """The lists of entries, in the order of the page. Of one within another, the outer one counts."""
        holding: set[HtmlElement] = set()
        for table in self._tables_with_heads:
            _mark(holding, table)
        found: list[HtmlList] = []
        for parent in (*reversed(self._all), self._root):
            if one := self._list_in(parent, holding):
                found.append(one)
                _mark(holding, parent)
        found.sort(key=lambda one: (one.entries[0].first, -one.entries[-1].after))
        outermost: list[HtmlList] = []
        for one in found:
            if not outermost or one.entries[0].first >= outermost[-1].entries[-1].after:
                outermost.append(one)
        return outermost

    @cached_property
    def _tables_with_heads(self) -> list[HtmlElement]:
        """The tables of which rows say dates, below a head: what is around one is no entry, even if it has one row."""
        heads = (one for one in self._all if one.name == "tr" and _is_head(one))
        tables = (next((other for other in one.around if other.name == "table"), None) for one in heads)
        return [one for one in tables if one and one in self._dated]

    def _list_in(self, parent: HtmlElement, holding: set[HtmlElement]) -> HtmlList | None:
        kinds: dict[str, list[list[HtmlElement]]] = {}
        one: list[HtmlElement] = []
        for child in parent.children:
            if child.name == "dd" and one and one[-1].name in ("dt", "dd"):
                one.append(child)  # a definition belongs to its term
                continue
            one = [child]
            if child.name in _ENTRIES and not _is_head(child):
                kinds.setdefault(child.name, []).append(one)
        for alike in kinds.values():
            dated = [one for one in alike if not self._dated.isdisjoint(one)]
            if len(dated) < _LEAST or len(dated) * 2 <= len(alike):
                continue
            if sum(not holding.isdisjoint(one) for one in dated) * 2 >= len(dated):
                continue
            entries = [entry for one in dated if (entry := self._entry(one[0].start, one[-1].end))]
            if len(entries) == len(dated):
                return HtmlList(parent, tuple(entries))
        return None

    @cached_property
    def _dated(self) -> set[HtmlElement]:
        dated: set[HtmlElement] = set()
        before = ""
        for start, end, element in self._texts:
            said = self._text[start:end].strip()
            is_event = not any(map(_CHANGED.match, (said, before)))
            if is_event and says_date(said, self._lines.habits):
                _mark(dated, element)
            before = said or before
        return dated

    def _entry(self, start: int, end: int) -> HtmlEntry | None:
        """Return what stands from here to there as an entry, if it fills its lines."""
        end = start + len(self._text[start:end].rstrip())
        first, last = self._line_of(start), self._line_of(end - 1)
        beside = self._text[self._starts[first] : start] + self._text[end : self._starts[last + 1]]
        return None if beside.strip() else HtmlEntry(first, last + 1, "\n".join(self._lines.texts[first : last + 1]))

    def place_below(self, heading: Heading, after: int, entry: int, above: Heading) -> "HtmlPlace | None":
        """Return where, below a heading and before the line `after`, the first entry of a list goes.

        That is a list like the one in which an entry on another line is, in which there is no entry yet; `above` is the
        heading above that. Without such a list, None.
        """
        model = self._parent_of(entry)
        first = self._starts[heading.line + heading.lines]
        path = _path(model, self.around(above))
        if model is self._root or not path:
            return None
        begin = bisect_left(self._all, first, key=lambda element: element.start)
        end = bisect_left(self._all, self._starts[after], key=lambda element: element.start)
        below = (one for one in self._all[begin:end] if _path(one, self.around(heading)) == path)
        found = next(below, None)
        if found is None or found.tag is None:
            return None
        heads = [one.end for one in found.children if _is_head(one)]
        return self._place(max([found.tag.end, *heads]))

    def end_of_opened(self, entry: int, line: int) -> int | None:
        """Return where, in characters of the page, the outermost element ends that is opened from a line on.

        An entry on another line is in it. None if there is no such element, or if it is not closed.
        """
        around = [one for one in self._parent_of(entry).around if one.start >= self._starts[line]]
        end = around[-1].end if around else 0
        return self._place(end).at if around and _CLOSED.search(self._text, max(0, end - _LONGEST_TAG), end) else None

    def _parent_of(self, line: int) -> HtmlElement:
        first = bisect_left(self._all, self._starts[line], key=lambda element: element.start)
        return (self._all[first].parent if first < len(self._all) else None) or self._root

    def _place(self, at: int) -> "HtmlPlace":
        line = self._line_of(at)
        behind = self._text[at : self._starts[line + 1]].strip()
        return HtmlPlace(self._lines.offsets[line] + at - self._starts[line], ends_line=not behind)

    def _line_of(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def markup_of(self, one: HtmlList) -> Markup:
        """Find what a list's entries say."""
        is_row = any(element.name == "table" for element in one.within.around)
        heads = heads_above(self._lines.texts, one.entries[0].first) if is_row else []
        return observe_markup([entry.text for entry in one.entries], heads, self._lines.habits)

    def headings_with(self, headings: Sequence[Heading]) -> list[Heading]:
        """Return a page's headings outside its entries, and those that are indented in its HTML."""
        known = {one.line for one in headings}
        more = [
            with_month(
                html_heading(
                    line, 1 + self._line_of(one.end - 1) - line, int(one.name[1]), self._text[one.start : one.end]
                ),
                self._lines.habits,
            )
            for one in self._all
            if _HEADING.fullmatch(one.name) and (line := self._line_of(one.start)) not in known
        ]
        firsts = [entry.first for one in self.lists for entry in one.entries]
        afters = [entry.after for one in self.lists for entry in one.entries]

        def is_inside(line: int) -> bool:
            place = bisect_right(firsts, line) - 1
            return place >= 0 and line < afters[place]

        return sorted((one for one in (*headings, *more) if not is_inside(one.line)), key=lambda one: one.line)

    def is_below(self, one: HtmlList, headings: Sequence[Heading]) -> bool:
        """Tell whether a list, with all that is opened for it, is in the element in which such headings are."""
        return all(self.around(heading) in (self._root, *one.within.around) for heading in headings)

    def around(self, heading: Heading) -> HtmlElement:
        """Return the element in which a heading is."""
        at = self._starts[heading.line]
        place = bisect_right(self._all, at, key=lambda element: element.start) - 1
        around = self._all[place].around if place >= 0 else ()
        return next((element for element in around if element.start < at < element.end), self._root)


def _mark(marked: set[HtmlElement], element: HtmlElement) -> None:
    """Mark an element and those around it; none is marked twice."""
    for one in element.around:
        if one in marked:
            return
        marked.add(one)


def _path(element: HtmlElement, within: HtmlElement) -> list[tuple[str, str]] | None:
    """Return the kinds of the elements from one around it down to an element; None if it is not in that."""
    path = list[tuple[str, str]]()
    for one in element.around:
        if one is within:
            return path[::-1]
        path.append((one.name, one.tag.attributes.get("class", "") if one.tag else ""))
    return path[::-1] if within.tag is None else None


def _is_head(element: HtmlElement) -> bool:
    names = {child.name for child in element.children}
    return "th" in names and "td" not in names


def heads_above(texts: Sequence[str], line: int) -> list[str]:
    """Return the words of the head of the HTML table in which a line is; empty if it is in none."""
    above = range(line - 1, -1, -1) if texts[line].lstrip().lower().startswith("<tr") else ()
    first = next((index for index in above if "<table" in texts[index].lower()), None)
    if first is None:
        return []
    head = "\n".join(texts[first:line])
    _, elements, words = elements_in(head)
    heads = [one for one in elements if one.name == "th"]
    row = next((one.parent for one in heads), None)
    said = {one: "" for one in heads if one.parent is row}
    for start, end, element in words:
        if cell := next((one for one in element.around if one in said), None):
            said[cell] += head[start:end]
    return [plain(one) for one in said.values()]
