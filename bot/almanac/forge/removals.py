"""What was removed from a folder of a working copy, as far as git shows it, and where git's history ends too soon."""

import re
from collections.abc import Collection
from typing import NamedTuple

from almanac.caps import PAGE
from almanac.errors import ConfigError, ForgeError, Problem
from almanac.forge.git import Git
from almanac.patterns import regex

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}
_LOG = ("--format=commit %H", "--raw", "-z", "--no-abbrev", "--diff-filter=D", "--no-renames", "--relative")
_LOGGED = regex(r"commit ([0-9a-f]+)|:[0-7]+ [0-7]+ ([0-9a-f]+) [0-9a-f]+ D\0([^\0]+)\0")
_HELD = regex(r"(?<![^\0])[0-7]{6} blob ([0-9a-f]{40,64})\t([^\0]+)\0")
_HIDDEN = regex(r"^S ", re.MULTILINE)  # how `ls-files -t` marks what is not checked out
_UNSHALLOW = "Run `git fetch --unshallow` first (in a workflow: `fetch-depth: 0`)."
_REFETCH = "Clone the repository again, without `--filter`, and run this there."


class Removed(NamedTuple):
    """A removed file: its path, its last content, and what the file beside it held once it was gone."""

    path: str
    content: bytes
    beside: bytes


class Removals(NamedTuple):
    """The removed files; and what the file beside them held where the history is cut off, so that no more can be seen.

    `remedy` is how the rest of the history is had.
    """

    files: tuple[Removed, ...] = ()
    at_cuts: tuple[bytes, ...] = ()
    remedy: str = ""


def removals(git: Git, folder: str, beside: str, present: Collection[str], now: bytes | None) -> Removals:
    """Find what git's history removed directly from a folder, and what the last commit has and is not `present` there.

    Of a file that came and went several times, the last time counts. `now` is what the file beside them holds.

    Raises:
        ConfigError: Files of the folder are not there because git does not check them out.
    """
    try:
        has_history = git.commit("HEAD") is not None
    except ForgeError:  # no git, or no repository
        has_history = False
    if not has_history:
        return Removals()
    _refuse_sparse(git, folder)
    gone, is_whole = _gone(git, folder)
    kept = {f"{folder}/{name}" for name in present}
    gone = {path: where for path, where in gone.items() if path not in kept and path.rpartition("/")[0] == folder}
    roots = git.text("rev-list", "--max-parents=0", "HEAD").split() if git.is_shallow() else []
    commits = dict.fromkeys(["HEAD", *roots, *(before for _, before in gone.values() if before)])
    names = [*roots, *(blob for blob, _ in gone.values()), *(f"{one}:./{beside}" for one in commits)]
    try:
        stored = git.stored(names, PAGE.each)
    except ForgeError:  # a clone that lacks older contents
        is_whole, stored = False, git.stored([f"HEAD:./{beside}"], PAGE.each)
    pages = {one: stored.get(f"{one}:./{beside}") for one in commits} | {"": now}
    files = []
    for path, (blob, before) in gone.items():
        content, other = stored.get(blob), pages[before]
        if content is not None and other is not None:
            files.append(Removed(path, content, other))
    cuts = [root for root in roots if b"\nparent " in stored.get(root, b"").partition(b"\n\n")[0]]
    at_cuts = (page for one in ([] if is_whole else ["HEAD"]) + cuts if (page := pages[one]) is not None)
    return Removals(tuple(files), tuple(at_cuts), _UNSHALLOW if cuts else _REFETCH)


def _refuse_sparse(git: Git, folder: str) -> None:
    hidden = len(_HIDDEN.findall(git.text("ls-files", "-t", "--", folder, env=_LITERAL)))
    if hidden:
        message = (
            f"{hidden} of the files in this folder are not checked out here (git's sparse checkout), and their events "
            f"would seem to be deleted. Run `git sparse-checkout add {folder}` first."
        )
        raise ConfigError(Problem(message, "records", file=folder))


def _gone(git: Git, folder: str) -> tuple[dict[str, tuple[str, str]], bool]:
    """Map each path to its last content and the commit from which on it was gone; and tell if all could be seen.

    What the last commit has may be gone, too: its commit is empty.
    """
    held = git.text("ls-tree", "-z", "HEAD", f"{folder}/", env=_LITERAL)
    gone = {path: (blob, "") for blob, path in _HELD.findall(held)}
    try:
        log = git.text("log", *_LOG, "HEAD", "--", folder, env=_LITERAL)
    except ForgeError:  # a clone that lacks the folders of older commits
        return gone, False
    commit = ""
    for found, blob, path in _LOGGED.findall(log):
        commit = found or commit
        if path:
            gone.setdefault(path, (blob, commit))
    return gone, True
