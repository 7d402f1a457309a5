"""Issues and pull requests of a repository on GitHub, our comments, and what has changed in them since some moment."""

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from almanac.errors import ForgeError, Raced
from almanac.forge.attachments import Attachments, NoAttachmentError
from almanac.forge.github.client import PER_PAGE, GitHubClient, unless_missing
from almanac.forge.github.request import RefusedError, Request, web_address
from almanac.patterns import regex
from almanac.proposal.command import CommentCommand, command_of
from almanac.proposal.hidden import marked_issue
from almanac.proposal.marker import comment_marker
from almanac.proposal.names import branch_name
from almanac.proposal.state import Closer, Comment, Issue, Pull

_READ, _WRITE, _METADATA = "issues: read", "issues: write", "metadata: read"
_READ_PULLS, _WRITE_PULLS = "pull-requests: read", "pull-requests: write"
_COLOUR = "1d76db"
_AS_HTML = "application/vnd.github.html+json"
_SIGNED = regex(r"https://private-user-images\.[a-z0-9.-]+/[^\s\"'<>]+")
_INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR")
# An App's login ends in `[bot]`.
_LOGIN = regex(r"[A-Za-z0-9_-]+(\[bot\])?")
# GitHub gives `maintain` and `triage` as `write` and `read`; the emulated one says `push`.
_WRITERS = ("admin", "maintain", "write", "push")


class IssueChange(NamedTuple):
    """A change of an issue (None where it does not concern us), and when it was, by GitHub's clock."""

    issue: int | None
    at: datetime


