"""What people are told about a When line: every sentence of it, for readers who are not programmers.

No typed text is in these: times, zones and dates are written again from what was understood.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from almanac.dates import DAYS, heading_date, short_date
from almanac.text import listed
from almanac.times.clock import Clock, show_duration
from almanac.times.grammar import LONGEST
from almanac.times.moment import (
    ClockChange,
    Moment,
    TimeReading,
    Verdict,
    abbreviation,
    clock_of,
    moments,
    right_label,
    wall_of,
)
from almanac.times.zones import AmbiguousZone, ZonePlace, Zones

EXAMPLE = "such as 9am ET, 3pm CET"

TOO_LONG = f"This is longer than {LONGEST} characters. Write only the times and their zones, {EXAMPLE}."
EMPTY = f"There is no time here. Write a time with its zone, {EXAMPLE}."
UNREADABLE = (
    "This could not be read as times with their zones. Put a zone after each time and a comma between two times, "
    f"{EXAMPLE}."
)
LENGTH_HERE = (
    "How long the event takes does not belong here. Write only the times and their zones, and give the duration in its "
    "own field, or write a range, such as 9-11am ET."
)
NO_SUCH_TIME = "A time here is not valid. Write 9am, 9:30am or 21:00."
ENDS_AT_ITS_START = (
    "One of these ranges ends when it starts. Write when it really ends, or only when it starts, such as 9am ET."
)
NO_SUCH_DAY = (
    "This line names a day that does not exist, or one far from the event's date. You don't need to repeat the date "
    "here."
)
MORNING_OR_EVENING = (
    "One of these times has no am or pm, so it may be in the morning or in the evening. Add am or pm, or write it as "
    "09:00 or 21:00."
)
TOO_MANY_HOURS = (
    "A range of times must be shorter than a day. Write only the start, and give the duration in its own field."
)
TWO_IN_ONE_ZONE = (
    "Two different times here are in the same zone. If they are the start and the end, write them as a range, such as "
    "9-11am ET. If there are two meetings, each is an event of its own."
)
ENDS_BEFORE = "One of these times ends before it starts. Correct the date of its end."
ONE_NIGHT = "The event ends less than a day after it starts, so it counts as an event of one day."
MIDNIGHT = "Midnight was read as the start of the given date. If you mean the end of that day, give the next date."
EARLY = "A time without am or pm was read as a time in the morning. If it is in the afternoon, add pm."


def no_zone(zones: Zones) -> str:
    """Say that a time has no zone; the site's default zone is only suggested."""
    message = (
        "A time here has no time zone, so readers elsewhere cannot know when it is. Write the zone after each "
        f"time, {EXAMPLE}."
    )
    return f"{message} This site often uses {zones.label_of(zones.default)}." if zones.default else message


def unknown_zone(suggestion: str | None) -> str:
    """Say that words in the place of a zone are not the name of one."""
    message = (
        "One of these time zones is not known. Write a zone as letters (ET, PT, UK, CET), as a name (Europe/Paris) or "
        "as hours from UTC (UTC+2)."
    )
    return f"{message} Did you mean {suggestion}?" if suggestion else message


def ambiguous(letters: AmbiguousZone) -> str:
    """Say which zones some letters mean."""
    places = listed([f"{place} ({name})" for place, name in letters.candidates])
    return f"{letters.label} is used for {places}. Replace {letters.label} with the name in brackets."


def clock_change(found: ClockChange, zones: Zones) -> str:
    """Say that a time does not exist, or comes twice."""
    wall, place, day = Clock(found.wall.time()), found.place, _day(found.wall.date())
    if not found.twice:
        return f"On {day}, there is no {wall} in {place.city}: the clocks are put forward and skip it."
    first, second = (right_label(place, Moment(moment), zones).label for moment in found.moments)
    return (
        f"On {day}, it is {wall} twice in {place.city}, because the clocks are put back. "
        f"Say which one you mean: the first is {wall} {first}, the second {wall} {second}."
    )


def maybe_a_year(clock: Clock) -> str:
    """Warn that four digits were read as a time."""
    return f"Four digits were read as {Clock(clock.start)}. If they are a year, replace them with the time."


def other_date(stated: date, day: date) -> str:
    """Say that the line names another day than the date field."""
    return (
        f"This line says {_day(stated)}, but the event's date is {_day(day)}. Correct the one that is wrong; you don't "
        "need to repeat the date here."
    )


def other_weekday(stated: int, day: date) -> str:
    """Say that the line names a weekday that is not the day's."""
    return (
        f"This line says {DAYS[stated]}, but {_day(day)} is a {DAYS[day.weekday()]}. Correct the line or the date; you "
        "don't need to repeat the weekday here."
    )


def other_duration(stated: timedelta, duration: timedelta) -> str:
    """Say that a range and the duration are not the same length."""
    return (
        f"By the times in this line the event takes {show_duration(stated)}, but the duration given is "
        f"{show_duration(duration)}. Correct the one that is wrong."
    )


def other_last_day(stated: date, last: date) -> str:
    """Say that the times end on another day than the event."""
    return f"By these times the event ends on {_day(stated)}, but its last day is {_day(last)}. One of them is wrong."


def clocks_between(last: date, line: str) -> str:
    """Warn that the clocks change between the days of an event."""
    return f"The clocks change before the last day: on {_day(last)} the times are {line}."


def wrong_letters(reading: TimeReading, zones: Zones) -> str:
    """Warn that a strict abbreviation is not in force on that date, and name those that are right."""
    place, moment = reading.place, reading.moment
    in_force, right = abbreviation(place, moment.start), right_label(place, moment, zones).label
    offers = [in_force] if isinstance(zones.find(in_force), ZonePlace) else []
    offers += [] if right in offers else [f"{right}, which is right all year" if offers else right]
    elsewhere = " In Arizona, write America/Phoenix." if (place.label, place.city) == ("MST", "Denver") else ""
    return (
        f"On {_day(reading.day)}, {place.city} is on {in_force}, not {place.label}. {reading.clock} was read as the "
        f"time on the clocks there. Write {' or '.join(offers)}.{elsewhere}"
    )


def disagreement(readings: Sequence[TimeReading], verdict: Verdict) -> str:
    """Say that the times are not the same moment: each in the first one's zone, and which is likely the mistake."""
    if verdict.undated and not verdict.odd:
        days = [wall_of(verdict.moments[0].start, reading.place.zone).date() for reading in verdict.undated]
        told = listed([f"{reading} is on {_day(day)}" for reading, day in zip(verdict.undated, days, strict=True)])
        return f"The times are right, but {told}. Write the day after such a time, as in ({short_date(days[0])})."
    first = readings[0]
    same_start = all(reading.moment.start == first.moment.start for reading in readings)
    what = "do not end at the same moment" if same_start else "are not the same moment"
    shown = []
    for reading in readings:
        wall = wall_of(reading.moment.start, first.place.zone)
        twice = len(moments(wall, first.place.zone)) > 1
        letters = f" {abbreviation(first.place, reading.moment.start)}" if twice else ""
        mark = "" if wall.date() == first.day else f" on {_day(wall.date())}"
        shown.append(f"{reading} is {clock_of(first.place, reading.moment)}{letters}{mark}")
    if verdict.odd:
        agreeing = [str(reading) for reading in readings if reading not in verdict.odd]
        likely = f"{listed(agreeing)} agree, so {listed(list(map(str, verdict.odd)))} is probably the mistake."
    else:
        likely = "Only you can say which is right."
    return f"These times {what}. By the clocks in {first.place.city}, {listed(shown)}. {likely}"


def _day(day: date) -> str:
    return heading_date(day.isoformat())
