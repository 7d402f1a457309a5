"""The rows of a table: how they are written, with a template that adds such a row, and what each of them says."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from almanac.dates import UNDECIDED, UNKNOWN_YEAR, find_date
from almanac.dateshapes import example_of, has_time, has_year
from almanac.event.statuses import was_in
from almanac.page.columns import Column, columns_of, head_of
from almanac.page.lines import plain, raw_cells
from almanac.page.outline import Page, Section
from almanac.page.pieces import with_weekday
from almanac.patterns import regex
from almanac.phrases import say

_IN_LINE = {
    "year": "{{ date[:4] }}",
    "affiliation": "{{ people | map(attribute='affiliation') | select | unique | join(', ') | text }}",
    "description": "{% for paragraph in description | blocks %}{{ paragraph.text }}"
    "{% for bullet in paragraph.bullets %} \u2022 {{ bullet }}{% endfor %}"
    "{% if not loop.last %} {% endif %}{% endfor %}",
    "agenda": "{% for point in agenda %}{{ point | inline }}{% if not loop.last %}; {% endif %}{% endfor %}",
    "links": "{% for entry in links %}{{ entry.label | link(entry.url) }}"
    "{% if not loop.last %}, {% endif %}{% endfor %}",
}
_AFFILIATIONS = "people | map(attribute='affiliation') | select | join"
_DAY_FIRST = regex(r"(?:[a-z]{2,3}: )?[0-9]+\.(?![0-9])")
_NOTHING = regex(r"[-\u2013\u2014]*+|n/?a", re.IGNORECASE)
_MODELS = 12
_NEWEST = 3  # rows that tell whether what names an event is a link by now
_NAMING = ("date", "title", "both")
"""How many of the newest rows show how the next one is written."""
_PADDED_CELL = """\
{% macro cell(width) %}{% set words %}{{ caller() }}{% endset %}
{{ words }}{{ (" " * (width - words | length)) | text }}{% endmacro %}
"""


def date_example(dates: Sequence[tuple[str, str]], sections: Sequence[Section], *, year_column: bool = False) -> str:
    """Choose the example by which a template writes dates, given as they are written and as they are read.

    It leaves the year out only if all sections are below headings that name it, if a column does, or if the list knows
    no years.
    """
    unknown = all(section.date.startswith(UNKNOWN_YEAR) for section in sections)
    year_elsewhere = year_column or unknown or all(section.period is not None for section in sections)
    if not year_elsewhere:
        dates = [(words, date) for words, date in dates if has_year(words)] or dates
    others = [section.words for section in sections]
    return example_of(dates, with_year=not year_elsewhere, others=others) or "November 8, 2021"


def date_like(example: str, *, amid: bool = False) -> str:
    """Return the expression that writes an event's date in a template, with the time if the example has one.

    `amid` a line, a number with a dot begins no list, and needs no escaping.
    """
    value = "(starts or date)" if has_time(example) else "date"
    return f"{value} | {_like(example, amid=amid)}"


def _like(example: str, *, amid: bool) -> str:
    return f'like("{example}"){" | text" * bool(amid and _DAY_FIRST.match(example))}'


def was_on(example: str, language: str, before: str, after: str = "") -> str:
    """Write, of an event that is rescheduled, the day on which it was to be, as in an example."""
    day = f"{was_in(language)} {{{{ previous_date | {_like(example, amid=True)} }}}}"
    return f"{{% if status == 'rescheduled' and previous_date %}}{before}{day}{after}{{% endif %}}"


def status_in(language: str) -> str:
    """Return the expression that writes an event's status in a template, in the words of a language."""
    return "status" if language == "en" else f'status | in_words("{language}")'


def changed(example: str, language: str) -> str:
    """Write after a title that an event was cancelled or the like, where there is no other place for it."""
    words = f"({{{{ {status_in(language)} }}}}{was_on(example, language, ', ')})"
    return f"{{% if status and status != 'scheduled' %}} {words}{{% endif %}}"


def in_line(field: str, *, link: str = "") -> str:
    """Write a field's whole value within one line of a template.

    Besides the event's fields, there are `year`, and `affiliation` for that of all people. Of `url` and `recording`,
    `link` is the words, or `<>` for a bare address; without it, the name of the site is shown.
    """
    if field in ("url", "recording"):
        if link == "<>":
            return f"<{{{{ {field} | url }}}}>"
        return f"[{link}]({{{{ {field} | url }}}})" if link else f"{{{{ {field} | host | link({field}) }}}}"
    return _IN_LINE.get(field) or f"{{{{ {field} | text }}}}"


