"""What a person is told about a When line: every sentence of it, for someone who is no programmer.

No typed text stands in these: times, zones and dates are written anew from what was understood.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from almanac.dates import DAYS, heading_date, short_date
from almanac.times.clock import show_clock, show_duration
from almanac.times.compare import (
    Moment,
    Reading,
    Repeated,
    Skipped,
    Verdict,
    abbreviation,
    clock_of,
    moments,
    right_label,
    wall_of,
)
from almanac.times.grammar import LONGEST
from almanac.times.zones import Ambiguous, Place, Zones

EXAMPLE = "such as 9am ET, 3pm CET"

TOO_LONG = f"This is longer than {LONGEST} characters. Write only the times and their zones, {EXAMPLE}."
EMPTY = f"No time stands here. Write a time with its zone, {EXAMPLE}."
UNREADABLE = (
    "This could not be read as times with their zones. Put a zone after each time and a comma between two times, "
    f"{EXAMPLE}."
)
LENGTH_HERE = (
    "How long the event takes does not belong here. Write only the times and their zones, and give the duration in its "
    "own field, or write a range, such as 9-11am ET."
)
NO_SUCH_TIME = "A time here is none that a clock shows. Write 9am, 9:30am or 21:00."
ENDS_AT_ITS_START = (
    "A range of times here ends at the time at which it starts. Write its real end, or only its start, such as 9am ET."
)
NO_SUCH_DAY = (
    "This line names a day that no calendar has, or one far from the event's date. The date need not be repeated here."
)
MORNING_OR_EVENING = (
    "A time says neither am nor pm, so it may be in the morning or in the evening. Add am or pm, or write it as 09:00 "
    "or 21:00."
)
TOO_MANY_HOURS = (
    "A range of times must be shorter than a day. Write the start only, and give the duration in its own field."
)
TWO_IN_ONE_ZONE = (
    "Two different times here are in the same zone. If they are the start and the end, write them as a range, such as "
    "9-11am ET. If there are two meetings, each is an event of its own."
)
MIDNIGHT = "Midnight was read as the start of the given date. If the end of that day is meant, give the next date."
EARLY = "A time without am or pm was read as a time in the morning. If it is in the afternoon, add pm."


def no_zone(zones: Zones) -> str:
    """Tell that a time has no zone; the site's default zone is only suggested."""
    message = (
        "A time here has no time zone, so readers elsewhere cannot know when it is. Write the zone after each time, "
        f"{EXAMPLE}."
    )
    return f"{message} This site often uses {zones.label_of(zones.default)}." if zones.default else message


def unknown_zone(suggestion: str | None) -> str:
    """Tell that words in the place of a zone name none."""
    message = (
        "A zone in this line is not known. Zones are written as letters (ET, PT, UK, CET), as a name (Europe/Paris) or "
        "as hours from UTC (UTC+2)."
    )
    return f"{message} Is {suggestion} meant?" if suggestion else message


def ambiguous(letters: Ambiguous) -> str:
    """Tell which zones some letters mean."""
    *most, last = [f"{place} ({name})" for place, name in letters.candidates]
    places = f"{', '.join(most)} and {last}"
    return f"{letters.label} is used for {places}. Write the name in brackets in place of {letters.label}."


def skipped(found: Skipped) -> str:
    """Tell that a time does not exist."""
    wall = show_clock(found.wall.time())
    day = heading_date(found.wall.date().isoformat())
    return f"On {day}, there is no {wall} in {found.place.city}: the clocks are put forward and skip it."


def repeated(found: Repeated, zones: Zones) -> str:
    """Tell that a time comes twice."""
    first, second = (right_label(found.place, Moment(moment), zones).label for moment in found.moments)
    wall = show_clock(found.wall.time())
    day = heading_date(found.wall.date().isoformat())
    return (
        f"On {day}, it is {wall} twice in {found.place.city}, because the clocks are put back. "
        f"Say which one is meant: the first is {wall} {first}, the second {wall} {second}."
    )


