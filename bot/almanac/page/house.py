"""A section in the house style, read back into the fields that it was written from."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from almanac.dates import find_date
from almanac.event.description import source, source_line
from almanac.event.model import Link, Person
from almanac.event.statuses import read_said
from almanac.languages import in_english
from almanac.page.lines import URL, with_newline
from almanac.patterns import regex

_DEFAULT_LABEL = "Guests"
_LABELS = {
    "status": "Status, Estado, Statut",
    "topic": "Topic, Thema, Tema, Sujet",
    "when": "When, Uhrzeit, Hora, Heure",
    "location": "Location, Ort, Lugar, Lieu",
    "url": "Register, Anmeldung, Inscripci\u00f3n, Inscription",
    "recording": "Recording, Aufzeichnung, Grabaci\u00f3n, Enregistrement",
    "agenda": "Agenda, Ablauf, Programa, Programme",
    "links": "Links, Enlaces, Liens",
}
"""The labels of the house style, in all languages in which it is written: pages are mixed."""
_FIELD_OF = {label: field for field, labels in _LABELS.items() for label in labels.split(", ")}
_HEADING = regex(r"#{1,6}[ \t]++([^:]++):[ \t]*+(\S.*)\Z")
# A formatter's canonical form has a quotation's mark before the bullet's.
_ITEM = regex(r"(> )?- (\S.*)\Z")
_LISTS = ("agenda", "links")
_WITHIN, _BELOW = "  ", "    "
_NUMBERED = regex(r"1\. ")
_NESTED = regex(r"    \* (\S.*)\Z")
_REFERENCE = regex(r"&#([0-9]{1,7});")
_LINKED = regex(rf"\[([^\[\]]+)\]\((https?://(?!\)){URL})\)(.*)\Z")
_LABELLED = regex(rf"({'|'.join(_FIELD_OF)}):[ ]{{1,2}}(\S.*)\Z")
_ROLE_AND_AFFILIATION = regex(r"(?: \((?P<role>[^()]+)\))?(?:, (?P<affiliation>\S.*))?\Z")
_UNLINKED = regex(r"(?P<name>[^,(]*[^,( ])(?P<rest>(?: \([^()]+\))?(?:, .*)?)\Z")
_SURROGATES = range(0xD800, 0xE000)


@dataclass
class _Item:
    """A bullet with those below it; `apart` if there is an empty line between. `lines` are all that it says."""

    text: str
    nested: list[str] = field(default_factory=list)
    apart: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def is_flat(self) -> bool:
        """Tell whether nothing is below it but those bullets."""
        return len(self.nested) == sum(bool(line.strip()) for line in self.lines[1:])


def read_house(section: str, date: str) -> dict[str, Any] | None:
    """Read what a section says in the house style, as far as it is written in it; None if it is not.

    `date` is its date as the house style writes it; its heading may have that in other words.
    """
    first, *rest = with_newline(section, "\n").split("\n")
    heading = _HEADING.match(first)
    if heading is None or not (heading[1] == date or _is_date(heading[1])):
        return None
    items = list(_items(rest))
    if any(line.strip() for line in rest) and not items:
        return None
    fields: dict[str, Any] = {}
    paragraphs: list[_Item] = []
    for item in items:
        found = _labelled(item, fields)
        if found is None:
            paragraphs.append(item)
        else:
            fields |= found
    # With a topic, the heading names the series.
    topic = fields.pop("topic", None)
    named = decoded(heading[2])
    fields |= {"title": topic, "series": named} if topic else {"title": named}
    fields |= _described(paragraphs, has_agenda="agenda" in fields)
    return {name: value for name, value in fields.items() if value is not None}


def _is_date(text: str) -> bool:
    found = (find_date(words) for words in (text, *in_english(text)))
    return any(one is not None and one.leading and not one.title for one in found)


def _date_in(text: str) -> str | None:
    found = (one.date for words in (text, *in_english(text)) if (one := find_date(words)))
    return next(found, None)


def _items(lines: list[str]) -> Iterator[_Item]:
    item: _Item | None = None
    blank = False
    for line in lines:
        if match := _ITEM.match(line):
            if item:
                yield item
            text = (match[1] or "") + match[2]
            item = _Item(text, lines=[text])
        elif item:
            if not line.strip() or line.startswith(_WITHIN if _NUMBERED.match(item.text) else _BELOW):
                item.lines.append(line.removeprefix(_WITHIN))
            if match := _NESTED.match(line):
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
    if label and not item.nested and (field := _FIELD_OF[label[1]]) not in (*known, *_LISTS):
        return _one_line(field, label[2])
    above = _FIELD_OF.get(item.text.removesuffix(":")) if item.text.endswith(":") and item.nested else None
    if above == "agenda":
        return {"agenda": tuple(map(source_line, item.nested))}
    if above == "links" and all(links := [_LINKED.match(entry) for entry in item.nested]):
        return {"links": tuple(Link(label=decoded(link[1]), url=link[2]) for link in links if link)}
    # A paragraph may end with a colon too, but its bullets come after an empty line.
    if item.text.endswith(":") and item.nested and not item.apart and "people" not in known:
        name = decoded(item.text[:-1])
        people = tuple(map(read_person, item.nested))
        return {"people_label": None if name == _DEFAULT_LABEL else name, "people": people}
    return None


def _one_line(field: str, value: str) -> dict[str, Any]:
    match field:
        case "url" | "recording":
            link = _LINKED.match(value)
            return {field: link[2]} if link else {}
        case "status":
            said = read_said(decoded(value))
            was = _date_in(said.was) if said and said.status == "rescheduled" else None
            return {"status": said.status if said else None, "previous_date": was}
    return {field: decoded(value)}


def _described(paragraphs: list[_Item], *, has_agenda: bool) -> dict[str, Any]:
    if not paragraphs:
        return {}
    fields: dict[str, Any] = {}
    *others, last = paragraphs
    if last.nested and last.is_flat and not has_agenda:
        fields["agenda"] = tuple(map(source_line, last.nested))
        paragraphs = [*others, _Item(last.text, lines=[last.text])]
    elif has_agenda and not any(line.strip() for line in last.lines[1:]):
        # Below a paragraph the agenda would need no name, so these are bullets of a description without paragraphs.
        bullets = ("\n  ".join(item.lines) for item in paragraphs)
        return {"description": source("".join(f"- {bullet}\n" for bullet in bullets))}
    return fields | {"description": source("\n\n".join("\n".join(item.lines) for item in paragraphs))}


def read_person(markdown: str) -> Person:
    """Read `[Name](https://...) (role), Affiliation`, of which all but the name may be missing."""
    if linked := _LINKED.match(markdown):
        name, url, rest = linked[1], linked[2], linked[3]
    else:
        parts = _UNLINKED.match(markdown)
        name, url, rest = (parts["name"], None, parts["rest"]) if parts else (markdown, None, "")
    more = _ROLE_AND_AFFILIATION.match(rest)
    if more is None:
        return Person(name=decoded(markdown))
    role, affiliation = (decoded(value) if value else None for value in more.group("role", "affiliation"))
    return Person(name=decoded(name), url=url, role=role, affiliation=affiliation)


def decoded(markdown: str) -> str:
    """Turn decimal character references, as Almanac writes them, back into what was typed."""

    def character(reference: re.Match[str]) -> str:
        code = int(reference[1])
        return chr(code) if code <= sys.maxunicode and code not in _SURROGATES else reference[0]

    return _REFERENCE.sub(character, markdown)
