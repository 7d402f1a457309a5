"""The running numbers of a list's entries: in a column of a table, or at the beginning of a line."""

from collections.abc import Iterator

from almanac.page.lines import raw_cells
from almanac.page.outline import Page
from almanac.page.roles import first_lines
from almanac.page.tables import columns_by_row


def next_number(page: Page, date: str) -> int | None:
    """Return the number with which the list that is alive goes on at a date; None if it has none, or none is free."""
    before: list[int] = []
    after: list[int] = []
    for day, number in _numbers(page):
        (before if day <= date else after).append(number)
    if not before:
        return min(after) - 1 if after and min(after) > 1 else None
    number = max(before) + 1
    return number if number < min(after, default=number + 1) else None


def _numbers(page: Page) -> Iterator[tuple[str, int]]:
    sections = page.alive_list
    if sections and sections[0].style.family == "row":
        columns = columns_by_row(page, sections)
        for row in sections:
            for column, cell in zip(columns[row.start], raw_cells(row.text), strict=False):
                if column.field == "number" and (number := column.number_of(cell)) is not None:
                    yield row.date, number
    else:
        for line in first_lines(sections):
            yield from ((line.section.date, piece.number) for piece in line.values if piece.field == "number")
