"""An issue form as plain values: what its maintainers ask, in the order in which they ask it.

The key of a field that has no id.

A form's YAML, taken apart node by node; what is wrong is collected.

What in a form makes its answers ambiguous, and what to change.

The issue form itself: read from its YAML file, and checked for what makes answers ambiguous.

The source of the syntax is GitHub's page "Syntax for GitHub's form schema".
"""

import dataclasses
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import yaml

from almanac import yamlfile as yamltext
from almanac.errors import ConfigError, Problem, UserError
from almanac.yamlfile import line_of

Kind = Literal["input", "textarea", "dropdown", "checkboxes", "upload"]


@dataclass(frozen=True)
class Option:
    """One choice of a dropdown, or one box of a field of checkboxes.

    Attributes:
        label: Its words, verbatim.
        required: Whether the box must be ticked; always False in a dropdown.
    """

    label: str
    required: bool = False


@dataclass(frozen=True)
class Field:
    """One question of a form.

    Attributes:
        id: The key of its answer. Unique in its form.
        label: The heading above its answer, verbatim.
        kind: The form element that it is.
        required: Whether GitHub asks for an answer. It only does so in public repositories, so check again.
        options: The choices of a dropdown or the boxes of checkboxes, in the form's order; empty for other kinds.
        multiple: Whether several options of a dropdown may be chosen.
        render: The language of the code fence that GitHub puts around a textarea's answer, or None for plain text.
        line: The line of the form's file where the element begins, counted from 1, or None.
    """

    id: str
    label: str
    kind: Kind
    required: bool = False
    options: tuple[Option, ...] = ()
    multiple: bool = False
    render: str | None = None
    line: int | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Form:
    """An issue form.

    Two forms are the same only if they are one object: what the parser prepares for a form is kept by that.

    Attributes:
        name: What the form calls itself; empty if it does not say.
        labels: The labels that GitHub gives to an issue filed with it.
        fields: Its questions in order. Elements that only show text are left out, as they leave no trace in an issue.
        path: The form's file within the site, for messages.
    """

    name: str
    labels: tuple[str, ...]
    fields: tuple[Field, ...]
    path: str = ""


# The letters of Latin-1 and Latin Extended-A that are more than a base letter with a mark.
_LIGATURES = str.maketrans(
    {
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ĳ": "IJ", "ĳ": "ij", "ß": "ss", "ẞ": "SS", "Þ": "Th", "þ": "th",
        "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k",  # noqa: RUF001 - these are the letters meant
        "Ŀ": "L", "ŀ": "l", "Ł": "L", "ł": "l", "ŉ": "'n", "Ŋ": "NG", "ŋ": "ng", "Ŧ": "T", "ŧ": "t", "×": "x",  # noqa: RUF001
    }
)  # fmt: skip
_LAST = "\u017e"


def parameterize(label: str) -> str:
    """Return the key that GitHub gives to a field without an id.

    GitHub uses `parameterize` of Rails: Western letters lose their marks, `-` and `_` stay, each run of anything else
    becomes one `-`, none is left at either end, and all is lower case. Other alphabets leave nothing. (python-slugify
    differs: it spells out other alphabets and drops the comma of `1,000`.)
    """
    latin = "".join(map(_base, unicodedata.normalize("NFC", label).translate(_LIGATURES)))
    return re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9_-]+", "-", latin)).strip("-").lower()


def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0] if "\x7f" < character <= _LAST else character


SIZE_CAP = 262_144
"""The longest form that is read, in characters; a real one has a few thousand."""


