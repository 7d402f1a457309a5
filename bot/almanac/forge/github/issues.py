"""Issues of a repository on GitHub, our comments on them, and what has changed in both since some moment."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from almanac.errors import ForgeError, Raced
from almanac.forge.github.client import PER_PAGE, GitHubClient
from almanac.forge.github.request import RefusedError, Request
from almanac.proposal.comment import CommentCommand, command_of
from almanac.proposal.marker import comment_marker, read_state
from almanac.proposal.state import Comment, Issue, branch_name

_READ, _WRITE, _METADATA = "issues: read", "issues: write", "metadata: read"
_INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")
# An App's login ends in `[bot]`.
_LOGIN = re.compile(r"[A-Za-z0-9_-]+(\[bot\])?")
# GitHub gives `maintain` and `triage` as `write` and `read`; the emulated one says `push`.
_WRITERS = ("admin", "maintain", "write", "push")


class IssueChange(NamedTuple):
    """A change of an issue (None where it does not concern us), and when it was, by GitHub's clock."""

    issue: int | None
    at: datetime


class GitHubIssues:
    """Issues and comments, as in the `Forge` protocol; and for the server, what has changed in them."""

    client: GitHubClient
    _login: str | None = None

    # ------------------------------------------------------------ issues

    def issue(self, number: int) -> Issue | None:
        """Read one issue: 1 request."""
        request = Request("GET", f"issues/{number}", f"read issue {number}", _READ)
        try:
            found = self.client.find(request, lambda found: (_issue(found), str(found["url"])))
        except RefusedError as refused:
            # 410 is the answer for a deleted issue, but also where the repository's issues are switched off.
            if refused.matches(HTTPStatus.GONE) and not refused.matches(HTTPStatus.GONE, pattern="disabled"):
                return None
            raise
        if found is None:
            return None
        issue, url = found
        if url.casefold().endswith(f"/repos/{self.client.name}/issues/{number}".casefold()):
            return issue
        # GitHub redirected us: either the issue was transferred, or the repository has a new name.
        repository = Request("GET", "", "read the repository", _METADATA)
        name = self.client.read(repository, lambda found: str(found["full_name"]))
        if name.casefold() != self.client.name.casefold():
            raise ForgeError(f"{self.client.name} is now called {name}.", remedy="Use the new name.")
        return None

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:
        """Give the open issues, oldest first, a hundred a request. GitHub can filter by one label, not by several."""
        query = {"state": "open", "sort": "created", "direction": "asc"}
        if len(labels) == 1:
            query["labels"] = labels[0]
        return filter(None, self.client.pages(Request("GET", "issues", "list the issues", _READ, query=query), _issue))

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        body = {"state": "closed", "state_reason": reason}
        self.client.write(Request("PATCH", f"issues/{number}", f"close issue {number}", _WRITE, body))

    def can_write(self, login: str) -> bool:
        """Tell whether someone may write to the repository: 1 request."""
        if not _LOGIN.fullmatch(login):
            return False
        request = Request("GET", f"collaborators/{login}/permission", "read someone's permission", _METADATA)
        # GitHub answers 404 about someone whom the repository does not know.
        return self.client.find(request, lambda found: str(found["permission"])) in _WRITERS

    # ------------------------------------------------------------ our comments

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue: 1 read, 1 write."""
        if self._our_comments(issue):
            raise Raced(branch_name(issue))
        request = Request("POST", f"issues/{issue}/comments", f"comment on issue {issue}", _WRITE, {"body": body})
        return self.client.write(request, _comment, lambda: next(iter(self._our_comments(issue, body)), None))

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        doing = f"edit our comment on issue {issue}"
        self.client.write(Request("PATCH", f"issues/comments/{comment}", doing, _WRITE, {"body": body}))

    def delete_comment(self, issue: int, comment: int) -> None:
        doing = f"delete a comment of ours on issue {issue}"
        try:
            self.client.write(Request("DELETE", f"issues/comments/{comment}", doing, _WRITE))
        except RefusedError as refused:
            if not refused.matches(HTTPStatus.NOT_FOUND):
                raise

    def _our_comments(self, issue: int, body: str | None = None) -> list[Comment]:
        """Read an issue's comments up to ours: the first with our marker, and others of ours on the same page.

        With a body, a comment with exactly this text counts as well.
        """
        marker, ours = comment_marker(issue), list[Comment]()
        request = Request("GET", f"issues/{issue}/comments", f"read the comments on issue {issue}", _READ)
        found = self.client.pages(request, lambda each: (_comment(each), dict(each)))
        for seen, (comment, about) in enumerate(found, 1):
            marked = comment.body == body or marker in map(str.strip, comment.body.splitlines())
            if marked and self._is_ours(about):
                ours.append(comment)
            if ours and seen % PER_PAGE == 0:
                break
        return ours

    def _is_ours(self, comment: dict[str, Any]) -> bool:
        """Tell whether a comment with our marker is ours, so that we never edit a stranger's.

        A workflow or an App writes as a bot, and strangers have no bots here. A person's token belongs to someone who
        may write to the repository, so an insider's comment counts as well. For anyone else we ask who we are.
        """
        user = comment.get("user")
        if user is None:  # the account was deleted
            return False
        if user.get("type") == "Bot" or comment.get("author_association") in _INSIDERS:
            return True
        if self._login is None:
            request = Request("GET", "/user", "read who we are", _METADATA)
            try:
                self._login = self.client.read(request, lambda found: str(found["login"]))
            except RefusedError as refused:
                if refused.passing:
                    raise
                self._login = ""  # a workflow's or an App's token may not ask; it belongs to a bot
        return bool(user.get("login") == self._login)

    # ------------------------------------------------------------ what has changed

    def issues_changed_since(self, moment: datetime) -> Iterator[IssueChange]:
        """Give the issues that have changed since then, oldest change first, a hundred a request.

        GitHub counts pull requests as issues; a change of one of ours counts as a change of its issue.
        """

        def parse(found: Any) -> IssueChange:
            return IssueChange(_issue_number(found), datetime.fromisoformat(found["updated_at"]))

        query = {"state": "all", "since": _iso(moment), "sort": "updated", "direction": "asc"}
        return self.client.pages(Request("GET", "issues", "list the issues", _READ, query=query), parse)

    def commands_since(self, moment: datetime) -> Iterator[tuple[CommentCommand, int]]:
        """Give the comments since then that hold a command, and the issue that each is about: a hundred a request.

        Each costs one more request to find out the issue. Where GitHub does not list the comments, there are none.
        """
        query = {"since": _iso(moment), "sort": "updated", "direction": "asc"}
        request = Request("GET", "issues/comments", "list the comments", _READ, query=query)
        try:
            for heard in self.client.pages(request, _command):
                if heard and command_of(heard.text):
                    read = Request("GET", f"issues/{heard.place}", f"read issue {heard.place}", _READ)
                    issue = self.client.read(read, _issue_number)
                    if issue:
                        yield heard, issue
        except RefusedError as refused:
            if not refused.matches(HTTPStatus.NOT_FOUND):
                raise

    def comment_command(self, comment: int) -> CommentCommand | None:
        """Read a comment that may hold a command: 1 request; None where it is gone, or a machine's."""
        return self.client.find(Request("GET", f"issues/comments/{comment}", "read a comment", _READ), _command)


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _issue(found: Any) -> Issue | None:
    """Read an issue as GitHub's REST API gives it; None for a pull request."""
    if "pull_request" in found:
        return None
    return Issue(
        number=found["number"],
        title=found["title"],
        body=found["body"] or "",
        labels=tuple(label["name"] for label in found["labels"]),
        author=found["user"]["login"] if found["user"] else "",
        state="closed" if found["state"] == "closed" else "open",
        state_reason=found.get("state_reason"),
        closed_at=found.get("closed_at"),
        comments=found["comments"],
        url=found["html_url"],
    )


def _issue_number(found: Any) -> int | None:
    """Return the number of an issue, or for a pull request of ours that of the issue that it is for."""
    number = read_state(found["body"] or "")[1].get("issue") if "pull_request" in found else found["number"]
    return number if isinstance(number, int) else None


def _comment(found: Any) -> Comment:
    return Comment(found["id"], found["body"] or "")


def _command(found: Any) -> CommentCommand | None:
    """Read a comment as GitHub's REST API gives it; None for a machine's, which gives no commands."""
    user, place = found["user"] or {}, str(found["issue_url"]).rpartition("/")[2]
    if user.get("type") == "Bot" or not place.isdecimal():
        return None
    return CommentCommand(int(found["id"]), str(user.get("login", "")), found["body"] or "", int(place))
