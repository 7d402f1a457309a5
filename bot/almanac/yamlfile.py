"""YAML files that people write, read into Pydantic models; each mistake is named with its file, line and field.

No YAML tag is acted on, and no small file fills the memory: deep nesting and multiplying aliases are refused.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import joined, say

MAX_CHARACTERS = 1_000_000
_DEPTH_CAP = 32
_LINE_START = regex(r"(?:\A|[\n\r\x85\u2028\u2029])([ \t\ufeff?:-]*)")
_LONGEST_TYPED = 200
_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false", "true": "true", "false": "false"}
_TOO_DEEP = say("The lists and keys are nested too deep.")
_REASONS = (
    ("mapping values are not allowed", say("a key lacks its colon, or a text with a colon needs quotes")),
    ("sequence entries are not allowed", say("there is a hyphen where no list can begin")),
    ("could not find expected ':'", say("a key has no colon after it")),
    ("cannot start any token", say("a text begins with a character that needs quotes around it")),
    ("unknown escape character", say("a backslash is in double quotes; write it in single ones")),
    ("quoted scalar", say("a quotation mark is not closed")),
    ("expected ',' or", say("a bracket is not closed, or a comma is missing in it")),
    ("node content", say("a value is missing")),
    ("block mapping", say("a line is further in or out than those beside it, or a text goes on behind its quotes")),
    ("block collection", say("a line in a list is further out than the others and has no hyphen")),
    ("alias", say("a text that begins with `*` needs quotes")),
    ("anchor", say("a text that begins with `&` needs quotes")),
    ("tag", say("a text that begins with `!` needs quotes")),
    ("document", say("there is more than one document; `---` can only be the first line")),
)
"""Parts of what the YAML library says, in one of its versions or another, and how it is told; the first one counts."""
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

# Pydantic's kind of mistake -> what is wrong with the value.
_SENTENCES = {
    "string_type": say("This has to be text; put it in double quotes"),
    "int_type": say("This has to be a whole number, without quotes"),
    "int_parsing": say("This has to be a whole number, without quotes"),
    "bool_type": say("This has to be `true` or `false`, without quotes"),
    "tuple_type": say("This has to be a list, one entry a line, each after a hyphen"),
    "dict_type": say("This has to be a group of keys with values"),
    "model_type": say("This has to be a group of keys with values"),
    "dataclass_type": say("This has to be a group of keys with values"),
    "string_too_short": say("This must not be empty"),
    "too_short": say("This list must not be empty"),
    "missing": say("This is missing; it is always needed"),
    "greater_than_equal": say("This has to be at least {ge}"),
    "greater_than": say("This has to be more than {gt}"),
    "less_than_equal": say("This has to be at most {le}"),
    "string_too_long": say("This must not be longer than {max_length} characters"),
}
_WRONG = say("This is not in the right form")


@dataclass(frozen=True)
class Dialect:
    """How the files of one kind are read."""

    cap: int = MAX_CHARACTERS
    first: int = 1  # the number by which a problem's field names the first entry of a list
    aliases: bool = False  # whether anchors (`&`, `*`) are followed
    is_text: Callable[[Path], bool] = lambda _: False  # where a number or a boolean is the text that it is written as


@dataclass(frozen=True)
class Document:
    """A YAML file as plain values: texts, whole numbers, booleans, None, lists and groups; and how to point into it."""

    file: str
    data: Any
    lines: dict[Path, int]  # where a value is -> the line of its key, counted from 1
    first: int = 1  # as in `Dialect`

    def read(self, model: type[M], at: Path = ()) -> M:
        """Check the document, or the part of it at a path, against a model.

        Raises:
            UserError: With every problem: unknown keys (the nearest known one named), missing ones, wrong values.
        """
        data = self.data
        for step in at:
            data = data[step]
        if not isinstance(data, dict):
            first = next(iter(model.model_fields))
            raise UserError(
                self.problem(
                    say("There have to be keys with values here, one a line, as in `{first}: ...`.", first=first), at
                )
            )
        try:
            # Strict, but through JSON: there, a list may become a tuple and nothing else changes its type.
            return model.model_validate_json(json.dumps(data))
        except ValidationError as error:
            raise UserError(self._problems(model, error, at)) from None

    def problem(self, message: str, at: Path = ()) -> Problem:
        """Return a problem with the value at a path, which may be missing."""
        known = at
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(message, field_name(at, self.first), file=self.file, line=self.lines.get(known))

    def located(self, problem: Problem) -> Problem:
        """Give a problem of this file the line of its field, where the file has that field and no line is given."""
        if problem.line or problem.field is None:
            return problem
        lines = {field_name(path, self.first): line for path, line in self.lines.items()}
        return replace(problem, line=lines.get(problem.field))

    def _problems(self, model: type[BaseModel], error: ValidationError, at: Path) -> Iterator[Problem]:
        seen = set()
        for detail in error.errors(include_url=False):
            # Pydantic's location without the steps that only its types know.
            path, rest = at, detail["loc"]
            while rest and (*path, rest[0]) in self.lines:
                path, rest = (*path, rest[0]), rest[1:]
            if detail["type"] == "missing":
                path = (*path, *rest)
            if path not in seen:  # A union reports once for each of its members.
                seen.add(path)
                typed, accepted = _typed(detail)
                yield replace(self.problem(mistake(model, detail), path), typed=typed, accepted=accepted)


def field_name(path: Path, first: int = 1) -> str | None:
    """Write a path inside a file as a person would, `people[2].name`; None for the whole file."""
    text = "".join(f"[{step + first}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or None


def load(text: str | bytes, file: str, dialect: Dialect = Dialect()) -> Document:
    """Read one YAML file: text, whole numbers, booleans, null, lists and groups; dates stay the text that they are.

    Bytes are UTF-8, with or without a byte order mark.

    Raises:
        UserError: It cannot be read, names a key twice, or has aliases that are not followed.
    """
    node = compose(text, file, dialect.cap)
    reader = _Reader(file, dialect, len(text))
    return Document(file, None if node is None else reader.value(node, ()), reader.lines, dialect.first)


def compose(text: str | bytes, file: str, cap: int) -> yaml.Node | None:
    """Read the one document of a YAML file as nodes, which know their places; None if it holds only comments.

    Raises:
        UserError: It is too long, not UTF-8, not YAML, or nested too deep.
    """
    if len(text) > cap:
        raise UserError(
            Problem(say("This file is longer than {cap:,} characters, the most that is read.", cap=cap), file=file)
        )
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        _check_depth(decoded, file)
        return yaml.compose(decoded, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = f"{error.context} {error.problem}"
        reason = next((told for part, told in _REASONS if part in words), say("something is wrong"))
        if mark and "cannot start any token" in words and "\t" in decoded.split("\n")[mark.line]:
            reason = say("there is a tab, where YAML takes only spaces")
        unreadable = say("This is not valid YAML: {reason}. Look at this line and the one before it.", reason=reason)
        # PyYAML 6.0.4 and later count for themselves, and may stop before we do.
        message = _TOO_DEEP if "nesting" in words else unreadable
        # The end of the file counts as a line of its own there.
        line = min(mark.line, decoded.count("\n")) + 1 if mark else None
        raise UserError(Problem(message, file=file, line=line)) from None
    except (yaml.YAMLError, UnicodeError):
        message = say("This file has a character that YAML does not allow, or is not text in UTF-8.")
        raise UserError(Problem(message, file=file)) from None


def _check_depth(text: str, file: str) -> None:
    # PyYAML builds nodes by recursion, in C without a limit: deep nesting would end the process.
    if most_nested(text) <= _DEPTH_CAP:
        return
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH_CAP:
                raise UserError(Problem(_TOO_DEEP, file=file, line=_line_of(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def most_nested(text: str) -> int:
    """Return a depth that no list or group of a YAML text exceeds, found without reading it.

    A group has to be further in than the one around it, and only a list may be as far in as its key; or there are
    brackets.
    """
    furthest = max(map(len, _LINE_START.findall(text)), default=0)
    return 2 * (furthest + 1) + text.count("[") + text.count("{")


def scalar_value(node: yaml.ScalarNode) -> str | int | bool | None:
    """Return a text, whole number, boolean or None as YAML 1.1 takes it; a date or any other number is text."""
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() in {"true", "yes", "on"}
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,18}", node.value):
        return int(node.value)
    return str(node.value)


def _line_of(node: yaml.Node | yaml.CollectionStartEvent) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


class _Reader:
    """Turns the nodes of one file into plain values.

    Expanding an alias inside an alias is how a small file fills all memory. So no node is read twice; or, where aliases
    are followed, none within itself, and all together give no more values than the file has characters.
    """

    def __init__(self, file: str, dialect: Dialect, room: int) -> None:
        self.file = file
        self.dialect = dialect
        self.room = room
        self.lines: dict[Path, int] = {}
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, _line_of(node))
        if isinstance(node, yaml.ScalarNode):
            plain = scalar_value(node)
            return str(node.value) if plain is not None and self.dialect.is_text(path) else plain
        if len(path) > _DEPTH_CAP:
            raise self.fail(_TOO_DEEP, node, path)
        if id(node) in self.seen or len(self.lines) > self.room:
            raise self.fail(say("Write this out in full; `&` and `*` are not read here."), node, path)
        self.seen.add(id(node))
        value: list[Any] | dict[str, Any]
        if isinstance(node, yaml.SequenceNode):
            value = [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        else:
            value = self.group(node, path)
        if self.dialect.aliases:
            self.seen.discard(id(node))
        return value

    def group(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.fail(say("A key has to be a plain word."), key, path)
            here = (*path, key.value)
            if key.value in result:
                raise self.fail(say("This key is here twice; keep one of the two."), key, here)
            self.lines[here] = _line_of(key)  # The key's line, wherever its value begins.
            result[key.value] = self.value(child, here)
        return result

    def fail(self, message: str, node: yaml.Node, path: Path) -> UserError:
        return UserError(Problem(message, field_name(path, self.dialect.first), file=self.file, line=_line_of(node)))


def mistake(model: type[BaseModel], detail: ErrorDetails) -> str:  # noqa: PLR0911 -- one for each kind
    """Say in a sentence what Pydantic has found wrong."""
    kind, location = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        return _no_such_key(str(location[-1]), list(_schema_at(model, location[:-1]).get("properties", {})))
    if kind == "value_error":
        return str(detail["ctx"]["error"])  # ours, in words for people
    if kind == "literal_error":
        *others, last = re.findall("'[^']*'", detail["ctx"]["expected"])
        names, last = ", ".join(others).replace("'", "`"), last.replace("'", "`")
        if names:
            return say("This has to be {names} or {last}.", names=names, last=last)
        return say("This has to be {expected}, or left out.", expected=last)
    examples = _schema_at(model, location).get("examples", [])
    like = say(", as in {examples}", examples=examples[0]) if examples else ""
    if kind != "missing" and detail["input"] is None:
        return say("There is no value here. Write one{like}, or take the line out.", like=like)
    if kind == "string_type" and isinstance(detail["input"], list | dict):
        what = say("a list") if isinstance(detail["input"], list) else say("a group of keys")
        return say("This has to be one text, not {what}{like}.", what=what, like=like)
    return joined((say(_SENTENCES.get(kind, _WRONG), **detail.get("ctx", {})), like, "."), "")


def _no_such_key(key: str, names: list[str]) -> str:
    near = difflib.get_close_matches(key, names, n=1)
    if near:
        return say("There is no such key. The nearest one is `{near}`.", near=near[0])
    return say("There is no such key. These are known: {names}.", names=", ".join(names))


def _typed(detail: ErrorDetails) -> tuple[str | None, str | None]:
    """Return a single value as it was typed, if it is not what was wanted, and what would be, if that is certain."""
    kind, value = detail["type"], detail["input"]
    if kind in {"missing", "extra_forbidden"} or not isinstance(value, str | int) or len(str(value)) > _LONGEST_TYPED:
        return None, None
    typed = value if isinstance(value, str) else json.dumps(value)
    if kind == "string_type":
        return typed, f'"{typed}"'
    if kind == "tuple_type":
        return typed, json.dumps([typed], ensure_ascii=False)
    if kind == "literal_error":
        near = difflib.get_close_matches(typed.lower(), re.findall(r"'([^']+)'", detail["ctx"]["expected"]), n=1)
        return typed, next(iter(near), None)
    if kind == "int_type" and typed.isdecimal():
        return typed, typed
    return typed, _BOOLEANS.get(typed.lower()) if kind == "bool_type" else None


@cache  # a file can have thousands of mistakes
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _schema_at(model: type[BaseModel], location: Path) -> dict[str, Any]:
    here = schema = _schema(model)
    for step in location:
        if isinstance(step, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(step) or here.get("additionalProperties") or {}
        # Of what may be left out, the other way to be.
        here = {**next((one for one in here.get("anyOf", ()) if "$ref" in one), {}), **here}
        if "$ref" in here:
            here = {**schema["$defs"][here["$ref"].rpartition("/")[2]], **here}
    return here
