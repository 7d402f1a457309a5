"""The first section of a page or of a year: there is no neighbour to go by.

Where a section goes in the list that it belongs to, and how it is parted from its neighbours.

The history page: cut into sections, and one event's section put in its place, moved or taken away.
"""

import re
from calendar import month_abbr, month_name
from collections import Counter
from itertools import accumulate, pairwise

from almanac.dates import UNKNOWN_YEAR
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.page.entries import style_of, trimmed
from almanac.page.headings import Heading, heading_ends
from almanac.page.lines import fingerprint, split_lines, with_newline
from almanac.page.match import own_section
from almanac.page.outline import Order, Page, Section, order_of, outline
from almanac.page.syntax import is_delimiter, is_rule

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join([*month_name[1:], *month_abbr[1:], 'Sept'])})\b", re.IGNORECASE)
_ISO_MONTH = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9](?![0-9])")


def first_of_all(page: Page, text: str, date: str, family: str) -> str:
    """Put the first section onto a page: below its year's heading if there is one, else before what closes the page."""
    if family == "row" and (row := _empty_table(page)) is not None:
        at = page.lines.end(row)
        return page.text[:at] + page.newline + text + page.text[at:]
    period = next((heading for heading in page.headings if heading.period and date.startswith(heading.period)), None)
    if period is not None:
        return below(page, period, text)
    closing = next((heading.line for heading in page.headings if heading.kind == "end"), None)
    return _before(page, text, _body_end(page) if closing is None else closing)


def below(page: Page, heading: Heading, text: str) -> str:
    """Put a section at the end of a heading's part, which holds none yet."""
    index = page.headings.index(heading)
    after = heading_ends(list(page.headings), len(page.lines.texts))[index]
    following = (other.line for other in page.headings[index + 1 :] if other.line < after)
    after = next(following, after)
    while after > heading.line + heading.lines and page.lines.blank(after - 1):
        after -= 1
    at = page.lines.end(after - 1)
    return page.text[:at] + page.newline * 2 + text + page.text[at:]


def _empty_table(page: Page) -> int | None:
    """Return the line below which the first row of a table belongs."""
    texts = page.lines.texts
    return next(
        (
            line
            for line in range(1, len(texts))
            if page.lines.visible[line] and is_delimiter(texts[line]) and "|" in texts[line - 1]
        ),
        None,
    )


def _body_end(page: Page) -> int:
    """Return the line before which a page's closing definitions and comments begin."""
    total = len(page.lines.texts)
    end = trimmed(page.lines, 0, total, least=0)
    while end < total and page.lines.blank(end):
        end += 1
    return end


def _before(page: Page, text: str, line: int) -> str:
    """Put a section before a line, an empty line apart from what stands above and below."""
    at, newline = page.lines.offsets[line], page.newline
    before, after = page.text[:at], page.text[at:]
    if not before.removeprefix("\ufeff") or (line and page.lines.blank(line - 1) and before[-1] in "\r\n"):
        space = ""
    else:
        space = newline if before[-1] in "\r\n" else newline * 2
    return before + space + text + (newline * 2 + after if after else newline)


# ------------------------------------------------------------------------------- a new year


def new_period(page: Page, group: list[Section], text: str, date: str, order: Order) -> str | None:
    """Put a section under a new heading for its year or month, made as its neighbour's is.

    None where the list does not stand under such headings, or the date says less than they do.
    """
    if not date[:4].isdigit() or any(section.period is None for section in group):
        return None
    headings = [heading for heading in page.headings if any(section.period == heading.line for section in group)]
    if any(len(heading.period or "") > len(date) for heading in headings):
        return None
    later = [heading for heading in headings if (heading.period or "") > date[: len(heading.period or "")]]
    earlier = [heading for heading in headings if heading not in later]
    behind = next(iter(later if order == "oldest" else earlier), None)
    model = behind or headings[-1]
    lead = _lead(page, group, model, date)
    if behind:
        at = page.lines.offsets[behind.line]
        return page.text[:at] + lead + text + page.newline * 2 + page.text[at:]
    at = group[-1].end
    return page.text[:at] + page.newline * 2 + lead + text + page.text[at:]


def _lead(page: Page, group: list[Section], model: Heading, date: str) -> str:
    """Write a heading as the model is, for another year or month, with the head of a table if one stands below it."""
    lines = page.lines
    below_it = lines.offsets[model.line + model.lines]
    start = lines.offsets[model.line]
    head = page.text[start:below_it]
    renamed = _renamed(head, model.period or "", date)
    first = next(section for section in group if section.period == model.line)
    between = page.text[below_it : first.start]
    is_head = all(not line.strip() or "|" in line for line in split_lines(between))
    return renamed + (between if is_head else page.newline)


def _renamed(head: str, period: str, date: str) -> str:
    """Put another year, or month and year, into a heading that names `period`."""
    if _ISO_MONTH.search(head):
        return _ISO_MONTH.sub(date[:7], head, count=1)
    if len(period) > len("2021"):
        head = _MONTH_WORD.sub(lambda word: _month(word[0], date), head, count=1)
    return _YEAR.sub(date[:4], head, count=1)


