"""Time zones: the pinned zone database, and the letters by which a site's readers know its zones.

A site's own `time_zones` come before the tables here. Whether letters are strict (EDT is right in summer only) or
generic (ET is right all year) is not in the tables: the zone database knows (`abbreviations`).
"""

import calendar
import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, cached_property
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

from almanac.dates import MONTH_NAME, WEEKDAY_NAME
from almanac.errors import ConfigError, Problem
from almanac.patterns import regex
from almanac.phrases import say

# Generic letters come before strict ones: the first letters of a zone are what a wrong strict one is replaced with.
_LETTERS = {
    "America/Los_Angeles": "PT PST PDT",
    "America/Denver": "MT MST MDT",
    "America/Chicago": "CT CDT",
    "America/New_York": "ET EST EDT",
    "America/Anchorage": "AKT AKST AKDT",
    "America/Halifax": "ADT",
    "America/St_Johns": "NST NDT",
    "America/Sao_Paulo": "BRT",
    "America/Argentina/Buenos_Aires": "ART",
    "Pacific/Honolulu": "HST",
    "Pacific/Auckland": "NZT NZST NZDT",
    "Europe/London": "UK",
    "Europe/Lisbon": "WET WEST",
    "Europe/Paris": "CET CEST",
    "Europe/Athens": "EET EEST",
    "Europe/Moscow": "MSK",
    "Africa/Lagos": "WAT",
    "Africa/Maputo": "CAT",
    "Africa/Nairobi": "EAT",
    "Africa/Johannesburg": "SAST",
    "Asia/Karachi": "PKT",
    "Asia/Singapore": "SGT",
    "Asia/Hong_Kong": "HKT",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST",
    "Australia/Perth": "AWST",
    "Australia/Sydney": "AET AEST AEDT",
    # The same moment all year, everywhere: no place's wall time.
    "UTC": "UTC Z",
    "GMT": "GMT",
    # Anywhere on Earth: a deadline has passed when it has passed on the last islands.
    "Etc/GMT+12": "AoE",
}
BUILT_IN: Mapping[str, str] = {letters: name for name, known in _LETTERS.items() for letters in known.split()}

# What other languages call the same: letters there -> language, letters above. A site in that language shows them.
_TRANSLATED = {
    "MEZ": ("de", "CET"),
    "MESZ": ("de", "CEST"),
    "OEZ": ("de", "EET"),
    "OESZ": ("de", "EEST"),
    "WEZ": ("de", "WET"),
    "WESZ": ("de", "WEST"),
    "HNE": ("fr", "EST"),
    "HAE": ("fr", "EDT"),
}

_HOMES = {"en": "America/New_York", "de": "Europe/Berlin", "es": "Europe/Madrid", "fr": "Europe/Paris"}

# Letters that mean several zones, each with the place as a reader knows it.
AMBIGUOUS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AST": ((say("Atlantic Canada"), "America/Halifax"), ("Arabia", "Asia/Riyadh")),
    "BST": ((say("the United Kingdom"), "Europe/London"), ("Bangladesh", "Asia/Dhaka")),
    "CST": ((say("central North America"), "America/Chicago"), ("China", "Asia/Shanghai"), ("Cuba", "America/Havana")),
    "IST": (("India", "Asia/Kolkata"), ("Ireland", "Europe/Dublin"), ("Israel", "Asia/Jerusalem")),
}

# Zones as calendars and video calls write them out: CLDR's English names, without `Standard Time` and the like.
_WORDS = {
    "America/Los_Angeles": "pacific",
    "America/Denver": "mountain",
    "America/Chicago": "central",
    "America/New_York": "eastern",
    "America/Anchorage": "alaska",
    "America/Halifax": "atlantic",
    "America/St_Johns": "newfoundland",
    "America/Phoenix": "arizona|us mountain",
    "America/Sao_Paulo": "brasilia|brasília",
    "America/Argentina/Buenos_Aires": "argentina",
    "Pacific/Honolulu": "hawaii",
    "Pacific/Auckland": "new zealand",
    "Europe/London": "british|united kingdom",
    "Europe/Dublin": "irish",
    "Europe/Moscow": "moscow",
    "Europe/Lisbon": "western european",
    "Europe/Paris": "central european|central europe|romance|w. europe",
    "Europe/Athens": "eastern european",
    "Africa/Lagos": "west africa",
    "Africa/Maputo": "central africa",
    "Africa/Nairobi": "east africa",
    "Africa/Johannesburg": "south africa",
    "Asia/Jerusalem": "israel",
    "Asia/Dubai": "gulf",
    "Asia/Karachi": "pakistan",
    "Asia/Kolkata": "india|indian",
    "Asia/Bangkok": "indochina",
    "Asia/Shanghai": "china|beijing",
    "Asia/Manila": "philippine",
    "Asia/Tokyo": "japan",
    "Asia/Seoul": "korean",
    "Asia/Singapore": "singapore",
    "Asia/Hong_Kong": "hong kong",
    "Australia/Sydney": "australian eastern",
    "Australia/Perth": "australian western",
    "UTC": "coordinated universal",
    "GMT": "greenwich mean",
}
_IN_WORDS = {words: name for name, known in _WORDS.items() for words in known.split("|")}
_WRITTEN_OUT = regex(
    rf"(?:U\.?S\.?\s)?(?P<words>{'|'.join(map(re.escape, sorted(_IN_WORDS, key=len, reverse=True)))})"
    r"(?:\s(?P<season>standard|daylight|summer))?(?:\stime)?(?!\w|/[a-z])"
    r"(?:\s?\((?:US|U\.S\.)(?:\s?(?:&|and)\s?Canada)?\))?",
    re.IGNORECASE | re.ASCII,
)

