"""One run for one issue: look, decide, apply; and again where somebody else was quicker."""

from dataclasses import dataclass

from bot.apply import apply, outdated
from bot.decide import Desk
from bot.errors import AlmanacError, Raced
from bot.proposals.commands import Heard
from bot.proposals.messages import Messages
from bot.proposals.state import Look, Plan, Pull

_TRIES = 3


@dataclass(frozen=True)
class Done:
    """What became of one issue.

    Attributes:
        plan: What was decided.
        pull: The pull request, where there is one.
        error: What kept Almanac from doing it, or None.
        messages: What writes the texts, where nothing was written (a dry run).
    """

    plan: Plan
    pull: Pull | None = None
    error: AlmanacError | None = None
    messages: Messages | None = None


def run(number: int, desk: Desk, *, said: Heard | None = None, seen: bool = False, look: Look | None = None) -> Done:
    """Make true what should be true of one issue.

    Args:
        number: The issue's number.
        desk: Where it is decided.
        said: A comment that may hold a command.
        look: What is known already to be there; left out, it is looked at.
        seen: Whether something of the issue was seen already, so that it has to be looked at in full.

    Raises:
        UserError: The site's config, form, page or records are in the way.
        ForgeError: The forge refused or failed.
    """
    forge = desk.forge
    for remaining in reversed(range(_TRIES)):
        look = look or forge.look(number, hasty=not seen)
        plan = desk.decide(look, number, said=said)
        messages = desk.messages(look.base.commit) if plan.writes else desk.kit.messages
        messages.rehearse(plan)
        if desk.dry_run:
            return Done(plan, look.proposal.pull, messages=messages)
        try:
            pull = apply(plan, look, forge, messages, desk.mark)
        except Raced:
            if not remaining:
                raise
            look = None
            continue
        if not remaining or not outdated(plan, look, forge):
            return Done(plan, pull)
        look = None
    raise AssertionError