def maybe_a_year(start: time) -> str:
    """Warn that four digits were read as a time."""
    return f"Four digits were read as {show_clock(start)}. If they are a year, replace them by the time."


def other_date(stated: date, day: date) -> str:
    """Tell that the line names another day than the date field."""
    return (
        f"This line says {heading_date(stated.isoformat())}, but the date given for the event is "
        f"{heading_date(day.isoformat())}. Correct the one that is wrong; the date need not be repeated here."
    )


def other_weekday(stated: int, day: date) -> str:
    """Tell that the line names a weekday that is not the day's."""
    right = f"{heading_date(day.isoformat())} is a {DAYS[day.weekday()]}"
    return (
        f"This line says {DAYS[stated]}, but {right}. Correct the line or the date; "
        "the weekday need not be repeated here."
    )


def disagreement(readings: Sequence[Reading], verdict: Verdict) -> str:
    """Tell that the times are not the same moment: each in the first one's zone, and which is likely the mistake."""
    if verdict.undated and not verdict.odd:
        return _undated(verdict.undated, verdict.moments[0])
    first = readings[0]
    same_start = all(reading.moment.start == first.moment.start for reading in readings)
    what = "do not end at the same moment" if same_start else "are not the same moment"
    listed = [_in_first_zone(reading, first) for reading in readings]
    message = f"These times {what}. By the clocks in {first.place.city}, {_series(listed)}."
    if verdict.odd:
        return f"{message} {_likely(readings, verdict)}"
    return f"{message} Only you can say which is right."


def wrong_letters(reading: Reading, zones: Zones) -> str:
    """Warn that a strict abbreviation is not in force on that date, and name those that are right."""
    place, moment = reading.place, reading.moment
    in_force, right = abbreviation(place, moment.start), right_label(place, moment, zones).label
    offers = [in_force] if isinstance(zones.find(in_force), Place) else []
    offers += [] if right in offers else [f"{right}, which is right all year" if offers else right]
    elsewhere = " In Arizona, write America/Phoenix." if (place.label, place.city) == ("MST", "Denver") else ""
    return (
        f"On {heading_date(reading.day.isoformat())}, {place.city} goes by {in_force}, not {place.label}. "
        f"{_typed(reading, zone=False)} was read as the time on the clocks there. "
        f"Write {' or '.join(offers)}.{elsewhere}"
    )


def other_duration(stated: timedelta, duration: timedelta) -> str:
    """Tell that a range and the duration are not the same length."""
    return (
        f"By the times in this line the event takes {show_duration(stated)}, but the duration given is "
        f"{show_duration(duration)}. Correct the one that is wrong."
    )


def _undated(undated: Sequence[Reading], moment: Moment) -> str:
    listed = _series(
        [f"{_typed(reading)} is on {heading_date(_day(reading, moment).isoformat())}" for reading in undated]
    )
    example = short_date(_day(undated[0], moment))
    return f"The times are right, but {listed}. Write the day after such a time, as in ({example})."


def _day(reading: Reading, moment: Moment) -> date:
    return wall_of(moment.start, reading.place.zone).date()


def _in_first_zone(reading: Reading, first: Reading) -> str:
    clock, day = clock_of(first.place, reading.moment), _day(first, reading.moment)
    mark = "" if day == first.day else f" on {heading_date(day.isoformat())}"
    twice = len(moments(wall_of(reading.moment.start, first.place.zone), first.place.zone)) > 1
    letters = f" {abbreviation(first.place, reading.moment.start)}" if twice else ""
    return f"{_typed(reading)} is {show_clock(clock.start, clock.end)}{letters}{mark}"


def _likely(readings: Sequence[Reading], verdict: Verdict) -> str:
    odd = _series([_typed(reading) for reading in verdict.odd])
    rest = [_typed(reading) for reading in readings if reading not in verdict.odd]
    return f"{_series(rest)} agree, so {odd} is probably the mistake."


def _typed(reading: Reading, *, zone: bool = True) -> str:
    return show_clock(reading.clock.start, reading.clock.end) + (f" {reading.place.label}" if zone else "")


def _series(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
