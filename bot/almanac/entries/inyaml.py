"""Entries in YAML: a file with front matter, a whole file, and a list, at the top of its file or under one key."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from almanac.entries.formats import DataEntry, Values, in_quotes, line_start, misplaced, numbered, spliced, with_ends
from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say
from almanac.yamlfile import MAX_CHARACTERS, Dialect, compose, load
from almanac.yamlwriter import dump, is_plain, rewrite, styled

_DIALECT = Dialect(aliases=True)
_LINE_ENDS = regex(r"\n+")
_ONLY_BLANK = regex(r"(?<=\n)[ ]+(?=\n)")


class YamlFile:
    """A file that is one event's entry as a whole."""

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        return (DataEntry(0, len(text), 1, read_keys(text, file)),)

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:  # noqa: ARG002
        return changed_keys(text, dict(data))

    def alone(self, written: str, file: str = "") -> DataEntry:
        return DataEntry(0, len(written), 1, read_alone(written, file))

    def filled(self, skeleton: str, values: Values) -> str:
        return filled_in(skeleton, values)


@dataclass(frozen=True)
class YamlList:
    """A file with a list of entries: at its top, or under one key."""

    key: str | None = None

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        load(text, file, _DIALECT)  # no key twice
        parts = _parts(text, self._list(text, file))
        return tuple(
            numbered(
                text, ((start, end, styled(node)) for start, end, node in parts if isinstance(node, yaml.MappingNode))
            )
        )

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:  # noqa: ARG002
        part = changed_keys(text[entry.start : entry.end], [dict(data)])
        return None if part is None else text[: entry.start] + part + text[entry.end :]

    def inserted(self, text: str, index: int, new: str) -> str:
        node = self._list(text, "")
        if node is None or not node.value:
            return self._first(text, node, new)
        if node.flow_style:
            raise UserError(
                Problem(say("This list is in brackets. Write each entry on lines of its own, after a hyphen."))
            )
        known = self.entries(text)
        new = with_ends(_moved(new, node.start_mark.column), text)
        gap = with_ends("\n" * _blank_lines(text, known), text)
        if index < len(known):
            at = _with_comments(text, known, index)
            return text[:at] + new + gap + text[at:]
        at = known[-1].end if known else len(text)
        if text[:at].endswith("\n"):
            return text[:at] + gap + new + text[at:]
        newline = with_ends("\n", text)
        return text[:at] + newline + gap + new.removesuffix(newline) + text[at:]

    def removed(self, text: str, index: int) -> str:
        known = self.entries(text)
        if len(known) == 1:
            column = self._list(text, "").start_mark.column  # type: ignore[union-attr] # it has an entry
            empty = with_ends(" " * (column or 2 * bool(self.key)) + "[]\n", text)
            return text[: known[0].start] + empty + text[known[0].end :]
        start, end = _with_comments(text, known, index), known[index].end
        if index + 1 < len(known):
            # What is between this entry and the next one goes with it.
            blank = re.compile(r"(?:[ \t]*\r?\n)*").match(text, end)
            return text[:start] + text[blank.end() if blank else end :]
        before = text[:start].rstrip()
        missing = not text.endswith("\n") and end == len(text)
        kept = before + ("" if missing else with_ends("\n", text))
        return kept + text[end:]

    def alone(self, written: str, file: str = "") -> DataEntry:
        return DataEntry(0, len(written), 1, read_alone(written, file, in_list=True))

    def filled(self, skeleton: str, values: Values) -> str:
        return filled_in(skeleton, values)

    def _list(self, text: str, file: str) -> yaml.SequenceNode | None:
        node = compose(text, file, MAX_CHARACTERS)
        if isinstance(node, yaml.MappingNode) and self.key is not None:
            node = next((child for key, child in node.value if key.value == self.key), None)
        is_empty = isinstance(node, yaml.ScalarNode) and not node.value
        if node is None or is_empty:
            return None
        if not isinstance(node, yaml.SequenceNode):
            where = say("under `{key}`", key=self.key) if self.key else say("in this file")
            raise UserError(
                Problem(say("There has to be a list of events {where}, each after a hyphen.", where=where), file=file)
            )
        return node

    def _first(self, text: str, node: yaml.SequenceNode | None, new: str) -> str:
        """Write the first entry of a list that has none."""
        if node is not None:
            start, end = node.start_mark.index, node.end_mark.index
            before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
            text = before + (after.removeprefix("\r").removeprefix("\n") if before.endswith("\n") else after)
        line = re.search(rf"^{re.escape(self.key)}:[^\r\n]*", text, re.MULTILINE) if self.key else None
        at = line.end() if line else len(text.rstrip())
        above = text[:at] + (f"\n{self.key}:" if self.key and not line else "")
        newline = with_ends("\n", text)
        entry = with_ends(_moved(new, 2 if self.key else 0), text)
        return above.lstrip("\n") + (newline if above.strip() else "") + entry + text[at:].removeprefix(newline)


