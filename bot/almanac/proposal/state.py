"""What is read and what is decided, as plain values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from almanac.errors import Problem
from almanac.phrases import say

if TYPE_CHECKING:  # these are plain values: who only carries them need not load what they hold
    from almanac.config import Config, Language
    from almanac.event.model import Event
    from almanac.event.records import RecordStore
    from almanac.proposal.amendment import Amendment
    from almanac.proposal.published import Published
    from almanac.views.protocol import Texts

Outcome = Literal["created", "updated", "unchanged", "waiting", "closed", "refused"]

RepositoryKind = Literal["own", "fork", "closed"]

EDITS, NEXT_DATES, ADOPTION = say("Edits made by hand"), say("Next dates"), say("The offer of Almanac")
LABELS, DASHBOARD, FORM = "Labels of the forms", "Dashboard", say("The issue form")
"""What a plan is about that belongs to no issue."""

# ---------------------------------------------------------------- what is read


@dataclass(frozen=True)
class Issue:
    """An issue as it is now.

    `comments` is how many comments it has, or None if that is not known. `created_at` and `closed_at` are ISO 8601 or
    None.
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
    created_at: str | None = None


@dataclass(frozen=True)
class Comment:
    """Our comment on an issue."""

    id: int
    body: str


@dataclass(frozen=True)
class Pull:
    """A pull request. `body` includes the marker; `head` is the commit that it offers, as far as the forge knows.

    `base` is the branch that it goes to; `closed_at` is ISO 8601 or None. `author` is the person who opened it, empty
    where that was a machine, or where people have no accounts.
    """

    number: int
    title: str
    body: str
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    url: str = ""
    head: str | None = None
    base: str = ""
    closed_at: str | None = None
    author: str = ""
    draft: bool = False


@dataclass(frozen=True)
class Closer:
    """Who closed a pull request without merging it, as far as that is known."""

    login: str | None = None
    # Whether that is a maintainer's no: someone closed it who may write, and not only by deleting one of its branches
    decides: bool = False
    deleted: bool = False  # whether it was closed because one of its branches was deleted


@dataclass(frozen=True)
class Base:
    """The default branch and the commit at its head."""

    branch: str
    commit: str


@dataclass(frozen=True)
class Proposal:
    """What there is for one issue: the head of its branch, its newest pull request, our comment.

    `spare` are comments of ours beyond the one, which two runs at the same moment wrote.
    """

    head: str | None = None
    pull: Pull | None = None
    comment: Comment | None = None
    spare: tuple[int, ...] = ()

    @property
    def open_pull(self) -> Pull | None:
        """The newest pull request, if it is open."""
        return self.pull if self.pull and self.pull.state == "open" else None


@dataclass(frozen=True)
class Look:
    """One look at an issue and all that belongs to it; `issue` is None if it was deleted or transferred.

    `others` are the open pull requests of other issues, by the issue's number. `closer` is who closed the newest pull
    request, if it counts who that was.
    """

    issue: Issue | None
    base: Base
    proposal: Proposal
    others: Mapping[int, Pull] = field(default_factory=dict)
    closer: Closer | None = None


@dataclass(frozen=True)
class Overview:
    """All that is open at one moment: the base, and by branch every open pull request and every head of ours."""

    base: Base
    pulls: Mapping[str, Pull]
    heads: Mapping[str, str]


@dataclass(frozen=True)
class FileVersion:
    """A commit that changed a file: when it came to the branch, and the commit before it there, if there is one."""

    commit: str
    since: datetime
    parent: str | None


@dataclass(frozen=True)
class Blob:
    """A file as git stores it: its mode (`100755`), and the id of its content."""

    mode: str
    id: str


Changes = Mapping[str, Blob | None]
"""What differs between two commits: path -> the file in the newer one, None if it was removed."""


@dataclass(frozen=True)
class EventAtBase:
    """What the site's main branch holds that concerns one event: `ids` are those of all records.

    `published` tells where an event is to be seen that is on the main branch.
    """

    config: "Config"
    store: "RecordStore"
    texts: "Texts"
    ids: frozenset[str]
    published: "Callable[[Event], Published]"
    record: "Event | None" = None
    history: str = ""  # to which of the site's histories the event belongs
    sources: tuple[str, ...] = ()  # the files that say how events are read and shown: config, forms, templates
    entries: "Callable[[Iterable[str]], Mapping[str, Blob | None]]" = field(kw_only=True)  # what is at paths, by id
    moment: datetime = field(kw_only=True)  # what time it is, as what is written says it

    def shown_in(self, event_id: str) -> str:
        """Return the path of the file in which a person would look for an event."""
        return self.config.page if self.config.has_page else self.config.list or self.store.path(event_id)


Sides = tuple[bytes | None, bytes | None, bytes | None]
"""A file at the fork, at the base and at the branch's head; None where there is none."""


@dataclass(frozen=True)
class SharedBranch:
    """A branch on which someone else has committed."""

    head: str
    fork: str  # the newest commit that it has in common with the base
    texts: "Texts"  # the files at its head
    fork_texts: "Texts"
    fork_record: str | None  # the text of the event's record at the fork
    theirs: Changes  # what differs at the head from the fork
    moved: Changes  # what differs at the base from the fork
    sides: Callable[[str], Sides]  # reads a file at fork, base and head
    forked: bool = True  # whether git takes that fork for what both sides have in common, too