LONGEST_NAME = 60  # longer than any name of a zone; comparing longer ones would only cost time
_NOT_LETTERS = {
    *["am", "pm", "and", "on", "at", "to", "from", "until", "till", "noon", "midday", "midnight", "utc", "sept"],
    *(name[:3].casefold() for name in (*calendar.day_name, *calendar.month_name) if name),
}


@cache
def names() -> Mapping[str, str]:
    """Return all names of the zone database, each under its case-folded form.

    They come from the `tzdata` package, never from the machine: two machines with the same lock file always agree.
    """
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return {name.casefold(): name for name in text.split() if name != "Factory"}


@cache
def _cities() -> Mapping[str, str]:
    return {folded.rpartition("/")[2]: name for folded, name in names().items() if not folded.startswith("etc/")}


@cache
def _canonical_cities() -> Mapping[str, str]:
    """Return the zones that countries have by their cities, each under its case-folded name."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found = (line.split("\t")[2] for line in table.splitlines() if not line.startswith("#"))
    return {_key(name.rpartition("/")[2]): name for name in found if not name.startswith("Antarctica/")}


def _key(city: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", city.casefold()) if char.isalpha())


@cache
def _in_cities() -> re.Pattern[str]:
    words = (name.rpartition("/")[2].replace("_", "[ _]") for name in _canonical_cities().values())
    known = rf"(?i:{'|'.join(sorted([*words, 'São Paulo', 'Bogotá'], key=len, reverse=True))})(?!\w)"
    other = rf"(?!(?i:noon|mid|{MONTH_NAME}|{WEEKDAY_NAME})\b)[^\W\d_a-z][\w'-]*(?:[ ][^\W\d_a-z][\w'-]*){{0,2}}"
    return re.compile(rf"(?:{other},[ ]){{0,4}}{known}(?:(?:,[ ]{other})+(?=\s?(?:\Z|[()/|;])))?")


def home_of(language: str) -> str:
    """Return the zone that the letters of a language stand for, and that examples in it are in."""
    return _HOMES[language]


@cache
def _in_force(zone: str) -> Mapping[str, timedelta | None]:
    """Return what a zone's clocks are called in a year by now, and the offsets from UTC that these letters mean."""
    days = (datetime(2025, month, 15, 12, tzinfo=load_zone(zone)) for month in (1, 7))
    return {day.tzname() or "": day.utcoffset() for day in days}


@cache
def _letters_at(home: str) -> Mapping[str, str]:
    """Return the built-in letters that mean the same in this zone as in the one that they have here.

    `CET` is Berlin's time for a site at home there. Letters that are right all year (`ET`) are its own only with all
    the strict ones; letters of no place are left out.
    """
    mine = _in_force(home)
    found: dict[str, str] = {}
    for name, letters in _LETTERS.items():
        theirs = _in_force(name) if "/" in name and not name.startswith("Etc/") else {}
        same = {word for word, offset in theirs.items() if mine.get(word) == offset}
        own = letters.split() if theirs and theirs.keys() == same else same
        found |= {word: home for word in own if BUILT_IN.get(word) == name}
    return found


def letters_like(label: str, letters: str) -> str:
    """Return letters as the language of a label has them: `MESZ` for `CEST` beside `MEZ`."""
    language, _ = _TRANSLATED.get(label.upper(), ("en", ""))
    _, letters = _TRANSLATED.get(letters, ("", letters))
    return next((own for own, known in _TRANSLATED.items() if known == (language, letters)), letters)


