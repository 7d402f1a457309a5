"""The local forge: a git repository and a folder of issues on this disk; no network, no account."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.errors import ForgeError, Raced
from bot.forge.clone import Clone
from bot.forge.files import FOLDER
from bot.forge.papers import CommentPaper, stamp
from bot.forge.pulls import Pulls
from bot.forge.seal import is_sealed
from bot.forge.store import Store, StoredComment
from bot.proposals.marker import comment_marker
from bot.proposals.state import (
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

# GitHub writes an App's login so, and no person's login can hold a bracket.
AUTHOR = "almanac[bot]"


class LocalForge:
    """One clone as a forge. It keeps to the protocol `Forge`, and has what people do on GitHub by hand as well."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Open the clone whose top folder this is.

        Args:
            folder: The top folder of a git repository's working copy.
            now: Gives the time, with its zone.

        Raises:
            ForgeError: It is not such a folder.
        """
        self._clone = Clone(folder, now)
        self._store = Store(self._clone.home)
        self._pulls = Pulls(self._clone, self._store, now)
        self._now = now
        self._supposed: dict[int, Issue] = {}

    @property
    def name(self) -> str:
        """The name of the clone's folder."""
        return self._clone.home.name

    @property
    def has_accounts(self) -> bool:
        """There are none: whoever has the clone may do anything with it."""
        return False

    # ------------------------------------------------------------ reading

    def look(self, number: int, *, hasty: bool = False) -> Look:  # noqa: ARG002 - nothing costs anything here
        """Read one issue, the base, what there is of the issue's proposal, and which others are open."""
        base, branch, heads = self._clone.base(), branch_name(number), self._clone.heads()
        ours = self._ours(number)
        proposal = Proposal(
            head=heads.get(branch),
            pull=self._pulls.newest(branch),
            comment=Comment(ours[0].id, ours[0].body) if ours else None,
            spare=tuple(comment.id for comment in ours[1:]),
        )
        opened = ((issue_of(name), pull) for name, pull in self._pulls.stored_open(heads))
        others = {other: pull for other, pull in opened if other is not None and other != number}
        return Look(self.issue(number), base, proposal, others)

    def _ours(self, number: int) -> list[StoredComment]:
        marker = comment_marker(number)
        found = self._store.comments(number)
        return [each for each in found if each.about.author == AUTHOR and marker in each.body]

    def issue(self, number: int) -> Issue | None:
        """Read one issue; None where there is none."""
        issue = self._supposed.get(number) or self._store.issue(number)
        if not issue:
            return None
        url = issue.url or f"{FOLDER}/issues/{number}/issue.json"
        return replace(issue, comments=len(self._store.comments(number)), url=url)

    def issues(self) -> Iterator[Issue]:
        """Give all issues, oldest first."""
        for number in sorted({*self._store.issues(), *self._supposed}):
            if issue := self.issue(number):
                yield issue

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:  # noqa: ARG002 - they cost nothing here
        """Give the open issues, oldest first."""
        return (issue for issue in self.issues() if issue.state == "open")

    def standing(self) -> Standing:
        """Read the base, every open pull request, and the heads of Almanac's branches."""
        pulls = {name: pull for name, pull in self._pulls.seen_open() if pull.state == "open"}
        return Standing(self._clone.base(), pulls, self._clone.heads())

    def newest_pull(self, branch: str) -> Pull | None:
        """Read the newest pull request from a branch, open or closed."""
        return self._pulls.newest(branch)

    def pull(self, number: int) -> Pull | None:
        """Read one pull request; None where there is none."""
        return self._pulls.find(number)

    def pulls(self) -> Iterator[Pull]:
        """Give all pull requests, newest first."""
        return self._pulls.all()

    def base(self) -> Base:
        """Read the base branch's name and head."""
        return self._clone.base()

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file at a commit; None where there is none."""
        return self._clone.git.object(commit, path)

    def files(self, commit: str, folder: str, suffix: str) -> Mapping[str, bytes]:
        """Read the files directly in a folder at a commit whose names end so."""
        return self._clone.git.files(commit, folder, suffix)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the files that stand directly in a folder at a commit."""
        return self._clone.git.names(commit, folder)

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common."""
        return self._clone.git.merge_base(first, second)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits."""
        return self._clone.git.changes(older, newer)

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit is one that `put_branch` made straight on a base, as it made it."""
        about = self._clone.git.about(commit)
        return about is not None and is_sealed(about.message, about.tree)

    def reads_freely(self, commit: str) -> bool:  # noqa: ARG002 - as the protocol has it
        """Say yes: all is on this disk."""
        return True

    def can_write(self, login: str) -> bool:
        """Tell whether the git setting `almanac.writer` names somebody; nobody has an account here."""
        return login in self._clone.writers()

    def uncommitted(self) -> tuple[str, ...]:
        """List the files with changes that no commit holds: proposals are made without them."""
        return self._clone.git.uncommitted()

    # ------------------------------------------------------------ writing

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs out until the end of the `with`; to be held around a whole run that writes."""
        return self._store.alone()

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit, point the branch at it and return its id."""
        with self.alone():
            self._pulls.settle(write.branch)
            return self._clone.put(write)

    def open_pull(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        return self._pulls.open(branch, base, title, body)

    def edit_pull(
        self, number: int, *, title: str | None = None, body: str | None = None, state: Literal["closed"] | None = None
    ) -> None:
        """Change what is given of a pull request, in one write."""
        self._pulls.edit(number, title=title, body=body, close=state == "closed")

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue, unless another run has written it meanwhile."""
        with self.alone():
            if self._ours(issue):
                raise Raced(branch_name(issue))
            return Comment(self.comment(issue, AUTHOR, body), body)

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of one of our comments."""
        with self.alone():
            found = self._store.comment(issue, comment)
            if not found or found.about.author != AUTHOR:
                raise ForgeError(f"Issue {issue} has no comment {comment} of Almanac's.")
            self._store.put_comment(issue, replace(found, body=body))

    def delete_comment(self, issue: int, comment: int) -> None:
        """Delete a comment of ours; one that is gone already is fine."""
        with self.alone():
            if any(found.id == comment for found in self._ours(issue)):
                self._store.drop_comment(issue, comment)

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        """Close an issue."""
        with self.alone():
            issue = self._stored_issue(number)
            closed_at = issue.closed_at or self._time()
            self._store.put_issue(replace(issue, state="closed", state_reason=reason, closed_at=closed_at))

    def delete_branch(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone already is fine."""
        with self.alone():
            self._pulls.settle(branch)
            self._clone.delete(branch, expected)

    # ------------------------------------------------------------ what people do on GitHub by hand

    def suppose(self, issue: Issue) -> None:
        """Act as if an issue had been filed, until it is; write nothing."""
        self._supposed[issue.number] = self._filed(issue)

    def file_issue(self, issue: Issue) -> None:
        """File an issue, or take over what changed in it since it was filed last.

        Its state is taken over only if it is another than last time. So an unchanged file does not reopen
        an issue that was closed meanwhile.
        """
        with self.alone():
            self._supposed.pop(issue.number, None)
            self._store.put_issue(self._filed(issue), filed={"state": issue.state, "state_reason": issue.state_reason})

    def reopen_issue(self, number: int) -> None:
        """Reopen an issue."""
        with self.alone():
            issue = self._stored_issue(number)
            self._store.put_issue(replace(issue, state="open", state_reason="reopened", closed_at=None))

    def delete_issue(self, number: int) -> None:
        """Delete an issue with its comments."""
        self._store.drop_issue(number)

    def comment(self, issue: int, author: str, body: str) -> int:
        """Write a comment as somebody and return its number."""
        with self.alone():
            self._stored_issue(issue)
            return self._store.add_comment(issue, CommentPaper(author=author, created_at=self._time()), body)

    def comments(self, issue: int) -> list[StoredComment]:
        """Read all comments on an issue, oldest first."""
        return self._store.comments(issue)

    def close_pull(self, number: int) -> None:
        """Close a pull request without merging it: a maintainer's no."""
        self._pulls.edit(number, close=True)

    def merge(self, number: int) -> str:
        """Merge a pull request, close its issue and delete its branch; return the merge commit's id.

        A working copy that has the base checked out follows.

        Raises:
            ForgeError: It is not open, conflicts with its base, or somebody's uncommitted changes are in the way;
                nothing was changed.
        """
        with self.alone():
            merged = self._pulls.merge(number)
            issue = self._store.issue(merged.issue) if merged.issue else None
            if issue and issue.state == "open":
                self.close_issue(issue.number, "completed")
            self._clone.delete(merged.branch, merged.head)
            return merged.commit

    # ------------------------------------------------------------ inside

    def _filed(self, issue: Issue) -> Issue:
        stored = self._store.issue(issue.number)
        filed = self._store.issue_keys(issue.number).get("filed")
        if stored and filed == {"state": issue.state, "state_reason": issue.state_reason}:
            return replace(issue, state=stored.state, state_reason=stored.state_reason, closed_at=stored.closed_at)
        if issue.state == "closed" and not issue.closed_at:
            return replace(issue, closed_at=self._time())
        return issue

    def _stored_issue(self, number: int) -> Issue:
        issue = self._store.issue(number)
        if not issue:
            raise ForgeError(f"There is no issue {number} in {self.name}.")
        return issue

    def _time(self) -> str:
        return stamp(self._now())
