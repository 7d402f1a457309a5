"""git, run as a process: what a repository stores is read, and commits are made in its store alone.

No index, working copy or branch that a person has open is touched. A commit of ours ends in a trailer with the id of
its tree, by which it is recognised later, whatever became of the run that made it. Git stores files and message apart,
so a commit that someone amended has other files than its trailer says.
"""

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from almanac.errors import ForgeError
from almanac.proposal.state import Blob, Changes, FileVersion, PutBranch

_TRAILER = re.compile(r"\n\nAlmanac-Tree: ([0-9a-f]{40,64})\s*\Z")
_REGULAR = "100644"
_EXECUTABLE = "100755"
_REMOVED = "0"  # the mode by which `update-index` takes a file away
_OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MOST_VERSIONS = 100
_KEPT_TREES = 4  # a commit's tree never changes, so the last few are kept
# git hides its own folder from itself; these spellings reach it on disks that ignore case or shorten names.
_GIT_FOLDER = re.compile(r"(\.git|git~1)[ .]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_KEPT_VARIABLES = re.compile(
    r"GIT_(AUTHOR|COMMITTER|CONFIG_(COUNT|KEY|VALUE|GLOBAL|SYSTEM|NOSYSTEM)|CEILING|EXEC|DISCOVERY)(_|$)"
)
# No hook of the person's runs, no process is left running, and paths, messages and indexes have one form everywhere.
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
    "log.follow=false",
    "log.showSignature=false",
)


def with_trailer(message: str, tree: str) -> str:
    """Put the id of a commit's tree at the end of its message."""
    return f"{message.rstrip()}\n\nAlmanac-Tree: {tree}\n"


def is_plain(path: str) -> bool:
    """Tell whether a path names something inside a repository: no `..`, no empty part, nothing that ends it early."""
    return "\0" not in path and all(part not in {"", ".", ".."} for part in path.split("/"))


