"""`almanac parse`, `when` and `preview`, which only read. They have to start quickly, so each imports what it needs."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from almanac.errors import Problem, UserError
from almanac.output import errors_as_json, print_json, print_message, print_problems, print_text, problem_values

if TYPE_CHECKING:
    from almanac.event.submission import Submission
    from almanac.form.schema import Form
    from almanac.proposal.state import Issue
    from almanac.site import Site

MAX_BYTES = 10_000_000
_REASONS = {
    "missing": "This question is not in the issue.",
    "ambiguous": "This can be read in more than one way.",
    "open-ended": "It is unclear where this answer ends, because the heading after it is missing or was changed.",
    "invalid": "This is not an answer that the form offers.",
}


def parse_body(body: str, form: Path, *, as_json: bool) -> int:
    """Read one issue's body with its form; 0 if there is only one way to read it."""
    from almanac.form.body import parse, reading_to_json
    from almanac.form.schema import lint, read_form

    with errors_as_json({"status": "edited", "fields": {}, "refused": {}}, as_json=as_json):
        if body == "-" and str(form) == "-":
            raise UserError("Only one of BODY and --form can be standard input. Name a file for the other one.")
        known = read_form(_read_utf8(str(form)), str(form))
    print_problems(lint(known), "warning")
    unread = {"status": "edited", "fields": {}, "refused": {field.id: "unreadable" for field in known.fields}}
    with errors_as_json(unread, as_json=as_json):
        reading = parse(_read_utf8(body), known)
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


def read_times(date: str, line: str, folder: Path, *, as_json: bool) -> int:
    """Check a When line with the site's time zones; 0 if it has no problem."""
    from almanac import config as configs
    from almanac.caps import CONFIG
    from almanac.histories import read_config
    from almanac.sitefiles import Folder, decoded
    from almanac.times.check import explain, read_when, when_to_json

    nothing: dict[str, object] = {"ok": False, "instant": None, "line": None, "zones": [], "warnings": []}
    with errors_as_json(nothing, as_json=as_json):
        config = Folder(folder).read(configs.PATH, CONFIG)
        zones = read_config(None if config is None else decoded(config, configs.PATH)).zones()
    reading = read_when(date, line, zones)
    status = int(not reading.ok)
    if as_json:
        print_json(when_to_json(reading))
        return status
    if reading.line:
        print_text(reading.line)
    rows = explain(reading)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_text("  " + "  ".join(cells).rstrip())
    print_problems(reading.problems)
    print_problems(reading.warnings, "warning")
    return status


def preview_issue(argument: str, folder: Path, repository: str | None = None, *, as_json: bool) -> int:
    """Show the section that an issue would put on the page; 1 if it has problems or is not one of the form's."""
    from almanac.defaults import house_form
    from almanac.event.attachment import copy_path, with_copy
    from almanac.form.schema import lint
    from almanac.images import SUFFIXES
    from almanac.packaged import template
    from almanac.proposal.form_version import is_of_longer_form
    from almanac.proposal.ours import why_not_ours
    from almanac.site import Site
    from almanac.sitefiles import Folder

    with errors_as_json({"markdown": None, "event": None, "warnings": []}, as_json=as_json):
        issue = read_named_issue(argument, folder, repository)
        whole = Site(Folder(folder), default_form=template("site/new-event.yml"))
        site = _site_of(issue, whole) or whole.each()[0]
        form, config = form_of(issue, site), site.config
        if site.text(config.form) is None:
            print_message(f"note: there is no issue form at {config.form}, so Almanac's own is used.")
        print_problems(lint(form), "warning")
        if why_not_ours(issue, form, config):
            raise UserError(why_refused(argument, issue, whole))
        form = house_form() if is_of_longer_form(issue.body, house_form(), form) else form
        submission = _submitted(issue, form, site)
        event = submission.event
        shown = event
        if event and event.image and event.image.url:  # what kind of picture it is, is not known yet
            shown = with_copy(event, copy_path(config.images, event.id, event.image.url, SUFFIXES[0]))
        section = site.renderer()(shown) if shown else None
    if as_json:
        print_json(
            {
                "markdown": section,
                "event": event.model_dump(mode="json", exclude_defaults=True) if event else None,
                "problems": problem_values(submission.problems),
                "warnings": problem_values(submission.warnings),
            }
        )
    else:
        print_problems(submission.problems)
        print_problems(submission.warnings, "warning")
        if section is not None:
            print_text(section)
    return int(section is None)


