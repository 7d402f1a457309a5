"""Bullets and table rows: which of them are events, and where each ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.pages.dates import Found, find_date
from bot.pages.headings import MAX_START
from bot.pages.lines import Lines
from bot.pages.plain import plain

_BULLET = re.compile(r"([ ]{0,3})([-*+])([ \t]+)(?:\[[ xX]\][ \t]+)?(?=\S)")
_RULE = re.compile(r"[ ]{0,3}(?:([-*_])(?:[ \t]*\1){2,}[ \t]*\Z|<hr\b[^<>]*>[ \t]*\Z)", re.IGNORECASE)
_CELL = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"[ ]{0,3}(?=[^-]*-)[|:\-+ \t]+\Z")
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


def is_rule(text: str) -> bool:
    """Tell whether a line is a horizontal rule."""
    return bool(_RULE.match(text))


def is_delimiter(text: str) -> bool:
    """Tell whether a line parts a table's head from its rows."""
    return "|" in text and bool(_DELIMITER.match(text))


def is_dated(text: str) -> bool:
    """Tell whether a line is a bullet or a row that begins with a day: cheap, and without a look around."""
    if not any(map(str.isdigit, text[:MAX_START])):
        return False
    if bullet := _BULLET.match(text):
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
        bullet = _BULLET.match(text) if text and lines.visible[index] and not is_rule(text) else None
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
    return bool(_BULLET.match(text)) or is_rule(text) or text.lstrip()[:1] in ("|", "<", "{", "`", "~", ">")


# ------------------------------------------------------------------------------- tables


def cells(row: str) -> list[str]:
    """Return the words of a row's cells."""
    return [plain(cell) for cell in _raw_cells(row)]


def _raw_cells(row: str) -> list[str]:
    parts = _CELL.split(row[:MAX_START].strip())
    if parts and not parts[0].strip():
        parts = parts[1:]
    return parts[:-1] if parts and not parts[-1].strip() else parts


def _table_end(lines: Lines, first: int, after: int) -> int | None:
    """Return the line after a table that begins here, or None where there is no table."""
    end = first
    while end < after and lines.visible[end] and "|" in lines.texts[end]:
        end += 1
    has_delimiter = end > first + 1 and _DELIMITER.match(lines.texts[first + 1])
    return end if has_delimiter or lines.texts[first].lstrip().startswith("|") else None


def _rows(lines: Lines, first: int, after: int, year: str | None) -> Iterator[Item]:
    delimiter = next((index for index in range(first, after) if _DELIMITER.match(lines.texts[index])), None)
    names = cells(lines.texts[delimiter - 1]) if delimiter is not None and delimiter > first else []
    for index in range(first if delimiter is None else delimiter + 1, after):
        if not _DELIMITER.match(lines.texts[index]) and (found := _row_date(cells(lines.texts[index]), names, year)):
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
