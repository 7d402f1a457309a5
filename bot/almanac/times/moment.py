"""From the clock on a wall to a moment and back: clock changes, strict abbreviations, and the label that is right.

A moment is shown in the site's zones for a single time, else in the given ones, each with its day if needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from almanac.dates import short_date
from almanac.times.clock import Clock
from almanac.times.zones import BUILT_IN, ZonePlace, Zones, offset_place


@dataclass(frozen=True)
class Moment:
    """When an event starts and, where that is said, ends; both in UTC."""

    start: datetime
    end: datetime | None = None

    @property
    def length(self) -> timedelta | None:
        return self.end - self.start if self.end else None

    @property
    def only_start(self) -> "Moment":
        return Moment(self.start)


@dataclass(frozen=True)
class ClockChange:
    """A wall time that comes twice in a zone, or never, because the clocks are put back or forward over it.

    Attributes:
        place: The zone.
        wall: The time.
        part: Whether an event's start or its end was to be then.
        twice: Whether it comes twice.
        moments: In order, when it comes; where it never comes, the moments as far before and after the change.
    """

    place: ZonePlace
    wall: datetime
    part: Literal["start", "end"]
    twice: bool
    moments: tuple[datetime, ...]


@dataclass(frozen=True)
class TimeReading:
    """One time of a line, read.

    Attributes:
        place: Its zone.
        clock: What the clocks there show.
        day: The day on which they do.
        moment: The moment that this is.
    """

    place: ZonePlace
    clock: Clock
    day: date
    moment: Moment

    def __str__(self) -> str:
        return f"{self.clock} {self.place.label}"


def moments(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the moments, in UTC and in order, at which a zone's clocks show a time: one, or none, or two."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(moment for moment in found if wall_of(moment, zone) == wall))


def wall_of(moment: datetime, zone: tzinfo) -> datetime:
    """Return what a zone's clocks show at a moment, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def clock_of(place: ZonePlace, moment: Moment) -> Clock:
    """Return what the clocks of a place show at a moment."""
    end = wall_of(moment.end, place.zone).time() if moment.end else None
    return Clock(wall_of(moment.start, place.zone).time(), end)


def read_moment(place: ZonePlace, clock: Clock, day: date) -> Moment | ClockChange:
    """Find when the clocks of a place show a time on a day.

    Letters are read as the zone's wall time, even strict ones. A strict abbreviation decides between the two moments
    of an hour that comes twice: `1:30am EST` says which.
    """
    wall, last = clock.walls(datetime.combine(day, time()))
    start = _at(place, wall, "start")
    end = _at(place, last, "end") if last else None
    if isinstance(start, ClockChange):
        return start
    return end if isinstance(end, ClockChange) else Moment(start, end)


def _at(place: ZonePlace, wall: datetime, part: Literal["start", "end"]) -> datetime | ClockChange:
    found = moments(wall, place.zone)
    if not found:
        around = tuple(wall.replace(tzinfo=place.zone, fold=fold).astimezone(UTC) for fold in (1, 0))
        return ClockChange(place, wall, part, twice=False, moments=around)
    if len(found) > 1:
        named = [moment for moment in found if abbreviation(place, moment) == place.label.upper()]
        return named[0] if len(named) == 1 else ClockChange(place, wall, part, twice=True, moments=found)
    return found[0]


# ------------------------------------------------------------------------------- how a zone is called


def abbreviation(place: ZonePlace, moment: datetime) -> str:
    """Return what the clocks of a place are called at a moment, in capitals: `EST`, `CEST`, `+0530`."""
    return (moment.astimezone(place.zone).tzname() or "").upper()


def wrong_letters(place: ZonePlace, moment: datetime) -> bool:
    """Tell whether a place's label is a strict abbreviation that is not in force there at a moment."""
    return place.strict and place.label.upper() != abbreviation(place, moment)


def right_label(place: ZonePlace, moment: Moment, zones: Zones) -> ZonePlace:
    """Return how a place is named for a moment, so that everyone who reads the time there finds that moment again.

    Its own label if that is right then; else built-in letters that are right all year (`ET` for a wrong `EDT`); else
    the abbreviation in force (`CEST` for `CET` in summer, `EST` in an hour that comes twice); else the IANA name; else
    the offset from UTC.
    """
    names = [letters for letters, name in BUILT_IN.items() if name == place.name]
    generic = (label for label in names if not ZonePlace(label, place.zone, place.name).strict)
    for label in (place.label, *generic, abbreviation(place, moment.start), place.name or ""):
        candidate = zones.find(label)
        if isinstance(candidate, ZonePlace) and _reads_back(place, candidate, moment):
            return candidate
    if place.name is None:
        return place
    return offset_place(moment.start.astimezone(place.zone).utcoffset() or timedelta())


