"""The world around a forge: what people do there by hand, and what can be seen there afterwards.

Tests use a forge only through the protocol `Forge`; they prepare and inspect the rest through `World`.
"""

import atexit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypedDict, Unpack
from urllib.parse import urlsplit
from uuid import uuid4

from almanac.forge.local.forge import AUTHOR, LocalForge
from almanac.forge.local.store import Store, StoredPull
from almanac.forge.protocol import Forge
from almanac.proposal.state import Issue

from tests.gitrepo import DATE, Repo
from tests.proxy import Answer, Proxy, Request
from tests.tools import need

Kind = Literal["local", "github"]
HOW_ATTACHED = "/user-attachments/assets/"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@dataclass(frozen=True)
class SeenComment:
    """A comment as everyone sees it: its id, whether Almanac wrote it, its text."""

    id: int
    ours: bool
    body: str


@dataclass(frozen=True)
class SeenPull:
    """A pull request as everyone sees it."""

    number: int
    title: str
    body: str
    state: str
    head: str
    base: str


class IssueEdit(TypedDict, total=False):
    """What someone edits of an issue."""

    title: str
    body: str
    state: Literal["open", "closed"]


class World(Protocol):
    """A site on a forge, with people in it. It begins with one commit, holding `README.md`, and no issue."""

    @property
    def forge(self) -> Forge:
        """The forge under test."""
        ...

    @property
    def base(self) -> str:
        """The default branch's name."""
        ...

    def commit(
        self,
        files: Mapping[str, bytes | None],
        *,
        branch: str | None = None,
        links: Mapping[str, str] | None = None,
        at: str = DATE,
    ) -> str:
        """Someone commits files (None removes one) and symbolic links on a branch, else the base; return the id."""
        ...

    def head(self, branch: str) -> str | None:
        """Return the commit at a branch's head, or None where there is no such branch."""
        ...

    def files(self, commit: str) -> dict[str, bytes]:
        """Return every file of a commit, links and submodules apart."""
        ...

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents."""
        ...

    def message(self, commit: str) -> str:
        """Return a commit's message, without line ends around it."""
        ...

    def file_issue(self, title: str, body: str, *, labels: tuple[str, ...] = (), author: str = "ada") -> int:
        """Someone files an issue; return its number."""
        ...

    def edit_issue(self, number: int, **edit: Unpack[IssueEdit]) -> None:
        """Someone edits, closes or reopens an issue."""
        ...

    def comment(self, issue: int, author: str, body: str) -> int:
        """Someone else comments on an issue; return the comment's id."""
        ...

    def comments(self, issue: int) -> list[SeenComment]:
        """Return an issue's comments, oldest first."""
        ...

    def issue_state(self, number: int) -> tuple[str, str | None]:
        """Return an issue's state and the reason for it."""
        ...

    def pulls(self) -> list[SeenPull]:
        """Return every pull request, oldest first."""
        ...

    def close_pull(self, number: int) -> None:
        """A maintainer closes a pull request without merging it."""
        ...

    def reopen_pull(self, number: int, commit: str) -> None:
        """A maintainer restores a pull request's branch at a commit, and reopens it."""
        ...

    def merge(self, number: int) -> None:
        """A maintainer merges a pull request; issue and branch are left as they are."""
        ...

    def join(self, into: str, branch: str) -> str:
        """Someone merges one branch into another, as the button "Update branch" does; return the new commit."""
        ...

    def rewind(self, commit: str) -> None:
        """Someone forces the base back to an older commit."""
        ...

    def label(self, number: int, *labels: str) -> None:
        """Someone gives an issue these labels and no others."""
        ...

    def delete_branch(self, branch: str) -> None:
        """Someone deletes a branch."""
        ...

    def restore_branch(self, branch: str, commit: str) -> None:
        """Someone brings a branch back."""
        ...

    def let_in(self, login: str) -> None:
        """The owner gives someone the right to write."""
        ...

    def attach(self, data: bytes | None, address: str = "") -> str:
        """Someone attaches a file to what they write; return its address. With None, it cannot be had (any more)."""
        ...


class Attached:
    """A GitHub that gives what was attached there, and nothing else."""

    def __init__(self) -> None:
        self.proxy, self.files = Proxy(), dict[str, bytes | None]()
        self.proxy.trouble = self.answer

    def put(self, data: bytes | None, address: str = "") -> str:
        """Keep what someone attaches, at a new address if none is given."""
        address = address or f"{self.proxy.url}{HOW_ATTACHED}{uuid4()}"
        self.files[urlsplit(address).path] = data
        return address

    def answer(self, request: Request) -> Answer:
        """Give it, to everyone."""
        data = self.files.get(request.path)
        return Answer(404, {}) if data is None else Answer(200, data, {"Content-Type": "image/x"})


@cache
def attached() -> Attached:
    """Return the one such GitHub that there is in a run of tests."""
    made = Attached()
    atexit.register(made.proxy.close)
    return made


