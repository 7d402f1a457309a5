"""A page in its parts: the sections of the events, and the text around them, which is the page's own.

Every character is in exactly one part. Sections are found by their looks (`almanac.page.entries`), or, if their text is
known, word for word, so that a section of a site's own template is found even if nothing in it looks like an event.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from almanac.dates import UNKNOWN_YEAR, DateHabits, Found
from almanac.page.entries import EventLines, Style, find_events, style_of, trimmed
from almanac.page.headings import Heading
from almanac.page.lines import Lines, cut_lines, split_lines
from almanac.patterns import regex

_BASE, _PRIME = 1_000_003, (1 << 61) - 1
_AHEAD = regex(
    r"\b(?:upcoming|coming up|next up|kommende\w*|nächste\w*|prochaine?s?|à venir|próxim[oa]s?|"
    r"(?:next|future|planned) (?:events?|meetings?|meetups?|talks?|sessions?|calls?|seminars?|webinars?|workshops?))\b",
    re.IGNORECASE,
)
_PAST = regex(
    r"\b(?:past|previous|earlier|archived?|history|vergangene\w*|frühere\w*|bisherige\w*|passée?s?|précédente?s?|"
    r"pasad[oa]s?|anterior(?:e?s)?|passad[oa]s?|passat[ie]|archiv\w*)\b",
    re.IGNORECASE,
)
# Dates for another reason than events.
_ASIDE = regex(
    r"\b(?:news|announcements?|updates?|publications?|releases?|change ?log|deadlines?|important dates|blog)\b",
    re.IGNORECASE,
)


class Section(NamedTuple):
    """One event's part of the page, exactly as it is there; the line end after it is not its own.

    `parent` is the line (from 0) of the heading that names its list, `period` that of the one that gives it a year or a
    month.
    """

    text: str
    start: int  # in characters
    line: int  # counted from 1
    style: Style
    date: str  # a day, month or year; empty where a site's own template shows none
    title: str  # what the event is called, as far as its first line and that of its date say; there may be nothing
    weekday: int | None = None  # as its first line names it; Monday is 0
    note: str | None = None  # what is wrong with the date
    parent: int | None = None
    period: int | None = None
    words: str = ""  # the date as it is written there
    date_line: int = 0  # the line of the section on which the date stands
    end_date: str | None = None  # the last of several days

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def list_key(self) -> tuple[str, int, int | None]:
        """Return what the sections of one list have in common."""
        return (self.style.family, self.style.level, self.parent)


@dataclass(frozen=True)
class Page:
    """A page, cut into sections and the texts around them."""

    text: str
    sections: tuple[Section, ...]
    gaps: tuple[str, ...]  # one more than there are sections
    lines: Lines
    headings: tuple[Heading, ...]

    @property
    def newline(self) -> str:
        return self.lines.newline

    @property
    def lists(self) -> list[list[Section]]:
        found: dict[tuple[str, int, int | None], list[Section]] = {}
        for section in self.sections:
            found.setdefault(section.list_key, []).append(section)
        return list(found.values())

    @property
    def lists_by_life(self) -> list[list[Section]]:
        """Return the lists, first the one to which people added last: the one that has the newest date.

        A list of news and one of what is to come are no history, and come last. Of two that hold the same newest date,
        sections come before lines, as they say more; then comes the one with more entries.
        """

        def life(sections: list[Section]) -> tuple[bool, bool, str, bool, int]:
            newest, is_rich = max(known_dates(sections), default=""), sections[0].style.family == "heading"
            return not self.is_aside(sections), not self.is_ahead(sections), newest, is_rich, len(sections)

        return sorted(self.lists, key=life, reverse=True)

    @property
    def alive_list(self) -> list[Section]:
        """Return the list to which new events are added; empty if the page has none."""
        return next(iter(self.lists_by_life), [])

    def is_ahead(self, sections: Sequence[Section]) -> bool:
        """Tell whether a heading above a list, or each of its entries, says that its events are to come."""
        return sections[0].parent in self._ahead or all(_AHEAD.search(section.title) for section in sections)

    def is_aside(self, sections: Sequence[Section]) -> bool:
        """Tell whether a heading above a list says that it has its dates for another reason: news, say."""
        return sections[0].parent in self._aside

    @property
    def heading_ahead(self) -> Heading | None:
        """Return the heading below which the page lists what is to come; None if that is not clear.

        It is the only one whose words say so, and they name no year, in which they would change. All that is listed as
        to come is below it, and nothing else; and there is another list, to which events go when they are over.
        """
        own = {one.line - 1 + line for one in self.sections for line in range(len(split_lines(one.text)))}
        named = [
            one for one in self.headings if one.kind in ("atx", "setext") and _says(_AHEAD, one) and one.line not in own
        ]
        top = [one for one in named if not any(other.line < one.line < self.part(other)[1] for other in named)]
        ahead = [one for group in self.lists if self.is_ahead(group) for one in group]
        past = [one for group in self.lists if not (self.is_ahead(group) or self.is_aside(group)) for one in group]
        alike = [one for one in self.headings if top and one.text.casefold() == top[0].text.casefold()]
        if not past or len(top) != 1 or len(alike) != 1 or top[0].period:
            return None
        below = self.below(top[0])
        return top[0] if {one.start for one in ahead} == {one.start for one in below} else None

    def part(self, heading: Heading) -> tuple[int, int]:
        """Return the lines below a heading, up to the next one of its level: the first, and that after the last."""
        first = heading.line + heading.lines
        ends = (one.line for one in self.headings if one.line > heading.line and one.level <= heading.level)
        after = next(ends, len(self.lines.texts))
        while after > first and self.lines.blank(after - 1):
            after -= 1
        return first, after

    def below(self, heading: Heading) -> list[Section]:
        """Return the sections below a heading, up to the next one of its level."""
        first, after = self.part(heading)
        return [one for one in self.sections if first < one.line <= after]

    @cached_property
    def _ahead(self) -> frozenset[int]:
        return self._below(_AHEAD)

    @cached_property
    def _aside(self) -> frozenset[int]:
        return self._below(_ASIDE)

    def _below(self, pattern: re.Pattern[str]) -> frozenset[int]:
        """Return the lines of the headings with such words, and of those below them; none is for past events, too."""
        found, level = set(), 0
        for heading in self.headings:
            if not level or heading.level <= level or _PAST.search(heading.text):
                level = heading.level if _says(pattern, heading) else 0
            if level:
                found.add(heading.line)
        return frozenset(found)

    def alongside(self, lines: Collection[int]) -> list[Heading]:
        """Return the headings below the same one that names a list as those on some lines, these included."""
        groups = (self._below_names[name] for name in self.names(lines))
        return sorted((one for group in groups for one in group), key=lambda one: one.line)

    def names(self, lines: Collection[int]) -> set[int | None]:
        """Return the lines of the headings that name the lists below headings on some lines; None is for none."""
        return {self._names[line] for line in lines}

    @cached_property
    def _names(self) -> dict[int, int | None]:
        """For the line of each heading, that of the heading above that gives no year and so names what is below it."""
        found, above = dict[int, int | None](), list[Heading]()
        for heading in self.headings:
            while above and above[-1].level >= heading.level:
                above.pop()
            found[heading.line] = next((one.line for one in reversed(above) if not one.period), None)
            above.append(heading)
        return found

    @cached_property
    def _below_names(self) -> dict[int | None, list[Heading]]:
        groups: dict[int | None, list[Heading]] = {}
        for heading in self.headings:
            groups.setdefault(self._names[heading.line], []).append(heading)
        return groups

    def joined(self, texts: Sequence[str] | None = None) -> str:
        """Put the page together again, with other texts for its sections if they are given."""
        chosen = [section.text for section in self.sections] if texts is None else texts
        pieces = [self.gaps[0]]
        for text, gap in zip(chosen, self.gaps[1:], strict=True):
            pieces += (text, gap)
        return "".join(pieces)


def _says(pattern: re.Pattern[str], heading: Heading) -> bool:
    return bool(pattern.search(heading.text)) and not _PAST.search(heading.text)


def known_dates(sections: Sequence[Section]) -> list[str]:
    """Return the dates of a list, as `with_years`; without a date that says its year, there are none."""
    return [date for date in with_years([section.date for section in sections]) if not date.startswith(UNKNOWN_YEAR)]


def with_years(dates: Sequence[str], *, rising: bool = False) -> list[str]:
    """Give the dates of a list that say no year the one by which they are nearest to the date beside them.

    If they are `rising`, no date is earlier than the one before it.
    """
    first = next((index for index, date in enumerate(dates) if not date.startswith(UNKNOWN_YEAR)), None)
    if first is None:
        return [*dates]

    def near(beside: str, date: str, after: bool) -> str:  # noqa: FBT001
        def apart(one: str) -> tuple[bool, int]:
            days = first_day(one) - first_day(beside)
            return rising and days != 0 and (days > 0) != after, abs(days)

        years = (f"{int(beside[:4]) + step}{date[4:]}" for step in (-1, 0, 1))
        return min(years, key=apart) if date.startswith(UNKNOWN_YEAR) else date

    above = accumulate(reversed(dates[: first + 1]), lambda beside, date: near(beside, date, after=False))
    below = accumulate(dates[first:], lambda beside, date: near(beside, date, after=True))
    return [*reversed([*above][1:]), *below]


def first_day(date: str) -> int:
    """Number a date's first day, as if every month had 31 days."""
    year, month, day = (*date.replace(UNKNOWN_YEAR, "0").split("-"), "1", "1")[:3]
    return (int(year) * 12 + int(month)) * 31 + int(day)


