"""One run for one issue: look, plan, apply; and again if someone else was quicker."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Literal, assert_never

from almanac.engine.decide import decide
from almanac.engine.planner import Planner
from almanac.engine.setup_problems import tell_of_settings
from almanac.errors import AlmanacError, Problem, Raced, UserError
from almanac.forge.protocol import Forge
from almanac.proposal.command import CommentCommand
from almanac.proposal.comment import review_draft, with_note
from almanac.proposal.hidden import read_state, with_state
from almanac.proposal.marker import comment_marker, text_digest, with_key
from almanac.proposal.messages import Messages
from almanac.proposal.state import (
    AddComment,
    AskForReview,
    CloseIssue,
    DeleteBranch,
    Draft,
    DropComment,
    EditPull,
    Look,
    OpenPull,
    Plan,
    Pull,
    PutBranch,
    PutComment,
    PutIssue,
)

_TRIES = 3


@dataclass(frozen=True)
class Done:
    """What became of one issue."""

    plan: Plan  # what was planned
    pull: Pull | None = None  # the pull request, if there is one
    error: AlmanacError | None = None  # what kept Almanac from doing it, or None
    messages: Messages | None = None  # what writes the texts, if nothing was written (a dry run)


def reconcile(
    number: int, forge: Forge, messages: Messages, *, dry_run: bool = False, comment: CommentCommand | None = None
) -> Done:
    """Make true what should be true of one issue, with a comment on it that may hold a command; tell what was done.

    Raises:
        UserError: The site's config, form, page or records cannot be used.
        ForgeError: The forge refused or failed.
    """
    return run(number, Planner(forge, messages, dry_run=dry_run), comment=comment)


def run(
    number: int, planner: Planner, *, comment: CommentCommand | None = None, seen: bool = False, asked: bool = False
) -> Done:
    """Make true what should be true of one issue; errors are those of `reconcile`, the rest is as in `decided`."""
    try:
        for remaining in reversed(range(_TRIES)):
            done = attempt(decided(number, planner, comment=comment, seen=seen, asked=asked), is_last=not remaining)
            if done:
                return done
    except UserError as error:
        if any(problem.file for problem in error.problems):
            tell_of_settings(number, planner, error)
        raise
    raise AssertionError


@dataclass(frozen=True)
class Decided:
    """What is to be done for one issue: a plan, and what it was made from and by."""

    plan: Plan
    look: Look
    planner: Planner
    # Whether our comment is known to say what it should, so that how the issue reads now makes no difference
    is_told: bool = False


def decided(  # noqa: PLR0913 -- options
    number: int,
    planner: Planner,
    *,
    comment: CommentCommand | None = None,
    seen: bool = False,
    asked: bool = False,
    others: Mapping[int, Pull] = MappingProxyType({}),
) -> Decided:
    """Look at one issue, and decide; in full if something of it was `seen`.

    What somebody `asked` for is done again, be it unchanged. `others` are proposals of other issues that are about to
    be made, and stand for those that there are.
    """
    look = planner.forge.look(number, hasty=not seen)
    look = replace(look, others={**look.others, **others}) if others else look
    chosen = planner.for_issue(look)
    return Decided(decide(chosen, look, number, comment=comment, asked=asked), look, chosen)


def attempt(one: Decided, *, is_last: bool = False) -> Done | None:
    """Do what was decided; None if the issue has to be looked at again.

    That is so if someone else was quicker, if it was edited meanwhile, or if there is more to do; not for the last
    attempt, which raises `Raced` or leaves it to the next run.
    """
    try:
        done = carry_out(one.plan, one.look, one.planner)
    except Raced:
        if is_last:
            raise
        return None
    if one.planner.dry_run or is_last or one.is_told:
        return done
    return None if one.plan.unfinished or _is_outdated(one.plan, one.look, one.planner.forge) else done


def carry_out(plan: Plan, look: Look, planner: Planner) -> Done:
    """Write what was planned for a look, in its order; nothing in a dry run.

    Raises:
        Raced: Someone else was quicker; nothing after that was written.
        ForgeError: The forge refused or failed.
    """
    messages = planner.site_messages(look.base.commit) if plan.writes else planner.messages
    messages = messages.of_site({}, plan.language) if plan.language else messages
    plan = replace(plan, writes=messages.said(plan.writes))
    messages.rehearse(plan)
    if planner.dry_run:
        return Done(plan, look.proposal.pull, messages=messages)
    with planner.forge.together():
        return _written(plan, look, planner, messages)


def _written(plan: Plan, look: Look, planner: Planner, messages: Messages) -> Done:  # noqa: C901, PLR0912 -- a kind each
    forge, mark, writes = planner.forge, planner.mark, plan.writes
    pull, commit = look.proposal.pull, None
    lacking = Lacking()
    match writes:
        case (PutBranch() as put, OpenPull() as opening, *_):
            made = _proposed(put, opening, mark, forge, messages)
            if made:
                (commit, pull), writes = made, writes[2:]
                lacking = Lacking(draft=opening.draft and not pull.draft)
    for write in writes:
        match write:
            case PutBranch():
                commit = forge.put_branch(write)
            case OpenPull():
                body = _pull_body(write, mark, messages, commit or look.proposal.head)
                pull = forge.open_pull(write.branch, write.base, write.title, body, draft=write.draft)
                _check_opened(pull, body, write)
                lacking = replace(lacking, draft=write.draft and not pull.draft)
            case AskForReview():
                lacking = _asked(write, write.number or (pull.number if pull else 0), forge, lacking)
            case EditPull():
                _edit_pull(write, {"commit": commit, **mark} if commit else {}, forge, messages)
            case PutComment() | AddComment():
                _put_comment(write, pull, forge, messages, lacking)
            case DropComment():
                forge.delete_comment(write.issue, write.id)
            case PutIssue():
                _put_issue(write, forge, messages)
            case CloseIssue():
                forge.close_issue(write.number, write.reason)
            case DeleteBranch():
                forge.delete_branch(write.branch, write.expected)
            case _:
                assert_never(write)
    return Done(replace(plan, warnings=(*plan.warnings, *lacking.warnings)), pull)


@dataclass(frozen=True)
class Lacking:
    """What a new pull request was to get, and the forge does not have."""

    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: bool = False

    @property
    def note(self) -> Draft | None:
        """What our comment says of it."""
        is_any = self.labels or self.reviewers or self.draft
        return review_draft(self.labels, self.reviewers, draft=self.draft) if is_any else None

    @property
    def warnings(self) -> Iterator[Problem]:
        """What the run says of it."""
        for label in self.labels:
            yield Problem(f"There is no label {label}, which `pull_requests` in the config names.", "labels")
        for name in self.reviewers:
            yield Problem(f"{name} cannot be asked for a review, as `pull_requests` in the config wants.", "reviewers")
        if self.draft:
            yield Problem("This repository has no drafts, so the pull request was opened as usual.", "draft")


def _asked(write: AskForReview, pull: int, forge: Forge, lacking: Lacking) -> Lacking:
    labels = forge.add_labels(pull, write.labels) if write.labels else ()
    wanted = write.reviewers or write.teams
    reviewers = forge.request_reviews(pull, write.reviewers, write.teams) if wanted else ()
    return replace(lacking, labels=labels, reviewers=reviewers)


def _proposed(
    put: PutBranch, opening: OpenPull, mark: Mapping[str, object], forge: Forge, messages: Messages
) -> tuple[str, Pull] | None:
    """Make a branch and its pull request at once, where the forge does that; its marker then gets the commit."""
    write_body = partial(_pull_body, opening, mark, messages)
    made = forge.propose(put, opening, write_body)
    if made is None:
        return None
    commit, pull = made
    body = write_body(commit)
    if read_state(pull.body)[1] == read_state(write_body(None))[1]:
        forge.edit_pull(pull.number, body=body)
        pull = replace(pull, body=body)
    _check_opened(pull, body, opening)
    return commit, pull


def _pull_body(write: OpenPull, mark: Mapping[str, object], messages: Messages, commit: str | None) -> str:
    text = messages.write(write.body)
    state = {**write.state, **({"commit": commit} if commit else {}), **mark}
    return with_state(text, {**state, "title": text_digest(write.title), "text": text_digest(text)})


def _check_opened(pull: Pull, body: str, write: OpenPull) -> None:
    if read_state(pull.body)[1] != read_state(body)[1]:
        raise Raced(write.branch)  # another run was quicker, and its pull request may say something newer


def _edit_pull(write: EditPull, more: Mapping[str, object], forge: Forge, messages: Messages) -> None:
    state, text = {**write.state, **more}, write.text
    if not isinstance(text, str):
        text = messages.write(text)
        state["text"] = text_digest(text)
    if write.title:
        state["title"] = text_digest(write.title)
    body = with_state(text, state)
    becomes: Literal["open", "closed"] | None = "closed" if write.close else "open" if write.reopen else None
    forge.edit_pull(write.number, title=write.title, body=body, state=becomes)


def _put_issue(write: PutIssue, forge: Forge, messages: Messages) -> None:
    text = write.body if isinstance(write.body, str) else messages.write(write.body)
    body = "\n\n".join(filter(None, (write.mark, text, write.answers)))
    if write.number is not None:
        forge.edit_issue(write.number, body, write.labels)
        return
    if write.own:
        forge.make_labels(write.labels)
    forge.open_issue(write.title, body, write.labels)


def _put_comment(
    write: PutComment | AddComment, pull: Pull | None, forge: Forge, messages: Messages, lacking: Lacking
) -> None:
    name = f"#{pull.number}" if pull else None
    if isinstance(write, AddComment):
        forge.add_comment(write.issue, with_key(write.issue, write.key, messages.write(write.body, pull=name)))
        return
    state = dict(write.state)
    if state.get("told") == "proposed" and pull:
        state["pull"] = pull.number
    text = write.body if isinstance(write.body, str) else messages.write(write.body, pull=name)
    notes = [messages.write(note, pull=name) for note in (*write.notes, lacking.note) if note]
    text = with_note(text, "\n\n".join(notes))
    body = with_state(f"{comment_marker(write.issue)}\n{text}", state)
    if write.id is None:
        forge.create_comment(write.issue, body)
    else:
        forge.edit_comment(write.issue, write.id, body)


def _is_outdated(plan: Plan, look: Look, forge: Forge) -> bool:
    """Tell whether someone edited, closed or reopened the issue while this was written.

    Nothing ensures that what is edited in place reads as it was seen, so the issue is read once more. A new pull
    request and a new comment need no such look: they are refused if there is one already.
    """
    kinds = {type(write) for write in plan.writes}
    edited = any(isinstance(write, PutComment) and write.id is not None for write in plan.writes)
    new = OpenPull in kinds and not edited
    if look.issue is None or new or not kinds & {PutBranch, PutComment}:
        return False
    now = forge.issue(look.issue.number)
    closed = CloseIssue in kinds
    return now is None or now.body != look.issue.body or (now.state != look.issue.state and not closed)
