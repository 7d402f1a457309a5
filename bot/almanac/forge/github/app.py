"""The GitHub App: who it is, where it is installed, its tokens, and the webhook deliveries that failed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import github

from almanac.forge.github.client import GitHubClient, unless_missing
from almanac.forge.github.request import RefusedError, Request

PERMISSIONS = {"contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"}
"""All that a token of ours may do: never workflows."""
RENEWED_BEFORE = 600.0
"""A token is renewed when it has fewer seconds left than these: it has to outlast the job that it is for."""
_KEY = "the App's key"


class AppRepository(NamedTuple):
    """A repository that an installation reaches: GitHub's number for it, `OWNER/NAME`, the default branch."""

    id: int
    name: str
    branch: str | None = None


class AppInstallation(NamedTuple):
    """An account's installation of the App."""

    id: int
    account: str
    suspended: bool


class DeliveryAttempt(NamedTuple):
    """One attempt of GitHub's to deliver something: its number, the delivery's GUID, when, and whether it arrived."""

    id: int
    guid: str
    at: datetime
    arrived: bool


class RegisteredApp(NamedTuple):
    """An App that GitHub has just made: its number, its name in addresses, where its page is, and its secrets."""

    id: int
    slug: str
    page: str
    private_key: str
    webhook_secret: str


