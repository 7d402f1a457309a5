"""`almanac parse`: reads one issue's body with its form. It has to start quickly, so it imports little."""

from pathlib import Path

from almanac.commands.arguments import read_utf8
from almanac.errors import UserError
from almanac.form.body import parse, reading_to_json
from almanac.form.schema import lint, read_form
from almanac.output import errors_as_json, print_json, print_message, print_problems, print_text

_REASONS = {
    "missing": "This question is not in the issue.",
    "ambiguous": "This can be read in more than one way.",
    "open-ended": "It is unclear where this answer ends, because the heading after it is missing or was changed.",
    "invalid": "This is not an answer that the form offers.",
}


def parse_body(body: str, form: Path, *, as_json: bool) -> int:
    """Read one body; 0 if there is only one way to read it."""
    with errors_as_json({"status": "edited", "fields": {}, "refused": {}}, as_json=as_json):
        if body == "-" and str(form) == "-":
            raise UserError("Only one of BODY and --form can be standard input. Name a file for the other one.")
        known = read_form(read_utf8(str(form)), str(form))
    print_problems(lint(known), "warning")
    unread = {"status": "edited", "fields": {}, "refused": {field.id: "unreadable" for field in known.fields}}
    with errors_as_json(unread, as_json=as_json):
        reading = parse(read_utf8(body), known)
    status = int(reading.status != "ok")
    if as_json:
        print_json(reading_to_json(reading))
        return status
    labels = {field.id: field.label for field in known.fields}
    for name, value in reading.fields.items():
        print_text(f"{labels[name]}: {_shown(value)}")
    if set(reading.refused.values()) == {"missing"} and not reading.fields:
        print_message("problem: This text has none of the form's questions. Was it filed with this form?")
        return status
    if reading.status == "edited":
        print_message("problem: This issue was edited by hand: the form would not have written it like this.")
    for name, reason in reading.refused.items():
        print_message(f"problem: {labels[name]}: {_REASONS.get(reason, reason)}")
    return status


def _shown(value: object) -> str:
    if value is None:
        return "(blank)"
    if isinstance(value, dict):
        return ", ".join(f"[{'x' if chosen else ' '}] {option}" for option, chosen in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).replace("\n", "\n    ")
