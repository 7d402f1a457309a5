"""Where GitHub is, one request to its REST API or GraphQL, and what an error in answer to it means.

Nothing is sent here: the client, which does, is slow to import.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from almanac.errors import ForgeError, Problem, UserError
from almanac.forge.github.refusals import remedies
from almanac.patterns import regex
from almanac.phrases import Tongue, reworded, say

DEFAULT_API_URL = "https://api.github.com"
GRAPHQL = "/graphql"
"""The path of a request that is a GraphQL document; where that is on an Enterprise Server, the client knows."""
_REPOSITORY = regex(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
MINUTE, DAY = 60.0, 86_400.0
_TOKENS = regex(
    r"\b(?:gh[a-z]_[A-Za-z0-9_.-]{4,}|github_pat_[A-Za-z0-9_]+)"
    # With what is before it in one run of such characters: a search from each of their places would take too long.
    r"|(?<![\w-])(?>[\w-]*?\beyJ)[\w-]++\.[\w-]++\.[\w-]++"
)
_CONTROL = regex(r"[\x00-\x1f\x7f-\x9f]+")
# The kinds of errors that GitHub's GraphQL has, as the REST API would answer them.
_STATUSES = {
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "FORBIDDEN": HTTPStatus.FORBIDDEN,
    "INSUFFICIENT_SCOPES": HTTPStatus.FORBIDDEN,
    "RATE_LIMITED": HTTPStatus.TOO_MANY_REQUESTS,
    "RATE_LIMIT": HTTPStatus.TOO_MANY_REQUESTS,
    "STALE_DATA": HTTPStatus.CONFLICT,
}
_BROKEN = regex(r"something went wrong|timed? ?out", re.IGNORECASE)
_UNKNOWN_FIELD = "undefinedField"
_RATE_LIMIT = regex(r"rate limit|abuse detection|wait a few minutes|retry your request again later", re.IGNORECASE)
_TOO_QUICK = regex(r"secondary rate limit|abuse detection|submitted too quickly", re.IGNORECASE)
_MISSING = regex(
    r"resource not accessible by|must have (admin|push|write|triage)|\A(?>(?s:.*?)access to )(?s:.*)not granted"
    r"|not been granted the required scopes?",
    re.IGNORECASE,
)


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a web server."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is not a number, half an IPv6 address
        return False


def is_token(text: str) -> bool:
    """Tell whether a text can be sent as a token: nothing but visible ASCII characters."""
    return re.fullmatch("[!-~]+", text) is not None


def check_repository_name(name: str) -> None:
    """Raise a UserError unless a repository's name is `OWNER/NAME`."""
    if not _REPOSITORY.fullmatch(name):
        message = "A repository on GitHub is named OWNER/NAME, as in octo-org/website."
        raise UserError(Problem(message, typed=name))


def write_pause(value: str | None) -> float | None:
    """Read ALMANAC_WRITE_PAUSE: seconds between writes; None if it is not set."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 60:  # noqa: PLR2004 -- a minute is the longest pause that makes sense
        raise UserError("ALMANAC_WRITE_PAUSE has to be a number of seconds from 0 to 60.")
    return seconds


def web_address(api_url: str) -> str:
    """Return where a browser finds the GitHub whose REST API is at this address.

    GitHub's own API is at `api.github.com`, a company's at `api.COMPANY.ghe.com`, an Enterprise Server's at
    `HOST/api/v3`.
    """
    parts = urlsplit(api_url)
    host = parts.netloc if parts.path.startswith("/api/v3") else parts.netloc.removeprefix("api.")
    return f"{parts.scheme}://{host}"


@dataclass(frozen=True)
class Request:
    """A request, and the words for an error message about it."""

    verb: str  # `GET`, `POST`, `PATCH` or `DELETE`
    path: str  # the path below the repository (`issues/12`), or below the API where it begins with a slash (`/user`)
    doing: str  # what it is for, to follow "GitHub would not let us": `read issue 12`
    needs: str  # the permission that it takes, as in a workflow file: `issues: read`
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str | int] = field(default_factory=dict)
    link: str | None = None  # where a person can do the same by hand
    accept: str | None = None  # the media type of the answer, if it is not the usual one


@dataclass(frozen=True)
class ErrorAnswer:
    """An error as GitHub answered it: HTTP status, its own words, and headers with lower-case names."""

    status: int
    said: str
    headers: Mapping[str, str]


class RefusedError(ForgeError):
    """GitHub answered with an error. `wait` is in seconds, and None where it is not about a rate limit."""

    def __init__(
        self, message: str, answer: ErrorAnswer, *, remedy: str | None = None, wait: float | None = None
    ) -> None:
        passing = wait is not None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        super().__init__(message, remedy=remedy, passing=passing)
        self.answer, self.wait = answer, wait

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be sent from one process to another."""
        return partial(RefusedError, remedy=self.remedy, wait=self.wait), (str.__str__(str(self)), self.answer)

    def matches(self, *statuses: int, pattern: str = "") -> bool:
        """Tell whether the answer has one of these statuses, and GitHub's words match the pattern."""
        return self.answer.status in statuses and re.search(pattern, self.answer.said, re.IGNORECASE) is not None


def redact(text: str, secret: str) -> str:
    """Take the secret, and anything else that looks like a token, out of a text; put the text on one line."""
    if secret:
        text = text.replace(secret, "***")
    return " ".join(_CONTROL.sub(" ", _TOKENS.sub("***", text)).split())