def same_clocks(one: tzinfo, other: tzinfo) -> bool:
    """Tell whether the clocks of two zones show the same on every day of a year."""
    return _offsets(one) == _offsets(other)


@cache
def _offsets(zone: tzinfo) -> tuple[timedelta | None, ...]:
    days = (datetime(2025, 1, 1, tzinfo=UTC) + timedelta(day) for day in range(365))
    return tuple(day.astimezone(zone).utcoffset() for day in days)


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return the rules of one zone, or raise `KeyError` where the database does not have or spell its name like this.

    `ZoneInfo(name)` is not used: it asks the machine's own database first.
    """
    if names()[name.casefold()] != name:
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def abbreviations(zone: tzinfo) -> frozenset[str]:
    """Return what a zone's clocks have been called since 1970, in capitals; such letters (EST, EDT) are strict."""
    starts = (datetime(year, month, 15, tzinfo=UTC) for year in range(1970, 2039) for month in (1, 7))
    return frozenset((start.astimezone(zone).tzname() or "").upper() for start in starts)


class ZonePlace(NamedTuple):
    """A zone as a When line names it: `ET`, `Europe/Paris`, `UTC+2`; a mere offset has no (IANA) name."""

    label: str
    zone: tzinfo
    name: str | None

    @property
    def city(self) -> str:
        """Name it within a sentence: the last part of the IANA name in words, or the label."""
        area, _, city = (self.name or "").rpartition("/")
        return city.replace("_", " ") if area not in ("", "Etc") else self.label

    @property
    def strict(self) -> bool:
        """Tell whether the label is an abbreviation that this zone's clocks use, at least for a part of the year."""
        label = self.label.upper()
        return _TRANSLATED.get(label, ("", label))[1] in abbreviations(self.zone)


class AmbiguousZone(NamedTuple):
    """Letters that mean several zones, unless the site's config says which."""

    label: str
    candidates: tuple[tuple[str, str], ...]


def offset_place(offset: timedelta) -> ZonePlace:
    """Return a fixed offset from UTC as a place: `UTC+2`, `UTC-3:30`, `UTC+0`."""
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    label = f"UTC{'-' if seconds < 0 else '+'}{hours}"
    if rest:
        label += f":{rest // 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")
    return ZonePlace(label, timezone(offset), None)


