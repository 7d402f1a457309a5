"""`almanac preview`: shows the section that an issue would put on the page."""

from dataclasses import replace
from pathlib import Path

from almanac.commands.arguments import read_bytes, shown_name
from almanac.commands.build import site_renderer
from almanac.errors import Problem, UserError
from almanac.event.submission import Submission, submit_body
from almanac.forge.local.store import read_issue
from almanac.form.schema import lint
from almanac.output import errors_as_json, print_json, print_message, print_problems, print_text, problem_values
from almanac.proposal.ours import is_ours, why_not_ours
from almanac.proposal.state import Issue
from almanac.renderer import template
from almanac.site import Folder, Site


def preview_issue(argument: str, folder: Path, *, as_json: bool) -> int:
    """Show the section that an issue would put on the page; 1 if it has problems or is not one of the form's."""
    with errors_as_json({"markdown": None, "event": None, "warnings": []}, as_json=as_json):
        submission, section = _preview(argument, folder)
    if as_json:
        event = submission.event
        print_json(
            {
                "markdown": section,
                "event": event.model_dump(mode="json", exclude_defaults=True) if event else None,
                "problems": [problem_values(problem) for problem in submission.problems],
                "warnings": [problem_values(warning) for warning in submission.warnings],
            }
        )
    else:
        print_problems(submission.problems)
        print_problems(submission.warnings, "warning")
        if section is not None:
            print_text(section)
    return int(section is None)


def _preview(argument: str, folder: Path) -> tuple[Submission, str | None]:
    issue = read_issue(read_bytes(argument), shown_name(argument))
    site = Site(Folder(folder), default_form=template("site/new-event.yml"))
    form, config = site.form, site.config
    if site.text(config.form) is None:
        print_message(f"note: there is no issue form at {config.form}, so Almanac's own is used.")
    print_problems(lint(form), "warning")
    if not is_ours(issue, form, config):
        raise UserError(why_refused(argument, issue, site))
    submission = submit_body(issue.body, form, config, issue.number)
    return submission, site_renderer(site)(submission.event) if submission.event else None


def why_refused(argument: str, issue: Issue, site: Site) -> Problem:
    """Say why nothing comes of an issue: which label or headings it lacks, or that it is closed."""
    closed = 'This issue is closed, and nothing was ever proposed for it. To propose it, give it `"state": "open"`.'
    return replace(why_not_ours(issue, site.form, site.config) or Problem(closed), file=shown_name(argument))
