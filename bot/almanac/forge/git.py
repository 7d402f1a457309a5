"""The line at the end of a commit message by which a commit of ours is known again, whatever became of its run.

Git stores files and message apart, so a commit that somebody amended has other files than its message says.

Runs git, and reads what a repository stores without touching what a person has open.

Makes commits in a repository's store alone: no index, no working copy and no branch is touched.
"""

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from almanac.errors import ForgeError
from almanac.proposal.state import Blob, Changes, PutBranch

_TRAILER = re.compile(r"\n\nAlmanac-Tree: ([0-9a-f]{40,64})\s*\Z")


def with_trailer(message: str, tree: str) -> str:
    """Put the id of a commit's tree at the end of its message."""
    return f"{message.rstrip()}\n\nAlmanac-Tree: {tree}\n"


def has_trailer(message: str, tree: str) -> bool:
    """Tell whether a commit with this message holds the very files that we put into it."""
    found = _TRAILER.search(message)
    return found is not None and found[1] == tree


_FILES = ("100644", "100755")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_KEPT = re.compile(
    r"GIT_(AUTHOR|COMMITTER|CONFIG_(COUNT|KEY|VALUE|GLOBAL|SYSTEM|NOSYSTEM)|CEILING|EXEC|DISCOVERY)(_|$)"
)
# No hook of the person's runs, no process stays behind, and paths, messages and indexes have one form everywhere.
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "core.splitIndex=false",
    "index.sparse=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
)


