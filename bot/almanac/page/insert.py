"""One event's section put on the page, moved, or taken away, while every other character stays as it is.

A new section goes where its date belongs in the order that the page already has, separated from its neighbours as they
are from each other. Where there is no neighbour yet, in a new year or on an empty page, headings and tables tell.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import chain, pairwise

from almanac.dates import UNKNOWN_YEAR, is_in
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.entries import Style, style_of, trimmed
from almanac.page.lines import fingerprint, fingerprints, is_delimiter, with_newline
from almanac.page.match import own_section
from almanac.page.order import Order, ends, is_jumbled, order_of, order_of_groups, page_order, place_in, span
from almanac.page.outline import Page, Section, known_dates, outline
from almanac.page.periods import Periods, end_below, is_space
from almanac.page.refusal import event_loop, why_no_event
from almanac.patterns import regex

_Node = tuple[int, int, int, int, int, int]
_BLANK_LINES = regex(r"[ \t]*(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))*")


def split(page: str, file: str | None = None) -> Page:
    """Cut a page into its sections and the text around them; every character is in exactly one part.

    Raises:
        UserError: No event is found on it, or a Liquid loop writes them; with the line, the reason and the next step.
    """
    cut = outline(page)
    if not cut.sections:
        raise UserError(replace(why_no_event(cut.lines, cut.headings).problem, file=file))
    return cut


def refuse_loop(cut: Page, file: str | None = None) -> None:
    """Raise UserError where a section would be written onto a page whose events a Liquid loop writes."""
    if not cut.sections and cut.lines.loops and (loop := event_loop(cut.lines)):
        raise UserError(replace(loop.problem, file=file))


def put(  # noqa: PLR0913
    page: str, event: Event, section: str, *, previous: Event | None, order: Order | None, known: str | None = None
) -> str:
    """Write one event's section onto a page; every other character stays.

    The section that `previous` has there is replaced where it is, or, if the date changed, taken out and put in the
    new date's place. It is recognised by its fingerprint, then by date and title, then by what it says: `known` is what
    `previous` is written as. If a formatter has been at it and it says what it should, it stays as it is.

    A new section goes where its date belongs in the page's own order, and before what closes the page. In a list under
    years it goes below its year; a year that is not there yet gets a heading like its neighbour's.

    The section gets the page's line ends. Without an `order`, the page's own counts, or else the oldest comes first.

    Raises:
        UserError: A Liquid loop writes the page's events.
    """
    cut = outline(page)
    refuse_loop(cut)
    text = fitted(event, section, cut.newline)
    own = own_section(cut, previous, known) if previous else None
    if own is None or previous is None:
        return insert(cut, text, event.date, order)
    if previous.rendered not in fingerprints(own.text) and says_same(own.text, text):
        return page
    if previous.date == event.date:
        return page[: own.start] + text + page[own.end :]
    return insert(outline(taken_out(cut, own)), text, event.date, order, page_order(cut))


def remove(page: str, event: Event, known: str | None = None) -> str:
    """Take an event's section out, with the space between it and its neighbour; without a section, nothing changes.

    `known` is as in `put`.
    """
    cut = outline(page)
    own = own_section(cut, event, known)
    return taken_out(cut, own) if own else page


def fitted(event: Event, section: str, newline: str) -> str:
    """Give a section the page's line ends, unless it is kept verbatim exactly as it was imported."""
    if event.markdown is not None and fingerprint(event.markdown) == event.rendered:
        return section
    return with_newline(section, newline)


