"""Branches on GitHub: their heads, and moving them only from where they were seen.

GitHub, through PyGithub; the lazy way, so that a proposal costs a handful of requests.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import github
from github.Issue import Issue as GitHubIssue

from almanac.errors import ForgeError, Raced, UserError
from almanac.forge.git import has_trailer, with_trailer
from almanac.forge.github.address import DEFAULT_API_URL, check_repository_name, is_address, is_token
from almanac.forge.github.client import PER_PAGE, Call, Calls, Pace, RefusedError, Usage
from almanac.forge.github.files import Blobs, GitHubFiles
from almanac.forge.github.issues import Comments, GitHubNews, Pulls
from almanac.proposal.ours import cannot_be_ours
from almanac.proposal.state import (
    Base,
    Changes,
    Comment,
    Issue,
    Look,
    Proposal,
    Pull,
    PutBranch,
    Standing,
    branch_name,
    issue_of,
)

_READ, _WRITE = "contents: read", "contents: write"
_OURS = "almanac/"


class Branches:
    """The branches of one repository."""

    def __init__(self, calls: Calls, default: str | None) -> None:
        """Take what sends requests, and the default branch's name where it is known."""
        self._calls, self.default = calls, default

    def base(self) -> Base:
        """Read the default branch's name and head."""
        name = self._default()
        head = self.head(name)
        if head is None:
            raise ForgeError(
                f"{self._calls.name} has no branch {name}.",
                remedy="Make a first commit, so that there is a branch to propose changes to.",
            )
        return Base(name, head)

    def first(self) -> tuple[dict[str, str], bool]:
        """List the heads of up to a hundred branches, and tell whether these are all: one request.

        If only one of them is not Almanac's own, it has to be the default branch.
        """
        found = self._calls.page(Call("list the branches", _READ), self._calls.repository.get_branches())
        heads, complete = {one.name: one.commit.sha for one in found}, len(found) < PER_PAGE
        others = [name for name in heads if not name.startswith(_OURS)]
        if complete and len(others) == 1:
            self.default = self.default or others[0]
        return heads, complete

    def base_among(self, heads: dict[str, str]) -> Base:
        """Find the base among heads that were read just now, or read it."""
        default = self._default()
        return Base(default, heads[default]) if default in heads else self.base()

    def ours(self) -> dict[str, str]:
        """Read the heads of all branches of Almanac's own: one request, however many there are."""
        call = Call("list Almanac's branches", _READ)
        found = self._calls.read(call, lambda: self._calls.raw("GET", f"git/matching-refs/heads/{_OURS}"))
        try:
            return {one["ref"].removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in found}
        except (TypeError, KeyError):
            raise self._calls.odd(call) from None

    def head(self, branch: str) -> str | None:
        """Read the head of a branch; None where there is no such branch."""
        ref, call = self._calls.repository.get_git_ref(f"heads/{branch}"), Call(f"read the branch {branch}", _READ)
        try:
            found = self._calls.read(call, ref.complete).object
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise
        if found is None:
            raise self._calls.odd(call)
        return found.sha

    def create(self, branch: str, commit: str) -> None:
        """Make a branch.

        Raises:
            Raced: There is one already, with another head.
        """
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        self._put(branch, None, commit, lambda: self._calls.raw("POST", "git/refs", body))

    def move(self, branch: str, expected: str, commit: str, *, force: bool) -> None:
        """Point a branch at another commit, in one step. Without force the commit has to descend from the head.

        Raises:
            Raced: Its head is not the expected one.
        """
        # GitHub compares ancestry only, and nothing when forced: what we have seen is compared by us.
        if self.head(branch) != expected:
            raise Raced(branch)
        # A lazy PyGithub reference would be edited at an address that GitHub does not document.
        path, body = f"git/refs/heads/{quote(branch)}", {"sha": commit, "force": force}
        self._put(branch, expected, commit, lambda: self._calls.raw("PATCH", path, body))

    def delete(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone is fine.

        Raises:
            Raced: Its head is not the expected one.
        """
        head = self.head(branch)
        if head is None:
            return
        if head != expected:
            raise Raced(branch)
        call, path = Call(f"delete the branch {branch}", _WRITE), f"git/refs/heads/{quote(branch)}"
        try:
            self._calls.write(call, lambda: self._calls.raw("DELETE", path), lambda: None)
        except RefusedError:
            if self.head(branch) is not None:
                raise

    def _put(self, branch: str, expected: str | None, commit: str, send: Callable[[], Any]) -> None:
        def landed() -> str | None:
            head = self.head(branch)
            if head not in (expected, commit):
                raise Raced(branch)
            return commit if head == commit else None

        try:
            self._calls.write(Call(f"write the branch {branch}", _WRITE), send, landed)
        except RefusedError as refused:
            if refused.matches(
                HTTPStatus.UNPROCESSABLE_ENTITY, pattern="already exists|not a fast.forward|does not exist"
            ):
                raise Raced(branch) from None
            raise

    def _default(self) -> str:
        if self.default is None:
            # Another object than the shared one, which would be of no use completed.
            repository = self._calls.client.get_repo(self._calls.name)
            call = Call("read the repository", "metadata: read")
            self.default = self._calls.read(call, repository.complete).default_branch
            if self.default is None:
                raise self._calls.odd(call)
        return self.default


# An App's login ends in `[bot]`.
_LOGIN = re.compile(r"[A-Za-z0-9_-]+(\[bot\])?")
# GitHub puts `maintain` and `triage` down as `write` and `read`; the emulated one says `push`.
_WRITERS = ("admin", "maintain", "write", "push")
_SUBMODULE = "160000"


def connect(  # noqa: PLR0913 - each says something else about the same connection
    token: str,
    repository: str,
    *,
    api_url: str = DEFAULT_API_URL,
    default_branch: str | None = None,
    checkout: Path | None = None,
    pause: float | None = None,
    patience: float = 30,
    cache: Blobs | None = None,
) -> "GitHubForge":
    """Return one repository on GitHub. Nothing is sent yet.

    Args:
        token: Any token that GitHub takes: a workflow's, an App installation's, a person's.
        repository: `OWNER/NAME`.
        api_url: Where the REST API is; `https://HOST/api/v3` for GitHub Enterprise Server.
        default_branch: Its name, where it is known already; that saves a request.
        checkout: A clone on this disk; files of the commits that it holds are read there and cost no request.
        pause: Seconds between writes; None lets a run's first ten go at once and the later ones a second apart.
        patience: The most seconds to wait, in one call, for a rate limit or for GitHub's troubles to pass.
        cache: Keeps files for later runs, so that each is fetched once.

    Raises:
        UserError: The repository, the address or the token cannot be one.
    """
    check_repository_name(repository)
    if not is_address(api_url):
        raise UserError("GITHUB_API_URL has to be an address such as https://api.github.com.")
    if not is_token(token):
        raise UserError("There is no usable token for GitHub. Put one into the environment as GITHUB_TOKEN.")
    client = github.Github(
        auth=github.Auth.Token(token),
        base_url=api_url.rstrip("/"),
        timeout=30,
        user_agent="almanac",
        per_page=PER_PAGE,
        # Repeating and pacing is ours: PyGithub would repeat a write blindly, and wait for however long it is told.
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    calls = Calls(client, repository, token, Pace(pause, patience))
    return GitHubForge(calls, Branches(calls, default_branch), GitHubFiles(calls, checkout, cache))


class GitHubForge(GitHubNews):
    """A repository on GitHub, as `almanac.forge.base.Forge`. Not for several threads at once, since PyGithub is not."""

    def __init__(self, calls: Calls, branches: Branches, files: GitHubFiles) -> None:
        """Use `connect` instead."""
        self._calls, self._branches, self._files = calls, branches, files
        self._comments, self._pulls = Comments(calls), Pulls(calls)
        self._ours: dict[str, tuple[str, tuple[str, ...]]] = {}

    def __repr__(self) -> str:
        """Name the repository, and nothing that is secret."""
        return f"GitHubForge({self.name!r})"

    @property
    def name(self) -> str:
        """`OWNER/NAME`."""
        return self._calls.name

    @property
    def usage(self) -> Usage:
        """What this connection has cost so far."""
        return self._calls.usage

    @property
    def has_accounts(self) -> bool:
        """Everybody has one."""
        return True

    def close(self) -> None:
        """Close the connection to GitHub; it opens again when it is needed."""
        self._calls.client.close()

    # ------------------------------------------------------------ reads

    def look(self, number: int, *, hasty: bool = False) -> Look:
        """Read an issue and what belongs to it: 3 requests, and 1 more for comments where the issue has any.

        Another one finds out the default branch, unless it is known, a pull request tells it, or it is the only one.
        With `hasty`, an issue that cannot be ours costs 1 request in all.
        """
        branch, issue = branch_name(number), self.issue(number)
        if hasty and issue and cannot_be_ours(issue):
            return Look(issue, Base("", ""), Proposal())
        heads, complete = self._branches.first()
        # The answer to the narrow question is much smaller, and enough where this is the only proposal.
        if complete and not any(issue_of(name) for name in heads if name != branch):
            (pull, default), opened = self._pulls.newest(branch, "all"), dict[str, Pull]()
        else:
            pull, opened, default = self._pulls.recent(branch, number)
        self._branches.default = self._branches.default or default
        base = self._branches.base_among(heads)
        head = heads.get(branch) if branch in heads or complete else self._branches.head(branch)
        ours = self._comments.find(number) if issue and issue.comments != 0 else []
        spare = tuple(comment.id for comment in ours[1:])
        known = ((issue_of(name), pull) for name, pull in opened.items())
        others = {other: pull for other, pull in known if other is not None and other != number}
        return Look(issue, base, Proposal(head, pull, ours[0] if ours else None, spare), others)

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:
        """Give the open issues, oldest first, a hundred a request. One label alone is a filter that GitHub knows."""
        chosen = {"labels": labels[0]} if len(labels) == 1 else {}
        call, asked = Call("list the issues", "issues: read"), {"sort": "created", "direction": "asc", **chosen}
        for found in self._calls.pages(call, GitHubIssue, "issues", state="open", **asked):
            if not _is_pull(found):
                yield _issue(found)

    def standing(self) -> Standing:
        """Read the base, every open pull request and the heads of Almanac's branches: 3 requests.

        Each further hundred of pull requests costs another one.
        """
        pulls, default = self._pulls.opened()
        self._branches.default = self._branches.default or default
        heads = self._branches.ours()
        return Standing(self._branches.base(), pulls, heads)

    def newest_pull(self, branch: str) -> Pull | None:
        """Read the newest pull request from a branch, open or closed."""
        return self._pulls.newest(branch, "all")[0]

    def base(self) -> Base:
        """Read the default branch's name and head."""
        return self._branches.base()

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file at a commit: from the checkout if it holds the commit, else with one request.

        The first such request for a commit brings another one, for the names of all its files.
        """
        return self._files.object(commit, path)

    def files(self, commit: str, folder: str, suffix: str) -> Mapping[str, bytes]:
        """Read the files directly in a folder at a commit whose names end so: 1 request each, if it is not here."""
        return self._files.files(commit, folder, suffix)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the files that stand directly in a folder at a commit."""
        return self._files.names(commit, folder)

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common: 1 request."""
        call = Call("compare two commits", "contents: read")
        try:
            # A second page holds no files, and they are of no use here.
            path = f"compare/{first}...{second}?per_page=1&page=2"
            return str(self._calls.read(call, lambda: self._calls.raw("GET", path))["merge_base_commit"]["sha"])
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise
        except (TypeError, KeyError):
            raise self._calls.odd(call) from None

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits: 1 request each, unless their files are known."""
        return self._files.changes(older, newer)

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit is one that `put_branch` made straight on a base, as it made it: 1 request."""
        call = Call("read a commit", "contents: read")
        try:
            found = self._calls.read(call, lambda: self._calls.raw("GET", f"git/commits/{commit}"))
            tree, parents = found["tree"]["sha"], tuple(parent["sha"] for parent in found["parents"])
            ours = has_trailer(found["message"], tree)
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return False
            raise
        except (TypeError, KeyError):
            raise self._calls.odd(call) from None
        if ours:
            self._ours[commit] = (tree, parents)
        return ours

    def reads_freely(self, commit: str) -> bool:
        """Tell whether a commit's files are read from the checkout."""
        return self._files.is_here(commit)

    def can_write(self, login: str) -> bool:
        """Tell whether somebody may write to the repository: 1 request."""
        if not _LOGIN.fullmatch(login):
            return False
        call = Call("read somebody's permission", "metadata: read")
        try:
            found = self._calls.read(call, lambda: self._calls.repository.get_collaborator_permission(login))
        except RefusedError as refused:
            # That is what GitHub answers about somebody whom the repository does not know.
            if refused.matches(HTTPStatus.NOT_FOUND):
                return False
            raise
        return found in _WRITERS

    def issue(self, number: int) -> Issue | None:
        """Read one issue alone: 1 request."""
        call = Call(f"read issue {number}", "issues: read")
        try:
            found = self._calls.read(call, self._calls.repository.get_issue(number).complete)
        except RefusedError as refused:
            gone = refused.matches(HTTPStatus.GONE) and not refused.matches(HTTPStatus.GONE, pattern="disabled")
            if gone or refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise
        if found.title is None:
            raise self._calls.odd(call)
        if not found.url.casefold().endswith(f"/repos/{self.name}/issues/{number}".casefold()):
            self._check_name()
            return None  # transferred, and GitHub sent us after it
        return None if _is_pull(found) else _issue(found)

    def _check_name(self) -> None:
        repository = self._calls.client.get_repo(self.name)
        name = self._calls.read(Call("read the repository", "metadata: read"), repository.complete).full_name
        if name.casefold() != self.name.casefold():
            raise ForgeError(f"{self.name} is called {name} now.", remedy="Use the new name.")

    # ------------------------------------------------------------ writes

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit and point the branch at it: 3 writes, and 1 read before a branch is moved.

        The commit names no author, so that GitHub signs it as ours.
        """
        tree = self._put_tree(write)
        if write.fresh and write.expected and self._ours.get(write.expected) == (tree, write.parents):
            return write.expected
        message = with_trailer(write.message, tree) if write.fresh else write.message
        body = {"message": message, "tree": tree, "parents": list(write.parents)}
        commit = self._put_object("make the commit", "git/commits", body)
        if write.expected is None:
            self._branches.create(write.branch, commit)
        else:
            self._branches.move(write.branch, write.expected, commit, force=write.expected not in write.parents)
        return commit

    def _put_tree(self, write: PutBranch) -> str:
        root = self._files.root(write.base)
        changes: list[dict[str, str | None]] = []
        for path, kept in write.kept.items():
            if kept:
                kind = "commit" if kept.mode == _SUBMODULE else "blob"
                changes.append({"path": path, "mode": kept.mode, "type": kind, "sha": kept.id})
            elif self._files.entry(write.base, path):
                changes.append({"path": path, "mode": "100644", "type": "blob", "sha": None})
        for path, text in write.files.items():
            there = self._files.entry(write.base, path)
            change = {"path": path, "mode": there.mode if there and there.is_file else "100644", "type": "blob"}
            if text is not None:
                changes.append({**change, "content": text})
            elif there:
                changes.append({**change, "sha": None})
        if not changes:
            return root
        return self._put_object("write the files", "git/trees", {"base_tree": root, "tree": changes})

    def _put_object(self, doing: str, path: str, body: dict[str, Any]) -> str:
        # PyGithub wants the base's tree and the parents as objects, which it would have to fetch. One made twice,
        # because the first answer was lost, does no harm: nothing points at it.
        call = Call(doing, "contents: write")
        made = self._calls.write(call, lambda: self._calls.raw("POST", path, body), lambda: None)
        if not isinstance(made, dict) or not isinstance(made.get("sha"), str):
            raise self._calls.odd(call)
        return str(made["sha"])

    def open_pull(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        return self._pulls.open(branch, base, title, body)

    def edit_pull(
        self, number: int, *, title: str | None = None, body: str | None = None, state: Literal["closed"] | None = None
    ) -> None:
        """Change what is given of a pull request, in one write."""
        self._pulls.edit(number, title=title, body=body, state=state)

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue: 1 read, 1 write."""
        return self._comments.create(issue, body)

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of one of our comments."""
        self._comments.edit(issue, comment, body)

    def delete_comment(self, issue: int, comment: int) -> None:
        """Delete a comment of ours; one that is gone already is fine."""
        self._comments.delete(issue, comment)

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        """Close an issue."""
        issue = self._calls.repository.get_issue(number)
        self._calls.write(
            Call(f"close issue {number}", "issues: write"),
            lambda: issue.edit(state="closed", state_reason=reason),
            lambda: None,
        )

    def delete_branch(self, branch: str, expected: str) -> None:
        """Delete a branch whose head is the expected one: 1 read, 1 write."""
        self._branches.delete(branch, expected)


def _is_pull(found: GitHubIssue) -> bool:
    # `pull_request` would tell as well, but PyGithub sends another request when asked for what is not there.
    return "/pull/" in found.html_url


def _issue(found: GitHubIssue) -> Issue:
    return Issue(
        number=found.number,
        title=found.title,
        body=found.body or "",
        labels=tuple(label.name for label in found.labels),
        author=found.user.login if found.user else "",
        state="closed" if found.state == "closed" else "open",
        state_reason=found.state_reason,
        closed_at=found.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ") if found.closed_at else None,
        comments=found.comments,
        url=found.html_url,
    )
