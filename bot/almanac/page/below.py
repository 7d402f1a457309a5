"""Dates that stand below what they date: on a line of its own under a heading or a bullet that names the event.

One such line may be anything, so the entries of a page are looked at together: most of those of one level have to have
one. Then a heading is the event, and what is under it, up to the next such heading, its section.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from almanac.dates import TIME, DateHabits, Found, find_date
from almanac.page.headings import Heading, heading_ends
from almanac.page.lines import ITEM, MAX_START, Lines, plain
from almanac.patterns import regex

_LABEL = regex(
    r"[^\w:]*(?:dates?|when|day|date(?:[ ](?:and|&)[ ]|/)time|datum|fecha|data|日時|日付|日期)[^\w:\uff1a]*[:\uff1a]"
    r"[^\w(\[]*",
    re.IGNORECASE,
)
_ASIDE = regex(r"\([^()]*\)|\[[^\[\]]*\]")
_TIME = regex(TIME, re.IGNORECASE)
_WORD = regex(r"[^\W\d_]")
_LIST_NAME = regex(
    r"(?:\W|\b(?:all|our|the|upcoming|coming|past|previous|next|future|recent|events?|meetings?|meetups?|talks?|sessions?"
    r"|seminars?|schedules?|calendar|archives?|dates?|history)\b)+",
    re.IGNORECASE,
)
_LOOKED_AT = 12  # lines with text; a date that stands further down is a part of what is told there
_MOST = 0.9


class DateLine(NamedTuple):
    """A line that says a date: alone, or with `more` text behind it; if `labelled`, it says that it does."""

    line: int
    found: Found
    labelled: bool
    more: bool


def date_line(lines: Lines, first: int, after: int, year: str | None) -> DateLine | None:
    """Find the line that says the date of what stands above these lines; with several that may, none does."""
    alone: list[DateLine] = []
    with_more: list[DateLine] = []
    for one in _date_lines(lines, first, after, year):
        if one.labelled:
            return one
        (with_more if one.more else alone).append(one)
    if len(alone) == 1:
        return alone[0]
    return with_more[0] if with_more and not alone else None


def _date_lines(lines: Lines, first: int, after: int, year: str | None) -> Iterator[DateLine]:
    looked_at, labelled = 0, False
    for index in range(first, after):
        text = lines.texts[index]
        if lines.blank(index) or not lines.visible[index]:
            continue
        looked_at += 1
        if looked_at > _LOOKED_AT:
            return
        mark = ITEM.match(text)
        words = plain(text[mark.end() if mark else 0 :][:MAX_START])
        found = read_date_line(index, words, year, lines.habits, labelled=labelled)
        if found:
            yield found
        label = _LABEL.match(words)
        labelled = bool(label and label.end() == len(words))


def read_date_line(
    line: int, words: str, year: str | None, habits: DateHabits, *, labelled: bool = False
) -> DateLine | None:
    """Read the words of a line that begins with a day, perhaps after a label."""
    label = _LABEL.match(words)
    words = words[label.end() :] if label else words
    found = find_date(words, year, habits) if any(map(str.isdigit, words)) else None
    if not (found and found.leading and found.has_day):
        return None
    return DateLine(line, found, labelled or label is not None, more=has_title(found))


def has_title(found: Found) -> bool:
    """Tell whether a line says more than its date: times, and asides in brackets, do not count."""
    return _WORD.search(_TIME.sub("", _ASIDE.sub("", found.title))) is not None


# ------------------------------------------------------------------------------- below headings


class _Candidate(NamedTuple):
    """A date, and the headings right above it, the outermost first; a date that is a heading may have none."""

    above: tuple[int, ...]  # indexes of headings
    date: DateLine


def dated_headings(
    lines: Lines, headings: Sequence[Heading], inside: Collection[int], entries: Sequence[int]
) -> dict[int, DateLine]:
    """Find headings that name an event whose date stands below them: index -> date.

    `inside` are the lines of headings that belong to an event already, `entries` those, in their order, of other events
    with a title; what holds several of them is a list. Where each event has several headings, as for
    its title, its speaker and its date, the outermost of those that most events have is the event's.
    """
    candidates = list(_candidates(lines, headings, inside))
    labelled = sum(one.date.labelled for one in candidates)
    if len(candidates) < 2 and not labelled:  # noqa: PLR2004 - one alone is no habit
        return {}
    level = _common_level(headings, candidates)
    starts = [(index, one.date) for one in candidates for index in one.above if headings[index].level == level]
    counts = Counter(index for index, _ in starts)
    found = {index: date for index, date in starts if counts[index] == 1}
    if sum(date.more and not date.labelled for date in found.values()) * 2 > len(found):
        return {}
    ends = heading_ends(headings, len(lines.texts))
    held = [bisect(entries, ends[index] - 1) - bisect(entries, headings[index].line) for index in found]
    if sum(count > 1 for count in held) * 2 >= len(found):
        return {}
    alike = [one for one in headings if one.level == level and one.line not in inside and _names(one)]
    return found if len(found) * 2 >= len(alike) else {}


def _common_level(headings: Sequence[Heading], candidates: Sequence[_Candidate]) -> int | None:
    counts = Counter(headings[index].level for one in candidates for index in one.above)
    common = [level for level, count in counts.items() if count >= len(candidates) * _MOST]
    if len(candidates) > 1 and common:
        return min(common)
    nearest = Counter(headings[one.above[-1]].level for one in candidates if one.above)
    return next((level for level, count in nearest.items() if count * 2 > len(candidates)), None)


def _candidates(lines: Lines, headings: Sequence[Heading], inside: Collection[int]) -> Iterator[_Candidate]:
    above: list[Heading] = []
    chain: tuple[int, ...] = ()  # headings without text between them that lead to the current one
    below = 0
    beside = _beside_others(lines, headings)
    for index, heading in enumerate(headings):
        above = [*(one for one in above if one.level < heading.level), heading]
        year = next((one.year for one in reversed(above) if one.year), None)
        is_next = index > 0 and not any(map(str.strip, lines.texts[below : heading.line]))
        chain = tuple(one for one in chain if is_next and headings[one].level < heading.level)
        below = heading.line + heading.lines
        if chain and index in beside:
            yield _Candidate(chain, beside[index])
            chain = ()
            continue
        if heading.line in inside or heading.kind not in ("atx", "setext"):
            chain = ()
            continue
        itself = read_date_line(heading.line, heading.text, year, lines.habits)
        if itself and not itself.more:
            yield _Candidate(tuple(one for one in chain if not _is_period(headings[one])), itself)
            chain = ()
            continue
        chain = () if itself or not _names(heading) else (*chain, index)
        after = headings[index + 1].line if index + 1 < len(headings) else len(lines.texts)
        date = date_line(lines, below, after, year) if chain else None
        if date and (date.labelled or not _is_period(heading)):
            yield _Candidate(chain, date)


def _beside_others(lines: Lines, headings: Sequence[Heading]) -> dict[int, DateLine]:
    """Find headings with a date, a time and a place that are one of several of an event: index -> date.

    An undated heading of their level comes next, such as that of the speaker. It belongs to the same event, so this is
    named by the heading above them both. It counts where most of the page's dated headings with more text are so.
    """
    dates = {
        index: date
        for index, one in enumerate(headings)
        if one.kind in ("atx", "setext") and (date := read_date_line(one.line, one.text, None, lines.habits))
    }
    titled = [index for index, date in dates.items() if date.more]
    beside = {
        index: dates[index]._replace(more=False)
        for index, following in ((index, index + 1) for index in titled)
        if following < len(headings)
        and headings[following].level == headings[index].level
        and following not in dates
        and not _begins_with_date(headings[following])
    }
    return beside if len(beside) * 2 > len(titled) else {}


def _begins_with_date(heading: Heading) -> bool:
    """Tell whether a heading begins with a day, a month or a year."""
    found = find_date(heading.text)
    return found is not None and found.leading


def _names(heading: Heading) -> bool:
    """Tell whether a heading can name an event, and not only a list of events."""
    return heading.kind != "end" and not _LIST_NAME.fullmatch(heading.text)


def _is_period(heading: Heading) -> bool:
    """Tell whether a heading says nothing but a year or a month."""
    found = find_date(heading.text) if heading.period else None
    return found is not None and not found.title


def titled(date: DateLine, title: str) -> Found:
    """Return a date with the title of what stands above it."""
    return date.found._replace(leading=True, trailing=False, title=title)
