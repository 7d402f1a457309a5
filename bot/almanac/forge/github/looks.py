"""What there is for one issue, or for all: by GraphQL in as few requests as there are pages, else by the REST API."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from almanac.errors import NoCommitError
from almanac.forge.git import Header
from almanac.forge.github.client import PER_PAGE, unless_missing
from almanac.forge.github.files import GitHubFiles
from almanac.forge.github.issues import GitHubIssues
from almanac.forge.github.queries import (
    BASE,
    BASE_ALONE,
    LOOK,
    PULLS,
    REFS,
    Variable,
    at_paths,
    issues_page,
    newest_pulls,
    nodes,
    stored,
    to_comment,
    to_header,
    to_issue,
    to_pull,
)
from almanac.forge.github.request import Request
from almanac.proposal.names import OURS, branch_name, issue_of
from almanac.proposal.ours import cannot_be_ours
from almanac.proposal.state import Base, Comment, Issue, Look, Overview, Proposal, Pull, RepositoryKind

_READ = "contents: read"
_AT_ONCE = 50
"""For how many issues earlier proposals are looked for in one request."""


class GitHubLooks(GitHubFiles, GitHubIssues):
    """Issues with their proposals, as in the `Forge` protocol."""

    _headers: dict[str, Header]  # commits without their files, as far as they came with something else
    _ours: dict[str, Header]  # those of them that we made
    _ids: dict[tuple[str, int], str]  # what GraphQL calls an `issue`, a `pull` or a `comment`, by its number
    _listed: frozenset[str] | None = None  # the branches of all that is open, once it was listed
    _unproposed: dict[str, None]  # the branches of the issues that were listed after that and have none
    _past: dict[str, Pull | None]  # the newest pull requests of some of them
    _is_crowded = False  # whether more proposals are open than one page holds

    # ------------------------------------------------------------ one issue

    def look(self, number: int, *, hasty: bool = False) -> Look:
        """Read an issue and what belongs to it: 1 request, which also brings the files that are likely to be read.

        More comments than a hundred, or branches of ours, cost 1 more. By REST see `_look_by_rest`.
        """
        branch = branch_name(number)
        base, variables = self._base_parts()
        variables |= {"number": Variable("Int!", number), "branch": Variable("String!", branch)}
        variables["ref"] = Variable("String!", f"refs/heads/{branch}")
        found = self.ask(f"read issue {number}", f"{base} {LOOK}", self._parse_look, variables)
        if found is None or found.base is None:
            return self._look_by_rest(number, hasty=hasty)
        # Whether it was deleted or transferred, or the repository has no issues, the REST API tells.
        issue = found.issue or self.issue(number)
        if hasty and issue and cannot_be_ours(len(issue.labels), issue.body, issue.comments):
            return Look(issue, Base("", ""), Proposal())
        pull, others = found.pull, found.others
        if pull is None and found.more_pulls:
            pull = self.newest_pull(branch)
        if found.more_branches:
            _, others = self._recent_pulls(branch, number)
        ours = list[Comment]()
        if issue and issue.comments != 0:
            ours = self._our_comments(number) if found.more_comments else self._ours_among(number, found.comments)
        return _as_look(issue, found.base, found.head, pull, others, ours, number)

    def _parse_look(self, found: Mapping[str, Any]) -> "_Found":
        issue, own, branches = found["issue"], found["own"], found["refs"]
        if own:
            self._headers[own["target"]["oid"]] = to_header(own["target"])
        none: dict[str, Any] = {"nodes": [], "pageInfo": {"hasNextPage": False}}
        comments = issue["comments"] if issue else none
        if issue:
            self._ids["issue", issue["number"]] = issue["id"]
        self._ids |= {("comment", int(node["fullDatabaseId"])): node["id"] for node in nodes(comments)}
        return _Found(
            base=self._parse_base(found),
            issue=to_issue(issue) if issue else None,
            head=own["target"]["oid"] if own else None,
            pull=next(filter(None, map(self._own, nodes(found["pulls"]))), None),
            others={
                OURS + ref["name"]: pull
                for ref in nodes(branches)
                for pull in map(self._own, nodes(ref["associatedPullRequests"]))
                if pull
            },
            comments=list(map(to_comment, nodes(comments))),
            more_comments=comments["pageInfo"]["hasNextPage"],
            more_pulls=found["pulls"]["pageInfo"]["hasNextPage"],
            more_branches=branches["pageInfo"]["hasNextPage"],
        )

    def _own(self, node: Mapping[str, Any]) -> Pull | None:
        """Read a pull request; None where it comes from a fork, whose branch may be named like ours."""
        if node["isCrossRepository"]:
            return None
        pull = to_pull(node)
        self._ids["pull", pull.number] = node["id"]
        return pull

    def _look_by_rest(self, number: int, *, hasty: bool) -> Look:
        """Read an issue and what belongs to it: 3 requests, and 1 more for comments where the issue has any.

        The default branch costs another one, unless it is known, a pull request names it, or it is the only one.
        With `hasty`, an issue that cannot be ours costs 1 request in all.
        """
        branch, issue = branch_name(number), self.issue(number)
        if hasty and issue and cannot_be_ours(len(issue.labels), issue.body, issue.comments):
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
        return _as_look(issue, base, head, pull, opened, ours, number)

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

    # ------------------------------------------------------------ all that is open

    def overview(self) -> Overview:
        """Read the base, every open pull request and the heads of Almanac's branches: 1 request for each hundred.

        The first one also brings the files that are likely to be read.
        """
        found = self._overview_at_once() or self._overview_by_rest()
        self._listed, self._unproposed, self._past = frozenset({*found.pulls, *found.heads}), {}, {}
        return found

    def _overview_at_once(self) -> Overview | None:
        base, pulls, heads = None, dict[str, Pull](), dict[str, str]()
        parts, variables = self._base_parts()
        pages = {"refs": (REFS, ""), "pulls": (PULLS, "")}
        while pages:
            asked = " ".join([parts, *(part for part, _ in pages.values())])
            cursors = {name: Variable("String", cursor or None) for name, (_, cursor) in pages.items()}
            found = self.ask("list what is proposed", asked, self._parse_overview, {**variables, **cursors})
            if found is None:
                return None
            if (found.base or base) is None:
                raise self._no_commit()
            base, parts, variables = base or found.base, "", {}
            pulls |= found.pulls
            heads |= found.heads
            pages = {name: (pages[name][0], cursor) for name, cursor in found.cursors.items()}
        self._is_crowded = len(pulls) > PER_PAGE
        return Overview(base, pulls, heads) if base else None

    def _parse_overview(self, found: Mapping[str, Any]) -> "_Page":
        listed = {name: found[name] for name in ("refs", "pulls") if name in found}
        branches = nodes(listed["refs"]) if "refs" in listed else []
        for ref in branches:
            self._headers[ref["target"]["oid"]] = to_header(ref["target"])
        opened = nodes(listed["pulls"]) if "pulls" in listed else []
        info = {name: connection["pageInfo"] for name, connection in listed.items()}
        return _Page(
            base=self._parse_base(found) if "defaultBranchRef" in found else None,
            pulls={node["headRefName"]: pull for node in opened if (pull := self._own(node))},
            heads={OURS + ref["name"]: ref["target"]["oid"] for ref in branches},
            cursors={name: one["endCursor"] for name, one in info.items() if one["hasNextPage"]},
        )

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:
        """Give the open issues, oldest first, a hundred a request. GitHub can filter by one label, not by several.

        Where many proposals are open, the first request asks for the last hundred issues as well.
        """
        chosen = {"labels": Variable("[String!]", list(labels))} if len(labels) == 1 else {}
        first, last = issues_page("first", labelled=bool(chosen)), issues_page("last", labelled=bool(chosen))
        cursor: str | None = None
        given, ahead = set[int](), list[Issue]()
        while True:
            asked = f"{first} {last}" if self._is_crowded and not given else first
            page = self.ask(
                "list the issues", asked, self._parse_issues, {**chosen, "after": Variable("String", cursor)}
            )
            if page is None:
                yield from (issue for issue in self._open_issues_by_rest(labels) if issue.number not in given)
                return
            ahead = page.last or ahead
            given |= {issue.number for issue in page.first}
            self._note_unproposed([*page.first, *page.last])
            yield from page.first
            cursor, known = page.cursor, given | {issue.number for issue in ahead}
            if cursor is None or len(known) >= page.total:
                break
        yield from (issue for issue in ahead if issue.number not in given)

    def _parse_issues(self, found: Mapping[str, Any]) -> "_Issues":
        page, info = nodes(found["first"]), found["first"]["pageInfo"]
        last = nodes(found["last"]) if "last" in found else []
        self._ids |= {("issue", node["number"]): node["id"] for node in (*page, *last)}
        cursor = info["endCursor"] if info["hasNextPage"] else None
        return _Issues(list(map(to_issue, page)), list(map(to_issue, last)), found["first"]["totalCount"], cursor)

    def _note_unproposed(self, issues: Sequence[Issue]) -> None:
        """Remember which issues seem to be new: what was proposed for them before is going to be asked for."""
        branches = [branch_name(issue.number) for issue in issues if issue.comments == 0]
        if self._listed is not None:
            self._unproposed.update(dict.fromkeys(branch for branch in branches if branch not in self._listed))

    def newest_pull(self, branch: str, state: Literal["open", "all"] = "all") -> Pull | None:
        """Read a branch's newest pull request: 1 request, for fifty issues at once that a listing showed to be new."""
        if state == "all" and branch in self._unproposed:
            asked = [branch, *(other for other in self._unproposed if other != branch)][:_AT_ONCE]
            parts, variables = newest_pulls(asked)
            self._past |= (
                self.ask("look for earlier proposals", parts, partial(self._parse_past, asked), variables) or {}
            )
            self._unproposed = {other: None for other in self._unproposed if other not in asked}
        if state == "all" and branch in self._past:
            return self._past.pop(branch)
        return super().newest_pull(branch, state)

    def _parse_past(self, branches: Sequence[str], found: Mapping[str, Any]) -> dict[str, Pull | None]:
        past: dict[str, Pull | None] = {}
        for at, branch in enumerate(branches):
            listed = found[f"of{at}"]
            own = next(filter(None, map(self._own, nodes(listed))), None)
            if own or not listed["pageInfo"]["hasNextPage"]:
                past[branch] = own
        return past

    def _overview_by_rest(self) -> Overview:
        """Read the same: 3 requests; each further hundred of pull requests costs another one."""
        pulls = self._open_pulls()
        request = Request("GET", f"git/matching-refs/heads/{OURS}", "list Almanac's branches", _READ)
        heads = self.client.read(
            request, lambda found: {one["ref"].removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in found}
        )
        return Overview(self.base(), pulls, heads)

    # ------------------------------------------------------------ the base

    def kind(self) -> RepositoryKind:
        """Read what kind of repository this is: 1 request."""

        def parse(found: Any) -> RepositoryKind:
            is_closed = found.get("archived") or found.get("disabled")
            return "closed" if is_closed else "fork" if found.get("fork") else "own"

        return self.client.read(Request("GET", "", "read the repository", "metadata: read"), parse)

    def _base_parts(self) -> tuple[str, dict[str, Variable]]:
        """Return what reads the base, and at the first time without a checkout, files that are likely to be read."""
        if self._base_at or self.has_checkout:
            return BASE_ALONE, {}
        parts, variables = at_paths(self._likely.files, self._likely.folders)
        return f"{BASE} {parts}", variables

    def _parse_base(self, found: Mapping[str, Any]) -> Base | None:
        """Read the base and what came with it; None where there is none."""
        head = found["defaultBranchRef"]
        self.node_id = str(found["id"])
        if head is None:
            return None
        self.default_branch = str(head["name"])
        commit = str(head["target"]["oid"])
        if "tree" in head["target"]:
            self._learn_base(commit, str(head["target"]["tree"]["oid"]), stored(found))
        return Base(self.default_branch, commit)

    def base(self, heads: Mapping[str, str] = MappingProxyType({})) -> Base:
        """Find the base among heads that were just read; else 1 request, or 2 where its name is not known yet."""
        if self.default_branch is None:
            request = Request("GET", "", "read the repository", "metadata: read")
            self.default_branch = self.client.read(request, lambda found: str(found["default_branch"]))
        head = heads.get(self.default_branch) or self._head(self.default_branch)
        if head is None:
            raise self._no_commit()
        return Base(self.default_branch, head)

    def _head(self, branch: str) -> str | None:
        """Read the head of a branch; None where there is no such branch."""
        request = Request("GET", f"git/ref/heads/{quote(branch)}", f"read the branch {branch}", _READ)
        # GitHub answers 409 where the repository is empty.
        read = partial(self.client.read, request, lambda found: str(found["object"]["sha"]))
        return unless_missing(read, HTTPStatus.CONFLICT)

    def _no_commit(self) -> NoCommitError:
        branch = f"branch {self.default_branch}" if self.default_branch else "commit yet"
        remedy = "Make a first commit, so that there is a branch to propose changes to."
        return NoCommitError(f"{self.client.name} has no {branch}.", remedy=remedy)

    def _first_heads(self) -> tuple[dict[str, str], bool]:
        """Read the heads of up to a hundred branches, and whether these are all, in 1 request.

        If only one of all the branches is not Almanac's own, it has to be the default branch.
        """
        request = Request("GET", "branches", "list the branches", _READ)
        heads = dict(self.client.page(request, lambda one: (str(one["name"]), str(one["commit"]["sha"]))))
        complete = len(heads) < PER_PAGE
        others = [name for name in heads if not name.startswith(OURS)]
        if complete and len(others) == 1:
            self.default_branch = self.default_branch or others[0]
        return heads, complete


