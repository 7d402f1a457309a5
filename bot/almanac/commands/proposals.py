"""`almanac propose` and `reconcile`: one issue, or all, on the forge that there is."""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from almanac.commands.issue_files import read_issue
from almanac.commands.reading import not_ours
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import UserError
from almanac.forge.github.address import DEFAULT_API_URL
from almanac.output import document, done_values, print_done, print_json, refusals, say, tell, trouble
from almanac.renderer import Templates, load_templates
from almanac.site import CommitFiles, Site

PATIENCE = 90.0
"""The most seconds to wait in one call: GitHub's secondary limits usually ask for a minute."""


def propose_issue(argument: str, site: Path, *, dry_run: bool, as_json: bool) -> int:
    """Make or update one proposal in a clone; 1 if the issue has problems or is not one of the form's."""
    with refusals({"outcome": None}, as_json=as_json):
        done, templates = _propose(argument, site, dry_run=dry_run)
    if as_json:
        print_json(done, done.messages or templates.messages)
    else:
        print_done(done, done.messages or templates.messages, dry_run=dry_run)
    return int(bool(done.plan.problems))


def _propose(argument: str, site: Path, *, dry_run: bool) -> tuple[Done, Templates]:
    from almanac.forge.local.forge import LocalForge

    issue = read_issue(argument)
    forge = LocalForge(site, lambda: datetime.now(UTC))
    templates = load_templates()
    ignored = forge.uncommitted()
    if ignored:
        names = ", ".join(ignored[:5]) + (" and more" if len(ignored) > 5 else "")  # noqa: PLR2004 -- as many as fit a line
        tell(f"note: uncommitted changes were ignored ({names}); a proposal starts from {forge.base().branch}.")
    # What cannot be used leaves no trace: an issue is filed only once it is known that it is one of the form's.
    new = forge.issue(issue.number) is None
    if dry_run or new:
        forge.suppose(issue)
        done = reconcile(issue.number, forge, templates, dry_run=True)
    if not dry_run and not (new and done.plan.outcome is None):
        with forge.alone():
            forge.file_issue(issue)
            done = reconcile(issue.number, forge, templates)
    if done.plan.outcome is None:
        at_base = Site(CommitFiles(forge, forge.base().commit))
        raise UserError(not_ours(argument, issue, at_base.form, at_base.config))
    return done, templates


def reconcile_repository(repository: str, number: int | None, *, dry_run: bool, as_json: bool) -> int:
    """Reconcile one issue or all on GitHub; 1 if something could not be done."""
    with refusals({"outcome": None}, as_json=as_json):
        results, templates = _reconcile(repository, number, dry_run=dry_run, as_json=as_json)
    if number is None:
        return _told(results, templates, as_json=as_json)
    [done] = results
    if as_json:
        print_json(done, done.messages or templates.messages)
    return 0


def _reconcile(repository: str, number: int | None, *, dry_run: bool, as_json: bool) -> tuple[list[Done], Templates]:
    """Reconcile, and tell of each issue as soon as it is done, unless all is told at the end."""
    from almanac.forge.github.repository import connect

    token, api_url = os.environ.get("GITHUB_TOKEN", ""), os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL
    pause = write_pause(os.environ.get("ALMANAC_WRITE_PAUSE"))
    templates = load_templates()
    results = []
    with closing(connect(token, repository, api_url=api_url, pause=pause, patience=PATIENCE)) as forge:
        one = () if number is None else (reconcile(number, forge, templates, dry_run=dry_run),)
        for done in one or reconcile_all(forge, templates, dry_run=dry_run, progress=_progress):
            results.append(done)
            if not as_json and (one or done.plan.outcome or done.error):
                print_done(done, done.messages or templates.messages, dry_run=dry_run)
    return results, templates


def _progress(place: int, count: int) -> None:
    tell(f"{place} of {count} ...")


def _told(results: list[Done], templates: Templates, *, as_json: bool) -> int:
    failed = [done for done in results if done.error]
    if as_json:
        document([done_values(done, done.messages or templates.messages) for done in results])
    else:
        say(f"{len(results)} open issues looked at, {len(failed)} failed.")
    for done in failed:
        if done.error:
            tell(f"{done.plan.name}:")
            trouble(done.error)
    return int(bool(failed))


def write_pause(value: str | None) -> float | None:
    """Read ALMANAC_WRITE_PAUSE: seconds between writes to GitHub, or None where it is not set.

    Raises:
        UserError: It is no number of seconds.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 60:  # noqa: PLR2004 -- a minute is the longest pause that makes sense
        raise UserError("ALMANAC_WRITE_PAUSE has to be a number of seconds from 0 to 60.")
    return seconds
