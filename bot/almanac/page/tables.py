"""How the rows of a page's tables are written: which column shows what, and how cells are padded.

A template that writes an event as a row of the page's table.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from almanac.dates import find_date
from almanac.event.model import safe_slug
from almanac.page.outline import Page, Section
from almanac.page.style import ALL_LINKS, CHANGED, PROSE, address, example_for, field_of, inline_people
from almanac.page.syntax import cells, is_delimiter, plain

_BAR = re.compile(r"(?<!\\)\|")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LINK = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)\Z")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        field: What it shows: a field of the event, `year`, `affiliation`, `both` for date and title in one cell, or
            empty where the page does not say.
        name: What stands above it.
        dates: Its dates as they stand there, where it shows those.
        linked: Whether its words lead somewhere.
        width: How many characters wide its cells are, or 0 where they are not padded.
        link: The words of its links where they are always the same.
        brackets: Whether its words have more in brackets behind them.
    """

    field: str
    name: str
    dates: tuple[str, ...] = ()
    linked: bool = False
    width: int = 0
    link: str = ""
    brackets: bool = False


@dataclass(frozen=True)
class Table:
    """How a row is written.

    Attributes:
        columns: Its columns.
        outer: Whether a bar stands at the beginning, and whether one stands at the end.
        space: What stands between a bar and a cell's words.
    """

    columns: tuple[Column, ...]
    outer: tuple[bool, bool]
    space: str


def table_of(page: Page, rows: Sequence[Section]) -> Table:
    """Find how the rows are written, by most of them."""
    raw = [_split(row.text) for row in rows]
    counts = Counter(map(len, raw))
    count = counts.most_common(1)[0][0]
    raw = [cut for cut in raw if len(cut) == count]
    names = _names(page, rows[0])
    names = (names + [""] * count)[:count]
    columns = [[cut[index] for cut in raw] for index in range(count)]
    fields = _fields(names, columns, rows)
    first = _BAR.match(rows[0].text.strip()) is not None
    last = rows[0].text.rstrip().endswith("|")
    spaces = Counter(" " if cell[:1] == " " else "" for cut in raw for cell in cut[1:])
    made = (_column(field, name, column) for field, name, column in zip(fields, names, columns, strict=True))
    return Table(tuple(made), (first, last), spaces.most_common(1)[0][0] if spaces else " ")


def _split(row: str) -> list[str]:
    """Return a row's cells with their white space."""
    text = row.strip()
    parts = _BAR.split(text)
    if text.startswith("|"):
        parts = parts[1:]
    return parts[:-1] if text.endswith("|") and len(parts) > 1 else parts


def _names(page: Page, row: Section) -> list[str]:
    """Return what stands above the columns of the table that a row belongs to."""
    texts = page.lines.texts
    for line in range(row.line - 1, 0, -1):
        if is_delimiter(texts[line]):
            return cells(texts[line - 1]) if "|" in texts[line - 1] else []
        if "|" not in texts[line]:
            return []
    return []


def _fields(names: Sequence[str], columns: Sequence[Sequence[str]], rows: Sequence[Section]) -> list[str]:
    fields = [_field(name, column) for name, column in zip(names, columns, strict=True)]
    # One column alone shows a field; a second one of the same kind stays open.
    for index, field in enumerate(fields):
        if field and field in fields[:index]:
            fields[index] = ""
    if "date" not in fields:
        dated = [index for index, column in enumerate(columns) if any(find_date(plain(cell)) for cell in column)]
        fields = ["date" if index in dated[:1] else field for index, field in enumerate(fields)]
    if "title" not in fields:
        titles = {row.title for row in rows}
        for index, column in enumerate(columns):
            if not fields[index] and any(plain(cell) in titles for cell in column):
                fields[index] = "title"
                break
    return fields if "title" in fields else ["both" if field == "date" else field for field in fields]


def _field(name: str, column: Sequence[str]) -> str:
    shown = [plain(cell) for cell in column if cell.strip()]
    if shown and all(_YEAR.fullmatch(cell) for cell in shown):
        return "year"
    # "When" and "Time" stand above dates as well as above times.
    dated = sum((found := find_date(cell)) is not None and found.leading for cell in shown)
    if shown and dated * 2 > len(shown):
        return "date"
    field = field_of(name) or ""
    if field == "description" and sum(bool(_LINK.match(cell.strip())) for cell in column) * 2 > len(shown):
        # "Notes" that lead somewhere stand on a page of their own.
        return "links"
    return "" if field == "date" else field


def _column(field: str, name: str, column: Sequence[str]) -> Column:
    shown = [cell.strip() for cell in column if cell.strip()]
    widths = Counter(map(_inner, column))
    width, count = widths.most_common(1)[0]
    padded = count * 2 > len(column) and any(len(cell.strip()) < width for cell in column if _inner(cell) == width)
    dates = (
        tuple(found.words for cell in shown if (found := find_date(plain(cell)))) if field in ("date", "both") else ()
    )
    linked = sum(bool(_LINK.match(cell)) for cell in shown) * 2 > len(shown) if shown else False
    words = {plain(cell) for cell in shown}
    link = next(iter(words)) if linked and len(words) == 1 else ""
    return Column(field, name, dates, linked, width if padded else 0, link, any("(" in plain(cell) for cell in shown))


def _inner(cell: str) -> int:
    """Return how wide a cell is within the one space that stands at either end."""
    return len(cell.removeprefix(" ").removesuffix(" "))


def extra_name(column: Column) -> str:
    """Return the id of the form's field whose answers a column of the site's own shows."""
    return safe_slug(column.name).replace("-", "_")


_PADDED = """\
{% macro cell(width) %}{% set words %}{{ caller() }}{% endset %}
{{ words }}{{ (" " * (width - words | length)) | text }}{% endmacro %}
"""
_CELLS = {
    "year": "{{ date[:4] }}",
    "affiliation": "{{ people | map(attribute='affiliation') | select | unique | join(', ') | text }}",
    "links": ALL_LINKS,
    "agenda": "{{ agenda | join('; ') | text }}",
    "description": PROSE,
}


def write_row(table: Table, rows: Sequence[Section]) -> str:
    """Write the template."""
    fields = {column.field for column in table.columns}
    dates = [words for column in table.columns for words in column.dates]
    date = f'{{{{ date | like("{example_for(dates, rows, year_elsewhere="year" in fields)}") }}}}'
    changed = "" if "status" in fields else CHANGED
    made = []
    for column in table.columns:
        value = _cell(column, date, changed)
        made.append(f"{{% call cell({column.width}) %}}{value}{{% endcall %}}" if column.width else value)
    space = table.space
    opening, closing = (f"|{space}" * table.outer[0], f"{space}|" * table.outer[1])
    macro = _PADDED if any(column.width for column in table.columns) else ""
    return f"{macro}{opening}{f'{space}|{space}'.join(made)}{closing}\n"


def _cell(column: Column, date: str, changed: str) -> str:
    title = f"{{{{ title | {'link(url or recording)' if column.linked else 'text'} }}}}{changed}"
    match column.field:
        case "date":
            return date.replace(" }}", " | link(url or recording) }}") if column.linked else date
        case "title":
            return title
        case "both":
            return f"{date}: {title}"
        case "people":
            return inline_people(affiliations=column.brackets)
        case "url" | "recording":
            return f"{{% if {column.field} %}}{address(column.field, column.link)}{{% endif %}}"
    name = extra_name(column)
    own = f'{{{{ extra["{name}"] | text }}}}' if name else ""
    return _CELLS.get(column.field) or (f"{{{{ {column.field} | text }}}}" if column.field else own)
