"""The answer to a question for a date: one day, or several in a row, each of them checked.

What is typed is one date by the grammar (`almanac.dates.TYPED`), or two with a mark between them, of which either may
leave out what it has in common with the other: `October 6-8, 2026`, `Oct 30 - Nov 1, 2026`. Day and month are never
guessed, and neither is the month of a language if others have another one of that name.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from difflib import get_close_matches
from typing import NamedTuple

from almanac.dates import (
    COMPACT,
    MONTH_NAME,
    MONTH_ONLY,
    MONTHS,
    NUMERIC,
    TIME_AFTER,
    TYPED,
    WEEKDAY,
    WrittenDate,
    date_pattern,
    heading_date,
    say_date,
    say_month,
    say_weekday,
    whole_year,
    written_date,
)
from almanac.errors import Problem
from almanac.languages import in_english
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.text import as_on_keyboard, look_alikes, says_nothing

LONGEST = 100  # characters; no way of writing a date comes near
YEARS = range(1900, 2200)  # what a submitted event can plausibly be in
MOST_DAYS = 183
"""How many days an event may take at most: half a year. More are a slip of the pen."""
EXAMPLE = say("Write it as 2021-11-08 or as November 8th, 2021.")

_WHOLE = (*TYPED, COMPACT)
_DAY = date_pattern(
    rf"(?<![\w:])(?:{WEEKDAY}[\s,:;-]*)?(?:the\s+)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9A-Za-z:/-])\.?"
    r"(?:[\s,]{1,3}(?P<open>\()?(?P<year>[0-9]{4}|'[0-9]{2})(?![0-9])(?(open)\)?))?"
)
_TO = date_pattern(
    r"[ ]?(?P<mark>-{1,3}>?|\.{2,3}|[\u2026\u2192~/&+]"
    r"|(?<!\w)(?:to|until|till?|through|thru|and|bis|und|al?|au|à|até|tot|til)(?!\w))[ ]?"
)
_EITHER = (*_WHOLE, _DAY)
_FROM = date_pattern(r"(?:from|vom|von|du|del?|dal|van)\s+")
_LISTED = ("&", "+", "and", "und")
"""What is between two days each of which is named, and not necessarily those between them."""
_BEFORE_TIME = date_pattern(r"\A(?:T|[\s,@\u00b7-]+)(?:at[ ])?")
_LEAD = date_pattern(r"\A(?:date\s*:\s*|(?:day|when)\s*:\s*|on\s+)")
_SEVERAL = regex(r"(?<![0-9])[0-9]{1,2}(?:,\s?[0-9]{1,2})*,?\s?(?:(?:and|&)\s)?[0-9]{1,2}(?![0-9])", re.IGNORECASE)
_SHORT_YEAR = date_pattern(
    rf"(?P<day>[0-9]{{1,2}})(?P<mark>[-/. ]){MONTH_NAME}\.?(?P=mark)(?P<year>[0-9]{{2}})"
    rf"|{MONTH_NAME}\.?[ ](?P<its>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[ ](?P<years>[0-9]{{2}})"
)
_BY_NUMBERS = date_pattern(NUMERIC.format("[0-9]{1,2}", "[0-9]{4}|[0-9]{2}"))
_FIRST_NUMBERS = date_pattern(
    r"(?P<first>[0-9]{1,2})(?:[-/.](?P<second>[0-9]{1,2}))?(?:[-/.](?P<year>[0-9]{4}|[0-9]{2}))?\.?"
)
_YEAR_ONLY = date_pattern("[0-9]{4}")
_WEEKDAY_AFTER = date_pattern(rf"(?:[\s,]*\(?{WEEKDAY}\)?)?")


@dataclass(frozen=True)
class Days:
    """The day of an event or, of several days, the first and the last: each as `2021-11-08`."""

    first: str
    last: str | None = None

    def __str__(self) -> str:
        return f"{self.first} to {self.last}" if self.last else self.first

    @property
    def shown(self) -> str:
        return heading_date(self.first, self.last)

    @property
    def said(self) -> str:
        """The days in a message."""
        return say_date(self.first, self.last)


def read_days(text: str) -> Days | Problem:
    """Read a date or a range of dates that someone typed, to the day, or return the problem.

    A weekday before or after a date is checked. `11/8/2021` is a problem that offers both readings.
    """
    stripped = _stripped(text)
    if len(stripped) > LONGEST:
        return Problem(say("This is too long for a date. {example}", example=EXAMPLE), typed=text)
    if found := _read(stripped, text):
        return found
    in_words = [found for english in in_english(stripped) if (found := _read(english, text))]
    meanings = list(dict.fromkeys(found for found in in_words if isinstance(found, Days)))
    if len(meanings) > 1:
        message = say("The month can be another one in another language. Write it in English, or as in 2021-11-08.")
        return Problem(message, typed=text, choices=tuple(map(str, meanings)))
    if in_words:
        return next(iter([*meanings, *in_words]))
    return _refused(stripped, text)


def read_last_day(text: str, first: str | None) -> str | Problem | None:
    """Read the last day of an event that begins on the `first`, which may tell its year and month: `Oct 8`, `8`.

    None where the first day is not known, and what is typed needs it.
    """
    stripped = _stripped(text)
    readings = (stripped, *in_english(stripped)) if len(stripped) <= LONGEST else ()
    sides = (side for words in readings for side in _sides(words, 0, _EITHER) if side.end == len(words))
    last = next(sides, None)
    if last is None:
        days = read_days(text)
        if isinstance(days, Problem):
            return days
        return Problem(say("This has to be one day, the last one of the event."), typed=text, accepted=days.last)
    if first is None:
        return _checked(last, text) if last.written.year and last.written.month else None
    start = WrittenDate(*map(int, first.split("-")))
    found = _range(_TypedDays(_Side(start), last), text)
    return found if isinstance(found, Problem) else found.last or found.first


def without_time(text: str) -> str:
    """Return the date of `2026-11-08 18:00`, or what is left of two without their times; else the whole text."""
    stripped = _stripped(text[: 2 * LONGEST])
    by_numbers = (_numbers_end(match.end(), stripped) for match in [_BY_NUMBERS.match(stripped)] if match)
    ends = (*(typed.end for typed in _typed(stripped[:LONGEST])), *by_numbers)
    if found := next((stripped[:end] for end in ends if TIME_AFTER.fullmatch(stripped, end)), None):
        return found
    bare = TIME_AFTER.sub("", stripped)[:LONGEST]
    is_date = bare != stripped and any(typed.last and typed.end == len(bare) for typed in _typed(bare))
    return bare if is_date else text


def times_after(text: str, date: str) -> str:
    """Return what `without_time` left out of a text; with the days, where each of two has its time."""
    stripped = _stripped(text)
    rest = _BEFORE_TIME.sub("", stripped[len(date) :]) if stripped.startswith(date) else stripped
    return rest.removeprefix("(")


def dates_before(text: str) -> Iterator[tuple[Days, str]]:
    """Find the dates with which a text begins, each with the rest, which may be the event's times."""
    stripped = _stripped(text)
    for typed in _typed(stripped[:LONGEST]):
        days = _read(stripped[: typed.end], text)
        if isinstance(days, Days) and (rest := _BEFORE_TIME.sub("", stripped[typed.end :])):
            yield days, rest


