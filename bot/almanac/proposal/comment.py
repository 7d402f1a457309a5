"""Our one comment on an issue, and the commands that people give in theirs, such as `/almanac cancel`."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass, replace
from typing import Any, Literal

from almanac import __version__
from almanac.config import PullRequests
from almanac.errors import Problem
from almanac.proposal.command import AFTER, BEFORE, CommentCommand, Given, commands_of
from almanac.proposal.marker import CommentState, comment_entries, comment_state
from almanac.proposal.state import (
    AddComment,
    AskForReview,
    DeleteBranch,
    Draft,
    DropComment,
    Look,
    Plan,
    PutComment,
    Write,
)

_NOTE = "<!-- almanac:note -->"
_REMEMBERED = 20
"""How many comments and people our comment's marker remembers, so that it does not grow without limit."""


# ---------------------------------------------------------------- our comment


def draft_digest(draft: Draft) -> str:
    """Return what tells a text from others before it is written; another version may word the same differently."""

    def plain(value: object) -> Any:
        return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)

    data = json.dumps([__version__, draft.template, draft.values], default=plain, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def current_comment(look: Look) -> CommentState:
    """Return what our comment says; an empty state if there is none."""
    return comment_state(look.proposal.comment)


def put_comment(look: Look, draft: Draft, pull: int | None = None) -> tuple[Write, ...]:
    """Write our one comment, unless it says so already; delete what two runs at once wrote beside it.

    `pull` is the pull request that it mentions; a new one is filled in when its number is known.
    """
    if look.issue is None:
        return ()
    comment, now, digest = look.proposal.comment, current_comment(look), draft_digest(draft)
    alert = _alert(look, draft, now.alerts + 1)
    spare = tuple(DropComment(look.issue.number, each) for each in look.proposal.spare)
    if comment and (now.told, now.says, now.pull) == (draft.template, digest, pull):
        return spare
    state: dict[str, object] = {
        "told": draft.template,
        "says": digest,
        "pull": pull,
        "merged": pull if draft.template == "merged" else now.merged,
        "heard": now.heard or None,
        "denied": now.denied or None,
        "alerts": now.alerts + len(alert) or None,
    }
    return (*alert, PutComment(look.issue.number, comment.id if comment else None, draft, state), *spare)


def _alert(look: Look, draft: Draft, number: int) -> tuple[AddComment, ...]:
    """Say in a new comment that what was fine has problems now: that ours is edited notifies nobody.

    It is written before ours is edited, and ours counts them: a run that is cut short in between adds no second one.
    """
    if look.issue is None or draft.template != "problems" or current_comment(look).told not in ("proposed", "merged"):
        return ()
    problems: Any = draft.values["problems"]
    fields = tuple(dict.fromkeys(problem.field for problem in problems if problem.field))
    return (AddComment(look.issue.number, f"alert-{number}", Draft("alert", {**draft.values, "fields": fields})),)


def with_note(text: str, note: str) -> str:
    """Put a note below our comment's text; an empty one is none."""
    return f"{text}\n\n{_NOTE}\n\n{note}" if note else text


def own_text(text: str) -> str:
    """Return our comment's text without its first line, by which it is found, and without a note."""
    return text.partition("\n")[2].partition(_NOTE)[0].strip()


def review(wanted: PullRequests, pull: int | None = None) -> tuple[Write, ...]:
    """Ask for what each new pull request is to get, if the config says so; `pull` is as in `AskForReview`."""
    return (AskForReview(pull, wanted.labels, wanted.reviewers, wanted.team_reviewers),) if wanted.asks else ()


def review_draft(labels: Sequence[str], reviewers: Sequence[str], *, draft: bool = False) -> Draft:
    """Say which labels there are not, who cannot be asked for a review, and whether there are no drafts."""
    return Draft("review", {"labels": tuple(labels), "reviewers": tuple(reviewers), "draft": draft})


# ---------------------------------------------------------------- commands in people's comments


def pending_commands(look: Look, number: int, comment: CommentCommand | None) -> tuple[Given, ...]:
    """Return the commands that a comment gives, unless they were dealt with before or are about something else."""
    if comment is None:
        return ()
    pull, now = look.proposal.pull, current_comment(look)
    # The pull request that was merged last counts too, while a newer one changes what it published.
    if comment.place not in (number, pull.number if pull else None, now.merged):
        return ()
    # GitHub counts comments upwards: where some were forgotten, one from before all that we remember is one of them.
    is_forgotten = len(now.heard) == _REMEMBERED and comment.id < min(now.heard)
    return () if comment.id in now.heard or is_forgotten else commands_of(comment.text)


_Answer = Literal[
    "denied", "unknown", "misplaced", "apart", "closed",  # it is not done
    "proposed", "same", "withdrawn", "blocked", "problem",  # what came of a change
    "done", "current", "waiting",  # what came of another look
]  # fmt: skip


def note_draft(  # noqa: PLR0913 -- all that the words depend on
    command: str,
    *,
    answer: _Answer,
    published: bool = False,
    change: bool = False,
    author: bool = False,
    changes: bool = False,
    removed: bool = False,
    problem: Problem | None = None,
) -> Draft:
    """Word the answer to a command, in one line or with the commands that can be given for an event as it is.

    `change` says whether it is about an issue that asks to change a published event, and `author` whether it comes from
    the author of a published event's issue, or of such a change's. `changes` is as in `Published`, and
    `removed` says whether the event was taken off the site.
    """
    values = {
        "may": answer != "denied",
        "command": command,
        "answer": answer,
        "commands": AFTER if published else BEFORE,
        "published": published,
        "change": change,
        "author": author,
        "changes": changes,
        "removed": removed,
        "problem": problem,
    }
    return Draft("note", values)


def answered(plan: Plan, look: Look, comment: CommentCommand, *notes: Draft, denied: bool = False) -> Plan:
    """Note in our comment that commands were dealt with, and answer them if there is something to say.

    That they may not give it, people are told once.
    """
    now, issue, author = current_comment(look), look.issue, comment.author.casefold()
    if issue is None or (denied and author in now.denied):
        return plan
    state: dict[str, object] = {"heard": [*now.heard, comment.id][-_REMEMBERED:]}
    if denied:
        state["denied"] = [*now.denied, author][-_REMEMBERED:]
    planned = next((write for write in plan.writes if isinstance(write, PutComment)), None)
    if planned:
        new = replace(planned, state={**planned.state, **state}, notes=notes)
        return replace(plan, writes=tuple(new if write is planned else write for write in plan.writes))
    there = look.proposal.comment
    if there:
        text, entries = comment_entries(there)
        new = PutComment(issue.number, there.id, own_text(text), {**entries, **state}, notes)
    else:
        new = PutComment(issue.number, None, notes[0] if notes else "", state, notes[1:])
    # A plan that ends a proposal deletes the branch last, so that a sweep can finish what was cut short.
    place = next((at for at, write in enumerate(plan.writes) if isinstance(write, DeleteBranch)), len(plan.writes))
    return replace(plan, writes=(*plan.writes[:place], new, *plan.writes[place:]))
