"""Entries in JSON: a list at the top of its file, or under one key. New parts have the file's own white space."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from almanac.entries.formats import DataEntry, Values, numbered, with_ends
from almanac.entries.inyaml import filled_in
from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say

_SPACE = regex(r"[ \t\n\r]*")
_NOT_ASCII = regex("[^\x00-\x7f]")


class _Member(NamedTuple):
    """A member of an object, or an element of a list (its key is empty): where it begins, and where its value is."""

    key: str
    start: int
    value: int
    end: int


@dataclass(frozen=True)
class JsonList:
    """A file with a list of entries: at its top, or under one key."""

    key: str | None = None

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        start = self._list(text, file)
        members = () if start is None else _members(text, start)
        found = ((one.start, one.end, _value(text, one.value)) for one in members)
        return tuple(numbered(text, (one for one in found if isinstance(one[2], dict))))

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:  # noqa: ARG002
        return text[: entry.start] + _object(text, entry.start, data) + text[entry.end :]

    def inserted(self, text: str, index: int, new: str) -> str:
        start = self._list(text, "")
        if start is None:
            raise UserError(Problem(say("There has to be a list of events under `{key}` in this file.", key=self.key)))
        known = list(_members(text, start))
        if not known:
            end = _skip(text, start + 1)
            return text[: start + 1] + _moved(new, "\n  ", text) + with_ends("\n", text) + text[end:]
        gap = text[known[0].end : known[1].start] if len(known) > 1 else f",{text[start + 1 : known[0].start]}"
        entry = _moved(new, text[start + 1 : known[0].start], text).lstrip("\r\n \t")
        if index < len(known):
            return text[: known[index].start] + entry + gap + text[known[index].start :]
        return text[: known[-1].end] + gap + entry + text[known[-1].end :]

    def removed(self, text: str, index: int) -> str:
        start = self._list(text, "") or 0
        known = list(_members(text, start))
        if len(known) == 1:
            return text[: start + 1] + text[_skip(text, known[0].end) :]
        if index + 1 < len(known):
            return text[: known[index].start] + text[known[index + 1].start :]
        return text[: known[index - 1].end] + text[known[index].end :]

    def alone(self, written: str, file: str = "") -> DataEntry:
        found = read_json(written, file)
        if not isinstance(found, dict):
            raise UserError(Problem(say("The template has to write one entry, in curly brackets."), file=file))
        return DataEntry(0, len(written), 1, found)

    def filled(self, skeleton: str, values: Values) -> str:
        try:
            written = filled_in(skeleton, values, is_json=True)
        except UserError:
            read_json(re.sub(f"{values.prefix}[0-9]{{6}}e", "0", skeleton))  # it knows better what is wrong
            raise
        read_json(written)
        return written

    def _list(self, text: str, file: str) -> int | None:
        """Return where the list begins; None if its key is missing."""
        data = read_json(text.removeprefix("\ufeff"), file)
        start = _skip(text, len(text) - len(text.removeprefix("\ufeff")))
        if self.key is not None and isinstance(data, dict):
            member = next((one for one in _members(text, start) if one.key == self.key), None)
            if member is None:
                return None
            start = member.value
        if text[start : start + 1] != "[":
            where = say("under `{key}`", key=self.key) if self.key else say("at the top of this file")
            raise UserError(Problem(say("There has to be a list of events {where}.", where=where), file=file))
        return start


# ------------------------------------------------------------------------------- parts of a text


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError(say("a key is there twice"))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(say("{word} is no number", word=word))


_REASONS = (
    ("delimiter", say("a comma, a colon or a bracket is missing")),
    ("Expecting property name", say("a key in double quotes is missing, or a comma is one too many")),
    ("Expecting value", say("a value is missing, or a comma is one too many")),
    ("Unterminated string", say("a quotation mark is not closed")),
    ("control character", say("a text goes over the end of its line")),
    ("escape", say("a backslash has to be doubled")),
    ("Extra data", say("something comes after its end")),
)
"""Parts of what Python says of JSON, and how it is told."""
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def read_json(text: str, file: str = "") -> Any:
    """Read a text.

    Raises:
        UserError: It is not valid JSON, or has a key twice.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        reason = next((told for part, told in _REASONS if part in error.msg), say("something is wrong"))
        message = say("This is not valid JSON: {reason}.", reason=reason)
        raise UserError(Problem(message, file=file, line=error.lineno)) from None
    except (ValueError, RecursionError) as error:
        reason = say("it is nested too deep") if isinstance(error, RecursionError) else str(error)
        raise UserError(Problem(say("This is not valid JSON: {reason}.", reason=reason), file=file)) from None


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _value(text: str, at: int) -> Any:
    return _DECODER.raw_decode(text, at)[0]


