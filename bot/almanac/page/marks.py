"""Where a section says that its event will not be as planned, in whatever language, and what it would be without that.

A status stands in brackets behind a title, a date or a line, or on a line of its own, as Almanac writes it and people
do. What an entry says otherwise is read as if it were not there.
"""

from typing import Any

from almanac.dates import UNKNOWN_YEAR, DateHabits, find_date
from almanac.event.statuses import IN_BRACKETS, Said, alone_in, marked_in, of_mark, read_said
from almanac.labels import field_of
from almanac.languages import in_english
from almanac.page.lines import plain, split_lines
from almanac.page.outline import Section, first_day
from almanac.patterns import regex

_BEGINS = regex(r"\A[\s>*+|_#-]+")
_MOST_LINES = 200


def unmarked(section: Section) -> tuple[str, Said] | None:
    """Return a section's text without what says its status, and what that says; None if nothing does."""
    text, is_html = section.text, section.style.family == "html"
    found = IN_BRACKETS.search(text)
    if found and (is_html or "\n" not in text[: found.start()].rstrip("\n")):
        return text[: found.start()] + text[found.end() :], of_mark(found)
    lines = split_lines(text)
    for at, line in enumerate(lines[1:_MOST_LINES], 1):
        if "<" not in line and (said := _said_alone(line)):
            is_apart = not lines[at - 1].strip() and not "".join(lines[at + 1 : at + 2]).strip()
            return "\n".join((*lines[: at - is_apart], *lines[at + 1 :])), said
    return None


def _said_alone(line: str) -> Said | None:
    """Read a line that says nothing but a status, with or without a label."""
    words = _BEGINS.sub("", plain(line)).strip()
    label, colon, value = words.partition(":")
    return read_said(value) if colon and field_of(label) == "status" else alone_in(words)


def status_in(title: str) -> dict[str, str]:
    """Read a title with its status before or behind it (`CANCELLED: Owls`, `Owls (postponed)`): both, or nothing."""
    found = marked_in(title)
    return {"title": found[0], "status": found[1].status} if found else {}


def fields_of_status(said: Said, date: str, habits: DateHabits) -> dict[str, Any]:
    """Return the fields that a mark fills, beside an event's date."""
    was = _day(said.was, date, habits) if said.status == "rescheduled" and said.was else None
    return {"status": said.status, **({"previous_date": was} if was else {})}


def _day(words: str, date: str, habits: DateHabits) -> str | None:
    """Read the day on which an event was to be; where it says no year, it is the one nearest to its day by now."""
    for text in (words, *in_english(words)):
        if (found := find_date(text, None, habits)) and not found.date.startswith(UNKNOWN_YEAR):
            return found.date
        if date[:4].isdigit():
            years = (str(int(date[:4]) + more) for more in (0, -1, 1))
            days = [one.date for year in years if (one := find_date(text, year, habits, anywhere=True))]
            if days:
                return min(days, key=lambda day: abs(first_day(day) - first_day(date)))
    return None