def _numbers_end(end: int, text: str) -> int:
    weekday = _WEEKDAY_AFTER.match(text, end)
    return weekday.end() if weekday else end


def _stripped(text: str) -> str:
    return _SEVERAL.sub(_in_a_row, _LEAD.sub("", as_on_keyboard(text).strip(" .,;:()")))


def _in_a_row(found: re.Match[str]) -> str:
    """Write the days of `Oct 6, 7 and 8` as a range; others stay as they are."""
    days = [*map(int, re.findall("[0-9]+", found[0]))]
    is_row = len(days) > 2 and days == [*range(days[0], days[-1] + 1)]  # noqa: PLR2004 - two days are read as they are
    return f"{days[0]}-{days[-1]}" if is_row else found[0]


# ------------------------------------------------------------------------------- what is typed


class _Side(NamedTuple):
    """A date as it was typed, perhaps without year or month; the weekdays before and after it; where it ends."""

    written: WrittenDate
    after: int | None = None
    end: int = 0


class _TypedDays(NamedTuple):
    """One date, or two with a mark between them."""

    first: _Side
    last: _Side | None = None
    mark: str = ""

    @property
    def end(self) -> int:
        return (self.last or self.first).end


def _sides(text: str, position: int, patterns: Sequence[re.Pattern[str]]) -> Iterator[_Side]:
    for pattern in patterns:
        match = pattern.match(text, position)
        after = match and _WEEKDAY_AFTER.match(text, match.end())
        if match and after:
            yield _Side(written_date(match), written_date(after).weekday, after.end())


def _typed(text: str) -> Iterator[_TypedDays]:
    """Find what a text may begin with: a date, or two."""
    yield from map(_TypedDays, _sides(text, 0, _WHOLE))
    lead = _FROM.match(text)
    start = lead.end() if lead else 0
    for mark in _TO.finditer(text):
        before = text[: mark.start()]
        for first in _sides(before, start, _EITHER):
            if first.end == len(before):
                for last in _sides(text, mark.end(), _EITHER):
                    if first.written.month or last.written.month:
                        yield _TypedDays(first, last, mark["mark"].lower())


