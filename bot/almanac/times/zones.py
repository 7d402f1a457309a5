"""The zone letters that people write, as plain tables: what each means, and which mean several things.

A site's own `time_zones` come before everything here. Whether a letter is strict (EDT is right in summer only) or
generic (ET is right all year) does not stand here: the zone database knows (`almanac.event.zones.abbreviations`).

Time zones: the pinned zone database, and the letters by which a site's readers know its zones.
"""

import calendar
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from almanac.errors import ConfigError, Problem

# Generic letters stand before strict ones: the first letters of a zone are what a wrong strict one is replaced with.
BUILT_IN: Mapping[str, str] = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
    "AKT": "America/Anchorage",
    "UK": "Europe/London",
    "AET": "Australia/Sydney",
    "NZT": "Pacific/Auckland",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "CDT": "America/Chicago",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "AKST": "America/Anchorage",
    "AKDT": "America/Anchorage",
    "ADT": "America/Halifax",
    "NST": "America/St_Johns",
    "NDT": "America/St_Johns",
    "HST": "Pacific/Honolulu",
    "WET": "Europe/Lisbon",
    "WEST": "Europe/Lisbon",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "BRT": "America/Sao_Paulo",
    "ART": "America/Argentina/Buenos_Aires",
    "WAT": "Africa/Lagos",
    "CAT": "Africa/Maputo",
    "EAT": "Africa/Nairobi",
    "SAST": "Africa/Johannesburg",
    "PKT": "Asia/Karachi",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AWST": "Australia/Perth",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
    # The same moment all year, whoever writes them: no place's wall time.
    "UTC": "UTC",
    "GMT": "GMT",
    "Z": "UTC",
}

# Letters that mean several zones, each with the place as a reader knows it.
AMBIGUOUS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AST": (("Atlantic Canada", "America/Halifax"), ("Arabia", "Asia/Riyadh")),
    "BST": (("the United Kingdom", "Europe/London"), ("Bangladesh", "Asia/Dhaka")),
    "CST": (("central North America", "America/Chicago"), ("China", "Asia/Shanghai"), ("Cuba", "America/Havana")),
    "IST": (("India", "Asia/Kolkata"), ("Ireland", "Europe/Dublin"), ("Israel", "Asia/Jerusalem")),
}

# What people write out in words; only ever suggested.
IN_WORDS: Mapping[str, str] = {
    "pacific": "PT",
    "mountain": "MT",
    "central": "CT",
    "eastern": "ET",
    "british": "UK",
    "central european": "CET",
    "india": "Asia/Kolkata",
    "indian": "Asia/Kolkata",
}


LONGEST_NAME = 60  # longer than any name of a zone; comparing longer ones would only cost time


@cache
def names() -> Mapping[str, str]:
    """Return all names of the zone database, each under its case-folded form.

    They come from the `tzdata` package, never from the machine: two machines with the same lock file always agree.
    """
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return {name.casefold(): name for name in text.split() if name != "Factory"}


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return the rules of one zone of the database, from the same package.

    `ZoneInfo(name)` is not used: it asks the machine's own database first.

    Raises:
        KeyError: The database has no such name; it is spelled as the database spells it.
    """
    if names()[name.casefold()] != name:
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def abbreviations(zone: tzinfo) -> frozenset[str]:
    """Return what clocks in a zone have been called since 1970, such as EST and EDT, in capitals.

    Letters among these are strict: they are right for a part of the year only, or were so once.
    """
    starts = (datetime(year, month, 15, tzinfo=UTC) for year in range(1970, 2039) for month in (1, 7))
    return frozenset((start.astimezone(zone).tzname() or "").upper() for start in starts)


@dataclass(frozen=True)
class Place:
    """A zone as a When line names it.

    Attributes:
        label: How it is shown: `ET`, `Europe/Paris`, `UTC+2`.
        zone: Its rules.
        name: Its IANA name; None for a mere offset, which belongs to no place.
    """

    label: str
    zone: tzinfo
    name: str | None

    @property
    def city(self) -> str:
        """Name it within a sentence: the last part of the IANA name in words, or the label."""
        return self.name.rpartition("/")[2].replace("_", " ") if self.name and "/" in self.name else self.label

    @property
    def strict(self) -> bool:
        """Tell whether the label is an abbreviation that this zone's clocks use, at least for a part of the year."""
        return self.label.upper() in abbreviations(self.zone)


@dataclass(frozen=True)
class Ambiguous:
    """Letters that mean several zones, unless the site's config says which."""

    label: str
    candidates: tuple[tuple[str, str], ...]


def offset_place(offset: timedelta) -> Place:
    """Return a fixed offset from UTC as a place: `UTC+2`, `UTC-3:30`, `UTC+0`."""
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    label = f"UTC{'-' if seconds < 0 else '+'}{hours}"
    if rest:
        label += f":{rest // 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")
    return Place(label, timezone(offset), None)