class _Found(NamedTuple):
    """What one look brought, and of what there is more."""

    base: Base | None
    issue: Issue | None
    head: str | None
    pull: Pull | None
    others: dict[str, Pull]  # by branch
    comments: list[dict[str, Any]]  # as the REST API has them
    more_comments: bool
    more_pulls: bool
    more_branches: bool


class _Page(NamedTuple):
    """A page of an overview; `cursors` are where the next one begins, by what it is of."""

    base: Base | None
    pulls: dict[str, Pull]
    heads: dict[str, str]
    cursors: dict[str, str]


class _Issues(NamedTuple):
    """A page of the open issues, the last ones if asked for, how many there are, and where the next page begins."""

    first: list[Issue]
    last: list[Issue]
    total: int
    cursor: str | None


def _as_look(  # noqa: PLR0913, PLR0917 -- all that was read
    issue: Issue | None,
    base: Base,
    head: str | None,
    pull: Pull | None,
    opened: Mapping[str, Pull],
    ours: Sequence[Comment],
    number: int,
) -> Look:
    """Put together what was read of an issue, with the open pull requests by branch and our comments."""
    spare = tuple(comment.id for comment in ours[1:])
    known = ((issue_of(name), other) for name, other in opened.items())
    others = {other: pull for other, pull in known if other is not None and other != number}
    return Look(issue, base, Proposal(head, pull, ours[0] if ours else None, spare), others)
