"""Dates as people write them: one grammar, read in a form and found on a page.

The grammar (`_grammar`) has the names of months and weekdays, ordinals, the order of the parts and what may be between
them. A form takes it in full (`TYPED`): the whole text must be one date, or two (`almanac.dateanswers`). On a page
words follow the date, so there the parts must be close together (`_PAGE`), unless the line is nothing but a date. Day
and month are never guessed: `11/8/2021` is a problem in a form, and only a year on a page, unless its other dates tell
which is which (`date_habits`).
"""

import re
from calendar import day_abbr, day_name, month_abbr, month_name, monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as calendar_date
from datetime import timedelta
from functools import partial
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

from almanac.languages import Names, names_for
from almanac.patterns import regex
from almanac.phrases import in_calendar, say

MONTHS = tuple(month_name)
DAYS = tuple(day_name)
UNKNOWN_YEAR = "XXXX"
MODEL = "2021-11-08"
"""The day that every example names: its month and weekday are longer than their short forms, its day has one digit."""


# ------------------------------------------------------------------------------- the grammar

_MONTHS = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}
_MONTHS["sept"] = 9
_WEEKDAYS = {name.lower(): number for names in (day_name, day_abbr) for number, name in enumerate(names)}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}


def _one_of(names: Iterable[str]) -> str:
    """Match one of some names, in any case; letters that merely fold to ours, such as a long s, are others."""
    return f"(?a:{'|'.join(sorted(names, key=len, reverse=True))})"


date_pattern = partial(regex, flags=re.IGNORECASE)
MONTH_NAME, WEEKDAY_NAME = _one_of(_MONTHS), _one_of(_WEEKDAYS)
_MONTH = rf"(?P<month>{MONTH_NAME})\b\.?"
WEEKDAY = rf"(?P<weekday>{WEEKDAY_NAME})\b\.?"
_NUMBER = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:19|20)[0-9]{2}"
_ORDINAL = r"(?:st|nd|rd|th)?(?![0-9A-Za-z]|:[0-9])"
_DASH = r"(?:[ ]?[-\u2013\u2014/&][ ]?|[ ](?:to|until|through|thru|and|bis|und)[ ])"

_ITS_WEEKDAY = rf"(?:{WEEKDAY_NAME}\b\.?,?[ ])?"  # of the last of several days


def _grammar(year: str, number: str, *, close: bool = False) -> list[re.Pattern[str]]:
    """Return the ways to write a date to the day: the year, the month or the day first.

    In those that are `close`, only what cannot separate a title from a date comes between the parts. The first day of a
    range (`3-5 May`) is a date (its last is `to`), one that is said twice (`3rd May 3, 2021`) counts once, and `dots`
    holds the dot of a day that is written as `10.`, which may be the number of an item as well.
    """
    any_month = rf"(?P<month>{'0?[1-9]|1[0-2]' if close else '[0-9]{1,2}'}|{MONTH_NAME})"
    before = rf"(?<!\w)(?:{WEEKDAY}[\s,:;\u2013-]*)?(?:the\s+)?"
    before_year, before_month, before_day = (
        (r"(?<![0-9])", r"(?<![A-Za-z])", r"(?<![0-9A-Za-z:])") if close else (before, before, before)
    )
    gap = r"\s{0,3}" if close else r"[\s.,/-]{0,3}"
    year_gap = rf"(?:,?{gap}|[-/]|\s?[.-]\s?(?={year}\W*\Z))" if close else gap
    the_year = rf"(?P<year>{year})(?![0-9])"
    year_after = rf"(?:{year_gap}(?P<open>\()?{the_year}(?(open)\)?))?"
    day = rf"(?P<day>{number}){_ORDINAL}"
    more_days = rf"(?P<dots>(?:\.?{_DASH}{_ITS_WEEKDAY}(?P<to>{_NUMBER}){_ORDINAL})?\.?)" if close else ""
    patterns = [
        rf"{before_year}(?P<year>{year})(?P<mark>[-/.]){any_month}(?P=mark)(?P<day>{number})(?![0-9])",
        rf"{before_month}{_MONTH}{gap}{day}{year_after}",
        rf"{before_day}{day}{more_days}{gap}(?:of\s)?{_MONTH}(?![A-Za-z])(?:[ ](?P=day)(?=,))?{year_after}",
    ]
    if close:
        apart, ends = r"(?<![/_-])", r"(?![-/_.]?\w)"  # from the words of an address
        patterns += [
            rf"{before_month}{apart}{_MONTH}(?P<mark>[-/]){day}(?P=mark){the_year}{ends}",
            rf"{before_day}{apart}{day}(?P<mark>[-/]){_MONTH}(?P=mark){the_year}{ends}",
        ]
    else:
        patterns.append(rf"{before}{the_year}{gap}(?<![0-9]){_MONTH}{gap}{day}")
    return [date_pattern(text) for text in patterns]


