"""The order of a page's lists, and the place in it that belongs to a date."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from typing import Literal

from almanac.dates import UNKNOWN_YEAR
from almanac.errors import Problem
from almanac.page.headings import Heading
from almanac.page.outline import Page, Section, first_day, known_dates, with_years
from almanac.phrases import say

Order = Literal["newest", "oldest"]

_FAR = first_day("9999") * 2
_FEW = 6
"""Of fewer steps from date to date, some in the wrong direction are slips."""


# ------------------------------------------------------------------------------- what comes first


def page_order(page: Page) -> Order | None:
    """Return what comes first in the list that is alive, or else in another one; None if that cannot be seen."""
    return next(filter(None, map(order_of, page.lists_by_life)), None)


def order_of(sections: Sequence[Section]) -> Order | None:
    """Return what comes first in a list, or None if that cannot be seen, or if its order is not that of the dates.

    Most of its neighbours tell, or else its ends. Neighbours under different years count only if all others tell
    nothing: the years may be in one order, and the days of each in the other.
    """
    steps = steps_of(sections) or _steps_of_groups(sections)
    if steps.are_jumbled or not steps:
        return None
    dates = known_dates(sections)
    return steps.order or Steps(_direction([(dates[0], dates[-1])] if dates else [])).order


def order_of_groups(page: Page, sections: Sequence[Section]) -> Order | None:
    """Return what comes first of the years, seasons or months under which a list is; None if that cannot be seen."""
    return steps_of_groups(page, sections).order


def steps_of_groups(page: Page, sections: Sequence[Section]) -> "Steps":
    """Count which way the dates go from one year, season or month under which a list is to the next.

    Where all of its entries are under one such heading, those beside it tell.
    """
    periods = [heading.period or "" for heading in period_headings(page, sections)]
    return _steps_of_groups(sections) or Steps(_direction(pairwise(periods)))


def period_headings(page: Page, sections: Sequence[Section]) -> list[Heading]:
    """Return the headings of years, terms or months above a list's entries, and those beside them without an entry."""
    used = {section.period for section in sections if section.period is not None}
    headings = page.alongside(used)
    kinds = {(one.level, len(one.period)) for one in headings if one.line in used and one.period}
    parts: list[list[Heading]] = [[]]
    for heading in headings:
        if kinds and heading.level < min(kinds)[0]:
            parts.append([])
        elif (heading.level, len(heading.period or "")) in kinds:
            parts[-1].append(heading)
    return [heading for part in parts if any(one.line in used for one in part) for heading in part]


def is_jumbled(sections: Sequence[Section]) -> bool:
    """Tell whether a list is in another order than that of its dates: a third of its steps go the other way."""
    return steps_of(sections).are_jumbled


class Steps(Counter[Order]):
    """How many steps from one date of a list to the next go which way."""

    @property
    def are_jumbled(self) -> bool:
        return self.total() >= _FEW and min(self["newest"], self["oldest"]) * 3 > self.total()

    @property
    def order(self) -> Order | None:
        """The order of most steps; None if they are jumbled, or if as many go either way."""
        if self.are_jumbled or self["newest"] == self["oldest"]:
            return None
        return "newest" if self["newest"] > self["oldest"] else "oldest"

    def add(self, before: str, after: str) -> None:
        """Count one step more."""
        self.update(_direction([(before, after)]))


def steps_of(sections: Sequence[Section]) -> Steps:
    """Count which way the dates go from one entry to the next, under one heading with a year or month.

    What comes into its place in a list that is not jumbled only adds steps in its order: that order lasts.
    """
    groups = [[one.date for one in group] for _, group in groupby(sections, lambda one: one.period)]
    return Steps(_direction(pair for group in groups for pair in pairwise(group)))


def _steps_of_groups(sections: Sequence[Section]) -> Steps:
    groups = groupby(sections, lambda one: one.period)
    newest = [max(known_dates([*group]), default="") for _, group in groups]
    return Steps(_direction(pairwise(filter(None, newest))))


