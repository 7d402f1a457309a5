"""The template of a site's own file or entry: an example of one, with values where they stand.

Its keys are written in two steps. Jinja2 puts each value between two marks; then what is between them is written in the
way of its place (`Format.filled`), so that no value can leave it: no key can be added, and no text turns into a number.
A value is inert, too, for a layout that prints it raw (`{{ page.title }}`), unless the filter `plain` says that the
site's layouts or its generator escape it. The body below the keys is written as sections of pages are.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from almanac.dateshapes import has_time
from almanac.entries.formats import DataEntry, Format, Value, Values
from almanac.entries.frontmatter import cut
from almanac.entries.inert import cleaned, inert, quotes_inert
from almanac.entries.inhtml import html
from almanac.entries.syntax import KeyPath, KeyPlace, ValueSource, names, outlines
from almanac.entries.times import length_between, length_like
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event
from almanac.event.statuses import marked_title
from almanac.markdown import Safe
from almanac.page.template import Blank, SectionEnvironment, Timed, as_text, event_writer, filter_blocks, like, parsed
from almanac.patterns import regex
from almanac.phrases import joined, say

EntryWriter = Callable[[Event], str]
"""Writes an event with marks around the values of its keys: what `entry_writer` returns, here or in another process."""

_OPEN, _OPEN_EXACT, _CLOSE = "\U000f5a10", "\U000f5a11", "\U000f5a12"
_MARKED = regex(f"([{_OPEN}{_OPEN_EXACT}])([^{_OPEN}-{_CLOSE}]*+){_CLOSE}")
_MARKS = regex(f"[{_OPEN}-{_CLOSE}]")
_TOP_COMMENTS = regex(r"\A(?:\{#(?:[^#]|#(?!\}))*+#\}\s*+)+")
_SAFE_FIELDS = ("id", "status", "date", "end_date", "previous_date", "starts", "ends")


class EntryTemplate:
    """A template of one file or entry, and which of an event's fields stands where in it."""

    def __init__(self, source: str, kind: Format, file: str, write: EntryWriter | None = None) -> None:
        """Read a template. `write` writes an event with it elsewhere, in a child process; left out, it is done here.

        Raises:
            ConfigError: It cannot be read, does not write one entry, or puts a value where none can be.
        """
        self.format = kind
        self.file = file
        self._source = source
        self._write = write or entry_writer(source, file)
        keys, body = _parts(source)
        self._keys = list(outlines(parsed(keys, file, KeysEnvironment)))
        self.body = next(outlines(parsed(body, file, BodyEnvironment)))
        """What the body is made of, where all conditions hold."""
        self.body_names = names(parsed(body, file, BodyEnvironment))
        """The fields that the body asks for."""
        self.places: Mapping[KeyPath, KeyPlace] = self._found_places()
        """What each key's value is made of; keys whose value is the template's own are left out."""

    @property
    def fields(self) -> frozenset[str]:
        """The fields of an event that it asks for; what it asks of `extra` is all of that."""
        in_keys = [source for place in self.places.values() for source in place.sources]
        in_body = [part for part in self.body if isinstance(part, ValueSource)]
        marked = {"status" for source in (*in_keys, *in_body) if source.filter("with_status") is not None}
        return self.body_names | marked | {str(path[0]) for source in in_keys for path in source.fields}

    def has_answer(self, name: str) -> bool:
        """Tell whether it shows the answer to a question of the site's own, or may do so in its body."""
        paths = (path for place in self.places.values() for source in place.sources for path in source.fields)
        return "extra" in self.body_names or any(path[:2] in (("extra",), ("extra", name)) for path in paths)

    @cached_property
    def says_times(self) -> bool:
        """Whether a key says at what time an event starts, and not only on which day."""
        found = (one for place in self.places.values() for one in place.sources if ("starts",) in one.fields)
        return any(has_time(str(next(iter(one.filter("like") or ()), "9:00"))) for one in found)

    def render(self, event: Event) -> str:
        """Write an event as the template has it, with LF.

        Raises:
            ConfigError: The template fails for this event.
        """
        marked = self._write(event)
        found = list(_MARKED.finditer(marked))
        prefix = _unused(marked)
        values = Values(prefix, tuple(Value(one[2], exact=one[1] == _OPEN_EXACT) for one in found))
        count = iter(range(len(found)))
        skeleton = _MARKED.sub(lambda _: f"{prefix}{next(count):06}e", marked)
        if _MARKS.search(skeleton):
            raise self._error(say("A value is cut in two by a filter."))
        try:
            written = self.format.filled(skeleton, values)
            expected = self.format.alone(self.format.filled(skeleton, _themselves(values)), self.file)
            if _agrees(expected.data, self.format.alone(written, self.file).data, values):
                return written
        except UserError as error:
            raise self._error(joined(one.message for one in error.problems)) from None
        raise self._error(say("What it writes for the event {id} reads as something else.", id=event.id))

    def entry(self, event: Event) -> DataEntry:
        """Return what the template writes for an event, as it is read."""
        return self.format.alone(self.render(event), self.file)

    def _found_places(self) -> dict[KeyPath, KeyPlace]:
        places: dict[KeyPath, KeyPlace] = {}
        for number, outline in enumerate(self._keys):
            prefix = _unused("".join(part for part in outline if isinstance(part, str)))
            sources = [part for part in outline if isinstance(part, ValueSource)]
            values = _themselves(Values(prefix, (Value(""),) * len(sources)))
            count = iter(range(len(sources)))
            skeleton = "".join(part if isinstance(part, str) else f"{prefix}{next(count):06}e" for part in outline)
            try:
                data = self.format.alone(self.format.filled(skeleton, values), self.file).data
            except UserError as error:
                if number:
                    continue  # conditions that never come together
                raise self._error(joined(one.message for one in error.problems)) from None
            for path, text in _leaves(data, ()):
                parts = re.split(f"{prefix}([0-9]{{6}})e", text)
                if len(parts) > 1:
                    places.setdefault(
                        path, KeyPlace(tuple(sources[int(one)] for one in parts[1::2]), tuple(parts[::2]))
                    )
        return places

    def _error(self, message: str) -> ConfigError:
        return ConfigError(Problem(message, file=self.file))


