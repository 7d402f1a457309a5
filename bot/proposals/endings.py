"""The rows of the table in which a proposal ends, and what there is to undo.

Each comes in the same order: the issue, the pull request, the comment, and last the branch. While the branch is there a
sweep looks at the issue, so an ending that was cut short is finished by the next one.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.proposals.comment import put_comment, said
from bot.proposals.marker import Memory, read_state, recall
from bot.proposals.state import (
    CloseIssue,
    DeleteBranch,
    Draft,
    EditPull,
    Look,
    Plan,
    Pull,
    Write,
    branch_name,
)

CLOSED_BY, REJECTED, REVISES = "closed-by", "rejected", "revises"


def withdrawn(number: int, look: Look) -> Plan:
    """An issue that is deleted, transferred or not ours (any more): nothing, unless something of it is left."""
    pull = look.proposal.pull
    told = said(look).told in ("proposed", "problems", "stuck", "held")
    writes: list[Write] = [*close_pull(look)]
    if told and (pull or not look.proposal.head):
        writes += put_comment(look, Draft("withdrawn"))
    if pull:
        writes += drop_branch(number, look)
    if writes:
        return Plan(number, "closed", "The issue is gone or no longer ours.", tuple(writes))
    reason = "The issue is not one of the form's: it lacks the label, or the form's headings."
    if look.issue is None:
        reason = "There is no such issue."
    elif look.issue.state == "closed":
        reason = "The issue is closed, and nothing was ever proposed for it."
    return Plan(number, None, reason)


def abandoned(number: int, look: Look) -> Plan:
    """A branch that a run of ours left behind before its pull request, of an issue that is not ours any more."""
    return Plan(number, "closed", "The issue is gone or no longer ours.", drop_branch(number, look))


def closed(number: int, look: Look) -> Plan:
    """An issue that its author closed: the proposal is withdrawn; reopening brings it back."""
    writes = close_pull(look)
    if look.proposal.comment or writes:
        writes += put_comment(look, Draft("closed"))
    return Plan(number, "closed", "The issue is closed.", (*writes, *drop_branch(number, look)))


def cancelled(number: int, look: Look) -> Plan:
    """An issue that a maintainer cancels by a command: as if it had been closed."""
    plan = closed(number, look)
    return replace(plan, writes=(CloseIssue(number, "not_planned"), *plan.writes))


def merged(number: int, look: Look, pull: Pull) -> Plan:
    """A pull request that was merged: the issue is done."""
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "completed"))
    writes += put_comment(look, Draft("merged", {"page": recall(pull.body).page, "conflicts": ()}), pull.number)
    reason = "Its pull request was merged."
    return Plan(number, "closed", reason, (*writes, *drop_branch(number, look)))


def refused(number: int, look: Look, pull: Pull) -> Plan:
    """A maintainer's no. The issue comes first, so that a crash before the mark cannot bring the proposal back."""
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "not_planned"))
    memory = recall(pull.body)
    mark = {} if memory.rejected is not None else {REJECTED: (look.issue and look.issue.closed_at) or True}
    writes += _marked(pull, {**mark, **_abandoned(look)})
    if look.proposal.comment or writes:
        told = Draft("refused", {"refused": pull.number, "revises": memory.origin is not None})
        writes += put_comment(look, told, pull.number)
    reason = "A maintainer closed its pull request without merging it."
    return Plan(number, "refused", reason, (*writes, *drop_branch(number, look)))


def close_pull(look: Look, **more: object) -> tuple[Write, ...]:
    """Close the pull request if it is open, with the mark that it was not a maintainer who did, and with others."""
    pull = look.proposal.pull
    if not pull:
        return ()
    if pull.state == "closed":
        return () if is_done(pull) else _marked(pull, _abandoned(look))
    text, state = read_state(pull.body)
    state = {**state, CLOSED_BY: "almanac", **_abandoned(look), **more}
    return (EditPull(pull.number, text, state, close=True),)


def _marked(pull: Pull, marks: Mapping[str, object]) -> tuple[Write, ...]:
    text, state = read_state(pull.body)
    written = all(state.get(name) == value for name, value in marks.items())
    return () if written else (EditPull(pull.number, text, {**state, **marks}),)


def drop_branch(number: int, look: Look) -> tuple[Write, ...]:
    """Delete the proposal's branch, if there is one; what somebody committed there after the merge stays."""
    pull, head = look.proposal.pull, look.proposal.head
    if not head or (pull and is_done(pull) and not leftover(look)):
        return ()
    return (DeleteBranch(branch_name(number), head),)


def is_done(pull: Pull) -> bool:
    """Tell whether what a pull request offered is on the base: it was merged, or came there by another way."""
    return pull.merged or (pull.state == "closed" and recall(pull.body).landed)


def leftover(look: Look) -> bool:
    """Tell whether the branch holds only what its merged pull request held."""
    pull, head = look.proposal.pull, look.proposal.head
    if pull is None or head is None or not is_done(pull):
        return False
    return head in (pull.head, recall(pull.body).commit)


def _abandoned(look: Look) -> dict[str, object]:
    """Note where somebody else's commits are, so that reopening brings these back too."""
    pull, head = look.proposal.pull, look.proposal.head
    memory = recall(pull.body) if pull else Memory()
    return {"withdrawn": head} if head and (memory.shared or head != memory.commit) else {}
