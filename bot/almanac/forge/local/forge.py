"""The local forge's pull requests: files of `.almanac/` about branches of the clone.

The local forge: a git repository and a folder of issues on this disk; no network, no account.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from almanac.errors import ForgeError, Raced
from almanac.forge.git import has_trailer, is_ancestor
from almanac.forge.local.clone import Clone
from almanac.forge.local.store import FOLDER, CommentPaper, PullPaper, State, Store, StoredComment, StoredPull, stamp
from almanac.proposal.marker import comment_marker
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


@dataclass(frozen=True)
class Merged:
    """What a merge did: the merge commit, the branch that was merged and its head, the issue to be closed by it."""

    commit: str
    branch: str
    head: str
    issue: int | None


class Pulls:
    """The pull requests of one clone."""

    def __init__(self, clone: Clone, store: Store, now: Callable[[], datetime]) -> None:
        """Take where branches and where files are."""
        self._clone = clone
        self._store = store
        self._now = now

    def find(self, number: int) -> Pull | None:
        """Read one pull request, or None where there is none."""
        found = self._store.pull(number)
        return self._view(found) if found else None

    def all(self) -> Iterator[Pull]:
        """Give all pull requests, newest first."""
        return map(self._view, self._store.pulls())

    def newest(self, branch: str) -> Pull | None:
        """Read the newest pull request from a branch, or None where there is none."""
        return next(map(self._view, self._store.pulls(branch)), None)

    def stored_open(self, heads: Collection[str]) -> Iterator[tuple[str, Pull]]:
        """Give branch and pull request for each that was open when it was written and whose branch is among these."""
        for found in self._store.sound_pulls():
            about = found.about
            if about.state == "open" and not about.merged and about.head in heads:
                yield about.head, Pull(found.number, about.title, found.body, url=_url(found), head=about.commit)

    def seen_open(self) -> Iterator[tuple[str, Pull]]:
        """Give branch and pull request for each that was open when it was written, as it is now."""
        for found in self._store.sound_pulls():
            if found.about.state == "open":
                yield found.about.head, self._view(found)

    def open(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        with self._store.alone():
            for pull in map(self._view, self._store.pulls(branch)):
                if pull.state == "open":
                    return pull
            head = self._clone.head(branch)
            if not head:
                raise ForgeError(f"There is no branch {branch} to open a pull request from.")
            return self._view(self._store.add_pull(PullPaper(title=title, head=branch, commit=head, base=base), body))

    def edit(self, number: int, *, title: str | None = None, body: str | None = None, close: bool = False) -> None:
        """Change what is given of a pull request."""
        with self._store.alone():
            found = self._stored(number)
            about, pull = found.about, self._view(found)
            if title is not None:
                about = about.model_copy(update={"title": title})
            if pull.state == "open":
                # So that a merge by plain git is seen later, when the branch may be gone.
                about = about.model_copy(update={"commit": self._clone.head(about.head) or about.commit})
            if close or pull.merged:
                about = self._ended(about, merged=pull.merged)
            self._store.put_pull(StoredPull(number, about, found.body if body is None else body))

    def merge(self, number: int) -> Merged:
        """Merge a pull request into its base; its branch and its issue are left to the caller.

        Raises:
            ForgeError: It is not open, conflicts with its base, its branch is checked out somewhere, or uncommitted
                changes are in the way; nothing was changed.
        """
        with self._store.alone():
            found = self._stored(number)
            about, head = found.about, self._clone.head(found.about.head)
            if self._view(found).state != "open" or not head:
                raise ForgeError(f"Pull request {number} is not open any more, or its branch {about.head} is gone.")
            self._clone.refuse_checked_out(about.head)
            message = f"Merge pull request #{number} from {about.head}\n\n{about.title}\n"
            commit = self._clone.merge(about.head, about.base, message)
            ended = self._ended(about.model_copy(update={"commit": head}), merged=True)
            self._store.put_pull(StoredPull(number, ended, found.body))
            return Merged(commit, about.head, head, _closes(found))

    def settle(self, branch: str) -> None:
        """Write down which pull requests from a branch were merged by plain git, while that can still be seen."""
        for found in self._store.pulls(branch):
            if found.about.state == "open" and self._view(found).merged:
                self._store.put_pull(StoredPull(found.number, self._ended(found.about, merged=True), found.body))

    def _view(self, found: StoredPull) -> Pull:
        about = found.about
        merged = about.merged or (about.state == "open" and self._is_merged(about))
        state: State = "closed" if merged else about.state
        # A merge by plain git has taken in what was committed since our last write, too.
        head = self._clone.head(about.head) if merged and about.state == "open" else None
        return Pull(found.number, about.title, found.body, state, merged, _url(found), head or about.commit)

    def _is_merged(self, about: PullPaper) -> bool:
        """Tell whether somebody merged the branch with plain git: what it held at our last write is in its base."""
        base, head = self._clone.head(about.base), self._clone.head(about.head)
        if not base or not about.commit or not is_ancestor(self._clone.git, about.commit, base):
            return False
        return head is None or is_ancestor(self._clone.git, head, base)

    def _ended(self, about: PullPaper, *, merged: bool) -> PullPaper:
        closed_at = about.closed_at or stamp(self._now())
        return about.model_copy(update={"state": "closed", "merged": merged, "closed_at": closed_at})

    def _stored(self, number: int) -> StoredPull:
        found = self._store.pull(number)
        if not found:
            raise ForgeError(f"There is no pull request {number} in {self._clone.home.name}.")
        return found


def _url(found: StoredPull) -> str:
    return f"{FOLDER}/pulls/{found.number}.md"


def _closes(found: StoredPull) -> int | None:
    """Return the issue whose branch this is, if the text says that it closes it: typed text can close no other."""
    issue = issue_of(found.about.head)
    return issue if issue and re.search(rf"\bcloses #{issue}\b", found.body, re.IGNORECASE) else None


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
        return about is not None and has_trailer(about.message, about.tree)

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
