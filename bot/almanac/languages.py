"""Dates in words of other languages than English: the names that the Unicode CLDR has, and the same dates in English.

There is one grammar of dates, in English (`almanac.dates`). A date in another language is read as if it were written
in English, and written back by putting the names in. Which language a page is in is found out by the names of months
that its dates have. `babel`, which brings the CLDR along, is loaded only where there are some that are no English ones.
"""

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from almanac.patterns import regex

_ENGLISH = {name.casefold() for names in (month_name, month_abbr) for name in names} | {"sept"}
_WEEKDAYS = {name.casefold() for names in (day_name, day_abbr) for name in names} | {""}
_WORD = r"[^\W\d_]{3,14}"
_LINKS = r"(?:(?:de|del|di|do|da)[ ]|d['\u2019])"
_DAY = r"(?P<day>[0-9]{1,2})(?:er|[.\u00ba\u00aa\u00b0])?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_DAY_AND_MONTH = regex(rf"(?<![\w/.-]){_DAY}[ ]{_LINKS}?(?P<month>{_WORD})\.?[ ]{_LINKS}?{_YEAR}", re.IGNORECASE)
_DAY_AND_WORD = regex(rf"(?<!\w){_DAY}[ ]{_LINKS}?({_WORD})".replace("?P<day>", "?:"), re.IGNORECASE)
# German has some months as English has them, but a dot behind the day, and weekdays of its own.
_GERMAN_DAY = regex(
    r"(?<![\w/.-])(?:(?P<weekday>[^\W\d_]{2,12})\.?,?[ ](?:den[ ])?)?[0-9]{1,2}\.[ ]"
    r"(?:Jan|Feb|Apr(?:il)?|Jun|Jul|Aug(?:ust)?|Sept?(?:ember)?|Nov(?:ember)?)(?!\w)"
)
# Below a year, dates need none. One that begins an entry is a date; `3 wars` amid words is none.
_BEGINS = regex(
    r"[ \t]*(?:(?:[-*+]|[0-9]{1,9}[.)]|#{1,6}|\|)[ \t]+[*_]{0,3}|[*_]{1,3})(?:[^\W\d_]{2,12}\.?,?[ ])?"
    rf"{_DAY}[ ]{_LINKS}?(?P<month>{_WORD})(?!\w)",
    re.IGNORECASE,
)
_HEADED = regex(rf"#{{1,6}}[ \t]+(?P<month>{_WORD})\.?[ ]{_LINKS}?{_YEAR}[ \t]*(?:#|\Z)", re.IGNORECASE)
_NUMBERED = regex(
    r"(?:(?P<year>[0-9]{4})\s?[年년]\s?)?(?:(?P<month>[0-9]{1,2})\s?[月월]\s?)?(?P<day>[0-9]{1,2})\s?[日일]"
)
_NUMBERED_WEEKDAY = regex(r"\s?\(?([月火水木金土日월화수목금토일])(?:曜日?|요일)?\)?(?!\w)")
# The day first, as all but English writes it: `3.4.2027`, `3/4/2027`, and with its weekday `Sa., 3.4.`.
_BY_NUMBERS = regex(
    r"(?:\b(?!(?:am|den|le|el)\b)(?P<weekday>[^\W\d_]{2,12})\.?,?[ ])?(?:\b(?:am|den|le|el)[ ])?"
    r"(?<![0-9])(?<![0-9][./])(?P<day>[0-9]{1,2})(?:"
    r"(?P<mark>[./]|(?<![0-9]{4}-[0-9])(?<![0-9]{4}-[0-9]{2})-)[ ]?"
    r"(?P<month>[0-9]{1,2})(?P=mark)[ ]?(?P<year>[0-9]{4}|[0-9]{2})(?![0-9:])"
    r"|\.[ ]?(?P<dotted>[0-9]{1,2})\.(?![0-9])|/(?P<bare>[0-9]{1,2})(?=[ ]?(?:\Z|[\u2010-\u2015-]|(?:au?|al)\b)))",
    re.IGNORECASE,
)
_LANGUAGE = regex(r"([a-z]{2,3}): (?=.)")
_EXAMPLE = regex(rf"like\([\"']{_LANGUAGE.pattern}")
_FORMS = (("format", "wide"), ("stand-alone", "wide"), ("format", "abbreviated"), ("stand-alone", "abbreviated"))


