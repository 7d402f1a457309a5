"""The local forge: a git repository and a folder of issues on this disk; no account, and no network but for pictures.

Issues, comments and pull requests are files in `.almanac/`. A pull request is about two branches of the clone, so git
is asked as well whether it was merged.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from almanac.errors import AlmanacError, ForgeError, Raced
from almanac.forge.local.clone import Clone
from almanac.forge.local.store import Store, StoredComment, StoredPull, issue_file, pull_file
from almanac.forge.rounds import attempted
from almanac.proposal.marker import comment_marker
from almanac.proposal.names import branch_name, issue_of
from almanac.proposal.state import (
    Closer,
    Comment,
    Issue,
    Look,
    OpenPull,
    Overview,
    Proposal,
    Pull,
    PutBranch,
    RepositoryKind,
)

if TYPE_CHECKING:
    from almanac.forge.attachments import Attachments

T = TypeVar("T")
# GitHub writes an App's login so, and no person's login can hold a bracket.
AUTHOR = "almanac[bot]"


class LocalForge:
    """One clone as a forge: the protocol `Forge`, and what people do on GitHub by hand as well."""

    has_accounts = False  # everyone who has the clone may do anything with it

    def __init__(self, folder: Path, now: Callable[[], datetime], attachments_of: str | None = None) -> None:
        """Open the clone whose top folder this is; `now` gives the time, with its zone. See `Clone` for errors.

        `attachments_of` is the web address of the GitHub where pictures of issues are, if it is not GitHub's own.
        """
        self._clone = Clone(folder, now)
        self._git = self._clone.git
        self._store = Store(self._clone.home)
        self.now = now
        self._supposed: dict[int, Issue] = {}
        self._attachments_of = attachments_of
        # These are what git and the store do, and no more.
        self.base, self.pushed = self._clone.base, self._clone.pushed
        self.merge_base, self.changes = self._git.merge_base, self._git.changes
        self.read, self.files, self.names = self._git.object, self._git.files, self._git.names
        self.entries, self.is_ancestor = self._git.entries, self._git.is_ancestor
        self.versions, self.uncommitted, self.alone = self._git.versions, self._git.uncommitted, self._store.alone
        self.comments, self.delete_issue = self._store.comments, self._store.drop_issue

    @property
    def name(self) -> str:
        return self._clone.home.name

    # ------------------------------------------------------------ reading

    def kind(self) -> RepositoryKind:
        """Say nothing of what a clone is of: here it is a repository by itself."""
        return "own"

    def look(self, number: int, *, hasty: bool = False) -> Look:  # noqa: ARG002 - nothing costs anything here
        base, branch, heads = self._clone.base(), branch_name(number), self._clone.heads()
        ours = self._our_comments(number)
        proposal = Proposal(
            head=heads.get(branch),
            pull=next((self._view(stored, heads) for stored in self._store.pulls(branch)), None),
            comment=Comment(ours[0].number, ours[0].body) if ours else None,
            spare=tuple(comment.number for comment in ours[1:]),
        )
        others: dict[int, Pull] = {}
        for stored in self._store.readable_pulls():
            issue = issue_of(stored.head)
            # git is not asked about each of them: it is enough that the branch is still there.
            if issue and issue != number and stored.state == "open" and not stored.merged and stored.head in heads:
                url = pull_file(stored.number)
                others[issue] = Pull(stored.number, stored.title, stored.body, url=url, head=stored.commit)
        return Look(self.issue(number), base, proposal, others)

    def issue(self, number: int) -> Issue | None:
        issue = self._supposed.get(number) or self._store.issue(number)
        if not issue:
            return None
        return replace(issue, comments=len(self._store.comments(number)), url=issue.url or issue_file(number))

    def issues(self) -> Iterator[Issue]:
        """Give all issues, oldest first."""
        for number in sorted({*self._store.issues(), *self._supposed}):
            if issue := self.issue(number):
                yield issue

    def attachment(self, issue: int, address: str, most: int) -> bytes:  # noqa: ARG002 - as the protocol has it
        """Read what was attached to an issue on GitHub, where everyone may see it: here is no token."""
        return self._attachments.read(address, most)

    @cached_property
    def _attachments(self) -> "Attachments":
        from almanac.forge.attachments import PUBLIC, Attachments  # noqa: PLC0415 - slow to import, and seldom needed

        return Attachments(self._attachments_of or PUBLIC)

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:  # noqa: ARG002 - they cost nothing here
        return (issue for issue in self.issues() if issue.state == "open")

    def own_issues(self, mark: str, since: datetime) -> Iterator[Issue]:  # noqa: ARG002 - they cost nothing here
        return (issue for issue in self.issues() if issue.author == AUTHOR and issue.body.startswith(mark))

    def _our_comments(self, issue: int) -> list[StoredComment]:
        marker = comment_marker(issue)
        return [found for found in self.comments(issue) if found.author == AUTHOR and marker in found.body]

    def overview(self) -> Overview:
        heads = self._clone.heads()
        opened = [stored for stored in self._store.readable_pulls() if stored.state == "open"]
        pulls = {stored.head: pull for stored in opened if (pull := self._view(stored, heads)).state == "open"}
        ours = {branch: head for branch, head in heads.items() if branch.startswith("almanac/")}
        return Overview(self._clone.base(), pulls, ours)

    def newest_pull(self, branch: str) -> Pull | None:
        heads = self._clone.heads()
        return next((self._view(stored, heads) for stored in self._store.pulls(branch)), None)

    def pull(self, number: int) -> Pull | None:
        stored = self._store.pull(number)
        return self._view(stored, self._clone.heads()) if stored else None

    def branch_of(self, pull: int) -> str:
        """Return the branch of a pull request."""
        return self._stored_pull(pull).head

    def pulls(self) -> Iterator[Pull]:
        """Give all pull requests, newest first."""
        heads = self._clone.heads()
        return (self._view(stored, heads) for stored in self._store.pulls())

    def _view(self, stored: StoredPull, heads: Mapping[str, str]) -> Pull:
        """Return a pull request as it is now: someone may have merged its branch with plain git."""
        merged, commit = stored.merged, stored.commit
        if stored.state == "open":
            base, head = heads.get(stored.base), heads.get(stored.head)
            # Then the base holds what the branch held at our last write, and what was committed to it since.
            if base and commit and self._git.is_ancestor(commit, base):
                merged = merged or head in {None, commit} or self._git.is_ancestor(str(head), base)
            commit = head if merged and head else commit
        state: Literal["open", "closed"] = "closed" if merged else stored.state
        return Pull(
            number=stored.number,
            title=stored.title,
            body=stored.body,
            state=state,
            merged=merged,
            url=pull_file(stored.number),
            head=commit,
            base=stored.base,
            closed_at=stored.closed_at,
            draft=stored.draft is True,
        )

    def closer(self, pull: int, *, may_be_deleted: bool) -> Closer:  # noqa: ARG002 - as the protocol has it
        return Closer(decides=True)  # whoever has the clone may decide

    def is_ours(self, commit: str) -> bool:
        header = self._git.header(commit)
        return header is not None and header.is_ours

    def reads_freely(self, commit: str) -> bool:  # noqa: ARG002 - as the protocol has it
        return True

    def can_write(self, login: str) -> bool:
        """Tell whether the git setting `almanac.writer` names someone; nobody has an account here."""
        return login in self._git.text("config", "--get-all", "almanac.writer", good=(0, 1)).splitlines()

    # ------------------------------------------------------------ writing

    def put_branch(self, write: PutBranch) -> str:
        with self.alone():
            self._record_merges(write.branch)
            return self._clone.put(write)

    def delete_branch(self, branch: str, expected: str) -> None:
        with self.alone():
            self._record_merges(branch)
            self._clone.delete(branch, expected)

    def _record_merges(self, branch: str) -> None:
        """Record which pull requests from a branch were merged by plain git, while that can still be seen."""
        for stored in self._store.pulls(branch):
            if stored.state == "open" and self._view(stored, self._clone.heads()).merged:
                self._end_pull(stored, merged=True)

    def propose(self, write: PutBranch, pull: OpenPull, body: Callable[[str | None], str]) -> None:
        """Leave it to `put_branch` and `open_pull`, which cost nothing here."""

    def together(self) -> AbstractContextManager[None]:
        """Let nothing wait: writes cost nothing here."""
        return nullcontext()

    batch = 1

    def side_by_side(self, calls: Sequence[Callable[[], T]]) -> list[T | AlmanacError]:
        return [attempted(call) for call in calls]

    def open_pull(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> Pull:
        with self.alone():
            heads = self._clone.heads()
            for stored in self._store.pulls(branch):
                if (pull := self._view(stored, heads)).state == "open":
                    return pull
            if branch not in heads:
                raise ForgeError(f"There is no branch {branch} to open a pull request from.")
            stored = self._store.add_pull(
                title=title, head=branch, commit=heads[branch], base=base, body=body, draft=draft
            )
            return self._view(stored, heads)

    def add_labels(self, pull: int, labels: Sequence[str]) -> tuple[str, ...]:
        """Note the labels in the pull request's file: here, there is every label."""
        with self.alone():
            stored = self._stored_pull(pull)
            both = [*dict.fromkeys((*(stored.labels or ()), *labels))]
            self._store.put_pull(stored.model_copy(update={"labels": both}))
        return ()

    def make_labels(self, labels: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 -- here, there is every label
        """Make none: here, there is every label."""
        return ()

    def request_reviews(self, pull: int, people: Sequence[str], teams: Sequence[str]) -> tuple[str, ...]:
        """Note in the pull request's file who is asked: here, anyone can be."""
        with self.alone():
            stored = self._stored_pull(pull)
            both = [*dict.fromkeys((*(stored.reviewers or ()), *people, *teams))]
            self._store.put_pull(stored.model_copy(update={"reviewers": both}))
        return ()

    def edit_pull(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
    ) -> None:
        with self.alone():
            stored, heads = self._stored_pull(number), self._clone.heads()
            pull = self._view(stored, heads)
            given = {"title": title, "body": body}
            if state == "open" and pull.state == "closed" and not pull.merged and stored.head in heads:
                stored = stored.model_copy(update={"state": "open", "closed_at": None})
            if pull.state == "open":
                # So that a merge by plain git is noticed later, when the branch may be gone.
                given["commit"] = heads.get(stored.head)
            stored = stored.model_copy(update={key: value for key, value in given.items() if value is not None})
            if state == "closed" or pull.merged:
                self._end_pull(stored, merged=pull.merged)
            else:
                self._store.put_pull(stored)

    def _end_pull(self, stored: StoredPull, *, merged: bool) -> None:
        ended = {"state": "closed", "merged": merged, "closed_at": stored.closed_at or self._time()}
        self._store.put_pull(stored.model_copy(update=ended))

    def create_comment(self, issue: int, body: str) -> Comment:
        with self.alone():
            if self._our_comments(issue):
                raise Raced(branch_name(issue))
            return Comment(self.comment(issue, AUTHOR, body), body)

    def add_comment(self, issue: int, body: str) -> None:
        mark = body.partition("\n")[0]
        with self.alone():
            if not any(found.author == AUTHOR and mark in found.body.split("\n") for found in self.comments(issue)):
                self.comment(issue, AUTHOR, body)

    def has_said(self, issue: int, mark: str) -> bool | None:
        if not self._our_comments(issue):
            return None
        return any(found.author == AUTHOR and mark in found.body.split("\n") for found in self.comments(issue))

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        with self.alone():
            found = self._store.comment(issue, comment)
            if not found or found.author != AUTHOR:
                raise ForgeError(f"Issue {issue} has no comment {comment} by Almanac.")
            self._store.put_comment(issue, found.model_copy(update={"body": body}))

    def delete_comment(self, issue: int, comment: int) -> None:
        with self.alone():
            if any(found.number == comment for found in self._our_comments(issue)):
                self._store.drop_comment(issue, comment)

    def open_issue(self, title: str, body: str, labels: Sequence[str]) -> None:
        mark = f"{body.splitlines()[0]}\n"
        with self.alone():
            if next(self.own_issues(mark, self.now()), None) is None:
                number = max((*self._store.issues(), *self._supposed), default=0) + 1
                self._store.put_issue(Issue(number, title, body, tuple(labels), AUTHOR, created_at=self._time()))

    def kept_issue(self, label: str, mark: str) -> Issue | None:
        ours = [issue for issue in self.issues() if issue.author == AUTHOR]
        labelled = (issue for issue in ours if label in issue.labels)
        return next(labelled, next((issue for issue in ours if issue.body.startswith(mark)), None))

    def edit_issue(self, number: int, body: str, labels: Sequence[str] = ()) -> None:
        with self.alone():
            issue = self._stored_issue(number)
            self._store.put_issue(replace(issue, body=body, labels=tuple(labels) or issue.labels))

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        with self.alone():
            issue = self._stored_issue(number)
            closed_at = issue.closed_at or self._time()
            self._store.put_issue(replace(issue, state="closed", state_reason=reason, closed_at=closed_at))

    # ------------------------------------------------------------ what people do on GitHub by hand

    def suppose(self, issue: Issue) -> None:
        """Act as if an issue had been filed, until it is; write nothing."""
        self._supposed[issue.number] = self._as_filed(issue)

    def file_issue(self, issue: Issue) -> None:
        """File an issue, or take over what changed in it since it was last filed.

        Its state is taken over only if it differs from the last time, so an unchanged file does not reopen an issue
        that has been closed since.
        """
        with self.alone():
            self._supposed.pop(issue.number, None)
            filed = {"state": issue.state, "state_reason": issue.state_reason}
            self._store.put_issue(self._as_filed(issue), filed=filed)

    def _as_filed(self, issue: Issue) -> Issue:
        stored = self._store.issue(issue.number)
        filed = self._store.issue_keys(issue.number).get("filed")
        if stored and filed == {"state": issue.state, "state_reason": issue.state_reason}:
            return replace(issue, state=stored.state, state_reason=stored.state_reason, closed_at=stored.closed_at)
        if issue.state == "closed" and not issue.closed_at:
            return replace(issue, closed_at=self._time())
        return issue

    def reopen_issue(self, number: int) -> None:
        with self.alone():
            issue = self._stored_issue(number)
            self._store.put_issue(replace(issue, state="open", state_reason="reopened", closed_at=None))

    def comment(self, issue: int, author: str, body: str) -> int:
        with self.alone():
            self._stored_issue(issue)
            return self._store.add_comment(issue, author, self._time(), body)

    def merge(self, number: int) -> str:
        """Merge a pull request, close its issue and delete its branch; return the merge commit's id.

        A working copy that has the base checked out follows. When it fails, nothing was changed.
        """
        with self.alone():
            stored = self._stored_pull(number)
            branch, heads = stored.head, self._clone.heads()
            head = heads.get(branch)
            if self._view(stored, heads).state != "open" or not head:
                raise ForgeError(f"Pull request {number} is not open any more, or its branch {branch} is gone.")
            self._clone.refuse_checked_out(branch)
            message = f"Merge pull request #{number} from {branch}\n\n{stored.title}\n"
            commit = self._clone.merge(branch, stored.base, message)
            self._end_pull(stored.model_copy(update={"commit": head}), merged=True)
            # Only the branch's own issue is closed: a `Closes #7` that someone typed closes nothing.
            own = issue_of(branch)
            issue = self._store.issue(own) if own and re.search(rf"(?i)\bcloses #{own}\b", stored.body) else None
            if issue and issue.state == "open":
                self.close_issue(issue.number, "completed")
            with suppress(Raced):  # what someone has committed there since stays
                self._clone.delete(branch, head)
            return commit

    def _stored_issue(self, number: int) -> Issue:
        if issue := self._store.issue(number):
            return issue
        raise ForgeError(f"There is no issue {number} in {self.name}.")

    def _stored_pull(self, number: int) -> StoredPull:
        if pull := self._store.pull(number):
            return pull
        raise ForgeError(f"There is no pull request {number} in {self.name}.")

    def _time(self) -> str:
        """Return the time as GitHub writes it: ISO 8601, in UTC, to the second."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
