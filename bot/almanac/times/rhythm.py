"""How often a series meets.

Rules are those of calendars (RFC 5545, section 3.3.10), in words: `2 weeks`, `first Tuesday of the month`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from almanac.dates import DAYS
from almanac.patterns import regex
from almanac.phrases import say

EXAMPLES = say(
    "{one} or {other}",
    one="`week`, `2 weeks`, `month`, `first Tuesday of the month`",
    other="`second and fourth Thursday of the month`",
)
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_NAMES = {number: name for name, number in _PLACES.items()}
_WEEKS = regex(r"(?:([0-9]{1,2}) weeks|(?:1 )?week)")
_IN_MONTH = regex(
    rf"({'|'.join(_PLACES)})(?: and ({'|'.join(_PLACES)}))? ({'|'.join(DAYS)})(?: of (?:the|each|every) month)?",
    re.IGNORECASE,
)
_WEEK, _MONTH = 7, 4
_LEAST = 4
_MOST_WEEKS = 8
_LATEST = 12
_MOST_DAYS = 100


@dataclass(frozen=True)
class Rhythm:
    """Every so many weeks, or every month: on its same day, or on certain weekdays (1 is the first, -1 the last)."""

    weeks: int = 0
    places: tuple[int, ...] = ()
    weekday: int = 0  # Monday is 0

    def days(self, last: date, skip: Collection[date] = ()) -> Iterator[date]:
        """Give the days after the last one, but those to be skipped; no more than the next hundred."""
        # Here, since most runs need no next day.
        from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday  # noqa: PLC0415

        start = datetime(last.year, last.month, last.day)  # noqa: DTZ001 -- days have no zone
        if self.weeks:
            days = rrule(WEEKLY, dtstart=start, interval=self.weeks, count=_MOST_DAYS)
        elif self.places:
            wanted = [weekday(self.weekday, place) for place in self.places]
            days = rrule(MONTHLY, dtstart=start, byweekday=wanted, count=_MOST_DAYS)
        else:
            days = rrule(MONTHLY, dtstart=start, count=_MOST_DAYS)
        return (day.date() for day in days if day.date() > last and day.date() not in skip)

    def __str__(self) -> str:
        if self.weeks:
            return "week" if self.weeks == 1 else f"{self.weeks} weeks"
        if not self.places:
            return "month"
        return f"{' and '.join(_NAMES[place] for place in self.places)} {DAYS[self.weekday]} of the month"


def read_rhythm(text: str) -> Rhythm:
    """Read what a config says of a series.

    Raises:
        ValueError: It is not understood; says what would be.
    """
    said = " ".join(text.split()).removeprefix("every ")
    if said.casefold() == "month":
        return Rhythm()
    if (weeks := _WEEKS.fullmatch(said.casefold())) and (number := int(weeks[1] or 1)):
        return Rhythm(weeks=number)
    if found := _IN_MONTH.fullmatch(said):
        places = tuple(_PLACES[one.casefold()] for one in found.groups()[:2] if one)
        return Rhythm(places=places, weekday=[day.casefold() for day in DAYS].index(found[3].casefold()))
    raise ValueError(say("This is not a rhythm that Almanac knows. Write {examples}.", examples=EXAMPLES))


def rhythm_of(dates: Sequence[str]) -> Rhythm | None:
    """Find the rhythm that most of the newest dates of a series keep; None if they keep none."""
    known = {date.fromisoformat(one) for one in dates if len(one) == len("2021-11-08") and one[0] != "X"}
    days = sorted(known)[-_LATEST:]
    if len(days) < _LEAST:
        return None
    [(usual, count)] = Counter((two - one).days for one, two in pairwise(days)).most_common(1)
    is_steady = usual % _WEEK == 0 and usual <= _WEEK * _MOST_WEEKS and count * 3 >= (len(days) - 1) * 2
    steady = Rhythm(weeks=usual // _WEEK) if is_steady else None
    # First Tuesdays are four weeks apart, too, more often than not.
    return steady if steady and steady.weeks < _MONTH else _in_months(days) or steady


def _in_months(days: Sequence[date]) -> Rhythm | None:
    [(weekday, _)] = Counter(day.weekday() for day in days).most_common(1)
    places = Counter((day.day - 1) // _WEEK + 1 for day in days if day.weekday() == weekday)
    for wanted in (1, 2):
        found = places.most_common(wanted)
        if len(found) == wanted and sum(each for _, each in found) * 5 >= len(days) * 4:
            return Rhythm(places=tuple(sorted(place for place, _ in found)), weekday=weekday)
    return None
