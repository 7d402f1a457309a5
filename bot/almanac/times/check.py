"""The day that a When line states, checked against the event's date.

Lines that may be what somebody meant. Each is read again before it is offered, so these need not be right.

From a typed When line to its moment, or to everything that is wrong with it.

Dates and times of events: what is accepted, what is checked, and what is shown.

This is the public face of the modules beside it. Nothing here asks a clock or the machine's own zone database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from datetime import date as calendar_date
from itertools import product
from math import prod
from typing import Any

from almanac.dates import DAYS, WrittenDate, heading_date, read_date
from almanac.errors import Problem
from almanac.times import messages as wording
from almanac.times.clock import DAY, EARLY_HOURS, HALF_DAY, Clock, clocks, read_duration, show_clock
from almanac.times.compare import (
    DAYS_APART,
    Moment,
    Reading,
    Repeated,
    Skipped,
    ZoneTime,
    clock_of,
    compare,
    gmt_as_british,
    line_of,
    moments,
    read_moment,
    right_label,
    shown_times,
    time_at,
    wrong_letters,
)
from almanac.times.grammar import (
    LONGEST,
    Unknown,
    UnreadableError,
    Written,
    WrittenLine,
    read_line,
    scan_line,
    without_length,
)
from almanac.times.zones import Ambiguous, Place, Zones


def day_of(written: Written, day: date, *, first: bool) -> date | str:
    """Return the day of one time of a line, or what is wrong with its mark.

    Args:
        written: The time; without a mark it is on the event's date.
        day: The event's date.
        first: Whether it is the line's first time, whose day must be the event's date.
    """
    mark = written.mark
    if mark is None:
        return day
    stated = stated_day(mark.date, day) if mark.date else day + DAY * mark.days
    if first and stated == day + DAY and all(clock.overnight for clock in written.clocks):
        return day  # `11pm ET to 1am ET (Nov 12)`: the mark is its end's
    if isinstance(stated, date) and abs(stated - day).days > (0 if first else DAYS_APART):
        return wording.other_date(stated, day)
    return stated


def check_date(written: WrittenDate | None, day: date) -> str | None:
    """Check the date before or behind the times of a line; return what is wrong with it, or None."""
    if written is None:
        return None
    if written.month is None and written.weekday is not None:
        return None if written.weekday == day.weekday() else wording.other_weekday(written.weekday, day)
    stated = stated_day(written, day)
    if isinstance(stated, str):
        return stated
    return None if stated == day else wording.other_date(stated, day)


def stated_day(written: WrittenDate, near: date) -> date | str:
    """Return the day that a date means which may lack its year, or all but its weekday; or what is wrong with it.

    Of several that it can mean it is the one nearest to `near`.
    """
    if written.month is None:
        week = (near + DAY * shift for shift in (0, 1, -1, 2, -2, 3, -3))
        return next(day for day in week if day.weekday() == written.weekday)
    years = [written.year] if written.year else [near.year - 1, near.year, near.year + 1]
    days = [found for year in years if (found := _valid(year, written.month, written.day or 0))]
    if not days:
        return wording.NO_SUCH_DAY
    stated = min(days, key=lambda day: abs(day - near))
    if written.weekday not in (None, stated.weekday()):
        return wording.other_weekday(written.weekday or 0, stated)
    return stated


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


MOST_VARIANTS = 24  # where several times can each mean several things


def rewrite(times: Sequence[Written], day: date, changed: Mapping[int, tuple[Clock, str]] | None = None) -> str:
    """Write a line anew, with some times changed, without its date and with every day mark in full."""
    parts = []
    for index, written in enumerate(times):
        clock, label = (changed or {}).get(index) or (written.clocks[0], _label(written))
        own_day = day_of(written, day, first=index == 0)
        mark = f" ({own_day})" if index and written.mark and isinstance(own_day, date) else ""
        parts.append(f"{show_clock(clock.start, clock.end)} {label}{mark}")
    return ", ".join(parts)


def _label(written: Written) -> str:
    return written.place.label if isinstance(written.place, Place) else ""


def variants(times: Sequence[Written], day: date, zones: Zones) -> tuple[str, ...]:
    """Write a line in all the ways in which its unclear times can be meant, unless these are too many."""
    options = [list(product(written.clocks, _labels(written.place, zones))) for written in times]
    if prod(map(len, options)) > MOST_VARIANTS:
        return ()
    return tuple(rewrite(times, day, dict(enumerate(chosen))) for chosen in product(*options))


def _labels(place: Place | Ambiguous | Unknown | None, zones: Zones) -> list[str]:
    if isinstance(place, Place):
        return [place.label]
    if isinstance(place, Ambiguous):
        return [zones.label_of(name) for _, name in place.candidates]
    found = place.meant(zones) if place else zones.default and zones.label_of(zones.default)
    return [found] if found else []


def around_skipped(times: Sequence[Written], found: Mapping[int, Skipped], day: date) -> tuple[str, ...]:
    """Write a line with the times that do not exist moved to before and to behind the clock change, all together.

    Args:
        times: The times of the line.
        found: Which of them do not exist.
        day: The event's date.
    """
    ways = [
        {
            index: _moved(times[index].clocks[0], skipped, wall)
            for index, (skipped, wall) in zip(found, way, strict=True)
        }
        for way in zip(*([(skipped, wall) for wall in skipped.instead] for skipped in found.values()), strict=True)
        if all(wall.date() == skipped.wall.date() for skipped, wall in way)
    ]
    return tuple(rewrite(times, day, way) for way in ways)


def _moved(clock: Clock, found: Skipped, wall: datetime) -> tuple[Clock, str]:
    moved = Clock(wall.time(), clock.end) if found.part == "start" else Clock(clock.start, wall.time())
    return moved, found.place.label


def as_range(times: Sequence[Written]) -> str | None:
    """Write two times in one zone as the range from one to the other, shorter than half a day; None for others."""
    if len(times) != 2 or times[0].place != times[1].place or any(written.end or written.mark for written in times):  # noqa: PLR2004 - a start and an end
        return None
    clock = Clock(times[0].clocks[0].start, times[1].clocks[0].start)
    first, last = clock.walls(datetime(2000, 1, 1))  # noqa: DTZ001 - only the difference counts
    return rewrite(times[:1], last.date(), {0: (clock, _label(times[0]))}) if last and last - first < HALF_DAY else None


def around_repeated(
    times: Sequence[Written], index: int, place: Place, days: tuple[date, date], zones: Zones
) -> tuple[str, ...]:
    """Write a line with a time or a range that comes twice in all the ways in which it can be meant.

    Args:
        times: The times of the line.
        index: Which of them it is.
        place: Its zone.
        days: The event's date, and the day of this time.
        zones: The site's letters.
    """
    start, end = times[index].clocks[0].walls(datetime.combine(days[1], time()))
    ends = moments(end, place.zone) if end else (None,)
    found = [
        Moment(first, last) for first, last in product(moments(start, place.zone), ends) if not last or last > first
    ]
    lines = []
    for moment in found:
        right = right_label(place, moment, zones)
        lines.append(rewrite(times, days[0], {index: (clock_of(right, moment), right.label)}))
    return tuple(lines)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a line.

    Attributes:
        message: What a person is told.
        candidates: Lines that may be right, to be tried.
        only_days: Nothing but a day mark is wrong or missing, so the one candidate is what was meant.
    """

    message: str
    candidates: tuple[str, ...] = ()
    only_days: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a line: `moment` is None where anything was found to be wrong."""

    moment: Moment | None = None
    readings: tuple[Reading, ...] = ()
    problems: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()


def take_apart(text: str, zones: Zones) -> tuple[WrittenLine | None, tuple[str, ...]]:
    """Take a line apart and tell all that is wrong with it whatever the date is.

    Returns:
        The line, None if it cannot be taken apart; and the messages, none if the date is all that is needed to go on.
    """
    if len(text) > LONGEST:
        return None, (wording.TOO_LONG,)
    if not text.strip():
        return None, (wording.EMPTY,)
    try:
        line = read_line(text, zones)
        unclear = tuple(dict.fromkeys(_unclear(line.times, zones)))
    except UnreadableError:
        line, unclear = None, (wording.UNREADABLE,)
    rest = without_length(text) if unclear else None
    if rest is None:
        return line, unclear
    others = (message for message in take_apart(rest, zones)[1] if message not in (wording.EMPTY, wording.UNREADABLE))
    return None, (wording.LENGTH_HERE, *others)


def _unclear(times: Sequence[Written], zones: Zones) -> Iterator[str]:
    """Tell what keeps single times from being read at all."""
    for written in times:
        if not written.clocks:
            yield _no_clock(written)
        elif len(written.clocks) > 1:
            yield wording.MORNING_OR_EVENING
        if written.place is None:
            yield wording.no_zone(zones)
        elif isinstance(written.place, Unknown):
            yield wording.unknown_zone(written.place.meant(zones))
        elif isinstance(written.place, Ambiguous):
            yield wording.ambiguous(written.place)


def _no_clock(written: Written) -> str:
    """Say why no clock shows a time or a range."""
    if written.end is None or not clocks(written.start, None):
        return wording.NO_SUCH_TIME
    if written.end.day_end:
        return wording.TOO_MANY_HOURS
    return wording.ENDS_AT_ITS_START if clocks(written.end, None) else wording.NO_SUCH_TIME


@dataclass(frozen=True)
class Reader:
    """Reads lines for one date and one site; `length` is the duration that was given beside the line."""

    day: date
    zones: Zones
    length: timedelta | None = None

    def read(self, text: str) -> Result:
        """Read a line: what is wrong with it or, where nothing is, its moment."""
        line, unclear = take_apart(text, self.zones)
        if line is None:
            rest = without_length(text)
            guess = {wording.UNREADABLE: scan_line(text, self.zones), wording.LENGTH_HERE: rest or ""}
            return Result(problems=tuple(Finding(message, (guess.get(message, ""),)) for message in unclear))
        if unclear:
            candidates = variants(line.times, self.day, self.zones)
            return Result(problems=tuple(Finding(message, candidates) for message in unclear))
        places = [written.place for written in line.times]
        read = [self._reading(line.times, i, place) for i, place in enumerate(places) if isinstance(place, Place)]
        readings = tuple(found for found in read if isinstance(found, Reading))
        wrong = tuple(dict.fromkeys(found for found in read if isinstance(found, Finding)))
        return Result(readings=readings, problems=wrong) if wrong else self._judge(line, readings)

    def corrected(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Return the lines that put a finding right: each is as it would be shown, and is read without a problem."""
        lines = (self._accepted(candidate) for candidate in candidates)
        return tuple(dict.fromkeys(line for line in lines if line))

    def _accepted(self, candidate: str) -> str | None:
        """Return a line as it would be shown if it is right, or right but for its day marks."""
        result = self.read(candidate)
        if [finding.only_days for finding in result.problems] == [True]:
            result = self.read(result.problems[0].candidates[0])
        return line_of(shown_times(result.readings, result.moment, self.zones)) if result.moment else None

    def _reading(self, times: Sequence[Written], index: int, place: Place) -> Reading | Finding:
        """Find the moment of one time."""
        written = times[index]
        clock = written.clocks[0]
        day = day_of(written, self.day, first=index == 0)
        if isinstance(day, str):
            return Finding(day, (rewrite(times, self.day),))
        moment = read_moment(place, clock, day)
        match moment:
            case Skipped():
                return Finding(wording.skipped(moment), around_skipped(times, self._skipped(times), self.day))
            case Repeated():
                ways = around_repeated(times, index, place, (self.day, day), self.zones)
                return Finding(wording.repeated(moment, self.zones), ways)
        if moment.length and moment.length >= DAY:
            return Finding(wording.TOO_MANY_HOURS)
        return Reading(place, clock, day, moment)

    def _skipped(self, times: Sequence[Written]) -> dict[int, Skipped]:
        """Find all times of a line that do not exist, as they are moved together."""
        found = {}
        for index, written in enumerate(times):
            day = day_of(written, self.day, first=index == 0)
            if isinstance(written.place, Place) and isinstance(day, date):
                found[index] = read_moment(written.place, written.clocks[0], day)
        return {index: moment for index, moment in found.items() if isinstance(moment, Skipped)}

    def _judge(self, line: WrittenLine, readings: tuple[Reading, ...]) -> Result:
        """Check times that can each be read against each other, the date, and the duration."""
        verdict = compare(readings)
        if not verdict.agreed and compare(british := gmt_as_british(readings)).agreed:
            readings, verdict = british, compare(british)
        meant = verdict.moments
        problems = [message for message in [check_date(line.date, self.day)] if message]
        stretch = None if verdict.agreed else as_range(line.times)
        if stretch:
            problems.append(wording.TWO_IN_ONE_ZONE)
        elif not verdict.agreed:
            problems.append(wording.disagreement(readings, verdict))
        elif self.length and meant[0].length not in (None, self.length):
            problems.append(wording.other_duration(meant[0].length or self.length, self.length))
            meant = (Moment(meant[0].start, meant[0].start + self.length),)
        shown = tuple(line_of(shown_times(readings, moment, self.zones)) for moment in meant)
        ways = (stretch,) if stretch else shown
        only_days = len(problems) == 1 and bool(verdict.undated) and not verdict.odd
        return Result(
            moment=None if problems else meant[0],
            readings=readings,
            problems=tuple(Finding(message, ways, only_days) for message in problems),
            warnings=tuple(dict.fromkeys(self._warnings(line, readings))),
        )

    def _warnings(self, line: WrittenLine, readings: Sequence[Reading]) -> Iterator[str]:
        for written, reading in zip(line.times, readings, strict=True):
            if wrong_letters(reading.place, reading.moment.start):
                yield wording.wrong_letters(reading, self.zones)
            if written.start.midnight:
                yield wording.MIDNIGHT
            if written.start.style == "year" and written.end is None:
                yield wording.maybe_a_year(reading.clock.start)
            helped = written.end is not None and written.end.half is not None
            if written.start.style in ("loose", "bare") and reading.clock.start.hour in EARLY_HOURS and not helped:
                yield wording.EARLY


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
    for shown in when.zones:
        starts = datetime.fromisoformat(shown.starts)
        parts = [DAYS[starts.weekday()], heading_date(shown.date), shown.zone, f"UTC{shown.starts[19:]}"]
        rows.append((shown.label, shown.time, ", ".join(part for part in parts if part)))
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