# ------------------------------------------------------------------------------- the rows of a page


def columns_by_row(page: Page, rows: Sequence[Section]) -> dict[int, tuple[Column, ...]]:
    """Find the columns of tables: start of each row -> those of its table. Tables of one list with one head are one."""
    tables: dict[tuple[object, ...], list[Section]] = {}
    for row, names in zip(rows, _heads(page, rows), strict=True):
        tables.setdefault((row.list_key, *names), []).append(row)
    columns: dict[int, tuple[Column, ...]] = {}
    for key, alike in tables.items():
        names = [*map(str, key[1:])]
        found = columns_of(names, [raw_cells(row.text) for row in alike], page.lines.habits)
        newest = sorted(range(len(alike)), key=lambda at: alike[at].date, reverse=True)[:_NEWEST]
        found = [
            replace(one, newest=tuple(one.cells[at] for at in newest)) if one.field in _NAMING else one for one in found
        ]
        columns |= dict.fromkeys((row.start for row in alike), tuple(found))
    return columns


def _heads(page: Page, rows: Sequence[Section]) -> Iterator[list[str]]:
    """Give the words of the head above each row; no line is looked at for two rows."""
    texts = page.lines.texts
    names: list[str] = []
    last = -1
    for row in rows:
        line = first = row.line - 1
        while first > last + 1 and "|" in texts[first - 1]:
            first -= 1
        goes_on = last >= 0 and first == last + 1
        names = head_of(texts, first, line) or (names if goes_on else [])
        yield names
        last = line


@dataclass(frozen=True)
class Table:
    """How the rows of a table are written, as far as they are alike: by the newest of them."""

    columns: tuple[Column, ...]
    spaces: tuple[tuple[str, str], ...]  # before and after the words of each column's cells
    widths: tuple[int, ...]  # in characters; 0 where a column's cells are not padded
    date: str  # the example for its dates; empty for rows within an event, which says its date elsewhere
    bars: tuple[bool, bool]  # whether a row begins and ends with one
    short: bool  # whether a last cell that would be blank is left out
    nothing: str  # what most cells have in which there is nothing, such as a hyphen
    indent: str = ""
    language: str = "en"  # in which a status is written

    def has(self, *fields: str) -> bool:
        return any(column.field in fields for column in self.columns)

    @cached_property
    def names(self) -> Column | None:
        """The column whose cells tell the events apart, where none is for titles: that of the people, or of words.

        An event for which it would be blank has its title there, so that no row shows nothing but a date.
        """
        if self.has("title", "both"):
            return None
        named = [one for one in self.columns if one.field == "people"]
        return next(iter([*named, *(one for one in self.columns if one.is_telling)]), None)

    @property
    def is_yearly(self) -> bool:
        """Whether the dates are years, which would be none with words behind them, and words tell the events apart."""
        return self.names is not None and len(self.date) == len("2021") and not self.has("status")


def observe_table(page: Page, rows: Sequence[Section]) -> Table:
    """Describe how the newest rows of a list are written."""
    by_row = columns_by_row(page, rows)
    newest = sorted(rows, key=lambda row: row.date, reverse=True)
    columns = by_row[newest[0].start]
    alike = [row for row in newest if by_row[row.start] is columns]
    models = alike[:_MODELS]
    habits = page.lines.habits
    dates = [
        (with_weekday(words, found.words) if found.words in words else found.words, row.date)
        for row in models
        for column, cell in zip(columns, raw_cells(row.text), strict=False)
        if column.field in ("date", "both") and (found := find_date(words := plain(cell), None, habits))
    ]
    date = date_example(dates, alike, year_column=any(column.field == "year" for column in columns))
    return _table(columns, [row.text for row in models], date)


def observe_rows(names: Sequence[str], rows: Sequence[str]) -> Table:
    """Describe how rows within an event are written, such as those of its talks, given the words above them."""
    return _table(columns_of(names, [*map(raw_cells, rows)], UNDECIDED), rows)


def _table(columns: Sequence[Column], rows: Sequence[str], date: str = "") -> Table:
    """Describe how rows are written, given as Markdown."""
    models = [*map(raw_cells, rows)]
    whole = [row.strip() for row, cells in zip(rows, models, strict=True) if len(cells) >= len(columns)] or [
        rows[0].strip()
    ]
    blank = [len(cells) < len(columns) for cells in models if not "".join(cells[len(columns) - 1 :]).strip()]
    by_column = [[cells[index] for cells in models if index < len(cells)] for index in range(len(columns))]
    opened, closed = _most(text.startswith("|") for text in whole), _most(text.endswith("|") for text in whole)
    nothing = Counter(cell for column in columns for cell in column.cells if _NOTHING.fullmatch(cell))
    return Table(
        tuple(columns),
        tuple(map(_spaces, by_column)),
        tuple(map(_width, by_column)),
        date,
        (opened, closed),
        short=not closed or _most(blank),
        nothing=nothing.most_common(1)[0][0] if nothing else "",
        indent=Counter(row[: len(row) - len(row.lstrip(" "))] for row in rows).most_common(1)[0][0],
    )


