"""From the clock on a wall to a moment and back: clock changes, strict abbreviations, and the label that is right.

Whether the times of a When line are the same moment and, if not, which moment was meant.

How a moment is shown: in the site's zones for a single time, else in the given ones, each with its day if needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from almanac.dates import short_date
from almanac.times.clock import DAY, Clock, show_clock
from almanac.times.zones import BUILT_IN, Place, Zones, load_zone, offset_place


@dataclass(frozen=True)
class Moment:
    """When an event starts and, where that is said, ends; both in UTC."""

    start: datetime
    end: datetime | None = None

    @property
    def length(self) -> timedelta | None:
        """How long the event takes, where that is said."""
        return self.end - self.start if self.end else None


@dataclass(frozen=True)
class Skipped:
    """A wall time that does not exist in a zone, because the clocks are put forward over it.

    Attributes:
        place: The zone.
        wall: The time that no clock shows.
        part: Whether an event's start or its end was to be then.
        instead: The wall times that are as far behind and before the change, in order.
    """

    place: Place
    wall: datetime
    part: Literal["start", "end"]
    instead: tuple[datetime, ...]


@dataclass(frozen=True)
class Repeated:
    """A wall time that comes twice in a zone, because the clocks are put back over it; `moments` are both, in UTC."""

    place: Place
    wall: datetime
    part: Literal["start", "end"]
    moments: tuple[datetime, ...]


def moments(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the moments, in UTC and in order, at which a zone's clocks show a time: one, or none, or two."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(moment for moment in found if wall_of(moment, zone) == wall))


def wall_of(moment: datetime, zone: tzinfo) -> datetime:
    """Return what a zone's clocks show at a moment, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def read_moment(place: Place, clock: Clock, day: date) -> Moment | Skipped | Repeated:
    """Find when the clocks of a place show a time on a day.

    Letters are read as the zone's wall time, whatever they are. A strict abbreviation decides between the two moments
    of an hour that comes twice: `1:30am EST` says which.
    """
    wall, last = clock.walls(datetime.combine(day, time()))
    start = _one(place, wall, "start")
    if not isinstance(start, datetime):
        return start
    if last is None:
        return Moment(start)
    end = _one(place, last, "end")
    return Moment(start, end) if isinstance(end, datetime) else end


def _one(place: Place, wall: datetime, part: Literal["start", "end"]) -> datetime | Skipped | Repeated:
    found = moments(wall, place.zone)
    if not found:
        pushed = (wall.replace(tzinfo=place.zone, fold=fold).astimezone(UTC) for fold in (1, 0))
        instead = tuple(wall_of(moment, place.zone) for moment in pushed)
        return Skipped(place, wall, part, instead)
    if len(found) > 1:
        named = [moment for moment in found if abbreviation(place, moment) == place.label.upper()]
        if len(named) != 1:
            return Repeated(place, wall, part, found)
        found = (named[0],)
    return found[0]


def abbreviation(place: Place, moment: datetime) -> str:
    """Return what the clocks of a place are called at a moment, in capitals: `EST`, `CEST`, `+0530`."""
    return (moment.astimezone(place.zone).tzname() or "").upper()


def wrong_letters(place: Place, moment: datetime) -> bool:
    """Tell whether a place's label is a strict abbreviation that its clocks do not go by at a moment."""
    return place.strict and place.label.upper() != abbreviation(place, moment)


def right_label(place: Place, moment: Moment, zones: Zones) -> Place:
    """Return how a place is named for a moment, so that whoever reads the time there finds that moment again.

    Its own label if that is right then; else built-in letters that are right all year (`ET` for a wrong `EDT`); else
    the abbreviation in force (`CEST` for `CET` in summer, `EST` in an hour that comes twice); else the IANA name; else
    the offset from UTC.
    """
    names = [letters for letters, name in BUILT_IN.items() if name == place.name]
    labels = [place.label, *(label for label in names if not Place(label, place.zone, place.name).strict)]
    for label in (*labels, abbreviation(place, moment.start), place.name or ""):
        candidate = zones.find(label)
        if isinstance(candidate, Place) and _reads_back(place, candidate, moment):
            return candidate
    if place.name is None:
        return place
    return offset_place(moment.start.astimezone(place.zone).utcoffset() or timedelta())


