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
    r"\b(?:rooms?|hall|building|auditorium|theat(?:re|er)|library|online|virtual|zoom|campus|street|church|chapel"
    r"|cathedral|museum|gallery|park|gardens?|square|green|inn|pub|arms|tavern|caf[e\u00e9]|hotel"
    r"|restaurant|clubhouse|pavilion|barn|farm|castle|stadium|arena|station|road|avenue|lane"
    r"|(?:community|youth|sports?|arts|visitors?|leisure|conference|convention|civic) cent(?:re|er)"
    r"|[^\W\d_]{0,20}(?:raum|saal|halle|haus|platz|kirche|hof|heim|garten|stra(?:\u00df|ss)e|zentrum)"
    r"|bibliothek|salle|amphi(?:th\u00e9\u00e2tre)?|b\u00e2timent|(?:biblio|m\u00e9dia)th\u00e8que|en ligne|mairie"
    r"|\u00e9glise|\u00e9cole|mus\u00e9e|parc|place (?:de|du|des)|gymnase|ch\u00e2teau|jardin|rue|th\u00e9\u00e2tre"
    r"|aula|sala|auditorio|edificio|biblioteca|en l\u00ednea|ayuntamiento|iglesia|museo|plaza|parque|calle"
    r"|teatro)\b"
    r"|\A(?-i:[A-Z]){1,3}[ -]?[0-9]{1,4}(?:[.-][0-9]{1,4})?[A-Za-z]?\Z",  # the number of a room, such as T340
    re.IGNORECASE,
)
_SURNAME = regex(
    r"(?!(?:at|in|im|the|town|city|village|church|parish|music|concert|sports?|main|high|st)\b)\S+ (?:\S+ )?"
    r"(?:hall|park|church|street|green|castle|barn|farm|lane|garden|inn|(?!rat)\S*(?:haus|hof|heim|garten|platz))",
    re.IGNORECASE,
)
"""A name that is as likely a person's as a place's: Nick Park, Stuart Hall."""
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
    if share(values, _is_place):
        return "location"
    return "people" if share(values, PERSON.fullmatch) else "number" if share(values, str.isdecimal) else None


def _is_place(value: str) -> bool:
    """Tell whether a value names a place; of a person's name with an affiliation, the name tells."""
    name = re.split(r",| \(", value, maxsplit=1)[0] if PERSON.fullmatch(value) else value
    return _PLACE.search(name) is not None and not _SURNAME.fullmatch(name)
