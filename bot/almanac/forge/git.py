"""git, run as a process: what a repository stores is read, and commits are made in its store alone.

No index, working copy or branch that a person has open is touched. A commit of ours ends in a trailer with the id of
its tree, by which it is recognised later, whatever became of the run that made it. Git stores files and message apart,
so a commit that someone amended has other files than its trailer says.
"""

import io
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from almanac.errors import ForgeError
from almanac.forge.tree import EXECUTABLE, REGULAR, Entry, Tree, check_paths
from almanac.patterns import regex
from almanac.proposal.state import Blob, Changes, FileVersion, PutBranch

_TRAILER = regex(r"\n\nAlmanac-Tree: ([0-9a-f]{40,64})\s*\Z")
_REMOVED = "0"  # the mode by which `update-index` takes a file away
_OBJECT_ID = regex(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MOST_VERSIONS = 100
_SUBMODULES = "--ignore-submodules=all"  # they are repositories with settings of their own
_KEPT_TREES = 4  # a commit's tree never changes, so the last few are kept
_KEPT_VARIABLES = regex(
    r"GIT_(AUTHOR|COMMITTER|CONFIG_(COUNT|KEY|VALUE|GLOBAL|SYSTEM|NOSYSTEM)|CEILING|EXEC|DISCOVERY)(_|$)"
)
# A repository may be anyone's, and its settings can name programs. None of them runs: no hook, filter, merge driver,
# monitor, signature or editor. No process is left running, and paths, messages and indexes have one form everywhere.
_SETTINGS = (
    *(f"core.hooksPath={os.devnull}", f"core.attributesFile={os.devnull}", "core.fsmonitor=false"),
    *("core.alternateRefsCommand=false", "core.sshCommand=false", "core.askPass=", "credential.helper="),
    *("protocol.allow=never", "protocol.ext.allow=never", "safe.bareRepository=explicit", "submodule.recurse=false"),
    *("commit.gpgSign=false", "log.showSignature=false", "log.follow=false", "advice.graftFileDeprecated=false"),
    *("core.quotePath=false", "core.splitIndex=false", "index.sparse=false", "color.ui=false"),
    *("i18n.commitEncoding=UTF-8", "i18n.logOutputEncoding=UTF-8", "gc.auto=0", "maintenance.auto=false"),
)
_VARIABLES = {
    "LC_ALL": "C",
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": ":",
    # No object is fetched when it is missed: the first is for git 2.44 and later, the second holds for every version.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    # What a commit's id stands for is what is read.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
}
# Settings that name programs under names of a repository's own, each with the value by which nothing happens. A merge
# driver that fails makes a conflict; an empty one would take one side without a word.
_DRIVER = regex(r"(?:filter\..+\.(clean|smudge|process|required)|merge\..+\.(driver)|hook\..+\.(command))", re.DOTALL)
_DISARMED = {"clean": "", "smudge": "", "process": "", "required": "false", "driver": "false", "command": "true"}
_VALUES = {"": "ALMANAC_NOTHING", "false": "ALMANAC_FALSE", "true": "ALMANAC_TRUE"}


def with_trailer(message: str, tree: str) -> str:
    """Put the id of a commit's tree at the end of its message."""
    return f"{message.rstrip()}\n\nAlmanac-Tree: {tree}\n"


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


class Git(Tree):
    """git in one folder: never through a shell, never prompting, never reading the caller's own `GIT_DIR`."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.folder, self._env = folder, env or {}
        self._trees: dict[str, Mapping[str, Mapping[str, Entry]]] = {}

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command and return its exit status, which has to be in `good`, and its output."""
        configured = self._configured
        if isinstance(configured, str):
            raise self._failed(arguments[0], configured)
        # Not by `-c`: a name may hold a `=`.
        drivers = [(key, found[found.lastindex or 0]) for key in configured if (found := _DRIVER.fullmatch(key))]
        disarmed = [f"--config-env={key}={_VALUES[_DISARMED[name]]}" for key, name in drivers]
        done = self._call([*disarmed, *arguments], stdin, env or {})
        if done.returncode not in good:
            reason = done.stderr.decode("utf-8", "replace").strip() or f"exit status {done.returncode}"
            raise self._failed(arguments[0], reason)
        return done.returncode, done.stdout

    @cached_property
    def _configured(self) -> frozenset[str] | str:
        """The names of all settings that hold here; what git said where they cannot be read."""
        done = self._call(["config", "--list", "--name-only", "-z"], b"", {})
        if done.returncode:
            return done.stderr.decode("utf-8", "replace").strip()
        return frozenset(os.fsdecode(done.stdout).split("\0"))

    @property
    def is_partial(self) -> bool:
        """Whether the clone was made without all of its objects, which git would fetch when they are missed."""
        return any(key.endswith((".promisor", ".partialclone")) for key in self._configured)

    def _call(
        self, arguments: Sequence[str], stdin: bytes, env: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = ["git", "--no-pager", "--no-optional-locks", "-C", str(self.folder), *settings, *arguments]
        # A hook's `GIT_DIR` would send git elsewhere; other variables would make it prompt or translate.
        kept = {key: value for key, value in os.environ.items() if key[:4] != "GIT_" or _KEPT_VARIABLES.match(key)}
        values = {variable: value for value, variable in _VALUES.items()}
        try:
            return subprocess.run(  # noqa: S603 - a list of arguments, no shell
                command,
                input=stdin,
                capture_output=True,
                check=False,
                env={**kept, **values, **_VARIABLES, **self._env, **env},
            )
        except FileNotFoundError as error:
            raise ForgeError(
                "Almanac needs git, and it is not installed on this machine.",
                remedy="Install git from https://git-scm.com/downloads and run the command again.",
            ) from error

    def _failed(self, command: str, reason: str) -> ForgeError:
        if "dubious ownership" in reason:
            trust = f"git config --global --add safe.directory {shlex.quote(str(self.folder))}"
            return ForgeError(
                f"{self.folder} belongs to another user of this machine, so git does not work there.",
                remedy=f"If you trust what is in it, run `{trust}`.",
            )
        return ForgeError(f"git {command} failed in {self.folder}: {reason}")

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
            self.run("cat-file", "-e", f"{commit}^{{commit}}", good=(0, 1, 128))[0] == 0
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

    def folder_at(self, commit: str, path: str) -> Mapping[str, Entry]:
        return self._tree(commit).get(path, {})

    def sizes(self, entries: Mapping[str, Entry]) -> Mapping[str, int]:
        ids = {entry.id: path for path, entry in entries.items()}
        listed = self.text("cat-file", "--batch-check", stdin=_lines(ids)).splitlines()
        found: dict[str, int] = {}
        for (key, path), line in zip(ids.items(), listed, strict=True):
            # `<id> blob <size>`; `<id> missing` where the clone does not have it.
            about = line.split()
            if about[1] != "blob":
                remedy = "If this is a partial clone, clone the repository without `--filter`."
                message = f"git cat-file failed in {self.folder}: {path} is not stored there."
                raise ForgeError(message, remedy=remedy if self.is_partial else None)
            found[key] = int(about[2])
        return {path: found[entry.id] for path, entry in entries.items()}

    def fetch(self, entries: Mapping[str, Entry]) -> Mapping[str, bytes]:
        answer = io.BytesIO(self.run("cat-file", "--batch", stdin=_lines(entries))[1])
        found: dict[str, bytes] = {}
        for key in entries:
            # `<id> blob <size>`, the bytes and a line end
            found[key] = answer.read(int(answer.readline().split()[2]))
            answer.read(1)
        return found

    def stored(self, names: Iterable[str], most: int) -> dict[str, bytes]:
        """Read objects by whatever names them (an id, `HEAD:./path`), without those of more bytes than `most`.

        What does not exist, or is not stored here, is left out; but git refuses to read what a partial clone lacks.
        """
        asked = list(dict.fromkeys(names))
        listed = self.text("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=_lines(asked)).splitlines()
        # `<id> <size>`; `<name> missing`
        found = {name: line.rpartition(" ") for name, line in zip(asked, listed, strict=True)}
        ids = {name: key for name, (key, _, size) in found.items() if size.isdecimal() and int(size) <= most}
        data = self.fetch({key: Entry(REGULAR, key, name) for name, key in ids.items()})
        return {name: data[key] for name, key in ids.items()}

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
        listed = self.run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", _SUBMODULES)[1]
        return tuple(os.fsdecode(line[3:]) for line in listed.split(b"\0")[:-1])


def commit_files(git: Git, write: PutBranch, at: datetime) -> str:
    """Store the commit that a write describes and return its id; the branch's head, where that is the same already.

    A file that is there already keeps its mode; a new one is an ordinary file. Texts are stored as UTF-8, byte for
    byte: no line end is converted, whatever `core.autocrlf` says.
    """
    check_paths(write, git.entry)
    with tempfile.TemporaryDirectory(prefix="almanac-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.text("read-tree", write.base, env=env)
        git.text("update-index", "--add", "-z", "--index-info", stdin=b"".join(_index_lines(git, write)), env=env)
        tree = git.text("write-tree", env=env)
    if not write.fresh:
        return _commit(git, tree, write.parents, write.message, at)
    head = git.header(write.expected) if write.expected else None
    if write.expected and head and head.is_ours and (head.tree, head.parents) == (tree, write.parents):
        return write.expected
    return _commit(git, tree, write.parents, with_trailer(write.message, tree), at)


def _lines(ids: Iterable[str]) -> bytes:
    return "".join(f"{one}\n" for one in ids).encode()


def _index_lines(git: Git, write: PutBranch) -> Iterator[bytes]:
    """Give one line of `update-index --index-info` for each file that changes."""

    def line(mode: str, blob: str, path: str) -> bytes:
        return f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"

    no_blob = "0" * len(write.base)
    # Removals come first: a folder may take the place of a file.
    for path, kept in sorted(write.kept.items(), key=lambda item: item[1] is not None):
        yield line(kept.mode, kept.id, path) if kept else line(_REMOVED, no_blob, path)
    for path, content in write.files.items():
        if content is None:
            yield line(_REMOVED, no_blob, path)
            continue
        data = content if isinstance(content, bytes) else content.encode(errors="replace")
        blob = git.text("hash-object", "-w", "--no-filters", "--stdin", stdin=data)
        existing = git.entry(write.base, path)
        yield line(EXECUTABLE if existing and existing.mode == EXECUTABLE else REGULAR, blob, path)


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
