"""The files in which the local forge keeps issues, comments and pull requests, as a person reads and writes them."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.documents import field, load, read_model
from bot.errors import Problem, UserError
from bot.proposals.state import Issue

_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_WEB_PAGE = re.compile(r"https?://[!-~]+")
P = TypeVar("P", bound=BaseModel)
State = Literal["open", "closed"]


class CommentPaper(BaseModel):
    """What stands above a comment's text: who wrote it, by login, and when (ISO 8601)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    author: str = ""
    created_at: str | None = None


class PullPaper(BaseModel):
    """What stands above a pull request's text.

    Attributes:
        title: Its title.
        state: `open` or `closed`; a merged one is closed.
        merged: Whether it was merged.
        head: The branch that it offers.
        commit: That branch's head when Almanac last wrote this file.
        base: The branch that it is for.
        closed_at: When it was closed or merged, ISO 8601.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    title: str
    state: State = "open"
    merged: bool = False
    head: str
    commit: str = ""
    base: str
    closed_at: str | None = None


class _Named(BaseModel):
    name: str | None = None


class _Account(BaseModel):
    login: str = ""


class _IssuePaper(BaseModel):
    """GitHub's REST issue, as far as it is read here; `null` is allowed where GitHub writes it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    number: Annotated[int, Field(ge=1, lt=2**31)]
    title: str | None = None
    body: str | None = None
    labels: tuple[_Named | str, ...] = ()
    user: _Account | None = None
    state: State = "open"
    state_reason: str | None = None
    closed_at: str | None = None
    html_url: str | None = None
    pull_request: Any = None


def read_front(text: str, model: type[P], file: str) -> tuple[P, str] | None:
    """Read a file of a few keys between two `---` lines with a text below; None where it does not begin so.

    Raises:
        UserError: The keys cannot be read; each mistake is named with its line.
    """
    found = _FRONT.match(text)
    if not found:
        return None
    return read_model(model, load("---\n" + found[1], file), file), text[found.end() :]


def write_front(paper: BaseModel, text: str) -> str:
    """Write a file of a few keys with a text below; the text is kept to the last character."""
    keys = yaml.safe_dump(paper.model_dump(exclude_none=True), sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{keys}---\n{text}"


def read_issue(data: bytes, file: str) -> Issue:
    """Read an issue as GitHub's REST API writes it, in JSON; keys that Almanac does not know are passed over.

    Only `number` is needed. Halves of characters, which JSON can spell but no file can hold, become `?`.

    Args:
        data: The JSON.
        file: How messages call it.

    Raises:
        UserError: It is no JSON, no issue, or a pull request.
    """
    try:
        paper = _IssuePaper.model_validate_json(
            json.dumps(read_json(data, file), ensure_ascii=False).encode(errors="replace")
        )
    except ValidationError as error:
        raise UserError([_problem(file, detail["loc"], detail["msg"]) for detail in error.errors()]) from None
    if paper.pull_request is not None:
        raise UserError(Problem("This is a pull request, not an issue.", file=file))
    url, closed = paper.html_url or "", paper.state == "closed"
    return Issue(
        number=paper.number,
        title=paper.title or "",
        body=paper.body or "",
        labels=tuple(name for label in paper.labels if (name := label if isinstance(label, str) else label.name)),
        author=paper.user.login if paper.user else "",
        state=paper.state,
        # Somebody who reopens an issue by hand need not know of these.
        state_reason=paper.state_reason if closed or paper.state_reason == "reopened" else None,
        closed_at=paper.closed_at if closed else None,
        url=url if _WEB_PAGE.fullmatch(url) else "",
    )


def read_json(data: bytes, file: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        UserError: It is something else.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        message = "This is not an issue in JSON, as GitHub's REST API writes it: it cannot be read."
        raise UserError(Problem(message, file=file, line=line)) from None
    if not isinstance(found, dict):
        raise UserError(Problem("This is not one issue: a JSON object has to stand here, `{...}`.", file=file))
    return found


def issue_keys(issue: Issue) -> dict[str, Any]:
    """Return an issue in the shape of GitHub's REST API."""
    return {
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "labels": [{"name": label} for label in issue.labels],
        "user": {"login": issue.author},
        "state": issue.state,
        "state_reason": issue.state_reason,
        "closed_at": issue.closed_at,
        "html_url": issue.url or None,
    }


def write_json(keys: dict[str, Any]) -> str:
    """Write a JSON object as a person wants to read it."""
    return json.dumps(keys, indent=2, ensure_ascii=False) + "\n"


def stamp(at: datetime) -> str:
    """Write a time as GitHub does: ISO 8601, in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _problem(file: str, place: tuple[str | int, ...], message: str) -> Problem:
    known = tuple(step for step in place if not str(step).startswith("_") and step != "str")
    return Problem(
        f"This is not as GitHub writes an issue: {message[:1].lower()}{message[1:]}.", field(known), file=file
    )
