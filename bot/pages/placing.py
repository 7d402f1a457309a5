"""Where a section goes in the list that it belongs to, and how it is parted from its neighbours."""

import re
from collections import Counter
from itertools import accumulate, pairwise

from bot.events.event import Event
from bot.pages.anchors import style_of
from bot.pages.beginnings import below, first_of_all, new_period
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.headings import Heading
from bot.pages.items import is_rule
from bot.pages.outline import Order, Page, Section, order_of

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
    groups = page.groups
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
    lines = re.split(r"\r\n?|\n", gap)
    return len(lines) > 1 and all(not line.strip() or is_rule(line) for line in lines)


def taken_out(page: Page, section: Section) -> str:
    """Take a section out, with the space that parted it from its neighbour in its list."""
    text = page.text
    index = next((index for index, other in enumerate(page.sections) if other.start == section.start), None)
    if index is not None:
        following = page.sections[index + 1] if index + 1 < len(page.sections) else None
        if following and following.group == section.group and is_space(page.gaps[index + 1]):
            return text[: section.start] + text[following.start :]
        previous = page.sections[index - 1] if index else None
        if previous and previous.group == section.group and is_space(page.gaps[index]):
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
