"""Whether the times of a When line are the same moment and, if not, which moment was meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from almanac.times.clock import DAY
from almanac.times.moment import Moment, TimeReading, moments, wall_of
from almanac.times.zones import ZonePlace, load_zone

DAYS_APART = 2  # two zones can be 26 hours apart, so their dates differ by two days at most


@dataclass(frozen=True)
class Verdict:
    """What the times of a line say together.

    Attributes:
        agreed: They are the same moment; nothing is to be corrected.
        moments: What was meant: one moment if all or most of the times say so, else one for each opinion.
        odd: The times that a majority is against.
        undated: The times that are right except for their day, which has to be written with them.
    """

    agreed: bool
    moments: tuple[Moment, ...]
    odd: tuple[TimeReading, ...] = ()
    undated: tuple[TimeReading, ...] = ()


def compare(readings: Sequence[TimeReading]) -> Verdict:
    """Compare the times of a line; there is at least one, and the first one's day is the date field's."""
    starts, odd, undated = _starts(readings)
    lengths, odd_lengths = _lengths(readings)
    meant = tuple(Moment(start, start + length if length else None) for start in starts for length in lengths)
    against = tuple(reading for reading in readings if reading in odd or reading in odd_lengths)
    alike = all(reading.moment.start == starts[0] for reading in readings) and len(lengths) == 1
    return Verdict(alike and not undated and not against, meant, against, undated)


def _starts(
    readings: Sequence[TimeReading],
) -> tuple[tuple[datetime, ...], tuple[TimeReading, ...], tuple[TimeReading, ...]]:
    """Return the starts that were meant, the readings that a majority is against, and those that lack a day mark."""
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


def _lengths(readings: Sequence[TimeReading]) -> tuple[tuple[timedelta | None, ...], tuple[TimeReading, ...]]:
    """Return the lengths that were meant (None where no time is a range), and the readings against a majority."""
    lengths = [reading.moment.length for reading in readings if reading.moment.length]
    opinions = tuple(dict.fromkeys(lengths))
    if len(opinions) < 2:  # noqa: PLR2004 - one opinion, or none
        return opinions or (None,), ()
    best = max(opinions, key=lengths.count)
    if 2 * lengths.count(best) <= len(lengths):
        return opinions, ()
    return (best,), tuple(reading for reading in readings if reading.moment.length not in (None, best))


def gmt_as_british(readings: Sequence[TimeReading]) -> tuple[TimeReading, ...]:
    """Read GMT as the time on British clocks, as many write it in summer; the same moment all winter."""
    return tuple(_british(reading) if reading.place.name == "GMT" else reading for reading in readings)


def _british(reading: TimeReading) -> TimeReading:
    place = ZonePlace(reading.place.label, load_zone("Europe/London"), "Europe/London")
    start, end = reading.clock.walls(datetime.combine(reading.day, time()))
    starts, ends = moments(start, place.zone), moments(end, place.zone) if end else ()
    if not starts or (end and not ends):
        return reading
    return replace(reading, place=place, moment=Moment(starts[-1], ends[-1] if ends else None))
