"""A GitHub App as GitHub knows it: who it is, where it is installed, its tokens, and the deliveries that went wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import github
import requests
from github import GithubException

from almanac.errors import ForgeError
from almanac.forge.github.client import Answer, Call, RefusedError, explain, redact, words

PERMISSIONS = {"contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"}
"""All that a token of ours may do: never workflows."""
RENEWED_BEFORE = 600.0
"""A token is renewed when it has so many seconds left: it has to outlast the job that it is for."""
_PER_PAGE = 100
_TIMEOUT = 20


@dataclass(frozen=True)
class AppRepository:
    """A repository that an installation reaches: GitHub's number for it, `OWNER/NAME`, the default branch."""

    id: int
    name: str
    branch: str | None


@dataclass(frozen=True)
class AppInstallation:
    """An account's installation of the App."""

    id: int
    account: str
    suspended: bool


@dataclass(frozen=True)
class DeliveryAttempt:
    """One try of GitHub's to deliver something: its number, the delivery's GUID, when, and whether it arrived."""

    id: int
    guid: str
    at: datetime
    arrived: bool


@dataclass(frozen=True)
class _Token:
    text: str
    expires: float


class GitHubApp:
    """Speaks as the App itself. For several threads; each has a client of its own, since PyGithub's is for one."""

    def __init__(self, app_id: int, private_key: str, api_url: str, *, clock: Callable[[], float] = time.time) -> None:
        """Take the App's number, its key (PEM) and where the REST API is. Nothing is sent yet."""
        self._id, self._key, self._api_url, self._clock = app_id, private_key, api_url, clock
        self._clients = threading.local()
        self._tokens: dict[tuple[int, int | None], _Token] = {}
        self._lock = threading.Lock()
        self._renewing: dict[tuple[int, int | None], threading.Lock] = {}
        self._slug: str | None = None

    def __repr__(self) -> str:
        """Name the App, and nothing that is secret."""
        return f"GitHubApp({self._id})"

    # ------------------------------------------------------------ who it is

    def slug(self) -> str:
        """Return what GitHub calls the App in addresses, and, with `[bot]` behind it, when it acts; 1 request, once."""
        if self._slug is None:
            self._slug = str(self._ask("GET", "/app", Call("read the App", "the App's key"))["slug"])
        return self._slug

    # ------------------------------------------------------------ tokens

    def token(self, installation: int, repository: int | None = None) -> str:
        """Return a token for one repository of an installation (or for all of them): 1 request an hour.

        Raises:
            ForgeError: There is none to be had: the installation was suspended or removed, or does not reach the
                repository.
        """
        key = (installation, repository)
        with self._lock:
            renewing = self._renewing.setdefault(key, threading.Lock())
        with renewing:
            token = self._tokens.get(key)
            if token is None or token.expires - self._clock() < RENEWED_BEFORE:
                token = self._tokens[key] = self._new_token(installation, repository)
            return token.text

    def forget_token(self, installation: int, repository: int | None = None) -> None:
        """Ask for a new token the next time: GitHub does not take the old one any more."""
        self._tokens.pop((installation, repository), None)

    def _new_token(self, installation: int, repository: int | None) -> _Token:
        body: dict[str, Any] = {"permissions": PERMISSIONS}
        if repository is not None:
            body["repository_ids"] = [repository]
        call = Call("get a token for the installation", "the App has to be installed on this repository")
        found = self._ask("POST", f"/app/installations/{installation}/access_tokens", call, body)
        self._drop_old()
        return _Token(str(found["token"]), datetime.fromisoformat(found["expires_at"]).timestamp())

    def _drop_old(self) -> None:
        now = self._clock()
        for key in [key for key, token in list(self._tokens.items()) if token.expires < now]:
            self._tokens.pop(key, None)

    # ------------------------------------------------------------ where it is installed

    def installations(self) -> Iterator[AppInstallation]:
        """List the installations: 1 request for each hundred."""
        call = Call("list the App's installations", "the App's key")
        for found in self._pages("/app/installations", call):
            yield AppInstallation(
                found["id"], (found.get("account") or {}).get("login", ""), bool(found.get("suspended_at"))
            )

    def installation_of(self, name: str) -> int | None:
        """Find the installation that reaches a repository; None where there is none."""
        try:
            found = self._ask(
                "GET", f"/repos/{quote(name)}/installation", Call("find the installation", "the App's key")
            )
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise
        return int(found["id"])

    def repositories(self, installation: int) -> list[AppRepository] | None:
        """List the repositories that an installation reaches; None where GitHub does not tell."""
        token = self.token(installation)
        call = Call("list the installation's repositories", "metadata: read")
        try:
            return [
                _repository(found) for found in self._pages("/installation/repositories", call, token, "repositories")
            ]
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise

    def repository(self, installation: int, repository: int) -> AppRepository | None:
        """Read how a repository is called now; None where the installation does not reach it any more."""
        try:
            token = self.token(installation, repository)
            call = Call("read the repository", "metadata: read")
            return _repository(self._ask("GET", f"/repositories/{repository}", call, token=token))
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
                return None
            raise

    # ------------------------------------------------------------ deliveries

    def delivery_attempts(self) -> Iterator[DeliveryAttempt]:
        """List what GitHub tried to deliver, newest first, as far as the caller goes; nothing where it is not told."""
        call, cursor = Call("list the App's deliveries", "the App's key"), ""
        while True:
            try:
                headers, found = self._send("GET", f"/app/hook/deliveries?per_page={_PER_PAGE}{cursor}", call)
            except RefusedError as refused:
                if refused.matches(HTTPStatus.NOT_FOUND):
                    return
                raise
            for one in found:
                at = datetime.fromisoformat(one["delivered_at"])
                yield DeliveryAttempt(
                    one["id"], one["guid"], at, HTTPStatus.OK <= one["status_code"] < HTTPStatus.BAD_REQUEST
                )
            following = _cursor(headers.get("link", ""))
            if not following:
                return
            cursor = f"&cursor={quote(following)}"

    def redeliver(self, sent: int) -> None:
        """Ask GitHub to deliver something once more."""
        self._ask("POST", f"/app/hook/deliveries/{sent}/attempts", Call("ask for a redelivery", "the App's key"))

    # ------------------------------------------------------------ requests

    def _pages(self, path: str, call: Call, token: str | None = None, inside: str | None = None) -> Iterator[Any]:
        number = 1
        while True:
            found = self._ask("GET", f"{path}?per_page={_PER_PAGE}&page={number}", call, token=token)
            listed = found.get(inside) if inside and isinstance(found, dict) else found
            if not isinstance(listed, list):
                raise ForgeError(f"{self._api_url} does not answer as GitHub does, so we could not {call.doing}.")
            yield from listed
            if len(listed) < _PER_PAGE:
                return
            number += 1

    def _ask(
        self, verb: str, path: str, call: Call, body: dict[str, Any] | None = None, token: str | None = None
    ) -> Any:
        return self._send(verb, path, call, body, token)[1]

    def _send(
        self, verb: str, path: str, call: Call, body: dict[str, Any] | None = None, token: str | None = None
    ) -> tuple[dict[str, Any], Any]:
        client = self._client(github.Auth.Token(token)) if token else self._own_client()
        try:
            return client.requester.requestJsonAndCheck(verb, path, input=body)
        except GithubException as error:
            said = redact(words(error.data), token or "")
            answer = Answer(error.status, said, error.headers or {})
            raise explain(answer, call, f"App {self._id}", self._clock()) from None
        except (requests.RequestException, json.JSONDecodeError):
            message = f"{self._api_url} could not be reached, so we could not {call.doing}."
            raise ForgeError(message, remedy="Check the connection and GITHUB_API_URL.", passing=True) from None
        finally:
            if token:
                client.close()

    def _own_client(self) -> github.Github:
        client: github.Github | None = getattr(self._clients, "client", None)
        if client is None:
            client = self._clients.client = self._client(github.Auth.AppAuth(self._id, self._key))
        return client

    def _client(self, auth: github.Auth.Auth) -> github.Github:
        return github.Github(
            auth=auth,
            base_url=self._api_url,
            timeout=_TIMEOUT,
            user_agent="almanac",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )


