"""What `almanac doctor --fix` can mend: small edits of a site's files, and settings of its repository on GitHub.

An edit changes a few lines and leaves all others as they are, comments included. What would not read as intended
afterwards is left as it was: then a person has to do it.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml

from almanac.errors import UserError
from almanac.form.schema import Form, lint, read_form
from almanac.patterns import regex
from almanac.yamlfile import load

_BODY = regex(r"^body:", re.MULTILINE)
_CANCELS = regex(r"^([ \t]*cancel-in-progress:[ \t]*)true\b", re.MULTILINE)
_PERMISSIONS = regex(r"^(?P<indent>[ ]+)permissions:[ ]*(?:#.*)?\n(?P<keys>(?:(?P=indent)[ ]+\S.*\n)+)", re.MULTILINE)
_PATHS = regex(r"^(?P<indent>[ ]+)paths:[ ]*(?:#.*)?\n(?:(?P<item>[ ]+- ).*\n)+", re.MULTILINE)


# ---------------------------------------------------------------- the form


def top_key(line: str) -> Callable[[str], str]:
    """Put a key above a form's `body`, unless it is there."""
    key = line.partition(":")[0]

    def change(text: str) -> str:
        has_key = re.search(rf"^{key}:", text, re.MULTILINE)
        return text if has_key else _BODY.sub(lambda _: f"{line}\nbody:", text, count=1)

    return change


def spread_textareas(text: str) -> str:
    """Put a question of another kind between textareas, by moving those that come later, or else earlier, in a form."""
    form, blocks = read_form(text), _blocks(text)
    if blocks is None or len(blocks.elements) != len(form.fields):
        return text
    order: list[int] = []
    left = [*range(len(form.fields))]

    def is_long(number: int) -> bool:
        return form.fields[number].kind == "textarea"

    while left:
        number = left[0]
        if order and is_long(order[-1]) and is_long(number):
            number = next((one for one in left if not is_long(one)), number)
        left.remove(number)
        order.append(number)
    for place in range(1, len(order)):
        if is_long(order[place - 1]) and is_long(order[place]):
            # One between others of its kind is missed by nobody; the first two stay, as they are what is needed.
            spare = [at for at in range(2, place) if not is_long(order[at]) and not is_long(order[at - 1])]
            if not spare:
                return text
            order.insert(place - 1, order.pop(spare[0]))
    return _as_good(text, blocks.head + "".join(blocks.elements[one] for one in order) + blocks.tail, form)


def require(name: str) -> Callable[[str], str]:
    """Make an answer required."""

    def change(text: str) -> str:
        form, blocks = read_form(text), _blocks(text)
        place = next((at for at, field in enumerate(form.fields) if field.id == name), None)
        if blocks is None or place is None or len(blocks.elements) != len(form.fields):
            return text
        element = blocks.elements[place]
        if "validations:" in element:
            changed = re.sub(r"(?m)^(\s*required:\s*)false\b", r"\1true", element)
        else:
            indent = " " * (len(element) - len(element.lstrip()) + 2)
            filled = element.rstrip()
            changed = f"{filled}\n{indent}validations:\n{indent}  required: true{element[len(filled) :]}"
        elements = [*blocks.elements[:place], changed, *blocks.elements[place + 1 :]]
        return _as_good(text, blocks.head + "".join(elements) + blocks.tail, form, more=1)

    return change


@dataclass(frozen=True)
class _Blocks:
    """A form's text, cut into its questions, each with the text of type markdown above it."""

    head: str
    elements: list[str]
    tail: str


def _blocks(text: str) -> _Blocks | None:
    document, lines = load(text, "form"), text.splitlines(keepends=True)
    kinds = [element.get("type") for element in document.data["body"]]
    starts = [document.lines["body", number] - 1 for number in range(len(kinds))]
    if not all(lines[start].lstrip().startswith("- ") for start in starts) or not lines[-1].endswith("\n"):
        return None
    indent = len(lines[starts[-1]]) - len(lines[starts[-1]].lstrip())
    after = range(starts[-1] + 1, len(lines))
    end = next((at for at in after if lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) <= indent), None)
    ends = [*starts[1:], len(lines) if end is None else end]
    elements: list[str] = []
    above = ""
    head = "".join(lines[: starts[0]])
    for kind, start, until in zip(kinds, starts, ends, strict=True):
        block = "".join(lines[start:until])
        if kind == "markdown":
            # What introduces the whole form stays at its top.
            head, above = (head + block, above) if not elements and not above else (head, above + block)
        else:
            elements.append(above + block)
            above = ""
    return _Blocks(head, elements, above + "".join(lines[ends[-1] :]))


