"""What pages call the fields of an event, in labels and above the columns of tables.

Pieces of section templates that are written alike in lines and in cells.

How the first lines of a page's sections are put together: the date, the title, and what stands around them.

What stands below the first lines of a page's sections: labelled lines, paragraphs, nested lists.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import fmean
from typing import Literal, TypeVar

from almanac.dates import example_of, find_date, has_year
from almanac.page.outline import Section
from almanac.page.syntax import MAX_START, plain

_CALLED = {
    "title": "topic, title, event, talk, name, subject, theme, session, what, presentation, headline",
    "series": "series, track, category, programme series, kind, type",
    "date": "date, day",
    "when": "when, time, times, date and time, time and date, start time, starts",
    "location": "where, location, place, venue, room, address",
    "url": "register, registration, rsvp, sign up, signup, sign-up, tickets, join, link, meeting link, website, "
    "details",
    "people": "speaker, speakers, speaker(s), guest, guests, guest(s), presenter, presenters, presenter(s), host, "
    "hosts, panel, panelists, panellists, people, who, participants, by, with, lead, leader, facilitator, "
    "facilitators, author, authors",
    "affiliation": "affiliation, affiliations, organisation, organization, company, institution, employer",
    "description": "description, abstract, summary, about, notes, comments, comment",
    "agenda": "agenda, schedule, programme, program, outline, topics",
    "links": "links, resources, materials, material, slides, slide deck, references, further reading, read more, more",
    "recording": "recording, recordings, video, videos, watch, replay",
    "status": "status, state",
}
_FIELD_OF = {name: field for field, names in _CALLED.items() for name in names.split(", ")}


def field_of(label: str) -> str | None:
    """Return the field that a page means by a label or a column's name, or None.

    `affiliation` is that of the people; it is no field of an event's own.
    """
    return _FIELD_OF.get(" ".join(label.casefold().split()).rstrip(":"))


CHANGED = "{% if status and status != 'scheduled' %} ({{ status }}){% endif %}"
"""Says behind a title that an event was cancelled or the like, where there is no other place for it."""
ALL_LINKS = "{% for entry in links %}{{ entry.label | link(entry.url) }}{% if not loop.last %}, {% endif %}{% endfor %}"
PROSE = (
    "{% for paragraph in description | blocks %}{{ paragraph.text }}"
    "{% for bullet in paragraph.bullets %} \u2022 {{ bullet }}{% endfor %}"
    "{% if not loop.last %} {% endif %}{% endfor %}"
)
"""A description in one line."""


def example_for(words: Sequence[str], sections: Sequence[Section], *, year_elsewhere: bool = False) -> str:
    """Choose how dates are written.

    The year is left out only where it is said elsewhere: by the headings that all entries stand under, or by a column.

    Args:
        words: Dates as they stand on the page.
        sections: The entries.
        year_elsewhere: Whether a column says it.
    """
    year_elsewhere = year_elsewhere or all(section.period is not None for section in sections)
    if not year_elsewhere:
        words = [word for word in words if has_year(word)] or words
    return example_of(words, with_year=not year_elsewhere) or "November 8, 2021"


def address(field: str, words: str) -> str:
    """Write a link: with words that are always the same, bare (`<>`), or under the name of its site (no words)."""
    if words == "<>":
        return f"<{{{{ {field} | url }}}}>"
    return f"[{words}]({{{{ {field} | url }}}})" if words else f"{{{{ {field} | host | link({field}) }}}}"


def inline_people(*, affiliations: bool) -> str:
    """Write all people in one line."""
    more = "{% if person.affiliation %} ({{ person.affiliation | text }}){% endif %}" if affiliations else ""
    return (
        f"{{% for person in people %}}{{{{ person.name | link(person.url) }}}}{more}"
        "{% if not loop.last %}, {% endif %}{% endfor %}"
    )


Linked = Literal["", "date", "title", "all"]

_MARK = re.compile(r"[ ]{0,3}(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?")
_CLOSED_HEADING = re.compile(r"[ \t]+#+[ \t]*\Z")
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_WEEKDAY_BEFORE = re.compile(rf"\b{_WEEKDAY}\.?,?[ ]\Z", re.IGNORECASE)
_WEEKDAY_AFTER = re.compile(rf",?[ ]\(?{_WEEKDAY}\)?(?![A-Za-z])", re.IGNORECASE)
# Closing emphasis is followed by a separator, opening emphasis by a word.
_SEPARATOR = r"[ \t:;,.|\u2013\u2014\u00b7\u2022/~@)\]>=-]"
_AFTER_DATE = re.compile(rf"(?:{_SEPARATOR}|[*_]+(?={_SEPARATOR}))*")
_BEFORE_DATE = re.compile(r"(?:[ \t:;,.|(\[\u2013\u2014\u00b7\u2022/~@-]|(?:(?<=[\w.!?])[*_]+))*\Z")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_LINK_END = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_MORE_LINK = re.compile(rf"(?P<before>[ \t]+[(\[]?){_LINK.pattern}(?P<after>[)\]]?)[ \t]*\Z")
_BY = re.compile(r"(?P<title>.*[^\s,])(?P<by>,?[ ](?:by|with)[ ])(?=\S)(?P<names>.*)\Z")
_NAMES = re.compile(r"(?:\b(?:by|with|and)|[,&])\Z")
_PAIRS = ("***", "**", "__", "*", "_", '"', "'", "\u201c\u201d")
_BRACES = re.compile(r"[{}<>`\\]")


@dataclass(frozen=True)
class Start:
    """How first lines are put together, the title's and the date's own words aside.

    Attributes:
        lead: What stands before the first of the two, such as `### ` or `- **`.
        middle: What stands between them.
        tail: What stands behind the second, or behind the date where there is no title.
        date_first: Which of the two is the first.
        titled: Whether there is a title at all.
        linked: Which of the two leads somewhere.
        more: The words of one more link at the end of the line, as in `([video](https://...))`.
        more_around: What stands before and behind that link.
        by: What stands between a title and the people, as in `Title by Name`; empty where no people stand there.
    """

    lead: str
    middle: str = ""
    tail: str = ""
    date_first: bool = True
    titled: bool = True
    linked: Linked = ""
    more: str = ""
    more_around: tuple[str, str] = ("", "")
    by: str = ""


@dataclass(frozen=True)
class Seen:
    """One section's first line: how it is put together, its date's words, and the section."""

    start: Start
    words: str
    section: Section


def most_common(sections: Sequence[Section]) -> list[Seen]:
    """Return the first lines of the largest number of sections that are put together alike; there may be none."""
    seen = [found for section in sections if (found := _seen(section))]
    alike = Counter(replace(one.start, more="", more_around=("", "")) for one in seen)
    if not alike:
        return []
    most = alike.most_common(1)[0][0]
    return [one for one in seen if replace(one.start, more="", more_around=("", "")) == most]


def mark_of(section: Section) -> str:
    """Return the mark with which a section begins, such as `### ` or `* `; nothing for an underlined heading."""
    found = _MARK.match(first_line(section))
    return found[0] if found else ""


def first_line(section: Section) -> str:
    """Return a section's first line."""
    return re.split(r"\r\n?|\n", section.text, maxsplit=1)[0]


