"""The grammar of a When line: times with their zones, day marks, and a date before or after them.

It also finds times in a text that is not a When line, if nothing that may matter is left out.
"""

import re
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from almanac.dates import WrittenDate, date_at
from almanac.languages import in_english, numbers_in_english
from almanac.patterns import regex
from almanac.text import CAPS, as_on_keyboard
from almanac.times.clock import TIME, Clock, WrittenTime, clocks, written_time
from almanac.times.zones import AmbiguousZone, ZonePlace, Zones, offset_place, same_clocks

LONGEST = CAPS["when"]  # characters; the longest line seen on a real page has 70
FURTHEST = timedelta(hours=14)  # no zone is further from UTC

_FLAGS = re.IGNORECASE | re.ASCII
_SPACE = regex(r"\s*")
_HOURS = regex(r"(?<!\w)([0-9]{1,2}) ?h ?([0-9]{2})(?!\w)", _FLAGS)  # `18 h 30`
_LEAD = regex(r"(?:(?:at|from|um|ab|von|de|desde|a|à|dès)\s+(?:las?\s+)?|las?\s+)", _FLAGS)
_LABEL = regex(r"(?:time|when|starts)\s*(?::|on|at)\s*", _FLAGS)  # as calendars put it before a line
_ZONE_LABEL = regex(r"\s*(?:time\s?zone\s*:|in(?!\w)|heure de|hora de|ora di)\s*", _FLAGS)
_ZONE_END = regex(r"\stime(?!\w)", _FLAGS)  # `UK time`
_ISO = regex(r"(?<=[0-9])T(?=[0-9]{2}:)|(?<=:[0-9]{2})(?=[+-][0-9]{2}:[0-9]{2}\Z)")
_ON = regex(r"(?:on|am|el|le)\s+(?:the\s+)?", _FLAGS)
_SEPARATOR = regex(r"\s*(?://?|[,|;=\u00b7\u2022\u2192]|(?:and|und|y)(?!\w))(?:\s*and(?!\w))?\s*", _FLAGS)
_AFTER_DATE = regex(
    r"\s*(?:[-,:/|;@\u00b7])?\s*(?:(?:at|um|ab|a|de|desde|\u00e0|von)(?!\w)\s*(?:las?(?!\w))?)?\s*", _FLAGS
)
_UNTIL = regex(r"\s?(?:--?|(?:to|until|till?|bis|hasta|a|à|jusqu'à)(?!\w)(?:\s+las?(?!\w))?)\s?", _FLAGS)
_OFFSET = regex(
    r"(?P<utc>(?:UTC|GMT)\s?)?(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?"
    r"(?::(?P<seconds>[0-9]{2}))?(?![0-9:]|\s?[ap]\.?m)",
    _FLAGS,
)
_MERE_OFFSET = regex(r"\s-[0-9]{2}:?[0-9]{2}\s*(?:$|[,/|;(\u00b7]|and\b|on\b)", _FLAGS)
_SPACED_OFFSET = regex(
    r"(?:UTC|GMT)\s?(?P<sign>[+-])\s(?P<hours>[0-9]{1,2})(?=\s*(?:$|[,/|;()\u00b7]|and\b|on\b))", _FLAGS
)  # `14:00 UTC - 5`: an offset or the end of a range
_OPEN = regex(r"\(\s*")
_OPENS = regex(r"\s*\(\s*")
_OPENS_TIME = regex(r"\s*\(\s*(?=[0-9]|noon|mid)", _FLAGS)
_AFTER_ZONE = regex(r"\s*(?::|at(?!\w))?\s*", _FLAGS)
_CLOSE = regex(r"\s*\)")
_WORD = regex(r"[A-Za-z][A-Za-z0-9_/+-]*", re.ASCII)
_DOTTED = regex(r"[A-Za-z](?:\.[A-Za-z]){1,4}(?![A-Za-z])\.?", re.ASCII)
_NOT_ZONES = regex(r"(?:and|on|at|from|to|until|till?|bis|hasta|und|y|a|à)(?!\w)", _FLAGS)
_PHRASE = regex(r"[^\W\d_](?:[^\W\d]|[ ./'-](?=[^\W\d]))*")
_SHIFT = regex(r"(?P<sign>[+-])\s?(?P<days>[0-2])(?:\s?days?)?|(?P<word>next|following|previous|same) day", _FLAGS)
_SHIFT_IN_BRACKETS = regex(rf"\s*\(\s*(?:{_SHIFT.pattern})\s*\)", _FLAGS)


