"""From the clock on a wall to a moment and back: clock changes, and whether the times of a line are the same moment.

A moment is shown in the site's zones for a single time, else in the given ones, each with its day if needed and under
a label that is right then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

from almanac.dates import short_date
from almanac.times.clock import DAY, Clock
from almanac.times.zones import BUILT_IN, ZonePlace, Zones, letters_like, load_zone, offset_place

DAYS_APART = 2  # two zones can be 26 hours apart, so their dates differ by two days at most


class Moment(NamedTuple):
    """When an event starts and, where that is said, ends; both in UTC."""

    start: datetime
    end: datetime | None = None

    @property
    def length(self) -> timedelta | None:
        return self.end - self.start if self.end else None


class ClockChange(NamedTuple):
    """A wall time that comes twice in a zone, or never, because the clocks are put back or forward over it.

    `part` is the part of the event that was to be then. `moments` are, in order, when the time comes; where it never
    comes, the moments as far before and after the change.
    """

    place: ZonePlace
    wall: datetime
    part: Literal["start", "end"]
    twice: bool
    moments: tuple[datetime, ...]


@dataclass(frozen=True)
class TimeReading:
    """One time of a line, read: what the clocks of a place show on a day, and the moment that this is."""

    place: ZonePlace
    clock: Clock
    day: date
    moment: Moment

    def __str__(self) -> str:
        return f"{self.clock} {self.place.label}"


def moments(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the moments, in UTC and in order, at which a zone's clocks show a time: one, or none, or two."""
    found = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if found[0] == found[1]:
        return (found[0],)  # no clock change is near
    return tuple(sorted(moment for moment in found if wall_of(moment, zone) == wall))


def wall_of(moment: datetime, zone: tzinfo) -> datetime:
    """Return what a zone's clocks show at a moment, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def clock_of(place: ZonePlace, moment: Moment) -> Clock:
    """Return what the clocks of a place show at a moment; one that takes a day or longer names its days."""
    start, end = wall_of(moment.start, place.zone), wall_of(moment.end, place.zone) if moment.end else None
    days = (start.date(), end.date()) if end and (moment.length or DAY) >= DAY else None
    return Clock(start.time(), end.time() if end else None, days)


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
    """Return what the clocks of a place are called at a moment, in capitals: `EST`, `CEST`, `+0530`.

    They are in the language of its label.
    """
    return letters_like(place.label, (moment.astimezone(place.zone).tzname() or "").upper())


def wrong_letters(place: ZonePlace, moment: datetime) -> bool:
    """Tell whether a place's label is a strict abbreviation that is not in force there at a moment."""
    return place.strict and place.label.upper() != abbreviation(place, moment)


def right_label(place: ZonePlace, moment: Moment, zones: Zones) -> ZonePlace:
    """Return how a place is named for a moment, so that everyone who reads the time there finds that moment again.

    Its own label if that is right then; else built-in letters that are right all year (`ET` for a wrong `EDT`); else
    the abbreviation in force (`CEST` for `CET` in summer, `EST` in an hour that comes twice); else the IANA name; else
    the offset from UTC.
    """
    names = (letters for letters, name in zones.letters.items() if name == place.name and letters in BUILT_IN)
    generic = (label for label in names if not ZonePlace(label, place.zone, place.name).strict)
    day, clock = wall_of(moment.start, place.zone).date(), clock_of(place, moment)
    for label in (place.label, *generic, abbreviation(place, moment.start), place.name or ""):
        candidate = zones.find(label)
        if not isinstance(candidate, ZonePlace) or wrong_letters(candidate, moment.start):
            continue
        # A day less the hour of a clock change would be shown as `12am-12am`, which nobody can read.
        if (clock.days or clock.start != clock.end) and read_moment(candidate, clock, day) == moment:
            return candidate
    if place.name is None:
        return place
    return offset_place(moment.start.astimezone(place.zone).utcoffset() or timedelta())


# ------------------------------------------------------------------------------- whether times agree


class Verdict(NamedTuple):
    """What the times of a line say together: whether they are the same moment, and what was meant.

    `moments` is one moment if all or most of the times say so, else one for each opinion. A majority is against the
    `odd` times; the `undated` ones are right except for their day, which has to be written with them.
    """

    agreed: bool
    moments: tuple[Moment, ...]
    odd: tuple[TimeReading, ...] = ()
    undated: tuple[TimeReading, ...] = ()


def compare(readings: Sequence[TimeReading]) -> Verdict:
    """Compare the times of a line; there is at least one, and the first one's day is the date field's."""
    starts, odd, undated = [readings[0].moment.start], list[TimeReading](), list[TimeReading]()
    if any(reading.moment.start != starts[0] for reading in readings):
        options = [_options(reading, readings[0]) for reading in readings]
        starts = list(dict.fromkeys(option[0] for option in options if option))
        likely = max(starts, key=lambda start: sum(start in option for option in options))
        pairs = list(zip(readings, options, strict=True))
        missing = [reading for reading, option in pairs if likely not in option]
        if 2 * len(missing) < len(readings):
            starts, odd = [likely], missing
            undated = [each for each, option in pairs if likely in option and each.moment.start != likely]
    lengths: list[timedelta | None] = [reading.moment.length for reading in readings if reading.moment.length]
    meant = list(dict.fromkeys(lengths)) or [None]
    best = max(lengths, key=lengths.count, default=None)
    if 2 * lengths.count(best) > len(lengths):
        meant = [best]
        odd += [reading for reading in readings if reading.moment.length not in (None, best)]
    against = tuple(reading for reading in readings if reading in odd)
    alike = all(reading.moment.start == starts[0] for reading in readings) and len(meant) == 1
    moments_meant = tuple(Moment(start, start + length if length else None) for start in starts for length in meant)
    return Verdict(alike and not against, moments_meant, against, tuple(undated))


