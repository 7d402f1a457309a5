"""YAML as Almanac writes it, and changes to a file that a person keeps: only what has to change changes.

PyYAML knows where each value is in a text. So the text is changed in place, and comments, blank lines, the order of
the keys and the way in which all other values are written stay as they are.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Self

import yaml

from almanac.errors import UserError
from almanac.matching import LinearMatcher
from almanac.patterns import regex
from almanac.yamlfile import MAX_CHARACTERS, compose, load, scalar_value

# Words that YAML 1.1 (Ruby's reader too) takes for a boolean or null if they have no quotes.
_SPECIAL = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
_TEXT = "tag:yaml.org,2002:str"
# What begins with a letter, or as a path does, is no number, date or mark to anyone.
_WORDS = regex(r"/?[^\W\d_][^\n\r\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]*+")
# Readers differ in what ends a text in brackets.
_ENDS_IN_FLOW = regex(r"[,:?\[\]{}]")
_KEY = regex(r"[a-z][a-z0-9_-]*")
_LONGEST_KEY = 100  # YAML has another syntax for long ones
_NOTHING: tuple[Any, ...] = (None, [], {})
_ESCAPED = regex('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]')


class _Dumper(yaml.SafeDumper):
    """Writes every text in double quotes, so that no reader takes it for a number, a date or a boolean."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 -- PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 -- PyYAML's signature
        """Leave emoji and the like as they are, which PyYAML's own method escapes; no line is ever split."""
        self.write_indicator(_quoted(text), need_whitespace=True)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- PyYAML's signature
        return True


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    if char > "\uffff":
        return char if char.isprintable() else f"\\U{ord(char):08X}"
    short = _Dumper.ESCAPE_REPLACEMENTS.get(char)
    return f"\\{short}" if short else f"\\x{ord(char):02X}" if char <= "\xff" else f"\\u{ord(char):04X}"


class Styled(str):
    """A text that is written in a style of its own: YAML's mark for that, or None for a plain one, which has a tag."""

    __slots__ = ("style", "tag")

    def __new__(cls, text: str, style: str | None = None, tag: str = _TEXT) -> Self:
        made = super().__new__(cls, text)
        made.style, made.tag = style, tag
        return made

    style: str | None
    tag: str


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))
_Dumper.add_representer(Styled, lambda _, text: yaml.ScalarNode(text.tag, str(text), style=text.style))
# A text that comes as a node has chosen its quotes itself.
_Dumper.add_representer(yaml.ScalarNode, lambda _, node: node)


