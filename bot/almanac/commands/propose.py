"""`almanac propose` and `almanac reconcile`: one issue or all, in a clone or on GitHub, and what was planned."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, assert_never

from almanac import config as configs
from almanac.commands.discovery import read_checkout
from almanac.commands.reading import read_named_issue, why_refused
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.errors import Problem, UserError
from almanac.forge.local.forge import LocalForge
from almanac.forge.local.store import issue_file
from almanac.output import (
    diff_lines,
    errors_as_json,
    print_error,
    print_json,
    print_message,
    print_problems,
    print_text,
    problem_values,
    progress,
)
from almanac.proposal.hidden import with_state
from almanac.proposal.messages import Messages
from almanac.proposal.page_edits import NO_ISSUE
from almanac.proposal.state import (
    AddComment,
    AskForReview,
    CloseIssue,
    DeleteBranch,
    Draft,
    DropComment,
    EditPull,
    Issue,
    OpenPull,
    PutBranch,
    PutComment,
    PutIssue,
)
from almanac.site import Site
from almanac.sitefiles import CommitFiles
from almanac.text import counted, first_few


def propose_issue(argument: str, folder: Path, repository: str | None = None, *, dry_run: bool, as_json: bool) -> int:
    """Make or update one proposal in a clone; 1 if it failed, or if the issue has problems or is not the form's."""
    messages = load_messages()
    with errors_as_json({"outcome": None}, as_json=as_json):
        issue = read_named_issue(argument, folder, repository)
        forge = LocalForge(folder, lambda: datetime.now(UTC))
        done = propose_in(forge, issue, folder, messages, dry_run=dry_run)
        if done.plan.outcome is None:
            raise UserError(why_refused(argument, issue, Site(CommitFiles(forge, forge.base().commit))))
    if as_json:
        print_json(done_values(done, messages))
    else:
        print_done(done, messages, dry_run=dry_run)
    return int(bool(print_failures([done]) or done.plan.problems))


def propose_in(forge: LocalForge, issue: Issue, folder: Path, messages: Messages, *, dry_run: bool = False) -> Done:
    """File an issue in a clone and propose its event there; one that cannot be used leaves no trace.

    Raises:
        UserError: The branch where proposals start is not ready, or the clone has another issue with this number.
    """
    ignored = forge.uncommitted()
    if ignored:
        names, branch = first_few(ignored, 5), forge.base().branch
        print_message(f"note: uncommitted changes were ignored ({names}); a proposal starts from {branch}.")
    refuse_unprepared(forge, folder)
    filed = forge.issue(issue.number)
    if filed and issue.url.startswith("http") and not filed.url.startswith("http"):
        message = "This clone has another issue with this number, which was filed in it and not on GitHub."
        remedy = f"To give it up, delete {issue_file(issue.number)}."
        raise UserError(Problem(f"{message} {remedy}", typed=f"#{issue.number} {filed.title}"))
    # It is filed only once it is known to be one of the form's.
    if dry_run or filed is None:
        forge.suppose(issue)
        done = reconcile(issue.number, forge, messages, dry_run=True)
    if not dry_run and not (filed is None and done.plan.outcome is None):
        with forge.alone():
            forge.file_issue(issue)
            done = reconcile(issue.number, forge, messages)
    return done


def refuse_unprepared(forge: LocalForge, folder: Path) -> None:
    """Raise a UserError if config or form are not on the branch where proposals start; another one may have them."""
    base = forge.base()
    site = Site(CommitFiles(forge, base.commit))
    forms = [one.config.form for one in site.each()]
    lacking = [path for path in (configs.PATH, *forms) if site.text(path) is None]
    here = [path for path in lacking if (folder / path).is_file()]
    if not here and not {*forms} & {*lacking}:
        return  # no config is needed where the defaults are right
    current = read_checkout(folder).current
    if not here:
        remedy = "`almanac init` writes it."
    elif current in (None, base.branch):
        remedy = "It is in your folder, but not committed: commit it first."
    else:
        remedy = f"You are on {current}: commit it there, and merge {current} into {base.branch}."
    message = f"Proposals start from the branch {base.branch}, which does not have this file. {remedy}"
    raise UserError([Problem(message, file=path) for path in here or lacking[-1:]])


