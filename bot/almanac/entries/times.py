"""How a site's own keys say at what time an event is: its beginning, its end, how long it takes, and in which zone.

Names and values tell together, as they do for all fields; but all keys that say a time are found, and not only the best
one: an entry may have `time: 19:00 - 21:00` beside `start` and `end`. What says a time and is none of these is never
copied to a new event (`tells_when`), as it would be the time of another one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from almanac.dates import TIME, WEEKDAY_NAME, DateHabits, find_date
from almanac.dateshapes import is_time, is_zone
from almanac.entries.keys import Key
from almanac.patterns import regex
from almanac.times.clock import read_duration
from almanac.times.zones import check_zone

TIME_FIELDS = ("when", "ends", "duration", "time_zone")
"""What keys can hold of an event's times."""
_TIME_WORDS = "times?|hours?|clock|when|(?:uhr)?zeit(?:en)?|heures?|horas?|horaires?|horarios?"
_NAME = regex(
    r"(?:event|meeting|talk|session|local|display)?(?:(?:starts?|starting|begins?|from|beginn|anfang|von|d[e\u00e9]but|"
    r"inicio|desde)|(?P<ends>ends?|ending|until|till|to|finish|ende|bis|fin|hasta)|"
    rf"(?P<plain>{_TIME_WORDS}))(?:at|of|de)?(?:{_TIME_WORDS})?(?:start|begin)?(?P<ended>end)?"
    r"(?:24|12)?h?(?:display(?:ed)?|text|string|label)?"
)
_ALSO_OTHERS = ("from", "to", "von")  # whom something is from or for
_SAYS_TIME = regex(rf".*(?:{_TIME_WORDS})")
_LENGTH_NAME = regex(
    r"(?:event|talk|session)?(?:duration|length|dauer|dur[e\u00e9]e|duraci[o\u00f3]n)(?:in)?"
    r"(?:(?P<minutes>min(?:ute)?s?)|(?P<hours>h(?:our)?s?))?"
)
_ZONE_NAME = regex(
    r"(?:event|local)?(?:timezone|tz|zone|(?:utc|gmt|timezone|tz)?offset|zeitzone|fuseauhoraire|zonahoraria)"
)
_WITH_TIME = regex(rf"(?<![\w:./-]){TIME}(?![\w:])", re.IGNORECASE)
_MOMENT = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[\w:.+-]*")
_IN_WORDS = regex(
    rf"{WEEKDAY_NAME}|noon|midday|midnight|mittag|mitternacht|midi|minuit|mediod[i\u00ed]a|medianoche", re.IGNORECASE
)
_CLOCK = regex(r"(?P<hour>[0-9]+)(?P<minute>[:.h][0-9]{2})?")
_DIGITS = regex(r"[0-9]+")
_LENGTH = regex(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)(?P<gap>[ ]?)(?P<unit>[A-Za-z]+)(?P<dot>\.?)")
_LONGEST = 200  # characters of a text in which a time is looked for
_MOST_HOURS, _LEAST_MINUTES = 12, 15  # of lengths that are numbers without a unit
_SHORT_LENGTH = regex("[0-9]+h(?:[0-9]{2})?")
_HALF_HOUR = 30
_UNITS = (
    ("hour", "hours", "minute", "minutes"),
    ("hr", "hrs", "min", "mins"),
    ("h", "h", "m", "min"),
    ("std", "std", "min", "min"),
    ("stunde", "stunden", "minute", "minuten"),
    ("heure", "heures", "minute", "minutes"),
    ("hora", "horas", "minuto", "minutos"),
)
"""The words for one hour and several, one minute and several."""


class Written(NamedTuple):
    """What gives a value in a template, when its key is there at all (empty: always), and what follows the value."""

    value: str
    condition: str
    after: str = ""


def times_of(keys: Iterable[Key]) -> dict[str, str]:
    """Find the keys that say at what time events are: key -> `when` (its beginning, or the whole line) and the like."""
    return {key.name: field for key in keys if key.filled and (field := _field(key))}


def _field(key: Key) -> str | None:
    name = _NAME.fullmatch(key.word)
    if _ZONE_NAME.fullmatch(key.word):
        field = "time_zone"
    elif _LENGTH_NAME.fullmatch(key.word):
        field = "duration"
    elif name and key.is_of(lambda value: isinstance(value, str)):
        field = "ends" if name["ends"] or name["ended"] else "when"
    else:
        return None
    is_line = field == "when" and name and name["plain"] and key.is_of(_has_time)
    return field if is_line or _written(key, field) else None


def tells_when(value: Any, habits: DateHabits) -> bool:
    """Tell whether a value says a time, a day or a length, so that it can be another one for each event."""
    if isinstance(value, dict | list):
        return any(tells_when(one, habits) for one in (value.values() if isinstance(value, dict) else value))
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST:
        return False
    found = find_date(text, None, habits)
    is_day = found is not None and found.leading and found.date.count("-") == len("--")
    is_length = isinstance(read_duration(text), timedelta)
    return is_day or is_length or is_time(text) or bool(_has_time(text) or _IN_WORDS.fullmatch(text))


def is_named_for_time(key: Key) -> bool:
    """Tell whether a key's name says that it holds a time, a length or a zone: `start` does if numbers are there."""
    if _NAME.fullmatch(key.word) and all(str(value).isdigit() for value in key.filled):
        return True
    return any(name.fullmatch(key.word) for name in (_SAYS_TIME, _LENGTH_NAME, _ZONE_NAME))


def is_named_for_an_end(key: Key) -> bool:
    """Tell whether a key's name says that it holds a beginning or an end, which may be in words, as in `open end`."""
    name = _NAME.fullmatch(key.word)
    is_one = name is not None and not name["plain"] and key.word not in _ALSO_OTHERS
    return is_one and all(isinstance(value, str) for value in key.filled)


