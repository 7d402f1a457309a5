"""What can be decided before the page is read: issues that are gone, closed, refused, full of problems, or served.

An issue costs no more reading than its answer needs: `triage` asks for the look alone, `settled` for its answers too.
What is left goes to `plan.proposed`.
"""

import hashlib
import json

from bot import __version__
from bot.events.event import Event
from bot.events.submission import Submission
from bot.proposals.marker import read_state
from bot.proposals.state import (
    CloseIssue,
    DeleteBranch,
    Draft,
    EditPull,
    Look,
    Plan,
    Pull,
    PutComment,
    Write,
    branch_name,
)

CLOSED_BY, REJECTED, REVISES = "closed-by", "rejected", "revises"


def digest(event: Event) -> str:
    """Return what tells two sets of answers apart; another version of Almanac may write the same answers otherwise."""
    data = event.model_dump(mode="json", exclude={"id", "rendered"}, exclude_defaults=True)
    return hashlib.sha256(json.dumps([__version__, data], sort_keys=True).encode()).hexdigest()[:32]


def triage(number: int, look: Look, *, ours: bool) -> Plan | None:
    """Decide what needs no answers: an issue that is gone, not ours, closed or refused.

    Args:
        number: The issue's number.
        look: What there is.
        ours: Whether the issue carries a label and the headings of the form.

    Returns:
        The plan, or None where the issue's answers have to be read.
    """
    issue, pull = look.issue, look.proposal.pull
    if issue is None or not ours:
        return withdrawn(number, look)
    state = read_state(pull.body)[1] if pull else {}
    if pull and pull.merged:
        return None if _told(look) == ("merged", pull.number) else _merged(number, look, pull)
    if pull and pull.state == "closed":
        if CLOSED_BY not in state and REJECTED not in state:
            return _refused(number, look, pull)
        if REJECTED in state and issue.state == "closed":
            return Plan(number, "refused", "A maintainer closed its pull request without merging it.")
    # A merged event's issue stays closed when it is edited; only closing it once more withdraws what that gave.
    if issue.state == "closed" and not (REVISES in state and state[REVISES] == issue.closed_at):
        return _closed(number, look)
    return None


def withdrawn(number: int, look: Look) -> Plan:
    """Plan for an issue that is not ours: nothing, unless there is an open pull request of it from earlier."""
    pull = look.proposal.pull
    if pull and pull.state == "open":
        return Plan(
            number, "closed", "The issue is gone or no longer ours.", (*close_pull(pull), *drop_branch(number, look))
        )
    return Plan(number, None, "The issue is not one of the form's: it lacks the label, or the form's headings.")


def _closed(number: int, look: Look) -> Plan:
    pull = look.proposal.pull
    writes: tuple[Write, ...] = close_pull(pull) if pull and pull.state == "open" else ()
    if look.proposal.comment or writes:
        writes += put_comment(look, Draft("closed"), {"told": "closed"})
    return Plan(number, "closed", "The issue is closed.", (*writes, *drop_branch(number, look)))


def _merged(number: int, look: Look, pull: Pull) -> Plan:
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "completed"))
    state: dict[str, object] = {"told": "merged", "pull": pull.number}
    page = read_state(pull.body)[1].get("page", "")
    writes.extend(put_comment(look, Draft("merged", {"page": page}), state))
    return Plan(number, "closed", "Its pull request was merged.", (*writes, *drop_branch(number, look)))


def _refused(number: int, look: Look, pull: Pull) -> Plan:
    """Take a maintainer's no: the issue first, so that a crash before the mark cannot bring the proposal back."""
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "not_planned"))
    text, state = read_state(pull.body)
    writes.append(EditPull(pull.number, text, {**state, REJECTED: (look.issue and look.issue.closed_at) or True}))
    writes.extend(put_comment(look, Draft("refused"), {"told": "refused"}))
    reason = "A maintainer closed its pull request without merging it."
    return Plan(number, "refused", reason, (*writes, *drop_branch(number, look)))


def close_pull(pull: Pull) -> tuple[Write, ...]:
    """Close a pull request, with the mark that it was not a maintainer who did."""
    text, state = read_state(pull.body)
    return (EditPull(pull.number, text, {**state, CLOSED_BY: "almanac"}, close=True),)


def drop_branch(number: int, look: Look) -> tuple[Write, ...]:
    """Delete the proposal's branch, if there is one."""
    head = look.proposal.head
    return (DeleteBranch(branch_name(number), head),) if head else ()


def put_comment(look: Look, body: Draft, state: dict[str, object]) -> tuple[Write, ...]:
    """Write our one comment, unless the state in its marker says that it reads so already."""
    comment = look.proposal.comment
    if look.issue is None:
        return ()
    if comment and read_state(comment.body)[1] == state:
        return ()
    return (PutComment(look.issue.number, comment.id if comment else None, body, state),)


def _told(look: Look) -> tuple[str | None, int | None]:
    """Return what our comment says, and of which pull request."""
    state = read_state(look.proposal.comment.body)[1] if look.proposal.comment else {}
    return state.get("told"), state.get("pull")


def settled(number: int, look: Look, submission: Submission) -> Plan | None:
    """Decide what needs no page: answers with problems, and answers that are on offer already, on the current base.

    Returns:
        The plan, or None where the site has to be read.
    """
    proposal = look.proposal
    pull = proposal.pull if proposal.pull and proposal.pull.state == "open" else None
    if submission.event is None:
        state: dict[str, object] = {"told": "problems", "digest": _digest_of_problems(submission)}
        state |= {"pull": pull.number} if pull else {}
        writes = put_comment(look, Draft("problems", {"problems": submission.problems}), state)
        reason = "The issue's author was told what has to be mended."
        return Plan(number, "waiting", reason, writes, None, submission.problems, submission.warnings)
    if pull is None:
        return None
    now = digest(submission.event)
    offered = read_state(pull.body)[1]
    if proposal.head and offered.get("commit") != proposal.head:
        reason = "Somebody has committed to the pull request's branch; it is left as it is."
        return Plan(number, "unchanged", reason, (), submission.event, (), submission.warnings)
    told = read_state(proposal.comment.body)[1] if proposal.comment else {}
    current = offered.get("digest") == now and offered.get("base") == look.base.commit
    if current and proposal.head and told == proposed_state(now, pull.number):
        reason = "The pull request says what the issue says."
        return Plan(number, "unchanged", reason, (), submission.event, (), submission.warnings)
    return None


def proposed_state(now: str, pull: int | None) -> dict[str, object]:
    """Return what the marker of a comment on a proposal holds; the number of a new pull request comes in later."""
    return {"told": "proposed", "digest": now, "pull": pull}


def _digest_of_problems(submission: Submission) -> str:
    values = [(p.field, p.message, p.typed, p.accepted, p.choices) for p in submission.problems]
    text = json.dumps([__version__, values])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
