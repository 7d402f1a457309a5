"""The machine-readable line at the end of what Almanac writes: all its memory is there, where GitHub keeps it."""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almanac.config import SitePath
from almanac.event.model import LONGEST_NAME
from almanac.event.model import NAME_PATTERN as ID_PATTERN
from almanac.histories import MAIN, NAME_PATTERN
from almanac.proposal.amendment import Amendment
from almanac.proposal.hidden import read_state
from almanac.proposal.state import Closer, Comment, Pull

# GitHub numbers issues, pull requests and comments from 1; branches of ours take numbers of up to nine digits.
_Number = Annotated[int, Field(ge=1, le=999_999_999)]
_CommentId = Annotated[int, Field(ge=1, lt=2**63)]
_Commit = Annotated[str, Field(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")]
_Digest = Annotated[str, Field(pattern="^[0-9a-z]{1,64}$")]
_Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}(\[bot\])?$")]
_Moment = Annotated[str, Field(pattern="^[ -~]{1,40}$")]
_Ended = Annotated[str, Field(pattern=r"^[0-9A-Za-z\[\]_.:+-]{1,110}$")]
_Word = Annotated[str, Field(max_length=100)]
_Digests = Annotated[dict[_Word, _Digest], Field(max_length=100)]


class BuiltOn(BaseModel):
    """What the marker of a pull request says of what its branch was built from."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    # What was at each path of the base that counts: see `almanac.proposal.standing`
    inputs: Annotated[dict[Annotated[str, Field(max_length=500)], _Digest], Field(min_length=1, max_length=100)]
    files: _Digest | None = None  # the digest of the texts that the branch changes
    at: _Moment  # when it was built, in ISO 8601 with an offset


class PullState(BaseModel):
    """What the marker of a pull request says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", populate_by_name=True)

    issue: _Number | None = None  # the issue's number
    event: str | None = Field(default=None, pattern=ID_PATTERN, max_length=LONGEST_NAME)  # the event's id
    page: SitePath = ""  # the history page at the time
    history: str = Field(default=MAIN, pattern=f"{NAME_PATTERN}|^$", max_length=40)  # to which history it belongs
    by: _Login | None = None  # who filed the issue
    # What identifies the event, to find others like it: see `almanac.proposal.duplicates`
    like: dict[_Word, Annotated[str, Field(max_length=500)]] = Field(default={}, max_length=10)
    digest: _Digest | None = None  # the digest of the answers
    # A short digest of each answer, the common ancestor of a merge; None if there is none
    answers: _Digests | None = None
    # The same of the answers that the record on the base was made from, if this changes one
    origin: _Digests | None = None
    # The same of the answers that were refused, if a command was given afterwards: they are not offered again
    refused: _Digests | None = None
    # The digest of what the issue calls the published event that it asks to change; None if it gives one of its own
    named: _Digest | None = None
    lacks: _Digest | None = None  # the digest of the answer with a picture that could not be had
    form: _Digest | None = None  # the digest of the version of the form that the answers were read with
    form_at: _Commit | None = None  # a commit of the base that holds that version
    base: _Commit | None = None  # the commit of the base that the branch was built on
    built: BuiltOn | None = None  # what there was at that commit that the branch was built from
    commit: _Commit | None = None  # the branch's head as Almanac left it
    shared: bool = False  # whether someone else's commits are on the branch
    withdrawn: _Commit | None = None  # the branch's head when it was deleted with someone else's commits on it
    # The fields that a person and the issue changed differently
    conflicts: list[_Word] = Field(default=[], max_length=100)
    says: _Digest | None = None  # the digest of the comment that goes with it
    # The digest of the comment as it was when this was written; None if there was no comment yet
    told: _Digest | None = None
    comments: Annotated[int, Field(ge=0, lt=2**31)] | None = None  # how many comments the issue had then
    title: _Digest | None = None  # the digest of the title as Almanac wrote it
    text: _Digest | None = None  # the digest of the text above the marker as Almanac wrote it
    landed: bool = False  # whether its event came onto the base in another way, so that it counts as merged
    # `almanac` if Almanac closed the pull request, or ended its proposal after someone else had closed it
    closed_by: Literal["almanac"] | None = Field(default=None, alias="closed-by")
    # How it was closed by someone else: `at`, the moment, `by`, the login, and `deleted` if that closed it
    ended: dict[_Word, _Ended] = Field(default={}, max_length=3)
    rejected: _Moment | Literal[True] | None = None  # when the issue was closed after a maintainer's no, or that it was
    revises: _Moment | None = None  # when the issue was closed whose merged event this pull request changes
    amendment: Amendment = Amendment()  # what commands change of the event besides its issue's answers
    # Of the offer of Almanac: what was chosen, and the files that other people changed on its branch
    choices: Annotated[dict[_Word, Annotated[str, Field(max_length=500)]], Field(max_length=20)] = {}
    kept: Annotated[list[Annotated[str, Field(max_length=4_000)]], Field(max_length=50)] = []
    heard: _CommentId | None = None  # the comment with which it was asked for again
    notice: bool = False  # whether our comment was replaced by one that says what keeps Almanac from its work
    swept: _Digest | None = None  # what page and records were when a sweep looked for edits made by hand

    @property
    def is_change(self) -> bool:
        """Whether it changes an event that was published before."""
        return self.origin is not None or self.named is not None


_Told = Literal["proposed", "problems", "noted", "stuck", "held", "closed", "merged", "refused", "lapsed", "withdrawn"]


class CommentState(BaseModel):
    """What the marker of our comment says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    # What the comment is about: the template that it was written from
    told: _Told | None = None
    says: _Digest | None = None  # the digest of its text
    pull: _Number | None = None  # the pull request that it mentions
    merged: _Number | None = None  # the merged pull request that it mentioned last
    # How many comments were added beside it so that people are notified
    alerts: Annotated[int, Field(ge=0, lt=2**31)] = 0
    # The last comments whose commands were dealt with, by their ids
    heard: list[_CommentId] = Field(default=[], max_length=100)
    # The people who were told that they may not give commands, by login in lower case
    denied: list[_Login] = Field(default=[], max_length=100)


def pull_state(pull: Pull | None) -> PullState:
    """Read the marker of a pull request. Strangers may have written it, so what is not valid is ignored."""
    return PullState.model_validate(pull_entries(pull)[1])


def ended(pull: Pull, closer: Closer) -> dict[str, str]:
    """Return what the marker is to remember of who closed a pull request."""
    found = {"at": pull.closed_at, "by": closer.login, "deleted": "yes" if closer.deleted else None}
    return {name: value for name, value in found.items() if value}


def known_closer(pull: Pull) -> Closer | None:
    """Return who closed a pull request, from its marker; None if it was not asked yet."""
    state = pull_state(pull)
    if state.rejected is None and (not state.ended or state.ended.get("at") != pull.closed_at):
        return None
    return Closer(state.ended.get("by"), state.rejected is not None, "deleted" in state.ended)


def comment_state(comment: Comment | None) -> CommentState:
    """Read the marker of our comment, likewise."""
    return CommentState.model_validate(comment_entries(comment)[1])


def pull_entries(pull: Pull | None) -> tuple[str, dict[str, Any]]:
    """Split a pull request's body into the text above the marker and the marker's entries, the valid ones alone."""
    return _valid(PullState, pull.body if pull else "")


def comment_entries(comment: Comment | None) -> tuple[str, dict[str, Any]]:
    """Split our comment likewise."""
    return _valid(CommentState, comment.body if comment else "")


def _valid(model: type[BaseModel], body: str) -> tuple[str, dict[str, Any]]:
    text, entries = read_state(body)
    known = {field.alias or name for name, field in model.model_fields.items()}
    entries = {name: value for name, value in entries.items() if name in known}
    try:
        model.model_validate(entries)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors()}
        entries = {name: value for name, value in entries.items() if name not in wrong}
    return text, entries


def comment_marker(issue: int) -> str:
    """Return the line by which our comment on an issue is found again."""
    return f"<!-- almanac:issue-{issue} -->"


def key_line(issue: int, key: str) -> str:
    """Return the line by which another comment of ours on an issue is known again."""
    return f"<!-- almanac:issue-{issue}:{key} -->"


def with_key(issue: int, key: str, text: str) -> str:
    """Put that line before a comment, invisible to its readers."""
    return f"{key_line(issue, key)}\n{text}"


def text_digest(text: str) -> str:
    """Return a short digest of a text that we wrote, by which we see later whether someone has changed it."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]