def insert(page: Page, text: str, date: str, order: Order | None, before: Order | None = None) -> str:
    """Put a new section, which has the page's line ends, onto a page.

    `order` is as in `put`; `before` was the page's own, for a list that does not show it any more.
    """
    style = style_of(text)
    chosen = Lists(page).list_for(style, date)
    if chosen is None:
        return _first_of_page(page, text, date, style.family)
    neighbours = chosen.sections
    if chosen.style.family != style.family:
        # Among entries of another kind it would break their list in two, or swallow what follows. After them is safe.
        return _inserted(page, page.sections[-1].end, page.newline * 2 + text)
    in_order = order or order_of(neighbours) or before or page_order(page) or "oldest"
    periods = Periods(page, neighbours)
    heading = periods.heading_for(date)
    if heading:
        neighbours = [section for section in neighbours if section.period == heading.line]
        if not neighbours:
            at, opened, closing = periods.place_below(heading)
            return _inserted(page, at, opened + text + closing)
    elif new := periods.new_heading(date, order or order_of_groups(page, neighbours) or in_order):
        return _inserted(page, new.at, new.before + text + new.after)
    spaces = Spaces(page)
    space = spaces.within(neighbours[0], in_period=heading is not None) or spaces.elsewhere(style.family)
    place = place_in([section.date for section in neighbours], date, in_order)
    if place < len(neighbours) and (order or not is_jumbled(neighbours)):
        return _inserted(page, neighbours[place].start, text + space)
    return _inserted(page, neighbours[-1].end, space + text)


def fill(page: Page, added: Sequence[tuple[str, str]], order: Order | None) -> str:
    """Put many sections with their dates, the earliest first, at once onto a page that has none."""
    ordered = added[::-1] if order == "newest" else added
    family = style_of(ordered[0][0]).family
    space = page.newline * (1 if family in ("bullet", "row", "html") else 2)
    return _first_of_page(page, space.join(text for text, _ in ordered), ordered[0][1], family)


def taken_out(page: Page, section: Section) -> str:
    """Take a section out, with the space between it and its neighbour in its list, and a heading that only it needs."""
    bare = _without_heading(page, section)
    return without(page, [section]) if bare is None else bare


def without(page: Page, sections: Collection[Section], texts: Mapping[int, str] | None = None) -> str:
    """Take sections out, each with the space between it and its neighbour in its list.

    `texts` are what others, by where they start, say from now on.
    """
    starts, texts, parts = {section.start for section in sections}, texts or {}, page.sections
    if not starts <= {section.start for section in parts}:
        # One that is no section by its looks: a part of the page without a date, which is the only one.
        (own,) = sections
        return page.text[: own.start] + _without_space(page.text[own.end :])
    pieces, before, last = list[str](), page.gaps[0], None
    for section, following, after in zip(parts, (*parts[1:], None), page.gaps[1:], strict=False):
        if section.start not in starts:
            pieces += (before, texts.get(section.start, section.text))
            before, last = after, section
        elif following and following.list_key == section.list_key and is_space(after):
            continue
        elif last and last.list_key == section.list_key and is_space(before):
            before = after
        else:
            before += _without_space(after)
    return "".join((*pieces, before))


def _without_space(text: str) -> str:
    space = _BLANK_LINES.match(text)
    return text[space.end() if space else 0 :]


def _without_heading(page: Page, section: Section) -> str | None:
    """Take a section out with the year's heading above it, if the section put back would bring that heading again."""
    heading = next((one for one in page.headings if one.line == section.period), None)
    if heading is None or sum(other.period == section.period for other in page.sections) > 1:
        return None
    start = page.lines.offsets[heading.line]
    above = max((other.end for other in page.sections if other.end <= start), default=start)
    after = (page.lines.offsets[one.line] for one in page.headings)
    spans = ((start, next((at for at in after if at >= section.end), start)), (above, section.end))
    without = (page.text[:first] + page.text[last:] for first, last in spans)
    before = page_order(page)
    again = ((text, insert(outline(text), section.text, section.date, None, before)) for text in without)
    return next((text for text, after in again if after == page.text), None)


def _inserted(page: Page, at: int, text: str) -> str:
    return page.text[:at] + text + page.text[at:]


# ------------------------------------------------------------------------------- the place in a list