class Reader:
    """Takes nodes apart and collects what is wrong with them.

    Scalars are taken as they are written, so that an option `1.0` or `yes` keeps its words.

    Attributes:
        path: The file's path within the site.
        problems: What was found so far.
    """

    def __init__(self, path: str) -> None:
        """Take the path that the problems shall name."""
        self.path = path
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node, field: str | None, message: str) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(message, field=field, file=self.path, line=line_of(node)))

    def mapping(self, node: yaml.Node, where: str | None, what: str) -> dict[str, yaml.Node]:
        """Return the entries of a mapping; anything else is a problem and has none."""
        entries: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, where, f"{what} must be made of keys with values, as in `name: New event`.")
            return entries
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in entries:
                self.complain(key, where, f"The key `{name}` stands here twice. Keep one of the two.")
            entries[name] = value
        return entries

    def sequence(self, node: yaml.Node, where: str, example: str) -> list[yaml.Node]:
        """Return the items of a list; anything else is a problem and has none."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.complain(node, where, f"This must be a list, one item on each line, as in `- {example}`.")
        return []

    def text(self, node: yaml.Node | None, parent: yaml.Node, where: str) -> str:
        """Return a text that has to be there and may not be empty; else it is a problem and empty."""
        if node is None:
            self.complain(parent, where, "This is missing. Write a text here.")
        elif not isinstance(node, yaml.ScalarNode) or is_null(node) or not node.value.strip():
            self.complain(node, where, "This must be a text that is not empty.")
        else:
            return str(node.value)
        return ""

    def flag(self, node: yaml.Node | None, where: str) -> bool:
        """Return a switch; one that is left out is off, and anything but a switch is a problem."""
        if node is None or is_null(node):
            return False
        if node.tag != "tag:yaml.org,2002:bool":
            self.complain(node, where, "This must be `true` or `false`, without quotes.")
            return False
        return str(node.value).lower() in {"true", "yes", "on"}

    def finish(self) -> None:
        """Raise all problems, if there are any.

        Raises:
            ConfigError: There are.
        """
        if self.problems:
            raise ConfigError(self.problems)


def is_null(node: yaml.Node) -> bool:
    """Say whether a node is YAML's nothing: an empty value, `~` or `null`."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def compose(text: str | bytes, path: str) -> yaml.Node:
    """Read the one document of a form's file.

    Raises:
        ConfigError: It is too long, no UTF-8, no YAML, empty, or nested without measure.
    """
    try:
        node = yamltext.compose(text, path, SIZE_CAP)
    except UserError as error:
        raise ConfigError(error.problems) from None
    if node is None:
        raise ConfigError(Problem("This file is empty.", file=path))
    return node


_Reading = tuple[str, ...]


def lint(form: Form) -> tuple[Problem, ...]:
    """Name each place of a form at which an answer could be read in two ways.

    GitHub writes an issue's text without escaping anything, so what a form leaves unclear stays unclear.
    """
    found = [*_neighbours(form), *_labels(form)]
    for field in form.fields:
        found.extend((field, message) for message in _options(field))
    found.sort(key=lambda pair: form.fields.index(pair[0]))
    return tuple(
        Problem(message, field=field.label, file=form.path or None, line=field.line) for field, message in found
    )


def _neighbours(form: Form) -> Iterator[tuple[Field, str]]:
    for first, second in pairwise(form.fields):
        if first.kind == second.kind == "textarea":
            message = (
                f"This textarea follows the textarea “{first.label}”, so a heading typed there can look like this one. "
                "Put a field of another type, such as an input, between the two (text of type markdown does not help)."
            )
            yield second, message


def _labels(form: Form) -> Iterator[tuple[Field, str]]:
    seen: set[str] = set()
    for field in form.fields:
        if field.label in seen:
            yield field, "Another field has the same label. Give each field a label of its own."
        seen.add(field.label)
        if "\n" in field.label:
            yield field, "This label has more than one line. Write it in one line, or it cannot be found in an issue."