def _month(model: str, date: str) -> str:
    """Name a date's month as short as the model, May being both."""
    number = int(date[5:7])
    return month_abbr[number] if len(model) <= len("Sept") and model not in month_name else month_name[number]


_AHEAD = re.compile(
    r"\b(?:upcoming|coming up|(?:next|future|planned) (?:events?|meetings?|meetups?|talks?|sessions?|calls?))\b",
    re.IGNORECASE,
)
_LINES_END = re.compile(r"[ \t]*(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))*")


def insert(page: Page, text: str, date: str, order: Order | None) -> str:
    """Put a new section onto a page.

    Args:
        page: The page.
        text: The section, with the page's line ends.
        date: The event's date.
        order: What stands first, or None: as the page has it, or else the oldest.
    """
    style = style_of(text)
    group = _group(page, style.family, style.level, date)
    if not group:
        return first_of_all(page, text, date, style.family)
    if group[0].style.family != style.family:
        # Among entries of another kind it would tear their list apart, or swallow what follows: behind them it is safe.
        last = page.sections[-1].end
        return page.text[:last] + page.newline * 2 + text + page.text[last:]
    order = order or order_of(group) or page.order or "oldest"
    period = period_of(page, group, date)
    if period is not None:
        group = [section for section in group if section.period == period.line]
        if not group:
            return below(page, period, text)
    elif made := new_period(page, group, text, date, order):
        return made
    return _among(page, group, text, date, order)


def _among(page: Page, group: list[Section], text: str, date: str, order: Order) -> str:
    place = _place([section.date for section in group], date, order)
    space = _space(page, group)
    if place < len(group):
        at = group[place].start
        return page.text[:at] + text + space + page.text[at:]
    at = group[-1].end
    return page.text[:at] + space + text + page.text[at:]


def _group(page: Page, family: str, level: int, date: str) -> list[Section]:
    """Choose the list that a section belongs to: of its kind, not before the ones ahead of it, near in time, long."""
    groups = page.lists
    alike = [group for group in groups if group[0].style.family == family] or groups
    same = [group for group in alike if group[0].style.level == level] or alike
    ahead = [group for group in same if _is_ahead(page, group)]
    past = [group for group in same if group not in ahead]
    if ahead and past:
        newest = max(filter(_is_known, (section.date for group in past for section in group)), default=date)
        same = ahead if date > newest else past

    def fits(group: list[Section]) -> tuple[bool, int]:
        dates = [section.date for section in group if not section.date.startswith(UNKNOWN_YEAR)]
        within = bool(dates) and min(dates) <= date <= max(dates)
        return within, len(group)

    return max(same, key=fits, default=[])


def _is_ahead(page: Page, group: list[Section]) -> bool:
    """Tell whether a list's heading says that its events are still to come."""
    return any(heading.line == group[0].parent and _AHEAD.search(heading.text) for heading in page.headings)


def _is_known(date: str) -> bool:
    return not date.startswith(UNKNOWN_YEAR)


def _place(dates: list[str], date: str, order: Order) -> int:
    """Return how many of a list's entries stand before a new one.

    It is where the fewest entries are on its wrong side, so that one entry that is out of order misleads nobody.
    """
    if order == "newest":
        # Mirrored, an equal date comes behind: the new one stands first of its day.
        return len(dates) - _place(dates[::-1], date, "oldest")
    known = [other for other in dates if not other.startswith(UNKNOWN_YEAR)]
    later = [int(not other.startswith(UNKNOWN_YEAR) and other > date) for other in dates]
    earlier = [int(not other.startswith(UNKNOWN_YEAR) and other <= date) for other in dates]
    if date.startswith(UNKNOWN_YEAR) or not known:
        return len(dates)
    wrong_before = accumulate(later, initial=0)
    total = sum(earlier)
    wrong = [before + total - right for before, right in zip(wrong_before, accumulate(earlier, initial=0), strict=True)]
    fits = [
        sum((place > 0 and bool(earlier[place - 1]), place < len(dates) and bool(later[place])))
        for place in range(len(wrong))
    ]
    return max(range(len(wrong)), key=lambda place: (-wrong[place], fits[place], place))


def period_of(page: Page, group: list[Section], date: str) -> Heading | None:
    """Find the heading of a date's month or year in a list that stands under such headings."""
    if not any(section.period is not None for section in group):
        return None
    used = {section.period for section in group}
    fitting = [
        heading
        for heading in page.headings
        if heading.period and date.startswith(heading.period) and heading.kind != "end"
    ]
    mine = [heading for heading in fitting if heading.line in used]
    levels = {heading.level for heading in page.headings if heading.line in used}
    empty = [heading for heading in fitting if heading.level in levels]
    return next(iter(sorted(mine or empty, key=lambda heading: -len(heading.period or ""))), None)


