"""Many new sections put on a page in linear time, each exactly where it would go if one came after the other."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from almanac.page.entries import style_of
from almanac.page.insert import Growing, Spaces, fill, growing, insert, list_for
from almanac.page.order import Order, Steps, order_of, page_order, places_in, steps_of
from almanac.page.outline import Page, Section, outline
from almanac.page.periods import Periods

_MONTH, _DAY = len("2021-11"), len("2021-11-08")
_Edit = tuple[int, str, Section]
"""Where on the page, what is put there, and the section that comes to be."""


def insert_many(
    page: str, added: Sequence[tuple[str, str]], known: Mapping[str, str], order: Order | None, before: Order | None
) -> str:
    """Put new sections with their dates, the earliest first, onto a page, as `insert` does one after the other.

    As many as nothing but their dates tells the place of are put there at once. The page is cut again for the others,
    and shows whether these came to be what was expected; if not, fewer are put there. `known` is as in `outline`.
    """
    cut, size = outline(page, known), len(added)
    if not cut.sections:
        return fill(cut, added, order or before)
    while added:
        batch = _Batch(cut, order, before)
        count = next((at for at, one in enumerate(added[:size]) if not batch.take(*one)), min(size, len(added)))
        if count > 1:
            after = outline(batch.written(), known)
            if _looks(after.sections) != _looks(batch.sections()):
                size = count // 2
                continue
        else:
            count, after = 1, outline(insert(cut, *added[0], order, before), known)
        cut, added, size = after, added[count:], size * 2
    return cut.text


def _looks(sections: Sequence[Section]) -> list[tuple[str, str, int, int | None]]:
    """Return what sections say, and which of them are in one list and under one heading, whatever its line."""
    seen: dict[object, int] = {}

    def number(key: object) -> int:
        return seen.setdefault(key, len(seen))

    return [
        (one.text, one.date, number(one.list_key), None if one.period is None else number(one.period))
        for one in sections
    ]


@dataclass
class _Entries:
    """The sections of a list, or of its part under one heading, and what is put among them, in an order.

    Where its `steps` are jumbled, that is behind them, as long as they are, and as long as the list's order lasts.
    """

    sections: list[Section]
    order: Order
    space: str
    steps: Steps
    in_list: Steps  # those of the whole list
    is_behind: bool
    is_lone: bool  # nothing tells what separates its entries
    added: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, date: str) -> bool:
        """Take one in; False if where it goes would depend on those before."""
        if self.is_behind:
            lasting = (self.in_list.order, None if self.in_list.are_jumbled else self.order)
            last = self.added[-1][1] if self.added else self.sections[-1].date
            for steps in (self.steps, self.in_list):
                steps.add(last, date)
            if not self.steps.are_jumbled or self.in_list.order not in lasting:
                return False
        self.added.append((text, date))
        return True

    def edits(self) -> Iterator[_Edit]:
        if self.is_behind:
            end = self.sections[-1].end
            yield from ((end, self.space + text, self._section(text, date)) for text, date in self.added)
            return
        places = places_in([one.date for one in self.sections], [date for _, date in self.added], self.order)
        step = 1 if self.order == "oldest" else -1
        for place, (text, date) in [*zip(places, self.added, strict=True)][::step]:
            section = self._section(text, date)
            if place < len(self.sections):
                yield self.sections[place].start, text + self.space, section
            else:
                yield self.sections[-1].end, self.space + text, section

    def _section(self, text: str, date: str) -> Section:
        return replace(self.sections[0], text=text, date=date)


class _List:
    """A list of a page as it is, with the order that it keeps, if it has one."""

    def __init__(self, page: Page, sections: Sequence[Section], order: Order | None) -> None:
        self.order, self.steps, self.periods = order, steps_of(sections), Periods(page, sections)
        self.below = defaultdict[int | None, list[Section]](list)
        for section in sections:
            self.below[section.period].append(section)
        self.has_periods = {*self.below} != {None}


class _Batch:
    """New sections for which the page need not be cut again: none of them changes where the others go."""

    def __init__(self, page: Page, order: Order | None, before: Order | None) -> None:
        self._page, self._order = page, order
        self._otherwise = before or (None if page_order(page) else "oldest")
        self._lists, self._spaces, self._has_guessed = growing(page), Spaces(page), False
        self._used = set[str]()  # between new sections and those beside them
        self._known: dict[int, _List] = {}  # by the place of a list's first section
        self._by_month: dict[tuple[int, str], _Entries | None] = {}
        self._groups: dict[tuple[int, int | None], _Entries] = {}

    def take(self, text: str, date: str) -> bool:
        """Take a section in; False if where it goes depends on more than its date, or if it changes more than that."""
        style = style_of(text)
        one = list_for(self._lists, style, date)
        if one is None or (one.style.family, one.style.level) != (style.family, style.level):
            return False
        key = (one.sections[0].start, date[:_MONTH])
        if key not in self._by_month:
            self._by_month[key] = self._group(one, date)
        group = self._by_month[key]
        # Beside a single entry, what says no day may come to be a heading of its own.
        if group is None or (group.is_lone and len(date) < _DAY) or not group.add(text, date):
            return False
        one.grow(date)
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
        return sorted((edit for group in self._groups.values() for edit in group.edits()), key=lambda edit: edit[0])

    def _group(self, one: Growing, date: str) -> _Entries | None:
        """Return the sections among which a date of a month is put in a list."""
        first = one.sections[0].start
        if is_first := first not in self._known:
            self._known[first] = _List(self._page, one.sections, self._lasting_order(one))
        known, line = self._known[first], None
        if known.has_periods:
            heading = known.periods.heading_for(date) if known.order else None
            # What is filed in one month tells where a term of the next one goes.
            if heading is None or not (is_first or not known.periods.terms):
                return None
            line = heading.line
        sections = known.below[line]
        if known.order is None or not sections:
            return None
        if (first, line) not in self._groups:
            steps, within = steps_of(sections), self._spaces.within(sections[0], in_period=line is not None)
            space = within or self._spaces.elsewhere(one.style.family)
            # What is put elsewhere tells how a first neighbour is separated.
            self._has_guessed |= within is None
            self._used.add(space)
            if self._has_guessed and len(self._used) > 1:
                return None
            is_behind = steps.are_jumbled and not self._order
            group = _Entries(sections, known.order, space, steps, known.steps, is_behind, is_lone=within is None)
            self._groups[first, line] = group
        return self._groups[first, line]

    def _lasting_order(self, one: Growing) -> Order | None:
        """Return the order of a list, if it is the same whatever comes into it."""
        if one.is_ahead and not self._page.is_ahead([replace(one.sections[0], title="")]):
            return None
        return self._order or order_of(one.sections) or self._otherwise
