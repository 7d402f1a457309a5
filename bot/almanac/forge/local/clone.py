"""A person's clone: which branch is the base, and how a branch is moved without surprising who works on it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from almanac.errors import ForgeError, Raced
from almanac.forge.git import Git, commit_files, commit_merge, signature
from almanac.proposal.state import Base, PutBranch

BASE_SETTING = "almanac.base"
WRITER_SETTING = "almanac.writer"
_OURS = re.compile(r"almanac/(issue-\d+|sync)")
_HEADS = "refs/heads/"
# What a deleted branch held can be had again, as on GitHub by the pull request; git would clear it away in time.
# Not `refs/almanac/`: git takes the short name `almanac/issue-1` for a ref of that folder before it looks for a branch.
_KEPT = "refs/deleted-branches/"


class Clone:
    """A git repository with a working copy on this disk.

    Attributes:
        root: The top folder of the working copy.
        home: The top folder of the clone's first working copy: another one (`git worktree`) has the same `home`.
        git: git in that working copy.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Open the clone whose top folder this is.

        Raises:
            ForgeError: It is no folder, no git repository, a folder inside one, or a repository without working copy.
        """
        self.git = Git(folder)
        self.root = folder
        self.home = _home(self.git)
        self._now = now

    def base(self) -> Base:
        """Find the base branch and its head.

        It is the branch that the setting `almanac.base` names; else the one that `origin` calls its default; else
        `main` or `master`; else the one that is checked out, unless that is a proposal's.

        Raises:
            ForgeError: There is no commit yet, or none of these is a branch of this clone.
        """
        told = self._setting(BASE_SETTING)
        for name in [told] if told else self._candidates():
            if head := self.head(name):
                return Base(name, head)
        if told:
            raise ForgeError(
                f"The git setting {BASE_SETTING} names the branch {told}, and there is no such branch.",
                remedy=f"Set it right: `git config {BASE_SETTING} BRANCH`.",
            )
        if not self.git.text("rev-list", "--all", "--max-count=1"):
            raise ForgeError(
                f"The git repository {self.root} has no commit yet.",
                remedy="Commit the site's files first: `git add .` and `git commit -m 'The site'`.",
            )
        raise ForgeError(
            f"It is not clear which branch of {self.root} is the site's main one.",
            remedy=f"Name it with `git config {BASE_SETTING} BRANCH`, or switch to it.",
        )

    def head(self, branch: str) -> str | None:
        """Return the commit at a branch's head, or None where there is no such branch."""
        return self.git.commit(_HEADS + branch)

    def heads(self) -> dict[str, str]:
        """Return the heads of all branches of Almanac's own, by name."""
        lines = self.git.text("for-each-ref", "--format=%(refname) %(objectname)", f"{_HEADS}almanac/").splitlines()
        return {name.removeprefix(_HEADS): head for name, head in (line.split(" ") for line in lines)}

    def writers(self) -> list[str]:
        """Return the logins of those who may give commands here: the git setting `almanac.writer`, any number."""
        return self.git.text("config", "--get-all", WRITER_SETTING, good=(0, 1)).splitlines()

    def put(self, write: PutBranch) -> str:
        """Store a commit and move its branch there; return its id.

        A working copy that has the branch checked out follows, as long as none of the person's changes is lost.

        Raises:
            Raced: The branch's head is not the expected one; nothing was changed.
        """
        self._expect(write.branch, write.expected)
        made = commit_files(self.git, write, signature(self.git, self._now()))
        self._move(write.branch, write.expected, made)
        return made

    def merge(self, branch: str, base: str, message: str) -> str:
        """Merge a branch into another with a merge commit and return that commit's id.

        Raises:
            ForgeError: The two conflict, or uncommitted changes are in the way. Nothing was changed.
        """
        head, target = self.head(branch), self.head(base)
        if not head or not target:
            raise ForgeError(f"There is no branch {base if head else branch} to merge.")
        made = commit_merge(self.git, target, head, message, signature(self.git, self._now()))
        self._move(base, target, made)
        return made

    def delete(self, branch: str, expected: str) -> None:
        """Delete a branch; one that is gone already is fine.

        Raises:
            Raced: Its head is not the expected one; it was left alone.
            ForgeError: It is checked out.
        """
        if self.head(branch) is None:
            return
        self._expect(branch, expected)
        self.refuse_checked_out(branch)
        self.git.text("update-ref", "--no-deref", _KEPT + branch, expected)
        try:
            self.git.text("update-ref", "-d", "--no-deref", _HEADS + branch, expected)
        except ForgeError:
            self._expect(branch, expected)
            raise

    def refuse_checked_out(self, branch: str) -> None:
        """Raise a ForgeError when somebody stands on a branch that is to go."""
        for copy in self._copies(branch):
            raise ForgeError(
                f"The branch {branch} is checked out in {copy.folder}, so it cannot be deleted.",
                remedy=f"Switch to another branch there, as with `git switch {self.base().branch}`, and try again.",
            )

    def _move(self, branch: str, old: str | None, new: str) -> None:
        copies = list(self._copies(branch)) if old else []
        for copy in copies:
            copy.run("update-index", "-q", "--refresh", good=(0, 1))
            try:
                copy.text("read-tree", "-m", "-u", "--dry-run", str(old), new)
            except ForgeError as error:
                raise ForgeError(
                    f"The branch {branch} is checked out in {copy.folder}, with uncommitted changes that would be "
                    f"lost. Nothing was changed. ({error})",
                    remedy="Commit those changes, or put them aside with `git stash`, and try again.",
                ) from error
        try:
            self.git.text("update-ref", "--no-deref", "-m", "almanac", _HEADS + branch, new, old or "0" * len(new))
        except ForgeError as error:
            self._expect(branch, old)
            raise self._in_the_way(branch, error) from error
        for copy in copies:
            copy.text("read-tree", "-m", "-u", str(old), new)

    def _expect(self, branch: str, expected: str | None) -> None:
        if self.head(branch) != expected:
            raise Raced(branch)

    def _in_the_way(self, branch: str, error: ForgeError) -> ForgeError:
        parent = branch.rpartition("/")[0]
        if parent and self.head(parent):
            return ForgeError(
                f"There is a branch named {parent}, so git cannot make the branch {branch}.",
                remedy=f"Rename it: `git branch -m {parent} {parent}-old`.",
            )
        return error

    def _copies(self, branch: str) -> Iterator[Git]:
        for block in self.git.text("worktree", "list", "--porcelain").split("\n\n"):
            lines = block.split("\n")
            folder = Path(lines[0].removeprefix("worktree "))
            if f"branch {_HEADS}{branch}" in lines and folder.is_dir():
                yield Git(folder)

    def _candidates(self) -> Iterator[str]:
        origin = "refs/remotes/origin/"
        followed = self._symbolic(f"{origin}HEAD")
        if followed:
            yield followed.removeprefix(origin)
        yield from ("main", "master")
        current = self._symbolic("HEAD").removeprefix(_HEADS)
        if current and not _OURS.fullmatch(current):
            yield current

    def _symbolic(self, name: str) -> str:
        return self.git.text("symbolic-ref", "--quiet", name, good=(0, 1))

    def _setting(self, name: str) -> str:
        return self.git.text("config", "--get", name, good=(0, 1))


def _home(git: Git) -> Path:
    folder = git.folder
    if not folder.is_dir():
        raise ForgeError(f"There is no folder {folder}.", remedy="Name the site's folder with --site.")
    asked = ("--is-inside-work-tree", "--git-dir", "--git-common-dir", "--show-prefix")
    try:
        inside, own, common, prefix = git.text("rev-parse", *asked).split("\n", 3)
    except ForgeError as error:
        if "not a git repository" not in str(error):
            raise
        raise ForgeError(
            f"{folder} is not a git repository.",
            remedy="Name the site's folder with --site, or make it one: `git init`, `git add .`, `git commit`.",
        ) from error
    if inside != "true":
        raise ForgeError(f"{folder} is a git repository without a working copy.", remedy="Clone it and use the clone.")
    if prefix:
        raise ForgeError(
            f"{folder} is only a folder inside a git repository.",
            remedy="Name the repository's top folder with --site.",
        )
    shared = (folder / common).resolve()
    linked = (folder / own).resolve() != shared
    return shared.parent if linked and shared.name == ".git" else folder.resolve()
