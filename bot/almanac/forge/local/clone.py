"""A person's clone: which branch is the base, and how a branch is moved without surprising people who work on it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path

from almanac.errors import ForgeError, NoCommitError, Raced
from almanac.forge.git import Git, commit_files, commit_merge
from almanac.patterns import regex
from almanac.proposal.state import Base, PutBranch

BASE_SETTING = "almanac.base"
_OURS = regex(r"almanac/(issue-\d+|sync)")
_HEADS = "refs/heads/"
_ORIGIN = "refs/remotes/origin/"
# The commits of a deleted branch stay available, as on GitHub by the pull request; git would clear them away in time.
# Not `refs/almanac/`: git takes the short name `almanac/issue-1` for a ref of that folder before it looks for a branch.
_DELETED = "refs/deleted-branches/"


class Clone:
    """A git repository with a working copy on this disk, in which `git` runs.

    `home` is the top folder of the clone's first working copy: another one (`git worktree`) has the same `home`.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.git = Git(folder)
        self.home = _home(self.git)
        self._now = now

    def base(self) -> Base:
        """Find the base branch and its head.

        It is the branch that the setting `almanac.base` names; else the one that `origin` calls its default; else
        `main` or `master`; else the one that is checked out, unless that is a proposal's.
        """
        chosen = self._chosen_base
        for name in [chosen] if chosen else self._usual_bases():
            if head := self.head(name):
                return Base(name, head)
        if chosen:
            raise ForgeError(
                f"The git setting {BASE_SETTING} names the branch {chosen}, and there is no such branch.",
                remedy=f"Correct it: `git config {BASE_SETTING} BRANCH`.",
            )
        if not self.git.text("rev-list", "--all", "--max-count=1"):
            raise NoCommitError(
                f"The git repository {self.git.folder} has no commit yet.",
                remedy="Commit the site's files first: `git add .` and `git commit -m 'The site'`.",
            )
        raise ForgeError(
            f"It is not clear which branch of {self.git.folder} is the site's main one.",
            remedy=f"Name it with `git config {BASE_SETTING} BRANCH`, or switch to it.",
        )

    @cached_property
    def _chosen_base(self) -> str:
        return self.git.text("config", "--get", BASE_SETTING, good=(0, 1))

    @cached_property
    def _default_of_origin(self) -> str:
        return self.git.text("symbolic-ref", "--quiet", f"{_ORIGIN}HEAD", good=(0, 1)).removeprefix(_ORIGIN)

    def _usual_bases(self) -> Iterator[str]:
        if self._default_of_origin:
            yield self._default_of_origin
        yield from ("main", "master")
        current = self.git.text("symbolic-ref", "--quiet", "HEAD", good=(0, 1)).removeprefix(_HEADS)
        if current and not _OURS.fullmatch(current):
            yield current

    def pushed(self) -> str | None:
        """Return the head of the default branch of `origin`, as of the last push or fetch; None if none is known."""
        return self.git.commit(_ORIGIN + (self._default_of_origin or self.base().branch))

    def head(self, branch: str) -> str | None:
        return self.git.commit(_HEADS + branch)

    def heads(self) -> dict[str, str]:
        lines = self.git.text("for-each-ref", "--format=%(refname) %(objectname)", _HEADS).splitlines()
        return {name.removeprefix(_HEADS): head for name, head in (line.split(" ") for line in lines)}

    def put(self, write: PutBranch) -> str:
        """Store a commit and move its branch there; return its id.

        A working copy that has the branch checked out follows, as long as none of the person's changes is lost.
        """
        self._expect(write.branch, write.expected)
        made = commit_files(self.git, write, self._now())
        self._move(write.branch, write.expected, made)
        return made

    def merge(self, branch: str, base: str, message: str) -> str:
        """Merge a branch into another with a merge commit and return that commit's id; a failure changes nothing."""
        head, target = self.head(branch), self.head(base)
        if not head or not target:
            raise ForgeError(f"There is no branch {base if head else branch} to merge.")
        made = commit_merge(self.git, target, head, message, self._now())
        self._move(base, target, made)
        return made

    def delete(self, branch: str, expected: str) -> None:
        if self.head(branch) is None:
            return
        self._expect(branch, expected)
        self.refuse_checked_out(branch)
        self.git.text("update-ref", "--no-deref", _DELETED + branch, expected)
        try:
            self.git.text("update-ref", "-d", "--no-deref", _HEADS + branch, expected)
        except ForgeError:
            self._expect(branch, expected)
            raise

    def refuse_checked_out(self, branch: str) -> None:
        """Raise a ForgeError when a branch that is to be deleted is checked out somewhere."""
        for copy in self._working_copies(branch):
            raise ForgeError(
                f"The branch {branch} is checked out in {copy.folder}, so it cannot be deleted.",
                remedy=f"Switch to another branch there, for example with `git switch {self.base().branch}`, "
                "and try again.",
            )

    def _expect(self, branch: str, expected: str | None) -> None:
        if self.head(branch) != expected:
            raise Raced(branch)

    def _move(self, branch: str, old: str | None, new: str) -> None:
        """Move a branch from one commit to another, with the working copies that have it checked out."""
        copies = list(self._working_copies(branch)) if old else []
        for copy in copies:
            copy.run("update-index", "-q", "--ignore-submodules", "--refresh", good=(0, 1))
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
            parent = branch.rpartition("/")[0]
            if not parent or not self.head(parent):
                raise
            raise ForgeError(
                f"There is a branch named {parent}, so git cannot make the branch {branch}.",
                remedy=f"Rename it: `git branch -m {parent} {parent}-old`.",
            ) from error
        for copy in copies:
            copy.text("read-tree", "-m", "-u", str(old), new)

    def _working_copies(self, branch: str) -> Iterator[Git]:
        for block in self.git.text("worktree", "list", "--porcelain").split("\n\n"):
            lines = block.split("\n")
            folder = Path(lines[0].removeprefix("worktree "))
            if f"branch {_HEADS}{branch}" in lines and folder.is_dir():
                yield Git(folder)


def _home(git: Git) -> Path:
    folder = git.folder
    if not folder.is_dir():
        raise ForgeError(f"There is no folder {folder}.", remedy="Name the site's folder with --site.")
    questions = ("--is-inside-work-tree", "--git-dir", "--git-common-dir", "--show-prefix")
    try:
        inside, own, common, prefix = git.text("rev-parse", *questions).split("\n", 3)
    except ForgeError as error:
        if "bare repository" in str(error):
            raise _bare(folder) from error
        if "not a git repository" not in str(error):
            raise
        raise ForgeError(
            f"{folder} is not a git repository.",
            remedy="Name the site's folder with --site, or make it one: `git init`, `git add .`, `git commit`.",
        ) from error
    if inside != "true":
        raise _bare(folder)
    if prefix:
        raise ForgeError(
            f"{folder} is only a folder inside a git repository.",
            remedy="Name the repository's top folder with --site.",
        )
    shared = (folder / common).resolve()
    linked = (folder / own).resolve() != shared
    return shared.parent if linked and shared.name == ".git" else folder.resolve()


def _bare(folder: Path) -> ForgeError:
    return ForgeError(f"{folder} is a git repository without a working copy.", remedy="Clone it and use the clone.")