@dataclass(frozen=True)
class Names:
    """What a language calls the months (from 1) and the weekdays (Monday is 0), in full and short."""

    language: str
    months: tuple[tuple[str, ...], ...]  # by form, as in `_FORMS`
    weekdays: tuple[tuple[str, ...], ...]

    @cached_property
    def month_numbers(self) -> Mapping[str, int]:
        return _numbers(self.months, 1)

    @cached_property
    def weekday_numbers(self) -> Mapping[str, int]:
        return _numbers(self.weekdays, 0)

    @cached_property
    def _dates(self) -> re.Pattern[str]:
        month = rf"(?:{_any(self.month_numbers)})(?!\w)"
        weekday = rf"(?P<weekday>{_any(self.weekday_numbers)})\.?,?[ ](?:den[ ]|le[ ])?"
        year = rf",?[ ]{_LINKS}?"
        return re.compile(
            rf"(?<!\w)(?:(?:{weekday})?{_DAY}[ ]{_LINKS}?(?P<month>{month})\.?(?:{year}{_YEAR})?"
            rf"|(?P<alone>{month})\.?{year}{_YEAR.replace('<year>', '<its>')})",
            re.IGNORECASE,
        )

    def in_english(self, text: str) -> tuple[str, dict[str, str]]:
        """Write a text's dates in English; also return what was written for what: English -> as it was."""
        written: dict[str, str] = {}

        def english(match: re.Match[str]) -> str:
            month = month_name[self.month_numbers[_key(match["month"] or match["alone"])]]
            date = " ".join(filter(None, (match["day"], month, match["year"] or match["its"])))
            written[date] = match[0]
            weekday = match["weekday"]
            return f"{day_name[self.weekday_numbers[_key(weekday)]]}, {date}" if weekday else date

        return self._dates.sub(english, text), written

    def names_in_english(self, text: str) -> str:
        """Write the names of months and weekdays in a date in English, in full or short as they are."""

        def english(match: re.Match[str]) -> str:
            word = _key(match[0])
            for own, numbers, full, short in (
                (self.months, self.month_numbers, month_name, month_abbr),
                (self.weekdays, self.weekday_numbers, day_name, day_abbr),
            ):
                if word in numbers:
                    is_short = word not in map(_key, (*own[0], *own[1]))
                    return (short if is_short else full)[numbers[word]]
            return match[0]

        return re.sub(r"[^\W\d_]+", english, text)

    def with_month(self, text: str, english: str) -> str:
        """Write another month, given by its English name in full or short, in the place of the first one in a text."""

        def is_month(word: re.Match[str]) -> bool:
            return _key(word[0]) in self.month_numbers

        found = next(filter(is_month, re.finditer(r"[^\W\d_]+", text)), None)
        return text[: found.start()] + self.named(english, found[0]) + text[found.end() :] if found else text

    def named(self, text: str, like: str) -> str:
        """Write the English names in a date in this language; months, and weekdays, are capital as in the example."""
        words = re.findall(r"[^\W\d_]+", like)

        def own(match: re.Match[str]) -> str:
            for mine, numbers, first, full, short in (
                (self.months, self.month_numbers, 1, month_name, month_abbr),
                (self.weekdays, self.weekday_numbers, 0, day_name, day_abbr),
            ):
                for english, form in ((full, 0), (short, 2)):
                    if match[1] in [*english][first:]:
                        name = mine[form][[*english].index(match[1]) - first]
                        is_capital = any(word[0].isupper() for word in words if _key(word) in numbers)
                        name = name[:1].upper() + name[1:] if is_capital else name
                        # A name that is not shortened has no dot.
                        return name.removesuffix(".") + match[2] * name.endswith(".")
            return match[0]

        return re.sub(r"([^\W\d_]+)(\.?)", own, text)


def _key(word: str) -> str:
    return word.casefold().removesuffix(".")


def _numbers(forms: tuple[tuple[str, ...], ...], first: int) -> dict[str, int]:
    named = ((_key(name), number) for names in forms for number, name in enumerate(names, first))
    return {name: number for name, number in named if name and not any(map(str.isdigit, name))}


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"


def names_for(texts: Iterable[str]) -> Names | None:
    """Find the language of the dates in some texts; None if they are in English, or in none that is known.

    The example for dates in a template may name it.
    """
    texts = list(texts)
    if named := next(filter(None, map(_EXAMPLE.search, texts)), None):
        return _names(named[1]) if named[1] in _languages() else None
    found = (match["month"] for text in texts for match in _DAY_AND_MONTH.finditer(text))
    if words := Counter(word for word in found if word.casefold() not in _ENGLISH):
        return _language_of(frozenset(words.items()))
    begun = (match["month"] for text in texts if (match := _BEGINS.match(text) or _HEADED.match(text)))
    words = Counter(word for word in begun if word.casefold() not in _ENGLISH)
    names = _language_of(frozenset(words.items())) if len(words) > 1 else None
    if names and sum(_key(word) in names.month_numbers for word in words) > 1:
        return names
    weekdays = {_key(match["weekday"] or "") for text in texts for match in _GERMAN_DAY.finditer(text)} - _WEEKDAYS
    return _names("de") if weekdays and weekdays & _names("de").weekday_numbers.keys() else None


