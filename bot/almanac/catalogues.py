"""What Almanac says, in the languages of its catalogues: `locales/de/LC_MESSAGES/almanac.po` and the others.

Babel reads them, and knows how a language writes dates. It is loaded only for a site that is not in English.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache, cached_property
from gettext import c2py
from importlib import resources
from io import BytesIO
from typing import Any, Literal, get_args

from almanac.config import Language
from almanac.dates import UNKNOWN_YEAR
from almanac.phrases import Kind, Tongue

_SKELETONS: Mapping[Kind, str] = {
    "date": "yMMMMd",
    "full date": "yMMMMEEEEd",
    "short date": "yMMMEd",
    "brief date": "MMMd",
}
Translated = Literal["de", "es", "fr"]
"""The languages that have a catalogue. `en`, the other one that a site can have, is that of the source."""


@cache
def load_tongue(language: Language) -> Tongue | None:
    """Return what says phrases in a language; None for English, in which they are."""
    return Catalogue(language) if language in get_args(Translated) else None


def read_catalogue(language: str) -> Any:
    """Read the catalogue of a language, as Babel has it."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - not for sites in English

    file = resources.files("almanac").joinpath("locales", language, "LC_MESSAGES", "almanac.po")
    return read_po(BytesIO(file.read_bytes()), locale=language, domain="almanac")


class Catalogue:
    """One language: its translations, from its catalogue, and its calendar, from the Unicode CLDR."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._catalog = read_catalogue(language)
        self._form = c2py(self._catalog.plural_expr)

    @cached_property
    def _texts(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for message in self._catalog:
            (source, *_), forms = ([one] if isinstance(one, str) else one for one in (message.id, message.string))
            if source and all(forms):
                found[source] = tuple(forms)
        return found

    def text(self, source: str) -> str:
        return self._texts.get(source, (source,))[0]

    def number(self, one: str, many: str, number: int) -> str:
        forms = self._texts.get(one)
        return forms[self._form(number)] if forms else one if number == 1 else many

    def calendar(self, kind: Kind, *values: str) -> str:
        from babel.dates import format_interval, get_day_names, get_month_names  # noqa: PLC0415 - as above

        if kind == "weekday":
            return str(get_day_names("wide", locale=self._language)[int(values[0])])
        if kind == "month":
            return str(get_month_names("wide", locale=self._language)[int(values[0])])
        if kind == "clock":
            return "\u2013".join(map(self._clock, values))
        days = [date.fromisoformat(value) for value in values if len(value) == len("2021-11-08") and value[0] != "X"]
        if len(days) == len(values) > 1:
            return format_interval(days[0], days[1], _SKELETONS[kind], locale=self._language)
        return " \u2013 ".join(self._date(kind, value) for value in values)

    def figures(self, number: str) -> str:
        from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415 - as above

        return number.translate({44: get_group_symbol(self._language), 46: get_decimal_symbol(self._language)})

    def _date(self, kind: Kind, value: str) -> str:
        from babel.dates import format_skeleton  # noqa: PLC0415 - as above

        year, month, day = (*value.split("-"), "", "")[:3]
        if not month:
            return year
        skeleton = _SKELETONS[kind]
        for part, is_known in (("y", year != UNKNOWN_YEAR), ("d", day), ("E", day and year != UNKNOWN_YEAR)):
            skeleton = skeleton if is_known else skeleton.replace(part, "")
        # A leap year has all days that a date without its year may name.
        shown = date(int(year) if year != UNKNOWN_YEAR else 2000, int(month), int(day or 1))
        return format_skeleton(skeleton, shown, fuzzy=True, locale=self._language)

    def _clock(self, value: str) -> str:
        if "T" in value:
            moment = datetime.fromisoformat(value)
            return f"{self._date('brief date', str(moment.date()))} {self._clock(str(moment.time()))}"
        clock = time.fromisoformat(value)
        return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")