class Entry(NamedTuple):
    """One entry of a commit's tree, with its path from the root; `size` is a file's, in bytes, where GitHub gave it."""

    mode: str
    id: str
    path: str
    size: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file: not a folder, a symbolic link or a submodule."""
        return self.mode in {_REGULAR, _EXECUTABLE}


class Header(NamedTuple):
    """A commit without its files: its message, the id of its tree, its parents."""

    message: str
    tree: str
    parents: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        """Whether the commit holds exactly the files that we put into it."""
        found = _TRAILER.search(self.message)
        return found is not None and found[1] == self.tree


class Git:
    """git in one folder: never through a shell, never prompting, never reading the caller's own `GIT_DIR`."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.folder, self._env = folder, env or {}
        self._trees: dict[str, Mapping[str, Mapping[str, Entry]]] = {}

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command and return its exit status, which has to be in `good`, and its output."""
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = ["git", "--no-pager", "--no-optional-locks", "-C", str(self.folder), *settings, *arguments]
        # A hook's `GIT_DIR` would send git elsewhere; other variables would make it prompt or translate.
        kept = {key: value for key, value in os.environ.items() if key[:4] != "GIT_" or _KEPT_VARIABLES.match(key)}
        clean = kept | {"LC_ALL": "C", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0"}
        try:
            done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
                command, input=stdin, capture_output=True, check=False, env={**clean, **self._env, **(env or {})}
            )
        except FileNotFoundError as error:
            raise ForgeError(
                "Almanac needs git, and it is not installed on this machine.",
                remedy="Install git from https://git-scm.com/downloads and run the command again.",
            ) from error
        if done.returncode not in good:
            reason = done.stderr.decode("utf-8", "replace").strip() or f"exit status {done.returncode}"
            raise ForgeError(f"git {arguments[0]} failed in {self.folder}: {reason}")
        return done.returncode, done.stdout

    def text(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> str:
        """Run one git command as `run` does; return its output alone, as text without the last line end."""
        return os.fsdecode(self.run(*arguments, stdin=stdin, env=env, good=good)[1]).removesuffix("\n")

    def commit(self, revision: str) -> str | None:
        """Return the full id of the commit that a branch, tag or `HEAD` points to, or None."""
        status, output = self.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", good=(0, 1))
        return output.decode().strip() if status == 0 else None

    def has(self, commit: str) -> bool:
        """Tell whether a commit, given by its full id, is stored here; nothing is fetched to find out."""
        return _OBJECT_ID.fullmatch(commit) is not None and (
            self.run("cat-file", "-e", f"{commit}^{{commit}}", env={"GIT_NO_LAZY_FETCH": "1"}, good=(0, 1, 128))[0] == 0
        )

    def header(self, commit: str) -> Header | None:
        if not self.has(commit):
            return None
        head, _, message = os.fsdecode(self.run("cat-file", "commit", commit)[1]).partition("\n\n")
        lines = [line.partition(" ") for line in head.split("\n")]
        parents = tuple(value for name, _, value in lines if name == "parent")
        return Header(message, next(value for name, _, value in lines if name == "tree"), parents)

    def root(self, commit: str) -> str:
        return self.text("rev-parse", "--verify", f"{commit}^{{tree}}")

    def entry(self, commit: str, path: str) -> Entry | None:
        folder, _, name = path.rpartition("/")
        return self._tree(commit).get(folder, {}).get(name)

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file in a commit byte for byte; None where there is none, or a folder, a link or a submodule."""
        entry = self.entry(commit, path)
        return self.run("cat-file", "blob", entry.id)[1] if entry and entry.is_file else None

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files directly in a folder of a commit; `""` is the root."""
        entries = self._tree(commit).get(folder.strip("/"), {})
        return frozenset(name for name, entry in entries.items() if entry.is_file)

    def files(self, commit: str, folder: str, suffix: str) -> dict[str, bytes]:
        """Read the ordinary files directly in a folder of a commit whose names end so, by name: one process for all."""
        names = sorted(name for name in self.names(commit, folder) if name.endswith(suffix))
        entries = self._tree(commit).get(folder.strip("/"), {})
        wanted = "".join(f"{entries[name].id}\n" for name in names)
        answer = io.BytesIO(self.run("cat-file", "--batch", stdin=wanted.encode())[1])
        found: dict[str, bytes] = {}
        for name in names:
            # `<id> blob <size>`, the bytes and a line end; `<id> missing` where the clone does not have it.
            about = answer.readline().split()
            if about[1:2] != [b"blob"]:
                raise ForgeError(f"git cat-file failed in {self.folder}: {entries[name].path} is not stored there.")
            found[name] = answer.read(int(about[2]))
            answer.read(1)
        return found

    def _tree(self, commit: str) -> Mapping[str, Mapping[str, Entry]]:
        """Read what a commit holds, as folder -> name -> entry; nothing where the commit is not stored."""
        # The id may come from a text that anyone could edit, and an old commit may have been cleared away.
        if not _OBJECT_ID.fullmatch(commit):
            return {}
        if commit in self._trees:
            return self._trees[commit]
        try:
            output = self.run("ls-tree", "-r", "-t", "-z", "--full-tree", commit)[1]
        except ForgeError:
            if self.has(commit):
                raise
            return {}
        tree: dict[str, dict[str, Entry]] = {}
        for line in output.split(b"\0")[:-1]:
            about, path = line.split(b"\t", 1)
            mode, _, object_id = about.decode().split(" ")
            entry = Entry(mode, object_id, os.fsdecode(path))
            folder, _, name = entry.path.rpartition("/")
            tree.setdefault(folder, {})[name] = entry
        if len(self._trees) == _KEPT_TREES:
            del self._trees[next(iter(self._trees))]
        self._trees[commit] = tree
        return tree

    def changes(self, older: str, newer: str) -> Changes:
        output = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", older, newer)[1]
        fields = iter(output.split(b"\0")[:-1])
        found: dict[str, Blob | None] = {}
        for about, path in zip(fields, fields, strict=True):
            _, mode, _, blob, status = about.decode().split(" ")
            found[os.fsdecode(path)] = None if status == "D" else Blob(mode, blob)
        return found

    def versions(self, commit: str, path: str) -> Iterator[FileVersion]:
        """Give the commits that changed a file, newest first; what a merge brought counts from the merge on."""
        options = ("--first-parent", f"--max-count={_MOST_VERSIONS}", "--format=%H %ct %P")
        env = {"GIT_LITERAL_PATHSPECS": "1"}
        for line in self.text("log", *options, commit, "--", path, env=env).splitlines():
            version, seconds, *parents = line.split(" ")
            yield FileVersion(version, datetime.fromtimestamp(int(seconds), UTC), next(filter(None, parents), None))

    def is_shallow(self) -> bool:
        """Tell whether the clone's history was cut off."""
        return self.text("rev-parse", "--is-shallow-repository") == "true"

    def merge_base(self, first: str, second: str) -> str | None:
        """Find the newest commit that two commits have in common; None where there is none, or one is not stored."""
        status, output = self.run("merge-base", first, second, good=(0, 1, 128))
        return output.decode().strip() if status == 0 else None

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether a commit is in another's history (or is that other); False for one that is not stored here."""
        return self.run("merge-base", "--is-ancestor", older, newer, good=(0, 1, 128))[0] == 0

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """The variables that sign a commit as Almanac's where the person has no git identity set up, else nothing."""
        try:
            # Without this setting git would make up a name from the machine's.
            for variable in ("GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"):
                self.run("-c", "user.useConfigOnly=true", "var", variable)
        except ForgeError:
            roles = ("AUTHOR", "COMMITTER")
            values = {"NAME": "Almanac", "EMAIL": "almanac@localhost"}
            return {f"GIT_{role}_{key}": value for role in roles for key, value in values.items()}
        return {}

    def uncommitted(self) -> tuple[str, ...]:
        """List the files that differ from the last commit or are unknown to git."""
        listed = self.run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")[1]
        return tuple(os.fsdecode(line[3:]) for line in listed.split(b"\0")[:-1])