def entry_writer(source: str, file: str) -> EntryWriter:
    """Make the function that writes an event with marks around the values of its keys.

    Raises:
        ConfigError: As for a section. The function raises it where the template fails for an event.
    """
    keys, body = _parts(source)
    ending = body[len(body.rstrip("\n")) :]
    write_keys, write_body = event_writer(keys, file, KeysEnvironment), event_writer(body, file, BodyEnvironment)

    def write(event: Event) -> str:
        # What is left out at its end leaves no blank lines there.
        below = write_body(event).rstrip("\n") if body else ""
        return write_keys(event) + (below + ending if below.strip() else "")

    if _MARKS.search(source):
        raise ConfigError(Problem(say("The template has a character that is kept for Almanac's own use."), file=file))
    return write


def _parts(source: str) -> tuple[str, str]:
    """Cut a template into its keys, with the lines around them, and what is below."""
    source = _TOP_COMMENTS.sub("", source.replace("\r\n", "\n"))
    parts = cut(source)
    return (source, "") if parts is None else (source[: len(source) - len(parts.body)], parts.body)


def _unused(text: str) -> str:
    """Return letters that a text does not have in a row."""
    prefix = "qz"
    while prefix in text:
        prefix += "z"
    return prefix


def _themselves(values: Values) -> Values:
    """Return words that stand for themselves."""
    return Values(values.prefix, tuple(Value(f"{values.prefix}{n:06}e") for n in range(len(values.known))))


def _leaves(data: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value, (*path, "*"))
    elif isinstance(data, str):
        yield path, data


