"""Entries in CSV: a row for each under a row with their keys. A new row has the quotes that its neighbours have.

Between cells is a comma, a semicolon or a tab, as programs for tables write them: what the first row has most of.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from almanac.entries.formats import DataEntry, Values, numbered, spliced, with_ends
from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say

_COMMA, _SEMICOLON, _TAB = (
    regex(rf'"([^"]*+(?:""[^"]*+)*+)"(?=[{mark}\r\n]|\Z)|([^{mark}"\r\n]*+)(?=[{mark}\r\n]|\Z)') for mark in ",;\t"
)
_CELLS = {",": _COMMA.match, ";": _SEMICOLON.match, "\t": _TAB.match}
_NEEDS_QUOTES = {mark: regex(rf'[{mark}"\r\n]|\A\s|\s\Z') for mark in _CELLS}


class _Cell(NamedTuple):
    text: str
    start: int
    end: int
    quoted: bool


class _CsvRow(NamedTuple):
    cells: list[_Cell]
    start: int
    end: int  # behind its line end


class CsvList:
    """A file of rows. It says all in text: numbers are as they are written."""

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        rows = _rows(text, file)
        keys = _keys(rows, file)
        return tuple(numbered(text, ((row.start, row.end, _data(keys, row)) for row in rows[1:])))

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:  # noqa: ARG002
        rows, mark = _rows(text, ""), mark_of(text)
        row = next(row for row in rows if row.start == entry.start)
        keys = _keys(rows, "")
        if not set(keys[: len(row.cells)]).issuperset(key for key in data if data[key] != entry.data.get(key, "")):
            return None
        pairs = [(cell, str(data.get(key, ""))) for key, cell in zip(keys, row.cells, strict=False)]
        changes = (
            (one.start, one.end, _written(new, mark, quoted=one.quoted)) for one, new in pairs if new != one.text
        )
        return spliced(text, changes)

    def inserted(self, text: str, index: int, new: str) -> str:
        rows, data = _rows(text, ""), self.entries(new)[0].data
        keys = _keys(rows, "")
        near, mark = rows[min(index + 1, len(rows) - 1)] if len(rows) > 1 else None, mark_of(text)
        row = mark.join(
            _written(str(data.get(key, "")), mark, quoted=_like(near, number, mark)) for number, key in enumerate(keys)
        )
        newline = with_ends("\n", text)
        if index + 1 < len(rows):
            at = rows[index + 1].start
            return f"{text[:at]}{row}{newline}{text[at:]}"
        at = rows[-1].end
        return text[:at] + (f"{row}{newline}" if text[:at].endswith("\n") else f"{newline}{row}") + text[at:]

    def removed(self, text: str, index: int) -> str:
        row = _rows(text, "")[index + 1]
        before = text[: row.start]
        is_last_line = row.end == len(text) and not text.endswith("\n")
        return (before.removesuffix("\n").removesuffix("\r") if is_last_line else before) + text[row.end :]

    def alone(self, written: str, file: str = "") -> DataEntry:
        return self.entries(written, file)[0]

    def filled(self, skeleton: str, values: Values) -> str:
        head, *others = _rows(skeleton, "")
        if len(others) != 1:
            message = say(
                "The template has to write two rows: the columns, as in the first one of the file, and an event."
            )
            raise UserError(Problem(message))
        row = others[0]
        if any(values.within(cell.text) for cell in head.cells):
            message = say("A value has to be in the second row of the template, not in the name of a column.")
            raise UserError(Problem(message))
        cells = [cell for cell in row.cells if values.within(cell.text)]
        mark = mark_of(skeleton)
        return spliced(
            skeleton, ((one.start, one.end, _written(values.put(one.text), mark, quoted=one.quoted)) for one in cells)
        )


def mark_of(text: str) -> str:
    """Return what stands between cells."""
    head = re.sub(r'"[^"]*+"', "", text.lstrip("\ufeff\r\n").partition("\n")[0])
    return max(_CELLS, key=head.count)


def _rows(text: str, file: str) -> list[_CsvRow]:
    """Cut a text into its rows; blank lines are none."""
    rows: list[_CsvRow] = []
    mark = mark_of(text)
    start = at = len(text) - len(text.removeprefix("\ufeff"))
    cells: list[_Cell] = []
    while at < len(text) or cells:
        found = _CELLS[mark](text, at)
        if found is None:
            message = say("A quotation mark in this row is not closed, or is in the middle of a cell.")
            raise UserError(Problem(message, file=file, line=text.count("\n", 0, at) + 1))
        quoted = found[1] is not None
        cells.append(_Cell(found[1].replace('""', '"') if quoted else found[2], at, found.end(), quoted))
        at = found.end()
        if text[at : at + 1] == mark:
            at += 1
            continue
        end = re.compile(r"\r?\n|\r|\Z").match(text, at)
        at = end.end() if end else at
        if len(cells) > 1 or cells[0].text or quoted:
            rows.append(_CsvRow(cells, start, at))
        start, cells = at, []
    return rows


def _keys(rows: list[_CsvRow], file: str) -> list[str]:
    keys = [cell.text.strip() for cell in rows[0].cells] if rows else []
    if not keys or len(set(keys)) < len(keys):
        message = say("The first row has to name the columns, each once.")
        raise UserError(Problem(message, file=file, line=1))
    return keys


def _data(keys: list[str], row: _CsvRow) -> dict[str, Any]:
    cells = [cell.text for cell in row.cells]
    return dict(zip(keys, [*cells, *[""] * (len(keys) - len(cells))], strict=False))


def _like(row: _CsvRow | None, number: int, mark: str) -> bool:
    """Tell whether a row has quotes around a cell that does not need them."""
    cell = row.cells[number] if row and number < len(row.cells) else None
    return cell is not None and cell.quoted and not _NEEDS_QUOTES[mark].search(cell.text)


def _written(text: str, mark: str, *, quoted: bool) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if quoted or _NEEDS_QUOTES[mark].search(text) else text
