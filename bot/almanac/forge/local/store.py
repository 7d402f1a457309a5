"""The folder `.almanac/` of a clone: issues, comments and pull requests, as files that people can read and edit.

    .almanac/issues/12/issue.json      an issue, in the JSON of GitHub's REST API
    .almanac/issues/12/comment-1.md    a comment: its author and time between two lines of `---`, then its text
    .almanac/pulls/3.md                a pull request: its title, state and branches, then its text
    .almanac/lock                      held while a run writes

Nothing is made before the first write, and git is told to ignore all of it.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from almanac.caps import PAGE
from almanac.errors import ForgeError, Problem, UserError
from almanac.forge.disk import Disk
from almanac.patterns import regex
from almanac.proposal.state import Issue
from almanac.yamlfile import Document, field_name, load

FOLDER = ".almanac"
_IGNORED, _LOCK = f"{FOLDER}/.gitignore", f"{FOLDER}/lock"
_LOCK_TIMEOUT = 60  # seconds that a run waits for another one
_LOCK_PAUSE = 0.05  # seconds between two looks whether it has ended
_ISSUE_NAME = regex(r"([1-9][0-9]{0,9})")
_COMMENT_NAME = regex(r"comment-([1-9][0-9]{0,8})\.md")
_PULL_NAME = regex(r"([1-9][0-9]{0,8})\.md")
_FRONT_MATTER = regex(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_WEB_PAGE = regex(r"https?://[!-~]+")


def issue_file(number: int) -> str:
    """Return the path of an issue's file within the clone."""
    return f"{FOLDER}/issues/{number}/issue.json"


def comment_file(issue: int, number: int) -> str:
    """Return the path of a comment's file within the clone."""
    return f"{FOLDER}/issues/{issue}/comment-{number}.md"


def pull_file(number: int) -> str:
    """Return the path of a pull request's file within the clone."""
    return f"{FOLDER}/pulls/{number}.md"


# ---------------------------------------------------------------- comments and pull requests


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    number: int = Field(exclude=True)
    body: str = Field(exclude=True)


class StoredComment(_Stored):
    """A comment on an issue, whose comments are counted from 1; `author` is empty where the file names none."""

    author: str = ""
    created_at: str | None = None


class StoredPull(_Stored):
    """A pull request. A merged one is `closed`; `commit` was the branch's head when Almanac last wrote this file."""

    title: str
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    head: str
    commit: str = ""
    base: str
    closed_at: str | None = None
    draft: Literal[True] | None = None
    labels: list[str] | None = None
    reviewers: list[str] | None = None  # people and teams


Stored = TypeVar("Stored", StoredComment, StoredPull)


def read_stored(model: type[Stored], number: int, text: str, file: str) -> Stored | None:
    """Read a comment or a pull request: a few keys between two lines of `---`, then its text; None without keys."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return None
    keys = load("---\n" + found[1], file)
    if isinstance(keys.data, dict):
        keys = Document(file, {**keys.data, "number": number, "body": text[found.end() :]}, keys.lines)
    return keys.read(model)


def write_stored(stored: StoredComment | StoredPull) -> str:
    """Write a comment or a pull request as a file; its text is kept to the last character."""
    keys = yaml.safe_dump(stored.model_dump(exclude_none=True), sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{keys}---\n{stored.body}"


# ---------------------------------------------------------------- issues


class _Label(BaseModel):
    name: str | None = None


class _Account(BaseModel):
    login: str = ""


class _IssueJson(BaseModel):
    """GitHub's REST issue, as far as it is read here; `null` is allowed where GitHub writes it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    number: Annotated[int, Field(ge=1, lt=2**31)]
    title: str | None = None
    body: str | None = None
    labels: tuple[_Label | str, ...] = ()
    user: _Account | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    created_at: str | None = None
    closed_at: str | None = None
    html_url: str | None = None
    pull_request: Any = None


