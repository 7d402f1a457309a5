"""Dates as people type them, as records keep them, and as headings show them. Day and month are never guessed."""

import calendar
import re
from dataclasses import dataclass
from datetime import date as calendar_date

from bot.errors import Problem

LONGEST = 100  # characters; no spelling of a date comes near
YEARS = range(1900, 2200)  # what an event that somebody submits can plausibly be in
MONTHS = tuple(calendar.month_name)
DAYS = tuple(calendar.day_name)
EXAMPLE = "Write it as 2021-11-08 or as November 8th, 2021."


@dataclass(frozen=True)
class WrittenDate:
    """What a date says in so many words; nothing is filled in and nothing is checked.

    Attributes:
        year: The year, or None.
        month: 1 to 12 where it is a word; any number of two digits where it is a number.
        day: Any number of two digits, or None.
        weekday: 0 (Monday) to 6, or None.
        end: Where it ends.
    """

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None = None
    end: int = 0


def _words(names: tuple[str, ...], more: str = "") -> str:
    return "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in names if name) + more + r")\b"


_FLAGS = re.IGNORECASE | re.ASCII
_MONTH = rf"(?P<month>{_words(MONTHS, '|Sept')})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?!\w|:[0-9])"
_WEEKDAY = rf"(?<!\w)(?:(?P<weekday>{_words(DAYS, '|Tues|Thur|Thurs')})\.?,?\s*(?:the\s+)?)?"
_GAP = r"[\s.,/-]{0,3}"
_YEAR = rf"(?:{_GAP}(?P<year>[0-9]{{4}})(?![0-9]))"

_ISO = r"(?<![\w-])(?P<year>[0-9]{4})(?P<mark>[-/])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![\w-])"
_NUMBERS = (
    r"(?<![\w/.-])(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})(?!\w)"
)


def _patterns(*sources: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source, _FLAGS) for source in sources)


_TO_THE_DAY = _patterns(
    _ISO,
    rf"{_WEEKDAY}{_MONTH}{_GAP}{_DAY}{_YEAR}?",
    rf"{_WEEKDAY}{_DAY}{_GAP}(?:of\s)?{_MONTH}{_YEAR}?",
)
_TO_THE_MONTH = _patterns(
    r"(?<![\w-])(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?![\w-])",
    rf"(?<!\w){_MONTH}{_YEAR}",
)
_WEEKDAY_ONLY = _patterns(rf"(?P<weekday>{_words(DAYS, '|Tues|Thur|Thurs')})\.?")
_YEAR_ONLY = _patterns(r"(?P<year>[0-9]{4})")
_BY_NUMBERS = _patterns(_NUMBERS)


def date_at(text: str, position: int = 0) -> WrittenDate | None:
    """Read the date to the day, with or without a year, or the weekday that begins at a position; None if none does."""
    matches = (pattern.match(text, position) for pattern in (*_TO_THE_DAY, *_WEEKDAY_ONLY))
    return next((_written(match) for match in matches if match), None)


def read_date(text: str) -> str | Problem:
    """Read a date that somebody typed, to the day: `2021-11-08`, `November 8th, 2021`, `Nov 8, 2021`, `8 Nov 2021`.

    A weekday before it is checked. `11/8/2021` is a problem that offers both readings.

    Returns:
        The date as `2021-11-08`, or the problem.
    """
    stripped = " ".join(text.split())
    if len(stripped) > LONGEST:
        return Problem(f"This is too long for a date. {EXAMPLE}", typed=text)
    for pattern in _TO_THE_DAY:
        if match := pattern.fullmatch(stripped.rstrip(".,")):
            return _submitted(_written(match), text)
    if match := _BY_NUMBERS[0].fullmatch(stripped):
        return _day_or_month(match, text)
    if any(pattern.fullmatch(stripped) for pattern in (*_TO_THE_MONTH, *_YEAR_ONLY)):
        return Problem("The day is missing. Write the whole date, such as November 8th, 2021.", typed=text)
    return Problem(f"This could not be read as a date. {EXAMPLE}", typed=text)