class GitHubIssues:
    """Issues, comments and pull requests, as in the `Forge` protocol; and for the server, what has changed in them.

    Reading any pull request also tells the default branch's name and what GraphQL calls the repository.
    """

    client: GitHubClient
    attachments: Attachments
    default_branch: str | None
    node_id: str | None = None
    _login: str | None = None  # ours; empty where we may not ask
    _labels: dict[str, bool]  # which labels there are, as far as that was asked
    _writers: dict[int, str]  # the people who wrote what looks like a comment of ours, by its id

    # ------------------------------------------------------------ issues

    def issue(self, number: int) -> Issue | None:
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

    def _open_issues_by_rest(self, labels: Sequence[str]) -> Iterator[Issue]:
        """Give the open issues, oldest first, a hundred a request. GitHub can filter by one label, not by several."""
        query = {"state": "open", "sort": "created", "direction": "asc"}
        if len(labels) == 1:
            query["labels"] = labels[0]
        return filter(None, self.client.pages(Request("GET", "issues", "list the issues", _READ, query=query), _issue))

    def own_issues(self, mark: str, since: datetime) -> Iterator[Issue]:
        """Give the issues that Almanac opened, newest first, a hundred a request; the list holds pull requests too."""
        found = self.client.pages(_issues_request(since=_iso(since)), self._own_issue)
        return (issue for issue in found if issue and issue.body.startswith(mark))

    def open_issue(self, title: str, body: str, labels: Sequence[str]) -> None:
        """Open an issue: 1 write, a read before it, and a read after it to see whether another run did the same."""
        mark = f"{body.splitlines()[0]}\n"

        def there() -> Issue | None:
            found = self.client.page(_issues_request(), self._own_issue)
            return next((issue for issue in reversed(found) if issue and issue.body.startswith(mark)), None)

        content = {"title": title, "body": body, "labels": list(labels)}
        request = Request("POST", "issues", "open an issue", _WRITE, content)
        made, oldest = self.client.write(request, _issue, there, look_first=True), there()
        if made and oldest and oldest.number < made.number:
            self.close_issue(made.number, "not_planned")

    def kept_issue(self, label: str, mark: str) -> Issue | None:
        """Find an issue of ours by its label: 1 request; where there is none, 1 more for each hundred issues.

        Only people who may triage give labels, so one that an insider wrote is as good as ours: people run Almanac
        with their own tokens, too. Somebody may have written another text over ours.
        """

        def parse(found: Any) -> Issue | None:
            is_bot = (found.get("user") or {}).get("type") == "Bot"
            issue = _issue(found) if is_bot or found.get("author_association") in _INSIDERS else None
            return issue if issue and (is_bot or mark in issue.body or self._is_me(issue.author)) else None

        labelled = self.client.page(_issues_request(labels=label, direction="asc"), parse)
        for found in (labelled, self.client.pages(_issues_request(), self._own_issue)):
            kept = next((one for one in found if one and (found is labelled or one.body.startswith(mark))), None)
            if kept:
                return kept
        return None

    def edit_issue(self, number: int, body: str, labels: Sequence[str] = ()) -> None:
        content = {"body": body, **({"labels": list(labels)} if labels else {})}
        self.client.write(Request("PATCH", f"issues/{number}", f"edit issue {number}", _WRITE, content))

    def _own_issue(self, found: Any) -> Issue | None:
        return _issue(found) if self._may_be_ours(found) else None

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        body = {"state": "closed", "state_reason": reason}
        self.client.write(Request("PATCH", f"issues/{number}", f"close issue {number}", _WRITE, body))

    def can_write(self, login: str) -> bool:
        if not _LOGIN.fullmatch(login):
            return False
        request = Request("GET", f"collaborators/{login}/permission", "read someone's permission", _METADATA)
        # GitHub answers 404 about someone whom the repository does not know.
        return self.client.find(request, lambda found: str(found["permission"])) in _WRITERS

    def closer(self, pull: int, *, may_be_deleted: bool) -> Closer:
        """Find out who closed a pull request: 1 request, 1 more for their rights, 1 more where a branch is gone.

        A machine decides nothing: not even ours, as a workflow that closes what is stale may have the same login. If
        GitHub does not say who it was, as of an account that is gone, it counts as a person.
        """
        request = Request("GET", f"issues/{pull}", f"read pull request {pull}", _READ)
        user = self.client.find(request, lambda found: dict(found.get("closed_by") or {})) or {}
        login = str(user.get("login") or "")
        deleted = may_be_deleted and self._was_closed_by_deletion(pull)
        if not _LOGIN.fullmatch(login):
            return Closer(decides=not deleted, deleted=deleted)
        is_machine = user.get("type") == "Bot" or login.endswith("[bot]")
        return Closer(login, decides=not (is_machine or deleted) and self.can_write(login), deleted=deleted)

    def _was_closed_by_deletion(self, pull: int) -> bool:
        """Tell whether a branch of a pull request was deleted before it was closed: then GitHub closed it."""
        request = Request("GET", f"issues/{pull}/events", f"read what happened to pull request {pull}", _READ)
        pages = self.client.pages(request, lambda one: (str(one["event"]), str(one["created_at"])))
        found = unless_missing(lambda: list(pages)) or []
        closed = max((at for event, at in found if event == "closed"), default="")
        return any(at <= closed for event, at in found if event in ("head_ref_deleted", "base_ref_deleted"))

    def attachment(self, issue: int, address: str, most: int) -> bytes:
        """Read what was attached to an issue: 1 request, and each redirect, none of which count for the API's limit.

        A workflow's or an App's token does not let us see an attachment in a private repository. There the API gives,
        with the issue as HTML, an address that lets in whoever knows it: 1 request more.
        """
        try:
            return self.attachments.read(address, most)
        except NoAttachmentError:
            signed = self._signed(issue, address)
            if signed is None:
                raise
            return self.attachments.read(address, most, signed)

    def _signed(self, issue: int, address: str) -> str | None:
        request = Request("GET", f"issues/{issue}", f"read issue {issue}", _READ, accept=_AS_HTML)
        shown = self.client.find(request, lambda found: str(found.get("body_html") or "")) or ""
        name = address.rpartition("/")[2]
        signed = (html.unescape(url) for url in _SIGNED.findall(shown))
        return next((url for url in signed if name in url.partition("?")[0]), None)

    # ------------------------------------------------------------ our comments

    def create_comment(self, issue: int, body: str) -> Comment:
        if self._our_comments(issue):
            raise Raced(branch_name(issue))
        request = Request("POST", f"issues/{issue}/comments", f"comment on issue {issue}", _WRITE, {"body": body})
        return self.client.write(request, _comment, lambda: next(iter(self._our_comments(issue, body)), None))

    def add_comment(self, issue: int, body: str) -> None:
        """Write one more comment, unless there is one of ours with the same first line: 1 read, 1 write."""
        mark = body.partition("\n")[0]
        if not self._our_comments(issue, marks=(mark,)):
            request = Request("POST", f"issues/{issue}/comments", f"comment on issue {issue}", _WRITE, {"body": body})
            self.client.write(request, _comment, lambda: next(iter(self._our_comments(issue, marks=(mark,))), None))

    def has_said(self, issue: int, mark: str) -> bool | None:
        """Look for a comment of ours: 1 request for each hundred comments."""
        marker = comment_marker(issue)
        found = unless_missing(lambda: self._our_comments(issue, marks=(marker, mark)), HTTPStatus.GONE) or ()
        lines = {line.strip() for comment in found for line in comment.body.splitlines()}
        return mark in lines if marker in lines else None

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        self._check_writer(issue, comment)
        path, doing = f"issues/comments/{comment}", f"edit our comment on issue {issue}"
        self.client.write(Request("PATCH", path, doing, _WRITE, {"body": body}))

    def delete_comment(self, issue: int, comment: int) -> None:
        self._check_writer(issue, comment)
        path, doing = f"issues/comments/{comment}", f"delete a comment of ours on issue {issue}"
        unless_missing(lambda: self.client.write(Request("DELETE", path, doing, _WRITE)))

    def _check_writer(self, issue: int, comment: int) -> None:
        """Make sure that a comment which a person wrote was written by us: 1 request, once."""
        if comment in self._writers and not self._is_me(self._writers[comment]):
            raise Raced(branch_name(issue))  # the next look knows who we are, and passes it over

    def _our_comments(self, issue: int, body: str | None = None, marks: Sequence[str] = ()) -> list[Comment]:
        """Read an issue's comments up to ours: a hundred a request. What counts as ours, `_ours_among` tells."""
        request = Request("GET", f"issues/{issue}/comments", f"read the comments on issue {issue}", _READ)
        return self._ours_among(issue, self.client.pages(request, dict), body, marks)

    def _ours_among(
        self, issue: int, comments: Iterable[dict[str, Any]], body: str | None = None, marks: Sequence[str] = ()
    ) -> list[Comment]:
        """Find among comments, as the REST API has them, the first with our marker and others of ours on its page.

        `marks` are the lines to be found in place of our one comment's marker; for several, all comments are read.

        With a body, a comment with exactly this text counts as well.

        A workflow or an App writes as a bot, and strangers have no bots here. A person's token belongs to someone who
        may write to the repository, so an insider's comment may be ours, too; but people also copy a comment of ours.
        We ask who we are where that makes a difference: for a stranger's, for those of several people, and before one
        is changed; not where GraphQL has told whether it is ours (`mine`). All of ours are by one author.
        """
        wanted, found = {*(marks or (comment_marker(issue),))}, list[tuple[Comment, str]]()
        for seen, about in enumerate(comments, 1):
            comment = _comment(about)
            marked = comment.body == body or not wanted.isdisjoint(map(str.strip, comment.body.splitlines()))
            login = _person(about)
            if marked and self._may_be_ours(about):
                found.append((comment, "" if "mine" in about else login))
            elif marked and login:
                self._writers[comment.id] = login
            if found and len(wanted) == 1 and seen % PER_PAGE == 0:
                break
        people = {login for _, login in found}
        if len(people) > 1:
            author = "" if "" in people else next(filter(self._is_me, people), None)
            found = [each for each in found if each[1] == author]
        self._writers.update({comment.id: login for comment, login in found if login})
        return [comment for comment, _ in found]

    def _may_be_ours(self, comment: dict[str, Any]) -> bool:
        user = comment.get("user")
        if user is None:  # the account was deleted
            return False
        if user.get("type") == "Bot":
            return True
        if "mine" in comment:
            return bool(comment["mine"])
        insider = comment.get("author_association") in _INSIDERS
        return insider if insider and self._login is None else self._is_me(str(user.get("login")))

    def _is_me(self, login: str) -> bool:
        if self._login is None:
            request = Request("GET", "/user", "read who we are", _METADATA)
            try:
                self._login = self.client.read(request, lambda found: str(found["login"]))
            except RefusedError as refused:
                if refused.passing:
                    raise
                self._login = ""  # a workflow's or an App's token may not ask; it belongs to a bot
        return login.casefold() == self._login.casefold()

    # ------------------------------------------------------------ pull requests

    def newest_pull(self, branch: str, state: Literal["open", "all"] = "all") -> Pull | None:
        # GitHub's filter knows the owner only, who may have a fork with such a branch beside the repository itself.
        head = f"{self.client.name.partition('/')[0]}:{branch}"
        found = self.client.pages(_pulls_request(state=state, head=head), self._pull_and_source)
        return next((pull for pull, source in found if source == branch), None)

    def open_pull(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> Pull:
        """Open a pull request, or return the one that is open from this branch already: 1 write.

        As a draft it is 1 more where the account's plan has none.
        """
        link = f"{web_address(self.client.api_url)}/{self.client.name}/compare/{quote(base)}...{quote(branch)}?expand=1"
        content = {"title": title, "body": body, "head": branch, "base": base, **({"draft": True} if draft else {})}
        request = Request("POST", "pulls", "open the pull request", _WRITE_PULLS, content, link=link)
        try:
            return self.client.write(request, _pull, lambda: self.newest_pull(branch, "open"))
        except RefusedError as refused:
            exists = refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern="already exists")
            if exists and (pull := self.newest_pull(branch, "open")):
                return pull
            if draft and refused.matches(HTTPStatus.UNPROCESSABLE_ENTITY, pattern="draft"):
                return self.open_pull(branch, base, title, body)
            raise

    def add_labels(self, pull: int, labels: Sequence[str]) -> tuple[str, ...]:
        """Give a pull request labels: 1 read for each, once, and 1 write. GitHub would make those that are not there.

        Where the token may not set labels, none of them is there for us.
        """
        there = [label for label in labels if self._has_label(label)]
        add = Request("POST", f"issues/{pull}/labels", "label the pull request", _WRITE_PULLS, {"labels": there})
        if there and not self._is_granted(add):
            there = []
        return tuple(label for label in labels if label not in there)

    def make_labels(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Make labels that are not there: 1 read for each, once, and 1 write for each that is missing."""
        made = []
        for label in (one for one in dict.fromkeys(labels) if not self._has_label(one)):
            request = Request("POST", "labels", f"make the label {label}", _WRITE, {"name": label, "color": _COLOUR})
            if self._is_granted(request):
                self._labels[label] = True
                made.append(label)
        return tuple(made)

    def _has_label(self, label: str) -> bool:
        if label not in self._labels:
            request = Request("GET", f"labels/{quote(label, safe='')}", f"look for the label {label}", _READ)
            self._labels[label] = self.client.find(request, lambda _: True) is not None
        return self._labels[label]

    def request_reviews(self, pull: int, people: Sequence[str], teams: Sequence[str]) -> tuple[str, ...]:
        """Ask for reviews: 1 write. GitHub refuses all if one cannot be asked; then it is 1 more for each."""

        def ask(**whom: Sequence[str]) -> bool:
            path, doing = f"pulls/{pull}/requested_reviewers", "ask for a review"
            return self._is_granted(Request("POST", path, doing, _WRITE_PULLS, whom))

        if ask(**{name: list(asked) for name, asked in (("reviewers", people), ("team_reviewers", teams)) if asked}):
            return ()
        if len(people) + len(teams) == 1:
            return (*people, *teams)
        refused = [name for name in people if not ask(reviewers=[name])]
        return (*refused, *(name for name in teams if not ask(team_reviewers=[name])))

    def _is_granted(self, request: Request) -> bool:
        """Send a write that does no harm when it is done twice; tell whether GitHub accepts it."""
        try:
            self.client.write(request)
        except RefusedError as refused:
            if refused.passing:
                raise
            return False
        return True

    def edit_pull(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
    ) -> None:
        given = {"title": title, "body": body, "state": state}
        changes = {name: value for name, value in given.items() if value is not None}
        self.client.write(Request("PATCH", f"pulls/{number}", f"edit pull request {number}", _WRITE_PULLS, changes))

    def _recent_pulls(self, branch: str, after: int) -> tuple[Pull | None, dict[str, Pull]]:
        """Read a branch's newest pull request and, among the newest hundred of all, the open ones by branch.

        `after` is a number that is older than any pull request from that branch, such as its issue's.
        """
        found = self.client.page(_pulls_request(state="all"), self._pull_and_source)
        opened = {source: pull for pull, source in reversed(found) if source and pull.state == "open"}
        own = max((pull for pull, source in found if source == branch), key=lambda pull: pull.number, default=None)
        all_seen = len(found) < PER_PAGE or min(pull.number for pull, _ in found) < after
        return own if own or all_seen else self.newest_pull(branch), opened

    def _open_pulls(self) -> dict[str, Pull]:
        """Read all open pull requests from this repository's own branches, by branch: a hundred a request."""
        found = self.client.pages(_pulls_request(state="open", direction="asc"), self._pull_and_source)
        return {source: pull for pull, source in found if source}

    def _pull_and_source(self, found: Any) -> tuple[Pull, str | None]:
        """Read a pull request of a list, and the branch that it comes from; None where that is in a fork."""
        here, home = found["base"]["repo"], found["head"].get("repo") or {}
        self.default_branch = self.default_branch or here["default_branch"]
        self.node_id = self.node_id or here.get("node_id")
        # A fork's branch may be named like ours; and the repository's own name may have changed.
        return _pull(found), found["head"]["ref"] if home.get("id") == here["id"] else None

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


def _person(comment: dict[str, Any]) -> str:
    """Return who wrote a comment; empty for a machine, or an account that was deleted."""
    user = comment.get("user") or {"type": "Bot"}
    return "" if user.get("type") == "Bot" else str(user["login"])


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
        created_at=found.get("created_at"),
        closed_at=found.get("closed_at"),
        comments=found["comments"],
        url=found["html_url"],
    )


