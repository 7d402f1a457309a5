"""One event's section put on the page, moved, or taken away, while every other character stays as it is.

A new section goes where its date belongs in the order that the page already has, separated from its neighbours as they
are from each other. Where there is no neighbour yet, in a new year or on an empty page, headings and tables tell.
"""

import re
from calendar import month_abbr, month_name
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from almanac.dates import UNKNOWN_YEAR
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.canonical import says_same
from almanac.page.entries import Style, style_of, trimmed
from almanac.page.headings import Heading
from almanac.page.lines import fingerprint, fingerprints, is_delimiter, is_rule, split_lines, with_newline
from almanac.page.match import own_section
from almanac.page.outline import Order, Page, Section, known_dates, order_of, outline
from almanac.page.refusal import event_loop, why_no_event

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join([*month_name[1:], *month_abbr[1:], 'Sept'])})\b", re.IGNORECASE)
_ISO_MONTH = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9](?![0-9])")
_SEASONS = (("Winter",), ("Spring",), ("Summer",), ("Fall", "Autumn"))  # December begins the first
_SEASON = re.compile(r"\b(?:Winter|Spring|Summer|Fall|Autumn)\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"\b(?:upcoming|coming up|(?:next|future|planned) (?:events?|meetings?|meetups?|talks?|sessions?|calls?))\b",
    re.IGNORECASE,
)
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
    return insert(outline(taken_out(cut, own)), text, event.date, order or cut.order)


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


def insert(page: Page, text: str, date: str, order: Order | None) -> str:
    """Put a new section, which has the page's line ends, onto a page; `order` is as in `put`."""
    style = style_of(text)
    neighbours = _list_for(page, style, date)
    if not neighbours:
        return _first_of_page(page, text, date, style.family)
    if neighbours[0].style.family != style.family:
        # Among entries of another kind it would break their list in two, or swallow what follows. After them is safe.
        return _inserted(page, page.sections[-1].end, page.newline * 2 + text)
    order = order or order_of(neighbours) or page.order or "oldest"
    period = _heading_for(page, neighbours, date)
    if period:
        neighbours = [section for section in neighbours if section.period == period.line]
        if not neighbours:
            return _below(page, period, text)
    elif written := _under_new_heading(page, neighbours, text, date, order):
        return written
    space = _space(page, neighbours)
    place = _place([section.date for section in neighbours], date, order)
    if place < len(neighbours):
        return _inserted(page, neighbours[place].start, text + space)
    return _inserted(page, neighbours[-1].end, space + text)


def fill(page: Page, sections: list[tuple[str, Event]], order: Order | None) -> str:
    """Put many sections at once onto a page that has none, in the order of their dates."""
    ordered = sorted(sections, key=lambda pair: (*pair[1].sort_key, pair[1].id), reverse=order == "newest")
    family = style_of(ordered[0][0]).family
    space = page.newline * (1 if family in ("bullet", "row") else 2)
    return _first_of_page(page, space.join(text for text, _ in ordered), ordered[0][1].date, family)


def taken_out(page: Page, section: Section) -> str:
    """Take a section out, with the space between it and its neighbour in its list."""
    text, sections = page.text, page.sections
    index = next((index for index, other in enumerate(sections) if other.start == section.start), None)
    if index is not None:
        is_last = index + 1 == len(sections)
        if not is_last and sections[index + 1].list_key == section.list_key and _is_space(page.gaps[index + 1]):
            return text[: section.start] + text[sections[index + 1].start :]
        if index and sections[index - 1].list_key == section.list_key and _is_space(page.gaps[index]):
            return text[: sections[index - 1].end] + text[section.end :]
    space = _BLANK_LINES.match(text, section.end)
    return text[: section.start] + text[space.end() if space else section.end :]


def _inserted(page: Page, at: int, text: str) -> str:
    return page.text[:at] + text + page.text[at:]


# ------------------------------------------------------------------------------- the place in a list


def _list_for(page: Page, style: Style, date: str) -> list[Section]:
    """Choose the list that a section belongs to; empty if the page has no sections.

    Lists of the section's own kind come before others, and those of its level before other levels. A list under
    "Upcoming events" takes only what is later than all other lists. Of what is left, the list around the date is
    chosen, or else the longest.
    """
    lists = page.lists
    alike = [one for one in lists if one[0].style.family == style.family] or lists
    same = [one for one in alike if one[0].style.level == style.level] or alike
    upcoming = {heading.line for heading in page.headings if _AHEAD.search(heading.text)}
    ahead = [one for one in same if one[0].parent in upcoming]
    past = [one for one in same if one not in ahead]
    if ahead and past:
        newest = max((day for one in past for day in known_dates(one)), default=date)
        same = ahead if date > newest else past

    def fits(sections: list[Section]) -> tuple[bool, int]:
        dates = known_dates(sections)
        return bool(dates) and min(dates) <= date <= max(dates), len(sections)

    return max(same, key=fits, default=[])


def _place(dates: list[str], date: str, order: Order) -> int:
    """Return how many of a list's entries come before a new one.

    It is where the fewest entries are on its wrong side, so that one entry that is out of order misleads nobody; of
    several such places, one whose neighbours are both on their right side, and of those the last.
    """
    if order == "newest":
        # Mirrored, an equal date comes after: the new one is the first of its day.
        return len(dates) - _place(dates[::-1], date, "oldest")
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


def _space(page: Page, group: list[Section]) -> str:
    """Return what mostly separates the entries of a list, or, if it has only one, entries of its kind on the page."""
    starts = {section.start for section in group}
    family = group[0].style.family
    pairs = zip(pairwise(page.sections), page.gaps[1:-1], strict=True)
    spaces = [(one, other, gap) for (one, other), gap in pairs if _is_space(gap)]
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


