"""How the first lines of a page's sections are put together: the date, the title, and what stands around them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.pages.dates import find_date
from bot.pages.headings import MAX_START
from bot.pages.outline import Section
from bot.pages.plain import plain

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
