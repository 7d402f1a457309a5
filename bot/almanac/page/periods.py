"""Lists under headings with years, seasons, terms or months: the heading of a date, and a new one like the others."""

import re
from calendar import month_abbr, month_name
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, pairwise

from almanac.dates import TWO_YEARS, academic_year, find_date
from almanac.page.headings import Heading
from almanac.page.lines import BULLET, is_delimiter, is_rule, split_lines
from almanac.page.order import Order, period_headings
from almanac.page.outline import Page, Section

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join([*month_name[1:], *month_abbr[1:], 'Sept'])})\b", re.IGNORECASE)
_ISO_MONTH = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9](?![0-9])")
_SEASONS = (("Winter",), ("Spring",), ("Summer",), ("Fall", "Autumn"), ("Fall", "Autumn", "Winter"))
"""The names for January and February, for each three months from March on, and for December, mostly still autumn."""
_SEASON_NAMES = tuple(dict.fromkeys(chain(*_SEASONS)))
_SEASON = re.compile(rf"\b(?:{'|'.join(_SEASON_NAMES)})\b", re.IGNORECASE)
_FOLDED_END = re.compile(r"\s*</details[ \t]*>", re.IGNORECASE)
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=[\r\n])")
_ONE_YEAR = len("2021")
_ANOTHER_TERM = 3
"""How many months after or before all others of a term an event may be, and still be in that term."""


def heading_for(page: Page, group: Sequence[Section], date: str) -> Heading | None:
    """Find the heading of a date's month, term or year in a list under such headings, even if it has no entry yet."""
    return Periods(page, group).heading_for(date)


class Periods:
    """The headings of months, terms or years under which a list is, for many dates."""

    def __init__(self, page: Page, group: Sequence[Section]) -> None:
        self._group = group
        self._used = {section.period for section in group if section.period is not None}
        self._levels = {heading.level for heading in page.headings if heading.line in self._used}
        self._headings = defaultdict[str, list[Heading]](list)
        for heading in page.headings:
            self._headings[heading.period or ""].append(heading)
        self.terms = terms_of(page, group)

    def heading_for(self, date: str) -> Heading | None:
        """Find the heading of a date, as `heading_for`."""
        periods = [*(date[:size] for size in (4, 7, 10) if date[size - 1 :]), academic_year(date)]
        fitting = [heading for period in filter(None, periods) for heading in self._headings[period]]
        if self.terms:
            term = _term_of(self.terms, self._group, date)
            fitting = [one for one in fitting if term is None or term in (self.terms.get(one.line) or [term])]
        mine = [heading for heading in fitting if heading.line in self._used]
        empty = [heading for heading in fitting if heading.level in self._levels]
        # A month says more than its year.
        return max(mine or empty, key=lambda one: ("-" in (one.period or ""), -one.line), default=None)


def new_heading(page: Page, group: Sequence[Section], date: str, order: Order) -> tuple[int, str, str] | None:
    """Make a heading for another year, term or month, like its neighbour's; `order` is that of such headings.

    Returns:
        Where it goes on the page, what comes before the new section, and what after it. None if the list is not all
        under such headings, or if it cannot be known what the heading would have to say.
    """
    if not date[:4].isdigit() or any(section.period is None for section in group):
        return None
    used = {section.period for section in group}
    headings = [heading for heading in page.headings if heading.line in used]
    if any(len(heading.period or "") > len(date) or _says_day(heading) for heading in headings):
        return None
    terms = terms_of(page, group)
    term = _term_of(terms, group, date) if terms else ""
    if term is None:
        return None
    newest = {one.period: one.date for one in sorted(group, key=lambda one: one.date)}
    beside = period_headings(page, group)
    later = [heading for heading in beside if newest.get(heading.line, heading.period or "") > date]
    following = later if order == "oldest" else [heading for heading in beside if heading not in later]
    models = [one for one in following if one in headings] or headings[-1:]
    model = next((one for one in headings if term in terms.get(one.line, ())), models[0])
    # Words that are not in all of these headings belong to the one that has them, unless they are a term's name.
    words = _variable(model.text).split()
    others = [_variable(one.text).split() for one in headings if one.level == model.level and one is not model]
    odd = {word for word in words if not all(word in other for other in others)}
    odd = odd if term in ("", *_SEASON_NAMES) else set()
    lead = _like(page, model, odd, date, "" if term in terms.get(model.line, ()) else term)
    first = next(section for section in group if section.period == model.line)
    below = page.lines.offsets[model.line + model.lines]
    lead += _table_head(page, first, page.text[below : first.start])
    separator, closing = _separator(page, group), _folded_end(page, first.period, group)
    if following:
        return page.lines.offsets[following[0].line], lead, closing + separator
    folded = _folded_end(page, group[-1].period, group)
    return group[-1].end + len(folded) if folded else _list_end(page, group[-1]), separator + lead, closing