def date_words(section: Section) -> str:
    """Return the date in a section's first line as a reader sees it."""
    line = first_line(section)
    mark = _MARK.match(line)
    found = find_date(plain(line[mark.end() if mark else 0 :][:MAX_START]))
    words = found.words if found else ""
    return words if "(" in words else words.rstrip(")")


def _seen(section: Section) -> Seen | None:
    line = first_line(section).rstrip()
    words = date_words(section)
    closing = _CLOSED_HEADING.search(line) if section.style.kind == "atx" else None
    rest = line[: closing.start()] if closing else line
    more = _MORE_LINK.search(rest)
    # A link that is all there is beside the date is the title, and one behind "by" a person.
    if more and re.search(r"\w.*\w", _without(rest[: more.start()], words)) and not _NAMES.search(rest[: more.start()]):
        rest = rest[: more.start()]
    else:
        more = None
    span = _date_span(rest, words)
    if span is None:
        return None
    by = _by(rest, span[1]) if section.style.family == "bullet" else None
    start = _taken_apart(rest[: by.end("title")] if by else rest, *span)
    if start is None or _BRACES.search(start.lead + start.middle + start.tail):
        return None
    if closing:
        start = replace(start, tail=start.tail + closing[0].rstrip())
    if by and start.date_first and start.titled:
        start = replace(start, by=by["by"])
    if more:
        start = replace(start, more=more[2], more_around=(more["before"], more["after"]))
    return Seen(start, rest[slice(*span)], section)


