"""Dates and times of events: what is accepted, what is checked, and what is shown.

These are the ways in. A line is read by `linereader`, with the words of `grammar` and the arithmetic of `moment`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as calendar_date
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from almanac.dateanswers import read_days
from almanac.dates import DAYS, heading_date
from almanac.errors import Problem
from almanac.languages import numbers_in_english
from almanac.times.clock import read_duration
from almanac.times.linereader import LineReader, When, take_apart
from almanac.times.moment import Moment
from almanac.times.zones import Zones


def read_when(date: str, line: str, zones: Zones, duration: str | None = None) -> When:
    """Read and check the times of an event, all as typed; the date is the day of the line's first time.

    On several days, the line's times are those of each day, or of the first and the last one if it says them. A blank
    line is a problem, a blank duration is not. A problem of the date or of the duration has `field` set to `date` or
    `duration`; all others are the line's, with `field` None.
    """
    days = read_days(numbers_in_english(date, zones.language))
    if isinstance(days, Problem):
        return When(
            ok=False, problems=(replace(days, field="date", typed=date), *read_when_without_date(line, zones, duration))
        )
    length, wrong_length = _length(duration)
    last = calendar_date.fromisoformat(days.last) if days.last else None
    return LineReader(calendar_date.fromisoformat(days.first), zones, length, last).when(line, wrong_length)


def read_when_without_date(line: str, zones: Zones, duration: str | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a line on any date, for a form whose date cannot be read; the fields are as above.

    No corrected line is offered, as none can be tried.
    """
    _, messages = take_apart(line, zones)
    return (*_length(duration)[1], *(Problem(message, typed=line) for message in messages))


@lru_cache(maxsize=100)  # an event's line is asked for again with each way to read its section
def check_imported(date: str, line: str, zones: Zones, end_date: str | None = None) -> When:
    """Read the times of an imported event: its words stay as they are, and what is wrong with them is a warning.

    Where there is a problem, `ok` is false and there is no moment: which of two times was meant is not guessed. Without
    a day in the record's date nothing is checked.
    """
    reader = _imported_reader(date, line, zones, end_date)
    if reader is None:
        return When(ok=True, line=line)
    when = reader.when(line)
    return when._replace(line=line, problems=(), warnings=(*when.problems, *when.warnings))


def imported_moment(date: str, line: str, zones: Zones, end_date: str | None = None) -> Moment | None:
    """Return the moment that the line of an imported event means; None where `check_imported` finds none.

    It takes half as long, as nothing is made of it that could be shown.
    """
    reader = _imported_reader(date, line, zones, end_date)
    return reader.moment(line) if reader else None


def _imported_reader(date: str, line: str, zones: Zones, end_date: str | None) -> LineReader | None:
    if len(date) != len("2021-11-08") or date.startswith("X") or not line.strip():
        return None
    last = calendar_date.fromisoformat(end_date) if end_date else None
    return LineReader(calendar_date.fromisoformat(date), zones, last=last)


def explain(when: When) -> list[tuple[str, str, str]]:
    """Return what `almanac when` prints for each zone: the label, the time, and the day with the zone's name."""
    rows = []
    for shown in when.zones:
        weekday = DAYS[datetime.fromisoformat(shown.starts).weekday()]
        parts = [weekday, heading_date(shown.date), shown.zone, f"UTC{shown.starts[19:]}"]
        rows.append((shown.label, shown.time, ", ".join(part for part in parts if part)))
    return rows


def when_to_json(when: When) -> dict[str, Any]:
    """Return what `almanac when --json` prints; a problem's `field` is null for the line itself."""

    def listed(problems: Sequence[Problem]) -> list[dict[str, Any]]:
        return [
            {"message": each.message, "field": each.field, "accepted": each.accepted, "choices": list(each.choices)}
            for each in problems
        ]

    return {
        "ok": when.ok,
        "instant": when.instant,
        "line": when.line,
        "zones": [time._asdict() for time in when.zones],
        "problems": listed(when.problems),
        "warnings": listed(when.warnings),
    }


def _length(typed: str | None) -> tuple[timedelta | None, tuple[Problem, ...]]:
    length = read_duration(typed) if typed and typed.strip() else None
    return (None, (replace(length, field="duration"),)) if isinstance(length, Problem) else (length, ())