class UnreadableError(Exception):
    """The line is not a sequence of times and zones."""


class UnknownZone(NamedTuple):
    """Words in the place of a zone that are not the name of one; `guess` is what was meant, where that is plain."""

    words: str
    guess: str | None = None

    def meant(self, zones: Zones) -> str | None:
        return self.guess or zones.nearest(self.words)


AnyZone = ZonePlace | AmbiguousZone | UnknownZone


class WrittenPair(NamedTuple):
    """One time with its zone, as it was typed; `mark` is its day: a date, or so many days after the first time's.

    `until` is the date of the end, where that has one of its own.
    """

    start: WrittenTime
    end: WrittenTime | None
    place: AnyZone | None
    mark: WrittenDate | int | None
    until: WrittenDate | None = None

    @property
    def clocks(self) -> tuple[Clock, ...]:
        if self.until and self.end:
            starts, ends = (each.values(both=each.style == "bare") for each in (self.start, self.end))
            return tuple(Clock(*pair) for pair in product(starts, ends))
        return clocks(self.start, self.end)


class WrittenLine(NamedTuple):
    """A When line as it was typed: its times, and the date before or after them."""

    times: tuple[WrittenPair, ...]
    date: WrittenDate | None = None


def read_line(text: str, zones: Zones) -> WrittenLine:
    """Take a When line apart, or raise `UnreadableError`."""
    line = _HOURS.sub(r"\1h\2", as_on_keyboard(text))
    parts = _ISO.split(line) if "T" in line else [line]
    line = " ".join(parts)
    try:
        return _LineParser(line, zones).line()
    except UnreadableError:
        if len(line) <= LONGEST:
            for english in (*in_english(line), numbers_in_english(line, zones.language)):
                with suppress(UnreadableError):
                    return _LineParser(english, zones).line()
        raise


