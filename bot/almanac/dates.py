"""Dates as people type them, as records keep them, and as headings show them. Day and month are never guessed.

Dates in the line with which an entry begins: they tell an event from other text, and say of what day it is.

Dates written as an example is written: `Nov 8, 2021` makes `Jan 20, 2022` of 2022-01-20.
"""

import calendar
import re
from calendar import day_abbr, day_name, month_abbr, month_name, monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date

from almanac.errors import Problem

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
_NUMERIC = _pattern(rf"(?<![0-9])(?P<first>{_NUMBER})([-/.])(?P<second>{_NUMBER})\2{_Y}")
_MONTH_ONLY = (
    _pattern(rf"(?<![A-Za-z]){_M}(?:{_DASH}(?:{'|'.join(_MONTHS)})\b\.?)?,?[ ]?{_Y}(?![-/.][0-9])"),
    _pattern(rf"{_Y}-(?P<month>0[1-9]|1[0-2])(?![-/.]?[0-9])"),
)
_LONE_YEAR = _pattern(rf"{_Y}(?=[ ]?(?:[:|]|[-\u2013\u2014][ ])|[ ]?\Z)")
# What may follow a first day: the second, whose year (and month, as in `Dec 30 - Jan 2, 2022`) may hold for both.
_UNTIL = (
    _pattern(rf"{_DASH}{_Y}([-/.])(?P<month>0?[1-9]|1[0-2])\2(?P<day>{_NUMBER})(?![0-9])"),
    _pattern(rf"{_DASH}{_M}[ ]?{_D}{_YEAR_AFTER}"),
    _pattern(rf"{_DASH}{_D}[ ]?{_M}{_YEAR_AFTER}"),
    _pattern(rf"{_DASH}{_D}(?:,?[ ]?\(?{_Y}\)?|(?=[ ]?\Z|[ ]?[:,|)\u2013\u2014\]]|[ ]-[ ]))"),
)
_WEEKDAYS = {name.lower(): number for names in (day_name, day_abbr) for number, name in enumerate(names)}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_DAY_NAME = rf"(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b\.?"
_BEFORE = _pattern(rf"(?:[\W_]|{_DAY_NAME}|(?:on|the|date|when|week of)\b)*")
_AFTER = _pattern(rf"[\s,]*\(?{_DAY_NAME}\)?(?=\W|\Z)")
# What may part a title from the date behind it. A weekday is the date's only if a mark parts it from the title too.
_BETWEEN = _pattern(rf"(?:\s*[,(\[:;|\u2013\u2014·•/@-]\s*|\s+on\s+)(?:{_DAY_NAME}[\s,.]*)?\Z")
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
    """Find the date in a line of plain text (`almanac.page.syntax.plain` makes it), or None.

    A date at the beginning is found in every spelling; one elsewhere only where it says its year. Of a range, the first
    day is the date. Between day and month nothing is guessed: `11/8/2021` is 2021, with a note.

    Args:
        text: One line.
        year: The year that the headings above say, for a date without its own.
    """
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    match = next(filter(None, (pattern.match(text, start) for pattern in (*_all(), _LONE_YEAR))), None)
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
    return (*_WITH_DAY, _NUMERIC, *_MONTH_ONLY)


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


MODEL = "2021-11-08"
"""The day that every example names: its month and weekday are longer than their short forms, its day has one digit."""
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?|XXXX-[0-9]{2}-[0-9]{2}")
_WEEKDAY_NAMES = (*day_name, *day_abbr, "Tues", "Weds", "Thur", "Thurs")
_MONTH_NAMES = (*month_name[1:], *month_abbr[1:], "Sept")


