"""What an import passed over, though it may be a part of the history: lines with dates, and entries without any."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from almanac.errors import Problem
from almanac.page.below import read_date_line
from almanac.page.lines import BULLET, ITEM, MAX_START, is_rule, plain, split_lines
from almanac.page.outline import Page, Section, known_dates
from almanac.page.refusal import IN_PARAGRAPH, says_date, where
from almanac.phrases import say

_SHARE = 4
_LEAST = 3
"""Bullets without dates are mentioned if they are so many, and one for so many events; a few links are not."""


def passed_over(page: Page) -> Iterator[Problem]:
    """Count the lines outside a page's events that hold a date, and the bullets like these that hold none.

    The first of each is named, with the reason. A year or month that heads a list is not meant, nor is a paragraph that
    mentions a date, unless there are as many of these as events.
    """
    lines, headings = page.lines, {heading.line for heading in page.headings}
    dated = [
        line for line in _outside(page) if line not in headings and lines.visible[line] and says_date(lines.texts[line])
    ]
    reasons = {line: where(lines, page.headings, line) for line in dated}
    entries = [line for line in dated if reasons[line] != IN_PARAGRAPH]
    entries = dated if len(dated) - len(entries) >= len(page.sections) else entries
    if entries:
        first = entries[0]
        counted = (
            say("{number} lines hold a date, but are", number=len(entries))
            if entries[1:]
            else say("1 line holds a date, but is")
        )
        message = say(
            "{counted} not read as an event. The first is {reasons}.", counted=counted, reasons=reasons[first]
        )
        yield Problem(message, "Date", typed=lines.texts[first].strip()[:MAX_START], line=first + 1)
    undated, events = _undated_bullets(page), _events(page)
    if (len(undated) >= _LEAST and len(undated) * _SHARE >= events) or _is_amid(page, undated):
        yield _undated_problem(page, undated, events)


def _is_amid(page: Page, undated: list[int]) -> bool:
    """Tell whether the first bullet without a date is between two events of one list."""
    after = bisect(page.sections, undated[0], key=lambda section: section.line) if undated else 0
    return 0 < after < len(page.sections) and page.sections[after - 1].list_key == page.sections[after].list_key


def unclear(page: Page) -> Iterator[Problem]:
    """Say why it is doubtful that a page's list is understood, if it is."""
    yield from _mostly_undated(page)
    yield from _undated_beside(page)
    yield from _shared_headings(page)
    yield from _lists_beside(page)
    yield from _numbered_days(page)


def _mostly_undated(page: Page) -> Iterator[Problem]:
    """Say so if more bullets like the events hold no date than do: then little of the list is understood."""
    undated, events = _undated_bullets(page), _events(page)
    if len(undated) >= _LEAST and len(undated) > events:
        yield _undated_problem(page, undated, events)


def _undated_beside(page: Page) -> Iterator[Problem]:
    """Say so if a page's only event has headings of its level below it: they may be its own parts."""
    if len(page.sections) != 1 or page.sections[0].style.family != "heading":
        return
    (only,) = page.sections
    beside = [one for one in page.headings if one.line >= only.line and one.level == only.style.level]
    if len(beside) >= _LEAST:
        message = say(
            "1 event is found; {number} more headings like it hold no date. This is the first.", number=len(beside)
        )
        yield Problem(message, "Date", typed=beside[0].text[:MAX_START], line=beside[0].line + 1)


def _shared_headings(page: Page) -> Iterator[Problem]:
    """Say so if the newest heading, or one of four, holds several events that each say their date on a line below."""
    sections = [one for one in page.alive_list if one.style.family == "heading" and one.date_line]
    shared = [one for one in sections if _says_dates(page, one) > 1]
    if shared and (len(shared) * _SHARE >= len(sections) or max(sections, key=lambda one: one.date) in shared):
        headings = say("1 heading holds") if len(shared) == 1 else say("{number} headings hold", number=len(shared))
        message = say(
            "{headings} several events with dates of their own, so it is not certain what one event is here.",
            headings=headings,
        )
        yield Problem(message, "Date", typed=split_lines(shared[0].text)[0][:MAX_START], line=shared[0].line)


