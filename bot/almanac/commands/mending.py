"""What `almanac doctor --fix` can mend: small edits of a site's files, and settings of its repository on GitHub.

An edit changes a few lines and leaves all others as they are, comments included. What would not read as intended
afterwards is left as it was: then a person has to do it.
"""

import json
import re
from collections.abc import Iterator, Sequence
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


def top_key(line: str, text: str) -> str:
    """Put a key above a form's `body`, unless it is there."""
    has_key = re.search(rf"^{line.partition(':')[0]}:", text, re.MULTILINE)
    return text if has_key else _BODY.sub(lambda _: f"{line}\nbody:", text, count=1)


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


def require(name: str, text: str) -> str:
    """Make an answer required."""
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


def allow(job: str, names: Sequence[str], text: str) -> str:
    """Let a job of a workflow write what is named, where it says on lines of their own what it may."""
    path = ("jobs", job, "permissions")
    given, found = _at(text, path), [*_PERMISSIONS.finditer(text)]
    if not isinstance(given, dict) or len(found) != 1:
        return text
    block = found[0]
    keys = [line for line in block["keys"].splitlines() if line.split(":")[0].strip() not in names]
    inner = block["indent"] + "  "
    lines = [f"{block['indent']}permissions:", *keys, *(f"{inner}{name}: write" for name in names)]
    changed = text[: block.start()] + "\n".join(lines) + "\n" + text[block.end() :]
    return _only(text, changed, path, {**given, **dict.fromkeys(names, "write")})


def watch(patterns: Sequence[str], text: str) -> str:
    """Let pushes of files with these patterns start a workflow."""
    path = ("on" if _at(text, ["on"]) else True, "push", "paths")  # to YAML 1.1, `on` without quotes is a yes
    given, found = _at(text, path), [*_PATHS.finditer(text)]
    if not isinstance(given, list) or len(found) != 1:
        return text
    lines = "".join(f"{found[0]['item']}{json.dumps(one, ensure_ascii=False)}\n" for one in patterns)
    changed = text[: found[0].end()] + lines + text[found[0].end() :]
    return _only(text, changed, path, [*given, *patterns])


def let_finish(text: str) -> str:
    """Let a run of a workflow finish when another one begins."""
    path = ("concurrency", "cancel-in-progress")
    return _only(text, _CANCELS.sub(r"\1false", text), path, value=False) if _at(text, path) else text


def not_excluded(pattern: str, text: str) -> str:
    """Take a pattern out of what Jekyll leaves out."""
    quoted = rf"[\"']?{re.escape(pattern)}[\"']?"
    one_a_line = re.sub(rf"(?m)^[ ]*-[ ]+{quoted}[ ]*(?:#.*)?\n", "", text, count=1)
    in_brackets = re.sub(rf"(?m)^(exclude:[ ]*\[.*?){quoted}[ ]*,?[ ]*(.*\])", r"\1\2", text, count=1)
    left = [one for one in _at(text, ["exclude"]) or () if one != pattern]
    tried = (
        _only(text, changed, ["exclude"], value) for changed in (one_a_line, in_brackets) for value in (left, None)
    )
    return next((changed for changed in tried if changed != text), text)


def included(name: str, text: str) -> str:
    """Have Jekyll take what it would leave out for its name."""
    if _at(text, ["include"]) is not None:
        return text
    return _only(text, f"{text.rstrip()}\ninclude: [{json.dumps(name)}]\n".lstrip(), ["include"], [name])


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


def _yaml(text: str) -> Any:
    """Read YAML; None where that is not to be had."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _at(text: str, path: Sequence[Any]) -> Any:
    """Return the value at a path of keys; None where there is none."""
    value = _yaml(text)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _only(text: str, changed: str, path: Sequence[Any], value: Any) -> str:
    """Return a changed text if nothing reads otherwise but the value at a path, which is this one; else the text."""

    def wanted(data: Any, path: Sequence[Any]) -> Any:
        return {**data, path[0]: wanted(data.get(path[0]), path[1:])} if path else value

    data = _yaml(text) if text.strip() else {}
    return changed if isinstance(data, dict) and _yaml(changed) == wanted(data, path) else text