def _options(reading: TimeReading, first: TimeReading) -> list[datetime]:
    """Return the starts that a reading can mean if the first time is on its day; the nearest one first.

    Another time may be meant for another day than the first one's: its mark was forgotten, or is wrong.
    """
    if reading is first:
        return [reading.moment.start]
    days = (reading.day + DAY * shift for shift in range(-DAYS_APART, DAYS_APART + 1) if shift)
    walls = (datetime.combine(day, reading.clock.start) for day in days)
    found = {reading.moment.start, *(start for wall in walls for start in moments(wall, reading.place.zone))}
    on_the_day = [start for start in found if wall_of(start, first.place.zone).date() == first.day]
    return sorted(on_the_day, key=lambda start: (abs(start - reading.moment.start), start))


def british(reading: TimeReading) -> TimeReading:
    """Read GMT as the time on British clocks, as many write it in summer; it is the same moment all winter."""
    if reading.place.name != "GMT":
        return reading
    place = ZonePlace(reading.place.label, load_zone("Europe/London"), "Europe/London")
    start, end = reading.clock.walls(datetime.combine(reading.day, time()))
    starts, ends = moments(start, place.zone), moments(end, place.zone) if end else ()
    if not starts or (end and not ends):
        return reading
    return replace(reading, place=place, moment=Moment(starts[-1], ends[-1] if ends else None))


# ------------------------------------------------------------------------------- how a moment is shown


class ZoneTime(NamedTuple):
    """A moment as the clocks of one zone show it."""

    label: str  # `ET`, `EDT` in an hour that comes twice, `Europe/Paris`, `UTC+2`
    zone: str | None  # the IANA name; None for an offset
    time: str  # `9am`, `9-11am`
    date: str  # of the start there: `2021-11-08`
    starts: str  # with its offset: `2021-11-08T09:00:00-05:00`
    ends: str | None = None


def shown_times(
    readings: Sequence[TimeReading], moment: Moment, zones: Zones, ends: datetime | None = None
) -> tuple[ZoneTime, ...]:
    """Return a moment in the zones that a line shows: the given ones or, for a single time, the site's.

    The day of the first reading is the event's date. The moment's end is shown where the given time was a range; `ends`
    is the event's end where the line does not say it.
    """
    start, ends = Moment(moment.start), ends or moment.end
    # Each place, and whether it shows the end; a mere offset beside a zone that has it then says nothing more.
    given: dict[ZonePlace, bool] = {}
    named: dict[tuple[ZonePlace, bool], ZonePlace] = {}
    for reading in readings:
        ranged = reading.clock.end is not None
        place = right_label(reading.place, moment if ranged else start, zones)
        named[reading.place, ranged] = place
        place = next((known for known in given if _shows_the_same(known, place, moment.start)), place)
        given[place] = given.get(place, False) or ranged
    if len(given) == 1:
        ranged = any(given.values())
        places = _site_places(readings[0], moment, zones)
        found = (named.get((one, ranged)) or right_label(one, moment if ranged else start, zones) for one in places)
        given = dict.fromkeys(found, ranged)
    return tuple(_shown_at(place, moment if ranged else start, ends, zones) for place, ranged in given.items())


def _shows_the_same(known: ZonePlace, place: ZonePlace, moment: datetime) -> bool:
    if place.name:
        return known.name == place.name
    return wall_of(moment, known.zone) == wall_of(moment, place.zone)


def _site_places(reading: TimeReading, moment: Moment, zones: Zones) -> list[ZonePlace]:
    """Return the site's zones in its order; the given one goes first if the others would not show the event's date."""
    found = (zones.find(letters) for letters in zones.shown)
    places = list({place.name: place for place in found if isinstance(place, ZonePlace)}.values())
    given = next((place for place in places if place.name == reading.place.name), None)
    if given is None:
        return [reading.place, *places]
    if moment.start.astimezone(places[0].zone).date() != reading.day:
        places.sort(key=lambda place: place is not given)
    return places


def time_at(place: ZonePlace, moment: Moment, zones: Zones, ends: datetime | None = None) -> ZoneTime:
    """Return a moment as the clocks of a place show it; `ends` is the event's end where that is another one."""
    return _shown_at(right_label(place, moment, zones), moment, ends, zones)


def _shown_at(place: ZonePlace, moment: Moment, ends: datetime | None, zones: Zones) -> ZoneTime:
    starts = moment.start.astimezone(place.zone).isoformat()
    last, clock = ends or moment.end, clock_of(place, moment)
    return ZoneTime(
        label=place.label,
        zone=place.name,
        time=str(clock) if zones.is_english else clock.in_24_hours,
        date=starts[: len("2021-11-08")],
        starts=starts,
        ends=last.astimezone(place.zone).isoformat() if last else None,
    )


def line_of(times: Sequence[ZoneTime]) -> str:
    """Join times to a When line: `9pm PT, 10:30am IST (Nov 12)`; the first one's day is the event's date.

    `Oct 6 9am - Oct 8 5pm ET` says its days.
    """
    marks = [
        ""
        if time.date == times[0].date or time.time[0].isalpha()
        else f" ({short_date(date.fromisoformat(time.date))})"
        for time in times
    ]
    return ", ".join(f"{time.time} {time.label}{mark}" for time, mark in zip(times, marks, strict=True))
