"""Times found in a text that is no When line. Nothing that may matter is left out: then nothing is found."""

import re

from bot.events.clock import TIME
from bot.events.dates import WrittenDate, date_at
from bot.events.when_line import UnreadableError, read_time
from bot.events.zones import Place, Zones

_FLAGS = re.IGNORECASE | re.ASCII
_USED = "\0"  # stands for what was read, in what is left of the text
_MATTERS = re.compile(r"[0-9]|\b(?:[ap]\.?m|noon|midday|midnight|half|quarter|past|before|after|not)\b", _FLAGS)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_/+-]*", re.ASCII)
_CLINGS = re.compile(rf"[.:/+_\u2010-\u2015\u2212-]{_USED}")
_BETWEEN = re.compile(rf"(?<={_USED})\s*(?:[,/|;\u00b7\u2022\u2010-\u2014-]|and|or)\s*(?={_USED})", _FLAGS)
_OR = re.compile(r"\bor\b", _FLAGS)
_LENGTH = re.compile(
    r"[\s,;(-]*\b(?:for |about |lasting )*[0-9]{1,4}(?:[.,][0-9]{1,3})?\s?(?:hours?|hrs?|minutes?|mins?)\b[.)]*", _FLAGS
)


def without_length(text: str) -> str | None:
    """Return a text without the duration in it (`9am ET (2 hours)`); None where there is none."""
    return _LENGTH.sub(" ", text).strip() if _LENGTH.search(text) else None


def scan_line(text: str, zones: Zones) -> str:
    """Return the times with known zones that stand in a text, joined to one line, and its date behind them.

    It is empty where the rest of the text holds a digit, the letters of a zone or a word that can change a time
    (`9 or 10am ET`, `half past 9am ET`), or a sign that clings to a time (`x/9am ET`).
    """
    text = " ".join(text.replace(_USED, " ").split())
    times, dates, left = [], dict[WrittenDate, str](), ""
    position = 0
    while position < len(text):
        begin, position = position, position + 1
        if begin and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
            left += text[begin]
        elif date := date_at(text, begin):
            position = date.end
            dates.setdefault(WrittenDate(date.year, date.month, date.day, date.weekday), text[begin:position])
            left += _USED
        elif end := _time_ends(text, begin, zones):
            position = end
            times.append(text[begin:end])
            left += _USED
        else:
            left += text[begin]
    if len(dates) > 1 or _leaves_out(left, zones):
        return ""
    return " on ".join([", ".join(times), *dates.values()])


def _time_ends(text: str, begin: int, zones: Zones) -> int | None:
    if not TIME.match(text, begin):
        return None
    try:
        written, end = read_time(text, zones, begin)
    except UnreadableError:
        return None
    return end if isinstance(written.place, Place) and len(written.clocks) == 1 else None


def _leaves_out(left: str, zones: Zones) -> bool:
    """Tell whether something in the rest of a text may matter."""
    left = _BETWEEN.sub(" ", left)
    words = _WORD.findall(left)
    return bool(_MATTERS.search(left) or _CLINGS.search(left) or _OR.search(left) or any(map(zones.find, words)))
