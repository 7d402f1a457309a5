"""Dates in the line with which an entry begins: they tell an event from other text, and say of what day it is."""

import re
from calendar import day_abbr, day_name, month_abbr, month_name, monthrange
from dataclasses import dataclass

UNKNOWN_YEAR = "XXXX"
_MONTHS = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}
_MONTHS["sept"] = 9
_M = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_D = r"(?P<day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?(?![0-9A-Za-z]|:[0-9])"
_Y = r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_DASH = r"(?:[ ]?[-\u2013\u2014/&][ ]?|[ ](?:to|until|through|thru|and)[ ])"
_YEAR_AFTER = rf"(?:,?[ ]?\(?{_Y}\)?)?"
_SECOND = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?(?![0-9A-Za-z]|:[0-9])"
_FIRST_OF_TWO = rf"(?:{_DASH}{_SECOND})?"
_NUMBER = r"(?:0?[1-9]|[12][0-9]|3[01])"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_WITH_DAY = (
    _pattern(rf"{_Y}([-/.])(?P<month>0?[1-9]|1[0-2])\2(?P<day>{_NUMBER})(?![0-9])"),
    _pattern(rf"(?<![A-Za-z]){_M}[ ]?{_D}{_YEAR_AFTER}"),
    _pattern(rf"(?<![0-9A-Za-z:]){_D}{_FIRST_OF_TWO}[ ]?(?:of[ ])?{_M}(?![A-Za-z]){_YEAR_AFTER}"),
)
_NUMBERS = _pattern(rf"(?<![0-9])(?P<first>{_NUMBER})([-/.])(?P<second>{_NUMBER})\2{_Y}")
_MONTH_ONLY = (
    _pattern(rf"(?<![A-Za-z]){_M}(?:{_DASH}(?:{'|'.join(_MONTHS)})\b\.?)?,?[ ]?{_Y}(?![-/.][0-9])"),
    _pattern(rf"{_Y}-(?P<month>0[1-9]|1[0-2])(?![-/.]?[0-9])"),
)
_YEAR_ONLY = _pattern(rf"{_Y}(?=[ ]?(?:[:|]|[-\u2013\u2014][ ])|[ ]?\Z)")
# What may follow a first day: the second, whose year (and month, as in `Dec 30 - Jan 2, 2022`) may hold for both.
_UNTIL = (
    _pattern(rf"{_DASH}{_Y}([-/.])(?P<month>0?[1-9]|1[0-2])\2(?P<day>{_NUMBER})(?![0-9])"),
    _pattern(rf"{_DASH}{_M}[ ]?{_D}{_YEAR_AFTER}"),
    _pattern(rf"{_DASH}{_D}[ ]?{_M}{_YEAR_AFTER}"),
    _pattern(rf"{_DASH}{_D}(?:,?[ ]?\(?{_Y}\)?|(?=[ ]?\Z|[ ]?[:,|)\u2013\u2014\]]|[ ]-[ ]))"),
)
_WEEKDAYS = {name.lower(): number for names in (day_name, day_abbr) for number, name in enumerate(names)}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_WEEKDAY = rf"(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b\.?"
_BEFORE = _pattern(rf"(?:[\W_]|{_WEEKDAY}|(?:on|the|date|when|week of)\b)*")
_AFTER = _pattern(rf"[\s,]*\(?{_WEEKDAY}\)?(?=\W|\Z)")
# What may part a title from the date behind it. A weekday is the date's only if a mark parts it from the title too.
_BETWEEN = _pattern(rf"(?:\s*[,(\[:;|\u2013\u2014·•/@-]\s*|\s+on\s+)(?:{_WEEKDAY}[\s,.]*)?\Z")
_EDGES = " \t:;,.|\u2013\u2014-·•/~_*>="
_PARTS = frozenset("([,:;|\u2013\u2014-·•/@")
_TWO_YEARS = re.compile(r"(?:19|20)[0-9]{2}[ ]?[-\u2013\u2014/][ ]?(?:[0-9]{4}|[0-9]{2})(?![-0-9])")
_ANY_YEAR = re.compile(_Y)


@dataclass(frozen=True)
class Found:
    """A date in a line of plain text.

    Attributes:
        date: As a record keeps it: 2021-11-08, 2021-11, 2021, or XXXX-12-09 where no year can be known.
        words: How it is written there.
        leading: Nothing but a weekday and marks stands before it.
        trailing: Nothing but a weekday and marks stands after it, and a mark parts it from what stands before it.
        title: The line's other words.
        weekday: The weekday that the line names, Monday being 0.
        note: What is wrong with the date, as a full sentence, or None.
    """

    date: str
    words: str
    leading: bool
    trailing: bool
    title: str
    weekday: int | None = None
    note: str | None = None

    @property
    def has_day(self) -> bool:
        """Tell whether the line says the day, be it one that cannot be read."""
        return self.note is not None or self.date.count("-") == 2  # noqa: PLR2004  # year, month and day


