"""What people are told about a When line: every sentence of it, for readers who are not programmers.

No typed text is in these: times, zones and dates are written again from what was understood.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from almanac.dates import say_date, say_weekday, short_date
from almanac.phrases import in_calendar, joined, say, say_number
from almanac.text import listed
from almanac.times.clock import Clock
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

EXAMPLE = say("such as 9am ET, 3pm CET")

TOO_LONG = say(
    "This is longer than {longest} characters. Write only the times and their zones, {example}.",
    longest=LONGEST,
    example=EXAMPLE,
)
EMPTY = say("There is no time here. Write a time with its zone, {example}.", example=EXAMPLE)
UNREADABLE = say(
    "This could not be read as times with their zones. Put a zone after each time and a comma "
    "between two times, {example}.",
    example=EXAMPLE,
)
LENGTH_HERE = say(
    "How long the event takes does not belong here. Write only the times and their zones, and "
    "give the duration in its own field, or write a range, such as 9-11am ET."
)
NO_SUCH_TIME = say("A time here is not valid. Write 9am, 9:30am or 21:00.")
ENDS_AT_ITS_START = say(
    "One of these ranges ends when it starts. Write when it really ends, or only when it starts, such as 9am ET."
)
NO_SUCH_DAY = say(
    "This line names a day that does not exist, or one far from the event's date. You don't need "
    "to repeat the date here."
)
MORNING_OR_EVENING = say(
    "One of these times has no am or pm, so it may be in the morning or in the evening. Add am "
    "or pm, or write it as 09:00 or 21:00."
)
TOO_MANY_HOURS = say(
    "A range of times must be shorter than a day. Write only the start, and give the duration in its own field."
)
TWO_IN_ONE_ZONE = say(
    "Two different times here are in the same zone. If they are the start and the end, write "
    "them as a range, such as 9-11am ET. If there are two meetings, each is an event of its own."
)
ENDS_BEFORE = say("One of these times ends before it starts. Correct the date of its end.")
ONE_NIGHT = say("The event ends less than a day after it starts, so it counts as an event of one day.")
MIDNIGHT = say("Midnight was read as the start of the given date. If you mean the end of that day, give the next date.")
EARLY = say("A time without am or pm was read as a time in the morning. If it is in the afternoon, add pm.")


def no_zone(zones: Zones) -> str:
    """Say that a time has no zone; the site's default zone is only suggested."""
    message = say(
        "A time here has no time zone, so readers elsewhere cannot know when it is. Write the "
        "zone after each time, {example}.",
        example=EXAMPLE,
    )
    return (
        say("{message} This site often uses {default}.", message=message, default=zones.label_of(zones.default))
        if zones.default
        else message
    )


def unknown_zone(suggestion: str | None) -> str:
    """Say that words in the place of a zone are not the name of one."""
    message = say(
        "One of these time zones is not known. Write a zone as letters (ET, PT, UK, CET), as a "
        "name (Europe/Paris) or as hours from UTC (UTC+2)."
    )
    return (
        say("{message} Did you mean {suggestion}?", message=message, suggestion=suggestion) if suggestion else message
    )


def ambiguous(letters: AmbiguousZone) -> str:
    """Say which zones some letters mean."""
    places = listed([place + f" ({name})" for place, name in letters.candidates])
    return say(
        "{label} is used for {places}. Replace {label} with the name in brackets.", label=letters.label, places=places
    )


def clock_change(found: ClockChange, zones: Zones) -> str:
    """Say that a time does not exist, or comes twice."""
    wall, place, day = _clock(Clock(found.wall.time())), found.place, _day(found.wall.date())
    if not found.twice:
        return say(
            "On {day}, there is no {wall} in {city}: the clocks are put forward and skip it.",
            day=day,
            wall=wall,
            city=place.city,
        )
    first, second = (right_label(place, Moment(moment), zones).label for moment in found.moments)
    return say(
        "On {day}, it is {wall} twice in {city}, because the clocks are put back. Say which one "
        "you mean: the first is {wall} {first}, the second {wall} {second}.",
        day=day,
        wall=wall,
        city=place.city,
        first=first,
        second=second,
    )


def maybe_a_year(clock: Clock) -> str:
    """Warn that four digits were read as a time."""
    return say(
        "Four digits were read as {start}. If they are a year, replace them with the time.",
        start=_clock(Clock(clock.start)),
    )


def other_date(stated: date, day: date) -> str:
    """Say that the line names another day than the date field."""
    return say(
        "This line says {stated}, but the event's date is {day}. Correct the one that is wrong; "
        "you don't need to repeat the date here.",
        stated=_day(stated),
        day=_day(day),
    )


