"""The one way to GitHub's APIs: PyGithub, set up once; requests are paced and repeated, lists are read by pages."""

import base64
import binascii
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import github
import requests
from requests.utils import parse_header_links

from almanac.errors import ForgeError, Raced
from almanac.forge.github.request import (
    GRAPHQL,
    ErrorAnswer,
    RefusedError,
    Request,
    error_text,
    explain,
    graphql_error,
    redact,
    web_address,
)

PER_PAGE = 100
TRIES = 4
BURST = 10
"""How many writes may go out at once."""
_UNREACHABLE = {
    requests.Timeout: "did not answer in time",
    requests.exceptions.SSLError: "could not prove its identity (its certificate is not trusted here)",
    requests.exceptions.ProxyError: "could not be reached through the proxy",
}
T = TypeVar("T")


class Throttle:
    """Keeps us polite and patient: `patience` is the most seconds to wait, in one call, for GitHub to recover."""

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
        self._count, self._last = 0, -math.inf

    def wait(self) -> None:
        """Wait until the next write may go out."""
        self._count += 1
        pause = float(self._count > BURST) if self._pause is None else self._pause
        left = self._last + pause - self._clock()
        if left > 0:
            self.sleep(left)
        self._last = self._clock()


class Usage(NamedTuple):
    """What a client has cost: requests sent, and how many more GitHub accepts this hour, if it said so."""

    requests: int
    remaining: int | None