def _by(line: str, start: int) -> re.Match[str] | None:
    """Find the people behind a title, unless marks that open before them close behind them."""
    found = _BY.match(line, start)
    names = found["names"] if found else ""
    odd = any(names.count(mark) % 2 for mark in ("**", "*", "__", "_", '"'))
    uneven = any(names.count(opening) != names.count(closing) for opening, closing in ("[]", "()", "\u201c\u201d"))
    return None if odd or uneven else found


def _without(line: str, words: str) -> str:
    mark = _MARK.match(line)
    return line[mark.end() if mark else 0 :].replace(words, "", 1)


def _date_span(line: str, words: str) -> tuple[int, int] | None:
    """Return where a date begins and ends in the Markdown of a line, a weekday at either side included."""
    start = line.find(words) if words else -1
    if start < 0:
        return None
    end = start + len(words)
    if before := _WEEKDAY_BEFORE.search(line[:start]):
        start = before.start()
    elif (after := _WEEKDAY_AFTER.match(line, end)) and "(" not in after[0]:
        end = after.end()
    return start, end


def _taken_apart(line: str, start: int, end: int) -> Start | None:
    before, after = line[:start], line[end:]
    mark = _MARK.match(before)
    lead = mark[0] if mark else ""
    if re.search(r"\w", _bare(before[len(lead) :])) is None:
        return _date_first(before, after)
    return _title_first(lead, before[len(lead) :], after)


def _bare(text: str) -> str:
    """Drop the few words that may stand before a date."""
    return re.sub(r"\b(?:on|the|date|when|week of)\b|_", "", text, flags=re.IGNORECASE)


def _date_first(before: str, after: str) -> Start | None:
    linked: Linked = ""
    if before.endswith("["):
        end = _LINK_END.match(after)
        if end:
            before, after, linked = before[:-1], after[end.end() :], "date"
        elif whole := _LINK.fullmatch(f"[{after}"):
            before, after, linked = before[:-1], whole[1], "all"
        elif not after.startswith("]"):
            return None
    found = _AFTER_DATE.match(after)
    middle = found[0] if found else ""
    title = after[len(middle) :]
    if not title:
        return Start(before, "", middle.rstrip(), titled=False, linked=linked)
    if not linked and (link := _LINK.fullmatch(title)):
        title, linked = link[1], "title"
    opening, tail = _wrapped(title, before + middle)
    return Start(before, middle + opening, tail, linked=linked)


def _title_first(lead: str, title: str, after: str) -> Start | None:
    linked: Linked = ""
    found = _BEFORE_DATE.search(title)
    middle = found[0] if found else ""
    title = title[: len(title) - len(middle)]
    if re.search(r"\w", after):
        return None
    if link := _LINK.fullmatch(title):
        title, linked = link[1], "title"
    opening, closing = _wrapped(title + middle[: len(middle) - len(middle.lstrip("*_"))], "")
    if opening:
        middle = middle.lstrip("*_")
    return Start(lead + opening, closing + middle, after, date_first=False, linked=linked)


def _wrapped(title: str, before: str) -> tuple[str, str]:
    """Return the marks around a title: its own, or the closing half of those that open before it."""
    for pair in _PAIRS:
        opening, closing = (pair[0], pair[-1]) if len({*pair}) > 1 else (pair, pair)
        if title.endswith(closing) and len(title) > len(opening + closing):
            if title.startswith(opening):
                return opening, closing
            if pair in ("***", "**", "__") and before.count(pair) % 2:
                return "", closing
    return "", ""


Prose = Literal["paragraph", "bullet"]
H = TypeVar("H", bound=Hashable)
_Match = Callable[[str], re.Match[str] | None]

