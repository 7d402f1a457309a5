"""What the entries of a page say, by the pattern of the list that each stands in.

Only what can be read without doubt is: a link that is none, or times without zones, stay words of the entry.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from almanac.dates import TIME, TIME_ZONE
from almanac.event.model import Link, Person
from almanac.event.people import NAMES, PERSON, read_people
from almanac.event.statuses import STATUS_WORDS, read_status
from almanac.page.columns import ATOM, BEHIND, NOTHING, Column, head_fields, without_mark
from almanac.page.htmltemplate import html_lines, html_markup
from almanac.page.items import ADDRESS, MARK, Item, named_items
from almanac.page.lines import LINK, links, plain, raw_cells
from almanac.page.marks import fields_of_status, unmarked
from almanac.page.outline import Page, Section, outline
from almanac.page.pieces import WHAT_AND_WHEN, Line
from almanac.page.roles import first_lines
from almanac.page.tables import columns_by_row
from almanac.patterns import regex
from almanac.times.check import check_imported
from almanac.times.zones import Zones
from almanac.urls import RefusedUrl, check_url

_QUOTED = regex(r"\A[\"\u201c](.+)[\"\u201d]\Z")
_LONGEST = 300
# The end of a sentence, and not of `Jr.` or an initial.
_STOP = regex(r"(?<=[^\W\d_]{3})\.\Z")
_BETWEEN_NAMES = regex(r",[ ](?:and[ ])?|[ ](?:and|&)[ ]")
_BETWEEN_PEOPLE = regex(r"(?<=\))(?:,[ ](?:and[ ])?|[ ](?:and|&)[ ])|;[ ]")
_BETWEEN_IN_CELLS = regex(r"(?:,?[ ](?:and|und|y|&)[ ]|,[ ]|;[ ]|[ ]?<br[ ]?/?>[ ]?)", re.IGNORECASE)
_NOBODY = regex(rf"all|everyone|(?:(?:{STATUS_WORDS})(?!\w)|no \b).*", re.IGNORECASE)
_TIME = regex(rf"(?<![\w:]){TIME}{TIME_ZONE}?(?!\w)", re.IGNORECASE)
_IN_BRACKETS = regex(r"(?<=\S)[ ]+\(([^()]+)\)\Z")


@dataclass(frozen=True)
class EntryFields:
    """The fields of a page's sections: those of all of them are read when the first of them are asked for."""

    page: Page
    zones: Zones

    def of(self, section: Section) -> dict[str, Any]:
        """Return the fields of a section, by their names."""
        planned, status = self.as_planned(section)
        return self._found.get(section.start, {}) if planned is section else self._planned[0].of(planned) | status

    def as_planned(self, section: Section) -> tuple[Section, dict[str, Any]]:
        """Return a section as it is without its status, and the fields that say that; nothing else is read for it."""
        return self._planned[1].get(section.start) or (section, {})

    @cached_property
    def _found(self) -> dict[int, dict[str, Any]]:
        return _entry_fields(self.page, self.zones)

    @cached_property
    def _planned(self) -> "tuple[EntryFields, dict[int, tuple[Section, dict[str, Any]]]]":
        """The page as it is where no section says a status, and by where they begin the sections that do."""
        marks = {one.start: mark for one in self.page.sections if (mark := unmarked(one))}
        if not marks:
            return self, {}
        habits = self.page.lines.habits
        texts = [marks[one.start][0] if one.start in marks else one.text for one in self.page.sections]
        planned = outline(self.page.joined(texts), habits=habits)
        if [one.date for one in planned.sections] != [one.date for one in self.page.sections]:
            return self, {}
        return EntryFields(planned, self.zones), {
            one.start: (other, fields_of_status(marks[one.start][1], one.date, habits))
            for one, other in zip(self.page.sections, planned.sections, strict=True)
            if one.start in marks
        }


def _entry_fields(page: Page, zones: Zones) -> dict[int, dict[str, Any]]:
    """Read the fields of all sections; where each begins on the page -> field -> value."""
    found: dict[int, dict[str, Any]] = {}
    for sections in page.lists:
        if sections[0].style.family in ("heading", "bullet", "other"):
            lines = first_lines(sections)
            said = {field for line in lines for field in line.fields}
            for items in named_items(sections, said):
                found[items[0].section.start] = dict(_item_fields(items, zones))
            for line in lines:
                found.setdefault(line.section.start, {}).update(_line_fields(line, zones))
    rows = [section for section in page.sections if section.style.family == "row"]
    columns = columns_by_row(page, rows)
    found |= {row.start: _row_fields(raw_cells(row.text), columns[row.start], row.date, zones) for row in rows}
    for sections in page.lists:
        if sections[0].style.family == "html":
            found |= _html_fields(page, sections, zones)
    return found


