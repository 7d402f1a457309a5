"""`almanac parse`, `when` and `preview`: they read, and write nothing."""

from pathlib import Path

from bot.commands.files import read_utf8
from bot.errors import Problem, UserError
from bot.show import document, problem_values, problems, say, tell


def parse_body(body: str, form: Path, *, as_json: bool) -> int:
    """Read one body; 0 if it can only be read in one way."""
    from bot.intake.form import lint, read_form
    from bot.intake.parser import parse, reading_to_json

    known = read_form(read_utf8(str(form)), str(form))
    problems(lint(known), "warning")
    reading = parse(read_utf8(body), known)
    if as_json:
        document(reading_to_json(reading))
        return int(reading.status != "ok")
    labels = {field.id: field.label for field in known.fields}
    for name, value in reading.fields.items():
        say(f"{labels[name]}: {_shown(value)}")
    for name, reason in reading.refused.items():
        tell(f"problem: {labels[name]}: {reason}")
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
    from bot.commands.issuefile import read_issue
    from bot.commands.sections import renderer_of
    from bot.events.submission import submit
    from bot.folder import Folder
    from bot.intake.form import lint
    from bot.intake.parser import parse
    from bot.reconcile import carries_label, has_headings

    issue = read_issue(argument)
    folder = Folder(site)
    config = folder.config()
    form = folder.form(config)
    problems(lint(form), "warning")
    if not (carries_label(issue, form, config) and has_headings(issue.body, form)):
        raise UserError(not_ours(argument, config.labels or form.labels))
    submission = submit(parse(issue.body, form), form, config, issue.number)
    section = renderer_of(folder, config)(submission.event) if submission.event else None
    if as_json:
        values = {
            "event": submission.event.model_dump(mode="json", exclude_defaults=True) if submission.event else None
        }
        found = {"problems": submission.problems, "warnings": submission.warnings}
        document({"markdown": section, **values, **{k: [problem_values(p) for p in v] for k, v in found.items()}})
    else:
        problems(submission.problems)
        problems(submission.warnings, "warning")
        if section is not None:
            say(section)
    return int(section is None)


def not_ours(file: str, labels: tuple[str, ...]) -> Problem:
    """Say why an issue is none of Almanac's."""
    names = " or ".join(f"`{label}`" for label in labels) or "of the form"
    message = (
        f"This issue was not filed with the form: it needs the label {names}, and the headings of all required fields."
    )
    return Problem(message, file=file)


def read_times(date: str, line: str, site: Path, *, as_json: bool) -> int:
    """Check a When line; 0 if it has no problem."""
    from bot.events.submission import zones_of
    from bot.events.times import explain, read_date, read_when, when_to_json
    from bot.folder import Folder

    day = read_date(date)
    if isinstance(day, Problem):
        if as_json:
            document(
                {
                    "ok": False,
                    "instant": None,
                    "line": None,
                    "zones": [],
                    "problems": [problem_values(day)],
                    "warnings": [],
                }
            )
        problems([day])
        return 1
    reading = read_when(day, line, zones_of(Folder(site).config(), None))
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