def _most(flags: Iterable[bool]) -> bool:
    seen = list(flags)
    return sum(seen) * 2 > len(seen)


def _spaces(cells: Sequence[str]) -> tuple[str, str]:
    """Return what is between a bar and the words of most cells."""
    filled = [cell for cell in cells if cell.strip()] or [" "]
    return " " * _most(cell.startswith(" ") for cell in filled), " " * _most(cell.endswith(" ") for cell in filled)


def _width(cells: Sequence[str]) -> int:
    """Return to how many characters most cells are padded, the usual space at both ends aside; 0 if they are not."""
    before, after = _spaces(cells)
    inner = [cell.removeprefix(before).removesuffix(after) for cell in cells]
    width, count = Counter(map(len, inner)).most_common(1)[0] if inner else (0, 0)
    alike = [cell for cell in inner if len(cell) == width]
    # Words of one length are as wide without padding; a space too many before each is none.
    is_padded = any(cell != cell.rstrip() for cell in alike) or len({len(cell.strip()) for cell in alike}) > 1
    return width if is_padded and count * 2 > len(inner) else 0


@dataclass(frozen=True)
class Question:
    """A question of a site's own: its id, its words, an answer as an example, and where the answer goes.

    A long one is asked for on several lines; where there are `options`, one of them is chosen.
    """

    id: str
    label: str
    example: str
    purpose: str
    is_long: bool = False
    options: tuple[str, ...] = ()


def table_questions(page: Page) -> tuple[Question, ...]:
    """Return the questions for the columns of the table that is alive which no field fills, where most rows fill them.

    The newest row that has an answer gives the example.
    """
    rows = [row for row in page.alive_list if row.style.family == "row"]
    by_row = columns_by_row(page, rows)
    columns = by_row[max(rows, key=lambda row: row.date).start] if rows else ()
    newest = sorted((row for row in rows if by_row[row.start] is columns), key=lambda row: row.date, reverse=True)
    asked: dict[str, Question] = {}
    for index, column in enumerate(columns):
        if column.field == "extra" and column.question and len(column.filled) * 2 > len(column.cells):
            answers = (plain(cells[index]) for row in newest if index < len(cells := raw_cells(row.text)))
            purpose = say("For the column “{name}” of the page's table.", name=column.name)
            example = next(filter(None, answers), "")
            asked.setdefault(column.question, Question(column.question, column.name, example, purpose))
    return tuple(asked.values())


# ------------------------------------------------------------------------------- the template of a row


def write_row(table: Table) -> str:
    """Write the template that makes such a row of an event."""
    opened, closed = table.bars
    row = []
    for index, column in enumerate(table.columns):
        before, after = table.spaces[index]
        is_first, is_last = index == 0, index + 1 == len(table.columns)
        (value, needs), width = write_cell(table, column), table.widths[index]
        end = f"{after}|" if closed or not is_last else ""
        if is_last and table.short and needs:
            row.append(f"{{% if {needs} %}}{before}{value}{end}{{% endif %}}")
            continue
        if is_first and not opened:
            # A row that begins with a blank cell needs the bar before it: GitHub drops the cell otherwise.
            before = ""
            value = f"{{% if {needs} %}}{value}{{% else %}}| {{% endif %}}" if needs else value
        elif needs and (column.mark or column.is_fixed or table.nothing):
            otherwise = table.nothing and f"{{% else %}}{table.nothing}"
            value = f"{{% if {needs} %}}{value}{otherwise}{{% endif %}}"
        if width:
            value = f"{{% call cell({width}) %}}{value}{{% endcall %}}"
        row.append(f"{before}{value}{end}")
    macro = _PADDED_CELL if any(table.widths) else ""
    return f"{macro}{table.indent}{'|' * opened}{''.join(row)}\n"


