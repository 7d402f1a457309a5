"""Many sections put on a page or taken out, as if one came after the other, but in linear time."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from almanac.dates import UNKNOWN_YEAR, year_in
from almanac.page.entries import find_events, style_of
from almanac.page.headings import Heading
from almanac.page.insert import Growing, Lists, Spaces, fill, insert, taken_out, without
from almanac.page.lines import cut_lines
from almanac.page.order import Order, Steps, order_of, page_order, places_in, steps_of, steps_of_groups
from almanac.page.outline import Page, Section, outline
from almanac.page.periods import NewHeading, Periods

_MONTH, _DAY = len("2021-11"), len("2021-11-08")
_New = tuple[str, str]
"""A new section, and its date."""
_Edit = tuple[int, str, Section]
"""Where on the page, what is put there, and the section that comes to be."""


def insert_many(
    page: str, added: Sequence[_New], known: Mapping[str, str], order: Order | None, before: Order | None
) -> str:
    """Put new sections with their dates, the earliest first, onto a page, as `insert` does one by one, `in_turn`.

    As many as nothing but their dates tells the place of are put there at once. The page is cut again for the others,
    and shows whether these came to be what was expected; if not, fewer are put there. `known` is as in `outline`.
    """
    cut = outline(page, known)
    if not cut.sections:
        return fill(cut, added, order or before)
    for turn in in_turn(cut, added):
        left, size = turn, len(turn)
        while left:
            batch = _Batch(cut, order, before)
            count = next((at for at, one in enumerate(left[:size]) if not batch.take(*one)), min(size, len(left)))
            if count > 1:
                after = outline(batch.written(), known)
                if _looks(after.sections) != _looks(batch.sections()):
                    size = count // 2
                    continue
            else:
                count, after = 1, outline(insert(cut, *left[0], order, before), known)
            cut, left, size = after, left[count:], size * 2
    return cut.text


def take_out(
    page: Page,
    sections: Sequence[Section],
    texts: Mapping[int, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> str:
    """Take sections out, as `taken_out` does one by one; `texts` are as in `without`, `known` as in `outline`.

    Of those that leave nothing below their heading, the last one is seen by itself: the heading may go with it, unless
    there are words in or below it that a new one would not have.
    """
    going = {section.start for section in sections}
    staying = {None, *(section.period for section in page.sections if section.start not in going)}
    lone = {section.period: section for section in sections if section.period not in staying}
    bound = _bound_to_stay(page, lone)
    last = {section.start for line, section in lone.items() if line not in bound}
    rest = without(page, [section for section in sections if section.start not in last], texts)
    if not last:
        return rest
    known = {section.text: section.date for section in sections} | dict(known or {})
    cut = outline(rest, known)
    there = [section for section in page.sections if section.start not in going or section.start in last]
    left = [(number, section.text) for number, section in enumerate(there) if section.start in last]
    size = len(left)
    while left:
        batch = [_at(cut, *one) for one in left[:size]]
        if len(batch) > 1:
            bare = _without_headings(cut, batch)
            if bare is None:
                size = len(batch) // 2
                continue
        else:
            bare = taken_out(cut, batch[0])
        left = [(number - len(batch), text) for number, text in left[len(batch) :]]
        cut, size = outline(bare, known), size * 2
    return cut.text


def _at(page: Page, number: int, text: str) -> Section:
    """Return the section with a number and a text, or, if others are seen by now, the first that says it."""
    own = page.sections[number : number + 1]
    return next(one for one in (*own, *page.sections) if one.text == text)


def _bound_to_stay(page: Page, lone: Mapping[int | None, Section]) -> set[int]:
    """Return the lines of headings that cannot be made again, of those of which only one section is left."""
    return {
        line
        for group in page.lists
        for line in (Periods(page, group).with_own_words() if any(one.period in lone for one in group) else ())
        if line in lone
    }


def _without_headings(page: Page, sections: Sequence[Section]) -> str | None:
    """Take sections out, each with the heading that only it needs; None if put back they would not bring all again."""
    headings, going = {one.line: one for one in page.headings}, {one.start for one in sections}
    starts = [page.lines.offsets[one.line] for one in page.headings]
    ends = [one.end for one in page.sections if one.start not in going]
    added, before = sorted(((one.text, one.date) for one in sections), key=lambda one: one[1]), page_order(page)
    for with_space_above in (False, True):
        pieces, done = list[str](), 0
        for section in sorted(sections, key=lambda one: one.start):
            heading = headings.get(-1 if section.period is None else section.period)
            if heading is None:
                return None
            start = page.lines.offsets[heading.line]
            following, above = bisect_left(starts, section.end), bisect_right(ends, start)
            if with_space_above or following == len(starts):
                first, last = ends[above - 1] if above else start, section.end
            else:
                first, last = start, starts[following]
            pieces.append(page.text[done:first])
            done = max(done, last)
        bare = "".join((*pieces, page.text[done:]))
        if insert_many(bare, added, {}, None, before) == page.text:
            return bare
    return None


def in_turn(page: Page, added: Sequence[_New]) -> list[list[_New]]:
    """Part new sections by what tells their place, in the order in which they are put onto a page.

    First come those whose heading is there or that need none; then those of lists that get new headings, which are
    like the others that have entries by then; then those for which their list can have no heading; and last those for
    which others may show by then which it is. Of lists whose headings are below the same one, each gets its new ones by
    itself, as these are there for the others, too.
    """
    lists, known = Lists(page), dict[int, Periods]()
    there, making = list[_New](), list[tuple[_New, int]]()
    none, learning = list[_New](), list[_New]()
    for text, date in added:
        one, turn = lists.list_for(style_of(text), date), there
        if one:
            first = one.sections[0].start
            periods = known.get(first) or known.setdefault(first, Periods(page, one.sections))
            if periods.heading_for(date) is None:
                if periods.gets_heading(date):
                    making.append(((text, date), first))
                    continue
                turn = learning if periods.learns_for(date) else none
        turn.append((text, date))
    turns, last = dict[int, int](), dict[int | None, int]()
    for first in sorted({first for _, first in making}):
        turns[first] = max(last.get(name, 0) for name in known[first].names) + 1
        last |= dict.fromkeys(known[first].names, turns[first])
    by_turn = [[new for new, first in making if turns[first] == turn] for turn in sorted({*turns.values()})]
    return [turn for turn in (there, *by_turn, none, learning) if turn]


def _looks(sections: Sequence[Section]) -> list[tuple[str, str, int, int | None]]:
    """Return what sections say, and which of them are in one list, and there under one heading, whatever its line."""
    seen: dict[object, int] = {}

    def number(key: object) -> int:
        return seen.setdefault(key, len(seen))

    return [
        (one.text, one.date, number(one.list_key), None if one.period is None else number((one.list_key, one.period)))
        for one in sections
    ]


@dataclass
class _Entries:
    """The sections of a list, or of its part under one heading, and what is put among them, in an order.

    Where its `steps` are jumbled, that is behind them, as long as they are, and as long as the list's order lasts.
    Below a heading that has none yet they go to a `place`.
    """

    one: Section  # of the list
    sections: list[Section]
    order: Order
    space: str
    steps: Steps
    in_list: Steps  # those of the whole list
    is_behind: bool
    is_given: bool  # the order is not the page's own
    is_lone: bool  # nothing tells what separates its entries
    years: Mapping[int | None, str]  # by the lines of headings: what one without a year is read with
    heading: Heading | None = None
    place: "_Place | None" = None
    rank: tuple[bool, int] = (False, 0)  # of several at one place, new headings come last, in their order
    added: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, date: str) -> bool:
        """Take one in; False if where it goes would depend on those before."""
        if self.is_behind:
            lasting = (self.in_list.order, None if self.in_list.are_jumbled else self.order)
            self._step(self.sections[-1], date, "oldest")
            if not self.steps.are_jumbled or self.in_list.order not in lasting:
                return False
        elif not self.heading and date.startswith(UNKNOWN_YEAR) and self.sections[-1].period is not None:
            # It comes to be the first or the last one, and gets the year of the heading above it.
            if self.added and not self.added[-1][1].startswith(UNKNOWN_YEAR):
                return False
            self._step(self.sections[-1 if self.order == "oldest" else 0], date, self.order)
            if not self.is_given and self.in_list.order != self.order:
                return False
        self.added.append((text, date))
        return True

    def may_be_headed_by(self, text: str) -> bool:
        """Tell whether an entry that says no day may come to be a heading of its own, or the heading above it an event.

        Beside another entry, or below a mere year, the one above it stays a heading.
        """
        if not self.is_lone:
            return False
        if self.heading and not self.sections:
            year = (self.heading.period or "")[: len("2021")]
            if self.heading.text.strip("#* \r\n") != year:
                return True
        events, headings = find_events(cut_lines(text))
        return bool(headings) and headings[0].line == 0 and all(event.first > 0 for event in events)

    def _step(self, beside: Section, date: str, order: Order) -> None:
        """Count the step to a section from the one put there before it."""
        last = self._read(self.added[-1][1], beside.period) if self.added else beside.date
        ways = (last, self._read(date, beside.period))
        for steps in (self.steps, self.in_list):
            steps.add(*(ways if order == "oldest" else ways[::-1]))

    def _read(self, date: str, line: int | None) -> str:
        """Return a date as the page says it: below a heading that tells the year, one without has that."""
        year = self.years.get(line)
        if not year or not date.startswith(UNKNOWN_YEAR):
            return date
        return year_in(year, int(date[5:7])) + date[len(UNKNOWN_YEAR) :]

    def edits(self) -> Iterator[_Edit]:
        if self.is_behind:
            last = self.sections[-1]
            yield from ((last.end, self.space + text, self._section(text, date, last)) for text, date in self.added)
            return
        places = places_in([one.date for one in self.sections], [date for _, date in self.added], self.order)
        step = 1 if self.order == "oldest" else -1
        for number, (place, (text, date)) in enumerate([*zip(places, self.added, strict=True)][::step], 1):
            section = self._section(text, date, *self.sections[min(place, len(self.sections) - 1) :][:1])
            if self.place:
                before = self.place.before if number == 1 else self.space
                after = self.place.after if number == len(self.added) else ""
                yield self.place.at, before + text + after, section
            elif place < len(self.sections):
                yield self.sections[place].start, text + self.space, section
            else:
                yield self.sections[-1].end, self.space + text, section

    def _section(self, text: str, date: str, beside: Section | None = None) -> Section:
        line = self.heading.line if self.heading else beside.period if beside else None
        return self.one._replace(text=text, date=self._read(date, line), period=line)


class _Place(NamedTuple):
    """Where on the page the sections below a heading go that has none yet, and what is put around them."""

    at: int
    before: str
    after: str = ""


class _Where(NamedTuple):
    """The part of a list into which a date goes: that below a heading, or the whole list."""

    heading: Heading | None = None
    place: _Place | None = None
    rank: tuple[bool, int] = (False, 0)


class _List:
    """A list of a page as it is, with the order that it keeps and that of its headings, if they have one."""

    def __init__(self, page: Page, sections: Sequence[Section], order: Order | None, given: Order | None) -> None:
        self.order, self.steps, self.periods = order, steps_of(sections), Periods(page, sections)
        groups = steps_of_groups(page, sections)
        self.order_of_headings = given or (groups.order if groups else order)
        is_alike = not self.steps and self.order == self.order_of_headings and self.periods.fit
        if not (given or self.steps.order or is_alike):
            self.order_of_headings = None  # with what comes below new headings, the order of all could be another one
        self.below = defaultdict[int | None, list[Section]](list)
        for section in sections:
            self.below[section.period].append(section)
        self.has_periods = {*self.below} != {None}
        self.has_filled = False  # a heading that had no entry
        self.new_at = dict[bool, int]()  # where new headings go, at the list's end and within it
        self.goes_below: bool | None = None  # whether what is put there goes below headings, or among all entries


class _Batch:
    """New sections for which the page need not be cut again: none of them changes where the others go."""

    def __init__(self, page: Page, order: Order | None, before: Order | None) -> None:
        self._page, self._order = page, order
        self._otherwise = before or (None if page_order(page) else "oldest")
        self._lists, self._spaces, self._has_guessed = Lists(page), Spaces(page), False
        self._years: dict[int | None, str] = {one.line: one.year for one in page.headings if one.year}
        self._used = set[str]()  # between new sections and those beside them
        self._known: dict[int, _List] = {}  # by the place of a list's first section
        self._by_month: dict[tuple[int, str], _Entries | None] = {}
        self._groups: dict[tuple[int, int | None], _Entries] = {}
        self._ends: dict[int, int] = {}  # by where a part of a list ends: the place of the list's first section
        self._making: dict[int | None, _List] = {}  # by what is above the new headings that a list gets
        self._made = 0

    def take(self, text: str, date: str) -> bool:
        """Take a section in; False if where it goes depends on more than its date, or if it changes more than that."""
        style = style_of(text)
        one = self._lists.list_for(style, date)
        if one is None or (one.style.family, one.style.level) != (style.family, style.level):
            return False
        key = (one.sections[0].start, date[:_MONTH])
        if key not in self._by_month:
            self._by_month[key] = self._group(one, date)
        group = self._by_month[key]
        if group is None or (len(date) < _DAY and group.may_be_headed_by(text)) or not group.add(text, date):
            return False
        if group.heading:
            self._known[one.sections[0].start].periods.file(date, group.heading)
        self._lists.grow(one, date)
        return True

    def written(self) -> str:
        pieces, done = list[str](), 0
        for at, text, _ in self._edits():
            pieces += (self._page.text[done:at], text)
            done = at
        return "".join((*pieces, self._page.text[done:]))

    def sections(self) -> list[Section]:
        """Return the sections that the page then has."""
        new = [(at, 0, section) for at, _, section in self._edits()]
        old = [(section.start, 1, section) for section in self._page.sections]
        return [section for *_, section in sorted((*new, *old), key=lambda each: each[:2])]

    def _edits(self) -> list[_Edit]:
        groups = sorted(self._groups.values(), key=lambda group: group.rank)
        return sorted((edit for group in groups for edit in group.edits()), key=lambda edit: edit[0])

    def _group(self, one: Growing, date: str) -> _Entries | None:
        """Return the sections among which a date of a month is put in a list."""
        first = one.sections[0].start
        if first not in self._known:
            self._known[first] = _List(self._page, one.sections, self._lasting_order(one), self._order)
        known = self._known[first]
        where = self._where(known, first, date) if known.order else None
        if where is None or known.order is None:
            return None
        line = where.heading.line if where.heading else None
        if (first, line) not in self._groups:
            sections = known.below[line] if where.heading else one.sections
            steps = steps_of(sections)
            within = self._spaces.within(sections[0], in_period=line is not None) if sections else None
            space = within or self._spaces.elsewhere(one.style.family)
            # What is put elsewhere tells how a first neighbour is separated.
            self._has_guessed |= within is None
            self._used.add(space)
            if self._has_guessed and len(self._used) > 1:
                return None
            end = where.place.at if where.place else sections[-1].end
            if self._ends.setdefault(end, first) != first:
                return None  # of what comes to one place in two lists, what was put there before tells the order
            is_behind = steps.are_jumbled and not self._order
            group = _Entries(
                *(one.sections[0], sections, known.order, space, steps, known.steps),
                *(is_behind, self._order is not None, within is None, self._years),
                *(where.heading, where.place, where.rank),
            )
            self._groups[first, line] = group
        return self._groups[first, line]

    def _where(self, known: _List, first: int, date: str) -> _Where | None:
        """Find the part of a list into which a date goes; None if what is put on the page with it tells more of it."""
        if not known.has_periods:
            return _Where()
        periods = known.periods
        heading = periods.heading_for(date)
        goes_below = heading is not None or periods.gets_heading(date)
        # Among all entries are those, too, that were put below a heading.
        if known.goes_below not in (None, goes_below) or (not goes_below and periods.learns_for(date)):
            return None
        known.goes_below = goes_below
        if heading is None:
            return self._below_new(known, date) if goes_below else _Where()
        if known.below[heading.line] or (first, heading.line) in self._groups:
            return _Where(heading)
        if known.order_of_headings is None:
            return None
        known.has_filled = True
        return _Where(heading, _Place(*periods.place_below(heading)))

    def _below_new(self, known: _List, date: str) -> _Where | None:
        if any(self._making.setdefault(name, known) is not known for name in known.periods.names):
            return None
        new = self._new_heading(known, date)
        if new is None:
            return None
        self._made += 1
        rank = self._made if known.order_of_headings == "oldest" else -self._made
        return _Where(new.heading, _Place(new.at, new.before, new.after), (True, rank))

    @staticmethod
    def _new_heading(known: _List, date: str) -> NewHeading | None:
        """Make a heading for a date; None if what is put on the page with it tells more of it."""
        if known.order_of_headings is None or known.has_filled:
            return None
        new = known.periods.new_heading(date, known.order_of_headings)
        if new:
            known.new_at[new.is_last] = max(new.at, known.new_at.get(new.is_last, 0))
            if len(known.new_at) > 1 and known.new_at[True] < known.new_at[False]:
                return None
        return new

    def _lasting_order(self, one: Growing) -> Order | None:
        """Return the order of a list, if it is the same whatever comes into it."""
        if one.is_ahead and not self._page.is_ahead([one.sections[0]._replace(title="")]):
            return None
        return self._order or order_of(one.sections) or self._otherwise