class GitHubClient:
    """Sends requests, each at most a few times, and turns what goes wrong into `ForgeError`.

    For one thread at a time, as PyGithub is. Answers are plain JSON, which a `parse` function turns into what the
    caller needs: PyGithub's own objects send further requests when something is missing in them. Methods that send
    raise `RefusedError` where GitHub answered with an error, and another `ForgeError` where it was not reached, or
    something that is not GitHub answered in its place. `name` is `OWNER/NAME`, or what messages call the App.
    """

    def __init__(
        self,
        name: str,
        api_url: str,
        auth: github.Auth.Auth | None,
        *,
        secret: str = "",
        throttle: Throttle | None = None,
    ) -> None:
        """Take who we are, and what of it must not appear in messages. Without a throttle nothing is sent twice."""
        self.name, self.api_url, self._secret = name, api_url.rstrip("/"), secret
        self._throttle = throttle or Throttle(pause=0, patience=0)
        self._sent = 0
        self.took = 0.0  # how many seconds passed before the last answer
        self.before: Callable[[], None] = lambda: None  # what comes before anything is sent
        self._github = github.Github(
            auth=auth,
            base_url=self.api_url,
            timeout=30,
            user_agent="almanac",
            # Repeating and pacing is ours: PyGithub would repeat a write blindly, and wait for as long as it is asked.
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )

    def close(self) -> None:
        """Close the connection; it opens again when it is needed."""
        self._github.close()

    @property
    def usage(self) -> Usage:
        remaining = self._github.requester.rate_limiting[0]
        return Usage(self._sent, remaining if remaining >= 0 else None)

    def read(self, request: Request, parse: Callable[[Any], T], *, insist: bool = True) -> T:
        """Send a read; it may be repeated. Unless we `insist`, only a rate limit is waited for."""
        return self._repeat(lambda: self._parsed(request, parse, self.send(request)[1]), insist=insist)

    def find(self, request: Request, parse: Callable[[Any], T]) -> T | None:
        """Send a read; None where GitHub says that there is no such thing (404)."""
        return unless_missing(lambda: self.read(request, parse))

    def pages(self, request: Request, parse: Callable[[Any], T], inside: str | None = None) -> Iterator[T]:
        """Read a list, a hundred elements a request, as far as the caller goes; `inside` is the key that holds it."""
        query = {**request.query, "per_page": PER_PAGE}
        while query:
            headers, data = self._repeat(partial(self.send, replace(request, query=query)))
            found = data.get(inside) if inside and isinstance(data, dict) else data
            if not isinstance(found, list):
                raise self._not_github(request)
            for element in found:
                yield self._parsed(request, parse, element)
            query = _next_query(query, headers.get("link", ""), is_full=len(found) == PER_PAGE)

    def page(self, request: Request, parse: Callable[[Any], T]) -> list[T]:
        """Read the first hundred elements of a list, in one request."""
        return list(islice(self.pages(request, parse), PER_PAGE))

    def write(
        self,
        request: Request,
        parse: Callable[[Any], T] = lambda data: data,
        landed: Callable[[], T | None] = lambda: None,
        *,
        look_first: bool = False,
    ) -> T:
        """Send a write. If the answer was lost, first look whether it took effect, and only then send it again.

        `landed` looks for the effect and returns the result, None where there is none. A write that does no harm when
        it is done twice needs no look. With `look_first`, the look also comes directly before each sending, after the
        pause: for a write that undoes what others did in the meantime.
        """

        def send() -> T:
            self._throttle.wait()
            if look_first and (found := landed()) is not None:
                return found
            return self._parsed(request, parse, self.send(request)[1])

        return self._repeat(send, landed)

    def mutate(self, request: Request, writes: int) -> tuple[Mapping[str, Any], Mapping[str, ErrorAnswer]]:
        """Send so many writes in one GraphQL document, once: what each gave by its name, and what failed.

        Of one that is in neither, nothing is known. Only if a rate limit kept all of them back it is sent again.
        """

        def send() -> tuple[Mapping[str, Any], Mapping[str, ErrorAnswer]]:
            for _ in range(writes):
                self._throttle.wait()
            headers, data = self._exchange(request)
            failed = graphql_error(data, headers, self._secret)
            if failed and not (isinstance(data, dict) and data.get("data")):
                raise explain(failed, request, self.name, time.time())
            given = {name: one for name, one in data["data"].items() if one is not None}
            missing = {f"m{at}" for at in range(writes)} - given.keys()
            return given, self._failures(data.get("errors") or (), headers, missing)

        return self._repeat(lambda: self._parsed(request, lambda _: send(), None), insist=False)

    def _failures(self, errors: Sequence[Any], headers: Mapping[str, str], missing: set[str]) -> dict[str, ErrorAnswer]:
        """Tell what failed in a document of several writes, each by its name; one without a name is of all."""
        found: dict[str, ErrorAnswer] = {}
        for error in errors:
            answer = graphql_error({"errors": [{**error, "path": None}]}, headers, self._secret)
            names = [str(error["path"][0])] if error.get("path") else missing - found.keys()
            if answer:
                found.update(dict.fromkeys(names, answer))
        return found

    def send(self, request: Request) -> tuple[dict[str, str], Any]:
        """Send a request once, and return headers and body."""
        headers, data = self._exchange(request)
        failed = graphql_error(data, headers, self._secret) if request.path == GRAPHQL else None
        if failed:
            raise explain(failed, request, self.name, time.time())
        return headers, data

    def _exchange(self, request: Request) -> tuple[dict[str, str], Any]:
        self.before()
        path = request.path
        url = path if path.startswith("/") else f"/repos/{self.name}/{path}".rstrip("/")
        if path == GRAPHQL:
            url = self._github.requester.graphql_url
        self._sent += 1
        began = time.monotonic()
        # Causes are left out: they carry whole answers, and a server may repeat anything in those.
        try:
            headers, data = self._github.requester.requestJsonAndCheck(
                request.verb,
                url,
                parameters=dict(request.query),
                headers={"Accept": request.accept} if request.accept else None,
                input=request.body,
            )
        except github.GithubException as error:
            answer = ErrorAnswer(error.status, redact(error_text(error.data), self._secret), error.headers or {})
            raise explain(answer, request, self.name, time.time()) from None
        except requests.RequestException as error:
            why = next((text for kind, text in _UNREACHABLE.items() if isinstance(error, kind)), "could not be reached")
            message = f"{self.api_url} {why}, so we could not {request.doing}."
            remedy = "Check the connection, the proxy and GITHUB_API_URL, then try again."
            raise ForgeError(message, remedy=remedy, passing=True) from None
        except json.JSONDecodeError:
            raise self._not_github(request, passing=True) from None
        except RuntimeError as error:
            if "redirected" not in str(error):
                raise  # PyGithub has no error of its own for a redirect to another server
            raise self._not_github(request) from None
        self.took = time.monotonic() - began
        return headers, data

    def _repeat(
        self, send: Callable[[], T], landed: Callable[[], T | None] = lambda: None, *, insist: bool = True
    ) -> T:
        tried, waited = 0, 0.0
        while True:
            tried += 1
            try:
                return send()
            except ForgeError as error:
                pause = _pause(error, tried) if insist or is_rate_limit(error) else math.inf
                waited += pause
                if tried == TRIES or waited > self._throttle.patience:
                    raise
            self._throttle.sleep(pause)
            if (found := landed()) is not None:
                return found

    def _parsed(self, request: Request, parse: Callable[[Any], T], data: Any) -> T:
        try:
            return parse(data)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._not_github(request) from None

    def _not_github(self, request: Request, *, passing: bool = False) -> ForgeError:
        message = f"{self.api_url} does not answer as GitHub does, so we could not {request.doing}."
        remedy = "Check GITHUB_API_URL, and that no proxy answers in GitHub's place."
        return ForgeError(message, remedy=remedy, passing=passing)


