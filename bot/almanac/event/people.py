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
# A person's name, as far as its shape tells: two to four words with capitals, and `van` or the like.
_WORD = r"(?=[^\W\d_a-z])[^\W\d_][\w'\u2019.-]*"
_PARTICLE = r"(?!(?:and|at|for|of|the)\b)[a-z]{2,3}"
PERSON_NAME = rf"(?!(?:The|A|An|How|What|Why|In|On|Of)\b){_WORD}(?:[ ](?:{_PARTICLE}[ ])?{_WORD}){{1,3}}"
NAMES = re.compile(rf"{PERSON_NAME}(?:(?:,[ ](?:and[ ])?|[ ](?:and|&)[ ]){PERSON_NAME})*")
"""One or more names, as in a sentence."""
PERSON = re.compile(rf"{PERSON_NAME}(?:[ ]\([^()]+\)|,[ ]\S.*)?")
"""A name, perhaps with an affiliation."""
# A name on GitHub, which shows it in an issue as a link to the person.
_HANDLE = r"@(?P<handle>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})"
_NAMED = re.compile(_HANDLE)
# What may follow a name, linked or not, in place of a comma and an affiliation.
_IN_BRACKETS = re.compile(r"(?P<name>[^()]*\S)\s+\((?P<more>[^()]+)\)")
_AFTER_DASH = re.compile(rf"(?P<name>{PERSON_NAME})\s+[-\u2013\u2014]\s+(?P<more>\S.*)")
_AFTER_LINK = re.compile(r"\((?P<brackets>[^()]+)\)|[-\u2013\u2014]\s+(?P<dashed>\S.*)")
_BETWEEN = re.compile(r";(?:\s+|\Z)")
_AND = re.compile(r"(?<!\s),?\s+and\s+")
_ONE_OF_SEVERAL = re.compile(rf"(?:{PERSON_NAME}|\[[^\[\]]+\]\([^()\s]+\))(?:\s+\([^()]+\))?|{_HANDLE}")
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

    They are `[Name](https://...), Affiliation`, `Name | Affiliation | https://...` and `Name, Affiliation`, where a
    dash or brackets may be in place of the comma. Later parts may be missing. Several on a line are separated by `;`,
    or by `and` where each of them is a name for certain. Every one that cannot be read is a problem of its own.
    """
    lines = (_NUMBER.sub("", line) for line in entries(text))
    return _read_lines("people", [person for line in lines for person in _people_of(line)], _person)


def read_links(text: str) -> tuple[tuple[Link, ...], list[Problem]]:
    """Read links, one a line: `[Text](https://...)`, `Text | https://...`, or a bare `https://...`."""
    return _read_lines("links", [_NUMBER.sub("", line) for line in entries(text)], _link)


def _read_lines(
    field: str, lines: list[str], read: Callable[[str], T | Problem]
) -> tuple[tuple[T, ...], list[Problem]]:
    if many := too_many(field, len(lines)):
        return (), [Problem(many)]
    results = [read(line) for line in lines]
    problems = [result for result in results if isinstance(result, Problem)]
    return tuple(result for result in results if not isinstance(result, Problem)), problems


def _people_of(line: str) -> list[str]:
    """Cut a line that names several people."""
    if "|" in line:
        return [line]
    people: list[str] = []
    for part in (part.strip() for part in _BETWEEN.split(line)):
        several = _AND.split(part)
        people += several if all(map(_ONE_OF_SEVERAL.fullmatch, several)) else [part]
    return [person for person in people if not is_blank(person)] or [line]


def _person(line: str) -> Person | Problem:
    name, affiliation, url, role = _person_parts(line)
    if handle := _NAMED.fullmatch(affiliation or name) if not url else None:
        url, affiliation = f"https://github.com/{handle['handle']}", ""
    if is_blank(name):
        return Problem(f"There is no name in this line. {_PERSON_SHAPE}", typed=line)
    if over := entry_too_long("name", name) or entry_too_long("affiliation", affiliation or role):
        return Problem(over, typed=line)
    if not url and _URL_START.search(f"{name} {affiliation}"):
        message = "A link belongs around the name, or in the third place."
        return Problem(f"{message} {_PERSON_SHAPE}", typed=line, accepted=_person_offer(line))
    try:
        address = check_url(url) if url else None
    except RefusedUrl as refused:
        return Problem(str(refused), typed=line, accepted=_person_offer(line))
    return Person(name=name, url=address, affiliation=None if is_blank(affiliation) else affiliation, role=role or None)


def _person_details(name: str, affiliation: str) -> tuple[str, str, str]:
    """Cut what follows a name in brackets or after a dash off: an affiliation, or what else is said of a person.

    What begins with a small letter is no affiliation (`moderator`, `she/her`); the house style shows a role so.
    """
    if not affiliation and (found := _AFTER_DASH.fullmatch(name)):
        return found["name"], found["more"], ""
    found = _IN_BRACKETS.fullmatch(name)
    if not found or _URL_START.search(name):
        return name, affiliation, ""
    if affiliation or found["more"][0].islower():
        return found["name"], affiliation, found["more"].strip()
    return found["name"], found["more"].strip(), ""


def _person_parts(line: str) -> tuple[str, str, str, str]:
    """Cut a line into name, affiliation, URL and role, whichever of the spellings it has."""
    found = _MARKDOWN_LINK.match(line)
    if found:
        rest = line[found.end() :].strip()
        if not rest or rest.startswith(","):
            return found[1].strip(), rest[1:].strip(), found[2], ""
        if after := _AFTER_LINK.fullmatch(rest):
            return found[1].strip(), (after["brackets"] or after["dashed"]).strip(), found[2], ""
    if "|" in line:
        name, *more = (part.strip() for part in line.split("|"))
        if len(more) == 1 and _URL_START.match(more[0]):
            return name, "", more[0], ""
        *middle, last = more
        return (name, " ".join(middle), last, "") if middle else (name, last, "", "")
    (name, _, affiliation), url = line.partition(","), ""
    before, _, last = affiliation.rpartition(",")
    if _URL_START.match(last.strip()):
        affiliation, url = before, last.strip()
    name, affiliation, role = _person_details(name.strip(), affiliation.strip())
    return name, affiliation, url, role


def _person_offer(line: str) -> str | None:
    """Write a line again in the first spelling, if all of it is there."""
    found = _URL.search(line)
    if not found or why_refused(found[0]):
        return None
    name = line[: found.start()].strip(" [](<|,")
    rest = line[found.end() :].lstrip(" )>,|")
    offer = f"[{name}]({found[0]})" + (f", {rest}" if rest else "")
    return offer if name and _person_parts(offer)[:3] == (name, rest, found[0]) else None


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
