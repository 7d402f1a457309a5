"""What pages call the fields of an event, and the rows of a table, with a template that adds such a row."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from almanac.dates import NumericOrders, find_date
from almanac.event.model import safe_slug
from almanac.page.dateshapes import example_of, has_time, has_year
from almanac.page.lines import LINK, cells, is_delimiter, plain, raw_cells
from almanac.page.outline import Page, Section

_LABELS_OF = {
    "title": "topic, title, event, talk, name, subject, theme, session, what, presentation, headline",
    "series": "series, track, category, programme series, kind, type",
    "date": "date, day",
    "when": "when, time, times, date and time, time and date, start time, starts",
    "location": "where, location, place, venue, room, address",
    "url": "register, registration, rsvp, sign up, signup, sign-up, tickets, join, link, meeting link, website, "
    "details",
    "people": "speaker, speakers, speaker(s), guest, guests, guest(s), presenter, presenters, presenter(s), host, "
    "hosts, panel, panelists, panellists, people, who, participants, by, with, lead, leader, facilitator, "
    "facilitators, author, authors",
    "affiliation": "affiliation, affiliations, organisation, organization, company, institution, employer",
    "description": "description, abstract, summary, about, notes, comments, comment",
    "agenda": "agenda, schedule, programme, program, outline, topics",
    "links": "links, resources, materials, material, slides, slide deck, references, further reading, read more, more",
    "recording": "recording, recordings, video, videos, watch, replay",
    "status": "status, state",
}
_FIELD_OF = {label: field for field, labels in _LABELS_OF.items() for label in labels.split(", ")}

CHANGED = "{% if status and status != 'scheduled' %} ({{ status }}){% endif %}"
"""Says after a title that an event was cancelled or the like, where there is no other place for it."""
_IN_LINE = {
    "year": "{{ date[:4] }}",
    "affiliation": "{{ people | map(attribute='affiliation') | select | unique | join(', ') | text }}",
    "description": "{% for paragraph in description | blocks %}{{ paragraph.text }}"
    "{% for bullet in paragraph.bullets %} \u2022 {{ bullet }}{% endfor %}"
    "{% if not loop.last %} {% endif %}{% endfor %}",
    "agenda": "{{ agenda | join('; ') | text }}",
    "links": "{% for entry in links %}{{ entry.label | link(entry.url) }}"
    "{% if not loop.last %}, {% endif %}{% endfor %}",
}
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PADDED_CELL = """\
{% macro cell(width) %}{% set words %}{{ caller() }}{% endset %}
{{ words }}{{ (" " * (width - words | length)) | text }}{% endmacro %}
"""


def field_of(label: str) -> str | None:
    """Return the field that a page means by a label or by a column's name, or None.

    `affiliation` is that of the people; it is not a field of the event itself.
    """
    return _FIELD_OF.get(" ".join(label.casefold().split()).rstrip(":"))


def date_example(dates: Sequence[tuple[str, str]], sections: Sequence[Section], *, year_column: bool = False) -> str:
    """Choose the example by which a template writes dates, given as they are written and as they are read.

    It leaves the year out only if all sections are below headings that name it, or if a column does.
    """
    year_elsewhere = year_column or all(section.period is not None for section in sections)
    if not year_elsewhere:
        dates = [(words, date) for words, date in dates if has_year(words)] or dates
    return example_of(dates, with_year=not year_elsewhere) or "November 8, 2021"


def date_like(example: str) -> str:
    """Return the expression that writes an event's date in a template, with the time if the example has one."""
    value = "(starts or date)" if has_time(example) else "date"
    return f'{value} | like("{example}")'


def in_line(field: str, *, link: str = "", affiliations: bool = True) -> str:
    """Write a field's whole value within one line of a template.

    Besides the event's fields, there are `year`, and `affiliation` for that of all people. Of `url` and `recording`,
    `link` is the words, or `<>` for a bare address; without it, the name of the site is shown.
    """
    if field in ("url", "recording"):
        if link == "<>":
            return f"<{{{{ {field} | url }}}}>"
        return f"[{link}]({{{{ {field} | url }}}})" if link else f"{{{{ {field} | host | link({field}) }}}}"
    if field == "people":
        affiliation = "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}" if affiliations else ""
        name = "{{ person.name | link(person.url) }}"
        return f"{{% for person in people %}}{name}{affiliation}{{% if not loop.last %}}, {{% endif %}}{{% endfor %}}"
    return _IN_LINE.get(field) or f"{{{{ {field} | text }}}}"


# ------------------------------------------------------------------------------- rows


@dataclass(frozen=True)
class Column:
    """What one column of a table shows, and how.

    `field` is one of the event's, `year`, `affiliation`, `both` for date and title in one cell, or `extra` for an
    answer to a question of the site's own.
    """

    field: str
    name: str
    width: int = 0  # in characters; 0 where the cells are not padded
    linked: bool = False
    link: str = ""  # the words of its links where they are always the same
    brackets: bool = False  # its words are followed by more in brackets


@dataclass(frozen=True)
class Table:
    """How the rows of a table are written."""

    columns: tuple[Column, ...]
    date: str  # the example for its dates
    bars: tuple[bool, bool]  # whether a row begins and ends with one
    space: str  # between a bar and a cell's words


