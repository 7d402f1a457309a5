"""The table of a proposal's life: for each state of the issue and its pull request, what is to be true after a run.

`triage` and `settled` decide what can be decided early, before more is read. The endings come in one order: the issue,
the pull request, the comment, and last the branch. While the branch is there a sweep looks at the issue, so an ending
that was cut short is finished by the next one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from almanac import __version__
from almanac.event.model import Event
from almanac.phrases import say
from almanac.proposal.comment import current_comment, put_comment
from almanac.proposal.hidden import with_state
from almanac.proposal.marker import PullState, ended, pull_entries, pull_state
from almanac.proposal.merge import field_digests, values_of
from almanac.proposal.names import branch_name
from almanac.proposal.published import Published
from almanac.proposal.state import (
    CloseIssue,
    Closer,
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
)

CLOSED_BY, REJECTED, ENDED, REVISES = "closed-by", "rejected", "ended", "revises"
"""Entries of a pull request's marker that tell how it ended, or what it is for."""


def answers_digest(event: Event, note: str | None = None) -> str:
    """Return what tells two sets of answers apart; another version may write the same answers differently."""
    data = [__version__, values_of(event, {"id", "number", "rendered"}), *filter(None, [note])]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:32]


# ---------------------------------------------------------------- what is decided before the site is read


def triage(issue: Issue, look: Look, published: Callable[[Pull], Published]) -> Plan | None:
    """Decide what needs no answers: an issue of ours that is closed, merged or refused; None if it needs them.

    `published` tells where the event of a merged pull request is to be seen.
    """
    number, pull = issue.number, look.proposal.pull
    state = pull_state(pull)
    if pull and is_done(pull):
        return None if current_comment(look).merged == pull.number else merged(number, look, pull, published(pull))
    # A no counts once: an issue that was reopened after it is tried again.
    if pull and look.closer and look.closer.decides and (state.rejected is None or issue.state == "closed"):
        return refused(number, look, pull, look.closer)
    # A merged event's issue stays closed when it is edited; only closing it again withdraws what the edit gave.
    if issue.state == "closed" and (state.revises is None or state.revises != issue.closed_at):
        return closed(number, look)
    return None


def settled(filed: Filed, stands: Callable[[Look], bool], *, listed: bool = False) -> Plan | None:
    """Decide what needs no page: answers with problems, and answers that are proposed already.

    None if the site has to be read. `stands` tells whether nothing has changed of what they were built from. If the
    issue was only seen in a listing, our comment does not show: its trace in the pull request's marker, and how many
    comments there are, have to do; None if it has to be looked at.
    """
    look, pull = filed.look, filed.look.proposal.open_pull
    state = pull_state(pull)
    if filed.event is None:
        current = not listed and (pull is None or (state.commit == look.proposal.head and stands(look)))
        return problems_told(filed) if current else None
    same = state.digest == answers_digest(filed.event, filed.note) and state.history == filed.history
    if pull is None or not same or state.commit != look.proposal.head:
        return None
    if state.closed_by is not None or state.rejected is not None or state.ended or state.landed or state.notice:
        return None  # it was closed before: its marks have to go, or the next no would not be noticed
    now = current_comment(look)
    shown = (now.told, now.says, now.pull) == ("proposed", state.says, pull.number) and not look.proposal.spare
    if not (_comment_is_written(filed, state) if listed else shown) or not stands(look):
        return None
    return Plan(filed.issue.number, "unchanged", "The proposal is up to date.", (), filed.event, (), filed.warnings)


def only_moved(filed: Filed) -> Filed | None:
    """Add our comment as it has to read if a listing shows that only the base has changed since; else None."""
    look, pull = filed.look, filed.look.proposal.pull
    state = pull_state(pull)
    if pull is None or filed.event is None or state.digest != answers_digest(filed.event, filed.note) or state.shared:
        return None
    if state.history != filed.history:
        return None
    if look.proposal.head is None or state.commit != look.proposal.head or not _comment_is_written(filed, state):
        return None
    entries = {"told": "proposed", "says": state.says, "pull": pull.number}
    proposal = replace(look.proposal, comment=Comment(0, with_state("", entries)))
    return replace(filed, look=replace(look, proposal=proposal))


def _comment_is_written(filed: Filed, state: PullState) -> bool:
    """Tell whether our comment reads as it should, from a listing alone.

    Either it already did when the pull request was last written. Or there was none then, and the issue has had one more
    comment since: the next thing that the run did was to write ours.
    """
    if state.told is not None or state.notice:
        return state.told == state.says and not state.notice
    count = filed.issue.comments
    return state.comments is not None and count is not None and count > state.comments


# ---------------------------------------------------------------- issues that wait


def problems_told(filed: Filed) -> Plan:
    """Tell an issue's author what has to be fixed; what is proposed already stays as it is."""
    pull = filed.look.proposal.open_pull
    writes = put_comment(filed.look, problems_draft(filed), pull.number if pull else None)
    reason = "The issue's author was told what has to be fixed."
    return Plan(filed.issue.number, "waiting", reason, writes, None, filed.problems, filed.warnings)


