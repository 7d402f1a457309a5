"""What Almanac says, as values that can still be said in another language.

A phrase is its English text, so whatever takes a `str` takes a phrase, and nothing changes for sites in English. It
also remembers what it was made of. Where a text for people is written (`almanac.proposal.messages`), `said` puts it
into the language of the site, with a `Tongue` that knows the translations; nothing before that has to know what
language it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from string import Formatter
from typing import Any, Literal, Protocol

_PLAIN = r"(?:[^{}]|\{\w+(?::,)?\})*+"
"""A text into which values are put as they are."""
Kind = Literal["date", "full date", "short date", "brief date", "weekday", "month", "clock"]
"""What a phrase is that is no sentence but a part of the calendar, which each language writes in its own way."""


class Tongue(Protocol):
    """A language in which phrases are said."""

    def __hash__(self) -> int: ...

    def text(self, source: str) -> str:
        """Translate a text that is in the catalogue; others stay as they are."""

    def number(self, one: str, many: str, number: int) -> str:
        """Translate a text that differs with a number."""

    def calendar(self, kind: Kind, *values: str) -> str:
        """Write a part of the calendar: dates or times, first and last, in ISO 8601; or a weekday (from 0), or a month.

        A time may have its date before it.
        """

    def figures(self, number: str) -> str:
        """Write a number, which English writes `1,234.5`."""


class Phrase(str):
    """A text in English that remembers what it was made of.

    Attributes:
        sources: The text as it is in the catalogue, with `{names}` for the values; two if it differs with a number.
        values: What is put into it, which may hold phrases again.
        amount: The number that it depends on.
    """

    __slots__ = ("amount", "sources", "values")

    sources: tuple[str, ...]
    values: Mapping[str, Any]
    amount: int

    @classmethod
    def of(cls, *sources: str, count: int = 1, values: Mapping[str, Any]) -> "Phrase":
        source = sources[0] if count == 1 else sources[-1]
        made = cls(source.format(**values) if values else source)
        made.sources, made.values, made.amount = sources, values, count
        return made

    def __str__(self) -> str:
        return self  # not a copy that has forgotten all but its letters

    def said_in(self, tongue: Tongue) -> str:
        """Say it in another language."""
        first, last = self.sources[0], self.sources[-1]
        source = tongue.text(first) if len(self.sources) == 1 else tongue.number(first, last, self.amount)
        return _Figures(tongue).vformat(source, (), said(self.values, tongue)) if self.values else source

    def __add__(self, other: str) -> str:
        return joined((self, other), "")

    def __radd__(self, other: str) -> str:
        return joined((other, self), "")


class _Figures(Formatter):
    """Puts values into a text, and writes large numbers as its language does."""

    def __init__(self, tongue: Tongue) -> None:
        self._tongue = tongue

    def format_field(self, value: Any, format_spec: str) -> str:
        written = str(format(value, format_spec))
        return self._tongue.figures(written) if "," in format_spec else written


class _Joined(Phrase):
    """Some texts one after the other."""

    __slots__ = ("parts", "separator")

    parts: tuple[str, ...]
    separator: str

    def said_in(self, tongue: Tongue) -> str:
        return self.separator.join(said(self.parts, tongue))


class _Reworded(Phrase):
    """A text in which something is changed when it has been said."""

    __slots__ = ("change", "original")

    original: str
    change: Callable[[str, Tongue | None], str]

    def said_in(self, tongue: Tongue) -> str:
        return self.change(said(self.original, tongue), tongue)


class _InCalendar(Phrase):
    """A date, a time of day, or the name of a month or weekday."""

    __slots__ = ("given", "kind")

    kind: Kind
    given: tuple[str, ...]

    def said_in(self, tongue: Tongue) -> str:
        return tongue.calendar(self.kind, *self.given)


class Glossary:
    """A few texts in another language, for where no catalogue can be read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def text(self, source: str) -> str:
        return self._texts.get(source, source)

    def number(self, one: str, many: str, number: int) -> str:
        return self.text(one if number == 1 else many)

    def calendar(self, kind: Kind, *values: str) -> str:  # noqa: ARG002 - what there is was said before
        return " ".join(values)

    def figures(self, number: str) -> str:
        return number


def say(source: str, /, **values: Any) -> str:
    """Mark a text for the catalogues, and put values in: `say("The limit is {cap}.", cap=3)`."""
    return Phrase.of(source, values=values)


def say_number(one: str, many: str, number: int, /, **values: Any) -> str:
    """Mark a text that differs with a number, which is its value `number`."""
    return Phrase.of(one, many, count=number, values={"number": number, **values})


def joined(parts: Iterable[str], separator: str = " ") -> str:
    """Say some texts one after the other, without those that are empty."""
    parts = tuple(filter(None, parts))
    made = _Joined(separator.join(parts))
    made.parts, made.separator = parts, separator
    return made


def reworded(text: str, change: Callable[[str, Tongue | None], str]) -> str:
    """Change something in a text, in whatever language it will be said; `change` gets that too, None for English."""
    made = _Reworded(change(str.__str__(text), None))
    made.original, made.change = text, change
    return made


def in_calendar(english: str, kind: Kind, *given: str) -> str:
    """Make a phrase of a part of the calendar: how it is in English, and what it is of."""
    made = _InCalendar(english)
    made.kind, made.given = kind, given
    return made


def packed(text: str) -> Any:
    """Return a text as JSON can hold it, with what it was made of; what cannot be is in English."""
    if isinstance(text, _Joined):
        return {"parts": [packed(part) for part in text.parts], "separator": text.separator}
    if type(text) is not Phrase:
        return str.__str__(text)
    values = {name: packed(one) if isinstance(one, str) else one for name, one in text.values.items()}
    return {"sources": text.sources, "values": values, "amount": text.amount}


def unpacked(found: Any) -> str:
    """Make a text of what `packed` returned, wherever that comes from: nothing in it is looked up or widened."""
    if isinstance(found, str):
        return found
    if "parts" in found:
        return joined(map(unpacked, found["parts"]), str(found["separator"]))
    if not all(re.fullmatch(_PLAIN, source) for source in found["sources"]):
        raise ValueError(found["sources"])
    values = {name: one if isinstance(one, int) else unpacked(one) for name, one in found["values"].items()}
    return Phrase.of(*found["sources"], count=int(found["amount"]), values=values)


def said(value: Any, tongue: Tongue | None) -> Any:
    """Return a value with plain text for all phrases in it, be they within lists, mappings or dataclasses.

    It is in English if there is no `tongue`.
    """
    if isinstance(value, Phrase):
        return value.said_in(tongue) if tongue else str.__str__(value)
    if isinstance(value, Mapping):
        return {key: said(one, tongue) for key, one in value.items()}
    if isinstance(value, list | tuple):
        parts = [said(one, tongue) for one in value]
        return parts if isinstance(value, list) else value._make(parts) if hasattr(value, "_make") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        spoken = {name: said(one, tongue) for name, one in given.items()}
        return replace(value, **{name: one for name, one in spoken.items() if one is not given[name]})
    return value
