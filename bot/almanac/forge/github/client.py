"""Turns the errors that GitHub answers with into what a person can do about them. Pure: plain values in and out.

Sends requests to GitHub: how fast, how often again, and what is said when it does not work.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any, TypeVar

import requests
from github import BadAttributeException, Github, GithubException
from github.GithubObject import GithubObject
from github.PaginatedList import PaginatedList

from almanac.errors import ForgeError

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
    """GitHub answered with an error.

    Attributes:
        answer: What GitHub answered.
        wait: How many seconds a rate limit asks us to wait, or None where it is not about one.
    """

    def __init__(self, message: str, answer: Answer, *, remedy: str | None = None, wait: float | None = None) -> None:
        passing = wait is not None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        super().__init__(message, remedy=remedy, passing=passing)
        self.answer, self.wait = answer, wait

    def matches(self, *statuses: int, pattern: str = "") -> bool:
        """Tell whether the answer has one of these statuses, and GitHub's words match the pattern."""
        return self.answer.status in statuses and re.search(pattern, self.answer.said, re.IGNORECASE) is not None


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
        return RefusedError(message, answer, remedy=f"Try again after {until}.", wait=wait)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = f"GitHub has trouble of its own (status {answer.status}), so we could not {call.doing}."
        remedy = "Try again in a few minutes; https://www.githubstatus.com tells how GitHub is."
        return RefusedError(message, answer, remedy=remedy)
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


T = TypeVar("T")
Listed = TypeVar("Listed", bound=GithubObject)
PER_PAGE = 100
TRIES = 4
AT_ONCE = 10
# A pull request may be asked for before all of GitHub knows its branch; it answers 422 then.
_TOO_EARLY = "could not resolve to a node"
_BROKEN = {
    requests.Timeout: "did not answer in time",
    requests.exceptions.SSLError: "could not prove who it is (its certificate is not trusted here)",
    requests.exceptions.ProxyError: "could not be reached through the proxy",
}
_FAILURES = (GithubException, BadAttributeException, requests.RequestException, json.JSONDecodeError, RuntimeError)


class Pace:
    """Keeps us polite and patient, but not for ever.

    Attributes:
        patience: The most seconds to wait, in one call, for a rate limit or for GitHub's troubles to pass.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        pause: float | None,
        patience: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the seconds between writes; None lets the first ten go at once and the later ones a second apart."""
        self.patience, self.sleep = patience, sleep
        self._pause, self._clock = pause, clock
        self._count, self._last = 0, -float("inf")

    def wait(self) -> None:
        """Wait until the next write may go."""
        self._count += 1
        pause = self._pause if self._pause is not None else float(self._count > AT_ONCE)
        left = self._last + pause - self._clock()
        if left > 0:
            self.sleep(left)
        self._last = self._clock()


@dataclass(frozen=True)
class Usage:
    """What a connection has cost: requests that were sent, and how many GitHub still takes this hour, if it said so."""

    requests: int
    remaining: int | None


