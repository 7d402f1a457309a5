"""`almanac parse`, `when` and `preview`: they read, and write nothing."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from almanac.commands.issue_files import read_utf8, shown_name
from almanac.errors import Problem, UserError
from almanac.output import document, problem_values, problems, refusals, say, tell

if TYPE_CHECKING:
    from almanac.config import Config
    from almanac.event.submission import Submission
    from almanac.form.schema import Form
    from almanac.proposal.state import Issue


_REASONS = {
    "missing": "This question is not in the issue.",
    "ambiguous": "This can be read in more than one way.",
    "open-ended": "Where this answer ends cannot be known, because the heading after it is missing or changed.",
    "invalid": "This is not an answer that the form could have given.",
}


def parse_body(body: str, form: Path, *, as_json: bool) -> int:
    """Read one body; 0 if it can only be read in one way."""
    from almanac.form.body import parse, reading_to_json
    from almanac.form.schema import lint, read_form

    with refusals({"status": "edited", "fields": {}, "refused": {}}, as_json=as_json):
        if body == "-" and str(form) == "-":
            raise UserError("Only one of BODY and --form can be standard input. Name a file for the other one.")
        known = read_form(read_utf8(str(form)), str(form))
    problems(lint(known), "warning")
    unread = {"status": "edited", "fields": {}, "refused": {field.id: "unreadable" for field in known.fields}}
    with refusals(unread, as_json=as_json):
        reading = parse(read_utf8(body), known)
    if as_json:
        document(reading_to_json(reading))
        return int(reading.status != "ok")
    labels = {field.id: field.label for field in known.fields}
    for name, value in reading.fields.items():
        say(f"{labels[name]}: {_shown(value)}")
    if set(reading.refused.values()) == {"missing"} and not reading.fields:
        tell("problem: This text holds none of the form's questions. Was it filed with this form?")
        return 1
    if reading.status == "edited":
        tell("problem: This issue was edited by hand: the form could not have written it as it is.")
    for name, reason in reading.refused.items():
        tell(f"problem: {labels[name]}: {_REASONS.get(reason, reason)}")
    return int(reading.status != "ok")


def _shown(value: object) -> str:
    if value is None:
        return "(blank)"
    if isinstance(value, dict):
        return ", ".join(f"[{'x' if chosen else ' '}] {option}" for option, chosen in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).replace("\n", "\n    ")


def preview_issue(argument: str, site: Path, *, as_json: bool) -> int:
    """Show the section that an issue would put on the page; 1 if it has problems or is not one of the form's."""
    nothing: dict[str, object] = {"markdown": None, "event": None, "warnings": []}
    with refusals(nothing, as_json=as_json):
        submission, section = _preview(argument, site)
    if as_json:
        event = submission.event.model_dump(mode="json", exclude_defaults=True) if submission.event else None
        found = {"problems": submission.problems, "warnings": submission.warnings}
        told = {kind: [problem_values(problem) for problem in some] for kind, some in found.items()}
        document({"markdown": section, "event": event, **told})
    else:
        problems(submission.problems)
        problems(submission.warnings, "warning")
        if section is not None:
            say(section)
    return int(section is None)


def _preview(argument: str, site: Path) -> tuple["Submission", str | None]:
    from almanac.commands.issue_files import read_issue
    from almanac.commands.pages import renderer_of
    from almanac.event.submission import submit_body
    from almanac.form.schema import lint
    from almanac.proposal.ours import is_ours
    from almanac.site import Folder

    issue = read_issue(argument)
    folder = Folder(site)
    config = folder.config()
    form = folder.form(config)
    if folder.text(config.form) is None:
        tell(f"note: there is no issue form at {config.form}, so Almanac's own is used.")
    problems(lint(form), "warning")
    if not is_ours(issue, form, config):
        raise UserError(not_ours(argument, issue, form, config))
    submission = submit_body(issue.body, form, config, issue.number)
    return submission, renderer_of(folder, config)(submission.event) if submission.event else None


def not_ours(file: str, issue: "Issue", form: "Form", config: "Config") -> Problem:
    """Say why nothing comes of an issue: which label or which headings it lacks, or that it is closed."""
    from almanac.proposal.ours import why_not_ours

    found = why_not_ours(issue, form, config)
    if found:
        return replace(found, file=shown_name(file))
    message = 'This issue is closed, and nothing was ever proposed for it. To propose it, give it `"state": "open"`.'
    return Problem(message, file=shown_name(file))


def read_times(date: str, line: str, site: Path, *, as_json: bool) -> int:
    """Check a When line; 0 if it has no problem."""
    from almanac.event.submission import zones_of
    from almanac.site import Folder
    from almanac.times.check import explain, read_when, when_to_json

    nothing: dict[str, object] = {"ok": False, "instant": None, "line": None, "zones": [], "warnings": []}
    with refusals(nothing, as_json=as_json):
        zones = zones_of(Folder(site).config(), None)
    reading = read_when(date, line, zones)
    if as_json:
        document(when_to_json(reading))
        return int(not reading.ok)
    if reading.line:
        say(reading.line)
    rows = explain(reading)
    width = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  " + "  ".join(cell.ljust(room) for cell, room in zip(row, width, strict=True)).rstrip())
    problems(reading.problems)
    problems(reading.warnings, "warning")
    return int(not reading.ok)
