"""Lines that may be what was meant. Each is read again before it is offered, so these need not be right."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import product
from math import prod

from almanac.times.clock import HALF_DAY, Clock
from almanac.times.grammar import AnyZone, WrittenPair
from almanac.times.moment import ClockChange, Moment, clock_of, moments, right_label, wall_of
from almanac.times.zones import AmbiguousZone, ZonePlace, Zones

MOST_VARIANTS = 24  # where several times can each mean several things

Days = Sequence[date | str]
"""The day of each time of a line, or what is wrong with its mark."""


def rewrite(times: Sequence[WrittenPair], days: Days, changed: Mapping[int, tuple[Clock, str]] | None = None) -> str:
    """Write a line again, with some times changed, without its date and with every day mark in full."""
    parts = []
    for index, written in enumerate(times):
        label = written.place.label if isinstance(written.place, ZonePlace) else ""
        clock, label = (changed or {}).get(index) or (written.clocks[0], label)
        has_mark = index and written.mark is not None and isinstance(days[index], date)
        parts.append(f"{clock} {label}" + (f" ({days[index]})" if has_mark else ""))
    return ", ".join(parts)


def variants(times: Sequence[WrittenPair], days: Days, zones: Zones) -> tuple[str, ...]:
    """Write a line in all the ways in which its unclear times can be meant, unless these are too many."""
    options = [list(product(written.clocks, _labels(written.place, zones))) for written in times]
    if prod(map(len, options)) > MOST_VARIANTS:
        return ()
    return tuple(rewrite(times, days, dict(enumerate(chosen))) for chosen in product(*options))


def _labels(place: AnyZone | None, zones: Zones) -> list[str]:
    if isinstance(place, ZonePlace):
        return [place.label]
    if isinstance(place, AmbiguousZone):
        return [zones.label_of(name) for _, name in place.candidates]
    found = place.meant(zones) if place else zones.default and zones.label_of(zones.default)
    return [found] if found else []


def around_skipped(times: Sequence[WrittenPair], days: Days, found: Mapping[int, ClockChange]) -> tuple[str, ...]:
    """Write a line with the times that do not exist (`found`) moved to before and to after the change, all together."""
    lines = []
    for side in (0, 1):
        changed = {}
        for index, skipped in found.items():
            clock, wall = times[index].clocks[0], wall_of(skipped.moments[side], skipped.place.zone)
            if wall.date() != skipped.wall.date():
                break
            moved = Clock(wall.time(), clock.end) if skipped.part == "start" else Clock(clock.start, wall.time())
            changed[index] = (moved, skipped.place.label)
        else:
            lines.append(rewrite(times, days, changed))
    return tuple(lines)


def around_repeated(
    times: Sequence[WrittenPair], days: Days, index: int, found: ClockChange, zones: Zones
) -> tuple[str, ...]:
    """Write a line with a time or a range that comes twice (the one at `index`) in all the ways it can be meant."""
    zone = found.place.zone
    start, end = times[index].clocks[0].walls(datetime.fromisoformat(str(days[index])))
    ways = product(moments(start, zone), moments(end, zone) if end else (None,))
    lines = []
    for moment in [Moment(first, last) for first, last in ways if last is None or last > first]:
        right = right_label(found.place, moment, zones)
        lines.append(rewrite(times, days, {index: (clock_of(right, moment), right.label)}))
    return tuple(lines)


def as_range(times: Sequence[WrittenPair]) -> str | None:
    """Write two times in one zone as the range from one to the other, shorter than half a day; None for others."""
    place = times[0].place
    if len(times) != 2 or place != times[1].place or not isinstance(place, ZonePlace):  # noqa: PLR2004 - start and end
        return None
    if any(written.end or written.mark is not None for written in times):
        return None
    clock = Clock(times[0].clocks[0].start, times[1].clocks[0].start)
    return f"{clock} {place.label}" if clock.length < HALF_DAY else None