def _submitted(issue: "Issue", form: "Form", site: "Site") -> "Submission":
    """Read an issue's answers; if it asks for a change, with the event that it names."""
    from almanac.engine.changes import find_event
    from almanac.event.change import submit_change
    from almanac.event.submission import is_for_changes, submit_body
    from almanac.proposal.marker import PullState
    from almanac.proposal.state import Base, Look, Proposal

    if not is_for_changes(form):
        return submit_body(issue.body, form, site.config, issue.number)
    look, sites = Look(issue, Base("", ""), Proposal()), [site, *(one for one in site.each() if one is not site)]
    find = partial(find_event, sites, look, PullState(), lambda _: PullState())
    return submit_change(issue.body, form, site.config, find)


def _site_of(issue: "Issue", site: "Site") -> "Site | None":
    """Return the site as that history has it with whose form an issue was filed, or whose event it is to change."""
    from almanac.event.submission import is_for_changes
    from almanac.proposal.form_version import is_certain
    from almanac.proposal.ours import refuse_alike, why_not_ours

    each = site.each()
    if len(each) == 1:
        return each[0]
    refuse_alike([(one.form, one.labels) for one in each])
    forms = [(one, form_of(issue, one)) for one in each]
    fitting = [(one, form) for one, form in forms if why_not_ours(issue, form, one.config) is None]

    def is_likely(one: "Site", form: "Form") -> bool:
        if is_for_changes(form):
            return _submitted(issue, form, one).event is not None
        return is_certain(issue.body, form)

    return next((one for one, form in sorted(fitting, key=lambda found: not is_likely(*found))), None)


def why_refused(argument: str, issue: "Issue", site: "Site") -> Problem:
    """Say why nothing comes of an issue: which label or headings it lacks, or that it is closed."""
    from almanac.proposal.ours import why_not_ours

    closed = 'This issue is closed, and nothing was ever proposed for it. To propose it, give it `"state": "open"`.'
    found = [why_not_ours(issue, form_of(issue, one), one.config) for one in site.each()]
    if None in found:
        return Problem(closed, file=_name(argument))
    lacks = " ".join(dict.fromkeys(problem.message for problem in found if problem))
    return Problem(lacks, file=_name(argument))


def form_of(issue: "Issue", site: "Site") -> "Form":
    """Return the site's form with which an issue was most likely filed: that for new events, or that for changes."""
    from almanac.proposal.form_version import likeliest

    forms = [site.form, *filter(None, [site.change_form])]
    return likeliest(issue.body, forms) or forms[0]


# ---------------------------------------------------------------- the files that a command line names


def read_named_issue(argument: str, folder: Path, repository: str | None = None) -> "Issue":
    """Read the issue that a command line names.

    It is a JSON file as GitHub's REST API writes it, `-` for one on standard input, or the number or address of one on
    GitHub: then that of the repository that is named, or else of the folder's clone.
    """
    from almanac.forge.local.store import read_issue

    if argument != "-" and not Path(argument).exists():
        from almanac.commands.locate import github_access, named_issue, repository_for

        access = github_access()
        if named := named_issue(argument, access):
            from almanac.commands.fetch import fetch_issue, issue_of_clone

            address, number = named
            if address is None and repository is None and (issue := issue_of_clone(number, folder)):
                return issue
            return fetch_issue(number, address or repository_for(repository, folder, access), access)
    return read_issue(_read_bytes(argument), _name(argument))


def _read_utf8(argument: str) -> str:
    """Read a text, without the byte order mark that some editors write first."""
    try:
        return _read_bytes(argument).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=_name(argument))) from None


def _read_bytes(argument: str) -> bytes:
    try:
        if argument == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(argument).open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(Problem(f"This file cannot be read: {reason}.", file=_name(argument))) from None
    if len(data) > MAX_BYTES:
        message = f"This file has more than {MAX_BYTES:,} bytes, far more than any issue."
        raise UserError(Problem(message, file=_name(argument)))
    return data


def _name(argument: str) -> str:
    """Return what messages call a file of the command line."""
    return "standard input" if argument == "-" else argument
