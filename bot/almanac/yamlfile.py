"""YAML text -> nodes that know their lines, whatever the text is. Nothing is built, so no tag or alias does harm.

YAML files that people write: read into Pydantic models, each mistake named with file, line and field.
"""

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from almanac.errors import Problem, UserError

_DEPTH_CAP = 32
_TOO_DEEP = "The lists and keys are nested too deep."
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def line_of(node: yaml.Node | yaml.CollectionStartEvent) -> int:
    """Return the line where a node begins, counted from 1."""
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def compose(text: str | bytes, file: str, cap: int) -> yaml.Node | None:
    """Read the one document of a YAML file; None where there is nothing but comments.

    Args:
        text: What stands in the file; bytes are UTF-8, with or without a byte order mark.
        file: Its path within the site, for messages.
        cap: The most characters that it may have.

    Raises:
        UserError: It is too long, no UTF-8, no YAML, or nested without measure.
    """
    if len(text) > cap:
        raise UserError(Problem(f"This file is longer than {cap:,} characters, the most that is read.", file=file))
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        _check_depth(decoded, file)
        return yaml.compose(decoded, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "something is not as it should be"
        unreadable = f"This is no readable YAML: {reason}. Look at this line and the one before it."
        # PyYAML 6.0.4 and later count for themselves, and may stop before we do.
        message = _TOO_DEEP if "nesting" in reason else unreadable
        # The end of the file counts as a line of its own there.
        line = min(mark.line, decoded.count("\n")) + 1 if mark else None
        raise UserError(Problem(message, file=file, line=line)) from None
    except (yaml.YAMLError, UnicodeError):
        message = "This file holds a character that YAML does not allow, or is no text in UTF-8."
        raise UserError(Problem(message, file=file)) from None


def _check_depth(text: str, file: str) -> None:
    # PyYAML builds nodes by recursion, in C without a limit: deep nesting would end the process.
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH_CAP:
                raise UserError(Problem(_TOO_DEEP, file=file, line=line_of(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


MAX_CHARACTERS = 1_000_000
Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_WORDS = {
    "string_type": "has to be text; put it in double quotes",
    "int_type": "has to be a whole number, without quotes",
    "int_parsing": "has to be a whole number, without quotes",
    "bool_type": "has to be true or false, without quotes",
    "tuple_type": "has to be a list, one entry a line, each after a hyphen",
    "dict_type": "has to be a group of keys with values",
    "model_type": "has to be a group of keys with values",
    "string_too_short": "must not be empty",
    "missing": "is missing; it is always needed",
}


@dataclass(frozen=True)
class Document:
    """A YAML file as plain values, and the line on which each value's key stands."""

    data: Any
    lines: dict[Path, int]


def load(text: str, file: str) -> Document:
    """Read one YAML file: text, numbers, booleans, null, lists and groups; dates stay the text that they are.

    Raises:
        UserError: It cannot be read, names a key twice, or uses anchors (`&`, `*`), which a record has no use for.
    """
    return _Reader(file).document(compose(text, file, MAX_CHARACTERS))


class _Reader:
    """Turns YAML nodes into plain values; one reader reads one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.seen: set[int] = set()

    def document(self, node: yaml.Node | None) -> Document:
        data = None if node is None else self.value(node, ())
        return Document(data, self.lines)

    def fail(self, message: str, node: yaml.Node, path: Path) -> UserError:
        return UserError(Problem(message, field(path), file=self.file, line=line_of(node)))

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, line_of(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        # Expanding an alias inside an alias is how a small file fills all memory.
        if id(node) in self.seen:
            raise self.fail("Write this out in full; `&` and `*` are not read here.", node, path)
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fail("A key has to be a plain word.", key_node, path)
            key = key_node.value
            here = (*path, key)
            if key in result:
                raise self.fail("This key is there twice; keep one of the two.", key_node, here)
            self.lines[here] = line_of(key_node)  # The key's line, wherever its value begins.
            result[key] = self.value(child, here)
        return result


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() in {"true", "yes", "on"}
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,18}", node.value):
        return int(node.value)
    return str(node.value)


def read_model(model: type[M], document: Document, file: str) -> M:
    """Check a document against a model.

    Raises:
        UserError: With every problem: unknown keys (the nearest known one named), missing ones, wrong types and values.
    """
    if not isinstance(document.data, dict):
        raise UserError(Problem("The file has to hold keys with values, one a line, as in `title: ...`.", file=file))
    try:
        # Strict, but through JSON: there, a list may become a tuple and nothing else changes its type.
        return model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        raise UserError(list(_problems(model, error, document, file))) from None


def _problems(model: type[BaseModel], error: ValidationError, document: Document, file: str) -> Iterator[Problem]:
    seen = set()
    for detail in error.errors(include_url=False):
        path = _path(detail, document)
        if path not in seen:  # A union reports once for each of its members.
            seen.add(path)
            yield Problem(_sentence(model, detail), field(path), file=file, line=_line(path, document))


def _path(detail: ErrorDetails, document: Document) -> Path:
    """Return where in the file a mistake is: Pydantic's location without the steps that only its types know."""
    path: Path = ()
    for step in detail["loc"]:
        if (*path, step) not in document.lines:
            return (*path, step) if detail["type"] == "missing" else path
        path = (*path, step)
    return path


def _line(path: Path, document: Document) -> int | None:
    while path and path not in document.lines:
        path = path[:-1]
    return document.lines.get(path)


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, location = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), _names_at(model, location[:-1]))
    if kind in _WORDS:
        return f"This {_WORDS[kind]}."
    if kind == "string_pattern_mismatch":
        return f"This is not written as it has to be{_like(model, location)}."
    if kind == "value_error":
        return f"This cannot be read: {str(detail['ctx']['error']).rstrip('.')}."
    if kind == "literal_error":
        return f"This has to be one of {detail['ctx']['expected']}."
    return f"This is not allowed here: {detail['msg'][:1].lower()}{detail['msg'][1:]}."


def _like(model: type[BaseModel], location: Path) -> str:
    known = model.model_fields.get(str(location[0])) if location else None
    return f", as in {known.examples[0]}" if known and known.examples else ""


def _unknown_key(key: str, names: list[str]) -> str:
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    if near:
        return f"There is no such key. The nearest one is `{near[0]}`."
    return f"There is no such key. These are known: {', '.join(names)}."


def _names_at(model: type[BaseModel], location: Path) -> list[str]:
    """Return the names of the fields of the model that stands at a location inside another."""
    schema: Any = model.model_json_schema()
    here = schema
    for step in location:
        if isinstance(step, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(step) or here.get("additionalProperties") or {}
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return list(here.get("properties", {}))


def field(path: Path) -> str | None:
    """Write a path inside a file as a person would: `people[2].name`, counted from 1."""
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or None


def located(problem: Problem, text: str | None) -> Problem:
    """Give a problem of a file the line of its field, where the file's text has that field and no line is given."""
    if problem.line or problem.field is None or text is None:
        return problem
    lines = {field(path): line for path, line in load(text, problem.file or "").lines.items()}
    return replace(problem, line=lines.get(problem.field))