def observe_table(page: Page, rows: Sequence[Section]) -> Table:
    """Describe how most rows are written, those with another number of cells left out."""
    split_rows = [raw_cells(row.text) for row in rows]
    count = Counter(map(len, split_rows)).most_common(1)[0][0]
    split_rows = [row for row in split_rows if len(row) == count]
    columns = list(zip(*split_rows, strict=True))
    names = [*_names(page, rows[0]), *[""] * count][:count]
    orders = page.lines.numeric_orders
    fields = _fields(names, columns, {row.title for row in rows}, orders)
    dates = [
        (found.words, found.date)
        for field, column in zip(fields, columns, strict=True)
        if field in ("date", "both")
        for cell in column
        if (found := find_date(plain(cell), None, orders))
    ]
    first = rows[0].text.strip()
    spaces = Counter(" " if cell[:1] == " " else "" for row in split_rows for cell in row[1:])
    return Table(
        tuple(map(_column, fields, names, columns)),
        date_example(dates, rows, year_column="year" in fields),
        (first.startswith("|"), first.endswith("|")),
        spaces.most_common(1)[0][0] if spaces else " ",
    )


def write_row(table: Table) -> str:
    """Write the template that makes such a row of an event."""
    shows_status = any(column.field == "status" for column in table.columns)
    row = []
    for column in table.columns:
        value = _write_cell(column, table.date, "" if shows_status else CHANGED)
        row.append(f"{{% call cell({column.width}) %}}{value}{{% endcall %}}" if column.width else value)
    space, (opening, closing) = table.space, table.bars
    macro = _PADDED_CELL if any(column.width for column in table.columns) else ""
    line = f"{space}|{space}".join(row)
    return f"{macro}{f'|{space}' * opening}{line}{f'{space}|' * closing}\n"


def _write_cell(column: Column, date: str, changed: str) -> str:
    like, leads_to = date_like(date), "link(url or recording)"
    title = f"{{{{ title | {leads_to if column.linked else 'text'} }}}}{changed}"
    match column.field:
        case "date":
            return f"{{{{ {like} | {leads_to} }}}}" if column.linked else f"{{{{ {like} }}}}"
        case "title":
            return title
        case "both":
            return f"{{{{ {like} }}}}: {title}"
        case "url" | "recording":
            return f"{{% if {column.field} %}}{in_line(column.field, link=column.link)}{{% endif %}}"
        case "extra":
            name = safe_slug(column.name).replace("-", "_")
            return f'{{{{ extra["{name}"] | text }}}}' if name else ""
    return in_line(column.field, affiliations=column.brackets)


def _names(page: Page, row: Section) -> list[str]:
    texts = page.lines.texts
    for line in range(row.line - 1, 0, -1):
        if is_delimiter(texts[line]):
            return cells(texts[line - 1]) if "|" in texts[line - 1] else []
        if "|" not in texts[line]:
            return []
    return []


def _fields(
    names: Sequence[str], columns: Sequence[Sequence[str]], titles: set[str], orders: NumericOrders
) -> list[str]:
    """Find what each column shows: what its name and its cells say, or else the first that holds dates or titles."""
    fields: list[str] = []
    for name, column in zip(names, columns, strict=True):
        field = _field(name, column, orders)
        # Only one column shows a field; a second one of the same kind is left to the site's own questions.
        fields.append("extra" if field in fields else field)
    words = [set(map(plain, column)) for column in columns]
    if "date" not in fields:
        dated = [index for index, column in enumerate(words) if any(find_date(cell, None, orders) for cell in column)]
        for index in dated[:1]:
            fields[index] = "date"
    if "title" not in fields:
        titled = [index for index, column in enumerate(words) if fields[index] == "extra" and titles & column]
        for index in titled[:1]:
            fields[index] = "title"
    return fields if "title" in fields else ["both" if field == "date" else field for field in fields]


def _field(name: str, column: Sequence[str], orders: NumericOrders) -> str:
    shown = [plain(cell) for cell in column if cell.strip()]
    if shown and all(map(_YEAR.fullmatch, shown)):
        return "year"
    # "When" and "Time" are written above dates as well as above times.
    dated = sum((found := find_date(cell, None, orders)) is not None and found.leading for cell in shown)
    if dated * 2 > len(shown):
        return "date"
    field = field_of(name)
    if field == "description" and sum(bool(LINK.fullmatch(cell.strip())) for cell in column) * 2 > len(shown):
        # "Notes" that lead somewhere are on a page of their own.
        return "links"
    return "extra" if field in (None, "date") else field


def _column(field: str, name: str, column: Sequence[str]) -> Column:
    shown = [cell.strip() for cell in column if cell.strip()]
    # Padding is what makes most cells equally wide, one space at either end aside.
    inner = [cell.removeprefix(" ").removesuffix(" ") for cell in column]
    width, count = Counter(map(len, inner)).most_common(1)[0]
    padded = count * 2 > len(column) and any(len(cell) == width and cell.strip() != cell for cell in inner)
    linked = sum(bool(LINK.fullmatch(cell)) for cell in shown) * 2 > len(shown)
    words = {plain(cell) for cell in shown}
    return Column(
        field,
        name,
        width=width if padded else 0,
        linked=linked,
        link=next(iter(words)) if linked and len(words) == 1 else "",
        brackets=any("(" in word for word in words),
    )
