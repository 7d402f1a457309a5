"""Lists under headings with years, seasons, terms or months: the heading of a date, and a new one like the others."""

import re
from bisect import bisect_left, bisect_right
from calendar import month_abbr, month_name
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise

from almanac.dates import TWO_YEARS, academic_year, find_date, is_in
from almanac.languages import Names
from almanac.page.headings import Heading
from almanac.page.htmlentries import HtmlEntries
from almanac.page.lines import BULLET, is_delimiter, is_rule, split_lines
from almanac.page.order import Order, period_headings
from almanac.page.outline import Page, Section
from almanac.page.tags import VOID, tags_in
from almanac.patterns import regex

_YEAR = regex(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_MONTH_WORD = regex(rf"\b(?:{'|'.join([*month_name[1:], *month_abbr[1:], 'Sept'])})\b", re.IGNORECASE)
_ISO_MONTH = regex(r"(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9](?![0-9])")
_SEASONS = (("Winter",), ("Spring",), ("Summer",), ("Fall", "Autumn"), ("Fall", "Autumn", "Winter"))
"""The names for January and February, for each three months from March on, and for December, mostly still autumn."""
_SEASON_NAMES = tuple(dict.fromkeys(chain(*_SEASONS)))
_SEASON = regex(rf"\b(?:{'|'.join(_SEASON_NAMES)})\b", re.IGNORECASE)
_FOLDED_END = regex(r"\s*</details[ \t]*>", re.IGNORECASE)
_HTML_TAG = regex(r"<[^<>]*>")
_EMPTY_HTML = regex(r"(?:<[bh]r(?:[\s/][^<>]*)?>\s*|<(?P<name>p|div)(?:\s[^<>]*)?>\s*</(?P=name)>\s*)+", re.IGNORECASE)
_WORD = regex(r" ?(?<!\S)(\S+)")
_TRAILING = regex(r"(?<![ \t])[ \t]++(?=[\r\n])")
_ATTRIBUTES = regex(r"\{:[^{}]*\}[ \t]*")  # what kramdown gives the block below
_ONE_YEAR = len("2021")
_HALF_A_YEAR = 6
_ANOTHER_TERM = 3
"""How many months after or before all others of a term an event may be, and still be in that term."""


@dataclass(frozen=True)
class NewHeading:
    """A heading for another year, term or month: where it goes, and what is put around the sections below it."""

    heading: Heading  # with a line that no heading of the page has
    at: int
    before: str
    after: str
    is_last: bool  # no heading of the list comes after it


class Periods:
    """The headings of months, terms or years under which a list is, and the new ones that it gets.

    Those of another list, below a heading that names it, are not among them, not even for a year that only it has.
    What is filed below them, the earliest first, counts as if it were on the page already, and so do new headings.
    """

    def __init__(self, page: Page, group: Sequence[Section]) -> None:
        self._page, self._group = page, group
        self._used = {section.period for section in group if section.period is not None}
        self.names, headings = page.names(self._used), page.alongside(self._used)
        self._models = [heading for heading in headings if heading.line in self._used]
        self._levels = {heading.level for heading in self._models}
        self._headings = defaultdict[str, list[Heading]](list)
        for heading in headings:
            self._headings[heading.period or ""].append(heading)
        self._language = page.lines.habits.names
        self._terms = _Terms(headings, group, self._language)
        self._made = 0

    def heading_for(self, date: str) -> Heading | None:
        """Find the heading of a date's month, term or year, even if it has no entry yet."""
        fitting = [heading for period in _periods_of(date) for heading in self._headings[period]]
        if self._terms.names:
            term = self._terms.of(date)
            fitting = [one for one in fitting if term is None or term in (self._terms.names.get(one.line) or [term])]
        mine = [heading for heading in fitting if heading.line in self._used]
        empty = [heading for heading in fitting if heading.level in self._levels]
        # A month says more than its year.
        return max(mine or empty, key=lambda one: ("-" in (one.period or ""), -one.line), default=None)

    def place_below(self, heading: Heading) -> tuple[int, str, str]:
        """Return where the first section below a heading goes, and what is put before it and after it.

        Elements of HTML go into an element like that of the other periods, which is there already or is put there.
        """
        page = self._page
        newest = max(self._group, key=lambda one: (one.period is not None, one.date))
        model = next((one for one in self._models if one.line == newest.period), None)
        if newest.style.family != "html" or model is None:
            return end_below(page, heading), page.newline * 2, ""
        first, line = self._first[model.line], heading.line + heading.lines
        after = next((one.line for one in page.headings if one.line >= line), len(page.lines.texts))
        if place := self._elements.place_below(heading, after, first.line - 1, model):
            return place.at, page.newline, "" if place.ends_line else page.newline
        between = page.text[page.lines.offsets[model.line + model.lines] : first.start]
        opened = page.newline + _table_head(page, first, between)
        return page.lines.end(line - 1), opened, self._closing_tags(model, model.line + model.lines)

    def _end_of_opened(self, heading: Heading, last: Section, line: int | None = None) -> int:
        """Return where the elements end that are opened for entries from a heading, or another line, on."""
        end = self._elements.end_of_opened(last.line - 1, heading.line if line is None else line)
        return max(end or 0, last.end)

    def _closing_tags(self, heading: Heading, line: int) -> str:
        """Return what closes the elements that are opened from a line on for the entries below a heading."""
        text, last = self._page.text, self._last[heading.line]
        names = Counter[str]()
        for tag in tags_in(text[self._page.lines.offsets[line] : self._first[heading.line].start]):
            names[tag.name] += -1 if tag.closes else tag.name not in VOID
        left = sum(count for count in names.values() if count > 0)
        behind = text[last.end : self._end_of_opened(heading, last, line)]
        tags = [*tags_in(behind)][-left:] if left else []
        if len(tags) < left or not tags or not all(tag.closes for tag in tags):
            return ""
        closing = behind[len(behind[: tags[0].start].rstrip()) :]
        return closing if closing[:1].isspace() else self._page.newline + closing

    def file(self, date: str, heading: Heading) -> None:
        """Count a section that is put below a heading."""
        self._used.add(heading.line)
        self._terms.file(date, heading.line)

    def new_heading(self, date: str, order: Order) -> NewHeading | None:
        """Make a heading for another year, term or month, like its neighbour's; `order` is that of such headings.

        None if the list is not all under such headings, or if it cannot be known what the heading would have to say.
        """
        term = self._term_of_new(date)
        if term is None:
            return None
        page, following = self._page, self._beside.first(date, order)
        model = self._terms.models.get(term) or self._beside_used.first(date, order) or self._models[-1]
        names = self._terms.names.get(model.line, [])
        season = "" if term in names else term
        odd = self._odd(model) if term in ("", *_SEASON_NAMES) else set()
        text = _like(page, model, odd, date, season, is_short=self._are_short)
        first, end = self._first[model.line], self._last[model.line].end
        before = text + _table_head(page, first, page.text[page.lines.offsets[model.line + model.lines] : first.start])
        self._made += 1
        period = academic_year(date) if "/" in (model.period or "") else date[: len(model.period or "")]
        heading = model._replace(line=len(page.lines.texts) + self._made, text=text, period=period)
        self._headings[period].append(heading)
        self._terms.add(heading, [season, *names[1:]] if season and names else names)
        closing = _folded_end(page, end) if first.style.family != "html" else self._closing_tags(model, model.line)
        if following:
            at = page.lines.offsets[following.line]
            return NewHeading(heading, at, before, closing + self._separator, is_last=False)
        last = self._group[-1]
        if last.style.family == "html":
            at = self._end_of_opened(self._model_of(last), last)
        else:
            folded = _folded_end(page, last.end)
            at = last.end + len(folded) if folded else _list_end(page, last)
        return NewHeading(heading, at, self._separator + before, closing, is_last=True)

    def learns_for(self, date: str) -> bool:
        """Tell whether it can depend on what shows which months a term has that no heading is there for a date."""
        if len(date) == _ONE_YEAR or not any(self._terms.names.values()):
            return False
        return len(date) >= self._least_date or any(self._headings[period] for period in _periods_of(date))

    def gets_heading(self, date: str) -> bool:
        """Tell whether a new heading can be made for a date."""
        return self._term_of_new(date) is not None

    def _term_of_new(self, date: str) -> str | None:
        """Name the part of a year that a date's new heading says; empty if none does, None if there can be none."""
        if not _YEAR.fullmatch(date[:4]) or len(date) < self._least_date:
            return None
        return self._terms.of(date) if self._terms.names else ""

    def _model_of(self, section: Section) -> Heading:
        return next(one for one in self._models if one.line == section.period)

    def with_own_words(self) -> set[int]:
        """Return the lines of the headings that no new one would be like: for words in them or between them and a list.

        A new heading has the words that all have and, where they tell parts of a year apart, those of one of them.
        """
        names = {name for one in self._terms.names.values() for name in one}
        is_plain = not names or not names.isdisjoint(_SEASON_NAMES)
        return {one.line for one in self._models if (is_plain and self._odd(one)) or self._has_words_below(one)}

    def _has_words_below(self, heading: Heading) -> bool:
        first = self._first[heading.line]
        between = self._page.text[self._page.lines.offsets[heading.line + heading.lines] : first.start]
        return any(line.strip() and "|" not in line for line in split_lines(between))

    @cached_property
    def fit(self) -> bool:
        """Whether each entry that is below such a heading is of its year or month."""
        periods = {heading.line: heading.period for heading in self._models}
        filed = ((one.date, periods.get(one.period)) for one in self._group if one.period is not None)
        return all(period is None or is_in(date, period) for date, period in filed)

    @cached_property
    def _least_date(self) -> int:
        """How long a date has to be to tell a new heading's period; more than any is, if no heading can be made."""
        is_apart = any(section.period is None for section in self._group)
        if is_apart or any(map(_says_day, self._models)):
            return len("2021-11-08T")
        return max(len(heading.period or "") for heading in self._models)

    @cached_property
    def _beside(self) -> "_Row":
        return _Row(period_headings(self._page, self._group), self._newest)

    @cached_property
    def _beside_used(self) -> "_Row":
        return _Row([one for one in period_headings(self._page, self._group) if one in self._models], self._newest)

    @cached_property
    def _newest(self) -> dict[int | None, str]:
        return {one.period: one.date for one in sorted(self._group, key=lambda one: one.date)}

    @cached_property
    def _first(self) -> dict[int | None, Section]:
        return {one.period: one for one in reversed(self._group)}

    @cached_property
    def _last(self) -> dict[int | None, Section]:
        return {one.period: one for one in self._group}

    @cached_property
    def _elements(self) -> HtmlEntries:
        return HtmlEntries(self._page.lines)

    @cached_property
    def _separator(self) -> str:
        """What mostly comes before a heading of the list: blank lines, and on some pages a rule."""
        gaps = (
            self._page.text[one.end : self._page.lines.offsets[other.period]]
            for one, other in pairwise(self._group)
            if other.period is not None and other.period != one.period
        )
        if self._group[0].style.family == "html":
            # What closes a list comes with it.
            gaps = (gap if is_space(gap) else gap[gap.rfind(">") + 1 :] for gap in gaps)
        return next((gap for gap, _ in Counter(filter(is_space, gaps)).most_common(1)), self._page.newline * 2)

    @cached_property
    def _are_short(self) -> bool:
        """Whether months have short names; May, which is both, does not tell."""
        words = (_MONTH_WORD.search(_in_english(one.text, self._language)) for one in self._models)
        return any(word and _is_short(word[0]) for word in words)

    def _odd(self, model: Heading) -> set[str]:
        """Return the words that are not in all headings like this one: they belong to the one that has them."""
        shared = self._words[model.level]
        return {word for word in _variable(model.text, self._language).split() if shared[word] < shared[None]}

    @cached_property
    def _words(self) -> dict[int, Counter[str | None]]:
        """How many headings of a level have a word; None is in all."""
        words = defaultdict[int, Counter[str | None]](Counter)
        for one in self._models:
            words[one.level].update({None, *_variable(one.text, self._language).split()})
        return words


def _periods_of(date: str) -> list[str]:
    """Return what the heading of a date's year, month, day or academic year would say."""
    periods = [*(date[:size] for size in (4, 7, 10) if date[size - 1 :]), academic_year(date)]
    return [period for period in periods if period]


class _Row:
    """Headings in the order of the page, each with the newest date below it."""

    def __init__(self, headings: Sequence[Heading], newest: Mapping[int | None, str]) -> None:
        self._headings = headings
        dates = [newest.get(one.line, one.period or "") for one in headings]
        self._latest, self._earliest = [*accumulate(dates, max)], [*accumulate(dates, min)]

    def first(self, date: str, order: Order) -> Heading | None:
        """Find the first heading that a new one for a date comes before."""
        if order == "oldest":
            place = bisect_right(self._latest, date)
        else:
            place = bisect_left(self._earliest, True, key=lambda earliest: earliest <= date)  # noqa: FBT003
        return self._headings[place] if place < len(self._headings) else None


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
    return last.end if family in ("heading", "html") else end


def end_below(page: Page, heading: Heading) -> int:
    """Return where the text below a heading that has no section yet ends."""
    lines, line = page.lines, heading.line + heading.lines
    place = bisect_left(page.headings, line, key=lambda one: one.line)
    after = page.headings[place].line if place < len(page.headings) else len(lines.texts)
    while after > line and lines.blank(after - 1):
        after -= 1
    return lines.end(after - 1)


def is_space(gap: str) -> bool:
    """Tell whether a text between two sections only separates them: line ends, and perhaps a rule or the like."""
    lines = split_lines(gap)
    return len(lines) > 1 and all(not line.strip() or is_rule(line) or is_empty_html(line) for line in lines)


def is_empty_html(line: str) -> bool:
    """Tell whether a line has only elements that show no words, such as a rule: `<hr>`, `<br>`, `<p></p>`."""
    return _EMPTY_HTML.fullmatch(line.strip()) is not None


def _says_day(heading: Heading) -> bool:
    found = find_date(heading.text)
    return found is not None and found.has_day


def _folded_end(page: Page, end: int) -> str:
    """Return what closes the block that can be folded in which the last section ends there, if it is in one."""
    closing = _FOLDED_END.match(page.text, end)
    return closing[0] if closing else ""


def _like(page: Page, model: Heading, odd: set[str], date: str, season: str, *, is_short: bool) -> str:  # noqa: PLR0913
    """Write a heading like the model without its odd words, for another date and, if one is named, another season."""
    language = page.lines.habits.names
    heading = page.text[page.lines.offsets[model.line] : page.lines.offsets[model.line + model.lines]]
    left = set(odd)

    def kept(word: re.Match[str]) -> str:
        if word[1] not in left:
            return word[0]
        left.discard(word[1])
        return ""

    heading = _WORD.sub(kept, heading)
    if TWO_YEARS.search(heading) and "/" in (model.period or ""):
        first, second = academic_year(date).split("/")
        heading = TWO_YEARS.sub(lambda two: first + two["mark"] + second[-len(two["second"]) :], heading, count=1)
    elif _ISO_MONTH.search(heading):
        heading = _ISO_MONTH.sub(date[:7], heading, count=1)
    else:
        if len(model.period or "") > _ONE_YEAR:
            name = (month_abbr if is_short else month_name)[int(date[5:7])]
            heading = language.with_month(heading, name) if language else _renamed(heading, _MONTH_WORD, name)
        if season:
            heading = _renamed(heading, _SEASON, season)
        heading = _renamed(heading, _YEAR, date[:4])
    return _TRAILING.sub("", heading)


def _renamed(heading: str, pattern: re.Pattern[str], name: str) -> str:
    """Put a name in the place of the first one that a pattern finds, wherever that stands: in an anchor, too."""
    found = pattern.search(heading)
    if found is None:
        return heading
    kind = "[0-9]" if found[0].isdigit() else "[A-Za-z]"
    same = re.compile(rf"(?<!{kind}){re.escape(found[0])}(?!{kind})", re.IGNORECASE)
    return same.sub(lambda one: name.lower() if one[0].islower() else name, heading)


def _in_english(heading: str, language: Names | None) -> str:
    return language.in_english(heading)[0] if language else heading


def _variable(heading: str, language: Names | None) -> str:
    """Return the words of a heading without its year, season and month."""
    heading = _in_english(heading, language)
    return _MONTH_WORD.sub("", _SEASON.sub("", _YEAR.sub("", _ISO_MONTH.sub("", TWO_YEARS.sub("", heading)))))


def _table_head(page: Page, first: Section, between: str) -> str:
    """Return what comes between a new heading and its first entry: a blank line, and the head of a table."""
    if not between.strip():
        return between
    lines = split_lines(between)
    if first.style.family == "html":
        # What opens the list, and the head of a table; but no words that are about that year alone.
        kept = (line for line in lines[:-1] if "<th" in line.lower() or not _HTML_TAG.sub("", line).strip())
        return "".join(line + page.newline for line in kept)
    delimiter = next((index for index, line in enumerate(lines) if is_delimiter(line)), None)
    if not delimiter or first.style.family != "row":
        return page.newline
    start = delimiter - 1
    while start and _ATTRIBUTES.fullmatch(lines[start - 1]):
        start -= 1
    return page.newline + "".join(line + page.newline for line in lines[start : delimiter + 1])


def _is_short(month: str) -> bool:
    return len(month) <= len("Sept") and month not in month_name


# ------------------------------------------------------------------------------- seasons and terms


class _Terms:
    """The parts of a year that the headings of a list's level name; nothing if none does.

    They are seasons, or whatever tells two headings of one year apart, such as `Michaelmas 2021` and `Term 1 2021`.

    Attributes:
        names: By the line of a heading.
        models: The first heading of the list that names a part.
    """

    def __init__(self, headings: Sequence[Heading], group: Sequence[Section], language: Names | None) -> None:
        used = {one.period for one in group}
        levels = {heading.level for heading in headings if heading.line in used}
        dated = [heading for heading in headings if heading.level in levels and heading.period]
        self.names = {one.line: [name.capitalize() for name in _SEASON.findall(one.text)] for one in dated}
        if not any(self.names.values()):
            years = Counter(heading.period for heading in dated if len(heading.period or "") == _ONE_YEAR)
            are_told_apart = max(years.values(), default=0) > 1
            told = {one.line: _variable(one.text, language).split() for one in dated if are_told_apart}
            self.names = {line: [" ".join(words)] for line, words in told.items()}
        mine = [one for one in reversed(dated) if one.line in used]
        self.models = {name: one for one in mine for name in self.names.get(one.line, ())}
        self._all_names = {name for names in self.names.values() for name in names}
        self._filed = defaultdict[int, _Filed](_Filed)  # by month
        if self.names:
            for section in group:
                self.file(section.date, section.period)

    def of(self, date: str) -> str | None:
        """Name a date's part of the year as the page does: as its entries of about that month are filed.

        For a season that no entry shows the calendar has a name. None if nothing tells.
        """
        if len(date) == _ONE_YEAR:
            return None
        month = int(date[5:7])
        beside = ((apart, {(month + apart) % 12, (month - apart) % 12}) for apart in range(_HALF_A_YEAR + 1))
        apart, months = next(((apart, some) for apart, some in beside if not some.isdisjoint(self._filed)), (12, set()))
        nearest = self._most(self._filed[one] for one in months if one in self._filed)
        if self._all_names.isdisjoint(_SEASON_NAMES):
            return nearest if apart < _ANOTHER_TERM else None
        by_calendar = _SEASONS[month // 3]
        calendar_name = next((name for name in by_calendar if name in self._all_names), by_calendar[0])
        return nearest if apart <= (calendar_name not in self._all_names) else calendar_name

    def file(self, date: str, line: int | None) -> None:
        """Count an entry below a heading; one that names several parts tells nothing."""
        names = self.names.get(line, []) if line is not None else []
        if len(date) > _ONE_YEAR and len(names) == 1:
            self._filed[int(date[5:7]) % 12].add(names[0], 1, date)

    def add(self, heading: Heading, names: list[str]) -> None:
        """Take in a new heading."""
        if self.names:
            self.names[heading.line] = names
            self._all_names.update(names)

    @staticmethod
    def _most(months: Iterable["_Filed"]) -> str | None:
        one, *others = [*months] or [_Filed()]
        if not others:
            return one.first
        both = _Filed()
        for filed in (one, *others):
            for name, (number, newest) in filed.items():
                both.add(name, number, newest)
        return both.first


class _Filed(dict[str, tuple[int, str]]):
    """In which parts of the year entries are: how many in each, and the newest date; `first` is the one with most."""

    first: str | None = None

    def add(self, name: str, number: int, newest: str) -> None:
        before = self.get(name, (0, ""))
        self[name] = before[0] + number, max(before[1], newest)
        self.first = name if self.first is None else max(self.first, name, key=self.__getitem__)
