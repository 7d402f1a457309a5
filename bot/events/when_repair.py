"""Lines that may be what somebody meant. Each is read again before it is offered, so these need not be right."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import product
from math import prod

from bot.events.clock import HALF_DAY, Clock, show_clock
from bot.events.moments import Moment, Skipped, clock_of, moments, right_label
from bot.events.when_day import day_of
from bot.events.when_line import Unknown, Written
from bot.events.zones import Ambiguous, Place, Zones

MOST_VARIANTS = 24  # where several times can each mean several things


def rewrite(times: Sequence[Written], day: date, changed: Mapping[int, tuple[Clock, str]] | None = None) -> str:
    """Write a line anew, with some times changed, without its date and with every day mark in full."""
    parts = []
    for index, written in enumerate(times):
        clock, label = (changed or {}).get(index) or (written.clocks[0], _label(written))
        own_day = day_of(written, day, first=index == 0)
        mark = f" ({own_day})" if index and written.mark and isinstance(own_day, date) else ""
        parts.append(f"{show_clock(clock.start, clock.end)} {label}{mark}")
    return ", ".join(parts)


def _label(written: Written) -> str:
    return written.place.label if isinstance(written.place, Place) else ""


def variants(times: Sequence[Written], day: date, zones: Zones) -> tuple[str, ...]:
    """Write a line in all the ways in which its unclear times can be meant, unless these are too many."""
    options = [list(product(written.clocks, _labels(written.place, zones))) for written in times]
    if prod(map(len, options)) > MOST_VARIANTS:
        return ()
    return tuple(rewrite(times, day, dict(enumerate(chosen))) for chosen in product(*options))


def _labels(place: Place | Ambiguous | Unknown | None, zones: Zones) -> list[str]:
    if isinstance(place, Place):
        return [place.label]
    if isinstance(place, Ambiguous):
        return [zones.label_of(name) for _, name in place.candidates]
    found = place.meant(zones) if place else zones.default and zones.label_of(zones.default)
    return [found] if found else []


def around_skipped(times: Sequence[Written], found: Mapping[int, Skipped], day: date) -> tuple[str, ...]:
    """Write a line with the times that do not exist moved to before and to behind the clock change, all together.

    Args:
        times: The times of the line.
        found: Which of them do not exist.
        day: The event's date.
    """
    ways = [
        {
            index: _moved(times[index].clocks[0], skipped, wall)
            for index, (skipped, wall) in zip(found, way, strict=True)
        }
        for way in zip(*([(skipped, wall) for wall in skipped.instead] for skipped in found.values()), strict=True)
        if all(wall.date() == skipped.wall.date() for skipped, wall in way)
    ]
    return tuple(rewrite(times, day, way) for way in ways)


def _moved(clock: Clock, found: Skipped, wall: datetime) -> tuple[Clock, str]:
    moved = Clock(wall.time(), clock.end) if found.part == "start" else Clock(clock.start, wall.time())
    return moved, found.place.label


def as_range(times: Sequence[Written]) -> str | None:
    """Write two times in one zone as the range from one to the other, shorter than half a day; None for others."""
    if len(times) != 2 or times[0].place != times[1].place or any(written.end or written.mark for written in times):  # noqa: PLR2004 - a start and an end
        return None
    clock = Clock(times[0].clocks[0].start, times[1].clocks[0].start)
    first, last = clock.walls(datetime(2000, 1, 1))  # noqa: DTZ001 - only the difference counts
    return rewrite(times[:1], last.date(), {0: (clock, _label(times[0]))}) if last and last - first < HALF_DAY else None


def around_repeated(
    times: Sequence[Written], index: int, place: Place, days: tuple[date, date], zones: Zones
) -> tuple[str, ...]:
    """Write a line with a time or a range that comes twice in all the ways in which it can be meant.

    Args:
        times: The times of the line.
        index: Which of them it is.
        place: Its zone.
        days: The event's date, and the day of this time.
        zones: The site's letters.
    """
    start, end = times[index].clocks[0].walls(datetime.combine(days[1], time()))
    ends = moments(end, place.zone) if end else (None,)
    found = [
        Moment(first, last) for first, last in product(moments(start, place.zone), ends) if not last or last > first
    ]
    lines = []
    for moment in found:
        right = right_label(place, moment, zones)
        lines.append(rewrite(times, days[0], {index: (clock_of(right, moment), right.label)}))
    return tuple(lines)
