"""An issue form: read from its YAML file, and checked for what makes answers ambiguous.

The source of the syntax is GitHub's page "Syntax for GitHub's form schema". What GitHub knows of an element and an
answer does not depend on (`description`, `placeholder`, ...) is not looked at.
"""

import dataclasses
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Annotated, Any, Generic, Literal, TypeVar

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool

from almanac.errors import ConfigError, Problem, UserError
from almanac.invisible import without_invisible
from almanac.phrases import joined, say
from almanac.yamlfile import Dialect, Document, Path, load

Kind = Literal["input", "textarea", "dropdown", "checkboxes", "upload"]


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError(say("This has to be a text that is not empty."))
    return value


_Words = Annotated[str, AfterValidator(_not_blank)]
_Switch = Annotated[StrictBool, BeforeValidator(lambda value: False if value is None else value)]


@dataclass(frozen=True)
class Option:
    """One choice of a dropdown, or one box of a field of checkboxes, which may have to be ticked."""

    label: _Words
    required: _Switch = False


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    id: str  # the key of its answer. Unique in its form
    label: str  # the heading above its answer, verbatim
    kind: Kind
    # Whether GitHub asks for an answer. It only does so in public repositories, so check again.
    required: bool = False
    options: tuple[Option, ...] = ()
    multiple: bool = False  # whether several options of a dropdown may be chosen
    # The language of the code fence that GitHub puts around a textarea's answer, or None for plain text
    render: str | None = None
    # The line of the form's file where the element begins, counted from 1
    line: int | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Form:
    """An issue form. Elements that only show text are left out, as they leave no trace in an issue.

    Two forms are the same only if they are one object: what the parser prepares for a form is kept by that.
    """

    name: str
    labels: tuple[str, ...]
    fields: tuple[Field, ...]
    path: str = ""


SIZE_CAP = 262_144
"""The longest form that is read, in characters; a real one has a few thousand."""


def read_form(text: str | bytes, path: str = ".github/ISSUE_TEMPLATE/new-event.yml") -> Form:
    """Read an issue form, even one that `lint` complains of.

    Raises:
        ConfigError: It is not a form: unreadable YAML, no `body`, no field in it, an unknown element, or a field whose
            key, label or options cannot be made out. All problems at once, with their lines. No text raises any other
            exception.
    """
    try:
        return _read(load(text, path, _DIALECT))
    except UserError as error:
        raise ConfigError(error.problems) from None


def _read(document: Document) -> Form:
    if document.data is None:
        raise UserError(Problem(say("This file is empty."), file=document.file))
    top = document.read(_Top)
    if top.body is None:
        message = say("This is not an issue form: it has no `body` with the form's fields.")
        raise UserError(document.problem(message, ("body",)))
    return Form(top.name or "", top.labels, _fields(document, len(top.body)), document.file)


# Numbers and booleans are taken as they are written, so that an option `1.0` or `yes` keeps its words. GitHub counts
# elements from 0.
_DIALECT = Dialect(
    SIZE_CAP, first=0, aliases=True, is_text=lambda path: path[-1:] not in (("required",), ("multiple",))
)


