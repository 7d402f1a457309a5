"""GitHub, through PyGithub; the lazy way, so that a proposal costs a handful of requests."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import github
from github.Issue import Issue as GitHubIssue

from bot.errors import ForgeError, UserError
from bot.forge.github_branches import Branches
from bot.forge.github_calls import PER_PAGE, Calls, Pace
from bot.forge.github_comments import Comments
from bot.forge.github_files import GitHubFiles
from bot.forge.github_pulls import Pulls
from bot.forge.trouble import Call, RefusedError
from bot.proposals.marker import comment_marker
from bot.proposals.state import Base, Comment, Issue, Look, Proposal, Pull, PutBranch, branch_name

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
_TOKEN = re.compile(r"[!-~]+")


def connect(  # noqa: PLR0913 - each says something else about the same connection
    token: str,
    repository: str,
    *,
    api_url: str = "https://api.github.com",
    default_branch: str | None = None,
    checkout: Path | None = None,
    pause: float | None = None,
    patience: float = 30,
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

    Raises:
        UserError: The repository, the address or the token cannot be one.
    """
    if not _NAME.fullmatch(repository):
        raise UserError("A repository on GitHub is named OWNER/NAME, as in octo-org/website.")
    if not _is_address(api_url):
        raise UserError("GITHUB_API_URL has to be an address such as https://api.github.com.")
    if not _TOKEN.fullmatch(token):
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
    return GitHubForge(calls, Branches(calls, default_branch), GitHubFiles(calls, checkout))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


class GitHubForge:
    """A repository on GitHub, as `bot.forge.base.Forge`. Not for several threads at once, since PyGithub is not."""

    def __init__(self, calls: Calls, branches: Branches, files: GitHubFiles) -> None:
        """Use `connect` instead."""
        self._calls, self._branches, self._files = calls, branches, files
        self._comments, self._pulls = Comments(calls), Pulls(calls)

    def __repr__(self) -> str:
        """Name the repository, and nothing that is secret."""
        return f"GitHubForge({self.name!r})"

    @property
    def name(self) -> str:
        """`OWNER/NAME`."""
        return self._calls.name

    def close(self) -> None:
        """Close the connection to GitHub; it opens again when it is needed."""
        self._calls.client.close()

    # ------------------------------------------------------------ reads

    def look(self, number: int) -> Look:
        """Read an issue and what belongs to it: 3 requests, and 1 more for comments where the issue has any.

        Another one finds out the default branch, unless it is known or a pull request tells it.
        """
        branch, marker = branch_name(number), comment_marker(number)
        issue = self._issue(number)
        pull, default = self._pulls.newest(branch, "all")
        self._branches.default = self._branches.default or default
        base, head = self._branches.base_and_head(branch)
        comment = None
        if issue and issue.comments != 0:
            comment = self._comments.find(number, lambda text: marker in map(str.strip, text.splitlines()))
        return Look(issue, base, Proposal(head, pull, comment))

    def open_issues(self) -> Iterator[Issue]:
        """Give the open issues, oldest first, a hundred a request."""
        listed = self._calls.repository.get_issues(state="open", sort="created", direction="asc")
        for found in self._calls.pages(Call("list the issues", "issues: read"), listed):
            if not _is_pull(found):
                yield _issue(found)

    def base(self) -> Base:
        """Read the default branch's name and head."""
        return self._branches.base()

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file at a commit: from the checkout if it holds the commit, else with one request.

        The first such request for a commit brings another one, for the names of all its files.
        """
        return self._files.object(commit, path)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the files that stand directly in a folder at a commit."""
        return self._files.names(commit, folder)

    def _issue(self, number: int) -> Issue | None:
        call = Call(f"read issue {number}", "issues: read")
        try:
            found = self._calls.read(call, self._calls.repository.get_issue(number).complete)
        except RefusedError as refused:
            gone = refused.is_(HTTPStatus.GONE) and not refused.is_(HTTPStatus.GONE, "disabled")
            if gone or refused.is_(HTTPStatus.NOT_FOUND):
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
        body = {"message": write.message, "tree": self._put_tree(write), "parents": list(write.parents)}
        commit = self._put_object("make the commit", "git/commits", body)
        if write.expected is None:
            self._branches.create(write.branch, commit)
        else:
            self._branches.move(write.branch, write.expected, commit, force=write.expected not in write.parents)
        return commit

    def _put_tree(self, write: PutBranch) -> str:
        root = self._files.root(write.base)
        changes: list[dict[str, str | None]] = []
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
        """Write a comment on an issue."""
        return self._comments.create(issue, body)

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of one of our comments."""
        self._comments.edit(issue, comment, body)

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
