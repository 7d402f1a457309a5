"""How a moment is shown: in the site's zones for a single time, else in the given ones, each with its day if needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.events.agreement import Reading
from bot.events.clock import show_clock
from bot.events.dates import short_date
from bot.events.moments import Moment, clock_of, right_label
from bot.events.zones import Place, Zones


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
