"""Many new sections put on a page in linear time, each exactly where it would go if one came after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from almanac.dates import UNKNOWN_YEAR
from almanac.page.entries import style_of
from almanac.page.insert import Growing, Spaces, fill, growing, insert, list_for
from almanac.page.order import Order, Steps, is_jumbled, lead, order_of, page_order, places_in, steps_of
from almanac.page.outline import Page, Section, outline
from almanac.page.periods import heading_for, terms_of

_MONTH = len("2021-11")
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
    """The sections of a list, or of its part under one heading, and what is put among them.

    If the list has no `order`, that is behind them, as long as its `steps` are jumbled.
    """

    sections: list[Section]
    order: Order | None
    space: str
    steps: Steps
    added: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, date: str) -> bool:
        """Take one in; False if where it goes would depend on those before."""
        if self.order is None:
            if not self.steps.are_jumbled:
                return False
            self.steps.add(self.added[-1][1] if self.added else self.sections[-1].date, date)
        self.added.append((text, date))
        return True

    def edits(self) -> Iterator[_Edit]:
        if self.order is None:
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


class _Batch:
    """New sections for which the page need not be cut again: none of them changes where the others go."""

    def __init__(self, page: Page, order: Order | None, before: Order | None) -> None:
        self._page, self._order = page, order
        self._otherwise = before or (None if page_order(page) else "oldest")
        self._lists, self._spaces = growing(page), Spaces(page)
        self._orders: dict[int, Order | None] = {}  # by the place of a list's first section
        self._by_month: dict[tuple[int, str], _Entries | None] = {}
        self._groups: dict[tuple[int, int | None], _Entries] = {}

    def take(self, text: str, date: str) -> bool:
        """Take a section in; False if where it goes depends on more than its date, or if it changes more than that."""
        style, one = style_of(text), None
        if not date.startswith(UNKNOWN_YEAR):
            one = list_for(self._lists, style, date)
        if one is None or (one.style.family, one.style.level) != (style.family, style.level):
            return False
        key = (one.sections[0].start, date[:_MONTH])
        if key not in self._by_month:
            self._by_month[key] = self._group(one, date)
        group = self._by_month[key]
        if group is None or not group.add(text, date):
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
        sections, first, line = one.sections, one.sections[0].start, None
        if first not in self._orders:
            self._orders[first] = self._lasting_order(one)
        order = self._orders[first]
        if order and any(section.period is not None for section in sections):
            heading = heading_for(self._page, sections, date)
            is_first = all(key[0] != first for key in self._by_month)
            # What is filed in one month tells where a term of the next one goes.
            if heading is None or not (is_first or not terms_of(self._page, sections)):
                return None
            line = heading.line
            sections = [section for section in sections if section.period == line]
        steps = steps_of(sections)
        has_place = self._order or lead(sections, order) >= 0 if order else self._is_jumbled(one)
        if not sections or not has_place:
            return None
        if (first, line) not in self._groups:
            space = self._spaces.within(sections[0], in_period=line is not None)
            if space is None and self._groups:
                return None
            space = space or self._spaces.elsewhere(one.style.family)
            self._groups[first, line] = _Entries(sections, order, space, steps)
        return self._groups[first, line]

    def _is_jumbled(self, one: Growing) -> bool:
        has_periods = any(section.period is not None for section in one.sections)
        return self._is_lasting(one) and not self._order and not has_periods and is_jumbled(one.sections)

    def _is_lasting(self, one: Growing) -> bool:
        """Tell whether a list stays what it is, whatever comes into it; all its dates have years."""
        has_years = not any(section.date.startswith(UNKNOWN_YEAR) for section in one.sections)
        return has_years and (not one.is_ahead or self._page.is_ahead([replace(one.sections[0], title="")]))

    def _lasting_order(self, one: Growing) -> Order | None:
        """Return the order of a list, if it is the same whatever comes into it."""
        if not self._is_lasting(one):
            return None
        order = self._order or order_of(one.sections)
        if order:
            return order if self._order or lead(one.sections, order) > 0 else None
        is_level = lead(one.sections, "oldest") == lead(one.sections, "newest") == 0  # of one day, say
        return self._otherwise if is_level and len({section.period for section in one.sections}) == 1 else None