def read_issue(data: bytes, file: str) -> Issue:
    """Read an issue as GitHub's REST API writes it, in JSON; keys that Almanac does not know are ignored.

    Only `number` is needed. Halves of characters, which JSON can spell but no file can hold, become `?`.

    Raises:
        UserError: It is not JSON, not an issue, or a pull request; messages call it `file`.
    """
    text = json.dumps(_read_json(data, file), ensure_ascii=False).encode(errors="replace")
    try:
        read = _IssueJson.model_validate_json(text)
    except ValidationError as error:
        problems = []
        for detail in error.errors():
            # Pydantic's location has a step for the member of a union, too.
            path = tuple(step for step in detail["loc"] if step not in {"str", "_Label"})
            reason = detail["msg"][:1].lower() + detail["msg"][1:]
            message = f"GitHub writes this part of an issue differently: {reason}."
            if detail["type"] == "missing":
                message = "This is missing, and every issue of GitHub's has it."
            problems.append(Problem(message, field_name(path), file=file))
        raise UserError(problems) from None
    if read.pull_request is not None:
        raise UserError(Problem("This is a pull request, not an issue.", file=file))
    url, closed = read.html_url or "", read.state == "closed"
    return Issue(
        number=read.number,
        title=read.title or "",
        body=read.body or "",
        labels=tuple(name for label in read.labels if (name := label if isinstance(label, str) else label.name)),
        author=read.user.login if read.user else "",
        state=read.state,
        # People who reopen an issue by editing `state` need not know that these two go with it.
        state_reason=read.state_reason if closed or read.state_reason == "reopened" else None,
        created_at=read.created_at,
        closed_at=read.closed_at if closed else None,
        url=url if _WEB_PAGE.fullmatch(url) else "",
    )


def _read_json(data: bytes, file: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        message = "This cannot be read. It should be an issue in JSON, as GitHub's REST API writes it."
        raise UserError(Problem(message, file=file, line=line)) from None
    if not isinstance(found, dict):
        raise UserError(Problem("This should be one issue: a JSON object, `{...}`.", file=file))
    return found


def issue_json(issue: Issue) -> dict[str, Any]:
    """Return an issue in the shape of GitHub's REST API; when it was opened is there if that is known."""
    created = {"created_at": issue.created_at} if issue.created_at else {}
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
        **created,
    }


# ---------------------------------------------------------------- all of them


