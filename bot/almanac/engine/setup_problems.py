"""Says on an issue that the site's own set-up cannot be read, so that nobody waits for an answer that does not come."""

from contextlib import suppress

from almanac.config import Config
from almanac.engine.planner import Planner
from almanac.errors import ConfigError, UserError
from almanac.form.schema import read_form
from almanac.proposal.comment import draft_digest
from almanac.proposal.hidden import read_state, with_state
from almanac.proposal.marker import comment_marker
from almanac.proposal.ours import has_headings, has_label
from almanac.proposal.state import Draft, Look

SETTINGS = "settings"
"""What our comment says then, as its state has it."""


def tell_of_settings(number: int, planner: Planner, error: ConfigError) -> None:
    """Put what is wrong with the set-up in the place of our usual comment; in English if the language cannot be read.

    Nothing is written where the issue is closed or may be another's, or if the comment says so already. The next run
    that works replaces it.
    """
    forge = planner.forge
    look = forge.look(number)
    comment = look.proposal.comment
    if look.issue is None or look.issue.state != "open" or planner.dry_run or not _is_ours(planner, look):
        return
    draft = Draft(SETTINGS, {"problems": error.problems})
    state = {"told": SETTINGS, "says": draft_digest(draft)}
    if comment and read_state(comment.body)[1].get("says") == state["says"]:
        return
    messages = planner.messages
    with suppress(UserError):  # the config is well, and something else is not
        messages = planner.site_messages(look.base.commit)
    body = with_state(f"{comment_marker(number)}\n{messages.write(draft)}", state)
    if comment:
        forge.edit_comment(number, comment.id, body)
    else:
        forge.create_comment(number, body)


def _is_ours(planner: Planner, look: Look) -> bool:
    """Tell whether an issue was answered before, or is as our form files it: settings that name another are unread."""
    if look.proposal.comment or look.proposal.pull:
        return True
    with suppress(UserError):
        text = planner.site(look.base.commit).text(Config().form)
        form = read_form(text) if text and look.issue else None
        return bool(form and look.issue and has_label(look.issue, form.labels) and has_headings(look.issue.body, form))
    return False
