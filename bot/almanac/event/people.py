"""Lines of people and of links, as volunteers type them."""

import re

from almanac.errors import Problem
from almanac.event.model import Link, Person
from almanac.text import RefusedUrl, check_url, entry_too_long, host_of, refusal, too_many

PERSON_EXAMPLE = "[Ada Lovelace](https://example.org/ada), Analytical Society"
LINK_EXAMPLE = "[Slides](https://example.org/slides.pdf)"
_BULLET = re.compile(r"\A[-*+•]\s+")
_NUMBER = re.compile(r"\A[0-9]{1,3}[.)]\s+")
# The label is everything before the last `](`, so that brackets in a name do no harm.
_MARKDOWN_LINK = re.compile(r"\[([^\n]*?)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_URL_START = re.compile(r"https?://", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s()<>|,]+", re.IGNORECASE)


def entries(text: str) -> list[str]:
    """Cut an answer into its lines; blank ones and the marks of a bulleted list go."""
    lines = (_BULLET.sub("", line.strip()) for line in text.split("\n"))
    return [line.strip() for line in lines if line.strip()]


def read_people(text: str) -> tuple[tuple[Person, ...], list[Problem]]:
    """Read people, one a line, in any of three spellings.

    They are `[Name](https://...), Affiliation`, `Name | Affiliation | https://...` and `Name, Affiliation`. Later parts
    may be missing. Every line that cannot be read is a problem of its own.
    """
    people: list[Person] = []
    problems: list[Problem] = []
    lines = [_NUMBER.sub("", line) for line in entries(text)]
    many = too_many("people", len(lines))
    for line in [] if many else lines:
        person = _person(line)
        if isinstance(person, Problem):
            problems.append(person)
        else:
            people.append(person)
    return tuple(people), [Problem(many)] if many else problems


def _person(line: str) -> Person | Problem:
    name, affiliation, url = _parts(line)
    if not name:
        return Problem("There is no name in this line.", typed=line, accepted=PERSON_EXAMPLE)
    for part, value in (("name", name), ("affiliation", affiliation)):
        over = entry_too_long(part, value)
        if over:
            return Problem(over.replace("This is", f"The {part} is"), typed=line)
    if not url and _URL_START.search(f"{name} {affiliation}"):
        message = "A link can only stand around the name, or in the third place."
        return Problem(message, typed=line, accepted=_person_offer(line))
    try:
        address = check_url(url) if url else None
    except RefusedUrl as refused:
        return Problem(refused.reason, typed=line, accepted=_person_offer(line))
    return Person(name=name, url=address, affiliation=affiliation or None)


def _person_offer(line: str) -> str:
    """Write a line anew in the first spelling, if all of it is there."""
    found = _URL.search(line)
    if not found or refusal(found[0]) is not None:
        return PERSON_EXAMPLE
    name = line[: found.start()].strip(" [](<|,")
    rest = line[found.end() :].lstrip(" )>,|")
    offer = f"[{name}]({found[0]})" + (f", {rest}" if rest else "")
    return offer if name and _parts(offer) == (name, rest, found[0]) else PERSON_EXAMPLE


def _parts(line: str) -> tuple[str, str, str]:
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


def read_links(text: str) -> tuple[tuple[Link, ...], list[Problem]]:
    """Read links, one a line: `[Text](https://...)`, `Text | https://...`, or a bare `https://...`."""
    links: list[Link] = []
    problems: list[Problem] = []
    lines = [_NUMBER.sub("", line) for line in entries(text)]
    many = too_many("links", len(lines))
    for line in [] if many else lines:
        link = _link(line)
        if isinstance(link, Problem):
            problems.append(link)
        else:
            links.append(link)
    return tuple(links), [Problem(many)] if many else problems


def _link(line: str) -> Link | Problem:
    found = _MARKDOWN_LINK.fullmatch(line)
    label, _, url = line.rpartition("|") if not found else (found[1], "", found[2])
    try:
        address = check_url(url.strip())
    except RefusedUrl as refused:
        whole = bool(found or label or _URL_START.match(line))
        reason = refused.reason if whole else "A link is written as its words in square brackets and then its address."
        return Problem(reason, typed=line, accepted=_link_offer(line))
    label = label.strip() or host_of(address)
    over = entry_too_long("label", label)
    return Problem(over.replace("This is", "The text is"), typed=line) if over else Link(label=label, url=address)


def _link_offer(line: str) -> str:
    """Write a line anew as `[text](https://...)`, if both are there."""
    found = _URL.search(line)
    label = " ".join(re.sub(r"[\[\]()<>|]", " ", line[: found.start()]).split()).rstrip(" ,:;-") if found else ""
    offer = f"[{label}]({found[0]})" if found and label else ""
    read = _MARKDOWN_LINK.fullmatch(offer)
    return offer if read and refusal(read[2]) is None else LINK_EXAMPLE