@dataclass
class Growing:
    """A list of a page, and what may come into it.

    All of its sections are below a heading of the period `within`, if there is one.
    """

    sections: list[Section]
    days: list[str]  # its known dates, or those of them that are the first and the last ones
    size: int
    is_ahead: bool
    is_aside: bool
    within: str | None = None

    @property
    def style(self) -> Style:
        return self.sections[0].style

    @property
    def framed(self) -> list[str]:
        """Its days, with all those of its period."""
        return [*self.days, self.within] if self.within else self.days

    def grow(self, date: str) -> None:
        self.size += 1
        self.within = self.within if self.within and is_in(date, self.within) else None
        if not date.startswith(UNKNOWN_YEAR):
            self.days = ends([*self.days, date])


class Lists:
    """The lists of a page, and the one of them to which a section belongs."""

    def __init__(self, page: Page) -> None:
        periods = {heading.line: heading.period for heading in page.headings}
        self._all = [
            Growing(
                one, ends(known_dates(one)), len(one), page.is_ahead(one), page.is_aside(one), _within(one, periods)
            )
            for one in page.lists
        ]
        self._chosen: dict[Style, tuple[_Nearest, _Nearest]] = {}

    def list_for(self, style: Style, date: str) -> Growing | None:
        """Choose the list that a section belongs to; None if there is none.

        Lists of the section's own kind come before others, those of its level before other levels, and all before a
        list of news. A list under "Upcoming events" takes only what is later than all other lists. Of what is left, the
        list that is nearest to the date is chosen, below its year if there is one: what is new goes where people added
        last.
        """
        if not self._all:
            return None
        kind = Style(style.family, style.level)
        if kind not in self._chosen:
            alike = [one for one in self._all if one.style.family == style.family] or self._all
            same = [one for one in alike if one.style.level == style.level] or alike
            same = [one for one in same if not one.is_aside] or same
            ahead, past = ([one for one in same if one.is_ahead == is_ahead] for is_ahead in (True, False))
            self._chosen[kind] = (_Nearest(ahead or past), _Nearest(past or ahead))
        ahead_of_all, others = self._chosen[kind]
        return (ahead_of_all if date > (others.newest or date) else others).find(date)

    def grow(self, one: Growing, date: str) -> None:
        """Count a section that is put into a list."""
        one.grow(date)
        for nearest in chain.from_iterable(self._chosen.values()):
            nearest.update(one)


def _within(sections: Sequence[Section], periods: Mapping[int, str | None]) -> str | None:
    """Return the year or month of the heading below which all of a list is; None if there is none."""
    lines = {section.period for section in sections}
    line = next(iter(lines)) if len(lines) == 1 else None
    period = None if line is None else periods.get(line)
    return period if period and len(period) in (len("2021"), len("2021-11")) and "/" not in period else None