def _html_fields(page: Page, sections: Sequence[Section], zones: Zones) -> dict[int, dict[str, Any]]:
    """Read entries of HTML: what stands in each place, and what the one says that says several things."""
    markup = html_markup(page, sections)
    lines = html_lines(markup, sections)
    found: dict[int, dict[str, Any]] = {}
    for section, entry in zip(sections, markup.entries, strict=True):
        told = [(column, markup.value(entry[at])) for at, column in markup.columns.items() if column and at in entry]
        found[section.start] = _row_fields([cell for _, cell in told], [one for one, _ in told], section.date, zones)
    for line in first_lines([*lines.bullets.values()], is_titled=lines.is_titled) if lines else ():
        found[line.section.start] |= dict(_line_fields(line, zones))
    return found


def _item_fields(items: Sequence[Item], zones: Zones) -> Iterator[tuple[str, Any]]:
    """Read what stands below a first line; of several items that show one field, the first counts."""
    for item in reversed(items):
        texts = [item.value] if item.value.strip() else []
        texts += [MARK.sub("", line.strip(), count=1) for _, line in item.below]
        if item.field == "agenda":
            yield "agenda", tuple(filter(None, map(plain, texts)))
        elif item.field == "tags":
            yield "tags", _tags(", ".join(map(plain, texts)))
        elif item.field == "people" and all(people := [people_in(text) for text in texts]):
            yield "people", tuple(chain.from_iterable(people))
        elif item.field in ("title", "location", "series", "when") and len(texts) == 1:
            yield from _text_field(item.field, item.section.date, texts[0], zones)
        elif item.field == "links":
            yield from _links_in("\n".join((item.line, *(line for _, line in item.below))), with_recording=True)
        elif item.field in ("recording", "url") and (address := _address_in(item.value)):
            yield item.field, address


def _text_field(field: str, date: str, text: str, zones: Zones) -> Iterator[tuple[str, str]]:
    value = plain(text)[:_LONGEST]
    if field == "title":
        value = _QUOTED.sub(r"\1", value)
    if value and (field != "when" or check_imported(date, value, zones).ok):
        yield field, value


def _address_in(text: str) -> str | None:
    link = ADDRESS.search(text)
    return _address(html.unescape(link[2] or link[4] or "")) if link else None


def _line_fields(line: Line, zones: Zones) -> Iterator[tuple[str, Any]]:
    pieces = {piece.field: piece for piece in line.values}
    others = pieces.keys() - {*WHAT_AND_WHEN, "weekday"}
    named = [piece for piece in line.values if piece.field in ("title", "series")]
    if others and line.whole and [part.field for part in named] == ["title"]:
        yield "title", plain(named[0].text)[:_LONGEST]
    for field in ("location", "series", "when"):
        if field in pieces:
            yield from _text_field(field, line.section.date, pieces[field].text, zones)
    if "number" in pieces:
        yield "number", pieces["number"].number
    leading = [piece for piece in line.pieces if piece.url and piece.field in WHAT_AND_WHEN]
    for field, piece in (*(("url", piece) for piece in leading), *pieces.items()):
        if field in ("recording", "url") and (address := _address(html.unescape(piece.url))):
            yield field, address
    if "links" in pieces and (address := _address(html.unescape(pieces["links"].url))):
        yield "links", (Link(label=plain(pieces["links"].text) or address, url=address),)
    if "people" in pieces and (people := people_in(pieces["people"].text)):
        yield "people", people


def _address(url: str) -> str | None:
    try:
        return check_url(url)
    except RefusedUrl:
        return None


def people_in(markdown: str) -> tuple[Person, ...]:
    """Read the people whom a text names: `Ada Byron and Bo Peep`, `[Ada Byron](https://...) (Engines)` or the like.

    Empty if it may name something else.
    """
    text = _STOP.sub("", markdown.strip())
    if NAMES.fullmatch(plain(text)):
        parts = _BETWEEN_NAMES.split(text)
    else:
        parts = [part for part in _BETWEEN_PEOPLE.split(text) if part]
    if not all(PERSON.fullmatch(plain(part)) for part in parts):
        return ()
    people, problems = read_people("\n".join(map(_as_typed, parts)))
    return () if problems else people


