"""What happened on GitHub says which issues to look at, and nothing more. The Action and the server share this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from almanac.proposal.comment import Heard, command_of
from almanac.proposal.marker import read_state
from almanac.proposal.state import issue_of

_HEADS = "refs/heads/"


@dataclass(frozen=True)
class Target:
    """Which issues to look at: one by its number, all open ones (None), or none at all (0).

    `said` is a new comment, where it gives a command.
    """

    issue: int | None
    said: Heard | None = None


NOTHING = Target(0)


def target_of(trigger: str, payload: Mapping[str, Any]) -> Target:
    """Read from what happened which issues to look at.

    Args:
        trigger: The name of GitHub's webhook event, which is also the runner's `GITHUB_EVENT_NAME`.
        payload: What GitHub tells about it.
    """
    if trigger in ("issues", "issue_comment"):
        return _of_issue(trigger, payload)
    if trigger in ("pull_request", "pull_request_target"):
        head = _part(_part(payload, "pull_request"), "head")
        home, here = _part(head, "repo").get("id"), _part(payload, "repository").get("id")
        # A fork's branch may be called like one of ours.
        return NOTHING if home and here and home != here else _of_branch(str(head.get("ref")))
    if trigger == "push":
        return _of_push(payload)
    return Target(None)


def _of_issue(trigger: str, payload: Mapping[str, Any]) -> Target:
    issue, comment = _part(payload, "issue"), _part(payload, "comment")
    said = _heard(comment, issue.get("number")) if payload.get("action") == "created" else None
    if trigger == "issue_comment" and comment and not command_of(str(comment.get("body") or "")):
        return NOTHING  # people talk; that changes nothing
    if "pull_request" in issue:
        # GitHub counts pull requests as issues. Ours say at their end which issue they belong to; a stranger's that
        # says so too only has us look once more.
        return _number(read_state(str(issue.get("body") or ""))[1].get("issue"), said)
    if said:
        return _number(issue.get("number"), said)
    fresh = trigger == "issues" and payload.get("action") == "opened"
    # Nothing of ours can be there yet, so an issue that comes without any label costs no request at all.
    gone = payload.get("action") in ("deleted", "transferred")
    untouched = fresh or (issue.get("comments") == 0 and not gone)
    return NOTHING if untouched and not issue.get("labels") else _number(issue.get("number"))


def _of_push(payload: Mapping[str, Any]) -> Target:
    ref, default = payload.get("ref"), _part(payload, "repository").get("default_branch")
    if not isinstance(ref, str) or not default or ref == f"{_HEADS}{default}":
        return Target(None)
    return _of_branch(ref.removeprefix(_HEADS))


def _of_branch(name: str) -> Target:
    issue = issue_of(name)
    return Target(issue) if issue else NOTHING


def _number(value: object, said: Heard | None = None) -> Target:
    return Target(value, said) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else NOTHING


def _heard(comment: Mapping[str, Any], place: object) -> Heard | None:
    """Read a comment that gives a command; None where it gives none, or is not told as GitHub tells it."""
    number, text, author = comment.get("id"), comment.get("body"), _part(comment, "user").get("login")
    if not (isinstance(number, int) and isinstance(text, str) and isinstance(author, str) and isinstance(place, int)):
        return None
    return Heard(number, author, text, place) if command_of(text) else None


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}
