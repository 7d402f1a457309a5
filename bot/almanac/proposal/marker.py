"""The machine-readable line at the end of what Almanac writes: all its memory is there, where GitHub keeps it."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almanac.event.model import ID_PATTERN
from almanac.proposal.state import Closer, Comment, Pull

M = TypeVar("M", bound=BaseModel)
_STATE = re.compile(r"\n*<!-- almanac:state (\{[^\n]*\}) -->\s*\Z")


class PullState(BaseModel):
    """What the marker of a pull request says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", populate_by_name=True)

    issue: int | None = None  # the issue's number
    event: str | None = Field(default=None, pattern=ID_PATTERN, max_length=100)  # the event's id
    page: str = ""  # the history page at the time
    by: str | None = None  # who filed the issue
    like: dict[str, str] = {}  # what identifies the event, to find others like it: see `almanac.proposal.duplicates`
    digest: str | None = None  # the digest of the answers
    # A short digest of each answer, the common ancestor of a merge; None if there is none
    answers: dict[str, str] | None = None
    # The same of the answers that the record on the base was made from, if this changes one
    origin: dict[str, str] | None = None
    form: str | None = None  # the digest of the version of the form that the answers were read with
    form_at: str | None = None  # a commit of the base that holds that version
    base: str | None = None  # the commit of the base that the branch was built on
    commit: str | None = None  # the branch's head as Almanac left it
    shared: bool = False  # whether someone else's commits are on the branch
    withdrawn: str | None = None  # the branch's head when it was deleted with someone else's commits on it
    conflicts: list[str] = []  # the fields that a person and the issue changed differently
    says: str | None = None  # the digest of the comment that goes with it
    # The digest of the comment as it was when this was written; None if there was no comment yet
    told: str | None = None
    comments: int | None = None  # how many comments the issue had then
    title: str | None = None  # the digest of the title as Almanac wrote it
    text: str | None = None  # the digest of the text above the marker as Almanac wrote it
    landed: bool = False  # whether its event came onto the base in another way, so that it counts as merged
    # `almanac` if Almanac closed the pull request, or ended its proposal after someone else had closed it
    closed_by: str | None = Field(default=None, alias="closed-by")
    # How it was closed by someone else: `at`, the moment, `by`, the login, and `deleted` if that closed it
    ended: dict[str, str] = {}
    rejected: str | bool | None = None  # when the issue was closed after a maintainer's no, or that it was
    revises: str | None = None  # when the issue was closed whose merged event this pull request changes
    swept: str | None = None  # the base at which a sweep has looked for edits made by hand


class CommentState(BaseModel):
    """What the marker of our comment says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    # What the comment is about: the template that it was written from
    told: (
        Literal["proposed", "problems", "stuck", "held", "closed", "merged", "refused", "lapsed", "withdrawn"] | None
    ) = None
    says: str | None = None  # the digest of its text
    pull: int | None = None  # the pull request that it mentions
    merged: int | None = None  # the merged pull request that it mentioned last
    heard: list[int] = []  # the last comments whose commands were dealt with, by their ids
    denied: list[str] = []  # the people who were told that they may not give commands, by login in lower case


def pull_state(pull: Pull | None) -> PullState:
    """Read the marker of a pull request. Everyone who may write can edit it, so what is not valid is ignored."""
    return _read(PullState, pull)


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
    return _read(CommentState, comment)


def _read(model: type[M], written: Pull | Comment | None) -> M:
    entries = read_state(written.body)[1] if written else {}
    try:
        return model.model_validate(entries)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors()}
        return model.model_validate({name: value for name, value in entries.items() if name not in wrong})


def comment_marker(issue: int) -> str:
    """Return the line by which our comment on an issue is found again."""
    return f"<!-- almanac:issue-{issue} -->"


def with_state(text: str, entries: Mapping[str, object]) -> str:
    """Put the entries (those that are not None) after a text, invisible to its readers."""
    kept = {key: value for key, value in entries.items() if value is not None}
    # `-->` would end the HTML comment early.
    data = re.sub("-(?=-)", r"\\u002d", json.dumps(kept, separators=(",", ":")))
    return f"{text.rstrip()}\n\n<!-- almanac:state {data} -->\n"


def read_state(body: str) -> tuple[str, dict[str, Any]]:
    """Split a body into the text above the marker and the marker's entries; no entries if there is no valid marker."""
    body = body.replace("\r\n", "\n")
    found = _STATE.search(body)
    if not found:
        return body.rstrip(), {}
    try:
        entries = json.loads(found[1])
    except (ValueError, RecursionError):
        entries = {}
    return body[: found.start()].rstrip(), entries


def text_digest(text: str) -> str:
    """Return a short digest of a text that we wrote, by which we see later whether someone has changed it."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]