def _options(field: Field) -> Iterator[str]:
    words = [option.label for option in field.options]
    for word in dict.fromkeys(words):
        if words.count(word) > 1:
            yield f"The option “{word}” stands here twice. Remove or rename one of the two."
        if "\n" in word:
            yield f"The option “{word}” has more than one line. Write it in one line."
        if field.kind == "dropdown" and (word.lower() == "none" or word == "_No response_"):
            yield (
                f"The option “{word}” looks like a field that was left blank: GitHub writes the same word for it. "
                "Call it something else, such as “Nothing”."
            )
    clash = _two_readings(words) if field.multiple else None
    if clash:
        one, other = (" + ".join(f"“{word}”" for word in reading) for reading in clash)
        yield (
            f"GitHub joins the chosen options with commas, and then {one} looks the same as {other}. "
            "Rename an option so that it has no comma."
        )


def _two_readings(options: list[str]) -> tuple[_Reading, _Reading] | None:
    """Return two different choices that look the same once joined by `, `, or None where there are none.

    Searched by what the longer of two partly equal joins has too much (Sardinas and Patterson's test), in pieces
    between commas.
    """
    pieces = {option: tuple(option.split(", ")) for option in options}
    waiting: deque[tuple[tuple[str, ...], _Reading, _Reading]] = deque()
    for short, short_pieces in pieces.items():
        for long, long_pieces in pieces.items():
            if short != long and long_pieces[: len(short_pieces)] == short_pieces:
                waiting.append((long_pieces[len(short_pieces) :], (long,), (short,)))
    seen: set[tuple[str, ...]] = set()
    while waiting:
        rest, ahead, behind = waiting.popleft()
        if not rest:
            return ahead, behind
        if rest in seen:
            continue
        seen.add(rest)
        for option, own in pieces.items():
            if own[: len(rest)] == rest:
                waiting.append((own[len(rest) :], (*behind, option), ahead))
            elif rest[: len(own)] == own:
                waiting.append((rest[len(own) :], ahead, (*behind, option)))
    return None


_KINDS: tuple[Kind, ...] = get_args(Kind)


def read_form(text: str | bytes, path: str = ".github/ISSUE_TEMPLATE/new-event.yml") -> Form:
    """Read an issue form.

    A form that GitHub accepts but that `lint` complains of is read all the same.

    Args:
        text: The YAML file; bytes are taken as UTF-8, with or without a byte order mark.
        path: Its path within the site, for messages.

    Raises:
        ConfigError: It is no form: unreadable YAML, no `body`, no field in it, an unknown element, or a field whose
            key, label or options cannot be made out. All problems at once, with their lines. Whatever the text is,
            no other exception is raised.
    """
    root = compose(text, path)
    reader = Reader(path)
    top = reader.mapping(root, None, "An issue form")
    reader.finish()
    name = top["name"].value if isinstance(top.get("name"), yaml.ScalarNode) and not is_null(top["name"]) else ""
    labels = _read_labels(reader, top.get("labels"))
    fields = _fields(reader, root, top.get("body"))
    reader.finish()
    return Form(name, labels, fields, path)


def _read_labels(reader: Reader, node: yaml.Node | None) -> tuple[str, ...]:
    if node is None or is_null(node):
        return ()
    if isinstance(node, yaml.ScalarNode):
        # GitHub takes a list or one text with commas.
        return tuple(label for part in node.value.split(",") if (label := part.strip()))
    items = reader.sequence(node, "labels", "event")
    return tuple(reader.text(item, node, f"labels[{number}]") for number, item in enumerate(items))


def _fields(reader: Reader, root: yaml.Node, body: yaml.Node | None) -> tuple[Field, ...]:
    if body is None or is_null(body):
        message = "This is no issue form: it has no `body` with the form's fields."
        reader.complain(body or root, "body", message)
        return ()
    items = reader.sequence(body, "body", "type: input")
    elements = [_element(reader, item, f"body[{number}]") for number, item in enumerate(items)]
    fields = tuple(element for element in elements if element)
    if not fields and not reader.problems:
        reader.complain(body, "body", "This form asks nothing: add a field, such as one of type `input`.")
    _check_ids(reader, fields)
    return fields