def problems_draft(filed: Filed) -> Draft:
    """Word what the author has to fix."""
    return Draft("problems", {"problems": filed.problems})


def over_limit(filed: Filed, limit: int) -> bool:
    """Tell whether someone would have more proposals open than one person may.

    A change of an event that was merged does not wait: its issue may be closed, and no sweep looks at that again. Nor
    does a machine, such as Almanac itself: strangers have none here.
    """
    pull = filed.look.proposal.pull
    if filed.issue.author.endswith("[bot]") or (pull and (pull.state == "open" or is_done(pull))):
        return False
    author = filed.issue.author.casefold()
    mine = [pull for pull in filed.look.others.values() if (pull_state(pull).by or "").casefold() == author]
    return len(mine) >= limit


def held(filed: Filed, limit: int) -> Plan:
    """Let an issue wait until one of its author's proposals is done."""
    reason = say("Its author already has {limit} open proposals, as many as one person may have.", limit=limit)
    writes = put_comment(filed.look, Draft("held", {"limit": limit}))
    return Plan(filed.issue.number, "waiting", reason, writes, filed.event, (), filed.warnings)


def lapsed(filed: Filed) -> Plan | None:
    """Let an issue wait whose pull request was closed, but not by a decision of its maintainers: by a bot, for example.

    It is not opened again by itself, since what closed it might do so again each day. Only people bring it back: by
    reopening it, by a command, or by other answers.
    """
    look, number, pull, closer = filed.look, filed.issue.number, filed.look.proposal.pull, filed.look.closer
    if pull is None or filed.event is None or closer is None or closer.decides:
        return None
    answers, state = field_digests(filed.event), pull_state(pull)
    if state.lacks and answers.get("image") == state.lacks:
        del answers["image"]
    if state.answers != answers:
        return None
    writes = marked(pull, {ENDED: ended(pull, closer), **_lost_commits(look)})
    writes += put_comment(look, Draft("lapsed", {"by": closer.login, "deleted": closer.deleted}), pull.number)
    reason = say("Its pull request was closed without merging, and not by a maintainer's decision.")
    return Plan(number, "waiting", reason, writes, filed.event, (), filed.warnings)


# ---------------------------------------------------------------- endings


def withdrawn(number: int, look: Look) -> Plan:
    """End the proposal of an issue that is deleted, transferred or not ours (any more), if there is anything left."""
    pull = look.proposal.pull
    mentioned = current_comment(look).told in ("proposed", "problems", "noted", "stuck", "held", "lapsed")
    writes: list[Write] = [*close_pull(look)]
    if mentioned and (pull or not look.proposal.head):
        writes += put_comment(look, Draft("withdrawn"))
    if pull:
        writes += drop_branch(number, look)
    if writes:
        return Plan(number, "closed", "The issue is gone or no longer ours.", tuple(writes))
    reason = "The issue was not filed with the form: it lacks the label, or the form's headings."
    if look.issue is None:
        reason = "There is no such issue."
    elif look.issue.state == "closed":
        reason = "The issue is closed, and there is no proposal for it."
    return Plan(number, None, reason)


def abandoned(number: int, look: Look) -> Plan:
    """Delete a branch that a run of ours left behind before its pull request, of an issue that is not ours any more."""
    return Plan(number, "closed", "The issue is gone or no longer ours.", drop_branch(number, look))


def closed(number: int, look: Look) -> Plan:
    """Withdraw the proposal of an issue that its author closed; reopening brings it back.

    One with nothing but a note is closed when people have read it: there is nothing to withdraw.
    """
    writes = close_pull(look)
    if writes or (look.proposal.comment and current_comment(look).told != "noted"):
        writes += put_comment(look, Draft("closed"))
    return Plan(number, "closed", "The issue is closed.", (*writes, *drop_branch(number, look)))


def cancelled(number: int, look: Look) -> Plan:
    """Close an issue that a maintainer cancels by a command, and withdraw its proposal."""
    writes = (CloseIssue(number, "not_planned"), *closed(number, look).writes)
    return Plan(number, "closed", "A maintainer cancelled it by a command.", writes)


def merged_draft(
    place: Published, conflicts: tuple[str, ...] = (), *, revises: bool = False, removed: bool = False
) -> Draft:
    """Word where a merged event or its change is to be seen, as far as that is known; or that it was taken off."""
    values = {"page": place.path, "file": place.file, "url": place.url, "conflicts": conflicts, "removed": removed}
    values |= {"revises": revises, "changes": place.changes and not removed}
    return Draft("merged", {**values, "subscribed": place.subscribed, "following": place.following})