# ------------------------------------------------------------------------------- keys


def read_keys(text: str, file: str) -> dict[str, Any]:
    """Read a text of keys and values; texts have the style in which they are written.

    Raises:
        UserError: It cannot be read, or is no such text.
    """
    document = load(text, file, _DIALECT)
    if document.data is None:
        return {}
    if not isinstance(document.data, dict):
        raise UserError(
            document.problem(say("There have to be keys with values here, one a line, as in `title: ...`."))
        )
    return dict(styled(compose(text, file, MAX_CHARACTERS)))


def changed_keys(text: str, data: Any) -> str | None:
    """Let a part of a file in YAML say something else, in place; None if that cannot be."""
    try:
        before = styled(compose(text, "", MAX_CHARACTERS))
        if before == data:
            return text
        if before is None:
            return text + with_ends(dump(data), text)
        new = rewrite(text, data, exact=True)
        if new is None or styled(compose(new, "", MAX_CHARACTERS)) != data:
            return None
    except UserError:
        return None
    return new if text.endswith("\n") else new.removesuffix("\n").removesuffix("\r")


def read_alone(written: str, file: str, *, in_list: bool = False) -> dict[str, Any]:
    """Read what a template writes as the keys of one entry."""
    node = compose(written, file, MAX_CHARACTERS)
    if in_list and isinstance(node, yaml.SequenceNode) and len(node.value) == 1:
        node = node.value[0]
    elif in_list:
        node = None
    if not isinstance(node, yaml.MappingNode):
        shape = say("one entry of the list, after a hyphen") if in_list else say("keys with values, one a line")
        raise UserError(Problem(say("The template has to write {shape}, as in `title: ...`.", shape=shape), file=file))
    return dict(styled(node))


# ------------------------------------------------------------------------------- values of a template


def filled_in(skeleton: str, values: Values, *, is_json: bool = False) -> str:
    """Put values in the places of their words, in quotes of either kind, without quotes, and in blocks."""
    # A tab is no white space to every reader of YAML, but is to all of JSON.
    readable = skeleton.replace("\t", " ") if is_json else skeleton
    changes: dict[int, tuple[int, int, str]] = {}
    placed = 0
    for node, in_flow in _scalars(compose(readable, "", MAX_CHARACTERS), in_flow=False):
        start, end = node.start_mark.index, node.end_mark.index
        found = values.within(node.value)
        if not found or start in changes:
            continue
        placed += len(found)
        written = _json_scalar if is_json else _scalar
        new = written(node, skeleton[start:end], values, in_flow=in_flow)
        before = start
        while not new and skeleton[end : end + 1] in ("", "\n") and skeleton[before - 1] == " ":
            before -= 1
        changes[start] = (before, end, new)
    if placed != len(values.within(skeleton)):
        raise misplaced()
    return spliced(skeleton, changes.values())


def _scalars(node: yaml.Node | None, *, in_flow: bool) -> Iterator[tuple[yaml.ScalarNode, bool]]:
    """Give every text, number and the like that is a value, and whether it is within brackets."""
    if isinstance(node, yaml.ScalarNode):
        yield node, in_flow
    elif isinstance(node, yaml.CollectionNode):
        for child in node.value:
            value = child[1] if isinstance(node, yaml.MappingNode) else child
            yield from _scalars(value, in_flow=in_flow or bool(node.flow_style))


