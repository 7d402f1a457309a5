"""A clone with a proposal in it, for the tests of the local forge alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from almanac.forge.local.forge import LocalForge
from almanac.proposal.state import Issue, Pull, PutBranch

from tests.gitrepo import Repo

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
BRANCH = "almanac/issue-1"
ISSUE = Issue(1, "New event", "### Title\r\n\r\nCafé", ("event",), "ada")
PULL_BODY = "An event.\n\nCloses #1\n\n<!-- almanac:state {} -->\n"


@dataclass
class Site:
    """The clone, the forge on it and its one proposal."""

    repo: Repo
    forge: LocalForge
    pull: Pull

    @property
    def folder(self) -> Path:
        return self.repo.folder

    def now(self) -> Pull:
        """Read the pull request again."""
        found = self.forge.pull(self.pull.number)
        assert found
        return found


def forge_on(folder: Path) -> LocalForge:
    return LocalForge(folder, lambda: NOW)


def new_repo(folder: Path) -> Repo:
    """Make a repository with one commit."""
    repo = Repo.init(folder)
    repo.commit({"README.md": "A site\n", "page.md": "one\ntwo\nthree\n"})
    return repo


def new_site(folder: Path) -> Site:
    """Make a repository with an issue and its proposal, which adds `event.yml` and a line to `page.md`."""
    repo = new_repo(folder)
    forge = forge_on(folder)
    forge.file_issue(ISSUE)
    put(forge, {"event.yml": "id: x\n", "page.md": "zero\none\ntwo\nthree\n"})
    return Site(repo, forge, forge.open_pull(BRANCH, "main", "Add event", PULL_BODY))


def put(forge: LocalForge, files: Mapping[str, str | None], *, branch: str = BRANCH, **more: Any) -> str:
    base = forge.base().commit
    write = PutBranch(branch, base, (base,), files, "Add event", None, before={})
    return forge.put_branch(replace(write, **more))