def _alternatives(names: Sequence[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_PIECE = re.compile(
    rf"\b(?:(?P<weekday>{_alternatives(_WEEKDAY_NAMES)})|(?P<month>{_alternatives(_MONTH_NAMES)}))(?![A-Za-z])"
    r"|(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?P<number>[0-9]{1,2})(?P<ordinal>st|nd|rd|th)?(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_RANGE = re.compile(r"([0-9]{1,2}(?:st|nd|rd|th)?)[ ]?[-\u2013\u2014/&][ ]?[0-9]{1,2}(?:st|nd|rd|th)?(?![0-9])")
# Between the pieces. Nothing here is markup, wherever it stands, and nothing of it is taken for a part of a date.
_BETWEEN_PARTS = re.compile(r"[ ,./()'-]*(?:(?:of|the)[ ])?")


@dataclass(frozen=True)
class _Piece:
    """One part of a spelling.

    Attributes:
        kind: `weekday`, `month` (a word), `number` (the month as one), `day`, `year` or, as it stands, `text`.
        text: The part in the example.
        form: `long` or `short` for a word, `padded` or `bare` for a number, `ordinal` for a day such as 8th; empty
            where the example cannot tell, as with May and 18.
    """

    kind: str
    text: str = ""
    form: str = ""


_Spelling = tuple[_Piece, ...]


def written_like(date: str, example: str) -> str:
    """Write a record's date as an example writes one.

    What the date does not say is left out: with `Nov 8, 2021` as the example, 2022-01 becomes `Jan 2022`.

    Args:
        date: As a record keeps it; any other text is returned as it is.
        example: A date in the wished spelling, such as `Nov 8, 2021`, `Monday, 8 November` or `2021/11/08`.

    Raises:
        ValueError: The example is no date that can be told apart: between day and month, words are needed or the order
            year, month, day.
    """
    spelling = _read(example)
    if spelling is None:
        raise ValueError(f"this example of a date cannot be read: {example}")
    if not _DATE.fullmatch(date):
        return date
    if date.startswith("X"):
        return heading_date(date)
    kinds = {piece.kind for piece in spelling}
    if len(date) == len(MODEL):
        # May is no short form, so it has no dot.
        return "".join(_write(piece, date) for piece in spelling).replace("May.", "May")
    if len(date) == len("2021") or not {"month", "number"} & kinds:
        return date[:4]
    word = next((piece for piece in spelling if piece.kind == "month"), None)
    if word is None:
        return date
    return " ".join(filter(None, (_write(word, f"{date}-01"), date[:4] if "year" in kinds else "")))


def example_of(seen: Sequence[str], *, with_year: bool) -> str | None:
    """Return how most of these dates are written, as an example; None where none of them can be read.

    Args:
        seen: Dates as they stand on a page. Of a range of days the first counts; a date with more than one reading
            does not.
        with_year: Whether the year has to be said, because no heading says it.
    """
    readings = (_read(words) or _read(_RANGE.sub(r"\1", words)) for words in seen)
    spellings = [spelling for spelling in readings if spelling]
    counted = Counter(map(_loose, spellings))
    if not counted:
        return None
    most = counted.most_common(1)[0][0]
    alike = [spelling for spelling in spellings if _loose(spelling) == most]
    pieces = [_settled([spelling[index] for spelling in alike]) for index in range(len(most))]
    written = "".join(_write(piece, MODEL) for piece in pieces)
    kinds = {piece.kind for piece in pieces}
    if with_year and "year" not in kinds:
        month_last = [piece.kind for piece in pieces if piece.kind in ("month", "day")] == ["day", "month"]
        written += f"{' ' if month_last else ', '}{MODEL[:4]}"
    return written


def has_year(words: str) -> bool:
    """Tell whether a date as it stands on a page says its year."""
    return any(match["year"] for match in _PIECE.finditer(words))


def _read(example: str) -> _Spelling | None:
    pieces: list[_Piece] = []
    end = 0
    for match in _PIECE.finditer(example):
        pieces += _between(example[end : match.start()])
        kind = next(kind for kind in ("weekday", "month", "year", "number") if match[kind])
        pieces.append(_Piece(kind, match[0], _form(match)))
        end = match.end()
    pieces += _between(example[end:])
    pieces = _told_apart(pieces)
    kinds = [piece.kind for piece in pieces if piece.kind != "text"]
    if len({*kinds}) != len(kinds) or not {"month", "number", "year"} & {*kinds}:
        return None
    if any(not _BETWEEN_PARTS.fullmatch(piece.text) for piece in pieces if piece.kind == "text"):
        return None
    return tuple(pieces)


def _between(text: str) -> list[_Piece]:
    return [_Piece("text", text)] if text else []


def _form(match: re.Match[str]) -> str:
    if match["ordinal"]:
        return "ordinal"
    if match["number"]:
        return "padded" if match[0][0] == "0" else "bare" if len(match[0]) == 1 else ""
    if match["weekday"]:
        return "long" if match[0].lower().endswith("day") else "short"
    if match["month"] and match[0].lower() != "may":
        return "long" if match[0].title() in month_name else "short"
    return ""


def _told_apart(pieces: list[_Piece]) -> list[_Piece]:
    """Say of each number whether it is the month or the day."""
    has_word = any(piece.kind == "month" for piece in pieces)
    year_first = next((piece.kind for piece in pieces if piece.kind in ("year", "number")), None) == "year"
    result, numbers = [], 0
    for piece in pieces:
        if piece.kind != "number":
            result.append(piece)
        elif has_word or (year_first and numbers == 1):
            result.append(_Piece("day", piece.text, piece.form))
        else:
            # Without a word only year, month, day is clear; any other order leaves two numbers and is refused.
            result.append(_Piece("number" if year_first else "?", piece.text, piece.form))
        numbers += piece.kind == "number"
    if any(piece.kind == "?" for piece in result):
        return []
    return result if has_word else _alike(result)


def _alike(pieces: list[_Piece]) -> list[_Piece]:
    """Let a month as a number be padded as the day is, where it cannot tell itself."""
    forms = [piece.form for piece in pieces if piece.kind in ("number", "day") and piece.form]
    form = forms[0] if forms else "padded"
    return [replace(piece, form=form) if piece.kind in ("number", "day") else piece for piece in pieces]


def _loose(spelling: _Spelling) -> tuple[tuple[str, str], ...]:
    """Return what spellings have in common that differ only in what one example alone cannot tell."""
    return tuple(
        (piece.kind, piece.text if piece.kind == "text" else "ordinal" * (piece.form == "ordinal"))
        for piece in spelling
    )


def _settled(pieces: list[_Piece]) -> _Piece:
    """Choose the form that those pieces show that can tell."""
    forms = Counter(piece.form for piece in pieces if piece.form)
    form = forms.most_common(1)[0][0] if forms else ""
    upper = all(piece.text.isupper() for piece in pieces)
    return _Piece(pieces[0].kind, "A" if upper and pieces[0].kind in ("month", "weekday") else pieces[0].text, form)


def _write(piece: _Piece, date: str) -> str:
    year, month, day = (int(part) for part in date.split("-"))
    upper = piece.text.isupper()
    match piece.kind:
        case "text":
            return piece.text
        case "year":
            return date[:4]
        case "month":
            word = month_abbr[month] if piece.form == "short" else month_name[month]
            return word.upper() if upper else word
        case "weekday":
            number = calendar_date(year, month, day).weekday()
            word = day_abbr[number] if piece.form == "short" else day_name[number]
            return word.upper() if upper else word
    number = month if piece.kind == "number" else day
    if piece.form == "ordinal":
        return ordinal(number)
    return f"{number:02d}" if piece.form == "padded" else str(number)
