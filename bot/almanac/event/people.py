"""Lines of people and of links, as volunteers type them."""

import re
from collections.abc import Callable
from typing import TypeVar

from almanac.errors import Problem
from almanac.event.model import Link, Person
from almanac.text import entry_too_long, is_blank, too_many
from almanac.urls import RefusedUrl, check_url, host_of, why_refused

_PERSON_SHAPE = "Write `Name, Affiliation` or `[Name](https://...), Affiliation`."
_LINK_SHAPE = "Write `[words](https://...)`."
_BULLET = re.compile(r"\A[-*+•]\s+")
_NUMBER = re.compile(r"\A[0-9]{1,3}[.)]\s+")
# The label is everything before the last `](`, so that brackets in a name do no harm.
_MARKDOWN_LINK = re.compile(r"\[([^\n]*?)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_URL_START = re.compile(r"https?://", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s()<>|,]+", re.IGNORECASE)

T = TypeVar("T", Person, Link)


def entries(text: str) -> list[str]:
    """Cut an answer into its lines; blank ones and the marks of a bulleted list go."""
    lines = (_BULLET.sub("", line.strip()) for line in text.split("\n"))
    return [line.strip() for line in lines if not is_blank(line)]


def read_people(text: str) -> tuple[tuple[Person, ...], list[Problem]]:
    """Read people, one a line, in any of three spellings.

    They are `[Name](https://...), Affiliation`, `Name | Affiliation | https://...` and `Name, Affiliation`. Later parts
    may be missing. Every line that cannot be read is a problem of its own.
    """
    return _read_lines("people", text, _person)


def read_links(text: str) -> tuple[tuple[Link, ...], list[Problem]]:
    """Read links, one a line: `[Text](https://...)`, `Text | https://...`, or a bare `https://...`."""
    return _read_lines("links", text, _link)


def _read_lines(field: str, text: str, read: Callable[[str], T | Problem]) -> tuple[tuple[T, ...], list[Problem]]:
    lines = [_NUMBER.sub("", line) for line in entries(text)]
    if many := too_many(field, len(lines)):
        return (), [Problem(many)]
    results = [read(line) for line in lines]
    problems = [result for result in results if isinstance(result, Problem)]
    return tuple(result for result in results if not isinstance(result, Problem)), problems


def _person(line: str) -> Person | Problem:
    name, affiliation, url = _person_parts(line)
    if is_blank(name):
        return Problem(f"There is no name in this line. {_PERSON_SHAPE}", typed=line)
    if over := entry_too_long("name", name) or entry_too_long("affiliation", affiliation):
        return Problem(over, typed=line)
    if not url and _URL_START.search(f"{name} {affiliation}"):
        message = "A link belongs around the name, or in the third place."
        return Problem(f"{message} {_PERSON_SHAPE}", typed=line, accepted=_person_offer(line))
    try:
        address = check_url(url) if url else None
    except RefusedUrl as refused:
        return Problem(str(refused), typed=line, accepted=_person_offer(line))
    return Person(name=name, url=address, affiliation=None if is_blank(affiliation) else affiliation)


def _person_parts(line: str) -> tuple[str, str, str]:
    """Cut a line into name, affiliation and URL, whichever of the spellings it has."""
    found = _MARKDOWN_LINK.match(line)
    if found:
        rest = line[found.end() :].strip()
        if not rest or rest.startswith(","):
            return found[1].strip(), rest[1:].strip(), found[2]
    if "|" in line:
        name, *more = (part.strip() for part in line.split("|"))
        if len(more) == 1 and _URL_START.match(more[0]):
            return name, "", more[0]
        *middle, last = more
        return (name, " ".join(middle), last) if middle else (name, last, "")
    name, _, affiliation = line.partition(",")
    before, _, last = affiliation.rpartition(",")
    if _URL_START.match(last.strip()):
        return name.strip(), before.strip(), last.strip()
    return name.strip(), affiliation.strip(), ""


def _person_offer(line: str) -> str | None:
    """Write a line again in the first spelling, if all of it is there."""
    found = _URL.search(line)
    if not found or why_refused(found[0]):
        return None
    name = line[: found.start()].strip(" [](<|,")
    rest = line[found.end() :].lstrip(" )>,|")
    offer = f"[{name}]({found[0]})" + (f", {rest}" if rest else "")
    return offer if name and _person_parts(offer) == (name, rest, found[0]) else None


def _link(line: str) -> Link | Problem:
    found = _MARKDOWN_LINK.fullmatch(line)
    label, _, url = line.rpartition("|") if not found else (found[1], "", found[2])
    try:
        address = check_url(url.strip())
    except RefusedUrl as refused:
        is_link = bool(found or label or _URL_START.match(line))
        reason = (
            str(refused) if is_link else f"A link is its words in square brackets, and then its address. {_LINK_SHAPE}"
        )
        return Problem(reason, typed=line, accepted=_link_offer(line))
    label = host_of(address) if is_blank(label) else label.strip()
    over = entry_too_long("label", label)
    return Problem(over, typed=line) if over else Link(label=label, url=address)


def _link_offer(line: str) -> str | None:
    """Write a line again as `[text](https://...)`, if both are there."""
    found = _URL.search(line)
    label = " ".join(re.sub(r"[\[\]()<>|]", " ", line[: found.start()]).split()).rstrip(" ,:;-") if found else ""
    offer = f"[{label}]({found[0]})" if found and label else ""
    read = _MARKDOWN_LINK.fullmatch(offer)
    return offer if read and not why_refused(read[2]) else None
