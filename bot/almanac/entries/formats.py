"""Where the entries of events and their values are in a file, and how such a file is changed: every other byte stays.

Each format is a module; what all of them share is here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say

_SPECIAL_IN_QUOTES = regex('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
WORD = "[0-9]{6}e"


@dataclass(frozen=True)
class DataEntry:
    """One event's entry: where it is in its file's text, what its keys say, and the text below them, if there is any.

    An entry of a list has whole lines, with its own comments above it left out.
    """

    start: int
    end: int
    line: int  # counted from 1
    data: dict[str, Any]
    body: str = ""


class Value(NamedTuple):
    """What a template puts into a place: a text that was typed, or an `exact` one: a date, a number or the like."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Values:
    """Values, and the words that stand for them while what a template writes is taken apart.

    The word of the third one is `prefix` and `000002e`; nothing else in the text has the prefix.
    """

    prefix: str
    known: tuple[Value, ...]

    def within(self, text: str) -> list[Value]:
        """Return the values whose words are in a text."""
        return [self.known[int(word)] for word in re.findall(f"{self.prefix}([0-9]{{6}})e", text)]

    def put(self, text: str, write: Callable[[str], str] = str) -> str:
        """Put the values in the places of their words, each as `write` has it."""
        return re.sub(f"{self.prefix}([0-9]{{6}})e", lambda word: write(self.known[int(word[1])].text), text)


class Format(Protocol):
    """How a file of one kind keeps entries. All methods take the whole text of a file, with its own line ends."""

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        """Find all entries, from the top of the file to its end.

        Raises:
            UserError: The file cannot be read.
        """
        ...

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:
        """Let an entry say what is in `data`, in the order of that; None where that cannot be done in place.

        Only keys that say something else are changed, in the way in which they are written. `body` is the new text
        below the keys, if that changes.
        """
        ...

    def alone(self, written: str, file: str = "") -> DataEntry:
        """Read what a template writes, which is one entry and nothing else.

        Raises:
            UserError: It is something else.
        """
        ...

    def filled(self, skeleton: str, values: Values) -> str:
        """Put values in the places of the words in what a template writes, each in the way of its place.

        Raises:
            UserError: A value is where none can be, such as in a comment.
        """
        ...


class ListFormat(Format, Protocol):
    """How a file keeps a list of entries."""

    def inserted(self, text: str, index: int, new: str) -> str:
        """Add an entry, as the template writes it, before the one of an index, or behind the last one.

        Raises:
            UserError: The file has no list to which it can be added.
        """
        ...

    def removed(self, text: str, index: int) -> str:
        """Cut an entry out, with the comments directly above it."""
        ...


def in_quotes(text: str) -> str:
    """Escape a text for double quotes, as YAML, TOML and JSON have it."""
    return _SPECIAL_IN_QUOTES.sub(lambda char: _SHORT_ESCAPES.get(char[0]) or f"\\u{ord(char[0]):04x}", text)


def spliced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """Put new parts into a text: each is where it begins and ends, and what comes there, in any order."""
    parts, at = [], 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def misplaced() -> UserError:
    """Say that a value of a template is where none can be."""
    return UserError(Problem(say("A value has to be in the place of a key's value, not in a key or a comment.")))


def with_ends(new: str, text: str) -> str:
    """Give a new part of a file the line ends that the file has."""
    is_dos = "\n" in text and text.count("\r\n") * 2 > text.count("\n")
    return new.replace("\n", "\r\n") if is_dos else new


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins, behind the byte order mark that a file may begin with."""
    return text.rfind("\n", 0, at) + 1 or len(text) - len(text.removeprefix("\ufeff"))


def numbered(text: str, found: Iterable[tuple[int, int, dict[str, Any]]]) -> Iterator[DataEntry]:
    """Make entries of their places in a text, one below the other, and of what they say."""
    line, last = 1, 0
    for start, end, data in found:
        line += text.count("\n", last, start)
        last = start
        yield DataEntry(start, end, line, data)
