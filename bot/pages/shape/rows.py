"""A template that writes an event as a row of the page's table."""

from collections.abc import Sequence

from bot.pages.outline import Section
from bot.pages.shape.tables import Column, Table, extra_name
from bot.pages.shape.values import ALL_LINKS, CHANGED, PROSE, address, example_for, inline_people

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
