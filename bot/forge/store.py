"""What the files of `.almanac/` mean: issues, comments and pull requests that a person can read and edit."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Problem, UserError
from bot.forge.files import Files
from bot.forge.papers import (
    CommentPaper,
    PullPaper,
    issue_keys,
    read_front,
    read_issue,
    read_json,
    write_front,
    write_json,
)
from bot.proposals.state import Issue

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