class _LineParser:
    """A position in a line that only moves forward."""

    def __init__(self, text: str, zones: Zones, position: int = 0) -> None:
        self.text = text
        self.zones = zones
        self.position = position

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return match

    @property
    def done(self) -> bool:
        return self.position >= len(self.text) or self.text[self.position :] == "."

    def line(self) -> WrittenLine:
        self.take(_LABEL)
        date = self.date()
        if date:
            self.take(_AFTER_DATE)
        times: list[WrittenPair] = []
        opened = False
        while not self.done:
            mark = self.date() if times else None
            if mark and self.done:
                if date:
                    raise UnreadableError
                return WrittenLine(tuple(times), mark)
            opened = bool(self.take(_OPENS_TIME)) or opened  # `5pm UTC (9am PT, 12pm ET)`
            times += self.pair(mark)
            opened = opened and not self.take(_CLOSE)
            if not self.take(_SEPARATOR):
                self.take(_SPACE)
                goes_on = (_ON.match(self.text, self.position), _OPENS_TIME.match(self.text, self.position))
                if not self.done and not any(goes_on) and not date_at(self.text, self.position):
                    raise UnreadableError
        if not times or opened:
            raise UnreadableError
        return WrittenLine(tuple(times), date)

    def date(self) -> WrittenDate | None:
        begin = self.position
        self.take(_ON)
        found = date_at(self.text, self.position)
        self.position = found.end if found else begin
        return found

    def pair(self, first: WrittenDate | None = None) -> list[WrittenPair]:
        """Read one time with its zone; where it is said again in brackets, by the clock or the zone, that follows.

        After a date, the `first` day, there has to be the date of the end as well.
        """
        self.take(_AFTER_DATE if first else _LEAD)
        before = () if TIME.match(self.text, self.position) else self.places()  # `UTC 15:00`
        if before:
            self.take(_AFTER_ZONE)
        start = self.time()
        end, until, places = None, None, before or self.places()
        begin = self.position
        day = None if first else self.dated_start()
        if (not places or isinstance(places[0], ZonePlace)) and self.take(_UNTIL):
            if until := self.date():
                self.take(_AFTER_DATE)
            end, last = self.time(), () if before else self.places()
            if day and not until:
                self.take(_SPACE)
                until = self.date()
            if places and last and places[0] != last[0]:  # "9am PT - 12pm ET" is no range
                end, until, self.position = None, None, begin
            places = places or last
        if (first or day) and not until:
            raise UnreadableError
        again = None if places else self.span_in_brackets()
        zones: tuple[AnyZone | None, ...] = places or self.places() or (None,)
        mark = first or day if until else self.mark()
        pairs = [WrittenPair(start, end, zone, mark, until) for zone in zones]
        return [*pairs, WrittenPair(*again, zones[0], mark)] if again else pairs

    def dated_start(self) -> WrittenDate | None:
        """Read the date between a start and the `-` that leads to the end: `9am ET Oct 6 - 5pm ET Oct 8`."""
        begin = self.position
        self.take(_SPACE)
        if (day := self.date()) and _UNTIL.match(self.text, self.position):
            return day
        self.position = begin
        return None

    def span_in_brackets(self) -> tuple[WrittenTime, WrittenTime | None] | None:
        begin = self.position
        if self.take(_OPENS_TIME):
            span = self.time(), self.time() if self.take(_UNTIL) else None
            if self.take(_CLOSE):
                return span
        self.position = begin
        return None

    def time(self) -> WrittenTime:
        if match := self.take(TIME):
            return written_time(match)
        raise UnreadableError

    def places(self) -> tuple[AnyZone, ...]:
        """Read a zone, and one beside it if either is in brackets: `EDT (GMT-0400)`, `(GMT-04:00) Eastern Time`."""
        opened, first = _OPENS.match(self.text, self.position), self.place()
        if first is None:
            return ()
        begin, follows = self.position, _OPENS.match(self.text, self.position)
        if bool(opened) == bool(follows) or _SHIFT_IN_BRACKETS.match(self.text, begin):
            return (first,)
        second = self.place()
        if isinstance(second, AmbiguousZone) or (isinstance(second, ZonePlace) and (follows or second.name)):
            pair = (first, second) if follows else (second, first)
            return pair[:1] if _is_said_twice(first, second) else pair
        self.position = begin
        return (first,)

    def place(self) -> AnyZone | None:
        begin = self.position
        mere = _MERE_OFFSET.match(self.text, begin) is not None
        is_shift = _SHIFT_IN_BRACKETS.match(self.text, begin) is not None
        self.take(_SPACE)
        opened = self.take(_OPEN) is not None
        self.take(_ZONE_LABEL)
        found = self.offset(bare=mere or (opened and not is_shift)) or self.named()
        if not isinstance(found, UnknownZone):
            self.take(_ZONE_END)
        if found and opened and not self.take(_CLOSE):
            found = None
        if found is None:
            self.position = begin
        return found

    def offset(self, *, bare: bool) -> ZonePlace | UnknownZone | None:
        if spaced := self.take(_SPACED_OFFSET):
            hours = int(spaced["hours"])
            guess = f"UTC{'+' if spaced['sign'] == '+' else '-'}{hours}"
            return UnknownZone(spaced.group(), guess if timedelta(hours=hours) <= FURTHEST else None)
        match = _OFFSET.match(self.text, self.position)
        if not match or not (match["utc"] or match["sign"] == "+" or bare):
            return None
        self.position = match.end()
        hours, minutes, seconds = (int(match[unit] or 0) for unit in ("hours", "minutes", "seconds"))
        offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if offset > FURTHEST or max(minutes, seconds) > 59:  # noqa: PLR2004 - a clock's own bounds
            return UnknownZone(match.group())
        return offset_place(offset if match["sign"] == "+" else -offset)

    def named(self) -> AnyZone | None:
        word = _WORD.match(self.text, self.position)
        if not word or _NOT_ZONES.match(self.text, self.position) or date_at(self.text, self.position):
            return None
        dotted = _DOTTED.match(self.text, self.position)  # E.T., U.K.
        if dotted and (place := self.zones.find(dotted.group().replace(".", ""))):
            self.position = dotted.end()
            return place
        if written_out := self.zones.in_words(self.text, self.position):
            place, self.position = written_out
            return place
        name = word.group()
        while name:
            if place := self.zones.find(name):
                self.position += len(name)
                return place
            name = name[: max(name.rfind(mark) for mark in "/+-") + 1][:-1]
        phrase = _PHRASE.match(self.text, self.position)
        if city := self.zones.in_cities(self.text, self.position):
            place, self.position = city
            return place
        self.position = phrase.end() if phrase else self.position
        return UnknownZone(phrase.group()) if phrase else None

    def mark(self) -> WrittenDate | int | None:
        begin = self.position
        self.take(_SPACE)
        opened = self.take(_OPEN)
        found: WrittenDate | int
        if opened and (shift := self.take(_SHIFT)):
            word = (shift["word"] or "").lower()
            found = {"previous": -1, "same": 0}.get(word, 1) if word else int(shift["sign"] + shift["days"])
        elif date := date_at(self.text, self.position):
            found = date
            self.position = date.end
        else:
            self.position = begin
            return None
        if opened and not self.take(_CLOSE):
            raise UnreadableError
        return found


