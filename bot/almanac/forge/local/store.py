"""The files below `.almanac/`, one whole file at a time, and one run at a time.

The files in which the local forge keeps issues, comments and pull requests, as a person reads and writes them.

What the files of `.almanac/` mean: issues, comments and pull requests that a person can read and edit.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import filelock
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almanac.errors import ForgeError, Problem, UserError
from almanac.proposal.state import Issue
from almanac.yamlfile import field, load, read_model

FOLDER = ".almanac"
_PATIENCE = 60  # seconds that a run waits for another one


class Files:
    """`.almanac/` in one folder. Nothing is made before the first write; git is told to look away."""

    def __init__(self, home: Path) -> None:
        """Take the folder in which `.almanac` is or will be."""
        self._home = home
        self._lock = filelock.FileLock(home / FOLDER / "lock", timeout=_PATIENCE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other run out meanwhile; this one may enter again.

        Raises:
            ForgeError: Another run took longer than a minute, or the folder cannot be written.
        """
        with _disk():
            folder = self._path()
            folder.mkdir(exist_ok=True)
            hidden = folder / ".gitignore"
            if not hidden.exists():
                hidden.write_text("*\n", encoding="utf-8")
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise ForgeError(
                f"Another run of Almanac has been at work in {self._home} for more than a minute.",
                remedy="Wait until it has ended, and try again.",
                passing=True,
            ) from error
        except OSError as error:
            raise _failed(error) from error
        try:
            yield
        finally:
            self._lock.release()

    @staticmethod
    def name(*place: str) -> str:
        """Return how messages call a file."""
        return "/".join((FOLDER, *place))

    def names(self, *place: str) -> list[str]:
        """List what stands in a folder; nothing where there is none."""
        with _disk():
            path = self._path(*place)
            return [child.name for child in path.iterdir()] if path.is_dir() else []

    def read(self, *place: str) -> bytes | None:
        """Read a file, or return None where there is none."""
        with _disk():
            path = self._path(*place)
            return path.read_bytes() if path.exists() else None

    def text(self, *place: str) -> str | None:
        """Read a file as text, every line end kept.

        Raises:
            UserError: It is not UTF-8.
        """
        data = self.read(*place)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError:
            raise UserError(Problem("This file is not text in UTF-8.", file=self.name(*place))) from None

    def write(self, text: str, *place: str) -> None:
        """Replace a file in one step: a reader sees the old or the new one. The same text writes nothing."""
        data = text.encode(errors="replace")
        if self.read(*place) == data:
            return
        with self.alone(), _disk():
            path = self._path(*place)
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            fresh.unlink(missing_ok=True)
            with fresh.open("xb") as file:
                file.write(data)
            fresh.replace(path)

    def remove(self, *place: str) -> None:
        """Delete a file."""
        with self.alone(), _disk():
            self._path(*place).unlink(missing_ok=True)

    def _path(self, *place: str) -> Path:
        path = self._home
        for part in (FOLDER, *place):
            path /= part
            # A link that somebody put into the repository must not lead our writes to another place.
            if path.is_symlink():
                raise ForgeError(
                    f"{path} is a symbolic link; Almanac keeps real files there.", remedy="Remove the link."
                )
        return path


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failed(error) from error


def _failed(error: OSError) -> ForgeError:
    return ForgeError(
        f"{error.filename or FOLDER} cannot be read or written: {error.strerror or error}.",
        remedy="Look whether it is yours, and whether the disk is full.",
    )


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


_ISSUE = re.compile(r"([1-9][0-9]{0,9})")
_COMMENT = re.compile(r"comment-([1-9][0-9]{0,8})\.md")
_PULL = re.compile(r"([1-9][0-9]{0,8})\.md")


@dataclass(frozen=True)
class StoredComment:
    """A comment on an issue, by anybody."""

    id: int
    about: CommentPaper
    body: str


@dataclass(frozen=True)
class StoredPull:
    """A pull request and its text."""

    number: int
    about: PullPaper
    body: str