def _element(reader: Reader, node: yaml.Node, where: str) -> Field | None:
    found = len(reader.problems)
    entries = reader.mapping(node, where, "An element of a form")
    if len(reader.problems) > found:
        return None
    kind = _kind(reader, node, entries.get("type"), where)
    if kind is None:
        return None
    attributes = _part(reader, entries.get("attributes"), f"{where}.attributes")
    validations = _part(reader, entries.get("validations"), f"{where}.validations")
    label = reader.text(attributes.get("label"), node, f"{where}.attributes.label")
    render = attributes.get("render") if kind == "textarea" else None
    key = _id(reader, node, entries.get("id"), where, label)
    options = _read_options(reader, node, attributes.get("options"), kind, where)
    required = reader.flag(validations.get("required"), f"{where}.validations.required")
    multiple = kind == "dropdown" and reader.flag(attributes.get("multiple"), f"{where}.attributes.multiple")
    language = None if render is None or is_null(render) else reader.text(render, node, f"{where}.attributes.render")
    if len(reader.problems) > found:
        return None
    return Field(key, label, kind, required, options, multiple, language, line_of(node))


def _kind(reader: Reader, parent: yaml.Node, node: yaml.Node | None, where: str) -> Kind | None:
    written = reader.text(node, parent, f"{where}.type")
    for kind in _KINDS:
        if written == kind:
            return kind
    if written and written != "markdown":
        known = ", ".join(f"`{kind}`" for kind in ("markdown", *_KINDS))
        reader.complain(node or parent, f"{where}.type", f"No form element is called that. There are {known}.")
    return None


def _part(reader: Reader, node: yaml.Node | None, where: str) -> dict[str, yaml.Node]:
    return {} if node is None or is_null(node) else reader.mapping(node, where, "This part of an element")


def _id(reader: Reader, parent: yaml.Node, node: yaml.Node | None, where: str, label: str) -> str:
    if node is None or is_null(node):
        key = parameterize(label)
        if label and not key:
            reader.complain(
                parent, f"{where}.id", "No id can be made from this label. Give the field one, as `id: topic`."
            )
        return key
    key = reader.text(node, parent, f"{where}.id")
    if key and not re.fullmatch(r"[A-Za-z0-9_-]+", key):
        reader.complain(node, f"{where}.id", "An id is made of the letters A to Z, digits, `-` and `_` only.")
    return key


def _read_options(
    reader: Reader, parent: yaml.Node, node: yaml.Node | None, kind: Kind, where: str
) -> tuple[Option, ...]:
    if kind not in {"dropdown", "checkboxes"}:
        return ()
    where = f"{where}.attributes.options"
    if node is None or is_null(node):
        reader.complain(node or parent, where, "This field needs a list of options to choose from.")
        return ()
    items = reader.sequence(node, where, "Online" if kind == "dropdown" else "label: I agree")
    if isinstance(node, yaml.SequenceNode) and not items:
        reader.complain(node, where, "This list is empty: add an option to choose.")
    return tuple(_option(reader, item, kind, f"{where}[{number}]") for number, item in enumerate(items))


def _option(reader: Reader, node: yaml.Node, kind: Kind, where: str) -> Option:
    if kind == "dropdown":
        return Option(reader.text(node, node, where))
    if not isinstance(node, yaml.MappingNode):
        reader.complain(node, where, "A box to tick is written `- label: I agree`.")
        return Option("")
    entries = reader.mapping(node, where, "A box to tick")
    label = reader.text(entries.get("label"), node, f"{where}.label")
    return Option(label, required=reader.flag(entries.get("required"), f"{where}.required"))


def _check_ids(reader: Reader, fields: tuple[Field, ...]) -> None:
    # Answers are kept by key: two fields with one key cannot both be told apart afterwards.
    first: dict[str, Field] = {}
    for field in fields:
        earlier = first.setdefault(field.id, field)
        if earlier is not field:
            message = (
                f"Its key `{field.id}` is also that of the field in line {earlier.line}. Give each an `id` of its own."
            )
            reader.problems.append(Problem(message, field=field.label, file=reader.path, line=field.line))
