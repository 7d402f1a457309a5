"""Runs git, and reads what a repository stores without touching what a person has open."""

import io
import os
import re
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from bot.errors import ForgeError
from bot.proposals.state import Blob, Changes

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
