"""The questions of a site's form, as `almanac new` has them answered: by options, or by a person at a terminal."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches

import typer

from almanac.errors import Problem, UserError
from almanac.form.schema import Field, Form
from almanac.output import print_message, print_problems
from almanac.yamlfile import load

Answers = dict[str, str]
"""Field id -> answer; of boxes and of several choices, those that are chosen, a line each. Blank ones are left out."""
Check = Callable[[Field, Answers], tuple[Sequence[Problem], Sequence[Problem]]]
"""Finds the problems and warnings of one field, given the answers so far."""

_OPTIONS = {"people": "--person", "links": "--link", "tags": "--tag"}
_ONE_A_LINE = ("people", "agenda", "links", "tags")
_YES = {"yes", "y", "x", "true"}
_LAST_LINE = "."
_INDENT = "  "


@dataclass(frozen=True)
class Worded:
    """One field of a form, and what the form says of it to people."""

    field: Field
    description: str = ""
    placeholder: str = ""


@dataclass(frozen=True)
class FormWords:
    """What a form says to people: how the titles of its issues begin, and its questions in their order."""

    title: str
    questions: tuple[Worded, ...]


def form_words(text: str, form: Form) -> FormWords:
    """Read what a form says; `text` is its file."""
    data = load(text, form.path).data
    elements = [element for element in data["body"] if element.get("type") != "markdown"]
    questions = []
    for field, element in zip(form.fields, elements, strict=True):
        about = element.get("attributes") or {}
        description, placeholder = (str(about.get(name) or "").strip() for name in ("description", "placeholder"))
        questions.append(Worded(field, description, placeholder))
    return FormWords(str(data.get("title") or ""), tuple(questions))


# ---------------------------------------------------------------- answers that options give


def given_answers(form: Form, given: Mapping[str, Sequence[str]], pairs: Sequence[str]) -> Answers:
    """Return the answers that a command line gives.

    Args:
        form: The site's form.
        given: The options that have a name of their own: field id -> one or more values.
        pairs: Others, as `Label=value`; the label may be the field's id.

    Raises:
        UserError: The form has no such question, or does not offer such an answer. All problems at once.
    """
    values: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, label, value in _named(given, pairs):
        field = _field(form, label)
        if field is None:
            problems.append(_unknown(form, name, label, value))
        else:
            values.setdefault(field.id, []).append(value)
    answers: Answers = {}
    for field in (one for one in form.fields if one.id in values):
        found = _answer(field, values[field.id])
        if isinstance(found, Problem):
            problems.append(found)
        elif found.strip():
            answers[field.id] = found
    if problems:
        raise UserError(problems)
    return answers


def _named(given: Mapping[str, Sequence[str]], pairs: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Give the name of each option, the label or id that it means, and its value."""
    for key, values in given.items():
        for value in values:
            yield _OPTIONS.get(key, f"--{key.replace('_', '-')}"), key, value
    for pair in pairs:
        label, sign, value = pair.partition("=")
        if not sign:
            message = "This has to be a question and its answer, with an equals sign between them."
            raise UserError(Problem(message, "--field", typed=pair, example='--field "Room=The old library"'))
        yield "--field", label.strip(), value


def _field(form: Form, label: str) -> Field | None:
    by_id = (field for field in form.fields if field.id == label)
    by_label = (field for field in form.fields if field.label.casefold() == label.casefold())
    return next(by_id, None) or next(by_label, None)


def _unknown(form: Form, option: str, label: str, value: str) -> Problem:
    labels = {field.label.casefold(): field.label for field in form.fields}
    near = get_close_matches(label.casefold(), labels, 1)
    typed = value if option != "--field" else f"{label}={value}"
    if near:
        meant = f"{labels[near[0]]}={value}"
        accepted = meant if option == "--field" else f"--field {shlex.quote(meant)}"
        return Problem("The site's form has no such question. Did you mean this?", option, typed, accepted)
    message = f"The site's form has no such question. It asks for: {', '.join(labels.values())}."
    return Problem(message, option, typed)


def _answer(field: Field, values: Sequence[str]) -> str | Problem:
    if field.kind == "upload":
        return Problem("A file can only be attached on GitHub's page.", field.label, values[0])
    if not field.options:
        return "\n".join(values)
    chosen = [_choices(field, value) for value in values]
    wrong = next((one for one in chosen if isinstance(one, Problem)), None)
    return wrong or "\n".join(dict.fromkeys(name for one in chosen if not isinstance(one, Problem) for name in one))


