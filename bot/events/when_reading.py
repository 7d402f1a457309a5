"""From a typed When line to its moment, or to everything that is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.events import when_wording as wording
from bot.events.agreement import Reading, compare, gmt_as_british
from bot.events.clock import DAY, EARLY_HOURS, clocks
from bot.events.moments import Moment, Repeated, Skipped, read_moment, wrong_letters
from bot.events.when_day import check_date, day_of
from bot.events.when_line import LONGEST, Unknown, UnreadableError, Written, WrittenLine, read_line
from bot.events.when_repair import around_repeated, around_skipped, as_range, rewrite, variants
from bot.events.when_scan import scan_line, without_length
from bot.events.when_show import line_of, shown_times
from bot.events.zones import Ambiguous, Place, Zones


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
