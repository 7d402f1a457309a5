"""Keys in TOML, as front matter between lines of `+++` has them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import reduce
from itertools import pairwise
from operator import getitem
from typing import Any, Literal, NamedTuple

from almanac.entries.formats import Values, in_quotes, misplaced, spliced, with_ends
from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say

# A string that nothing closes goes on to its end, so that no part of it is looked at twice.
_LEXEME = regex(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:"{3,5})?'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5})?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+|[\[\]{}=,\n]|[ \t\r]++|[^\s\"'#\[\]{}=,]++|[\s\S]"
)
_BARE_KEY = regex(r"[A-Za-z0-9_-]+")
_DATE = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?")
_SPACE = regex(r"[ \t]*")
_LINE = regex(r"at line ([0-9]+)")
_NUMBER = regex(r"true|false|0|-?[1-9][0-9]*")


class _TomlTable(NamedTuple):
    """A table: its path, where its head begins and ends, and where the next one begins."""

    path: tuple[str, ...]
    start: int
    head_end: int
    end: int


class _Assignment(NamedTuple):
    """`key = value`: the path of the key, where its line begins, where its value is, and where its last line ends.

    `table` is the path of the table that it is in; its header is a place, too, with that path and no value.
    """

    path: tuple[str, ...]
    start: int
    value: int
    value_end: int
    end: int
    table: tuple[str, ...] = ()


TomlWithin = Literal["lines", "brackets", "table", "dots"]


class TomlKey(NamedTuple):
    """A key with its path, how it stands there, what leads to its value, and the value.

    It is on a line of its own, in brackets, or on a line with more than its own name. A table's header has no value.
    `start` is where that line begins in the text.
    """

    path: tuple[str, ...]
    within: TomlWithin
    lead: str
    value: str
    start: int = 0


def read_toml(text: str, file: str) -> dict[str, Any]:
    """Read a text; dates and times are the texts that ISO 8601 has for them.

    Raises:
        UserError: It is not valid TOML.
    """
    try:
        return dict(_plain(tomllib.loads(text.replace("\r\n", "\n"))))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = say("This is not valid TOML. Look at this line and the one before it.")
        if isinstance(error, RecursionError):
            message = say("This is not valid TOML: {reason}.", reason=say("it is nested too deep"))
        line = _LINE.search(str(error))
        raise UserError(Problem(message, file=file, line=int(line[1]) if line else None)) from None


def changed_toml(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Let a text say something else; None where that cannot be done in place."""
    known = {one.path: one for one in _assignments(text)}
    tables = {one.path: one for one in _tables(text)}
    changes: list[tuple[int, int, str]] = []
    for path, value in _differences(old, new, known):
        if path in known and value is not None:
            one = known[path]
            quoted = text[one.value] in "\"'"
            if isinstance(value, str) and (quoted or _DATE.fullmatch(value)):
                value = str(value) if quoted else _Moment(value)  # noqa: PLW2901 - as the old one is
            changes.append((one.value, one.value_end, write_toml(value)))
        elif value is None:
            gone = [one for one in tables.values() if one.path[: len(path)] == path]
            changes += [(one.start, one.end, "") for one in gone]
            changes += [
                (one.start, one.end, "")
                for one in known.values()
                if one.path[: len(path)] == path and one.table[: len(path)] != path
            ]
        elif place := _place_for(path, text, new, known, tables):
            at, before = place
            changes.append((at, at, with_ends(f"{before} = {write_toml(value)}\n", text)))
        elif isinstance(value, dict) and (beside := [one for one in tables.values() if one.path[:-1] == path[:-1]]):
            changes.append((beside[-1].end, beside[-1].end, with_ends(_table(path, value), text)))
    text = spliced(text, changes)
    try:
        return text if read_toml(text, "") == new else None
    except UserError:
        return None


