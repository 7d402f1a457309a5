"""The one proposal that belongs to no issue: what people edited by hand on the base, taken into records and views."""

import hashlib
import json
from collections.abc import Mapping

from almanac.config import PullRequests
from almanac.errors import Problem
from almanac.patterns import regex
from almanac.phrases import say
from almanac.proposal.comment import draft_digest, review
from almanac.proposal.edited_files import PageEdits
from almanac.proposal.marker import ended, pull_entries, pull_state
from almanac.proposal.state import Closer, DeleteBranch, Draft, EditPull, Look, OpenPull, Plan, Pull, PutBranch, Write
from almanac.proposal.triage import CLOSED_BY, ENDED, REJECTED, marked

NO_ISSUE = 0
STAMP = regex(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9]{2}:?[0-9]{2}:?[0-9]{2}Z")
"""When an entry of a calendar or feed was written, which is no edit."""


def files_digest(files: Mapping[str, str | None]) -> str:
    """Return what tells files from others, but for the moments at which parts of them were written."""
    return hashlib.sha256(STAMP.sub("", json.dumps(sorted(files.items()))).encode()).hexdigest()[:32]


def moves_committed(edits: PageEdits, look: Look, *, mine: bool) -> Plan:
    """Plan one commit on the base that moves past events to the history; `mine` is as in `edits_proposed`."""
    base, head = look.base, look.proposal.head
    left = (DeleteBranch(edits.branch, head),) if head and mine and look.proposal.open_pull is None else ()
    commit = PutBranch(
        branch=base.branch,
        base=base.commit,
        parents=(base.commit,),
        files=edits.files,
        message=edits.title + "\n",
        expected=base.commit,
        before=edits.before,
    )
    reason = "Past events are moved to the history, in a commit on the main branch."
    return Plan(NO_ISSUE, "updated", reason, (commit, *left), None, (), edits.notes)


def edits_proposed(  # noqa: PLR0911, PLR0913 -- one for each state of it, and all that these depend on
    edits: PageEdits, look: Look, wanted: PullRequests, *, mine: bool, stands: bool, built: Mapping[str, object] | None
) -> Plan | None:
    """Plan the proposal; None if there is nothing to propose and nothing to say.

    `wanted` is what a new pull request gets; `mine` tells whether nobody else has committed to the branch, `stands`
    whether nothing has changed on the base of what it changes, and `built` is what the marker is to say of that.
    """
    newest, pull = look.proposal.pull, look.proposal.open_pull
    if edits.problems:
        return _undecided(edits, look)
    if not edits.files:
        return _nothing_left(edits.branch, look, mine=mine)
    state = pull_state(newest)
    digest = files_digest(edits.files)
    if newest and look.closer and state.closed_by is None and state.digest == digest:
        return _ended(edits.branch, newest, look, mine=mine)
    if not mine:
        problem = Problem(
            say("Someone has committed to the branch {branch}. Merge that branch, or delete it.", branch=edits.branch)
        )
        return Plan(NO_ISSUE, "waiting", "A person's commits are on the branch.", (), None, (problem,), edits.notes)
    if pull and (state.digest, state.commit) == (digest, look.proposal.head) and stands:
        return Plan(NO_ISSUE, "unchanged", "Edits made by hand wait for a maintainer.", (), None, (), edits.notes)

    commit = PutBranch(
        branch=edits.branch,
        base=look.base.commit,
        parents=(look.base.commit,),
        files=edits.files,
        message=edits.title + "\n",
        expected=look.proposal.head,
        before=edits.before,
        fresh=True,
    )
    body = _draft(edits, tuple(edits.files))
    entries = {"digest": digest, "base": look.base.commit, "built": built, "says": draft_digest(body)}
    reason = "Edits made by hand are proposed."
    if pull:
        edit = EditPull(pull.number, body, entries, edits.title if edits.title != pull.title else None)
        return Plan(NO_ISSUE, "updated", reason, (commit, edit), None, (), edits.notes)
    opening = OpenPull(edits.branch, look.base.branch, edits.title, body, entries, wanted.draft)
    return Plan(NO_ISSUE, "created", reason, (commit, opening, *review(wanted)), None, (), edits.notes)


def _draft(edits: PageEdits, files: tuple[str, ...]) -> Draft:
    values = {"notes": edits.notes, "problems": edits.problems, "moves": edits.only_moves, "refused": edits.refused}
    return Draft("edits", {**values, "files": files})


def _ended(branch: str, pull: Pull, look: Look, *, mine: bool) -> Plan:
    """Take a maintainer's no; let edits wait whose pull request was closed, but not by a decision."""
    reason, closer = say("The pull request with these edits was closed without merging."), look.closer or Closer()
    if closer.decides:
        left = (DeleteBranch(branch, look.proposal.head),) if look.proposal.head and mine else ()
        return Plan(NO_ISSUE, "refused", reason, (*marked(pull, {REJECTED: True, ENDED: ended(pull, closer)}), *left))
    message = say(
        "{reason} It was not a maintainer's decision. To go on, reopen #{number}, or delete its branch.",
        reason=reason,
        number=pull.number,
    )
    return Plan(NO_ISSUE, "waiting", reason, marked(pull, {ENDED: ended(pull, closer)}), None, (Problem(message),))


def _undecided(edits: PageEdits, look: Look) -> Plan:
    """Say in the pull request, if one is open, what a person has to decide; the run's summary always says it."""
    pull = look.proposal.open_pull
    body = _draft(edits, ())
    digest = draft_digest(body)
    writes: tuple[Write, ...] = ()
    if pull and pull_state(pull).says != digest:
        writes = (EditPull(pull.number, body, {**pull_entries(pull)[1], "digest": None, "says": digest}),)
    reason = "A person has to decide something about the page and its records."
    return Plan(NO_ISSUE, "waiting", reason, writes, None, edits.problems, edits.notes)


def _nothing_left(branch: str, look: Look, *, mine: bool) -> Plan | None:
    """Close a proposal that has lost its point; someone's commits on the branch stay."""
    writes: list[Write] = []
    pull = look.proposal.open_pull
    if pull:
        text, entries = pull_entries(pull)
        writes.append(EditPull(pull.number, text, {**entries, CLOSED_BY: "almanac"}, close=True))
    if look.proposal.head and (mine or look.proposal.pull):
        writes.append(DeleteBranch(branch, look.proposal.head))
    return Plan(NO_ISSUE, "closed", "The page and its records agree.", tuple(writes)) if writes else None
