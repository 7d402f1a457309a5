"""The one glue: look at an issue, plan what should be true, make it so. It knows the forge protocol, no adapter."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.apply import apply, outdated
from bot.decide import Desk, Kit, carries_label, has_headings
from bot.errors import AlmanacError, Raced
from bot.forge.base import Forge
from bot.forge.snapshot import Snapshot
from bot.proposals.state import Plan, Pull

__all__ = ["Done", "Kit", "Snapshot", "carries_label", "has_headings", "reconcile", "reconcile_all"]

_TRIES = 3


@dataclass(frozen=True)
class Done:
    """What became of one issue.

    Attributes:
        plan: What was decided.
        pull: The pull request, where there is one.
        error: What kept Almanac from doing it, or None.
    """

    plan: Plan
    pull: Pull | None = None
    error: AlmanacError | None = None


def reconcile(number: int, forge: Forge, kit: Kit, *, dry_run: bool = False) -> Done:
    """Make true what should be true of one issue, and tell what was done.

    With `dry_run` nothing is written. Somebody else may write at the same time; then it looks again.

    Raises:
        UserError: The site's config, form, page or records are in the way.
        ForgeError: The forge refused or failed.
    """
    return _reconcile(number, Desk(forge, kit), dry_run=dry_run)


def _reconcile(number: int, desk: Desk, *, dry_run: bool) -> Done:
    forge, messages = desk.forge, desk.kit.messages
    for remaining in reversed(range(_TRIES)):
        look = forge.look(number)
        plan = desk.decide(look, number)
        if dry_run:
            return Done(plan, look.proposal.pull)
        try:
            pull = apply(plan, look, forge, messages)
        except Raced:
            if not remaining:
                raise
            continue
        if not remaining or not outdated(plan, look, forge):
            return Done(plan, pull)
    raise AssertionError


def reconcile_all(forge: Forge, kit: Kit, *, dry_run: bool = False) -> Iterator[Done]:
    """Look at every open issue, oldest first; a failure of one is told and does not keep the others waiting."""
    desk = Desk(forge, kit)
    for issue in list(forge.open_issues()):
        try:
            yield _reconcile(issue.number, desk, dry_run=dry_run)
        except AlmanacError as error:
            yield Done(Plan(issue.number, None, "It could not be done."), None, error)