def write_cell(table: Table, column: Column) -> tuple[str, str]:
    """Write what a cell holds, and the expression that tells whether there is something for it, if that is needed.

    Where no column is for titles, the one that tells the events apart has the title in the place of what is absent.
    """
    value, needs = _write_value(table, column), _given(column)
    if column is not table.names:
        return value, needs
    title = f"{column.mark}{{{{ title | text }}}}{column.mark}"
    what_changed = changed(table.date, table.language) if table.is_yearly else ""
    return f"{{% if {needs} %}}{value}{{% else %}}{title}{{% endif %}}{what_changed}", ""


def _given(column: Column) -> str:
    """Return the expression that tells whether an event has something for a column; empty if each event has."""
    match column.field:
        case "date" | "title" | "both" | "year":
            return ""
        case "affiliation":
            return _AFFILIATIONS
        case "extra":
            return column.question and f'extra["{column.question}"]'
        case "links" if column.recording_words:
            return "(links or recording)"
    return column.field


def _write_value(table: Table, column: Column) -> str:
    """Write what a cell holds, where the event has something for it."""
    match column.field:
        case "date" | "title" | "both":
            value = _write_name(table, column)
        case "number":
            value = "{}{{{{ number }}}}{}".format(*column.around_number)
        case "url" | "recording":
            value = _address(column)
        case "people":
            value = write_people(column)
        case "links":
            value = write_links(column)
        case "extra":
            value = _write_answer(column)
        case "status":
            value = f"{{{{ {status_in(table.language)} | text }}}}"
        case _:
            value = in_line(column.field)
    return f"{column.mark}{value}{column.mark}"


def _write_name(table: Table, column: Column) -> str:
    """Write the date, the title, or both; what changed about the event is said once, behind the last of them."""
    like = date_like(table.date, amid=True)
    # An address that has a place of its own is not written twice.
    shown = {one.field for one in table.columns} | {"recording" for one in table.columns if one.recording_words}
    targets = " or ".join(name for name in ("url", "recording") if name not in shown)
    show = f"link({targets})" if column.is_linked and targets else "text"
    is_told = table.date and not (table.has("status") or table.is_yearly)
    what_changed = changed(table.date, table.language) if is_told else ""
    title = f"{{{{ title | {show} }}}}{what_changed}"
    match column.field:
        case "title":
            return title
        case "both":
            return f"{{{{ {like} }}}}: {title}"
    date = f"{{{{ {like} }}}}" if show == "text" else f"{{{{ {like} | {show} }}}}"
    return date if table.has("title") else f"{date}{what_changed}"


def _address(column: Column) -> str:
    field = column.field
    if column.is_address:
        return in_line(field, link="<>") if column.filled[0].startswith("<") else f"{{{{ {field} | url }}}}"
    return in_line(field, link=column.usual_words or ("" if column.filled else column.name))


def write_people(column: Column, affiliation: str = "") -> str:
    """Write people as a column's cells have them; where these show none, affiliations are as the one that is given."""
    separator, last = column.separators
    affiliation = column.affiliation or affiliation
    name = "{{ person.name | link(person.url) }}"
    between = f"{{% if not loop.last %}}{separator}{{% endif %}}"
    if last:
        comma = "{% if loop.length > 2 %},{% endif %}" if last.startswith(",") else ""
        between = (
            f"{{% if loop.revindex == 2 %}}{comma}{last.lstrip(',')}{{% elif not loop.last %}}{separator}{{% endif %}}"
        )
    if affiliation in ("()", ","):
        before, after = (" (", ")") if affiliation == "()" else (", ", "")
        name += f"{{% if person.affiliation %}}{before}{{{{ person.affiliation | text }}}}{after}{{% endif %}}"
    people = f"{{% for person in people %}}{name}{between}{{% endfor %}}"
    if affiliation in ("", "()", ","):
        return people
    before, after = affiliation.split("...")
    return f"{people}{{% if {_AFFILIATIONS} %}}{before}{in_line('affiliation')}{after}{{% endif %}}"


def write_links(column: Column) -> str:
    """Write links as a column's cells have them, and with them the recording where that is one of them."""
    separator = column.separators[0]
    written = (
        "{% for entry in links %}{{ entry.label | link(entry.url) }}"
        f"{{% if not loop.last %}}{separator}{{% endif %}}{{% endfor %}}"
    )
    if not (words := column.recording_words):
        return written
    before = f"{{% if links %}}{separator}{{% endif %}}"
    return f"{written}{{% if recording %}}{before}{in_line('recording', link=words)}{{% endif %}}"


def _write_answer(column: Column) -> str:
    answer = _given(column)
    if not answer:
        return ""  # a column without a name has no question
    return f"[{column.usual_words}]({{{{ {answer} | url }}}})" if column.is_fixed else f"{{{{ {answer} | text }}}}"
