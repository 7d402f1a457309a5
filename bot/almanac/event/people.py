"""Lines of people and of links, as volunteers type them."""

import re
from collections.abc import Callable
from typing import TypeVar

from almanac.errors import Problem
from almanac.event.model import Link, Person
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.text import entry_too_long, is_blank, too_many
from almanac.urls import RefusedUrl, check_url, host_of, why_refused

_PERSON_SHAPE = say("Write `Name, Affiliation` or `[Name](https://...), Affiliation`.")
_LINK_SHAPE = say("Write `[words](https://...)`.")
# A person's name, as far as its shape tells: two to four words with capitals, and `van` or the like.
_WORD = r"(?=[^\W\d_a-z])[^\W\d_][\w'\u2019.-]*"
_PARTICLE = r"(?!(?:and|at|by|for|in|of|on|or|the|to)\b)[a-z]{2,3}"
PERSON_NAME = rf"(?!(?:The|A|An|How|What|Why|In|On|Of)\b){_WORD}(?:[ ](?:{_PARTICLE}[ ])?{_WORD}){{1,3}}"
NAMES = regex(rf"{PERSON_NAME}(?:(?:,[ ](?:and[ ])?|[ ](?:and|&)[ ]){PERSON_NAME})*")
"""One or more names, as in a sentence."""
PERSON = regex(rf"{PERSON_NAME}(?:[ ]\([^()]+\)|,[ ]\S.*)?")
"""A name, perhaps with an affiliation."""
# A name on GitHub, which shows it in an issue as a link to the person.
_HANDLE = r"@(?P<handle>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})"
_NAMED = regex(_HANDLE)
# What may follow a name, linked or not, in place of a comma and an affiliation.
_IN_BRACKETS = regex(r"(?P<name>[^()]*\S)\s+\((?P<more>[^()]+)\)")
_DASH = r"[-\u2013\u2014@\u00b7\u2022]"
_AFTER_DASH = regex(rf"(?P<name>{PERSON_NAME}(?:\s\([^()]+\))?)\s+{_DASH}\s+(?P<more>\S.*)")
_AFTER_LINK = regex(rf"\((?P<brackets>[^()]+)\)|{_DASH}\s+(?P<dashed>\S.*)")
# Between people on one line: for certain, where each is a name, and where each is what no affiliation looks like.
_BETWEEN = regex(r";(?:\s+|\Z)|\u3001")
_AND = regex(r"(?<!\s),?\s+(?:and|&)\s+")
_ONE_OF_SEVERAL = regex(rf"(?:{PERSON_NAME}|\[[^\[\]]+\]\([^()\s]+\))(?:\s+\([^()]+\))?|{_HANDLE}")
_COMMA_OR_AND = regex(r"(?<!\s)(?:,\s+(?:(?:and|&)\s+)?|\s+(?:and|&)\s+|\s+(?=@))")
_SURELY_ONE = regex(rf"{PERSON_NAME}\s\([^()]+\)|{_HANDLE}")
_BRACKETS = regex(r"\([^()]*\)")
# What marks an item of a list, as typed or pasted from a word processor, and the box of a task.
_BULLET = regex(r"\A[-*+•◦▪▫●○■□‣⁃·–—➤►✓✔✅](?:\s+(?:\[[ xX]\]\s+)?|\Z)")  # noqa: RUF001 - bullets
_NUMBER = regex(r"\A[0-9]{1,3}[.)]\s+")
_TAB = regex(r"(?<=[^\s•◦▪●○·–*+-])[ ]*\t\s*(?=\S)")  # noqa: RUF001 - after a bullet it is none between cells
_TABLE_RULE = regex(r"[|\s:]*-{3}[-|\s:]*")
# The commas and so on of other scripts.
_OTHER_MARKS = str.maketrans({"，": ", ", "،": ", ", "；": "; ", "｜": "|", "（": " (", "）": ")"})  # noqa: RUF001
_EMPHASIS = regex(
    r"(?P<url>https?://[^\s()<>|,]+)|(?<![\w*])(?P<mark>\*{1,3}|_{1,3})(?=\S)(?P<words>[^*_]+)(?<=\S)(?P=mark)(?![\w*])",
    re.IGNORECASE,
)
# The label is everything before the last `](`, so that brackets in a name do no harm.
_MARKDOWN_LINK = regex(r"\[([^\n]*?)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_LINKED = regex(r"\[([^\[\]\n]*)\]\([^()\s]*\)")
_URL_START = regex(r"https?://", re.IGNORECASE)
_URL = regex(r"https?://[^\s()<>|,]+", re.IGNORECASE)

T = TypeVar("T", Person, Link)


def cells(typed: str) -> str:
    """Write bars for the tabs of lines that were copied from a table."""
    return "\n".join(_TAB.sub(" | ", _NUMBER.sub("", line)) if "\t" in line else line for line in typed.split("\n"))


def entries(text: str) -> list[str]:
    """Cut an answer into its lines; blank ones and the marks of a bulleted list go."""
    lines = (_BULLET.sub("", line.strip()) for line in text.split("\n"))
    return [line.strip() for line in lines if not is_blank(line)]


def _rows(text: str) -> list[str]:
    """Cut an answer into its lines as `entries` does, without numbers and emphasis; of a table, its rows."""
    lines: list[str] = []
    for line in entries(text.translate(_OTHER_MARKS)):
        if _TABLE_RULE.fullmatch(line) and lines and "|" in line:
            lines.pop()  # its head
            continue
        row = line[1:-1].strip() if line.startswith("|") and line.endswith("|") else line
        lines.append(_EMPHASIS.sub(lambda found: found["url"] or found["words"], _NUMBER.sub("", row)))
    return lines


def read_people(text: str) -> tuple[tuple[Person, ...], list[Problem]]:
    """Read people, one a line, in any of three spellings.

    They are `[Name](https://...), Affiliation`, `Name | Affiliation | https://...` and `Name, Affiliation`, where a
    dash or brackets may be in place of the comma. Later parts may be missing. Several on a line are separated by `;`,
    or by `and` or a comma where each of them is a person for certain. Every one that cannot be read is a problem of its
    own.
    """
    return _read_lines("people", [person for line in _rows(text) for person in _people_of(line)], _person)


def read_links(text: str) -> tuple[tuple[Link, ...], list[Problem]]:
    """Read links, one a line: `[Text](https://...)`, or the text before or after the address; or a bare address."""
    return _read_lines("links", [link for line in _rows(text) for link in _links_of(line)], _link)


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
        ends = [0, *(end for found in _COMMA_OR_AND.finditer(_hidden(part)) for end in found.span()), len(part)]
        several, listed = _AND.split(part), [part[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]
        is_named, is_listed = all(map(_ONE_OF_SEVERAL.fullmatch, several)), all(map(_SURELY_ONE.fullmatch, listed))
        people += several if is_named else listed if is_listed else [part]
    return [person for person in people if not is_blank(person)] or [line]


def _hidden(text: str) -> str:
    """Return a text of the same length in which brackets hold no mark."""
    return _BRACKETS.sub(lambda found: "\0" * len(found[0]), text)


def _person(line: str) -> Person | Problem:
    name, affiliation, url, role = _person_parts(line)
    if handle := _NAMED.fullmatch(name) or _NAMED.fullmatch(affiliation) if not url else None:
        url = f"https://github.com/{handle['handle']}"
        if handle.string == affiliation:
            affiliation = ""
        elif _IN_BRACKETS.fullmatch(line) and re.fullmatch(PERSON_NAME, affiliation):
            name, affiliation = affiliation, ""  # `@ada (Ada Lovelace)`
    if _LINKED.search(affiliation):
        return _two_links(line, name, affiliation, url)
    if is_blank(name):
        return Problem(say("There is no name in this line. {shape}", shape=_PERSON_SHAPE), typed=line)
    if over := entry_too_long("name", name) or entry_too_long("affiliation", affiliation or role):
        return Problem(over, typed=line)
    if not url and _URL_START.search(f"{name} {affiliation}"):
        message = say("A link belongs around the name, or in the third place.")
        return Problem(joined((message, _PERSON_SHAPE)), typed=line, accepted=_person_offer(line))
    try:
        address = check_url(url) if url else None
    except RefusedUrl as refused:
        return Problem(str(refused), typed=line, accepted=_person_offer(line))
    return Person(name=name, url=address, affiliation=None if is_blank(affiliation) else affiliation, role=role or None)


def _two_links(line: str, name: str, affiliation: str, url: str) -> Problem:
    """Say that a line has a second link: that of an affiliation, which has none, or another person's."""
    person = f"[{name}]({url})" if url else name
    without = f"{person}, {_LINKED.sub(lambda found: found[1], affiliation)}"
    message = say(
        "One person has one link, around the name. Write an affiliation without a link, and each person on a line."
    )
    if _LINKED.fullmatch(affiliation):
        return Problem(message, typed=line, choices=(f"{person}\n{affiliation}", without))
    return Problem(message, typed=line, accepted=without)


def _person_details(name: str, affiliation: str) -> tuple[str, str, str]:
    """Cut what follows a name in brackets or after a dash off: an affiliation, or what else is said of a person.

    What begins with a small letter is no affiliation (`moderator`, `she/her`); the house style shows a role so.
    """
    if not affiliation and (found := _AFTER_DASH.fullmatch(name)):
        name, affiliation = found["name"], found["more"]
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
    comma = _hidden(f"{line},").index(",")
    name, affiliation, url = line[:comma], line[comma + 1 :], ""
    before, _, last = affiliation.rpartition(",")
    if _URL_START.match(last.strip()):
        affiliation, url = before, last.strip()
    elif not affiliation and (found := _URL.search(line)) and not line[found.end() :].strip(" )>"):
        name, url = line[: found.start()].rstrip(" (<:\u2013\u2014-"), found[0]
    name, affiliation, role = _person_details(name.strip(), affiliation.strip())
    return name, affiliation, url, role


def _person_offer(line: str) -> str | None:
    """Write a line again in the first spelling, if all of it is there."""
    found = _URL.search(line)
    if not found or why_refused(found[0]):
        return None
    name, _, affiliation = line[: found.start()].strip(" [](<|,\u2013\u2014-").partition(",")
    rest = ", ".join(filter(None, (affiliation.strip(), line[found.end() :].lstrip(" )>,|"))))
    offer = f"[{name}]({found[0]})" + (f", {rest}" if rest else "")
    return offer if name and _person_parts(offer)[:3] == (name, rest, found[0]) and "[" not in name else None


def _links_of(line: str) -> list[str]:
    """Cut a line that holds several links and nothing else."""
    links = [found[0] for found in _LINKED.finditer(line)]
    if len(links) > 1 and _LINKED.sub("", line).replace("and", "").strip(" ,;|&\u00b7\u2022") == "":
        return links
    addresses = re.split(r"[\s,;]+", line)
    return addresses if all(map(_URL_START.match, addresses)) else [line]


def _link(line: str) -> Link | Problem:
    label, url = _link_parts(line)
    try:
        address = check_url(url)
    except RefusedUrl as refused:
        is_link = bool(label or _URL_START.match(line))
        reason = (
            str(refused)
            if is_link
            else say("A link is its words in square brackets, and then its address. {shape}", shape=_LINK_SHAPE)
        )
        return Problem(reason, typed=line, accepted=_link_offer(line, label, url))
    label = host_of(address) if is_blank(label) else label
    over = entry_too_long("label", label)
    return Problem(over, typed=line) if over else Link(label=label, url=address)


def _link_parts(line: str) -> tuple[str, str]:
    """Cut a line into words and address, whichever of them comes first; all of it is the address if that is unclear."""
    if found := _MARKDOWN_LINK.fullmatch(line.removeprefix("!")):
        return found[1].strip(), found[2]
    first, bar, last = line.rpartition("|")
    if bar:
        label, url = (last, first) if _URL_START.match(first) else (first, last)
        return label.strip(), url.strip()
    addresses = [*_URL.finditer(line)]
    if len(addresses) == 1:
        sides = [_label(side) for side in (line[: addresses[0].start()], line[addresses[0].end() :])]
        if not all(sides):
            return "".join(sides), addresses[0][0]
    return "", line


def _label(words: str) -> str:
    return " ".join(re.sub(r"[\[\]()<>]", " ", words).split()).strip(" ,:;\u2013\u2014-")


def _link_offer(line: str, label: str, url: str) -> str | None:
    """Write a line again as `[text](https://...)`, if both are there, or an address as one."""
    found = _URL.search(line)
    before = _label(line[: found.start()]) if found else ""
    if found and before and not line.startswith("!"):
        return f"[{before}]({found[0]})" if not why_refused(found[0]) else None
    whole = f"https://{url}"
    return None if why_refused(whole) else f"[{label}]({whole})" if label else whole