def _scalar(node: yaml.ScalarNode, raw: str, values: Values, *, in_flow: bool) -> str:
    found, text = values.within(raw), values.put(node.value)
    style = node.style or None  # C's reader has an empty one
    if style == '"':
        return values.put(raw, in_quotes)
    if style == "'" and text == _one_line(text):
        return values.put(raw, lambda value: value.replace("'", "''"))
    if style in ("|", ">"):
        block = _block(raw, values, folded=style == ">")
        return block if _read_back(block) == text else f'"{in_quotes(text)}"{raw[len(raw.rstrip()) :]}'
    is_exact = all(value.exact for value in found) and _read_back(text) == text
    plain = style is None and (not text or is_exact or is_plain(text, in_flow=in_flow))
    return text if plain else f'"{in_quotes(text)}"'


def _one_line(text: str) -> str:
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", "", text)


def _json_scalar(node: yaml.ScalarNode, raw: str, values: Values, *, in_flow: bool) -> str:  # noqa: ARG001 - always in brackets
    if node.style:
        return values.put(raw, in_quotes)
    text = values.put(node.value)
    is_number = all(value.exact for value in values.within(raw)) and re.fullmatch("true|false|0|-?[1-9][0-9]*", text)
    return text if is_number else f'"{in_quotes(text)}"' if text else "null"


def _block(raw: str, values: Values, *, folded: bool) -> str:
    lines = raw.split("\n")
    for number, line in enumerate(lines):
        space = " " * (len(line) - len(line.lstrip(" ")))
        # In a folded block, one line end is a space.
        lines[number] = values.put(line, lambda value: _LINE_ENDS.sub(rf"\g<0>{chr(10) * folded}{space}", value))  # noqa: B023
    return _ONLY_BLANK.sub("", "\n".join(lines))


def _read_back(written: str) -> str | None:
    try:
        node = compose(f"k: {written}\n", "", MAX_CHARACTERS)
    except UserError:
        return None
    child = node.value[0][1] if isinstance(node, yaml.MappingNode) and len(node.value) == 1 else None
    return str(child.value) if isinstance(child, yaml.ScalarNode) else None


# ------------------------------------------------------------------------------- places in a list


def _parts(text: str, node: yaml.SequenceNode | None) -> Iterator[tuple[int, int, yaml.Node]]:
    """Give each entry of a list with the places where its lines begin and end."""
    for child in node.value if node else ():
        at = child.start_mark.index
        start = line_start(text, at)
        if not text[start:at].strip(" "):  # its hyphen is alone on a line above
            start = line_start(text, text.rindex("-", 0, start))
        last = text.find("\n", _last(text, child))
        yield start, len(text) if last < 0 else last + 1, child


def _last(text: str, node: yaml.Node) -> int:
    """Return the place behind the last character of a value; a block's own mark is where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        return _last(text, node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1])
    start, end = node.start_mark.index, node.end_mark.index
    return start + len(text[start:end].rstrip())


def _with_comments(text: str, entries: Sequence[DataEntry], index: int) -> int:
    """Return where an entry begins with the comments directly above it; those above the first one are the file's."""
    if not index:
        return entries[0].start
    lines = text[entries[index - 1].end : entries[index].start].split("\n")[:-1]
    start = entries[index].start
    while lines and lines[-1].lstrip().startswith("#"):
        start -= len(lines.pop()) + 1
    return start


def _blank_lines(text: str, entries: Sequence[DataEntry]) -> int:
    """Return how many blank lines are between most entries."""
    gaps = Counter(
        sum(not line.strip() for line in text[one.end : two.start].split("\n")[:-1]) for one, two in pairwise(entries)
    )
    return gaps.most_common(1)[0][0] if gaps else 0


def _moved(new: str, column: int) -> str:
    """Move lines to the right, so that a hyphen is where those of the list are."""
    lines = new.rstrip("\n").split("\n")
    return "".join(f"{' ' * column}{line}\n" if line else "\n" for line in lines)