def _space(page: Page, group: list[Section]) -> str:
    """Return what mostly parts the entries of a list."""
    starts = {section.start for section in group}
    spaces = Counter(
        page.text[one.end : other.start]
        for one, other in pairwise(page.sections)
        if one.start in starts and other.start in starts and is_space(page.text[one.end : other.start])
    )
    if spaces:
        return spaces.most_common(1)[0][0]
    everywhere = Counter(
        page.text[one.end : other.start]
        for one, other in pairwise(page.sections)
        if one.style.family == other.style.family == group[0].style.family
        and is_space(page.text[one.end : other.start])
        and one.period == other.period
    )
    if everywhere:
        return everywhere.most_common(1)[0][0]
    return page.newline * (2 if group[0].style.family == "heading" else 1)


def is_space(gap: str) -> bool:
    """Tell whether a text between two sections only parts them: line ends, and perhaps a rule."""
    lines = split_lines(gap)
    return len(lines) > 1 and all(not line.strip() or is_rule(line) for line in lines)


def taken_out(page: Page, section: Section) -> str:
    """Take a section out, with the space that parted it from its neighbour in its list."""
    text = page.text
    index = next((index for index, other in enumerate(page.sections) if other.start == section.start), None)
    if index is not None:
        following = page.sections[index + 1] if index + 1 < len(page.sections) else None
        if following and following.list_key == section.list_key and is_space(page.gaps[index + 1]):
            return text[: section.start] + text[following.start :]
        previous = page.sections[index - 1] if index else None
        if previous and previous.list_key == section.list_key and is_space(page.gaps[index]):
            return text[: previous.end] + text[section.end :]
    after = text[section.end :]
    space = _LINES_END.match(after)
    return text[: section.start] + after[space.end() if space else 0 :]


def fill(page: Page, sections: list[tuple[str, Event]], order: Order | None) -> str:
    """Put many sections at once onto a page that has none, in order of their dates."""
    ordered = sorted(sections, key=lambda pair: (*pair[1].sort_key, pair[1].id), reverse=order == "newest")
    family = style_of(ordered[0][0]).family
    space = page.newline * (1 if family in ("bullet", "row") else 2)
    return first_of_all(page, space.join(text for text, _ in ordered), ordered[0][1].date, family)


_EVENT_LOOP = re.compile(r"event|meet|talk|session|workshop|history|agenda|\.(?:date|when|starts)\b", re.IGNORECASE)


def split(page: str) -> Page:
    """Cut a page into its sections and the text around them; every character is in exactly one part.

    Raises:
        UserError: No event is found on it, or a Liquid loop writes them.
    """
    cut = outline(page)
    if not cut.sections:
        raise UserError(_LOOP if cut.lines.loops else _NO_EVENT)
    return cut


_LOOP = (
    "The events of this page come from a Liquid loop ({% for ... %}): they stand in a data file or in posts and not on "
    "the page, so there is nothing to take over here. Almanac's records can feed such a loop themselves."
)
_NO_EVENT = (
    "No event was found on this page. An event begins with a heading, a bullet or a table row that holds a date, such "
    "as `### November 8th, 2021: Title`, `- 2021-11-08: Title` or `| Nov 8, 2021 | Title |`."
)


def refuse_loop(cut: Page) -> None:
    """Refuse to write a section onto a page whose events a Liquid loop writes.

    Raises:
        UserError: It is such a page.
    """
    if not cut.sections and any(_EVENT_LOOP.search(loop) for loop in cut.lines.loops):
        raise UserError(_LOOP)


def put(page: str, event: Event, section: str, *, previous: Event | None, order: Order | None) -> str:
    """Write one event's section onto a page; every other character stays.

    The section that `previous` has there is replaced where it stands, or, if the date changed, taken out and put to
    the new date's place. It is known by its fingerprint, then by date and title. A new section goes where its date
    belongs in the page's own order, apart from its neighbours as they are from each other, and before what closes the
    page. In a list under years it goes below its year; a year that is not there yet gets a heading like its
    neighbour's.

    Args:
        page: The page.
        event: The event.
        section: What is to be written for it; it gets the page's line ends.
        previous: The event's record as the page has it, or None for a new event.
        order: What stands first on the page; None: as the page has it, or else the oldest.

    Raises:
        UserError: A Liquid loop writes the page's events.
    """
    cut = outline(page)
    refuse_loop(cut)
    text = fitted(event, section, cut.newline)
    own = own_section(cut, previous) if previous else None
    if own is None or previous is None:
        return insert(cut, text, event.date, order)
    if previous.date == event.date:
        return page[: own.start] + text + page[own.end :]
    return insert(outline(taken_out(cut, own)), text, event.date, order or cut.order)


def remove(page: str, event: Event) -> str:
    """Take an event's section out, with the space that parted it from its neighbour; without one, nothing changes."""
    cut = outline(page)
    own = own_section(cut, event)
    return taken_out(cut, own) if own else page


def fitted(event: Event, section: str, newline: str) -> str:
    """Give a section the page's line ends, unless it is kept verbatim and was so taken over."""
    if event.markdown is not None and fingerprint(event.markdown) == event.rendered:
        return section
    return with_newline(section, newline)
