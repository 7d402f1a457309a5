"""Turns the errors that GitHub answers with into what a person can do about them. Pure: plain values in and out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from bot.errors import ForgeError

MINUTE, DAY = 60.0, 86_400.0
_SECRETS = re.compile(r"\b(gh[a-z]_[A-Za-z0-9_.-]{4,}|github_pat_[A-Za-z0-9_]+|eyJ[\w-]+\.[\w-]+\.[\w-]+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_RATE = re.compile(r"rate limit|abuse detection|wait a few minutes|retry your request again later", re.IGNORECASE)
_ACTIONS = "Settings > Actions > General > Workflow permissions"
# What GitHub says (a pattern over its own words), and what a person does about it. The first that fits is taken.
_REMEDIES = {
    r"not permitted to create or approve pull requests": f"""
        Switch on "Allow GitHub Actions to create and approve pull requests" under {_ACTIONS} (where it is grey, the
        organisation's settings have it, in the same place)""",
    r"rule violations|creations being restricted|protected branch|reference update failed": """
        A rule of the repository stands in the way. Under Settings > Rules > Rulesets (or Branches), leave "almanac/**"
        out of the rule, or put Almanac on its bypass list""",
    r"SAML": "Open https://github.com/settings/tokens and let the organisation use the token (Configure SSO)",
    r"archived": "Unarchive the repository under Settings > General, or switch Almanac off there",
    r"issues (are|has been|have been) disabled": "Switch Issues on under Settings > General > Features",
    r"issue is locked": "Unlock the issue's conversation",
    r"no commits between": "There is nothing to propose: the branch holds only what is on the base already",
    r"repository is empty": "Make a first commit, so that there is a branch to propose changes to",
    r"is too long": "GitHub takes texts of up to 65,536 characters",
}


@dataclass(frozen=True)
class Call:
    """What was asked of GitHub, for the words of an error.

    Attributes:
        doing: What we were about to do, to stand after "GitHub would not let us": `read the issue`.
        needs: The permission that it takes, as in a workflow file: `issues: write`.
        link: Where a person can do the same by hand, or None.
    """

    doing: str
    needs: str
    link: str | None = None


@dataclass(frozen=True)
class Answer:
    """An error as GitHub answered it: HTTP status, its own words, and headers with their names in small letters."""

    status: int
    said: str
    headers: Mapping[str, str]


class RefusedError(ForgeError):
    """GitHub answered with an error; `answer` is what it said."""

    def __init__(self, message: str, answer: Answer, *, remedy: str | None = None, passing: bool = False) -> None:
        """Take GitHub's answer beside what every error has."""
        super().__init__(message, remedy=remedy, passing=passing)
        self.answer = answer

    def is_(self, status: HTTPStatus, pattern: str = "") -> bool:
        """Tell whether the answer has this status and says something like this."""
        return self.answer.status == status and re.search(pattern, self.answer.said, re.IGNORECASE) is not None


def redact(text: str, token: str) -> str:
    """Take the token, and whatever else looks like one, out of a text; put it on one line."""
    if token:
        text = text.replace(token, "***")
    return " ".join(_CONTROL.sub(" ", _SECRETS.sub("***", text)).split())


def words(data: Any) -> str:
    """Return all that GitHub says in the body of an error: its message, then what it has against each field."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    details = [
        error if isinstance(error, str) else str(error.get("message") or f"{error.get('field')} {error.get('code')}")
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, str | dict)
    ]
    said = [str(data.get("message") or ""), *details]
    return "; ".join(dict.fromkeys(part.strip().rstrip(".") for part in said if part.strip()))


def limited(answer: Answer, now: float) -> float | None:
    """Return how many seconds a rate limit asks us to wait, or None where the answer is no rate limit.

    GitHub's order: `retry-after` if it is given, else until `x-ratelimit-reset` if nothing remains, else a minute.
    `now` is in seconds since the epoch.
    """
    after, remaining = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-remaining")
    asked = bool(after) or remaining == "0" or _RATE.search(answer.said) is not None
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS and not (answer.status == HTTPStatus.FORBIDDEN and asked):
        return None
    if after.strip().isdecimal():
        return float(after)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if remaining == "0" and reset.isdecimal():
        return max(0.0, float(reset) - now) + 1
    return MINUTE


def explain(answer: Answer, call: Call, repository: str, now: float) -> RefusedError:
    """Say what GitHub's error means and what a person can do about it; `now` is in seconds since the epoch."""
    wait = limited(answer, now)
    if wait is not None:
        message = f"GitHub takes no more requests from us for now, so we could not {call.doing}."
        until = datetime.fromtimestamp(now + min(wait, DAY), UTC).strftime("%H:%M:%S UTC")
        return RefusedError(message, answer, remedy=f"Try again after {until}.", passing=True)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = f"GitHub has trouble of its own (status {answer.status}), so we could not {call.doing}."
        remedy = "Try again in a few minutes; https://www.githubstatus.com tells how GitHub is."
        return RefusedError(message, answer, remedy=remedy, passing=True)
    said = answer.said or "it gave no reason"
    message = f"GitHub would not let us {call.doing} in {repository}: {said} (status {answer.status})."
    return RefusedError(message, answer, remedy=_remedy(answer, call, repository))


def _remedy(answer: Answer, call: Call, repository: str) -> str | None:
    for pattern, remedy in _REMEDIES.items():
        if re.search(pattern, answer.said, re.IGNORECASE):
            by_hand = f", or do it by hand: {call.link}" if call.link else "."
            return " ".join(remedy.split()) + by_hand
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return "Check the token (GITHUB_TOKEN): it is wrong, has expired or was revoked."
    if answer.status == HTTPStatus.FORBIDDEN:
        accepted = answer.headers.get("x-accepted-github-permissions", "")
        needs = accepted.replace("=", ": ").replace("_", "-") or call.needs
        return (
            f'The token lacks a permission: "{needs}". In a workflow, put it under the job\'s "permissions:"; '
            "for an App or a fine-grained token, grant it in its settings, for this repository."
        )
    if answer.status == HTTPStatus.NOT_FOUND:
        return (
            f"Check that {repository} is spelt correctly, and that the token may see it and has the permission "
            f'"{call.needs}": GitHub says "not found" for all of these.'
        )
    return None
