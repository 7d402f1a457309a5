"""From the clock on a wall to a moment and back: clock changes, strict abbreviations, and the label that is right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from bot.events.clock import Clock
from bot.events.letters import BUILT_IN
from bot.events.zones import Place, Zones, offset_place


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