class _Nearest:
    """Finds among lists the one nearest to a date: by its period, by its days, with most entries, and the first one.

    They are the leaves of a tree, in the order of their first days, and each node of it knows what the best one below
    it could be: its first and last day with its period and without, the most entries, and the first place.
    """

    def __init__(self, lists: Sequence[Growing]) -> None:
        self._size = len(lists)
        self._lists = sorted(enumerate(lists), key=lambda one: span(one[1].days))
        self._leaves = {id(one): self._size + leaf for leaf, (_, one) in enumerate(self._lists)}
        self._nodes = [(0, 0, 0, 0, 0, 0)] * self._size + [self._node(leaf) for leaf in range(self._size)]
        for node in range(self._size - 1, 0, -1):
            self._join(node)
        self.newest = max((day for one in lists for day in one.days), default=None)

    def update(self, one: Growing) -> None:
        """Take in that a list has grown, if it is among these."""
        if not (node := self._leaves.get(id(one), 0)):
            return
        self._nodes[node] = self._node(node - self._size)
        while node := node // 2:
            self._join(node)
        self.newest = max([*([self.newest] if self.newest else []), *one.days], default=None)

    def find(self, date: str) -> Growing:
        first, last = (0, 0) if date.startswith(UNKNOWN_YEAR) else span([date])
        is_known = last > 0
        best = [self._bound(1, first, last, is_known=is_known)]
        while (node := heappop(best)[-1]) < self._size:
            for below in (2 * node, 2 * node + 1):
                heappush(best, self._bound(below, first, last, is_known=is_known))
        return self._lists[node - self._size][1]

    def _bound(self, node: int, first: int, last: int, *, is_known: bool) -> tuple[int, ...]:
        opens, closes, begins, ends, size, place = self._nodes[node]
        by_period, by_days = max(0, opens - last, first - closes), max(0, begins - last, first - ends)
        return (*((by_period, by_days) if is_known else (0, 0)), -size, place, node)

    def _node(self, leaf: int) -> _Node:
        place, one = self._lists[leaf]
        return (*span(one.framed), *span(one.days), one.size, place)

    def _join(self, node: int) -> None:
        one, other = self._nodes[2 * node : 2 * node + 2]
        self._nodes[node] = (
            *(min(one[0], other[0]), max(one[1], other[1])),
            *(min(one[2], other[2]), max(one[3], other[3])),
            *(max(one[4], other[4]), min(one[5], other[5])),
        )


class Spaces:
    """What separates the entries of a page's lists, and how often each does, in the page's order."""

    def __init__(self, page: Page) -> None:
        self._newline = page.newline
        self._seen = defaultdict[Hashable, Counter[str]](Counter)
        for (one, other), gap in zip(pairwise(page.sections), page.gaps[1:-1], strict=True):
            if not is_space(gap):
                continue
            keys: list[Hashable] = [one.list_key] if one.list_key == other.list_key else []
            if one.period == other.period:
                keys += [(key, one.period) for key in keys]
                keys += [one.style.family] if one.style.family == other.style.family else []
            for key in keys:
                self._seen[key][gap] += 1

    def within(self, section: Section, *, in_period: bool) -> str | None:
        """Return what mostly separates the entries of a section's list, or of its part under the same heading."""
        seen = self._seen[(section.list_key, section.period) if in_period else section.list_key]
        return seen.most_common(1)[0][0] if seen else None

    def elsewhere(self, family: str) -> str:
        """Return what mostly separates entries of a kind on the page, for a list that has only one."""
        seen = self._seen[family]
        return seen.most_common(1)[0][0] if seen else self._newline * (2 if family == "heading" else 1)


# ------------------------------------------------------------------------------- the first section of a page or a year


def _first_of_page(page: Page, text: str, date: str, family: str) -> str:
    """Put the first section onto a page: below its year's heading if there is one, else before what closes the page."""
    lines = page.lines
    if family == "row":
        for line in range(1, len(lines.texts)):
            if lines.visible[line] and is_delimiter(lines.texts[line]) and "|" in lines.texts[line - 1]:
                return _inserted(page, lines.end(line), page.newline + text)
    for heading in page.headings:
        if heading.period and is_in(date, heading.period):
            return _inserted(page, end_below(page, heading), page.newline * 2 + text)
    for heading in page.headings:
        if heading.kind == "end":
            return _before(page, text, heading.line)
    # Definitions of links and comments close the page too.
    total = len(lines.texts)
    line = trimmed(lines, 0, total, least=0)
    while line < total and lines.blank(line):
        line += 1
    return _before(page, text, line)


def _before(page: Page, text: str, line: int) -> str:
    at, newline = page.lines.offsets[line], page.newline
    above = page.text[:at].removeprefix("\ufeff")
    if not above or (page.lines.blank(line - 1) and above[-1] in "\r\n"):
        space = ""
    else:
        space = newline if above[-1] in "\r\n" else newline * 2
    return _inserted(page, at, space + text + (newline * 2 if at < len(page.text) else newline))