_LINE = re.compile(r"\r\n?|\n")
_LABELLED = re.compile(
    r"(?P<mark>[-*+][ \t]+)?(?P<emphasis>\*\*|__|\*|_)?(?P<label>[A-Za-z][A-Za-z &/()-]{1,29}?)"
    r"(?P<close>:(?:\*\*|__|\*|_)?|(?:\*\*|__|\*|_):)(?P<space>[ \t]+|\Z)(?P<value>.*)"
)
_ITEM = re.compile(r"(?P<indent>[ \t]+)(?P<mark>[-*+][ \t]+)\S")
_BULLET = re.compile(r"[-*+][ \t]+")
_TITLE_MARK = re.compile(r"(?:[-*+]|#{1,6})[ \t]+")
_BREAK = re.compile(r"(?:[ ]{2,}|\\|<br[ ]?/?>)\Z")
_LINKED = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)\Z")
_AUTOLINK = re.compile(r"<https?://[^<>\s]+>\Z")


@dataclass(frozen=True)
class Manner:
    """How a labelled line is written: `{mark}{emphasis}{label}{close}{space}{value}{end}`.

    Attributes:
        mark: A bullet with the space behind it, or nothing.
        emphasis: What stands before the label.
        close: What stands behind it: a colon, and the other half of the emphasis.
        space: What stands before the value.
        end: What breaks the line behind the value: two spaces, say, or nothing.
    """

    mark: str = "- "
    emphasis: str = ""
    close: str = ":"
    space: str = " "
    end: str = ""

    def line(self, label: str, value: str) -> str:
        """Write a line."""
        return f"{self.mark}{self.emphasis}{label}{self.close}{self.space}{value}{self.end}"

    def head(self, label: str) -> str:
        """Write a label that a nested list follows."""
        return f"{self.mark}{self.emphasis}{label}{self.close}"


@dataclass(frozen=True)
class Labelled:
    """A field that a page shows on a labelled line.

    Attributes:
        field: The event's field.
        label: What the page calls it.
        nested: Whether its value is a list below the label.
        link: The words of its link where they are always the same; `<>` for a bare address; empty otherwise.
    """

    field: str
    label: str
    nested: bool = False
    link: str = ""


@dataclass(frozen=True)
class Body:
    """How the lines below a first line are written.

    Attributes:
        indent: What stands before each line, as in a bullet's.
        spaced: Whether a blank line follows the first line.
        loose: Whether blank lines part labelled lines.
        manner: How a labelled line is written.
        item: What stands before each entry of a nested list.
        prose: How a description's paragraphs are written.
        fields: The labelled fields, in the page's order.
        empty: Whether no section has a body at all.
        title: The marks around the title where it is the first line of the body, unlabelled.
    """

    indent: str = ""
    spaced: bool = True
    loose: bool = False
    manner: Manner = Manner()
    item: str = "    * "
    prose: Prose = "paragraph"
    fields: tuple[Labelled, ...] = ()
    empty: bool = True
    title: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class _Seen:
    """One labelled line as it stands on the page."""

    manner: Manner
    field: str
    label: str
    value: str
    item: str | None
    place: int


def body_of(sections: Sequence[Section]) -> Body:
    """Find how the bodies of sections of one kind are written."""
    bodies = [lines for lines in map(_below, sections) if any(line.strip() for line in lines)]
    bullets = bool(sections) and sections[0].style.family == "bullet"
    if not bodies:
        return Body(indent="    " if bullets else "", spaced=not bullets)
    indent = _most(_indent(lines) for lines in bodies) if bullets else ""
    flush = [[line.removeprefix(indent) for line in lines] for lines in bodies]
    match = _label_reader(flush)
    seen = [one for lines in flush for one in _labelled(lines, match)]
    tops = [line for lines in flush for line in _tops(lines)]
    prose = [line for line in tops if match(line) is None]
    gaps = [gap for lines in flush for gap in _gaps(lines, match)]
    items = [one.item for one in seen if one.item]
    manner = _most(one.manner for one in seen) if seen else Manner(_bullet_of(tops))
    return Body(
        indent=indent,
        spaced=_most(not lines[0].strip() for lines in bodies),
        loose=_most(gaps) if gaps else not bullets,
        manner=manner,
        item=_most(items) if items else "    * ",
        prose="bullet" if prose and all(_BULLET.match(line) for line in prose) else "paragraph",
        fields=_fields(seen),
        empty=False,
        title=_title([next(line for line in lines if line.strip()) for lines in flush]),
    )