def other_weekday(stated: int, day: date) -> str:
    """Say that the line names a weekday that is not the day's."""
    return say(
        "This line says {stated}, but {day} is a {weekday}. Correct the line or the date; you don't "
        "need to repeat the weekday here.",
        stated=say_weekday(stated),
        day=_day(day),
        weekday=say_weekday(day.weekday()),
    )


def other_duration(stated: timedelta, duration: timedelta) -> str:
    """Say that a range and the duration are not the same length."""
    return say(
        "By the times in this line the event takes {stated}, but the duration given is "
        "{duration}. Correct the one that is wrong.",
        stated=_duration(stated),
        duration=_duration(duration),
    )


def other_last_day(stated: date, last: date) -> str:
    """Say that the times end on another day than the event."""
    return say(
        "By these times the event ends on {stated}, but its last day is {last}. One of them is wrong.",
        stated=_day(stated),
        last=_day(last),
    )


def clocks_between(last: date, line: str) -> str:
    """Warn that the clocks change between the days of an event."""
    return say("The clocks change before the last day: on {last} the times are {line}.", last=_day(last), line=line)


def wrong_letters(reading: TimeReading, zones: Zones) -> str:
    """Warn that a strict abbreviation is not in force on that date, and name those that are right."""
    place, moment = reading.place, reading.moment
    in_force, right = abbreviation(place, moment.start), right_label(place, moment, zones).label
    offers = [in_force] if isinstance(zones.find(in_force), ZonePlace) else []
    offers += [] if right in offers else [say("{right}, which is right all year", right=right) if offers else right]
    elsewhere = say(" In Arizona, write America/Phoenix.") if (place.label, place.city) == ("MST", "Denver") else ""
    return say(
        "On {day}, {city} is on {in_force}, not {label}. {clock} was read as the time on the "
        "clocks there. Write {offers}.{elsewhere}",
        day=_day(reading.day),
        city=place.city,
        in_force=in_force,
        label=place.label,
        clock=_clock(reading.clock),
        offers=say("{one} or {other}", one=offers[0], other=offers[1]) if offers[1:] else offers[0],
        elsewhere=elsewhere,
    )


def disagreement(readings: Sequence[TimeReading], verdict: Verdict) -> str:
    """Say that the times are not the same moment: each in the first one's zone, and which is likely the mistake."""
    if verdict.undated and not verdict.odd:
        days = [wall_of(verdict.moments[0].start, reading.place.zone).date() for reading in verdict.undated]
        told = listed(
            [
                say("{reading} is on {day}", reading=_reading(reading), day=_day(day))
                for reading, day in zip(verdict.undated, days, strict=True)
            ]
        )
        return say(
            "The times are right, but {told}. Write the day after such a time, as in ({day}).",
            told=told,
            day=in_calendar(short_date(days[0]), "short date", days[0].isoformat()),
        )
    first = readings[0]
    same_start = all(reading.moment.start == first.moment.start for reading in readings)
    what = say("do not end at the same moment") if same_start else say("are not the same moment")
    shown = []
    for reading in readings:
        wall = wall_of(reading.moment.start, first.place.zone)
        twice = len(moments(wall, first.place.zone)) > 1
        letters = f" {abbreviation(first.place, reading.moment.start)}" if twice else ""
        there = _clock(clock_of(first.place, reading.moment)) + letters
        if wall.date() == first.day:
            shown.append(say("{reading} is {clock}", reading=_reading(reading), clock=there))
        else:
            day = _day(wall.date())
            shown.append(say("{reading} is {clock} on {day}", reading=_reading(reading), clock=there, day=day))
    if verdict.odd:
        agreeing = [_reading(reading) for reading in readings if reading not in verdict.odd]
        likely = say(
            "{agreeing} agree, so {odd} is probably the mistake.",
            agreeing=listed(agreeing),
            odd=listed(list(map(_reading, verdict.odd))),
        )
    else:
        likely = say("Only you can say which is right.")
    return say(
        "These times {what}. By the clocks in {city}, {shown}. {likely}",
        what=what,
        city=first.place.city,
        shown=listed(shown),
        likely=likely,
    )


def _day(day: date) -> str:
    return say_date(day.isoformat())


def _clock(clock: Clock) -> str:
    times = [each.isoformat() for each in (clock.start, clock.end) if each]
    if clock.days:
        times = [f"{day}T{each}" for day, each in zip(clock.days, times, strict=True)]
    return in_calendar(str(clock), "clock", *times)


def _duration(length: timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    in_hours = say_number("{number} hour", "{number} hours", hours) if hours else ""
    return joined((in_hours, say_number("{number} minute", "{number} minutes", minutes) if minutes else ""))


def _reading(reading: TimeReading) -> str:
    return joined((_clock(reading.clock), reading.place.label))