def _repository(found: Any) -> AppRepository:
    return AppRepository(found["id"], found["full_name"], found.get("default_branch"))


def _cursor(link: str) -> str | None:
    """Find in a Link header where the next page begins."""
    for part in link.split(","):
        address, _, rest = part.partition(";")
        if 'rel="next"' in rest:
            found = parse_qs(urlsplit(address.strip().strip("<>")).query).get("cursor")
            return found[0] if found else None
    return None


@dataclass(frozen=True)
class RegisteredApp:
    """An App that GitHub has just made: its number, its name in addresses, where its page is, and its secrets."""

    id: int
    slug: str
    page: str
    private_key: str
    webhook_secret: str


def convert_manifest(code: str, api_url: str) -> RegisteredApp:
    """Turn the code that GitHub gives at the end of the manifest flow into the App; it works once, within an hour.

    Raises:
        ForgeError: GitHub does not take the code, or does not answer as GitHub does.
    """
    call = Call("fetch the new App's credentials", "a code that is not older than an hour")
    anonymous = github.Github(base_url=api_url, timeout=_TIMEOUT, user_agent="almanac", retry=None)
    try:
        path = f"/app-manifests/{quote(code, safe='')}/conversions"
        found = anonymous.requester.requestJsonAndCheck("POST", path)[1]
        return RegisteredApp(
            int(found["id"]),
            str(found["slug"]),
            str(found["html_url"]),
            str(found["pem"]),
            str(found["webhook_secret"] or ""),
        )
    except GithubException as error:
        answer = Answer(error.status, redact(words(error.data), code), error.headers or {})
        raise explain(answer, call, "the new App", time.time()) from None
    except (requests.RequestException, json.JSONDecodeError):
        message = f"{api_url} could not be reached, so we could not {call.doing}."
        raise ForgeError(message, remedy="Check the connection and GITHUB_API_URL.", passing=True) from None
    except (TypeError, KeyError, ValueError):
        raise ForgeError(f"{api_url} does not answer as GitHub does, so we could not {call.doing}.") from None
    finally:
        anonymous.close()
