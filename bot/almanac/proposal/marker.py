"""The machine-readable line at the end of what Almanac writes: all its memory is there, where GitHub keeps it."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almanac.event.model import ID_PATTERN

M = TypeVar("M", bound=BaseModel)
_STATE = re.compile(r"\n*<!-- almanac:state (\{[^\n]*\}) -->\s*\Z")


class Memory(BaseModel):
    """What the marker of a pull request says.

    Attributes:
        issue: The issue's number.
        event: The event's id.
        page: The page that it goes onto.
        by: Who filed the issue.
        like: What the event is, for whoever looks for the same one: see `almanac.proposal.likeness`.
        digest: What tells its answers from others.
        answers: A short mark of each answer, the common ancestor of a merge; None where there is none.
        origin: The same of the answers that the record on the base was made from, where this changes one.
        base: The commit of the base that the branch was built on.
        commit: The branch's head as Almanac left it.
        shared: Whether somebody else's commits are on the branch.
        withdrawn: The branch's head when it was deleted with somebody else's commits on it.
        conflicts: The fields in dispute with a human.
        says: What tells the comment that goes with it from others.
        told: What the comment said when this was written; None where there was no comment yet.
        comments: How many comments the issue had then.
        title: A mark of the title as Almanac wrote it.
        text: A mark of the text above the marker as Almanac wrote it.
        landed: Whether its event came onto the base by another way, so that it counts as merged.
        closed_by: `almanac` where Almanac closed the pull request.
        rejected: When the issue was closed after a maintainer's no, or that it was.
        revises: When the issue was closed whose merged event this pull request changes.
        swept: The base at which a sweep has looked for edits made by hand.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", populate_by_name=True)

    issue: int | None = None
    event: str | None = Field(default=None, pattern=ID_PATTERN, max_length=100)
    page: str = ""
    by: str | None = None
    like: dict[str, str] = {}
    digest: str | None = None
    answers: dict[str, str] | None = None
    origin: dict[str, str] | None = None
    base: str | None = None
    commit: str | None = None
    shared: bool = False
    withdrawn: str | None = None
    conflicts: list[str] = []
    says: str | None = None
    told: str | None = None
    comments: int | None = None
    title: str | None = None
    text: str | None = None
    landed: bool = False
    closed_by: str | None = Field(default=None, alias="closed-by")
    rejected: str | bool | None = None
    revises: str | None = None
    swept: str | None = None


class Said(BaseModel):
    """What the marker of our comment says.

    Attributes:
        told: What the comment is about.
        says: What tells its text from others.
        pull: The pull request that it speaks of.
        merged: The merged pull request that was told last.
        heard: The last comments whose commands were dealt with, by their ids.
        denied: Who was told that they may not give commands, by login in small letters.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    told: Literal["proposed", "problems", "stuck", "held", "closed", "merged", "refused", "withdrawn"] | None = None
    says: str | None = None
    pull: int | None = None
    merged: int | None = None
    heard: list[int] = []
    denied: list[str] = []


def recall(body: str | None) -> Memory:
    """Read the marker of a pull request; anybody who may write can edit it, so what cannot be is passed over."""
    return _sound(Memory, body)


def heard(body: str | None) -> Said:
    """Read the marker of our comment."""
    return _sound(Said, body)


def _sound(model: type[M], body: str | None) -> M:
    entries = read_state(body)[1] if body else {}
    try:
        return model.model_validate(entries)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors()}
        return model.model_validate({name: value for name, value in entries.items() if name not in wrong})


def comment_marker(issue: int) -> str:
    """Return the line by which our comment on an issue is found again."""
    return f"<!-- almanac:issue-{issue} -->"


def with_state(text: str, entries: Mapping[str, object]) -> str:
    """Put the entries (those that are not None) behind a text, invisible to its readers."""
    kept = {key: value for key, value in entries.items() if value is not None}
    # `-->` would end the HTML comment early.
    data = re.sub("-(?=-)", r"\\u002d", json.dumps(kept, separators=(",", ":")))
    return f"{text.rstrip()}\n\n<!-- almanac:state {data} -->\n"


def read_state(body: str) -> tuple[str, dict[str, Any]]:
    """Split what stands in a body into the text above and the entries; no entries where there is no (sound) marker."""
    body = body.replace("\r\n", "\n")
    found = _STATE.search(body)
    if not found:
        return body.rstrip(), {}
    try:
        entries = json.loads(found[1])
    except (ValueError, RecursionError):
        return body[: found.start()].rstrip(), {}
    return body[: found.start()].rstrip(), entries


def imprint(text: str) -> str:
    """Return a short mark of a text that we wrote, by which we see later whether somebody has changed it."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]
