"""Times of day, alone or as a range, and durations: as people type them, and as a When line shows them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from math import ceil
from typing import Literal, NamedTuple

from almanac.dates import short_date
from almanac.errors import Problem
from almanac.patterns import regex
from almanac.phrases import say
from almanac.text import as_on_keyboard

HALF_DAY = timedelta(hours=12)
DAY = timedelta(days=1)
NOON_HOUR = 12
EARLY_HOURS = range(1, 7)  # of `2:00`: more often an afternoon than a night
YEAR_LIKE = range(1900, 2200)  # four digits that are as likely a year

_AM = r"""\s?(?P<{half}>[ap])\.?\s?m(?!\w)\.?
        | (?P<{clinging}>[ap])m(?= [a-z]{{2,5}}(?!\w|/[a-z]) | (?!erica)[a-z]+/[a-z] )  # 9amET, 9amEurope/Paris
        | (?P<{short}>[ap])(?![\w./])  # 9a
        """
TIME = regex(
    rf"""(?:12\s?)?(?P<word>noon|midday|midnight)(?!\w)
      | (?P<hour>[0-9]{{1,2}})
        (?: \s?(?P<h>h|uhr)(?P<past>[0-9]{{2}})?(?![a-z])
          | [:.](?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}}))?(?:\s?(?P<hours>h|uhr)(?![a-z0-9]))? )?
        (?: {_AM.format(half="half", clinging="half2", short="half3")} )?
        (?![0-9])
      | (?P<run>[0-9]{{3,4}})(?: {_AM.format(half="half4", clinging="half5", short="half6")} )(?![0-9])
      | (?P<compact>[0-9]{{4}})(?:\s?h(?![a-z0-9]))?(?![0-9])""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_HALVES = ("half", "half2", "half3", "half4", "half5", "half6")
Style = Literal["word", "clock", "loose", "bare", "year"]


class WrittenTime(NamedTuple):
    """A time of day as it was typed: any numbers of two digits, and `a` or `p` where am or pm was typed with them.

    `style` is `word` (noon), `clock` (24 hours for certain: 09:00, 9h, 17), `loose` (1 to 12 with minutes: 9:00),
    `bare` (1 to 12 and nothing else: 9) or `year` (24 hours, in four digits that may as well be a year: 2021).
    """

    hour: int
    minute: int = 0
    second: int = 0
    half: Literal["a", "p"] | None = None
    style: Style = "clock"

    @property
    def midnight(self) -> bool:
        return self.style == "word" and self.hour == 0

    @property
    def day_end(self) -> bool:  # 24:00
        return (self.hour, self.minute, self.second, self.half) == (24, 0, 0, None)

    @property
    def certain(self) -> bool:  # of the half of the day
        return self.half is not None or self.style in ("word", "clock", "year")

    def values(self, *, both: bool = False) -> tuple[time, ...]:
        """Return the times that it can be, in both halves of the day if wanted; none where no clock shows it."""
        least, most = (1, NOON_HOUR) if self.half else (0, 23)
        if not least <= self.hour <= most or max(self.minute, self.second) > 59:  # noqa: PLR2004 - a clock's own bounds
            return ()
        hours = [self.hour]
        if self.half:
            hours = [self.hour % NOON_HOUR + (NOON_HOUR if self.half == "p" else 0)]
        elif both:
            hours = [self.hour % NOON_HOUR, self.hour % NOON_HOUR + NOON_HOUR]
        return tuple(time(hour, self.minute, self.second) for hour in hours)


@dataclass(frozen=True)
class Clock:
    """What the clocks in a zone show when an event starts and, for a range, when it ends: the same or the next day.

    With `days`, it starts on the first of them and ends on the second.
    """

    start: time
    end: time | None = None
    days: tuple[date, date] | None = None

    @property
    def overnight(self) -> bool:
        return self.days is None and self.end is not None and self.end <= self.start

    @property
    def length(self) -> timedelta:
        """How long it is by the clock on the wall."""
        start, end = self.walls(datetime(2000, 1, 1))  # noqa: DTZ001 - only the difference counts
        return (end or start) - start

    def walls(self, day: datetime) -> tuple[datetime, datetime | None]:
        """Put the clock on a day (its midnight): when it starts, and when it ends, by the clocks on the wall."""
        start = datetime.combine(day, self.start)
        if self.end is None:
            return start, None
        end = datetime.combine(day, self.end)
        if self.days:
            return start, end + (self.days[1] - self.days[0])
        return start, end + DAY if self.overnight else end

    def __str__(self) -> str:
        """Show it as briefly as it can be read: `9am`, `9:30am`, `9-11am`, `11am-1pm`, `Oct 6 9am - Oct 8 5pm`."""
        start = _shown(self.start)
        if self.end is None:
            return start
        end = _shown(self.end)
        if self.days:
            return f"{short_date(self.days[0])} {start} - {short_date(self.days[1])} {end}"
        same_half = start[-2:] == end[-2:] and not self.overnight
        return f"{start[:-2] if same_half else start}-{end}"

    @property
    def in_24_hours(self) -> str:
        """Show it by the 24-hour clock: `09:30`, `09:00-11:00`, `Oct 6 09:00 - Oct 8 17:00`."""
        times = [f"{each:%H:%M:%S}".removesuffix(":00") for each in (self.start, self.end) if each]
        if self.days:
            return " - ".join(f"{short_date(day)} {each}" for day, each in zip(self.days, times, strict=True))
        return "-".join(times)