def _has_time(value: Any) -> bool:
    return isinstance(value, str) and (_WITH_TIME.search(value) is not None or is_time(value.strip()))


# ------------------------------------------------------------------------------- how they are written


def time_written(key: Key, field: str, condition: str) -> Written:
    """Return how a key that holds one of these fields is written, as most of its values are."""
    value, needed = _written(key, field) or ("when", "when")
    return Written(value, condition and needed)


def _written(key: Key, field: str) -> tuple[str, str] | None:
    """Return what writes one of these fields, and what has to be known for that; None where that is not certain."""
    texts = [str(value).strip() for value in key.filled]
    if field == "time_zone":
        return _zone_written(texts)
    if field == "duration":
        return _length_written(texts, key.word)
    return _clock_written(texts, "starts" if field == "when" else "ends")


def _clock_written(texts: list[str], moment: str) -> tuple[str, str] | None:
    """Return what writes a beginning or an end: by the clock, or as a moment."""
    alike = _alike(texts, is_time) or _alike(texts, _MOMENT.fullmatch)
    return (f'{moment} | like("{_telling(alike)}")', moment) if alike else None


def _alike(texts: list[str], test: Callable[[str], object]) -> list[str]:
    """Return those that pass a test, if they are most."""
    passed = [text for text in texts if test(text)]
    return passed if len(passed) * 4 >= len(texts) * 3 else []


def _telling(texts: list[str]) -> str:
    """Return the example that tells most of how times are written, of those that are written as most are.

    One with minutes does not tell whether a full hour has them, nor ten o'clock whether nine has a zero.
    """
    kinds = [_DIGITS.sub("0", re.sub("(?i)[ap](?=[.]?m)", "a", _CLOCK.sub("0", text))) for text in texts]
    kind = max(kinds, key=kinds.count)

    def tells(text: str) -> tuple[bool, bool]:
        found = next(_CLOCK.finditer(text))
        return found["minute"] is not None, len(found["hour"]) > 1 and found["hour"][0] != "0"

    return min((text for text, own in zip(texts, kinds, strict=True) if own == kind), key=tells)


def _zone_written(texts: list[str]) -> tuple[str, str] | None:
    """Return what writes a zone: by its name, or by what its clocks are called or show then."""
    if _alike(texts, lambda text: "/" in text and check_zone(text) is None):
        return "time_zone", "time_zone"
    alike = _alike(texts, is_zone)
    return (f'starts | like("{Counter(alike).most_common(1)[0][0]}")', "starts") if alike else None


def _length_written(texts: list[str], word: str) -> tuple[str, str] | None:
    """Return what writes how long an event takes; `word` is the key's name, which may say the unit."""
    if all(text.isdigit() for text in texts):
        name, numbers = _LENGTH_NAME.fullmatch(word), [*map(int, texts)]
        is_minutes = (name and name["minutes"]) or min(numbers) >= _LEAST_MINUTES
        is_hours = (name and name["hours"]) or max(numbers) <= _MOST_HOURS
        example = "minutes" if is_minutes else "hours" if is_hours else ""
    else:
        example = next(iter(_alike(texts, _is_length)), "")
    return (f'starts | lasts("{example}")', "ends") if example else None


def _is_length(text: str) -> bool:
    """Tell whether a text is a length that is written again as it is, with itself as the example."""
    length = read_duration(text)
    return isinstance(length, timedelta) and '"' not in text and length_like(length, text) == text


def length_between(starts: str, ends: str) -> timedelta:
    """Return the time between two moments (ISO 8601)."""
    return datetime.fromisoformat(ends) - datetime.fromisoformat(starts)


def length_like(length: timedelta, example: str) -> str:
    """Write a length as an example does: `2 hours`, `90 min`, `1h30`, `1:30`, `PT2H`.

    `hours` and `minutes` name the unit of a number that stands alone. What the example's unit cannot say is said in
    hours and minutes.
    """
    minutes = round(length / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if example in ("hours", "minutes"):
        written = str(minutes) if example == "minutes" else f"{minutes / 60:.4g}"
    elif example.startswith("PT"):
        written = f"PT{f'{hours}H' if hours else ''}{f'{rest}M' if rest else ''}"
    elif ":" in example:
        first, *more = example.split(":")
        written = f"{hours:0{len(first)}d}:{rest:02d}{':00' * (len(more) > 1)}"
    elif _SHORT_LENGTH.fullmatch(example):
        written = f"{hours}h{f'{rest:02d}' if rest else ''}" if hours else f"{rest} min"
    else:
        written = _in_units(minutes, example)
    return written


def _in_units(minutes: int, example: str) -> str:
    """Write minutes with the words of an example; empty where they are not known."""
    found = _LENGTH.match(example)
    words = next((one for one in _UNITS if found and found["unit"].lower() in one), None)
    if found is None or words is None:
        return ""
    hour, hours, minute, more = (word.title() if found["unit"][0].isupper() else word for word in words)
    gap, is_alone = found["gap"], found.end() == len(example)
    mark = re.sub("[0-9]", "", found["number"])
    if is_alone and found["unit"] in (minute, more):
        return f"{minutes}{gap}{found['unit']}{found['dot']}"
    if is_alone and mark and minutes % 60 == _HALF_HOUR:
        return f"{minutes // 60}{mark}5{gap}{hours}{found['dot']}"
    parts = ((minutes // 60, hour, hours), (minutes % 60, minute, more))
    written = [
        f"{number}{gap}{one if number == 1 else several}{found['dot']}" for number, one, several in parts if number
    ]
    return " ".join(written)
