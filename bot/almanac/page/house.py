"""A section in the house style, read back into the fields that it was written from.

Whether the fields say all of the section is for the caller to prove: written again, they must give the section.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from almanac.dates import find_date
from almanac.event.model import Link, Person
from almanac.page.lines import with_newline
from almanac.page.syntax import URL

DEFAULT_LABEL = "Guests"
_HEADING = re.compile(r"#{1,6}[ \t]+([^:]*):[ \t]*(\S.*)\Z")
_ITEM = re.compile(r"- (\S.*)\Z")
_NESTED = re.compile(r"    \* (\S.*)\Z")
_REFERENCE = re.compile(r"&#([0-9]{1,7});")
_LINKED = re.compile(rf"\[([^\[\]]+)\]\((https?://(?!\)){URL})\)(.*)\Z")
_LABELLED = re.compile(r"(Status|Topic|When|Location|Register|Recording):[ ]{1,2}(\S.*)\Z")
_ROLE_AND_AFFILIATION = re.compile(r"(?: \((?P<role>[^()]+)\))?(?:, (?P<affiliation>\S.*))?\Z")
_UNLINKED = re.compile(r"(?P<name>[^,(]*[^,( ])(?P<rest>(?: \([^()]+\))?(?:, .*)?)\Z")
_SURROGATES = range(0xD800, 0xE000)
_STATUSES = ("scheduled", "cancelled", "postponed", "rescheduled")


@dataclass(frozen=True)
class SectionContent:
    """What a section says.

    Attributes:
        fields: Values of an event's fields, the title among them.
        when_line: The line of the section on which the times are, counted from 0; 0 if there are none.
        whole: Whether the section is in the house style, so that what it does not say is not so.
    """

    fields: dict[str, Any]
    when_line: int = 0
    whole: bool = True


@dataclass
class _Item:
    """A bullet with those below it; `apart` if there is an empty line between."""

    text: str
    line: int
    nested: list[str] = field(default_factory=list)
    apart: bool = False


def read_house(section: str) -> SectionContent | None:
    """Read what a section says in the house style, as far as it is written in it; None if it is not."""
    first, *rest = with_newline(section, "\n").split("\n")
    heading = _HEADING.match(first)
    date = find_date(heading[1]) if heading else None
    if heading is None or date is None or not date.leading or date.title:
        return None
    items = list(_items(rest))
    if any(line.strip() for line in rest) and not items:
        return None
    fields: dict[str, Any] = {}
    when_line = 0
    paragraphs: list[_Item] = []
    for item in items:
        found = _labelled(item, fields)
        if found is None:
            paragraphs.append(item)
        else:
            fields |= found
            when_line = item.line if "when" in found else when_line
    # With a topic, the heading names the series.
    topic = fields.pop("topic", None)
    named = _decoded(heading[2])
    fields |= {"title": topic, "series": named} if topic else {"title": named}
    fields |= _described(paragraphs, has_agenda="agenda" in fields)
    return SectionContent({name: value for name, value in fields.items() if value is not None}, when_line)


def _items(lines: list[str]) -> Iterator[_Item]:
    item: _Item | None = None
    blank = False
    for number, line in enumerate(lines, 1):
        if match := _ITEM.match(line):
            if item:
                yield item
            item = _Item(match[1], number)
        elif item and (match := _NESTED.match(line)):
            item.apart = item.apart or (blank and not item.nested)
            item.nested.append(match[1])
        blank = not line.strip()
    if item:
        yield item


def _labelled(item: _Item, known: dict[str, Any]) -> dict[str, Any] | None:
    """Read a bullet that has a label; None for one that is a paragraph of the description.

    Of several bullets with one label the first counts, the others are paragraphs.
    """
    label = _LABELLED.match(item.text)
    if label and not item.nested and label[1].lower() not in known:
        return _one_line(label[1], label[2])
    if item.text == "Agenda:" and item.nested:
        return {"agenda": tuple(map(_decoded, item.nested))}
    if item.text == "Links:" and item.nested and all(links := [_LINKED.match(entry) for entry in item.nested]):
        return {"links": tuple(Link(label=_decoded(link[1]), url=link[2]) for link in links if link)}
    # A paragraph may end with a colon too, but its bullets come after an empty line.
    if item.text.endswith(":") and item.nested and not item.apart and "people" not in known:
        name = _decoded(item.text[:-1])
        people = tuple(map(_person, item.nested))
        return {"people_label": None if name == DEFAULT_LABEL else name, "people": people}
    return None


def _one_line(label: str, value: str) -> dict[str, Any]:
    match label:
        case "Register" | "Recording":
            link = _LINKED.match(value)
            return {"url" if label == "Register" else "recording": link[2]} if link else {}
        case "Status":
            return {"status": value if value in _STATUSES else None}
    return {label.lower(): _decoded(value)}


def _described(paragraphs: list[_Item], *, has_agenda: bool) -> dict[str, Any]:
    """Read the description, and the agenda if it is nested below the last paragraph."""
    if not paragraphs:
        return {}
    fields: dict[str, Any] = {}
    *others, last = paragraphs
    if last.nested and not has_agenda:
        fields["agenda"] = tuple(map(_decoded, last.nested))
        paragraphs = [*others, _Item(last.text, last.line)]
    elif has_agenda and not any(item.nested for item in paragraphs):
        # Below a paragraph the agenda would need no name, so these are bullets of a description without paragraphs.
        return {"description": "\n".join(f"- {_decoded(item.text)}" for item in paragraphs)}
    described = ("\n- ".join(map(_decoded, (item.text, *item.nested))) for item in paragraphs)
    return fields | {"description": "\n\n".join(described)}


def _person(markdown: str) -> Person:
    if linked := _LINKED.match(markdown):
        name, url, rest = linked[1], linked[2], linked[3]
    else:
        parts = _UNLINKED.match(markdown)
        name, url, rest = (parts["name"], None, parts["rest"]) if parts else (markdown, None, "")
    more = _ROLE_AND_AFFILIATION.match(rest)
    if more is None:
        return Person(name=_decoded(markdown))
    role, affiliation = (_decoded(value) if value else None for value in more.group("role", "affiliation"))
    return Person(name=_decoded(name), url=url, role=role, affiliation=affiliation)


def _decoded(markdown: str) -> str:
    """Turn decimal character references, as Almanac writes them, back into what was typed."""

    def character(reference: re.Match[str]) -> str:
        code = int(reference[1])
        return chr(code) if code <= sys.maxunicode and code not in _SURROGATES else reference[0]

    return _REFERENCE.sub(character, markdown)
