"""What is read and what is decided, as plain values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from almanac.config import Config
from almanac.errors import Problem
from almanac.event.model import Event

Outcome = Literal["created", "updated", "unchanged", "waiting", "closed", "refused"]


SYNC_BRANCH = "almanac/sync"
"""The branch of the one proposal that belongs to no issue: it takes edits made by hand into the records."""

_BRANCH = re.compile(r"almanac/issue-([1-9][0-9]{0,8})")


def branch_name(issue: int) -> str:
    """Return the name of the branch of an issue's proposal."""
    return f"almanac/issue-{issue}"


def issue_of(branch: str) -> int | None:
    """Return the issue whose proposal's branch this is, or None where it is none."""
    found = _BRANCH.fullmatch(branch)
    return int(found[1]) if found else None


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
    """A pull request. Its body is read whole, marker included.

    `head` is the commit that it offers, as far as the forge keeps count of it.
    """

    number: int
    title: str
    body: str
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    url: str = ""
    head: str | None = None


@dataclass(frozen=True)
class Base:
    """The default branch and the commit at its head."""

    branch: str
    commit: str


@dataclass(frozen=True)
class Proposal:
    """What there is for one issue.

    Attributes:
        head: The head of its branch.
        pull: Its newest pull request.
        comment: Our comment, the first where there are several.
        spare: Comments of ours beyond the one: two runs wrote at the same moment.
    """

    head: str | None = None
    pull: Pull | None = None
    comment: Comment | None = None
    spare: tuple[int, ...] = ()


@dataclass(frozen=True)
class Look:
    """One look at an issue and all that belongs to it; `issue` is None when it was deleted or transferred.

    `others` are the open pull requests of other issues, by the issue's number.
    """

    issue: Issue | None
    base: Base
    proposal: Proposal
    others: Mapping[int, Pull] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """All that is open at one moment: the base, and by branch every open pull request and every head of ours."""

    base: Base
    pulls: Mapping[str, Pull]
    heads: Mapping[str, str]


@dataclass(frozen=True)
class Blob:
    """A file as git stores it: its mode (`100755`), and the id of its content."""

    mode: str
    id: str


Changes = Mapping[str, Blob | None]
"""What differs between two commits: path -> what stands there in the newer one, None where it was removed."""


@dataclass(frozen=True)
class EventAtBase:
    """What the site holds at the base that concerns one event.

    Attributes:
        config: The site's config.
        page: The page's text.
        taken: The ids of all records.
        previous: The event's own record, where it is on the base already.
        source: That record's text.
    """

    config: Config
    page: str
    taken: frozenset[str]
    previous: Event | None = None
    source: str | None = None


@dataclass(frozen=True)
class Shared:
    """A branch on which somebody else has committed.

    Attributes:
        head: Its head.
        fork: The newest commit that it has in common with the base.
        record: The text of the event's record at its head, None where there is none.
        page: The text of the page there.
        fork_record: The record's text at the fork.
        fork_page: The page's text at the fork.
        theirs: What else differs at the head from the fork.
        moved: What differs at the base from the fork.
        both: Path -> its bytes at fork, base and head, for files that changed on both sides in different ways.
    """

    head: str
    fork: str
    record: str | None
    page: str | None
    fork_record: str | None = None
    fork_page: str | None = None
    theirs: Changes = field(default_factory=dict)
    moved: Changes = field(default_factory=dict)
    both: Mapping[str, tuple[bytes | None, bytes | None, bytes | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Filed:
    """An issue of ours, and what its answers come to.

    Attributes:
        look: The look at it.
        issue: The issue.
        event: The event that its answers give; None where they have problems.
        problems: Those problems.
        warnings: What its author should have a look at.
        labels: What the form calls each field, by its id.
    """

    look: Look
    issue: Issue
    event: Event | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


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
        kept: Other people's files by path, taken over as git stores them; None where they removed one.
        fresh: Whether nobody else's commit is below it but those of the base. It may be replaced as a whole later, so
            it is marked in a way that tells when somebody amends it.
    """

    branch: str
    base: str
    parents: tuple[str, ...]
    files: Mapping[str, str | None]
    message: str
    expected: str | None
    before: Mapping[str, str | None]
    kept: Changes = field(default_factory=dict)
    fresh: bool = False


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
    """Our one comment on the issue: a new one where `id` is None, else another text for that one.

    `body` is a draft, or the text that stands there already; `note` is added below.
    """

    issue: int
    id: int | None
    body: Draft | str
    state: Mapping[str, object]
    note: Draft | None = None


@dataclass(frozen=True)
class DropComment:
    """Delete a comment of ours that stands there twice."""

    issue: int
    id: int


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


Write = PutBranch | OpenPull | EditPull | PutComment | DropComment | CloseIssue | DeleteBranch


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

    @property
    def name(self) -> str:
        """What messages call what it is about; issues are counted from 1."""
        return f"Issue #{self.issue}" if self.issue else "Edits made by hand"