def _members(text: str, at: int) -> Iterator[_Member]:
    """Give the parts of an object or a list that begins at a place of a valid text."""
    is_object = text[at] == "{"
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        start, key = at, ""
        if is_object:
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        end = _DECODER.raw_decode(text, at)[1]
        yield _Member(key, start, at, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


# ------------------------------------------------------------------------------- changes


def _object(text: str, at: int, new: Mapping[str, Any]) -> str:
    """Write an object that begins at a place of a text again, with other values; what is equal stays as it is."""
    known = list(_members(text, at))
    end = _DECODER.raw_decode(text, at)[1]
    if not known:
        return _dumped(new, text, text[at:end])
    space = text[at + 1 : known[0].start]
    gaps = {two.key: text[one.end : two.start] for one, two in pairwise(known)}
    ours = {one.key: one for one in known}
    first = ours[known[0].key]
    to_value = text[first.start + len(_text(first.key, text)) : first.value]
    parts: list[str] = []
    more = next(reversed(gaps.values()), f",{space or _apart(text)}")  # as the last two of its neighbours
    for name, value in new.items():
        written = f"{_text(name, text)}{to_value}{_dumped(value, text, space)}"
        if name in ours:
            one = ours[name]
            written = text[one.start : one.value] + _changed(text, one, value, space)
        parts.append((gaps.get(name, more) if parts else space) + written)
    return "{" + "".join(parts) + text[known[-1].end : end]


def _changed(text: str, member: _Member, value: Any, space: str) -> str:
    old = _value(text, member.value)
    if json.dumps(old) == json.dumps(value):
        return text[member.value : member.end]
    if isinstance(old, dict) and isinstance(value, dict):
        return _object(text, member.value, value)
    return _dumped(value, text, space if "\n" in text[member.value : member.end] else "")


def _dumped(value: Any, text: str, space: str) -> str:
    """Write a value: groups and lists on lines of their own, if the white space before it begins a line."""
    ascii_only = text.isascii() and "\\u" in text
    if "\n" not in space or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=ascii_only, separators=None if _apart(text) else (",", ":"))
    column = space.rpartition("\n")[2]
    written = json.dumps(value, ensure_ascii=ascii_only, indent="\t" if "\t" in column else 2)
    return with_ends(written.replace("\n", f"\n{column}"), text)


def _apart(text: str) -> str:
    """Return what a text has between parts on one line: a space, or nothing."""
    return " " if re.search(r'":[ ]', text) else ""


def _text(key: str, text: str) -> str:
    return _dumped(key, text, "")


def _moved(new: str, space: str, text: str) -> str:
    """Put an entry, as a template writes it, where the white space leads to."""
    if "\n" not in space:
        return space + _dumped(read_json(new), text, "")
    first, *others = new.strip().split("\n")
    base = others[-1][: len(others[-1]) - len(others[-1].lstrip())] if others else ""
    column = space.rpartition("\n")[2]
    moved = "\n".join([first, *(f"{column}{line.removeprefix(base)}" for line in others)])
    if text.isascii() and "\\u" in text:
        moved = _NOT_ASCII.sub(lambda char: json.dumps(char[0])[1:-1], moved)
    return space + with_ends(moved, text)