def _reads_back(place: Place, candidate: Place, moment: Moment) -> bool:
    day, clock = wall_of(moment.start, place.zone).date(), clock_of(place, moment)
    if clock.start == clock.end:  # a day less the hour of a clock change: nobody can read `12am-12am`
        return False
    return not wrong_letters(candidate, moment.start) and read_moment(candidate, clock, day) == moment


def clock_of(place: Place, moment: Moment) -> Clock:
    """Return what the clocks of a place show at a moment."""
    end = wall_of(moment.end, place.zone).time() if moment.end else None
    return Clock(wall_of(moment.start, place.zone).time(), end)


DAYS_APART = 2  # two zones can be 26 hours apart, so their dates differ by two days at most


@dataclass(frozen=True)
class Reading:
    """One time of a line, read.

    Attributes:
        place: Its zone.
        clock: What the clocks there show.
        day: The day on which they do.
        moment: The moment that this is.
    """

    place: Place
    clock: Clock
    day: date
    moment: Moment


@dataclass(frozen=True)
class Verdict:
    """What the times of a line say together.

    Attributes:
        agreed: They are the same moment; nothing is to be corrected.
        moments: What was meant: one moment if all or most of the times say so, else one for each opinion.
        odd: The times that stand against a majority.
        undated: The times that are right but for their day, which has to stand with them.
    """

    agreed: bool
    moments: tuple[Moment, ...]
    odd: tuple[Reading, ...] = ()
    undated: tuple[Reading, ...] = ()


def compare(readings: Sequence[Reading]) -> Verdict:
    """Compare the times of a line; there is at least one, and the first one's day is the date field's."""
    starts, odd, undated = _starts(readings)
    lengths, odd_lengths = _lengths(readings)
    agreed = not undated and all(reading.moment.start == starts[0] for reading in readings) and len(lengths) == 1
    meant = tuple(Moment(start, start + length if length else None) for start in starts for length in lengths)
    against = tuple(reading for reading in readings if reading in odd or reading in odd_lengths)
    return Verdict(agreed and not against, meant, against, undated)


