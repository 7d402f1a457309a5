"""Dates and times of events: what is accepted, what is checked, and what is shown.

This is the public face of the modules beside it. A typed line is taken apart (`grammar`), each of its times is read
(`moment`), they are checked against each other (`compare`), the date and the duration, and what is wrong is said
(`wording`) with lines that put it right (`corrections`). Nothing here asks a clock or the machine's zone database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date as calendar_date
from datetime import datetime, timedelta
from typing import Any

from almanac.dates import DAYS, WrittenDate, heading_date, read_date
from almanac.errors import Problem
from almanac.times import corrections, wording
from almanac.times.clock import DAY, EARLY_HOURS, clocks, read_duration
from almanac.times.compare import DAYS_APART, compare, gmt_as_british
from almanac.times.grammar import (
    LONGEST,
    UnknownZone,
    UnreadableError,
    WrittenLine,
    WrittenPair,
    read_line,
    scan_line,
    without_length,
)
from almanac.times.moment import (
    ClockChange,
    Moment,
    TimeReading,
    ZoneTime,
    line_of,
    read_moment,
    shown_times,
    time_at,
    wrong_letters,
)
from almanac.times.zones import AmbiguousZone, ZonePlace, Zones


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

    A blank line is a problem: do not call this where there are no times.

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
    return _when(LineReader(calendar_date.fromisoformat(day), zones, length), line, wrong_length)


def read_when_without_date(line: str, zones: Zones, duration: str | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with the times of an event on any date, for a form whose date cannot be read.

    What depends on the date is left out: whether the times agree, the clock changes, the days. No corrected line is
    offered, as none can be tried. The arguments and the problems' fields are those of `read_when`.
    """
    _, messages = _take_apart(line, zones)
    return (*_length(duration)[1], *(Problem(message, typed=line) for message in messages))


def check_imported(date: str, line: str, zones: Zones) -> When:
    """Read the times of an imported event: its words stay as they are, and what is wrong with them is a warning.

    Args:
        date: The record's date; without a day nothing is checked.
        line: The words on the page.
        zones: The site's letters.

    Returns:
        The same as `read_when`, but with the page's own words as `line`, and the problems among the `warnings`. Where
        there is one, `ok` is false and there is no moment: which of two times was meant is not guessed.
    """
    if len(date) != len("2021-11-08") or date.startswith("X") or not line.strip():
        return When(ok=True, line=line)
    when = _when(LineReader(calendar_date.fromisoformat(date), zones), line)
    return replace(when, line=line, problems=(), warnings=(*when.problems, *when.warnings))


def explain(when: When) -> list[tuple[str, str, str]]:
    """Return what `almanac when` prints for each zone: the label, the time, and the day with the zone's name.

    Such as `("ET", "9am", "Monday, November 8th, 2021, America/New_York, UTC-05:00")`.
    """
    rows = []
    for shown in when.zones:
        weekday = DAYS[datetime.fromisoformat(shown.starts).weekday()]
        parts = [weekday, heading_date(shown.date), shown.zone, f"UTC{shown.starts[19:]}"]
        rows.append((shown.label, shown.time, ", ".join(part for part in parts if part)))
    return rows


def when_to_json(when: When) -> dict[str, Any]:
    """Return what `almanac when --json` prints.

    `zones` are objects with the keys of `ZoneTime`. `problems` and `warnings` are objects with `message`, `field` (null
    for the line itself, or `date` or `duration`), `accepted` (the corrected line, or null) and `choices` (corrected
    lines of which a person must choose, mostly none).
    """
    problems, warnings = (
        [
            {"message": each.message, "field": each.field, "accepted": each.accepted, "choices": list(each.choices)}
            for each in found
        ]
        for found in (when.problems, when.warnings)
    )
    return {
        "ok": when.ok,
        "instant": when.instant,
        "line": when.line,
        "zones": [asdict(time) for time in when.zones],
        "problems": problems,
        "warnings": warnings,
    }


def _length(typed: str | None) -> tuple[timedelta | None, tuple[Problem, ...]]:
    """Read the duration beside a line; what is wrong with it is said of its own field."""
    length = read_duration(typed) if typed and typed.strip() else None
    return (None, (replace(length, field="duration"),)) if isinstance(length, Problem) else (length, ())