def _agrees(expected: Any, found: Any, values: Values) -> bool:
    """Tell whether what was written reads as the template with its values, and as nothing else."""
    if isinstance(expected, dict):
        pairs = isinstance(found, dict) and list(expected) == list(found)
        return pairs and all(_agrees(expected[key], found[key], values) for key in expected)
    if isinstance(expected, list):
        pairs = isinstance(found, list) and len(expected) == len(found)
        return pairs and all(_agrees(one, two, values) for one, two in zip(expected, found, strict=True))
    if isinstance(expected, str) and values.within(expected):
        text = "" if found is None else str(found).lower() if isinstance(found, bool) else str(found)
        return values.put(expected) == text
    return bool(expected == found)


# ------------------------------------------------------------------------------- what a template can use


class _Exact(Safe):
    """A date, a time or the like, which needs no quotes."""

    __slots__ = ()


class _ExactTimed(Timed, _Exact):
    """The same with what is written beside it."""

    __slots__ = ()


class _Plain(str):
    """A text that is written as it was typed: something else escapes it."""

    __slots__ = ()


def _marked(value: Any) -> Safe:
    if isinstance(value, Safe) and _MARKS.search(value):
        return value  # what a macro or a block wrote: its values have their marks
    if isinstance(value, bool | int):
        return Safe(f"{_OPEN_EXACT}{str(value).lower()}{_CLOSE}")
    text = _MARKS.sub("", cleaned(as_text(value)))
    if isinstance(value, Safe):
        opening = _OPEN_EXACT if isinstance(value, _Exact) else _OPEN
        return Safe(f"{opening}{quotes_inert(text)}{_CLOSE}")
    return Safe(f"{_OPEN}{text if isinstance(value, _Plain) else inert(text)}{_CLOSE}")


def _plain(value: Any) -> _Plain:
    return _Plain(as_text(value))


def _names(people: Sequence[Any], separator: str = ", ") -> str:
    return separator.join(as_text(person["name"]) for person in people)


@pass_context
def _with_status(context: Context, title: Any, language: str = "en") -> str:
    return marked_title(as_text(title), as_text(context.get("status")), language)


def _timestamp(moment: Any) -> int | str:
    """Return the seconds since 1970 of a moment, or of a day's beginning in UTC; nothing of less."""
    if not moment or len(moment) < len("2021-11-08"):
        return ""
    at = datetime.fromisoformat(as_text(moment))
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _lasts(moment: Any, example: str) -> str:
    """Write how long an event takes that begins at a moment, as in an example; nothing where its end is not known."""
    ends = moment.ends if isinstance(moment, Timed) else None
    return _Exact(length_like(length_between(moment, ends), example)) if ends else ""


def _exact(value: Any) -> _Exact:
    # A key holds one day: where there is a last one, it has a key of its own.
    return _ExactTimed(value, None, value.ends, value.letters) if isinstance(value, Timed) else _Exact(value)


def _like(date: Any, example: str) -> str:
    if isinstance(date, int):  # a running number
        return _Exact(str(date).zfill(len(example)))
    if not date:
        return ""
    written = like(date, example)
    return _Exact(written) if isinstance(written, Safe) else written


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "plain": _plain,
    "names": _names,
    "html": lambda value: html(as_text(value)),
    "timestamp": _timestamp,
    "with_status": _with_status,
    "like": _like,
    "lasts": _lasts,
}


class BodyEnvironment(SectionEnvironment):
    """What the body of an entry's template can use: all that a section's can, and the filters of keys."""

    def __init__(self, **options: Any) -> None:
        super().__init__(keep_trailing_newline=True, **options)
        self.filters.update(_FILTERS)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look an entry of a list up by its number. One that is not there is empty, and no error."""
        is_beyond = isinstance(obj, tuple) and isinstance(argument, int) and argument >= len(obj)
        return Blank() if is_beyond else super().getitem(obj, argument)


class KeysEnvironment(BodyEnvironment):
    """What the keys of an entry's template can use."""

    problems = staticmethod(filter_blocks)

    def __init__(self) -> None:
        super().__init__(finalize=_marked)
        del self.globals["html"]  # what it writes is no value of a key

    @staticmethod
    def seen(values: dict[str, Any]) -> dict[str, Any]:
        """Return what the template sees: what cannot be anything else than dates and the like is done."""
        return {name: _exact(value) if name in _SAFE_FIELDS and value else value for name, value in values.items()}
