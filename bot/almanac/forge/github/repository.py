"""A repository on GitHub, as Almanac's forge, with its branches and the commits that Almanac makes.

A proposal costs a handful of requests.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import github

from almanac.errors import ForgeError, UserError
from almanac.forge.attachments import Attachments
from almanac.forge.git import Git
from almanac.forge.github.client import GitHubClient, Throttle, Usage, unless_missing
from almanac.forge.github.documents import Documents
from almanac.forge.github.files import RepositoryCache
from almanac.forge.github.proposals import GitHubProposals
from almanac.forge.github.request import (
    DEFAULT_API_URL,
    Request,
    check_repository_name,
    is_address,
    is_token,
    web_address,
)
from almanac.forge.rounds import Rounds
from almanac.proposal.state import FileVersion

_READ, _WRITE = "contents: read", "contents: write"


def connect(  # noqa: PLR0913 - each says something else about the same connection
    token: str,
    repository: str,
    *,
    api_url: str = DEFAULT_API_URL,
    default_branch: str | None = None,
    checkout: Path | None = None,
    pause: float | None = None,
    patience: float = 90,
    cache: RepositoryCache | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> "GitHubForge":
    """Return one repository on GitHub. Nothing is sent yet.

    Args:
        token: Any token that GitHub accepts: a workflow's, an App installation's, a person's.
        repository: `OWNER/NAME`.
        api_url: Where the REST API is; `https://HOST/api/v3` for GitHub Enterprise Server.
        default_branch: Its name, where it is known already; that saves a request.
        checkout: A clone on this disk; files of the commits that it holds are read there and cost no request.
        pause: Seconds between writes; None lets a run's first ten go at once and the later ones a second apart.
        patience: The most seconds to wait, in one call, for a rate limit or for GitHub's problems to pass.
        cache: Keeps files for later runs.
        now: Gives the time, with its zone.
    """
    check_repository_name(repository)
    if not is_address(api_url):
        raise UserError(f"GITHUB_API_URL has to be an address such as {DEFAULT_API_URL}.")
    if not is_token(token):
        raise UserError("There is no usable token for GitHub. Put one into the environment as GITHUB_TOKEN.")
    auth, throttle = github.Auth.Token(token), Throttle(pause, patience)
    client = GitHubClient(repository, api_url, auth, secret=token, throttle=throttle)
    return GitHubForge(client, Attachments(web_address(api_url), token), default_branch, checkout, cache, now)


class GitHubForge(GitHubProposals):
    """A repository on GitHub, as the protocol `Forge`. For one thread at a time; made by `connect`."""

    has_accounts = True

    def __init__(  # noqa: PLR0913, PLR0917 -- what `connect` was given
        self,
        client: GitHubClient,
        attachments: Attachments,
        default_branch: str | None,
        checkout: Path | None,
        cache: RepositoryCache | None,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(client, checkout, cache)
        self.attachments, self.default_branch = attachments, default_branch
        self.now = now
        self._labels, self._writers = {}, {}
        self._headers, self._ours = {}, {}
        self._documents = Documents(client)
        self._rounds = Rounds(self._documents.send)
        self._ids, self._seen, self._waiting, self._leftovers = {}, {}, [], {}
        self._unproposed, self._past = {}, {}
        self.client.before = self.flush
        self._histories: dict[str, dict[str, bool]] = {}  # by commit, which others are known to be below it, or not

    def __repr__(self) -> str:
        return f"GitHubForge({self.name!r})"

    @property
    def name(self) -> str:
        return self.client.name

    @property
    def usage(self) -> Usage:
        return self.client.usage

    def close(self) -> None:
        self._likely.save()
        self.client.close()

    # ------------------------------------------------------------ reads

    def versions(self, commit: str, path: str) -> Iterator[FileVersion]:
        """Give the commits that changed a file: 1 request for the newest hundred, and 1 for each that is taken.

        A checkout that holds the whole history costs none; a workflow's usual one holds a single commit.
        """
        files = self._at(commit)
        with suppress(ForgeError):  # the history is not there after all
            if isinstance(files, Git) and not files.is_shallow():
                yield from list(files.versions(commit, path))
                return
        request = Request("GET", "commits", "list a file's versions", _READ, query={"sha": commit, "path": path})
        for version in unless_missing(lambda: self.client.page(request, _file_version)) or []:
            yield replace(version, since=max(version.since, self._merged_at(version.commit) or version.since))

    def _merged_at(self, commit: str) -> datetime | None:
        """Find out when the pull request that a commit came with was merged: the commit itself may be much older."""

        def parse(found: Any) -> list[datetime]:
            merged = [pull["merged_at"] for pull in found if pull["base"]["ref"] == self.default_branch]
            return [datetime.fromisoformat(moment) for moment in merged if moment]

        request = Request("GET", f"commits/{commit}/pulls", "find a commit's pull request", "pull-requests: read")
        return min(self.client.find(request, parse) or [], default=None)

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common: 1 request."""
        # A second page holds no files, which are of no use here.
        path, query = f"compare/{first}...{second}", {"per_page": 1, "page": 2}
        request = Request("GET", path, "compare two commits", _READ, query=query)
        return self.client.find(request, lambda found: str(found["merge_base_commit"]["sha"]))

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether a commit is in another's history: 1 request for the last hundred commits, 1 for each older one.

        A checkout with the whole history costs none.
        """
        files = self._at(newer)
        with suppress(ForgeError):  # the history is not there after all
            if isinstance(files, Git) and not files.is_shallow():
                return files.is_ancestor(older, newer)
        if newer not in self._histories:
            request = Request("GET", "commits", "list the newest commits", _READ, query={"sha": newer})
            listed = unless_missing(lambda: self.client.page(request, lambda one: str(one["sha"])))
            self._histories[newer] = dict.fromkeys(listed or (), True)
        known = self._histories[newer]
        if older not in known:
            known[older] = self.merge_base(older, newer) == older
        return known[older]


def _file_version(found: Any) -> FileVersion:
    parents = [str(parent["sha"]) for parent in found["parents"]]
    since = datetime.fromisoformat(found["commit"]["committer"]["date"])
    return FileVersion(str(found["sha"]), since, next(iter(parents), None))
