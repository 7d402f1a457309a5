"""The one comment that an issue gets when its job has failed for good. It stands where our comment stands anyway."""

from bot.errors import UserError
from bot.forge.base import Forge
from bot.proposals.marker import comment_marker, read_state, with_state
from bot.proposals.messages import Messages
from bot.proposals.state import Draft, Issue
from bot.reconcile import Snapshot, carries_label, has_headings
from bot.resources import template

TOLD = "failed"


def apologise(number: int, forge: Forge, reference: str) -> bool:
    """Say on an issue that we failed, and under which reference; tell whether that was written.

    Nothing is written where the issue is not ours, or closed, or where it has been said already. The next run that
    works finds another state in the comment than it wants, and writes what is true then.

    Raises:
        ForgeError: The comment could not be read or written.
    """
    look = forge.look(number)
    comment, issue = look.proposal.comment, look.issue
    if issue is None or issue.state != "open":
        return False
    if comment and read_state(comment.body)[1].get("told") == TOLD:
        return False
    if not (comment or look.proposal.pull or _is_ours(issue, forge, look.base.commit)):
        return False
    text = Messages({TOLD: template("server/failed.md.j2")}).write(Draft(TOLD, {"reference": reference}))
    body = with_state(f"{comment_marker(number)}\n{text}", {"told": TOLD, "reference": reference})
    if comment:
        forge.edit_comment(number, comment.id, body)
    else:
        forge.create_comment(number, body)
    return True


def _is_ours(issue: Issue, forge: Forge, base: str) -> bool:
    """Tell whether an issue is one of the form's; where the site's own files are broken, nobody can say that it is."""
    site = Snapshot(forge, base)
    try:
        config = site.config()
        form = site.form(config)
    except UserError:
        return False
    return carries_label(issue, form, config) and has_headings(issue.body, form)