def _as_typed(markdown: str) -> str:
    """Spell a person as in an answer: the name, linked or not, and after a comma the affiliation."""
    link = LINK.search(markdown)
    name = f"[{plain(link[1])}]({link[2]})" if link else ""
    return _IN_BRACKETS.sub(r", \1", name + (" " * bool(link) + plain(markdown[link.end() if link else 0 :])).rstrip())


# ------------------------------------------------------------------------------- the rows of tables


def _row_fields(cells: Sequence[str], columns: Sequence[Column], date: str, zones: Zones) -> dict[str, Any]:
    """Read the fields of a row: each from the column in which a new row would have it."""
    fields: dict[str, Any] = {}
    # An address in a column of its own counts more than one to which the title leads.
    for column, raw in sorted(zip(columns, cells, strict=False), key=lambda pair: pair[0].field == "url"):
        cell = without_mark(raw.strip(), column.mark)
        if not NOTHING.fullmatch(plain(cell)):
            fields |= {name: value for name, value in _cell_fields(column, cell, date, zones) if value}
    affiliation = fields.pop("affiliation", None)
    if affiliation and "people" in fields:
        fields["people"] = tuple(one.model_copy(update={"affiliation": affiliation}) for one in fields["people"])
    extra = {name.removeprefix("extra "): fields.pop(name) for name in [*fields] if name.startswith("extra ")}
    return fields | ({"extra": extra} if extra else {})


def _cell_fields(column: Column, cell: str, date: str, zones: Zones) -> Iterator[tuple[str, Any]]:
    words, field = plain(cell)[:_LONGEST], column.field
    match field:
        case "date" | "both" | "when":
            time = words if field == "when" else next((found[0] for found in _TIME.finditer(words)), "")
            yield "when", time if time and check_imported(date, time, zones).ok else None
        case "title":
            yield "url", _led_to(cell) if column.is_linked else None
        case "url" | "recording":
            yield field, _led_to(cell)
        case "people":
            yield from _people_of_cell(cell)
        case "links":
            yield from _links_in(cell, with_recording=bool(column.recording_words))
        case "number":
            yield field, column.number_of(cell)
        case "agenda" | "tags":
            yield field, tuple(words.split("; ")) if field == "agenda" else _tags(words)
        case "affiliation" | "location" | "series" | "description" | "status":
            yield field, _status(words) if field == "status" else words
        case "extra" if column.question:
            yield f"extra {column.question}", (_led_to(cell) if column.is_fixed else None) or words


def _status(words: str) -> str | None:
    status = read_status(words)
    return None if status == "scheduled" else status


def _tags(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, re.split("[,;]", words)))))


def _led_to(cell: str) -> str | None:
    """Return the address of the only link in a cell."""
    found = links(cell) or links(f"<{cell.strip('<>')}>")
    return _address(found[0].url) if len(found) == 1 else None


def _links_in(text: str, *, with_recording: bool) -> Iterator[tuple[str, Any]]:
    """Give the links in a text; one of them may be the recording."""
    found = links(text)
    recording = next((link for link in found if with_recording and "recording" in head_fields(link.label)), None)
    yield "recording", recording and _address(recording.url)
    yield "links", tuple(link for link in found if link != recording)


def _people_of_cell(cell: str) -> Iterator[tuple[str, Any]]:
    """Give the people in a cell, and the affiliation that stands once behind all of them."""
    behind = BEHIND.search(cell)
    cell = cell[: behind.start()] if behind else cell
    atoms = (atom[0] for atom in ATOM.finditer(cell))
    parts = (re.sub("\0", lambda _: next(atoms, ""), part) for part in _BETWEEN_IN_CELLS.split(ATOM.sub("\0", cell)))
    yield "people", tuple(_named(part) for part in parts if plain(part) and not _NOBODY.fullmatch(plain(part)))
    yield "affiliation", behind and plain(behind[0])


def _named(markdown: str) -> Person:
    words, link = plain(markdown), LINK.search(markdown)
    in_brackets = _IN_BRACKETS.search(words)
    name = (words[: in_brackets.start()] if in_brackets else words)[:_LONGEST]
    return Person(
        name=name, url=_address(link[2]) if link else None, affiliation=in_brackets[1] if in_brackets else None
    )
