"""What git knows of a site's folder: its top, its default branch, where it is on GitHub."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ForgeError
from bot.forge.git import Git

_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|[^/@\s:]+@)(?P<host>[A-Za-z0-9.-]*github[A-Za-z0-9.-]*)(?::[0-9]+)?[:/]"
    r"(?P<name>[A-Za-z0-9_-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True)
class CloneFacts:
    """A folder as git knows it.

    Attributes:
        top: The top folder of the repository that it is in, or None where it is in none.
        branch: The default branch; a guess where nothing says it, and `main` outside of a repository.
        current: The branch that is checked out, or None.
        repository: `OWNER/NAME` on GitHub, or None where `origin` does not lead there.
        web: The address of that repository's pages, or None.
    """

    top: Path | None
    branch: str = "main"
    current: str | None = None
    repository: str | None = None
    web: str | None = None


def look_at(folder: Path) -> CloneFacts:
    """Ask git about a folder; one that is in no repository, or a machine without git, is no error."""
    git = Git(folder)
    try:
        status, top = git.run("rev-parse", "--show-toplevel", good=(0, 128))
    except ForgeError:
        return CloneFacts(None)
    if status:
        return CloneFacts(None)
    remote = _REMOTE.fullmatch(_ask(git, "remote", "get-url", "origin"))
    current = _ask(git, "symbolic-ref", "--quiet", "--short", "HEAD") or None
    return CloneFacts(
        top=Path(top.decode().removesuffix("\n")).resolve(),
        branch=_default_branch(git, current),
        current=current,
        repository=remote["name"] if remote else None,
        web=f"https://{_web_host(remote['host'])}/{remote['name']}" if remote else None,
    )


def _web_host(host: str) -> str:
    return "github.com" if host.startswith("ssh.github.com") else host


def _default_branch(git: Git, current: str | None) -> str:
    told = _ask(git, "config", "--get", "almanac.base")
    remote = _ask(git, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    if told or remote:
        return told or remote
    usual = (name for name in ("main", "master") if git.commit(f"refs/heads/{name}"))
    return next(usual, None) or current or "main"


def _ask(git: Git, *arguments: str) -> str:
    return git.text(*arguments, good=(0, 1, 2, 128))