class Entry(NamedTuple):
    """One entry of a commit's tree: its mode as git writes it (`100755`), its object id and its path from the root.

    `size` is a file's, in bytes, where GitHub told it.
    """

    mode: str
    id: str
    path: str
    size: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file: no folder, no symbolic link, no submodule."""
        return self.mode in _FILES


class About(NamedTuple):
    """A commit without its files: its message, the id of its tree, its parents."""

    message: str
    tree: str
    parents: tuple[str, ...]


class Git:
    """git in one folder: never through a shell, never asking anybody, never reading the caller's own `GIT_DIR`."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that git is to work in."""
        self.folder = folder

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command and return its exit status and its output.

        Args:
            arguments: The command and its arguments.
            stdin: What the command reads.
            env: Variables on top of the cleaned environment.
            good: The exit statuses that are an answer; any other is an error.

        Raises:
            ForgeError: git is missing, or ended with another status; its own words are in the message.
        """
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = ["git", "--no-pager", "--no-optional-locks", "-C", str(self.folder), *settings, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
                command, input=stdin, capture_output=True, check=False, env=_environment() | dict(env or {})
            )
        except FileNotFoundError as error:
            raise ForgeError(
                "Almanac needs git, and there is none on this machine.",
                remedy="Install git from https://git-scm.com/downloads and run the command again.",
            ) from error
        if done.returncode not in good:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit status {done.returncode}"
            raise ForgeError(f"git {arguments[0]} failed in {self.folder}: {said}")
        return done.returncode, done.stdout

    def text(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> str:
        """Do the same and return the output alone, as text without the last line's end."""
        return os.fsdecode(self.run(*arguments, stdin=stdin, env=env, good=good)[1]).removesuffix("\n")

    def commit(self, revision: str) -> str | None:
        """Return the full id of the commit that a branch, tag or `HEAD` stands for, or None."""
        status, output = self.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", good=(0, 1))
        return output.decode().strip() if status == 0 else None

    def has(self, commit: str) -> bool:
        """Tell whether a commit, given by its full id, is stored here; nothing is fetched to find out."""
        return _OBJECT_ID.fullmatch(commit) is not None and (
            self.run("cat-file", "-e", f"{commit}^{{commit}}", env={"GIT_NO_LAZY_FETCH": "1"}, good=(0, 1, 128))[0] == 0
        )

    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what stands at a path in a commit, or None."""
        if not is_plain(path):
            return None
        return next((entry for entry in self._tree(commit, path) if entry.path == path), None)

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file in a commit byte for byte; None where there is none, or a folder, a link or a submodule."""
        entry = self.entry(commit, path)
        return self.run("cat-file", "blob", entry.id)[1] if entry and entry.is_file else None

    def files(self, commit: str, folder: str, suffix: str) -> dict[str, bytes]:
        """Read the ordinary files directly in a folder of a commit whose names end so, by name: one process for all."""
        entries = {name: entry for name, entry in self._folder(commit, folder).items() if name.endswith(suffix)}
        asked = "".join(f"{entry.id}\n" for entry in entries.values())
        answer = io.BytesIO(self.run("cat-file", "--batch", stdin=asked.encode())[1])
        found: dict[str, bytes] = {}
        for name, entry in entries.items():
            # `<id> blob <size>`, the bytes and a line's end; `<id> missing` where a part of the clone was left out.
            about = answer.readline().split()
            if about[1:2] != [b"blob"]:
                raise ForgeError(f"git cat-file failed in {self.folder}: {entry.path} is not stored there.")
            found[name] = answer.read(int(about[2]))
            answer.read(1)
        return found

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files that stand directly in a folder of a commit; `""` is the root."""
        return frozenset(self._folder(commit, folder))

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits, links and submodules included."""
        output = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", older, newer)[1]
        fields = iter(output.split(b"\0"))
        found: dict[str, Blob | None] = {}
        for about in fields:
            if about:
                _, mode, _, content, status = about.decode().split(" ")
                found[os.fsdecode(next(fields))] = None if status == "D" else Blob(mode, content)
        return found

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common; None where there is none, or one is not stored."""
        status, output = self.run("merge-base", first, second, good=(0, 1, 128))
        return output.decode().strip() if status == 0 else None

    def about(self, commit: str) -> About | None:
        """Read what a commit says of itself; None where it is not stored."""
        if not self.has(commit):
            return None
        head, _, text = os.fsdecode(self.run("cat-file", "commit", commit)[1]).partition("\n\n")
        lines = [line.partition(" ") for line in head.split("\n")]
        parents = tuple(value for name, _, value in lines if name == "parent")
        return About(text, next(value for name, _, value in lines if name == "tree"), parents)

    def uncommitted(self, *paths: str) -> tuple[str, ...]:
        """List the files that differ from the last commit or are unknown to git; with paths, only among those."""
        arguments = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
        listed = self.run(*arguments, env={"GIT_LITERAL_PATHSPECS": "1"})[1].split(b"\0")
        return tuple(os.fsdecode(line[3:]) for line in listed if line)

    def _folder(self, commit: str, folder: str) -> dict[str, Entry]:
        folder = folder.strip("/")
        if folder and not is_plain(folder):
            return {}
        entries = self._tree(commit, f"{folder}/") if folder else self._tree(commit)
        start = f"{folder}/" if folder else ""
        return {
            entry.path.removeprefix(start): entry for entry in entries if entry.is_file and entry.path.startswith(start)
        }

    def _tree(self, commit: str, *paths: str) -> list[Entry]:
        # The id may come from a text that anybody could edit, and an old commit may have been cleared away.
        if not _OBJECT_ID.fullmatch(commit):
            return []
        arguments = ("ls-tree", "-z", "--full-tree", commit, "--", *paths)
        try:
            output = self.run(*arguments, env={"GIT_LITERAL_PATHSPECS": "1"})[1]
        except ForgeError:
            if self.has(commit):
                raise
            return []
        entries = []
        for line in output.split(b"\0"):
            if line:
                about, path = line.split(b"\t", 1)
                mode, _, found = about.decode().split(" ")
                entries.append(Entry(mode, found, os.fsdecode(path)))
        return entries


def is_plain(path: str) -> bool:
    """Tell whether a path names something inside a repository: no `..`, no empty part, nothing that ends it early."""
    return "\0" not in path and all(part not in {"", ".", ".."} for part in path.split("/"))


def _environment() -> dict[str, str]:
    """Return our environment without what would send git elsewhere (a hook's `GIT_DIR`) or make it ask or translate."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.match(name)}
    return kept | {"LC_ALL": "C", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0"}


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
    if write.expected and there and has_trailer(there.message, tree) and there.parents == write.parents:
        return write.expected
    message = with_trailer(write.message, tree) if write.fresh else write.message
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