def _as_good(text: str, changed: str, form: Form, more: int = 0) -> str:
    """Return a changed form if it asks the same as before, and is better in one way."""
    with suppress(UserError):
        other = read_form(changed)
        same = {field.id: (field.label, field.kind, field.options) for field in form.fields}
        asked = {field.id: (field.label, field.kind, field.options) for field in other.fields}
        required = sum(field.required for field in other.fields) - sum(field.required for field in form.fields)
        if asked == same and (len(lint(other)) < len(lint(form)) or required == more > 0):
            return changed
    return text


# ---------------------------------------------------------------- the workflow, Jekyll's config, .gitignore


def allow(names: Sequence[str]) -> Callable[[str], str]:
    """Let the only job of a workflow write what is named."""

    def change(text: str) -> str:
        found = [*_PERMISSIONS.finditer(text)]
        if len(found) != 1:
            return text
        block = found[0]
        keys = [line for line in block["keys"].splitlines() if line.split(":")[0].strip() not in names]
        inner = block["indent"] + "  "
        lines = [f"{block['indent']}permissions:", *keys, *(f"{inner}{name}: write" for name in names)]
        return _still_yaml(text, text[: block.start()] + "\n".join(lines) + "\n" + text[block.end() :])

    return change


def watch(patterns: Sequence[str]) -> Callable[[str], str]:
    """Let pushes of files with these patterns start a workflow."""

    def change(text: str) -> str:
        found = [*_PATHS.finditer(text)]
        if len(found) != 1:
            return text
        lines = "".join(f"{found[0]['item']}{json.dumps(one, ensure_ascii=False)}\n" for one in patterns)
        return _still_yaml(text, text[: found[0].end()] + lines + text[found[0].end() :])

    return change


def let_finish(text: str) -> str:
    """Let a run of a workflow finish when another one begins."""
    return _still_yaml(text, _CANCELS.sub(r"\1false", text))


def not_excluded(pattern: str) -> Callable[[str], str]:
    """Take a pattern out of what Jekyll leaves out."""
    quoted = rf"[\"']?{re.escape(pattern)}[\"']?"

    def change(text: str) -> str:
        one_a_line = re.sub(rf"(?m)^[ ]*-[ ]+{quoted}[ ]*(?:#.*)?\n", "", text, count=1)
        in_brackets = re.sub(rf"(?m)^(exclude:[ ]*\[.*?){quoted}[ ]*,?[ ]*(.*\])", r"\1\2", text, count=1)
        wanted = [one for one in _yaml(text).get("exclude") or () if one != pattern]
        for changed in (one_a_line, in_brackets):
            data = _yaml(changed)
            if changed != text and (data.get("exclude") or []) == wanted:
                return changed
        return text

    return change


def included(name: str) -> Callable[[str], str]:
    """Have Jekyll take what it would leave out for its name."""

    def change(text: str) -> str:
        if "include" in _yaml(text):
            return text
        return _still_yaml(text, f"{text.rstrip()}\ninclude: [{json.dumps(name)}]\n".lstrip())

    return change


def not_ignored(lines: Sequence[str], text: str) -> str:
    """Put lines at the end of a `.gitignore`."""
    reason = "# What Almanac needs is not ignored."
    above = [text.removesuffix("\n")] if text else []
    return "\n".join([*above, *([] if reason in text else [reason]), *lines, ""])


def ignore_lines(path: str, first: str, *, is_folder: bool) -> Iterator[str]:
    """Give the lines that take a path out of what git ignores; `first` is the first of its folders that is ignored.

    git looks into no folder that is ignored. So each of those is let in, and all else in it stays ignored.
    """
    parts = path.split("/")
    for depth in range(first.count("/") + 1, len(parts)):
        folder = "/".join(parts[:depth])
        yield f"!/{folder}/"
        yield f"/{folder}/*"
    yield f"!/{path}" + ("/" if is_folder else "")
    if is_folder:
        yield f"!/{path}/*.yml"


def _yaml(text: str) -> dict[str, Any]:
    with suppress(yaml.YAMLError):
        data = yaml.safe_load(text)
        return data if isinstance(data, dict) else {}
    return {}


def _still_yaml(text: str, changed: str) -> str:
    return changed if _yaml(changed).keys() >= _yaml(text).keys() and _yaml(changed) else text
