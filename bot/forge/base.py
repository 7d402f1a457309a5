"""What Almanac needs of a place where repositories, issues and pull requests live."""

from collections.abc import Iterator
from typing import Literal, Protocol

from bot.proposals.state import Base, Comment, Issue, Look, Pull, PutBranch


class Forge(Protocol):
    """One repository on one forge.

    Reads give the state as it is now; a file at a commit never changes, so adapters may keep those. Each write does one
    thing. A write whose answer was lost is not blindly repeated: the adapter looks first whether it took effect.
    Every method may raise `ForgeError`.
    """

    @property
    def name(self) -> str:
        """How messages call the repository: `OWNER/NAME`, or its folder."""
        ...

    def look(self, number: int) -> Look:
        """Read one issue, the base, and what there is of the issue's proposal (newest pull request, our comment)."""
        ...

    def open_issues(self) -> Iterator[Issue]:
        """Give the open issues, oldest first. Pull requests are not issues."""
        ...

    def base(self) -> Base:
        """Read the default branch's name and head."""
        ...

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file at a commit; None where there is none. Links and submodules count as none."""
        ...

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the files that stand directly in a folder at a commit; empty where there is no folder."""
        ...

    def put_branch(self, write: PutBranch) -> str:
        """Make the commit, point the branch at it and return its SHA.

        Raises:
            Raced: The branch's head is not the expected one; nothing was changed.
        """
        ...

    def open_pull(self, branch: str, base: str, title: str, body: str) -> Pull:
        """Open a pull request, or return the one that is open from this branch already."""
        ...

    def edit_pull(
        self, number: int, *, title: str | None = None, body: str | None = None, state: Literal["closed"] | None = None
    ) -> None:
        """Change what is given of a pull request, in one write."""
        ...

    def create_comment(self, issue: int, body: str) -> Comment:
        """Write a comment on an issue."""
        ...

    def edit_comment(self, issue: int, comment: int, body: str) -> None:
        """Replace the text of one of our comments."""
        ...

    def close_issue(self, number: int, reason: Literal["completed", "not_planned"]) -> None:
        """Close an issue."""
        ...

    def delete_branch(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone already is fine.

        Raises:
            Raced: Its head is not the expected one; it was left alone.
        """
        ...
