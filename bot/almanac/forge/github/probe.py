"""Reads about a repository on GitHub for `almanac doctor`, which takes every answer as it is, an error included."""

import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import github

from almanac.forge.github.client import GitHubClient
from almanac.forge.github.request import RefusedError, Request


@dataclass(frozen=True)
class Reply:
    """What GitHub answered.

    Attributes:
        status: HTTP's.
        data: The body as JSON; None where it is not JSON, or the answer is an error.
        headers: Their names in lower case.
    """

    status: int
    data: Any
    headers: Mapping[str, str]

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


class Probe:
    """Asks about one repository. Nothing is written, and nothing is sent twice."""

    def __init__(self, repository: str, token: str, api_url: str) -> None:
        """Take `OWNER/NAME`, the token (empty is fine for a public repository) and the address of the API."""
        self._client = GitHubClient(repository, api_url, github.Auth.Token(token) if token else None, secret=token)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def ask(self, path: str = "") -> Reply:
        """Read something of the repository: `labels/event`, or the repository itself.

        Raises:
            ForgeError: GitHub was not reached, or something else answered in its place.
        """
        try:
            headers, data = self._client.send(Request("GET", path, "check the repository", "metadata: read"))
        except RefusedError as refused:
            return Reply(refused.answer.status, None, refused.answer.headers)
        return Reply(HTTPStatus.OK, data, headers)

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