def error_text(data: Any) -> str:
    """Return all that GitHub says in the body of an error: its message, then what is wrong with each field."""
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


def graphql_error(data: Any, headers: Mapping[str, str], secret: str) -> ErrorAnswer | None:
    """Return what is wrong in an answer of GraphQL's, as the REST API would say it; None where nothing is.

    GraphQL answers with status 200 whatever happens. An older server's schema may lack what we ask for; that is as if
    it were not there. A part of what was read that does not exist is None in the answer, and no error.
    """
    errors = data.get("errors") if isinstance(data, dict) else None
    errors = [one for one in errors if not _is_absence(one)] if isinstance(errors, list) else []
    first = errors[0] if errors else None
    if not isinstance(first, dict):
        return None
    said, extensions = redact(error_text({"errors": errors}), secret), first.get("extensions")
    status = _STATUSES.get(str(first.get("type")), HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(extensions, dict) and extensions.get("code") == _UNKNOWN_FIELD:
        status = HTTPStatus.NOT_FOUND
    elif _RATE_LIMIT.search(said):
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif "type" not in first and _BROKEN.search(said):
        status = HTTPStatus.BAD_GATEWAY
    return ErrorAnswer(status, said, headers)


def _is_absence(error: Any) -> bool:
    path = error.get("path") if isinstance(error, dict) else None
    return isinstance(path, list) and len(path) > 1 and error.get("type") == "NOT_FOUND"


def rate_limit_wait(answer: ErrorAnswer, now: float) -> float | None:
    """Return how many seconds a rate limit asks us to wait, or None where the answer is not a rate limit.

    In the order that GitHub documents: `retry-after` where it is given, else until `x-ratelimit-reset` where nothing
    remains, else a minute. `now` is in seconds since the epoch.
    """
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and _TOO_QUICK.search(answer.said):
        return MINUTE
    after, remaining = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-remaining")
    limited = bool(after) or remaining == "0" or _RATE_LIMIT.search(answer.said) is not None
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS and not (answer.status == HTTPStatus.FORBIDDEN and limited):
        return None
    if after.strip().isdecimal():
        return float(after)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if remaining == "0" and reset.isdecimal():
        return max(0.0, float(reset) - now) + 1
    return MINUTE


def explain(answer: ErrorAnswer, request: Request, name: str, now: float) -> RefusedError:
    """Say what GitHub's error about `OWNER/NAME` or the App means, and what a person can do; `now`: see above."""
    wait = rate_limit_wait(answer, now)
    if wait is not None:
        why, short = "GitHub accepts no more requests from us for now", say("GitHub accepts no more requests for now.")
        if _TOO_QUICK.search(answer.said):
            why, short = "GitHub finds that we write too much at once", say("GitHub finds that too much is written.")
        message = _told(f"{why}, so we could not {request.doing}.", short)
        until = datetime.fromtimestamp(now + min(wait, DAY), UTC).strftime("%H:%M:%S UTC")
        return RefusedError(message, answer, remedy=f"Try again after {until}.", wait=wait)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = _told(
            f"GitHub has a problem of its own (status {answer.status}), so we could not {request.doing}.",
            say("GitHub has a problem of its own (status {status}).", status=answer.status),
        )
        remedy = "Try again in a few minutes; https://www.githubstatus.com shows how GitHub is doing."
        return RefusedError(message, answer, remedy=remedy)
    said = answer.said or "it gave no reason"
    message = _told(
        f"GitHub would not let us {request.doing} in {name}: {said} (status {answer.status}).",
        say("GitHub refused it: `{said}` (status {status}).", said=said.replace("`", "'"), status=answer.status),
    )
    return RefusedError(message, answer, remedy=_remedy(answer, request, name))


def _told(english: str, short: str) -> str:
    """Say it in full in English, where people run Almanac; and in other languages without what we were about to do."""
    return reworded(short, partial(_unless_english, english))


def _unless_english(english: str, text: str, tongue: Tongue | None) -> str:
    return text if tongue else english


def _remedy(answer: ErrorAnswer, request: Request, name: str) -> str | None:
    found = remedies(answer.status, answer.said)
    if found:
        by_hand = [f"Or do it by hand: {request.link}"] if request.link else []
        return " ".join([*found, *by_hand])
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return "Check the token (GITHUB_TOKEN): it is wrong, has expired or was revoked."
    accepted = answer.headers.get("x-accepted-github-permissions", "").replace("=", ": ").replace("_", "-")
    if answer.status == HTTPStatus.NOT_FOUND:
        perhaps = f' and has the permission "{accepted}"' if accepted else ""
        return (
            f"Check that {name} is spelt correctly, and that the token may see it{perhaps}: "
            'GitHub says "not found" in all of these cases.'
        )
    if answer.status != HTTPStatus.FORBIDDEN:
        return None
    if accepted or _MISSING.search(answer.said):
        return (
            f'The token lacks a permission: "{accepted or request.needs}". In a workflow, add it to the job\'s '
            '"permissions:"; for an App or a fine-grained token, grant it in its settings, for this repository.'
        )
    return (
        f'The token needs "{request.needs}". If it has that, ask an administrator of {name} what restricts access '
        "there: GitHub says no more than this."
    )