class Store:
    """The issues, comments and pull requests of one clone. `home` is the folder in which `.almanac` is or will be."""

    def __init__(self, home: Path) -> None:
        self._home, self._disk = home, Disk(home)
        self._turn, self._is_alone = threading.RLock(), False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other run out until the end of the `with`; this run may enter again."""
        with self._turn:
            if self._is_alone:
                yield
                return
            with _disk_errors():
                if self._disk.read(_IGNORED, PAGE) is None:
                    self._disk.write({_IGNORED: b"*\n"})
                self._disk.size(_LOCK)  # refuses a link
                lock = (self._disk.root / _LOCK).open("ab")
            with lock:  # whoever has locked the file keeps the others out until it is closed
                self._wait_for(lock)
                self._is_alone = True
                try:
                    yield
                finally:
                    self._is_alone = False

    def _wait_for(self, lock: BinaryIO) -> None:
        import fcntl  # noqa: PLC0415 -- Windows has none; Almanac does not run there, but can be imported

        last = time.monotonic() + _LOCK_TIMEOUT
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > last:
                    raise ForgeError(
                        f"Another run of Almanac has been at work in {self._home} for more than a minute.",
                        remedy="Wait until it has ended, and try again.",
                        passing=True,
                    ) from None
                time.sleep(_LOCK_PAUSE)
            else:
                return

    def issue(self, number: int) -> Issue | None:
        file = issue_file(number)
        data = self._read(file)
        if data is None:
            return None
        issue = read_issue(data, file)
        if issue.number != number:
            message = f"The folder's name says that this is issue {number}."
            raise UserError(Problem(message, "number", str(issue.number), file=file))
        return issue

    def issue_keys(self, number: int) -> dict[str, Any]:
        data = self._read(issue_file(number))
        return {} if data is None else _read_json(data, issue_file(number))

    def issues(self) -> list[int]:
        numbers = self._numbers(f"{FOLDER}/issues", _ISSUE_NAME)
        return [number for number in numbers if self._read(issue_file(number)) is not None]

    def put_issue(self, issue: Issue, **more: object) -> None:
        """Write an issue and further keys for its file; keys that a person added stay."""
        keys = self.issue_keys(issue.number) | issue_json(issue) | more
        self._write(issue_file(issue.number), json.dumps(keys, indent=2, ensure_ascii=False) + "\n")

    def drop_issue(self, number: int) -> None:
        """Delete an issue and its comments, as GitHub does; the pull request stays."""
        with self.alone():
            self._remove(issue_file(number))
            for comment in self._comment_numbers(number):
                self._remove(comment_file(number, comment))

    def comments(self, issue: int) -> list[StoredComment]:
        return [comment for number in self._comment_numbers(issue) if (comment := self.comment(issue, number))]

    def comment(self, issue: int, number: int) -> StoredComment | None:
        """Read one comment; people may write one that does not name its author."""
        file = comment_file(issue, number)
        text = self._text(file)
        if text is None:
            return None
        return read_stored(StoredComment, number, text, file) or StoredComment(number=number, body=text)

    def add_comment(self, issue: int, author: str, created_at: str, body: str) -> int:
        with self.alone():
            number = max(self._comment_numbers(issue), default=0) + 1
            self.put_comment(issue, StoredComment(number=number, body=body, author=author, created_at=created_at))
            return number

    def put_comment(self, issue: int, comment: StoredComment) -> None:
        self._write(comment_file(issue, comment.number), write_stored(comment))

    def drop_comment(self, issue: int, number: int) -> None:
        with self.alone():
            self._remove(comment_file(issue, number))

    def pull(self, number: int) -> StoredPull | None:
        file = pull_file(number)
        text = self._text(file)
        if text is None:
            return None
        pull = read_stored(StoredPull, number, text, file)
        if not pull:
            message = "A pull request's file begins with its title, state, head and base between two lines of `---`."
            raise UserError(Problem(message, file=file, line=1))
        return pull

    def pulls(self, head: str | None = None) -> Iterator[StoredPull]:
        """Give the pull requests, or those from one branch, newest first."""
        for number in self._pull_numbers():
            # Most are for other branches, and that can be seen without parsing their keys. One that names no branch at
            # all may be for this one, so it is read, and its problem reported.
            data = self._read(pull_file(number)) or b""
            if head and b"\nhead:" in data and head.encode() not in data:
                continue
            pull = self.pull(number)
            if pull and head in {None, pull.head}:
                yield pull

    def readable_pulls(self) -> Iterator[StoredPull]:
        """Give the pull requests that can be read, newest first; a damaged one is reported with its own issue."""
        for number in self._pull_numbers():
            with suppress(UserError):
                if pull := self.pull(number):
                    yield pull

    def add_pull(  # noqa: PLR0913 -- all that a pull request is
        self, *, title: str, head: str, commit: str, base: str, body: str, draft: bool = False
    ) -> StoredPull:
        """Write a new pull request. These have numbers of their own: issues bring theirs along from GitHub."""
        with self.alone():
            number = max(self._pull_numbers(), default=0) + 1
            pull = StoredPull(
                number=number, body=body, title=title, head=head, commit=commit, base=base, draft=draft or None
            )
            self.put_pull(pull)
            return pull

    def put_pull(self, pull: StoredPull) -> None:
        self._write(pull_file(pull.number), write_stored(pull))

    def _comment_numbers(self, issue: int) -> list[int]:
        return self._numbers(f"{FOLDER}/issues/{issue}", _COMMENT_NAME)

    def _pull_numbers(self) -> list[int]:
        return self._numbers(f"{FOLDER}/pulls", _PULL_NAME)[::-1]

    def _numbers(self, folder: str, pattern: re.Pattern[str]) -> list[int]:
        with _disk_errors():
            names = self._disk.names(folder, folders=True)
        return sorted(int(found[1]) for name in names if (found := pattern.fullmatch(name)))

    def _read(self, file: str) -> bytes | None:
        with _disk_errors():
            return self._disk.read(file, PAGE)

    def _text(self, file: str) -> str | None:
        data = self._read(file)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError:
            raise UserError(Problem("This file is not text in UTF-8.", file=file)) from None

    def _write(self, file: str, text: str) -> None:
        """Replace a file in one step: a reader sees the old or the new one. The same text writes nothing."""
        data = text.encode(errors="replace")
        if self._read(file) == data:
            return
        with self.alone(), _disk_errors():
            self._disk.write({file: data}, alone=True)

    def _remove(self, file: str) -> None:
        with _disk_errors():
            self._disk.remove(file)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ForgeError(
            f"{error.filename or FOLDER} cannot be read or written: {error.strerror or error}.",
            remedy="Check that it belongs to you, and that the disk is not full.",
        ) from error
