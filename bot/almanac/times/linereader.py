"""A When line on a date: taken apart, each of its times read, compared with the others, and checked against the date.

What is wrong is reported (`wording`) with lines that correct it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date as calendar_date
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from almanac.dates import WrittenDate
from almanac.errors import Problem
from almanac.times import wording
from almanac.times.clock import DAY, EARLY_HOURS, HALF_DAY, Clock, clocks
from almanac.times.grammar import (
    LONGEST,
    UnknownZone,
    UnreadableError,
    WrittenLine,
    WrittenPair,
    of_each_day,
    read_line,
    scan_line,
    without_length,
)
from almanac.times.moment import (
    DAYS_APART,
    ClockChange,
    Moment,
    TimeReading,
    ZoneTime,
    british,
    clock_of,
    compare,
    line_of,
    moments,
    read_moment,
    right_label,
    shown_times,
    time_at,
    wall_of,
    wrong_letters,
)
from almanac.times.zones import AmbiguousZone, ZonePlace, Zones

MOST_VARIANTS = 24  # where several times can each mean several things
LabelledClock = tuple[Clock, str]
Finding = tuple[str, tuple[str, ...]]
"""What is wrong with a line, and lines that may be right, to be tried."""


class When(NamedTuple):
    """What a When line says.

    Where anything is wrong only `zones` (each time that could be read), `problems` and `warnings` are given. The
    `accepted` of a problem is the corrected line, or a person must choose among its `choices`.
    """

    ok: bool
    instant: str | None = None  # the moment of the start, in UTC: `2021-11-08T14:00:00Z`
    line: str | None = None  # the line as it is shown. For an imported line, its own words
    # The start by the clocks of the first zone in `line`, with its offset: `2021-11-08T09:00:00-05:00`
    starts: str | None = None
    ends: str | None = None  # the end likewise, where a range or a duration gives one
    end_date: str | None = None  # the last day of an event of several
    # The IANA name of the first zone in `line`; None where that is a mere offset such as UTC+2
    time_zone: str | None = None
    zones: tuple[ZoneTime, ...] = ()  # the moment in each zone that `line` shows
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@lru_cache(maxsize=1000)  # most events of a site are at the same few times
def take_apart(text: str, zones: Zones) -> tuple[WrittenLine | None, tuple[str, ...]]:
    """Take a line apart (None if that cannot be done), and find all that is wrong with it on any date."""
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


def _unclear(times: Sequence[WrittenPair], zones: Zones) -> Iterator[str]:
    for written in times:
        if len(written.clocks) > 1:
            yield wording.MORNING_OR_EVENING
        elif not written.clocks:
            start_alone = clocks(written.start, None)
            if start_alone and written.end and written.end.day_end and not written.until:
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
    """Return the day nearest to `near` that a date, perhaps without its year, can mean; or what is wrong with it."""
    if written.month is None:
        week = (near + DAY * shift for shift in (0, 1, -1, 2, -2, 3, -3))
        return next(day for day in week if day.weekday() == written.weekday)
    days = []
    for year in [written.year] if written.year else [near.year - 1, near.year, near.year + 1]:
        with suppress(ValueError):
            days.append(calendar_date(year, written.month, written.day or 0))
    if not days:
        return wording.NO_SUCH_DAY
    stated = min(days, key=lambda day: abs(day - near))
    if written.weekday not in (None, stated.weekday()):
        return wording.other_weekday(written.weekday or 0, stated)
    return stated


class LineResult(NamedTuple):
    """What was found in a line; there is no moment where anything is wrong, and the readings are what could be read.

    `only_days`: only day marks are wrong or missing, so the one line that comes with the one finding was meant.
    """

    moment: Moment | None = None
    readings: tuple[TimeReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    only_days: bool = False


class LineReader(NamedTuple):
    """Reads lines for one date and one site.

    `length` is the duration that was given beside the line, and `last` the last of several days.
    """

    day: calendar_date
    zones: Zones
    length: timedelta | None = None
    last: calendar_date | None = None

    def when(self, line: str, problems: Sequence[Problem] = ()) -> When:
        """Read a line, and say what it means or what is wrong; `problems` are those of the fields beside it."""
        result = self._read(line)
        # Several findings often share their candidates, and reading those is what takes time.
        accepted = {
            candidates: tuple(dict.fromkeys(filter(None, map(self._accepted, candidates))))
            for candidates in {candidates for _, candidates in result.findings}
        }
        found = list(problems)
        for message, candidates in result.findings:
            lines = accepted[candidates]
            only, choices = (lines[0], ()) if len(lines) == 1 else (None, lines)
            found.append(Problem(message, typed=line, accepted=only, choices=choices))
        if result.moment is None or found:
            zones = tuple(time_at(reading.place, reading.moment, self.zones) for reading in result.readings)
            warnings = tuple(Problem(message, typed=line) for message in result.warnings)
            return When(ok=False, zones=zones, problems=tuple(found), warnings=warnings)
        ends, last = self._end(result.readings[0], result.moment)
        if last and self.last and last != self.last:
            return When(ok=False, problems=(Problem(wording.other_last_day(last, self.last), "duration"),))
        zones = shown_times(result.readings, result.moment, self.zones, ends)
        shown = line_of(zones)
        notes = [*self._clocks_between(result.readings, zones)] if last else [wording.ONE_NIGHT] if self.last else []
        return When(
            ok=True,
            instant=result.moment.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            line=shown,
            starts=zones[0].starts,
            ends=zones[0].ends,
            end_date=str(last) if last and last != self.day else None,
            time_zone=zones[0].zone,
            zones=zones,
            warnings=(
                *(Problem(message, typed=line, accepted=shown) for message in result.warnings),
                *(Problem(message, typed=line) for message in notes),
            ),
        )

    def moment(self, line: str) -> Moment | None:
        """Return the moment that a line means, as `when` gives it; None where anything is wrong."""
        result = self._read(line)
        if result.moment is None:
            return None
        ends, last = self._end(result.readings[0], result.moment)
        return None if last and self.last and last != self.last else Moment(result.moment.start, ends)

    def _end(self, first: TimeReading, moment: Moment) -> tuple[datetime | None, calendar_date | None]:
        """Return when the event ends and, of an event of several days, on which day by these times.

        Times without days are those of each day. Only a duration can make the day another one than the event's last.
        """
        if first.clock.days or (self.length and self.length >= DAY):
            ends = moment.end or (moment.start + self.length if self.length else None)
            is_longer = ends is not None and ends - moment.start >= DAY
            return ends, self._day_of(ends, first.place) if ends and is_longer else None
        if self.last:
            on_last = read_moment(first.place, first.clock, self.last)
            moment = on_last if isinstance(on_last, Moment) else Moment(on_last.moments[0])
        return moment.end or (moment.start + self.length if self.length else None), self.last

    @staticmethod
    def _day_of(ends: datetime, place: ZonePlace) -> calendar_date:
        """Return the day that an end is on; midnight ends the day before."""
        return wall_of(ends - timedelta(microseconds=1), place.zone).date()

    def _clocks_between(self, readings: Sequence[TimeReading], zones: Sequence[ZoneTime]) -> Iterator[str]:
        """Warn where clocks change between the first and the last day, so that the line is wrong on the last."""
        first = readings[0]
        if self.last is None or first.clock.days:
            return
        moment = read_moment(first.place, first.clock, self.last)
        if isinstance(moment, ClockChange):
            yield wording.clock_change(moment, self.zones)
        else:
            then = shown_times(readings, moment, self.zones)
            if [one.time for one in then] != [one.time for one in zones]:
                yield wording.clocks_between(self.last, line_of(then))

    def _accepted(self, candidate: str) -> str | None:
        """Return a line as it would be shown if it is right, or right but for its day marks."""
        result = self._read(candidate)
        if result.only_days:
            result = self._read(result.findings[0][1][0])
        last = self._end(result.readings[0], result.moment)[1] if result.moment else None
        if result.moment is None or (self.last and last and last != self.last):
            return None
        return line_of(shown_times(result.readings, result.moment, self.zones))

    def _read(self, text: str) -> LineResult:
        line, unclear = take_apart(of_each_day(text) if self.last else text, self.zones)
        if line is None:
            rest = {wording.UNREADABLE: scan_line(text, self.zones), wording.LENGTH_HERE: without_length(text) or ""}
            return LineResult(findings=tuple((message, (rest.get(message, ""),)) for message in unclear))
        days = [self._day(written, first=index == 0) for index, written in enumerate(line.times)]
        marks = [
            f" ({day})"
            if index and written.mark is not None and not written.until and isinstance(day, calendar_date)
            else ""
            for index, (written, day) in enumerate(zip(line.times, days, strict=True))
        ]
        ends = [_end_day(written, day) for written, day in zip(line.times, days, strict=True)]
        meant = [_dated(*each) for each in zip(line.times, days, ends, strict=True)]
        days = [end if isinstance(end, str) else day for day, end in zip(days, ends, strict=True)]
        if unclear:
            candidates = self._variants(line.times, meant, marks)
            return LineResult(findings=tuple((message, candidates) for message in unclear))
        places = [written.place for written in line.times if isinstance(written.place, ZonePlace)]
        times = [(clocks[0], place.label) for clocks, place in zip(meant, places, strict=True)]
        found = [
            None if isinstance(day, str) else read_moment(place, clock, day)
            for place, (clock, _), day in zip(places, times, days, strict=True)
        ]
        readings: list[TimeReading] = []
        findings: list[Finding] = []
        for index, (day, moment) in enumerate(zip(days, found, strict=True)):
            if isinstance(day, str) or moment is None:
                # Without the day of its end a time is another one.
                findings.append(
                    (str(day), (_rewritten(times, marks),) if not any(each.until for each in line.times) else ())
                )
            elif isinstance(moment, ClockChange):
                chosen = _around_skipped(times, found)
                if moment.twice:
                    meanings = _meanings(moment, times[index][0], day, self.zones)
                    chosen = [[*times[:index], meaning, *times[index + 1 :]] for meaning in meanings]
                ways = tuple(_rewritten(each, marks) for each in chosen)
                findings.append((wording.clock_change(moment, self.zones), ways))
            elif moment.length and moment.length >= DAY and not times[index][0].days:
                findings.append((wording.TOO_MANY_HOURS, ()))
            else:
                readings.append(TimeReading(places[index], times[index][0], day, moment))
        if findings:
            return LineResult(readings=tuple(readings), findings=tuple(dict.fromkeys(findings)))
        return self._judge(line, tuple(readings))

    def _day(self, written: WrittenPair, *, first: bool) -> calendar_date | str:
        mark, day = written.mark, self.day
        if mark is None:
            return day
        stated = _stated_day(mark, day) if isinstance(mark, WrittenDate) else day + DAY * mark
        if first and stated == day + DAY and all(clock.overnight for clock in written.clocks):
            return day  # `11pm ET to 1am ET (Nov 12)`: the mark is its end's
        if isinstance(stated, calendar_date) and abs(stated - day).days > (0 if first else DAYS_APART):
            return wording.other_date(stated, day)
        return stated

    def _judge(self, line: WrittenLine, readings: tuple[TimeReading, ...]) -> LineResult:
        verdict = compare(readings)
        if not verdict.agreed and (in_london := compare(as_british := tuple(map(british, readings)))).agreed:
            readings, verdict = as_british, in_london
        meant, messages = verdict.moments, []
        if line.date and (stated := _stated_day(line.date, self.day)) != self.day:
            if isinstance(stated, str):
                messages.append(stated)
            elif line.date.month is None:
                messages.append(wording.other_weekday(stated.weekday(), self.day))
            else:
                messages.append(wording.other_date(stated, self.day))
        as_range = None if verdict.agreed else _as_range(line.times)
        if as_range:
            messages.append(wording.TWO_IN_ONE_ZONE)
        elif not verdict.agreed:
            messages.append(wording.disagreement(readings, verdict))
        elif (
            (end := meant[0].end)
            and (told := readings[0]).clock.days
            and self.last
            not in (
                None,
                ends_on := self._day_of(end, told.place),
            )
        ):
            messages.append(wording.other_last_day(ends_on, self.last))
            meant = (Moment(meant[0].start, end + (self.last - ends_on)),)
        elif self.length and (length := meant[0].length) and length != self.length:
            messages.append(wording.other_duration(length, self.length))
            meant = (Moment(meant[0].start, meant[0].start + self.length),)
        # What it comes to in the site's zones is only of interest as a correction.
        shown = tuple(line_of(shown_times(readings, moment, self.zones)) for moment in meant) if messages else ()
        return LineResult(
            moment=None if messages else meant[0],
            readings=readings,
            findings=tuple((message, (as_range,) if as_range else shown) for message in messages),
            warnings=tuple(dict.fromkeys(self._warnings(line, readings))),
            only_days=len(messages) == 1 and bool(verdict.undated) and not verdict.odd,
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

    def _variants(
        self, times: Sequence[WrittenPair], meant: Sequence[Sequence[Clock]], marks: Sequence[str]
    ) -> tuple[str, ...]:
        """Write a line in all the ways in which its unclear times can be meant, unless there are too many."""
        options = []
        for written, ways in zip(times, meant, strict=True):
            place, labels = written.place, list[str | None]()
            if isinstance(place, AmbiguousZone):
                labels += [self.zones.label_of(name) for _, name in place.candidates]
            elif isinstance(place, ZonePlace):
                labels.append(place.label)
            elif place:
                labels.append(place.meant(self.zones))
            elif self.zones.default:
                labels.append(self.zones.label_of(self.zones.default))
            options.append([(clock, label) for clock in ways for label in labels if label])
        if prod(map(len, options)) > MOST_VARIANTS:
            return ()
        return tuple(_rewritten(chosen, marks) for chosen in product(*options))


def _end_day(written: WrittenPair, day: calendar_date | str) -> calendar_date | str | None:
    """Return the day of a time's end, if it says that, or what is wrong with it."""
    if written.until is None or isinstance(day, str):
        return None
    last = _stated_day(written.until, day)
    if isinstance(last, str):
        return last
    if written.until.month is None and last < day:
        last += DAY * 7
    lengths = [replace(clock, days=(day, last)).length for clock in written.clocks]
    return last if not lengths or max(lengths) > timedelta() else wording.ENDS_BEFORE