@dataclass(frozen=True, eq=False)
class Zones:
    """The zone letters of one site, and which of them a When line shows."""

    # Letters -> IANA name: the site's own first, then the built-in ones that it does not redefine
    letters: Mapping[str, str]
    shown: tuple[str, ...] = ()  # the letters that a line with a single time is shown in, in order
    default: str | None = None  # the IANA zone that is suggested to someone who gives none; never assumed
    language: str = "en"  # that of the site: others write by the 24-hour clock, and the day before the month

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {letters.casefold(): letters for letters in self.letters}

    @property
    def is_english(self) -> bool:
        return self.language == "en"

    @classmethod
    def of(
        cls,
        time_zones: Mapping[str, str] | None = None,
        shown: Sequence[str] = (),
        default: str | None = None,
        language: str = "en",
    ) -> "Zones":
        """Put a site's `time_zones` before the built-in letters; with none `shown`, all the site's own are.

        Raises `ConfigError` where a zone or a letter is not known; each problem's `field` is the config's key.
        """
        own = dict(time_zones or {})
        taken = {letters.casefold() for letters in own}
        homes = (_HOMES.get(language), default if default in names().values() else None)
        at_home = {**BUILT_IN, **{word: name for home in homes if home for word, name in _letters_at(home).items()}}
        spoken = {one: word for word, (its, one) in _TRANSLATED.items() if its == language}
        # A language's own letters come before the English ones.
        built_in = {word: name for one, name in at_home.items() for word in (spoken.get(one), one) if word}
        known = own | {key: name for key, name in built_in.items() if key.casefold() not in taken}
        found = [check_letters(letters, f"time_zones.{letters}") for letters in own]
        found += [check_zone(name, f"time_zones.{letters}") for letters, name in own.items()]
        found += [check_zone(default, "time_zone")] if default is not None else []
        for letters in shown:
            if letters not in known:
                nearest = next(iter(difflib.get_close_matches(letters[:LONGEST_NAME].upper(), known, 1, 0.5)), None)
                hint = say(" Did you mean {nearest}?", nearest=nearest) if nearest else ""
                message = say("These letters are not in time_zones, and they are not built in.{hint}", hint=hint)
                found.append(Problem(message, field="series.time_zones", typed=letters, accepted=nearest))
        if problems := list(filter(None, found)):
            raise ConfigError(problems)
        return cls(known, tuple(shown or own), default, language)

    def find(self, word: str) -> ZonePlace | AmbiguousZone | None:
        """Look a typed word up: the site's letters, the built-in ones, the ambiguous ones, then IANA names."""
        folded = word.casefold()
        if letters := self._folded.get(folded):
            label = "UTC" if letters == "Z" else letters
            return ZonePlace(label, load_zone(self.letters[letters]), self.letters[letters])
        if translated := _TRANSLATED.get(word.upper()):
            return self.find(translated[1])
        if candidates := AMBIGUOUS.get(word.upper()):
            return AmbiguousZone(word.upper(), candidates)
        name = names().get(folded)
        return ZonePlace(name, load_zone(name), name) if name else None

    def in_words(self, text: str, position: int) -> tuple[ZonePlace, int] | None:
        """Read a zone that is written out at a position (`Eastern Time (US and Canada)`), and say where it ends."""
        match = _WRITTEN_OUT.match(text, position)
        if not match:
            return None
        name = self._at_home(_IN_WORDS[match["words"].lower()])
        zone, season = load_zone(name), (match["season"] or "").lower()
        middles = (datetime(2021, month, 15, tzinfo=zone) for month in (1, 7)) if season else ()
        strict = (day.tzname() or "" for day in middles if bool(day.dst()) == (season != "standard"))
        label = next(filter(str.isalpha, strict), self.label_of(name))
        end = match.end()
        city = self.in_cities(text, end + len(" - ")) if text.startswith(" - ", end) else None
        if city and same_clocks(city[0].zone, zone):
            end = city[1]  # `Eastern Time - New York`
        return ZonePlace(label, zone, name), end

    def in_cities(self, text: str, position: int) -> tuple[ZonePlace, int] | None:
        """Read one city, or several as calendars name a zone by them (`Amsterdam, Berlin, Rome`); say where it ends.

        There has to be one that the zone database knows, and all that it knows have to have the same clocks.
        """
        found = _in_cities().match(text, position)
        listed = [_key(city) for city in found[0].split(", ")] if found else []
        known = [name for city in listed if (name := _canonical_cities().get(city))]
        zone = load_zone(known[0]) if known else UTC
        if found is None or not all(same_clocks(load_zone(name), zone) for name in known):
            return None
        # Where the site shows the same time already, under letters, nobody needs it twice.
        shown = (self.letters[letters] for letters in self.shown)
        name = next((name for name in shown if same_clocks(load_zone(name), zone)), known[0])
        place = ZonePlace(self.label_of(name), load_zone(name), name)
        return place._replace(label=name) if place.strict else place, found.end()  # a city says no season

    def label_of(self, name: str) -> str:
        """Return the letters by which this site would call an IANA zone, or its IANA name if it has none."""
        asked = (name, self._at_home(name))
        known = (letters for one in asked for letters, zone in self.letters.items() if zone == one)
        return next((letters for letters in known if letters != "Z"), name)

    def _at_home(self, name: str) -> str:
        """Return the zone that this site's readers mean by the letters of another one."""
        return next((self.letters[word] for word in _LETTERS.get(name, "").split() if word in self.letters), name)

    def nearest(self, phrase: str) -> str | None:
        """Return the letters or the name that words which name no zone may have meant, or None."""
        words = " ".join(phrase[:LONGEST_NAME].replace("_", " ").casefold().split())
        bare = re.sub(
            r"^(?:in|us)\s|\s(?:standard|daylight|summer)?\s?time$|\s(?:standard|daylight|summer)$", "", words
        )
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


def check_zone(name: str, key: str | None = None) -> Problem | None:
    """Check an IANA name from a config: None, or the problem of this key with the nearest name."""
    if names().get(name.casefold()) == name:
        return None
    nearest = names().get(name.casefold()) or nearest_zone(name)
    hint = (
        say(" Did you mean {nearest}?", nearest=nearest)
        if nearest
        else say(" Zones have names such as America/New_York or Europe/Paris.")
    )
    return Problem(say("There is no time zone of this name.{hint}", hint=hint), field=key, typed=name, accepted=nearest)


def check_letters(letters: str, key: str | None = None) -> Problem | None:
    """Check letters that a config defines: None, or the problem of this key."""
    if re.fullmatch(r"[A-Za-z]{2,10}", letters) and letters.casefold() not in _NOT_LETTERS:
        return None
    message = say(
        "The letters of a time zone are 2 to 10 letters from A to Z, such as ET, and not a word such as PM or NOON."
    )
    return Problem(message, field=key, typed=letters)
