"""Dates and times of events: what is accepted, what is checked, and what is shown.

This is the public face of the modules beside it. Nothing here asks a clock or the machine's own zone database.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date as calendar_date
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Problem
from bot.events.dates import DAYS, heading_date, read_date
from bot.events.durations import read_duration
from bot.events.when_reading import Finding, Reader, take_apart
from bot.events.when_show import ZoneTime, line_of, shown_times, time_at
from bot.events.zones import Zones, check_zone

__all__ = [
    "When",
    "ZoneTime",
    "Zones",
    "check_imported",
    "check_zone",
    "explain",
    "heading_date",
    "read_date",
    "read_duration",
    "read_when",
    "read_when_without_date",
    "when_to_json",
]


@dataclass(frozen=True)
class When:
    """What a When line says.

    Attributes:
        ok: Whether it can be used: nothing is wrong with it.
        instant: The moment of the start, in UTC: `2021-11-08T14:00:00Z`; None where anything is wrong.
        line: The line as it is shown; None where anything is wrong. For an imported line, its own words.
        starts: The start by the clocks of the first zone in `line`, with its offset: `2021-11-08T09:00:00-05:00`.
        ends: The end likewise, where a range or a duration gives one.
        time_zone: The IANA name of the first zone in `line`; None where that is a mere offset such as UTC+2.
        zones: The moment in each zone that `line` shows or, where anything is wrong, each time that could be read.
        problems: What is wrong; `accepted` is the corrected line, or `choices` are some of which a person must choose.
        warnings: What was read, but is not quite right; `accepted` is the line as it is shown.
    """

    ok: bool
    instant: str | None = None
    line: str | None = None
    starts: str | None = None
    ends: str | None = None
    time_zone: str | None = None
    zones: tuple[ZoneTime, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_when(date: str, line: str, zones: Zones, duration: str | None = None) -> When:
    """Read and check the times of an event.

    A blank line is a problem: whoever has no times to state does not call this.

    Args:
        date: The event's date, to the day, as `read_date` reads it; it is the day of the line's first time.
        line: The times as typed, such as `9am ET, 3pm CET`.
        zones: The site's letters, and which of them a single time is shown in.
        duration: How long the event takes, as typed; None or blank where that is not said.

    Returns:
        What the line says, or all that is wrong. A problem of the date or of the duration has `field` set to `date` or
        `duration`; all others are the line's, with `field` None.
    """
    day = read_date(date)
    if isinstance(day, Problem):
        return When(ok=False, problems=(replace(day, field="date"), *read_when_without_date(line, zones, duration)))
    length, wrong_length = _length(duration)
    reader = Reader(calendar_date.fromisoformat(day), zones, length)
    return _when(reader, line, wrong_length)


def read_when_without_date(line: str, zones: Zones, duration: str | None = None) -> tuple[Problem, ...]:
    """Tell what is wrong with the times of an event whatever its date is, for a form whose date cannot be read.

    What depends on the date is left out: whether the times agree, the clock changes, the days. No corrected line is
    offered, as none can be tried.

    Args:
        line: The times as typed; a blank line is a problem, as for `read_when`.
        zones: The site's letters.
        duration: How long the event takes, as typed; None or blank where that is not said.

    Returns:
        The problems; those of the duration have `field` set to `duration`, all others are the line's.
    """
    _, messages = take_apart(line, zones)
    return (*_length(duration)[1], *(Problem(message, typed=line) for message in messages))


def check_imported(date: str, line: str, zones: Zones) -> When:
    """Read the times of an imported event: its words stay as they are, and what is wrong with them is a warning.

    Args:
        date: The record's date, with whatever precision; without a day nothing is checked.
        line: The words on the page.
        zones: The site's letters.

    Returns:
        The same as `read_when`, but with the page's own words as `line`, and the problems among the `warnings`. Where
        there is one, `ok` is false and there is no moment: which of two times was meant is not guessed.
    """
    if len(date) != len("2021-11-08") or date.startswith("X") or not line.strip():
        return When(ok=True, line=line)
    when = _when(Reader(calendar_date.fromisoformat(date), zones), line)
    return replace(when, line=line, problems=(), warnings=(*when.problems, *when.warnings))


def explain(when: When) -> list[tuple[str, str, str]]:
    """Return what `almanac when` shows a person of each zone: the label, the time, and the day with the zone's name.

    Such as `("ET", "9am", "Monday, November 8th, 2021, America/New_York, UTC-05:00")`.
    """
    rows = []
    for time in when.zones:
        starts = datetime.fromisoformat(time.starts)
        parts = [DAYS[starts.weekday()], heading_date(time.date), time.zone, f"UTC{time.starts[19:]}"]
        rows.append((time.label, time.time, ", ".join(part for part in parts if part)))
    return rows


def when_to_json(when: When) -> dict[str, Any]:
    """Return what `almanac when --json` prints.

    `zones` are objects with the keys of `ZoneTime`. `problems` and `warnings` are objects with `message`, `field` (null
    for the line itself, or `date` or `duration`), `accepted` (the corrected line, or null) and `choices` (corrected
    lines of which a person must choose, mostly none).
    """
    return {
        "ok": when.ok,
        "instant": when.instant,
        "line": when.line,
        "zones": [asdict(time) for time in when.zones],
        "problems": [_problem_to_json(problem) for problem in when.problems],
        "warnings": [_problem_to_json(problem) for problem in when.warnings],
    }


def _problem_to_json(problem: Problem) -> dict[str, Any]:
    return {
        "message": problem.message,
        "field": problem.field,
        "accepted": problem.accepted,
        "choices": list(problem.choices),
    }


def _length(typed: str | None) -> tuple[timedelta | None, tuple[Problem, ...]]:
    """Read the duration beside a line; what is wrong with it is said of its own field."""
    length = read_duration(typed) if typed and typed.strip() else None
    return (None, (replace(length, field="duration"),)) if isinstance(length, Problem) else (length, ())


def _when(reader: Reader, line: str, found: Sequence[Problem] = ()) -> When:
    """Read a line; `found` is what is wrong beside it."""
    result = reader.read(line)
    # Several findings often share their candidates, and reading those is what takes time.
    lines = {candidates: reader.corrected(candidates) for candidates in {each.candidates for each in result.problems}}
    problems = [*found, *(_problem(finding, lines[finding.candidates], line) for finding in result.problems)]
    if result.moment is None or problems:
        read = tuple(time_at(reading.place, reading.moment, reader.zones) for reading in result.readings)
        warnings = tuple(Problem(message, typed=line) for message in result.warnings)
        return When(ok=False, zones=read, problems=tuple(problems), warnings=warnings)
    times = shown_times(result.readings, result.moment, reader.zones, reader.length)
    shown = line_of(times)
    return When(
        ok=True,
        instant=result.moment.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        line=shown,
        starts=times[0].starts,
        ends=times[0].ends,
        time_zone=times[0].zone,
        zones=times,
        warnings=tuple(Problem(message, typed=line, accepted=shown) for message in result.warnings),
    )


def _problem(finding: Finding, lines: tuple[str, ...], typed: str) -> Problem:
    if len(lines) == 1:
        return Problem(finding.message, typed=typed, accepted=lines[0])
    return Problem(finding.message, typed=typed, choices=lines)
