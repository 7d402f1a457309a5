"""Asks GitHub about a repository for `almanac doctor`: every answer is taken as it is, an error included."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import github
import requests

from almanac.errors import ForgeError

_SECONDS = 20
_BROKEN: dict[type[Exception], str] = {
    requests.Timeout: "did not answer in time",
    requests.exceptions.SSLError: "could not prove who it is (its certificate is not trusted here)",
    requests.exceptions.ProxyError: "could not be reached through the proxy",
}


@dataclass(frozen=True)
class Reply:
    """What GitHub answered.

    Attributes:
        status: HTTP's.
        data: The body as JSON gives it; None where it is none.
        headers: Their names in small letters.
    """

    status: int
    data: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether GitHub gave what was asked."""
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


class Probe:
    """One repository. Nothing is written, and nothing is sent twice."""

    def __init__(self, repository: str, token: str, api_url: str) -> None:
        """Take `OWNER/NAME`, the token (none is fine for a public repository) and the address of the API."""
        self._api_url = api_url.rstrip("/")
        self._repository = repository
        self._client = github.Github(
            auth=github.Auth.Token(token) if token else None,
            base_url=self._api_url,
            timeout=_SECONDS,
            user_agent="almanac",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def ask(self, path: str = "") -> Reply:
        """Read something of the repository: `labels/event`, or the repository itself.

        Raises:
            ForgeError: GitHub was not reached, or answered something that is no HTTP.
        """
        url = f"/repos/{self._repository}" + (f"/{path}" if path else "")
        try:
            status, headers, body = self._client.requester.requestJson("GET", url)
        except (requests.RequestException, github.GithubException, OSError, RuntimeError) as error:
            # Its own words may hold addresses with names and passwords of a proxy.
            why = next((words for kind, words in _BROKEN.items() if isinstance(error, kind)), "could not be reached")
            remedy = "Check the connection, the proxy and GITHUB_API_URL, then try again."
            raise ForgeError(f"{self._api_url} {why}.", remedy=remedy, passing=True) from None
        try:
            data = json.loads(body) if body else None
        except ValueError:
            data = None
        return Reply(status, data, {name.lower(): str(value) for name, value in headers.items()})

    def file(self, path: str, branch: str) -> Reply:
        """Read a file on a branch."""
        return self.ask(f"contents/{quote(path)}?ref={quote(branch, safe='')}")


def clock_skew(reply: Reply) -> float | None:
    """Return by how many seconds this machine's clock is ahead of GitHub's; None where GitHub does not say."""
    try:
        there = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    return (datetime.fromtimestamp(time.time(), UTC) - there).total_seconds()