def _shown(value: time) -> str:
    minutes = f":{value.minute:02d}" if value.minute or value.second else ""
    seconds = f":{value.second:02d}" if value.second else ""
    return f"{value.hour % NOON_HOUR or NOON_HOUR}{minutes}{seconds}{'am' if value.hour < NOON_HOUR else 'pm'}"


def written_time(match: re.Match[str]) -> WrittenTime:
    """Return what a match of `TIME` says."""
    if word := match["word"]:
        return WrittenTime(0 if word.lower() == "midnight" else NOON_HOUR, style="word")
    if digits := match["compact"]:
        # Up to 1259 it may be meant by the 12-hour clock if the other end of a range says am or pm.
        certain = digits.startswith("0") or int(digits[:2]) > NOON_HOUR
        style: Style = "year" if int(digits) in YEAR_LIKE else "clock" if certain else "loose"
        return WrittenTime(int(digits[:2]), int(digits[2:]), style=style)
    half = next((half for name in _HALVES if (half := match[name])), None)
    run = match["run"]
    hour, minute = (int(run[:-2]), int(run[-2:])) if run else (int(match["hour"]), int(match["minute"] or 0))
    minute, second = int(match["past"] or minute), int(match["second"] or 0)
    if half:
        return WrittenTime(hour, minute, second, "a" if half in "aA" else "p")
    if match["h"] or match["hours"] or match["hour"].startswith("0") or not 1 <= hour <= NOON_HOUR:
        return WrittenTime(hour, minute, second)
    return WrittenTime(hour, minute, second, style="loose" if match["minute"] else "bare")


def clocks(start: WrittenTime, end: WrittenTime | None) -> tuple[Clock, ...]:
    """Return what a time or a range can mean: once where it is clear, twice where am or pm is missing, else not at all.

    In a range the half of the day that is left out is the one that makes the range shorter than half a day: `9-11am`
    starts at 9am, `11-1pm` at 11am, `10pm-1` ends at 1am.
    """
    if end is None:
        return tuple(map(Clock, start.values(both=start.style == "bare")))
    if end.day_end:
        end = WrittenTime(0)
    helped = start.half or end.half or "word" in (start.style, end.style)
    if helped or start.style == end.style == "bare":
        found = _ranges(start, end, both=(not start.certain, not end.certain))
        return tuple(clock for clock in found if clock.length < HALF_DAY) if len(found) > 1 else found
    found = _ranges(start, end, both=(False, False))
    if end.certain or not any(clock.length > HALF_DAY for clock in found):
        return found
    # By the 24-hour clock `10:00-1:00` would take fifteen hours. After `14:00` only a person knows what `1:00` is.
    ways = _ranges(start, end, both=(False, True))
    return ways if start.certain else tuple(clock for clock in ways if clock.length < HALF_DAY)


def _ranges(start: WrittenTime, end: WrittenTime, *, both: tuple[bool, bool]) -> tuple[Clock, ...]:
    pairs = product(start.values(both=both[0]), end.values(both=both[1]))
    return tuple(Clock(first, last) for first, last in pairs if first != last)


# ------------------------------------------------------------------------------- durations

