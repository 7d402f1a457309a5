"""The one proposal that belongs to no issue: what people edited by hand on the base, taken into the records."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from almanac.errors import Problem
from almanac.proposal.comment import says
from almanac.proposal.marker import read_state, recall
from almanac.proposal.state import (
    SYNC_BRANCH,
    DeleteBranch,
    Draft,
    EditPull,
    Look,
    OpenPull,
    Plan,
    Pull,
    PutBranch,
    Write,
)
from almanac.proposal.triage import CLOSED_BY

NO_ISSUE = 0
TITLE = "Take edits made by hand into the records"


@dataclass(frozen=True)
class Edits:
    """What people edited by hand.

    Attributes:
        files: The page and the records that have to change, as they would be.
        before: The same as they are.
        problems: What a person has to decide first; nothing changes then.
        notes: What would be done.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def offered(edits: Edits, look: Look, *, mine: bool) -> Plan | None:
    """Plan the proposal; None where there is nothing to offer and nothing to say.

    Args:
        edits: What people edited.
        look: The base, the branch's head, and its newest pull request.
        mine: Whether nobody else has committed to the branch.
    """
    newest = look.proposal.pull
    pull = newest if newest and newest.state == "open" else None
    if edits.problems:
        return _undecided(edits, pull)
    if not edits.files:
        return _nothing_left(look, pull, mine=mine)
    memory, digest = recall(newest.body if newest else None), _digest(edits.files)
    if newest and not pull and not newest.merged and memory.closed_by is None and memory.digest == digest:
        reason = "A maintainer closed the pull request with these edits without merging it."
        left = (DeleteBranch(SYNC_BRANCH, look.proposal.head),) if look.proposal.head and mine else ()
        return Plan(NO_ISSUE, "refused", reason, left)
    if not mine:
        problem = Problem(f"Somebody has committed to the branch {SYNC_BRANCH}. Merge its pull request, or close it.")
        return Plan(NO_ISSUE, "waiting", "A person's commits are on the branch.", (), None, (problem,), edits.notes)
    if pull and (memory.digest, memory.base, memory.commit) == (digest, look.base.commit, look.proposal.head):
        return Plan(NO_ISSUE, "unchanged", "Edits made by hand wait for a maintainer.", (), None, (), edits.notes)
    body = Draft("edits", {"notes": edits.notes, "problems": (), "files": tuple(edits.files)})
    state = {"digest": digest, "base": look.base.commit, "says": says(body)}
    opening = (
        EditPull(pull.number, body, state) if pull else OpenPull(SYNC_BRANCH, look.base.branch, TITLE, body, state)
    )
    writes = (_branch(edits, look), opening)
    reason = "Edits made by hand are offered as a proposal."
    return Plan(NO_ISSUE, "updated" if pull else "created", reason, writes, None, (), edits.notes)


def _branch(edits: Edits, look: Look) -> PutBranch:
    return PutBranch(
        branch=SYNC_BRANCH,
        base=look.base.commit,
        parents=(look.base.commit,),
        files=edits.files,
        message=f"{TITLE}\n",
        expected=look.proposal.head,
        before=edits.before,
        fresh=True,
    )


def _undecided(edits: Edits, pull: Pull | None) -> Plan:
    """Say in the pull request, where one is open, what a person has to decide; the run's summary says it always."""
    body = Draft("edits", {"notes": edits.notes, "problems": edits.problems, "files": ()})
    writes: tuple[Write, ...] = ()
    if pull and recall(pull.body).says != says(body):
        writes = (EditPull(pull.number, body, {**read_state(pull.body)[1], "digest": None, "says": says(body)}),)
    reason = "The page and its records were both edited by hand; a person has to decide."
    return Plan(NO_ISSUE, "waiting", reason, writes, None, edits.problems, edits.notes)


def _nothing_left(look: Look, pull: Pull | None, *, mine: bool) -> Plan | None:
    """Close what has lost its point; somebody's commits on the branch stay."""
    writes: list[Write] = []
    if pull:
        text, state = read_state(pull.body)
        writes.append(EditPull(pull.number, text, {**state, CLOSED_BY: "almanac"}, close=True))
    if look.proposal.head and (mine or look.proposal.pull):
        writes.append(DeleteBranch(SYNC_BRANCH, look.proposal.head))
    if not writes:
        return None
    return Plan(NO_ISSUE, "closed", "Page and records are in line.", tuple(writes))


def _digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()[:32]