class GitHubApp:
    """Acts as the App itself. For several threads: each call has a client of its own."""

    def __init__(self, app_id: int, private_key: str, api_url: str, *, clock: Callable[[], float] = time.time) -> None:
        """Take the App's number, its key (PEM) and where the REST API is. Nothing is sent yet."""
        self._id, self._key, self._api_url, self._clock = app_id, private_key, api_url, clock
        self._tokens: dict[tuple[int, int | None], tuple[str, float]] = {}  # and when it expires, since the epoch
        self._renewing: dict[tuple[int, int | None], threading.Lock] = {}
        self._slug: str | None = None

    def __repr__(self) -> str:
        """Name the App, and nothing that is secret."""
        return f"GitHubApp({self._id})"

    def _connect(self, token: str = "") -> closing[GitHubClient]:
        """Connect with an installation's token, or as the App."""
        auth = github.Auth.Token(token) if token else github.Auth.AppAuth(self._id, self._key)
        return closing(GitHubClient(f"App {self._id}", self._api_url, auth, secret=token))

    def slug(self) -> str:
        """Return the App's name in addresses, which with `[bot]` after it is its login: 1 request, once."""
        if self._slug is None:
            with self._connect() as client:
                self._slug = client.read(Request("GET", "/app", "read the App", _KEY), lambda found: str(found["slug"]))
        return self._slug

    # ------------------------------------------------------------ tokens

    def token(self, installation: int, repository: int | None = None) -> str:
        """Return a token for one repository of an installation, or for all of them: 1 request an hour.

        Raises:
            ForgeError: There is none: the installation was suspended or removed, or does not reach the repository.
        """
        key = (installation, repository)
        with self._renewing.setdefault(key, threading.Lock()):
            token, expires = self._tokens.get(key, ("", 0.0))
            if expires - self._clock() < RENEWED_BEFORE:
                token, _ = self._tokens[key] = self._new_token(installation, repository)
            return token

    def forget_token(self, installation: int, repository: int | None = None) -> None:
        """Get a new token the next time: GitHub does not accept the old one any more."""
        self._tokens.pop((installation, repository), None)

    def _new_token(self, installation: int, repository: int | None) -> tuple[str, float]:
        only = {} if repository is None else {"repository_ids": [repository]}
        path, doing = f"/app/installations/{installation}/access_tokens", "get a token for the installation"
        needs = "the App has to be installed on this repository"
        request = Request("POST", path, doing, needs, {"permissions": PERMISSIONS, **only})

        def parse(found: Any) -> tuple[str, float]:
            return str(found["token"]), datetime.fromisoformat(found["expires_at"]).timestamp()

        with self._connect() as client:
            made = client.write(request, parse)
        for key, (_, expires) in list(self._tokens.items()):
            if expires < self._clock():
                self._tokens.pop(key, None)
        return made

    # ------------------------------------------------------------ where it is installed

    def installations(self) -> Iterator[AppInstallation]:
        """List the installations: 1 request for each hundred."""

        def parse(found: Any) -> AppInstallation:
            login = (found.get("account") or {}).get("login", "")
            return AppInstallation(found["id"], login, bool(found.get("suspended_at")))

        with self._connect() as client:
            yield from client.pages(Request("GET", "/app/installations", "list the App's installations", _KEY), parse)

    def installation_of(self, name: str) -> int | None:
        """Find the installation that reaches a repository; None where there is none: 1 request."""
        request = Request("GET", f"/repos/{quote(name)}/installation", "find the installation", _KEY)
        with self._connect() as client:
            return client.find(request, lambda found: int(found["id"]))

    def repositories(self, installation: int) -> list[AppRepository] | None:
        """List the repositories that an installation reaches and may change; None where GitHub does not say."""
        doing = "list the installation's repositories"
        request = Request("GET", "/installation/repositories", doing, "metadata: read")
        with self._connect(self.token(installation)) as client:
            found = unless_missing(lambda: list(client.pages(request, dict, inside="repositories")))
        if found is None:
            return None
        return [_repository(one) for one in found if not (one.get("archived") or one.get("disabled"))]

    def repository(self, installation: int, repository: int) -> AppRepository | None:
        """Read what a repository is called now; None where the installation does not reach it any more."""
        request = Request("GET", f"/repositories/{repository}", "read the repository", "metadata: read")

        def read() -> AppRepository:
            with self._connect(self.token(installation, repository)) as client:
                return client.read(request, _repository)

        return unless_missing(read, HTTPStatus.UNPROCESSABLE_ENTITY)

    # ------------------------------------------------------------ deliveries

    def delivery_attempts(self) -> Iterator[DeliveryAttempt]:
        """List what GitHub tried to deliver, newest first, as far as the caller goes; nothing where it does not say."""

        def parse(found: Any) -> DeliveryAttempt:
            arrived = HTTPStatus.OK <= found["status_code"] < HTTPStatus.BAD_REQUEST
            return DeliveryAttempt(found["id"], found["guid"], datetime.fromisoformat(found["delivered_at"]), arrived)

        request = Request("GET", "/app/hook/deliveries", "list the App's deliveries", _KEY)
        with self._connect() as client:
            try:
                yield from client.pages(request, parse)
            except RefusedError as refused:
                if not refused.matches(HTTPStatus.NOT_FOUND):
                    raise

    def redeliver(self, attempt: int) -> None:
        """Ask GitHub to deliver something once more."""
        path = f"/app/hook/deliveries/{attempt}/attempts"
        with self._connect() as client:
            client.write(Request("POST", path, "ask for a redelivery", _KEY))


def _repository(found: Any) -> AppRepository:
    return AppRepository(found["id"], found["full_name"], found.get("default_branch"))


def convert_manifest(code: str, api_url: str) -> RegisteredApp:
    """Turn the code that GitHub gives at the end of the manifest flow into the App; it works once, within an hour.

    Raises:
        ForgeError: GitHub does not accept the code, or something else answered in its place.
    """

    def parse(found: Any) -> RegisteredApp:
        key, secret = str(found["pem"]), str(found["webhook_secret"] or "")
        return RegisteredApp(int(found["id"]), str(found["slug"]), str(found["html_url"]), key, secret)

    path, needs = f"/app-manifests/{quote(code, safe='')}/conversions", "a code that is less than an hour old"
    with closing(GitHubClient("the new App", api_url, None, secret=code)) as client:
        return client.write(Request("POST", path, "fetch the new App's credentials", needs), parse)