def outline(page: str, known: Mapping[str, str] | None = None, habits: DateHabits | None = None) -> Page:
    """Cut a page, which may hold no event yet; `known` are sections that are on it, word for word, with their dates.

    `habits` tell day from month in dates of numbers, where the page itself is no evidence.
    """
    return _outline(page, known, habits) if known or habits else _plain_outline(page)


@lru_cache(maxsize=2)  # a page with and without an event is compared again and again
def _plain_outline(page: str) -> Page:
    return _outline(page, None, None)


def _outline(page: str, known: Mapping[str, str] | None, habits: DateHabits | None) -> Page:
    lines = cut_lines(page, habits)
    events, headings = find_events(lines)
    if known:
        events = _with_known(page, lines, events, known)
    sections = tuple(
        Section(
            text=page[lines.offsets[event.first] : lines.end(event.after - 1)],
            start=lines.offsets[event.first],
            line=event.first + 1,
            style=event.style,
            date=event.found.date,
            words=event.found.words,
            title=event.found.title,
            weekday=event.found.weekday,
            note=event.found.note,
            parent=event.parent,
            period=event.period,
            end_date=event.found.end_date,
            date_line=(event.first if event.date_line is None else event.date_line) - event.first,
        )
        for event in events
    )
    edges = [0, *(edge for section in sections for edge in (section.start, section.end)), len(page)]
    gaps = tuple(page[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return Page(page, sections, gaps, lines, tuple(headings))


# ------------------------------------------------------------------------------- sections whose text is known


def _with_known(page: str, lines: Lines, events: list[EventLines], known: Mapping[str, str]) -> list[EventLines]:
    """Put the known sections that are on the page instead of what seemed to be there; one walk down the page."""
    spans = {(event.first, event.after) for event in events}
    places = list(_places(page, lines, known))
    # If a text is found as a section by itself, the same text elsewhere is a quotation in another section.
    by_looks = {text for first, after, text in places if (first, after) in spans}
    ahead, done = events[::-1], list[EventLines]()
    section: EventLines | None
    for first, end, text in places:
        if text in by_looks:
            continue
        while ahead and ahead[-1].first < first:
            done.append(ahead.pop())
        if done and done[-1].after > first:
            # It seemed to go on below and ends before the known section; what follows that belongs to no event.
            done[-1] = done[-1]._replace(after=trimmed(lines, done[-1].first, first))
        section, after = None, end
        while ahead and ahead[-1].first < after:
            event = ahead.pop()
            # Text that someone added right below a known section is a part of it.
            if any(not lines.blank(line) for line in range(after, event.after)):
                after = event.after
            if event.first == first:
                section = event._replace(after=after)
        found = Found(known[text], "", leading=True, trailing=True, title="")
        done.append(section or EventLines(first, after, style_of(lines.texts[first]), found))
    return done + ahead[::-1]


def _places(page: str, lines: Lines, known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Find where known sections are: the first line, the one after the last, and the text.

    The longest text that fits is taken, as one section may begin with all that another says. So that thousands that
    begin alike need not be compared with every place, the sums of as many lines are (Rabin and Karp's algorithm).
    """
    by_first_line: dict[str, dict[int, dict[int, str]]] = {}  # then by the number of lines, and by their sum
    for text in filter(None, known):
        own = split_lines(text)
        by_first_line.setdefault(own[0], {}).setdefault(len(own), {})[_sums(own)[-1]] = text
    longest_first = {first: sorted(sizes.items(), reverse=True) for first, sizes in by_first_line.items()}
    sums, past = _sums([*lines.texts, ""]), 0
    for line, first_line in enumerate(lines.texts):
        if line < past or not lines.visible[line]:
            continue
        for size, texts in longest_first.get(first_line, ()):
            end = min(line + size, len(lines.texts) + 1)
            text = texts.get((sums[end] - sums[line] * pow(_BASE, size, _PRIME)) % _PRIME, "")
            if text and page.startswith(text, lines.offsets[line]):
                past = min(end, len(lines.texts))
                yield line, past, text
                break


def _sums(texts: Sequence[str]) -> list[int]:
    """Return the hash of the first 0, 1, 2... of some lines."""
    return list(accumulate(texts, lambda before, text: (before * _BASE + hash(text)) % _PRIME, initial=0))
