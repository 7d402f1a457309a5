"""What an import passed over, though it may be a part of the history: lines with dates, and entries without any."""

from bisect import bisect
from collections.abc import Iterator

from almanac.errors import Problem
from almanac.page.lines import BULLET, MAX_START, is_rule, split_lines
from almanac.page.outline import Page
from almanac.page.refusal import IN_PARAGRAPH, says_date, where

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
        counted = f"{len(entries)} lines hold a date, but are" if entries[1:] else "1 line holds a date, but is"
        message = f"{counted} not read as an event. The first is {reasons[first]}."
        yield Problem(message, "Date", typed=lines.texts[first].strip()[:MAX_START], line=first + 1)
    undated, events = _undated_bullets(page), _events(page)
    if (len(undated) >= _LEAST and len(undated) * _SHARE >= events) or _is_amid(page, undated):
        yield _undated_problem(page, undated, events)


def _is_amid(page: Page, undated: list[int]) -> bool:
    """Tell whether the first bullet without a date is between two events of one list."""
    after = bisect(page.sections, undated[0], key=lambda section: section.line) if undated else 0
    return 0 < after < len(page.sections) and page.sections[after - 1].list_key == page.sections[after].list_key


def mostly_undated(page: Page) -> Iterator[Problem]:
    """Say so if more bullets like the events hold no date than do: then little of the list is understood."""
    undated, events = _undated_bullets(page), _events(page)
    if len(undated) >= _LEAST and len(undated) > events:
        yield _undated_problem(page, undated, events)


def _undated_problem(page: Page, undated: list[int], events: int) -> Problem:
    found, alike = ("1 event is", "it") if events == 1 else (f"{events} events are", "them")
    bullets = f"{len(undated)} more bullets like {alike} hold" if undated[1:] else f"1 more bullet like {alike} holds"
    message = f"{found} found; {bullets} no date. This is the first."
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
