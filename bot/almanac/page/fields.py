"""What the entries of a page say, by the pattern of the list that each stands in.

Only what can be read without doubt is: a link that is none, or times without zones, stay words of the entry.
"""

import re
from collections.abc import Iterator
from typing import Any

from almanac.event.model import Person
from almanac.event.people import read_people
from almanac.page.firstline import NAMES, PERSON, Line, first_lines
from almanac.page.lines import plain
from almanac.page.outline import Page
from almanac.times.check import check_imported
from almanac.times.zones import Zones
from almanac.urls import RefusedUrl, check_url

_LONGEST = 300
_BETWEEN_NAMES = re.compile(r",[ ](?:and[ ])?|[ ](?:and|&)[ ]")
_BETWEEN_PEOPLE = re.compile(r"(?<=\))(?:,[ ](?:and[ ])?|[ ](?:and|&)[ ])|;[ ]")
_IN_BRACKETS = re.compile(r"(?<=\S)[ ]+\(([^()]+)\)\Z")


def entry_fields(page: Page, zones: Zones) -> dict[int, dict[str, Any]]:
    """Read the fields of all sections; where each begins on the page -> field -> value."""
    lists = (entries for entries in page.lists if entries[0].style.family in ("heading", "bullet"))
    lines = (line for entries in lists for line in first_lines(entries))
    return {line.section.start: dict(_line_fields(line, zones)) for line in lines}


def _line_fields(line: Line, zones: Zones) -> Iterator[tuple[str, Any]]:
    pieces = {piece.field: piece for piece in line.pieces if piece.field}
    others = pieces.keys() - {"date", "title", "weekday"}
    if others and line.whole and "title" in pieces:
        yield "title", plain(pieces["title"].text)[:_LONGEST]
    for field in ("location", "series"):
        if field in pieces and (value := plain(pieces[field].text)):
            yield field, value[:_LONGEST]
    if "when" in pieces and check_imported(line.section.date, when := plain(pieces["when"].text), zones).ok:
        yield "when", when
    for field in ("recording", "url"):
        if field in pieces and (address := _address(pieces[field].url)):
            yield field, address
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
    text = markdown.strip()
    if NAMES.fullmatch(plain(text)):
        parts = _BETWEEN_NAMES.split(text)
    else:
        parts = [part for part in _BETWEEN_PEOPLE.split(text) if part]
    if not all(PERSON.fullmatch(plain(part)) for part in parts):
        return ()
    people, problems = read_people("\n".join(_IN_BRACKETS.sub(r", \1", part) for part in parts))
    return () if problems else people