@dataclass(frozen=True)
class Filed:
    """An issue of ours, and what its answers come to: an event, or problems.

    `warnings` are what its author should check; `labels` what the form calls each field, by its id. `form` is the
    digest of the version of the form that it was read with, and `form_at` a commit that holds that. `lacks` is the
    digest of the answer with a picture, if the event goes without that because it could not be had. `amendment` is what
    commands change besides the answers, `history` the one of the site's to which the issue belongs.

    Of an issue that asks to `change` a published event, the event is that one with the answers put over its record.
    `named` is the digest of what its author calls it, `note` what they say besides, and `asks` whether they ask for
    anything but that. `refused` says whether the answers that were proposed last were refused, so that only what they
    say since then counts.
    """

    look: Look
    issue: Issue
    event: "Event | None"
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    form_at: str | None = None
    lacks: str | None = None
    history: str = ""
    amendment: "Amendment" = field(kw_only=True)
    change: bool = False
    named: str | None = None
    note: str | None = None
    asks: bool = True
    refused: bool = False


# ---------------------------------------------------------------- what is decided


@dataclass(frozen=True)
class PutBranch:
    """One commit with the changed files, and the branch moved to it: the only way in which files are written."""

    branch: str
    base: str  # the commit whose files the new one starts from
    parents: tuple[str, ...]  # the new commit's parents; the first is `base` unless a person's commits are kept
    # Path within the site -> its new text, or its bytes if it is none, or None if the file is removed. All else stays
    # as in `base`.
    files: Mapping[str, str | bytes | None]
    message: str
    # The branch's head as it was seen, or None if there was no branch. If it has another head by the time of writing,
    # nothing is written and `Raced` is raised.
    expected: str | None
    before: Mapping[str, str | None]  # the text of the same files in `base`, to show the difference
    # Files by path that are taken over as git stores them, such as other people's; None for one that they removed
    kept: Changes = field(default_factory=dict)
    # Whether nobody else's commit is below it but those of the base. It may be replaced as a whole later, so it is
    # marked in a way that tells when someone amends it.
    fresh: bool = False


@dataclass(frozen=True)
class Draft:
    """A text that is still to be written from a template: it may name the pull request, which may not exist yet."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenPull:
    """A new pull request from `branch` to `base`.

    Its body is the text with a marker that holds these entries and, added when it is written, the commit just made.
    Where the forge has no drafts, it is opened as usual.
    """

    branch: str
    base: str
    title: str
    body: Draft
    state: Mapping[str, object]
    draft: bool = False


@dataclass(frozen=True)
class AskForReview:
    """Labels and reviewers for a pull request; `number` is None for the one that is opened just before.

    What the forge does not have is passed over, and said in our comment.
    """

    number: int | None
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()  # people, by login
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditPull:
    """Another title, body or state for a pull request; what is None stays as it is.

    `text` goes above the marker: a draft of ours, or text that is kept as a person left it.
    """

    number: int
    text: Draft | str
    state: Mapping[str, object]
    title: str | None = None
    close: bool = False
    reopen: bool = False


@dataclass(frozen=True)
class PutComment:
    """Our one comment on the issue: a new one if `id` is None, else another text for that one.

    `body` is a draft, or the text that is there already; `notes` are added below.
    """

    issue: int
    id: int | None
    body: Draft | str
    state: Mapping[str, object]
    notes: tuple[Draft, ...] = ()


@dataclass(frozen=True)
class AddComment:
    """A comment beside our one, which is never edited: it is there so that people are notified.

    `key` tells it from all others on the issue: where there is one with it, nothing is written.
    """

    issue: int
    key: str
    body: Draft


@dataclass(frozen=True)
class DropComment:
    """Delete a second comment of ours."""

    issue: int
    id: int


@dataclass(frozen=True)
class CloseIssue:
    """Close the issue."""

    number: int
    reason: Literal["completed", "not_planned"]


@dataclass(frozen=True)
class PutIssue:
    """An issue of Almanac's own: a new one if `number` is None, else another text for that one.

    A new one is not opened where Almanac has opened one with the same first line already, be it closed since. That line
    is `mark`; then come the text, which may still have to be written, and the answers to a form. `labels` are all that
    it is to have, and are made if they are Almanac's `own`; for an issue that is there, none leaves them as they are.
    """

    title: str
    mark: str
    body: Draft | str
    answers: str = ""
    labels: tuple[str, ...] = ()
    own: bool = False
    number: int | None = None


@dataclass(frozen=True)
class DeleteBranch:
    """Delete a branch of ours, unless it has another head than was seen."""

    branch: str
    expected: str


Write = (
    PutBranch
    | OpenPull
    | AskForReview
    | EditPull
    | PutComment
    | AddComment
    | DropComment
    | PutIssue
    | CloseIssue
    | DeleteBranch
)


@dataclass(frozen=True)
class Plan:
    """What is to be done for one issue, in the order in which it is done."""

    issue: int  # the issue's number; 0 where it belongs to none
    outcome: Outcome | None  # what it comes to; None for an issue that is not ours
    reason: str  # why, in one sentence for the person who runs Almanac
    writes: tuple[Write, ...] = ()  # none if everything is as it should be
    event: "Event | None" = None  # the event, if the issue gives one
    problems: tuple[Problem, ...] = ()  # what its author has to fix first
    warnings: tuple[Problem, ...] = ()  # what its author should check
    unfinished: bool = False  # whether a command waits until this is done, so that there has to be another look
    language: "Language | None" = None  # in which its texts are, if the base does not say it yet
    subject: str = EDITS  # what it is about where it belongs to no issue

    @property
    def name(self) -> str:
        """What messages call its subject."""
        return say("Issue #{number}", number=self.issue) if self.issue else self.subject