def commit_files(git: Git, write: PutBranch, at: datetime) -> str:
    """Store the commit that a write describes and return its id; the branch's head, where that is the same already.

    A file that is there already keeps its mode; a new one is an ordinary file. Texts are stored as UTF-8, byte for
    byte: no line end is converted, whatever `core.autocrlf` says.
    """
    for path in write.files:
        if not is_plain(path) or _CONTROL.search(path) or any(map(_GIT_FOLDER.fullmatch, path.split("/"))):
            raise ForgeError(f"Almanac does not write to {path!r}: it is not a plain path inside the site.")
    with tempfile.TemporaryDirectory(prefix="almanac-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.text("read-tree", write.base, env=env)
        git.text("update-index", "--add", "-z", "--index-info", stdin=b"".join(_index_lines(git, write)), env=env)
        tree = git.text("write-tree", env=env)
    # To git, a file where a folder was is the end of the folder.
    changed = git.text("diff-tree", "-r", "-z", "--no-renames", "--name-only", write.base, tree).split("\0")
    lost = [path for path in changed if path and path not in write.files and path not in write.kept]
    if lost:
        raise ForgeError(
            f"Almanac's files would take the place of {', '.join(lost[:3])}: a file and a folder have the same name.",
            remedy="Rename one of them on the base branch.",
        )
    if not write.fresh:
        return _commit(git, tree, write.parents, write.message, at)
    head = git.header(write.expected) if write.expected else None
    if write.expected and head and head.is_ours and (head.tree, head.parents) == (tree, write.parents):
        return write.expected
    return _commit(git, tree, write.parents, with_trailer(write.message, tree), at)


def _index_lines(git: Git, write: PutBranch) -> Iterator[bytes]:
    """Give one line of `update-index --index-info` for each file that changes."""

    def line(mode: str, blob: str, path: str) -> bytes:
        return f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"

    no_blob = "0" * len(write.base)
    # Removals come first: a folder may take the place of a file.
    for path, kept in sorted(write.kept.items(), key=lambda item: item[1] is not None):
        yield line(kept.mode, kept.id, path) if kept else line(_REMOVED, no_blob, path)
    for path, text in write.files.items():
        if text is None:
            yield line(_REMOVED, no_blob, path)
            continue
        blob = git.text("hash-object", "-w", "--no-filters", "--stdin", stdin=text.encode(errors="replace"))
        existing = git.entry(write.base, path)
        yield line(_EXECUTABLE if existing and existing.mode == _EXECUTABLE else _REGULAR, blob, path)


def commit_merge(git: Git, base: str, head: str, message: str, at: datetime) -> str:
    """Store the merge of two commits and return its id."""
    if git.is_ancestor(base, head):
        return _commit(git, git.root(head), (base, head), message, at)
    arguments = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base, head)
    status, output = git.run(*arguments, good=(0, 1, 129))
    tree, *conflicts = os.fsdecode(output).rstrip("\0").split("\0")
    if status == 1:
        raise ForgeError(
            f"The branch and its base conflict in {', '.join(conflicts)}; nothing was merged.",
            remedy="Run `almanac propose` for its issue, which rebuilds the pull request on the base branch.",
        )
    if status:
        raise ForgeError(
            "This git is too old to merge branches that have diverged; nothing was merged.",
            remedy="Install git 2.38 or later, or merge the branch yourself with `git merge --no-ff`.",
        )
    return _commit(git, tree, (base, head), message, at)


def _commit(git: Git, tree: str, parents: tuple[str, ...], message: str, at: datetime) -> str:
    seconds = f"@{int(at.timestamp())} +0000"
    env = {"GIT_AUTHOR_DATE": seconds, "GIT_COMMITTER_DATE": seconds, **git.identity}
    arguments = [part for parent in parents for part in ("-p", parent)]
    text = message if message.endswith("\n") else message + "\n"
    return git.text("commit-tree", tree, *arguments, stdin=text.encode(errors="replace"), env=env)