def heading_date(date: str) -> str:
    """Show a record's date as headings do: `November 8th, 2021`, `November 2021`, `2021`, `December 9th`."""
    year, month, day = (*date.split("-"), "", "")[:3]
    words = f"{MONTHS[int(month)]} {ordinal(int(day))}" if day else MONTHS[int(month or 0)]
    if year == "XXXX":
        return words
    return f"{words}, {year}" if day else f"{words} {year}".strip()


def ordinal(number: int) -> str:
    """Return a number with its English ending: 1st, 2nd, 3rd, 4th, 11th."""
    teens = number % 100 in range(11, 14)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def short_date(date: calendar_date) -> str:
    """Show the day mark of a When line: `Nov 12`."""
    return f"{MONTHS[date.month][:3]} {date.day}"


def _written(match: re.Match[str]) -> WrittenDate:
    found = match.groupdict()
    month = found.get("month")
    if month and not month.isdigit():
        month = next(
            str(number) for number, name in enumerate(MONTHS) if name and name[:3].lower() == month[:3].lower()
        )
    weekday = found.get("weekday")
    return WrittenDate(
        year=int(found["year"]) if found.get("year") else None,
        month=int(month) if month else None,
        day=int(found["day"]) if found.get("day") else None,
        weekday=[name[:3].lower() for name in DAYS].index(weekday[:3].lower()) if weekday else None,
        end=match.end(),
    )


def _submitted(written: WrittenDate, typed: str) -> str | Problem:
    if written.year is None:
        return Problem("The year is missing. Write the whole date, such as November 8th, 2021.", typed=typed)
    date = _iso(written.year, written.month or 0, written.day or 0, typed)
    return (isinstance(date, str) and _weekday_problem(written, date, typed)) or date


def _weekday_problem(written: WrittenDate, date: str, typed: str) -> Problem | None:
    if written.weekday is None:
        return None
    real = calendar_date.fromisoformat(date).weekday()
    if real == written.weekday:
        return None
    message = f"{heading_date(date)} is a {DAYS[real]}, not a {DAYS[written.weekday]}. One of the two is wrong."
    return Problem(message, typed=typed, accepted=heading_date(date))


def _iso(year: int, month: int, day: int, typed: str) -> str | Problem:
    if year not in YEARS:
        return Problem(f"The year must be between {YEARS[0]} and {YEARS[-1]}.", typed=typed)
    if month not in range(1, 13):
        return Problem(f"There are only twelve months. {EXAMPLE}", typed=typed)
    last = calendar.monthrange(year, month)[1]
    if day not in range(1, last + 1):
        return Problem(f"{MONTHS[month]} {year} has no day {day}: it has {last} days.", typed=typed)
    return f"{year}-{month:02d}-{day:02d}"


def _day_or_month(match: re.Match[str], typed: str) -> str | Problem:
    """Offer both readings of `11/8/2021`, or the only one that a calendar allows."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if len(year) != len("2021"):
        return Problem(f"The year needs four digits, and the month its name. {EXAMPLE}", typed=typed)
    readings = dict.fromkeys([(first, second), (second, first)])
    dates = [date for reading in readings if isinstance(date := _iso(int(year), *reading, typed), str)]
    if not dates:
        return Problem(f"There is no such date, whichever number is the month. {EXAMPLE}", typed=typed)
    if len(dates) == 1:
        return dates[0] if first == second else _one_reading(dates[0], typed)
    message = (
        f"This can be read as {heading_date(dates[0])} or as {heading_date(dates[1])}, because some countries write "
        "the month first and others the day. Write the month as a word, or the date as in 2021-11-08."
    )
    return Problem(message, typed=typed, choices=tuple(dates))


def _one_reading(date: str, typed: str) -> Problem:
    message = (
        f"Some countries write the month first and others the day. This can only be {heading_date(date)}; "
        "please write it so, to be sure."
    )
    return Problem(message, typed=typed, accepted=date)