def reconcile_repository(given: str | None, number: int | None, folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """Reconcile one issue or all on GitHub; 1 if something could not be done.

    The repository is the one that is given, or else that of the clone.
    """
    from almanac.commands.locate import TAKE_TOKEN, github_access, repository_for
    from almanac.engine.sweep import reconcile_one_or_all  # `propose` does without all this
    from almanac.forge.github.repository import connect
    from almanac.forge.github.request import write_pause

    messages = load_messages()
    results = []
    with errors_as_json({"outcome": None}, as_json=as_json), progress() as tell:
        access = github_access()
        repository = repository_for(given, folder, access)
        pause = write_pause(os.environ.get("ALMANAC_WRITE_PAUSE"))
        if not access.token:
            raise UserError(Problem(f"To work on GitHub, a token is needed: `{TAKE_TOKEN}`.", "GITHUB_TOKEN"))

        def print_progress(place: int, count: int) -> None:
            tell(f"{place} of {counted(count, 'issue')} of {repository} ...")

        with closing(connect(access.token, repository, api_url=access.api_url, pause=pause)) as forge:
            if given is None:
                print_message(f"note: the repository is {repository}, by the remote of this clone.")
            tell(f"Looking at {repository} ...")
            for done in reconcile_one_or_all(number, forge, messages, dry_run=dry_run, progress=print_progress):
                tell("")
                results.append(done)
                if not as_json and (number is not None or done.plan.outcome or done.error):
                    print_done(done, messages, dry_run=dry_run)
    if as_json:
        values = [done_values(done, messages) for done in results]
        print_json(values if number is None else values[0])
    elif number is None:
        issues = sum(done.plan.issue != NO_ISSUE for done in results)
        print_text(
            f"Checked {counted(issues, 'open issue')}; {sum(done.error is not None for done in results)} failed."
        )
    return int(print_failures(results))


# ---------------------------------------------------------------- what was done, or would be


def print_failures(results: Iterable[Done]) -> bool:
    """Print on standard error what could not be done, and tell whether there was any of that."""
    failed = [(done.plan.name, done.error) for done in results if done.error]
    for name, error in failed:
        print_message(f"{name}:")
        print_error(error)
    return bool(failed)


def print_done(done: Done, messages: Messages, *, dry_run: bool) -> None:
    """Print what was done for one issue, or would be."""
    plan, pull = done.plan, done.pull
    outcome = plan.outcome or ("failed" if done.error else "nothing to do")
    print_text(f"{plan.name}: {outcome}. {plan.reason}")
    if pull and not dry_run:
        print_text(f"Pull request #{pull.number}: {pull.url or pull.title}")
    if dry_run:
        for shown in _shown_writes(done, messages):
            quoted = "".join(f"\n  | {line}".rstrip() for line in shown.text.split("\n")) if shown.text else ""
            print_text(f"\n{shown.line}{shown.diff}{quoted}")
        print_text("\nNothing was written (--dry-run).")
    print_problems(plan.problems)
    print_problems(plan.warnings, "warning")


def done_values(done: Done, messages: Messages) -> dict[str, Any]:
    """Return what was done for one issue, or would be, for a JSON document."""
    plan, pull = done.plan, done.pull
    return {
        "issue": plan.issue,
        "outcome": plan.outcome,
        "reason": plan.reason,
        "event": plan.event.model_dump(mode="json", exclude_defaults=True) if plan.event else None,
        "problems": problem_values(plan.problems),
        "warnings": problem_values(plan.warnings),
        "pull_request": {"number": pull.number, "url": pull.url} if pull else None,
        "files": {
            path: {"bytes": len(content)} if isinstance(content, bytes) else content
            for write in plan.writes
            if isinstance(write, PutBranch)
            for path, content in write.files.items()
        },
        "writes": [shown.values for shown in _shown_writes(done, messages)],
        "error": str(done.error) if done.error else None,
    }


class _Shown(NamedTuple):
    """One write of a plan: as JSON, in one line, and the text and the changes of files that go with it."""

    values: dict[str, Any]
    line: str
    text: str = ""
    diff: str = ""


def _shown_writes(  # noqa: C901, PLR0912 -- one for each kind of write
    done: Done, messages: Messages
) -> Iterator[_Shown]:
    messages = done.messages or messages
    pull = f"#{done.pull.number}" if done.pull else None
    if done.messages and any(isinstance(write, OpenPull) for write in done.plan.writes):
        pull = "(not opened yet)"  # in a dry run, a new pull request has no number

    def written(text: Draft | str) -> str:
        return text if isinstance(text, str) else messages.write(text, pull=pull)

    for write in done.plan.writes:
        match write:
            case PutBranch():
                values: dict[str, Any] = {
                    "branch": write.branch,
                    "parents": list(write.parents),
                    "message": write.message,
                }
                line = f"COMMIT on the branch {write.branch}: {write.message.splitlines()[0]}"
                diff = "".join(f"\n{changed}" for changed in diff_lines(write.before, write.files))
                yield _Shown({"do": "commit", **values}, line, diff=diff)
            case OpenPull():
                text = messages.write(write.body)
                values = {"base": write.base, "title": write.title, "body": with_state(text, write.state)}
                kind = "draft of a pull request" if write.draft else "pull request"
                line = f"OPEN a {kind} to {write.base}: {write.title}"
                yield _Shown({"do": "open pull request", **values, "draft": write.draft}, line, text)
            case AskForReview():
                values = {"labels": [*write.labels], "reviewers": [*write.reviewers], "teams": [*write.teams]}
                words = [f"{name}: {', '.join(asked)}" for name, asked in values.items() if asked]
                yield _Shown({"do": "ask for review", **values}, f"GIVE the pull request {'; '.join(words)}")
            case EditPull():
                text = written(write.text)
                values = {"title": write.title, "body": with_state(text, write.state), "close": write.close}
                title = f": {write.title}" if write.title else ""
                line = f"{'CLOSE' if write.close else 'UPDATE'} pull request #{write.number}{title}"
                yield _Shown({"do": "edit pull request", "number": write.number, **values}, line, text)
            case PutComment():
                text = written(write.body)
                line = f"{'COMMENT on' if write.id is None else 'UPDATE the comment on'} issue #{write.issue}"
                yield _Shown({"do": "comment", "id": write.id, "body": text}, line, text)
            case AddComment():
                text = written(write.body)
                yield _Shown({"do": "add comment", "body": text}, f"COMMENT on issue #{write.issue} once more", text)
            case DropComment():
                line = f"DELETE a second comment on issue #{write.issue}"
                yield _Shown({"do": "delete comment", "id": write.id}, line)
            case PutIssue():
                text = "\n\n".join(filter(None, (written(write.body), write.answers)))
                values = {"title": write.title, "labels": list(write.labels), "body": f"{write.mark}\n\n{text}"}
                doing = f"UPDATE issue #{write.number}" if write.number else "OPEN an issue"
                values |= {"do": "edit issue", "number": write.number} if write.number else {"do": "open issue"}
                yield _Shown(values, f"{doing}: {write.title}", text)
            case CloseIssue():
                line = f"CLOSE issue #{write.number} as {write.reason.replace('_', ' ')}"
                yield _Shown({"do": "close issue", "reason": write.reason}, line)
            case DeleteBranch():
                yield _Shown({"do": "delete branch", "branch": write.branch}, f"DELETE the branch {write.branch}")
            case _:
                assert_never(write)
