"""Says on an issue that the site's own set-up cannot be read, so that nobody waits for an answer that does not come."""

from contextlib import suppress

from almanac import config as configs
from almanac.caps import PAGE
from almanac.config import Config
from almanac.engine.planner import Planner
from almanac.errors import UserError
from almanac.forge.protocol import Forge
from almanac.form.schema import read_form
from almanac.histories import glimpsed_language
from almanac.proposal.comment import draft_digest
from almanac.proposal.hidden import read_state, with_state
from almanac.proposal.marker import comment_marker, pull_entries
from almanac.proposal.messages import Messages
from almanac.proposal.ours import has_headings, has_label
from almanac.proposal.state import Draft, Look

SETTINGS = "settings"
"""What our comment says then, as its state has it."""


def tell_of_settings(number: int, planner: Planner, error: UserError) -> None:
    """Put what is wrong with the set-up in the place of our usual comment.

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
    put_notice(number, forge, look, with_state(readable_messages(planner, look.base.commit).write(draft), state))


def put_notice(number: int, forge: Forge, look: Look, text: str) -> None:
    """Write a text in the place of our usual comment; an open pull request notes it, as a listing shows only that."""
    pull, comment = look.proposal.open_pull, look.proposal.comment
    if pull:
        words, entries = pull_entries(pull)
        forge.edit_pull(pull.number, body=with_state(words, {**entries, "notice": True}))
    body = f"{comment_marker(number)}\n{text}"
    if comment:
        forge.edit_comment(number, comment.id, body)
    else:
        forge.create_comment(number, body)


def readable_messages(planner: Planner, commit: str) -> Messages:
    """Return what writes the site's messages; where its settings cannot be read, ours, in the language they name."""
    with suppress(UserError):  # the config is well, and something else is not
        return planner.site_messages(commit)
    return planner.messages.of_site({}, glimpsed_language(glimpsed_settings(planner, commit)))


def glimpsed_settings(planner: Planner, commit: str) -> str:
    """Return the settings as far as they are text: in whatever encoding, and if they are not far too long."""
    with suppress(UserError):
        return (planner.site(commit).files.read(configs.PATH, PAGE) or b"").decode(errors="replace")
    return ""


def _is_ours(planner: Planner, look: Look) -> bool:
    """Tell whether an issue was answered before, or is as our form files it: settings that name another are unread."""
    if look.proposal.comment or look.proposal.pull:
        return True
    with suppress(UserError):
        text = planner.site(look.base.commit).text(Config().form)
        form = read_form(text) if text and look.issue else None
        return bool(form and look.issue and has_label(look.issue, form.labels) and has_headings(look.issue.body, form))
    return False