def _dated(written: WrittenPair, day: calendar_date | str, last: calendar_date | str | None) -> tuple[Clock, ...]:
    """Return what a time can mean, with its days where it says the end's."""
    if not (isinstance(day, calendar_date) and isinstance(last, calendar_date)):
        return written.clocks
    dated = (replace(clock, days=(day, last)) for clock in written.clocks)
    return tuple(clock for clock in dated if clock.length > timedelta())


# ------------------------------------------------------------------------------- lines that may be what was meant
# Each is read again before it is offered, so these need not be right.


def _rewritten(times: Sequence[LabelledClock], marks: Sequence[str]) -> str:
    return ", ".join(f"{clock} {label}{mark}" for (clock, label), mark in zip(times, marks, strict=True))


def _around_skipped(
    times: Sequence[LabelledClock], found: Sequence[Moment | ClockChange | None]
) -> list[list[LabelledClock]]:
    """Move the times that do not exist to before and to after the clock change, all together."""
    ways = []
    for side in (0, 1):
        moved = list(times)
        for index, skipped in enumerate(found):
            if isinstance(skipped, ClockChange) and not skipped.twice:
                clock, label = times[index]
                wall = wall_of(skipped.moments[side], skipped.place.zone)
                if wall.date() != skipped.wall.date():
                    break
                start, end = (wall.time(), clock.end) if skipped.part == "start" else (clock.start, wall.time())
                moved[index] = (replace(clock, start=start, end=end), label)
        else:
            ways.append(moved)
    return ways


def _meanings(found: ClockChange, clock: Clock, day: calendar_date, zones: Zones) -> list[LabelledClock]:
    """Name a time or a range that comes twice in all the ways it can be meant."""
    zone = found.place.zone
    start, end = clock.walls(datetime.combine(day, time()))
    ways = product(moments(start, zone), moments(end, zone) if end else (None,))
    meant = [Moment(first, last) for first, last in ways if last is None or last > first]
    places = [right_label(found.place, moment, zones) for moment in meant]
    return [(clock_of(place, moment), place.label) for place, moment in zip(places, meant, strict=True)]


def _as_range(times: Sequence[WrittenPair]) -> str | None:
    """Write two times in one zone as the range from one to the other, shorter than half a day; None for others."""
    place = times[0].place
    if len(times) != 2 or place != times[1].place or not isinstance(place, ZonePlace):  # noqa: PLR2004 - start and end
        return None
    if any(written.end or written.mark is not None for written in times):
        return None
    clock = Clock(times[0].clocks[0].start, times[1].clocks[0].start)
    return f"{clock} {place.label}" if clock.length < HALF_DAY else None
