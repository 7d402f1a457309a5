"""An issue form as plain values: what its maintainers ask, in the order in which they ask it."""

from dataclasses import dataclass, field
from typing import Literal

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
    line: int | None = field(default=None, compare=False)


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