def _most(values: Iterable[H]) -> H:
    return Counter(values).most_common(1)[0][0]


def _below(section: Section) -> list[str]:
    lines = _LINE.split(section.text)
    return lines[2 if section.style.kind == "setext" else 1 :]


def _indent(lines: Sequence[str]) -> str:
    first = next(line for line in lines if line.strip())
    return first[: len(first) - len(first.lstrip())]


def _tops(lines: Sequence[str]) -> Iterator[str]:
    """Give the lines that are neither blank nor indented nor code."""
    code = False
    for line in lines:
        code ^= line.lstrip().startswith(("```", "~~~"))
        if line.strip() and not code and not line[0].isspace() and not line.startswith(("```", "~~~")):
            yield line


def _any_label(line: str) -> re.Match[str] | None:
    found = _LABELLED.match(line)
    return found if found and found["close"].replace(":", "") == (found["emphasis"] or "") else None


def _known_label(line: str) -> re.Match[str] | None:
    found = _any_label(line)
    return found if found and field_of(found["label"]) else None


def _label_reader(bodies: Sequence[Sequence[str]]) -> _Match:
    """Choose what is taken for a label: one that says a field; or any, where none does and most bodies have some."""
    if any(map(_known_label, chain.from_iterable(bodies))):
        return _known_label
    labelled = sum(any(map(_any_label, _tops(lines))) for lines in bodies)
    return _any_label if labelled * 2 > len(bodies) else _known_label


def _labelled(lines: Sequence[str], match: _Match) -> Iterator[_Seen]:
    for place, line in enumerate(lines):
        found = match(line)
        if found is None:
            continue
        end = _BREAK.search(found["value"])
        value = found["value"][: end.start()] if end else found["value"]
        below = next((other for other in lines[place + 1 :] if other.strip()), "")
        item = _ITEM.match(below) if not value.strip() else None
        manner = Manner(
            found["mark"] or "",
            found["emphasis"] or "",
            found["close"],
            found["space"] or " ",
            end[0] if end and value else "",
        )
        field = field_of(found["label"]) or ""
        yield _Seen(manner, field, found["label"], value, item[0][:-1] if item else None, place)


def _gaps(lines: Sequence[str], match: _Match) -> Iterator[bool]:
    """Tell of each two labelled lines that follow each other whether a blank line parts them."""
    last: int | None = None
    for place, line in enumerate(lines):
        if not line.strip() or line[0].isspace():
            continue
        if match(line):
            if last is not None:
                yield any(not between.strip() for between in lines[last + 1 : place])
            last = place
        else:
            last = None


def _bullet_of(tops: Sequence[str]) -> str:
    marks = [found[0] for line in tops if (found := _BULLET.match(line))]
    return _most(marks) if marks else "- "


def _fields(seen: Sequence[_Seen]) -> tuple[Labelled, ...]:
    found: dict[str, list[_Seen]] = {}
    for one in seen:
        found.setdefault(one.field, []).append(one)
    # A date in the body repeats the first line's; it would have to be kept in step by hand.
    for other in ("date", "affiliation", ""):
        found.pop(other, None)
    ordered = sorted(found, key=lambda field: fmean(one.place for one in found[field]))
    return tuple(
        Labelled(field, _most(one.label for one in found[field]), _is_nested(found[field]), _link(found[field]))
        for field in ordered
    )


def _is_nested(seen: Sequence[_Seen]) -> bool:
    return _most(one.item is not None for one in seen)


def _link(seen: Sequence[_Seen]) -> str:
    words = [
        linked[1] if (linked := _LINKED.match(one.value.strip())) else "<>" * bool(_AUTOLINK.match(one.value.strip()))
        for one in seen
    ]
    word = _most(words)
    return word if word == "<>" or words.count(word) > 1 or len(words) == 1 else ""


def _title(firsts: Sequence[str]) -> tuple[str, str]:
    """Return the marks around the first lines, for pages that have the title there."""
    for opening, closing in (("***", "***"), ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_")):
        if all(line.startswith(opening) and line.rstrip().endswith(closing) for line in firsts):
            return opening, closing
    mark = _most(found[0] if (found := _TITLE_MARK.match(line)) else "" for line in firsts)
    return mark, ""