def _is_said_twice(one: AnyZone, other: AnyZone) -> bool:
    """Tell whether two zones are one, each by its name: `CET (Berlin)`."""
    if not (isinstance(one, ZonePlace) and isinstance(other, ZonePlace)):
        return False
    return bool(one.name and other.name) and not other.strict and same_clocks(one.zone, other.zone)


# ------------------------------------------------------------------------------- times in another text

_USED = "\0"  # in place of what was read, in what is left of the text
_MATTERS = regex(r"[0-9]|\b(?:[ap]\.?m|noon|midday|midnight|half|quarter|past|before|after|not|or)\b", _FLAGS)
_CLINGS = regex(rf"[.:/+_-]{_USED}")
_BETWEEN = regex(rf"(?<={_USED})\s*(?:[,/|;\u00b7\u2022-]|and|or)\s*(?={_USED})", _FLAGS)
_LENGTH = regex(
    r"(?<![\s,;(-])[\s,;(-]*+\b(?:for |about |lasting ){0,9}[0-9]{1,4}(?:[.,][0-9]{1,3})?\s?"
    r"(?:hours?|hrs?|minutes?|mins?)\b[.)]*",
    _FLAGS,
)


_EACH_DAY = regex(
    r"(?<![\s,;(])[\s,;(]*+\b(?:each day|every day|daily|(?:on )?(?:all|both)(?: [a-z]{3,5}| [2-9])? days)\b[\s,:)]*",
    _FLAGS,
)


def of_each_day(text: str) -> str:
    """Return the line of an event of several days without words that say so: `9am-5pm ET each day`."""
    return _EACH_DAY.sub(" ", text)


def without_length(text: str) -> str | None:
    """Return a text without the duration in it (`9am ET (2 hours)`); None where there is none."""
    return _LENGTH.sub(" ", text).strip() if _LENGTH.search(text) else None


def scan_line(text: str, zones: Zones) -> str:
    """Return the times with known zones in a text, joined to one line, followed by the date in it.

    It is empty where the rest of the text holds a digit, the letters of a zone or a word that can change a time
    (`9 or 10am ET`, `half past 9am ET`), or a sign that clings to a time (`x/9am ET`).
    """
    text = as_on_keyboard(text.replace(_USED, " "))
    times, dates, left = [], dict[WrittenDate, str](), ""
    position = 0
    while position < len(text):
        begin, position = position, position + 1
        within_word = begin and (text[begin - 1].isalnum() or text[begin - 1] == "_")
        if not within_word and (date := date_at(text, begin)):
            position = date.end
            dates.setdefault(date._replace(end=0), text[begin:position])
            left += _USED
        elif not within_word and (end := _pair_end(text, begin, zones)):
            position = end
            times.append(text[begin:end])
            left += _USED
        else:
            left += text[begin]
    left = _BETWEEN.sub(" ", left)
    if len(dates) > 1 or _MATTERS.search(left) or _CLINGS.search(left) or any(map(zones.find, _WORD.findall(left))):
        return ""
    return " on ".join([", ".join(times), *dates.values()])


def _pair_end(text: str, begin: int, zones: Zones) -> int | None:
    if not TIME.match(text, begin):
        return None
    parser = _LineParser(text, zones, begin)
    try:
        pairs = parser.pair()
    except UnreadableError:
        return None
    is_clear = all(isinstance(pair.place, ZonePlace) and len(pair.clocks) == 1 for pair in pairs)
    return parser.position if is_clear else None
