"""Whether the times of a When line are the same moment and, if not, which moment was meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.events.clock import DAY, Clock
from bot.events.moments import Moment, moments, wall_of
from bot.events.zones import Place, load

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
    place = Place(reading.place.label, load("Europe/London"), "Europe/London")
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
