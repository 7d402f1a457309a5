"""How a template writes an event's days and times in the keys of a site's own: as their newest values are written."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from almanac.dates import MODEL
from almanac.dateshapes import example_of, has_time, written_like
from almanac.entries.examples import Models
from almanac.entries.keys import Key
from almanac.entries.times import Written
from almanac.patterns import regex

# A day, where a time has to be written, too: it is no hour at which anything begins.
_MIDNIGHT = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00(?::00(?:\.0+)?)?(?: ?(?:Z|[+-][0-9:]{4,5}))?)")
_LEAST_AGAIN = 3  # entries in which a number is that of the day, the month or the year, before that is no chance
_ENDS_SOMETIME = "ends or end_date or not starts"
_OF_DAY = {"day", "month", "year"}
_IN_WORDS = regex(
    r"(?:week)?day(?:name|ofweek)?|month(?:name)?|(?:wochen)?tag|monat|jour|mois|d[i\u00ed]a(?:delasemana)?|mes"
)
"""Names of keys that may hold the name of a day or a month, which then is looked for in these languages, too."""
_LANGUAGES = ("de", "es", "fr")
_DAY_SECONDS = 86_400
_CUTS = {"year": "[:4]", "month": "[5:7]", "day": "[8:]"}


def day_written(models: Models, key: Key, field: str) -> Written | None:
    """Return how a key that holds a day, or a part of one, is written; None where that is not certain."""
    name, _, part = field.partition(".")
    value, condition = "date", ""
    last = models.key_of("end_date")
    if name == "end_date":
        first = models.days("date")
        # Where the two are the same for one day, or where all have both, an event of one day has both, too; but a last
        # day without its month would be read as the end of a range.
        same = any(end.date == first.get(at) for at, end in models.days_in(key).items())
        is_always = not part and (same or len(key.filled) == key.entries)
        value, condition = ("(end_date or date)", "") if is_always else ("end_date", "end_date")
    elif last and len(last.filled) == last.entries > len(key.filled):
        condition = "end_date"  # `start_date` beside `date`, the last day: one day needs no first one
    if part:
        return Written(_part_written(models, key, value, part), condition)
    midnights = [_MIDNIGHT.fullmatch(day.words) for day in models.days_in(key).values()]
    ends = {found[1] for found in midnights if found}
    if len(ends) == 1 and all(midnights):
        return Written(value, condition, ends.pop())
    example = example_of([(day.words, day.date) for day in models.days_in(key).values()], with_year=True)
    if example is None or example == MODEL:
        return Written(value, condition) if example else None
    if has_time(example) and name == "date":
        value = "(starts or date)"
    elif has_time(example):
        # Its day alone would be the midnight before it begins.
        value, condition = "(ends or end_date or ('' if starts else date))", condition or _ENDS_SOMETIME
    return Written(f'{value} | like("{example}")', condition)


def _part_written(models: Models, key: Key, value: str, part: str) -> str:
    """Return what gives the year, the month or the day of the month, as a number or in words."""
    texts = [str(one) for one in (key if key.filled else models.key_of(f"date.{part}") or key).filled]
    cut = _CUTS[part]
    if all(text.isdigit() for text in texts):
        is_padded = any(text.startswith("0") for text in texts)
        written = f"{value}{cut}" if is_padded else f"{value}{cut} | int"
    else:
        written = f'{value} | like("{texts[0]}")'
    if value == "date":
        return written
    # A month may be said only where it is another one than the first.
    differs = "" if key.is_asked else f" and end_date{cut} != date{cut}"
    return f'({written}) if end_date{differs} else ""'


def day_again(models: Models, key: Key) -> Written | None:
    """Return what gives the day once more, for a key that says it in other words; None for any other key."""
    days = models.days("date")
    entries = ((one.entry.data, days.get(at)) for at, one in enumerate(models.examples))
    known = [(data[key.name], day) for data, day in entries if day and key.name in data]
    if not key.is_asked or not known:
        return None
    said = models.days_in(key)
    if said and all(day.date == days.get(at) for at, day in said.items()) and len(said) == len(known):
        return day_written(models, key, "date")
    first = str(known[0][0])
    ways: dict[str, Callable[[Any, str], bool]] = {
        "date[8:] | int": lambda value, day: str(value) == str(int(day[8:])),
        "date[8:]": lambda value, day: str(value) == day[8:],
        "date[5:7] | int": lambda value, day: str(value) == str(int(day[5:7])),
        "date[5:7]": lambda value, day: str(value) == day[5:7],
        "date[:4] | int": lambda value, day: str(value) == day[:4],
        "(starts or date) | timestamp": _is_moment_of,
    }
    languages = _LANGUAGES if _IN_WORDS.fullmatch(key.word) else ()
    for words in (first, *(f"{language}: {first}" for language in languages)):
        ways[f'date | like("{words}")'] = partial(_is_like, words)
    # One alone may not tell whether a day below ten has a zero.
    example = example_of([(str(value), day) for value, day in known], with_year=False)
    if example and example.isprintable() and '"' not in example:
        ways[f'date | like("{example}")'] = partial(_is_like, example)
    found = next((way for way, tells in ways.items() if all(tells(*one) for one in known)), None)
    is_by_chance = first.isdigit() and key.word not in _OF_DAY and len(known) < _LEAST_AGAIN
    return Written(found, "") if found and not is_by_chance else None


def _is_moment_of(value: Any, day: str) -> bool:
    """Tell whether a number is a moment of a day, in seconds since 1970, wherever on earth."""
    start = datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()
    return str(value).isdigit() and start - _DAY_SECONDS < int(value) < start + 2 * _DAY_SECONDS


def _is_like(example: str, value: Any, day: str) -> bool:
    try:
        return bool(written_like(day, example) == value)
    except ValueError:
        return False
