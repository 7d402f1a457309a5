"""A repository on GitHub, as Almanac's forge, with its branches and the commits that Almanac makes.

A proposal costs a handful of requests.
"""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import github

from almanac.errors import ForgeError, Raced, UserError
from almanac.forge.git import Header, with_trailer
from almanac.forge.github.client import PER_PAGE, GitHubClient, Throttle, Usage
from almanac.forge.github.files import GitHubFiles, RepositoryCache
from almanac.forge.github.issues import GitHubIssues
from almanac.forge.github.request import (
    DEFAULT_API_URL,
    RefusedError,
    Request,
    check_repository_name,
    is_address,
    is_token,
)
from almanac.proposal.ours import cannot_be_ours
from almanac.proposal.state import Base, Look, Overview, Proposal, Pull, PutBranch, branch_name, issue_of

_READ, _WRITE = "contents: read", "contents: write"
_OURS = "almanac/"
_SUBMODULE = "160000"


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
    """
    check_repository_name(repository)
    if not is_address(api_url):
        raise UserError(f"GITHUB_API_URL has to be an address such as {DEFAULT_API_URL}.")
    if not is_token(token):
        raise UserError("There is no usable token for GitHub. Put one into the environment as GITHUB_TOKEN.")
    auth, throttle = github.Auth.Token(token), Throttle(pause, patience)
    client = GitHubClient(repository, api_url, auth, secret=token, throttle=throttle)
    return GitHubForge(client, default_branch, checkout, cache)


class GitHubForge(GitHubFiles, GitHubIssues):
    """A repository on GitHub, as the protocol `Forge`. For one thread at a time; made by `connect`."""

    has_accounts = True

    def __init__(
        self, client: GitHubClient, default_branch: str | None, checkout: Path | None, cache: RepositoryCache | None
    ) -> None:
        super().__init__(client, checkout, cache)
        self.default_branch = default_branch
        self._ours: dict[str, Header] = {}

    def __repr__(self) -> str:
        return f"GitHubForge({self.name!r})"

    @property
    def name(self) -> str:
        return self.client.name

    @property
    def usage(self) -> Usage:
        return self.client.usage

    def close(self) -> None:
        self.client.close()

    # ------------------------------------------------------------ reads

    def look(self, number: int, *, hasty: bool = False) -> Look:
        """Read an issue and what belongs to it: 3 requests, and 1 more for comments where the issue has any.

        The default branch costs another one, unless it is known, a pull request names it, or it is the only one.
        With `hasty`, an issue that cannot be ours costs 1 request in all.
        """
        branch, issue = branch_name(number), self.issue(number)
        if hasty and issue and cannot_be_ours(issue):
            return Look(issue, Base("", ""), Proposal())
        heads, complete = self._first_heads()
        # The answer to the narrow question is much smaller, and enough where this is the only proposal.
        if complete and not any(issue_of(name) for name in heads if name != branch):
            pull, opened = self.newest_pull(branch), dict[str, Pull]()
        else:
            pull, opened = self._recent_pulls(branch, number)
        base = self.base(heads)
        head = heads.get(branch) if branch in heads or complete else self._head(branch)
        ours = self._our_comments(number) if issue and issue.comments != 0 else []
        spare = tuple(comment.id for comment in ours[1:])
        known = ((issue_of(name), other) for name, other in opened.items())
        others = {other: pull for other, pull in known if other is not None and other != number}
        return Look(issue, base, Proposal(head, pull, ours[0] if ours else None, spare), others)

    def overview(self) -> Overview:
        """Read the base, every open pull request and the heads of Almanac's branches: 3 requests.

        Each further hundred of pull requests costs another one.
        """
        pulls = self._open_pulls()
        request = Request("GET", f"git/matching-refs/heads/{_OURS}", "list Almanac's branches", _READ)
        heads = self.client.read(
            request, lambda found: {one["ref"].removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in found}
        )
        return Overview(self.base(), pulls, heads)

    def base(self, heads: Mapping[str, str] = MappingProxyType({})) -> Base:
        """Find the base among heads that were just read; else 1 request, or 2 where its name is not known yet."""
        if self.default_branch is None:
            request = Request("GET", "", "read the repository", "metadata: read")
            self.default_branch = self.client.read(request, lambda found: str(found["default_branch"]))
        head = heads.get(self.default_branch) or self._head(self.default_branch)
        if head is None:
            raise ForgeError(
                f"{self.client.name} has no branch {self.default_branch}.",
                remedy="Make a first commit, so that there is a branch to propose changes to.",
            )
        return Base(self.default_branch, head)

    def _head(self, branch: str) -> str | None:
        """Read the head of a branch; None where there is no such branch."""
        request = Request("GET", f"git/ref/heads/{quote(branch)}", f"read the branch {branch}", _READ)
        return self.client.find(request, lambda found: str(found["object"]["sha"]))

    def _first_heads(self) -> tuple[dict[str, str], bool]:
        """Read the heads of up to a hundred branches, and whether these are all, in 1 request.

        If only one of all the branches is not Almanac's own, it has to be the default branch.
        """
        request = Request("GET", "branches", "list the branches", _READ)
        heads = dict(self.client.page(request, lambda one: (str(one["name"]), str(one["commit"]["sha"]))))
        complete = len(heads) < PER_PAGE
        others = [name for name in heads if not name.startswith(_OURS)]
        if complete and len(others) == 1:
            self.default_branch = self.default_branch or others[0]
        return heads, complete

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common: 1 request."""
        # A second page holds no files, which are of no use here.
        path, query = f"compare/{first}...{second}", {"per_page": 1, "page": 2}
        request = Request("GET", path, "compare two commits", _READ, query=query)
        return self.client.find(request, lambda found: str(found["merge_base_commit"]["sha"]))

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit is one that `put_branch` made straight on a base, as it made it: 1 request."""

        def parse(found: Any) -> Header:
            return Header(found["message"], found["tree"]["sha"], tuple(parent["sha"] for parent in found["parents"]))

        header = self.client.find(Request("GET", f"git/commits/{commit}", "read a commit", _READ), parse)
        if header is None or not header.is_ours:
            return False
        self._ours[commit] = header
        return True

    # ------------------------------------------------------------ writes

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 3 writes, and 1 read before a branch is moved.

        The commit names no author, so that GitHub signs it as ours.
        """
        tree = self._put_tree(write)
        known = self._ours.get(write.expected) if write.fresh and write.expected else None
        if write.expected and known and (known.tree, known.parents) == (tree, write.parents):
            return write.expected
        message = with_trailer(write.message, tree) if write.fresh else write.message
        body = {"message": message, "tree": tree, "parents": list(write.parents)}
        commit = self._put_object("git/commits", "make the commit", body)
        self._set_branch(write.branch, write.expected, commit, force=write.expected not in write.parents)
        return commit

    def delete_branch(self, branch: str, expected: str) -> None:
        self._set_branch(branch, expected, None)

    def _set_branch(self, branch: str, expected: str | None, commit: str | None, *, force: bool = False) -> None:
        """Create, move or delete a branch whose head was seen: the one place where a branch of GitHub's is changed.

        `expected` is the head that was seen, None where there was no such branch; without a `commit` it is deleted, and
        one that is gone already is fine. With `force` the new head need not descend from the old one.

        Raises:
            Raced: Its head is not the expected one.
        """
        name, doing = quote(branch), f"{'write' if commit else 'delete'} the branch {branch}"
        if expected is None:
            body = {"ref": f"refs/heads/{branch}", "sha": commit}
            request = Request("POST", "git/refs", doing, _WRITE, body)
        elif commit:
            request = Request("PATCH", f"git/refs/heads/{name}", doing, _WRITE, {"sha": commit, "force": force})
        else:
            request = Request("DELETE", f"git/refs/heads/{name}", doing, _WRITE)

        def is_done() -> bool | None:
            head = self._head(branch)
            if head not in (expected, commit):
                raise Raced(branch)
            return head == commit or None

        # GitHub compares ancestry only, and nothing when forced, so we compare with what we saw. It refuses to create
        # a branch that is there already.
        if expected and is_done():
            return
        try:
            self.client.write(request, lambda _: True, is_done)
        except RefusedError as refused:
            if commit is None and self._head(branch) is None:
                return
            conflict = "already exists|not a fast.forward|does not exist"
            if commit and refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern=conflict):
                raise Raced(branch) from None
            raise

    def _put_tree(self, write: PutBranch) -> str:
        files, changes = self._at(write.base), list[dict[str, str | None]]()
        for path, kept in write.kept.items():
            if kept:
                kind = "commit" if kept.mode == _SUBMODULE else "blob"
                changes.append({"path": path, "mode": kept.mode, "type": kind, "sha": kept.id})
            elif files.entry(write.base, path):
                changes.append({"path": path, "mode": "100644", "type": "blob", "sha": None})
        for path, text in write.files.items():
            there = files.entry(write.base, path)
            change = {"path": path, "mode": there.mode if there and there.is_file else "100644", "type": "blob"}
            if text is not None:
                changes.append({**change, "content": text})
            elif there:
                changes.append({**change, "sha": None})
        base = files.root(write.base)
        if not changes:
            return base
        return self._put_object("git/trees", "write the files", {"base_tree": base, "tree": changes})

    def _put_object(self, path: str, doing: str, body: dict[str, Any]) -> str:
        # One that is made twice, because the first answer was lost, does no harm: nothing points at it.
        return self.client.write(Request("POST", path, doing, _WRITE, body), lambda made: str(made["sha"]))
