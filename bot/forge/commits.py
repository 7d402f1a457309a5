"""Makes commits in a repository's store alone: no index, no working copy and no branch is touched."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from bot.errors import ForgeError
from bot.forge.git import Git, is_plain
from bot.forge.seal import is_sealed, sealed
from bot.proposals.state import PutBranch

_NO_FILE = "0"
_FILE = "100644"
_EXECUTABLE = "100755"
# git hides its own folder from itself; these spellings reach it on disks that ignore case or shorten names.
_GITS_OWN = re.compile(r"(\.git|git~1)[ .]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def signature(git: Git, at: datetime) -> dict[str, str]:
    """Return the variables that sign a commit: the person's own git identity, or Almanac's where none is set up."""
    seconds = f"@{int(at.timestamp())} +0000"
    dates = {"GIT_AUTHOR_DATE": seconds, "GIT_COMMITTER_DATE": seconds}
    try:
        # Without this setting git would make up a name from the machine's.
        git.text("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT", env=dates)
        git.text("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT", env=dates)
    except ForgeError:
        who = {"NAME": "Almanac", "EMAIL": "almanac@localhost"}
        return dates | {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    return dates


def commit_files(git: Git, write: PutBranch, signed: Mapping[str, str]) -> str:
    """Store the commit that a write describes and return its id; the branch's head, where that is the same already.

    A file that is there already keeps its mode; a new one is an ordinary file. Texts are stored as UTF-8, byte for
    byte: no line end is converted, whatever `core.autocrlf` says.

    Raises:
        ForgeError: A path leads out of the repository or into git's own folder, or git refused.
    """
    for path in write.files:
        _check(path)
    with tempfile.TemporaryDirectory(prefix="almanac-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.text("read-tree", write.base, env=env)
        git.text("update-index", "--add", "-z", "--index-info", stdin=b"".join(_changes(git, write)), env=env)
        tree = git.text("write-tree", env=env)
    _check_rest(git, write, tree)
    there = git.about(write.expected) if write.fresh and write.expected else None
    if write.expected and there and is_sealed(there.message, tree) and there.parents == write.parents:
        return write.expected
    message = sealed(write.message, tree) if write.fresh else write.message
    return _commit(git, tree, write.parents, message, signed)


def commit_merge(git: Git, base: str, head: str, message: str, signed: Mapping[str, str]) -> str:
    """Store the merge of two commits and return its id.

    Raises:
        ForgeError: The two conflict; the files are named. Or git is older than 2.38 and they stand apart.
    """
    if is_ancestor(git, base, head):
        tree = git.text("rev-parse", f"{head}^{{tree}}")
    else:
        arguments = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base, head)
        status, output = git.run(*arguments, good=(0, 1, 129))
        tree, *conflicts = os.fsdecode(output).rstrip("\0").split("\0")
        if status:
            raise _not_merged(conflicts if status == 1 else [])
    return _commit(git, tree, (base, head), message, signed)


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Tell whether a commit is part of another's history (or is that other); one that is not stored here is not."""
    return git.run("merge-base", "--is-ancestor", older, newer, good=(0, 1, 128))[0] == 0


def _commit(git: Git, tree: str, parents: tuple[str, ...], message: str, signed: Mapping[str, str]) -> str:
    linked = [part for parent in parents for part in ("-p", parent)]
    text = message if message.endswith("\n") else message + "\n"
    return git.text("commit-tree", tree, *linked, stdin=text.encode(errors="replace"), env=signed)


def _changes(git: Git, write: PutBranch) -> Iterator[bytes]:
    nothing = "0" * len(write.base)
    # What goes comes first: a folder may take the place of a file.
    for path, kept in sorted(write.kept.items(), key=lambda item: item[1] is not None):
        yield _line(kept.mode if kept else _NO_FILE, kept.id if kept else nothing, path)
    for path, text in write.files.items():
        mode, blob = _NO_FILE, nothing
        if text is not None:
            there = git.entry(write.base, path)
            mode = _EXECUTABLE if there and there.mode == _EXECUTABLE else _FILE
            blob = git.text("hash-object", "-w", "--no-filters", "--stdin", stdin=text.encode(errors="replace"))
        yield _line(mode, blob, path)


def _line(mode: str, blob: str, path: str) -> bytes:
    return f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"


def _check(path: str) -> None:
    if not is_plain(path) or _CONTROL.search(path) or any(_GITS_OWN.fullmatch(part) for part in path.split("/")):
        raise ForgeError(f"Almanac does not write to {path!r}: it is not a plain path inside the site.")


def _check_rest(git: Git, write: PutBranch, tree: str) -> None:
    """Refuse a tree in which more has changed: to git, a file where a folder was is the end of the folder."""
    changed = git.text("diff-tree", "-r", "-z", "--no-renames", "--name-only", write.base, tree).split("\0")
    lost = [path for path in changed if path and path not in write.files and path not in write.kept]
    if lost:
        raise ForgeError(
            f"Almanac's files would take the place of {', '.join(lost[:3])}: a file and a folder have the same name.",
            remedy="Rename one of them on the base branch.",
        )


def _not_merged(conflicts: list[str]) -> ForgeError:
    if conflicts:
        return ForgeError(
            f"The branch and its base disagree about {', '.join(conflicts)}; nothing was merged.",
            remedy="Run `almanac propose` for its issue, which rebuilds the pull request on the base branch.",
        )
    return ForgeError(
        "This git is too old to merge branches that have moved apart; nothing was merged.",
        remedy="Install git 2.38 or later, or merge the branch yourself with `git merge --no-ff`.",
    )