def _issues_request(**query: str) -> Request:
    """List issues, open and closed, the newest first."""
    query = {"state": "all", "sort": "created", "direction": "desc", **query}
    return Request("GET", "issues", "list the issues", _READ, query=query)


def _issue_number(found: Any) -> int | None:
    """Return the number of an issue, or for a pull request of ours that of the issue that it is for."""
    return marked_issue(found["body"] or "") if "pull_request" in found else int(found["number"])


def _pulls_request(**query: str) -> Request:
    """List pull requests, the newest first unless the query says otherwise."""
    query = {"sort": "created", "direction": "desc", **query}
    return Request("GET", "pulls", "list the pull requests", _READ_PULLS, query=query)


def _pull(found: Any) -> Pull:
    user = found["user"] or {"login": "ghost"}  # who has deleted the account
    return Pull(
        number=found["number"],
        title=found["title"],
        body=found["body"] or "",
        state="closed" if found["state"] == "closed" else "open",
        merged=found["merged_at"] is not None,
        url=found["html_url"],
        head=found["head"]["sha"],
        base=found["base"]["ref"],
        closed_at=found.get("closed_at"),
        author="" if user.get("type") == "Bot" else str(user["login"]),
        draft=found.get("draft") is True,
    )


def _comment(found: Any) -> Comment:
    return Comment(found["id"], found["body"] or "")


def _command(found: Any) -> CommentCommand | None:
    """Read a comment as GitHub's REST API gives it; None for a machine's, which gives no commands."""
    user, place = found["user"] or {}, str(found["issue_url"]).rpartition("/")[2]
    if user.get("type") == "Bot" or not place.isdecimal():
        return None
    return CommentCommand(int(found["id"]), str(user.get("login", "")), found["body"] or "", int(place))
