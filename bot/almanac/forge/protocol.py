"""What Almanac needs of a place where repositories, issues and pull requests live."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from almanac.caps import PAGE, RECORDS, Cap
from almanac.errors import AlmanacError
from almanac.proposal.state import (
    Base,
    Blob,
    Changes,
    Closer,
    Comment,
    FileVersion,
    Issue,
    Look,
    OpenPull,
    Overview,
    Pull,
    PutBranch,
    RepositoryKind,
)

T = TypeVar("T")


class Forge(Protocol):
    """One repository on one forge.

    Reads give the state as it is now; a file at a commit never changes, so adapters may keep those. Each write does one
    thing. A write whose answer was lost is not blindly repeated: the adapter looks first whether it took effect.
    Every method may raise `ForgeError`.
    """

    @property
    def name(self) -> str:
        """How messages call the repository: `OWNER/NAME`, or its folder."""

    @property
    def has_accounts(self) -> bool:
        """Whether people have accounts here, so that it is known who may write."""

    def kind(self) -> RepositoryKind:
        """Tell whether the repository is a fork, or `closed`: archived or disabled, so that it takes no writes."""

    def now(self) -> datetime:
        """Tell what time it is, with a zone."""

    def look(self, number: int, *, hasty: bool = False) -> Look:
        """Read one issue, the base, what there is of the issue's proposal, and which others are open.

        With `hasty`, nothing more is read of an issue that cannot be ours, and its base is without a name and commit.
        """

    def issue(self, number: int) -> Issue | None:
        """Read one issue alone; None if it was deleted, transferred, or is a pull request."""

    def open_issues(self, labels: Sequence[str] = ()) -> Iterator[Issue]:
        """Give the open issues, oldest first; with labels, at least those that carry one. Without pull requests."""

    def own_issues(self, mark: str, since: datetime) -> Iterator[Issue]:
        """Give the issues, open or closed, that Almanac opened, and whose text begins so; at least those since then."""

    def overview(self) -> Overview:
        """Read the base, every open pull request from this repository, and the heads of Almanac's branches."""

    def newest_pull(self, branch: str) -> Pull | None:
        """Read the newest pull request from a branch, open or closed."""

    def closer(self, pull: int, *, may_be_deleted: bool) -> Closer:
        """Find out who closed a pull request that was not merged.

        `may_be_deleted` tells whether one of its branches is gone, so that this may be what closed it.
        """

    def base(self) -> Base:
        """Read the default branch's name and head."""

    def read(self, commit: str, path: str, cap: Cap = PAGE) -> bytes | None:
        """Read a file at a commit; None if there is none. Submodules do not count.

        Raises:
            ConfigError: It, or a folder on the way, is a symbolic link; or it is larger than the cap says.
        """

    def files(
        self, commit: str, folder: str, suffix: str, cap: Cap = RECORDS, *, deep: bool = False
    ) -> Mapping[str, bytes]:
        """Read the files in a folder at a commit whose names end so; from a clone, all of them at once.

        With `deep`, those in folders of the folder as well: their names are their paths within it.

        Raises:
            ConfigError: As for `read`, or all together are larger than the cap says; nothing was fetched.
        """

    def names(self, commit: str, folder: str, *, deep: bool = False) -> frozenset[str]:
        """List the names of the files in a folder at a commit; empty if there is no such folder. `deep` is as above.

        A symbolic link counts as a file, and is refused where it is read; one on the way is refused as in `read`.
        """

    def entries(self, commit: str, paths: Iterable[str]) -> Mapping[str, Blob | None]:
        """Tell what is at some paths of a commit, without reading it: a folder too; None where there is nothing."""

    def attachment(self, issue: int, address: str, most: int) -> bytes:
        """Read what was attached to an issue, by its address; of what is larger, only `most` bytes and one more.

        Raises:
            ForgeError: Its address is not one of an attachment on this forge's GitHub, or it could not be fetched. The
                message is one sentence about the attachment, the same each time.
        """

    def versions(self, commit: str, path: str) -> Iterator[FileVersion]:
        """Give the commits that changed a file, newest first, up to a commit of the base: take only what is needed.

        A file that was moved begins where it came to this path. What is not known is left out.
        """

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common; None if there is none."""

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether a commit is in another's history, or is that other; False for one that is not there."""

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits."""

    def is_ours(self, commit: str) -> bool:
        """Tell whether a commit was made by `put_branch` straight on a base, and nobody has amended it since."""

    def reads_freely(self, commit: str) -> bool:
        """Tell whether reading this commit's files sends no requests."""

    def can_write(self, login: str) -> bool:
        """Tell whether someone may write to the repository; people whom it does not know may not."""

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit, point the branch at it and return its SHA.

        Files of other people are taken over byte for byte, with their modes. Where the head is a commit of ours that
        holds the very same already, as after a run that was cut short, that one is returned.

        Raises:
            Raced: The branch's head is not the expected one; nothing was changed.
        """

    def propose(self, write: PutBranch, pull: OpenPull, body: Callable[[str | None], str]) -> tuple[str, Pull] | None:
        """Do what `put_branch` and `open_pull` do for a new branch, where that is cheaper; else nothing, and None.

        `body` gives the text for a commit; the pull request may have that for None, until it is edited.

        Raises:
            Raced: There is such a branch by now; it was left as it is.
        """

    def together(self) -> AbstractContextManager[None]:
        """Let edits and new comments wait for each other and go out at once: before any other write, or at the end.

        If an error ends it, those that still wait are not made.
        """

    @property
    def batch(self) -> int:
        """For how many issues it pays, for now, to decide before anything is written for them."""

    def side_by_side(self, calls: Sequence[Callable[[], T]]) -> list[T | AlmanacError]:
        """Make calls that write for different issues; return what each gave, or the error that ended it.

        Where that saves requests, what they write at the same step goes out at once, in the order of the calls. For
        each it is as if it were alone: what fails for one of them does not keep the others from going on.
        """

    def open_pull(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> Pull:
        """Open a pull request, as a draft where there are such, or return the one that is open from this branch."""

    def add_labels(self, pull: int, labels: Sequence[str]) -> tuple[str, ...]:
        """Give a pull request labels, and return those that the repository does not have: none is made."""

    def make_labels(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Make those of some labels that the repository does not have, and return them; none where we may not."""

    def request_reviews(self, pull: int, people: Sequence[str], teams: Sequence[str]) -> tuple[str, ...]:
        """Ask people and teams to review a pull request, and return those who cannot be asked."""

    def edit_pull(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
    ) -> None:
        """Change what is given of a pull request, in one write; only one whose branch is there can be opened again."""

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write our comment on an issue.

        Raises:
            Raced: Another run has just written it; it was left alone.
        """

    def add_comment(self, issue: int, body: str) -> None:
        """Write one more comment on an issue, unless there is one of ours with the same first line."""

    def has_said(self, issue: int, mark: str) -> bool | None:
        """Tell whether a comment of ours has this line; None if our one comment is not on the issue (any more)."""

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of one of our comments."""

    def delete_comment(self, issue: int, comment: int) -> None:
        """Delete a comment of ours; one that is gone already is fine."""

    def open_issue(self, title: str, body: str, labels: Sequence[str]) -> None:
        """Open an issue, unless one of ours among the newest has the same first line, open or closed.

        If another run opens one at the same moment, only the older one stays open.
        """

    def kept_issue(self, label: str, mark: str) -> Issue | None:
        """Find the oldest issue, open or closed, that Almanac opened with a label; else one whose text begins so."""

    def edit_issue(self, number: int, body: str, labels: Sequence[str] = ()) -> None:
        """Replace the text of an issue that Almanac opened, and its labels if some are given."""

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        """Close an issue."""

    def delete_branch(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone already is fine.

        Raises:
            Raced: Its head is not the expected one; it was left alone.
        """