def _direction(pairs: Iterable[tuple[str, str]]) -> Iterable[Order]:
    """Tell of each two dates which comes first.

    A date that only says less than the other does not count: 2021 is neither before nor after 2021-09-14, nor is one
    without a year. Of two without a year, the first is the one from which the calendar is the shorter way.
    """
    for before, after in pairs:
        without_year = {one.startswith(UNKNOWN_YEAR) for one in (before, after)}
        if before.startswith(after) or after.startswith(before) or len(without_year) > 1:
            continue
        if after.startswith(UNKNOWN_YEAR):
            half_a_year, year = 6 * 31, 12 * 31
            yield "oldest" if (first_day(after) - first_day(before)) % year < half_a_year else "newest"
        else:
            yield "oldest" if before < after else "newest"


# ------------------------------------------------------------------------------- the place of a date


def place_in(dates: Sequence[str], date: str, order: Order) -> int:
    """Return how many of a list's entries come before a new one.

    It is where the fewest entries are on its wrong side, so that one entry that is out of order misleads nobody; of
    several such places, one whose neighbours are both on their right side, and of those the last.
    """
    if order == "newest":
        # Mirrored, an equal date comes after: the new one is the first of its day.
        return len(dates) - place_in(dates[::-1], date, "oldest")
    dates = with_years(dates, rising=True)
    known = [not other.startswith(UNKNOWN_YEAR) for other in dates]
    if date.startswith(UNKNOWN_YEAR) or not any(known):
        return len(dates)
    later = [is_known and other > date for is_known, other in zip(known, dates, strict=True)]
    earlier = [is_known and other <= date for is_known, other in zip(known, dates, strict=True)]
    wrong = sum(earlier)
    ranked = []
    for place in range(len(dates) + 1):
        if place:
            wrong += later[place - 1] - earlier[place - 1]
        right_neighbours = sum((*earlier[place - 1 : place], *later[place : place + 1]))
        ranked.append((-wrong, right_neighbours, place))
    return max(ranked)[-1]


def places_in(dates: Sequence[str], added: Sequence[str], order: Order) -> list[int]:
    """Return for new entries, the earliest first, how many of a list's own come before each, as `place_in` does.

    None has its place before that of an earlier one, so that each half of the new ones has to be compared with its part
    of the list only; and what was put there before does not change where the next one goes but for this: what comes
    after a new first entry has neighbours on both sides. Those without a year come last, as they sort, and so do all in
    a list in which none has one.
    """
    if order == "newest":
        return [len(dates) - place for place in places_in(dates[::-1], added, "oldest")]
    dates = with_years(dates, rising=True)
    if dates and all(date.startswith(UNKNOWN_YEAR) for date in dates):
        return [len(dates)] * len(added)
    known = [date for date in added if not date.startswith(UNKNOWN_YEAR)]
    if len(known) < len(added):
        return [*places_in(dates, known, order), *[len(dates)] * (len(added) - len(known))]

    def places(added: Sequence[str], low: int, high: int, edge: int) -> list[int]:
        if not added:
            return []
        middle = len(added) // 2
        gains = accumulate((1 if date <= added[middle] else -1 for date in dates[low:high]), initial=0)
        place = max((gain, edge < at < len(dates), at) for at, gain in enumerate(gains, low))[-1]
        below = places(added[middle + 1 :], place, high, edge)
        return [*places(added[:middle], low, place, edge), place, *below]

    first = places(added[:1], 0, len(dates), 0)
    return places(added, 0, len(dates), -1 if first == [0] else 0)


def span(days: Sequence[str]) -> tuple[int, int]:
    """Number the first and the last day of a list's known dates; it is far from all days if there are none."""
    return (first_day(min(days)), max(map(_last_day, days))) if days else (_FAR, -_FAR)


def ends(days: Sequence[str]) -> list[str]:
    """Return those of some dates that are first and last: of 2021 and 2021-09, each is the last in its way."""
    return [min(days), max(days), max(days, key=_last_day)] if days else []


def _last_day(date: str) -> int:
    return first_day(f"{date}-12-31"[: len("2021-12-31")] if len(date) == len("2021") else f"{date}-31"[:10])


# ------------------------------------------------------------------------------- what to say about it


def order_warnings(page: Page) -> list[Problem]:
    """Say, of the list that is alive, where new events go if its dates do not tell."""
    sections = page.alive_list
    if is_jumbled(sections):
        message = say("The entries of this list are not in the order of their dates, so a new event goes to its end.")
    elif len(sections) > 1 and not known_dates(sections):
        message = say("The dates of this list say no year, so any new event goes where its newest ones seem to be.")
    else:
        return []
    return [Problem(message, line=sections[0].line)]
