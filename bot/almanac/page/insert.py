"""One event's section put on the page, moved, or taken away, while every other character stays as it is.

A new section goes where its date belongs in the order that the page already has, separated from its neighbours as they
are from each other. Where there is no neighbour yet, in a new year or on an empty page, headings and tables tell.
"""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.entries import Style, style_of, trimmed
from almanac.page.headings import Heading
from almanac.page.lines import fingerprint, fingerprints, is_delimiter, with_newline
from almanac.page.match import own_section
from almanac.page.order import Order, distance, is_jumbled, order_of, order_of_groups, page_order, place_in
from almanac.page.outline import Page, Section, known_dates, outline
from almanac.page.periods import heading_for, is_space, new_heading
from almanac.page.refusal import event_loop, why_no_event

_BLANK_LINES = re.compile(r"[ \t]*(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))*")


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
    neighbours = _list_for(page, style, date)
    if not neighbours:
        return _first_of_page(page, text, date, style.family)
    if neighbours[0].style.family != style.family:
        # Among entries of another kind it would break their list in two, or swallow what follows. After them is safe.
        return _inserted(page, page.sections[-1].end, page.newline * 2 + text)
    in_order = order or order_of(neighbours) or before or page_order(page) or "oldest"
    heading = heading_for(page, neighbours, date)
    if heading:
        neighbours = [section for section in neighbours if section.period == heading.line]
        if not neighbours:
            return _below(page, heading, text)
    elif new := new_heading(page, neighbours, date, order or order_of_groups(neighbours) or in_order):
        at, lead, separator = new
        return _inserted(page, at, lead + text + separator)
    space = _space(page, neighbours)
    place = place_in([section.date for section in neighbours], date, in_order)
    if place < len(neighbours) and (order or not is_jumbled(neighbours)):
        return _inserted(page, neighbours[place].start, text + space)
    return _inserted(page, neighbours[-1].end, space + text)


def fill(page: Page, sections: list[tuple[str, Event]], order: Order | None) -> str:
    """Put many sections at once onto a page that has none, in the order of their dates."""
    ordered = sorted(sections, key=lambda pair: (*pair[1].sort_key, pair[1].id), reverse=order == "newest")
    family = style_of(ordered[0][0]).family
    space = page.newline * (1 if family in ("bullet", "row") else 2)
    return _first_of_page(page, space.join(text for text, _ in ordered), ordered[0][1].date, family)


def taken_out(page: Page, section: Section) -> str:
    """Take a section out, with the space between it and its neighbour in its list, and a heading that only it needs."""
    text, sections = page.text, page.sections
    if (bare := _without_heading(page, section)) is not None:
        return bare
    index = next((index for index, other in enumerate(sections) if other.start == section.start), None)
    if index is not None:
        is_last = index + 1 == len(sections)
        if not is_last and sections[index + 1].list_key == section.list_key and is_space(page.gaps[index + 1]):
            return text[: section.start] + text[sections[index + 1].start :]
        if index and sections[index - 1].list_key == section.list_key and is_space(page.gaps[index]):
            return text[: sections[index - 1].end] + text[section.end :]
    space = _BLANK_LINES.match(text, section.end)
    return text[: section.start] + text[space.end() if space else section.end :]


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


def _list_for(page: Page, style: Style, date: str) -> list[Section]:
    """Choose the list that a section belongs to; empty if the page has no sections.

    Lists of the section's own kind come before others, those of its level before other levels, and all before a list
    of news. A list under "Upcoming events" takes only what is later than all other lists. Of what is left, the list
    that is nearest to the date is chosen: what is new goes where people added last.
    """
    lists = page.lists
    alike = [one for one in lists if one[0].style.family == style.family] or lists
    same = [one for one in alike if one[0].style.level == style.level] or alike
    same = [one for one in same if not page.is_aside(one)] or same
    ahead = [one for one in same if page.is_ahead(one)]
    past = [one for one in same if one not in ahead]
    if ahead and past:
        newest = max((day for one in past for day in known_dates(one)), default=date)
        same = ahead if date > newest else past
    return min(same, key=lambda one: (distance(one, date), -len(one)), default=[])


def _space(page: Page, group: list[Section]) -> str:
    """Return what mostly separates the entries of a list, or, if it has only one, entries of its kind on the page."""
    starts = {section.start for section in group}
    family = group[0].style.family
    pairs = zip(pairwise(page.sections), page.gaps[1:-1], strict=True)
    spaces = [(one, other, gap) for (one, other), gap in pairs if is_space(gap)]
    within = Counter(gap for one, other, gap in spaces if one.start in starts and other.start in starts)
    elsewhere = Counter(
        gap
        for one, other, gap in spaces
        if one.style.family == other.style.family == family and one.period == other.period
    )
    for seen in (within, elsewhere):
        if seen:
            return seen.most_common(1)[0][0]
    return page.newline * (2 if family == "heading" else 1)


# ------------------------------------------------------------------------------- the first section of a page or a year


def _first_of_page(page: Page, text: str, date: str, family: str) -> str:
    """Put the first section onto a page: below its year's heading if there is one, else before what closes the page."""
    lines = page.lines
    if family == "row":
        for line in range(1, len(lines.texts)):
            if lines.visible[line] and is_delimiter(lines.texts[line]) and "|" in lines.texts[line - 1]:
                return _inserted(page, lines.end(line), page.newline + text)
    for heading in page.headings:
        if heading.period and date.startswith(heading.period):
            return _below(page, heading, text)
    for heading in page.headings:
        if heading.kind == "end":
            return _before(page, text, heading.line)
    # Definitions of links and comments close the page too.
    total = len(lines.texts)
    line = trimmed(lines, 0, total, least=0)
    while line < total and lines.blank(line):
        line += 1
    return _before(page, text, line)


def _below(page: Page, heading: Heading, text: str) -> str:
    """Put a section at the end of the text below a heading that has no section yet."""
    following = page.headings[page.headings.index(heading) + 1 :]
    after = following[0].line if following else len(page.lines.texts)
    while after > heading.line + heading.lines and page.lines.blank(after - 1):
        after -= 1
    return _inserted(page, page.lines.end(after - 1), page.newline * 2 + text)


def _before(page: Page, text: str, line: int) -> str:
    at, newline = page.lines.offsets[line], page.newline
    above = page.text[:at].removeprefix("\ufeff")
    if not above or (page.lines.blank(line - 1) and above[-1] in "\r\n"):
        space = ""
    else:
        space = newline if above[-1] in "\r\n" else newline * 2
    return _inserted(page, at, space + text + (newline * 2 if at < len(page.text) else newline))