def _when(reader: "LineReader", line: str, found: Sequence[Problem] = ()) -> When:
    """Read a line; `found` is what is wrong beside it."""
    result = reader.read(line)
    # Several findings often share their candidates, and reading those is what takes time.
    lines = {candidates: reader.corrected(candidates) for candidates in {each.candidates for each in result.findings}}
    problems = list(found)
    for finding in result.findings:
        ways = lines[finding.candidates]
        accepted, choices = (ways[0], ()) if len(ways) == 1 else (None, ways)
        problems.append(Problem(finding.message, typed=line, accepted=accepted, choices=choices))
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


# ------------------------------------------------------------------------------- on any date


def _take_apart(text: str, zones: Zones) -> tuple[WrittenLine | None, tuple[str, ...]]:
    """Take a line apart and find all that is wrong with it on any date.

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
    others = (message for message in _take_apart(rest, zones)[1] if message not in (wording.EMPTY, wording.UNREADABLE))
    return None, (wording.LENGTH_HERE, *others)


def _unclear(times: Sequence[WrittenPair], zones: Zones) -> Iterator[str]:
    """Say what keeps single times from being read at all."""
    for written in times:
        if len(written.clocks) > 1:
            yield wording.MORNING_OR_EVENING
        elif not written.clocks:
            start_alone = clocks(written.start, None)
            if start_alone and written.end and written.end.day_end:
                yield wording.TOO_MANY_HOURS
            elif start_alone and written.end and clocks(written.end, None):
                yield wording.ENDS_AT_ITS_START
            else:
                yield wording.NO_SUCH_TIME
        match written.place:
            case None:
                yield wording.no_zone(zones)
            case UnknownZone():
                yield wording.unknown_zone(written.place.meant(zones))
            case AmbiguousZone():
                yield wording.ambiguous(written.place)


# ------------------------------------------------------------------------------- on a date


def _stated_day(written: WrittenDate, near: calendar_date) -> calendar_date | str:
    """Return the day that a date means which may lack its year, or all but its weekday; or what is wrong with it.

    Of several that it can mean it is the one nearest to `near`.
    """
    if written.month is None:
        week = (near + DAY * shift for shift in (0, 1, -1, 2, -2, 3, -3))
        return next(day for day in week if day.weekday() == written.weekday)
    days = []
    for year in [written.year] if written.year else [near.year - 1, near.year, near.year + 1]:
        try:
            days.append(calendar_date(year, written.month, written.day or 0))
        except ValueError:
            continue
    if not days:
        return wording.NO_SUCH_DAY
    stated = min(days, key=lambda day: abs(day - near))
    if written.weekday not in (None, stated.weekday()):
        return wording.other_weekday(written.weekday or 0, stated)
    return stated


@dataclass(frozen=True)
class LineFinding:
    """One thing that is wrong with a line.

    Attributes:
        message: What is wrong, as a sentence.
        candidates: Lines that may be right, to be tried.
        only_days: Nothing but a day mark is wrong or missing, so the one candidate is what was meant.
    """

    message: str
    candidates: tuple[str, ...] = ()
    only_days: bool = False


@dataclass(frozen=True)
class LineResult:
    """What was found in a line.

    Attributes:
        moment: When the event is; None where anything is wrong.
        readings: The times that could be read.
        findings: What is wrong.
        warnings: What was read, but is not quite right.
    """

    moment: Moment | None = None
    readings: tuple[TimeReading, ...] = ()
    findings: tuple[LineFinding, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineReader:
    """Reads lines for one date and one site; `length` is the duration that was given beside the line."""

    day: calendar_date
    zones: Zones
    length: timedelta | None = None

    def read(self, text: str) -> LineResult:
        """Read a line: what is wrong with it or, where nothing is, its moment."""
        line, unclear = _take_apart(text, self.zones)
        if line is None:
            rest = {wording.UNREADABLE: scan_line(text, self.zones), wording.LENGTH_HERE: without_length(text) or ""}
            return LineResult(findings=tuple(LineFinding(message, (rest.get(message, ""),)) for message in unclear))
        days = [self._day(written, first=index == 0) for index, written in enumerate(line.times)]
        if unclear:
            candidates = corrections.variants(line.times, days, self.zones)
            return LineResult(findings=tuple(LineFinding(message, candidates) for message in unclear))
        places = [written.place for written in line.times if isinstance(written.place, ZonePlace)]
        moments = [
            None if isinstance(day, str) else read_moment(place, written.clocks[0], day)
            for written, place, day in zip(line.times, places, days, strict=True)
        ]
        skipped = {
            index: each for index, each in enumerate(moments) if isinstance(each, ClockChange) and not each.twice
        }
        readings, findings = [], []
        for index, (place, day, moment) in enumerate(zip(places, days, moments, strict=True)):
            if isinstance(day, str) or moment is None:
                findings.append(LineFinding(str(day), (corrections.rewrite(line.times, days),)))
            elif isinstance(moment, ClockChange):
                ways = (
                    corrections.around_repeated(line.times, days, index, moment, self.zones)
                    if moment.twice
                    else corrections.around_skipped(line.times, days, skipped)
                )
                findings.append(LineFinding(wording.clock_change(moment, self.zones), ways))
            elif moment.length and moment.length >= DAY:
                findings.append(LineFinding(wording.TOO_MANY_HOURS))
            else:
                readings.append(TimeReading(place, line.times[index].clocks[0], day, moment))
        if findings:
            return LineResult(readings=tuple(readings), findings=tuple(dict.fromkeys(findings)))
        return self._judge(line, tuple(readings))

    def _day(self, written: WrittenPair, *, first: bool) -> calendar_date | str:
        """Return the day of one time of a line, or what is wrong with its mark; the first one's is the event's date."""
        mark, day = written.mark, self.day
        if mark is None:
            return day
        stated = _stated_day(mark, day) if isinstance(mark, WrittenDate) else day + DAY * mark
        if first and stated == day + DAY and all(clock.overnight for clock in written.clocks):
            return day  # `11pm ET to 1am ET (Nov 12)`: the mark is its end's
        if isinstance(stated, calendar_date) and abs(stated - day).days > (0 if first else DAYS_APART):
            return wording.other_date(stated, day)
        return stated

    def _wrong_date(self, written: WrittenDate | None) -> str | None:
        """Return what is wrong with the date before or after the times of a line, or None."""
        if written is None:
            return None
        if written.month is None and written.weekday is not None:
            return None if written.weekday == self.day.weekday() else wording.other_weekday(written.weekday, self.day)
        stated = _stated_day(written, self.day)
        if isinstance(stated, str):
            return stated
        return None if stated == self.day else wording.other_date(stated, self.day)

    def _judge(self, line: WrittenLine, readings: tuple[TimeReading, ...]) -> LineResult:
        """Check times that can each be read against each other, the date, and the duration."""
        verdict = compare(readings)
        if not verdict.agreed and compare(british := gmt_as_british(readings)).agreed:
            readings, verdict = british, compare(british)
        meant = verdict.moments
        wrong_date = self._wrong_date(line.date)
        messages = [wrong_date] if wrong_date else []
        as_range = None if verdict.agreed else corrections.as_range(line.times)
        if as_range:
            messages.append(wording.TWO_IN_ONE_ZONE)
        elif not verdict.agreed:
            messages.append(wording.disagreement(readings, verdict))
        elif self.length and (length := meant[0].length) and length != self.length:
            messages.append(wording.other_duration(length, self.length))
            meant = (Moment(meant[0].start, meant[0].start + self.length),)
        shown = tuple(line_of(shown_times(readings, moment, self.zones)) for moment in meant)
        ways = (as_range,) if as_range else shown
        only_days = len(messages) == 1 and bool(verdict.undated) and not verdict.odd
        return LineResult(
            moment=None if messages else meant[0],
            readings=readings,
            findings=tuple(LineFinding(message, ways, only_days) for message in messages),
            warnings=tuple(dict.fromkeys(self._warnings(line, readings))),
        )

    def _warnings(self, line: WrittenLine, readings: Sequence[TimeReading]) -> Iterator[str]:
        for written, reading in zip(line.times, readings, strict=True):
            start, end = written.start, written.end
            if wrong_letters(reading.place, reading.moment.start):
                yield wording.wrong_letters(reading, self.zones)
            if start.midnight:
                yield wording.MIDNIGHT
            if start.style == "year" and end is None:
                yield wording.maybe_a_year(reading.clock)
            helped = end is not None and end.half is not None
            if start.style in ("loose", "bare") and reading.clock.start.hour in EARLY_HOURS and not helped:
                yield wording.EARLY

    def corrected(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Return the lines that put a finding right: each is as it would be shown, and is read without a problem."""
        lines = (self._accepted(candidate) for candidate in candidates)
        return tuple(dict.fromkeys(line for line in lines if line))

    def _accepted(self, candidate: str) -> str | None:
        """Return a line as it would be shown if it is right, or right but for its day marks."""
        result = self.read(candidate)
        if [finding.only_days for finding in result.findings] == [True]:
            result = self.read(result.findings[0].candidates[0])
        return line_of(shown_times(result.readings, result.moment, self.zones)) if result.moment else None