def find_date(text: str, year: str | None = None) -> Found | None:
    """Find the date in a line of plain text (`bot.pages.plain` makes it), or None.

    A date at the beginning is found in every spelling; one elsewhere only where it says its year. Of a range, the first
    day is the date. Between day and month nothing is guessed: `11/8/2021` is 2021, with a note.

    Args:
        text: One line.
        year: The year that the headings above say, for a date without its own.
    """
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    match = next(filter(None, (pattern.match(text, start) for pattern in (*_all(), _YEAR_ONLY))), None)
    if match is None:
        found = [match for pattern in _all() if (match := pattern.search(text)) and match["year"]]
        match = min(found, key=lambda match: match.start(), default=None)
    if match is None:
        return None
    groups = match.groupdict()
    end, until = _until(text, match)
    date, note = _date(groups, until, year)
    return _found(text, match.start(), end, date, note) if date else None


def _all() -> tuple[re.Pattern[str], ...]:
    return (*_WITH_DAY, _NUMBERS, *_MONTH_ONLY)


def _until(text: str, match: re.Match[str]) -> tuple[int, dict[str, str | None]]:
    """Return where a date ends, the second day of a range included, and what that says."""
    if match.groupdict().get("day"):
        for pattern in _UNTIL:
            if second := pattern.match(text, match.end()):
                return second.end(), second.groupdict()
    return match.end(), {}


def _date(first: dict[str, str | None], second: dict[str, str | None], year: str | None) -> tuple[str, str | None]:
    """Make the record's date of what was found ("" if it is none), and a note where something is wrong with it."""
    if first.get("first"):
        return _of_numbers(int(first["first"] or 0), int(first["second"] or 0), first["year"] or "")
    month, day = _month(first.get("month")), first.get("day")
    own = first.get("year")
    if own is None and second.get("year"):
        own = second["year"]
        if own and second.get("month") and month and month > (_month(second["month"]) or 0):
            own = f"{int(own) - 1:04d}"
    own = own or year or UNKNOWN_YEAR
    if month is None:
        return own, None
    if day is None:
        return f"{own}-{month:02d}", None
    return _checked(own, month, int(day))


def _month(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdigit() else _MONTHS[word.lower()]


def _checked(year: str, month: int, day: int) -> tuple[str, str | None]:
    days = monthrange(2000 if year == UNKNOWN_YEAR else int(year), month)[1]
    if day > days:
        return ("", None) if year == UNKNOWN_YEAR else (f"{year}-{month:02d}", _no_day(year, month, day))
    return f"{year}-{month:02d}-{day:02d}", None


def _no_day(year: str, month: int, day: int) -> str:
    return f"{month_name[month]} {year} has no day {day}, so only the month was taken over."


def _of_numbers(first: int, second: int, year: str) -> tuple[str, str | None]:
    if first == second or second > 12:  # noqa: PLR2004  # no month
        return _checked(year, first, second)
    if first > 12:  # noqa: PLR2004
        return _checked(year, second, first)
    readings = f"{year}-{first:02d}-{second:02d} or {year}-{second:02d}-{first:02d}"
    return year, f"The date can be {readings}, so only its year was taken over."


def _found(text: str, start: int, end: int, date: str, note: str | None) -> Found:
    before = text[:start]
    named = _BEFORE.fullmatch(before)
    after = text[end:]
    follows = _AFTER.match(after)
    between = None if named else _BETWEEN.search(before)
    weekday = next((match["weekday"] for match in (named, follows, between) if match and match["weekday"]), None)
    if follows:
        after = after[follows.end() :]
    words = [] if named else [_trimmed(before[: between.start()] if between else before)]
    title = ": ".join(part for part in (*words, _trimmed(after)) if part)
    return Found(
        date,
        text[start:end],
        leading=named is not None,
        trailing=not re.search(r"\w", after) and before.rstrip()[-1:] in _PARTS,
        title=title,
        weekday=_WEEKDAYS[weekday.lower()] if weekday else None,
        note=note,
    )


def _trimmed(text: str) -> str:
    """Take marks off both ends, and brackets that hold nothing or whose other half the date took along."""
    text = text.strip(_EDGES)
    while text and (text[0] in ")]" or text[-1] in "(["):
        text = text[1:] if text[0] in ")]" else text[:-1]
        text = text.strip(_EDGES)
    return text


def period(text: str) -> str | None:
    """Return the year, or the month with its year, that a heading gives to the entries below it, or None.

    A heading that names two years (`2020-2021`, `Season 2020/21`) gives none.
    """
    if _TWO_YEARS.search(text) and not any(pattern.search(text) for pattern in _MONTH_ONLY):
        return None
    years = set(_ANY_YEAR.findall(text))
    if len(years) != 1:
        return None
    for pattern in _MONTH_ONLY:
        if match := pattern.search(text):
            return f"{match['year']}-{_month(match['month']):02d}"
    return str(years.pop())