def _list_end(page: Page, last: Section) -> int:
    """Return where the list of an entry ends: bullets or rows below it that are no events belong to it, too."""
    lines, end, family = page.lines, last.end, last.style.family
    for index in range(last.line - 1 + len(split_lines(last.text)), len(lines.texts)):
        text = lines.texts[index]
        is_row, is_bullet = "|" in text, BULLET.match(text) and not is_rule(text)
        if family == "row" and not is_row:
            break
        if is_row if family == "row" else is_bullet or (text.strip() and text[0] in " \t"):
            end = lines.end(index)
        elif text.strip():
            break
    return last.end if family == "heading" else end


def is_space(gap: str) -> bool:
    """Tell whether a text between two sections only separates them: line ends, and perhaps a rule."""
    lines = split_lines(gap)
    return len(lines) > 1 and all(not line.strip() or is_rule(line) for line in lines)


def _says_day(heading: Heading) -> bool:
    found = find_date(heading.text)
    return found is not None and found.has_day


def _separator(page: Page, group: Sequence[Section]) -> str:
    """Return what mostly comes before a heading of a list: blank lines, and on some pages a rule."""
    gaps = (
        page.text[one.end : page.lines.offsets[other.period]]
        for one, other in pairwise(group)
        if other.period is not None and other.period != one.period
    )
    return next((gap for gap, _ in Counter(filter(is_space, gaps)).most_common(1)), page.newline * 2)


def _folded_end(page: Page, period: int | None, group: Sequence[Section]) -> str:
    """Return what closes the block that can be folded below a heading, if there is one."""
    last = max(section.end for section in group if section.period == period)
    closing = _FOLDED_END.match(page.text, last)
    return closing[0] if closing else ""


def _like(page: Page, model: Heading, odd: set[str], date: str, season: str) -> str:
    """Write a heading like the model without its odd words, for another date and, if one is named, another season."""
    heading = page.text[page.lines.offsets[model.line] : page.lines.offsets[model.line + model.lines]]
    for word in odd:
        heading = re.sub(rf"[ ]?\(?(?<!\S){re.escape(word)}(?!\S)", "", heading, count=1)
    if TWO_YEARS.search(heading) and "/" in (model.period or ""):
        first, second = academic_year(date).split("/")
        heading = TWO_YEARS.sub(lambda two: first + two["mark"] + second[-len(two["second"]) :], heading, count=1)
    elif _ISO_MONTH.search(heading):
        heading = _ISO_MONTH.sub(date[:7], heading, count=1)
    else:
        if len(model.period or "") > _ONE_YEAR:
            heading = _MONTH_WORD.sub(lambda word: _month_like(word[0], date), heading, count=1)
        if season:
            heading = _SEASON.sub(season, heading, count=1)
        heading = _YEAR.sub(date[:4], heading, count=1)
    return _TRAILING.sub("", heading)


def _variable(heading: str) -> str:
    """Return the words of a heading without its year, season and month."""
    return _MONTH_WORD.sub("", _SEASON.sub("", _YEAR.sub("", _ISO_MONTH.sub("", TWO_YEARS.sub("", heading)))))


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


# ------------------------------------------------------------------------------- seasons and terms


def terms_of(page: Page, group: Sequence[Section]) -> dict[int, list[str]]:
    """Return the parts of a year that the headings of a list's level name: line -> names; empty if none does.

    They are seasons, or whatever tells two headings of one year apart, such as `Michaelmas 2021` and `Term 1 2021`.
    """
    used = {one.period for one in group}
    levels = {heading.level for heading in page.headings if heading.line in used}
    dated = [heading for heading in page.headings if heading.level in levels and heading.period]
    seasons = {one.line: [name.capitalize() for name in _SEASON.findall(one.text)] for one in dated}
    if any(seasons.values()):
        return seasons
    years = Counter(heading.period for heading in dated if len(heading.period or "") == _ONE_YEAR)
    if max(years.values(), default=0) <= 1:
        return {}
    return {one.line: [" ".join(_variable(one.text).split())] for one in dated}


def _term_of(terms: dict[int, list[str]], group: Sequence[Section], date: str) -> str | None:
    """Name a date's part of the year as the page does: as its entries of about that month are filed.

    For a season that no entry shows the calendar has a name. None if nothing tells.
    """
    if len(date) == _ONE_YEAR:
        return None
    month = int(date[5:7])
    filed = Counter(
        (min((month - int(one.date[5:7])) % 12, (int(one.date[5:7]) - month) % 12), name)
        for one in group
        if len(one.date) > _ONE_YEAR and one.period is not None and len(terms.get(one.period, ())) == 1
        for name in terms[one.period]
    )
    apart, nearest = min(filed, key=lambda each: (each[0], -filed[each]), default=(12, None))
    own_words = {name for names in terms.values() for name in names}
    if own_words.isdisjoint(_SEASON_NAMES):
        return nearest if apart < _ANOTHER_TERM else None
    by_calendar = _SEASONS[month // 3]
    calendar_name = next((name for name in by_calendar if name in own_words), by_calendar[0])
    return nearest if apart <= (calendar_name not in own_words) else calendar_name