def merged(number: int, look: Look, pull: Pull, place: Published) -> Plan:
    """Finish an issue whose pull request was merged."""
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "completed"))
    state = pull_state(pull)
    draft = merged_draft(place, revises=is_merged_change(pull), removed=state.amendment.remove is True)
    writes += put_comment(look, draft, pull.number)
    reason = "Its pull request was merged." if pull.merged else "What it proposed is on the main branch."
    return Plan(number, "closed", reason, (*writes, *drop_branch(number, look)))


def removed(filed: Filed, place: Published) -> Plan:
    """Say that an event was taken off the site since it was published; what its issue proposes has lost its point."""
    look, number, pull = filed.look, filed.issue.number, filed.look.proposal.pull
    state, ended = pull_state(pull), close_pull(look)
    left = drop_branch(number, look) if look.proposal.open_pull or is_leftover(look) else ()
    reason = "The event was taken off the site."
    if filed.named not in (None, state.named):  # it names another event by now, but none that there is
        told = put_comment(look, problems_draft(filed))
        return Plan(number, "waiting", reason, (*ended, *told, *left), None, filed.problems, filed.warnings)
    draft = merged_draft(place, revises=state.is_change, removed=True)
    told = put_comment(look, draft, pull.number if pull and is_done(pull) else current_comment(look).merged)
    return Plan(number, "closed" if ended else "unchanged", reason, (*ended, *told, *left))


def refused(number: int, look: Look, pull: Pull, closer: Closer) -> Plan:
    """Take a maintainer's no. The issue comes first, so that a crash before the mark cannot bring the proposal back."""
    writes: list[Write] = []
    if look.issue and look.issue.state == "open":
        writes.append(CloseIssue(number, "not_planned"))
    state = pull_state(pull)
    mark: dict[str, object] = {}
    if state.rejected is None:
        mark = {REJECTED: (look.issue and look.issue.closed_at) or True, ENDED: ended(pull, closer) or None}
    writes += marked(pull, {**mark, **_lost_commits(look)})
    if look.proposal.comment or writes:
        values = {"refused": pull.number, "by": closer.login, "revises": state.is_change}
        writes += put_comment(look, Draft("refused", values), pull.number)
    reason = "Its pull request was closed without merging."
    return Plan(number, "refused", reason, (*writes, *drop_branch(number, look)))


def close_pull(look: Look, **entries: object) -> tuple[Write, ...]:
    """Close the pull request if it is open, marked so that it does not count as a maintainer's no."""
    pull = look.proposal.pull
    if not pull:
        return ()
    if pull.state == "closed":
        return () if is_done(pull) else marked(pull, {**_taken_over(look, pull), **_lost_commits(look)})
    text, state = pull_entries(pull)
    state = {**state, CLOSED_BY: "almanac", **_lost_commits(look), **entries}
    return (EditPull(pull.number, text, state, close=True),)


def _taken_over(look: Look, pull: Pull) -> dict[str, object]:
    """Let the end of a pull request that nobody decided count as ours, so that it comes back with its issue."""
    state = pull_state(pull)
    undecided = bool(state.ended) or (look.closer is not None and not look.closer.decides)
    return {CLOSED_BY: "almanac"} if undecided and state.rejected is None else {}


def marked(pull: Pull, marks: Mapping[str, object]) -> tuple[Write, ...]:
    """Put marks into a pull request's marker, unless they are there."""
    text, state = pull_entries(pull)
    written = all(state.get(name) == value for name, value in marks.items())
    return () if written else (EditPull(pull.number, text, {**state, **marks}),)


def _lost_commits(look: Look) -> dict[str, object]:
    """Note where someone else's commits are before the branch goes, so that reopening brings them back too."""
    pull, state = look.proposal.pull, pull_state(look.proposal.pull)
    head = look.proposal.head or (pull.head if pull else None)  # the branch may be gone already
    return {"withdrawn": head} if head and (state.shared or head != state.commit) else {}


def drop_branch(number: int, look: Look) -> tuple[Write, ...]:
    """Delete the proposal's branch, if there is one; what someone committed there after the merge stays."""
    pull, head = look.proposal.pull, look.proposal.head
    if not head or (pull and is_done(pull) and not is_leftover(look)):
        return ()
    return (DeleteBranch(branch_name(number), head),)


def is_done(pull: Pull) -> bool:
    """Tell whether what a pull request proposed is on the base: it was merged, or came there in another way."""
    return pull.merged or (pull.state == "closed" and pull_state(pull).landed)


def is_merged_change(pull: Pull | None) -> bool:
    """Tell whether a pull request changed what was published; else that came in another way, or was taken back."""
    return pull is not None and pull.merged and pull_state(pull).is_change


def was_published(pull: Pull | None) -> bool:
    """Tell whether the event of a pull request is on the base, or was: this one brought it there, or changes it."""
    return pull is not None and (is_done(pull) or pull_state(pull).is_change)


def is_leftover(look: Look) -> bool:
    """Tell whether the branch holds only what its merged pull request held."""
    pull, head = look.proposal.pull, look.proposal.head
    if pull is None or head is None or not is_done(pull):
        return False
    return head in (pull.head, pull_state(pull).commit)