def _place_for(
    path: tuple[str, ...],
    text: str,
    new: Mapping[str, Any],
    known: Mapping[tuple[str, ...], _Assignment],
    tables: Mapping[tuple[str, ...], _TomlTable],
) -> tuple[int, str] | None:
    """Return where a new key comes, behind those above it, and what it is there; None where its group is not."""
    *around, name = path
    siblings = {one.path[-1]: one for one in known.values() if [*one.path[:-1]] == around}
    names = [*reduce(getitem, around, new)]
    above = [siblings[one] for one in names[: names.index(name)] if one in siblings]
    near = above[-1] if above else next(iter(siblings.values()), None)
    if near:
        space = _SPACE.match(text, near.start)[0]  # type: ignore[index] # that may be nothing
        return near.end if above else near.start, space + ".".join(map(_key, path[len(near.table) :]))
    table = tables.get((*around,))
    return (table.head_end, _key(name)) if table else None


def _table(path: tuple[str, ...], value: Mapping[str, Any]) -> str:
    """Write a group as a table of its own, behind the others."""
    lines = "".join(f"{_key(name)} = {write_toml(one)}\n" for name, one in value.items())
    return f"\n[{'.'.join(map(_key, path))}]\n{lines}"


def _differences(
    old: Mapping[str, Any], new: Mapping[str, Any], known: Mapping[tuple[str, ...], Any], at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in dict.fromkeys((*new, *old)):
        one, two, path = old.get(name), new.get(name), (*at, name)
        if isinstance(one, dict) and isinstance(two, dict) and path not in known:
            yield from _differences(one, two, known, path)
        elif one != two:
            yield path, two


def toml_keys(text: str) -> Iterator[TomlKey]:
    """Give all keys of a text, with those in its groups, and with the headers of tables."""
    for one in _places(text):
        if one.table[:1] == ("[[",):
            continue
        if one.path == one.table:
            blank = "\n" * text[: one.start].endswith(("\n\n", "\n\r\n"))
            yield TomlKey(one.path, "table", blank + text[one.start : one.value].strip(), "", one.start)
            continue
        within: TomlWithin = "lines" if one.path[:-1] == one.table else "dots"
        lead, value = text[one.start : one.value], text[one.value : one.value_end]
        yield TomlKey(one.path, within, lead.replace("\r", ""), value.replace("\r\n", "\n"), one.start)
        if value.startswith("{"):
            yield from (inner._replace(start=one.start) for inner in _in_brackets(value, one.path))


def _in_brackets(text: str, path: tuple[str, ...]) -> Iterator[TomlKey]:
    """Give the keys of a group that is written in curly brackets."""
    depth, start, at = 0, 0, 0  # where the key begins, and where its value does
    words: list[str] = []
    for lexeme in _LEXEME.finditer(text):
        depth += (lexeme[0] in ("[", "{")) - (lexeme[0] in ("]", "}"))
        if depth == 1 and lexeme[0] == "=" and not at:
            at = lexeme.end()
        elif (depth == 1 and lexeme[0] == ",") or not depth:
            if at:
                begin, value = at + len(text[at:]) - len(text[at:].lstrip()), text[at : lexeme.start()].strip()
                own = (*path, *_path(words))
                yield TomlKey(own, "brackets", text[start:begin].lstrip(), value)
                if value.startswith("{"):
                    yield from _in_brackets(value, own)
            start, at, words = lexeme.end(), 0, []
            if not depth:
                return
        elif depth == 1 and not at and lexeme[0] == "{":
            start = lexeme.end()
        elif depth == 1 and not at and lexeme[0].strip():
            words.append(lexeme[0])


def write_toml(value: Any) -> str:
    """Write a value on one line; a text that is a date or a time to TOML as that."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {write_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(write_toml, value)) + "]"
    if isinstance(value, bool | int):
        return str(value).lower()
    return str(value) if isinstance(value, _Moment) else f'"{in_quotes(str(value))}"'


def filled_toml(skeleton: str, values: Values) -> str:
    """Put values in the places of their words, in strings of all kinds and without quotes."""
    parts: list[str] = []
    for statement in _statements(skeleton):
        is_value = False
        for lexeme in statement:
            if not values.within(lexeme[0]):
                is_value = is_value or lexeme[0] == "="
                parts.append(lexeme[0])
            elif is_value and not lexeme[0].startswith("#"):
                parts.append(_filled(lexeme[0], values))
            else:
                raise misplaced()
    return "".join(parts)


def _filled(lexeme: str, values: Values) -> str:
    if lexeme.startswith('"'):
        return values.put(lexeme, in_quotes)
    marks = next((marks for marks in ("'''", "'") if lexeme.startswith(marks)), "")
    text = values.put(lexeme[len(marks) : len(lexeme) - len(marks)])
    if marks and "'" not in text and in_quotes(text) == text.replace('"', '\\"').replace("\\", "\\\\"):
        return marks + text + marks
    is_exact = not marks and all(value.exact for value in values.within(lexeme))
    if is_exact and (_DATE.fullmatch(text) or _NUMBER.fullmatch(text)):
        return text
    return f'"{in_quotes(text)}"'


# ------------------------------------------------------------------------------- parts of a text


class _Moment(str):
    """A date or time that is no text to TOML."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return list(map(_plain, value))
    return _Moment(value.isoformat()) if isinstance(value, date | datetime | time) else value


def _statements(text: str) -> Iterator[list[re.Match[str]]]:
    """Cut a text at the ends of those lines that end a key's value."""
    statement: list[re.Match[str]] = []
    depth = 0
    for lexeme in _LEXEME.finditer(text):
        statement.append(lexeme)
        depth += (lexeme[0] in ("[", "{")) - (lexeme[0] in ("]", "}"))
        if lexeme[0] == "\n" and depth <= 0:
            yield statement
            statement = []
    if statement:
        yield statement


def _assignments(text: str) -> Iterator[_Assignment]:
    return (one for one in _places(text) if one.path != one.table)


def _places(text: str) -> Iterator[_Assignment]:
    table: tuple[str, ...] = ()
    for statement in _statements(text):
        lexemes = [one for one in statement if one[0].strip() and not one[0].startswith("#")]
        words = [one[0] for one in lexemes]
        if words[:2] == ["[", "["]:
            table = ("[[",)  # one of several with a name; what is in it is not looked for
        elif words[:1] == ["["]:
            table = _path(words[1:-1])
            last = lexemes[-1].end()
            yield _Assignment(table, statement[0].start(), last, last, statement[-1].end(), table)
        elif "=" in words[:-1]:
            at = words.index("=")
            path = (*table, *_path(words[:at]))
            yield _Assignment(
                path, statement[0].start(), lexemes[at + 1].start(), lexemes[-1].end(), statement[-1].end(), table
            )


def _tables(text: str) -> Iterator[_TomlTable]:
    """Find the tables of a text; the first one has no name, and begins at its top."""
    heads = [(statement[0].start(), statement[-1].end(), statement) for statement in _statements(text)]
    found: list[tuple[tuple[str, ...], int, int]] = [((), 0, 0)]
    for start, end, statement in heads:
        words = [one[0] for one in statement if one[0].strip() and not one[0].startswith("#")]
        if words[:1] == ["["]:
            found.append((("[[",) if words[1:2] == ["["] else _path(words[1 : words.index("]")]), start, end))
    for (path, start, head_end), (_, end, _) in pairwise([*found, ((), len(text), 0)]):
        yield _TomlTable(path, start, head_end, end)


def _path(words: list[str]) -> tuple[str, ...]:
    parts = [[word[1:-1]] if word[0] in "\"'" else word.split(".") for word in words]
    return tuple(key for part in parts for key in part if key)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else f'"{in_quotes(name)}"'
