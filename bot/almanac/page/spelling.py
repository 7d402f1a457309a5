"""What a template writes, in the spelling that its page has by now.

A template was made of the page's own entries. A formatter that has been at the page since then may have changed the
marks of all lists, emphasis, the space below headings and the padding of tables. A new entry follows: where the page
has nothing left of a mark that the template writes, and everywhere one other in its place, that one is written.
"""

import re
from collections.abc import Iterator

from almanac.page.lines import is_delimiter, is_rule, raw_cells, split_lines
from almanac.patterns import regex

_MARK = regex(r"^([ \t]*)([-*+]|(?<![^ \t\n])[0-9]{1,9}[.)])(?=[ \t]+\S)", re.MULTILINE)
_OWN_MARK = regex(r"^[ \t]*(?:\{%[^%\n]*%\})*([-*+]|[0-9]{1,9}[.)])[ \t]+(?!\{\{ (?:bullet|point)\b)", re.MULTILINE)
_STARS = regex(r"(?<![*\\\w])\*(?=[^*\s])([^*\n]+)(?<=\S)\*(?![*\w])")
_BARS = regex(r"(?<![_\\\w])_(?=[^_\s])[^_\n]+(?<=\S)_(?![_\w])")
_TIGHT = regex(r"^(#{1,6} [^\r\n]*)(\r\n?|\n)(?=[^\r\n])", re.MULTILINE)
_LOOSE = regex(r"^#{1,6} [^\r\n]*(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)(?=[-*+|\w])", re.MULTILINE)


class Spelling:
    """The spelling of a page, for the sections that one template writes."""

    def __init__(self, page: str, template: str) -> None:
        """Look at the page as it is; `template` is the source of what is written."""
        own = {_kind(mark[1]) for mark in _OWN_MARK.finditer(template)}
        there = {_kind(mark[2]) for mark in _MARK.finditer(page) if not is_rule(_line_at(page, mark.start()))}
        bullets, numbers = there & {*"-*+"}, there - {*"-*+"}
        self._marks = {
            mark: next(iter(others))
            for mark in own - there
            if len(others := bullets if mark in "-*+" else numbers) == 1
        }
        has_stars = bool(_STARS.search(template)) and not _STARS.search(page)
        self._with_bars = has_stars and bool(_BARS.search(page))
        self._with_space = not _TIGHT.search(page) and bool(_LOOSE.search(page))
        self._widths = _widths(page)

    def of(self, section: str) -> str:
        """Spell a section, which has LF between its lines, as the page does."""
        if self._marks:
            section = _MARK.sub(self._mark, section)
        if self._with_bars:
            section = _STARS.sub(r"_\1_", section)
        if self._with_space:
            section = _TIGHT.sub(r"\1\2\2", section)
        return self._padded(section) if self._widths else section

    def _mark(self, found: re.Match[str]) -> str:
        kind = _kind(found[2])
        return found[1] + found[2].removesuffix(kind) + self._marks.get(kind, kind)

    def _padded(self, section: str) -> str:
        """Pad the cells of a section that is a row of a table in which all rows are padded alike."""
        widths = self._widths.get(len(raw_cells(section)), ())
        if "\n" in section or not widths or not section.startswith("|"):
            return section
        padded = (f" {cell.strip()} ".ljust(width) for cell, width in zip(raw_cells(section), widths, strict=True))
        return f"|{'|'.join(padded)}|"


def _kind(mark: str) -> str:
    """Return what is the same in marks of one kind: of a number, what follows it."""
    return mark[-1]


def _line_at(page: str, start: int) -> str:
    return page[start : page.find("\n", start) if "\n" in page[start:] else len(page)].rstrip("\r")


def _widths(page: str) -> dict[int, tuple[int, ...]]:
    """Return the widths of columns by their number, where all rows of all tables with so many are padded alike."""
    seen: dict[int, set[tuple[int, ...]]] = {}
    delimited = set[int]()
    for line in _rows(page):
        cells = raw_cells(line)
        seen.setdefault(len(cells), set()).add(tuple(map(len, cells)))
        if is_delimiter(line):
            delimited.add(len(cells))
    return {count: next(iter(found)) for count, found in seen.items() if len(found) == 1 and count in delimited}


def _rows(page: str) -> Iterator[str]:
    return (line for line in split_lines(page) if line.startswith("|"))
