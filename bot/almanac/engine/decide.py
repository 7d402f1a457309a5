"""Decides what is to be done for one issue, and for a comment on it that may hold commands."""

from almanac.engine.commanded import commanded
from almanac.engine.planner import Planner
from almanac.proposal import triage
from almanac.proposal.command import CommentCommand
from almanac.proposal.comment import pending_commands
from almanac.proposal.ours import may_be_ours
from almanac.proposal.plan import branch_owner
from almanac.proposal.state import Look, Plan


def decide(
    planner: Planner, look: Look, number: int, *, comment: CommentCommand | None = None, asked: bool = False
) -> Plan:
    """Decide what is to be done; errors as in `almanac.engine.run.run`.

    If a maintainer `asked` for it, it is done again; what other people have committed to its branch stays.
    """
    issue, known = look.issue, bool(look.proposal.pull or look.proposal.comment)
    if issue is None or not (may_be_ours(issue, answered=known) and planner.is_ours(look, issue)):
        return _not_ours(planner, number, look)
    look = planner.with_closer(look)
    if asked:
        return planner.planned(look, issue, anew=_is_ours_alone(planner, look), again=True)
    given = pending_commands(look, number, comment)
    return commanded(planner, look, issue, comment, given) if comment and given else planner.planned(look, issue)


def _is_ours_alone(planner: Planner, look: Look) -> bool:
    """Tell whether a proposal is open to whose branch nobody else has committed."""
    owner, commit = branch_owner(look)
    alone = owner == "ours" or (owner == "ask" and commit is not None and planner.forge.is_ours(commit))
    return alone and look.proposal.open_pull is not None


def _not_ours(planner: Planner, number: int, look: Look) -> Plan:
    """End what is left of an issue that is not ours (any more)."""
    plan, head = triage.withdrawn(number, look), look.proposal.head
    if plan.outcome is None and head and not look.proposal.pull and planner.forge.is_ours(head):
        return triage.abandoned(number, look)
    return plan
