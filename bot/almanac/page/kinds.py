"""What values that stand in one place of several entries are: days of the week, times, places, names, numbers.

This is seen from the values alone, where most of them say it.
"""

import re
from collections.abc import Callable, Sequence

from almanac.dates import TIME
from almanac.event.people import PERSON
from almanac.patterns import regex

WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
CLOCK = regex(rf"(?<![\w:])(?:{TIME}|[0-9]{{1,2}}:[0-9]{{2}})h?(?![\w:])", re.IGNORECASE)
MOST = 0.65
"""The share of the values in one place that says what all of them are."""
_PLACE = regex(
    r"\b(?:rooms?|hall|building|auditorium|theat(?:re|er)|library|online|virtual|zoom|campus|street"
    r"|(?:seminar|vortrags|h\u00f6r|fest)?(?:raum|saal)|bibliothek|salle|amphi(?:th\u00e9\u00e2tre)?|b\u00e2timent"
    r"|biblioth\u00e8que|en ligne|aula|sala|auditorio|edificio|biblioteca|en l\u00ednea)\b"
    r"|\A(?-i:[A-Z]){1,3}[ -]?[0-9]{1,4}(?:[.-][0-9]{1,4})?[A-Za-z]?\Z",  # the number of a room, such as T340
    re.IGNORECASE,
)
_WEEKDAY_ALONE = regex(WEEKDAY, re.IGNORECASE)
_LONGEST_TIME = 40


def share(values: Sequence[str], test: Callable[[str], object]) -> bool:
    """Tell whether most of some values, and two at least, pass a test."""
    return sum(bool(test(value)) for value in values) >= max(len(values) * MOST, 2)


def kind_of(values: Sequence[str]) -> str | None:
    """Return the field of which most of some values are; `weekday` and `number` too, and None where none is seen."""
    if share(values, _WEEKDAY_ALONE.fullmatch):
        return "weekday"
    if share(values, lambda value: len(value) <= _LONGEST_TIME and CLOCK.search(value)):
        return "when"
    if share(values, _PLACE.search):
        return "location"
    return "people" if share(values, PERSON.fullmatch) else "number" if share(values, str.isdecimal) else None