LONGEST = 100  # characters
LIMIT = timedelta(days=31)
EXAMPLE = say("Write it as 2 hours, 90 min, 1h30 or 1:30.")

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = r"[0-9]{1,5}(?:[.,][0-9]{1,3})?"
_DAYS, _HOURS, _MINUTES = (rf"(?P<{unit}>{_NUMBER})" for unit in ("days", "hours", "minutes"))
_AND = r"\s*+(?:(?:,|and\b|&|und\b|et\b|y\b|e\b)\s*+)?"
# Units in full as they are in English, German, French, Spanish, Portuguese, Italian and Dutch.
_WEEK = r"(?:weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|w)"
_DAY = r"(?:days?|d|tagen?|tage?|jours?|d[ií]as?|giorn[oi]|dag(?:en)?)"
_HOUR = r"(?:hours?|hrs?|h|std|stunden?|heures?|horas?|or[ae]|uur|uren)"
_MINUTE = r"(?:minut(?:es?|en?|os?|i|o)|mins?|m|')"
_FORMS = tuple(
    regex(form, re.IGNORECASE)
    for form in (
        _AND.join(
            (
                rf"(?:{_DAYS}\s*{_DAY}(?![a-z]))?",
                rf"(?:{_HOURS}\s*{_HOUR}(?![a-z])\.?)?",
                rf"(?:{_MINUTES}\s*{_MINUTE}(?![a-z])\.?)?",
            )
        ),
        rf"(?P<weeks>{_NUMBER})\s*{_WEEK}",
        r"(?P<hours>[0-9]{1,3})\s*h\s*(?P<minutes>[0-5][0-9])",
        r"(?P<hours>[0-9]{1,3}):(?P<minutes>[0-5][0-9])(?::00)?",
        rf"P(?:{_DAYS}D)?(?:T(?:{_HOURS}H)?(?:{_MINUTES}M)?)?",
    )
)
_ABOUT = regex(r"(?:about|approx(?:imately|\.)?|around|circa|ca\.?|up to|max(?:imum|\.)?|~)\s*", re.IGNORECASE)
_AT_MOST = regex(r",?\s(?:long|max(?:imum|\.)?|total|in total)", re.IGNORECASE)
_PARTS = {"\u00bc": ".25", "\u00bd": ".5", "\u00be": ".75"}
_IN_WORDS = (
    *((regex(rf"\b{word}\b", re.IGNORECASE), str(number)) for number, word in enumerate(_NUMBERS, 1)),
    (regex(r"\bhalf\s(?:an\s)?hour\b", re.IGNORECASE), "30 min"),
    (regex(r"\ban?\s(?!half)", re.IGNORECASE), "1 "),
    (regex(r"\b([0-9]+)(\s[a-z]+)?\sand\sa\shalf\b", re.IGNORECASE), r"\1.5\2"),
    (regex(r"([0-9])\s?([\u00bc-\u00be])"), r"\1\2"),
)


def read_duration(text: str) -> timedelta | Problem:
    """Read how long an event takes: `2 hours`, `90 min`, `1h30`, `1:30` (hours and minutes), `PT2H`, `1½ hours`."""
    stripped = _in_numbers(text) if len(text) <= LONGEST else ""
    if re.fullmatch(r"[1-9][0-9]{0,3}", stripped):
        choices: tuple[str, ...] = (f"{stripped} min", say("{number} hours", number=stripped))
        choices = tuple(choice for choice in choices if isinstance(read_duration(choice), timedelta))
        return Problem(say("This number has no unit. Add hours or min to it."), typed=text, choices=choices)
    numbers = _units(stripped)
    if not numbers:
        return Problem(say("This could not be read as a duration. {example}", example=EXAMPLE), typed=text)
    duration = timedelta(minutes=round(timedelta(**numbers) / timedelta(minutes=1)))
    if not timedelta() < duration <= LIMIT:
        return Problem(
            say("A duration is more than nothing and at most {days} days. {example}", days=LIMIT.days, example=EXAMPLE),
            typed=text,
        )
    return duration


def _in_numbers(text: str) -> str:
    """Write the numbers in a duration as such: `1.5 hours` for `about an hour and a half`."""
    words = _AT_MOST.sub("", _ABOUT.sub("", as_on_keyboard(text), count=1))
    for pattern, number in _IN_WORDS:
        words = pattern.sub(number, words)
    for part, decimal in _PARTS.items():
        words = words.replace(part, decimal if words[: words.find(part)][-1:].isdigit() else f"0{decimal}")
    return words


def days_long(text: str) -> int | None:
    """Return on how many days in a row an event is, where its duration is said in days: `3 days`.

    That is no number of hours: an event of three days that begins on a morning does not last until another morning.
    None for `72 hours`, and for what is no duration.
    """
    length = read_duration(text)
    if isinstance(length, Problem) or _units(_in_numbers(text)).keys() - {"weeks", "days"}:
        return None
    return ceil(length / DAY)


def _units(text: str) -> dict[str, float]:
    """Return how many weeks, days, hours and minutes a duration says; nothing if it is none."""
    match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    found = {unit: value for unit, value in match.groupdict().items() if value} if match else {}
    return {unit: float(value.replace(",", ".")) for unit, value in found.items()}


def show_duration(duration: timedelta) -> str:
    """Write a duration in words that `read_duration` reads: `2 hours`, `1 hour 30 minutes`."""
    minutes = round(duration.total_seconds() / 60)
    parts = ((minutes // 60, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)
