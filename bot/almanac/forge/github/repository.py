"""A repository on GitHub, as Almanac's forge, with its branches and the commits that Almanac makes.

A proposal costs a handful of requests.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import github

from almanac.errors import ForgeError, Raced, UserError
from almanac.forge.attachments import Attachments
from almanac.forge.git import Git, Header, with_trailer
from almanac.forge.github.client import GitHubClient, Throttle, Usage, unless_missing
from almanac.forge.github.files import RepositoryCache
from almanac.forge.github.looks import GitHubLooks
from almanac.forge.github.request import (
    DEFAULT_API_URL,
    GRAPHQL,
    RefusedError,
    Request,
    check_repository_name,
    is_address,
    is_token,
    web_address,
)
from almanac.forge.tree import check_paths
from almanac.proposal.state import FileVersion, PutBranch

_READ, _WRITE = "contents: read", "contents: write"
_SUBMODULE = "160000"
_NODE_ID = "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }"
_RACED = "already exists|not a fast.forward|does not exist|expected .* to point"
_UPDATE_REFS = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"


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


class GitHubForge(GitHubLooks):
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
        self._headers, self._ours = {}, dict[str, Header]()
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

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit is one that `put_branch` made straight on a base, as it made it: 1 request at most."""

        def parse(found: Any) -> Header:
            return Header(found["message"], found["tree"]["sha"], tuple(parent["sha"] for parent in found["parents"]))

        read = Request("GET", f"git/commits/{commit}", "read a commit", _READ)
        header = self._headers.get(commit) or self.client.find(read, parse)
        if header is None or not header.is_ours:
            return False
        self._ours[commit] = header
        return True

    # ------------------------------------------------------------ writes

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 3 writes, and 1 for each file that is no text.

        The commit names no author, so that GitHub signs it as ours.
        """
        tree = self._put_tree(write)
        known = self._ours.get(write.expected) if write.fresh and write.expected else None
        if write.expected and known and (known.tree, known.parents) == (tree, write.parents):
            return write.expected
        message = with_trailer(write.message, tree) if write.fresh else write.message
        body = {"message": message, "tree": tree, "parents": list(write.parents)}
        commit = self._put_object("git/commits", "make the commit", body)
        self._set_branch(_BranchChange(write.branch, write.expected, commit, force=write.expected not in write.parents))
        return commit

    def delete_branch(self, branch: str, expected: str) -> None:
        self._set_branch(_BranchChange(branch, expected, None))

    def _set_branch(self, change: "_BranchChange") -> None:
        """Create, move or delete a branch whose head was seen: the one place where a branch of GitHub's is changed.

        One that is as it should be already, or gone, is fine.

        Raises:
            Raced: Its head is not the expected one; it was left as it is.
        """
        try:
            if change.expected is None:  # GitHub refuses to create a branch that is there already
                body = {"ref": change.ref, "sha": change.commit}
                create = Request("POST", "git/refs", change.doing, _WRITE, body)
                self.client.write(create, lambda _: True, lambda: self._is_done(change))
            elif not self._swap(change):
                self._overwrite(change)
        except RefusedError as refused:
            if refused.passing:
                raise
            statuses = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
            raced = refused.matches(*statuses, pattern=_RACED)
            # Whatever GitHub's words are, the head tells whether someone else was quicker.
            if not (raced and change.expected is None) and self._is_done(change):
                return
            if raced:
                raise Raced(change.branch) from None
            raise

    def _is_done(self, change: "_BranchChange") -> bool | None:
        """Tell whether a branch is as it should be; None if it is as it was seen before."""
        head = self._head(change.branch)
        if head not in (change.expected, change.commit):
            raise Raced(change.branch)
        return head == change.commit or None

    def _swap(self, change: "_BranchChange") -> bool:
        """Let GitHub compare the branch's head and change it, in one step; False where GraphQL does not serve us."""
        if not self.has_graphql:
            return False
        update = {"name": change.ref, "beforeOid": change.expected, "afterOid": change.after, "force": change.force}
        try:
            variables = {"input": {"repositoryId": self._node(), "refUpdates": [update]}}
            body = {"query": _UPDATE_REFS, "variables": variables}
            request = Request("POST", GRAPHQL, change.doing, _WRITE, body)
            self.client.write(request, lambda _: True, lambda: self._is_done(change))
        except RefusedError as refused:
            # Where it is the token that may not, the REST API says so in better words.
            if refused.passing or not refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                raise
            self.has_graphql = False
            return False
        return True

    def _node(self) -> str:
        """Return what GraphQL calls the repository: 1 request, once, unless a pull request has told it."""
        if self.node_id is None:
            owner, _, name = self.client.name.partition("/")
            body = {"query": _NODE_ID, "variables": {"owner": owner, "name": name}}
            request = Request("POST", GRAPHQL, "find the repository", "metadata: read", body)
            self.node_id = self.client.read(request, lambda found: str(found["data"]["repository"]["id"]))
        return self.node_id

    def _overwrite(self, change: "_BranchChange") -> None:
        """Move or delete a branch through the REST API, which compares ancestry at most, and nothing when forced.

        So the head is looked at directly before; and afterwards, where GitHub lists what happened to the branch, what
        came in between all the same is brought back.
        """
        path, doing = f"git/{quote(change.ref)}", change.doing
        request = Request("DELETE", path, doing, _WRITE)
        if change.commit:
            request = Request("PATCH", path, doing, _WRITE, {"sha": change.commit, "force": change.force})
        self.client.write(request, lambda _: True, lambda: self._is_done(change), look_first=True)
        listing = Request("GET", "activity", "read what happened to a branch", _READ, query={"ref": change.ref})
        try:
            activity = self.client.page(listing, lambda one: (str(one["after"]), str(one["before"])))
        except ForgeError:  # not every server lists it
            return
        overwritten = next((before for after, before in activity if after == change.after), change.expected)
        if overwritten == change.expected or self._head(change.branch) != change.commit:
            return
        back = Request("POST", "git/refs", doing, _WRITE, {"ref": change.ref, "sha": overwritten})
        if change.commit:
            back = Request("PATCH", path, doing, _WRITE, {"sha": overwritten, "force": True})
        self.client.write(back)
        raise Raced(change.branch)

    def _put_tree(self, write: PutBranch) -> str:
        files, changes = self._at(write.base), list[dict[str, str | None]]()
        check_paths(write, files.entry)
        for path, kept in write.kept.items():
            if kept:
                kind = "commit" if kept.mode == _SUBMODULE else "blob"
                changes.append({"path": path, "mode": kept.mode, "type": kind, "sha": kept.id})
            elif files.entry(write.base, path):
                changes.append({"path": path, "mode": "100644", "type": "blob", "sha": None})
        for path, content in write.files.items():
            there = files.entry(write.base, path)
            change = {"path": path, "mode": there.mode if there and there.is_file else "100644", "type": "blob"}
            if isinstance(content, bytes):
                blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
                changes.append({**change, "sha": self._put_object("git/blobs", f"write {path}", blob)})
            elif content is not None:
                changes.append({**change, "content": content})
            elif there:
                changes.append({**change, "sha": None})
        base = files.root(write.base)
        if not changes:
            return base
        return self._put_object("git/trees", "write the files", {"base_tree": base, "tree": changes})

    def _put_object(self, path: str, doing: str, body: dict[str, Any]) -> str:
        # One that is made twice, because the first answer was lost, does no harm: nothing points at it.
        return self.client.write(Request("POST", path, doing, _WRITE, body), lambda made: str(made["sha"]))


@dataclass(frozen=True)
class _BranchChange:
    """A branch, the head that was seen (None: there was none), and its new head (None: it is deleted).

    With `force` the new head need not descend from the old one.
    """

    branch: str
    expected: str | None
    commit: str | None
    force: bool = False

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def doing(self) -> str:
        return f"{'write' if self.commit else 'delete'} the branch {self.branch}"

    @property
    def after(self) -> str:
        """The new head as git writes it in a log."""
        return self.commit or "0" * len(self.expected or "")


def _file_version(found: Any) -> FileVersion:
    parents = [str(parent["sha"]) for parent in found["parents"]]
    since = datetime.fromisoformat(found["commit"]["committer"]["date"])
    return FileVersion(str(found["sha"]), since, next(iter(parents), None))
