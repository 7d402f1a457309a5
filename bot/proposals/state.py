"""What is read and what is decided, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["created", "updated", "unchanged", "waiting", "closed", "refused"]


def branch_name(issue: int) -> str:
    """Return the name of the branch of an issue's proposal."""
    return f"almanac/issue-{issue}"


# ---------------------------------------------------------------- what is read


@dataclass(frozen=True)
class Issue:
    """An issue as it is now.

    `comments` is how many comments it has, or None where that is not known. `closed_at` is ISO 8601 or None.
    """

    number: int
    title: str
    body: str
    labels: tuple[str, ...] = ()
    author: str = ""
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: str | None = None
    comments: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Comment:
    """Our comment on an issue."""

    id: int
    body: str


@dataclass(frozen=True)
class Pull:
    """A pull request. Its body is read whole, marker included."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    url: str = ""


@dataclass(frozen=True)
class Base:
    """The default branch and the commit at its head."""

    branch: str
    commit: str


@dataclass(frozen=True)
class Proposal:
    """What there is for one issue: the head of its branch, its newest pull request, our comment."""

    head: str | None = None
    pull: Pull | None = None
    comment: Comment | None = None


@dataclass(frozen=True)
class Look:
    """One look at an issue and all that belongs to it; `issue` is None when it was deleted or transferred."""

    issue: Issue | None
    base: Base
    proposal: Proposal


# ---------------------------------------------------------------- what is decided


@dataclass(frozen=True)
class PutBranch:
    """One commit with the changed files, and the branch moved to it: the only way in which files are written.

    Attributes:
        branch: The branch's name.
        base: The commit whose files the new one starts from.
        parents: The new commit's parents; the first is `base` unless a human's commits are kept.
        files: Path within the site -> its new text, or None where the file is removed. All else stays as in `base`.
        message: The commit message.
        expected: The branch's head as it was seen, or None where there was no branch. If it is another by the time
            of writing, nothing is written and `Raced` is raised.
    """

    branch: str
    base: str
    parents: tuple[str, ...]
    files: Mapping[str, str | None]
    message: str
    expected: str | None


@dataclass(frozen=True)
class Draft:
    """A text that is still to be written from a template: it may name the pull request, which may not exist yet."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenPull:
    """A new pull request from `branch` to `base`; its body is the draft and the marker with these entries."""

    branch: str
    base: str
    title: str
    body: Draft
    marker: Mapping[str, object]


@dataclass(frozen=True)
class EditPull:
    """Another title, body or state for a pull request. None leaves the title as it is."""

    number: int
    title: str | None
    text: str
    marker: Mapping[str, object]
    close: bool = False


@dataclass(frozen=True)
class PutComment:
    """Our one comment on the issue: a new one where `id` is None, else another text for that one."""

    issue: int
    id: int | None
    body: Draft


@dataclass(frozen=True)
class CloseIssue:
    """Close the issue."""

    number: int
    reason: Literal["completed", "not_planned"]


@dataclass(frozen=True)
class DeleteBranch:
    """Delete a branch of ours, unless its head is another than was seen."""

    branch: str
    expected: str


Write = PutBranch | OpenPull | EditPull | PutComment | CloseIssue | DeleteBranch
