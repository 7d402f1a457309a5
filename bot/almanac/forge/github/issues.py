"""Our comments on GitHub's issues, told from those that only look like ours.

What has changed in a repository on GitHub since some moment, for those whom nobody told: issues, and commands.

Pull requests on GitHub.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from github.GithubObject import NotSet
from github.IssueComment import IssueComment
from github.PullRequest import PullRequest

from almanac.errors import Raced
from almanac.forge.github.address import web_address
from almanac.forge.github.client import PER_PAGE, Call, Calls, RefusedError
from almanac.proposal.comment import Heard, command_of
from almanac.proposal.marker import comment_marker, read_state
from almanac.proposal.state import Comment, Pull, branch_name

_INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")


class Comments:
    """Finds, writes and edits comments of ours."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls
        self._login: str | None = None

    def find(self, issue: int, body: str | None = None) -> list[Comment]:
        """Read an issue's comments up to ours: the first with our marker, and others of ours that stand near it.

        With a body, a comment that reads exactly so counts as well.
        """
        marker, ours = comment_marker(issue), list[Comment]()
        call = Call(f"read the comments on issue {issue}", "issues: read")
        for seen, found in enumerate(self._calls.pages(call, IssueComment, f"issues/{issue}/comments"), 1):
            text = found.body or ""
            if (text == body or marker in map(str.strip, text.splitlines())) and self._is_ours(found):
                ours.append(Comment(found.id, found.body))
            if ours and seen % PER_PAGE == 0:
                break
        return ours

    def create(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue.

        Raises:
            Raced: Another run was quicker; its comment was left alone.
        """
        if self.find(issue):
            raise Raced(branch_name(issue))

        def send() -> Comment:
            found = self._calls.repository.get_issue(issue).create_comment(body)
            return Comment(found.id, found.body)

        call = Call(f"comment on issue {issue}", "issues: write")
        return self._calls.write(call, send, lambda: next(iter(self.find(issue, body)), None))

    def edit(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        found = self._calls.repository.get_issue(issue).get_comment(comment)
        call = Call(f"edit our comment on issue {issue}", "issues: write")
        self._calls.write(call, lambda: found.edit(body), lambda: None)

    def delete(self, issue: int, comment: int) -> None:
        """Delete a comment; one that is gone is fine."""
        found = self._calls.repository.get_issue(issue).get_comment(comment)
        try:
            call = Call(f"delete a comment of ours on issue {issue}", "issues: write")
            self._calls.write(call, found.delete, lambda: None)
        except RefusedError as refused:
            if not refused.matches(HTTPStatus.NOT_FOUND):
                raise

    def _is_ours(self, comment: IssueComment) -> bool:
        """Tell whether a comment that carries our marker is ours, so that we never write into a stranger's.

        A workflow or an App writes as a bot, and strangers have no bots here. A person's token is one of somebody who
        may write to the repository, so an insider's comment counts as well. About anybody else we ask who we are.
        """
        if comment.user is None:  # the account was deleted
            return False
        if comment.user.type == "Bot" or comment.author_association in _INSIDERS:
            return True
        if self._login is None:
            self._login = self._whoami()
        return comment.user.login == self._login

    def _whoami(self) -> str:
        user = self._calls.client.get_user()
        try:
            return self._calls.read(Call("read who we are", "metadata: read"), lambda: user.login)
        except RefusedError as refused:
            if refused.passing:
                raise
            return ""  # a workflow's or an App's token may not ask: it is nobody's but a bot's


_READ = "issues: read"


class IssueChange(NamedTuple):
    """A change: of which issue (None where it is of none that concerns us), and when, by GitHub's clock."""

    issue: int | None
    at: datetime


class GitHubNews:
    """Asks for changes of one repository."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls

    def issues_changed_since(self, moment: datetime) -> Iterator[IssueChange]:
        """Give the issues that changed since then, oldest change first, a hundred a request.

        GitHub counts pull requests as issues; a change of one of ours stands for its issue.
        """
        query = f"issues?state=all&since={_iso(moment)}&sort=updated&direction=asc"
        for found in self._listed(query, Call("list the issues", _READ)):
            yield IssueChange(_issue_of(found), datetime.fromisoformat(found["updated_at"]))

    def commands_since(self, moment: datetime) -> Iterator[tuple[Heard, int]]:
        """Give the comments since then that give a command, and the issue that each is about: a hundred a request.

        One more request each finds out the issue. Where GitHub does not list the comments, there are none.
        """
        query = f"issues/comments?since={_iso(moment)}&sort=updated&direction=asc"
        try:
            for found in self._listed(query, Call("list the comments", _READ)):
                heard = _heard(found)
                issue = self._issue_behind(heard.place) if heard and command_of(heard.text) else None
                if heard and issue:
                    yield heard, issue
        except RefusedError as refused:
            if not refused.matches(HTTPStatus.NOT_FOUND):
                raise

    def comment_command(self, comment: int) -> Heard | None:
        """Read a comment that may give a command: 1 request; None where it is gone."""
        call = Call("read a comment", _READ)
        try:
            return _heard(self._calls.read(call, lambda: self._calls.raw("GET", f"issues/comments/{comment}")))
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND):
                return None
            raise

    def _issue_behind(self, place: int) -> int | None:
        call = Call(f"read issue {place}", _READ)
        return _issue_of(self._calls.read(call, lambda: self._calls.raw("GET", f"issues/{place}")))

    def _listed(self, query: str, call: Call) -> Iterator[Any]:
        for number in count(1):
            path = f"{query}&per_page={PER_PAGE}&page={number}"
            listed = self._calls.read(call, partial(self._calls.raw, "GET", path))
            if not isinstance(listed, list):
                raise self._calls.odd(call)
            yield from listed
            if len(listed) < PER_PAGE:
                return


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _issue_of(found: Any) -> int | None:
    """Return the issue that an issue of GitHub's stands for: itself, or that of a pull request of ours."""
    number = read_state(found.get("body") or "")[1].get("issue") if "pull_request" in found else found.get("number")
    return number if isinstance(number, int) else None


def _heard(found: Any) -> Heard | None:
    """Read a comment as GitHub's REST API gives it; None for a machine's, which gives no commands."""
    user, place = found.get("user") or {}, str(found.get("issue_url", "")).rpartition("/")[2]
    if user.get("type") == "Bot" or not place.isdecimal():
        return None
    return Heard(int(found["id"]), str(user.get("login", "")), found.get("body") or "", int(place))


_LIST = Call("list the pull requests", "pull-requests: read")


class Pulls:
    """The pull requests of one repository."""

    def __init__(self, calls: Calls) -> None:
        """Take what sends requests."""
        self._calls = calls

    def newest(self, branch: str, state: Literal["open", "all"]) -> tuple[Pull | None, str | None]:
        """Read the newest pull request from a branch and, as it comes with it, the default branch's name."""
        head = f"{self._calls.name.partition('/')[0]}:{branch}"
        listed = self._calls.repository.get_pulls(state=state, head=head, sort="created", direction="desc")
        found = self._calls.page(_LIST, listed)
        if not found:
            return None, None
        pull = max(found, key=lambda pull: pull.number)
        return _pull(pull), pull.base.repo.default_branch

    def recent(self, branch: str, after: int) -> tuple[Pull | None, dict[str, Pull], str | None]:
        """Read a branch's newest pull request and, from the newest hundred of all, which are open, by branch.

        Args:
            branch: The branch.
            after: A number that is older than any pull request from that branch, such as its issue's.

        Returns:
            The pull request, the open ones, and the default branch's name as it comes with them.
        """
        listed = self._calls.repository.get_pulls(state="all", sort="created", direction="desc")
        found = self._calls.page(_LIST, listed)
        here = [pull for pull in found if self._from_here(pull)]
        opened = {pull.head.ref: _pull(pull) for pull in reversed(here) if pull.state == "open"}
        default = found[0].base.repo.default_branch if found else None
        own = max((pull for pull in here if pull.head.ref == branch), key=lambda pull: pull.number, default=None)
        all_seen = len(found) < PER_PAGE or min(pull.number for pull in found) < after
        if own is None and not all_seen:
            return self.newest(branch, "all")[0], opened, default
        return (_pull(own) if own else None), opened, default

    def opened(self) -> tuple[dict[str, Pull], str | None]:
        """Read all open pull requests from this repository's own branches, by branch; and the default branch's name."""
        found, default = dict[str, Pull](), None
        listed = self._calls.pages(_LIST, PullRequest, "pulls", state="open", sort="created", direction="asc")
        for pull in listed:
            default = pull.base.repo.default_branch
            if self._from_here(pull):
                found[pull.head.ref] = _pull(pull)
        return found, default

    def _from_here(self, pull: PullRequest) -> bool:
        """Tell whether a pull request comes from this repository: a fork's branch may be called like ours."""
        home = pull.head.repo
        return home is not None and home.full_name.casefold() == self._calls.name.casefold()

    def open(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        link = f"{web_address(self._calls.api_url)}/{self._calls.name}/compare/{quote(base)}...{quote(branch)}?expand=1"
        call = Call("open the pull request", "pull-requests: write", link)

        def there() -> Pull | None:
            return self.newest(branch, "open")[0]

        def send() -> Pull:
            return _pull(self._calls.repository.create_pull(base, branch, title=title, body=body))

        try:
            return self._calls.write(call, send, there)
        except RefusedError as refused:
            if refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern="already exists") and (pull := there()):
                return pull
            raise

    def edit(self, number: int, *, title: str | None, body: str | None, state: Literal["closed"] | None) -> None:
        """Change what is given of a pull request, in one write."""
        pull = self._calls.repository.get_pull(number)
        self._calls.write(
            Call(f"edit pull request {number}", "pull-requests: write"),
            lambda: pull.edit(
                title=NotSet if title is None else title,
                body=NotSet if body is None else body,
                state=NotSet if state is None else state,
            ),
            lambda: None,
        )


def _pull(found: PullRequest) -> Pull:
    return Pull(
        number=found.number,
        title=found.title,
        body=found.body or "",
        state="closed" if found.state == "closed" else "open",
        merged=found.merged_at is not None,
        url=found.html_url,
        head=found.head.sha,
    )