def _read(text: str, typed: str) -> Days | Problem | None:
    """Read a text as one date or two; None if it is neither."""
    if short := _SHORT_YEAR.fullmatch(text):
        year, rest = short["year"] or short["years"], text[: short.start("year" if short["year"] else "years")]
        meant = _read(f"{rest}{whole_year(year)}", typed)
        message = say("Write the year with four digits.")
        return Problem(message, typed=typed, accepted=str(meant)) if isinstance(meant, Days) else meant
    found = next((found for found in _typed(text) if found.end == len(text)), None)
    if found is None:
        return _by_numbers(text, typed)
    if found.last:
        return _range(found, typed)
    if found.first.written.year is None:
        return Problem(say("The year is missing. Write the whole date, such as November 8th, 2021."), typed=typed)
    date = _checked(found.first, typed)
    return date if isinstance(date, Problem) else Days(date)


# ------------------------------------------------------------------------------- what is no date


def _refused(text: str, typed: str) -> Problem:
    """Say why a text is no date, and offer the one that may be meant."""
    if says_nothing(text):
        return Problem(say("The day has to be known. {example}", example=EXAMPLE), typed=typed)
    if any(pattern.fullmatch(text) for pattern in (*MONTH_ONLY, _YEAR_ONLY)):
        return Problem(say("The day is missing. Write the whole date, such as November 8th, 2021."), typed=typed)
    if amid := _amid(text, typed):
        return amid
    respelt = _read(re.sub("[A-Za-z]{4,12}", _respelt, text), typed)
    if isinstance(respelt, Days):
        return Problem(
            say("This could not be read as a date. Is one of its words misspelt?"), typed=typed, accepted=str(respelt)
        )
    others = look_alikes(text)
    return Problem(joined((say("This could not be read as a date."), others or "", EXAMPLE)), typed=typed)


def _amid(text: str, typed: str) -> Problem | None:
    """Find the date amid other words; where there are two, only a person knows which counts."""
    found, position, others = list[Days | Problem](), 0, ""
    while position < len(text):
        is_start = text[position].isalnum() and not text[position - 1 : position].isalnum()
        rest = text[position:] if is_start else ""
        end = max((each.end for each in _typed(rest) if not rest[each.end : each.end + 1].isalnum()), default=0)
        found += filter(None, [_read(rest[:end], typed)])
        others += "" if end else text[position]
        position += end or 1
    if len(found) != 1:
        return None
    (date,) = found
    if isinstance(date, Problem):
        return None if re.search("[0-9]", others) else date
    return Problem(say("Other words stand beside the date here. Write only the date."), typed=typed, accepted=str(date))


def _respelt(found: re.Match[str]) -> str:
    near = get_close_matches(found[0].capitalize(), MONTHS[1:], 1, 0.8)
    return near[0] if near else found[0]


# ------------------------------------------------------------------------------- what it means


def _checked(side: _Side, typed: str) -> str | Problem:
    """Return a date, if the calendar has it and its weekday is right."""
    written = side.written
    date = _iso(written.year or 0, written.month or 0, written.day or 0, typed)
    if isinstance(date, Problem):
        return date
    real = calendar_date.fromisoformat(date).weekday()
    wrong = next((named for named in (written.weekday, side.after) if named not in (None, real)), None)
    if wrong is None:
        return date
    message = say(
        "{date} is a {weekday}, not a {other}. One of the two is wrong.",
        date=say_date(date),
        weekday=say_weekday(real),
        other=say_weekday(wrong),
    )
    return Problem(message, typed=typed, accepted=say_date(date))


def _iso(year: int, month: int, day: int, typed: str) -> str | Problem:
    if year not in YEARS:
        return Problem(say("The year must be between {first} and {last}.", first=YEARS[0], last=YEARS[-1]), typed=typed)
    if month not in range(1, 13):
        return Problem(say("There are only twelve months. {example}", example=EXAMPLE), typed=typed)
    last = monthrange(year, month)[1]
    if day not in range(1, last + 1):
        return Problem(
            say(
                "{month} {year} has no day {day}: it has {last} days.",
                month=say_month(month),
                year=year,
                day=day,
                last=last,
            ),
            typed=typed,
        )
    return f"{year}-{month:02d}-{day:02d}"


def _range(found: _TypedDays, typed: str) -> Days | Problem:
    """Give each of two dates what it leaves out, and check them."""
    first, last = found.first, found.last or found.first
    one, other = first.written, last.written
    one, other = (each._replace(month=each.month or one.month or other.month) for each in (one, other))
    years = one.year, other.year
    over_new_year = (one.month or 0) > (other.month or 0)
    one = one._replace(year=years[0] or (years[1] and years[1] - over_new_year))
    other = other._replace(year=years[1] or (years[0] and years[0] + over_new_year))
    if one.year is None:
        return Problem(say("The year is missing. Write the whole dates, such as November 8th-10th, 2021."), typed=typed)
    dates = [_checked(side._replace(written=date), typed) for side, date in ((first, one), (last, other))]
    wrong = next((date for date in dates if isinstance(date, Problem)), None)
    if wrong:
        return replace(wrong, accepted=None)  # it would be one day of several
    return _in_order(
        Days(*map(str, dates)), typed, apart=found.mark in _LISTED or (found.mark == "/" and years[0] is None)
    )


