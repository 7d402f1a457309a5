"""`almanac propose` and `almanac reconcile`: one issue or all, in a clone or on GitHub, and what was planned."""

import os
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

from almanac.commands.arguments import read_bytes, shown_name
from almanac.commands.preview import why_refused
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import UserError
from almanac.forge.github.address import DEFAULT_API_URL
from almanac.forge.local.forge import LocalForge
from almanac.forge.local.store import read_issue
from almanac.output import (
    diff_lines,
    errors_as_json,
    print_error,
    print_json,
    print_message,
    print_problems,
    print_text,
    problem_values,
)
from almanac.proposal.marker import with_state
from almanac.proposal.messages import Messages
from almanac.proposal.state import (
    CloseIssue,
    DeleteBranch,
    Draft,
    DropComment,
    EditPull,
    OpenPull,
    PutBranch,
    PutComment,
    Write,
)
from almanac.renderer import load_templates
from almanac.site import CommitFiles, Site

PATIENCE = 90.0
"""The most seconds to wait in one call: GitHub's secondary limits usually ask for a minute."""
_NAMES_SHOWN = 5


def propose_issue(argument: str, folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """Make or update one proposal in a clone; 1 if the issue has problems or is not one of the form's."""
    messages = load_templates().messages
    with errors_as_json({"outcome": None}, as_json=as_json):
        done = _propose(argument, folder, dry_run=dry_run)
    if as_json:
        print_json(_done_values(done, messages))
    else:
        _print_done(done, messages, dry_run=dry_run)
    return int(bool(done.plan.problems))


def _propose(argument: str, folder: Path, *, dry_run: bool) -> Done:
    issue = read_issue(read_bytes(argument), shown_name(argument))
    forge = LocalForge(folder, lambda: datetime.now(UTC))
    templates = load_templates()
    ignored = forge.uncommitted()
    if ignored:
        names = ", ".join(ignored[:_NAMES_SHOWN]) + (" and more" if len(ignored) > _NAMES_SHOWN else "")
        branch = forge.base().branch
        print_message(f"note: uncommitted changes were ignored ({names}); a proposal starts from {branch}.")
    # An issue that cannot be used leaves no trace: it is filed only once it is known to be one of the form's.
    new = forge.issue(issue.number) is None
    if dry_run or new:
        forge.suppose(issue)
        done = reconcile(issue.number, forge, templates, dry_run=True)
    if not dry_run and not (new and done.plan.outcome is None):
        with forge.alone():
            forge.file_issue(issue)
            done = reconcile(issue.number, forge, templates)
    if done.plan.outcome is None:
        raise UserError(why_refused(argument, issue, Site(CommitFiles(forge, forge.base().commit))))
    return done


def reconcile_repository(repository: str, number: int | None, *, dry_run: bool, as_json: bool) -> int:
    """Reconcile one issue or all on GitHub; 1 if something could not be done."""
    from almanac.forge.github.repository import connect  # `propose` does without PyGithub, which is slow to import

    templates = load_templates()
    results = []
    with errors_as_json({"outcome": None}, as_json=as_json):
        token, api_url = os.environ.get("GITHUB_TOKEN", ""), os.environ.get("GITHUB_API_URL") or DEFAULT_API_URL
        pause = write_pause(os.environ.get("ALMANAC_WRITE_PAUSE"))
        with closing(connect(token, repository, api_url=api_url, pause=pause, patience=PATIENCE)) as forge:
            found: Iterable[Done]
            if number is None:
                found = reconcile_all(forge, templates, dry_run=dry_run, progress=_print_progress)
            else:
                found = [reconcile(number, forge, templates, dry_run=dry_run)]
            for done in found:
                results.append(done)
                if not as_json and (number is not None or done.plan.outcome or done.error):
                    _print_done(done, templates.messages, dry_run=dry_run)
    failed = [done for done in results if done.error]
    values = [_done_values(done, templates.messages) for done in results] if as_json else []
    if as_json:
        print_json(values if number is None else values[0])
    elif number is None:
        print_text(f"{len(results)} open issues were checked; {len(failed)} failed.")
    for done in failed:
        if done.error:
            print_message(f"{done.plan.name}:")
            print_error(done.error)
    return int(bool(failed))


def _print_progress(place: int, count: int) -> None:
    print_message(f"{place} of {count} ...")


def write_pause(value: str | None) -> float | None:
    """Read ALMANAC_WRITE_PAUSE: seconds between writes to GitHub, or None if it is not set.

    Raises:
        UserError: It is not a number of seconds.
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


# ---------------------------------------------------------------- what was done, or would be


def _print_done(done: Done, messages: Messages, *, dry_run: bool) -> None:
    """Print in a few lines what was done for one issue; for a dry run, everything that would be written."""
    plan, pull = done.plan, done.pull
    outcome = plan.outcome or ("failed" if done.error else "nothing to do")
    print_text(f"{plan.name}: {outcome}. {plan.reason}")
    if pull and not dry_run:
        print_text(f"Pull request #{pull.number}: {pull.url or pull.title}")
    if dry_run:
        for write in plan.writes:
            print_text("\n" + _described(write, _Texts(done, messages)))
        print_text("\nNothing was written (--dry-run).")
    print_problems(plan.problems)
    print_problems(plan.warnings, "warning")


def _done_values(done: Done, messages: Messages) -> dict[str, Any]:
    """Return what was done for one issue, for a JSON document.

    `writes` are in their order; each has a `do` and what goes with it. `files` are the new texts of all files by path,
    None for one that is removed.
    """
    plan, pull = done.plan, done.pull
    texts = _Texts(done, messages)
    return {
        "issue": plan.issue,
        "outcome": plan.outcome,
        "reason": plan.reason,
        "event": plan.event.model_dump(mode="json", exclude_defaults=True) if plan.event else None,
        "problems": [problem_values(problem) for problem in plan.problems],
        "warnings": [problem_values(warning) for warning in plan.warnings],
        "pull_request": {"number": pull.number, "url": pull.url} if pull else None,
        "files": {path: text for w in plan.writes if isinstance(w, PutBranch) for path, text in w.files.items()},
        "writes": [_write_values(write, texts) for write in plan.writes],
        "error": str(done.error) if done.error else None,
    }


class _Texts:
    """Writes the texts of one plan, which may name its pull request; one that a dry run would open has no number."""

    def __init__(self, done: Done, messages: Messages) -> None:
        self.messages = done.messages or messages
        self._pull = f"#{done.pull.number}" if done.pull else None
        if done.messages and any(isinstance(write, OpenPull) for write in done.plan.writes):
            self._pull = "(its number)"

    def write(self, text: Draft | str) -> str:
        return text if isinstance(text, str) else self.messages.write(text, pull=self._pull)


def _write_values(write: Write, texts: _Texts) -> dict[str, Any]:  # noqa: PLR0911 -- one for each kind of write
    match write:
        case PutBranch():
            return {"do": "commit", "branch": write.branch, "parents": list(write.parents), "message": write.message}
        case OpenPull():
            body = with_state(texts.messages.write(write.body), write.state)
            return {"do": "open pull request", "base": write.base, "title": write.title, "body": body}
        case EditPull():
            body = with_state(texts.write(write.text), write.state)
            changes = {"title": write.title, "body": body, "close": write.close}
            return {"do": "edit pull request", "number": write.number, **changes}
        case PutComment():
            return {"do": "comment", "id": write.id, "body": texts.write(write.body)}
        case DropComment():
            return {"do": "delete comment", "id": write.id}
        case CloseIssue():
            return {"do": "close issue", "reason": write.reason}
        case DeleteBranch():
            return {"do": "delete branch", "branch": write.branch}
        case _:
            assert_never(write)


def _described(write: Write, texts: _Texts) -> str:  # noqa: PLR0911 -- one for each kind of write
    match write:
        case PutBranch():
            diff = "\n".join(diff_lines(write.before, write.files))
            return f"COMMIT on the branch {write.branch}: {write.message.splitlines()[0]}\n{diff}"
        case OpenPull():
            return f"OPEN a pull request to {write.base}: {write.title}\n{_quoted(texts.messages.write(write.body))}"
        case EditPull():
            verb = "CLOSE" if write.close else "UPDATE"
            title = f": {write.title}" if write.title else ""
            return f"{verb} pull request #{write.number}{title}\n{_quoted(texts.write(write.text))}"
        case PutComment():
            verb = "COMMENT on" if write.id is None else "UPDATE the comment on"
            return f"{verb} issue #{write.issue}\n{_quoted(texts.write(write.body))}"
        case DropComment():
            return f"DELETE a second comment on issue #{write.issue}"
        case CloseIssue():
            return f"CLOSE issue #{write.number} as {write.reason.replace('_', ' ')}"
        case DeleteBranch():
            return f"DELETE the branch {write.branch}"
        case _:
            assert_never(write)


def _quoted(text: str) -> str:
    return "\n".join(f"  | {line}".rstrip() for line in text.split("\n"))