def _lists_beside(page: Page) -> Iterator[Problem]:
    """Say so if another list of the same kind has grown at the same time: then an event may belong to either."""
    alive, *others = page.lists_by_life or [[]]
    days = sorted(known_dates(alive))[-2:]
    names = {heading.line: heading.text for heading in page.headings}
    for one in others if days[1:] else ():
        same_kind = one[0].style == alive[0].style and {one[0].parent, alive[0].parent} <= names.keys()
        is_for_events = not (page.is_aside(one) or page.is_ahead(one))
        if same_kind and is_for_events and one[1:] and max(known_dates(one), default="") >= days[0]:
            message = say(
                "A new event goes to the list below this heading, and not to the one below {names}.",
                names=_named(names, one),
            )
            text = say("{message} Both have entries of the same time.", message=message)
            yield Problem(text, typed=_named(names, alive), line=(alive[0].parent or 0) + 1)
            return


def _numbered_days(page: Page) -> Iterator[Problem]:
    """Say so if days with a dot (`10. November 2021`) begin the entries of a list, where Markdown sees its numbers."""
    found = [one for one in page.alive_list if one.style.kind == "bullet" and _is_numbered_month(one)]
    if len(found) * 2 > len(page.alive_list):
        message = say("Markdown takes these days for the numbers of a list, so a new entry would not say its own.")
        yield Problem(message, "Date", typed=split_lines(found[0].text)[0][:MAX_START], line=found[0].line)


def _is_numbered_month(section: Section) -> bool:
    mark = ITEM.match(section.text)
    is_number = mark is not None and mark[2][:-1].isdigit() and section.text.startswith(section.words, mark.end())
    return is_number and len(section.date) == len("2021-11")


def _named(names: Mapping[int, str], sections: Sequence[Section]) -> str:
    return names.get(sections[0].parent or 0, "")[:MAX_START]


def _says_dates(page: Page, section: Section) -> int:
    """Count the lines of a section that say a date behind the same label."""
    labels: Counter[str] = Counter()
    for line in split_lines(section.text):
        words = plain(ITEM.sub("", line, count=1)[:MAX_START])
        found = read_date_line(0, words, section.date[:4], page.lines.habits)
        if found and found.labelled:
            labels[words.partition(found.found.words)[0]] += 1
    return max(labels.values(), default=0)


def _undated_problem(page: Page, undated: list[int], events: int) -> Problem:
    found, alike = (say("1 event is"), "it") if events == 1 else (say("{events} events are", events=events), "them")
    bullets = (
        say("{number} more bullets like {alike} hold", number=len(undated), alike=alike)
        if undated[1:]
        else say("1 more bullet like {alike} holds", alike=alike)
    )
    message = say("{found} found; {bullets} no date. This is the first.", found=found, bullets=bullets)
    return Problem(message, "Date", typed=page.lines.texts[undated[0]].strip()[:MAX_START], line=undated[0] + 1)


def _events(page: Page) -> int:
    return sum(section.style.kind == "bullet" for section in page.sections)


def _undated_bullets(page: Page) -> list[int]:
    """Return the lines of bullets without a date below the first event that is a bullet."""
    first = next((section.line for section in page.sections if section.style.kind == "bullet"), len(page.lines.texts))
    lines, headings = page.lines, {heading.line for heading in page.headings}
    return [
        line
        for line in _outside(page)
        if line >= first and line not in headings and lines.visible[line] and _is_undated(lines.texts[line])
    ]


def _is_undated(text: str) -> bool:
    return BULLET.match(text) is not None and not is_rule(text) and not says_date(text)


def _outside(page: Page) -> Iterator[int]:
    """Give the lines that belong to no event."""
    after = 0
    for section in page.sections:
        yield from range(after, section.line - 1)
        after = section.line - 1 + len(split_lines(section.text))
    yield from range(after, len(page.lines.texts))