@dataclass(frozen=True)
class Zones:
    """The zone letters of one site, and which of them a When line shows.

    Attributes:
        letters: Letters -> IANA name: the site's own first, then the built-in ones that it does not redefine.
        shown: The letters that a line with a single time is shown in, in order.
        default: The IANA zone that is suggested to somebody who states none; never assumed.
    """

    letters: Mapping[str, str]
    shown: tuple[str, ...] = ()
    default: str | None = None
    _folded: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare for letters typed in any case."""
        object.__setattr__(self, "_folded", {letters.casefold(): letters for letters in self.letters})

    @classmethod
    def of(
        cls, time_zones: Mapping[str, str] | None = None, shown: Sequence[str] = (), default: str | None = None
    ) -> "Zones":
        """Put a site's `time_zones` before the built-in letters.

        Args:
            time_zones: The config's `time_zones`: letters -> IANA name.
            shown: The letters of one series' `time_zones`; where there are none, all the site's letters are shown.
            default: The config's `time_zone`.

        Raises:
            ConfigError: A zone or a letter is not known; each problem's `field` is the config's key.
        """
        own = dict(time_zones or {})
        problems = [_in_key(check_letters(letters), f"time_zones.{letters}") for letters in own]
        problems += [_in_key(check_zone(name), f"time_zones.{letters}") for letters, name in own.items()]
        if default is not None:
            problems.append(_in_key(check_zone(default), "time_zone"))
        taken = {letters.casefold() for letters in own}
        letters = own | {key: name for key, name in BUILT_IN.items() if key.casefold() not in taken}
        problems += [_in_key(_check_shown(key, letters), "series.time_zones") for key in shown]
        if found := [problem for problem in problems if problem]:
            raise ConfigError(found)
        return cls(letters, tuple(shown or own), default)

    def find(self, word: str) -> Place | Ambiguous | None:
        """Look a typed word up: the site's letters, the built-in ones, the ambiguous ones, then IANA names."""
        folded = word.casefold()
        if letters := self._folded.get(folded):
            label = "UTC" if letters == "Z" else letters
            return Place(label, load_zone(self.letters[letters]), self.letters[letters])
        if candidates := AMBIGUOUS.get(word.upper()):
            return Ambiguous(word.upper(), candidates)
        name = names().get(folded)
        return Place(name, load_zone(name), name) if name else None

    def label_of(self, name: str) -> str:
        """Return the letters by which this site would call an IANA zone, or its IANA name if it has none."""
        return next((letters for letters, zone in self.letters.items() if zone == name and letters != "Z"), name)

    def nearest(self, phrase: str) -> str | None:
        """Return the letters or the name that somebody may have meant by words that name no zone, or None."""
        words = " ".join(phrase[:LONGEST_NAME].replace("_", " ").casefold().split())
        bare = re.sub(
            r"^(?:in|us)\s|\s(?:standard|daylight|summer)?\s?time$|\s(?:standard|daylight|summer)$", "", words
        )
        if bare in IN_WORDS:
            return IN_WORDS[bare]
        name = nearest_zone(bare)
        return self.label_of(name) if name else None


def nearest_zone(text: str) -> str | None:
    """Return the IANA name that looks most like a text, as a whole or by its last part (`Paris`), or None."""
    wanted = text[:LONGEST_NAME].casefold().replace(" ", "_")
    known = names() if "/" in wanted else _cities()
    # Few people mistake the first letter; without this, a line full of unknown words would take long.
    alike = [name for name in known if name[:1] == wanted[:1]]
    close = difflib.get_close_matches(wanted, alike, 1, 0.8)
    return known[close[0]] if close else None


@cache
def _cities() -> Mapping[str, str]:
    return {folded.rpartition("/")[2]: name for folded, name in names().items() if not folded.startswith("etc/")}


def check_zone(name: str) -> Problem | None:
    """Check an IANA name from a config: None, or the problem with the nearest name."""
    if names().get(name.casefold()) == name:
        return None
    nearest = names().get(name.casefold()) or nearest_zone(name)
    hint = f" Did you mean {nearest}?" if nearest else " Zones have names such as America/New_York or Europe/Paris."
    return Problem(f"There is no time zone of this name.{hint}", typed=name, accepted=nearest)


def check_letters(letters: str) -> Problem | None:
    """Check letters that a config defines: None, or the problem."""
    if re.fullmatch(r"[A-Za-z]{2,10}", letters) and letters.casefold() not in _NOT_LETTERS:
        return None
    message = (
        "The letters of a time zone are 2 to 10 letters from A to Z, such as ET, and not a word such as PM or NOON."
    )
    return Problem(message, typed=letters)


_NOT_LETTERS = {
    "am",
    "pm",
    "and",
    "on",
    "at",
    "to",
    "from",
    "until",
    "till",
    "noon",
    "midday",
    "midnight",
    "utc",
    "sept",
} | {name[:3].casefold() for name in (*calendar.day_name, *calendar.month_name) if name}


def _check_shown(letters: str, known: Mapping[str, str]) -> Problem | None:
    if letters in known:
        return None
    close = difflib.get_close_matches(letters[:LONGEST_NAME].upper(), known, 1, 0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    message = f"These letters do not stand in time_zones, and they are not built in.{hint}"
    return Problem(message, typed=letters, accepted=close[0] if close else None)


def _in_key(problem: Problem | None, key: str) -> Problem | None:
    return problem and Problem(problem.message, field=key, typed=problem.typed, accepted=problem.accepted)
