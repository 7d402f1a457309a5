"""The rows of the table in which a proposal ends, and what there is to undo.

Each comes in the same order: the issue, the pull request, the comment, and last the branch. While the branch is there a
sweep looks at the issue, so an ending that was cut short is finished by the next one.

The table of a proposal's life: for each state of the issue and its pull request, what is to be true after a run.

| state | what is decided |
| --- | --- |
| deleted, transferred, label removed, never ours | `endings.withdrawn` |
| pull request merged, and that is not told yet | `endings.merged` |
| pull request closed unmerged, not by us; or its issue is still closed after that | `endings.refused` |
| closed by its author | `endings.closed` |
| open, with problems | `settled`, which tells them; `plan.proposed` first follows a base that has moved |
| open, and all is as it should be; an edit without effect | `settled` |
| open, and more are waiting than one person may have open | `held` |
| open, valid; edited; base moved; a human's commits or words; edited after the merge; reopened | `plan.proposed` |

An issue costs no more reading than its answer needs: `triage` asks for the look alone, `settled` for its answers too.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from almanac import __version__
from almanac.event.model import Event
from almanac.proposal.comment import put_comment, said
from almanac.proposal.marker import Memory, read_state, recall, with_state
from almanac.proposal.state import (
    CloseIssue,
    Comment,
    DeleteBranch,
    Draft,
    EditPull,
    Filed,
    Issue,
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


def digest(event: Event) -> str:
    """Return what tells two sets of answers apart; another version of Almanac may write the same answers otherwise."""
    data = event.model_dump(mode="json", exclude={"id", "rendered"}, exclude_defaults=True)
    return hashlib.sha256(json.dumps([__version__, data], sort_keys=True).encode()).hexdigest()[:32]


def triage(issue: Issue, look: Look) -> Plan | None:
    """Decide what needs no answers: an issue of ours that is closed, merged or refused.

    Returns:
        The plan, or None where the issue's answers have to be read.
    """
    number, pull = issue.number, look.proposal.pull
    memory = recall(pull.body if pull else None)
    if pull and is_done(pull):
        return None if said(look).merged == pull.number else merged(number, look, pull)
    if pull and pull.state == "closed":
        if memory.closed_by is None and memory.rejected is None:
            return refused(number, look, pull)
        if memory.rejected is not None and issue.state == "closed":
            return refused(number, look, pull)
    # A merged event's issue stays closed when it is edited; only closing it once more withdraws what that gave.
    if issue.state == "closed" and (memory.revises is None or memory.revises != issue.closed_at):
        return closed(number, look)
    return None


def settled(filed: Filed, *, listed: bool = False) -> Plan | None:
    """Decide what needs no page: answers with problems, and answers that are on offer already, on the current base.

    Args:
        filed: The issue and what its answers come to.
        listed: Whether it was seen in a listing, where our comment does not show: then its marker in the pull request,
            and how many comments there are, have to do.

    Returns:
        The plan, or None where the site has to be read, or, if only listed, the issue has to be looked at.
    """
    look, number = filed.look, filed.issue.number
    pull = look.proposal.pull if look.proposal.pull and look.proposal.pull.state == "open" else None
    memory = recall(pull.body if pull else None)
    current = pull is None or (memory.base, memory.commit) == (look.base.commit, look.proposal.head)
    if filed.event is None:
        return None if listed or not current else told_problems(filed)
    if pull is None or not current or memory.digest != digest(filed.event) or _was_closed(memory):
        return None
    if not (_surely_told(filed, memory) if listed else _told(look, memory, pull)):
        return None
    reason = "The pull request says what the issue says."
    return Plan(number, "unchanged", reason, (), filed.event, (), filed.warnings)


def _was_closed(memory: Memory) -> bool:
    """Tell whether an open pull request was closed before: its marks have to go, or the next no would not be heard."""
    return memory.closed_by is not None or memory.rejected is not None or memory.landed


def _told(look: Look, memory: Memory, pull: Pull) -> bool:
    now = said(look)
    return (now.told, now.says, now.pull) == ("proposed", memory.says, pull.number) and not look.proposal.spare


def _surely_told(filed: Filed, memory: Memory) -> bool:
    """Tell whether our comment reads as it should, from a listing alone.

    Either it read so already when the pull request was written last. Or there was none then, and since then the issue
    has got one more comment: the next thing that the run did was to write ours.
    """
    if memory.told is not None:
        return memory.told == memory.says
    count = filed.issue.comments
    return memory.comments is not None and count is not None and count > memory.comments


def told_problems(filed: Filed) -> Plan:
    """Tell an issue's author what has to be mended; whatever is proposed stays as it is."""
    pull = filed.look.proposal.pull
    number = pull.number if pull and pull.state == "open" else None
    told = put_comment(filed.look, problems_draft(filed), number)
    reason = "The issue's author was told what has to be mended."
    return Plan(filed.issue.number, "waiting", reason, told, None, filed.problems, filed.warnings)


def problems_draft(filed: Filed) -> Draft:
    """Word what the author has to mend."""
    return Draft("problems", {"problems": filed.problems})


def only_moved(filed: Filed) -> Filed | None:
    """Tell whether a listing shows that nothing but the base has changed since a proposal was made.

    Returns:
        The same with our comment as it has to read then, or None where the issue has to be looked at.
    """
    look, pull = filed.look, filed.look.proposal.pull
    memory = recall(pull.body if pull else None)
    if pull is None or filed.event is None or memory.digest != digest(filed.event) or memory.shared:
        return None
    if look.proposal.head is None or memory.commit != look.proposal.head or not _surely_told(filed, memory):
        return None
    state = {"told": "proposed", "says": memory.says, "pull": pull.number}
    proposal = replace(look.proposal, comment=Comment(0, with_state("", state)))
    return replace(filed, look=replace(look, proposal=proposal))


def over_limit(filed: Filed, limit: int | None) -> bool:
    """Tell whether somebody would have more proposals open than one person may.

    A change of an event that was merged does not wait: its issue may be closed, and no sweep looks at that again.
    """
    pull = filed.look.proposal.pull
    if limit is None or (pull and (pull.state == "open" or pull.merged or recall(pull.body).landed)):
        return False
    author = filed.issue.author.casefold()
    mine = [pull for pull in filed.look.others.values() if (recall(pull.body).by or "").casefold() == author]
    return len(mine) >= limit


def held(filed: Filed, limit: int) -> Plan:
    """Let an issue wait until one of its author's proposals is done."""
    reason = f"Its author has {limit} open proposals already, as many as one person may have."
    writes = put_comment(filed.look, Draft("held", {"limit": limit}))
    return Plan(filed.issue.number, "waiting", reason, writes, filed.event, (), filed.warnings)