def dump(data: Any, *, flow: bool = False) -> str:
    """Write values as YAML, always the same bytes for the same values: one line a text, or with `flow` one for all."""
    if not flow and isinstance(data, dict) and _is_simple(data):
        return "".join(f"{line}\n" for line in _lines(data, ""))
    text = yaml.dump(
        _keyed(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"), default_flow_style=flow
    )
    return str(text)


def _keyed(value: Any) -> Any:
    """Leave out the quotes of keys that are plain words."""
    if isinstance(value, list):
        return [_keyed(child) for child in value]
    if not isinstance(value, dict):
        return value
    return {yaml.ScalarNode(_TEXT, key) if _is_word(key) else key: _keyed(child) for key, child in value.items()}


def _is_word(key: str) -> bool:
    return _KEY.fullmatch(key) is not None and key not in _SPECIAL


def _is_simple(value: Any) -> bool:
    """Tell whether values are what most records have: it takes PyYAML several times as long to write the same."""
    if isinstance(value, dict):
        return bool(value) and all(
            len(key) <= _LONGEST_KEY and _is_word(key) and _is_simple(child) for key, child in value.items()
        )
    if isinstance(value, list):
        return bool(value) and all(map(_is_simple, value))
    return type(value) in (str, int)


def _lines(value: dict[str, Any] | list[Any], indent: str) -> Iterator[str]:
    """Write simple values as PyYAML would: each text on a line of its own."""
    for key, child in value.items() if isinstance(value, dict) else ((None, child) for child in value):
        begin = f"{indent}- " if key is None else f"{indent}{key}: "
        if not isinstance(child, dict | list):
            yield begin + (_quoted(child) if isinstance(child, str) else str(child))
            continue
        below = _lines(child, f"{indent}  ")
        yield begin + next(below)[len(begin) :] if key is None else begin[:-1]
        yield from below


def styled(node: yaml.Node | None) -> Any:
    """Return what a node holds, texts with the style in which they are written there."""
    if isinstance(node, yaml.SequenceNode):
        return [styled(child) for child in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: styled(child) for key, child in node.value}
    if not isinstance(node, yaml.ScalarNode):
        return None
    value = scalar_value(node)
    # C's reader has an empty style for plain texts.
    return Styled(value, node.style or None, node.tag) if isinstance(value, str) else value


def is_plain(text: str, *, in_flow: bool) -> bool:
    """Tell whether a text may stand without quotes, every reader of YAML takes it for this text; or not in brackets."""
    if not _WORDS.fullmatch(text) or text.lower() in _SPECIAL or (in_flow and _ENDS_IN_FLOW.search(text)):
        return False
    try:
        node = compose(f"[{text}]\n" if in_flow else f"- {text}\n", "", MAX_CHARACTERS)
    except UserError:
        return False
    values: list[yaml.Node] = node.value if isinstance(node, yaml.SequenceNode) else []
    # Not only another text, a mapping as well may be what it is taken for, even one with a mapping as its key.
    return len(values) == 1 and isinstance(values[0], yaml.ScalarNode) and bool(styled(values[0]) == text)


def rewrite(source: str, data: Any, *, exact: bool = False) -> str | None:
    """Change a YAML text so that it holds other values; None if that cannot be done in place.

    A text is written in the style of the one in its place; a `Styled` one may be plain where that was. A comment goes
    only with the entry that it is part of. The caller has to make sure that the result reads as `data`: YAML has
    corners that are not thought of here. Keys without a value stay if `data` does not have them, unless it is `exact`.

    Raises:
        UserError: The text is not valid YAML.
    """
    text = source.removeprefix("\ufeff")
    mark = source[: len(source) - len(text)]
    is_dos = "\n" in text and text.replace("\r\n", "\n").replace("\n", "\r\n") == text
    if is_dos:
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    load(text, "")  # no keys but plain ones, and no aliases
    editor = _Editor(text, exact=exact)
    try:
        editor.change(compose(text, "", MAX_CHARACTERS), data, 0)
    except _NotInPlaceError:
        return None
    text = editor.result()
    return mark + (text.replace("\n", "\r\n") if is_dos else text)


# The key (None in a list) and the value.
_Entry = tuple[yaml.Node | None, yaml.Node]


class _NotInPlaceError(Exception):
    """What is around a value has to be written again."""


class _Editor:
    """Collects the changes to one text: start, end, and what comes in between.

    In what follows, `column` is where a group's keys or a list's hyphens are: further lines of a value are indented
    more than that.
    """

    def __init__(self, text: str, *, exact: bool) -> None:
        self.text = text
        self.exact = exact
        self.changes: list[tuple[int, int, str]] = []
        self.in_flow = False

    def result(self) -> str:
        parts, at = [], 0
        for start, end, new in sorted(self.changes, key=lambda change: change[:2]):
            parts += [self.text[at:start], new]
            at = end
        return "".join([*parts, self.text[at:]])

    def change(self, node: yaml.Node | None, new: Any, column: int) -> None:
        if isinstance(node, yaml.ScalarNode) and not isinstance(new, list | dict):
            self.scalar(node, new, column)
        elif isinstance(node, yaml.CollectionNode) and node.value and not new:
            raise _NotInPlaceError  # `[]` where lines were
        elif isinstance(node, yaml.MappingNode) and isinstance(new, dict):
            self.or_flow(node, new, self.group)
        elif isinstance(node, yaml.SequenceNode) and isinstance(new, list):
            self.or_flow(node, new, self.entries)
        else:
            raise _NotInPlaceError

    def scalar(self, node: yaml.ScalarNode, new: Any, column: int) -> None:
        if _data(node) == new or (isinstance(new, str) and node.value == new):
            return
        if isinstance(new, str):
            new = _in_style_of(node, new, in_flow=self.in_flow)
        text = dump({"k": new}).removeprefix("k: ").removesuffix("\n").replace("\n", "\n" + " " * column)
        start, end = node.start_mark.index, self.end(node)
        if new is None and not self.in_flow:
            self.changes.append((len(self.text[:start].rstrip(" ")), end, ""))
            return
        self.changes.append((start, end, text if start < end else f" {text}"))  # `key:` alone

    def or_flow(self, node: yaml.CollectionNode, new: Any, change: Callable[[Any, Any], None]) -> None:
        """Change a list or a group in place; one in brackets can be written again as a whole."""
        count, in_flow = len(self.changes), self.in_flow
        self.in_flow = bool(node.flow_style)
        try:
            change(node, new)
        except _NotInPlaceError:
            if not node.flow_style:
                raise
            del self.changes[count:]
            self.changes.append((node.start_mark.index, node.end_mark.index, dump(new, flow=True).rstrip("\n")))
        finally:
            self.in_flow = in_flow

    def group(self, node: yaml.MappingNode, new: dict[str, Any]) -> None:
        known = {key.value: (key, child) for key, child in node.value}
        before: _Entry | None = None
        for name, value in new.items():
            if name in known:
                before = known[name]
                self.entry(node, before, value, {name: value})
            else:
                self.insert(node, before, {name: value})
        for name, entry in known.items():
            if name not in new and (self.exact or _data(entry[1]) not in _NOTHING):
                self.remove(node, entry)

    def entries(self, node: yaml.SequenceNode, new: list[Any]) -> None:
        known = _entries(node)
        old, wanted = ([json.dumps(item, sort_keys=True) for item in side] for side in (map(_data, node.value), new))
        for step, i1, i2, j1, j2 in LinearMatcher(old, wanted).get_opcodes():
            if step == "equal":
                continue
            both = min(i2 - i1, j2 - j1)
            for entry, item in zip(known[i1 : i1 + both], new[j1 : j1 + both], strict=True):
                self.entry(node, entry, item, [item])
            for entry in known[i1 + both : i2]:
                self.remove(node, entry)
            for item in new[j1 + both : j2]:
                self.insert(node, known[i1 + both - 1] if i1 + both else None, [item])

    def entry(self, node: yaml.CollectionNode, entry: _Entry, new: Any, whole: Any) -> None:
        """Change the value of an entry; where that cannot be done in place, write all of the entry."""
        count, column = len(self.changes), node.start_mark.column
        try:
            self.change(entry[1], new, column)
        except _NotInPlaceError:
            if node.flow_style:
                raise
            del self.changes[count:]
            self.changes.append((self.start(entry), self.end(entry[1]), _indented(whole, column).strip(" \n")))

    def insert(self, node: yaml.CollectionNode, before: _Entry | None, whole: Any) -> None:
        if node.flow_style:
            raise _NotInPlaceError
        at = self.line_end(self.end(before[1])) if before else self.line_start(self.start(_entries(node)[0]))
        self.changes.append((at, at, _indented(whole, node.start_mark.column)))

    def remove(self, node: yaml.CollectionNode, entry: _Entry) -> None:
        if node.flow_style:
            raise _NotInPlaceError
        self.changes.append((self.line_start(self.start(entry)), self.line_end(self.end(entry[1])), ""))

    def start(self, entry: _Entry) -> int:
        key, child = entry
        if key:
            return int(key.start_mark.index)
        at = self.text.rfind("-", 0, child.start_mark.index)
        if self.text[at + 1 : child.start_mark.index].strip():
            raise _NotInPlaceError  # a comment, with a hyphen in it
        return at

    def end(self, node: yaml.Node) -> int:
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            return self.end(_entries(node)[-1][1])  # its own mark is where the next thing begins
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return self.text.index("\n", start + len(self.text[start:end].rstrip()))
        return int(end)

    def line_start(self, at: int) -> int:
        start = self.text.rfind("\n", 0, at) + 1
        if self.text[start:at].strip():
            raise _NotInPlaceError
        return start

    def line_end(self, at: int) -> int:
        return self.text.index("\n", at) + 1


def _in_style_of(node: yaml.ScalarNode, new: str, *, in_flow: bool) -> Styled:
    if node.style:
        again = Styled(new, '"' if node.style == "'" and "\n" in new else node.style)
        return again if _reads_as_written(again) else Styled(new, '"')
    if isinstance(new, Styled) and (new.style is None or not node.value or not is_plain(new, in_flow=in_flow)):
        return new
    return Styled(new, None if isinstance(new, Styled) else '"')


def _reads_as_written(text: Styled) -> bool:
    """Tell whether a text can be written in its style: not every one fits into a block."""
    try:
        return bool(styled(compose(dump({"k": text}) + "l: 1\n", "", MAX_CHARACTERS)) == {"k": text, "l": 1})
    except UserError:
        return False


def _entries(node: yaml.CollectionNode) -> list[_Entry]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else [(None, child) for child in node.value]


def _indented(data: Any, column: int) -> str:
    space = " " * column
    return space + dump(data).removesuffix("\n").replace("\n", f"\n{space}") + "\n"


def _data(node: yaml.Node) -> Any:
    """Return what a node holds, but for keys without a value: they say the same as none."""
    if isinstance(node, yaml.ScalarNode):
        return scalar_value(node)
    if isinstance(node, yaml.SequenceNode):
        return [_data(child) for child in node.value]
    values = {key.value: _data(child) for key, child in node.value}
    return {key: value for key, value in values.items() if value not in _NOTHING}