def _is_space(gap: str) -> bool:
    """Tell whether a text between two sections only separates them: line ends, and perhaps a rule."""
    lines = split_lines(gap)
    return len(lines) > 1 and all(not line.strip() or is_rule(line) for line in lines)


# ------------------------------------------------------------------------------- lists under years and months


def _heading_for(page: Page, group: list[Section], date: str) -> Heading | None:
    """Find the heading of a date's month, season or year in a list under such headings, even if it has no entry yet."""
    used = {section.period for section in group if section.period is not None}
    levels = {heading.level for heading in page.headings if heading.line in used}
    fitting = [heading for heading in page.headings if heading.period and date.startswith(heading.period)]
    seasons = _season_names(page, group)
    if seasons:
        wanted = _season_of(page, group, date)
        fitting = [heading for heading in fitting if wanted in (seasons.get(heading.line) or [wanted])]
    mine = [heading for heading in fitting if heading.line in used]
    empty = [heading for heading in fitting if heading.level in levels]
    # A month says more than its year.
    return max(mine or empty, key=lambda heading: len(heading.period or ""), default=None)


def _under_new_heading(page: Page, group: list[Section], text: str, date: str, order: Order) -> str | None:
    """Put a section under a new heading for its year, season or month, which is made like its neighbour's.

    None if the list is not all under such headings, or if the date says less than they do.
    """
    if not date[:4].isdigit() or any(section.period is None for section in group):
        return None
    used = {section.period for section in group}
    headings = [heading for heading in page.headings if heading.line in used]
    if any(len(heading.period or "") > len(date) for heading in headings):
        return None
    first = {one.period: one.date for one in reversed(group)}
    later = [heading for heading in headings if first[heading.line] > date]
    following = later if order == "oldest" else [heading for heading in headings if heading not in later]
    lead = _new_heading(page, group, headings, (following or headings[-1:])[0], date)
    if following:
        return _inserted(page, page.lines.offsets[following[0].line], lead + text + page.newline * 2)
    return _inserted(page, group[-1].end, page.newline * 2 + lead + text)


def _new_heading(page: Page, group: list[Section], headings: list[Heading], model: Heading, date: str) -> str:
    """Write a heading like the model for another year, season or month, with the head of a table as below the model."""
    names = _season_names(page, group)
    season = _season_of(page, group, date) if names else ""
    model = next((heading for heading in headings if season in names.get(heading.line, ())), model)
    start = page.lines.offsets[model.line]
    below_it = page.lines.offsets[model.line + model.lines]
    heading, period = page.text[start:below_it], model.period or ""
    alike = [other for other in headings if other.level == model.level and other is not model]
    if alike:
        # Words that are not in all of these headings belong to the one that has them.
        shared = set.intersection(*(set(_variable(other.text).split()) for other in alike))
        for word in set(_variable(model.text).split()) - shared:
            heading = re.sub(rf"[ ]?\(?(?<!\S){re.escape(word)}(?!\S)", "", heading, count=1)
    if _ISO_MONTH.search(heading):
        heading = _ISO_MONTH.sub(date[:7], heading, count=1)
    else:
        if len(period) > len("2021"):
            heading = _MONTH_WORD.sub(lambda word: _month_like(word[0], date), heading, count=1)
        if season and season not in names[model.line]:
            heading = _SEASON.sub(season, heading, count=1)
        heading = _YEAR.sub(date[:4], heading, count=1)
    first = next(section for section in group if section.period == model.line)
    return heading + _table_head(page, first, page.text[below_it : first.start])


def _variable(heading: str) -> str:
    """Return the words of a heading without its year, season and month."""
    return _MONTH_WORD.sub("", _SEASON.sub("", _YEAR.sub("", _ISO_MONTH.sub("", heading))))


def _table_head(page: Page, first: Section, between: str) -> str:
    """Return what comes between a new heading and its first entry: a blank line, and the head of a table."""
    if not between.strip():
        return between
    lines = split_lines(between)
    delimiter = next((index for index, line in enumerate(lines) if is_delimiter(line)), None)
    if not delimiter or first.style.family != "row":
        return page.newline
    return page.newline + "".join(line + page.newline for line in lines[delimiter - 1 : delimiter + 1])


def _month_like(model: str, date: str) -> str:
    """Name a date's month, as short as the model is; May, which is both, is taken for a long name."""
    number = int(date[5:7])
    return month_abbr[number] if len(model) <= len("Sept") and model not in month_name else month_name[number]


def _season_names(page: Page, group: list[Section]) -> dict[int, list[str]]:
    """Return the seasons that the headings of a list's level name: line -> names; empty if none does."""
    used = {one.period for one in group}
    levels = {heading.level for heading in page.headings if heading.line in used}
    named = {
        heading.line: [name.capitalize() for name in _SEASON.findall(heading.text)]
        for heading in page.headings
        if heading.level in levels and heading.period
    }
    return named if any(named.values()) else {}


def _season_of(page: Page, group: list[Section], date: str) -> str:
    """Name a date's season as the page does, which may have only some: as its entries of about that month are filed."""
    names = _season_names(page, group)
    month = int(date[5:7] or 1)
    filed = Counter(
        (min((month - int(one.date[5:7])) % 12, (int(one.date[5:7]) - month) % 12), name)
        for one in group
        if len(one.date) > len("2021") and one.period in names
        for name in names[one.period]
        if len(names[one.period]) == 1
    )
    by_calendar = _SEASONS[month % 12 // 3]
    own_words = {name for each in names.values() for name in each}
    calendar_name = next((name for name in by_calendar if name in own_words), by_calendar[0])
    apart, nearest = min(filed, key=lambda each: (each[0], -filed[each]), default=(12, ""))
    return nearest if apart <= (calendar_name not in own_words) else calendar_name


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