def _choices(field: Field, typed: str) -> list[str] | Problem:
    """Return the options that are meant, each by its words or else by its number; commas separate several."""
    labels = [option.label for option in field.options]
    known = {str(place): one for place, one in enumerate(labels, 1)} | {label.casefold(): label for label in labels}
    if field.kind == "checkboxes" and len(labels) == 1:
        known |= dict.fromkeys(_YES, labels[0])
        if typed.strip().casefold() in {"no", "n", "false"}:
            return []
    if not typed.strip():
        return []
    whole = known.get(typed.strip().casefold())
    if whole:
        return [whole]
    parts = [part.strip() for part in typed.split(",")] if field.multiple or field.kind == "checkboxes" else [typed]
    found = [known.get(part.casefold()) for part in parts if part]
    if None in found:
        return Problem("This answer is not one of the form's choices.", field.label, typed, choices=tuple(labels))
    return [name for name in found if name]


# ---------------------------------------------------------------- answers that a person gives


def ask(words: FormWords, answers: Answers, check: Check, only: Sequence[str] | None = None) -> None:
    """Ask for all answers that are not there yet, in the form's order, or for some again; each is checked at once.

    Raises:
        typer.Abort: The person ended it.
    """
    with suppress(ImportError):  # then lines cannot be edited with the arrow keys, and all else is the same
        import readline  # noqa: F401
    for question in words.questions:
        field = question.field
        if (field.id in answers) if only is None else (field.label not in only):
            continue
        if field.kind == "upload":
            print_message(f"\n{field.label}: left out here, as a file can only be attached on GitHub's page.")
            continue
        _show(question)
        _ask(field, answers, check)


def choose_number(most: int, *, offered: bool = True) -> int:
    """Ask for a number from 1 to `most`; Enter alone is the first, if that is `offered`."""
    while True:
        typed = str(typer.prompt("Its number", default="1" if offered else None, err=True)).strip()
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= most:
            return int(typed)
        print_message(f"A number from 1 to {most}, please.")


def _show(question: Worded) -> None:
    field = question.field
    print_message(f"\n{field.label}{' (required)' if field.required else ''}")
    for line in question.description.splitlines():
        print_message(_INDENT + line)
    for number, option in enumerate(field.options, 1):
        needed = " (has to be ticked)" if option.required else ""
        print_message(f"{_INDENT}{number}  {option.label}{needed}")
    if question.placeholder and not field.options:
        print_message(f"{_INDENT}For example: {question.placeholder.splitlines()[0]}")
    hint = _hint(field)
    if hint:
        print_message(_INDENT + hint)


def _hint(field: Field) -> str:
    if field.kind == "textarea":
        ends = "an empty line" if field.id in _ONE_A_LINE else "a line with only a dot"
        return f"Several lines are fine; {ends} ends it. Enter alone leaves it blank."
    if field.multiple or field.kind == "checkboxes":
        return "Numbers, with commas between them. Enter alone leaves it blank."
    if field.options:
        return "A number." if field.required else "A number. Enter alone leaves it blank."
    return ""


def _ask(field: Field, answers: Answers, check: Check) -> None:
    offered = ""
    while True:
        typed = _read(field, offered)
        found = _answer(field, [typed]) if typed.strip() else ""
        if isinstance(found, Problem):
            print_problems([found])
            continue
        trial = {**answers, field.id: found} if found else {key: one for key, one in answers.items() if key != field.id}
        problems, warnings = check(field, trial)
        # What was typed stands directly above.
        print_problems([replace(one, field=None, typed=None) for one in problems])
        if not problems:
            print_problems([replace(one, field=None, typed=None) for one in warnings], "note")
            answers.clear()
            answers.update(trial)
            return
        suggested = [one.accepted for one in problems if one.accepted]
        offered = suggested[0] if len(problems) == len(suggested) == 1 and field.kind == "input" else ""


def _read(field: Field, offered: str) -> str:
    if offered:
        print_message(f"{_INDENT}Enter alone takes what is accepted.")
    lines = [_line("> ") or offered]
    if field.kind != "textarea" or not lines[0].strip():
        return lines[0]
    while True:
        line = _line(". ")
        if line.strip() == _LAST_LINE or (field.id in _ONE_A_LINE and not line.strip()):
            return "\n".join(lines)
        lines.append(line)


def _line(mark: str) -> str:
    return str(typer.prompt("", prompt_suffix=mark, default="", show_default=False, err=True))