class Store:
    """The issues, comments and pull requests of one clone."""

    def __init__(self, home: Path) -> None:
        """Take the folder in which `.almanac` is or will be."""
        self._files = Files(home)
        self.alone = self._files.alone

    def issue(self, number: int) -> Issue | None:
        """Read an issue, or None where there is none."""
        place = _issue_place(number)
        data = self._files.read(*place)
        if data is None:
            return None
        name = self._files.name(*place)
        issue = read_issue(data, name)
        if issue.number != number:
            message = f"The folder's name says that this is issue {number}."
            raise UserError(Problem(message, "number", str(issue.number), file=name))
        return issue

    def issue_keys(self, number: int) -> dict[str, object]:
        """Read all keys of an issue's file; none where there is no file."""
        place = _issue_place(number)
        data = self._files.read(*place)
        return {} if data is None else read_json(data, self._files.name(*place))

    def issues(self) -> list[int]:
        """List the numbers of all issues, lowest first."""
        return [
            number for number in self._numbers(_ISSUE, "issues") if self._files.read(*_issue_place(number)) is not None
        ]

    def put_issue(self, issue: Issue, **more: object) -> None:
        """Write an issue and whatever else is to stand in its file; keys that a person added stay."""
        keys = self.issue_keys(issue.number) | issue_keys(issue) | more
        self._files.write(write_json(keys), *_issue_place(issue.number))

    def drop_issue(self, number: int) -> None:
        """Delete an issue and its comments, as GitHub does; the pull request stays."""
        with self.alone():
            self._files.remove(*_issue_place(number))
            for comment in self._numbers(_COMMENT, "issues", str(number)):
                self._files.remove(*_comment_place(number, comment))

    def comments(self, issue: int) -> list[StoredComment]:
        """Read an issue's comments, oldest first."""
        numbers = self._numbers(_COMMENT, "issues", str(issue))
        return [comment for number in numbers if (comment := self.comment(issue, number))]

    def comment(self, issue: int, number: int) -> StoredComment | None:
        """Read one comment, or None where there is none. One that does not say who wrote it has no author."""
        place = _comment_place(issue, number)
        text = self._files.text(*place)
        if text is None:
            return None
        about, body = read_front(text, CommentPaper, self._files.name(*place)) or (CommentPaper(), text)
        return StoredComment(number, about, body)

    def add_comment(self, issue: int, about: CommentPaper, body: str) -> int:
        """Write a new comment and return its number."""
        with self.alone():
            number = max(self._numbers(_COMMENT, "issues", str(issue)), default=0) + 1
            self.put_comment(issue, StoredComment(number, about, body))
            return number

    def put_comment(self, issue: int, comment: StoredComment) -> None:
        """Write a comment."""
        self._files.write(write_front(comment.about, comment.body), *_comment_place(issue, comment.id))

    def drop_comment(self, issue: int, number: int) -> None:
        """Delete one comment."""
        self._files.remove(*_comment_place(issue, number))

    def pull(self, number: int) -> StoredPull | None:
        """Read a pull request, or None where there is none."""
        place = _pull_place(number)
        text = self._files.text(*place)
        if text is None:
            return None
        found = read_front(text, PullPaper, self._files.name(*place))
        if not found:
            message = "A pull request's file begins with its title, state, head and base between two lines of `---`."
            raise UserError(Problem(message, file=self._files.name(*place), line=1))
        return StoredPull(number, *found)

    def pulls(self, head: str | None = None) -> Iterator[StoredPull]:
        """Give the pull requests, or those from one branch, newest first."""
        for number in reversed(self._numbers(_PULL, "pulls")):
            # Most are about other branches: their keys need not be read to see that. One that names no branch at all
            # may be about this one, so it is read and complained of.
            data = self._files.read(*_pull_place(number)) or b""
            if head and b"\nhead:" in data and head.encode() not in data:
                continue
            pull = self.pull(number)
            if pull and head in {None, pull.about.head}:
                yield pull

    def sound_pulls(self) -> Iterator[StoredPull]:
        """Give the pull requests that can be read, newest first; a damaged one is named when it is its issue's turn."""
        for number in reversed(self._numbers(_PULL, "pulls")):
            with suppress(UserError):
                if pull := self.pull(number):
                    yield pull

    def add_pull(self, about: PullPaper, body: str) -> StoredPull:
        """Write a new pull request, numbered in a row of its own: issues bring their numbers with them from GitHub."""
        with self.alone():
            pull = StoredPull(max(self._numbers(_PULL, "pulls"), default=0) + 1, about, body)
            self.put_pull(pull)
            return pull

    def put_pull(self, pull: StoredPull) -> None:
        """Write a pull request."""
        self._files.write(write_front(pull.about, pull.body), *_pull_place(pull.number))

    def _numbers(self, pattern: re.Pattern[str], *place: str) -> list[int]:
        return sorted(int(found[1]) for name in self._files.names(*place) if (found := pattern.fullmatch(name)))


def _issue_place(number: int) -> tuple[str, ...]:
    return "issues", str(number), "issue.json"


def _comment_place(issue: int, number: int) -> tuple[str, ...]:
    return "issues", str(issue), f"comment-{number}.md"


def _pull_place(number: int) -> tuple[str, ...]:
    return "pulls", f"{number}.md"
