"""What is read and what is decided, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.config import Config
from bot.errors import Problem
from bot.events.event import Event

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


@dataclass(frozen=True)
class Site:
    """What the site holds at the base that concerns one event.

    Attributes:
        config: The site's config.
        page: The page's text.
        taken: The ids of all records.
        previous: The event's own record, where it is on the base already.
        known: The record as Almanac last wrote it, where that is still to be had: the ancestor of a merge.
    """

    config: Config
    page: str
    taken: frozenset[str]
    previous: Event | None = None
    known: Event | None = None


@dataclass(frozen=True)
class Filed:
    """An event that is well, and where it comes from."""

    look: Look
    issue: Issue
    event: Event
    warnings: tuple[Problem, ...] = ()


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
        before: The text of the same files in `base`, for whoever wants to see the difference.
    """

    branch: str
    base: str
    parents: tuple[str, ...]
    files: Mapping[str, str | None]
    message: str
    expected: str | None
    before: Mapping[str, str | None]


@dataclass(frozen=True)
class Draft:
    """A text that is still to be written from a template: it may name the pull request, which may not exist yet."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenPull:
    """A new pull request from `branch` to `base`.

    Its body is the draft with a marker that holds these entries and, added when it is written, the commit just made.
    """

    branch: str
    base: str
    title: str
    body: Draft
    state: Mapping[str, object]


@dataclass(frozen=True)
class EditPull:
    """Another title, body or state for a pull request; what is None stays as it is.

    `text` is what stands above the marker: a draft of ours, or text that is kept as a human left it.
    """

    number: int
    text: Draft | str
    state: Mapping[str, object]
    title: str | None = None
    close: bool = False


@dataclass(frozen=True)
class PutComment:
    """Our one comment on the issue: a new one where `id` is None, else another text for that one."""

    issue: int
    id: int | None
    body: Draft
    state: Mapping[str, object]


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


@dataclass(frozen=True)
class Plan:
    """What is to be done for one issue, in the order in which it is done.

    Attributes:
        issue: The issue's number.
        outcome: What it comes to; None for an issue that is not ours.
        reason: Why, in one sentence for whoever runs Almanac.
        writes: The writes, in order; none where everything is as it should be.
        event: The event, where the issue gives one.
        problems: What its author has to mend first.
        warnings: What its author should have a look at.
    """

    issue: int
    outcome: Outcome | None
    reason: str
    writes: tuple[Write, ...] = ()
    event: Event | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
