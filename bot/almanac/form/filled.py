"""The issue form with some answers filled in: as a link that opens it so, and as the text of an issue."""

import re
from collections.abc import Iterator, Mapping

from almanac.form.elements import BLANK, JOINT, MARK
from almanac.form.schema import Field, Form
from almanac.patterns import regex

_UNSAFE = regex(r"[^\w.~-]", re.ASCII)
_LONGEST = 6_000
"""GitHub refuses longer addresses at about 8 KB."""


def filled_in(repository: str, file: str, form: Form, answers: Mapping[str, str]) -> str:
    """Return the address of a repository's form (`file` is its path) with the answers that it asks for.

    GitHub takes them from the address, by their ids. What a dropdown does not offer is left out, and so is what would
    make the address too long. Boxes, several choices of one dropdown and files cannot be filled in by an address.
    """
    address = f"{repository}/issues/new?template={_quoted(file.rpartition('/')[2])}"
    for field, answer in _taken(form, answers):
        if answer and field.kind not in ("checkboxes", "upload") and not field.multiple:
            more = f"&{_quoted(field.id)}={_quoted(answer)}"
            address += more if len(address) + len(more) <= _LONGEST else ""
    return address


def issue_body(form: Form, answers: Mapping[str, str]) -> str:
    """Return an issue's text with the answers that a form asks for, the others left blank, as GitHub writes it.

    Of boxes and of a dropdown with several choices, an answer names those that are chosen, a line each.
    """
    sections = (f"{field.label}\n\n{_written(field, answer)}" for field, answer in _taken(form, answers))
    return MARK + JOINT.join(sections)


def _taken(form: Form, answers: Mapping[str, str]) -> Iterator[tuple[Field, str]]:
    """Give each field with its answer, or without one if it cannot hold that."""
    for field in form.fields:
        answer = answers.get(field.id, "")
        chosen = answer.split("\n") if field.multiple else [answer]
        offered = field.kind != "dropdown" or {*chosen} <= {option.label for option in field.options}
        yield field, answer if offered else ""


def _written(field: Field, answer: str) -> str:
    if field.multiple:
        return ", ".join(answer.split("\n")) or BLANK
    if field.kind == "checkboxes":
        ticked = answer.split("\n")
        return "\n".join(f"- [{'x' if one.label in ticked else ' '}] {one.label}" for one in field.options)
    if answer and field.render is not None:
        return f"```{field.render}\n{answer}\n```"
    return answer or BLANK


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