def _reads_back(place: ZonePlace, candidate: ZonePlace, moment: Moment) -> bool:
    day, clock = wall_of(moment.start, place.zone).date(), clock_of(place, moment)
    if clock.start == clock.end:  # a day less the hour of a clock change: nobody can read `12am-12am`
        return False
    return not wrong_letters(candidate, moment.start) and read_moment(candidate, clock, day) == moment


# ------------------------------------------------------------------------------- how a moment is shown


@dataclass(frozen=True)
class ZoneTime:
    """A moment as the clocks of one zone show it.

    Attributes:
        label: How the zone is called there: `ET`, `EDT` in an hour that comes twice, `Europe/Paris`, `UTC+2`.
        zone: Its IANA name; None for an offset.
        time: The time or the range: `9am`, `9-11am`.
        date: The day of the start there: `2021-11-08`.
        starts: The start with its offset: `2021-11-08T09:00:00-05:00`.
        ends: The end with its offset, where one is known.
    """

    label: str
    zone: str | None
    time: str
    date: str
    starts: str
    ends: str | None = None


def shown_times(
    readings: Sequence[TimeReading], moment: Moment, zones: Zones, length: timedelta | None = None
) -> tuple[ZoneTime, ...]:
    """Return a moment in the zones that a line shows: the given ones or, for a single time, the site's.

    Args:
        readings: The times that were given; the day of the first is the event's date.
        moment: When the event is; its end is shown where the given time was a range.
        zones: The site's letters.
        length: How long the event takes where no range says so; it gives the ends, and is not shown.
    """
    ends = moment.end or (moment.start + length if length else None)
    given: dict[ZonePlace, bool] = {}  # each place, and whether it shows the end
    for reading in readings:
        ranged = reading.clock.end is not None
        place = right_label(reading.place, moment if ranged else moment.only_start, zones)
        place = next((known for known in given if place.name and known.name == place.name), place)
        given[place] = given.get(place, False) or ranged
    if len(given) == 1:
        ranged = any(given.values())
        places = _site_places(readings[0], moment, zones)
        given = {right_label(place, moment if ranged else moment.only_start, zones): ranged for place in places}
    return tuple(
        time_at(place, moment if ranged else moment.only_start, zones, ends) for place, ranged in given.items()
    )


def _site_places(reading: TimeReading, moment: Moment, zones: Zones) -> list[ZonePlace]:
    """Return the site's zones in its order, and the given one first if the site does not show it.

    The first one's day must be the event's date: where it would not be, the given zone goes first.
    """
    found = (zones.find(letters) for letters in zones.shown)
    places = list({place.name: place for place in found if isinstance(place, ZonePlace)}.values())
    given = next((place for place in places if place.name == reading.place.name), None)
    if given is None:
        return [reading.place, *places]
    if moment.start.astimezone(places[0].zone).date() != reading.day:
        places.sort(key=lambda place: place is not given)
    return places


def time_at(place: ZonePlace, moment: Moment, zones: Zones, ends: datetime | None = None) -> ZoneTime:
    """Return a moment as the clocks of a place show it, under a label that is right then.

    `ends` is the end where it is known but not shown.
    """
    place = right_label(place, moment, zones)
    starts = moment.start.astimezone(place.zone).isoformat()
    last = moment.end or ends
    return ZoneTime(
        label=place.label,
        zone=place.name,
        time=str(clock_of(place, moment)),
        date=starts[: len("2021-11-08")],
        starts=starts,
        ends=last.astimezone(place.zone).isoformat() if last else None,
    )


def line_of(times: Sequence[ZoneTime]) -> str:
    """Join times to a When line: `9pm PT, 10:30am IST (Nov 12)`; the first one's day is the event's date."""
    marks = ["" if time.date == times[0].date else f" ({short_date(date.fromisoformat(time.date))})" for time in times]
    return ", ".join(f"{time.time} {time.label}{mark}" for time, mark in zip(times, marks, strict=True))