def names_in(dates: Iterable[str]) -> Names | None:
    """Find the language of dates, be they without a year; None if that is English, or none that is known."""
    dates = list(dates)
    if names := names_for(dates):
        return names
    words = Counter(word for date in dates for word in _DAY_AND_WORD.findall(date) if word.casefold() not in _ENGLISH)
    if words:
        return _language_of(frozenset(words.items()))
    return _names("de") if sum(map(bool, map(_GERMAN_DAY.match, dates))) * 2 > len(dates) else None


def load_named(template: str) -> None:
    """Load the names of the languages that a template's examples of dates name, for when files cannot be read."""
    for example in _EXAMPLE.finditer(template):
        if example[1] in _languages():
            _names(example[1])


def in_english(text: str) -> tuple[str, ...]:
    """Return what a text with a date can be in English, by each language in which a state has its laws.

    There is nothing if it holds no word that another language than English may have for a month, and no numbers with
    the characters for year, month and day.
    """
    if numbered := _NUMBERED.sub(_in_numbers, text) if _NUMBERED.search(text) else "":
        return (_NUMBERED_WEEKDAY.sub(_its_weekday, numbered),)
    if not any(word.casefold() not in _ENGLISH for word in _DAY_AND_WORD.findall(text)):
        return ()
    found = (_names(language).in_english(text)[0] for language in _languages() if _official()[language])
    return tuple(english for english in dict.fromkeys(found) if english != text)


def numbers_in_english(text: str, language: str) -> str:
    """Return a text with its dates of numbers in English words, for a language that writes the day first."""

    def english(match: re.Match[str]) -> str:
        month = int(match["month"] or match["dotted"] or match["bare"])
        if month not in range(1, 13):
            return match[0]
        date = " ".join(filter(None, (match["day"], month_name[month], match["year"])))
        word = match["weekday"] or ""
        weekday = _names(language).weekday_numbers.get(_key(word))
        return f"{word} {date}".strip() if weekday is None else f"{day_name[weekday]}, {date}"

    return text if language == "en" else _BY_NUMBERS.sub(english, text)


def _in_numbers(found: re.Match[str]) -> str:
    return "-".join(filter(None, found.groups()))


def _its_weekday(found: re.Match[str]) -> str:
    return f" ({day_name['月火水木金土日월화수목금토일'.index(found[1]) % 7]})"


def names_of(example: str) -> tuple[Names | None, str]:
    """Return the language that an example names (`de: 8. Oktober 2021`), and the example itself."""
    if (match := _LANGUAGE.match(example)) and match[1] in _languages():
        return _names(match[1]), example[match.end() :]
    return None, example


@lru_cache(maxsize=64)
def _language_of(counted: frozenset[tuple[str, int]]) -> Names | None:
    total = sum(count for _, count in counted)
    best, most = None, (total // 2, 0)
    for language in _languages():
        names = _names(language)
        known = sum(count for word, count in counted if _key(word) in names.month_numbers)
        exact = sum(count for word, count in counted if any(word in form for form in names.months))
        if (known, exact) > most:
            best, most = names, (known, exact)
        if exact == total:
            break
    return best


@lru_cache(maxsize=1)
def _languages() -> list[str]:
    """Return the languages that the CLDR has, but English, first those in which most states have their laws."""
    from babel import localedata  # noqa: PLC0415 - not for pages in English

    known = (name for name in localedata.locale_identifiers() if "_" not in name and name not in ("en", "root"))
    return sorted(known, key=lambda name: (-_official()[name], name))


@lru_cache(maxsize=1)
def _official() -> Counter[str]:
    """Count the states in which a language has an official part."""
    from babel.core import get_global  # noqa: PLC0415
    from babel.languages import get_official_languages  # noqa: PLC0415

    return Counter(
        language for state in get_global("territory_languages") for language in get_official_languages(state)
    )


@lru_cache(maxsize=512)
def _names(language: str) -> Names:
    from babel import Locale  # noqa: PLC0415

    locale = Locale(language)

    def forms(names: Mapping[str, Mapping[str, Mapping[int, str]]], first: int) -> Iterator[tuple[str, ...]]:
        for context, width in _FORMS:
            form = names[context][width]
            yield tuple(form[number] for number in sorted(form) if number >= first)

    return Names(language, tuple(forms(locale.months, 1)), tuple(forms(locale.days, 0)))