def _key(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise ValueError(say("An id is made of the letters A to Z, digits, `-` and `_` only."))
    return value


def _label_list(value: Any) -> Any:
    """GitHub takes a list or one text with commas."""
    if isinstance(value, str):
        return [label for part in value.split(",") if (label := part.strip())]
    return [] if value is None else value


_OR_EMPTY = BeforeValidator(lambda value: {} if value is None else value)


class _FormPart(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Top(_FormPart):
    name: str | None = None
    labels: Annotated[tuple[_Words, ...], BeforeValidator(_label_list)] = ()
    body: tuple[Any, ...] | None = None


class _Typed(_FormPart):
    type: Literal["markdown", Kind]


class _Attributes(_FormPart):
    """The attributes of an element that answers depend on; each has the name that it has in `Field`."""

    label: _Words


class _TextareaAttributes(_Attributes):
    render: _Words | None = None


class _DropdownAttributes(_Attributes):
    options: Annotated[tuple[Annotated[_Words, AfterValidator(Option)], ...], pydantic.Field(min_length=1)]
    multiple: _Switch = False


_Box = Annotated[Option, pydantic.Field(examples=["`- label: I agree`"])]


class _CheckboxesAttributes(_Attributes):
    options: Annotated[tuple[_Box, ...], pydantic.Field(min_length=1)]


class _Validations(_FormPart):
    required: _Switch = False


A = TypeVar("A", bound=_Attributes)


class _Question(_FormPart, Generic[A]):
    id: Annotated[str, AfterValidator(_key)] | None = None
    attributes: Annotated[A, _OR_EMPTY] = pydantic.Field(default={}, validate_default=True)
    validations: Annotated[_Validations, _OR_EMPTY] = _Validations()


_QUESTIONS: Mapping[Kind, type[_Question[Any]]] = {
    "input": _Question[_Attributes],
    "textarea": _Question[_TextareaAttributes],
    "dropdown": _Question[_DropdownAttributes],
    "checkboxes": _Question[_CheckboxesAttributes],
    "upload": _Question[_Attributes],
}


def _fields(document: Document, count: int) -> tuple[Field, ...]:
    # Answers are kept by key: two fields with one key cannot both be told apart afterwards.
    fields: dict[str, Field] = {}
    problems: list[Problem] = []
    for number in range(count):
        try:
            field = _field(document, ("body", number))
        except UserError as error:
            problems += error.problems
            continue
        if field and field.id in fields:
            line = fields[field.id].line
            message = say(
                "Its key `{id}` is also that of the field in line {line}. Give each an `id` of its own.",
                id=field.id,
                line=line,
            )
            problems.append(Problem(message, field=field.label, file=document.file, line=field.line))
        elif field:
            fields[field.id] = field
    if not fields and not problems:
        message = say("This form asks nothing: add a field, such as one of type `input`.")
        problems.append(document.problem(message, ("body",)))
    if problems:
        raise UserError(problems)
    return tuple(fields.values())


def _field(document: Document, at: Path) -> Field | None:
    """Read one element; None if it only shows text."""
    kind = document.read(_Typed, at).type
    if kind == "markdown":
        return None
    question = document.read(_QUESTIONS[kind], at)
    key = question.id or parameterize(question.attributes.label)
    if not key:
        message = say("No id can be made from this label. Give the field one, as in `id: topic`.")
        raise UserError(document.problem(message, (*at, "id")))
    required, line = question.validations.required, document.lines[at]
    return Field(key, kind=kind, required=required, line=line, **dict(question.attributes))


# The letters of Latin-1 and Latin Extended-A that are more than a base letter with a mark.
_LIGATURES = str.maketrans(
    {
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ĳ": "IJ", "ĳ": "ij", "ß": "ss", "ẞ": "SS", "Þ": "Th", "þ": "th",
        "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k",  # noqa: RUF001 - these are the letters meant
        "Ŀ": "L", "ŀ": "l", "Ł": "L", "ł": "l", "ŉ": "'n", "Ŋ": "NG", "ŋ": "ng", "Ŧ": "T", "ŧ": "t", "×": "x",  # noqa: RUF001
    }
)  # fmt: skip


def parameterize(label: str) -> str:
    """Return the key that GitHub gives to a field without an id.

    GitHub uses `parameterize` of Rails: Western letters lose their marks, `-` and `_` stay, each run of anything else
    becomes one `-`, none is left at either end, and all is lower case. Other alphabets leave nothing. (python-slugify
    differs: it spells out other alphabets and drops the comma of `1,000`.)
    """
    latin = "".join(
        unicodedata.normalize("NFD", letter)[0] if "\x7f" < letter <= "\u017e" else letter  # up to Latin Extended-A
        for letter in unicodedata.normalize("NFC", label).translate(_LIGATURES)
    )
    return re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9_-]+", "-", latin)).strip("-").lower()


def lint(form: Form) -> tuple[Problem, ...]:
    """Name each place of a form at which an answer could be read in two ways, as GitHub escapes nothing."""
    problems: list[Problem] = []
    labels: set[str] = set()
    before: Field | None = None
    for field in form.fields:
        messages: list[str] = []
        if before and before.kind == field.kind == "textarea":
            messages.append(
                say(
                    "This textarea follows the textarea “{label}”, so a heading typed there can look "
                    "like this one. Put a field of another type, such as an input, between the two "
                    "(text of type markdown does not help).",
                    label=before.label,
                )
            )
        label = without_invisible(field.label)
        if label in labels:
            messages.append(say("Another field has the same label. Give each field a label of its own."))
        if "\n" in field.label:
            message = say("This label has more than one line. Write it in one line, or it cannot be found in an issue.")
            messages.append(message)
        messages += _option_messages(field)
        problems += (Problem(text, field=field.label, file=form.path or None, line=field.line) for text in messages)
        labels.add(label)
        before = field
    return tuple(problems)


def _option_messages(field: Field) -> Iterator[str]:
    words = [option.label for option in field.options]
    for word in dict.fromkeys(words):
        if words.count(word) > 1:
            yield say("The option “{word}” is here twice. Remove or rename one of the two.", word=word)
        if "\n" in word:
            yield say("The option “{word}” has more than one line. Write it in one line.", word=word)
        if field.kind == "dropdown" and (word.lower() == "none" or word == "_No response_"):
            yield (
                say(
                    "The option “{word}” looks like a field that was left blank: GitHub writes the "
                    "same word for it. Call it something else, such as “Nothing”.",
                    word=word,
                )
            )
    clash = _two_readings(words) if field.multiple else None
    if clash:
        one, other = (joined((say("“{word}”", word=word) for word in choice), " + ") for choice in clash)
        yield (
            say(
                "GitHub joins the chosen options with commas, and then {one} looks the same as "
                "{other}. Rename an option so that it has no comma.",
                one=one,
                other=other,
            )
        )


def _two_readings(options: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return two different choices that look the same once joined by `, `, or None if there are none.

    This is the test of Sardinas and Patterson, on the pieces between commas: of two partly equal choices, the longer
    one has some pieces too many; is there an option that begins with them, or that they begin with?
    """
    pieces = {option: tuple(option.split(", ")) for option in options}
    # The pieces too many, the choice that has them, and the other one.
    waiting: deque[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = deque()
    for short, long in permutations(pieces, 2):
        if pieces[long][: len(pieces[short])] == pieces[short]:
            waiting.append((pieces[long][len(pieces[short]) :], (long,), (short,)))
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
