"""What happened on GitHub says which issues to look at, and nothing more. The Action and the server share this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from almanac.proposal.command import CommentCommand, command_of
from almanac.proposal.hidden import marked_issue
from almanac.proposal.names import DASHBOARD_LABEL, is_adopt_branch, issue_of
from almanac.proposal.ours import cannot_be_ours

_HEADS = "refs/heads/"


@dataclass(frozen=True)
class Target:
    """Which issue to look at, with a new comment if that gives a command; None for all open ones, 0 for none."""

    issue: int | None
    comment: CommentCommand | None = None


NOTHING = Target(0)


def target_of(trigger: str, payload: Mapping[str, Any]) -> Target:
    """Find out which issues to look at: from a webhook event's name, as in `GITHUB_EVENT_NAME`, and its payload."""
    if trigger in ("issues", "issue_comment"):
        return _target_of_issue(trigger, payload)
    if trigger in ("pull_request", "pull_request_target"):
        head = _part(_part(payload, "pull_request"), "head")
        home, here = _part(head, "repo").get("id"), _part(payload, "repository").get("id")
        # A fork's branch may have the name of one of ours.
        if home and here and home != here:
            return NOTHING
        if is_adopt_branch(head.get("ref")):
            return Target(None)
        # What is written into the text of a proposal changes nothing.
        return NOTHING if payload.get("action") == "edited" else _target(issue_of(str(head.get("ref"))))
    if trigger == "push":
        ref, default = payload.get("ref"), _part(payload, "repository").get("default_branch")
        if isinstance(ref, str) and default and ref != f"{_HEADS}{default}":
            branch = ref.removeprefix(_HEADS)
            return Target(None) if is_adopt_branch(branch) else _target(issue_of(branch))
    return Target(None)


def _target_of_issue(trigger: str, payload: Mapping[str, Any]) -> Target:
    issue, comment, action = _part(payload, "issue"), _part(payload, "comment"), payload.get("action")
    number = issue.get("number")
    said = _command(comment, number) if action == "created" else None
    if trigger == "issue_comment" and comment and not command_of(str(comment.get("body") or "")):
        return NOTHING  # an ordinary comment changes nothing
    if "pull_request" in issue:
        # To GitHub, pull requests are issues. Ours name their issue at the end of the body; if someone else's does so,
        # too, we only look once more.
        if said and (given := command_of(said.text)) and given.name == "adopt":
            return Target(None, said)
        return _target(marked_issue(str(issue.get("body") or "")), said)
    labels = issue.get("labels") or ()
    if any(isinstance(label, Mapping) and label.get("name") == DASHBOARD_LABEL for label in labels):
        # What we write there ourselves asks for nothing.
        is_person = _part(payload, "sender").get("type") != "Bot"
        return Target(None) if is_person and action in ("edited", "reopened") else NOTHING
    comments = 0 if action == "opened" else issue.get("comments")
    if said or action in ("deleted", "transferred") or not isinstance(comments, int):
        return _target(number, said)
    # If the payload shows that an issue is not ours, it costs no request at all.
    strange = cannot_be_ours(len(labels), str(issue.get("body") or ""), comments)
    return NOTHING if strange else _target(number)


def _target(number: object, said: CommentCommand | None = None) -> Target:
    return Target(number, said) if isinstance(number, int) and not isinstance(number, bool) and number > 0 else NOTHING


def _command(comment: Mapping[str, Any], place: object) -> CommentCommand | None:
    """Read a comment that gives a command; None if it gives none, or does not have GitHub's shape."""
    number, text, author = comment.get("id"), comment.get("body"), _part(comment, "user").get("login")
    if not (isinstance(number, int) and isinstance(text, str) and isinstance(author, str) and isinstance(place, int)):
        return None
    return CommentCommand(number, author, text, place) if command_of(text) else None


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}