TYPED = _grammar("[0-9]{4}|'[0-9]{2}", "[0-9]{1,2}")
_ALONE = _grammar(_YEAR, _NUMBER)
_PAGE = _grammar(_YEAR, _NUMBER, close=True)
NUMERIC = r"(?<![0-9])(?P<first>{0})(?P<mark>[-/.])(?P<second>{0})(?P=mark)(?P<year>{1})(?![0-9])"
THE_YEAR = rf"(?<![0-9])(?P<year>{_YEAR})(?![0-9])"
MONTH_ONLY = (
    date_pattern(rf"(?<![A-Za-z]){_MONTH}(?:{_DASH}{MONTH_NAME}\b\.?)?,?[ ]?{THE_YEAR}(?![-/.][0-9])"),
    date_pattern(rf"{THE_YEAR}-(?P<month>0[1-9]|1[0-2])(?![-/.]?[0-9])"),
    date_pattern(rf"(?<![\w/.-])(?P<month>0[1-9]|1[0-2])/(?P<year>{_YEAR})(?![\w/]|[.-]\w)"),
)
_BARE_MONTH = date_pattern(rf"(?<![A-Za-z])(?=(?-i:[A-Z])){_MONTH}(?P<year>)(?![A-Za-z])")
# The day without a mark between its numbers: `20211108`.
COMPACT = date_pattern(
    rf"(?<![\w/.-])(?P<year>{_YEAR})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?![\w/]|[.-]\w)"
)


class WrittenDate(NamedTuple):
    """What a date says, unchecked: month and day can be any numbers of two digits, Monday is 0. It ends at `end`."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None = None
    end: int = 0


def written_date(match: re.Match[str]) -> WrittenDate:
    """Return what a match of one of the grammar's patterns says."""
    year, day, weekday = map(match.groupdict().get, ("year", "day", "weekday"))
    return WrittenDate(
        year=whole_year(year.strip("'")) if year else None,
        month=_month(match.groupdict().get("month")),
        day=int(day) if day else None,
        weekday=_WEEKDAYS[weekday.lower()] if weekday else None,
        end=match.end(),
    )


