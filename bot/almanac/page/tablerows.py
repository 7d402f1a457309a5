"""The rows of a table that are events: which say a date, and in which cell."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from almanac.dates import DateHabits, Found, find_date
from almanac.page.columns import columns_of, head_of
from almanac.page.lines import MAX_START, Lines, cells, is_delimiter, raw_cells
from almanac.patterns import regex

_DATE_COLUMN = regex(r"\b(?:date|when|day|month|year)\b", re.IGNORECASE)
_YEAR = regex(r"(?:19|20)[0-9]{2}")


def table_end(lines: Lines, first: int, after: int) -> int | None:
    """Return the line after a table that begins here, or None if it is not a table."""
    second = first + 1
    has_head = second < after and lines.visible[second] and is_delimiter(lines.texts[second])
    if not has_head and not lines.texts[first].lstrip().startswith("|"):
        return None  # without a look at what follows, which every line would take
    end = first
    while end < after and lines.visible[end] and "|" in lines.texts[end]:
        end += 1
    return end


def dated_rows(lines: Lines, first: int, after: int, year: str | None) -> Iterator[tuple[int, Found]]:
    """Find the rows of a table that say a date, each with its line; `year` is that of the heading above."""
    texts = lines.texts
    delimiter = next((index for index in range(first, after) if is_delimiter(texts[index])), None)
    names = head_of(texts, first, (first if delimiter is None else delimiter) + 1)
    start = delimiter + 1 if delimiter is not None else first + bool(names)
    rows = [index for index in range(start, after) if not is_delimiter(texts[index])]
    columns = columns_of(names, [raw_cells(texts[index][:MAX_START]) for index in rows], lines.habits)
    table = _Table(names, [column.field for column in columns], lines.habits)
    for index in rows:
        row = cells(texts[index])
        own_year, goes_on = table.year_of(row)
        if found := table.date_of(row, own_year or year):
            yield index, found
        year = own_year if goes_on else year


class _Table(NamedTuple):
    """What the columns of a table are called, and what they hold."""

    names: list[str]
    fields: list[str]
    habits: DateHabits

    def year_of(self, row: list[str]) -> tuple[str | None, bool]:
        """Return the year that a cell of a row says, and whether it holds for the rows below until they say another."""
        year = next((cell for cell in row if _YEAR.fullmatch(cell)), None)
        return year, year is not None and "year" in self.fields

    def date_of(self, row: list[str], year: str | None) -> Found | None:
        """Find the date of a row in one of its cells, and its title in another.

        A cell that says a day holds the date; one that says less does only in a column of dates, or under a name such
        as "Month".
        """
        dated = [(index, found) for index, cell in enumerate(row) if (found := find_date(cell, year, self.habits))]
        exact = [(index, found) for index, found in dated if found.has_day and (found.leading or found.trailing)]
        dates = exact or [(index, found) for index, found in dated if self._is_for_dates(index)]
        if not dates:
            return None
        column, found = dates[0]
        others = [cell for index, cell in enumerate(row) if index != column and cell and not _YEAR.fullmatch(cell)]
        titles = [cell for field, cell in zip(self.fields, row, strict=False) if field == "title" and cell]
        title = next(iter([*titles, *filter(None, [found.title]), *others]), "")
        return found._replace(leading=True, trailing=True, title=title)

    def _is_for_dates(self, index: int) -> bool:
        """Tell by its field or name, which a column has only if the head and the first row reach as far."""
        is_named = any(_DATE_COLUMN.search(name) for name in self.names[index : index + 1])
        return is_named or "date" in self.fields[index : index + 1]