class LocalWorld:
    """A clone on this disk."""

    base = "main"

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(folder)
        if not folder.exists():
            Repo.init(folder).commit({"README.md": "A site\n"})
        self.forge = self._open()

    def _open(self, attachments_of: str | None = None) -> LocalForge:
        return LocalForge(self.repo.folder, lambda: NOW, attachments_of)

    def commit(
        self,
        files: Mapping[str, bytes | None],
        *,
        branch: str | None = None,
        links: Mapping[str, str] | None = None,
        at: str = DATE,
    ) -> str:
        """Commit; the working copy follows."""
        made = self.repo.commit_to(branch or self.base, files, links, at=at)
        self.repo.git("reset", "--quiet", "--hard")
        return made

    def head(self, branch: str) -> str | None:
        return self.repo.head(branch)

    def files(self, commit: str) -> dict[str, bytes]:
        return self.repo.files(commit)

    def parents(self, commit: str) -> tuple[str, ...]:
        return self.repo.parents(commit)

    def message(self, commit: str) -> str:
        return self.repo.message(commit)

    def file_issue(self, title: str, body: str, *, labels: tuple[str, ...] = (), author: str = "ada") -> int:
        """File it under the next free number."""
        taken = [*(issue.number for issue in self.forge.issues()), *(pull.number for pull in self.forge.pulls())]
        number = max(taken, default=0) + 1
        self.forge.file_issue(Issue(number, title, body, labels, author, created_at=NOW.isoformat()))
        return number

    def edit_issue(self, number: int, **edit: Unpack[IssueEdit]) -> None:
        """File it again with what changed."""
        issue = self.forge.issue(number)
        assert issue
        self.forge.file_issue(replace(issue, closed_at=None, **edit))

    def comment(self, issue: int, author: str, body: str) -> int:
        return self.forge.comment(issue, author, body)

    def comments(self, issue: int) -> list[SeenComment]:
        return [SeenComment(found.number, found.author == AUTHOR, found.body) for found in self.forge.comments(issue)]

    def issue_state(self, number: int) -> tuple[str, str | None]:
        issue = self.forge.issue(number)
        assert issue
        return issue.state, issue.state_reason

    def pulls(self) -> list[SeenPull]:
        found = Store(self.repo.folder).pulls()
        return [
            SeenPull(pull.number, pull.title, pull.body, pull.state, pull.head, pull.base)
            for pull in reversed(list(found))
        ]

    def close_pull(self, number: int) -> None:
        self.forge.edit_pull(number, state="closed")

    def reopen_pull(self, number: int, commit: str) -> None:
        store = Store(self.repo.folder)
        pull = store.pull(number)
        assert pull
        self.restore_branch(pull.head, commit)
        store.put_pull(pull.model_copy(update={"state": "open", "closed_at": None}))

    def merge(self, number: int) -> None:
        """Merge by plain git."""
        pull = self.forge.pull(number)
        assert pull
        branch = next(each.head for each in self.pulls() if each.number == number)
        self.repo.git("merge", "--quiet", "--no-ff", "--no-edit", branch)

    def join(self, into: str, branch: str) -> str:
        """Merge by plain git, without a working copy."""
        ours, theirs = self.head(into) or "", self.head(branch) or ""
        tree = self.repo.git("merge-tree", "--write-tree", ours, theirs)
        commit = self.repo.git("commit-tree", tree, "-p", ours, "-p", theirs, "-m", f"Merge {branch} into {into}")
        self.repo.git("update-ref", f"refs/heads/{into}", commit)
        return commit

    def rewind(self, commit: str) -> None:
        self.repo.git("reset", "--quiet", "--hard", commit)

    def stored_pull(self, number: int) -> StoredPull:
        """Return a pull request as its file has it."""
        found = Store(self.repo.folder).pull(number)
        assert found
        return found

    def put_pull(self, pull: StoredPull) -> None:
        """Write such a file, as a person does."""
        Store(self.repo.folder).put_pull(pull)

    def mark_merged(self, number: int) -> None:
        """Note it in the pull request's file, as a person does after a squash, of which git knows nothing."""
        file = self.repo.folder / ".almanac" / "pulls" / f"{number}.md"
        text = file.read_text(encoding="utf-8")
        assert "\nstate: open\nmerged: false\n" in text
        text = text.replace("\nstate: open\nmerged: false\n", "\nstate: closed\nmerged: true\n", 1)
        file.write_text(text, encoding="utf-8")

    def label(self, number: int, *labels: str) -> None:
        """File it again with other labels."""
        issue = self.forge.issue(number)
        assert issue
        self.forge.file_issue(replace(issue, labels=labels, closed_at=None))

    def delete_branch(self, branch: str) -> None:
        self.repo.git("branch", "--quiet", "-D", branch)

    def restore_branch(self, branch: str, commit: str) -> None:
        self.repo.git("branch", branch, commit)

    def let_in(self, login: str) -> None:
        self.repo.git("config", "--add", "almanac.writer", login)

    def attach(self, data: bytes | None, address: str = "") -> str:
        """Attach it to something on a GitHub that has nothing else."""
        github = attached()
        self.forge = self._open(github.proxy.url)
        return github.put(data, address)


@contextmanager
def open_world(kind: Kind, folder: Path) -> Iterator[World]:
    """Make a new world on one of the forges."""
    if kind == "local":
        yield LocalWorld(folder / "a site")
    else:
        need("node")
        from tests.emulated import github_world  # noqa: PLC0415 - loads PyGithub, and only where Node is

        with github_world() as world:
            yield world