def _month(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdigit() else _MONTHS[word.lower()]


_WEEKDAY_ONLY = date_pattern(WEEKDAY)


def date_at(text: str, position: int = 0) -> WrittenDate | None:
    """Read the date to the day, with or without a year, or the weekday that begins at a position; None without one."""
    # A year first and the month as a word is left out: in a When line `1400 Nov 8` is a time and its day.
    matches = (pattern.match(text, position) for pattern in (*TYPED[:-1], _WEEKDAY_ONLY))
    return next((written_date(match) for match in matches if match), None)


# ------------------------------------------------------------------------------- as it is shown


def heading_date(date: str, end_date: str | None = None) -> str:
    """Show a record's date as headings do: `November 8th, 2021`, `November 2021`, `2021`, `December 9th`.

    Of several days, the last one is shown too: `November 8th-10th, 2021`, `November 30th - December 2nd, 2021`.
    """
    if end_date:
        first, last = heading_date(date), heading_date(end_date)
        if date[:4] != end_date[:4]:
            return f"{first} - {last}"
        first = first.partition(",")[0]
        return f"{first} - {last}" if date[:7] != end_date[:7] else f"{first}-{last.partition(' ')[2]}"
    year, month, day = (*date.split("-"), "", "")[:3]
    words = f"{MONTHS[int(month)]} {ordinal(int(day))}" if day else MONTHS[int(month or 0)]
    if year == UNKNOWN_YEAR:
        return words
    return f"{words}, {year}" if day else f"{words} {year}".strip()


def say_date(date: str, end_date: str | None = None) -> str:
    """Show it so in a message, where other languages have their own ways."""
    return in_calendar(heading_date(date, end_date), "date", *filter(None, (date, end_date)))


def say_weekday(number: int) -> str:
    """Name a weekday in a message; Monday is 0."""
    return in_calendar(DAYS[number], "weekday", str(number))


def say_month(number: int) -> str:
    """Name a month in a message."""
    return in_calendar(MONTHS[number], "month", str(number))


def ordinal(number: int) -> str:
    """Return a number with its English ending: 1st, 2nd, 3rd, 4th, 11th."""
    teens = number % 100 in range(11, 14)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def short_date(date: calendar_date) -> str:
    """Show the day mark of a When line: `Nov 12`."""
    return f"{MONTHS[date.month][:3]} {date.day}"


# ------------------------------------------------------------------------------- on a page

# The first of several days may be a mere day: `25.-27.11.2021`.
_FROM_DAY = rf"(?:(?<![\w.])(?P<start>{_NUMBER})\.[ ]?[-\u2013\u2014][ ]?)?"
_ON_PAGE = (*_PAGE, date_pattern(_FROM_DAY + NUMERIC.format(_NUMBER, _YEAR)), *MONTH_ONLY, COMPACT)
# With a year of two digits it may be the number of a version as well, so only a page that has many is read so.
_SHORT_YEAR = date_pattern(
    rf"(?<![\w./-])(?P<first>{_NUMBER})(?P<mark>[/.])(?P<second>{_NUMBER})(?P=mark)(?P<year>[0-9]{{2}})(?![\w/]|[.-]\w)"
)
# Two numbers without a year, which are a date if a weekday or a time follows them.
_NUMBERS_ONLY = date_pattern(
    rf"(?<![\w/.-])(?P<first>{_NUMBER})(?P<mark>/)(?P<second>{_NUMBER})(?P<year>)"
    rf"(?=[ ]?\(?{WEEKDAY}\)?|[ ]?\(\w\)|[ ][0-9]{{1,2}}:[0-9]{{2}})"
)
_LONE_YEAR = date_pattern(rf"{THE_YEAR}(?=[ ]?(?:[:|]|[-\u2013\u2014][ ])|[ ]?\Z)")
# What may follow a first day: the second, whose year (and month, as in `Dec 30 - Jan 2, 2022`) may hold for both.
_UNTIL = tuple(date_pattern(f"{_DASH}{_ITS_WEEKDAY}{pattern.pattern}") for pattern in _PAGE[:3])
_UNTIL_DAY = (
    date_pattern(
        rf"{_DASH}{_ITS_WEEKDAY}(?P<day>{_NUMBER}){_ORDINAL}"
        rf"(?:,?[ ]?(?P<open>\()?{THE_YEAR}(?(open)\)?)|(?=[ ]?\Z|[ ]?[:,|)\u2013\u2014\]]|[ ]-[ ]))"
    ),
    date_pattern(
        r"(?:[-\u2013\u2014/]|[ ]?&[ ]?|[ ](?:to|until|through|thru|and)[ ])"
        rf"(?P<day>{_NUMBER})(?:st|nd|rd|th)(?![0-9A-Za-z])"
    ),
)
_UNTIL_NUMERIC = date_pattern(_DASH + NUMERIC.format(_NUMBER, f"{_YEAR}|[0-9]{{2}}"))
_LISTED = date_pattern(r"[ .]*(?:[/&]|and\b|und\b)")
_TO_MONTH = date_pattern(rf"{_DASH}{MONTH_NAME}\b\.?,?[ ]?{_YEAR}")
_BEFORE = date_pattern(rf"(?:[\W_]|{WEEKDAY}|(?:on|the|date|when|week of)\b)*")
_AFTER = date_pattern(rf"[\s,)]*\(?{WEEKDAY}\)?(?=\W|\Z)")
# What may separate a title from the date after it. A weekday is the date's only if a mark separates it as well.
_BETWEEN = date_pattern(rf"(?<!\s)(?:\s*+[,(\[:;|\u2013\u2014·•/@-]\s*+|\s++on\s++)(?:{WEEKDAY}[\s,.]*+)?\Z")
_THE = date_pattern(r"(?<=[,(\[:;|\u2013\u2014·•/@-])\s*the\s+\Z")
_EDGES = " \t:;,.|\u2013\u2014-·•/~_*>="
_PARTS = frozenset("([,:;|\u2013\u2014-·•/@")
_ENDS = _PARTS | frozenset(")].")
_HOUR = r"(?:[01]?[0-9]|2[0-3])"
_CLOCK = (
    rf"(?:{_HOUR}(?::[0-5][0-9])?[ ]?[ap]\.?m\b\.?|{_HOUR}(?:[:h][0-5][0-9](?::[0-5][0-9])?)?[ ]?Uhr\b"
    rf"|{_HOUR}[:h][0-5][0-9](?::[0-5][0-9])?)"
)
_TO = r"[ ]?(?:[-\u2013\u2014]|\b(?:to|until|bis)\b)[ ]?"
TIME = rf"(?:{_HOUR}(?:[:h][0-5][0-9])?{_TO})?{_CLOCK}(?:{_TO}(?:{_CLOCK}|noon\b|midnight\b))?"
"""The pattern of a time by the clock, or of two with a dash between them, without groups."""
TIME_ZONE = r"(?:[ ]?(?-i:Z|[+-][0-9]{2}:?[0-9]{2})(?!\w)|[ ]\(?(?-i:UTC|GMT|[A-Z]{1,4}T)\b\)?)"
"""The pattern of what names a time's zone, as far as a page writes it right after the time."""
TIME_AFTER = date_pattern(
    r"(?:T|[ ]?[,@\u00b7][ ]?(?:at[ ])?|[ ](?:at|ab|um|@|[-\u2013\u2014])[ ]|[ ])"
    rf"(?P<open>\()?{TIME}{TIME_ZONE}?(?(open)\))(?!\w)"
)
TWO_YEARS = regex(
    r"(?<![0-9])(?P<first>(?:19|20)[0-9]{2})(?P<mark>[ ]?[-\u2013\u2014/][ ]?)(?P<second>[0-9]{4}|[0-9]{2})(?![-0-9])"
)
"""Two years with a mark between them, such as those in which an academic year begins and ends."""
_AUGUST = 8
"""The month with which an academic year begins."""


class Found(NamedTuple):
    """A date in a line of plain text.

    `date` is as a record keeps it: 2021-11-08, 2021-11, 2021, or XXXX-12-09 where no year can be known; `end_date` is
    the last of several days; `title` has the line's other words. Nothing but a weekday (Monday is 0) and marks comes
    before a `leading` date, or after a `trailing` one, which a mark separates from what comes before; marks separate
    one that is `apart` at both sides. A time right after it belongs to its `words`. `note` says in a sentence what is
    wrong with it.
    """

    date: str
    words: str
    leading: bool
    trailing: bool
    title: str
    weekday: int | None = None
    note: str | None = None
    apart: bool = False
    end_date: str | None = None

    @property
    def has_day(self) -> bool:
        """Tell whether the line says the day, even one that cannot be read."""
        return self.note is not None or self.date.count("-") == 2  # noqa: PLR2004  # year, month and day


_Orders = Mapping[tuple[str, int], Literal["day", "month"]]


class DateHabits(NamedTuple):
    """How a page writes dates, as far as one of them alone does not tell.

    `orders` say what comes first in dates of numbers, by the mark between these and how many digits the year has, if
    there is one; `names` are those of the months, where these are no English ones.
    """

    orders: _Orders
    names: Names | None = None


UNDECIDED = DateHabits(MappingProxyType({}))
_ISO_DAY = regex(r"(?<![0-9])((?:19|20)[0-9]{2})([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])(?![0-9])")
_NUMBERS_JOINED = regex(r"[0-9][-/.][0-9]")
_CONTRADICTIONS = 10  # so many dates must agree for each that says otherwise


def date_habits(lines: Iterable[str]) -> DateHabits:
    """Find out how a page writes its dates: in which language, and in what order where these are numbers (`7/15/26`).

    A number over twelve is a day; where the same line has the date as `20211125` too, that tells as well. If there is
    no such date, dots tell, since no country writes the month first with these, or that only one of the readings puts
    the dates in order.
    """
    seen: dict[tuple[str, int], list[tuple[re.Match[str], set[tuple[int, int]]]]] = {}
    year_first = False
    lines = list(lines)
    for line in lines:
        if not _NUMBERS_JOINED.search(line):
            continue
        days = {(int(iso[3]), int(iso[4])) for iso in _ISO_DAY.finditer(line)}
        year_first = year_first or any(iso[2] == "/" for iso in _ISO_DAY.finditer(line))
        for pattern in (_ON_PAGE[len(_PAGE)], _SHORT_YEAR):
            for match in pattern.finditer(line):
                seen.setdefault((match["mark"], len(match["year"])), []).append((match, days))
    found: dict[tuple[str, int], Literal["day", "month"] | None]
    found = {kind: _numeric_order(kind, dates) for kind, dates in seen.items()}
    if year_first:
        found["/", 0] = "month"  # as in `2020/12/18`, so in `12/18`
    return DateHabits({kind: order for kind, order in found.items() if order}, names_for(lines))


def _numeric_order(
    kind: tuple[str, int], dates: Sequence[tuple[re.Match[str], set[tuple[int, int]]]]
) -> Literal["day", "month"] | None:
    numbers = [(int(match["first"]), int(match["second"]), whole_year(match["year"])) for match, _ in dates]
    mark, digits = kind
    if digits == len("21") and len({year for *_, year in numbers}) > len({first for first, *_ in numbers}):
        return None  # the year may come first
    days, months = 0, 0
    for (first, second, _), (_, iso) in zip(numbers, dates, strict=True):
        months += second > 12 or ((first, second) in iso and first != second)  # noqa: PLR2004  # months
        days += first > 12 or ((second, first) in iso and first != second)  # noqa: PLR2004
    if days or months:
        return "day" if days >= months * _CONTRADICTIONS else "month" if months >= days * _CONTRADICTIONS else None
    if mark == "." and digits > len("21"):
        return "day"
    by_day = _in_order([(year, second, first) for first, second, year in numbers])
    by_month = _in_order([(year, first, second) for first, second, year in numbers])
    return None if by_day == by_month else "day" if by_day else "month"


def _in_order(dates: Sequence[tuple[int, int, int]]) -> bool:
    """Tell whether dates are in order; two dates are no order."""
    steps = [(one > other) - (one < other) for one, other in pairwise(dates)]
    return len({*dates}) > 2 and not {1, -1} <= {*steps}  # noqa: PLR2004


def whole_year(digits: str) -> int:
    """Return a year that may be written with two digits; `69` is 2069, `70` is 1970."""
    return int(digits) if len(digits) > len("21") else int(digits) + (2000 if digits < "70" else 1900)


def find_date(
    text: str, year: str | None = None, habits: DateHabits = UNDECIDED, *, anywhere: bool = False
) -> Found | None:
    """Find the date in a line of plain text (`almanac.page.lines.plain` makes it), or None.

    A date at the beginning is found however it is written; one elsewhere only where it says its year, unless it is to
    be found `anywhere` below a year, be it only a month. Of a range, the first day is the date. Between day and month
    nothing is guessed: `11/8/2021` is 2021, with a note.

    `year` is what the headings above say, for a date without its own; `habits` tell day from month on this page, and
    in which language its months are.
    """
    english, written = habits.names.in_english(text) if habits.names else (text, {})
    found = _found(english, year, habits.orders, anywhere=anywhere and year is not None)
    if found is None or not written:
        return found

    def as_written(words: str) -> str:
        return next((words.replace(name, own) for name, own in written.items() if name in words), words)

    return found._replace(words=as_written(found.words), title=as_written(found.title))


def _found(text: str, year: str | None, orders: _Orders, *, anywhere: bool) -> Found | None:
    patterns = (*_ON_PAGE, _SHORT_YEAR) if any(digits == len("21") for _, digits in orders) else _ON_PAGE
    match = _leading(text, patterns) or _within(text, patterns, needs_year=not anywhere)
    if match is None and anywhere:
        match = _BARE_MONTH.search(text)
    if match is None:
        return None
    end, until = _until(text, match)
    date, note = _record_date(match.groupdict(), until, year, orders)
    if not date:
        return None
    last = _last_day(date, until, orders)
    before, after = _THE.sub("", text[: match.start()]), text[end:]
    named, follows = _BEFORE.fullmatch(before), _AFTER.match(after)
    between = None if named else _BETWEEN.search(before)
    weekday = next((each["weekday"] for each in (named, follows, between) if each and each["weekday"]), None)
    if follows:
        after = after[follows.end() :]
    if time := TIME_AFTER.match(after):
        after = after[time.end() :]
        end = len(text) - len(after)
    words = ("" if named else before[: between.start()] if between else before, after)
    # No bracket is kept that holds nothing, or whose other half the date took along.
    title = [part.lstrip(_EDGES + ")]").rstrip(_EDGES + "([") for part in words]
    is_last, is_separated = not re.search(r"\w", after), before.rstrip()[-1:] in _PARTS
    return Found(
        date,
        text[match.start() : end],
        leading=named is not None,
        trailing=is_last and is_separated,
        apart=(is_separated or named is not None) and (is_last or after.lstrip()[:1] in _ENDS),
        title=": ".join(filter(None, title)),
        weekday=_WEEKDAYS[weekday.lower()] if weekday else None,
        note=note,
        end_date=last,
    )


def _leading(text: str, patterns: Sequence[re.Pattern[str]]) -> re.Match[str] | None:
    """Return the date at the beginning of a line; if nothing else is there, it may be written in any way."""
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    apart = not text[:start].endswith(("#", "$"))
    close = (pattern.match(text, start) for pattern in patterns)
    alone = (pattern.match(text, start) for pattern in _ALONE)
    found = chain(
        (match for match in close if match and not _is_item(text, match, apart=apart)),
        (match for match in alone if match and apart and _is_all(text, match)),
    )
    return next(found, None) or _NUMBERS_ONLY.match(text, start) or _LONE_YEAR.match(text, start)


def _within(text: str, patterns: Sequence[re.Pattern[str]], *, needs_year: bool) -> re.Match[str] | None:
    """Return the date that comes first in a line, if it says its year or need not."""
    found = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _is_item(text, match, apart=bool(_BETWEEN.search(text[: match.start()][-30:]))):
                has_year = match["year"] or _until(text, match)[1].get("year")
                is_day = "." in (match.groupdict().get("dots") or "")
                found += [match] if has_year or is_day or not needs_year else []
                break
    return min(found, key=lambda match: match.start(), default=None)


def _is_item(text: str, match: re.Match[str], *, apart: bool) -> bool:
    """Tell whether a `10.` is rather the number of an item: `3. May I ask`, `3. May 2020 - May 2021`.

    It is a day in `10. November 2021`, if it is apart from words before it, not in `Meeting 10. November 2021`.
    """
    if "." not in (match.groupdict().get("dots") or ""):
        return False
    has_year = match["year"] or _until(text, match)[1].get("year")
    return not apart or not has_year or _TO_MONTH.match(text, match.end()) is not None


def _is_all(text: str, match: re.Match[str]) -> bool:
    """Tell whether a date with its year is all that a line says, or all before a colon.

    Before a colon, ` - ` is more often between a number and a date than within one.
    """
    weekday = _AFTER.match(text, match.end())
    rest = text[(weekday or match).end() :].lstrip(" )]")
    until_colon = rest.startswith(":") and not re.search(r"\s[-/]", match[0])
    return bool(match["year"]) and (until_colon or not re.search(r"\w", rest))


def _until(text: str, match: re.Match[str]) -> tuple[int, dict[str, str | None]]:
    """Return where a date ends, the second day of a range included, and what that says; its `dash` leads to it."""
    first = match.groupdict()
    if first.get("start"):
        return match.end(), {**first, "start": None, "dash": "-"}
    # After its year a date is whole, and a mere number is no day: `Nov 8, 2021 - 10: talks`.
    is_whole = first["year"] and not first.get("mark")
    patterns = (_UNTIL_NUMERIC,) if first.get("first") else _UNTIL if is_whole else (*_UNTIL, *_UNTIL_DAY)
    second = next(filter(None, (pattern.match(text, match.end()) for pattern in patterns)), None)
    if second and (first.get("day") or first.get("first")):
        return second.end(), {**second.groupdict(), "dash": "" if first.get("mark") else second[0]}
    return match.end(), {"day": first.get("to"), "dash": first.get("dots")}


def _last_day(date: str, second: Mapping[str, str | None], orders: _Orders) -> str | None:
    """Return the last of several days in a row that begin on a date, by what the second day says."""
    if date.count("-") < 2 or date.startswith(UNKNOWN_YEAR) or not (second.get("day") or second.get("first")):  # noqa: PLR2004
        return None
    year, month, _ = date.split("-")
    own_month = _month(second.get("month")) or int(month)
    own_year = second.get("year") or str(int(year) + (own_month < int(month)))
    last, _ = _record_date({**second, "month": str(own_month), "year": own_year}, {}, None, orders)
    if last.count("-") < 2 or last <= date:  # noqa: PLR2004 - year, month and day
        return None
    is_next = calendar_date.fromisoformat(last) - calendar_date.fromisoformat(date) == timedelta(days=1)
    # `18 & 25 April` are two days, and not the week from the one to the other.
    return last if is_next or not _LISTED.match(second["dash"] or "") else None


def _record_date(
    first: dict[str, str | None], second: dict[str, str | None], heading_year: str | None, orders: _Orders
) -> tuple[str, str | None]:
    """Make the record's date of what was found ("" if it is no date), and a note where something is wrong with it."""
    month, day = _month(first.get("month")), int(first.get("day") or 0)
    year = first["year"]
    if first.get("first"):
        order = orders.get((first["mark"] or "", len(year or "")))
        year = str(whole_year(year)) if year else None
        numbers = (int(first["first"] or 0), int(first["second"] or 0))
        month, day = sorted(numbers)
        if month not in range(1, 13) or not (year or order or day > 12 or month == day):  # noqa: PLR2004  # months
            return "", None
        if order and day in range(1, 13):
            month, day = numbers if order == "month" else numbers[::-1]
        elif month != day and day in range(1, 13):
            one, other = f"{first['first']:0>2}", f"{first['second']:0>2}"
            readings = f"{year}-{one}-{other} or {year}-{other}-{one}"
            return year or "", say("The date can be {readings}, so only its year was taken over.", readings=readings)
        day = int(first.get("start") or day)
    elif year is None and (year := second.get("year")) and month and month > (_month(second.get("month")) or month):
        year = f"{int(year) - 1:04d}"
    year = year or (heading_year and year_in(heading_year, month or _AUGUST)) or UNKNOWN_YEAR
    return _existing(year, month, day)


def _existing(year: str, month: int | None, day: int) -> tuple[str, str | None]:
    """Return as much of a date as there is in a calendar ("" if that says nothing), and a note on the rest of it."""
    if month is None:
        return year, None
    if month not in range(1, 13):
        date, note = year, say("There is no month {month}, so only the year was taken over.", month=month)
    elif day <= monthrange(2000 if year == UNKNOWN_YEAR else int(year), month)[1]:
        return f"{year}-{month:02d}" + (f"-{day:02d}" if day else ""), None
    else:
        note = say(
            "{month} {year} has no day {day}, so only the month was taken over.",
            month=say_month(month),
            year=year,
            day=day,
        )
        date = f"{year}-{month:02d}"
    return ("", None) if year == UNKNOWN_YEAR else (date, note)


def period(text: str) -> str | None:
    """Return the year, or the month with its year, that a heading gives to the entries below it, or None.

    Two years in a row (`2020-2021`, `Season 2020/21`) are an academic year: `2020/2021`; other two give none.
    """
    month = next((match for pattern in MONTH_ONLY if (match := pattern.search(text))), None)
    years = set(re.findall(THE_YEAR, text))
    if month is None and (two := TWO_YEARS.search(text)):
        first, second = int(two["first"]), int(two["second"])
        is_academic = second in (first + 1, (first + 1) % 100) and years <= {f"{first}", f"{first + 1}"}
        return f"{first}/{first + 1}" if is_academic else None
    if len(years) != 1:
        return None
    return f"{month['year']}-{_month(month['month']):02d}" if month else years.pop()


def academic_year(date: str) -> str:
    """Return the academic year of a date to the month: `2020/2021`; empty where the date does not tell."""
    if date.startswith(UNKNOWN_YEAR) or not date[5:7]:
        return ""
    first = int(date[:4]) - (int(date[5:7]) < _AUGUST)
    return f"{first}/{first + 1}"


def is_in(date: str, period: str) -> bool:
    """Tell whether a date is in a month, a year or an academic year."""
    return date.startswith(period) or academic_year(date) == period


def year_in(period: str, month: int) -> str:
    """Return the year that a period says of a month."""
    return period[-4:] if "/" in period and month < _AUGUST else period[:4]
