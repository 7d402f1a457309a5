"""The issue form itself: read from its YAML file, and checked for what makes answers ambiguous.

The source of the syntax is GitHub's page "Syntax for GitHub's form schema".
"""

import re
from typing import get_args

import yaml

from bot.errors import Problem
from bot.intake.fields import Field, Form, Kind, Option
from bot.intake.form_ids import parameterize
from bot.intake.form_lint import lint
from bot.intake.form_yaml import Reader, compose, is_null
from bot.yamltext import line_of

__all__ = ["Field", "Form", "Kind", "Option", "lint", "read_form"]

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
    labels = _labels(reader, top.get("labels"))
    fields = _fields(reader, root, top.get("body"))
    reader.finish()
    return Form(name, labels, fields, path)


def _labels(reader: Reader, node: yaml.Node | None) -> tuple[str, ...]:
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
    options = _options(reader, node, attributes.get("options"), kind, where)
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


def _options(reader: Reader, parent: yaml.Node, node: yaml.Node | None, kind: Kind, where: str) -> tuple[Option, ...]:
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
