"""A plan as a person wants to read it, and as JSON."""

from typing import Any, assert_never

from bot.errors import Problem
from bot.proposals.marker import with_state
from bot.proposals.messages import Messages
from bot.proposals.state import (
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
from bot.reconcile import Done
from bot.show import difference, document, problem_values, problems, say

NEW_PULL = "(its number)"


def print_done(done: Done, messages: Messages, *, dry_run: bool) -> None:
    """Tell in a few lines what was done for one issue; for a dry run, all that would be written."""
    plan = done.plan
    say(f"{plan.name}: {plan.outcome or ('failed' if done.error else 'nothing to do')}. {plan.reason}")
    if done.pull and not dry_run:
        say(f"Pull request #{done.pull.number}: {done.pull.url or done.pull.title}")
    if dry_run:
        for write in plan.writes:
            say()
            say(_described(write, _pull_name(done), messages))
        say("\nNothing was written (--dry-run).")
    problems(plan.problems)
    problems(plan.warnings, "warning")


def print_json(done: Done, messages: Messages) -> None:
    """Print one plan as JSON."""
    document(done_values(done, messages))


def done_values(done: Done, messages: Messages) -> dict[str, Any]:
    """Return one issue's plan for a JSON document.

    `writes` holds what is written in its order; each has a `do` and what goes with it. `files` are the new texts of
    all files by path, None where one is removed.
    """
    plan, pull = done.plan, done.pull
    return {
        "issue": plan.issue,
        "outcome": plan.outcome,
        "reason": plan.reason,
        "event": plan.event.model_dump(mode="json", exclude_defaults=True) if plan.event else None,
        "problems": _values(plan.problems),
        "warnings": _values(plan.warnings),
        "pull_request": {"number": pull.number, "url": pull.url} if pull else None,
        "files": {path: text for w in plan.writes if isinstance(w, PutBranch) for path, text in w.files.items()},
        "writes": [_write_values(write, _pull_name(done), messages) for write in plan.writes],
        "error": str(done.error) if done.error else None,
    }


def _values(found: tuple[Problem, ...]) -> list[dict[str, object]]:
    return [problem_values(problem) for problem in found]


def _pull_name(done: Done) -> str | None:
    """Return what the texts call the pull request; one that a dry run would open has no number yet."""
    if done.messages and any(isinstance(write, OpenPull) for write in done.plan.writes):
        return NEW_PULL
    return f"#{done.pull.number}" if done.pull else None


def _write_values(  # noqa: PLR0911 -- one for each kind of write
    write: Write, pull: str | None, messages: Messages
) -> dict[str, Any]:
    match write:
        case PutBranch():
            return {"do": "commit", "branch": write.branch, "parents": list(write.parents), "message": write.message}
        case OpenPull():
            body = with_state(messages.write(write.body), write.state)
            return {"do": "open pull request", "base": write.base, "title": write.title, "body": body}
        case EditPull():
            body = with_state(_text(write.text, pull, messages), write.state)
            changes = {"title": write.title, "body": body, "close": write.close}
            return {"do": "edit pull request", "number": write.number, **changes}
        case PutComment():
            return {"do": "comment", "id": write.id, "body": _text(write.body, pull, messages)}
        case DropComment():
            return {"do": "delete comment", "id": write.id}
        case CloseIssue():
            return {"do": "close issue", "reason": write.reason}
        case DeleteBranch():
            return {"do": "delete branch", "branch": write.branch}
        case _:
            assert_never(write)


def _text(text: Draft | str, pull: str | None, messages: Messages) -> str:
    return text if isinstance(text, str) else messages.write(text, pull=pull)


def _described(write: Write, pull: str | None, messages: Messages) -> str:  # noqa: PLR0911 -- the same
    match write:
        case PutBranch():
            diff = "\n".join(difference(write.before, write.files))
            return f"COMMIT on the branch {write.branch}: {write.message.splitlines()[0]}\n{diff}"
        case OpenPull():
            return f"OPEN a pull request to {write.base}: {write.title}\n{_quoted(messages.write(write.body))}"
        case EditPull():
            verb = "CLOSE" if write.close else "UPDATE"
            title = f": {write.title}" if write.title else ""
            return f"{verb} pull request #{write.number}{title}\n{_quoted(_text(write.text, pull, messages))}"
        case PutComment():
            verb = "COMMENT on" if write.id is None else "UPDATE the comment on"
            return f"{verb} issue #{write.issue}\n{_quoted(_text(write.body, pull, messages))}"
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