def _in_order(days: Days, typed: str, *, apart: bool = False) -> Days | Problem:
    first, last = (calendar_date.fromisoformat(day) for day in (days.first, days.last or days.first))
    if first == last:
        return Days(days.first)
    if last < first:
        message = say(
            "This ends before it starts: {last} is before {first}.",
            last=say_date(str(last)),
            first=say_date(str(first)),
        )
        return Problem(message, typed=typed)
    if (count := (last - first).days + 1) > MOST_DAYS:
        message = say(
            "From {first} to {last} are {count} days. An event can take {most} days at most.",
            first=say_date(str(first)),
            last=say_date(str(last)),
            count=count,
            most=MOST_DAYS,
        )
        return Problem(message, typed=typed)
    if apart and count > 2:  # noqa: PLR2004 - the one and the other
        message = say(
            "This can be all days of {shown}, or only two of them. An event has days in a row.", shown=days.said
        )
        return Problem(message, typed=typed, accepted=str(days))
    return days


def _by_numbers(text: str, typed: str) -> Days | Problem | None:
    """Offer both readings of `11/8/2021`, also of two with a mark between them, or the only one that a calendar has."""
    matches = next(_numbers(text), ())
    if not matches:
        return None
    if any(len(match["year"]) != len("2021") for match in matches):
        meant = _meanings(matches[0], typed) if len(matches) == 1 else ()
        only, choices = (str(meant[0]), ()) if len(meant) == 1 else (None, tuple(map(str, meant)))
        return replace(_four_digits(typed), accepted=only, choices=choices)
    readings = list[Days]()
    for month, day in (("first", "second"), ("second", "first")):
        found = [_iso(int(match["year"]), int(match[month]), int(match[day]), typed) for match in matches]
        days = _in_order(Days(*map(str, found)), typed) if all(isinstance(date, str) for date in found) else None
        readings += [days] if isinstance(days, Days) and days not in readings else []
    if not readings:
        return Problem(
            say("There is no such date, whichever number is the month. {example}", example=EXAMPLE), typed=typed
        )
    if len(readings) == 1 and all(match["first"].lstrip("0") == match["second"].lstrip("0") for match in matches):
        return readings[0]
    if len(readings) == 1:
        message = say(
            "Some countries write the month first and others the day. This can only be {shown}; "
            "please write it that way, to be sure.",
            shown=readings[0].said,
        )
        return Problem(message, typed=typed, accepted=str(readings[0]))
    message = say(
        "This can be read as {shown} or as {other}, because some countries write the month "
        "first and others the day. Write the month as a word, or the date as in 2021-11-08.",
        shown=readings[0].said,
        other=readings[1].said,
    )
    return Problem(message, typed=typed, choices=tuple(map(str, readings)))


def _meanings(match: re.Match[str], typed: str) -> tuple[Days, ...]:
    """Return what a date of three short numbers can be: with hyphens, the year may as well come first."""
    numbers = [match["first"], match["second"], match["year"]]
    orders = ((2, 0, 1), (2, 1, 0), (0, 1, 2))[: 3 if match["mark"] == "-" else 2]
    found = [
        _iso(whole_year(numbers[year]), int(numbers[month]), int(numbers[day]), typed) for year, month, day in orders
    ]
    return tuple(dict.fromkeys(Days(date) for date in found if isinstance(date, str)))


def _four_digits(typed: str) -> Problem:
    return Problem(
        say("Write the year with four digits and the month as a word. {example}", example=EXAMPLE), typed=typed
    )


def _numbers(text: str) -> Iterator[tuple[re.Match[str], ...]]:
    """Find one date of numbers, or two, that are all of a text."""
    if single := _BY_NUMBERS.fullmatch(text):
        yield (single,)
    for mark in _TO.finditer(text):
        first, other = _FIRST_NUMBERS.fullmatch(text[: mark.start()]), _BY_NUMBERS.fullmatch(text[mark.end() :])
        if first and other:
            # What the first leaves out is as in the second: `8.-10.11.2021`, `10/6 - 10/8/2026`.
            numbers = (first["first"], first["second"] or other["second"], first["year"] or other["year"])
            if one := _BY_NUMBERS.fullmatch(other["mark"].join(numbers)):
                yield one, other
