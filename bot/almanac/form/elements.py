"""What GitHub writes for each form element, and what that says.

GitHub changed its rendering in 2025, and issues of both times are read, each field by itself. A slice of an issue is
read here without looking around it; which slices there are is for the parser to find.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, partial

from almanac.form.schema import Field, Form
from almanac.patterns import regex

Value = str | None | list[str] | dict[str, bool]


class Mark(Enum):
    """What a slice is instead of a value."""

    ILLEGAL = "GitHub would not have written it for this element"
    AMBIGUOUS = "GitHub would have written it for more than one answer"


Read = Value | Mark

MARK = "### "
"""Comes before a field's label."""
JOINT = f"\n\n{MARK}"

BLANK = "_No response_"
"""Written for a field that was left blank: always in an input or textarea, before 2025 in a dropdown as well."""
_UNCHOSEN = "None"
_COMMA = ", "
_SPLITS_CAP = 64
# Each alternative walks one line once, and never back: linear on any text.
_ATTACHMENTS = regex(r"(?:(?:!?\[[^\n]*\)|<img [^\n]*>|https?://[^\s<>]+)(?:\n+|\Z))++")


@dataclass(frozen=True, eq=False)
class Element:
    """One field of a form, ready to read slices."""

    id: str
    label: str
    heading: str  # what comes before the value, without `MARK`
    read: Callable[[str], Read]
    free: bool = False  # whether the slice may hold anything, headings included: a textarea
    fence: str | None = None  # for a rendered textarea, the line that opens its code fence

    @property
    def plain(self) -> bool:
        """Whether it is a textarea without a fence, of which every character may have been typed."""
        return self.free and self.fence is None

    def opens(self, text: str) -> bool:
        """Say whether a textarea's slice that goes on with a blank line and a heading may begin like this."""
        return self.fence is None or f"{text}\n".startswith(self.fence)

    def closes(self, text: str) -> bool:
        """Say whether a textarea's slice that holds a heading may end like this."""
        return self.fence is None or text.endswith(("\n```", "\n```\n"))


@lru_cache(maxsize=16)
def elements_of(form: Form) -> tuple[Element, ...]:
    """Make a form's fields ready; for the same form it is done once."""
    return tuple(map(_element, form.fields))


def _element(field: Field) -> Element:
    labels = [option.label for option in field.options]
    make = partial(Element, field.id, field.label, f"{field.label}\n\n")
    match field.kind:
        case "input":
            return make(_read_input)
        case "upload":
            return make(_read_upload)
        case "checkboxes":
            return make(_checkboxes_reader(labels))
        case "dropdown":
            return make(_choice_reader(labels, multiple=field.multiple))
        case "textarea" if field.render is not None:
            fence = f"```{field.render}\n"
            return make(partial(_read_rendered, fence), free=True, fence=fence)
    return make(_read_textarea, free=True)


def _read_textarea(text: str) -> Read:
    # GitHub's own words for a blank field, typed into it, cannot be told from a blank field. The newline is the one at
    # the end of a file that the body was saved in.
    return None if text in ("", BLANK, f"{BLANK}\n") else text


def _read_input(text: str) -> Read:
    return Mark.ILLEGAL if "\n" in text else _read_textarea(text)


def _read_upload(text: str) -> Read:
    if text in ("", BLANK):
        return None
    return text if _ATTACHMENTS.fullmatch(text) else Mark.ILLEGAL


def _read_rendered(fence: str, text: str) -> Read:
    if text == BLANK:
        return None
    # Before 2025 a newline followed the fence.
    fenced = text.removesuffix("\n")
    if not fenced.startswith(fence) or not fenced.endswith("\n```"):
        return Mark.ILLEGAL
    # In an empty fence the opening line's newline is the closing line's as well.
    return fenced[len(fence) : -len("\n```")] or None


def _checkboxes_reader(labels: list[str]) -> Callable[[str], Read]:
    lines = (rf"- \[([xX ])\] {re.escape(label)}" for label in labels)
    pattern = re.compile("\n".join(lines))

    def read(text: str) -> Read:
        match = pattern.fullmatch(text)
        if not match:
            return Mark.ILLEGAL
        ticked = [box != " " for box in match.groups()]
        boxes = dict(zip(labels, ticked, strict=True))
        # Two boxes with the same words have one answer only if both are in the same state.
        agree = all(boxes[label] == state for label, state in zip(labels, ticked, strict=True))
        return boxes if agree else Mark.AMBIGUOUS

    return read


def _choice_reader(labels: list[str], *, multiple: bool) -> Callable[[str], Read]:
    exact: dict[str, Read] = {label: [label] if multiple else label for label in labels}
    exact |= {blank: Mark.AMBIGUOUS if blank in exact else None for blank in (_UNCHOSEN, BLANK)}
    if not multiple:
        return lambda text: exact.get(text, Mark.ILLEGAL)
    options = frozenset(labels)
    sizes = sorted({label.count(_COMMA) + 1 for label in options})
    longest = sum(label.count(_COMMA) + 1 for label in options)

    def read(text: str) -> Read:
        if text in (_UNCHOSEN, BLANK):
            return exact[text]
        pieces = text.split(_COMMA, longest)
        if len(pieces) > longest:
            return Mark.ILLEGAL  # more than all options together
        return _only_choice(pieces, options, sizes)

    return read


def _only_choice(pieces: list[str], options: frozenset[str], sizes: list[int]) -> Read:
    found: list[list[str]] = []
    for count, split in enumerate(_splits(pieces, options, sizes)):
        if count == _SPLITS_CAP:
            return Mark.AMBIGUOUS
        if len({*split}) == len(split):  # nothing can be chosen twice
            found.append(split)
    if not found:
        return Mark.ILLEGAL
    return found[0] if len(found) == 1 else Mark.AMBIGUOUS


def _splits(pieces: list[str], options: frozenset[str], sizes: list[int]) -> Iterator[list[str]]:
    """Yield every way to group pieces into options. A group that leads nowhere is never entered."""
    steps: list[list[int]] = [[] for _ in pieces]
    for at in reversed(range(len(pieces))):
        for size in sizes:
            end = at + size
            fits = end == len(pieces) or (end < len(pieces) and steps[end])
            if fits and _COMMA.join(pieces[at:end]) in options:
                steps[at].append(end)
    waiting: list[tuple[int, list[str]]] = [(0, [])]
    while waiting:
        at, split = waiting.pop()
        if at == len(pieces):
            yield split
        else:
            waiting.extend((end, [*split, _COMMA.join(pieces[at:end])]) for end in steps[at])