def gmt_as_british(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Read GMT as the time on British clocks, as many write it in summer; the same moment all winter."""
    return tuple(_british(reading) if reading.place.name == "GMT" else reading for reading in readings)


def _british(reading: Reading) -> Reading:
    place = Place(reading.place.label, load_zone("Europe/London"), "Europe/London")
    start, end = reading.clock.walls(datetime.combine(reading.day, datetime.min.time()))
    ends = moments(end, place.zone) if end else ()
    starts = moments(start, place.zone)
    if not starts or (end and not ends):
        return reading
    return replace(reading, place=place, moment=Moment(starts[-1], ends[-1] if ends else None))


def _starts(
    readings: Sequence[Reading],
) -> tuple[tuple[datetime, ...], tuple[Reading, ...], tuple[Reading, ...]]:
    """Return the starts that were meant, the readings against a majority, and those that lack a day mark."""
    first = readings[0]
    if all(reading.moment.start == first.moment.start for reading in readings):
        return (first.moment.start,), (), ()
    options = [_options(reading, first) for reading in readings]
    opinions = tuple(dict.fromkeys(option[0] for option in options if option))
    best = max(opinions, key=lambda start: sum(start in option for option in options))
    pairs = list(zip(readings, options, strict=True))
    odd = tuple(reading for reading, option in pairs if best not in option)
    if 2 * len(odd) >= len(readings):
        return opinions, (), ()
    undated = tuple(reading for reading, option in pairs if best in option and reading.moment.start != best)
    return (best,), odd, undated


def _options(reading: Reading, first: Reading) -> list[datetime]:
    """Return the starts that a reading can mean if the first time is on its day; the nearest one first.

    Another time may be meant for another day than the first one's: its mark was forgotten, or is wrong.
    """
    if reading is first:
        return [reading.moment.start]
    days = (reading.day + DAY * shift for shift in range(-DAYS_APART, DAYS_APART + 1) if shift)
    walls = (datetime.combine(day, reading.clock.start) for day in days)
    found = [reading.moment.start, *(start for wall in walls for start in moments(wall, reading.place.zone))]
    on_the_day = [start for start in found if wall_of(start, first.place.zone).date() == first.day]
    return sorted(set(on_the_day), key=lambda start: abs(start - reading.moment.start))


def _lengths(readings: Sequence[Reading]) -> tuple[tuple[timedelta | None, ...], tuple[Reading, ...]]:
    """Return the lengths that were meant (None where no time is a range) and the readings against a majority."""
    lengths = [reading.moment.length for reading in readings if reading.moment.length]
    opinions = tuple(dict.fromkeys(lengths))
    if len(opinions) < 2:  # noqa: PLR2004 - one opinion, or none
        return opinions or (None,), ()
    best = max(opinions, key=lengths.count)
    if 2 * lengths.count(best) <= len(lengths):
        return opinions, ()
    return (best,), tuple(reading for reading in readings if reading.moment.length not in (None, best))


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
    readings: Sequence[Reading], moment: Moment, zones: Zones, length: timedelta | None = None
) -> tuple[ZoneTime, ...]:
    """Return a moment in the zones that a line shows: the given ones or, for a single time, the site's.

    Args:
        readings: The times that were given; the day of the first is the event's date.
        moment: When the event is; its end is shown where the given time was a range.
        zones: The site's letters.
        length: How long the event takes where no range says so; it gives the ends, and is not shown.
    """
    ends = moment.start + length if length and not moment.end else moment.end
    given: dict[Place, bool] = {}
    for reading in readings:
        place = right_label(reading.place, _part(moment, whole=reading.clock.end is not None), zones)
        place = next((known for known in given if place.name and known.name == place.name), place)
        given[place] = given.get(place, False) or reading.clock.end is not None
    whole = any(given.values())
    if len(given) == 1:
        places = (right_label(p, _part(moment, whole=whole), zones) for p in _site_places(readings[0], moment, zones))
        given = dict.fromkeys(places, whole)
    return tuple(time_at(place, _part(moment, whole=ranged), zones, ends) for place, ranged in given.items())


def _part(moment: Moment, *, whole: bool) -> Moment:
    return moment if whole else Moment(moment.start)


def line_of(times: Sequence[ZoneTime]) -> str:
    """Join times to a When line: `9pm PT, 10:30am IST (Nov 12)`; the first one's day is the event's date."""
    marks = ["" if time.date == times[0].date else f" ({short_date(date.fromisoformat(time.date))})" for time in times]
    return ", ".join(f"{time.time} {time.label}{mark}" for time, mark in zip(times, marks, strict=True))


def time_at(place: Place, moment: Moment, zones: Zones, ends: datetime | None = None) -> ZoneTime:
    """Return a moment as the clocks of a place show it, under a label that is right then.

    `ends` is the end where it is known but not shown.
    """
    place = right_label(place, moment, zones)
    clock = clock_of(place, moment)
    first = moment.start.astimezone(place.zone).isoformat()
    last = moment.end or ends
    return ZoneTime(
        label=place.label,
        zone=place.name,
        time=show_clock(clock.start, clock.end),
        date=first[: len("2021-11-08")],
        starts=first,
        ends=last.astimezone(place.zone).isoformat() if last else None,
    )


def _site_places(reading: Reading, moment: Moment, zones: Zones) -> list[Place]:
    """Return the site's zones in its order, and the given one first if the site does not show it.

    The first one's day must be the event's date: where it would not be, the given zone goes first.
    """
    found = (zones.find(letters) for letters in zones.shown)
    places = list({place.name: place for place in found if isinstance(place, Place)}.values())
    given = next((place for place in places if place.name == reading.place.name), None)
    if given is None:
        return [reading.place, *places]
    if moment.start.astimezone(places[0].zone).date() != reading.day:
        places.sort(key=lambda place: place is not given)
    return places
