"""A section in the house style, read back into the fields that it was written from."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.events.event import Link, Person
from bot.pages.dates import find_date
from bot.pages.lines import with_newline

DEFAULT_LABEL = "Guests"
_HEADING = re.compile(r"#{1,6}[ \t]+([^:]*):[ \t]*(\S.*)\Z")
_ITEM = re.compile(r"- (\S.*)\Z")
_NESTED = re.compile(r"    \* (\S.*)\Z")
_REFERENCE = re.compile(r"&#([0-9]{1,7});")
_LINKED = re.compile(r"\[([^\[\]]+)\]\((https?://(?:[^\s()]|\([^\s()]*\))+)\)(.*)\Z")
_LABEL = re.compile(r"(Status|Topic|When|Location|Register|Recording):[ ]{1,2}(\S.*)\Z")
_PERSON = re.compile(r"(?: \((?P<role>[^()]+)\))?(?:, (?P<affiliation>\S.*))?\Z")
_UNLINKED = re.compile(r"(?P<name>[^,(]*[^,( ])(?P<rest>(?: \([^()]+\))?(?:, .*)?)\Z")
_SURROGATES = (0xD800, 0xDFFF)
_STATUSES = ("scheduled", "cancelled", "postponed", "rescheduled")


@dataclass(frozen=True)
class House:
    """What a section in the house style says.

    Attributes:
        fields: Values of an event's fields, the title among them.
        when_line: The line of the section on which the times stand, counted from 0; 0 where there are none.
        whole: Whether the section is in the house style, so that what it does not say it denies.
    """

    fields: dict[str, Any]
    when_line: int = 0
    whole: bool = True


@dataclass
class _Item:
    """A bullet with those beneath it; `apart` if an empty line stands between."""

    text: str
    line: int
    nested: list[str] = field(default_factory=list)
    apart: bool = False


def read_house(section: str) -> House | None:
    """Read what a section says in the house style, as far as it is written in it; None where that is nothing.

    Whether the fields say all of it is for the caller to prove: written again, they must give the section.
    """
    first, *rest = with_newline(section, "\n").split("\n")
    heading = _HEADING.match(first)
    items = list(_items(rest))
    date = find_date(heading[1]) if heading else None
    if heading is None or date is None or not date.leading or date.title:
        return None
    if any(line.strip() for line in rest) and not items:
        return None
    reader = _Reader()
    for item in items:
        reader.take(item)
    return House(reader.finished(_decoded(heading[2])), reader.when_line)


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


class _Reader:
    """Takes one bullet after the other; what a bullet is, its label or its shape says."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.when_line = 0
        self._paragraphs: list[_Item] = []

    def take(self, item: _Item) -> None:
        label = _LABEL.match(item.text)
        if label and not item.nested and label[1].lower() not in self.fields:
            self._labelled(label[1], label[2], item.line)
        elif item.text == "Agenda:" and item.nested:
            self.fields["agenda"] = tuple(map(_decoded, item.nested))
        elif item.text == "Links:" and item.nested and all(map(_LINKED.match, item.nested)):
            self.fields["links"] = tuple(map(_link, item.nested))
        elif item.text.endswith(":") and item.nested and not item.apart and "people" not in self.fields:
            name = _decoded(item.text[:-1])
            self.fields["people_label"] = None if name == DEFAULT_LABEL else name
            self.fields["people"] = tuple(map(_person, item.nested))
        else:
            self._paragraphs.append(item)

    def _labelled(self, label: str, value: str, line: int) -> None:
        link = _LINKED.match(value)
        if label in ("Register", "Recording"):
            if link:
                self.fields["url" if label == "Register" else "recording"] = link[2]
        elif label == "Status":
            self.fields["status"] = value if value in _STATUSES else None
        else:
            self.fields[label.lower()] = _decoded(value)
            self.when_line = line if label == "When" else self.when_line

    def finished(self, heading: str) -> dict[str, Any]:
        """Return the fields: the heading names the series where there is a topic, else it is the title."""
        fields = dict(self.fields)
        topic = fields.pop("topic", None)
        fields |= {"title": topic, "series": heading} if topic else {"title": heading}
        if self._paragraphs and self._paragraphs[-1].nested and "agenda" not in fields:
            fields["agenda"] = tuple(map(_decoded, self._paragraphs[-1].nested))
            self._paragraphs[-1].nested = []
        elif self._paragraphs and not any(item.nested for item in self._paragraphs) and "agenda" in fields:
            # Beneath a paragraph the agenda would need no name: these are bullets without one.
            fields["description"] = "\n".join(f"- {_decoded(item.text)}" for item in self._paragraphs)
            self._paragraphs = []
        if self._paragraphs:
            fields["description"] = "\n\n".join(map(_paragraph, self._paragraphs))
        return {name: value for name, value in fields.items() if value is not None}


def _paragraph(item: _Item) -> str:
    return "\n".join([_decoded(item.text), *(f"- {_decoded(bullet)}" for bullet in item.nested)])


def _link(markdown: str) -> Link:
    match = _LINKED.match(markdown)
    return Link(label=_decoded(match[1]), url=match[2]) if match else Link(label=markdown, url="")


def _person(markdown: str) -> Person:
    if linked := _LINKED.match(markdown):
        name, url, rest = linked[1], linked[2], linked[3]
    else:
        parts = _UNLINKED.match(markdown)
        name, url, rest = (parts["name"], None, parts["rest"]) if parts else (markdown, None, "")
    more = _PERSON.match(rest)
    if more is None:
        return Person(name=_decoded(markdown))
    role, affiliation = more["role"], more["affiliation"]
    return Person(
        name=_decoded(name),
        url=url,
        role=_decoded(role) if role else None,
        affiliation=_decoded(affiliation) if affiliation else None,
    )


def _decoded(markdown: str) -> str:
    """Turn decimal character references back into what was typed."""
    return _REFERENCE.sub(_character, markdown)


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1])
    return chr(code) if code <= sys.maxunicode and not _SURROGATES[0] <= code <= _SURROGATES[1] else reference[0]