class Calls:
    """Sends requests for one repository, each at most a few times, and turns what goes wrong into `ForgeError`.

    Attributes:
        repository: The repository as PyGithub has it: lazily, so that nothing is fetched that is not asked for.
    """

    def __init__(self, client: Github, name: str, token: str, pace: Pace) -> None:
        """Take the lazy client and `OWNER/NAME`; the token is here to be kept out of messages."""
        self.client, self.name, self._token, self._pace = client, name, token, pace
        self.repository = client.get_repo(name)
        self._sent = 0

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return self.client.requester.base_url

    @property
    def usage(self) -> Usage:
        """What was sent so far."""
        remaining = self.client.requester.rate_limiting[0]
        return Usage(self._sent, remaining if remaining >= 0 else None)

    def read(self, call: Call, send: Callable[[], T]) -> T:
        """Send a read; it may be repeated.

        Raises:
            ForgeError: It did not work.
        """
        return self._send(call, send, lambda: None)

    def write(self, call: Call, send: Callable[[], T], landed: Callable[[], T | None]) -> T:
        """Send a write. If its answer was lost, look first whether it took effect, and only then send it again.

        Args:
            call: What is asked.
            send: Sends it.
            landed: Looks for its effect and returns what `send` would have; None where there is none. A write that
                does no harm when it is done twice can say None.

        Raises:
            ForgeError: It did not work.
        """

        def paced() -> T:
            self._pace.wait()
            return send()

        return self._send(call, paced, landed)

    def page(self, call: Call, listed: PaginatedList[Listed], number: int = 0) -> list[Listed]:
        """Read one page of a list, in one request; the first is 0.

        Raises:
            ForgeError: It did not work.
        """
        try:
            return self.read(call, partial(listed.get_page, number))
        except TypeError:  # PyGithub stumbles over what is no list
            raise self.odd(call) from None

    def pages(self, call: Call, kind: type[Listed], path: str, **asked: str) -> Iterator[Listed]:
        """Read a list below the repository's address page by page, as far as the caller goes.

        GitHub says with each page whether another one follows; where it says nothing, a full page may not be the last.

        Args:
            call: What is asked.
            kind: What it is a list of.
            path: Where it is.
            asked: The query.

        Raises:
            ForgeError: It did not work.
        """
        requester, address = self.client.requester, f"{self.repository.url}/{path}"
        for number in count(1):
            query = {**asked, "per_page": PER_PAGE, "page": number}
            send = partial(requester.requestJsonAndCheck, "GET", address, parameters=query)
            headers, found = self.read(call, send)
            if not isinstance(found, list):
                raise self.odd(call)
            yield from (kind(requester, headers, element) for element in found)
            link = headers.get("link", "")
            if not ('rel="next"' in link if link else len(found) == PER_PAGE):
                return

    def raw(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one request below the repository's address as it stands, for what PyGithub asks too much for."""
        return self.client.requester.requestJsonAndCheck(verb, f"{self.repository.url}/{path}", input=body)[1]

    def _send(self, call: Call, send: Callable[[], T], landed: Callable[[], T | None]) -> T:
        waited = 0.0
        for tried in range(1, TRIES + 1):
            self._sent += 1
            try:
                return send()
            except _FAILURES as error:
                if isinstance(error, RuntimeError) and "redirected" not in str(error):
                    raise  # PyGithub has no other error of its own for a redirect to elsewhere
                trouble, pause = self._trouble(error, call), self._again(error, tried)
            waited += pause or 0.0
            if pause is None or tried == TRIES or waited > self._pace.patience:
                break
            self._pace.sleep(pause)
            if (found := landed()) is not None:
                return found
        # The cause is left out: it carries whole answers, and nobody knows what a server repeats in those.
        raise trouble from None

    def _again(self, error: Exception, tried: int) -> float | None:
        """Return after how many seconds another try makes sense, or None."""
        backoff = 0.5 * 2.0**tried
        if not isinstance(error, GithubException):
            return backoff if isinstance(error, requests.RequestException | json.JSONDecodeError) else None
        answer = self._answer(error)
        wait = limited(answer, time.time())
        if wait is not None:
            return wait * 2.0 ** (tried - 1)
        early = _TOO_EARLY in answer.said.lower()
        return backoff if early or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else None

    def _answer(self, error: GithubException) -> Answer:
        return Answer(error.status, redact(words(error.data), self._token), error.headers or {})

    def _trouble(self, error: Exception, call: Call) -> ForgeError:
        if isinstance(error, GithubException):
            return explain(self._answer(error), call, self.name, time.time())
        if isinstance(error, requests.RequestException):
            why = next((text for kind, text in _BROKEN.items() if isinstance(error, kind)), "could not be reached")
            remedy = "Check the connection and GITHUB_API_URL, then try again."
            return ForgeError(f"{self.api_url} {why}, so we could not {call.doing}.", remedy=remedy, passing=True)
        return self.odd(call)

    def odd(self, call: Call) -> ForgeError:
        """Return the error for an answer that GitHub would not give."""
        message = f"{self.api_url} does not answer as GitHub does, so we could not {call.doing}."
        return ForgeError(message, remedy="Check GITHUB_API_URL, and that no proxy answers in GitHub's place.")