class Reply(NamedTuple):
    """What GitHub answered: the body as JSON, None where the answer is an error; headers with lower-case names."""

    status: int
    data: Any
    headers: Mapping[str, str]
    refused: RefusedError | None = None  # the error, with its explanation

    @property
    def ok(self) -> bool:
        """Whether GitHub gave what was asked for."""
        return self.status == HTTPStatus.OK

    def value(self, *path: str) -> Any:
        """Return a value inside the answer, or None where there is none."""
        found = self.data
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def text(self) -> str | None:
        """Return the text of a file that was asked for, or None."""
        try:
            return base64.b64decode(str(self.value("content") or ""), validate=False).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None

    def clock_skew(self) -> float | None:
        """Return by how many seconds this machine's clock is ahead of GitHub's; None where GitHub does not say."""
        try:
            there = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return (datetime.now(UTC) - (there if there.tzinfo else there.replace(tzinfo=UTC))).total_seconds()


class Probe(GitHubClient):
    """Reads about one repository for `almanac doctor`, which takes every answer as it is, an error included."""

    def __init__(self, repository: str, token: str, api_url: str) -> None:
        """Take `OWNER/NAME`, the token (empty is fine for a public repository) and the address of the API."""
        super().__init__(repository, api_url, github.Auth.Token(token) if token else None, secret=token)
        self.web, self.has_token = f"{web_address(api_url)}/{repository}", bool(token)

    def ask(self, path: str = "") -> Reply:
        """Read something of the repository, such as `labels/event`, or the repository itself; nothing is sent twice."""
        try:
            headers, data = self.send(Request("GET", path, "check the repository", "metadata: read"))
        except RefusedError as refused:
            return Reply(refused.answer.status, None, refused.answer.headers, refused)
        return Reply(HTTPStatus.OK, data, headers)  # also for an answer without content

    def file(self, path: str, branch: str) -> Reply:
        """Read a file on a branch."""
        return self.ask(f"contents/{quote(path)}?ref={quote(branch, safe='')}")


def unless_missing(send: Callable[[], T], *statuses: int) -> T | None:
    """Send something; None where GitHub says that there is no such thing (404, or one of the statuses)."""
    try:
        return send()
    except RefusedError as refused:
        if refused.matches(HTTPStatus.NOT_FOUND, *statuses):
            return None
        raise


def is_rate_limit(error: ForgeError) -> bool:
    """Tell whether GitHub accepts no more from us for now."""
    return isinstance(error, RefusedError) and error.wait is not None


def _pause(error: ForgeError, tried: int) -> float:
    """Return how many seconds to wait before the next try; infinity where there should be none."""
    if isinstance(error, Raced):
        return math.inf
    if isinstance(error, RefusedError):
        if error.wait is not None:
            return error.wait * 2.0 ** (tried - 1)
        # A new pull request may be refused while not all of GitHub knows its branch.
        if error.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern="could not resolve to a node"):
            return 0.5 * 2.0**tried
    return 0.5 * 2.0**tried if error.passing else math.inf


def _next_query(query: dict[str, str | int], link: str, *, is_full: bool) -> dict[str, str | int]:
    """Return the query for the page after this one, empty where this was the last."""
    if link:
        address = next((each["url"] for each in parse_header_links(link) if each.get("rel") == "next"), None)
        return {**query, **dict(parse_qsl(urlsplit(address).query))} if address else {}
    # Where GitHub does not say whether another page follows, a full one may not be the last.
    return {**query, "page": int(query.get("page", 1)) + 1} if is_full else {}
